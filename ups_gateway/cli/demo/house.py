"""The demonstration's house: simulator and gateway on one clock, seeded so that every state of health can be seen.

The rule: nothing is written into the store that a real sign-in, probe or request could not have brought about.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from ups_gateway import app as gateway
from ups_gateway import config
from ups_gateway.config import Address, Settings
from ups_gateway.errors import GatewayError
from ups_gateway.model import (
    AccessKey,
    Account,
    AccountDefaults,
    Application,
    Environment,
    Grant,
    Health,
    Profile,
    Secret,
)
from ups_gateway.oauth.flow import ProfileSource
from ups_gateway.oauth.keeper import Keeper
from ups_gateway.oauth.paste import ConsentFailed
from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.simulator import config as simulator_config
from ups_gateway.simulator import server
from ups_gateway.simulator.world import SimulatedClock
from ups_gateway.store import Store
from ups_gateway.store.passwords import Passwords
from ups_gateway.store.sqlite import open_store
from ups_gateway.ups.transport import Transport
from ups_gateway.web.admin.probing import probe_accounts
from ups_gateway.web.admin.session import new_link

Say = Callable[[str], None]

HOST: Final = "127.0.0.1"
ENVIRONMENT: Final = "simulator"
APPLICATION: Final = "demo"
LICENCE: Final = "DEMO0ACCESS0KEY0"
USER: Final = "demo"
PASSWORD: Final = "demo"  # noqa: S105 - printed for everybody to try
ACCOUNT: Final = "A1B2C3"

HISTORY: Final = (
    # login at the simulated UPS, its account, how many days ago somebody signed in
    ("archive", "N1P2Q3", 61),
    ("outlet", "G4H5J6", 56),
    ("returns", "K7L8M9", 20),
    ("warehouse", "W1H2S3", 3),
    ("demo", ACCOUNT, 0),
)
"""expired, expiring, (to be) rejected, ok, ok."""


class DemoFailed(Exception):
    """Why the demonstration could not be shown."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where it listens."""

    legacy: int
    admin: int
    ups: int
    tls: int


_OPTIONS: Final = MappingProxyType(
    {"listen.legacy": "--port", "listen.admin": "--admin-port", "listen.tls": "--tls-port"}
)


@dataclass(frozen=True, slots=True)
class House:
    """What runs."""

    app: gateway.App
    simulator: server.Running
    clock: SimulatedClock

    @property
    def legacy_url(self) -> str:
        return f"http://{self.app.ports.legacy}"

    @property
    def ups_url(self) -> str:
        return self.simulator.url

    async def sign_in_link(self) -> str:
        """A link to the status page."""
        return await new_link(self.app.store, self.app.vault, self.app.admin.admin_url, self.app.clock.now())


@asynccontextmanager
async def house(folder: Path, ports: Ports, say: Say) -> AsyncIterator[House]:
    """Everything running and seeded. Raises DemoFailed."""
    clock = SimulatedClock()
    clock.advance(-timedelta(days=HISTORY[0][2]).total_seconds())
    # A consent that a refresh does not prolong: so that one of them is about to end
    ups_settings = replace(simulator_config.Settings(), refresh_slides=False)
    try:
        simulator = await server.start(server.make_app(ups_settings, control=True, clock=clock), HOST, ports.ups)
    except OSError as error:
        raise DemoFailed(_taken(HOST, ports.ups, error, "--ups-port")) from error
    say(f"Simulated UPS    {simulator.url}")
    try:
        settings = _settings(folder, ports, simulator.url)
        await seed(settings, simulator.url, clock)
        say("Seeded           5 sign-ins, 9 accounts, access key DEMO0ACCESS0KEY0 (user demo, password demo)")
        async with _gateway(settings, clock) as app:
            await _probe(app)
            say(f"Gateway          http://{app.ports.legacy} and https://{app.ports.tls} (old requests)")
            say(f"Status page      http://{app.ports.admin}")
            yield House(app, simulator, clock)
    finally:
        await simulator.close()


@asynccontextmanager
async def _gateway(settings: Settings, clock: SimulatedClock) -> AsyncIterator[gateway.App]:
    try:
        async with gateway.running(settings, clock=gateway.Clock(now=_now_of(clock), monotonic=clock.now)) as app:
            yield app
    except gateway.StartFailed as error:
        words = (f"{one.address} {one.words}; choose another with {_OPTIONS[one.key]}" for one in error.unbound)
        raise DemoFailed("\n".join(words)) from error
    except GatewayError as error:
        raise DemoFailed(error.message) from error


async def _probe(app: gateway.App) -> None:
    """Asks UPS about the accounts whose sign-in is good, as the page does after a sign-in."""
    now = app.clock.now()
    good = {one.id for one in await app.store.profiles() if app.keeper.health(one, now) in (Health.OK, Health.EXPIRING)}
    asked = [one for one in await app.store.accounts() if one.profile in good or one.application]
    await probe_accounts(asked, app.admin.probe, app.store, now)


def _now_of(clock: SimulatedClock) -> Callable[[], datetime]:
    return lambda: datetime.fromtimestamp(clock.now(), UTC)


def _taken(host: str, port: int, error: OSError, option: str) -> str:
    why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
    return f"{host}:{port} {why}; choose another with {option}"


