"""A keeper with a real store, a real transport and the simulated UPS on a real port, all on one clock moved by hand."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from aiohttp import ClientSession, web

from tests.store.server import place_of
from ups_gateway.model import Application, Environment, Grant, Profile, RestReply, Secret
from ups_gateway.oauth.endpoint import Budget
from ups_gateway.oauth.flow import ProfileSource
from ups_gateway.oauth.keeper import Keeper
from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.simulator.config import Application as Registered
from ups_gateway.simulator.config import Settings, User
from ups_gateway.simulator.faults import Fault
from ups_gateway.simulator.model import Call, Reply, Route
from ups_gateway.simulator.server import make_app, start
from ups_gateway.simulator.state import SIMULATOR
from ups_gateway.simulator.world import World
from ups_gateway.store import Store
from ups_gateway.store import postgres as postgresql
from ups_gateway.store.sqlite import open_store
from ups_gateway.ups.transport import Transport

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
REDIRECT = "https://127.0.0.1/upscallback"


class Clock:
    """The one clock: wall and monotonic. A machine asleep moves the wall only."""

    def __init__(self) -> None:
        self.wall = START.timestamp()
        self.running = 1000.0

    def now(self) -> float:
        return self.wall

    def advance(self, seconds: float) -> None:
        self.wall += seconds
        self.running += seconds

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.wall, UTC)

    def monotonic(self) -> float:
        return self.running


def rate(_call: Call, _world: World) -> Reply:
    return Reply(200, {})


class Timer:
    """A waiter that notes what it was asked to wait and returns when the test says so; pauses return at once."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.ring = asyncio.Event()
        self.waiting = asyncio.Event()

    async def __call__(self, event: asyncio.Event, seconds: float) -> None:
        self.asked.append(seconds)
        if seconds >= 1.0:
            self.waiting.set()
            await self.ring.wait()
            self.ring.clear()


@dataclass
class Bench:
    """What a test of the keeper drives."""

    path: Path
    vault: FernetVault
    clock: Clock
    app: web.Application
    url: str
    browser: ClientSession
    transport: Transport
    stack: AsyncExitStack
    applications: dict[str, Application]
    environments: dict[str, Environment]
    timer: Timer = field(default_factory=Timer)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    budget: Budget = Budget()  # noqa: RUF009 - frozen
    replied: asyncio.Event = field(default_factory=asyncio.Event)
    """UPS has answered something."""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is not set, UPS's answers are held back."""
    limit: float = 5.0
    """Seconds of the machine's that UPS gets to answer."""
    address: str | None = None
    """Of a PostgreSQL database, where the store is no file."""
    store: Store = field(init=False)
    keeper: Keeper = field(init=False)

    async def open(self) -> tuple[Store, Keeper]:
        """Another process on the same store."""
        if self.address is None:
            store = await open_store(self.path, self.vault)
        else:
            store = await postgresql.open_store(self.address, self.vault)
        self.stack.push_async_callback(store.close)
        return store, self.new_keeper(store)

    def new_keeper(self, store: Store) -> Keeper:
        return Keeper(
            store,
            self.vault,
            applications=self.applications,
            environments=self.environments,
            send=self.send,
            lock=store.lock,
            now=self.clock.utc,
            monotonic=self.clock.monotonic,
            random=lambda length: next(self.numbers).to_bytes(length, "big") if length > 1 else bytes([128]),
            waiter=self.timer,
            budget=self.budget,
        )

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        timeout: float,  # noqa: ASYNC109
    ) -> RestReply:
        reply = await self.transport.send(method, url, headers, body, timeout=min(timeout, self.limit))
        self.replied.set()
        await self.gate.wait()
        return reply

    def hold(self) -> None:
        """From now on UPS's answers come when `gate` is set."""
        self.replied.clear()
        self.gate.clear()

    # --- as a browser -------------------------------------------------------------------------------------------------

    async def sign_in(self, address: str, login: str = "dock", **form: str) -> dict[str, str]:
        """Signs in at the simulated UPS; the query that the browser brings back."""
        location = await self.sign_in_at(address, login, **form)
        return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))

    async def sign_in_at(self, address: str, login: str = "dock", **form: str) -> str:
        carried = dict(parse_qsl(urlsplit(address).query))
        data = carried | {"username": login, "password": "pw"} | form
        async with self.browser.post(f"{self.url}/login", data=data, allow_redirects=False) as answer:
            return answer.headers["Location"]

    async def consent(self, name: str = "Dock 3", *, login: str = "dock", profile: int | None = None) -> Profile:
        address = await self.keeper.begin("main", profile, name=name, return_to="/p")
        return (await self.keeper.finish(await self.sign_in(address, login))).profile

    # --- as the simulator's control interface -------------------------------------------------------------------------

    def fault(self, path: str = "oauth/refresh", **what: Any) -> None:
        self.app[SIMULATOR].faults.arm([Fault(path=path, **what)])

    def heal(self) -> None:
        self.app[SIMULATOR].faults.clear()

    def calls(self, path: str = "oauth/refresh") -> list[tuple[int | None, str | None]]:
        """(status, grant) of each call of that path."""
        return [(row.status, row.grant) for row in self.app[SIMULATOR].calls.rows() if path in row.path]

    def forget_calls(self) -> None:
        self.app[SIMULATOR].calls.clear()

    def expire(self, which: Any = "access", grant: str | None = None) -> None:
        self.app[SIMULATOR].tokens.expire(which, grant)

    def revoke(self, grant: str | None = None) -> None:
        self.app[SIMULATOR].tokens.revoke(grant)

    async def works(self, token: Secret) -> bool:
        """Whether UPS takes the token."""
        headers = {"Authorization": f"Bearer {token.reveal()}", "transId": "1", "transactionSrc": "test"}
        async with self.browser.post(f"{self.url}/api/rating/v2409/Rate", headers=headers, json={}) as answer:
            return answer.status == 200

    async def history(self, profile: int) -> list[tuple[bool, str]]:
        """Newest first."""
        return [(record.ok, record.words) for record in await self.store.refreshes(profile)]

    async def token(self, profile: int) -> str:
        return (await self.keeper.token(ProfileSource(profile))).reveal()


