"""What is asked for beside the tools: the page for a health check, other paths, hosts, strangers, other protocols."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.web.wire import (
    DONE,
    Client,
    Scripted,
    asked,
    listener,
    post,
    read_answer,
    running,
    said,
)
from ups_gateway import tls


async def test_a_health_check_gets_the_page_that_ups_shows() -> None:
    exchange = Scripted()
    async with running(listener(exchange)) as port:
        request = b"GET /ups.app/xml/XAV/ HTTP/1.1\r\nHost: wwwcie.ups.com:443\r\n\r\n"
        _, headers, body = read_answer(await asked(port, request))
        head = await asked(port, request.replace(b"GET", b"HEAD"))
    assert headers["content-type"] == "text/plain"
    assert body.decode() == (
        f"Service Name: XAV\nRemote User: null\nServer Port: {port}\nServer Name: wwwcie.ups.com\nServlet Path: /XAV\n"
    )
    assert head.endswith(b"\r\n\r\n")
    assert exchange.calls == []


async def test_every_other_path_is_the_exchanges_business() -> None:
    exchange = Scripted()
    async with running(listener(exchange)) as port:
        for path in ("/", "/ups.app/xml/Nothing", "/admin", "/upscallback?code=1", "/ups.app/xml/Rate/../x"):
            read_answer(await asked(port, f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode()))
    assert [call.path for call in exchange.calls] == [
        "/",
        "/ups.app/xml/Nothing",
        "/admin",
        "/upscallback",
        "/ups.app/xml/Rate/../x",
    ]


@pytest.mark.parametrize(
    ("target", "host", "expected"),
    [
        ("/x", "onlinetools.ups.com", ("onlinetools.ups.com", "/x")),
        ("http://WWWCIE.ups.com:80/x", "onlinetools.ups.com", ("WWWCIE.ups.com:80", "/x")),
        ("http://onlinetools.ups.com/x", "wwwcie.ups.com", ("wwwcie.ups.com", "/x")),
        ("https://www.ups.com", "127.0.0.1:8080", ("www.ups.com", "/")),
    ],
)
async def test_the_test_host_counts_wherever_it_is_named(target: str, host: str, expected: tuple[str, str]) -> None:
    exchange = Scripted()
    async with running(listener(exchange)) as port:
        await asked(port, f"POST {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert [(call.host, call.path) for call in exchange.calls] == [expected]


@pytest.fixture
def certificates(tmp_path: Path) -> tls.ServerFiles:
    return tls.ensure(tmp_path, datetime.now(UTC))


async def test_over_tls_the_name_of_the_handshake_counts_as_the_host(certificates: tls.ServerFiles) -> None:
    exchange = Scripted()
    trusting = ssl.create_default_context(cafile=certificates.ca_cert)
    async with (
        running(listener(exchange), tls.server_context(certificates)) as port,
        Client(port, trusting) as client,
    ):
        await client.send(post())
        assert read_answer(await client.rest())[2] == DONE
    assert [call.host for call in exchange.calls] == ["wwwcie.ups.com"]


async def test_a_stranger_is_refused_with_an_answer() -> None:
    exchange, seen = Scripted(), list[str]()

    def admits(peer: str) -> bool:
        seen.append(peer)
        return False

    async with running(listener(exchange, admits=admits)) as port:
        answer = read_answer(await asked(port, post()))[2]
    words = "250003: 127.0.0.1 may not use this gateway; its administrator can add it to listen.allow."
    assert answer == said("/ups.app/xml/Rate", words)
    assert (seen, exchange.calls) == (["127.0.0.1"], [])


async def test_a_connection_that_belongs_to_another_protocol_is_handed_over() -> None:
    class Other(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.write(b"other: " + data)
            self.transport.close()

    def handover(begun: bytes) -> asyncio.Protocol | None:
        return Other() if begun.startswith(b"GET /upscallback") else None

    exchange = Scripted()
    made = listener(exchange, handover=handover)
    async with running(made) as port:
        async with Client(port) as client:
            await client.send(b"GET /upsc")
            await client.send(b"allback HTTP/1.1\r\n\r\n")
            assert await client.rest() == b"other: GET /upscallback HTTP/1.1\r\n\r\n"
        assert read_answer(await asked(port, post()))[2] == DONE
        async with Client(port) as client:
            await client.send(b"POST /ups.app/xml/Void")
            client.half_close()
            read_answer(await client.rest())
    assert [call.path for call in exchange.calls] == ["/ups.app/xml/Rate"]
    assert made.open == set()
