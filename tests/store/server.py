"""A throw-away PostgreSQL server on loopback, from the machine's own package, as a user without rights.

The rule: it is started by the tests that need it and ends with them; its data are never flushed to a disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

_PASSWORD = "throw-away"
_FAST = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off", "jit": "off"}
"""Nothing is to outlive the machine."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running one, or one that can be started again."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://postgres:{_PASSWORD}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "''", "max_connections": "200", **_FAST}
        options = f"-p {self.port} " + " ".join(f"-c {name}={value}" for name, value in settings.items())
        _run("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-w", "-o", options, "start")

    def stop(self) -> None:
        """As a server that fails: nobody's work is waited for."""
        _run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")


def missing() -> str:
    """Why there can be no server; empty: there can."""
    if _program("initdb") is None:
        return "PostgreSQL is not installed (Debian: postgresql)"
    if os.geteuid() == 0 and not _has_user("postgres"):
        return "PostgreSQL does not run as root, and there is no user postgres"
    return ""


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Running until the block ends, with its data in a directory that another user can reach."""
    with tempfile.TemporaryDirectory(prefix="ups-gateway-postgresql-") as name:
        folder = Path(name)
        password = folder / "password"
        password.write_text(_PASSWORD)
        if os.geteuid() == 0:
            for one in (folder, password):
                shutil.chown(one, "postgres")
        flags = ("-U", "postgres", "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8", "--no-sync")
        _run("initdb", "-D", folder / "data", *flags)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        running = Server(folder, port)
        running.start()
        try:
            yield running
        finally:
            running.stop()


async def place_of(running: Server, path: Path) -> str:
    """The address of a store of its own, a schema, for what is a file at `path` elsewhere."""
    name = f"store_{hashlib.blake2b(bytes(path), digest_size=8).hexdigest()}"
    db = await asyncpg.connect(running.url)
    await db.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
    await db.close()
    return f"{running.url}?search_path={name}"


def _run(program: str, *arguments: str | Path) -> None:
    found = _program(program)
    assert found is not None
    user = "postgres" if os.geteuid() == 0 else None
    group = pwd.getpwnam("postgres").pw_gid if user else None
    # No pipe: the server would keep it open.
    with Path(os.devnull).open("w") as nowhere:
        subprocess.run([found, *arguments], check=True, stdout=nowhere, stderr=nowhere, cwd="/", user=user, group=group)


def _program(name: str) -> Path | None:
    """On the path, or where Debian keeps it; the newest."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
    found = shutil.which(name, path=os.pathsep.join([*map(str, reversed(places)), os.environ.get("PATH", "")]))
    return None if found is None else Path(found)


def _has_user(name: str) -> bool:
    with contextlib.suppress(KeyError):
        return bool(pwd.getpwnam(name))
    return False
