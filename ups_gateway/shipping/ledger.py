"""Two-phase shipping: every path from a request that UPS acts on to its committed outcome.

The rule: intent on disk, then `sent` on disk, then the call, then the sealed reply on disk, then the answer. The call
runs in a task of the ledger's own, so that a client's hang-up neither cuts it nor loses what it bought.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from ups_gateway.errors import (
    BadDigest,
    GatewayError,
    HungUp,
    OutcomeUnknown,
    RepeatRefused,
    StoreFailed,
    UpsRefused,
    UpsUnreachable,
)
from ups_gateway.model import Kind, Operation, RestCall, Shipment, State
from ups_gateway.shipping.archive import Archive, account_of
from ups_gateway.shipping.carrier import Carrier, Connection, Now, Order, Outcome, Policy
from ups_gateway.shipping.desk import Desk
from ups_gateway.shipping.elsewhere import Elsewhere, HeldElsewhere
from ups_gateway.shipping.rows import GONE, NOTHING_THERE, UNDER_WAY, VOIDABLE, Rows
from ups_gateway.shipping.voids import Voids
from ups_gateway.shipping.waiting import Waiting
from ups_gateway.store import Store, Vault
from ups_gateway.translate import masking

log = logging.getLogger(__name__)

ORPHAN: Final = timedelta(minutes=1)
"""From then on a row under way without a running call was left behind, not just begun."""
DATABASE_PAUSE: Final = 0.5
T = TypeVar("T")
_SHIPPING: Final = frozenset({Operation.SHIP, Operation.SHIP_CONFIRM, Operation.SHIP_ACCEPT})


class Shipping:
    """The ledger's front: exchange calls it for every request that UPS acts on; `voids` and `desk` do the rest."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        carrier: Carrier,
        policy: Policy,
        *,
        now: Now,
        new_digest: Callable[[], str],
    ) -> None:
        self._store = store
        self._vault = vault
        self._carrier = carrier
        self._policy = policy
        self._now = now
        self._new_digest = new_digest
        self._rows = Rows(store)
        self._archive = Archive(store, vault, carrier, time_limit=policy.time_limit)
        self._waiting = Waiting()
        self._elsewhere = Elsewhere(store, self._rows, time_limit=policy.time_limit)
        self.voids = Voids(store, self._rows, carrier, policy, now=now)
        self.desk = Desk(store, self._rows, self._archive, carrier, policy, now=now, awaited=self._waiting.open)

    def fingerprint(self, key: int, environment: str, *content: bytes) -> bytes:
        """Tells a repeat from a new request: keyed hash of the access key, the environment and the request as sent."""
        return self._vault.hash(b"fingerprint", str(key).encode(), environment.encode(), *content)

    # --- requests -----------------------------------------------------------------------------------------------------

    async def create(self, order: Order, call: RestCall, connection: Connection) -> Outcome:
        """Has UPS do it, once; a repeat gets the outcome of the first. Raises what went wrong, all of it committed."""

        async def begin() -> asyncio.Task[Outcome]:
            return await self._repeat_of(order, connection) or await self._new(order, call, connection)

        return await asyncio.shield(await self._one_by_one(order.fingerprint, begin))

    async def quote(self, order: Order, later: RestCall) -> str:
        """Keeps the call that accept will make; the digest to hand out."""
        await self._refuse_unsettled(order.fingerprint)
        digest = self._new_digest()
        await self._add(order, later, State.QUOTED, digest)
        return digest

    async def accept(
        self, order: Order, digest: str, connection: Connection, *, foreign: RestCall | None = None
    ) -> Outcome:
        """The stored outcome of a confirm, as often as asked; of a quote the outcome of the call that it makes, once.

        `foreign`: accepts a digest that is not the ledger's but UPS's own; from then on the ledger has that one too.
        Raises BadDigest for a digest that this key was never given, or whose shipment is voided or being voided.
        """
        digest = "".join(digest.split())
        hashed = self._hash_digest(order.key, digest)

        async def begin() -> asyncio.Task[Outcome] | None:
            row = await self._store.shipment_by_digest(order.key, hashed)
            if row is None and foreign is not None:
                row = await self._add(order, foreign, State.QUOTED, digest)
            return None if row is None else await self._accepted(row, order, connection)

        task = await self._one_by_one(hashed, begin)
        if task is None:
            raise BadDigest("No shipment waits for this ShipmentDigest: it is unknown, spent, or voided.")
        return await asyncio.shield(task)

    async def settle(self, shipment: int, *, delivered: bool) -> None:
        """How the delivery of an answer ended. Undelivered: the row stays as it is, for a repeat or for the page."""
        if not delivered or self._waiting.delivered(shipment) is False:
            if not (self._waiting.open(shipment) or self._waiting.running(shipment)):
                await self._elsewhere.let_go(shipment)
            return  # nobody has it, or what was delivered is the confirm's answer and accept's is on its way
        now = self._now()

        def make(row: Shipment) -> Shipment:
            if row.holder not in ("", self._store.here):
                return row  # the client of another gateway waits for it now
            two_phase = row.operation is Operation.SHIP_CONFIRM
            state = State.DELIVERED if row.state is State.CREATED and not two_phase else row.state
            return replace(row, state=state, delivered=True, delivered_at=now, holder="", changed_at=now)

        if await self._rows.change(shipment, VOIDABLE, make):
            self._waiting.forget_delivered(shipment)

    def unanswered(self, shipment: int) -> None:
        """The client gets an error instead of the outcome: whatever is delivered then, its next request is a repeat."""
        self._waiting.forget(shipment)

    # --- the background -----------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """What the last stop left under way: intended was never sent, sent is unknown. Before the first request."""
        await self._recover(None)

    async def step(self, now: datetime) -> None:
        """One round of the background: what was left behind, voids, deletions."""
        await self._recover(now - ORPHAN)
        for row in self._waiting.over():
            await self._elsewhere.let_go(row)
        self._waiting.forget_old(now - self._policy.replay_window)
        leads = await self._store.leads()
        await self.voids.step(now, leads=leads)
        if leads:
            await self.desk.tidy_hourly(now)

    async def run(self, *, pause: float) -> None:
        """Steps for ever, `pause` seconds apart. A step that fails is logged and made again."""
        while True:
            try:
                await self.step(self._now())
            except GatewayError as error:
                log.warning("The ledger's background work failed and is tried again: %s", error.message)
            await asyncio.sleep(pause)

    async def close(self, *, patience: float) -> None:
        """Waits so many seconds for calls under way; what is cut then is `unknown` after the next start."""
        tasks = self._waiting.tasks() | self.voids.running()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _recover(self, before: datetime | None) -> None:
        for row in await self._store.shipments_in(UNDER_WAY):
            if self._waiting.running(row.id) is not None or (before is not None and row.changed_at > before):
                continue
            if await self._elsewhere.holds(row):
                continue
            now = self._now()
            if row.state is State.INTENDED:
                await self._end(
                    row.id, {row.state}, State.NOT_CREATED, "The gateway stopped before UPS was asked.", now
                )
            else:
                words = "The gateway stopped while UPS was asked; UPS may have done it."
                await self._end(row.id, {row.state}, State.UNKNOWN, words, now)

    async def _one_by_one(self, name: bytes, begin: Callable[[], Awaitable[T]]) -> T:
        """Begins alone of all who come with that name; where another gateway is at work on it, when it is done."""
        while True:
            try:
                async with self._elsewhere.lock(name):
                    return await begin()
            except HeldElsewhere as held:
                await self._elsewhere.done(held)

    # --- repeats ------------------------------------------------------------------------------------------------------

    async def _repeat_of(self, order: Order, connection: Connection) -> asyncio.Task[Outcome] | None:
        """The task that answers this request when it repeats one whose answer was lost; None when it is new."""
        await self._refuse_unsettled(order.fingerprint)
        since = self._now() - self._policy.replay_window
        for found in reversed(await self._store.shipments_by_fingerprint(order.fingerprint, since)):
            if not self._lost(found, since):
                continue
            if await self._elsewhere.holds(found):
                raise HeldElsewhere(found.id)
            now = self._now()
            task = self._waiting.join(found.id, connection, now)
            if task is not None:
                return task
            # Read again: its task may have ended while it was read.
            row = await self._store.shipment(found.id)
            if row is None or row.state not in VOIDABLE | GONE:
                continue
            if row.state in GONE:
                raise RepeatRefused(
                    f"This repeats a request whose shipment {row.number} has been voided or is being voided. If another"
                    f" shipment is wanted, send it again later or with a change. See {self._policy.page}"
                )
            if row.sealed_reply is None or row.sealed_request is None:
                raise RepeatRefused(
                    f"This repeats a request that UPS carried out ({row.number or row.id}), and its answer is no longer"
                    f" kept. See {self._policy.page}"
                )
            await self._rows.change(row.id, {row.state}, partial(replace, holder=self._store.here, changed_at=now))
            work = self._from_store(row.id, row.sealed_request, row.sealed_reply)
            return self._waiting.begin(row.id, connection, work, now)
        return None

    async def _refuse_unsettled(self, fingerprint: bytes) -> None:
        """Whoever has the earlier answer: what UPS may have done already is not asked for again."""
        for found in await self._store.shipments_in({State.UNKNOWN, State.SENT}):
            if found.fingerprint == fingerprint and self._waiting.running(found.id) is None:
                row = await self._store.shipment(found.id)
                if row is not None and await self._elsewhere.holds(row):
                    raise HeldElsewhere(row.id)
                if row is not None and row.state in {State.UNKNOWN, State.SENT}:
                    raise self._unknown(row.id)

    def _lost(self, row: Shipment, since: datetime) -> bool:
        """Nobody has the row's answer, nobody waits for it, and it is not too long ago."""
        was = row.void_before if row.state in GONE else row.state
        if row.delivered or was not in UNDER_WAY | VOIDABLE:
            return False
        if row.operation is Operation.SHIP_CONFIRM and was is State.ACCEPTED and row.sealed_reply is not None:
            return False  # who accepted had the confirm's answer; without a reply it was a person who settled it
        if (row.created_at if row.state in GONE else row.changed_at) < since:
            return False
        return not (self._waiting.delivered(row.id) or self._waiting.open(row.id))

    # --- the way of one row -------------------------------------------------------------------------------------------

    async def _new(self, order: Order, call: RestCall, connection: Connection) -> asyncio.Task[Outcome]:
        _refuse_the_gone(connection)
        digest = self._new_digest() if order.operation is Operation.SHIP_CONFIRM else ""
        row = await self._add(order, call, State.INTENDED, digest)
        work = self._carry_out(row, order, call, digest, State.CREATED)
        return self._waiting.begin(row.id, connection, work, self._now())

    async def _add(self, order: Order, call: RestCall, state: State, digest: str) -> Shipment:
        kind: Kind = "shipment" if order.operation in _SHIPPING else "other"
        # Only a quote is sent later, from the ledger; a card's secrets are kept for nothing else.
        kept = call if state is State.QUOTED else self._carrier.without_card_secrets(call)
        sealed = await self._archive.seal_call(kept, digest)
        now = self._now()
        return await self._store.add_shipment(
            Shipment(
                id=0,
                kind=kind,
                key=order.key,
                account=order.account.id,
                environment=order.account.environment,
                dialect=order.dialect,
                operation=order.operation,
                state=state,
                fingerprint=order.fingerprint,
                created_at=now,
                changed_at=now,
                digest=self._hash_digest(order.key, digest) if digest else None,
                holder="" if state is State.QUOTED else self._store.here,
                sealed_request=sealed,
            )
        )

    async def _accepted(self, row: Shipment, order: Order, connection: Connection) -> asyncio.Task[Outcome] | None:
        """The task that answers the accept of this row; None when it may not be accepted."""
        now = self._now()
        if row.state in UNDER_WAY:
            task = self._waiting.join(row.id, connection, now)
            if task is not None:
                return task
            row = await self._store.shipment(row.id) or row  # its task may have ended while it was read
            if row.state in UNDER_WAY and await self._elsewhere.holds(row):
                raise HeldElsewhere(row.id, UNDER_WAY)
        if row.state in {State.SENT, State.UNKNOWN}:
            raise self._unknown(row.id)
        if row.state is State.QUOTED or row.state is State.INTENDED or row.state in NOTHING_THERE:
            # What surely created nothing may be tried again: UPS's refusal may have been mended meanwhile.
            return await self._accept_quote(row, order, connection)
        if row.state is State.CREATED:
            accepted = await self._rows.change(
                row.id,
                {State.CREATED},
                lambda row: replace(
                    row,
                    state=State.ACCEPTED,
                    delivered=False,
                    delivered_at=None,
                    holder=self._store.here,
                    changed_at=now,
                ),
            )
            if accepted is None:
                return None  # the automatic void was first
            row = accepted
        if row.state in GONE:
            return None
        return self._waiting.begin(row.id, connection, self._labels_again(row), now)

    async def _accept_quote(self, row: Shipment, order: Order, connection: Connection) -> asyncio.Task[Outcome] | None:
        if row.sealed_request is None:
            return None
        _refuse_the_gone(connection)
        call, _ = await self._archive.open_call(row.sealed_request)
        account = await account_of(self._store, row)
        now = self._now()
        intended = await self._rows.change(
            row.id,
            {row.state},
            lambda row: replace(row, state=State.INTENDED, holder=self._store.here, note="", changed_at=now),
        )
        if intended is None:
            return None
        order = replace(order, account=account)
        work = self._carry_out(intended, order, call, "", State.ACCEPTED)
        return self._waiting.begin(row.id, connection, work, now)

    async def _carry_out(self, row: Shipment, order: Order, call: RestCall, digest: str, made: State) -> Outcome:
        number: str = ""
        tracking_numbers: tuple[str, ...] = ()
        ours: Collection[State] = UNDER_WAY
        try:
            left = await self._carrier.ready(order.account, time_limit=order.time_limit)
            now = self._now()
            sent = await self._rows.change(
                row.id, {State.INTENDED}, lambda row: replace(row, state=State.SENT, changed_at=now)
            )
            if sent is None:
                ours = ()
                raise UpsUnreachable("The shipment was settled elsewhere before UPS was asked.", transient=False)
            reply = await self._carrier.send(order.account, call, creating=True, time_limit=left)
            refused = self._carrier.refusal(reply, creating=True)
            if refused is not None:
                raise refused
            if row.kind == "shipment":
                created = self._carrier.created(reply)
                number, tracking_numbers = created.number, created.tracking_numbers
            else:
                number = self._carrier.pickup_number(reply)
        except OutcomeUnknown as error:
            await self._end(row.id, {State.SENT}, State.UNKNOWN, error.message, self._now())
            raise self._unknown(row.id) from error
        except GatewayError as error:
            state = State.REFUSED if isinstance(error, UpsRefused) else State.NOT_CREATED
            await self._end(row.id, ours, state, _note(error, call), self._now())
            raise
        sealed = await self._archive.seal_replies([reply])
        # A quote's request was kept with all that it takes to send it; any other is sealed as it stays.
        request = None
        if made is State.ACCEPTED:
            request = await self._archive.seal_call(self._carrier.without_card_secrets(call), digest)
        now = self._now()

        def make(row: Shipment) -> Shipment:
            return replace(
                row,
                state=made,
                sealed_request=request or row.sealed_request,
                number=number,
                tracking_numbers=tracking_numbers,
                delivered=False,
                sealed_reply=sealed,
                changed_at=now,
            )

        try:
            # A late reply is better than the doubt that a person was to settle.
            written = await self._written(row.id, {State.SENT, State.UNKNOWN}, make)
        except StoreFailed as error:
            log.critical("UPS created shipment %s, but the ledger cannot be written: %s", number, error.message)
            raise self._unknown(row.id) from error
        if written is None:
            raise self._unknown(row.id)
        return Outcome(row.id, (reply,), digest)

    async def _written(
        self, shipment: int, expected: Collection[State], make: Callable[[Shipment], Shipment]
    ) -> Shipment | None:
        """As `Rows.change`; what UPS has done waits for a database that is away."""
        ends = asyncio.get_running_loop().time() + self._policy.time_limit
        while True:
            try:
                return await self._rows.change(shipment, expected, make)
            except StoreFailed:
                if not self._store.shared or asyncio.get_running_loop().time() >= ends:
                    raise
                await asyncio.sleep(DATABASE_PAUSE)

    async def _from_store(self, shipment: int, sealed_request: bytes, sealed_reply: bytes) -> Outcome:
        _, digest = await self._archive.open_call(sealed_request)
        return Outcome(shipment, await self._archive.open_replies(sealed_reply), digest)

    async def _labels_again(self, row: Shipment) -> Outcome:
        return Outcome(row.id, await self._archive.labels_of(row))

    async def _end(self, shipment: int, expected: Collection[State], state: State, words: str, now: datetime) -> None:
        await self._rows.change(
            shipment, expected, lambda row: replace(row, state=state, holder="", note=words, changed_at=now)
        )

    def _hash_digest(self, key: int, digest: str) -> bytes:
        return self._vault.hash(b"digest", str(key).encode(), digest.encode())

    def _unknown(self, shipment: int) -> OutcomeUnknown:
        return OutcomeUnknown(
            "UPS was asked to carry this out and gave no clear answer, so it may or may not have been done. Nothing is"
            f" repeated until someone has said which, at {self._policy.page} (shipments, number {shipment})."
        )


def _note(error: GatewayError, call: RestCall) -> str:
    """The ledger is kept longer than what is known of persons, and UPS's words repeat what was sent."""
    return masking.not_repeating(error.message, call.body) if isinstance(error, UpsRefused) else error.message


def _refuse_the_gone(connection: Connection) -> None:
    # Its repeat may have overtaken it and be answered already: it would then be taken for another carton.
    if not connection.is_open():
        raise HungUp("The program hung up before UPS was asked; nothing was done.")
