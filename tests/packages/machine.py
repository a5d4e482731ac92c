"""A machine to install on: this one, with all that is written kept apart and thrown away.

The rule: everything happens in a mount namespace of its own, below an overlay; nothing outside changes.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.packages.building import INDEX

_OVERLAY = """
set -e
mount -t tmpfs -o size=1500m layers "$0"
cd "$0"
mkdir upper work root
mount -t overlay -o lowerdir=/,upperdir="$0/upper",workdir="$0/work" overlay root
for one in dev proc sys; do mount --rbind /$one root/$one; done
for one in run tmp; do mount -t tmpfs $one root/$one; done
chmod 1777 root/tmp
test "$1" = shared || ip link set lo up
echo ready
exec cat
"""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Machine:
    folder: Path
    """As the namespace sees it."""
    holder: int
    """The process that keeps the namespace."""

    def command(self, *command: str, user: str = "root", environ: Mapping[str, str] | None = None) -> list[str]:
        """What starts it there, with no variables but these."""
        said = [
            f"{name}={value}" for name, value in ({"PATH": PATH, "HOME": "/root"} | INDEX | dict(environ or {})).items()
        ]
        inside = ["chroot", f"--userspec={user}", str(self.folder / "root"), "/usr/bin/env", "-i", *said, *command]
        return [*self._enter, *inside]

    def run(self, *command: str, user: str = "root", environ: Mapping[str, str] | None = None) -> str:
        """What it prints; it must end well."""
        told = subprocess.run(
            self.command(*command, user=user, environ=environ),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert told.returncode == 0, told.stdout
        return told.stdout

    def freeze(self, volume: str) -> None:
        """From now on nothing there can be written but that folder, and what is in memory only."""
        inside = str(self.folder / "root") + volume
        script = """
            owner=$(stat --format=%u "$1"); mount -t tmpfs -o mode=700 volume "$1"; chown "$owner" "$1"
            mount -o remount,ro "$0"
        """
        subprocess.run([*self._enter, "sh", "-ec", script, self.folder / "root", inside], check=True)

    def path(self, name: str) -> Path:
        """A file there, as this process sees it. Absolute links do not lead where they do there."""
        return self._outside("root") / name.lstrip("/")

    def written(self) -> set[str]:
        """All files that are other than those of the machine below, also those that were taken away."""
        upper = self._outside("upper")
        return {f"/{file.relative_to(upper)}" for file in upper.rglob("*") if file.is_symlink() or not file.is_dir()}

    @property
    def _enter(self) -> list[str]:
        spaces = f"/proc/{self.holder}/ns"
        return ["nsenter", f"--mount={spaces}/mnt", f"--net={spaces}/net"]

    def _outside(self, layer: str) -> Path:
        return Path(f"/proc/{self.holder}/root{self.folder}/{layer}")


@contextmanager
def machine(folder: Path, *, network: bool = True) -> Iterator[Machine]:
    """Without a network it has a loopback of its own. Skips where no overlay can be mounted."""
    unshare = ["unshare", "--mount", "--propagation=private", *([] if network else ["--net"])]
    with subprocess.Popen(
        [*unshare, "bash", "-c", _OVERLAY, folder, "shared" if network else "own"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stderr is not None
        if holder.stdout.readline() != "ready\n":
            pytest.skip(f"no private file system to install on: {holder.stderr.read().strip()}")
        yield Machine(folder, holder.pid)
        holder.terminate()
