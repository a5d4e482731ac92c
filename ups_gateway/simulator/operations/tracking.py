"""GET /api/track/v1/...: by number, by reference, by shipment with pages.

The rule: what is not known is no error but HTTP 200 with the warning TW0001, as UPS answers; only a number that cannot
be one is refused.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from datetime import date, datetime, timedelta
from html import escape
from typing import Any

from ups_gateway.simulator import labels, places
from ups_gateway.simulator.consignment import Address, Party
from ups_gateway.simulator.model import Call, Refused, Reply
from ups_gateway.simulator.numbering import is_tracking_number
from ups_gateway.simulator.operations import known_numbers
from ups_gateway.simulator.operations.history import History, Scan, history, service_of
from ups_gateway.simulator.operations.known_numbers import Stage
from ups_gateway.simulator.shipments import Package, Shipment, find, with_reference
from ups_gateway.simulator.world import World

MOST_PACKAGES = 50
_NUMBER = re.compile(r"[0-9A-Z]{7,34}\Z")
_DEFAULT_DAYS = 14
_SERVICE_CODES = {
    "01": "001",
    "02": "002",
    "03": "518",
    "07": "007",
    "08": "008",
    "11": "011",
    "12": "012",
    "13": "013",
}
_ADDITIONAL = {"100": "ADDITIONAL_HANDLING", "120": "SIGNATURE_REQUIRED", "441": "CARBON_NEUTRAL"}
_MILESTONES = (("M", "Label Created"), ("P", "We Have Your Package"), ("I", "On the Way"), ("D", "Delivered"))


def details(call: Call, world: World) -> Reply:
    """One package by its number."""
    number = _inquiry(call)
    shipment = _known(world, number)
    if shipment is None:
        return _not_found(number)
    package = shipment.package(number) or shipment.packages[0]
    return _found(number, [_package(call, world, shipment, package)])


def shipment_details(call: Call, world: World) -> Reply:
    """The packages of a shipment, a page at a time."""
    number = _inquiry(call)
    shipment = _known(world, number)
    if shipment is None:
        return _not_found(number)
    offset = _count(call.query.get("offset", "0"), 0)
    count = min(_count(call.query.get("count", ""), MOST_PACKAGES), MOST_PACKAGES)
    page = shipment.packages[offset : offset + count]
    return _found(number, [_package(call, world, shipment, package) for package in page])


def reference_details(call: Call, world: World) -> Reply:
    """All shipments that carry a reference number, within the days asked for."""
    reference = call.params["referenceNumber"].strip()
    if not reference or len(reference) > 50:
        raise Refused(400, "TV1002", "Invalid Inquiry Number")
    today = world.now().date()
    first = _day(call.query.get("fromPickUpDate", ""), today - timedelta(days=_DEFAULT_DAYS))
    last = _day(call.query.get("toPickUpDate", ""), today + timedelta(days=1))
    found = [
        shipment
        for shipment in with_reference(world, reference)
        if first <= shipment.created_at.date() <= last and _matches(call, shipment)
    ]
    known = known_numbers.REFERENCES.get(reference.upper())
    if known and world.settings.cie:
        found.append(known_numbers.shipment(world, known))
    if not found:
        return _not_found(reference)
    shipments = [
        {
            "inquiryNumber": reference,
            "package": [_package(call, world, shipment, each) for each in _carrying(shipment, reference)],
        }
        for shipment in found
    ]
    return Reply(200, {"trackResponse": {"shipment": shipments}})


def _carrying(shipment: Shipment, reference: str) -> list[Package]:
    """The packages with the reference; all, when the shipment as a whole has it."""
    wanted = reference.upper()
    own = [p for p in shipment.packages if any(ref.value.upper() == wanted for ref in p.parcel.references)]
    return (own or list(shipment.packages))[:MOST_PACKAGES]


def _matches(call: Call, shipment: Shipment) -> bool:
    to = shipment.receiver.address
    wanted = {
        "shipperNum": shipment.account,
        "destZip": to.postal,
        "destCountry": to.country,
    }
    asked = {name: call.query.get(name, "").upper().replace(" ", "") for name in wanted}
    return all(not value or wanted[name].startswith(value) for name, value in asked.items())


def _inquiry(call: Call) -> str:
    number = call.params["inquiryNumber"].strip().upper()
    if not _NUMBER.match(number) or (number.startswith("1Z") and len(number) != 18):
        raise Refused(400, "TV1002", "Invalid Inquiry Number")
    return number


def _count(written: str, otherwise: int) -> int:
    if not written:
        return otherwise
    if not written.isdecimal():
        raise Refused(400, "TV1002", "Invalid offset or count")
    return int(written)


def _day(written: str, otherwise: date) -> date:
    if not written:
        return otherwise
    try:
        return datetime.strptime(written.replace("-", ""), "%Y%m%d").date()  # noqa: DTZ007 - a local day
    except ValueError:
        raise Refused(400, "TV1002", "Invalid pickup date range") from None


def _known(world: World, number: str) -> Shipment | None:
    shipment = find(world, number)
    if shipment is not None or not world.settings.cie:
        return shipment
    documented = known_numbers.TRACKED.get(number)
    if documented is not None and documented.stage is Stage.UNKNOWN:
        return None
    return known_numbers.shipment(world, number) if documented or is_tracking_number(number) else None


def _not_found(number: str) -> Reply:
    warning = {"code": "TW0001", "message": "Tracking Information Not Found"}
    return Reply(200, {"trackResponse": {"shipment": [{"inquiryNumber": number, "warnings": [warning]}]}})


def _found(number: str, packages: list[dict[str, Any]]) -> Reply:
    return Reply(200, {"trackResponse": {"shipment": [{"inquiryNumber": number, "package": packages}]}})


def _package(call: Call, world: World, shipment: Shipment, package: Package) -> dict[str, Any]:
    past = history(shipment, package, world.now(), known_numbers.stage(world, shipment.number))
    service = service_of(shipment)
    known = known_numbers.TRACKED.get(shipment.number)
    described = known.service if known and known.service and world.settings.cie else service.name
    parcel = package.parcel
    latest = past.scans[0].kind
    found: dict[str, Any] = {
        "trackingNumber": package.number,
        "deliveryDate": _delivery_dates(past),
        "deliveryTime": _delivery_time(past),
        "activity": [_activity(scan) for scan in past.scans],
        "currentStatus": {
            "description": latest.simple,
            "code": latest.status,
            "simplifiedTextDescription": latest.simple,
            "statusCode": latest.status,
            "type": latest.type,
        },
        "packageAddress": [_address("ORIGIN", shipment.sender), _address("DESTINATION", shipment.receiver)],
        "weight": {"unitOfMeasurement": parcel.unit, "weight": f"{parcel.weight:.2f}"},
        "service": {
            "code": _SERVICE_CODES.get(service.code, f"0{service.code}"),
            "levelCode": f"0{service.code}",
            "description": described,
        },
        "referenceNumber": [
            *({"type": "PACKAGE", "number": ref.value} for ref in parcel.references),
            *({"type": "SHIPMENT", "number": ref.value} for ref in shipment.references),
        ],
        "additionalServices": [_ADDITIONAL[code] for code in parcel.options if code in _ADDITIONAL],
        "packageCount": len(shipment.packages),
    }
    if parcel.size:
        sides = dict(zip(("length", "width", "height"), (f"{side:.2f}" for side in parcel.size), strict=True))
        found["dimension"] = {**sides, "unitOfDimension": parcel.size_unit}
    if shipment.cod:
        value, _, currency = shipment.cod.partition(" ")
        paid = past.delivered is not None
        found["paymentInformation"] = [
            {"type": "COD", "amount": value, "currency": currency, "paid": paid, "paymentMethod": "C0"}
        ]
    if past.delivered is not None:
        found["deliveryInformation"] = _delivery(call, package, past.delivered)
    if call.query.get("returnMilestones", "").lower() == "true":
        found["milestones"] = _milestones(past)
    return found


def _delivery_dates(past: History) -> list[dict[str, str]]:
    if past.voided:
        return []
    scheduled = {"type": "SDD", "date": f"{past.arrival.delivered:%Y%m%d}"}
    return [{"type": "DEL", "date": f"{past.delivered.local:%Y%m%d}"}] if past.delivered else [scheduled]


def _delivery_time(past: History) -> dict[str, str]:
    if past.delivered is not None:
        return {"type": "DEL", "endTime": f"{past.delivered.local:%H%M%S}"}
    commit = past.arrival.commit
    return {"type": "EOD", "endTime": ""} if commit.hour >= 23 else {"type": "CMT", "endTime": f"{commit:%H%M%S}"}


def _activity(scan: Scan) -> dict[str, Any]:
    kind = scan.kind
    sign = "-" if scan.offset < 0 else "+"
    return {
        "location": {"address": _scan_address(scan.place), "slic": ""},
        "status": {
            "type": kind.type,
            "description": kind.words,
            "code": kind.code,
            "statusCode": kind.status,
            "simplifiedTextDescription": kind.simple,
        },
        "date": f"{scan.local:%Y%m%d}",
        "time": f"{scan.local:%H%M%S}",
        "gmtDate": f"{scan.at:%Y%m%d}",
        "gmtOffset": f"{sign}{abs(scan.offset):02d}:00",
        "gmtTime": f"{scan.at:%H%M%S}",
    }


def _scan_address(place: Address) -> dict[str, str]:
    full = {
        "city": place.city.title(),
        "stateProvince": place.state,
        "countryCode": place.country,
        "country": place.country,
    }
    return {name: value for name, value in full.items() if value}


def _address(kind: str, party: Party) -> dict[str, Any]:
    at = party.address
    lines = {f"addressLine{n}": line for n, line in enumerate(at.lines[:3], 1)}
    rest = {"city": at.city.upper(), "stateProvince": at.state, "postalCode": at.postal}
    address = {name: value for name, value in {**lines, **rest}.items() if value}
    return {
        "type": kind,
        "name": party.name,
        "attentionName": party.attention,
        "address": {**address, "country": at.country, "countryCode": at.country},
    }


def _delivery(call: Call, package: Package, delivered: Scan) -> dict[str, Any]:
    signer = known_numbers.signer(package.number)
    found: dict[str, Any] = {"receivedBy": signer, "location": "Front Desk"}
    extras: dict[str, tuple[str, Callable[[], dict[str, str]]]] = {
        "returnSignature": ("signature", lambda: {"image": labels.signature(signer)}),
        "returnPOD": ("pod", lambda: {"content": _proof(package, delivered, signer)}),
    }
    for name, (member, content) in extras.items():
        if call.query.get(name, "").lower() == "true":
            found[member] = content()
    return found


def _proof(package: Package, delivered: Scan, signer: str) -> str:
    """Proof of delivery: an HTML page in base64."""
    rows = {
        "Tracking Number": package.number,
        "Weight": f"{package.parcel.weight:.2f} {package.parcel.unit}",
        "Delivered On": f"{delivered.local:%m/%d/%Y %H:%M}",
        "Delivered To": f"{delivered.place.city}, {places.country(delivered.place.country).name}",
        "Received By": signer,
    }
    body = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows.items())
    page = (
        f"<html><head><title>Proof of Delivery</title></head><body><p>{labels.NOTICE}</p><dl>{body}</dl></body></html>"
    )
    return b64encode(page.encode()).decode()


def _milestones(past: History) -> list[dict[str, Any]]:
    reached = {scan.kind.type for scan in past.scans}
    latest = past.scans[0].kind.type
    return [
        {
            "code": kind,
            "description": words,
            "state": "COMPLETE" if kind in reached else "UNKNOWN",
            "current": kind == latest,
        }
        for kind, words in _MILESTONES
    ]
