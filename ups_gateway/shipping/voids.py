"""Voids: the client's, the page's, and the gateway's own of what was never accepted.

The rule: `voiding` is on disk before UPS is asked, so that an accept that comes later loses; and it is left only by
UPS's word or by the end of the void window, however often the gateway is restarted meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Literal

from ups_gateway.errors import GatewayError, GatewayFault, InvalidRequest, Refusal, UpsRefused, UpsUnreachable
from ups_gateway.model import RestCall, RestReply, Shipment, State
from ups_gateway.shipping.archive import account_of
from ups_gateway.shipping.carrier import Carrier, Connection, Now, Order, Policy, VoidKind
from ups_gateway.shipping.rows import VOIDABLE, Rows
from ups_gateway.shipping.waiting import look_at
from ups_gateway.store import Store

GRACE: Final = timedelta(minutes=10)
"""After a start nothing is voided by itself so long: clients that waited for the gateway come first."""
WINDOW: Final = timedelta(days=28)
"""UPS voids forward shipments until then (Shipping Package guides, "Voids"); the others it refuses by itself."""
ODD_TRIES: Final = 3
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)
LONGEST_STEP: Final = timedelta(minutes=2)
"""Between two steps the machine slept, if it is more: sleep is no running time."""
COUNT_WRITTEN: Final = timedelta(minutes=5)
"""How much running time of a waiting confirm a sudden end may lose."""

_DONE: Final[frozenset[VoidKind]] = frozenset({"voided", "voided_warning", "already"})
_REFUSED: Final[frozenset[VoidKind]] = frozenset({"final", "odd"})


@dataclass(slots=True)
class _Asking:
    """A client's void that may be repeated."""

    connection: Connection
    task: asyncio.Task[tuple[RestReply, ...]]


@dataclass(slots=True)
class _Lately:
    """A client's void of the last minutes."""

    at: datetime
    asking: _Asking | None
    """None once the client has UPS's certain answer: replies and sockets are then let go."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """How the calls of one void ended; the last one's kind decides."""

    kind: VoidKind
    words: str
    replies: tuple[RestReply, ...]
    error: GatewayError | None


