"""The administrator's pages on a real port, with the real store, keeper, UPS client and the simulated UPS, on one
clock; and a browser that presses buttons."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import ClientSession, CookieJar, web

from ups_gateway import translate
from ups_gateway.captures import Captures
from ups_gateway.model import (
    AccessKey,
    Account,
    Application,
    Dialect,
    Environment,
    ExchangeRecord,
    Grant,
    KeySighting,
    Operation,
    Profile,
    Secret,
    Shipment,
    State,
)
from ups_gateway.oauth.keeper import Keeper
from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.shipping.carrier import Policy
from ups_gateway.shipping.ledger import Shipping
from ups_gateway.simulator import server as simulated
from ups_gateway.simulator.config import Application as Registered
from ups_gateway.simulator.config import Settings, User
from ups_gateway.simulator.faults import Fault
from ups_gateway.simulator.state import SIMULATOR
from ups_gateway.store import Store
from ups_gateway.store.sqlite import open_store
from ups_gateway.ups.client import UpsClient
from ups_gateway.ups.transport import Transport
from ups_gateway.upstream import Upstream
from ups_gateway.web.admin import AdminParts, Verdict, add_admin_routes
from ups_gateway.web.admin.session import new_link
from ups_gateway.web.oauth import add_callback_routes

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
REDIRECT = "https://127.0.0.1/upscallback"
SETTINGS = Settings(
    applications=(
        Registered("main", "client-1", "secret-1", (REDIRECT,)),
        Registered("direct", "client-2", "secret-2", (), accounts=frozenset({"R7S8T9"})),
    ),
    users=(
        User("dock", "pw", "dock", frozenset({"A1B2C3", "D4E5F6"}), negotiated=frozenset({"A1B2C3"})),
        User("campus", "pw", "campus", campusship=True),
    ),
)
_HIDDEN = re.compile(r'name="csrf" value="([^"]*)"')


class Clock:
    """One clock for gateway and simulator; it runs, and can be moved."""

    def __init__(self) -> None:
        self.ahead = START.timestamp() - time.time()

    def now(self) -> float:
        return time.time() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += seconds

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def monotonic(self) -> float:
        return self.now()


@dataclass(frozen=True)
class Page:
    """What a browser has on its screen."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def words(self) -> str:
        """What a person reads, in one line."""
        body = re.sub(r"(?s)<(head|template)\b.*?</\1>", " ", self.text)
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())

    @property
    def sentence(self) -> str:
        """The heading, without its mark."""
        found = re.search(r"(?s)<h1>(.*?)</h1>", self.text)
        assert found is not None, self.text
        heading = re.sub(r'(?s)<span class="mark.*?</span>', "", found[1])
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", heading)).split())

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def location(self) -> str:
        return self.headers["Location"]

    def forms(self) -> list[tuple[str, dict[str, str]]]:
        """Action and filled fields of each form."""
        found = re.findall(r'(?s)<form method="post" action="([^"]*)"[^>]*>(.*?)</form>', self.text)
        field = re.compile(r'<input[^>]*name="([^"]*)" value="([^"]*)"')
        return [(unescape(action), {n: unescape(v) for n, v in field.findall(inner)}) for action, inner in found]


