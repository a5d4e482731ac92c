"""The proxy listener by bare sockets: what is served, what is refused, and what must not get through."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.web.wire import (
    DONE,
    PATIENCE,
    Client,
    Scripted,
    asked,
    eventually,
    listener,
    post,
    read_answer,
    said,
)
from ups_gateway import tls
from ups_gateway.web.middleware import Limits
from ups_gateway.web.proxy import Proxy

RATE = "/ups.app/xml/Rate"
CONNECT = b"CONNECT onlinetools.ups.com:443 HTTP/1.1\r\nHost: onlinetools.ups.com:443\r\n\r\n"
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
ANSWERS_FOR = (
    " cannot be reached by way of this gateway. It answers for onlinetools.ups.com, wwwcie.ups.com, www.ups.com,"
    " filexfer.ups.com only (CONNECT to port 443, plain requests to port 80). Let the program use this proxy for those"
    " hosts alone.\n"
)
BEHIND = "Something came behind the CONNECT before it was answered.\n"
NO_BODY = "A CONNECT has no body.\n"
WHOLE_URL = "This is a proxy's address: it wants the whole URL, http://HOST/PATH.\n"
NO_REQUEST = "This is no request to a proxy.\n"


@dataclass(frozen=True)
class Place:
    port: int
    proxy: Proxy
    exchange: Scripted
    trusting: ssl.SSLContext


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tls.ServerFiles:
    folder: Path = tmp_path_factory.mktemp("tls")
    return tls.ensure(folder, datetime.now(UTC))


@asynccontextmanager
async def a_place(certificates: tls.ServerFiles, **changes: Any) -> AsyncIterator[Place]:
    exchange = Scripted()
    made = listener(exchange, **changes)
    proxy = Proxy(made, made.names(tls.server_context(certificates)), tls.UPS_HOSTS)
    server = await asyncio.get_running_loop().create_server(proxy, "127.0.0.1", 0, backlog=1024)
    trusting = ssl.create_default_context(cafile=certificates.ca_cert)
    try:
        yield Place(server.sockets[0].getsockname()[1], proxy, exchange, trusting)
    finally:
        server.close()
        proxy.close()
        await made.drain(PATIENCE)


@pytest.fixture
async def place(certificates: tls.ServerFiles) -> AsyncIterator[Place]:
    async with a_place(certificates) as place:
        yield place
        await eventually(lambda: not place.proxy.open)


def inside(place: Place, client: Client, name: str | None = "onlinetools.ups.com") -> None:
    """TLS in the tunnel, as it is after the answer to a CONNECT."""
    context = place.trusting
    if name is None:
        context = ssl.create_default_context(cadata=ssl.DER_cert_to_PEM_cert(context.get_ca_certs(binary_form=True)[0]))
        context.check_hostname = False
    client.socket = context.wrap_socket(client.socket, server_hostname=name)


async def tunnelled(
    place: Place, data: bytes, connect: bytes = CONNECT, name: str | None = "onlinetools.ups.com"
) -> bytes:
    """The whole answer to bytes inside."""
    async with Client(place.port) as client:
        await client.send(connect)
        assert await client.until(b"\r\n\r\n") == ESTABLISHED.replace(b"1.1", connect.split(b"HTTP/")[1][:3])
        await asyncio.to_thread(inside, place, client, name)
        await client.send(data)
        return await client.rest()


def refusal(answer: bytes) -> tuple[str, str]:
    """Status line and words."""
    first, headers, body = read_answer(answer)
    assert headers["content-type"] == "text/plain"
    return first, body.decode()


@pytest.mark.parametrize(
    "connect",
    [
        pytest.param(CONNECT, id="as curl does it"),
        pytest.param(b"CONNECT onlinetools.ups.com:443 HTTP/1.0\r\n\r\n", id="HTTP/1.0"),
        pytest.param(b"CONNECT OnlineTools.UPS.com.:443 HTTP/1.1\r\n\r\n", id="another spelling"),
        pytest.param(
            b"CONNECT onlinetools.ups.com:443 HTTP/1.1\r\nContent-Length: 0\r\nProxy-Connection: Keep-Alive\r\n"
            b"Proxy-Authorization: Basic eDp5\r\n\r\n",
            id="as Windows does it",
        ),
        pytest.param(b"\r\n" + CONNECT, id="after an empty line"),
    ],
)
async def test_a_connect_to_ups_is_answered_here_and_served_as_over_tls(place: Place, connect: bytes) -> None:
    _, headers, body = read_answer(await tunnelled(place, post(RATE, b"<a/>"), connect))
    assert (headers["connection"], body) == ("close", DONE)
    (call,) = place.exchange.calls
    assert (call.host, call.path, call.body) == ("onlinetools.ups.com", RATE, b"<a/>")
    assert "proxy-authorization" not in call.headers


async def test_a_connect_may_come_byte_by_byte(place: Place) -> None:
    async with Client(place.port) as client:
        for byte in CONNECT:
            await client.send(bytes([byte]))
        assert await client.until(b"\r\n\r\n") == ESTABLISHED
        await asyncio.to_thread(inside, place, client)
        await client.send(post())
        assert read_answer(await client.rest())[2] == DONE


@pytest.mark.parametrize("name", ["onlinetools.ups.com", None])
async def test_a_connect_to_the_test_host_is_one_whatever_is_named_inside(place: Place, name: str | None) -> None:
    connect = CONNECT.replace(b"onlinetools", b"wwwcie")
    read_answer(await tunnelled(place, post(), connect, name))
    assert [call.host for call in place.exchange.calls] == ["wwwcie.ups.com"]


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("http://onlinetools.ups.com", "onlinetools.ups.com"),
        ("http://WWW.ups.com:80", "WWW.ups.com:80"),
        ("HTTP://wwwcie.ups.com", "wwwcie.ups.com"),
        ("https://onlinetools.ups.com", "onlinetools.ups.com"),
        ("https://onlinetools.ups.com:443", "onlinetools.ups.com:443"),
    ],
)
async def test_a_plain_request_that_names_ups_is_served(place: Place, target: str, host: str) -> None:
    data = post(target + RATE, b"<a/>", "Proxy-Connection: close")
    assert read_answer(await asked(place.port, data))[2] == DONE
    assert [(call.host, call.path, call.body) for call in place.exchange.calls] == [(host, RATE, b"<a/>")]


@pytest.mark.parametrize(
    "target",
    [
        "example.com:443",
        "onlinetools.ups.com:80",
        "onlinetools.ups.com:22",
        "onlinetools.ups.com:0443443",
        "onlinetools.ups.com",
        "onlinetools.ups.com.evil.example:443",
        "evil-onlinetools.ups.com:443",
        "ups.com:443",
        "127.0.0.1:443",
        "localhost:443",
        "[::1]:443",
        "[::1",
        ":443",
        ":",
        "x",
        "*",
        "/ups.app/xml/Rate",
        "http://onlinetools.ups.com:443",
        "user:password@onlinetools.ups.com:443",
        "onlinetools.ups.com:443@evil.example:443",
        "onlinetools.ups.com%00.evil.example:443",
        "a" * 5_000 + ":443",
    ],
)
async def test_a_connect_to_anybody_else_is_refused_in_words(place: Place, target: str) -> None:
    data = f"CONNECT {target} HTTP/1.1\r\nHost: onlinetools.ups.com:443\r\n\r\n".encode()
    assert refusal(await asked(place.port, data)) == ("HTTP/1.1 403 Forbidden", target[:200] + ANSWERS_FOR)
    assert place.exchange.calls == []


@pytest.mark.parametrize(
    "target",
    [
        "http://example.com/ups.app/xml/Rate",
        "http://onlinetools.ups.com:443/ups.app/xml/Rate",
        "https://onlinetools.ups.com:80/ups.app/xml/Rate",
        "http://onlinetools.ups.com@evil.example/ups.app/xml/Rate",
        "http://evil.example?onlinetools.ups.com/",
        "http://evil.example#onlinetools.ups.com/",
        r"http://evil.example\onlinetools.ups.com/",
        "http:///ups.app/xml/Rate",
        "http://[::1]/ups.app/xml/Rate",
    ],
)
async def test_a_plain_request_to_anybody_else_is_refused_and_its_body_read(place: Place, target: str) -> None:
    first, words = refusal(await asked(place.port, post(target, b"x" * 3_000_000)))
    assert first == "HTTP/1.1 403 Forbidden"
    assert words.endswith(ANSWERS_FOR)
    assert place.exchange.calls == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(CONNECT + b"\x16\x03\x01", BEHIND, id="the beginning of a handshake"),
        pytest.param(CONNECT + post(), BEHIND, id="a plain request"),
        pytest.param(CONNECT * 2, BEHIND, id="another CONNECT"),
        pytest.param(CONNECT[:-2] + b"Content-Length: 3\r\n\r\n", NO_BODY, id="a body to come"),
        pytest.param(CONNECT[:-2] + b"Content-Length: 3\r\n\r\nabc", NO_BODY, id="a body"),
        pytest.param(CONNECT[:-2] + b"content-length :00, 3\r\n\r\n", NO_BODY, id="two lengths"),
        pytest.param(CONNECT[:-2] + b"Content-Length: 0\r\nContent-Length: 3\r\n\r\n", NO_BODY, id="a second length"),
        pytest.param(CONNECT[:-2] + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", NO_BODY, id="chunks"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", WHOLE_URL, id="a path"),
        pytest.param(b"GET onlinetools.ups.com/ HTTP/1.1\r\n\r\n", WHOLE_URL, id="a host and a path"),
        pytest.param(b"GET ftp://onlinetools.ups.com/ HTTP/1.1\r\n\r\n", WHOLE_URL, id="another scheme"),
        pytest.param(b"\x16\x03\x01\x02\x00\n", NO_REQUEST, id="TLS without CONNECT"),
        pytest.param(b"\x05\x01\x00\n", NO_REQUEST, id="SOCKS"),
        pytest.param(b"CONNECT  HTTP/1.1\r\n\r\n", NO_REQUEST, id="no target"),
        pytest.param(b"CONNECT onlinetools.ups.com:443\r\n\r\n", NO_REQUEST, id="no version"),
        pytest.param(b"CONNECT onlinetools.ups.com:443 HTTP/2.0\r\n\r\n", NO_REQUEST, id="HTTP/2"),
        pytest.param(b"CONNECT onlinetools.ups.com:4\xb2 HTTP/1.1\r\n\r\n", NO_REQUEST, id="a digit of Latin-1"),
        pytest.param(b"G" * 20_000, "The request line is too long.\n", id="a line without an end"),
        pytest.param(CONNECT[:-2] + b"X: y\r\n" * 12_000, "The head is too long.\n", id="headers without an end"),
    ],
)
async def test_what_could_be_taken_for_something_else_is_refused(place: Place, data: bytes, words: str) -> None:
    assert refusal(await asked(place.port, data)) == ("HTTP/1.1 400 Bad Request", words)
    assert place.exchange.calls == []


async def test_what_comes_behind_a_connect_never_passes_for_what_comes_inside(place: Place) -> None:
    """The bytes come in pieces of their own, at the moment at which the handshake begins."""
    async with Client(place.port) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await client.send(CONNECT[:-1])
        await client.send(CONNECT[-1:])
        await client.send(post())
        answer = await client.rest()
    assert answer in (b"", ESTABLISHED) or refusal(answer) == ("HTTP/1.1 400 Bad Request", BEHIND)
    assert place.exchange.calls == []


@pytest.mark.parametrize("end", [1, 7, 20, len(CONNECT) - 1])
async def test_half_a_connect_is_answered_too(place: Place, end: int) -> None:
    async with Client(place.port) as client:
        await client.send(CONNECT[:end])
        client.half_close()
        words = "The connection was closed before the request had come in whole.\n"
        assert refusal(await client.rest()) == ("HTTP/1.1 400 Bad Request", words)


async def test_a_connect_inside_a_connect_leads_nowhere(place: Place) -> None:
    nested = await tunnelled(place, CONNECT.replace(b"onlinetools.ups.com", b"evil.example"))
    assert read_answer(nested)[2] == DONE  # the exchange has it, and knows no such path
    assert [(call.method, call.path) for call in place.exchange.calls] == [("CONNECT", "evil.example:443")]


async def test_what_comes_behind_a_request_inside_is_ignored(place: Place) -> None:
    assert read_answer(await tunnelled(place, post() + post("/ups.app/xml/Void")))[2] == DONE
    assert [call.path for call in place.exchange.calls] == [RATE]


async def test_who_shakes_no_hands_is_cut_and_leaves_nothing(place: Place) -> None:
    async with Client(place.port) as client:
        await client.send(CONNECT)
        assert await client.until(b"\r\n\r\n") == ESTABLISHED
        await client.send(post())
        assert b"HTTP/" not in await client.rest()
    await eventually(lambda: not place.proxy.open)
    assert place.exchange.calls == []


async def test_who_hangs_up_in_a_handshake_leaves_nothing(place: Place) -> None:
    for leave in (Client.close, Client.reset):
        async with Client(place.port) as client:
            await client.send(CONNECT)
            assert await client.until(b"\r\n\r\n") == ESTABLISHED
            assert len(place.proxy.open) == 1
            leave(client)
            await eventually(lambda: not place.proxy.open)


async def test_a_stranger_is_refused_before_anything_else(certificates: tls.ServerFiles) -> None:
    words = "127.0.0.1 may not use this gateway; its administrator can add it to listen.allow.\n"
    async with a_place(certificates, admits=lambda _peer: False) as place:
        for data in (CONNECT, post("http://onlinetools.ups.com" + RATE), b"CONNECT evil:1 HTTP/1.1\r\n\r\n"):
            assert refusal(await asked(place.port, data)) == ("HTTP/1.1 403 Forbidden", words)
    assert place.exchange.calls == []


async def test_a_head_alone_is_refused_without_a_body(place: Place) -> None:
    answer = await asked(place.port, b"HEAD http://evil.example/ HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.0 403 Forbidden\r\n")
    assert answer.endswith(b"\r\n\r\n")


async def test_who_sends_a_little_for_ever_is_answered_at_the_limit(certificates: tls.ServerFiles) -> None:
    async with a_place(certificates, limits=Limits(receive=0.2)) as place, Client(place.port) as client:
        await client.send(CONNECT[:30])
        words = "The request did not come in whole in time.\n"
        assert refusal(await client.rest()) == ("HTTP/1.1 408 Request Timeout", words)


async def test_a_flood_of_connects_is_bounded_and_over_when_they_go(certificates: tls.ServerFiles) -> None:
    async with a_place(certificates, limits=Limits(connections=10)) as place:
        flood = [await asyncio.open_connection("127.0.0.1", place.port) for _ in range(100)]
        for _, writer in flood:
            writer.write(CONNECT)
        heads = [await _head(reader) for reader, _ in flood]
        assert heads.count(ESTABLISHED) == len(place.proxy.open) == 20
        assert set(heads) == {ESTABLISHED, b""}
        for _, writer in flood:
            writer.transport.abort()
        await eventually(lambda: not place.proxy.open)
        assert read_answer(await tunnelled(place, post()))[2] == DONE


async def _head(reader: asyncio.StreamReader) -> bytes:
    """Of the answer; nothing where the connection was cut."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


