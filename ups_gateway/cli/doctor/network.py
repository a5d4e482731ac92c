"""The way to UPS: name, proxy, TLS, answer, and what its clock says.

The rule: only the configured environments are asked, with an empty request that needs no sign-in, and each for a few
seconds at most.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from ups_gateway.cli.doctor.finding import Finding, bad, ok, warn
from ups_gateway.config import Settings
from ups_gateway.errors import NotSent, SentNoReply
from ups_gateway.model import Environment, RestReply
from ups_gateway.ups.names import CallsItself, Names
from ups_gateway.ups.transport import Transport

PATIENCE: Final = 5.0
"""Seconds for one question."""
_SKEW, _LARGE_SKEW = 60.0, 300.0


async def network(settings: Settings, environ: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Of each environment that an application uses."""
    used = {application.environment for application in settings.applications}
    if not used:
        yield warn("UPS", "No application is configured: nothing is asked of UPS.", "add one under applications:")
        return
    yield await proxy(settings, environ)
    transport = Transport(
        proxy=settings.upstream.proxy, ca_file=settings.upstream.ca_file, connect_timeout=PATIENCE, max_body=1_000_000
    )
    async with transport:
        for name in sorted(used):
            environment = settings.environments[name]
            yield await dns(environment, by_proxy=settings.upstream.proxy is not None)
            async for finding in reach(environment, transport):
                yield finding


async def proxy(settings: Settings, environ: Mapping[str, str]) -> Finding:
    """The company's proxy."""
    if settings.upstream.proxy is None:
        for name in ("https_proxy", "HTTPS_PROXY"):
            if environ.get(name):
                words = f"{name} is set here, and the gateway goes by its configuration only: without a proxy."
                return warn("proxy", words, "in the configuration, upstream: {proxy: http://HOST:PORT}")
        return ok("proxy", "None is configured.")
    where = urlsplit(settings.upstream.proxy)
    port = where.port or (443 if where.scheme == "https" else 80)
    try:
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(where.hostname, port)
        writer.close()
        await writer.wait_closed()
    except (OSError, TimeoutError) as error:
        words = f"{where.hostname}:{port} does not answer ({_reason(error)})."
        return bad("proxy", words, "in the configuration, upstream: {proxy: http://HOST:PORT}")
    return ok("proxy", f"{where.hostname}:{port} answers.")


async def dns(environment: Environment, *, by_proxy: bool) -> Finding:
    """Whether the host has an address."""
    what, host = f"DNS ({environment.name})", urlsplit(environment.base_url).hostname or ""
    try:
        async with asyncio.timeout(PATIENCE):
            found = await Names().resolve(host, 443, socket.AF_UNSPEC)
    except CallsItself as error:
        return bad(what, f"{error}.", f"resolvectl query {host}")
    except (OSError, TimeoutError) as error:
        words = f"{host} is not found ({_reason(error)})."
        if by_proxy:
            return ok(what, f"{words} The proxy looks it up.")
        return bad(what, words, f"getent hosts {host}; resolvectl status")
    addresses = sorted({one["host"] for one in found})
    return ok(what, f"{host} is {', '.join(addresses[:3])}.")


async def reach(environment: Environment, transport: Transport) -> AsyncIterator[Finding]:
    """Whether it answers, and how far its clock is from this machine's."""
    what = f"UPS ({environment.name})"
    before = time.time()
    try:
        reply = await transport.send("GET", f"{environment.base_url}/", {}, b"", timeout=PATIENCE)
    except (NotSent, SentNoReply) as error:
        words = str(error)
        if "not trusted" in words:
            yield bad(
                what, f"{words}.", "in the configuration, upstream: {ca_file: FILE} with your company's authority"
            )
        else:
            yield bad(what, f"{environment.base_url}: {words}.", f"curl -v {environment.base_url}/")
        return
    if reply.status >= 500:
        words = f"{environment.base_url} answers, with HTTP {reply.status}."
        yield warn(what, words, "try again later; ups-gateway doctor")
    else:
        yield ok(what, f"{environment.base_url} answers.")
    yield clock(reply, (before + time.time()) / 2, environment)


def clock(reply: RestReply, at: float, environment: Environment) -> Finding:
    """This machine's clock (`at`) against the date of an answer."""
    try:
        skew = at - parsedate_to_datetime(reply.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return ok("clock", f"{environment.name} does not say its time.")
    if abs(skew) < _SKEW:
        return ok("clock", f"It goes with that of {environment.name}.")
    words = f"It is {abs(skew):.0f} seconds {'ahead of' if skew > 0 else 'behind'} that of {environment.name}."
    return (bad if abs(skew) >= _LARGE_SKEW else warn)("clock", words, "sudo timedatectl set-ntp true")


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE:g} seconds"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
