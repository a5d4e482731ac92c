"""Joins the parts that know no sockets of ours: store, vault, keeper, UPS's client, ledger, alerts.

The rule: each part is pushed on the stack as it comes, so that they end in the reverse order. A command beside a
running service gets the same parts, without listeners and background tasks.
"""

from __future__ import annotations

import asyncio
import functools
import os
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any

from ups_gateway import translate
from ups_gateway.alerts.facts import Sources
from ups_gateway.alerts.telling import PAUSE as ALERTS_PAUSE
from ups_gateway.alerts.telling import Alerts
from ups_gateway.alerts.ways import Command, Email, Way, Webhook
from ups_gateway.captures import Captures
from ups_gateway.config.settings import Address, Settings
from ups_gateway.model import Account
from ups_gateway.oauth.endpoint import Budget
from ups_gateway.oauth.flow import ClientSource
from ups_gateway.oauth.keeper import Keeper, Waiter, wait_for
from ups_gateway.oauth.vault import FernetVault
from ups_gateway.shipping.carrier import Policy
from ups_gateway.shipping.ledger import Shipping
from ups_gateway.store.sqlite import open_store
from ups_gateway.ups.client import UpsClient
from ups_gateway.ups.names import Names
from ups_gateway.ups.transport import Transport
from ups_gateway.upstream import Upstream
from ups_gateway.web.admin.parts import LOOPBACK_HOSTS, AdminParts, Verdict
from ups_gateway.web.admin.pulse import ProductReach

PROBE_LIMIT = 10.0
"""Seconds for the rate call that asks whether an account is linked."""
LEDGER_PAUSE = 5.0
"""Seconds between rounds of the ledger's background."""
ALERT_ANSWER = 64 * 1024
"""Bytes that a webhook may answer with; nothing of it is used."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, and the waiting for it; a test or the demonstration hands in its own."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    waiter: Waiter = wait_for
    pause: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep
    ledger_pause: float = LEDGER_PAUSE
    alerts_pause: float = ALERTS_PAUSE


@asynccontextmanager
async def parts_of(settings: Settings) -> AsyncIterator[AdminParts]:
    """The parts without listeners and background tasks: for a command beside a running service."""
    async with AsyncExitStack() as stack:
        parts, _ = await join(settings, Clock(), url_of(settings.listen.admin), stack)
        yield parts


@asynccontextmanager
async def alerts_of(settings: Settings) -> AsyncIterator[Alerts]:
    """The alerts alone, for a command beside a running service."""
    async with AsyncExitStack() as stack:
        parts, _ = await join(settings, Clock(), url_of(settings.listen.admin), stack)
        yield alerts_for(settings, parts, stack)


async def join(settings: Settings, clock: Clock, admin_url: str, stack: AsyncExitStack) -> tuple[AdminParts, Upstream]:
    """Each part is pushed on the stack as it comes, so that they end in the reverse order."""
    settings.data_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    vault = FernetVault(settings.key, settings.key_file)
    store = await open_store(settings.store_file, vault)
    stack.push_async_callback(store.close)
    names = Names([(one.host, one.port) for one in settings.listen.addresses])
    transport = Transport(proxy=settings.upstream.proxy, ca_file=settings.upstream.ca_file, resolver=names)
    stack.push_async_callback(transport.close)
    applications = {one.name: one for one in settings.applications}
    keeper = Keeper(
        store,
        vault,
        applications=applications,
        environments=settings.environments,
        send=transport.send,
        lock=store.lock,
        now=clock.now,
        monotonic=clock.monotonic,
        waiter=clock.waiter,
        budget=Budget(settings.tokens.application, settings.tokens.profile),
    )
    stack.push_async_callback(keeper.close)
    client = UpsClient(keeper, transport.send, now=clock.now, monotonic=clock.monotonic, pause=clock.pause)
    upstream = Upstream(client, keeper, settings.environments)
    shipping = Shipping(
        store,
        vault,
        upstream,
        _policy(settings, admin_url),
        now=clock.now,
        new_digest=functools.partial(token_urlsafe, 32),
    )
    stack.push_async_callback(shipping.close, patience=settings.limits.total)
    parts = AdminParts(
        store=store,
        vault=vault,
        keeper=keeper,
        shipping=shipping,
        probe=functools.partial(_probe, upstream),
        products=functools.partial(_products, client),
        applications=applications,
        environments=settings.environments,
        captures=Captures(store, vault, now=clock.now),
        now=clock.now,
        admin_url=admin_url,
        hosts=LOOPBACK_HOSTS | {settings.listen.admin.host, socket.gethostname().lower()},
        void_unaccepted_after=settings.ledger.void_unaccepted_after,
    )
    return parts, upstream


def url_of(admin: Address) -> str:
    """Where people find the status page."""
    return f"http://{socket.gethostname()}:{admin.port}" if admin.everywhere else f"http://{admin}"


def _policy(settings: Settings, admin_url: str) -> Policy:
    return Policy(
        page=admin_url,
        void_unaccepted_after=settings.ledger.void_unaccepted_after,
        keep_labels=settings.ledger.keep_labels,
        replay_window=settings.ledger.replay_window,
        time_limit=settings.limits.total,
    )


async def _probe(upstream: Upstream, account: Account) -> tuple[Verdict, str]:
    """Whether an account is linked to the consent it ships through."""
    reply = await upstream.send(account, translate.probe_call(account), creating=False, time_limit=PROBE_LIMIT)
    return translate.probe_verdict(reply)


def _products(client: UpsClient) -> tuple[ProductReach, ...]:
    """UPS as the calls of this process found it."""
    return tuple(
        ProductReach(one.environment, one.product, one.state != "closed", one.opens_in, one.last_failure)
        for one in client.status()
    )


# --- alerts ----------------------------------------------------------------------------------------------------------


def alerts_for(settings: Settings, parts: AdminParts, stack: AsyncExitStack) -> Alerts:
    return Alerts(
        parts.store,
        Sources(
            parts.keeper.health,
            functools.partial(_refusal, parts.keeper),
            parts.shipping.desk.attention,
            parts.keeper.renew_due,
        ),
        _ways(settings, stack),
        environments=settings.alerts.environments,
        now=parts.now,
        host=socket.gethostname(),
        page=parts.admin_url,
        zone=parts.zone,
    )


def _refusal(keeper: Keeper, account: Account) -> str | None:
    """UPS's last word on the client credentials that an account ships through; None: not asked since the start."""
    held, refusal = keeper.client_token(ClientSource(account.application or "", account.number))
    return None if held is None and not refusal else refusal


def _ways(settings: Settings, stack: AsyncExitStack) -> Sequence[Way]:
    wanted, ca_file = settings.alerts, settings.upstream.ca_file
    ways: list[Way] = []
    if (email := wanted.email) is not None:
        context = ssl.create_default_context()
        if ca_file is not None:
            context.load_verify_locations(cafile=ca_file)
        server = email.server
        ways.append(
            Email(server.host, server.port, email.security, email.sender, email.to, context, email.user, email.password)
        )
    if (webhook := wanted.webhook) is not None:
        proxy = settings.upstream.proxy if webhook.proxy else None
        transport = Transport(proxy=proxy, ca_file=ca_file, max_body=ALERT_ANSWER)
        stack.push_async_callback(transport.close)
        ways.append(Webhook(webhook.url, transport.send))
    if wanted.command:
        ways.append(Command(wanted.command, os.environ))
    return ways
