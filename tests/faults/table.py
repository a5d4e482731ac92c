"""Writes docs/faults.md from what was played, and finds the line of the document that speaks of one play.

The rule: plays that ended alike share a line, and a line names all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.faults.kinds import KINDS, Kind
from tests.faults.playing import DONE, Outcome
from tests.faults.requests import Effect, Request, requests
from tests.faults.told import AS_IT_CAME, GOOD, Told
from ups_gateway.model import Dialect

FILE: Final = Path(__file__).parents[2] / "docs" / "faults.md"
HEAD: Final = """\
# Faults of UPS, and what becomes of them

Made by `python -m tests.faults`, which plays every fault on every operation in every dialect through the gateway and
the simulated UPS, on real sockets; the test run plays a part of it and compares. *Severity* is what XML, SOAP and
legacy JSON tell, with the seconds that UPS said to wait; *status* is what programs of early (header) and today's REST
see (XML and JSON faults have status 200, SOAP's 500). *Asked* is how often UPS was. *Again*: the same request comes
once more when UPS is well. What UPS may have done is `unknown` in the ledger until a person says which, and UPS is not
asked for it again meanwhile; what it surely did not do may be tried again. A void of a shipment that is `voiding` is
tried again by the gateway until UPS has said its last word.

"""
COLUMNS: Final = ("fault", "asked for", "told", "severity", "status", "asked", "ledger", "again")
_EFFECTS: Final[Mapping[Effect, str]] = {
    "reads": "all that only reads",
    "acts": "all that UPS acts on",
    "voids": "every void of a shipment",
    "cancels": "all else that takes back",
}
_BUT: Final = ", but not "
_LONGEST: Final = 120

Plays = Mapping[tuple[Request, Kind], Outcome]
Healthy = Mapping[Request, Outcome]


@dataclass(frozen=True, slots=True)
class Cells:
    """One play, as the table says it. Severity or status is empty, by the dialect."""

    fault: str
    effect: Effect
    told: str
    severity: str
    status: str
    asked: str
    ledger: str
    again: str

    @property
    def shared(self) -> tuple[str, ...]:
        """What plays of one line have in common."""
        return self.fault, self.effect, self.told, self.asked, self.ledger, self.again


def cells(request: Request, kind: Kind, outcome: Outcome, healthy: Outcome) -> Cells:
    """`healthy`: what comes of the request without a fault."""
    told = outcome.told
    good = told.code == healthy.told.code
    tells_status = request.dialect in (Dialect.HEADER, Dialect.REST)
    severity = f"{told.severity}, {told.wait} s" if told.wait else told.severity
    as_ever = good and outcome.ledger == healthy.ledger
    return Cells(
        kind.name,
        request.effect,
        "as without the fault" if good else _words(told),
        "" if good or tells_status else severity,
        f"{request.dialect.value} {told.status}" if tells_status and not good else "",
        str(outcome.asked),
        "" if request.effect == "reads" and as_ever else "as without the fault" if as_ever else _ledger(outcome),
        _again(outcome),
    )


def _words(told: Told) -> str:
    if told.code == AS_IT_CAME:
        return told.code
    words = re.sub(r"for its \S+ service", "for this service", told.words)
    words = re.sub(r"[\d.]+ seconds", "the seconds there were", words)
    words = re.sub(r"(Connect call failed) .*?\)", r"\1", words)
    first = words.partition(". ")[0].rstrip(".").encode("ascii", "backslashreplace").decode()
    first = "".join(character if character.isprintable() else "?" for character in first)
    return f"{told.code} {first.replace('|', '/')}"[:_LONGEST]


def _ledger(outcome: Outcome) -> str:
    return ", ".join(sorted({"created" if state in DONE else state.value for state in outcome.ledger}))


def _again(outcome: Outcome) -> str:
    again = outcome.again
    if again is None:
        return ""
    if again.asked:
        return "UPS is asked"
    return "the same answer" if again.told.code == GOOD else "refused, UPS is not asked"


# --- lines ------------------------------------------------------------------------------------------------------------


def lines(plays: Plays, healthy: Healthy) -> Iterator[tuple[str, ...]]:
    """The columns of each line."""
    grouped: dict[tuple[str, ...], list[tuple[Request, Cells]]] = {}
    for (request, kind), outcome in plays.items():
        said = cells(request, kind, outcome, healthy[request])
        grouped.setdefault(said.shared, []).append((request, said))
    order = {kind.name: at for at, kind in enumerate(KINDS)}
    for shared, those in sorted(grouped.items(), key=lambda item: (order[item[0][0]], item[0][1] != "reads")):
        fault, _, told, asked, ledger, again = shared
        severity = " or ".join(sorted({said.severity for _, said in those if said.severity}))
        status = ", ".join(sorted({said.status for _, said in those if said.status}))
        yield fault, who([request for request, _ in those]), told, severity, status, asked, ledger, again


def who(those: Sequence[Request]) -> str:
    """All of an effect, in all dialects or in these; else by name."""
    (effect,) = {request.effect for request in those}
    alike = [request for request in requests() if request.effect == effect]
    if len(those) == len(alike):
        return _EFFECTS[effect]
    dialects = {request.dialect for request in those}
    if len(those) == sum(request.dialect in dialects for request in alike):
        return f"{_EFFECTS[effect]} ({_listed(dialects)})"
    missing = [request for request in alike if request not in those]
    if len(missing) < len(those):
        return f"{_EFFECTS[effect]}{_BUT}{_named(missing)}"
    return _named(those)


def _named(those: Sequence[Request]) -> str:
    by_name: dict[str, list[Dialect]] = {}
    for request in those:
        by_name.setdefault(request.name, []).append(request.dialect)
    return "; ".join(f"{name} ({_listed(spoken)})" for name, spoken in sorted(by_name.items()))


def _listed(dialects: Iterable[Dialect]) -> str:
    return ", ".join(dialect.value for dialect in Dialect if dialect in set(dialects))


def covers(who: str, request: Request) -> bool:
    """Whether a line's second column names this request."""
    every, but, others = who.partition(_BUT)
    if but:
        return every == _EFFECTS[request.effect] and not covers(others, request)
    for part in who.split("; "):
        name, _, spoken = part.removesuffix(")").partition(" (")
        if name in (request.name, _EFFECTS[request.effect]):
            return not spoken or request.dialect.value in spoken.split(", ")
    return False


def document(plays: Plays, healthy: Healthy) -> str:
    """The whole file."""
    rows = [COLUMNS, ("---",) * len(COLUMNS), *lines(plays, healthy)]
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def said(text: str) -> list[tuple[str, ...]]:
    """The lines of a document."""
    table = [line for line in text.splitlines() if line.startswith("| ")]
    return [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in table[2:]]


def speaks_of(line: Sequence[str], request: Request, play: Cells) -> bool:
    """Whether this line of the document says what came of this play."""
    fault, asked_for, told, severity, status, asked, ledger, again = line
    if (fault, told, asked, ledger, again) != (play.fault, play.told, play.asked, play.ledger, play.again):
        return False
    shown = play.severity in severity.split(" or ") if play.severity else True
    return shown and (not play.status or play.status in status.split(", ")) and covers(asked_for, request)
