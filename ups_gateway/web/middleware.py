"""How a request comes in: one a connection, within limits of size and time.

The rule: whatever bytes arrive, there is a `LegacyCall` to answer to, if only from the beginning of what came.
aiohttp's parser reads; it is strict where requests could be smuggled. The body is cut at the length it declared, and
what follows it is ignored, because old clients send line ends, zero bytes and worse after it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import hdrs, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpProcessingError, HttpRequestParser, HttpVersion11, RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.typedefs import Handler, Middleware

from ups_gateway.errors import GatewayError, MalformedRequest, RequestTooLarge, UpsUnreachable
from ups_gateway.model import LegacyCall

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

TEST_HOST = "wwwcie.ups.com"
MAX_HEAD = 65_536
MAX_LINE = 16_384
"""Longest request line and longest header, in bytes."""
MAX_HEADERS = 200
BUFFER = 65_536
MAX_CHUNKS = 5_000
"""Of a body; a larger one may have one for each 1,024 bytes beside them. Each costs as much as a thousand bytes."""
ROOM = 10
"""So many of the largest bodies may be held at the same time."""

_REQUEST_LINE = re.compile(
    rb"\s*([^\s/]{1,200})[ \t]+((?:/|https?://)[^\s?]{0,2000})(?:\?(\S{0,2000}))?( +HTTP/1\.1\s)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a listener takes. Times in seconds, sizes in bytes."""

    max_body: int = 20_000_000
    requests: int = 500
    connections: int = 1000
    receive: float = 30.0


class Refused(Exception):
    """A request that cannot be handed on: what is known of it, and why."""

    def __init__(self, call: LegacyCall, error: GatewayError) -> None:
        super().__init__(error.message)
        self.call = call
        self.error = error


class _BrokenPayload(Exception):
    """The body is not what its head declared."""


class Room:
    """What the bodies of all connections take together, in bytes."""

    __slots__ = ("taken",)

    def __init__(self) -> None:
        self.taken = 0


