"""Programs that are measured: started, found ready, looked at from outside, ended.

The rule: the kernel's figures count, and each program is ended by who began it.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

_READY: Final = 60.0
_ROOT: Final = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Program:
    """One that runs."""

    pid: int
    port: int

    def cpu(self) -> float:
        """Seconds of user and system time until now, of all its threads (clock_getcpuclockid(3))."""
        return time.clock_gettime(~self.pid << 3 | 2)

    def memory(self) -> float:
        """Resident megabytes."""
        return self._status("VmRSS")

    def peak_memory(self) -> float:
        """The most it ever held resident, in megabytes."""
        return self._status("VmHWM")

    def _status(self, name: str) -> float:
        found = re.search(rf"^{name}:\s+(\d+) kB$", Path(f"/proc/{self.pid}/status").read_text(), re.MULTILINE)
        assert found is not None
        return int(found[1]) / 1000


@asynccontextmanager
async def running(
    *command: str, port: int, environ: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Program]:
    """Starts a program and waits until it listens."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=_ROOT, env={**os.environ, **environ}, stdin=asyncio.subprocess.DEVNULL
    )
    try:
        await listening(port, process)
        yield Program(process.pid, port)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def listening(port: int, process: asyncio.subprocess.Process) -> None:
    """Returns once somebody listens there."""
    async with asyncio.timeout(_READY):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                if process.returncode is not None:
                    raise SystemExit(f"a program of the benchmark ended with {process.returncode}") from None
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
