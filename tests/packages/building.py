"""What tests of the packages share: the tree that they are made from, the packages, and an empty environment.

The rule: everything is made by the tools that a person would use, and run without what this environment has installed.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INDEX = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
"""How this machine reaches the package index."""


@dataclass(frozen=True, slots=True)
class Packages:
    wheel: Path
    sdist: Path


def tracked() -> set[str]:
    """The files of the project, without what git ignores."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("which files are the project's is known in a git checkout only")
    listed = run("git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", folder=ROOT)
    return {name for name in listed.splitlines() if (ROOT / name).exists()}


def run(*command: str | Path, folder: Path, environ: dict[str, str] | None = None) -> str:
    """What it prints; it must end well. It inherits no variable but PATH, and how to reach the package index."""
    told = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **INDEX, **(environ or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert told.returncode == 0, told.stdout
    return told.stdout


def build(folder: Path) -> Packages:
    """By `python -m build`: the sdist from the tree, the wheel from the sdist."""
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, folder=folder)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Packages(wheel, sdist)


def demonstrate(program: Path, folder: Path) -> str:
    """`demo --once` on free ports, in a folder of its own for the label."""
    return run(program, "demo", "--once", *demo_ports(), folder=folder)


def demo_ports() -> list[str]:
    """The options that give `demo` free ports."""
    options = ("--port", "--admin-port", "--ups-port", "--tls-port")
    held = [socket.create_server(("127.0.0.1", 0)) for _ in options]
    ports = [str(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return [part for pair in zip(options, ports, strict=True) for part in pair]
