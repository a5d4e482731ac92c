"""What people do with the ledger, on the page and by command: look, settle, download, forget; and the deletions.

The rule: only a person says whether a shipment of unknown outcome exists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from ups_gateway.errors import InvalidRequest
from ups_gateway.model import Environment, Kind, Operation, Shipment, State
from ups_gateway.shipping.archive import Archive
from ups_gateway.shipping.carrier import Carrier, Label, Now, Policy
from ups_gateway.shipping.lookup import Lookup, look_up
from ups_gateway.shipping.rows import Rows
from ups_gateway.store import Store

KEEP_QUOTES: Final = timedelta(days=7)
KEEP_ROWS: Final = timedelta(days=400)
KEEP_EXCHANGES: Final = timedelta(days=90)
TIDY_EVERY: Final = timedelta(hours=1)
SHOWN_FOR: Final = timedelta(days=7)
"""How long a label that nobody fetched, or that cannot be voided, is pointed out."""
LONG_VOIDING: Final = timedelta(hours=24)
ENOUGH_ACCEPTED: Final = 0.8
ENOUGH_CONFIRMS: Final = 5
"""Fewer say nothing of a program's habit."""

_OF_TWO_PHASES: Final = frozenset({Operation.SHIP_CONFIRM, Operation.SHIP_ACCEPT})

Reason = Literal["unknown", "undelivered", "voiding_refused", "voiding_long", "cannot_be_voided"]


@dataclass(frozen=True, slots=True)
class Attention:
    """A shipment that a person should look at."""

    shipment: Shipment
    reason: Reason
    alarm: bool
    """Worth waking someone; never so in UPS's test environment."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How many of a key's confirms were accepted."""

    key: int
    confirms: int
    accepted: int

    @property
    def low(self) -> bool:
        """The program may read its numbers from the confirm alone, and lose its shipments to the automatic void."""
        return self.confirms >= ENOUGH_CONFIRMS and self.accepted < ENOUGH_ACCEPTED * self.confirms


class Desk:
    """The people's side of the ledger. `awaited` tells whether a client's socket still waits for a row's answer."""

    def __init__(
        self,
        store: Store,
        rows: Rows,
        archive: Archive,
        carrier: Carrier,
        policy: Policy,
        *,
        now: Now,
        awaited: Callable[[int], bool],
    ) -> None:
        self._store = store
        self._rows = rows
        self._archive = archive
        self._carrier = carrier
        self._policy = policy
        self._now = now
        self._awaited = awaited
        self._tidied_at: datetime | None = None

    async def attention(self) -> tuple[Attention, ...]:
        """Gravest first: unknown outcomes, voids in trouble, labels that nobody has."""
        now = self._now()
        found: list[tuple[Shipment, Reason]] = []
        found += [(row, "unknown") for row in await self._store.shipments_in({State.UNKNOWN})]
        for row in await self._store.shipments_in({State.CANNOT_BE_VOIDED}):
            if row.changed_at >= now - SHOWN_FOR:
                found.append((row, "cannot_be_voided"))
        for row in await self._store.shipments_in({State.VOIDING}):
            if row.void_tries:
                found.append((row, "voiding_refused"))
            elif row.changed_at <= now - LONG_VOIDING:
                found.append((row, "voiding_long"))
        for row in await self._store.undelivered(now - SHOWN_FOR):
            if not self._awaited(row.id):
                found.append((row, "undelivered"))
        return tuple(
            Attention(row, reason, alarm=not Environment(row.environment, "").test and reason != "undelivered")
            for row, reason in found
        )

    async def acceptance(self, since: datetime) -> tuple[Acceptance, ...]:
        """Of each key with confirms since then."""
        return tuple(Acceptance(*counts) for counts in await self._store.confirm_counts(since))

    async def find(self, number: str, environment: str, kind: Kind = "shipment") -> Sequence[Shipment]:
        """Shipments that hold this shipment or tracking number, or pickups of this number; newest first."""
        return [row for row in await self._store.shipments_by_number(number, environment) if row.kind == kind]

    async def labels(self, shipment: int) -> Sequence[Label]:
        """The labels, from the ledger or by UPS's label recovery. Raises InvalidRequest where there can be none."""
        row = await self._store.shipment(shipment)
        if row is None or row.kind != "shipment" or not row.number:
            raise InvalidRequest(f"There is no shipment {shipment} that has labels.")
        (reply,) = await self._archive.labels_of(row)
        return self._carrier.labels(reply)

    async def look_up(self, shipment: int) -> Lookup:
        """What UPS knows by the references of a shipment of unknown outcome. Raises what `lookup.look_up` does."""
        row = await self._store.shipment(shipment)
        if row is None:
            raise InvalidRequest(f"There is no shipment {shipment}.")
        return await look_up(self._store, self._archive, self._carrier, row, self._now())

    async def settle_unknown(self, shipment: int, number: str | None) -> Shipment:
        """A person's word: it exists and has this number, or (None) it does not exist.

        Raises InvalidRequest for what is not unknown, and for a number that another shipment of the ledger has.
        """
        now = self._now()
        row = await self._store.shipment(shipment)
        environment = Environment(row.environment if row else "", "")
        # UPS's test environment gives the same numbers again and again.
        if number and not environment.test and await self._store.shipments_by_number(number, environment.name):
            raise InvalidRequest(f"{number} is the number of another shipment in the ledger.")

        def make(row: Shipment) -> Shipment:
            if number is None:
                return replace(
                    row, state=State.NOT_CREATED, note="A person said that it does not exist.", changed_at=now
                )
            return replace(
                row,
                # A confirm that a person vouches for is accepted: the automatic void must not take it.
                state=State.ACCEPTED if row.operation in _OF_TWO_PHASES else State.CREATED,
                number=number,
                tracking_numbers=(number,) if number else (),
                note="A person said that it exists.",
                changed_at=now,
            )

        settled = await self._rows.change(shipment, {State.UNKNOWN}, make)
        if settled is None:
            raise InvalidRequest(f"Shipment {shipment} is not one whose outcome is unknown.")
        return settled

    async def forget(self, number: str) -> int:
        """Deletes what is kept of the persons of a shipment, in all environments; how many rows held it."""
        forgotten = 0
        environments = {account.environment for account in await self._store.accounts()}
        for environment in environments | {"production", "test"}:
            for row in await self._store.shipments_by_number(number, environment):
                changed = await self._rows.change(
                    row.id,
                    {*State},
                    lambda row: replace(row, sealed_request=None, sealed_reply=None, note=""),
                )
                forgotten += changed is not None
        if forgotten:
            await self._store.empty_log()
        return forgotten

    async def tidy(self, now: datetime) -> int:
        """Deletes what is kept no longer; how many rows were deleted or lost their sealed part."""
        # A repeat within the window must still find its answer, whatever keep_labels says.
        kept = max(self._policy.keep_labels, self._policy.replay_window)
        erased = await self._store.erase_sealed(now - kept, now - KEEP_QUOTES)
        return erased + await self._store.delete_old(now - KEEP_ROWS, now - KEEP_EXCHANGES)

    async def tidy_hourly(self, now: datetime) -> None:
        """`tidy`, when the last time is an hour ago."""
        if self._tidied_at is None or not timedelta() <= now - self._tidied_at < TIDY_EVERY:
            self._tidied_at = now
            await self.tidy(now)
