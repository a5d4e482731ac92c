"""From a Rate or Ship request to what is carried, with the checks that need more than one value at a time.

The rule: Rate and Ship read through the same functions and so refuse alike; where UPS's codes differ between the two
APIs, both stand in one table.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from ups_gateway.simulator import places, rates
from ups_gateway.simulator.consignment import Address, Consignment, Parcel
from ups_gateway.simulator.model import Grant, Refused
from ups_gateway.simulator.operations.reading import many, number, part, references, text
from ups_gateway.simulator.services import KNOWN_CODES, LANES, Service, available, lane

Tree = Mapping[str, Any]


class Api(IntEnum):
    """Which API asks: the column of `_PROBLEMS`."""

    RATE = 0
    SHIP = 1


_PROBLEMS = {
    "no packages": ("110002", "120600", "No packages in shipment."),
    "no weight": ("111030", "121030", "Packages must weigh more than zero pounds."),
    "no weight in kg": ("111031", "121031", "Packages must weigh more than zero kg."),
    "too heavy": ("111035", "121035", "The maximum per package weight for that service is {0} pounds."),
    "too heavy in kg": ("111036", "121036", "The maximum per package weight for that service is {0} kg."),
    "too long": ("111055", "121055", "Package exceeds the maximum length constraint of {0} inches."),
    "too long in cm": ("111056", "121056", "Package exceeds the maximum length constraint of {0} cm."),
    "too big": ("111050", "121050", "Package exceeds the maximum size total constraints of {0} (length + girth)."),
    "no size": ("111058", "120602", "Missing or invalid combination of package length, width, and height values."),
    "wrong units": ("111057", "121057", "This measurement system is not valid for the selected country."),
    "units differ": ("110529", "9120302", "A shipment can have only one type of UnitOfMeasurement for a Weight."),
    "units mixed": ("110548", "121057", "A shipment cannot have a KGS/IN or LBS/CM as its unit of measurements"),
    "worth too much": ("111025", "121025", "The maximum declared amount was exceeded."),
    "cod of nothing": ("111115", "121115", "The COD amount must be greater than zero."),
    "cod too much": ("111125", "121125", "The COD amount cannot exceed 50,000."),
    "postal": ("111285", "121285", "The postal code {0} is invalid for {1} {2}."),
    "state": ("111286", "121286", "{0} is not a valid state abbreviation for {1}."),
    "country": ("111106", "121106", "Unsupported country specified."),
    "unknown service": ("111513", "120500", "Missing or invalid Service Code"),
    "not from here": ("111100", "121100", "The requested service is invalid from the selected origin."),
    "not to there": ("111210", "121210", "The requested service is unavailable between the selected locations."),
    "letter by ground": ("111500", "121500", "The selected service is not valid with the selected packaging."),
    "saturday": ("111045", "121045", "The Saturday Delivery option is unavailable with the requested service."),
}
NO_SERVICE = frozenset({"CU", "IR", "KP", "SY"})
"""Countries that UPS does not carry to."""
_MOST_DECLARED = 50_000
_LETTER = "01"
_NO_LETTERS = frozenset({"03", "11", "12", "92", "93", "94", "95"})
_SATURDAY = frozenset({"01", "02", "07", "13", "14", "54", "59", "65"})

_PACKAGE_OPTIONS = {
    "COD": "110",
    "DeliveryConfirmation": "120",
    "DryIce": "200",
    "ShipperReleaseIndicator": "402",
    "ProactiveIndicator": "404",
}
_SHIPMENT_OPTIONS = {
    "SaturdayDeliveryIndicator": "300",
    "SaturdayPickupIndicator": "310",
    "COD": "110",
    "DeliveryConfirmation": "121",
    "HoldForPickupIndicator": "220",
    "ReturnOfDocumentIndicator": "410",
    "UPScarbonneutralIndicator": "441",
    "ImportControlIndicator": "444",
    "ImportControl": "444",
    "CommercialInvoiceRemovalIndicator": "445",
}
RETURN_SERVICES = {"2": "260", "3": "280", "5": "290", "8": "350", "9": "250"}
"""Return services with a charge of their own."""


def problem(api: Api, name: str, *values: object) -> Refused:
    """UPS's refusal for a problem, with the code of that API."""
    row = _PROBLEMS[name]
    return Refused(400, row[api], row[2].format(*values))


def own_accounts(grant: Grant, shipment: Tree) -> None:
    """Refuse with 120100 a shipper number or a BillShipper account that is not linked to the grant."""
    numbers = [text(shipment, "Shipper", "ShipperNumber")]
    for block in ("PaymentInformation", "PaymentDetails"):
        charges = many(part(shipment, block).get("ShipmentCharge"))
        numbers += [text(charge, "BillShipper", "AccountNumber") for charge in charges]
    if any(number and number.upper() not in grant.accounts for number in numbers):
        raise Refused(400, "120100", "Missing or invalid shipper number")


def check_place(api: Api, place: Address) -> None:
    """State and postal code must fit each other and the country."""
    if place.country in NO_SERVICE:
        raise problem(api, "country")
    states = places.REGIONS.get(place.country)
    if states is None:
        return
    if place.state and place.state not in states:
        raise problem(api, "state", place.state, place.country)
    if not place.postal:
        return
    found = places.state_of_postal_code(place.country, place.postal)
    length = len(place.postal)
    form_is_right = length == 6 if place.country == "CA" else length in (5, 9) and place.postal.isdigit()
    same = found == place.state or {found, place.state} <= {"NT", "NU"}
    if not form_is_right or not found or (place.state and not same):
        raise problem(api, "postal", place.postal, place.state, place.country)


