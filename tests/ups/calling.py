"""A client of UPS with a clock of its own, between a keeper and a server that answer by script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from ups_gateway.model import Environment, RestCall, RestReply, Secret
from ups_gateway.oauth.flow import ProfileSource, Source
from ups_gateway.ups.client import UpsClient
from ups_gateway.ups.transport import Transport

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SOURCE = ProfileSource(7)
RATE = RestCall("POST", "/api/rating/v2409/Rate", {"additionalinfo": "time in"}, {}, {"RateRequest": {"a": "ü"}})
SHIP = RestCall("POST", "/api/shipments/v2409/ship", body={})
TRACK = RestCall("GET", "/api/track/v1/details/1Z1")
REFUSED = b'{"response":{"errors":[{"code":"250002","message":"Invalid Authentication Information."}]}}'


class Keeper:
    """Hands out tokens "t1", "t2", ...; a renewal gives the next."""

    def __init__(self) -> None:
        self.number = 1
        self.renewals: list[str] = []
        self.error: Exception | None = None
        self.wait: asyncio.Event | None = None
        self.takes_time: Callable[[], None] = lambda: None

    async def token(self, source: Source, *, wait: bool = True) -> Secret:
        if self.wait is not None:
            await self.wait.wait()
        self.takes_time()
        if self.error is not None:
            raise self.error
        return Secret(f"t{self.number}")

    async def renew(self, source: Source, *, rejected: Secret) -> Secret:
        if self.error is not None:
            raise self.error
        self.renewals.append(rejected.reveal())
        self.number += 1
        return Secret(f"t{self.number}")

    def describe(self, source: Source) -> str:
        return 'profile "Dock 3" (application "main")'


@dataclass
class Ups:
    """The scripted server: answers in turn, the last one for ever."""

    script: list[Callable[[web.Request], web.StreamResponse]] = field(default_factory=list)
    seen: list[web.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        self.bodies.append(await request.read())
        answer = self.script[min(len(self.seen), len(self.script)) - 1]
        return answer(request)


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Callable[[web.Request], web.StreamResponse]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: web.Response(status=status, body=body, headers=named)


def cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def bearer(token: str) -> Callable[[web.Request], web.StreamResponse]:
    """Takes this token only."""

    def check(request: web.Request) -> web.StreamResponse:
        good = request.headers["Authorization"] == f"Bearer {token}"
        return web.Response(body=b"good") if good else web.Response(status=401, body=REFUSED)

    return check


class Bench:
    """A client with a clock that only its own pauses move."""

    def __init__(self, transport: Transport, environment: Environment, ups: Ups) -> None:
        self.ups = ups
        self.environment = environment
        self.keeper = Keeper()
        self.time = 100.0
        self.pauses: list[float] = []
        self.numbers = iter(range(1, 1000))
        self.client = UpsClient(
            self.keeper,
            transport.send,
            now=lambda: NOW,
            monotonic=lambda: self.time,
            random=self.random,
            pause=self.pause,
        )

    def random(self, length: int) -> bytes:
        return bytes([128]) if length == 1 else next(self.numbers).to_bytes(length, "big")

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds

    async def call(self, call: RestCall, *, creating: bool = False, time_limit: float = 9.0, **more: Any) -> RestReply:
        return await self.client.call(SOURCE, self.environment, call, creating=creating, time_limit=time_limit, **more)
