"""REST's tracked shipments as the trees that the templates of `track_answer` read.

The rule: nothing is invented; what REST has in another place or in words is put where the old answers had it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ups_gateway.translate.operations.parts import at, listed


def shipment_tree(shipment: dict[str, Any], *, every_activity: bool) -> dict[str, Any]:
    """One shipment, with all activities or the last one alone."""
    packages = [package for package in listed(shipment["package"]) if isinstance(package, dict)]
    first = packages[0] if packages else {}
    number = str(shipment.get("inquiryNumber") or first.get("trackingNumber") or "")
    addresses = _addresses(first)
    # A rescheduled package has no scheduled date any more, and clients take the first one they find
    scheduled = None if _date(first, "RDD") else _date(first, "SDD")
    return {
        "kind": "01",
        "kind_words": "ShipmentIdentificationNumber",
        "inquiryNumber": number,
        "shipper_number": number[2:8] if number.upper().startswith("1Z") and len(number) == 18 else None,
        "origin": _address(first, "ORIGIN"),
        "destination": _address(first, "DESTINATION"),
        "addresses": addresses,
        "weight": _total_weight(packages),
        "references": [_reference(item) for item in listed(first.get("referenceNumber")) if _of_shipment(item)],
        "pickup_date": _pickup_date(first),
        "scheduled": scheduled,
        "due_time": _due_time(first),
        "details": _detail("03", "Scheduled Delivery", scheduled, _due_time(first)),
        "attributes": [item for item in listed(first.get("additionalAttributes")) if isinstance(item, str)],
        "package": [_package(package, addresses, every_activity=every_activity) for package in packages],
    }


def _package(package: dict[str, Any], known: list[dict[str, Any]], *, every_activity: bool) -> dict[str, Any]:
    activities = [dict(item) for item in listed(package.get("activity")) if isinstance(item, dict)]
    services = listed(package.get("additionalServices"))
    delivered = next((item for item in activities if _status(item, "type") == "D"), None)
    if delivered is not None:
        delivered["delivery"] = package.get("deliveryInformation")
        delivered["documents"] = _documents(delivered["delivery"])
    numbers = [item for item in listed(package.get("alternateTrackingNumber")) if isinstance(item, dict)]
    return {
        **package,
        "activity": activities if every_activity else activities[:1],
        "delivered": _date(package, "DEL"),
        "rescheduled": _date(package, "RDD"),
        "due_time": _due_time(package),
        # the code of a later day is not known; clients go by the words
        "details": _detail("", "Rescheduled Delivery", _date(package, "RDD"), _due_time(package)),
        "addresses": [address for address in _addresses(package) if address not in known],
        "services": [_service_option(name) for name in services if isinstance(name, str) and name not in _PREMIER],
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


_ADDRESS_TYPES: Final = {
    "ORIGIN": {"Code": "01", "Description": "Shipper Address"},
    "DESTINATION": {"Code": "02", "Description": "ShipTo Address"},
}
"""As SOAP and JSON answers had them."""


def _addresses(package: dict[str, Any]) -> list[dict[str, Any]]:
    """Shipper and receiver, as far as REST gives them."""
    found = ((kind, _address(package, name)) for name, kind in _ADDRESS_TYPES.items())
    return [{"Type": kind, "Address": address} for kind, address in found if isinstance(address, dict)]


def _detail(code: str, words: str, day: str | None, time: str | None) -> list[dict[str, Any]]:
    return [{"Type": {"Code": code, "Description": words}, "Date": day, "Time": time}] if day else []


def _documents(delivery: Any) -> list[dict[str, Any]]:
    """Signature and letter of a delivery; the types' codes are inferred, the formats tell them apart."""
    documents = (
        ("01", "Signature Image", "GIF", next(at(delivery, "signature.image"), None)),
        ("02", "Proof of Delivery Letter", "HTML", next(at(delivery, "pod.content"), None)),
    )
    return [
        {"Type": {"Code": code, "Description": words}, "content": content, "Format": {"Code": kind}}
        for code, words, kind, content in documents
        if content
    ]


def _service_option(name: str) -> dict[str, Any]:
    """REST names additional services in words: CARBON_NEUTRAL."""
    known = _SIGNATURES.get(name) or {"Code": "", "Description": name.replace("_", " ").title()}
    return {"Type": known}


def _total_weight(packages: Sequence[dict[str, Any]]) -> dict[str, str] | None:
    """Of the whole shipment, where all its packages are there and weighed in one unit."""
    weights = [package["weight"] for package in packages if isinstance(package.get("weight"), dict)]
    units = {str(weight.get("unitOfMeasurement", "")) for weight in weights}
    count = packages[0].get("packageCount", len(packages)) if packages else 0
    if len(weights) != count or len(units) != 1:
        return None
    try:
        total = sum(float(weight["weight"]) for weight in weights)
    except (KeyError, TypeError, ValueError):
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
    """The day of the first pickup or origin scan, else of the label, as in old answers; REST has no member for it."""
    oldest_first = [item for item in reversed(listed(package.get("activity"))) if isinstance(item, dict)]
    scans = [item for item in oldest_first if _status(item, "type") == "P" or _status(item, "code") == "OR"]
    labels = [item for item in oldest_first if _status(item, "type") == "M"]
    return next((item.get("date") for item in scans + labels), None)


def _status(activity: dict[str, Any], name: str) -> str:
    status = activity.get("status")
    return trimmed(str(status.get(name) or "")) if isinstance(status, dict) else ""


def _date(package: dict[str, Any], kind: str) -> str | None:
    for item in listed(package.get("deliveryDate")):
        if isinstance(item, dict) and item.get("type") == kind:
            return item.get("date") or None
    return None


def _due_time(package: dict[str, Any]) -> str | None:
    time = package.get("deliveryTime")
    return time.get("endTime") or None if isinstance(time, dict) and time.get("type") != "DEL" else None


def _is_cod(item: Any) -> bool:
    return isinstance(item, dict) and str(item.get("type", "")).upper() in ("COD", "ICOD")


def trimmed(text: str) -> str:
    """A code or description without the junk around it."""
    # UPS's test environment ends status codes with a carriage return, written as a character reference; descriptions
    # end in a blank that old answers did not have
    return text.replace("&#xD;", "").strip()
