"""Void a shipment, or some of its packages.

XML: POST Void, VoidShipmentRequest. SOAP and JSON: the same root on Void or Ship. REST: DELETE
/api/shipments/v2409/void/cancel/{shipment}?trackingnumber=["1Z..."] with at most 20 numbers a call (Shipping.yaml);
more packages go in several calls whose results are joined.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import parse_qsl

import msgspec

from ups_gateway.errors import GatewayError, InvalidRequest, Refusal, UpsRefused
from ups_gateway.model import Account, Asked, RestCall, RestReply, Terms, Translated
from ups_gateway.translate import faults
from ups_gateway.translate.engine import Drop, From, Table, To
from ups_gateway.translate.operations.parts import REFERENCE, SOAP_REFERENCE, at, required, step, texts_at, warning_of

MOST_PACKAGES: Final = 20
MOST_OF_A_SHIPMENT: Final = 200
VERSION: Final = "v2409"

XML_REQUEST: Final[Table] = {
    "Request": {
        "TransactionReference": REFERENCE,
        "RequestAction": Drop("the path says it"),
        "RequestOption": Drop("not used, says the schema"),
    },
    "ShipmentIdentificationNumber": To("shipment"),
    "ExpandedVoidShipment": To(
        "packages", {"ShipmentIdentificationNumber": To("/shipment"), "TrackingNumber": To("/trackingnumber", [None])}
    ),
}

SOAP_REQUEST: Final[Table] = {
    "Request": {
        "RequestOption": Drop("a void has no options"),
        "SubVersion": Drop("the answer has no younger members"),
        "TransactionReference": SOAP_REFERENCE,
    },
    "VoidShipment": To(
        "packages", {"ShipmentIdentificationNumber": To("/shipment"), "TrackingNumber": To("/trackingnumber", [None])}
    ),
}

_STATUS: Final = required("Status", {"Code": From("Code", default=""), "Description": None})
SOAP_ANSWER: Final[Table] = {
    "SummaryResult": required("SummaryResult", {"Status": _STATUS}),
    "PackageLevelResult": From(
        "PackageLevelResults", [{"TrackingNumber": From("TrackingNumber", default=""), "Status": _STATUS}]
    ),
}

XML_ANSWER: Final[Table] = {
    "Status": From(
        "SummaryResult.Status",
        {
            # UPS answers type and code alike; REST has one pair for both (UPS.md 3.3)
            "StatusType": From("", {"Code": None, "Description": None}),
            "StatusCode": From("", {"Code": None, "Description": None}),
        },
    ),
    "PackageLevelResults": [
        {
            "TrackingNumber": None,
            "StatusCode": From("Status.Code", default="0"),
            "Description": From("Status.Description", default=""),
        }
    ],
}


def tracking_numbers(tree: Any) -> tuple[str, ...]:
    """The shipment's number first, then the packages'."""
    return texts_at(tree, "shipment", "trackingnumber")


def request(asked: Asked, _account: Account, _terms: Terms) -> Translated:
    """One DELETE, or one for every 20 packages."""
    shipment = asked.tree.get("shipment")
    if not shipment:
        raise InvalidRequest(
            "A ShipmentIdentificationNumber is needed to void.", location="ShipmentIdentificationNumber"
        )
    packages = list(texts_at(asked.tree, "trackingnumber"))
    if len(packages) > MOST_OF_A_SHIPMENT:
        raise InvalidRequest(f"A shipment has at most {MOST_OF_A_SHIPMENT} packages.", location="TrackingNumber")
    chunks = [packages[n : n + MOST_PACKAGES] for n in range(0, len(packages), MOST_PACKAGES)]
    return Translated(asked, tuple(call(shipment, chunk) for chunk in chunks or [[]]))


def call(shipment: str, packages: Sequence[str] = ()) -> RestCall:
    """The call that voids a shipment, or these packages of it."""
    query = {"trackingnumber": msgspec.json.encode(list(packages)).decode()} if packages else {}
    return RestCall("DELETE", f"/api/shipments/{VERSION}/void/cancel/{step(shipment)}", query)


def source(_translated: Translated, bodies: Sequence[Any]) -> Any:
    """The tree the templates read: the replies of all calls as one."""
    first = dict(bodies[0].get("VoidShipmentResponse", {}))
    first["PackageLevelResults"] = [
        result for body in bodies for result in at(body, "VoidShipmentResponse.PackageLevelResults")
    ]
    return first


def warning(bodies: Sequence[Any]) -> tuple[str, str] | None:
    """190119 and its like: done, with a remark."""
    return next(filter(None, (warning_of(body, "VoidShipmentResponse") for body in bodies)), None)


# --- what a void's reply means for the ledger (UPS.md section 6, Void) ------------------------------------------------

ALREADY: Final = "190117"
DONE_PICKUP_STANDS: Final = "190119"
FINAL: Final = frozenset(
    "190100 190101 190102 190103 190104 190105 190106 190108 190109 190110 190111 190112 190113 190114 190115 190118"
    " 190121 190122 190124 190125".split()
)
"""A retry cannot help: the shipment will be billed."""


@dataclass(frozen=True, slots=True)
class VoidVerdict:
    """What UPS's answer to a void amounts to; `words` are UPS's."""

    kind: Literal["voided", "voided_warning", "already", "final", "odd", "passing"]
    words: str


def packages_of(asked: RestCall) -> tuple[str, ...]:
    """The packages that a void names beside the shipment; none: the whole shipment is meant."""
    query = dict(parse_qsl(asked.sent_query)) or asked.query
    return tuple(re.findall(r"[0-9A-Za-z]+", query.get("trackingnumber", "")))


def packages_in(tree: Any) -> tuple[str, ...]:
    """The same of a request of the XML API."""
    return texts_at(tree, "ExpandedVoidShipment.TrackingNumber")


def voided_reply(packages: Sequence[str]) -> RestReply:
    """What UPS answers when it voids a shipment, or these packages: for a void whose reply was lost."""
    done = {"Code": "1", "Description": "Voided"}
    answer: dict[str, Any] = {
        "Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}},
        "SummaryResult": {"Status": done},
    }
    if packages:
        answer["PackageLevelResults"] = [{"TrackingNumber": number, "Status": done} for number in packages]
    return RestReply(200, {"content-type": "application/json"}, msgspec.json.encode({"VoidShipmentResponse": answer}))


def verdict(reply: RestReply) -> VoidVerdict:
    """voided; voided_warning (190119); already (190117); final: never; passing: try again; odd: an unlisted refusal, or
    success that left a package out."""
    body = faults.body_of(reply)
    errors = faults.errors_of(body)
    said = body.get("VoidShipmentResponse") if isinstance(body, dict) else None
    if 200 <= reply.status < 300 and not errors and isinstance(said, dict):
        return _done(texts_at(body, "VoidShipmentResponse.PackageLevelResults.Status.Code"), warning((body,)))
    refused = 200 <= reply.status < 500 and reply.status not in (401, 429) and not faults.about_the_bearer(errors)
    return _failed(errors, f"UPS answered with status {reply.status}.", certain=refused and bool(errors))


def old_verdict(tree: Any, errors: Sequence[Refusal], error: GatewayError | None) -> VoidVerdict:
    """The same of an answer of the XML API. `error`: what it amounts to; None: done, and `errors` are remarks."""
    if error is None:
        codes = texts_at(tree, "PackageLevelResults.StatusCode", "PackageLevelResults.StatusCode.Code")
        return _done(codes, (errors[0].code, errors[0].message) if errors else None)
    certain = isinstance(error, UpsRefused) and not error.transient
    return _failed(errors, error.message, certain=certain)


def _done(codes: Sequence[str], remark: tuple[str, str] | None) -> VoidVerdict:
    # 0 = Not Voided (Shipping.yaml)
    if "0" in codes:
        return VoidVerdict("odd", "Not all packages were voided.")
    return VoidVerdict("voided_warning" if remark else "voided", " ".join(remark) if remark else "Voided.")


def _failed(errors: Sequence[Refusal], otherwise: str, *, certain: bool) -> VoidVerdict:
    words = "; ".join(f"{error.code} {error.message}" for error in errors) or otherwise
    codes = {error.code for error in errors}
    if ALREADY in codes:
        return VoidVerdict("already", words)
    if DONE_PICKUP_STANDS in codes:
        return VoidVerdict("voided_warning", words)
    if codes & FINAL:
        return VoidVerdict("final", words)
    return VoidVerdict("odd" if certain else "passing", words)
