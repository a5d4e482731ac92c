"""One old request on its whole way: translate, access, ledger, UPS, and back. The only orchestrator.

The rule: whatever happens to a request is answered in its own dialect, and nothing that UPS acts on is answered before
it is committed.
"""

from __future__ import annotations

import logging
import math
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from ups_gateway import translate
from ups_gateway.access import Access
from ups_gateway.captures import Captures
from ups_gateway.errors import (
    ClientFault,
    CredentialFault,
    GatewayBug,
    GatewayError,
    NotAuthorised,
    OutcomeUnknown,
    UpsRefused,
    UpsUnreachable,
)
from ups_gateway.model import (
    AccessKey,
    Account,
    Asked,
    Dialect,
    ExchangeRecord,
    LegacyAnswer,
    LegacyCall,
    Operation,
    RestCall,
    RestReply,
    Terms,
    Translated,
    TwoPhase,
)
from ups_gateway.shipping.carrier import Connection, Order, Outcome
from ups_gateway.shipping.ledger import Shipping
from ups_gateway.store import Journal
from ups_gateway.ups.client import Meter
from ups_gateway.upstream import Upstream, metered

log = logging.getLogger(__name__)

_BUG: Final = "The gateway made a mistake of its own. Its log says more; your request is not the cause."

Result = Literal["ok", "refused", "client_fault", "not_authorised", "unreachable", "unknown", "bug"]
_RESULTS: Final[tuple[tuple[type[GatewayError], Result], ...]] = (
    (ClientFault, "client_fault"),
    (UpsRefused, "refused"),
    (NotAuthorised, "not_authorised"),
    (UpsUnreachable, "unreachable"),
    (OutcomeUnknown, "unknown"),
)


@dataclass(frozen=True, slots=True)
class Handled:
    """An answer, and the shipment whose delivery `Exchange.settle` wants to hear of."""

    answer: LegacyAnswer
    shipment: int | None = None


class Watch(Protocol):
    """Told of each exchange, on the request's way: what it does takes microseconds."""

    def __call__(self, record: ExchangeRecord, *, translating: float, asked_ups: bool, codes: Sequence[str]) -> None:
        """`translating`: seconds; `codes`: of the errors that UPS gave."""
        ...


@dataclass(slots=True)
class _Trace:
    """How far a request came: for its fault and for the journal."""

    started: float
    ends: float
    """When UPS must have answered what it only looks up."""
    asked: Asked | None = None
    key: AccessKey | None = None
    account: Account | None = None
    fault_terms: translate.FaultTerms = translate.FAULT_TERMS
    code: str = ""
    result: Result = "ok"
    codes: tuple[str, ...] = ()
    """Of UPS's own errors."""
    translating: float = 0.0
    """Seconds that the translation took."""


