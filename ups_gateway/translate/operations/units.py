"""What a shipment is measured and valued in: what is filled in where a request names no unit or no currency.

The rule: one system a shipment, and it is the origin country's (110529, 110548, 111057 of the error tables).
"""

from __future__ import annotations

from typing import Final

from ups_gateway.model import Account
from ups_gateway.translate.engine import Node
from ups_gateway.translate.operations.parts import at, texts_at

_MEASURED: Final = (
    "Shipment.ShipmentTotalWeight.UnitOfMeasurement",
    "Shipment.Package[].Dimensions.UnitOfMeasurement",
    "Shipment.Package[].DimWeight.UnitOfMeasurement",
    "Shipment.Package[].PackageWeight.UnitOfMeasurement",
)
_UNITS: Final = (
    *_MEASURED,
    "Shipment.FreightShipmentInformation.FreightDensityInfo.AdjustedHeight.UnitOfMeasurement",
    "Shipment.FreightShipmentInformation.FreightDensityInfo.HandlingUnits[].Dimensions.UnitOfMeasurement",
    "Shipment.Package[].PackageServiceOptions.DryIce.DryIceWeight.UnitOfMeasurement",
)
_UNIT_NAMES: Final = {
    "LBS": "Pounds",
    "KGS": "Kilograms",
    "OZS": "Ounces",
    "IN": "Inches",
    "CM": "Centimeters",
    "00": "Kilograms",
    "01": "Pounds",
}
_OF_WEIGHT: Final = frozenset(("LBS", "KGS", "OZS"))
IN_POUNDS: Final = frozenset(("US", "PR", "CA", "VI", "GU"))
"""Countries whose numbers without a unit are pounds and inches; all others measure metrically."""


def _metric(tree: Node) -> bool:
    units = texts_at(tree, *(path.replace("[]", "") + ".Code" for path in _MEASURED))
    origin = origin_of(tree)
    return bool({"KGS", "CM"} & set(units)) or (not units and origin not in ("", *IN_POUNDS))


def unit_of_weight(_account: Account, tree: Node) -> str:
    """LBS or KGS, for a weight that names none."""
    return "KGS" if _metric(tree) else "LBS"


def unit_of_length(_account: Account, tree: Node) -> str:
    """IN or CM, for lengths that name none."""
    return "CM" if _metric(tree) else "IN"


def origin_currency(_account: Account, tree: Node) -> str | None:
    """USD for an amount that names no currency where dollars are the only sane reading; elsewhere UPS decides."""
    return "USD" if origin_of(tree) in ("US", "PR") else None


def unit_beside_weight(made: Node, target: Node, _body: Node) -> None:
    """Carts put the unit beside the weight that it belongs to."""
    if made.get("Code") in _OF_WEIGHT and "PackageWeight" in target:
        target["PackageWeight"].setdefault("UnitOfMeasurement", made)


def origin_of(tree: Node) -> str:
    """The country that a request ships from, "" if it names none."""
    countries = texts_at(tree, "Shipment.ShipFrom.Address.CountryCode", "Shipment.Shipper.Address.CountryCode")
    return countries[0] if countries else ""


def name_units(tree: Node) -> list[str]:
    """Fills in each unit's Description, which Rating.yaml requires and old requests leave out; the paths filled."""
    filled = []
    for path in _UNITS:
        for unit in at(tree, path.replace("[]", "")):
            if "Code" in unit and "Description" not in unit:
                unit["Description"] = _UNIT_NAMES.get(unit["Code"], unit["Code"])
                filled.append(f"RateRequest.{path}.Description")
    return list(dict.fromkeys(filled))
