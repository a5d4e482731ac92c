"""Rows that another gateway on the same store is at work on.

The rule: nobody but the gateway that holds a row can see its client's socket. So an identical request waits here until
the other one's answer was delivered or lost, and is decided then as if there had been one gateway all the time; what a
gateway held that runs no more is decided as after a restart. On a store of one gateway nothing is ever elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from ups_gateway.errors import RepeatRefused
from ups_gateway.model import Shipment, State
from ups_gateway.shipping.rows import UNDER_WAY, VOIDABLE, Rows
from ups_gateway.store import Store

_PAUSE: Final = 0.1
_AT_WORK: Final = UNDER_WAY | VOIDABLE


class HeldElsewhere(RepeatRefused):
    """Another gateway is at work on the row."""

    def __init__(self, shipment: int, states: frozenset[State] = _AT_WORK) -> None:
        super().__init__(
            f"Another gateway is just carrying out the same request (shipment {shipment} of the ledger). Ask again when"
            " its answer has come."
        )
        self.shipment = shipment
        self.states = states
        """Others than these need not be waited for."""


class Elsewhere:
    """What the other gateways do."""

    def __init__(self, store: Store, rows: Rows, *, time_limit: float) -> None:
        self._store = store
        self._rows = rows
        self._time_limit = time_limit

    @asynccontextmanager
    async def lock(self, name: bytes) -> AsyncIterator[None]:
        """Of a name, in this process and in all the others."""
        async with self._rows.lock(name):
            if not self._store.shared:
                yield
                return
            async with self._store.lock(f"request {name.hex()}"):
                yield

    async def holds(self, row: Shipment) -> bool:
        """Its call runs there, or a client there waits for the answer or takes it."""
        if row.holder in ("", self._store.here) or row.delivered or row.state not in _AT_WORK:
            return False
        return row.holder in await self._store.living()

    async def done(self, held: HeldElsewhere) -> None:
        """Waits until it is not any more; raises `held` when that takes longer than a request may."""
        clock = asyncio.get_running_loop().time
        ends = clock() + self._time_limit
        while clock() < ends:
            row = await self._store.shipment(held.shipment)
            if row is None or row.state not in held.states or not await self.holds(row):
                return
            await asyncio.sleep(_PAUSE)
        raise held

    async def let_go(self, shipment: int) -> None:
        """Nobody here waits for the row any more."""
        if self._store.shared:
            here = self._store.here
            await self._rows.change(
                shipment, frozenset(State), lambda row: replace(row, holder="") if row.holder == here else row
            )