@dataclass
class Gateway:
    """The admin listener and all behind it, and a browser in front."""

    url: str
    folder: Path
    parts: AdminParts
    store: Store
    vault: FernetVault
    clock: Clock
    ups: web.Application
    ups_url: str
    browser: ClientSession
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    # --- the browser --------------------------------------------------------------------------------------------------

    async def send(self, method: str, path: str, **more: Any) -> Page:
        """One request to the admin listener, redirects not followed."""
        async with self.browser.request(method, self.url + path, allow_redirects=False, **more) as answer:
            return Page(answer.status, await answer.text(), dict(answer.headers))

    async def get(self, path: str = "/", **headers: str) -> Page:
        return await self.send("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    async def post(self, path: str, **fields: Any) -> Page:
        """Presses a button: the form with the session's CSRF token."""
        return await self.send("POST", path, data={"csrf": await self.csrf()} | fields)

    async def csrf(self) -> str:
        found = _HIDDEN.search((await self.get("/paste")).text)
        return found[1] if found else ""

    async def link(self) -> str:
        """Path and query of a new sign-in link."""
        link = await new_link(self.store, self.vault, self.url, self.clock.utc())
        return link.removeprefix(self.url)

    async def sign_in(self) -> None:
        """Opens a link and presses its button."""
        page = await self.get(await self.link())
        ((action, fields),) = page.forms()
        assert (await self.send("POST", action, data=fields)).status == 303

    # --- at UPS -------------------------------------------------------------------------------------------------------

    async def at_ups(self, address: str, login: str = "dock", choice: str = "allow") -> str:
        """Follows the authorize address, fills in the simulator's login form; where the browser is sent then."""
        async with self.browser.get(address) as answer:
            form = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', await answer.text()))
        data = {name: unescape(value) for name, value in form.items()}
        data |= {"username": login, "password": "pw", "choice": choice}
        async with self.browser.post(f"{self.ups_url}/login", data=data, allow_redirects=False) as answer:
            return answer.headers["Location"]

    async def come_back(self, location: str) -> Page:
        """The browser opens the callback, as it were a browser that has no session here."""
        async with ClientSession() as stranger:
            path = f"/upscallback?{urlsplit(location).query}"
            async with stranger.get(self.url + path, headers={"Sec-Fetch-Site": "cross-site"}) as answer:
                return Page(answer.status, await answer.text(), dict(answer.headers))

    async def consent(self, name: str = "Dock 3", *accounts: str) -> Profile:
        """A profile that signed in, with these accounts, not probed."""
        address = await self.parts.keeper.begin("main", None, name=name)
        query = dict(parse_qsl(urlsplit(await self.at_ups(address)).query))
        profile = (await self.parts.keeper.finish(query)).profile
        for number in accounts:
            await self.account(number, profile=profile.id)
        return profile

    def fault(self, path: str, **what: Any) -> None:
        self.ups[SIMULATOR].faults.arm([Fault(path=path, **what)])

    def calls(self, path: str) -> list[int | None]:
        """Statuses of the calls of that path."""
        return [row.status for row in self.ups[SIMULATOR].calls.rows() if path in row.path]

    # --- the store ----------------------------------------------------------------------------------------------------

    async def account(self, number: str = "A1B2C3", **changed: Any) -> Account:
        account = Account(0, number, "simulator", postal_code="30328")
        return await self.store.add_account(replace(account, **changed))

    async def key(self, account: Account, **changed: Any) -> AccessKey:
        key = AccessKey(0, "LICENCE0000KEY01", "cart", "hash", account.id, frozenset({account.id}))
        return await self.store.add_key(replace(key, **changed))

    async def seen(self, **changed: Any) -> KeySighting:
        now = self.clock.utc()
        sighting = KeySighting(
            "LICENCE0000KEY01", "cart", "hash", "127.0.0.1", "Cart/2", frozenset({"rate"}), now, now, 1
        )
        await self.store.note_sighting(replace(sighting, **changed))
        await self.store.flush()
        (found,) = await self.store.sightings()
        return found

    async def shipment(self, account: Account, key: AccessKey, **changed: Any) -> Shipment:
        now, number = self.clock.utc(), f"1ZA1B2C303{next(self.numbers):08d}"
        row = Shipment(
            id=0,
            kind="shipment",
            key=key.id,
            account=account.id,
            environment=account.environment,
            dialect=Dialect.XML,
            operation=Operation.SHIP,
            state=State.CREATED,
            fingerprint=b"",
            created_at=now,
            changed_at=now,
            number=number,
            tracking_numbers=(number,),
        )
        return await self.store.add_shipment(replace(row, **changed))


def exchange(account: Account | None, at: datetime, **changed: Any) -> ExchangeRecord:
    """A row of the journal."""
    record = ExchangeRecord(
        at=at,
        dialect="xml",
        operation="rate",
        key=None,
        account=account.id if account else None,
        environment=account.environment if account else "",
        outcome="ok",
        code="",
        seconds=0.5,
        ups_seconds=0.25,
        peer="127.0.0.1",
        user_agent="Cart/2",
    )
    return replace(record, **changed)


@asynccontextmanager
async def a_gateway(
    folder: Path, change: Callable[[AdminParts], AdminParts] = lambda parts: parts
) -> AsyncIterator[Gateway]:
    """Everything started; ended with the block."""
    clock, vault = Clock(), FernetVault(make_key())
    async with AsyncExitStack() as stack:
        ups = simulated.make_app(SETTINGS, clock=clock)
        running = await simulated.start(ups, port=0)
        stack.push_async_callback(running.close)
        transport = await stack.enter_async_context(Transport(connect_timeout=2.0))
        store = await open_store(folder / "store.db", vault)
        stack.push_async_callback(store.close)
        applications = {
            "main": Application(
                "main", "simulator", Grant.AUTHORIZATION_CODE, "client-1", Secret("secret-1"), REDIRECT
            ),
            "direct": Application("direct", "simulator", Grant.CLIENT_CREDENTIALS, "client-2", Secret("secret-2")),
        }
        environments = {"simulator": Environment("simulator", running.url)}
        keeper = Keeper(
            store,
            vault,
            applications=applications,
            environments=environments,
            send=transport.send,
            lock=store.lock,
            now=clock.utc,
            monotonic=clock.monotonic,
        )
        stack.push_async_callback(keeper.close)
        upstream = Upstream(UpsClient(keeper, transport.send, now=clock.utc), keeper, environments)

        async def probe(account: Account) -> tuple[Verdict, str]:
            reply = await upstream.send(account, translate.probe_call(account), creating=False, time_limit=5.0)
            return translate.probe_verdict(reply)

        shipping = Shipping(store, vault, upstream, Policy(page=""), now=clock.utc, new_digest=lambda: "digest")
        parts = AdminParts(
            store=store,
            vault=vault,
            keeper=keeper,
            shipping=shipping,
            probe=probe,
            applications=applications,
            environments=environments,
            captures=Captures(store, vault, now=clock.utc),
            now=clock.utc,
            zone=UTC,
            void_unaccepted_after=timedelta(minutes=30),
            live_pause=0.02,
        )
        parts = change(parts)
        app = web.Application()
        add_admin_routes(app, parts)
        add_callback_routes(app, parts)
        url = await serve(app, stack)
        browser = await stack.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
        yield Gateway(url, folder, parts, store, vault, clock, ups, running.url, browser)


async def serve(app: web.Application, stack: AsyncExitStack) -> str:
    """Listens on a free port of loopback until the stack ends; the base URL."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=60.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"
