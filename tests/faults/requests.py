"""What an old program asks for, in each dialect in which that can be asked: the requests of the translation's cases.

The rule: nothing is written here that a case has; only numbers and digests are put in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlencode

from tests.gateway import accept, access, confirm, void
from tests.house import PASSWORD, USER
from tests.promises.speakers import HEADER, JSON, KNOWN, NUMBER, REST, SOAP, http
from tests.simulator.requests import landed_cost
from tests.translate.test_cases import CASES, call_of
from ups_gateway.model import Dialect, Operation

Effect = Literal["reads", "acts", "voids", "cancels"]
"""What it does at UPS: nothing; something that is billed or set in motion; it takes a shipment back, or something else.
"""

SHIPMENT: Final = NUMBER
DIGEST: Final = "rO0ABXNyAAdkaWdlc3Q="
ACCEPT_SOAP: Final = b"rO0ABXNy\n        AAdkaWdlc3Q="


@dataclass(frozen=True, slots=True)
class Request:
    """One operation in one dialect. `name` tells the ways of two-phase shipping apart."""

    name: str
    dialect: Dialect
    effect: Effect
    sent: bytes
    """With `SHIPMENT` and `DIGEST` in it where the number of a shipment, or the digest of a quote, belongs."""
    quote: bool = False
    """The access key asks for prices first."""

    def about(self, number: str, digest: str) -> bytes:
        """With these in their place."""
        head, _, body = self.sent.partition(b"\r\n\r\n")
        head, body = (part.replace(SHIPMENT.encode(), number.encode() or SHIPMENT.encode()) for part in (head, body))
        if digest:
            body = body.replace(ACCEPT_SOAP, digest.encode()).replace(DIGEST.encode(), digest.encode())
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        return http(method, target, body, lines | {"Content-Length": str(len(body))})


_SERVICES: Final = {
    Operation.PICKUP_CREATE: "soap_everything",
    Operation.PICKUP_RATE: "soap_specific_day",
    Operation.PICKUP_CANCEL: "soap_by_number",
    Operation.PICKUP_PENDING: "soap_on_call",
    Operation.PICKUP_FACILITIES: "soap_both_ends",
    Operation.PAPERLESS_UPLOAD: "soap_two_forms",
    Operation.PAPERLESS_PUSH: "soap_with_everything",
    Operation.PAPERLESS_DELETE: "soap",
    Operation.DANGEROUS_GOODS_PRECHECK: "soap_two_packages",
    Operation.DANGEROUS_GOODS_CHEMICALS: "soap",
    Operation.PRENOTIFICATION: "soap",
}
"""What the XML API did not have, by cases of the SOAP message."""
_CASES: Final[Mapping[Dialect, Mapping[Operation, str]]] = {
    Dialect.XML: {
        Operation.RATE: "transit_times",
        Operation.LABEL_RECOVERY: "by_tracking_number",
        Operation.TRACK: "number_last_activity",
        Operation.ADDRESS_CITY: "exact",
        Operation.ADDRESS_STREET: "valid_regional",
        Operation.TIME_IN_TRANSIT: "domestic",
        Operation.LOCATOR: "drop_locations",
        Operation.QUANTUM_VIEW: "nothing_new",
    },
    Dialect.SOAP: {
        Operation.RATE: "soap_shop_transit_times",
        Operation.SHIP: "soap_domestic",
        Operation.SHIP_CONFIRM: "soap_shipped",
        Operation.SHIP_ACCEPT: "soap_gif_without_page",
        Operation.LABEL_RECOVERY: "soap_one_candidate",
        Operation.TRACK: "soap_all_options",
        Operation.ADDRESS_STREET: "soap_ambiguous",
        Operation.TIME_IN_TRANSIT: "soap_international",
        **_SERVICES,
    },
    Dialect.JSON: {
        Operation.RATE: "json_one_service",
        Operation.SHIP: "json_two_packages",
        Operation.SHIP_CONFIRM: "json_quoted",
        Operation.SHIP_ACCEPT: "json_from_label_recovery",
        Operation.LABEL_RECOVERY: "json_candidates",
        Operation.TRACK: "json_last_activity",
        Operation.ADDRESS_CITY: "json_exact",
        Operation.ADDRESS_STREET: "json_valid",
        Operation.TIME_IN_TRANSIT: "json_security",
        Operation.LOCATOR: "json_access_points",
        Operation.QUANTUM_VIEW: "json_with_a_bookmark",
        Operation.PICKUP_CREATE: "json_lone_objects",
        Operation.PICKUP_RATE: "json_own_prices",
        Operation.PICKUP_CANCEL: "json_by_account",
        Operation.PICKUP_PENDING: "json_both_kinds",
        Operation.PICKUP_FACILITIES: "json_destination_alone",
        Operation.PAPERLESS_UPLOAD: "json_without_a_shipper_number",
        Operation.PAPERLESS_PUSH: "json_without_request",
        Operation.PAPERLESS_DELETE: "json_without_a_shipper_number",
        Operation.DANGEROUS_GOODS_PRECHECK: "json_without_request",
        Operation.DANGEROUS_GOODS_CHEMICALS: "json_one_substance",
        Operation.PRENOTIFICATION: "json_without_a_shipper_number",
    },
    Dialect.HEADER: {
        Operation.RATE: "header_v1807",
        Operation.SHIP: "header_v1",
        Operation.TRACK: "header_by_number",
        Operation.ADDRESS_STREET: "header_regional",
        Operation.TIME_IN_TRANSIT: "header_flat",
        Operation.PICKUP_CREATE: "header_without_request",
        Operation.PICKUP_CANCEL: "header_by_number",
        Operation.DANGEROUS_GOODS_PRECHECK: "header_early_rest",
        Operation.DANGEROUS_GOODS_CHEMICALS: "header_early_rest",
    },
    Dialect.REST: {
        Operation.RATE: "soap_shop_transit_times",
        Operation.SHIP: "soap_domestic",
        Operation.TRACK: "header_by_number",
        Operation.ADDRESS_STREET: "header_regional",
        Operation.TIME_IN_TRANSIT: "header_flat",
        Operation.LOCATOR: "drop_locations",
        Operation.QUANTUM_VIEW: "nothing_new",
        **_SERVICES,
    },
}
"""By dialect and operation, the folder under tests/translate/cases; for today's REST, what the case becomes."""