def parcel(api: Api, tree: Tree, origin: str, *, domestic: bool) -> Parcel:
    """One Package, within UPS's limits."""
    packaging = text(tree, "Packaging", "Code") or text(tree, "PackagingType", "Code")
    unit = text(tree, "PackageWeight", "UnitOfMeasurement", "Code") or ("LBS" if origin in ("US", "PR") else "KGS")
    weight = number(text(tree, "PackageWeight", "Weight"))
    if unit == "OZS":
        unit, weight = "LBS", weight / 16
    metric = unit == "KGS"
    if weight <= 0 and packaging != _LETTER:
        raise problem(api, "no weight in kg" if metric else "no weight")
    if weight > rates.MAX_WEIGHT[unit]:
        raise problem(api, "too heavy in kg" if metric else "too heavy", rates.MAX_WEIGHT[unit])
    if metric and domestic and origin in ("US", "PR"):
        raise problem(api, "wrong units")
    options = part(tree, "PackageServiceOptions")
    declared = number(text(options, "DeclaredValue", "MonetaryValue"))
    if declared > _MOST_DECLARED:
        raise problem(api, "worth too much")
    check_cod(api, options)
    size, size_unit = _size(api, part(tree, "Dimensions"), metric=metric)
    codes = [code for name, code in _PACKAGE_OPTIONS.items() if name in options]
    codes += ["100"] if "AdditionalHandlingIndicator" in tree else []
    codes += ["377"] if "LargePackageIndicator" in tree else []
    found = Parcel(
        packaging,
        weight,
        unit,
        size,
        size_unit,
        declared,
        tuple(codes),
        references(tree),
        text(tree, "Description"),
    )
    longest, around = rates.girth(found)
    if longest > rates.MAX_LENGTH[size_unit]:
        raise problem(api, "too long" if size_unit == "IN" else "too long in cm", rates.MAX_LENGTH[size_unit])
    if around > rates.MAX_LENGTH_GIRTH[size_unit]:
        raise problem(api, "too big", rates.MAX_LENGTH_GIRTH[size_unit])
    return found


def _size(api: Api, tree: Tree, *, metric: bool) -> tuple[tuple[float, ...], str]:
    written = [text(tree, side) for side in ("Length", "Width", "Height")]
    unit = text(tree, "UnitOfMeasurement", "Code") or ("CM" if metric else "IN")
    if not any(written):
        return (), unit
    sides = tuple(number(side) for side in written)
    if not any(sides):
        return (), unit  # clients write zeros for "not known", and UPS lets them
    if not all(sides):
        raise problem(api, "no size")
    if (unit == "CM") != metric:
        raise problem(api, "units mixed")
    return sides, unit


def check_cod(api: Api, options: Tree) -> None:
    """The amount of a COD block, where there is one."""
    if "COD" not in options:
        return
    amount = number(text(options, "COD", "CODAmount", "MonetaryValue"))
    if amount <= 0:
        raise problem(api, "cod of nothing")
    if amount > _MOST_DECLARED:
        raise problem(api, "cod too much")


def consignment(api: Api, shipment: Tree, origin: Address, destination: Address) -> Consignment:
    """All that the rates need, checked."""
    check_place(api, origin)
    check_place(api, destination)
    options = part(shipment, "ShipmentServiceOptions")
    check_cod(api, options)
    domestic = lane(origin.country, destination.country) == "us"
    parcels = tuple(parcel(api, tree, origin.country, domestic=domestic) for tree in many(shipment.get("Package")))
    if not parcels:
        raise problem(api, "no packages")
    if len({each.unit for each in parcels}) > 1:
        raise problem(api, "units differ")
    codes = dict.fromkeys(code for name, code in _SHIPMENT_OPTIONS.items() if name in options)
    service = text(shipment, "ReturnService", "Code") or text(options, "ReturnService", "Code")
    if service in RETURN_SERVICES:
        codes[RETURN_SERVICES[service]] = None
    return Consignment(origin, destination, parcels, tuple(codes), "DocumentsOnlyIndicator" in shipment)


def service_for(api: Api, goods: Consignment, code: str) -> Service:
    """The service of that code between the two places, or UPS's reason why there is none."""
    if code not in KNOWN_CODES:
        raise problem(api, "unknown service")
    origin, destination = goods.origin, goods.destination
    offered = available(origin.country, destination.country, origin.state, destination.state)
    service = next((each for each in offered if each.code == code), None)
    if service is None:
        lanes = (lane(origin.country, origin.country), "out")
        from_here = any(each.code == code for name in lanes for each in LANES[name])
        raise problem(api, "not to there" if from_here else "not from here")
    if any(each.packaging == _LETTER for each in goods.parcels) and code in _NO_LETTERS:
        raise problem(api, "letter by ground")
    if "300" in goods.options and code not in _SATURDAY:
        raise problem(api, "saturday")
    return service


def services_for(goods: Consignment) -> list[Service]:
    """What Shop offers: every listed service that can take the packages as they are."""
    letters = any(each.packaging == _LETTER for each in goods.parcels)
    origin, destination = goods.origin, goods.destination
    return [
        service
        for service in available(origin.country, destination.country, origin.state, destination.state)
        if service.listed
        and not (letters and service.code in _NO_LETTERS)
        and not ("300" in goods.options and service.code not in _SATURDAY)
    ]
