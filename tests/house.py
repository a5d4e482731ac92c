"""A whole house for a test: the simulated UPS, and a gateway that a person has really authorized, on real ports.

The rule: old clients are bare sockets, UPS is moved by its control interface, and both live on one clock. The gateway
can also run as a program of its own, to be killed and started again on the same data. Every answer that is read here
is checked by UPS's own schema where that is at hand.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aiohttp import ClientSession

from tests.gateway import Told, access, told
from tests.simulator.driving import Driver
from tests.web.wire import PATIENCE, eventually, post, read_answer
from ups_gateway import app, config
from ups_gateway.model import AccessKey, Account, AccountDefaults, LegacyAnswer, Profile, Secret, Shipment
from ups_gateway.oauth.vault import make_key
from ups_gateway.simulator.config import Settings as UpsSettings
from ups_gateway.simulator.server import make_app, start
from ups_gateway.store.passwords import Cost, Passwords
from ups_gateway.web.gateway import Pace

LICENCE, USER, PASSWORD = "DEMO0ACCESS0KEY0", "demo", "demo"
NO_SCHEMA = (b"</ErrorResponse>", b"</TeleportResponse>")
"""Ends of answers to requests that UPS never had: no schema has their root."""
ACCOUNT = "A1B2C3"
GRANT = "demo"
"""The name of the consent in UPS's call log."""
QUICK = Pace(watch=2.0, linger=1.0, stop=0.3)
UPS = UpsSettings(cie=False)
"""Only what was created exists."""

TOOLS = {
    "RatingServiceSelectionRequest": "Rate",
    "ShipmentConfirmRequest": "ShipConfirm",
    "ShipmentAcceptRequest": "ShipAccept",
    "VoidShipmentRequest": "Void",
    "TrackRequest": "Track",
    "LabelRecoveryRequest": "LabelRecovery",
}
KEY = access(LICENCE, USER, PASSWORD)
"""The access document that the seeded key answers to."""

Check = Callable[[bytes], list[tuple[str, str]]]


class Clock:
    """Runs with the machine's, from another moment if one is given, and can be moved."""

    def __init__(self, start: datetime | None = None) -> None:
        self._ahead = 0.0 if start is None else start.timestamp() - time.time()
        self._moved = 0.0

    def now(self) -> float:
        return time.time() + self._ahead + self._moved

    def advance(self, seconds: float) -> None:
        self._moved += seconds

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def monotonic(self) -> float:
        return time.monotonic() + self._moved

    async def pause(self, seconds: float) -> None:
        """Pauses between tries cost a test nothing."""
        self.advance(seconds)
        await asyncio.sleep(0)


def xml(document: str, first: str = KEY) -> bytes:
    """The request of an old client: the access document and another, to the tool of its root."""
    root = re.sub(r"<\?.*?\?>", "", document).strip()[1:].split(">")[0].split()[0]
    return post(f"/ups.app/xml/{TOOLS[root]}", (first + document).encode())


