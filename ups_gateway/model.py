"""The values that parts hand to each other. Frozen, without behaviour beyond their own fields, importable by all.

Times are aware datetimes in UTC; `seconds` are floats; account numbers and tracking numbers are always strings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal

# A tree is what msgspec.json.decode gives: dict, list, str (numbers and bool only in time-in-transit and track).
Tree = Any

NOTHING: Mapping[str, str] = MappingProxyType({})


class Secret:
    """A text that never shows in a repr, a log line or a traceback. `reveal()` where it is used, nowhere else."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __bool__(self) -> bool:
        return bool(self._text)


class Dialect(StrEnum):
    """How a request looks on the wire."""

    XML = "xml"
    SOAP = "soap"
    JSON = "json"
    HEADER = "header"
    REST = "rest"


class Operation(StrEnum):
    """What is asked."""

    RATE = "rate"
    SHIP = "ship"
    SHIP_CONFIRM = "ship_confirm"
    SHIP_ACCEPT = "ship_accept"
    VOID = "void"
    LABEL_RECOVERY = "label_recovery"
    TRACK = "track"
    ADDRESS_CITY = "address_city"
    ADDRESS_STREET = "address_street"
    TIME_IN_TRANSIT = "time_in_transit"
    LOCATOR = "locator"
    QUANTUM_VIEW = "quantum_view"
    PICKUP_CREATE = "pickup_create"
    PICKUP_RATE = "pickup_rate"
    PICKUP_CANCEL = "pickup_cancel"
    PICKUP_PENDING = "pickup_pending"
    PICKUP_FACILITIES = "pickup_facilities"
    PAPERLESS_UPLOAD = "paperless_upload"
    PAPERLESS_PUSH = "paperless_push"
    PAPERLESS_DELETE = "paperless_delete"
    DANGEROUS_GOODS_PRECHECK = "dangerous_goods_precheck"
    DANGEROUS_GOODS_CHEMICALS = "dangerous_goods_chemicals"
    PRENOTIFICATION = "prenotification"
    LANDED_COST = "landed_cost"


class TwoPhase(StrEnum):
    """What a key's ShipConfirm does: create the shipment (`ship`) or ask for its price (`quote`)."""

    SHIP = "ship"
    QUOTE = "quote"


class Grant(StrEnum):
    """How an application signs in."""

    AUTHORIZATION_CODE = "authorization_code"
    CLIENT_CREDENTIALS = "client_credentials"


class Health(StrEnum):
    """Of a profile, an application or an account (the house plan, section 2)."""

    OK = "ok"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REJECTED = "rejected"
    NEVER_AUTHORIZED = "never_authorized"
    INACTIVE = "inactive"
    NOT_LINKED = "not_linked"


# --- a request on its way -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LegacyCall:
    """One request as it came in. Header names are in lower case; `path` and `query` are as sent, undecoded."""

    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A legacy access key as a request carries it; None where it is absent (empty counts as absent)."""

    licence: str | None = field(default=None, repr=False)
    user: str | None = field(default=None, repr=False)
    password: Secret | None = None

    @property
    def complete(self) -> bool:
        return self.licence is not None and self.user is not None and self.password is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """A legacy request, read. What `translate.read` gives and `translate.request` takes."""

    dialect: Dialect
    operation: Operation
    credentials: Credentials
    accounts: tuple[str, ...]
    """Every shipper number the request ships or bills on; third-party and receiver numbers are not among them."""
    tracking_numbers: tuple[str, ...]
    """Shipment and tracking numbers of a void, label recovery or track; the number of a pickup to be cancelled."""
    root: str
    """Name of the request's root element, e.g. ShipmentConfirmRequest."""
    tree: Tree = field(repr=False)
    """The request as a REST tree, before defaults: the same whatever the dialect was."""
    creating: bool = False
    """UPS acts on it or bills it (ship_accept: only in `quote`)."""
    digest: str | None = field(default=None, repr=False)
    """ShipmentDigest of a ship_accept, white space removed."""
    wire: Any = field(default=None, repr=False)
    """What the dialect must remember to wrap the answer (echoes, namespaces, version in the path)."""
    ignored: tuple[str, ...] = ()
    """Paths of elements that no table names."""