class Reception:
    """The bytes of one connection until they are a request. Fed by the protocol; awaited by its task."""

    def __init__(self, protocol: BaseProtocol, loop: asyncio.AbstractEventLoop, limits: Limits, room: Room) -> None:
        self._limits = limits
        self._room = room
        self._taken = 0
        self._begun = bytearray()
        self._head: asyncio.Future[RawRequestMessage] = loop.create_future()
        self._payload: StreamReader | None = None
        self._left: int | None = None
        """Bytes of the body still to come; None: chunked, its end is in the bytes."""
        self._fed = 0
        """Bytes that the parser got of a body."""
        self._over = False
        self.names: list[str] = []
        """The host names of a CONNECT and of the TLS handshake."""
        self.parser = HttpRequestParser(
            protocol,
            loop,
            BUFFER,
            max_line_size=MAX_LINE,
            max_field_size=MAX_LINE,
            max_headers=MAX_HEADERS,
            payload_exception=_BrokenPayload,
            auto_decompress=False,
        )

    def feed(self, data: bytes) -> None:
        """What came in. After the end of the request it is ignored."""
        if self._payload is not None:
            self._feed_body(b"" if self._over else data)
        elif not self._head.done():
            fresh = len(self._begun)
            self._begun += data
            self._feed_head(fresh)

    def end(self, words: str = "the connection was closed before the request had come in whole") -> None:
        """Nothing more will come."""
        if self._payload is not None:
            self._break(words)
        else:
            self._fail(words)

    def stop(self) -> None:
        """Nothing more is wanted: whatever comes is ignored, and the body's flow control lets go."""
        self._over = True
        if not self._head.done():
            self._head.cancel()

    def leave(self) -> None:
        """The body is not held any more."""
        self._room.taken -= self._taken
        self._taken = 0

    async def request(self, expected: Callable[[], None]) -> LegacyCall:
        """Head and body; calls `expected` before the body of a client that waits to be asked for it. Raises Refused."""
        try:
            async with asyncio.timeout(self._limits.receive):
                return await self._whole(await self._head, expected)
        except TimeoutError as error:
            raise Refused(self.known(), MalformedRequest("The request did not come in whole in time.")) from error
        except (HttpProcessingError, _BrokenPayload) as error:
            words = " ".join(str(getattr(error, "message", error)).split("\n")[0].split())
            raise Refused(self.known(), MalformedRequest(f"The request is not proper HTTP: {words}")) from error

    def known(self) -> LegacyCall:
        """What can be told of the request by now."""
        message = self._message()
        if message is not None:
            return self._call(message, b"")
        match = _REQUEST_LINE.match(self._begun)
        method, target, query = (match[1], match[2], match[3] or b"") if match else (b"POST", b"/", b"")
        path, host = _split_host(target.decode("latin-1"))
        return LegacyCall(
            method.decode("latin-1"), host or next(iter(self.names), ""), path, query.decode("latin-1"), {}, b""
        )

    @property
    def speaks_1_1(self) -> bool:
        """The client said HTTP/1.1, so it understands chunks."""
        message = self._message()
        if message is not None:
            return bool(message.version >= HttpVersion11)
        match = _REQUEST_LINE.match(self._begun)
        return match is not None and match[4] is not None

    def _message(self) -> RawRequestMessage | None:
        if not self._head.done() or self._head.cancelled() or self._head.exception() is not None:
            return None
        return self._head.result()

    # --- feeding ---

    def _feed_head(self, fresh: int) -> None:
        """`fresh`: where what just came in begins; what was there before is not searched again."""
        start = len(self._begun) - len(self._begun.lstrip(b"\r\n")) if self._begun.startswith((b"\r", b"\n")) else 0
        search = max(start, fresh - 3)
        end = self._begun.find(b"\r\n\r\n", search)
        if end < 0:
            if len(self._begun) > MAX_HEAD:
                self._fail("the head is too long")
            elif self._begun.find(b"\n\n", search) >= 0 or self._begun.find(b"\r\r", search) >= 0:
                self._fail("lines of the head must end with CR and LF")
            return
        head, rest = bytes(self._begun[start : end + 4]), bytes(self._begun[end + 4 :])
        try:
            messages, upgraded, _ = self.parser.feed_data(head)
        except HttpProcessingError as error:
            self._over = True
            self._head.set_exception(error)
            return
        if not messages:
            self._fail("the head cannot be read")
            return
        message, payload = messages[0]
        length = message.headers.get(hdrs.CONTENT_LENGTH)
        self._left = None if message.chunked else int(length or 0)
        if upgraded or payload.is_eof():
            self._left = 0
        self._payload = payload
        self._head.set_result(message)
        self._feed_body(rest)

    def _feed_body(self, data: bytes) -> None:
        """Also called without data, when the reader has caught up with what the parser holds back."""
        payload = self._payload
        if payload is None or payload.is_eof() or payload.exception() is not None:
            return
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        try:
            self.parser.feed_data(data)
        except HttpProcessingError as error:
            if not payload.is_eof():
                self._break(error.message)
        self._fed += len(data)
        if self._fed > 2 * self._limits.max_body + BUFFER:
            self._break("the chunks say too much beside the body")
        self._over = self._over or self._left == 0 or payload.is_eof()

    def _fail(self, words: str) -> None:
        self._over = True
        if not self._head.done():
            self._head.set_exception(_BrokenPayload(words))

    def _break(self, words: str) -> None:
        self._over = True
        if self._payload is not None and not self._payload.is_eof():
            self._payload.set_exception(_BrokenPayload(words))

    # --- reading ---

    async def _whole(self, message: RawRequestMessage, expected: Callable[[], None]) -> LegacyCall:
        payload = self._payload
        too_large = RequestTooLarge(f"The request is larger than {self._limits.max_body} bytes.")
        if self._left is not None and self._left > self._limits.max_body:
            raise Refused(self.known(), too_large)
        if message.headers.get(hdrs.EXPECT, "").lower() == "100-continue" and self.speaks_1_1 and not self._over:
            expected()
        body, chunks = bytearray(), 0
        while payload is not None and not payload.at_eof():
            part, ends_chunk = await payload.readchunk()
            body += part
            chunks += ends_chunk
            if chunks > MAX_CHUNKS + len(body) // 1_024:
                raise _BrokenPayload("the chunks are too small")
            self._taken += len(part)
            self._room.taken += len(part)
            if len(body) > self._limits.max_body:
                raise Refused(self.known(), too_large)
            if self._room.taken > ROOM * self._limits.max_body:
                words = "The gateway is busy with other large requests. Nothing was done; try again in a moment."
                raise Refused(self.known(), UpsUnreachable(words, retry_after=1.0))
        return self._call(message, bytes(body))

    def _call(self, message: RawRequestMessage, body: bytes) -> LegacyCall:
        target, _, query = message.path.partition("?")
        path, host = _split_host(target)
        headers: dict[str, str] = {}
        for name, value in message.headers.items():
            headers.setdefault(name.lower(), _text(value))
        hosts = [host, headers.get("host", ""), *self.names]
        named = [one for one in hosts if one]
        test = [one for one in named if one.partition(":")[0].lower() == TEST_HOST]
        return LegacyCall(message.method, (test or named or [""])[0], _text(path), _text(query), headers, body)


def _split_host(target: str) -> tuple[str, str]:
    """Path and host of a request target; a client that takes us for a proxy sends a whole URL."""
    match = re.match(r"https?://([^/]*)(/.*)?$", target, re.IGNORECASE | re.DOTALL)
    return (match[2] or "/", match[1]) if match else (target, "")


def _text(value: str) -> str:
    """A header or path as text: bytes that are no UTF-8 become the Latin-1 characters they were meant as."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape").decode("latin-1")
    return value


def sanitised(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Headers that cannot begin another line or answer, whatever a request put into them."""
    return [
        (re.sub(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]", "", name), re.sub(r"[^\x20-\x7e]+", " ", value).strip())
        for name, value in headers.items()
    ]


def may_come(peer: str, allow: Sequence[Network]) -> bool:
    """This machine always may; others only from `allow`, or when there is no such list."""
    if not allow:
        return True
    address: Any = ipaddress.ip_address(peer.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    return bool(address.is_loopback) or any(address in network for network in allow)


def allow_only(allow: Sequence[Network]) -> Middleware:
    """For aiohttp's own listener: refuses whoever may not come."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not may_come(request.remote or "", allow):
            return web.Response(status=403, text="Your address is not in listen.allow.\n")
        return await handler(request)

    return middleware
