"""Whatever bytes come in, an old-style answer goes out: neither empty, nor HTML, nor a hanging connection."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.wire import PATIENCE, Scripted, listener, read_answer, running
from ups_gateway.web.gateway import Pace
from ups_gateway.web.middleware import Limits

PIECES = (
    b"POST /ups.app/xml/Rate HTTP/1.1\r\n",
    b"POST /rest/Ship HTTP/1.0\r\n",
    b"GET /x?y HTTP/1.1\r\n",
    b"CONNECT wwwcie.ups.com:443 HTTP/1.1\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"Host: onlinetools.ups.com\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: +5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: identity\r\n",
    b"transfer-encoding : chunked\r\n",
    b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n",
    b"Content-Encoding: gzip\r\n",
    b"X: \0\r\n",
    b" folded\r\n",
    b"\r\n",
    b"\n",
    b"\r",
    b"5\r\nabcde\r\n",
    b"ffffffffffffffff1\r\n",
    b"0\r\n\r\n",
    b"<?xml version='1.0'?><AccessRequest/>",
    b"\x00\xff\xfe",
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A listener in a thread of its own, as one example follows the other."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    found: list[int] = []
    ready = threading.Event()

    async def serve() -> None:
        pace = Pace(begin=60.0, watch=0.05, linger=0.05, stop=0.05)
        async with running(listener(Scripted(), pace=pace, limits=Limits(max_body=1000, receive=2.0))) as number:
            found.append(number)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(PATIENCE)
    yield found[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def answered(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        parts = []
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
def test_pieces_of_requests_in_any_order_are_answered(port: int, data: bytes) -> None:
    read_answer(answered(port, data))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_answered(port: int, data: bytes) -> None:
    read_answer(answered(port, data))
