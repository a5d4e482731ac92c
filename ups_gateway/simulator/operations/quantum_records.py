"""Quantum View records: Manifest, Origin, Exception, Delivery and Generic, made from a shipment and its scans.

The rule: made once, when the event is first seen, and then as unchangeable as the file it goes into. An indicator is
an empty text or absent, as in the XML that these records come from, also where UPS's file demands it.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from ups_gateway.simulator.consignment import Address, Party, Reference
from ups_gateway.simulator.operations import known_numbers
from ups_gateway.simulator.operations.history import Scan, arrival_of, history, service_of
from ups_gateway.simulator.operations.known_numbers import Stage
from ups_gateway.simulator.shipments import Package, Shipment
from ups_gateway.simulator.workdays import add_workdays

_BILLED = {"P/P": ("P/P", "01"), "C/B": ("C/B", "02"), "3RD PARTY": ("T/P", "03"), "F/C": ("F/C", "04")}
"""Charge type and billing option, by what is printed on the label."""
_STREET = re.compile(r"(\d+[A-Z]?) +(.+)")
_GENERIC = {"VP": "VM", "OT": "OD"}
"""Activity types of what is no record of its own, by the scan's code: void for manifest, out for delivery."""


class Record(NamedTuple):
    """One event: which list of the file it belongs to, what makes it unique, when it was, and what it says."""

    kind: str
    key: str
    at: datetime
    content: dict[str, Any]


def records(shipment: Shipment, now: datetime) -> Iterator[Record]:
    """Everything that has happened to a shipment by `now`."""
    made = history(shipment, shipment.packages[0], now, Stage.BY_TIME).scans[-1]
    yield Record("Manifest", shipment.number, made.at, _manifest(shipment, made))
    for package in shipment.packages:
        for scan in history(shipment, package, now, Stage.BY_TIME).scans:
            told = _BY_SCAN.get(scan.kind.code)
            if told is not None:
                kind, content = told
                key = f"{package.number} {scan.kind.code} {scan.at:%Y%m%d%H%M}"
                yield Record(kind, key, scan.at, content(shipment, package, scan))


def _filled(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in ("", [], {})}


def _when(at: datetime) -> dict[str, str]:
    return {"Date": f"{at:%Y%m%d}", "Time": f"{at:%H%M%S}"}


def _indicators(**true: bool) -> dict[str, str]:
    return {name: "" for name, is_true in true.items() if is_true}


def _cod(shipment: Shipment) -> dict[str, Any]:
    value, _, currency = shipment.cod.partition(" ")
    return {"CODAmount": {"CurrencyCode": currency, "MonetaryValue": value}}


def _references(references: Iterable[Reference]) -> list[dict[str, str]]:
    return [_filled(Code=ref.code, Value=ref.value[:35]) for ref in references]


def _billed(shipment: Shipment) -> dict[str, str]:
    return {"Option": _BILLED[shipment.billing][1], "Number": shipment.account}


def _service(shipment: Shipment) -> dict[str, str]:
    return {"Code": f"0{service_of(shipment).code}", "Description": service_of(shipment).name}


def _lines(at: Address) -> dict[str, str]:
    return {f"AddressLine{n}": line[:35] for n, line in enumerate(at.lines[:3], 1)}


def _address(at: Address) -> dict[str, Any]:
    return {
        **_lines(at),
        **_filled(City=at.city[:30], StateProvinceCode=at.state, PostalCode=at.postal[:9], CountryCode=at.country),
    }


def _who(party: Party) -> dict[str, Any]:
    return _filled(AttentionName=party.attention[:35], PhoneNumber=party.phone[:15])


def _manifest(shipment: Shipment, made: Scan) -> dict[str, Any]:
    arrival = arrival_of(shipment)
    commit = arrival.commit
    options = shipment.goods.options
    return _filled(
        Shipper={
            "Name": shipment.shipper.name[:35],
            **_who(shipment.shipper),
            "ShipperNumber": shipment.account[-6:],
            "Address": _address(shipment.shipper.address),
        },
        ShipTo={
            "CompanyName": shipment.receiver.name[:35],
            **_who(shipment.receiver),
            "Address": {"ConsigneeName": shipment.receiver.name[:35], **_address(shipment.receiver.address)},
        },
        ReferenceNumber=_references(shipment.references),
        Service=_service(shipment),
        PickupDate=f"{arrival.picked_up:%Y%m%d}",
        ScheduledDeliveryDate=f"{arrival.delivered:%Y%m%d}",
        ScheduledDeliveryTime="" if commit.hour >= 23 else f"{commit:%H%M%S}",
        DocumentsOnly="2" if shipment.goods.documents else "",
        Package=[_package(shipment, package, _when(made.local)) for package in shipment.packages],
        ShipmentServiceOptions=_indicators(SaturdayPickup="310" in options, SaturdayDelivery="300" in options),
        ShipmentChargeType=_BILLED[shipment.billing][0],
        BillToAccount=_billed(shipment),
        LeadShipmentTrackingNumber=shipment.number,
    ) | _indicators(ConsigneeBillIndicator=shipment.billing == "C/B", CollectBillIndicator=shipment.billing == "F/C")


