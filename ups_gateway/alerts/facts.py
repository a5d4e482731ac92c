"""What there may be to tell about, read once for a look.

The rule: reading only, and of the environments that alert only; UPS's test environment is never one of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ups_gateway.model import AccessKey, Account, Environment, Health, Profile, Shipment
from ups_gateway.store import Store
from ups_gateway.store.guesses import Hold, holds

SHIPMENT = "shipment:"
"""Before a ledger id in the name of a subject."""


class Attention(Protocol):
    """A shipment that a person should look at, and why, as shipping has it."""

    @property
    def shipment(self) -> Shipment: ...

    @property
    def reason(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Where facts come from, beside the store."""

    health: Callable[[Profile, datetime], Health]
    """Of a profile."""
    refusal: Callable[[Account], str | None]
    """UPS's words when it refused the client credentials an account ships through; empty: it took them; None: it was
    not asked since the start."""
    attention: Callable[[], Awaitable[Sequence[Attention]]]
    renew: Callable[[], Awaitable[object]]
    """Renews tokens that are due, as after a long sleep of the machine."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that findings are made from."""

    now: datetime
    profiles: Sequence[tuple[Profile, Health]]
    accounts: Sequence[Account]
    """The active ones."""
    refusals: Mapping[int, str | None]
    """Of each account that ships through client credentials, by its id."""
    attention: Sequence[tuple[Shipment, str]]
    told: Sequence[Shipment]
    """Of which something was told, and which need no attention now."""
    keys: Sequence[AccessKey] = ()
    """Of these accounts."""
    holds: Sequence[Hold] = ()
    """Addresses that guessed at their passwords."""


async def gather(
    store: Store, sources: Sources, environments: Collection[str], told: Collection[str], now: datetime
) -> Facts:
    """Reads them; `told` are the subjects that something was told of. Raises StoreFailed."""
    watched = {name for name in environments if not Environment(name, "").test}
    accounts = [one for one in await store.accounts() if one.active and one.environment in watched]
    ids = {account.id for account in accounts}
    attention = [
        (one.shipment, one.reason) for one in await sources.attention() if _watched(one.shipment, ids, watched)
    ]
    gone = {int(name.removeprefix(SHIPMENT)) for name in told if name.startswith(SHIPMENT)}
    keys = [key for key in await store.keys() if key.account in ids]
    rows = [await store.shipment(number) for number in sorted(gone - {row.id for row, _ in attention})]
    return Facts(
        now=now,
        profiles=[(one, sources.health(one, now)) for one in await store.profiles() if one.environment in watched],
        accounts=accounts,
        refusals={
            one.id: sources.refusal(one) for one in accounts if one.profile is None and one.application is not None
        },
        attention=attention,
        told=[row for row in rows if row is not None and _watched(row, ids, watched)],
        keys=tuple(keys),
        holds=tuple(hold for hold in await holds(store, now) if hold.key in {key.id for key in keys}),
    )


def _watched(row: Shipment, accounts: Collection[int], environments: Collection[str]) -> bool:
    return row.account in accounts and row.environment in environments
