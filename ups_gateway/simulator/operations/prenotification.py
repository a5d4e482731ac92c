"""POST /api/dangerousgoods/{version}/prenotification: UPS is told of dangerous goods before it gets them.

The rule: the last word about a shipment counts; it may have been made by another system, so only its form is asked.
"""

from dataclasses import dataclass

from ups_gateway.simulator.model import Call, Reply
from ups_gateway.simulator.operations.answering import as_of_version, response
from ups_gateway.simulator.operations.fields import COUNTRY, formed, needed, own_account, request_of, sized
from ups_gateway.simulator.operations.reading import many, part, text
from ups_gateway.simulator.world import World

_ROOT = "PreNotificationRequest"
_TRACKING = "1Z[0-9A-Za-z]{16}"
_P = "Shipment.Package[]"
_C = f"{_P}.ChemicalRecord[]"
_RULES = (
    *needed(_ROOT, "Request Shipment Shipment.ShipperNumber Shipment.ShipmentIdentificationNumber"),
    formed(_ROOT, "Shipment.ShipmentIdentificationNumber", _TRACKING),
    *needed(_ROOT, "Shipment.ShipToAddress Shipment.ShipToAddress.AddressLine Shipment.ShipToAddress.CountryCode"),
    *needed(
        _ROOT, "Shipment.ShipFromAddress Shipment.ShipFromAddress.AddressLine Shipment.ShipFromAddress.CountryCode"
    ),
    formed(_ROOT, "Shipment.ShipToAddress.CountryCode", COUNTRY),
    formed(_ROOT, "Shipment.ShipFromAddress.CountryCode", COUNTRY),
    *needed(
        _ROOT, "Shipment.PickupDate Shipment.Service Shipment.Service.Code Shipment.RegulationSet Shipment.Package"
    ),
    formed(_ROOT, "Shipment.PickupDate", r"\d{8}"),
    formed(_ROOT, "Shipment.RegulationSet", "ADR|49CFR|CFR|IATA|TDG"),
    sized(_ROOT, "Shipment.Package", 1, 1000),
    *needed(_ROOT, f"{_P}.TrackingNumber {_P}.PackageWeight {_P}.PackageWeight.Weight"),
    *needed(_ROOT, f"{_P}.PackageWeight.UnitOfMeasurement {_P}.PackageWeight.UnitOfMeasurement.Code"),
    formed(_ROOT, f"{_P}.TrackingNumber", _TRACKING),
    formed(_ROOT, f"{_P}.PackageWeight.UnitOfMeasurement.Code", "LBS|KGS"),
    *needed(_ROOT, f"{_P}.ChemicalRecord {_C}.CommodityRegulatedLevelCode"),
    sized(_ROOT, f"{_P}.ChemicalRecord", 1, 3),
    formed(_ROOT, f"{_C}.CommodityRegulatedLevelCode", "LR|FR|LQ"),
)


@dataclass(frozen=True, slots=True)
class Notified:
    """What UPS was told of a shipment: the packages with dangerous goods, and those of them that were voided."""

    number: str
    account: str
    packages: tuple[str, ...]
    voided: tuple[str, ...]


def notify(call: Call, world: World) -> Reply:
    """Tell UPS of a shipment."""
    request = request_of(call, _ROOT, _RULES)
    shipment = part(request, "Shipment")
    account = own_account(call, text(shipment, "ShipperNumber"), "Shipment.ShipperNumber")
    number = text(shipment, "ShipmentIdentificationNumber").upper()
    packages = [(text(tree, "TrackingNumber").upper(), "VoidIndicator" in tree) for tree in many(shipment["Package"])]
    world.kept.setdefault("pre-notifications", {})[number] = Notified(
        number,
        account,
        tuple(package for package, _ in packages),
        tuple(package for package, voided in packages if voided),
    )
    return Reply(200, as_of_version({"PreNotificationResponse": {"Response": response(request)}}, call.version))