class Voids:
    """Takes shipments back."""

    def __init__(self, store: Store, rows: Rows, carrier: Carrier, policy: Policy, *, now: Now) -> None:
        self._store = store
        self._rows = rows
        self._carrier = carrier
        self._policy = policy
        self._now = now
        self._lately: dict[bytes, list[_Lately]] = {}
        self._held: set[int] = set()
        self._stepped_at: datetime | None = None
        self._ran = timedelta()
        self._counted: dict[int, timedelta] = {}

    # --- the client's -------------------------------------------------------------------------------------------------

    async def by_client(
        self,
        order: Order,
        calls: Sequence[RestCall],
        number: str,
        row: Shipment | None,
        connection: Connection,
    ) -> tuple[RestReply, ...]:
        """UPS's replies to a client's void; a repeat gets those of the first.

        `number`: the shipment's, as the client names it; `row`: the shipment in the ledger.
        Raises what UPS refuses (the shipment is then what it was) and what kept UPS from answering.
        """
        async with self._rows.lock(order.fingerprint):
            now = self._now()
            lately = self._lately.setdefault(order.fingerprint, [])
            unsure = not lately and _voided_lately(row, now - self._policy.replay_window)
            for earlier in lately:
                if earlier.at < now - self._policy.replay_window:
                    continue
                asking = earlier.asking
                unsure = asking is not None and _in_doubt(asking.task)
                if asking is None or unsure or asking.connection.delivered() or asking.connection.is_open():
                    continue
                asking.connection, earlier.at = connection, now
                task = asking.task
                break
            else:
                task = asyncio.create_task(self._for_client(order, calls, number, row, unsure=unsure))
                task.add_done_callback(look_at)
                lately.append(_Lately(now, _Asking(connection, task)))
        return await asyncio.shield(task)

    async def _for_client(
        self, order: Order, calls: Sequence[RestCall], number: str, row: Shipment | None, *, unsure: bool
    ) -> tuple[RestReply, ...]:
        if row is None:
            return _replies(await self._ask(order, calls, unsure=unsure))
        named = self._packages(calls)
        # The whole shipment is meant when no packages are named, or all that it has.
        if number != row.number or (named and not named >= set(row.tracking_numbers)):
            asked = await self._ask(order, calls, unsure=unsure)
            words = f"The client asked to void {', '.join(sorted(named))}: {asked.words}"
            await self._rows.change(row.id, VOIDABLE, lambda row: replace(row, note=words))
            return _replies(asked)
        unsure = unsure or row.state is State.VOIDING
        now = self._now()
        # So long the background of another gateway leaves it alone; that of this one knows that it is held.
        later = now + timedelta(seconds=order.time_limit) if self._store.shared else None
        await self._rows.change(
            row.id, VOIDABLE, lambda row: replace(_to_voiding(row, "client", now), void_next_at=later)
        )
        self._held.add(row.id)
        try:
            asked = await self._ask(order, calls, unsure=unsure)
            await self._conclude(row.id, asked.kind, asked.words)
        finally:
            self._held.discard(row.id)
        if isinstance(asked.error, GatewayFault):
            raise _saying_also(asked.error, "The gateway goes on trying to void the shipment.")
        return _replies(asked)

    def _packages(self, calls: Sequence[RestCall]) -> set[str]:
        """Those that the calls name: the lead package has the shipment's number."""
        return {number for call in calls for number in self._carrier.packages_of(call)}

    async def _ask(self, order: Order, calls: Sequence[RestCall], *, unsure: bool) -> _Asked:
        """`unsure`: an earlier try may have succeeded, so that "already voided" is success."""
        clock = asyncio.get_running_loop()
        ends = clock.time() + order.time_limit
        replies: list[RestReply] = []
        kind: VoidKind = "passing"
        words = ""
        for number, call in enumerate(calls):
            error: GatewayError | None
            try:
                left = ends - clock.time()
                reply = await self._carrier.send(order.account, call, creating=False, time_limit=left)
            except GatewayError as passing:
                kind, words, error = "passing", passing.message, passing
            else:
                verdict = self._carrier.void_verdict(reply)
                kind, words = verdict.kind, verdict.words
                if kind == "already" and (unsure or reply.perhaps_done):
                    reply = self._carrier.voided_reply(call)
                error = self._carrier.refusal(reply, creating=False)
            if error is not None:
                before = self._packages(calls[:number])
                if before:
                    error = _saying_also(error, f"Voided before this: {', '.join(sorted(before))}.")
                return _Asked(kind, words, tuple(replies), error)
            replies.append(reply)
        return _Asked(kind, words, tuple(replies), None)

    # --- the page's ---------------------------------------------------------------------------------------------------

    async def by_page(self, shipment: int) -> Shipment:
        """Voids it now if UPS answers, else later; the row as it is then. Raises InvalidRequest for what cannot be."""
        now = self._now()
        row = await self._store.shipment(shipment)
        if row is None or row.kind != "shipment" or not row.number:
            raise InvalidRequest(f"There is no shipment {shipment} that UPS could be asked to void.")
        held = await self._rows.change(shipment, VOIDABLE, lambda row: _to_voiding(row, "page", now))
        if held is None and row.state is not State.VOIDING:
            raise InvalidRequest(f"Shipment {row.number} is {row.state.replace('_', ' ')}: there is nothing to void.")
        await self._try(held or row)
        return await self._store.shipment(shipment) or row

    # --- the gateway's own --------------------------------------------------------------------------------------------

    async def step(self, now: datetime, *, leads: bool) -> None:
        """Starts the voids that are due, and tries again those whose pause is over, where no other gateway does."""
        self._forget_old(now - self._policy.replay_window)
        if not leads:
            self._stepped_at = None
            return
        elapsed = timedelta() if self._stepped_at is None else now - self._stepped_at
        self._stepped_at = now
        # A clock that jumps (sleep, correction) must not void what its owner had no time to accept.
        self._ran += min(max(elapsed, timedelta()), LONGEST_STEP)
        await self._give_up_waiting(now)
        for row in await self._store.shipments_in({State.VOIDING}):
            if row.id not in self._held and (row.void_next_at is None or row.void_next_at <= now):
                await self._try(row)

    def running(self) -> set[asyncio.Task[tuple[RestReply, ...]]]:
        """Voids of clients under way."""
        asking = [lately.asking for those in self._lately.values() for lately in those]
        return {one.task for one in asking if one is not None and not one.task.done()}

    async def _give_up_waiting(self, now: datetime) -> None:
        limits = await self._store.void_limits()
        never = {key for key, limit in limits.items() if limit is None}
        waiting = await self._store.unaccepted(never)
        self._counted = {row.id: self._counted.get(row.id, self._ran) for row in waiting}
        for row in waiting:
            limit = limits.get(row.key, self._policy.void_unaccepted_after)
            more = self._ran - self._counted[row.id]
            age = timedelta(seconds=row.running_seconds) + more
            if limit is not None and age >= limit and self._ran >= GRACE:
                await self._rows.change(row.id, {State.CREATED}, lambda row: _to_voiding(row, "unaccepted", now))
            elif more >= COUNT_WRITTEN:
                await self._rows.change(row.id, {State.CREATED}, partial(_having_run, seconds=age.total_seconds()))
                self._counted[row.id] = self._ran

    def _forget_old(self, before: datetime) -> None:
        for fingerprint, those in list(self._lately.items()):
            for lately in those:
                if lately.asking is not None and _answered(lately.asking):
                    lately.asking = None
            those[:] = [one for one in those if one.at >= before or (one.asking and not one.asking.task.done())]
            if not those and not self._rows.lock(fingerprint).locked():
                del self._lately[fingerprint]

    async def _try(self, row: Shipment) -> None:
        kind: VoidKind
        try:
            account = await account_of(self._store, row)
            call = self._carrier.void_call(row.number)
            reply = await self._carrier.send(account, call, creating=False, time_limit=self._policy.time_limit)
        except GatewayError as error:
            kind, words = "passing", error.message
        else:
            verdict = self._carrier.void_verdict(reply)
            kind, words = verdict.kind, verdict.words
        await self._conclude(row.id, kind, words)

    async def _conclude(self, shipment: int, kind: VoidKind, words: str) -> None:
        """What UPS's answer makes of a row in `voiding`."""
        now = self._now()

        def make(row: Shipment) -> Shipment:
            if kind in _DONE:
                return replace(row, state=State.VOIDED, void_next_at=None, note=words, changed_at=now)
            if row.state is State.CANNOT_BE_VOIDED:
                return row
            if kind in _REFUSED and row.void_cause == "client" and row.void_before is not None:
                return replace(
                    row, state=row.void_before, void_before=None, void_cause="", void_next_at=None, note=words
                )
            tries = row.void_tries + (kind == "odd")
            if kind == "final" or tries >= ODD_TRIES:
                return replace(row, state=State.CANNOT_BE_VOIDED, void_tries=tries, note=words, changed_at=now)
            if now >= row.created_at + WINDOW:
                note = f"The time in which UPS voids is over. {words}"
                return replace(row, state=State.CANNOT_BE_VOIDED, note=note, changed_at=now)
            # As long as it has been tried already: the pauses double.
            pause = min(max(now - row.changed_at, FIRST_PAUSE), LONGEST_PAUSE)
            return replace(row, void_tries=tries, void_next_at=now + pause, note=words)

        await self._rows.change(shipment, {State.VOIDING, State.CANNOT_BE_VOIDED}, make)