@dataclass(frozen=True, slots=True)
class RestCall:
    """One call of today's REST API. `path` from /api on, without query; no Authorization and no transId."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    headers: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    body: Tree = field(default=None, repr=False)
    """A text is sent as it is, with the Content-Type that `headers` say; anything else as JSON."""
    sent_query: str = ""
    """The query as a client sent it, to go on unchanged; `query` is empty then."""


@dataclass(frozen=True, slots=True)
class RestReply:
    """What UPS answered. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    perhaps_done: bool = False
    """An earlier try of this very call got no clear answer: UPS may have carried out that one."""
    read: list[Any] = field(default_factory=list, init=False, repr=False, compare=False)
    """What its JSON says, once somebody has read it: labels are long, and many look at them (`translate.faults`)."""

    def without(self, secrets: Iterable[str]) -> RestReply:
        """The reply, in which UPS does not repeat these that it was sent."""
        body = self.body
        for secret in secrets:
            body = body.replace(secret.encode(), b"***") if secret else body
        return replace(self, body=body)


@dataclass(frozen=True, slots=True)
class Translated:
    """A legacy request as REST calls."""

    asked: Asked
    calls: tuple[RestCall, ...]
    """Empty for ship_accept, which is answered from the ledger (in `quote`: by the call kept there)."""
    two_phase: TwoPhase = TwoPhase.SHIP
    """Of a ship_confirm: what it became. QUOTE also for what acts at once when the key says so."""
    later: RestCall | None = None
    """Of a ship_confirm that became a quote: the ship call that accept will make."""
    defaults: tuple[str, ...] = ()
    """REST paths that were filled in because the request is silent."""
    ignored: tuple[str, ...] = ()
    """Paths of elements that no table names."""


@dataclass(frozen=True, slots=True)
class LegacyAnswer:
    """What the application gets. `headers` hold at least Content-Type."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


# --- what an administrator sets up ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Environment:
    """Where UPS is: `production`, `test`, or a named one with its own base URL."""

    name: str
    base_url: str
    """Scheme, host and port, without a path: https://onlinetools.ups.com."""

    @property
    def test(self) -> bool:
        """UPS's own test environment: no automatic voids, no alarms."""
        return self.name == "test"


@dataclass(frozen=True, slots=True)
class Application:
    """An app registered at UPS's developer portal."""

    name: str
    environment: str
    grant: Grant
    client_id: str
    client_secret: Secret
    redirect_uri: str = "https://127.0.0.1/upscallback"
    pkce: bool = True


@dataclass(frozen=True, slots=True)
class AccountDefaults:
    """Applied only where a request is silent. None: nothing is filled in."""

    customer_classification: str | None = None
    pickup_type: str | None = None
    negotiated_rates: bool = False
    label_format: str | None = None
    """GIF, PNG, ZPL, EPL or SPL."""
    label_stock: tuple[str, str] | None = None
    """Height and width in inches, e.g. ("6", "4")."""


@dataclass(frozen=True, slots=True)
class Account:
    """A UPS account ("shipper number"). Exactly one of `profile` and `application` is set once it is connected."""

    id: int
    number: str
    environment: str
    nickname: str = ""
    postal_code: str = ""
    country: str = "US"
    profile: int | None = None
    """Id of the profile it ships through."""
    application: str | None = None
    """Name of the client-credentials application it ships through."""
    active: bool = True
    defaults: AccountDefaults = AccountDefaults()
    probe: Literal["linked", "not_linked", "undecided"] | None = None
    probe_note: str = ""
    """UPS's words at the last probe."""
    probed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A mapped access key. The licence is compared, never shown; `masked` is for people."""

    id: int
    licence: str = field(repr=False)
    user: str = field(repr=False)
    password_hash: str = field(repr=False)
    """scrypt, salted; see store.passwords."""
    account: int
    """Id of the default account."""
    accounts: frozenset[int] = frozenset()
    """Ids of the accounts it may ship on; the default is always one of them."""
    test_account: int | None = None
    """Id of the account that requests to wwwcie.ups.com use."""
    two_phase: TwoPhase = TwoPhase.SHIP
    at_once: TwoPhase = TwoPhase.QUOTE
    void_unaccepted_after: timedelta | None = timedelta(minutes=60)
    """Running time until an unaccepted confirm is voided; None: never."""
    json_fault_status: int = 200
    json_errors_beside: bool = False
    status: Literal["active", "ignored", "blocked"] = "active"
    label: str = ""
    """What people call the program that uses it."""

    @property
    def masked(self) -> str:
        return mask(self.licence)


def mask(text: str) -> str:
    """The last four characters of an access key, for people: "...KEY0"."""
    return f"…{text[-4:]}" if len(text) > 8 else "…"


@dataclass(frozen=True, slots=True)
class KeySighting:
    """A licence seen in requests and not mapped yet, or one whose password changed."""

    licence: str = field(repr=False)
    user: str = field(repr=False)
    password_hash: str = field(repr=False)
    """scrypt of the password it came with, so that "accept the new password" needs no typing."""
    peer: str
    user_agent: str
    operations: frozenset[str]
    first_seen: datetime
    last_seen: datetime
    count: int
    status: Literal["active", "ignored", "blocked"] = "active"
    """What a person said of it instead of mapping it."""

    @property
    def masked(self) -> str:
        return mask(self.licence)


@dataclass(frozen=True, slots=True)
class SeenAlert:
    """A trouble that somebody said to know of: it is not told again while it stays as it is."""

    subject: str
    """As alerts name it: profile:3."""
    kind: str
    at: datetime
    by: str = ""
    """The user who gave the command; empty: it was said on the page, which knows no names."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What UPS gave for one consent. Expiry counts from our own clock when the request was sent."""

    access_token: Secret
    access_expires_at: datetime
    refresh_token: Secret | None = None
    refresh_expires_at: datetime | None = None
    token_type: str = "Bearer"  # noqa: S105 - a type, not a token
    status: str = ""
    scope: str = ""
    issued_at: datetime | None = None
    """As UPS says; for display."""
    refresh_status: str = ""
    refresh_issued_at: datetime | None = None
    refresh_count: str = "0"


