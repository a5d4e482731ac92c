"""The authority and the server certificate, in files.

The rule: a file is written whole or not at all, and what is still good is never replaced: a new authority would have
to be trusted anew on every client. The server certificate is renewed when under a third of its life is left.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

UPS_HOSTS = ("onlinetools.ups.com", "wwwcie.ups.com", "www.ups.com", "filexfer.ups.com")
"""Hosts that old applications call; a hosts file may send them here."""

_NAMES = ("localhost", *UPS_HOSTS)
_ADDRESSES = ("127.0.0.1", "::1")
_PERMITTED_NETWORKS = ("127.0.0.0/8", "::1/128")
_AUTHORITY_LIFE = timedelta(days=3653)
_SERVER_LIFE = timedelta(days=90)
# Clocks of clients on the same network may be behind ours.
_BEFORE = timedelta(days=1)


class CertificatesFailed(Exception):
    """The certificates cannot be read or made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """Where the certificates lie, in PEM."""

    ca_cert: Path
    """What clients trust; readable by all."""
    cert: Path
    key: Path
    """Mode 0600, as the authority's key beside it."""
    ends: datetime
    """When the server certificate ends; `ensure` renews it long before."""


@dataclass(frozen=True, slots=True)
class _Pair:
    cert: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class _Authority:
    cert: x509.Certificate
    key: ec.EllipticCurvePrivateKey | None
    """None where an operator took it away."""


def ensure(directory: Path, now: datetime) -> ServerFiles:
    """Makes or renews what is missing or old. Call it at the start and once a day; it does nothing most times.

    Raises CertificatesFailed. Several processes may call it at once. Blocking, for some milliseconds.
    """
    try:
        directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        with _alone(directory):
            authority = _authority(directory, now)
            server = _server(directory, authority, now)
    except OSError as error:
        raise CertificatesFailed(f"Certificates in {directory} cannot be read or written: {error.strerror}.") from error
    return ServerFiles(
        directory / "ca.pem", directory / "server.pem", directory / "server.key", server.not_valid_after_utc
    )


def _authority(directory: Path, now: datetime) -> _Authority:
    cert_file, key_file = directory / "ca.pem", directory / "ca.key"
    if cert_file.exists():
        cert = _read_cert(cert_file)
        if now < cert.not_valid_after_utc:
            return _Authority(cert, _key_of(cert, key_file) if key_file.exists() else None)
    pair = _make_authority(now)
    # The key first: a certificate without its key would look like one whose key was taken away on purpose.
    _write_key(key_file, pair.key)
    _write_cert(cert_file, pair.cert)
    return _Authority(pair.cert, pair.key)


def _key_of(cert: x509.Certificate, key_file: Path) -> ec.EllipticCurvePrivateKey:
    key = _read_key(key_file)
    if key.public_key() != cert.public_key():
        raise CertificatesFailed(
            f"{key_file} is not the key of the certificate beside it. Restore both from a backup, or move both away: a "
            f"new authority is made then, which every client must trust anew."
        )
    return key


def _server(directory: Path, authority: _Authority, now: datetime) -> x509.Certificate:
    cert_file, key_file = directory / "server.pem", directory / "server.key"
    current = _current(cert_file, key_file, authority.cert)
    if current is not None and current.not_valid_before_utc <= now < _renewal(current):
        return current
    if authority.key is None:
        if current is not None and now < current.not_valid_after_utc:
            return current
        raise CertificatesFailed(
            f"The server certificate must be renewed and {directory / 'ca.key'} is missing. Put the key back, or "
            f"remove {directory / 'ca.pem'}: a new authority is made then, which every client must trust anew."
        )
    pair = _make_server(authority.cert, authority.key, now)
    _write_key(key_file, pair.key)
    _write_cert(cert_file, pair.cert)
    return pair.cert


def _current(cert_file: Path, key_file: Path, authority: x509.Certificate) -> x509.Certificate | None:
    """The certificate in the files, if it is whole, of this authority and for all our names."""
    try:
        cert, key = _read_cert(cert_file), _read_key(key_file)
        cert.verify_directly_issued_by(authority)
        names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (FileNotFoundError, CertificatesFailed, InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        # Nothing hangs on a server certificate: any defect is mended by a new one.
        return None
    return cert if key.public_key() == cert.public_key() and names == _alternative_names() else None


def _renewal(cert: x509.Certificate) -> datetime:
    return cert.not_valid_after_utc - (cert.not_valid_after_utc - cert.not_valid_before_utc) / 3


def _make_authority(now: datetime) -> _Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    # The serial number in the name keeps two machines' authorities apart in one trust store.
    name = _name(f"ups-gateway local authority {serial:x}"[:40])
    public = key.public_key()
    permitted = [
        *(x509.DNSName(host) for host in _NAMES),
        *(x509.IPAddress(ip_network(network)) for network in _PERMITTED_NETWORKS),
    ]
    builder = (
        _builder(name, name, public, serial, now, now + _AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    return _Pair(builder.sign(key, hashes.SHA256()), key)


def _make_server(authority: x509.Certificate, signer: ec.EllipticCurvePrivateKey, now: datetime) -> _Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key()
    ends = min(now + _SERVER_LIFE, authority.not_valid_after_utc)
    # Clients too old for alternative names compare the common name: then with the host most of them call.
    subject = _name(UPS_HOSTS[0])
    builder = (
        _builder(subject, authority.subject, public, x509.random_serial_number(), now, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_alternative_names(), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    return _Pair(builder.sign(signer, hashes.SHA256()), key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    serial: int,
    now: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(now - _BEFORE)
        .not_valid_after(ends)
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ups-gateway"), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative_names() -> x509.SubjectAlternativeName:
    addresses: list[IPv4Address | IPv6Address] = [ip_address(address) for address in _ADDRESSES]
    return x509.SubjectAlternativeName([*map(x509.DNSName, _NAMES), *map(x509.IPAddress, addresses)])


def _read_cert(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as error:
        raise CertificatesFailed(_damaged(path)) from error


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CertificatesFailed(_damaged(path)) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CertificatesFailed(_damaged(path))
    return key


def _damaged(path: Path) -> str:
    return f"{path} cannot be read as what it should be. Restore it from a backup, or move it away with its pair."


def _write_cert(path: Path, cert: x509.Certificate) -> None:
    _write(path, cert.public_bytes(serialization.Encoding.PEM), 0o644)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write(path, pem, 0o600)


def _write(path: Path, content: bytes, mode: int) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
