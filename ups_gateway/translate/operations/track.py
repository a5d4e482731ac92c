"""Track a package, a shipment or a reference number.

XML: POST Track, TrackRequest. REST: GET /api/track/v1/details/{number}, /shipment/details/{number} (pages of 50) or
/reference/details/{reference}. REST always answers everything; what the old RequestOption asked for is chosen here
(UPS.md 3.5; the options' meaning: Tracking XML guide p. 96-97).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from ups_gateway.errors import InvalidRequest, Refusal, UpsRefused
from ups_gateway.model import Account, Asked, RestCall, RestReply, Terms, Translated
from ups_gateway.translate import faults
from ups_gateway.translate.engine import FLAG, Drop, From, Made, Table, To, leaves
from ups_gateway.translate.operations.parts import ECHOED, at, listed, texts_at

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

_FREIGHT: Final = Drop("freight and ocean shipments only; REST tracking has no such member")
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

ADDRESS: Final[Table] = {
    "AddressLine1": From("addressLine1"),
    "AddressLine2": From("addressLine2"),
    "AddressLine3": From("addressLine3"),
    "City": From("city"),
    "StateProvinceCode": From("stateProvince"),
    "PostalCode": From("postalCode"),
    "CountryCode": Made(lambda node: node.get("countryCode") or node.get("country"), ("countryCode", "country")),
}


def _trimmed(text: str) -> str:
    # UPS's test environment ends status codes with a carriage return, written as a character reference
    return text.replace("&#xD;", "").strip()


def _time(text: str) -> str:
    # REST leaves out leading zeros in gmtTime
    return text.zfill(6) if text.isdigit() else text


def _service(node: dict[str, Any]) -> str | None:
    """levelCode has three digits where the old API had two: 003 -> 03."""
    code = str(node.get("levelCode") or node.get("code") or "")
    return code[1:] if len(code) == 3 and code.startswith("0") else code or None


ACTIVITY: Final[Table] = {
    "AlternateTrackingInfo": Drop("REST gives alternate numbers for the package, not for an activity"),
    "ActivityLocation": From(
        "",
        {
            "Address": From("location.address", ADDRESS),
            "AddressArtifactFormat": Drop("REST gives the same address in its usual form"),
            "TransportFacility": Drop("REST tracking has no such member"),
            "Code": Drop("REST names the place of delivery in words only"),
            "Description": From("delivery.location"),
            "SignedForByName": From("delivery.receivedBy"),
            "SignatureImage": From(
                "delivery.signature",
                {
                    "GraphicImage": From("image"),
                    "ImageFormat": Made(
                        lambda _node: {"Code": "GIF"}, (), {"Code": None, "Description": _NO_PARAMETER}
                    ),
                },
            ),
            "PODLetter": From("delivery.pod", {"HTMLImage": From("content")}),
            "ElectronicDeliveryNotification": Drop("REST tracking has no such member"),
        },
    ),
    "Status": From(
        "status",
        {
            "StatusType": From("", {"Code": From("type", via=_trimmed), "Description": From("description")}),
            "StatusCode": From(
                "", {"Code": From("code", via=_trimmed, default=""), "Description": From("simplifiedTextDescription")}
            ),
        },
    ),
    # every Activity needs a Date: clients sort by it
    "Date": From("date", default=""),
    "Time": From("time", via=_time),
    "GMTDate": From("gmtDate"),
    "GMTTime": From("gmtTime", via=_time),
    "GMTOffset": From("gmtOffset"),
    "DeliveryDateFromManifestIndicator": Drop("REST tracking has no such member"),
    "NextScheduleActivity": Drop("REST gives the schedule for the package, in deliveryDate"),
    "SensorEventIndicator": Drop("REST marks the package, not the activity, as having sensor events"),
}

PACKAGE: Final[Table] = {
    "TrackingNumber": From("trackingNumber"),
    "DeliveryIndicator": Made(lambda node: "Y" if node["delivered"] else None, ("deliveryDate",)),
    "DeliveryDate": From("delivered"),
    "RescheduledDeliveryDate": From("rescheduled"),
    "RescheduledDeliveryTime": Made(
        lambda node: node["due_time"] if node["rescheduled"] else None, ("deliveryTime.endTime",)
    ),
    "SRSizeCode": Drop("REST tracking has no such member"),
    "Redirect": From(
        "accessPointInformation",
        {
            "CompanyName": Drop("REST names no access point, only its date"),
            "LocationID": Drop("REST names no access point, only its date"),
            "PickupDate": From("pickupByDate"),
            "UPSAPAddress": Drop("REST names no access point, only its date"),
        },
    ),
    "Reroute": Drop("REST gives the address of delivery, not what changed it"),
    "ReturnTo": Drop("REST gives the address of delivery, not what changed it"),
    "PackageServiceOptions": From(
        "",
        {
            "COD": From(
                "cod",
                {
                    "CODAmount": From(
                        "", {"CurrencyCode": From("currency"), "MonetaryValue": From("amount", default="0.00")}
                    ),
                    "ControlNumber": From("id"),
                    "CODStatus": Made(lambda node: "Paid" if node.get("paid") else "Not paid", ("paid",)),
                },
            ),
            "SignatureRequired": From("signature_required", {"Code": None, "Description": None}),
            "ImportControl": Drop("REST tracking has no such member"),
            "CommercialInvoiceRemoval": Drop("REST tracking has no such member"),
            "UPScarbonneutral": From("carbon_neutral", FLAG),
            "USPSPICNumber": From("usps_number"),
            "ExchangeBased": Drop("REST tracking has no such member"),
            "PackAndCollect": Drop("REST tracking has no such member"),
        },
    ),
    "Activity": From("activity", [ACTIVITY]),
    "Message": Drop("REST tracking has no such member"),
    "PackageWeight": From(
        "weight",
        {
            "UnitOfMeasurement": From("", {"Code": From("unitOfMeasurement"), "Description": _NO_PARAMETER}),
            "Weight": From("weight"),
        },
    ),
    "ReferenceNumber": From("references", [{"Code": From("code"), "Value": From("number")}]),
    "ProductType": Drop("REST tracking has no such member"),
    "LocationAssured": Drop("REST tracking has no such member"),
    "AlternateTrackingNumber": From("other_numbers", [None]),
    "AlternateTrackingInfo": From("typed_numbers", [{"Type": From("type"), "Value": From("number")}]),
    "Accessorial": Drop("REST names services in words; those with an element of their own are given there"),
    "DimensionalWeightScanIndicator": Drop("REST tracking has no such member"),
    "PreauthorizedReturnInformation": Drop("REST tracking has no such member"),
    "UPSPremierAccessorial": From("premier", {"Code": None, "Description": None}),
}

XML_ANSWER: Final[Table] = {
    "Shipment": [
        {
            "InquiryNumber": From(
                "",
                {"Code": From("kind"), "Description": From("kind_words"), "Value": From("inquiryNumber", default="")},
            ),
            "ShipmentType": Made(
                lambda _node: {"Code": "01", "Description": "Small Package"}, (), leaves("Code Description")
            ),
            "CandidateBookmark": Drop("REST gives no candidate list"),
            "Shipper": From("", {"ShipperNumber": From("shipper_number"), "Address": From("origin", ADDRESS)}),
            "ShipTo": From("", {"Address": From("destination", ADDRESS)}),
            "ShipmentWeight": From(
                "weight",
                {
                    "UnitOfMeasurement": From("", {"Code": From("unit"), "Description": _NO_PARAMETER}),
                    "Weight": From("weight"),
                },
            ),
            "Service": From(
                "package.service",
                {"Code": Made(_service, ("levelCode", "code")), "Description": From("description")},
            ),
            "ReferenceNumber": From(
                "references", [{"Code": From("code"), "Description": From("words"), "Value": From("number")}]
            ),
            "ShipmentIdentificationNumber": From("inquiryNumber"),
            "CurrentStatus": From(
                "package.currentStatus",
                {"Code": From("code", via=_trimmed, default=""), "Description": From("description", default="")},
            ),
            "PickupDate": From("pickup_date"),
            "DeliveryDetails": _FREIGHT,
            "DeliveryDateTime": _FREIGHT,
            "Volume": _FREIGHT,
            "BillToName": _FREIGHT,
            "PickUpServiceCenter": _FREIGHT,
            "NumberOfPieces": _FREIGHT,
            "NumberOfPallets": _FREIGHT,
            "ShipmentServiceOptions": Drop("REST gives cash on delivery for each package"),
            "EstimatedDeliveryDetails": _FREIGHT,
            "SignedForByName": _FREIGHT,
            "Activity": _FREIGHT,
            "OriginPortDetails": _FREIGHT,
            "DestinationPortDetails": _FREIGHT,
            "DescriptionOfGoods": _FREIGHT,
            "CargoReady": _FREIGHT,
            "Manifest": _FREIGHT,
            "CarrierActivityInformation": _FREIGHT,
            "Document": _FREIGHT,
            "DeliveryDateUnavailable": _FREIGHT,
            "ScheduledDeliveryDate": From("scheduled"),
            "ScheduledDeliveryTime": Made(
                lambda node: node["due_time"] if node["scheduled"] else None, ("deliveryTime.endTime",)
            ),
            "FileNumber": _FREIGHT,
            "Appointment": _FREIGHT,
            "Package": From("package", [PACKAGE]),
        }
    ]
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
    if "number" in tree:
        options = bits(tree.get("options", ()))
        if options & SIGNATURE:
            query["returnSignature"] = "true"
        if options & (RECEIVER | COD):
            query["returnPOD"] = "true"
        return Translated(asked, (RestCall("GET", f"/api/track/v1/details/{quote(tree['number'], safe='')}", query),))
    if "shipment" in tree:
        return Translated(asked, (_page(tree["shipment"], query, 0),))
    if "reference" not in tree:
        raise InvalidRequest("A TrackingNumber, ShipmentIdentificationNumber or ReferenceNumber is needed to track.")
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
    path = f"/api/track/v1/reference/details/{quote(tree['reference'], safe='')}"
    return Translated(asked, (RestCall("GET", path, query),), defaults=tuple(filled))


def _page(shipment: str, query: dict[str, str], offset: int) -> RestCall:
    path = f"/api/track/v1/shipment/details/{quote(shipment, safe='')}"
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
        elif option.isdigit():
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
    return {"Shipment": [_shipment(shipment, every_activity=every) for shipment in shipments if "package" in shipment]}


def _not_found(shipments: Iterable[Any]) -> UpsRefused:
    warnings = [
        Refusal(str(warning.get("code", "TW0001")), str(warning.get("message", "")))
        for shipment in shipments
        for warning in listed(shipment.get("warnings"))
        if isinstance(warning, dict)
    ]
    known = tuple(CODES.get(warning.code, warning) for warning in warnings)
    return UpsRefused(known or (CODES["TW0001"],), http_status=200)


def _shipment(shipment: dict[str, Any], *, every_activity: bool) -> dict[str, Any]:
    packages = [package for package in listed(shipment["package"]) if isinstance(package, dict)]
    first = packages[0] if packages else {}
    number = str(shipment.get("inquiryNumber") or first.get("trackingNumber") or "")
    made = [_package(package, every_activity=every_activity) for package in packages]
    return {
        "kind": "01",
        "kind_words": "ShipmentIdentificationNumber",
        "inquiryNumber": number,
        "shipper_number": number[2:8] if number.upper().startswith("1Z") and len(number) == 18 else None,
        "origin": _address(first, "ORIGIN"),
        "destination": _address(first, "DESTINATION"),
        "weight": _total_weight(packages),
        "references": [_reference(item) for item in listed(first.get("referenceNumber")) if _of_shipment(item)],
        "pickup_date": _pickup_date(first),
        "scheduled": _date(first, "SDD"),
        "due_time": _due_time(first),
        "package": made,
    }


def _package(package: dict[str, Any], *, every_activity: bool) -> dict[str, Any]:
    activities = [dict(item) for item in listed(package.get("activity")) if isinstance(item, dict)]
    services = listed(package.get("additionalServices"))
    delivered = next((item for item in activities if _status(item, "type") == "D"), None)
    if delivered is not None:
        delivered["delivery"] = package.get("deliveryInformation")
    numbers = [item for item in listed(package.get("alternateTrackingNumber")) if isinstance(item, dict)]
    return {
        **package,
        "activity": activities if every_activity else activities[:1],
        "delivered": _date(package, "DEL"),
        "rescheduled": _date(package, "RDD"),
        "due_time": _due_time(package),
        "references": [_reference(item) for item in listed(package.get("referenceNumber")) if not _of_shipment(item)],
        "cod": next((item for item in listed(package.get("paymentInformation")) if _is_cod(item)), None),
        "signature_required": next((words for name, words in _SIGNATURES.items() if name in services), None),
        "carbon_neutral": "" if "CARBON_NEUTRAL" in services else None,
        "premier": next((words for name, words in _PREMIER.items() if name in services), None),
        "usps_number": next((item.get("number") for item in numbers if item.get("type") == "USPS_PIC"), None),
        "other_numbers": [item.get("number") for item in numbers if not item.get("type")],
        "typed_numbers": [item for item in numbers if item.get("type")],
    }


_SIGNATURES: Final = {
    "ADULT_SIGNATURE_REQUIRED": {"Code": "A", "Description": "Adult Signature Required"},
    "SIGNATURE_REQUIRED": {"Code": "S", "Description": "Signature Required"},
}
_PREMIER: Final = {
    "UPS_PREMIER_SILVER": {"Code": "01", "Description": "UPS Premier Silver"},
    "UPS_PREMIER_GOLD": {"Code": "02", "Description": "UPS Premier Gold"},
    "UPS_PREMIER_PLATINUM": {"Code": "03", "Description": "UPS Premier Platinum"},
}


def _address(package: dict[str, Any], kind: str) -> Any:
    for item in listed(package.get("packageAddress")):
        if isinstance(item, dict) and item.get("type") == kind:
            return item.get("address")
    return None


def _total_weight(packages: Sequence[dict[str, Any]]) -> dict[str, str] | None:
    """Of the whole shipment, where all its packages are there and weighed in one unit."""
    weights = [package["weight"] for package in packages if isinstance(package.get("weight"), dict)]
    units = {str(weight.get("unitOfMeasurement", "")) for weight in weights}
    count = packages[0].get("packageCount", len(packages)) if packages else 0
    if len(weights) != count or len(units) != 1:
        return None
    try:
        total = sum(float(weight["weight"]) for weight in weights)
    except (KeyError, ValueError):
        return None
    return {"unit": units.pop(), "weight": f"{total:.2f}"}


def _of_shipment(reference: Any) -> bool:
    return isinstance(reference, dict) and "SHIPMENT" in str(reference.get("type", "")).upper()


def _reference(item: Any) -> dict[str, Any]:
    """REST types references in words; an old Code has two characters."""
    kind = str(item.get("type") or "") if isinstance(item, dict) else ""
    short = kind if len(kind) <= 2 else ""
    return {
        "code": short or None,
        "words": kind if kind and not short else None,
        "number": item.get("number") if isinstance(item, dict) else None,
    }


def _pickup_date(package: dict[str, Any]) -> str | None:
    """The day of the first pickup or origin scan: REST has no member for it. Activities come newest first."""
    for activity in reversed(listed(package.get("activity"))):
        if isinstance(activity, dict) and (_status(activity, "type") == "P" or _status(activity, "code") == "OR"):
            return activity.get("date")
    return None


def _status(activity: dict[str, Any], name: str) -> str:
    status = activity.get("status")
    return _trimmed(str(status.get(name) or "")) if isinstance(status, dict) else ""


def _date(package: dict[str, Any], kind: str) -> str | None:
    for item in listed(package.get("deliveryDate")):
        if isinstance(item, dict) and item.get("type") == kind:
            return item.get("date") or None
    return None


def _due_time(package: dict[str, Any]) -> str | None:
    time = package.get("deliveryTime")
    return time.get("endTime") if isinstance(time, dict) and time.get("type") != "DEL" else None


def _is_cod(item: Any) -> bool:
    return isinstance(item, dict) and str(item.get("type", "")).upper() in ("COD", "ICOD")
