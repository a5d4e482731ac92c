"""Joins the parts into one running gateway, and takes it apart again in order.

The rule: sockets are bound before anything else, so that a taken port is said at once and the pages know their address;
every background task has its owner here; a stop lets answers and shipments under way come to their end.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import logging
import re
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from aiohttp import web

from ups_gateway import activation, tls, translate
from ups_gateway.access import Access
from ups_gateway.alerts.telling import Alerts
from ups_gateway.config.settings import Address, Listen, Settings
from ups_gateway.errors import StoreFailed
from ups_gateway.exchange import Exchange
from ups_gateway.joining import Clock, alerts_for, alerts_of, join, parts_of, url_of
from ups_gateway.metrics import Metrics, Reading, Stored
from ups_gateway.model import Grant, Health
from ups_gateway.oauth.flow import ClientSource
from ups_gateway.oauth.keeper import Keeper
from ups_gateway.oauth.vault import FernetVault
from ups_gateway.shipping.ledger import Shipping
from ups_gateway.store import Store, Vault
from ups_gateway.store.passwords import Passwords
from ups_gateway.store.sqlite.copies import Copies
from ups_gateway.store.sqlite.restoring import Restored, rescue
from ups_gateway.upstream import Upstream
from ups_gateway.web.admin import add_admin_routes
from ups_gateway.web.admin.parts import AdminParts
from ups_gateway.web.binding import BACKLOG, StartFailed, Unbound, bind
from ups_gateway.web.gateway import CLOSING, HANDSHAKE, Listener, Pace
from ups_gateway.web.health import add_health_routes
from ups_gateway.web.middleware import Limits, allow_only, may_come
from ups_gateway.web.oauth import add_callback_routes
from ups_gateway.web.proxy import Proxy

__all__ = ["App", "Clock", "Ports", "StartFailed", "Unbound", "alerts_of", "parts_of", "running", "url_of"]

log = logging.getLogger(__name__)

CERTIFICATE_PAUSE = 24 * 3600.0

_CALLBACK = re.compile(rb"GET /upscallback[ ?]")


@dataclass(frozen=True, slots=True)
class Ports:
    """What is really listened on; of several sockets for a listener the one that the configuration names."""

    legacy: Address
    admin: Address
    tls: Address | None
    proxy: Address | None = None


@dataclass(frozen=True, slots=True)
class App:
    """A running gateway."""

    settings: Settings
    clock: Clock
    ports: Ports
    exchange: Exchange
    admin: AdminParts
    """Store, vault, keeper and shipping, as the pages have them."""
    copies: Copies
    """Its automatic backups."""
    rescued: Restored | None
    """What was done about a store that was found damaged."""
    certificates: tls.ServerFiles | None
    alerts: Alerts
    legacy: Listener = field(repr=False)
    upstream: Upstream = field(repr=False)
    metrics: Metrics = field(repr=False)

    @property
    def store(self) -> Store:
        return self.admin.store

    @property
    def vault(self) -> Vault:
        return self.admin.vault

    @property
    def keeper(self) -> Keeper:
        return self.admin.keeper

    @property
    def shipping(self) -> Shipping:
        return self.admin.shipping

    async def problems(self) -> Sequence[str]:
        """What keeps it from working, without names and numbers; empty: it is ready."""
        found = []
        try:
            await self.store.check()
        except StoreFailed:
            found.append("the store cannot be read or written")
        else:
            if not await self._may_ship():
                found.append("no profile or application can sign in at UPS")
        return found

    async def _may_ship(self) -> bool:
        health = await self._profiles()
        if health[Health.OK] or health[Health.EXPIRING]:
            return True
        applications = {one.name for one in self.settings.applications if one.grant is Grant.CLIENT_CREDENTIALS}
        sources = [
            ClientSource(account.application, account.number)
            for account in await self.store.accounts()
            if account.active and account.application in applications and account.application is not None
        ]
        return any(not self.keeper.client_token(source)[1] for source in sources)

    async def _profiles(self) -> Counter[Health]:
        now = self.clock.now()
        return Counter(self.keeper.health(profile, now) for profile in await self.store.profiles())

    async def figures(self) -> bytes:
        """The page of metrics."""
        try:
            stored = await self._stored()
        except StoreFailed:
            stored = None
        return self.metrics.page(
            Reading(
                now=self.clock.now(),
                connections=len(self.legacy.open),
                under_way=len(self.legacy.answering),
                stored=stored,
                products=self.upstream.products(),
                token_calls=self.keeper.token_results(),
            )
        )

    async def _stored(self) -> Stored:
        now = self.clock.now()
        used = {account.profile for account in await self.store.accounts() if account.active}
        return Stored(
            [
                (one, self.keeper.health(one, now) if one.id in used else Health.INACTIVE)
                for one in await self.store.profiles()
            ],
            await self.store.state_counts(),
        )


@asynccontextmanager
async def running(
    settings: Settings,
    *,
    clock: Clock | None = None,
    pace: Pace | None = None,
    handed: activation.Handed = MappingProxyType({}),
) -> AsyncIterator[App]:
    """A gateway that listens until the block ends, on the sockets it is handed and otherwise on its own.

    Raises StartFailed, StoreFailed, CertificatesFailed.
    """
    async with AsyncExitStack() as stack:
        sockets = _sockets(settings.listen, handed, stack)
        yield await _start(settings, clock or Clock(), pace or Pace(total=settings.limits.total), sockets, stack)


def _sockets(listen: Listen, handed: activation.Handed, stack: AsyncExitStack) -> dict[str, list[socket.socket]]:
    """Of each setting."""
    sockets = activation.listeners(listen, handed)
    for one in itertools.chain.from_iterable(sockets.values()):
        stack.callback(one.close)
    wanted = {f"listen.{name}": getattr(listen, name) for name in (*activation.LISTENERS, "proxy")}
    own, bound = bind({key: address for key, address in wanted.items() if key not in sockets})
    stack.push(bound)
    return sockets | {key: [one] for key, one in own.items()}


async def _start(
    settings: Settings, clock: Clock, pace: Pace, sockets: Mapping[str, Sequence[socket.socket]], stack: AsyncExitStack
) -> App:
    ports = Ports(
        _bound(sockets["listen.legacy"][0]),
        _bound(sockets["listen.admin"][0]),
        *(_bound(sockets[key][0]) if key in sockets else None for key in ("listen.tls", "listen.proxy")),
    )
    copies = Copies(settings.store_file, FernetVault(settings.key, settings.key_file), now=clock.now)
    rescued = await rescue(settings.store_file, copies)
    if rescued is not None:
        log.critical("%s", rescued.words)
    parts, upstream = await join(settings, clock, url_of(ports.admin), stack)
    store, keeper, shipping = parts.store, parts.keeper, parts.shipping
    await shipping.start()
    passwords = Passwords()
    stack.push_async_callback(passwords.close)
    access = Access(store, passwords, shipping.desk.find, anonymous_licence=settings.anonymous_key, now=clock.now)
    limit = settings.limits.total
    metrics = Metrics()
    exchange = Exchange(
        store,
        access,
        shipping,
        upstream,
        now=clock.now,
        creating_limit=limit,
        old_api=settings.old_api,
        monotonic=clock.monotonic,
        captures=parts.captures,
        watch=metrics.exchanged,
    )
    _own(stack, "captures", parts.captures.run())
    _own(stack, "tokens", keeper.run())
    _own(stack, "ledger", shipping.run(pause=clock.ledger_pause))
    _own(stack, "backup", copies.run())
    alerts = alerts_for(settings, parts, stack)
    _own(stack, "alerts", alerts.run(pause=clock.alerts_pause))
    parts = replace(parts, alerts=alerts)
    legacy = Listener(
        exchange,
        translate.fault,
        translate.slow_start,
        limits=Limits(
            settings.limits.max_body, settings.limits.requests, settings.limits.connections, settings.limits.receive
        ),
        pace=pace,
        admits=functools.partial(may_come, allow=settings.listen.allow),
    )
    stack.push_async_callback(legacy.drain, limit)
    files = None
    if sockets.keys() & {"listen.tls", "listen.proxy"}:
        files, context = await _certified(settings, clock, legacy, stack)
        await _listen_tls(legacy, parts, sockets.get("listen.tls", ()), stack, context)
        proxy = Proxy(legacy, context, tls.UPS_HOSTS)
        stack.callback(proxy.close)
        await _listen(proxy, sockets.get("listen.proxy", ()), stack)
    await _listen(legacy, sockets["listen.legacy"], stack)
    app = App(settings, clock, ports, exchange, parts, copies, rescued, files, alerts, legacy, upstream, metrics)
    await _listen_admin(app, sockets["listen.admin"], stack)
    return app


# --- listeners -------------------------------------------------------------------------------------------------------


def _bound(connection: socket.socket) -> Address:
    host, port = connection.getsockname()[:2]
    return Address(host, port)


async def _listen(
    listener: Callable[[], asyncio.Protocol],
    sockets: Sequence[socket.socket],
    stack: AsyncExitStack,
    context: ssl.SSLContext | None = None,
) -> None:
    for one in sockets:
        server = await asyncio.get_running_loop().create_server(
            listener,
            sock=one,
            ssl=context,
            backlog=BACKLOG,
            ssl_handshake_timeout=None if context is None else HANDSHAKE,
            ssl_shutdown_timeout=None if context is None else CLOSING,
        )
        stack.callback(server.close)


async def _certified(
    settings: Settings, clock: Clock, legacy: Listener, stack: AsyncExitStack
) -> tuple[tls.ServerFiles, ssl.SSLContext]:
    """The certificate for whoever comes over TLS, renewed by itself."""
    folder = settings.data_directory / "tls"
    files = await asyncio.to_thread(tls.ensure, folder, clock.now())
    context = legacy.names(tls.server_context(files))

    async def renew() -> None:
        while True:
            await asyncio.sleep(CERTIFICATE_PAUSE)
            try:
                tls.reload(context, await asyncio.to_thread(tls.ensure, folder, clock.now()))
            except tls.CertificatesFailed as error:
                log.warning("The certificate could not be renewed: %s", error)

    _own(stack, "certificate", renew())
    return files, context


async def _listen_tls(
    legacy: Listener,
    parts: AdminParts,
    sockets: Sequence[socket.socket],
    stack: AsyncExitStack,
    context: ssl.SSLContext,
) -> None:
    """Old requests over TLS, and the sign-in's return."""
    callback = web.Application()
    add_callback_routes(callback, parts)
    runner = web.AppRunner(callback, access_log=None, shutdown_timeout=CLOSING)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)

    def handover(begun: bytes) -> asyncio.Protocol | None:
        server = runner.server
        return server() if server is not None and _CALLBACK.match(begun) else None

    secure = replace(legacy, handover=handover)
    await _listen(secure, sockets, stack, context)


async def _listen_admin(app: App, sockets: Sequence[socket.socket], stack: AsyncExitStack) -> None:
    local = all(_bound(one).loopback for one in sockets)
    pages = web.Application(middlewares=[] if local else [allow_only(app.settings.listen.allow)])
    add_admin_routes(pages, app.admin)
    add_callback_routes(pages, app.admin)
    add_health_routes(pages, app.problems, app.figures)
    runner = web.AppRunner(pages, access_log=None, shutdown_timeout=CLOSING)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    for one in sockets:
        await web.SockSite(runner, one).start()


# --- background ------------------------------------------------------------------------------------------------------


def _own(stack: AsyncExitStack, name: str, work: Coroutine[Any, Any, None]) -> None:
    """A task that lives as long as the gateway. One that ends by itself is a bug, and is logged."""

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            log.critical("The background task %r ended; restart the gateway.", name, exc_info=task.exception())

    task = asyncio.get_running_loop().create_task(work, name=name)
    task.add_done_callback(ended)

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)
