"""Making, keeping and renewing the certificates, and what other programs think of them."""

import asyncio
import os
import shutil
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

from ups_gateway.tls import CertificatesFailed, ServerFiles, ensure

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
NAMES = ("localhost", "onlinetools.ups.com", "wwwcie.ups.com", "www.ups.com", "filexfer.ups.com")
ADDRESSES = ("127.0.0.1", "::1")


@pytest.fixture
def files(tmp_path: Path) -> ServerFiles:
    return ensure(tmp_path / "tls", NOW)


def test_the_keys_are_private_and_the_authority_is_readable_by_all(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        files = ensure(tmp_path / "tls", NOW)
    finally:
        os.umask(before)
    directory = tmp_path / "tls"
    assert files == ServerFiles(
        directory / "ca.pem", directory / "server.pem", directory / "server.key", NOW + 90 * DAY
    )
    modes = {file.name: file.stat().st_mode & 0o777 for file in directory.iterdir()}
    assert modes == {"ca.pem": 0o644, "ca.key": 0o600, "server.pem": 0o644, "server.key": 0o600}


def test_the_authority_lives_ten_years_and_signs_servers_only(files: ServerFiles) -> None:
    ca = _load(files.ca_cert)
    assert ca.not_valid_after_utc - NOW == timedelta(days=3653)
    basic = ca.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value) == (True, x509.BasicConstraints(ca=True, path_length=0))
    assert ca.extensions.get_extension_for_class(x509.NameConstraints).critical is True


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is not installed")
@pytest.mark.parametrize(
    "check", [*(("-verify_hostname", name) for name in NAMES), *(("-verify_ip", a) for a in ADDRESSES)]
)
def test_openssl_verifies_the_chain_for_each_name(files: ServerFiles, check: tuple[str, str]) -> None:
    result = _openssl_verify(files.ca_cert, files.cert, *check)
    assert (result.returncode, result.stdout) == (0, f"{files.cert}: OK\n")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is not installed")
@pytest.mark.parametrize(
    "name",
    [
        x509.DNSName("example.com"),
        x509.DNSName("ups.com"),
        x509.DNSName("api.ups.com"),
        x509.DNSName("onlinetools.ups.com.example.com"),
        x509.DNSName("notonlinetools.ups.com"),
        x509.IPAddress(ip_address("10.0.0.1")),
        x509.IPAddress(ip_address("::2")),
    ],
    ids=lambda name: str(name.value),
)
def test_openssl_refuses_a_certificate_of_this_authority_for_any_other_name(
    files: ServerFiles, tmp_path: Path, name: x509.GeneralName
) -> None:
    cert, _ = forge(files, tmp_path, name)
    result = _openssl_verify(files.ca_cert, cert)
    assert result.returncode != 0
    assert "permitted subtree violation" in result.stderr


async def test_python_refuses_a_certificate_of_this_authority_for_any_other_name(
    files: ServerFiles, tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*forge(files, tmp_path, x509.DNSName("example.com")))
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        client = ssl.create_default_context(cafile=files.ca_cert)
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
            await asyncio.open_connection(*server.sockets[0].getsockname(), ssl=client, server_hostname="example.com")


def test_good_certificates_are_kept_as_they_are(files: ServerFiles) -> None:
    before = _contents(files)
    assert ensure(files.cert.parent, NOW + 59 * DAY) == files
    assert _contents(files) == before


def test_the_server_certificate_is_renewed_in_its_last_third_and_the_authority_stays(files: ServerFiles) -> None:
    before = _contents(files)
    renewed = ensure(files.cert.parent, NOW + 61 * DAY)
    after = _contents(files)
    assert renewed.ends == NOW + (61 + 90) * DAY
    assert {name for name in before if before[name] != after[name]} == {"server.pem", "server.key"}
    _load(files.cert).verify_directly_issued_by(_load(files.ca_cert))


def test_a_server_certificate_does_not_outlive_its_authority_and_an_ended_authority_is_replaced(
    files: ServerFiles,
) -> None:
    ends = _load(files.ca_cert).not_valid_after_utc
    assert ensure(files.cert.parent, ends - DAY).ends == ends
    before = _contents(files)
    assert ensure(files.cert.parent, ends).ends == ends + 90 * DAY
    after = _contents(files)
    assert {name for name in before if before[name] != after[name]} == set(before)


