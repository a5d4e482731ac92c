"""What can be seen on this machine without the store: files, certificate, hosts file, ports.

The rule: looking changes nothing; a port is tried for a moment only when nobody listens on it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import ssl
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ups_gateway.cli.doctor.finding import Finding, bad, ok, warn
from ups_gateway.config import Settings
from ups_gateway.config.settings import Address
from ups_gateway.tls.authority import UPS_HOSTS
from ups_gateway.web.binding import StartFailed, bind

HOSTS: Final = Path("/etc/hosts")
PATIENCE: Final = 2.0
"""Seconds for a listener on this machine."""
_ROOM: Final = 100_000_000
_LITTLE: Final = 10_000_000


def permissions(settings: Settings) -> Iterator[Finding]:
    """Who can read what only the gateway may."""
    folder = settings.data_directory
    if not folder.is_dir():
        yield warn("data directory", f"{folder} is not there yet; a first start makes it.", "ups-gateway serve")
        return
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        owner = shlex.quote(_owner(folder))
        yield bad("data directory", f"{folder} belongs to {owner}, not to you.", f"sudo -u {owner} ups-gateway doctor")
        return
    private = [folder / "gateway.db", *sorted((folder / "tls").glob("*.key")), *_backups(folder)]
    if settings.key_file is not None:
        private.append(settings.key_file)
    found = False
    for path, most in ((folder, 0o755), *((path, 0o600) for path in private if path.exists())):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & ~most & 0o077:
            found = True
            words = f"{path} is open to other users (mode {mode:04o})."
            yield bad("permissions", words, f"chmod {0o700 if path.is_dir() else 0o600:o} {shlex.quote(str(path))}")
    if not found:
        yield ok("permissions", f"{folder} and what must be private in it is.")


def room(settings: Settings) -> Finding:
    """Whether the disk takes what must be written before an answer."""
    folder = settings.data_directory
    free = shutil.disk_usage(folder if folder.is_dir() else folder.anchor).free
    words = f"{free // 1_000_000} MB are free for {folder}."
    if free >= _ROOM:
        return ok("disk", words)
    return (bad if free < _LITTLE else warn)("disk", words, f"df -h {shlex.quote(str(folder))}")


def certificate(settings: Settings, now: datetime) -> Iterator[Finding]:
    """The certificate that old programs see, and whether this machine trusts its authority."""
    if settings.listen.tls is None and settings.listen.proxy is None:
        yield ok("certificate", "listen.tls is off: no program comes over TLS.")
        return
    folder = settings.data_directory / "tls"
    try:
        server, authority = (
            x509.load_pem_x509_certificate((folder / name).read_bytes()) for name in ("server.pem", "ca.pem")
        )
    except FileNotFoundError:
        yield warn("certificate", f"There is none in {folder} yet; a first start makes it.", "ups-gateway trust")
        return
    except (OSError, ValueError):
        yield bad("certificate", f"What is in {folder} cannot be read.", "ups-gateway trust")
        return
    ends = server.not_valid_after_utc
    if not server.not_valid_before_utc <= now < ends:
        words = f"The server certificate is good from {server.not_valid_before_utc:%Y-%m-%d} to {ends:%Y-%m-%d} only."
        yield bad("certificate", words, "systemctl restart ups-gateway")
    else:
        yield ok("certificate", f"Good until {ends:%Y-%m-%d}; it is renewed by itself.")
    context = ssl.create_default_context()
    if authority.public_bytes(Encoding.DER) in context.get_ca_certs(binary_form=True):
        yield ok("trust", "The system trusts the gateway's authority.")
    else:
        words = "The system does not trust the gateway's authority; programs that call by https must, each its own way."
        yield warn("trust", words, "ups-gateway trust")


def hosts(settings: Settings, file: Path = HOSTS) -> Iterator[Finding]:
    """Which of UPS's host names the hosts file sends where."""
    sent = {name: address for address, name in _entries(file) if name in UPS_HOSTS}
    if not sent:
        yield ok(
            "hosts file",
            f"{file} names no host of UPS: only programs whose address is set to the gateway come to it.",
        )
    for name, address in sent.items():
        if not _loopback(address):
            yield bad("hosts file", f"{file} sends {name} to {address}, not to this machine.", f"sudoedit {file}")
        elif settings.listen.tls is None or settings.listen.tls.port != 443:
            yield bad(
                "hosts file",
                f"{file} sends {name} here, and the gateway does not listen on port 443.",
                "in the configuration, listen: {tls: 127.0.0.1:443}",
            )
        else:
            yield ok("hosts file", f"{file} sends {name} here.")


def ports(settings: Settings) -> Iterator[Finding]:
    """Who listens where the gateway does, and whether it runs."""
    running = _alive(settings.listen.admin)
    if running:
        yield ok("service", "The gateway runs.")
    else:
        yield warn("service", "The gateway does not run.", "systemctl start ups-gateway")
    for name in ("legacy", "admin", "tls", "proxy"):
        address: Address | None = getattr(settings.listen, name)
        if address is not None:
            yield _port(f"listen.{name}", address, running=running)


def _port(key: str, address: Address, *, running: bool) -> Finding:
    if address.port and _connects(address):
        if running:
            return ok(key, f"{address} answers.")
        words = f"{address} is taken by another program."
        return bad(key, words, f"ss -ltnp 'sport = :{address.port}'")
    try:
        _, bound = bind({key: address})
    except StartFailed as error:
        (one,) = error.unbound
        return bad(key, f"{address} {one.words}.", f"run it by systemd, or choose another with {key}")
    bound.close()
    if running:
        return bad(key, f"Nobody listens on {address}, although the gateway runs.", "systemctl restart ups-gateway")
    return ok(key, f"{address} is free.")


def _alive(address: Address) -> bool:
    connection = HTTPConnection(_reach(address), address.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().read(100) == b"alive\n"
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _connects(address: Address) -> bool:
    with suppress(OSError), socket.create_connection((_reach(address), address.port), PATIENCE):
        return True
    return False


def _reach(address: Address) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)  # noqa: S104 - compared, not bound


def _entries(file: Path) -> Iterator[tuple[str, str]]:
    try:
        text = file.read_text("utf-8", "replace")
    except OSError:
        return
    for line in text.splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        yield from ((address, name.lower()) for name in names)


def _loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _backups(folder: Path) -> list[Path]:
    backups = folder / "backups"
    return sorted(backups.iterdir()) if backups.is_dir() and os.access(backups, os.R_OK | os.X_OK) else []


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:
        return f"#{path.stat().st_uid}"
