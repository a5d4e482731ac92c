"""The settings as the rest of the program sees them: frozen, checked, secrets in `Secret`."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from ups_gateway.model import Application, Environment, Operation, Secret
from ups_gateway.oauth.vault import Key

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

CONTROL = Path("/run/ups-gateway/control.sock")
"""Where systemd's unit puts the control socket."""

_ON_PURPOSE = "write listen.insecure_lan: true if that is wanted"


def is_loopback(host: str) -> bool:
    """`localhost`, 127.0.0.0/8 and ::1."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a listener binds. Port 0 lets the system choose."""

    host: str
    port: int

    @property
    def loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def everywhere(self) -> bool:
        """All addresses of the machine."""
        return self.host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Listen:
    """The listeners and who may come."""

    legacy: Address
    admin: Address
    tls: Address | None
    insecure_lan: bool
    allow: tuple[Network, ...]
    """Networks that may use a listener which is not on loopback; loopback always may."""
    control: Path | None = CONTROL
    """Where a running service takes commands; None: nowhere, commands open the store."""
    proxy: Address | None = None

    def objection(self, key: str, address: Address) -> tuple[str, str] | None:
        """Why the listener of this setting may not be there and what would let it, in words; None: it may."""
        if address.loopback or self.insecure_lan:
            return None
        if key != "listen.tls":
            return "can be reached by others without TLS", _ON_PURPOSE
        return None if self.allow else ("needs listen.allow, the networks that may come", _ON_PURPOSE)

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Those that are listened on."""
        return tuple(one for one in (self.legacy, self.admin, self.tls, self.proxy) if one is not None)


@dataclass(frozen=True, slots=True)
class LedgerDefaults:
    """How long the ledger waits and keeps."""

    void_unaccepted_after: timedelta | None
    keep_labels: timedelta
    replay_window: timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """What the legacy listeners take. Times in seconds, sizes in bytes."""

    max_body: int
    requests: int
    connections: int
    receive: float
    total: float


@dataclass(frozen=True, slots=True)
class TokenBudget:
    """Prefetches and retries of token calls in a day; a request that waits for a token is never held back by it."""

    application: int
    profile: int


@dataclass(frozen=True, slots=True)
class Upstream:
    """The way to UPS through a company network."""

    proxy: str | None
    ca_file: Path | None


@dataclass(frozen=True, slots=True)
class Email:
    """Alerts by SMTP."""

    server: Address
    security: Literal["starttls", "tls", "none"]
    sender: str
    to: tuple[str, ...]
    user: str | None
    password: Secret | None


@dataclass(frozen=True, slots=True)
class Webhook:
    """Alerts by a JSON POST."""

    url: Secret
    proxy: bool
    """Through the proxy that leads to UPS, if there is one."""


@dataclass(frozen=True, slots=True)
class Alerts:
    """Of what is told, and how."""

    environments: frozenset[str]
    """Those whose accounts alert."""
    email: Email | None
    webhook: Webhook | None
    command: tuple[str, ...]
    """Empty: none."""

    @property
    def ways(self) -> tuple[str, ...]:
        """Names of those that are set up."""
        found = {"email": self.email, "webhook": self.webhook, "command": self.command}
        return tuple(name for name, way in found.items() if way)


@dataclass(frozen=True, slots=True)
class Log:
    """What the log says and how."""

    level: str
    format: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that one file says, checked."""

    listen: Listen
    data_directory: Path
    key: Key = field(repr=False)
    """What the store is sealed with."""
    key_file: Path | None
    """The file the key was read from, or None: environment or credential."""
    environments: Mapping[str, Environment]
    applications: tuple[Application, ...]
    anonymous_key: str | None = field(repr=False)
    """Licence of the mapped key that serves read-only requests without credentials."""
    ledger: LedgerDefaults
    limits: Limits
    tokens: TokenBudget
    upstream: Upstream
    old_api: frozenset[Operation]
    """Operations that are sent to UPS's old XML API with a bearer; unverified."""
    alerts: Alerts
    log: Log
    file: Path | None
    """Where this was read, or None: all defaults."""

    @property
    def store_file(self) -> Path:
        """The database; its locks lie beside it."""
        return self.data_directory / "gateway.db"
