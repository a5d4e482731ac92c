"""POST /api/pickup/{version}/servicecenterlocations and GET /api/pickup/{version}/countries/{countrycode}.

The rule: drop-off facilities lie around the origin, the one for pickup at the destination; what is not asked about is
not answered. States are those that other operations take.
"""

from collections.abc import Mapping
from typing import Any

from ups_gateway.simulator import places, sites
from ups_gateway.simulator.consignment import Address
from ups_gateway.simulator.model import Call, Refused, Reply
from ups_gateway.simulator.operations.answering import as_of_version, response
from ups_gateway.simulator.operations.fields import COUNTRY, formed, invalid, missing, needed, request_of
from ups_gateway.simulator.operations.goods import Api, check_place
from ups_gateway.simulator.operations.reading import address, part, text
from ups_gateway.simulator.sites import Site
from ups_gateway.simulator.workdays import DAY_NAMES
from ups_gateway.simulator.world import World

_ROOT = "PickupGetServiceCenterFacilitiesRequest"
_SEARCH = "OriginAddress.OriginSearchCriteria"
_RULES = (
    *needed(_ROOT, "Request PickupPiece PickupPiece[].ServiceCode PickupPiece[].ContainerCode Locale"),
    *needed(_ROOT, "OriginAddress.CountryCode DestinationAddress.CountryCode"),
    *needed(_ROOT, f"{_SEARCH}.DistanceUnitOfMeasure"),
    formed(_ROOT, "Locale", "[a-z]{2}_[A-Z]{2}"),
    formed(_ROOT, "OriginAddress.CountryCode", COUNTRY),
    formed(_ROOT, "DestinationAddress.CountryCode", COUNTRY),
    formed(_ROOT, f"{_SEARCH}.DistanceUnitOfMeasure", "MI|KM"),
    formed(_ROOT, f"{_SEARCH}.SearchRadius", "0*([1-9][0-9]?|1[0-9][0-9]|200)"),
    formed(_ROOT, f"{_SEARCH}.MaximumLocation", "0*([1-9][0-9]?|100)"),
)
_FARTHEST, _MOST = 200, 100
_FREIGHT = "FRT"
_OPEN, _CLOSED, _LAST = "0800", "1900", "1730"


def service_centers(call: Call, _world: World) -> Reply:
    """Where freight can be dropped off, and picked up again."""
    request = request_of(call, _ROOT, _RULES)
    origin, destination = (part(request, name) for name in ("OriginAddress", "DestinationAddress"))
    if not origin and not destination:
        raise missing("OriginAddress")
    nearby = "ProximitySearchIndicator" in request
    if nearby and not part(origin, "OriginSearchCriteria"):
        raise missing("OriginSearchCriteria")
    found: dict[str, Any] = {}
    if origin:
        found["DropOffFacilities"] = _drop_off(origin, text(request, "Locale"), nearby=nearby)
    if destination:
        (near, *_) = _sites(address(destination), "DestinationAddress")
        found["PickupFacilities"] = {
            **_facility(near),
            "AirportCode": "---",
            "SortCode": f"V{near.seed[11] % 10}",
        }
    answer = {"Response": response(request), "ServiceCenterLocation": found}
    return Reply(200, as_of_version({_ROOT.replace("Request", "Response"): answer}, call.version))


def _sites(place: Address, name: str) -> list[Site]:
    check_place(Api.SHIP, place)
    found = sites.centre(place)
    if found is None:
        raise invalid(name, "no service centers there")
    return sites.around(place, *found)


def _drop_off(origin: Mapping[str, Any], locale: str, *, nearby: bool) -> list[dict[str, Any]]:
    near = _sites(address(origin), "OriginAddress")
    search = part(origin, "OriginSearchCriteria")
    unit = text(search, "DistanceUnitOfMeasure") or "MI"
    if nearby:
        radius = int(text(search, "SearchRadius") or _FARTHEST)
        most = int(text(search, "MaximumLocation") or _MOST)
        near = [site for site in near if site.distance(unit) <= radius][:most]
    facilities = []
    for site in near if nearby else near[:1]:
        facility = _facility(site) | {"OriginOrDestination": "Origin"}
        facility["LocalizedInstruction"] = [{"Locale": locale, "Last50ftInstruction": "Use the dock at the back."}]
        if nearby:
            facility["Distance"] = {"Value": f"{site.distance(unit):.2f}", "UnitOfMeasurement": unit}
        facilities.append(facility)
    return facilities


def _facility(site: Site) -> dict[str, Any]:
    at = site.address
    return {
        "Name": f"UPS {at.city} SERVICE CENTER"[:50],
        "Address": {
            "AddressLine": at.lines[0],
            "City": at.city,
            "StateProvince": at.state or at.country,
            "PostalCode": at.postal,
            "CountryCode": at.country,
            "ResidentialIndicator": "N",
        },
        "SLIC": f"{site.number % 10_000:04d}",
        "Type": _FREIGHT,
        "Timezone": site.zone,
        "Phone": site.phone,
        "Fax": site.phone,
        "FacilityTime": {
            "DayOfWeek": [
                {
                    "Day": day,
                    "EarliestDropOfforPickup": _OPEN,
                    "LatestDropOfforPickup": _LAST,
                    "OpenHours": _OPEN,
                    "CloseHours": _CLOSED,
                    "PrepTime": "0030",
                    "LastDrop": _LAST,
                }
                for day in DAY_NAMES[:5]
            ]
        },
    }


def divisions(call: Call, _world: World) -> Reply:
    """The states of a country; UPS demands the transaction's headers here, though not in the other pickup calls."""
    for header, code in (("transId", "100001"), ("transactionSrc", "100002")):
        if not call.headers.get(header.lower(), "").strip():
            raise Refused(400, code, f"Missing {header} in the request header")
    country = call.params["countrycode"].upper()
    if country not in places.COUNTRIES:
        raise invalid("countrycode")
    states = list(places.REGIONS.get(country, {}))
    answer: dict[str, Any] = {"Response": response({}), **({"PoliticalDivision1": states} if states else {})}
    return Reply(200, {"PickupGetPoliticalDivision1ListResponse": answer})
