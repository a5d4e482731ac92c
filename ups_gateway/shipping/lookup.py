"""Looking a shipment of unknown outcome up at UPS, by the references that its own request gave it.

The rule: it only reads, and proposes numbers that the ledger does not have; a person says which of them it is, if any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ups_gateway.errors import InvalidRequest
from ups_gateway.model import Environment, Shipment, State
from ups_gateway.shipping.archive import Archive, account_of
from ups_gateway.shipping.carrier import Carrier, Proposal
from ups_gateway.store import Store

MOST_REFERENCES: Final = 5
TIME_LIMIT: Final = 10.0
"""Seconds for one reference: a person waits."""
_ASK: Final = "Look for it on ups.com or ask UPS."
_COMPARE: Final = (
    "Another shipment may have the same reference: compare place and service before you say that it is it."
)


@dataclass(frozen=True, slots=True)
class Lookup:
    """What came of it."""

    shipment: Shipment
    references: tuple[str, ...]
    """Those that UPS was asked about."""
    proposals: tuple[Proposal, ...]
    words: str
    """For the person who is to decide."""


async def look_up(store: Store, archive: Archive, carrier: Carrier, row: Shipment, now: datetime) -> Lookup:
    """Asks UPS. Raises InvalidRequest for what cannot be looked up, and what keeps UPS from being asked."""
    if row.state is not State.UNKNOWN or row.kind != "shipment":
        raise InvalidRequest(f"{row.id} is not a shipment whose outcome is unknown.")
    if row.sealed_request is None:
        return Lookup(row, (), (), f"Its request is no longer kept, and with it its reference numbers. {_ASK}")
    call, _ = await archive.open_call(row.sealed_request)
    references = carrier.references_of(call)
    if not references:
        return Lookup(row, (), (), f"Its request has no reference number to look it up by. {_ASK}")
    account, asked = await account_of(store, row), references[:MOST_REFERENCES]
    # UPS counts in the shipper's days, and a label made at midnight may be of either.
    since, until = row.created_at.astimezone().date() - timedelta(days=1), now.astimezone().date()
    found: dict[str, Proposal] = {}
    for reference in asked:
        lookup = carrier.lookup_call(reference, account.number, since, until)
        reply = await carrier.send(account, lookup, creating=False, time_limit=TIME_LIMIT)
        found |= {proposal.number: proposal for proposal in carrier.proposals(reply)}
    new = [one for one in found.values() if not await _in_ledger(store, one.number, row.environment)]
    return Lookup(row, asked, tuple(new), _words(asked, len(references), account.number, new))


async def _in_ledger(store: Store, number: str, environment: str) -> bool:
    # UPS's test environment gives the same numbers again and again.
    return not Environment(environment, "").test and bool(await store.shipments_by_number(number, environment))


def _words(asked: Sequence[str], of: int, account: str, found: Sequence[Proposal]) -> str:
    by = f"by the {'references' if len(asked) > 1 else 'reference'} {', '.join(asked)} on account {account}"
    if of > len(asked):
        by += f" (the first {len(asked)} of {of})"
    if len(found) == 1:
        return f"UPS knows this one {by}, and the ledger does not. {_COMPARE}"
    if found:
        return (
            f"UPS knows these {by}, and the ledger does not. {_COMPARE} Packages of one shipment are listed each: its"
            " number is that of the first."
        )
    return (
        f"UPS knows nothing {by} that the ledger does not have. It may exist all the same: a new label cannot be"
        f" tracked for some hours. Look again later. {_ASK}"
    )
