"""The Debian package on this Debian: installed, used, upgraded, removed, purged. By .ci/packages; it takes minutes."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import ups_gateway
from tests.packages.building import ROOT, demo_ports, run, tracked
from tests.packages.machine import Machine, machine

SETTINGS = "/etc/ups-gateway/ups-gateway.yaml"
UNITS = {f"/usr/lib/systemd/system/{unit.name}" for unit in (ROOT / "systemd").glob("ups-gateway*")}
SOCKETS = "ups-gateway-legacy.socket ups-gateway-tls.socket ups-gateway-admin.socket ups-gateway-control.socket"
ENABLED = "/etc/systemd/system/multi-user.target.wants/ups-gateway.service"
DATA = {"STATE_DIRECTORY": "/var/lib/ups-gateway"}
OF_DEBIAN = (
    "/var/lib/dpkg/",
    "/var/lib/apt/",
    "/var/cache/",
    "/var/log/",
    "/etc/.pwd.lock",
    "/etc/group",
    "/etc/gshadow",
    "/etc/passwd",
    "/etc/shadow",
)
"""What dpkg, apt and the commands for groups write for themselves."""

KEEP = ("--force-confdef", "--force-confold")
"""What a person answers who is asked whose settings shall stay."""
REAL = "/usr/bin/systemctl.real"
_SYSTEMCTL = """#!/bin/sh
echo "$@" >> /tmp/systemctl
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by debhelper from a copy of the tree."""
    if shutil.which("dh") is None:
        pytest.skip("dh is missing (Debian package debhelper)")
    folder = tmp_path_factory.mktemp("debian")
    for name in tracked():
        (folder / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / "tree" / name, follow_symlinks=False)
    run("dpkg-buildpackage", "--build=binary", "--no-sign", "--no-check-builddeps", folder=folder / "tree")
    (made,) = folder.glob("*.deb")
    return made


@pytest.fixture
def debian(tmp_path: Path) -> Iterator[Machine]:
    with machine(tmp_path) as made:
        made.path("/run/systemd/system").mkdir(parents=True)
        made.path("/usr/sbin/policy-rc.d").unlink(missing_ok=True)  # containers forbid their packages any service
        made.path("/usr/bin/systemctl").rename(made.path(REAL))
        made.path("/usr/bin/systemctl").write_text(_SYSTEMCTL)
        made.path("/usr/bin/systemctl").chmod(0o755)
        yield made


def install(debian: Machine, package: Path, *options: str) -> None:
    shutil.copy(package, debian.path("/tmp"))
    debian.run("dpkg", *options, "--install", f"/tmp/{package.name}")


def newer(package: Path, folder: Path, version: str, setting: str = "") -> Path:
    """The same as a later version, with one more line in the settings."""
    inside = folder / version
    run("dpkg-deb", "--raw-extract", package, inside, folder=folder)
    control = inside / "DEBIAN" / "control"
    control.write_text(control.read_text().replace(f"Version: {ups_gateway.__version__}", f"Version: {version}"))
    settings = inside / SETTINGS.lstrip("/")
    settings.write_text(settings.read_text() + setting)
    run("dpkg-deb", "-Znone", "--build", inside, folder / f"{version}.deb", folder=folder)
    return folder / f"{version}.deb"


def commanded(debian: Machine) -> list[str]:
    """What systemd was told since the last time, but for reading its units again."""
    file = debian.path("/tmp/systemctl")
    lines = file.read_text().splitlines() if file.exists() else []
    file.write_text("")
    return [line for line in lines if line != "--system daemon-reload"]


def test_what_is_installed_works_and_waits_for_its_administrator(package: Path, debian: Machine) -> None:
    assert package.name.startswith(f"ups-gateway_{ups_gateway.__version__}_")
    before = debian.written()
    install(debian, package)
    added = debian.written() - before
    assert added >= UNITS | {SETTINGS, "/usr/bin/ups-gateway", "/usr/lib/sysusers.d/ups-gateway.conf"}
    assert ENABLED not in added
    assert commanded(debian) == []
    assert debian.run("getent", "group", "ups-gateway-admin").startswith("ups-gateway-admin:x:")
    assert not {Path(name).name for name in added} & {"pip", "pip3", "direct_url.json"}
    assert debian.run("ups-gateway", "--version") == f"ups-gateway, version {ups_gateway.__version__}\n"
    debian.run("sh", "-c", "cd /tmp && exec ups-gateway demo --once " + " ".join(demo_ports()), user="nobody")


def test_the_shells_complete(package: Path, debian: Machine) -> None:
    install(debian, package)
    share = "/usr/share"
    in_bash = f"""
        source {share}/bash-completion/completions/ups-gateway
        COMP_WORDS=(ups-gateway accounts a) COMP_CWORD=2; _ups_gateway_completion ups-gateway; echo "${{COMPREPLY[@]}}"
    """
    assert debian.run("bash", "-c", in_bash) == "add\n"
    if not debian.path("/usr/bin/zsh").exists() or not debian.path("/usr/bin/fish").exists():
        pytest.skip("bash completes; zsh and fish are missing")
    in_fish = "complete -C 'ups-gateway accounts a'"
    assert [line.split("\t")[0] for line in debian.run("fish", "-c", in_fish).splitlines()] == ["add"]
    in_zsh = f"""
        compdef() {{ registered=$2 }}
        _describe() {{ print -l -- ${{(P)3}} }}
        words=(ups-gateway accounts a) CURRENT=3
        source {share}/zsh/vendor-completions/_ups-gateway; print $registered
        _ups_gateway_completion
    """
    assert debian.run("zsh", "-c", in_zsh).splitlines() == [
        "ups-gateway",
        "add:Add the account NUMBER (6 or 10 characters).",
    ]


def test_an_upgrade_keeps_settings_and_data_and_only_a_purge_takes_them(
    package: Path, debian: Machine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = debian.written()
    install(debian, package)
    debian.run("ups-gateway", "init", "--config", SETTINGS, environ=DATA)
    add = ("ups-gateway", "accounts", "add", "A1B2C3", "--postal-code", "30328", "--country", "US")
    debian.run(*add, environ=DATA)
    debian.path("/etc/credstore.encrypted").mkdir(exist_ok=True)
    debian.path("/etc/credstore.encrypted/ups-gateway-key").write_text("sealed")
    debian.run(REAL, "--root=/", "enable", "ups-gateway.service")
    ours = debian.path(SETTINGS).read_text() + "# ours\n"
    debian.path(SETTINGS).write_text(ours)
    commanded(debian)

    folder = tmp_path_factory.mktemp("newer")
    install(debian, newer(package, folder, "0.1.1"))
    assert kept(debian) == (["A1B2C3"], ours)
    assert commanded(debian) == ["try-restart ups-gateway.service"]
    install(debian, newer(package, folder, "0.1.2", "# theirs\n"), *KEEP)
    assert kept(debian) == (["A1B2C3"], ours)
    assert debian.path(f"{SETTINGS}.dpkg-dist").read_text().endswith("# theirs\n")
    commanded(debian)

    debian.run("dpkg", "--remove", "ups-gateway")
    assert commanded(debian) == [f"stop {SOCKETS} ups-gateway.service"]
    assert not debian.path("/usr/lib/ups-gateway").exists()
    install(debian, package, *KEEP)
    assert kept(debian) == (["A1B2C3"], ours)

    debian.run("dpkg", "--purge", "ups-gateway")
    left = {name for name in debian.written() - before if not name.startswith(OF_DEBIAN)}
    assert left == set()
    gone = subprocess.run(debian.command("getent", "group", "ups-gateway-admin"), check=False)
    assert gone.returncode == 2


def kept(debian: Machine) -> tuple[list[str], str]:
    """The accounts, by the installed program, and the settings."""
    assert debian.path(ENABLED).is_symlink()
    accounts = json.loads(debian.run("ups-gateway", "accounts", "list", "--json", environ=DATA))
    return [account["number"] for account in accounts], debian.path(SETTINGS).read_text()
