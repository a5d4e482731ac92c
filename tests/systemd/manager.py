"""Plays systemd to one service: holds its sockets open, starts it with them, and hears what it says.

The rule: the service is a program of its own and gets nothing but what systemd would give it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 20.0
"""Seconds a test waits for anything before it fails."""
STATUS = "STATUS="

_START = """
import ctypes, fcntl, os, sys
PR_SET_NO_NEW_PRIVS, PR_SET_MDWE = 38, 65
for option in (PR_SET_NO_NEW_PRIVS, PR_SET_MDWE):
    ctypes.CDLL(None).prctl(option, 1, 0, 0, 0)
held = [fcntl.fcntl(int(one), fcntl.F_DUPFD, 100) for one in sys.argv[1].split(",") if one]
for number, one in enumerate(held, 3):
    os.dup2(one, number)
os.environ["LISTEN_PID"] = os.environ["WATCHDOG_PID"] = str(os.getpid())
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""
"""As systemd sets things just before exec: descriptors from 3 on, the process's own id, no new privileges, and (where
the kernel can, from 6.3 on) no memory that is both written and executed."""


@dataclass
class Systemd:
    """Messages come as sets of lines; the status is kept apart."""

    outlet: socket.socket
    """Where the service's messages arrive."""
    sockets: dict[str, list[socket.socket]] = field(default_factory=dict)
    status: str = ""
    process: asyncio.subprocess.Process | None = None

    def listen(self, name: str, host: str = "127.0.0.1") -> int:
        """One more socket of that name; its port."""
        made = socket.create_server((host, 0))
        self.sockets.setdefault(name, []).append(made)
        return int(made.getsockname()[1])

    def listen_at(self, name: str, path: Path) -> None:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        made.bind(str(path))
        path.chmod(0o660)
        made.listen()
        self.sockets.setdefault(name, []).append(made)

    async def start(self, *arguments: str, environ: Mapping[str, str], watchdog: float = 0.4) -> None:
        """`ups-gateway serve` with these arguments."""
        named = [(name, one) for name, ones in self.sockets.items() for one in ones]
        held = [one.fileno() for _, one in named]
        address = self.outlet.getsockname()
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _START, ",".join(map(str, held)), "-m", "ups_gateway", "serve", *arguments),
            env={
                **os.environ,
                **environ,
                "LISTEN_FDS": str(len(named)),
                "LISTEN_FDNAMES": ":".join(name for name, _ in named),
                "NOTIFY_SOCKET": f"@{address[1:].decode()}" if isinstance(address, bytes) else address,
                "WATCHDOG_USEC": f"{watchdog * 1e6:.0f}",
            },
            pass_fds=held,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def heard(self) -> list[str]:
        """The lines of the next message, but for the status."""
        async with asyncio.timeout(PATIENCE):
            message = (await asyncio.get_running_loop().sock_recv(self.outlet, 4096)).decode().split("\n")
        for line in message:
            if line.startswith(STATUS):
                self.status = line.removeprefix(STATUS)
        return [line for line in message if not line.startswith(STATUS)]

    def unheard(self) -> int:
        """Messages that lie there; they are thrown away."""
        count = 0
        while True:
            try:
                self.outlet.recv(4096)
            except BlockingIOError:
                return count
            count += 1

    async def logged(self, part: str) -> str:
        """The next line of the log that holds this."""
        assert self.process is not None
        assert self.process.stderr is not None
        async with asyncio.timeout(PATIENCE):
            while part not in (line := (await self.process.stderr.readline()).decode()):
                assert line, "the log has ended"
        return line

    def terminate(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    async def ended(self) -> tuple[int, str, str]:
        """Exit status, what it printed and what it logged since."""
        assert self.process is not None
        async with asyncio.timeout(PATIENCE):
            output, errors = await self.process.communicate()
            return await self.process.wait(), output.decode(), errors.decode()


@asynccontextmanager
async def systemd(address: str | Path = "") -> AsyncIterator[Systemd]:
    """It hears at that path, or at an abstract address of the kernel's choice; its service is ended at the end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as outlet:
        outlet.setblocking(False)
        outlet.bind(str(address))
        playing = Systemd(outlet)
        try:
            yield playing
        finally:
            for one in (one for ones in playing.sockets.values() for one in ones):
                one.close()
            if playing.process is not None and playing.process.returncode is None:
                playing.process.kill()
                await playing.process.communicate()
