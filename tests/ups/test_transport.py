"""The transport against real sockets: what was sent, what was not."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ups_gateway import __version__
from ups_gateway.model import RestReply
from ups_gateway.ups.transport import NotSent, SentNoReply, Transport

Stream = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    async with Transport(connect_timeout=1.0, max_body=100_000) as made:
        yield made


@asynccontextmanager
async def raw(answer: Stream) -> AsyncIterator[str]:
    """A server that does with each connection what the test says."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@asynccontextmanager
async def app(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", handler)
    async with TestServer(application) as server:
        yield str(server.make_url("")).rstrip("/")


async def head(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


async def test_request_and_reply_go_through_whole(transport: Transport) -> None:
    seen: list[tuple[str, str, bytes, dict[str, str]]] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        kept = {name: value for name, value in request.headers.items() if name != "Host"}
        seen.append((request.method, request.raw_path, await request.read(), kept))
        response = web.Response(status=418, body=b'{"a":1}', content_type="application/json")
        response.headers.extend([("X-Two", "one"), ("X-Two", "two"), ("Set-Cookie", "c=1")])
        return response

    async with app(handler) as url:
        target = f"{url}/api/x%2Fy?q=a%20b%26c"
        first = await transport.send("POST", target, {"X-Mine": "ü".encode().hex()}, b"body", timeout=5)
        await transport.send("GET", target, {}, b"", timeout=5)
    assert first == RestReply(418, first.headers, b'{"a":1}')
    assert {name: first.headers[name] for name in ("content-type", "x-two")} == {
        "content-type": "application/json",
        "x-two": "one, two",
    }
    common = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", "User-Agent": f"ups-gateway/{__version__}"}
    assert seen == [
        ("POST", "/api/x%2Fy?q=a%20b%26c", b"body", common | {"X-Mine": "c3bc", "Content-Length": "4"}),
        ("GET", "/api/x%2Fy?q=a%20b%26c", b"", common),
    ]


async def test_connections_are_kept_and_used_again(transport: Transport) -> None:
    peers = []

    async def handler(request: web.Request) -> web.StreamResponse:
        peers.append(request.transport.get_extra_info("peername") if request.transport else None)
        return web.Response(body=b"x")

    async with app(handler) as url:
        for _ in range(3):
            await transport.send("POST", url, {}, b"x", timeout=5)
    assert len(set(peers)) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_reply_and_not_followed(transport: Transport, status: int) -> None:
    calls = []

    async def handler(request: web.Request) -> web.StreamResponse:
        calls.append(request.path)
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async with app(handler) as url:
        reply = await transport.send("POST", f"{url}/here", {}, b"x", timeout=5)
    assert (reply.status, reply.headers["location"], calls) == (status, "/elsewhere", ["/here"])


# --- nothing was sent -------------------------------------------------------------------------------------------------


async def test_a_refused_connection_is_not_sent(transport: Transport) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(NotSent, match=r"no connection to 127\.0\.0\.1"):
            await transport.send("POST", f"http://127.0.0.1:{closed.getsockname()[1]}", {}, b"x", timeout=5)


async def test_an_unknown_host_is_not_sent(transport: Transport) -> None:
    with pytest.raises(NotSent):
        await transport.send("POST", "http://nowhere.invalid/", {}, b"x", timeout=5)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http:///x", "nonsense", "http://127.0.0.1:99999/"])
async def test_an_address_that_is_none_is_not_sent(transport: Transport, url: str) -> None:
    with pytest.raises(NotSent):
        await transport.send("POST", url, {}, b"x", timeout=5)


async def test_a_server_that_speaks_no_tls_is_not_sent(transport: Transport) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with raw(answer) as url:
        with pytest.raises(NotSent, match="TLS handshake failed"):
            await transport.send("POST", url.replace("http:", "https:"), {}, b"x", timeout=5)


async def test_a_handshake_that_never_ends_is_not_sent() -> None:
    async def answer(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with Transport(connect_timeout=0.1) as transport, raw(answer) as url:
        with pytest.raises(NotSent, match="no connection could be made in time"):
            await transport.send("POST", url.replace("http:", "https:"), {}, b"x", timeout=5)


async def test_a_full_pool_is_not_sent() -> None:
    started, release = asyncio.Event(), asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        started.set()
        await release.wait()
        return web.Response(body=b"x")

    async with Transport(connect_timeout=0.1, connections_per_host=1) as transport, app(handler) as url:
        first = asyncio.create_task(transport.send("POST", url, {}, b"x", timeout=5))
        await started.wait()
        with pytest.raises(NotSent, match="no connection could be made in time"):
            await transport.send("POST", url, {}, b"x", timeout=5)
        release.set()
        assert (await first).status == 200


async def test_without_time_nothing_is_sent(transport: Transport) -> None:
    with pytest.raises(NotSent, match="no time left"):
        await transport.send("POST", "http://127.0.0.1/", {}, b"x", timeout=0)


async def test_a_closed_transport_sends_nothing() -> None:
    transport = Transport()
    await transport.close()
    with pytest.raises(NotSent, match="stopping"):
        await transport.send("POST", "http://127.0.0.1/", {}, b"x", timeout=5)


async def test_a_company_proxy_that_refuses_has_seen_nothing_of_the_request() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert (await head(reader)).startswith(b"CONNECT ups.invalid:443 ")
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with raw(answer) as proxy, Transport(proxy=proxy.replace("http://", "http://user:hunter2@")) as transport:
        with pytest.raises(NotSent) as caught:
            await transport.send("POST", "https://ups.invalid/", {}, b"x", timeout=5)
    assert str(caught.value) == "the company proxy refused the connection (HTTP 407)"


async def test_a_company_proxy_that_is_away_is_not_sent() -> None:
    async with Transport(proxy="http://127.0.0.1:1") as transport:
        with pytest.raises(NotSent, match="company proxy could not be reached"):
            await transport.send("POST", "https://ups.invalid/", {}, b"x", timeout=5)


async def test_requests_go_through_the_company_proxy() -> None:
    lines = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append((await head(reader)).split(b"\r\n")[0])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()

    async with raw(answer) as proxy, Transport(proxy=proxy) as transport:
        reply = await transport.send("GET", "http://ups.invalid/api", {}, b"", timeout=5)
    assert (reply.body, lines) == (b"ok", [b"GET http://ups.invalid/api HTTP/1.1"])


# --- sent, but no reply -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nwhat",
        b"this is not HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 100_000,
    ],
)
async def test_a_cut_or_garbled_answer_is_sent_without_reply(transport: Transport, piece: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(piece)
        await writer.drain()

    async with raw(answer) as url:
        with pytest.raises(SentNoReply):
            await transport.send("POST", url, {}, b"x", timeout=5)


async def test_a_reset_is_sent_without_reply(transport: Transport) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.transport.abort()

    async with raw(answer) as url:
        with pytest.raises(SentNoReply):
            await transport.send("POST", url, {}, b"x", timeout=5)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_what_was_cut_is_not_sent_again_by_itself(transport: Transport, method: str) -> None:
    """Whether a repeat is safe, and how many there may be, is the client's to say."""
    heads = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await head(reader))
        writer.transport.abort()

    async with raw(answer) as url:
        with pytest.raises(SentNoReply):
            await transport.send(method, url, {}, b"", timeout=5)
    assert len(heads) == 1


@pytest.mark.parametrize("piece", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nslow"])
async def test_a_slow_answer_is_sent_without_reply(transport: Transport, piece: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(piece)
        await reader.read()

    async with raw(answer) as url:
        with pytest.raises(SentNoReply, match=r"no whole answer within 0\.2 seconds"):
            await transport.send("POST", url, {}, b"x", timeout=0.2)


async def test_an_endless_answer_is_cut_at_the_limit(transport: Transport) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 10_000)
        except ConnectionError:
            return response

    async with app(handler) as url:
        with pytest.raises(SentNoReply, match="longer than 100000 bytes"):
            await transport.send("GET", url, {}, b"", timeout=5)


async def test_an_endless_answer_fills_no_memory() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b"x" * 10_000)
        return response

    async with Transport(max_body=4_000_000) as transport, app(handler) as url:
        tracemalloc.start()
        try:
            for _ in range(3):
                with pytest.raises(SentNoReply, match="longer than 4000000 bytes"):
                    await transport.send("GET", url, {}, b"", timeout=5)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 3 * 4_000_000


async def test_a_compressed_bomb_is_cut_at_the_limit(transport: Transport) -> None:
    bomb = gzip.compress(bytes(50_000_000))

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    async with app(handler) as url:
        with pytest.raises(SentNoReply, match="longer than 100000 bytes"):
            await transport.send("GET", url, {}, b"", timeout=5)


async def test_a_compressed_answer_is_read(transport: Transport) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(b"plain"), headers={"Content-Encoding": "gzip"})

    async with app(handler) as url:
        assert (await transport.send("GET", url, {}, b"", timeout=5)).body == b"plain"


async def test_a_cancelled_request_stays_cancelled(transport: Transport) -> None:
    started = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        started.set()
        await reader.read()

    async with raw(answer) as url:
        task = asyncio.create_task(transport.send("POST", url, {}, b"x", timeout=5))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_an_authority_file_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Transport(ca_file=tmp_path / "missing.pem")
    (tmp_path / "bad.pem").write_text("no certificate")
    with pytest.raises(ssl.SSLError):
        Transport(ca_file=tmp_path / "bad.pem")


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Certificate and key for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


async def test_a_certificate_is_trusted_only_through_the_authority_file(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"safe")

    application = web.Application()
    application.router.add_get("/", handler)
    server = TestServer(application, scheme="https")
    await server.start_server(ssl=context)
    try:
        url = f"https://127.0.0.1:{server.port}/"
        async with Transport(ca_file=certificate) as trusting, Transport() as wary:
            assert (await trusting.send("GET", url, {}, b"", timeout=5)).body == b"safe"
            with pytest.raises(NotSent, match="certificate that answered for UPS is not trusted"):
                await wary.send("GET", url, {}, b"", timeout=5)
    finally:
        await server.close()
