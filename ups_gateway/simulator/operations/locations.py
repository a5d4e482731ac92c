"""UPS locations as Locator shows them: what kinds there are, and all that is told of one.

The rule: tables and one builder; which location is shown to whom is `locator`'s business.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from ups_gateway.simulator.sites import Point, Site


class Kind(NamedTuple):
    """A kind of location: its option code and name, when it is open, and from when on it takes no more."""

    code: str
    name: str
    opens: str = "0900"
    closes: str = "1900"
    ground: str = "1700"
    air: str = "1730"


KINDS = (
    Kind("002", "The UPS Store"),
    Kind("018", "UPS Access Point", "0800", "2100"),
    Kind("001", "UPS Customer Center", "0800", "1800"),
    Kind("003", "UPS Drop Box", "0000", "2359"),
    Kind("004", "Authorized Shipping Outlet", "1000", "1800", "1600", "1600"),
)
ACCESS_POINT = KINDS[1]
RETAIL = ("002", "018", "004")
SERVICES = (("011", "Copies"), ("012", "Packing"), ("013", "Mailbox"), ("016", "Notary"))
PROGRAMS = (("001", "Authorized Return Location"), ("006", "Bar Code Scan Program"))
LOCATION, RETAIL_LOCATION, ADDITIONAL, PROGRAM = (
    ("01", "Location"),
    ("02", "Retail Location"),
    ("03", "Additional Services"),
    ("04", "Program Type"),
)
_TRANSPORTATION = "07"
_SUNDAY, _SATURDAY = 1, 7


@dataclass(frozen=True, slots=True)
class Location:
    """A site with what it is."""

    site: Site
    kind: Kind

    @property
    def number(self) -> str:
        """The location ID."""
        return str(self.site.number)

    @property
    def public_id(self) -> str:
        """What access points are called by shippers."""
        return f"U{self.site.number:08d}"


def located(site: Site) -> Location:
    """What a site is."""
    return Location(site, KINDS[site.seed[10] % len(KINDS)])


def geocode(point: Point) -> dict[str, str]:
    """Degrees as UPS writes them."""
    return {"Latitude": f"{point.latitude:.6f}", "Longitude": f"{point.longitude:.6f}"}


def option(code: str, name: str) -> dict[str, str]:
    """A code with its description."""
    return {"Code": code, "Description": name}


def drop_location(location: Location, unit: str, locale: str) -> dict[str, Any]:
    """All that is told of a location."""
    site, kind = location.site, location.kind
    found: dict[str, Any] = {
        "LocationID": location.number,
        "OriginOrDestination": "01",
        "IVR": {"PhraseID": f"phrase{location.number}"},
        "Geocode": geocode(site.point),
        "AddressKeyFormat": _address(location),
        "PhoneNumber": [site.phone],
        "LocationAttribute": [
            {"OptionType": option(*LOCATION), "OptionCode": [option(kind.code, kind.name)]},
            {"OptionType": option(*ADDITIONAL), "OptionCode": [_pickups(kind)]},
        ],
        "Distance": {
            "Value": f"{site.distance(unit):.1f}",
            "UnitOfMeasurement": option(unit, "Kilometers" if unit == "KM" else "Miles"),
        },
        "SpecialInstructions": [{"Segment": ["Ask at the counter."]}],
        "LatestGroundDropOffTime": [kind.ground],
        "LatestAirDropOffTime": [kind.air],
        "StandardHoursOfOperation": f"Mon-Fri: {kind.opens}-{kind.closes}; Sat: {kind.opens}-1300; Sun: Closed",
        "Disclaimer": ["Times may differ on holidays."],
        "SLIC": f"{site.number % 10_000:04d}0",
        "Timezone": site.zone,
        "FacilityType": "PKG",
        "OperatingHours": {"StandardHours": [{"HoursType": "10", "DayOfWeek": _hours(kind)}]},
        "LocalizedInstruction": [{"Locale": locale, "Last50ftInstruction": "The entrance is beside the parking lot."}],
    }
    if kind is ACCESS_POINT:
        found |= _access_point(location)
    return found


def _address(location: Location) -> dict[str, str]:
    at = location.site.address
    key = {
        "ConsigneeName": location.kind.name.upper(),
        "AddressLine": at.lines[0],
        "PoliticalDivision2": at.city,
        "PoliticalDivision1": at.state,
        "PostcodePrimaryLow": at.postal,
        "CountryCode": at.country,
    }
    return {name: value for name, value in key.items() if value}


def _pickups(kind: Kind) -> dict[str, Any]:
    """When the ground driver comes, Sunday first."""
    days = [
        {
            "DayOfWeek": str(day),
            "PickUpDetails": {"NoPickUpIndicator": ""} if day in (_SUNDAY, _SATURDAY) else {"PickUpTime": kind.ground},
        }
        for day in range(1, 8)
    ]
    return {
        "Category": _TRANSPORTATION,
        **option("001", "Ground"),
        "Name": "Ground",
        "TransportationPickUpSchedule": {"PickUp": days},
    }


def _hours(kind: Kind) -> list[dict[str, str]]:
    days = []
    for day in range(1, 8):
        closes = "1300" if day == _SATURDAY else kind.closes
        times = {"ClosedIndicator": ""} if day == _SUNDAY else {"OpenHours": kind.opens, "CloseHours": closes}
        days.append({"Day": str(day), **times})
    return days


def _access_point(location: Location) -> dict[str, Any]:
    return {
        "ServiceOfferingList": {
            "ServiceOffering": [option("001", "Direct To Retail"), option("006", "Drop Off"), option("007", "PUDO")]
        },
        "DisplayPhoneNumberIndicator": "1",
        "AccessPointInformation": {
            "PublicAccessPointID": location.public_id,
            "BusinessClassificationList": {"BusinessClassification": [option("110", "CONVENIENCE STORE")]},
            "AccessPointStatus": option("01", "Active-available"),
            "Availability": {
                "ShippingAvailability": {"AvailableIndicator": ""},
                "DCRAvailability": {"AvailableIndicator": ""},
            },
        },
    }
