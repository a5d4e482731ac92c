"""The steps of the Dockerfile, carried out on this machine in place of its base image. By .ci/packages.

The rule: steps, entry point and health check are read from the Dockerfile; nothing of it stands here again.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.packages.building import ROOT
from tests.packages.containerfile import Stage, stages
from tests.packages.machine import PATH, Machine, machine

STATE, SETTINGS = "/var/lib/ups-gateway", "/etc/ups-gateway/ups-gateway.yaml"
_PYTHON = '#!/bin/sh\nexec /usr/bin/python3 "$@"\n'
"""Debian's, where the base image has its own."""


def perform(stage: Stage, on: Machine, others: Mapping[str, Machine]) -> None:
    """What building does that leaves something in the file system."""
    python = on.path("/usr/local/bin/python")
    python.unlink(missing_ok=True)
    python.write_text(_PYTHON)
    python.chmod(0o755)
    folder = "/"
    for instruction, value in stage.instructions:
        if instruction == "WORKDIR":
            folder = value
            on.path(folder).mkdir(parents=True, exist_ok=True)
        elif instruction == "COPY":
            *sources, target = value.split()
            origin = None
            if sources[0].startswith("--from="):
                origin = others[sources.pop(0).removeprefix("--from=")]
            for source in sources:
                copy(origin.path(source) if origin else ROOT / source, on.path(str(Path(folder, target))))
        elif instruction == "RUN":
            on.run("sh", "-ec", f"cd {folder}; {value}")


def copy(source: Path, target: Path) -> None:
    """A folder's contents, or a file into a folder or under a name."""
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        (target if target.is_dir() else target.parent).mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def test_the_image_serves_as_a_user_on_a_read_only_root_and_is_found_healthy(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "image").mkdir()
    first, last = stages(ROOT / "Dockerfile")
    with machine(tmp_path / "build") as build, machine(tmp_path / "image", network=False) as image:
        perform(first, build, {})
        perform(last, image, {first.name: build})
        image.freeze(last.values("VOLUME")[0])
        (user,) = last.values("USER")
        environ = {name: value.replace("$PATH", PATH) for name, value in last.variables.items()} | {"HOME": STATE}

        def inside(*command: str) -> list[str]:
            return image.command(*command, user=user, environ=environ)

        entry, health = last.command("ENTRYPOINT"), inside(*last.command("HEALTHCHECK"))
        assert subprocess.run(health, check=False, capture_output=True).returncode == 1
        made = image.run(*entry, "init", "--config", SETTINGS, user=user, environ=environ).splitlines()
        assert made[:2] == [f"Key      {STATE}/vault.key", f"Settings {SETTINGS} (was there)"]

        with subprocess.Popen(inside(*entry, *last.command("CMD")), stdout=subprocess.PIPE, text=True) as serving:
            try:
                assert serving.stdout is not None
                assert serving.stdout.readline().startswith("Old requests: http://")
                assert image.path(f"/proc/{serving.pid}").stat().st_uid == image.path(STATE).stat().st_uid != 0
                assert subprocess.run(health, check=False).returncode == 0
                link = image.run(*entry, "admin-link", "--config", SETTINGS, user=user, environ=environ)
                assert link.startswith(f"http://{socket.gethostname()}:8081/sign-in?token=")
                for name in ("/opt/ups-gateway/new", "/etc/ups-gateway/new", "/new"):
                    refused = subprocess.run(
                        image.command("touch", name), check=False, stderr=subprocess.PIPE, text=True
                    )
                    assert refused.stderr == f"touch: cannot touch '{name}': Read-only file system\n"
            finally:
                serving.terminate()
            assert serving.wait(30) == 0
        program = {Path(name).name for name in image.written() if name.startswith("/opt/")}
        assert not program & {"pip", "pip3", "gcc", "cc", "make"}
        assert "ups-gateway" in program
