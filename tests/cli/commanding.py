"""A service in a process of its own, and commands from processes that can neither open its store nor know its secrets.

The rule: where the tests run as root, commands are given by another user, in the control socket's group or not.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.house import House, a_house

CLERK, CLERKS = 54321, 54399
"""A user and the group of the control socket; the system knows neither."""
PATIENCE = 20.0
ROOT = os.geteuid() == 0
QUESTION = "Nothing ships through 'Dock 3' any more. Go on? [y/N]: "
"""What `profiles disconnect 1` asks."""
NEEDS_ROOT = "only root can become another user"

_BECOME = """
import importlib, os, sys
import encodings.idna
from ups_gateway.cli import COMMANDS, main
user, groups, *arguments = sys.argv[1:]
importlib.import_module(f"ups_gateway.cli.{COMMANDS[arguments[0]][0]}")
if int(user):
    os.setgroups([int(one) for one in groups.split(",") if one])
    os.setgid(int(user))
    os.setuid(int(user))
main(arguments, prog_name="ups-gateway")
"""
"""The interpreter and the program may lie where that user cannot read: they are read before."""


@dataclass(frozen=True, slots=True)
class Said:
    """What became of a command."""

    status: int | None
    output: str
    errors: str


@dataclass
class Office:
    """Where commands are given."""

    house: House
    folder: Path
    """The clerk's own directory."""

    @property
    def control(self) -> Path:
        return self.house.file.parent / "control.sock"

    async def serve(self) -> None:
        await self.house.serve()
        if ROOT:
            os.chown(self.control, 0, CLERKS)

    async def begin(
        self,
        *arguments: str,
        config: Path | None = None,
        user: int = CLERK,
        group: int = CLERKS,
        stdin: int | None = None,
    ) -> asyncio.subprocess.Process:
        """The command's process, which has neither the service's key nor its secrets."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _BECOME, str(user if ROOT else 0), str(group), *arguments),
            *("--config", str(config or self.house.file)),
            env={"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "HOME": str(self.folder)},
            cwd=self.folder,
            stdin=asyncio.subprocess.PIPE if stdin is None else stdin,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )

    async def command(
        self, *arguments: str, typed: str = "", config: Path | None = None, user: int = CLERK, group: int = CLERKS
    ) -> Said:
        """The whole of it."""
        process = await self.begin(*arguments, config=config, user=user, group=group)
        return await said(process, typed)


async def said(process: asyncio.subprocess.Process, typed: str = "") -> Said:
    async with asyncio.timeout(PATIENCE):
        output, errors = await process.communicate(typed.encode() or None)
    return Said(process.returncode, output.decode(), errors.decode())


async def read_until(process: asyncio.subprocess.Process, end: str) -> str:
    """What it printed until then."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        return (await process.stdout.readuntil(end.encode())).decode()


@asynccontextmanager
async def an_office() -> AsyncIterator[Office]:
    """A house whose gateway runs as a service with a control socket; pytest's own directories are closed to others."""
    with TemporaryDirectory() as name:
        place = Path(name)
        os.chmod(place, 0o755)  # noqa: PTH101 - no event loop is held up by it
        folder = place / "clerk"
        folder.mkdir()
        if ROOT:
            os.chown(folder, CLERK, CLERK)
        async with a_house(place, settings={"listen.control": str(place / "control.sock")}) as house:
            await house.stop()  # nothing of it is in this process
            office = Office(house, folder)
            await office.serve()
            yield office