async def test_one_that_is_busy_says_so_in_the_programs_own_form(certificates: tls.ServerFiles) -> None:
    async with a_place(certificates, limits=Limits(requests=1)) as place, Client(place.port) as first:
        place.exchange.gate.clear()
        await first.send(post("http://onlinetools.ups.com" + RATE))
        await place.exchange.arrived.wait()
        words = "20001: The gateway is busy with other requests. Nothing was done; try again in a moment."
        assert read_answer(await tunnelled(place, post()))[2] == said(RATE, words)
        place.exchange.gate.set()
        assert read_answer(await first.rest())[2] == DONE


async def test_a_stop_sends_away_who_is_not_served_yet(certificates: tls.ServerFiles) -> None:
    async with a_place(certificates) as place:
        begun, shaking = Client(place.port), Client(place.port)
        async with begun, shaking:
            await begun.send(CONNECT[:30])
            await shaking.send(CONNECT)
            assert await shaking.until(b"\r\n\r\n") == ESTABLISHED
            await eventually(lambda: len(place.proxy.open) == 2)
            place.proxy.close()
            assert refusal(await begun.rest()) == ("HTTP/1.1 503 Service Unavailable", "The gateway is stopping.\n")
            assert await shaking.rest() == b""
        await eventually(lambda: not place.proxy.open)