def _package(shipment: Shipment, package: Package, made: dict[str, str]) -> dict[str, Any]:
    parcel = package.parcel
    options = _filled(
        COD={"CODCode": "1", **_cod(shipment)} if shipment.cod else {},
        InsuredValue={"MonetaryValue": f"{parcel.declared:.2f}"} if parcel.declared else {},
    )
    sides = zip(("Length", "Width", "Height"), (f"{side:.0f}" for side in parcel.size), strict=False)
    return _filled(
        Activity=[made],
        Description=parcel.description[:120],
        Dimensions=dict(sides),
        PackageWeight={"Weight": f"{parcel.weight:.1f}"},
        TrackingNumber=package.number,
        ReferenceNumber=_references(parcel.references),
        PackageServiceOptions=options | _indicators(HoldForPickup="220" in shipment.goods.options),
    )


def _event(shipment: Shipment, package: Package, scan: Scan) -> dict[str, Any]:
    """What Origin, Exception and Delivery have in common."""
    place = scan.place
    artifact = _filled(
        PoliticalDivision2=place.city.upper()[:30], PoliticalDivision1=place.state, CountryCode=place.country
    )
    return _filled(
        PackageReferenceNumber=_references(package.parcel.references),
        ShipmentReferenceNumber=_references(shipment.references),
        ShipperNumber=shipment.account[-6:],
        TrackingNumber=package.number,
        **_when(scan.local),
        ActivityLocation={"AddressArtifactFormat": artifact},
        BillToAccount=_billed(shipment),
    )


def _origin(shipment: Shipment, package: Package, scan: Scan) -> dict[str, Any]:
    scheduled = f"{arrival_of(shipment).delivered:%Y%m%d}"
    return _event(shipment, package, scan) | {"ScheduledDeliveryDate": scheduled}


def _exception(shipment: Shipment, package: Package, scan: Scan) -> dict[str, Any]:
    return _event(shipment, package, scan) | {
        "StatusCode": scan.kind.code,
        "StatusDescription": scan.kind.words.strip(),
        "ReasonCode": scan.kind.code,
        "ReasonDescription": "RECEIVER WAS NOT IN",
        "Resolution": {"Code": "01", "Description": "DELIVERY IS TRIED AGAIN"},
        "RescheduledDeliveryDate": f"{add_workdays(scan.local.date(), 1):%Y%m%d}",
    }


def _delivery(shipment: Shipment, package: Package, scan: Scan) -> dict[str, Any]:
    at = shipment.receiver.address
    found = _event(shipment, package, scan)
    found["DeliveryLocation"] = {
        "AddressArtifactFormat": _artifact(shipment.receiver),
        "Code": "FR",
        "Description": "RESIDENTIAL" if at.residential else "FRONT DESK",
        "SignedForByName": known_numbers.signer(package.number),
    }
    if shipment.cod:
        found["COD"] = _cod(shipment)
    return found


def _artifact(receiver: Party) -> dict[str, Any]:
    at = receiver.address
    line = at.lines[0].upper() if at.lines else ""
    parts = _STREET.fullmatch(line)
    number, street = parts.groups() if parts else ("", line)
    return _filled(
        ConsigneeName=receiver.name[:35],
        StreetNumberLow=number[:11],
        StreetName=street[:50],
        PoliticalDivision2=at.city.upper()[:30],
        PoliticalDivision1=at.state,
        CountryCode=at.country,
        PostcodePrimaryLow=at.postal[:15],
    )


def _generic(shipment: Shipment, package: Package, scan: Scan) -> dict[str, Any]:
    return _filled(
        ActivityType=_GENERIC[scan.kind.code],
        TrackingNumber=package.number,
        ShipperNumber=shipment.account,
        ShipmentReferenceNumber=_references(shipment.references),
        PackageReferenceNumber=_references(package.parcel.references),
        Service=_service(shipment),
        Activity=_when(scan.local),
        BillToAccount=_billed(shipment),
    )


_BY_SCAN = {
    "OR": ("Origin", _origin),
    "48": ("Exception", _exception),
    "FS": ("Delivery", _delivery),
    **dict.fromkeys(_GENERIC, ("Generic", _generic)),
}
"""What becomes of a scan, by its code; other scans are not told."""
