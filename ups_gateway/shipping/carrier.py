"""What shipping is handed: the way to UPS, the reading of what UPS says, and the socket an answer goes to.

The rule: shipping calls nothing else of the outside world but the store and the vault.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from ups_gateway.errors import GatewayError
from ups_gateway.model import Account, Dialect, Operation, RestCall, RestReply

Now = Callable[[], datetime]

VoidKind = Literal["voided", "voided_warning", "already", "final", "odd", "passing"]


class Connection(Protocol):
    """The socket an answer goes to. Both keep their last value once the socket is gone."""

    def is_open(self) -> bool:
        """The peer has not hung up or reset."""
        ...

    def delivered(self) -> bool:
        """The whole answer is written, and the peer acknowledged every byte or closed in good order after it."""
        ...


class Created(Protocol):
    """What UPS's reply to a ship call says was created."""

    @property
    def number(self) -> str: ...

    @property
    def tracking_numbers(self) -> tuple[str, ...]: ...


class Label(Protocol):
    """One label as a file."""

    @property
    def tracking_number(self) -> str: ...

    @property
    def format(self) -> str: ...

    @property
    def data(self) -> bytes: ...


class Proposal(Protocol):
    """A package that UPS knows by a reference; what UPS does not say is empty."""

    @property
    def number(self) -> str: ...

    @property
    def service(self) -> str: ...

    @property
    def place(self) -> str: ...

    @property
    def status(self) -> str: ...


class Verdict(Protocol):
    """What UPS's reply to a void amounts to, and UPS's words."""

    @property
    def kind(self) -> VoidKind: ...

    @property
    def words(self) -> str: ...


class Carrier(Protocol):
    """UPS, as the ledger needs it."""

    async def ready(self, account: Account, *, time_limit: float) -> float:
        """Returns when a creating call could be sent: a token is there; the seconds that are left of the limit.

        Raises NotAuthorised, UpsUnreachable.
        """
        ...

    async def send(self, account: Account, call: RestCall, *, creating: bool, time_limit: float) -> RestReply:
        """Raises NotAuthorised or UpsUnreachable when surely nothing was done; OutcomeUnknown only when `creating`."""
        ...

    def refusal(self, reply: RestReply, *, creating: bool) -> GatewayError | None:
        """None when UPS did it; OutcomeUnknown when `creating` and the reply does not say that nothing was done."""
        ...

    def created(self, reply: RestReply) -> Created:
        """Of a ship call's reply. Raises OutcomeUnknown when it names no shipment."""
        ...

    def pickup_number(self, reply: RestReply) -> str:
        """Of the reply that a pickup was created with; empty: it was something else."""
        ...

    def labels(self, reply: RestReply) -> Sequence[Label]:
        """Of a ship call's reply, or of a label recovery's."""
        ...

    def void_call(self, number: str) -> RestCall: ...

    def void_verdict(self, reply: RestReply) -> Verdict: ...

    def packages_of(self, call: RestCall) -> tuple[str, ...]:
        """Packages that a void call names beside the shipment; none: it is about the whole shipment."""
        ...

    def voided_reply(self, call: RestCall) -> RestReply:
        """What UPS answers to this call when it voids; for the repeat of a void whose reply was lost."""
        ...

    def recovery_call(self, account: Account, number: str) -> RestCall:
        """Asks for the labels of a shipment again."""
        ...

    def references_of(self, call: RestCall) -> tuple[str, ...]:
        """The reference numbers that a ship call gives its shipment."""
        ...

    def lookup_call(self, reference: str, shipper: str, since: date, until: date) -> RestCall:
        """Asks what an account sent under a reference in these days. Raises InvalidRequest for what is no reference."""
        ...

    def proposals(self, reply: RestReply) -> Sequence[Proposal]:
        """What the reply to a lookup names. Raises what a refusal amounts to."""
        ...

    def without_card_secrets(self, call: RestCall) -> RestCall:
        """What may be kept of a call once UPS is asked: no card numbers, no security codes."""
        ...

    def pack(self, call: RestCall) -> bytes: ...

    def unpack(self, packed: bytes) -> RestCall: ...

    def pack_reply(self, reply: RestReply) -> bytes: ...

    def unpack_reply(self, packed: bytes) -> RestReply: ...


@dataclass(frozen=True, slots=True)
class Order:
    """Who asks for something that UPS acts on, and on which account."""

    key: int
    account: Account
    dialect: Dialect
    operation: Operation
    fingerprint: bytes = field(repr=False)
    """From `Shipping.fingerprint`."""
    time_limit: float
    """Seconds the call at UPS may take; it runs on when the client hangs up."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """UPS's replies, committed, and what the client needs to be told beside them."""

    shipment: int
    """Id in the ledger."""
    replies: tuple[RestReply, ...]
    digest: str = field(default="", repr=False)
    """Of a confirm: what accept must bring."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How long the ledger waits and keeps."""

    page: str
    """Where people find the status page; named in errors."""
    void_unaccepted_after: timedelta | None = timedelta(minutes=60)
    """For rows whose access key is gone; else the key says."""
    keep_labels: timedelta = timedelta(days=7)
    replay_window: timedelta = timedelta(minutes=10)
    time_limit: float = 60.0
    """Seconds a call of the ledger's own (void, label recovery) may take."""
