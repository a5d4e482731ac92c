"""The simulator's settings: who may sign in, which applications are registered, how long tokens live.

The rule: the defaults alone make a complete demonstration; a file only changes what it names, and an unknown
key or a bad value is refused with its place.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import msgspec
import yaml

DAY = 24 * 3600


class SettingsError(ValueError):
    """A settings file that cannot be used; `problems` lists all that is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class User:
    """One simulated UPS.com login. `grant` names its consent in the call log and the control interface."""

    login: str
    password: str = field(repr=False)
    grant: str
    accounts: frozenset[str] = frozenset()
    negotiated: frozenset[str] = frozenset()
    """Of `accounts`, those with negotiated rates."""
    campusship: bool = False
    """CampusShip logins cannot consent; they are sent to a page that says so."""


@dataclass(frozen=True, slots=True)
class Application:
    """One application registered at the simulated developer portal.

    Its grant, when it calls with client credentials, has the name of its `client_id`.
    """

    name: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...] = ()
    loopback_any_port: bool = False
    """Take a registered URI on 127.0.0.1, ::1 or localhost with any port; UPS itself compares exactly."""
    grants: frozenset[str] = frozenset({"authorization_code", "client_credentials"})
    accounts: frozenset[str] = frozenset()
    """What client credentials may ship on, and name in x-merchant-id."""
    negotiated: frozenset[str] = frozenset()
    """Of `accounts`, those with negotiated rates."""
    without_products: frozenset[str] = frozenset()
    """Products it lacks (names: `products.PRODUCTS`); their calls are refused with 250002, as UPS does."""


DEMO_APPLICATION = Application(
    name="demo",
    client_id="demo-client",
    client_secret="demo-secret",  # noqa: S106 - printed on the simulator's own front page
    redirect_uris=("https://127.0.0.1/upscallback", "https://127.0.0.1:8443/upscallback"),
    loopback_any_port=True,
    accounts=frozenset({"A1B2C3", "R7S8T9"}),
    negotiated=frozenset({"A1B2C3"}),
)


def _user(login: str, accounts: str, negotiated: str = "", *, campusship: bool = False) -> User:
    linked = frozenset(accounts.split())
    return User(login, login, login, linked, frozenset(negotiated.split()), campusship=campusship)


DEMO_USERS = (
    _user("demo", "A1B2C3 D4E5F6", "A1B2C3"),
    _user("warehouse", "W1H2S3", "W1H2S3"),
    _user("outlet", "G4H5J6"),
    _user("returns", "K7L8M9"),
    _user("archive", "N1P2Q3"),
    _user("newcomer", "U4V5W6"),
    _user("campus", "C7D8E9", campusship=True),
)
"""Enough logins for a demonstration to have a profile in each state of health; password is the login."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; times in seconds."""

    applications: tuple[Application, ...] = (DEMO_APPLICATION,)
    users: tuple[User, ...] = DEMO_USERS
    cie: bool = True
    """Like UPS's test environment, also know numbers that were never created here."""
    access_lifetime: int = 3600
    refresh_lifetime: int = 60 * DAY
    refresh_slides: bool = True
    """A refresh starts the refresh token's life anew; else the end that the consent set stays."""
    code_lifetime: int = 120
    token_quota: int | None = None
    """Token calls an application may make in a day (UTC); further ones get 429 with code 10429."""
    max_body: int = 64 * 1024 * 1024
    """Bytes of a request's body; more is refused with 10013."""


def load(path: Path) -> Settings:
    """The settings of a YAML file over the defaults. Raises `SettingsError`, or OSError when it cannot be read."""
    return parse(path.read_text("utf-8"))


def parse(text: str) -> Settings:
    """The settings that a YAML text says over the defaults. Raises `SettingsError` with all problems found."""
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SettingsError([f"not YAML: {' '.join(str(error).split())}"]) from error
    if given is None:
        given = {}
    problems = list(_unknown_keys(given))
    if problems:
        raise SettingsError(problems)
    try:
        settings = msgspec.convert(given, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError([str(error)]) from error
    problems = list(_contradictions(settings))
    if problems:
        raise SettingsError(problems)
    return settings


def _unknown_keys(given: Any) -> Iterator[str]:
    """Keys that no setting has; wrong shapes are left to the conversion, which names them better."""
    if not isinstance(given, Mapping):
        yield "settings must be a mapping of keys to values"
        return
    yield from _unknown_in(given, Settings, "$")
    for key, kind in (("applications", Application), ("users", User)):
        rows = given.get(key)
        for at, row in enumerate(rows if isinstance(rows, list) else ()):
            yield from _unknown_in(row, kind, f"$.{key}[{at}]")


def _unknown_in(row: Any, kind: type[Settings | Application | User], place: str) -> Iterator[str]:
    known = {entry.name for entry in fields(kind)}
    for key in row if isinstance(row, Mapping) else ():
        if key not in known:
            yield f"{place}: unknown key {key!r}, known are {', '.join(sorted(known))}"


def _contradictions(settings: Settings) -> Iterator[str]:
    """What the types allow and nobody can mean."""
    for key in ("access_lifetime", "refresh_lifetime", "code_lifetime", "max_body"):
        if getattr(settings, key) <= 0:
            yield f"$.{key}: must be more than 0"
    if settings.token_quota is not None and settings.token_quota < 0:
        yield "$.token_quota: must not be negative"
    yield from _repeated("$.applications: client_id", [a.client_id for a in settings.applications])
    yield from _repeated("$.users: login", [user.login for user in settings.users])
    owners = [user.grant for user in settings.users] + [a.client_id for a in settings.applications]
    yield from _repeated("$.users: grant (or an application's client_id)", owners)
    for application in settings.applications:
        yield from _not_linked(application.name, application)
    for user in settings.users:
        yield from _not_linked(user.login, user)


def _not_linked(name: str, owner: Application | User) -> Iterator[str]:
    for number in sorted(owner.negotiated - owner.accounts):
        yield f"{name}: negotiated account {number!r} is not among its accounts"


def _repeated(what: str, names: list[str]) -> Iterator[str]:
    for name, times in Counter(names).items():
        if times > 1:
            yield f"{what} {name!r} is there {times} times"
