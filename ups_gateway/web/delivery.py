"""Whether the one at the other end of a connection is still there, and whether it has our answer.

The rule: only the kernel's word counts. An answer is delivered when the peer acknowledged every byte (the send queue,
SIOCOUTQ, is empty) and did not reset the connection, or closed it in good order after the last byte. Over TLS the
answer must be acknowledged before our close_notify: many clients never read it, and their close then looks like a
reset.

A FIN before the answer means two things: a client that gave up, or an old one that ends its request by closing its
sending side and goes on reading. For a peer on this machine /proc/net/tcp tells which: a socket that was closed
belongs to no process any more. For others the moment tells: who half-closes does so with the request, who gives up
waits first.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import ipaddress
import os
import socket
import struct
import termios
from pathlib import Path
from typing import Any

HALF_CLOSE = 1.0
"""Seconds after the request within which a FIN from another machine is taken for a half-close."""

FIRST_LOOK, LAST_LOOK = 0.001, 0.1
"""Seconds between looks at the send queue; doubled from the first to the last."""

_TCP_CLOSE, _TCP_CLOSE_WAIT = 7, 8  # include/net/tcp_states.h


class Delivery:
    """One connection, from its first byte until it is known how the answer fared. Asked by the exchange, at any time.

    The protocol tells it what happens (`request_ended`, `peer_ended`, `finishing`, `lost`); `settled` finds the
    verdict. Afterwards it holds no socket, and may be asked as long as somebody keeps it.
    """

    __slots__ = (
        "__weakref__",
        "_acknowledged",
        "_changed",
        "_ended",
        "_kept",
        "_loop",
        "_lost",
        "_peer_ended_at",
        "_request_ended_at",
        "_reset",
        "_tls",
        "_transport",
        "_verdict",
        "_written",
    )

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport: asyncio.Transport | None = transport
        self._loop = loop
        self._tls = transport.get_extra_info("ssl_object") is not None
        self._changed = asyncio.Event()
        self._request_ended_at: float | None = None
        self._peer_ended_at: float | None = None
        self._kept: socket.socket | None = None
        self._lost = False
        self._reset = False
        self._written = False
        self._ended = False
        self._acknowledged = False
        self._verdict: bool | None = None

    # --- what the exchange asks ---

    def is_open(self) -> bool:
        """The peer has neither hung up nor reset."""
        if self._verdict is not None or self._gone():
            return False
        if self._peer_ended_at is None and self._state() == _TCP_CLOSE_WAIT:
            self._peer_ended_at = self._loop.time()  # the loop has yet to read it
        return self._peer_ended_at is None or self._peer_holds_its_end()

    def delivered(self) -> bool:
        """The whole answer is written, and the peer has every byte of it, as far as is known now."""
        if self._verdict is not None:
            return self._verdict
        self._gone()
        return self._written and not self._reset and (self._acknowledged or self._queue_is_empty())

    # --- what the protocol tells ---

    def request_ended(self) -> None:
        """The request has come in whole."""
        self._request_ended_at = self._loop.time()

    def peer_ended(self) -> None:
        """A FIN (over TLS a close_notify) came in."""
        self._peer_ended_at = self._loop.time()
        if self._tls and self._kept is not None and not self._gone() and self._queue_is_empty():
            # The loop answers with our close_notify, and who has closed already says to that: reset.
            self._acknowledged = self._ended = True
        self._changed.set()

    def finishing(self) -> None:
        """The last bytes are about to be written: from now on the kernel can be asked even if the loop closes."""
        connection = self._socket()
        if connection is not None:
            with contextlib.suppress(OSError):  # too many files are open: the transport's own must do
                self._kept = socket.socket(fileno=os.dup(connection.fileno()))

    def lost(self, error: BaseException | None) -> None:
        """The transport is gone; with an error when the peer reset it."""
        if isinstance(error, ConnectionError) and not (self._tls and self._ended):
            self._reset = True
        self._lost = True
        self._transport = None
        self._changed.set()

    # --- after the last byte ---

    async def settled(self, seconds: float) -> bool:
        """Ends our side, waits for the peer's at most so long, and gives the verdict. The answer has been written."""
        self._written = True
        with contextlib.suppress(TimeoutError):  # what is known by then decides
            async with asyncio.timeout(seconds):
                await (self._settled_tls() if self._tls else self._settled_plain())
        return self.decide()

    def decide(self) -> bool:
        """The verdict by what is known now; then the connection is closed.

        One that is found undelivered is reset, so that its answer cannot arrive after all.
        """
        if self._verdict is None:
            self._verdict = self.delivered()
        if self._kept is not None:
            if not self._verdict:
                self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._kept.close()
            self._kept = None
        if self._transport is not None:
            if self._verdict:
                self._transport.close()
            else:
                self._transport.abort()
            self._transport = None
        return self._verdict

    async def _settled_plain(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            with contextlib.suppress(OSError):  # reset already: the looks below find it
                self._transport.write_eof()
        look = FIRST_LOOK
        while not self._gone() and not (self._peer_ended_at is not None and self._queue_is_empty()):
            look = await self._wait(look)

    async def _settled_tls(self) -> None:
        look, empty = FIRST_LOOK, 0
        while empty < 2:
            empty = empty + 1 if self._queue_is_empty() else 0  # twice: TLS may hold bytes that no queue shows
            if self._gone():
                return
            look = await self._wait(look)
        self._acknowledged = True
        if self._transport is not None:
            self._ended = True
            self._transport.close()
        while not self._lost:
            look = await self._wait(look)

    async def _wait(self, look: float) -> float:
        """Until something happens or it is time for the next look; gives the time to the one after."""
        self._changed.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(look):
                await self._changed.wait()
        return min(look * 2, LAST_LOOK)

    # --- the kernel's word ---

    def _gone(self) -> bool:
        """The connection is over: lost, reset, or closed by both sides."""
        state, connection = self._state(), self._socket()
        if state is None:
            return True
        closed = state == _TCP_CLOSE
        if closed and not (self._tls and self._ended):
            error = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            self._reset = self._reset or bool(error) or self._loop_has_the_error()
        return closed or self._lost

    def _state(self) -> int | None:
        """The kernel's TCP state of our socket; None when there is no socket any more."""
        connection = self._socket()
        if connection is None:
            return None
        information: bytes = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
        return information[0]

    def _loop_has_the_error(self) -> bool:
        """The loop read the socket's error, which takes it away, and has not called `lost` yet.

        Only an error, or over TLS the peer's close, makes a transport close that we did not; and a peer's close alone
        does not close the kernel's side of it.
        """
        return self._transport is not None and self._transport.is_closing()

    def _socket(self) -> Any:
        """The kept socket, or the transport's while its file number is surely still its own."""
        if self._kept is not None:
            return self._kept
        transport = self._transport
        if transport is None or transport.is_closing():
            return None
        connection = transport.get_extra_info("socket")
        return connection if connection is not None and connection.fileno() >= 0 else None

    def _queue_is_empty(self) -> bool:
        connection = self._socket()
        if connection is None or (self._transport is not None and self._transport.get_write_buffer_size() > 0):
            return False
        (waiting,) = struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0" * 4))
        return bool(waiting == 0)

    def _peer_holds_its_end(self) -> bool:
        connection = self._socket()
        if connection is None:
            return False
        ours, theirs = connection.getsockname()[:2], connection.getpeername()[:2]
        owned = _owned(theirs, ours)
        if owned is not None:
            return owned
        if ours[0] == theirs[0] or _address(theirs[0]).is_loopback:
            return False  # nobody on this machine has it any more
        begun, ended = self._request_ended_at, self._peer_ended_at
        return begun is None or ended is None or ended - begun <= HALF_CLOSE


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(host.partition("%")[0])
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address


def _owned(local: tuple[str, int], remote: tuple[str, int]) -> bool | None:
    """Whether a process of this machine holds the socket with these ends; None: the machine has no such socket.

    Columns of /proc/net/tcp: number, local end, remote end, state, ..., the tenth the inode (0: no process has it).
    """
    for table, six in (("/proc/net/tcp", False), ("/proc/net/tcp6", True)):
        wanted = [_end(local, six=six), _end(remote, six=six)]
        if None in wanted or not Path(table).exists():
            continue
        for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
            columns = line.split()
            if columns[1:3] == wanted:
                return columns[9] != "0"
    return None


def _end(end: tuple[str, int], *, six: bool) -> str | None:
    """Address and port as the kernel prints them: words of four bytes in the machine's order."""
    address = _address(end[0])
    packed = address.packed
    if six and len(packed) == 4:
        packed = b"\0" * 10 + b"\xff\xff" + packed
    if len(packed) != (16 if six else 4):
        return None
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return "".join(f"{word:08X}" for word in words) + f":{end[1]:04X}"