@pytest.mark.parametrize("name", ["server.pem", "server.key"])
@pytest.mark.parametrize("content", [None, b"", b"nonsense", "other"])
def test_a_missing_or_damaged_server_certificate_is_made_anew(
    files: ServerFiles, tmp_path: Path, name: str, content: bytes | str | None
) -> None:
    broken = files.cert.parent / name
    if content is None:
        broken.unlink()
    else:
        other = ensure(tmp_path / "other", NOW).cert.parent / name
        broken.write_bytes(content if isinstance(content, bytes) else other.read_bytes())
    ca = files.ca_cert.read_bytes()
    ensure(files.cert.parent, NOW)
    assert files.ca_cert.read_bytes() == ca
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.cert, files.key)
    _load(files.cert).verify_directly_issued_by(_load(files.ca_cert))


def test_a_server_certificate_for_other_names_or_of_the_future_is_made_anew(files: ServerFiles, tmp_path: Path) -> None:
    forged, key = forge(files, tmp_path, x509.DNSName("localhost"))
    files.cert.write_bytes(forged.read_bytes())
    files.key.write_bytes(key.read_bytes())
    assert ensure(files.cert.parent, NOW).ends == NOW + 90 * DAY
    assert ensure(files.cert.parent, NOW - 7 * DAY).ends == NOW + 83 * DAY


def test_without_the_authoritys_key_the_server_certificate_serves_until_its_end(files: ServerFiles) -> None:
    (files.cert.parent / "ca.key").unlink()
    assert ensure(files.cert.parent, NOW + 89 * DAY) == files
    with pytest.raises(CertificatesFailed, match=r"ca\.key is missing. Put the key back"):
        ensure(files.cert.parent, NOW + 90 * DAY)


def test_a_key_of_another_authority_is_refused_and_nothing_is_replaced(files: ServerFiles, tmp_path: Path) -> None:
    other = ensure(tmp_path / "other", NOW).cert.parent / "ca.key"
    (files.cert.parent / "ca.key").write_bytes(other.read_bytes())
    before = _contents(files)
    with pytest.raises(CertificatesFailed, match="is not the key of the certificate beside it"):
        ensure(files.cert.parent, NOW)
    assert _contents(files) == before


@pytest.mark.parametrize("name", ["ca.pem", "ca.key"])
def test_a_damaged_authority_is_named_and_not_replaced(files: ServerFiles, name: str) -> None:
    broken = files.cert.parent / name
    broken.write_bytes(b"nonsense")
    with pytest.raises(CertificatesFailed, match=f"{name} cannot be read as what it should be"):
        ensure(files.cert.parent, NOW)
    assert broken.read_bytes() == b"nonsense"


def test_a_key_of_another_kind_is_named(files: ServerFiles) -> None:
    (files.cert.parent / "ca.key").write_bytes(_pem(ed25519.Ed25519PrivateKey.generate()))
    with pytest.raises(CertificatesFailed, match=r"ca\.key cannot be read as what it should be"):
        ensure(files.cert.parent, NOW)


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CertificatesFailed, match="cannot be read or written: "):
        ensure(tmp_path / "file" / "tls", NOW)


def test_many_who_start_at_once_share_one_authority(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda _: ensure(tmp_path / "tls", NOW), range(8)))
    assert results == [results[0]] * 8
    _load(results[0].cert).verify_directly_issued_by(_load(results[0].ca_cert))
    assert sorted(file.name for file in (tmp_path / "tls").iterdir()) == [
        "ca.key",
        "ca.pem",
        "server.key",
        "server.pem",
    ]


def forge(files: ServerFiles, directory: Path, name: x509.GeneralName) -> tuple[Path, Path]:
    """A server certificate for that name alone, signed by the authority; the files of certificate and key."""
    signer = serialization.load_pem_private_key((files.ca_cert.parent / "ca.key").read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    cert = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "forged")]))
        .issuer_name(_load(files.ca_cert).subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    cert_file, key_file = directory / "forged.pem", directory / "forged.key"
    cert_file.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(_pem(key))
    return cert_file, key_file


def _pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _contents(files: ServerFiles) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in files.cert.parent.iterdir()}


def _openssl_verify(ca: Path, cert: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-no-CApath", "-CAfile", ca, *more, cert],
        capture_output=True,
        text=True,
        check=False,
    )
