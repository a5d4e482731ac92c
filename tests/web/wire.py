"""Old clients made of bare sockets, and an exchange that answers by script."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from ups_gateway.errors import GatewayError
from ups_gateway.model import LegacyAnswer, LegacyCall
from ups_gateway.web.delivery import Delivery
from ups_gateway.web.gateway import Listener, Pace

XML = {"Content-Type": "application/xml"}
DECLARATION = b'<?xml version="1.0"?>'
DONE = DECLARATION + b"<Done/>"
FAST = Pace(begin=0.05, blank=0.02, whole=0.5, total=3.0, write=1.0, watch=2.0, linger=0.5, stop=0.5)
PATIENCE = 5.0
"""Seconds a test waits for anything before it fails."""


@dataclass(frozen=True, slots=True)
class Answered:
    answer: LegacyAnswer
    shipment: int | None = None


@dataclass
class Scripted:
    """Answers every call with `body` (echoing the call's when None), when `gate` is open."""

    body: bytes | None = DECLARATION + b"<Done/>"
    shipment: int | None = None
    whole: bool = False
    """Finds that the answer must go out whole."""
    fails: BaseException | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    calls: list[LegacyCall] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)
    peers: list[str] = field(default_factory=list)
    connections: list[Delivery] = field(default_factory=list)
    settled: asyncio.Queue[tuple[int, bool]] = field(default_factory=asyncio.Queue)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    headers: Mapping[str, str] = field(default_factory=lambda: XML)

    def __post_init__(self) -> None:
        self.gate.set()

    async def handle(
        self, call: LegacyCall, connection: Delivery, *, peer: str, time_limit: float, whole: Callable[[], float]
    ) -> Answered:
        self.calls.append(call)
        if self.whole:
            time_limit = whole()
        self.limits.append(time_limit)
        self.peers.append(peer)
        self.connections.append(connection)
        self.arrived.set()
        await self.gate.wait()
        if self.fails is not None:
            raise self.fails
        body = call.body if self.body is None else self.body
        return Answered(LegacyAnswer(200, self.headers, body), self.shipment)

    async def settle(self, shipment: int, delivered: bool) -> None:
        self.settled.put_nowait((shipment, delivered))


def fault(call: LegacyCall, error: GatewayError) -> LegacyAnswer:
    """As translate's, told by path, code and words."""
    return LegacyAnswer(200, XML, DECLARATION + f"<{call.path} {error.code}: {error.message}/>".encode())


def said(path: str, words: str) -> bytes:
    return DECLARATION + f"<{path} {words}/>".encode()


def slow_start(call: LegacyCall) -> tuple[Mapping[str, str], bytes] | None:
    if call.path.startswith("/json/"):
        return {"Content-Type": "application/json"}, b""
    return (XML, DECLARATION) if call.path.startswith("/ups.app/") else None


def listener(exchange: Scripted, **changes: Any) -> Listener:
    pace = changes.pop("pace", Pace(watch=2.0, linger=1.0))
    return Listener(exchange, fault, slow_start, pace=pace, **changes)


@asynccontextmanager
async def running(made: Listener, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """The port it listens on."""
    server = await asyncio.get_running_loop().create_server(
        made, host, 0, backlog=1024, ssl=made.names(tls) if tls is not None else None
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await made.drain(PATIENCE)


def post(path: str = "/ups.app/xml/Rate", body: bytes = b"<x/>", *lines: str, version: str = "1.1") -> bytes:
    head = [f"POST {path} HTTP/{version}", "Host: onlinetools.ups.com", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


class Client:
    """One connection of a client that does exactly what a test says. Its calls block a thread, never the loop."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self._port = port
        self._context = context
        self._host = host
        self.socket: socket.socket | ssl.SSLSocket

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._connect)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.socket.close()

    def _connect(self) -> None:
        plain = socket.create_connection((self._host, self._port), timeout=PATIENCE)
        self.socket = plain
        if self._context is not None:
            self.socket = self._context.wrap_socket(plain, server_hostname="wwwcie.ups.com")

    async def send(self, data: bytes) -> None:
        await asyncio.to_thread(self.socket.sendall, data)

    def half_close(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    async def some(self) -> bytes:
        """What comes next."""
        return await asyncio.to_thread(self.socket.recv, 65536)

    async def rest(self) -> bytes:
        """All until the end."""
        parts = []
        while part := await self.some():
            parts.append(part)
        return b"".join(parts)

    async def until(self, text: bytes) -> bytes:
        """All until and with this text."""
        read = b""
        while text not in read:
            part = await self.some()
            assert part, f"ended after {read!r}"
            read += part
        return read


async def asked(port: int, data: bytes) -> bytes:
    """The whole answer to these bytes."""
    async with Client(port) as client:
        await client.send(data)
        return await client.rest()


def read_answer(answer: bytes) -> tuple[str, dict[str, str], bytes]:
    """Status line, headers (names in lower case) and body. Checks what every answer must keep."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    pairs = [line.split(": ", 1) for line in lines]
    headers = {name.lower(): value for name, value in pairs}
    assert len(headers) == len(pairs), "a header twice"
    assert headers["connection"] == "close"
    if headers.get("transfer-encoding") == "chunked":
        assert first.startswith("HTTP/1.1 ")
        assert "content-length" not in headers
        body = unchunked(body)
    else:
        assert int(headers["content-length"]) == len(body)
    assert body, "an empty answer"
    assert not re.search(rb"<html[\s>]", body, re.IGNORECASE)
    return first, headers, body


def unchunked(data: bytes) -> bytes:
    body = b""
    while True:
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        body, end, data = body + data[:length], data[length : length + 2], data[length + 2 :]
        assert end == b"\r\n"
        if length == 0:
            assert data == b"", "something follows the last chunk"
            return body


async def eventually(condition: Callable[[], bool]) -> None:
    """Returns when it holds; fails after a while."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is polled has no event
            await asyncio.sleep(0.005)
