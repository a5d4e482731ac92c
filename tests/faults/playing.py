"""Plays faults: one request, one fault, one gateway on real sockets, and what came of it.

The rule: nothing of the gateway is replaced. Its listener, exchange, ledger and client to UPS are made anew for each
play, as after a restart, so that no play changes the next; the store goes on, as a store does. Where UPS is slow the
time limit of the wire is made short and the clock is moved by what it would have been.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from tests.faults.kinds import ELSEWHERE, Kind
from tests.faults.requests import Request
from tests.faults.told import Told, read
from tests.gateway import Gateway, a_gateway, confirm
from tests.house import KEY, PASSWORD, xml
from tests.web.wire import eventually, running
from ups_gateway import translate
from ups_gateway.errors import SentNoReply
from ups_gateway.exchange import Handled
from ups_gateway.model import Dialect, Environment, LegacyCall, RestReply, Secret, Shipment, State, TwoPhase
from ups_gateway.simulator.config import Settings
from ups_gateway.simulator.faults import Fault
from ups_gateway.simulator.state import SIMULATOR
from ups_gateway.web.delivery import Delivery
from ups_gateway.web.gateway import Listener, Pace

DEAD: Final = "http://127.0.0.1:1"
"""Where nobody listens."""
HURRY: Final = 0.03
"""Seconds of the machine's that a slow UPS gets instead of those it would have."""
MOST: Final = 1_000_000
"""Bytes after which an answer of UPS's is cut."""
DONE: Final = frozenset({State.CREATED, State.ACCEPTED, State.DELIVERED})


@dataclass(frozen=True, slots=True)
class Again:
    """What the same request was told when it came again and UPS was well."""

    told: Told
    asked: int
    made: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request under one fault."""

    told: Told
    asked: int
    """Calls of UPS's REST API."""
    ledger: tuple[State, ...]
    """Of the rows that the request left, or whose shipment it was about."""
    made: int
    """Shipments and pickups that exist at UPS now and did not before."""
    known: int
    """Rows that stand for one of them: its number is in the ledger, or its outcome is said to be unknown."""
    again: Again | None
    """Only of what UPS acts on."""


