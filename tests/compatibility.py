"""Writes docs/compatibility.md from the field tables themselves: python -m tests.compatibility [--check]

What is counted: the paths a table names (known), those that reach REST or are filled from it (carried), and those
dropped with a reason. That no path of UPS's old schemas is missing is proved by tests/translate/test_completeness.py.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from ups_gateway.model import Dialect, Operation
from ups_gateway.translate.dialects import header, rest
from ups_gateway.translate.dialects.services import RETIRED
from ups_gateway.translate.engine import Covered, Table, covered
from ups_gateway.translate.operations import SPECS

FILE: Final = Path(__file__).parent.parent / "docs" / "compatibility.md"

_BY_THREE_STACKS: Final = (
    Operation.RATE,
    Operation.SHIP_CONFIRM,
    Operation.SHIP_ACCEPT,
    Operation.VOID,
    Operation.LABEL_RECOVERY,
    Operation.TRACK,
    Operation.ADDRESS_STREET,
    Operation.TIME_IN_TRANSIT,
    Operation.PICKUP_CREATE,
    Operation.PICKUP_RATE,
    Operation.PICKUP_CANCEL,
)
CLIENTS: Final[Mapping[Dialect, Mapping[str, tuple[Operation, ...]]]] = {
    Dialect.XML: {
        "npm shipping-ups 0.5.7": (
            Operation.RATE,
            Operation.SHIP_CONFIRM,
            Operation.SHIP_ACCEPT,
            Operation.VOID,
            Operation.TRACK,
            Operation.ADDRESS_STREET,
            Operation.TIME_IN_TRANSIT,
        ),
        "npm ups-api 0.4.2": (Operation.TRACK, Operation.LOCATOR),
        "ClassicUPS3 0.1.8": (Operation.SHIP_CONFIRM, Operation.SHIP_ACCEPT, Operation.TRACK),
    },
    Dialect.SOAP: {
        "zeep 4.3": (
            Operation.RATE,
            Operation.SHIP,
            Operation.SHIP_CONFIRM,
            Operation.SHIP_ACCEPT,
            Operation.VOID,
            Operation.LABEL_RECOVERY,
            Operation.TRACK,
            Operation.ADDRESS_STREET,
            Operation.TIME_IN_TRANSIT,
            Operation.PICKUP_CREATE,
            Operation.PICKUP_RATE,
            Operation.PICKUP_CANCEL,
            Operation.PICKUP_PENDING,
            Operation.PICKUP_FACILITIES,
            Operation.PAPERLESS_UPLOAD,
            Operation.PAPERLESS_PUSH,
            Operation.PAPERLESS_DELETE,
            Operation.DANGEROUS_GOODS_PRECHECK,
            Operation.DANGEROUS_GOODS_CHEMICALS,
        ),
        "PHP SoapClient": (
            Operation.RATE,
            Operation.SHIP,
            Operation.SHIP_CONFIRM,
            Operation.SHIP_ACCEPT,
            Operation.VOID,
            Operation.LABEL_RECOVERY,
            Operation.TRACK,
            Operation.ADDRESS_STREET,
            Operation.TIME_IN_TRANSIT,
            Operation.PICKUP_CREATE,
            Operation.PICKUP_RATE,
            Operation.PICKUP_CANCEL,
        ),
        **dict.fromkeys((".NET proxies (Mono)", "npm soap 0.45", "suds 1.2"), _BY_THREE_STACKS),
    },
    Dialect.JSON: {
        "npm ups-api 0.4.2": (Operation.PAPERLESS_UPLOAD, Operation.PAPERLESS_PUSH),
        "darbiadev-ups 0.8": (Operation.TRACK, Operation.TIME_IN_TRANSIT),
    },
    Dialect.HEADER: {
        "npm ups-api 0.4.2": (
            Operation.SHIP,
            Operation.VOID,
            Operation.LABEL_RECOVERY,
            Operation.TRACK,
            Operation.PICKUP_CREATE,
        ),
        "darbiadev-ups 0.8": (Operation.ADDRESS_STREET,),
    },
}
"""Unmodified third-party clients that the tests in tests/clients drive, by what they prove."""

HEAD: Final = """\
# Compatibility

Made by `python -m tests.compatibility` from the field tables in `ups_gateway/translate/operations/`; a test compares
this file with them. *Known* are the elements of the old message that the table names, *carried* those that reach
UPS's REST API or are filled from it, *dropped* those that REST has no place for, with the reasons below. JSON and
early REST (header) use the tables of SOAP where no other line stands. *Proved by* names unmodified third-party clients
that the test run drives through the gateway against the simulated UPS. Nothing here was seen against the live service.

"""


def document() -> str:
    """The whole file."""
    return HEAD + "\n".join([*_matrix(), "", *_refused(), "", *_reasons(), ""])


def tables() -> Iterator[tuple[Operation, Dialect, Table | None, Table | None]]:
    for operation in Operation:
        spec = SPECS.get(operation)
        for dialect in (Dialect.XML, Dialect.SOAP, Dialect.JSON, Dialect.HEADER):
            if spec is not None and (dialect in spec.requests or dialect in spec.answers):
                yield operation, dialect, spec.requests.get(dialect), spec.answers.get(dialect)


def _matrix() -> Iterator[str]:
    yield "| operation | dialect | request: known / carried / dropped | answer: known / carried / dropped | proved by |"
    yield "|---|---|---|---|---|"
    for operation, dialect, request, answer in tables():
        clients = [name for name, proved in CLIENTS.get(dialect, {}).items() if operation in proved]
        yield f"| {operation} | {dialect} | {_counts(request)} | {_counts(answer)} | {', '.join(clients) or '-'} |"
    early = ", ".join(sorted({route.operation.value for route in header.ROUTES}))
    proved = (f"{name}: {', '.join(sorted(one.value for one in ops))}" for name, ops in CLIENTS[Dialect.HEADER].items())
    yield f"| {early} | header | as soap | UPS's own | {'; '.join(proved)} |"
    passed = ", ".join(sorted({operation.value for _method, _path, operation in rest.ROUTES}))
    yield f"| {passed} | rest | unchanged | unchanged | - |"


def _counts(table: Table | None) -> str:
    if table is None:
        return "-"
    rows: dict[str, Covered] = {row.path: row for row in covered(table)}
    dropped = sum(1 for row in rows.values() if row.reason)
    return f"{len(rows)} / {len(rows) - dropped} / {dropped}"


def _refused() -> Iterator[str]:
    yield "## Refused, because UPS has no successor"
    yield ""
    yield from (f"- {root}: {words}" for root, words in sorted(RETIRED.items()))


def _reasons() -> Iterator[str]:
    yield "## Dropped, and why"
    for operation, dialect, request, answer in tables():
        for side, table in (("request", request), ("answer", answer)):
            rows = [row for row in covered(table or {}) if row.reason]
            if rows:
                yield ""
                yield f"### {operation}, {dialect} {side}"
                yield ""
                yield from (f"- `{row.path}`: {row.reason}" for row in rows)


def main() -> int:
    """Writes the file; with --check says whether it is current."""
    text = document()
    if "--check" in sys.argv[1:]:
        return int(FILE.read_text("utf-8") != text)
    FILE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