class Exchange:
    """One for a gateway. `creating_limit`: seconds that UPS may take for what it acts on, whether the client waits.

    `old_api`: operations of dialect xml that are sent to UPS's old API instead. Unverified.
    """

    def __init__(
        self,
        journal: Journal,
        access: Access,
        shipping: Shipping,
        upstream: Upstream,
        *,
        now: Callable[[], datetime],
        creating_limit: float = 60.0,
        old_api: Collection[Operation] = (),
        monotonic: Callable[[], float] = time.monotonic,
        captures: Captures | None = None,
        watch: Watch | None = None,
    ) -> None:
        self._journal = journal
        self._watch = watch
        self._captures = captures
        self._access = access
        self._shipping = shipping
        self._upstream = upstream
        self._now = now
        self._creating_limit = creating_limit
        self._old_api = frozenset(old_api)
        self._monotonic = monotonic

    async def handle(
        self,
        call: LegacyCall,
        connection: Connection,
        *,
        peer: str,
        time_limit: float,
        whole: Callable[[], float] = lambda: math.inf,
    ) -> Handled:
        """The answer, within `time_limit` seconds where UPS only looks something up. Raises only CancelledError.

        `whole` is called when no byte of it may be sent before it is complete; it gives the seconds that UPS has then.
        """
        started, meter = self._monotonic(), Meter()
        trace = _Trace(started, started + time_limit)
        if self._captures is not None and self._captures.begin():
            meter.heard = []
        token = metered.set(meter)
        try:
            handled = await self._way(call, connection, peer, whole, trace)
        except GatewayError as error:
            handled = Handled(self._fault(call, trace, error))
        except Exception as error:  # noqa: BLE001 - the one boundary: an answer of ours never is an HTML page or a cut
            # Without the exception's own words: they may quote a body.
            frames = "".join(traceback.format_tb(error.__traceback__))
            log.error("A request ended with %s:\n%s", type(error).__name__, frames)  # noqa: TRY400 - same reason
            handled = Handled(self._fault(call, trace, GatewayBug(_BUG)))
        finally:
            metered.reset(token)
        seconds = self._monotonic() - started
        record = self._record(call, trace, seconds, meter.ups_seconds, peer)
        self._journal.note_exchange(record)
        if self._watch is not None:
            asked_ups = meter.requests > 0
            self._watch(record, translating=trace.translating, asked_ups=asked_ups, codes=trace.codes)
        if self._captures is not None and meter.heard is not None:
            self._captures.keep(record, call, meter.heard, handled.answer)
        return handled

    async def settle(self, shipment: int, delivered: bool) -> None:  # noqa: FBT001 - one question, one answer
        """How the delivery of an answer ended."""
        await self._shipping.settle(shipment, delivered=delivered)

    # --- the way ------------------------------------------------------------------------------------------------------

    async def _way(
        self, call: LegacyCall, connection: Connection, peer: str, whole: Callable[[], float], trace: _Trace
    ) -> Handled:
        with self._translating(trace):
            asked = trace.asked = translate.read(call)
        try:
            caller = await self._access.caller(asked, call, peer=peer)
        except CredentialFault:
            likely = await self._access.likely(asked.credentials)
            trace.fault_terms = _fault_terms(likely) if likely else translate.FAULT_TERMS
            raise
        key = trace.key = caller.key
        trace.fault_terms = _fault_terms(key)
        if translate.goes_out_whole(asked, trace.fault_terms):
            trace.ends = min(trace.ends, trace.started + whole())
        old_api = asked.dialect is Dialect.XML and asked.operation in self._old_api and not caller.anonymous
        if old_api:
            asked = translate.for_old_api(asked, call)
        place = await self._access.place(key, asked, call.host)
        account = trace.account = place.account
        terms = Terms(key.two_phase, key.at_once, self._now().astimezone().date(), caller.anonymous)
        with self._translating(trace):
            if old_api:
                translated = translate.old_request(asked, call, account, terms)
            else:
                translated = translate.request(asked, account, terms)
        asked = translated.asked
        order = Order(
            key=key.id,
            account=account,
            dialect=asked.dialect,
            operation=asked.operation,
            fingerprint=self._fingerprint(key, account, call),
            time_limit=self._creating_limit,
        )
        if asked.operation is Operation.SHIP_ACCEPT:
            foreign = next(iter(translated.calls), None)
            outcome = await self._shipping.accept(order, asked.digest or "", connection, foreign=foreign)
            return self._answered(trace, translated, outcome)
        if asked.operation is Operation.VOID:
            number, voids = asked.tracking_numbers[0], self._shipping.voids
            replies = await voids.by_client(order, translated.calls, number, place.shipment, connection)
            return Handled(self._answer(trace, translated, replies))
        if translated.two_phase is TwoPhase.QUOTE and translated.later is not None:
            replies = await self._look_up(translated, account, trace.ends)
            digest = await self._shipping.quote(order, translated.later)
            return Handled(self._answer(trace, translated, replies, digest=digest))
        if asked.creating:
            (creating,) = translated.calls
            outcome = await self._shipping.create(order, creating, connection)
            return self._answered(trace, translated, outcome)
        return Handled(self._answer(trace, translated, await self._look_up(translated, account, trace.ends)))

    async def _look_up(self, translated: Translated, account: Account, ends: float) -> tuple[RestReply, ...]:
        """UPS's replies to calls that change nothing, all pages of them. Raises what UPS refuses."""
        replies: list[RestReply] = []

        async def look_up(call: RestCall) -> None:
            limit = ends - self._monotonic()
            reply = await self._upstream.send(account, call, creating=False, time_limit=limit)
            refused = translate.refusal(translated.asked, reply)
            if refused is not None:
                raise refused
            replies.append(reply)

        for call in translated.calls:
            await look_up(call)
        while (page := translate.more(translated, replies)) is not None:
            await look_up(page)
        return tuple(replies)

    def _fingerprint(self, key: AccessKey, account: Account, call: LegacyCall) -> bytes:
        sent = (call.method.encode(), call.path.encode(), call.query.encode(), call.body)
        return self._shipping.fingerprint(key.id, account.environment, *sent)

    def _answered(self, trace: _Trace, translated: Translated, outcome: Outcome) -> Handled:
        with ExitStack() as failing:
            failing.callback(self._shipping.unanswered, outcome.shipment)
            answer = self._answer(trace, translated, outcome.replies, digest=outcome.digest)
            failing.pop_all()
        return Handled(answer, outcome.shipment)

    def _answer(
        self, trace: _Trace, translated: Translated, replies: Sequence[RestReply], *, digest: str = ""
    ) -> LegacyAnswer:
        with self._translating(trace):
            return translate.answer(translated, replies, digest=digest)

    @contextmanager
    def _translating(self, trace: _Trace) -> Iterator[None]:
        begun = self._monotonic()
        try:
            yield
        finally:
            trace.translating += self._monotonic() - begun

    # --- answers ------------------------------------------------------------------------------------------------------

    def _fault(self, call: LegacyCall, trace: _Trace, error: GatewayError) -> LegacyAnswer:
        trace.code = error.refusals[0].code
        trace.codes = tuple(one.code for one in error.refusals) if isinstance(error, UpsRefused) else ()
        trace.result = next((result for kind, result in _RESULTS if isinstance(error, kind)), "bug")
        with self._translating(trace):
            return translate.fault(trace.asked or call, error, trace.fault_terms)

    def _record(self, call: LegacyCall, trace: _Trace, seconds: float, ups_seconds: float, peer: str) -> ExchangeRecord:
        return ExchangeRecord(
            at=self._now(),
            dialect=trace.asked.dialect.value if trace.asked else "",
            operation=trace.asked.operation.value if trace.asked else "",
            key=trace.key.id if trace.key else None,
            account=trace.account.id if trace.account else None,
            environment=trace.account.environment if trace.account else "",
            outcome=trace.result,
            code=trace.code,
            seconds=seconds,
            ups_seconds=ups_seconds,
            peer=peer,
            user_agent=call.headers.get("user-agent", ""),
        )


def _fault_terms(key: AccessKey) -> translate.FaultTerms:
    return translate.FaultTerms(key.json_fault_status, key.json_errors_beside)