@dataclass
class House:
    """What a test drives. `start` or `serve` comes first; the fixtures have done the former."""

    file: Path
    environ: Mapping[str, str]
    clock: Clock
    ups: Driver
    close_ups: Callable[[], Awaitable[None]]
    """Nobody listens there any more."""
    pace: Pace = QUICK
    check: Check | None = None
    port: int = 0
    """Where old requests go."""
    pages: str = ""
    """The administrator's, of a gateway that is a program of its own."""
    profile: Profile = field(init=False)
    account: Account = field(init=False)
    key: AccessKey = field(init=False)
    _gateway: app.App | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _process: asyncio.subprocess.Process | None = None

    # --- the gateway's life -------------------------------------------------------------------------------------------

    @property
    def gateway(self) -> app.App:
        """The one that runs in this process."""
        assert self._gateway is not None, "the gateway is not started"
        return self._gateway

    @property
    def data(self) -> Path:
        return self.file.parent / "data"

    async def start(self) -> None:
        """In this process."""
        clock = app.Clock(self.clock.utc, self.clock.monotonic, pause=self.clock.pause)
        settings = config.load(self.file, self.environ)
        self._gateway = await self._stack.enter_async_context(app.running(settings, clock=clock, pace=self.pace))
        self.port = self._gateway.ports.legacy.port

    async def stop(self) -> None:
        """In good order."""
        self._gateway = None
        await self._stack.aclose()

    async def serve(self) -> None:
        """As a program of its own, on the machine's clock."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ups_gateway", "serve", "--config", str(self.file)),
            env={**os.environ, **self.environ},
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(20):
            said = (await self._process.stdout.readline()).decode()
        found = re.search(r"Old requests: http://127\.0\.0\.1:(\d+)   Status page: (\S+)", said)
        assert found is not None, said
        self.port, self.pages = int(found[1]), found[2]

    @property
    def pid(self) -> int:
        """Of the program of its own."""
        assert self._process is not None, "the gateway is not served"
        return self._process.pid

    async def kill(self) -> None:
        """kill -9, if it is a program of its own and runs."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            assert await process.wait() == -signal.SIGKILL

    async def terminate(self) -> None:
        """As a service manager ends the program."""
        process, self._process = self._process, None
        assert process is not None
        process.terminate()
        async with asyncio.timeout(20):
            assert await process.wait() == 0

    # --- what people set up -------------------------------------------------------------------------------------------

    async def consent(self, profile: int | None = None) -> Profile:
        """A person signs in at UPS by its form; the browser's way back is the gateway's own."""
        url = await self.gateway.keeper.begin("demo", profile, name="Dock 3")
        page = await self.ups.send("GET", url.removeprefix(self.ups.url))
        form = page.sent_back | {"username": "demo", "password": "demo", "choice": "allow"}
        back = await self.ups.send("POST", "/login", data=form)
        return (await self.gateway.keeper.finish(back.sent_back)).profile

    async def seed(self) -> None:
        """A profile with a consent, its account with negotiated rates, and the access key of an old program."""
        store = self.gateway.store
        self.profile = await self.consent()
        self.account = await store.add_account(
            Account(
                0,
                ACCOUNT,
                "simulator",
                postal_code="30328",
                profile=self.profile.id,
                defaults=AccountDefaults(negotiated_rates=True),
            )
        )
        self.key = await self.map_key(LICENCE, USER, PASSWORD)

    async def map_key(self, licence: str, user: str, password: str) -> AccessKey:
        """An access key that ships on the account."""
        passwords = Passwords(cost=Cost(2, 1, 1))
        hashed = await passwords.hash(Secret(password))
        await passwords.close()
        key = AccessKey(0, licence, user, hashed, self.account.id, frozenset({self.account.id}))
        return await self.gateway.store.add_key(key)

    # --- old clients --------------------------------------------------------------------------------------------------

    async def send(self, data: bytes) -> bytes:
        """The whole answer to these bytes; the client closes in good order after it, or hangs up when it takes long."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(data)
            async with asyncio.timeout(2 * PATIENCE):
                answer = await reader.read()
        finally:
            writer.close()
        await writer.wait_closed()
        return answer

    def read(self, answer: bytes) -> bytes:
        """The body of an answer, once it kept the wire rules and UPS's schema, in its order."""
        first, headers, body = read_answer(answer)
        assert first in ("HTTP/1.1 200 OK", "HTTP/1.0 200 OK")
        assert headers["content-type"] == "application/xml"
        assert body.isascii()
        assert body.startswith(b'<?xml version="1.0"?>')
        self.validate(body)
        return body

    def validate(self, body: bytes) -> None:
        """By UPS's schema, in its order, where it is at hand."""
        if self.check is not None and not body.rstrip().endswith(NO_SCHEMA):
            assert set(self.check(body)) == {("OK", "")}, body  # a SOAP fault and its detail are two

    async def body(self, document: str, first: str = KEY) -> bytes:
        return self.read(await self.send(xml(document, first)))

    async def ask(self, document: str, first: str = KEY) -> Told:
        return told(LegacyAnswer(200, {}, await self.body(document, first)))

    # --- what is on the other side ------------------------------------------------------------------------------------

    async def calls(self, path: str) -> int:
        """How often UPS was asked for a path that holds this; calls under way count."""
        rows = (await self.ups.send("GET", "/_control/calls?running=true")).body
        return sum(path in row["path"] for row in rows)

    async def shipments(self) -> list[dict[str, Any]]:
        """What exists at UPS."""
        return list((await self.ups.send("GET", "/_control/shipments")).body)

    async def rows(self) -> list[Shipment]:
        """The ledger, oldest first."""
        return list(reversed(await self.gateway.store.shipments()))

    async def until_called(self, path: str, times: int = 1) -> None:
        """Returns once UPS is asked for it."""
        async with asyncio.timeout(PATIENCE):
            while await self.calls(path) < times:  # noqa: ASYNC110 - another process's log has no event
                await asyncio.sleep(0.005)

    async def until_settled(self) -> None:
        """Returns once no client is waited for any more: what the ledger says of deliveries is then true."""
        await eventually(lambda: not self.gateway.legacy.open)


@asynccontextmanager
async def a_house(
    folder: Path,
    *,
    check: Check | None = None,
    pace: Pace = QUICK,
    ups: UpsSettings = UPS,
    settings: Mapping[str, str] = MappingProxyType({}),
    start_at: datetime | None = None,
) -> AsyncIterator[House]:
    """Everything is started and seeded; `settings` are those of the gateway that differ."""
    clock = Clock(start_at)
    async with AsyncExitStack() as stack:
        running = await start(make_app(ups, control=True, clock=clock), port=0)
        stack.push_async_callback(running.close)
        browser = await stack.enter_async_context(ClientSession())
        file = folder / "gateway.yaml"
        file.write_text(configuration(folder, running.url, settings))
        environ = {"DEMO_SECRET": "demo-secret", "UPS_GATEWAY_KEY": make_key().text()}
        house = House(file, environ, clock, Driver(browser, running.url), running.close, pace, check)
        stack.push_async_callback(house.stop)
        stack.push_async_callback(house.kill)
        await house.start()
        await house.seed()
        yield house


def configuration(folder: Path, ups: str, settings: Mapping[str, str]) -> str:
    """Of a gateway with free ports, for an application of the simulated UPS."""
    listen = {"listen.legacy": "127.0.0.1:0", "listen.admin": "127.0.0.1:0", "listen.tls": "off"}
    application = {
        "name": "demo",
        "environment": "simulator",
        "client_id": "demo-client",
        "client_secret_env": "DEMO_SECRET",
    }
    return config.example(
        **{**listen, "data_directory": str(folder / "data"), **settings},
        environments=[{"name": "simulator", "base_url": ups}],
        applications=[application],
    )
