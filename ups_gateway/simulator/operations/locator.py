"""POST /api/locations/{version}/search/availabilities/{reqOption}: drop-off points, shops and access points nearby.

The rule: an origin that could be several places is answered with candidates and no locations; a failure is HTTP 200
with ResponseStatusCode 0. A location that was shown once can be asked for by its ID.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ups_gateway.simulator import places, sites
from ups_gateway.simulator.consignment import Address
from ups_gateway.simulator.model import Call, Reply
from ups_gateway.simulator.operations.address import from_key, regions
from ups_gateway.simulator.operations.answering import as_of_version
from ups_gateway.simulator.operations.fields import missing
from ups_gateway.simulator.operations.interchange import Failed, status
from ups_gateway.simulator.operations.locations import (
    ACCESS_POINT,
    ADDITIONAL,
    KINDS,
    PROGRAM,
    PROGRAMS,
    RETAIL,
    RETAIL_LOCATION,
    SERVICES,
    Location,
    drop_location,
    geocode,
    located,
    option,
)
from ups_gateway.simulator.operations.reading import many, part, postal, text, texts_only
from ups_gateway.simulator.sites import Point
from ups_gateway.simulator.world import World

_XPCI_VERSION = "1.0014"
_LOCATIONS, _ACCESS_POINTS = 1, 64
_ATTRIBUTES = (
    (8, ADDITIONAL, SERVICES),
    (16, PROGRAM, PROGRAMS),
    (32, RETAIL_LOCATION, tuple((kind.code, kind.name) for kind in KINDS if kind.code in RETAIL)),
)
"""What the request options 8 to 56 list; they are sums of these."""
_DEFAULT_LIST, _LONGEST_LIST = 5, 50
_DEFAULT_RADIUS, _NARROWEST = 100, 5
_WIDEST = {"MI": 100, "KM": 150}
"""SearchRadius at most, by unit (YAML Locator)."""
_SEARCH = "LocatorRequest/LocationSearchCriteria"
_LINE = re.compile(r"(?:.*,)? *([^,]+?)[ ,]+([A-Z]{2})[ ,]+(\d{5})(?:-\d{4})?")
"""A US address in one line: what counts is city, state and ZIP code at its end."""
Tree = Mapping[str, Any]


def locate(call: Call, world: World) -> Reply:
    """All request options."""
    if not isinstance(call.body, dict) or "LocatorRequest" not in call.body:
        raise missing("LocatorRequest")
    texts_only(call.body)
    request = part(call.body, "LocatorRequest")
    try:
        found = _search(call, world, request)
        answer = {"Response": status(request, _XPCI_VERSION, good=True), **found}
    except Failed as failed:
        answer = {"Response": status(request, _XPCI_VERSION, good=False) | {"Error": failed.error()}}
    return Reply(200, as_of_version({"LocatorResponse": answer}, call.version))


def _search(call: Call, world: World, request: Tree) -> dict[str, Any]:
    if text(request, "Request", "RequestAction").lower() != "locator":
        raise Failed("350040", "The request action is invalid.", "LocatorRequest/Request/RequestAction")
    written = call.params["reqOption"]
    asked = int(written) if written.isdecimal() else 0
    sure = "True" if "AllowAllConfidenceLevels" in request else "False"
    if asked in range(8, 57, 8):
        attributes = [_attribute(kind, rows) for bit, kind, rows in _ATTRIBUTES if asked & bit]
        return {"SearchResults": {"AvailableLocationAttributes": attributes}, "AllowAllConfidenceLevels": sure}
    if asked not in (_LOCATIONS, _ACCESS_POINTS):
        raise Failed("350009", "Request option is not supplied or is invalid.")
    locale = _locale(call, request)
    unit = text(request, "UnitOfMeasurement", "Code").upper()
    if unit not in ("MI", "KM") and (unit or asked == _LOCATIONS):
        raise Failed("350005", "The unit of measurement is invalid.", "LocatorRequest/UnitOfMeasurement/Code")
    unit = unit or "MI"
    known = _asked_by_id(world, request)
    if known is not None:
        return {
            "SearchResults": {"DropLocation": [drop_location(location, unit, locale) for location in known]},
            "AllowAllConfidenceLevels": sure,
        }
    origin = _origin(request)
    if isinstance(origin, list):
        return {"SearchResults": {"GeocodeCandidate": origin}, "AllowAllConfidenceLevels": sure}
    point, zone = _point(world, request, origin)
    near = [located(site) for site in sites.around(origin, point, zone)]
    if asked == _ACCESS_POINTS:
        near = [replace(location, kind=ACCESS_POINT) for location in near]
    found = [drop_location(location, unit, locale) for location in _chosen(world, request, near, unit)]
    results: dict[str, Any] = {"DropLocation": found}
    if "ExistIndicator" in part(request, "LocationSearchCriteria", "AccessPointSearch"):
        results["ActiveAvailableAccessPointIndicator"] = "Y"
    return {"Geocode": geocode(point), "SearchResults": results, "AllowAllConfidenceLevels": sure}


def _attribute(kind: tuple[str, str], rows: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    return {"OptionType": option(*kind), "OptionCode": [option(*row) for row in rows]}


def _locale(call: Call, request: Tree) -> str:
    """Of the request, else of the query."""
    locale = text(request, "Translate", "Locale") or call.query.get("Locale", "") or "en_US"
    if not re.fullmatch("[a-z]{2}_[A-Z]{2}", locale):
        raise Failed("355019", "Missing or Invalid Locale.", "LocatorRequest/Translate/Locale")
    return locale


def _asked_by_id(world: World, request: Tree) -> list[Location] | None:
    """What is asked for by location or access point ID; None when nothing is."""
    shown = world.kept.get("locations", {})
    public = text(request, "LocationSearchCriteria", "AccessPointSearch", "PublicAccessPointID")
    if public and text(request, "LocationSearchCriteria", "AccessPointSearch", "AccountNumber"):
        raise Failed("335046", "Account number and PublicAccessPointID exclude.", f"{_SEARCH}/AccessPointSearch")
    numbers = [
        number.strip() for number in many(request.get("LocationID")) if isinstance(number, str) and number.strip()
    ]
    numbers += [public] if public else []
    if not numbers:
        return None
    found = [shown[number] for number in numbers if number in shown]
    if not found:
        raise Failed("350201", "Unable to find any locations.")
    return found


def _origin(request: Tree) -> Address | list[dict[str, Any]]:
    """The place asked about, or the candidates when it could be several. Raises `Failed`."""
    origin = part(request, "OriginAddress")
    key = part(origin, "AddressKeyFormat")
    if not text(key, "CountryCode"):
        raise Failed("350102", "The Country code is missing.", "OriginAddress/AddressKeyFormat/CountryCode")
    line = _LINE.fullmatch(text(key, "SingleLineAddress").upper())
    if line is not None:
        named = dict(
            zip(("PoliticalDivision2", "PoliticalDivision1", "PostcodePrimaryLow"), line.groups(), strict=True)
        )
        key = {"CountryCode": key["CountryCode"], **named}
    asked = from_key(key)
    if asked.country not in ("US", "PR"):
        asked = replace(asked, postal=postal(asked.country, text(key, "PostcodePrimaryLow")))
    if "Geocode" in origin or asked.country not in places.REGIONS:
        if not (asked.postal or asked.city or "Geocode" in origin):
            raise Failed("350032", "More origin information must be provided.", "OriginAddress/AddressKeyFormat")
        return asked
    if not asked.postal and not (asked.city and asked.state):
        raise Failed("350032", "More origin information must be provided.", "OriginAddress/AddressKeyFormat")
    state = places.state_of_postal_code(asked.country, asked.postal) if asked.postal else asked.state
    if asked.postal and asked.state not in ("", state):
        candidates = regions(asked)[1] if asked.country == "US" else []
        if not candidates:
            raise Failed("350205", "Unable to produce a geospatial coordinate.")
        return [_candidate(replace(each, lines=asked.lines)) for each in candidates]
    return replace(asked, state=state)


def _candidate(place: Address) -> dict[str, Any]:
    key = {
        "AddressLine": " ".join(place.lines) or place.city,
        "PoliticalDivision2": place.city,
        "PoliticalDivision1": place.state,
        "PostcodePrimaryLow": place.postal,
        "CountryCode": place.country,
    }
    middle = sites.centre(place)
    return {"AddressKeyFormat": key, "Geocode": geocode(middle[0] if middle else Point(0, 0))}


def _point(world: World, request: Tree, origin: Address) -> tuple[Point, str]:
    """Where the origin is: by its geocode, else by its address."""
    middle = sites.centre(origin)
    if middle is None:
        if world.settings.cie:
            raise Failed("350107", "The country is not supported in CIE.", "OriginAddress/AddressKeyFormat/CountryCode")
        raise Failed("350205", "Unable to produce a geospatial coordinate.")
    given = part(request, "OriginAddress", "Geocode")
    if not given:
        return middle
    degrees = []
    for name, absent, bad in (("Latitude", "350035", "350019"), ("Longitude", "350036", "350020")):
        written = text(given, name)
        element = f"OriginAddress/Geocode/{name}"
        if not written:
            raise Failed(absent, f"The {name} is missing.", element)
        if not re.fullmatch(r"[-+]?\d{1,3}(\.\d*)?", written):
            raise Failed(bad, f"The {name.lower()} value is invalid.", element)
        degrees.append(float(written))
    return Point(*degrees), middle[1]


def _chosen(world: World, request: Tree, near: list[Location], unit: str) -> list[Location]:
    """Those that the search criteria leave, nearest first; they can be asked for by ID from now on."""
    criteria = part(request, "LocationSearchCriteria")
    most = _whole(criteria, "MaximumListSize", _DEFAULT_LIST, 1, _LONGEST_LIST, ("350021", "350002"))
    radius = _whole(criteria, "SearchRadius", _DEFAULT_RADIUS, _NARROWEST, _WIDEST[unit], ("350022", "350004"))
    _check_service(part(criteria, "ServiceSearch"))
    kinds = _kinds(criteria)
    found = [
        location
        for location in near
        if location.site.distance(unit) <= radius and (not kinds or location.kind.code in kinds)
    ][:most]
    if not found:
        raise Failed("350201", "Unable to find any locations.")
    shown = world.kept.setdefault("locations", {})
    for location in found:
        shown[location.number] = location
        shown[location.public_id] = location
    return found


def _whole(criteria: Tree, name: str, otherwise: int, least: int, most: int, codes: tuple[str, str]) -> int:
    written = text(criteria, name)
    if not written:
        return otherwise
    if not written.isdecimal():
        raise Failed(codes[0], f"{name} is invalid. It should be a number.", f"{_SEARCH}/{name}")
    if not least <= int(written) <= most:
        raise Failed(codes[1], f"{name} must be from {least} to {most}.", f"{_SEARCH}/{name}")
    return int(written)


def _check_service(service: Tree) -> None:
    time = text(service, "Time")
    codes = [text(each, "Code") for each in many(service.get("ServiceCode"))]
    if time and not re.fullmatch(r"([01]\d|2[0-3])[0-5]\d", time):
        raise Failed("350023", "Time is invalid. Valid format is HHMM.", f"{_SEARCH}/ServiceSearch/Time")
    if time and not codes:
        raise Failed("350031", "Service code is required with service time.", f"{_SEARCH}/ServiceSearch/ServiceCode")
    if not set(codes) <= {"01", "02", "03", "04", "05"}:
        raise Failed("350048", "Service code is invalid.", f"{_SEARCH}/ServiceSearch/ServiceCode")


def _kinds(criteria: Tree) -> set[str]:
    """The kinds of location that are asked for; empty when any is good."""
    found: set[str] = set()
    where = f"{_SEARCH}/SearchOption"
    for search in (tree for tree in many(criteria.get("SearchOption")) if isinstance(tree, dict)):
        kind = text(search, "OptionType", "Code")
        codes = [text(each, "Code") for each in many(search.get("OptionCode"))]
        if not kind:
            raise Failed("350037", "SearchOption node needs OptionType node.", where)
        if kind not in ("01", "02", "03", "04", "05", "06"):
            raise Failed("350046", "Option type code is invalid.", f"{where}/OptionType/Code")
        if not any(codes):
            raise Failed("350038", "SearchOption node needs OptionCode node.", where)
        if text(search, "Relation", "Code") not in ("", "01", "02"):
            raise Failed("350047", "Relation parameter is invalid.", f"{where}/Relation/Code")
        if kind in ("01", "02"):
            found |= {code.zfill(3) for code in codes if code}
    return found
