"""The demonstration's house: simulator and gateway on one clock, seeded so that every state of health can be seen.

The rule: nothing is written into the store that a real sign-in, probe or request could not have brought about.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
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
    Profile,
    Secret,
)
from ups_gateway.oauth.flow import ProfileSource
from ups_gateway.oauth.paste import ConsentFailed
from ups_gateway.oauth.vault import make_key
from ups_gateway.simulator import config as simulator_config
from ups_gateway.simulator import server
from ups_gateway.simulator.world import SimulatedClock
from ups_gateway.store.passwords import Passwords
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
        async with _gateway(settings, clock) as app:
            say(f"Gateway          http://{app.ports.legacy} and https://{app.ports.tls} (old requests)")
            say(f"Status page      http://{app.ports.admin}")
            at = House(app, simulator, clock)
            logging.disable(logging.ERROR)  # the refusals in the seeded past are meant
            try:
                await _seed(at)
            finally:
                logging.disable(logging.NOTSET)
            say("Seeded           5 sign-ins, 9 accounts, access key DEMO0ACCESS0KEY0 (user demo, password demo)")
            yield at
    finally:
        await simulator.close()


@asynccontextmanager
async def _gateway(settings: Settings, clock: SimulatedClock) -> AsyncIterator[gateway.App]:
    def now() -> datetime:
        return datetime.fromtimestamp(clock.now(), UTC)

    try:
        async with gateway.running(settings, clock=gateway.Clock(now=now, monotonic=clock.now)) as app:
            yield app
    except gateway.StartFailed as error:
        words = (f"{one.address} {one.words}; choose another with {_OPTIONS[one.key]}" for one in error.unbound)
        raise DemoFailed("\n".join(words)) from error
    except GatewayError as error:
        raise DemoFailed(error.message) from error


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
    )


# --- seeding ----------------------------------------------------------------------------------------------------------


async def _seed(at: House) -> None:
    """Signs in as the past had it, one profile after the other, and lets the clock run in between."""
    store = at.app.store
    days_ago = HISTORY[0][2]
    async with aiohttp.ClientSession() as browser:
        for login, number, ago in HISTORY:
            at.clock.advance(timedelta(days=days_ago - ago).total_seconds())
            days_ago = ago
            profile = await _consent(at, browser, login)
            await _add_account(at, number, profile, nickname=login.capitalize())
            if login == "returns":
                await _take_back(at, browser, profile)
    newcomer = await store.add_profile("Newcomer", APPLICATION, ENVIRONMENT)
    await _add_account(at, "U4V5W6", newcomer, nickname="Not signed in yet")
    demo = next(one for one in await store.profiles() if one.name == "Demo")
    strange = await _add_account(at, "Z9Y8X7", demo, nickname="Of somebody else")
    own = Account(0, "R7S8T9", ENVIRONMENT, nickname="Without a sign-in", application=f"{APPLICATION}-own")
    own = await store.add_account(own)
    await store.change_account(replace(await _add_account(at, "D4E5F6", demo, nickname="Closed"), active=False))
    mine = next(one for one in await store.accounts() if one.number == ACCOUNT)
    passwords = Passwords()
    try:
        stored = await passwords.hash(Secret(PASSWORD))
    finally:
        await passwords.close()
    await store.add_key(
        AccessKey(0, LICENCE, USER, stored, mine.id, frozenset({mine.id}), label="The demonstration's old program")
    )
    await probe_accounts((mine, strange, own), at.app.admin.probe, store, at.app.clock.now())


async def _consent(at: House, browser: aiohttp.ClientSession, login: str) -> Profile:
    """What a person does: follow UPS's link, fill in the login form, come back."""
    url = await at.app.keeper.begin(APPLICATION, None, name=login.capitalize())
    async with browser.get(url, allow_redirects=False) as answer:
        page = answer.headers["Location"]
    fields = dict(parse_qsl(urlsplit(page).query, keep_blank_values=True))
    form = {**fields, "username": login, "password": login, "choice": "allow"}
    async with browser.post(f"{at.ups_url}/login", data=form, allow_redirects=False) as answer:
        back = answer.headers["Location"]
    try:
        consent = await at.app.keeper.finish(dict(parse_qsl(urlsplit(back).query)))
    except ConsentFailed as failed:
        raise DemoFailed(failed.words) from failed
    return consent.profile


async def _add_account(at: House, number: str, profile: Profile, *, nickname: str) -> Account:
    return await at.app.store.add_account(
        Account(
            0,
            number,
            ENVIRONMENT,
            nickname=nickname,
            postal_code="30328",
            profile=profile.id,
            defaults=AccountDefaults(negotiated_rates=True),
        )
    )


async def _take_back(at: House, browser: aiohttp.ClientSession, profile: Profile) -> None:
    """The password at UPS was changed: the next renewal is refused."""
    change = {"revoke": True, "grant": "returns"}
    async with browser.post(f"{at.ups_url}/_control/tokens", json=change) as answer:
        answer.raise_for_status()
    source = ProfileSource(profile.id)
    token = await at.app.keeper.token(source)
    try:
        await at.app.keeper.renew(source, rejected=token)
    except GatewayError:
        return  # it is meant to be refused
    raise DemoFailed("The simulated UPS renewed a sign-in that was taken back.")