def _settings(folder: Path, ports: Ports, ups_url: str) -> Settings:
    """The defaults, but for throw-away data and the simulated UPS."""
    key = make_key()
    defaults = config.load(None, {"HOME": str(folder), config.KEY_ENV: key.text()})
    ours = simulator_config.Settings().applications[0]
    return replace(
        defaults,
        listen=replace(
            defaults.listen,
            legacy=Address(HOST, ports.legacy),
            admin=Address(HOST, ports.admin),
            tls=Address(HOST, ports.tls),
        ),
        data_directory=folder,
        environments={**defaults.environments, ENVIRONMENT: Environment(ENVIRONMENT, ups_url)},
        applications=(
            Application(
                name=APPLICATION,
                environment=ENVIRONMENT,
                grant=Grant.AUTHORIZATION_CODE,
                client_id=ours.client_id,
                client_secret=Secret(ours.client_secret),
                redirect_uri=f"https://{HOST}:{ports.tls}/upscallback",
            ),
            Application(
                name=f"{APPLICATION}-own",
                environment=ENVIRONMENT,
                grant=Grant.CLIENT_CREDENTIALS,
                client_id=ours.client_id,
                client_secret=Secret(ours.client_secret),
            ),
        ),
        anonymous_key=LICENCE,
        alerts=replace(defaults.alerts, environments=frozenset({ENVIRONMENT})),
    )


# --- seeding ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Past:
    """What signs in before the gateway runs: nothing renews by itself while the clock makes its leaps."""

    store: Store
    keeper: Keeper
    browser: aiohttp.ClientSession
    ups_url: str


async def seed(settings: Settings, ups_url: str, clock: SimulatedClock) -> None:
    """Signs in as the past had it, one profile after the other, and lets the clock run in between."""
    vault = FernetVault(settings.key, settings.key_file)
    async with AsyncExitStack() as stack:
        store = await open_store(settings.store_file, vault)
        stack.push_async_callback(store.close)
        transport = Transport()
        stack.push_async_callback(transport.close)
        keeper = Keeper(
            store,
            vault,
            applications={one.name: one for one in settings.applications},
            environments=settings.environments,
            send=transport.send,
            lock=store.lock,
            now=_now_of(clock),
            monotonic=clock.now,
        )
        stack.push_async_callback(keeper.close)
        browser = await stack.enter_async_context(aiohttp.ClientSession())
        past = _Past(store, keeper, browser, ups_url)
        days_ago = HISTORY[0][2]
        for login, number, ago in HISTORY:
            clock.advance(timedelta(days=days_ago - ago).total_seconds())
            days_ago = ago
            profile = await _consent(past, login)
            await _add_account(store, number, profile, nickname=login.capitalize())
            if login == "returns":
                await _take_back(past, profile)
        await _seed_the_rest(store)


async def _seed_the_rest(store: Store) -> None:
    """A profile that nobody signed in for, accounts in other states, and the access key of the old program."""
    newcomer = await store.add_profile("Newcomer", APPLICATION, ENVIRONMENT)
    await _add_account(store, "U4V5W6", newcomer, nickname="Not signed in yet")
    demo = next(one for one in await store.profiles() if one.name == "Demo")
    await _add_account(store, "Z9Y8X7", demo, nickname="Of somebody else")
    closed = await _add_account(store, "D4E5F6", demo, nickname="Closed")
    await store.change_account(replace(closed, active=False))
    await store.add_account(
        Account(0, "R7S8T9", ENVIRONMENT, nickname="Without a sign-in", application=f"{APPLICATION}-own")
    )
    mine = next(one for one in await store.accounts() if one.number == ACCOUNT)
    passwords = Passwords()
    try:
        stored = await passwords.hash(Secret(PASSWORD))
    finally:
        await passwords.close()
    label = "The demonstration's old program"
    await store.add_key(AccessKey(0, LICENCE, USER, stored, mine.id, frozenset({mine.id}), label=label))


async def _consent(past: _Past, login: str) -> Profile:
    """What a person does: follow UPS's link, fill in the login form, come back."""
    url = await past.keeper.begin(APPLICATION, None, name=login.capitalize())
    async with past.browser.get(url, allow_redirects=False) as answer:
        page = answer.headers["Location"]
    fields = dict(parse_qsl(urlsplit(page).query, keep_blank_values=True))
    form = {**fields, "username": login, "password": login, "choice": "allow"}
    async with past.browser.post(f"{past.ups_url}/login", data=form, allow_redirects=False) as answer:
        back = answer.headers["Location"]
    try:
        consent = await past.keeper.finish(dict(parse_qsl(urlsplit(back).query)))
    except ConsentFailed as failed:
        raise DemoFailed(failed.words) from failed
    return consent.profile


async def _add_account(store: Store, number: str, profile: Profile, *, nickname: str) -> Account:
    defaults = AccountDefaults(negotiated_rates=True)
    return await store.add_account(
        Account(0, number, ENVIRONMENT, nickname, "30328", profile=profile.id, defaults=defaults)
    )


async def _take_back(past: _Past, profile: Profile) -> None:
    """The password at UPS was changed: the next renewal is refused."""
    change = {"revoke": True, "grant": "returns"}
    async with past.browser.post(f"{past.ups_url}/_control/tokens", json=change) as answer:
        answer.raise_for_status()
    source = ProfileSource(profile.id)
    token = await past.keeper.token(source)
    logging.disable(logging.ERROR)  # the refusal is meant
    try:
        await past.keeper.renew(source, rejected=token)
    except GatewayError:
        return
    finally:
        logging.disable(logging.NOTSET)
    raise DemoFailed("The simulated UPS renewed a sign-in that was taken back.")
