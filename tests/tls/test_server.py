"""Real handshakes on loopback."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ups_gateway.tls import CertificatesFailed, ServerFiles, ensure, reload, server_context

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def files(tmp_path: Path) -> ServerFiles:
    return ensure(tmp_path / "tls", NOW)


@pytest.fixture
def context(files: ServerFiles) -> ssl.SSLContext:
    return server_context(files)


@pytest.fixture
async def port(context: ssl.SSLContext) -> AsyncIterator[int]:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"answer")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    "name",
    ["localhost", "127.0.0.1", "::1", "onlinetools.ups.com", "wwwcie.ups.com", "www.ups.com", "filexfer.ups.com"],
)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_client_that_trusts_the_authority_connects_by_each_name(
    files: ServerFiles, port: int, name: str, version: ssl.TLSVersion
) -> None:
    client = ssl.create_default_context(cafile=files.ca_cert)
    client.minimum_version = client.maximum_version = version
    assert await _talk(port, client, name) == (b"answer", version.name.replace("_", "."))


async def test_a_client_without_a_server_name_is_served(files: ServerFiles, port: int) -> None:
    client = ssl.create_default_context(cafile=files.ca_cert)
    client.check_hostname = False
    assert await _talk(port, client, "") == (b"answer", "TLSv1.3")


async def test_a_client_that_does_not_trust_the_authority_refuses(port: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        await _talk(port, ssl.create_default_context(), "localhost")


@pytest.mark.parametrize("name", ["example.com", "api.ups.com", "127.0.0.2"])
async def test_a_client_that_asks_for_another_name_refuses(files: ServerFiles, port: int, name: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        await _talk(port, ssl.create_default_context(cafile=files.ca_cert), name)


def test_nothing_older_than_tls_12_and_no_client_certificate_is_asked_for(context: ssl.SSLContext) -> None:
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_NONE


async def test_a_renewed_certificate_serves_new_connections_without_a_restart(
    files: ServerFiles, context: ssl.SSLContext, port: int
) -> None:
    client = ssl.create_default_context(cafile=files.ca_cert)
    first = _der(files)
    assert await _presented(port, client) == first
    _remove(files.cert)
    reload(context, ensure(files.cert.parent, NOW))
    assert await _presented(port, client) == _der(files)
    assert _der(files) != first


def test_a_certificate_that_cannot_be_used_is_named(files: ServerFiles) -> None:
    files.key.write_bytes(b"")
    with pytest.raises(CertificatesFailed, match=r"server\.pem cannot be used"):
        server_context(files)


async def _talk(port: int, client: ssl.SSLContext, name: str) -> tuple[bytes, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname=name)
    version = writer.get_extra_info("ssl_object").version()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer, version


def _remove(path: Path) -> None:
    path.unlink()


def _der(files: ServerFiles) -> bytes:
    return ssl.PEM_cert_to_DER_cert(files.cert.read_text())


async def _presented(port: int, client: ssl.SSLContext) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname="localhost")
    found: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    await reader.read()
    writer.close()
    await writer.wait_closed()
    return found
