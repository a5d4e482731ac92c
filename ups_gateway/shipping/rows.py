"""Changes of the ledger's rows.

The rule: a row is read, changed and written under its own lock and only from a state that allows it, so that no change
is lost and the first of two that exclude each other wins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Hashable
from typing import Final
from weakref import WeakValueDictionary

from ups_gateway.model import Shipment, State
from ups_gateway.store import Store

VOIDABLE: Final = frozenset({State.CREATED, State.ACCEPTED, State.DELIVERED})
"""UPS has the shipment, and nothing is being done to it."""
GONE: Final = frozenset({State.VOIDING, State.VOIDED, State.CANNOT_BE_VOIDED})
"""Taken back, or meant to be: never handed out again."""
UNDER_WAY: Final = frozenset({State.INTENDED, State.SENT})
NOTHING_THERE: Final = frozenset({State.REFUSED, State.NOT_CREATED})
"""It is certain that UPS created nothing."""


class Rows:
    """The store's shipments, changed one at a time each."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    def lock(self, name: Hashable) -> asyncio.Lock:
        """One lock a name, as long as anyone holds or awaits it."""
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        return lock

    async def change(
        self, shipment: int, expected: Collection[State], make: Callable[[Shipment], Shipment]
    ) -> Shipment | None:
        """The row as written, on disk; None when it is gone or in no expected state."""
        async with self.lock(shipment):
            row = await self._store.shipment(shipment)
            if row is None or row.state not in expected:
                return None
            made = make(row)
            # The state once more: a command line without a running gateway may have been quicker.
            return made if await self._store.change_shipment(made, expected={row.state}) else None
