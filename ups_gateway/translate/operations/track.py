"""Track a package, a shipment or a reference number.

XML, SOAP and legacy JSON: TrackRequest. REST: GET /api/track/v1/details/{number}, /shipment/details/{number} (pages of
50) or /reference/details/{reference}. REST always answers everything; what the old RequestOption asked for is chosen
here (UPS.md 3.5; the options' meaning: Tracking XML guide p. 96-97).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from ups_gateway.errors import InvalidRequest, Refusal, UpsRefused
from ups_gateway.model import Account, Asked, RestCall, RestReply, Terms, Translated
from ups_gateway.translate import faults
from ups_gateway.translate.engine import ABSENT, Drop, Table, To, amend
from ups_gateway.translate.operations.parts import ECHOED, at, listed, step, texts_at
from ups_gateway.translate.operations.track_shipments import shipment_tree

PAGE: Final = 50
"""Packages of one shipment/details answer (its documented default)."""
MOST_PAGES: Final = 20
OLD_REFERENCE_DAYS: Final = 30
"""The old API searched references picked up in the last 30 days, REST only 14 (Tracking Web Service guide)."""

CODES: Final = {
    "TV1001": Refusal("151036", "Either tracking number or reference number required"),
    "TV1002": Refusal("151018", "Invalid tracking number"),
    "TV1003": Refusal("154010", "Invalid inquiry number"),
    "TW0001": Refusal("151044", "No tracking information available"),
    "TX0001": Refusal("150000", "Tracking service unavailable"),
    "TX0002": Refusal("150000", "Tracking service unavailable"),
}
"""REST tracking has codes of its own; old programs know these."""

_NO_PARAMETER: Final = Drop("REST tracking has no such parameter")

XML_REQUEST: Final[Table] = {
    "Request": {
        "TransactionReference": {
            "CustomerContext": ECHOED,
            "XpciVersion": ECHOED,
            "TransactionIdentifier": Drop("it is UPS's own, given with an answer"),
            "ToolVersion": ECHOED,
        },
        "RequestAction": Drop("the path says it"),
        "RequestOption": To("/options", [None]),
    },
    "TrackingNumber": To("number"),
    "ShipmentIdentificationNumber": To("shipment"),
    "CandidateBookmark": Drop("REST gives no candidate list that it could come from"),
    "ReferenceNumber": {"Value": To("/reference")},
    "PickupDateRange": {"BeginDate": To("/from"), "EndDate": To("/to")},
    "ShipperNumber": To("shipper"),
    "DestinationPostalCode": To("zip"),
    "DestinationCountryCode": To("country"),
    "OriginPostalCode": _NO_PARAMETER,
    "OriginCountryCode": _NO_PARAMETER,
    "ShipmentType": {"Code": To("/type"), "Description": Drop("the code says it")},
    "IncludeMailInnovationIndicator": Drop("REST tracks Mail Innovations by number alone"),
    "TrackingOption": Drop("REST tells the kind of a number by itself"),
    "UPSWorldWideExpressFreightShipment": Drop("REST tells the kind of a number by itself"),
    "IncludeFreight": Drop("REST tells the kind of a number by itself"),
    "ShipperAccountInfo": _NO_PARAMETER,
    "PreauthorizedReturnIndicator": _NO_PARAMETER,
    "Locale": To("locale"),
}

SOAP_REQUEST: Final[Table] = {
    **amend(
        XML_REQUEST,
        {
            "Request.TransactionReference.XpciVersion": ABSENT,
            "Request.TransactionReference.ToolVersion": ABSENT,
            "Request.RequestAction": ABSENT,
            "Request.SubVersion": Drop("REST tracking has one version"),
            "TrackingNumber": ABSENT,
            "ShipmentIdentificationNumber": ABSENT,
            "ReferenceNumber.Code": Drop("REST searches by the value alone"),
            "DestinationPostalCode": ABSENT,
            "DestinationCountryCode": ABSENT,
            "OriginPostalCode": ABSENT,
            "OriginCountryCode": ABSENT,
            "UPSWorldWideExpressFreightShipment": ABSENT,
            "IncludeFreight": ABSENT,
        },
    ),
    "InquiryNumber": To("number"),
    "ShipFrom": _NO_PARAMETER,
    "ShipTo": {"Address": {"PostalCode": To("/zip"), "CountryCode": To("/country")}},
}

# --- asking -----------------------------------------------------------------------------------------------------------


def tracking_numbers(tree: Any) -> tuple[str, ...]:
    """The package's or the shipment's number."""
    return texts_at(tree, "number", "shipment")


def accounts(tree: Any) -> tuple[str, ...]:
    """The shipper whose references are searched."""
    return texts_at(tree, "shipper")


def request(asked: Asked, _account: Account, terms: Terms) -> Translated:
    """A GET by number, by shipment (first page) or by reference."""
    tree = asked.tree
    query = {"locale": tree["locale"]} if "locale" in tree else {}
    if tree.get("number"):
        options = bits(tree.get("options", ()))
        if options & SIGNATURE:
            query["returnSignature"] = "true"
        if options & (RECEIVER | COD):
            query["returnPOD"] = "true"
        return Translated(asked, (RestCall("GET", f"/api/track/v1/details/{step(tree['number'])}", query),))
    if tree.get("shipment"):
        return Translated(asked, (_page(tree["shipment"], query, 0),))
    if not tree.get("reference"):
        raise InvalidRequest("A tracking number, shipment number or reference number is needed to track.")
    filled = []
    names = {
        "from": "fromPickUpDate",
        "to": "toPickUpDate",
        "country": "destCountry",
        "zip": "destZip",
        "shipper": "shipperNum",
    }
    query |= {names[name]: tree[name] for name in names if name in tree}
    query["refNumType"] = "fgv" if tree.get("type") == "02" else "SmallPackage"
    if "from" not in tree and terms.today.year > 1:
        query["fromPickUpDate"] = (terms.today - timedelta(days=OLD_REFERENCE_DAYS)).strftime("%Y%m%d")
        query.setdefault("toPickUpDate", terms.today.strftime("%Y%m%d"))
        filled = ["fromPickUpDate"]
    path = f"/api/track/v1/reference/details/{step(tree['reference'])}"
    return Translated(asked, (RestCall("GET", path, query),), defaults=tuple(filled))


def _page(shipment: str, query: dict[str, str], offset: int) -> RestCall:
    path = f"/api/track/v1/shipment/details/{step(shipment)}"
    return RestCall("GET", path, {**query, "offset": str(offset), "count": str(PAGE)})


def more(translated: Translated, replies: Sequence[RestReply]) -> RestCall | None:
    """The next page of a shipment: pages come until one holds fewer packages than asked for."""
    tree = translated.asked.tree
    if "number" in tree or "shipment" not in tree or not replies or len(replies) >= MOST_PAGES:
        return None
    packages = list(at(faults.body_of(replies[-1]), "trackResponse.shipment.package"))
    if len(packages) < PAGE:
        return None
    query = {name: value for name, value in translated.calls[0].query.items() if name == "locale"}
    return _page(tree["shipment"], query, PAGE * len(replies))


ALL, RECEIVER, COD, SIGNATURE = 1, 2, 4, 8


def bits(options: Iterable[str]) -> int:
    """RequestOption as a sum of ALL, RECEIVER, COD and SIGNATURE; nothing asked for is the last activity alone."""
    total = 0
    for option in options:
        if option.lower() == "activity":
            total |= ALL
        elif option.isdecimal() and len(option) < 10:
            total |= int(option) & 15
    return total


# --- answering --------------------------------------------------------------------------------------------------------


def source(translated: Translated, bodies: Sequence[Any]) -> Any:
    """Shipments as the template wants them; raises UpsRefused when UPS knows nothing of the number."""
    tree = translated.asked.tree
    shipments = [item for body in bodies for item in at(body, "trackResponse.shipment") if isinstance(item, dict)]
    if not any("package" in shipment for shipment in shipments):
        raise _not_found(shipments)
    if "number" not in tree and "shipment" in tree:
        packages = [package for shipment in shipments for package in listed(shipment.get("package"))]
        shipments = [{"inquiryNumber": tree["shipment"], **shipments[0], "package": packages}]
    every = bool(bits(tree.get("options", ())) & ALL)
    return {
        "Shipment": [shipment_tree(shipment, every_activity=every) for shipment in shipments if "package" in shipment]
    }


def _not_found(shipments: Iterable[Any]) -> UpsRefused:
    warnings = [
        Refusal(str(warning.get("code", "TW0001")), str(warning.get("message", "")))
        for shipment in shipments
        for warning in listed(shipment.get("warnings"))
        if isinstance(warning, dict)
    ]
    known = tuple(CODES.get(warning.code, warning) for warning in warnings)
    return UpsRefused(known or (CODES["TW0001"],), http_status=200)