@dataclass(frozen=True, slots=True)
class Profile:
    """One UPS.com login that consented to an application, with its token pair (None: never authorised)."""

    id: int
    name: str
    application: str
    environment: str
    tokens: TokenPair | None = None
    generation: int = 0
    """Counts every change of the pair; a writer names the generation it read."""
    rejected: str = ""
    """UPS's words when it refused the refresh token; empty: not rejected."""
    consented_at: datetime | None = None
    used_at: datetime | None = None
    refreshed_at: datetime | None = None
    lost_reply: bool = False
    """A refresh was sent and its reply lost: the old pair is tried once more."""


@dataclass(frozen=True, slots=True)
class RefreshRecord:
    """One line of a profile's history, in words: a refresh of its tokens, or a sign-in."""

    profile: int
    at: datetime
    ok: bool
    words: str
    consent: bool = False
    """Somebody signed in at UPS."""


# --- the ledger -------------------------------------------------------------------------------------------------------


class State(StrEnum):
    """Of a shipment in the ledger (the house plan, section 6)."""

    QUOTED = "quoted"
    INTENDED = "intended"
    SENT = "sent"
    CREATED = "created"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_CREATED = "not_created"
    VOIDING = "voiding"
    VOIDED = "voided"
    CANNOT_BE_VOIDED = "cannot_be_voided"


Kind = Literal["shipment", "other"]
"""Of a row in the ledger; pickups, documents and the like are no shipments."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """One row of the ledger: something the gateway had, or will have, UPS create."""

    id: int
    kind: Kind
    key: int
    account: int
    environment: str
    dialect: Dialect
    operation: Operation
    state: State
    fingerprint: bytes = field(repr=False)
    """Keyed hash of key and content: tells a repeat from a new shipment."""
    created_at: datetime
    changed_at: datetime
    digest: bytes | None = field(default=None, repr=False)
    """Keyed hash of the digest given to the client."""
    number: str = ""
    """Shipment identification number, of a pickup its PRN; empty until UPS gave one."""
    tracking_numbers: tuple[str, ...] = ()
    delivered: bool = False
    """The client surely has the answer."""
    delivered_at: datetime | None = None
    void_before: State | None = None
    """What it was before `voiding`."""
    void_cause: Literal["", "client", "page", "unaccepted"] = ""
    void_tries: int = 0
    """How often UPS refused the void in a way that is not known to be final."""
    void_next_at: datetime | None = None
    running_seconds: float = 0.0
    """How long the gateway has run since it was created, for `void_unaccepted_after`."""
    holder: str = ""
    """The gateway of several on one store whose client waits for the answer; empty: nobody's, or there is only one."""
    note: str = ""
    """In words, for people: UPS's refusal, why the outcome is unknown, who settled it."""
    sealed_request: bytes | None = field(default=None, repr=False)
    """The RestCall, sealed; personal data, deleted after keep_labels."""
    sealed_reply: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ExchangeRecord:
    """One row of the journal: no secrets, no bodies."""

    at: datetime
    dialect: str
    operation: str
    key: int | None
    account: int | None
    environment: str
    outcome: Literal["ok", "refused", "client_fault", "not_authorised", "unreachable", "unknown", "bug"]
    code: str
    seconds: float
    ups_seconds: float
    peer: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the gateway decides outside the request: handed to `translate.request`."""

    two_phase: TwoPhase = TwoPhase.SHIP
    at_once: TwoPhase = TwoPhase.QUOTE
    today: date = date.min
    """The workstation's date; date.min where it is not known (the reference-tracking window is then left to UPS)."""
    anonymous: bool = False
    """Served as `anonymous_key`: never with negotiated rates."""