class Stand:
    """A gateway, its UPS and an old program."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._clock = 0.0
        self._slow = False
        self._url = gateway.environments["production"].base_url
        gateway.send, gateway.monotonic, gateway.pause = self._send, self._monotonic, self._pause
        gateway.creating_limit = 60.0
        gateway.restart()
        self.listener = Listener(self, translate.fault, translate.slow_start, pace=Pace(watch=2.0, linger=1.0))
        self.port = 0

    async def handle(self, call: LegacyCall, connection: Delivery, **limits: Any) -> Handled:
        """For the listener: the newest exchange."""
        return await self._gateway.exchange.handle(call, connection, **limits)

    async def settle(self, shipment: int, delivered: bool) -> None:
        await self._gateway.exchange.settle(shipment, delivered)

    # --- time and the wire --------------------------------------------------------------------------------------------

    def _monotonic(self) -> float:
        return time.monotonic() + self._clock

    async def _pause(self, seconds: float) -> None:
        self._clock += seconds

    async def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        timeout: float,  # noqa: ASYNC109 - the transport's signature
    ) -> RestReply:
        """The transport's, with a short limit where UPS is slow."""
        limit = HURRY if self._slow else timeout
        try:
            return await self._gateway.transport.send(method, url, headers, body, timeout=limit)
        except SentNoReply:
            self._clock += timeout if self._slow else 0.0
            raise

    # --- one play -----------------------------------------------------------------------------------------------------

    async def play(self, request: Request, kind: Kind | None) -> Outcome:
        """The fault, the request, and the request once more when all is well. No kind: no fault."""
        number, digest = await self._prepare(request)
        before, made = await self._ledger(), self._made()
        self._gateway.ups[SIMULATOR].calls.clear()
        if kind is not None:
            self._arm(kind)
        sent = request.about(number, digest)
        told, _ = await self._ask(request.dialect, sent)
        asked = self._calls()
        self._heal()
        rows = _since(before, await self._ledger())
        new = self._made() - made
        known = sum(
            row.state is State.UNKNOWN or row.number in new or (row.kind == "other" and row.state in DONE)
            for row in rows.values()
        )
        again = None
        if request.effect == "acts":
            then, _ = await self._ask(request.dialect, sent)
            again = Again(then, self._calls(), len(self._made() - made - new))
        outcome = Outcome(told, asked, tuple(row.state for row in rows.values()), len(new), known, again)
        for row in (await self._ledger()).values():
            if row.state is State.UNKNOWN:
                await self._gateway.shipping.desk.settle_unknown(row.id, None)
        return outcome

    async def _prepare(self, request: Request) -> tuple[str, str]:
        """The number of a shipment to void, or the digest of a quote to accept; with all parts of the gateway new."""
        self._gateway.restart()
        two_phase = TwoPhase.QUOTE if request.quote else TwoPhase.SHIP
        if self._gateway.key.two_phase is not two_phase:
            self._gateway.key = replace(self._gateway.key, two_phase=two_phase)
            await self._gateway.store.change_key(self._gateway.key)
        if not request.name.startswith(("void", "ship_accept")):
            return "", ""
        _, body = await self._ask(Dialect.XML, xml(confirm(), KEY))
        digest = _text(body, "ShipmentDigest")
        if request.name.startswith("ship_accept"):
            return "", digest
        return _text(body, "ShipmentIdentificationNumber"), ""

    def _arm(self, kind: Kind) -> None:
        self._slow = "delay_ms" in kind.what
        if kind.what:
            self._gateway.ups[SIMULATOR].faults.arm([Fault(path="^/api/", **kind.what)])
        else:
            self._gateway.environments["production"] = Environment("production", DEAD)

    def _heal(self) -> None:
        ups = self._gateway.ups[SIMULATOR]
        ups.faults.clear()
        ups.calls.clear()
        self._slow = False
        self._gateway.environments["production"] = Environment("production", self._url)

    async def _ask(self, dialect: Dialect, request: bytes) -> tuple[Told, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        await eventually(lambda: not self.listener.open)
        return read(dialect, answer)

    def _calls(self) -> int:
        rows = [row for row in self._gateway.ups[SIMULATOR].calls.rows(running=True) if row.path.startswith("/api/")]
        assert not any(row.path.startswith(ELSEWHERE) for row in rows), "a redirect was followed"
        return len(rows)

    def _made(self) -> set[str]:
        world = self._gateway.ups[SIMULATOR].world
        return {*world.shipments, *world.pickups}

    async def _ledger(self) -> dict[int, Shipment]:
        return {row.id: row for row in await self._gateway.store.shipments(limit=20)}


def _since(before: Mapping[int, Shipment], after: Mapping[int, Shipment]) -> dict[int, Shipment]:
    """Rows that are new, or in another state."""
    return {row.id: row for row in after.values() if row.id not in before or before[row.id].state is not row.state}


def _text(body: bytes, name: str) -> str:
    found = re.search(rf"<{name}>(.*?)</{name}>".encode(), body)
    assert found is not None, body
    return found[1].decode()


@asynccontextmanager
async def a_stand(folder: Path) -> AsyncIterator[Stand]:
    """A gateway whose UPS knows the numbers of its own documents, and an access key that the cases have."""
    async with a_gateway(folder, ups_settings=Settings(cie=True), max_body=MOST) as gateway:
        gateway.key = replace(gateway.key, password_hash=await gateway.passwords.hash(Secret(PASSWORD)))
        await gateway.store.change_key(gateway.key)
        stand = Stand(gateway)
        async with running(stand.listener) as stand.port:
            yield stand