_ACTS: Final = frozenset(
    {
        Operation.SHIP,
        Operation.SHIP_CONFIRM,
        Operation.SHIP_ACCEPT,
        Operation.PICKUP_CREATE,
        Operation.PAPERLESS_UPLOAD,
        Operation.PAPERLESS_PUSH,
        Operation.PRENOTIFICATION,
    }
)
_TAKES_BACK: Final[Mapping[Operation, Effect]] = {
    Operation.VOID: "voids",
    Operation.PICKUP_CANCEL: "cancels",
    Operation.PAPERLESS_DELETE: "cancels",
}


def requests() -> tuple[Request, ...]:
    """All there are."""
    return tuple(_all())


def _all() -> Iterator[Request]:
    for dialect, cases in _CASES.items():
        for operation, case in cases.items():
            folder = CASES / operation.value / case
            sent = _passed_through(folder) if dialect is Dialect.REST else _old(folder)
            yield from _ways(operation, dialect, sent)
    key = access("DEMO0ACCESS0KEY0", USER, PASSWORD)
    for operation, tool, document in (
        (Operation.SHIP_CONFIRM, "ShipConfirm", confirm()),
        (Operation.SHIP_ACCEPT, "ShipAccept", accept(DIGEST)),
        (Operation.VOID, "Void", void(SHIPMENT)),
    ):
        yield from _ways(operation, Dialect.XML, http("POST", f"/ups.app/xml/{tool}", (key + document).encode()))
    for speaker in (SOAP, JSON, HEADER, REST):
        yield from _ways(Operation.VOID, Dialect(speaker.name), speaker.void(KNOWN))
    quote = json.dumps(landed_cost()).encode()
    yield Request(Operation.LANDED_COST, Dialect.REST, "reads", _rest("POST", "/api/landedcost/v1/quotes", quote))
    for dialect, target in ((Dialect.HEADER, "/ship/v1/shipments/labels"), (Dialect.REST, "/api/labels/v1/recovery")):
        mailing = json.loads((CASES / Operation.LABEL_RECOVERY / "header_by_number/legacy-request.json").read_text())
        mailed = _rest("POST", target, json.dumps(mailing).encode())
        yield Request(f"{Operation.LABEL_RECOVERY} mailed again", dialect, "acts", mailed)
        del mailing["LabelRecoveryRequest"]["LabelDelivery"]
        yield from _ways(Operation.LABEL_RECOVERY, dialect, _rest("POST", target, json.dumps(mailing).encode()))


def _ways(operation: Operation, dialect: Dialect, sent: bytes) -> Iterator[Request]:
    """A confirm in both its modes; an accept where it is the one that ships."""
    effect: Effect = "acts" if operation in _ACTS else _TAKES_BACK.get(operation, "reads")
    if operation is Operation.SHIP_CONFIRM:
        yield Request(f"{operation} as a quote", dialect, "reads", sent, quote=True)
    yield Request(operation, dialect, effect, sent, quote=operation is Operation.SHIP_ACCEPT)


def _old(folder: Path) -> bytes:
    call = call_of(folder)
    target = f"{call.path}?{call.query}" if call.query else call.path
    return http(call.method, target, call.body, dict(call.headers))


def _passed_through(folder: Path) -> bytes:
    (call, *_) = json.loads((folder / "rest-request.json").read_text("utf-8"))["calls"]
    target = f"{call['path']}?{urlencode(call['query'])}" if call["query"] else call["path"]
    body = b"" if call["body"] is None else json.dumps(call["body"]).encode()
    return _rest(call["method"], target, body, call["headers"])


def _rest(method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    return http(method, target, body, {"Content-Type": "application/json", **KNOWN.headers, **(headers or {})})
