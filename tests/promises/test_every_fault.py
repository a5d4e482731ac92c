"""Every fault of UPS's on what it acts on, and on enough of the rest: no loss, no second shipment, no HTML.

`python -m tests.faults` plays all of it and writes docs/faults.md; what is played here must be said there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

import pytest

from tests.compatibility import tables
from tests.faults.kinds import KINDS, Kind
from tests.faults.playing import DONE, Outcome, Stand, a_stand
from tests.faults.requests import Request, requests
from tests.faults.table import FILE, cells, covers, document, said, speaks_of
from tests.faults.told import AS_IT_CAME, GOOD
from ups_gateway.model import Dialect, Operation, State
from ups_gateway.translate.dialects import header, rest

Play = tuple[Request, Kind]
DIALECTS = pytest.mark.parametrize("dialect", Dialect, ids=lambda dialect: dialect.value)
SEVERITIES = (Dialect.XML, Dialect.SOAP, Dialect.JSON)
FEW = (
    "401 once: the token is not good any more",
    "403 with 250002: product not enabled",
    "429 with Retry-After: 30",
    "503 with an HTML page",
    "cut once, after the work was done",
    "half an answer, within a chunk",
    "200, an object without the root",
)
"""Enough for operations that are like another."""


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with a_stand(tmp_path) as stand:
        yield stand


def of_(dialect: Dialect, *names: str) -> list[Request]:
    return [one for one in requests() if one.dialect is dialect and (not names or one.name in names)]


async def wrongs(stand: Stand, plays: Iterable[Play]) -> list[tuple[str, str, str]]:
    """What is wrong with these plays, by request and fault."""
    lines = said(FILE.read_text("utf-8"))
    found: list[tuple[str, str, str]] = []
    healthy: dict[Request, Outcome] = {}
    for request, kind in plays:
        if request not in healthy:
            healthy[request] = await stand.play(request, None)
        outcome = await stand.play(request, kind)
        wrong = [*_broken(request, kind, outcome, healthy[request])]
        if not any(speaks_of(line, request, cells(request, kind, outcome, healthy[request])) for line in lines):
            wrong.append("docs/faults.md says otherwise; run: python -m tests.faults")
        found += [(f"{request.dialect.value} {request.name}", kind.name, f"{one}: {outcome}") for one in wrong]
    return found


# --- the promises -----------------------------------------------------------------------------------------------------


def _broken(request: Request, kind: Kind, outcome: Outcome, healthy: Outcome) -> Iterator[str]:
    """Promises that this outcome does not keep."""
    acts = request.effect == "acts"
    good = outcome.told.code == healthy.told.code
    if outcome.asked != (kind.creating if acts else kind.asked):
        yield "UPS was not asked as often as it should be"
    if outcome.made > 1 or outcome.made > outcome.known:
        yield "something exists at UPS that the ledger does not know"
    if kind.gateways and not good and "Your access key is not the cause." not in outcome.told.words:
        yield "the program is blamed for the gateway's authorization"
    if good != (kind.heals and (kind.certain or not acts)):
        yield "the good answer is there, or is not"
    if acts:
        yield from _acted_wrongly(kind, outcome, healthy, good=good)
    else:
        yield from _read_wrongly(request, kind, outcome, good=good)


def _acted_wrongly(kind: Kind, outcome: Outcome, healthy: Outcome, *, good: bool) -> Iterator[str]:
    again = outcome.again
    assert again is not None
    if again.made > 1:
        yield "the repeat made two"
    if good:
        if outcome.ledger != healthy.ledger:
            yield "the ledger does not have what the program has"
        return
    if outcome.told.severity not in ("Hard", ""):
        yield "a repeat is not safe, and the program may think so"
    if kind.certain:
        if outcome.ledger not in ((State.REFUSED,), (State.NOT_CREATED,)) or outcome.made:
            yield "nothing was created, and the ledger does not say so"
        if again.asked != 1:
            yield "what surely was not created cannot be tried again"
    elif outcome.ledger != (State.UNKNOWN,) or again.asked or again.told.code == GOOD:
        yield "what may have been created is not said to be unknown, or is asked for again"


def _read_wrongly(request: Request, kind: Kind, outcome: Outcome, *, good: bool) -> Iterator[str]:
    told = outcome.told
    if request.effect == "voids":
        if (State.VOIDED in outcome.ledger) != good or State.CANNOT_BE_VOIDED in outcome.ledger:
            yield "the ledger and the program differ on the void"
        if not good and (kind.passing or kind.gateways) != (outcome.ledger == (State.VOIDING,)):
            yield "a void that may succeed is given up, or one that cannot is not"
    elif any(state in DONE for state in outcome.ledger):
        yield "there is a row for what creates nothing"
    if good or told.code == AS_IT_CAME:
        return
    if request.dialect in SEVERITIES and (told.severity == "Transient") != kind.passing:
        yield "Transient is said where a repeat cannot help, or is not where it can"
    if request.dialect in SEVERITIES and told.wait != str(kind.wait or ""):
        yield "the wait that UPS names is not passed on"


@DIALECTS
async def test_no_fault_loses_or_doubles_what_ups_acts_on(stand: Stand, dialect: Dialect) -> None:
    acting = [request for request in of_(dialect) if request.effect == "acts"]
    shipping = [request for request in acting if request.name.startswith("ship")]
    others = [request for request in acting if request not in shipping]
    plays = [(request, kind) for request in shipping for kind in KINDS]
    plays += [(request, kind) for request in others for kind in KINDS if kind.name in FEW]
    plays += [(request, kind) for request in others[:1] for kind in KINDS if kind.name not in FEW]
    assert await wrongs(stand, plays) == []


@DIALECTS
async def test_every_fault_is_told_to_who_only_reads_or_takes_back(stand: Stand, dialect: Dialect) -> None:
    plays = [(request, kind) for request in of_(dialect, "track", "void") for kind in KINDS]
    assert await wrongs(stand, plays) == []


@DIALECTS
async def test_a_few_faults_are_told_by_every_operation(stand: Stand, dialect: Dialect) -> None:
    others = [one for one in of_(dialect) if one.effect != "acts" and one.name not in ("track", "void")]
    assert await wrongs(stand, [(one, kind) for one in others for kind in KINDS if kind.name in FEW]) == []


# --- the document -----------------------------------------------------------------------------------------------------


def test_the_document_says_one_thing_of_each_fault_on_each_operation() -> None:
    lines = said(FILE.read_text("utf-8"))
    told = {
        (kind.name, f"{one.dialect.value} {one.name}"): sum(
            line[0] == kind.name and covers(line[1], one) for line in lines
        )
        for kind in KINDS
        for one in requests()
    }
    assert {play: times for play, times in told.items() if times != 1} == {}
    assert FILE.read_text("utf-8").startswith(document({}, {}))


def test_every_operation_is_asked_for_in_every_dialect_that_has_it() -> None:
    asked = {(one.name.split(" ")[0], one.dialect) for one in requests()}
    existing: set[tuple[str, Dialect]] = {
        (operation.value, dialect) for operation, dialect, _, _ in tables() if dialect is not Dialect.HEADER
    }
    existing |= {(operation, Dialect.JSON) for operation, dialect in existing if dialect is Dialect.SOAP}
    existing |= {(route.operation.value, Dialect.HEADER) for route in header.ROUTES}
    existing |= {(operation.value, Dialect.REST) for _method, _path, operation in rest.ROUTES}
    refused = {(Operation.LANDED_COST.value, Dialect.SOAP), (Operation.LANDED_COST.value, Dialect.JSON)}
    assert asked == existing - refused
