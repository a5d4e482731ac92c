"""What the status page and /api/status show, as values: one tree for both.

The rule: no behaviour here; `msgspec.json` writes the tree as it stands, so a name here is a name in the JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ups_gateway.model import Health
from ups_gateway.web.admin.life import Life
from ups_gateway.web.admin.pulse import Pulse
from ups_gateway.web.admin.words import Tone


@dataclass(frozen=True, slots=True)
class TokenFields:
    """The fields administrators know from other products; empty or None where UPS said nothing."""

    token_type: str
    token_status: str
    token_issued: datetime | None
    token_expires: datetime | None
    token_scope: str
    refresh_token_status: str
    refresh_token_issued: datetime | None
    refresh_token_expires: datetime | None
    refresh_count: str


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account on a card."""

    id: int
    number: str
    nickname: str
    place: str
    health: Health
    words: str
    tone: Tone
    advice: str
    note: str
    """UPS's words at the last check."""
    checked_at: datetime | None
    oauth: bool
    active: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A profile, or a client-credentials application."""

    profile: int | None
    """None: of an application."""
    name: str
    application: str
    anchor: str
    health: Health
    words: str
    tone: Tone
    worst: Tone
    """Of the card and its active accounts."""
    advice: str
    button: str
    """Authorize or Reauthorize; empty for client credentials and applications that are gone."""
    signed_in: bool
    fields: TokenFields | None
    access_life: Life | None
    """Of a profile that is signed in."""
    refresh_life: Life | None
    accounts: tuple[AccountLine, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One environment; production and test are never mixed."""

    environment: str
    production: bool
    test: bool
    sentence: str
    works: bool
    pulse: Pulse
    cards: tuple[Card, ...]
    loose: tuple[AccountLine, ...]
    """Accounts that no sign-in covers."""


@dataclass(frozen=True, slots=True)
class SeenKey:
    """An access key that requests came with and nobody has mapped, or one with a new password."""

    id: str
    licence: str
    user: str
    peer: str
    user_agent: str
    operations: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    count: int
    mapped: bool
    """The licence and user are known: the password changed."""
    status: str


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A mapped access key."""

    id: int
    licence: str
    label: str
    user: str
    account: str
    test_account: str
    two_phase: str
    status: str
    advice: str
    held: str
    """Which address is refused for guessing at its password, and how long; empty: none."""


@dataclass(frozen=True, slots=True)
class ShipmentLine:
    """A shipment somebody should look at."""

    id: int
    kind: str
    number: str
    environment: str
    account: str
    reason: str
    alarm: bool
    words: str
    advice: str
    created_at: datetime
    note: str
    can_void: bool
    can_settle: bool
    can_look_up: bool
    """UPS can be asked what it knows by the shipment's references."""
    has_labels: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that was begun and has brought nothing back yet."""

    name: str
    application: str
    begun: datetime
    slow: bool
    """Long enough ago to ask whether UPS showed something else than expected."""


@dataclass(frozen=True, slots=True)
class Status:
    """The whole page."""

    at: datetime
    sentence: str
    works: bool
    sections: tuple[Section, ...]
    shipments: tuple[ShipmentLine, ...]
    seen_keys: tuple[SeenKey, ...]
    hidden_keys: tuple[SeenKey, ...]
    """Ignored and blocked ones, that nobody mapped."""
    keys: tuple[KeyLine, ...]
    pending: tuple[Pending, ...]
    """Sign-ins under way, newest first."""
    more_keys: int = 0
    """Mapped keys that the page leaves out."""