def _to_voiding(row: Shipment, cause: Literal["client", "page", "unaccepted"], now: datetime) -> Shipment:
    return replace(
        row,
        state=State.VOIDING,
        void_before=row.state,
        void_cause=cause,
        void_tries=0,
        void_next_at=None,
        changed_at=now,
    )


def _having_run(row: Shipment, *, seconds: float) -> Shipment:
    return replace(row, running_seconds=seconds)


def _voided_lately(row: Shipment | None, since: datetime) -> bool:
    """The client voided it just before a restart: whether it got the answer is no longer known."""
    return row is not None and row.state is State.VOIDED and row.void_cause == "client" and row.changed_at >= since


def _answered(asking: _Asking) -> bool:
    return asking.task.done() and asking.connection.delivered() and not _in_doubt(asking.task)


def _in_doubt(task: asyncio.Task[tuple[RestReply, ...]]) -> bool:
    """It failed, and UPS may have voided all the same."""
    error = task.exception() if task.done() else None
    return error is not None and not (isinstance(error, UpsRefused) and not error.transient)


def _replies(asked: _Asked) -> tuple[RestReply, ...]:
    if asked.error is not None:
        raise asked.error
    return asked.replies


def _saying_also(error: GatewayError, words: str) -> GatewayError:
    """The same error with a sentence of ours behind its own."""
    words = f" {words}"
    if isinstance(error, UpsRefused):
        first, *others = error.errors
        errors = (Refusal(first.code, first.message + words), *others)
        return UpsRefused(
            errors, http_status=error.http_status, transient=error.transient, retry_after=error.retry_after
        )
    if isinstance(error, UpsUnreachable):
        return UpsUnreachable(error.message + words, transient=error.transient, retry_after=error.retry_after)
    return type(error)(error.message + words, location=error.location)
