"""What the administrator's pages are handed.

The rule: pages reach nothing else of the gateway, and nothing of the configuration but plain values.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from aiohttp import web

from ups_gateway import __version__
from ups_gateway.alerts.telling import Alerts
from ups_gateway.captures import Captures
from ups_gateway.model import Account, Application, Environment
from ups_gateway.oauth.keeper import Keeper
from ups_gateway.shipping.ledger import Shipping
from ups_gateway.store import Store, Vault
from ups_gateway.web.admin.pulse import ProductReach

Verdict = Literal["linked", "not_linked", "undecided"]
Probe = Callable[[Account], Awaitable[tuple[Verdict, str]]]
"""A rate call for one account: what it says of the account, and UPS's words. Raises GatewayError."""

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class AdminParts:
    """All that the pages need; the same object serves the admin listener and the callback on the TLS listener."""

    store: Store
    vault: Vault
    keeper: Keeper
    shipping: Shipping
    probe: Probe
    applications: Mapping[str, Application]
    """By name, as the keeper has them."""
    environments: Mapping[str, Environment]
    captures: Captures
    now: Callable[[], datetime]
    products: Callable[[], Sequence[ProductReach]] = tuple
    """Of UPS, as this process found them."""
    alerts: Alerts | None = None
    """None: of a command, or where nothing watches."""
    admin_url: str = "http://127.0.0.1:8081"
    """Where the status page is, for links from the TLS listener."""
    hosts: frozenset[str] = LOOPBACK_HOSTS
    """Host names, without ports, that a browser may call the admin listener by; any other may be DNS rebinding."""
    void_unaccepted_after: timedelta | None = timedelta(minutes=60)
    """What a newly mapped access key begins with."""
    zone: tzinfo | None = None
    """The zone times are shown in; None: the machine's."""
    version: str = __version__
    live_pause: float = 3.0
    """Seconds between two looks for what is new on open pages."""
    random: Callable[[int], bytes] = secrets.token_bytes


PARTS = web.AppKey("admin_parts", AdminParts)
