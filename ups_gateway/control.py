"""The control socket: a running service carries out an administrator's commands, with its own user, store and key.

The rule: a command is a program of its own, so that nothing it does can hold up or end the gateway. It gets neither the
caller's terminal nor what the caller typed as arguments of a process: output goes through pipes, and what it wants from
the caller (an answer, a file to be written) it asks for over a channel of its own, where the caller decides.

One connection is one command: the caller sends an `Order` with its ends of output, error output and channel, and gets
a `Begun`, `Elsewhere` or `Refused`, and an `Ended` after the first.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import struct
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

log = logging.getLogger(__name__)

INSIDE: Final = "UPS_GATEWAY_INSIDE"
"""The variable by which a command knows that a service carries it out; it holds an `Inside`."""
PACKET: Final = 64 * 1024
DESCRIPTORS: Final = 3
"""That come with an order: output, error output, channel."""
COMMANDS: Final = 8
"""That run at the same time."""
ORDER_LIMIT: Final = 5.0
"""Seconds for an order to come in."""
ENDING: Final = (1.0, 4.0)
"""Seconds for a command to end once its caller, or the service, is gone: the first interrupt cancels what it does, the
second also breaks off its waiting for an answer."""
AGAIN: Final = 1.0
"""Seconds until the next caller is looked for, when one could not be taken."""
BACKLOG: Final = 16
GROUPS: Final = 256
"""The most groups of a caller that can be looked at: Python reads no longer option."""
SO_PEERGROUPS: Final = 59
"""Linux, asm-generic/socket.h; the socket module has no name for it."""


class Order(msgspec.Struct, frozen=True, tag=True):
    """What a caller wants. `config` is the `name_of` its configuration file."""

    arguments: tuple[str, ...]
    config: str
    directory: str
    """Where the caller is."""


class Begun(msgspec.Struct, frozen=True, tag=True):
    """The command runs."""


class Elsewhere(msgspec.Struct, frozen=True, tag=True):
    """The service runs with another configuration: this is not its command."""


class Refused(msgspec.Struct, frozen=True, tag=True):
    """It is not carried out; `words` say why."""

    words: str


class Ended(msgspec.Struct, frozen=True, tag=True):
    """The command's exit status."""

    status: int


Reply = Begun | Elsewhere | Refused | Ended


class Inside(msgspec.Struct, frozen=True):
    """What a command is told that a service carries out."""

    arguments: tuple[str, ...]
    config: str
    directory: str
    channel: int
    """Its end of the channel, a descriptor."""


@dataclass(frozen=True, slots=True)
class Unavailable(Exception):
    """There is no control socket, in words."""

    words: str

    def __str__(self) -> str:
        return self.words


def name_of(config: Path | None) -> str:
    """How caller and service call a configuration file, to know that they mean the same."""
    return str(config.resolve()) if config is not None else ""


def listening(path: Path) -> socket.socket | None:
    """The socket at that path, for its owner and group; one that a former service left there is replaced.

    None where its directory is missing: a service of nobody's but its own user. Raises Unavailable.
    """
    if not path.parent.is_dir():
        return None
    found = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        _replace_stale(path)
        before = os.umask(0o117)
        try:
            found.bind(str(path))
        finally:
            os.umask(before)
        found.listen(BACKLOG)
    except OSError as error:
        found.close()
        words = "is another service's" if error.errno == errno.EADDRINUSE else f"cannot be made ({error.strerror})"
        raise Unavailable(f"{path} {words}") from error
    return found


def _replace_stale(path: Path) -> None:
    """Nobody answers at a socket whose service was killed."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as tried:
        tried.settimeout(0)
        try:
            tried.connect(str(path))
        except ConnectionRefusedError:
            if path.is_socket():
                path.unlink()
        except FileNotFoundError:
            pass


@asynccontextmanager
async def serving(listener: socket.socket, config: str, environ: Mapping[str, str]) -> AsyncIterator[None]:
    """Carries out commands until the block ends; those under way are ended then. `config`: `Order`'s."""
    listener.settimeout(0)
    commands: set[asyncio.Task[None]] = set()
    desk = _Desk(listener, config, environ)

    async def accept() -> None:
        while True:
            try:
                connection, _ = await asyncio.get_running_loop().sock_accept(listener)
            except OSError as error:
                log.warning("A command cannot be taken now: %s", error.strerror)
                await asyncio.sleep(AGAIN)
                continue
            task = asyncio.get_running_loop().create_task(desk.serve(connection, busy=len(commands) >= COMMANDS))
            commands.add(task)
            task.add_done_callback(commands.discard)

    accepting = asyncio.get_running_loop().create_task(accept(), name="control")
    try:
        yield
    finally:
        under_way = [accepting, *commands]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


