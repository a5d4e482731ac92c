"""The simulated UPS on a socket: pages, control interface, and every path of UPS's behind faults and the call log.

The rule: whatever is asked of a path of UPS's is logged, whatever becomes of it; the work is done by parts that
know no sockets.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from aiohttp import web
from multidict import CIMultiDict

from ups_gateway.simulator import control as control_interface
from ups_gateway.simulator import login
from ups_gateway.simulator.config import Settings
from ups_gateway.simulator.faults import Fault
from ups_gateway.simulator.model import Refused, Reply, Route
from ups_gateway.simulator.sent import Sent
from ups_gateway.simulator.state import SIMULATOR, Simulator, build
from ups_gateway.simulator.work import owner, refusal, work
from ups_gateway.simulator.world import Clock

LONG_PIECE = 64 * 1024
"""Bytes that are written at once of an answer without end."""


def make_app(
    settings: Settings,
    *,
    control: bool = False,
    clock: Clock | Callable[[], float] | None = None,
    routes: Iterable[Route] | None = None,
) -> web.Application:
    """The simulated UPS as an application. `routes` replaces the REST operations."""
    if routes is None:
        from ups_gateway.simulator.operations import ROUTES

        routes = ROUTES
    app = web.Application(client_max_size=settings.max_body)
    app[SIMULATOR] = build(settings, clock, routes)
    login.mount(app)
    if control:
        control_interface.mount(app)
    app.router.add_route("*", "/{tail:.*}", answer)
    return app


@dataclass(frozen=True, slots=True)
class Running:
    """A simulator that listens; `close` ends it."""

    runner: web.AppRunner
    host: str
    port: int
    scheme: str

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    async def close(self) -> None:
        """Stop listening and cut what is still being answered after a second."""
        await self.runner.cleanup()


async def start(
    app: web.Application, host: str = "127.0.0.1", port: int = 8082, *, tls: ssl.SSLContext | None = None
) -> Running:
    """Listen; port 0 takes a free one, `tls` is for clients that insist on https. OSError when the port is taken."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, ssl_context=tls, backlog=1024).start()
    except OSError:
        await runner.cleanup()
        raise
    return Running(runner, host, runner.addresses[0][1], "http" if tls is None else "https")


async def answer(request: web.Request) -> web.StreamResponse:
    """Any path of UPS's: log it, apply faults, do the work."""
    simulator = request.app[SIMULATOR]
    row = simulator.calls.begin(request.method, _as_sent(request))
    status = 500  # what aiohttp answers for a bug of ours
    try:
        try:
            sent = await _read(request, row.path)
        except web.HTTPRequestEntityTooLarge:
            too_large = Refused(400, "10013", "The message is too large to be processed by the Application.")
            status = too_large.status
            return _written(refusal(too_large))
        row.grant = owner(simulator, sent)
        fault = simulator.faults.take(sent.method, sent.target)
        response = await _faulted(simulator, sent, fault) if fault else _written(work(simulator, sent))
        status = response.status if response is not None else 0
        if response is None:
            return _cut(request)
        if fault is not None and fault.half is not None:
            return await _half(request, response, fault.half)
        if fault is not None and fault.endless:
            return await _endless(request, response)
        return response
    finally:
        row.status = status


async def _faulted(simulator: Simulator, sent: Sent, fault: Fault) -> web.Response | None:
    """The answer under a fault; None when the connection is to be cut."""
    await asyncio.sleep(fault.delay_ms / 1000)
    if fault.drop == "before":
        return None
    if fault.drop == "after":
        work(simulator, sent)
        return None
    if fault.status is None:
        return _written(work(simulator, sent))
    body, content_type = fault.payload()
    headers = CIMultiDict({"Content-Type": content_type})
    headers.update(fault.headers)
    return web.Response(body=body, status=fault.status, headers=headers)


async def _read(request: web.Request, target: str) -> Sent:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Sent(request.method, target, headers, await request.read())


def _as_sent(request: web.Request) -> str:
    """The request target; clients of a proxy send a whole URL, of which the host is not ours to log."""
    target = request.raw_path
    if target.startswith("/"):
        return target
    parts = urlsplit(target)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _cut(request: web.Request) -> web.Response:
    """Close the connection without an answer; aiohttp finds it closed and writes nothing."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(request: web.Request, whole: web.Response, where: Literal["length", "chunk"]) -> web.StreamResponse:
    """The first half of an answer, and the end of the connection."""
    body = whole.body if isinstance(whole.body, bytes) else b""
    first = body[: len(body) // 2]
    half = web.StreamResponse(status=whole.status, headers=whole.headers)
    if where == "chunk":
        half.enable_chunked_encoding()
    else:
        half.content_length = len(body)
    await half.prepare(request)
    if request.transport is not None:
        # aiohttp writes whole chunks only
        request.transport.write(first if where == "length" else b"%x\r\n" % len(body) + first)
        request.transport.close()
    return half


async def _endless(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """The answer's body again and again, until the other side ends the connection."""
    body = answer.body if isinstance(answer.body, bytes) else b""
    piece = body * (1 + LONG_PIECE // len(body))
    endless = web.StreamResponse(status=answer.status, headers=answer.headers)
    endless.enable_chunked_encoding()
    await endless.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await endless.write(piece)
    return endless


def _written(reply: Reply) -> web.Response:
    body = b"" if reply.body is None else msgspec.json.encode(reply.body)
    headers = CIMultiDict({"Content-Type": "application/json"})
    headers.update(reply.headers)
    return web.Response(body=body, status=reply.status, headers=headers)
