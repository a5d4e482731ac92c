"""The simulator's settings: who may sign in, which applications are registered, how long tokens live.

The rule: the defaults alone make a complete demonstration; a file only changes what it names, and an unknown
key or a bad value is refused with its place.
"""

from dataclasses import dataclass, field

DAY = 24 * 3600


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
    """One application registered at the simulated developer portal."""

    name: str
    """Its grant when it calls with client credentials."""
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...] = ()
    loopback_any_port: bool = True
    """Accept a registered https://127.0.0.1/... with any port; UPS itself compares exactly."""
    grants: frozenset[str] = frozenset({"authorization_code", "client_credentials"})
    accounts: frozenset[str] = frozenset()
    """Merchants that client credentials may name and ship on."""
    negotiated: frozenset[str] = frozenset()
    without_products: frozenset[str] = frozenset()
    """Products the application lacks (see PRODUCTS); their calls are refused with 250002, as UPS does."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; times in seconds."""

    applications: tuple[Application, ...] = ()
    users: tuple[User, ...] = ()
    cie: bool = True
    """Like UPS's test environment, also know numbers that were never created here."""
    access_lifetime: int = 3600
    refresh_lifetime: int = 60 * DAY
    refresh_slides: bool = True
    """A refresh starts the refresh token's life anew; else the end that the consent set stays."""
    code_lifetime: int = 120
    token_quota: int | None = None
    """Token calls an application may make in a day; then 429 with code 10429."""
    max_body: int = 64 * 1024 * 1024
    seed: int = 1