def _group(listener: socket.socket) -> int:
    """Whose members may command, beside root and the service's own user: the group of the socket's file."""
    try:
        return Path(os.fsdecode(listener.getsockname())).stat().st_gid
    except OSError:  # somebody took the file away, so nobody comes
        return os.getegid()


@dataclass(frozen=True, slots=True)
class _Desk:
    listener: socket.socket
    config: str
    environ: Mapping[str, str]

    async def serve(self, connection: socket.socket, *, busy: bool) -> None:
        """One caller."""
        with connection, contextlib.ExitStack() as held, contextlib.suppress(ConnectionError):
            connection.settimeout(0)
            # Read even of whom is refused: a connection that is closed with something unread loses the reply.
            try:
                async with asyncio.timeout(ORDER_LIMIT):
                    order, descriptors = await _order(connection)
            except (TimeoutError, msgspec.MsgspecError):
                return await _tell(connection, Refused("The order could not be read: this is another version."))
            for one in descriptors:
                held.callback(os.close, one)
            if reply := self._objection(connection, order, descriptors, busy=busy):
                return await _tell(connection, reply)
            # Only the command's name: what follows may be a number, or a code to sign in with.
            log.info("User %d commands: %s", _peer(connection)[0], " ".join(order.arguments[:1]))
            try:
                process = await self._begin(order, descriptors)
            except OSError as error:
                words = f"It cannot be started ({error.strerror}). Try again in a moment."
                return await _tell(connection, Refused(words))
            held.close()  # only the command holds the caller's ends from now on
            await self._accompany(process, connection)
        return None

    def _objection(
        self, connection: socket.socket, order: Order, descriptors: Sequence[int], *, busy: bool
    ) -> Reply | None:
        if not may_command(connection, _group(self.listener)):
            return Refused("You are neither root nor in the control socket's group.")
        if len(descriptors) != DESCRIPTORS:
            return Refused("The order came without its ends: this is another version.")
        if order.config != self.config:
            return Elsewhere()
        return Refused(f"{COMMANDS} commands run already. Try again in a moment.") if busy else None

    async def _begin(self, order: Order, descriptors: Sequence[int]) -> asyncio.subprocess.Process:
        output, errors, channel = descriptors
        inside = Inside(order.arguments, self.config, order.directory, channel)
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "ups_gateway"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            pass_fds=(channel,),
            env={**self.environ, INSIDE: msgspec.json.encode(inside).decode()},
            cwd="/",
            start_new_session=True,
        )

    async def _accompany(self, process: asyncio.subprocess.Process, connection: socket.socket) -> None:
        """Until the command has ended; when its caller is gone before, or the service stops, it is interrupted."""
        loop = asyncio.get_running_loop()
        ended = loop.create_task(process.wait())
        gone = loop.create_task(loop.sock_recv(connection, 1))
        try:
            await _tell(connection, Begun())
            await asyncio.wait({ended, gone}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                await _tell(connection, Ended(ended.result()))
        finally:
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
            for seconds in ENDING:
                if not ended.done():
                    process.send_signal(signal.SIGINT)
                    await asyncio.wait({ended}, timeout=seconds)
            if not ended.done():
                process.kill()
                await ended


def may_command(connection: socket.socket, group: int) -> bool:
    """Whether root, the service's own user or a member of the group is at the other end, as the kernel knows."""
    uid, gid = _peer(connection)
    if uid in (0, os.geteuid()):
        return True
    try:
        groups = array.array("I", connection.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, 4 * GROUPS))
    except OSError:  # of more groups than these the first is looked at
        groups = array.array("I")
    return group in (gid, *groups)


def _peer(connection: socket.socket) -> tuple[int, int]:
    """User and group."""
    _, uid, gid = struct.unpack("iII", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return uid, gid


async def _order(connection: socket.socket) -> tuple[Order, list[int]]:
    """What the caller sends first. Raises MsgspecError."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(connection, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(connection)
    packet, descriptors, _, _ = socket.recv_fds(connection, PACKET, DESCRIPTORS)
    try:
        return msgspec.json.decode(packet, type=Order), descriptors
    except msgspec.MsgspecError:
        for one in descriptors:
            os.close(one)
        raise


async def _tell(connection: socket.socket, reply: Reply) -> None:
    await asyncio.get_running_loop().sock_sendall(connection, msgspec.json.encode(reply))