SETTINGS = Settings(
    applications=(
        Registered("main", "client-1", "secret-1", (REDIRECT,)),
        Registered("direct", "client-2", "secret-2", (), accounts=frozenset({"A1B2C3", "A1B2C4"})),
    ),
    users=(
        User("dock", "pw", "dock", frozenset({"A1B2C3"})),
        User("office", "pw", "office", frozenset({"A1B2C4"})),
        User("campus", "pw", "campus", campusship=True),
    ),
)


@pytest.fixture
def settings() -> Settings:
    """The simulator's settings; a test overrides this fixture by parametrising it."""
    return SETTINGS


@pytest.fixture
async def bench(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> AsyncIterator[Bench]:
    """On SQLite, unless a test names "postgres" as its parameter."""
    address = None
    if getattr(request, "param", "") == "postgres":
        address = await place_of(request.getfixturevalue("postgres"), tmp_path)
    clock = Clock()
    app = make_app(settings, clock=clock, routes=[Route("POST", "/api/rating/{version}/{requestoption}", rate)])
    async with AsyncExitStack() as stack:
        running = await start(app, port=0)
        stack.push_async_callback(running.close)
        bench = Bench(
            path=tmp_path / "store.db",
            address=address,
            vault=FernetVault(make_key()),
            clock=clock,
            app=app,
            url=running.url,
            browser=await stack.enter_async_context(ClientSession()),
            transport=await stack.enter_async_context(Transport(connect_timeout=2.0, max_body=1_000_000)),
            stack=stack,
            applications={
                "main": Application(
                    "main", "simulator", Grant.AUTHORIZATION_CODE, "client-1", Secret("secret-1"), REDIRECT
                ),
                "direct": Application("direct", "simulator", Grant.CLIENT_CREDENTIALS, "client-2", Secret("secret-2")),
            },
            environments={"simulator": Environment("simulator", running.url)},
        )
        bench.gate.set()
        bench.store, bench.keeper = await bench.open()
        yield bench
        await bench.keeper.close()
