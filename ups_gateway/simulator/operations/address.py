"""POST /api/addressvalidation/{version}/{requestoption}: streets, or only cities and ZIP codes.

The rule: an address is valid when number, city, state and ZIP code agree with what `places` knows; where they do not,
candidates are made from what does agree; with nothing to go by there are none.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from ups_gateway.simulator import places
from ups_gateway.simulator.consignment import Address
from ups_gateway.simulator.model import Call, Refused, Reply
from ups_gateway.simulator.operations.answering import as_of_version, response
from ups_gateway.simulator.operations.reading import many, part, postal, text, texts_only
from ups_gateway.simulator.operations.rules import ADDRESS
from ups_gateway.simulator.places import City
from ups_gateway.simulator.validate import check
from ups_gateway.simulator.world import World

_OPTIONS = {"1": (True, False), "2": (False, True), "3": (True, True)}
"""Validated?, classified?"""
_COUNTRIES = frozenset({"US", "PR"})
_DEFAULT_LIST = 15
_BUSINESS = re.compile(r"\b(STE|SUITE|FL|FLOOR|PKWY|PLZ|PLAZA|BLDG|DOCK|IND)\b")
_HOME = re.compile(r"\b(APT|LOT|TRLR|UNIT)\b")
_HOUSE = re.compile(r"\d|PO BOX", re.IGNORECASE)
_SUFFIXES = {"STREET": "ST", "AVENUE": "AVE", "ROAD": "RD", "DRIVE": "DR", "PARKWAY": "PKWY", "BOULEVARD": "BLVD"}
_CLASSES = {"0": "UnClassified", "1": "Commercial", "2": "Residential"}


def validate(call: Call, _world: World) -> Reply:
    """All three request options."""
    option = call.params["requestoption"]
    if option not in _OPTIONS:
        raise Refused(400, "9264028", "Invalid or missing request option.")
    if not isinstance(call.body, dict):
        raise Refused(400, "20007", "Missing Required field, XAVRequest.")
    texts_only(call.body)
    check(call.body, ADDRESS)
    request = part(call.body, "XAVRequest")
    asked = from_key(part(request, "AddressKeyFormat"))
    if asked.country not in _COUNTRIES:
        raise Refused(400, "264002", "Country code is invalid or missing.")
    most = _most(call.query.get("maximumcandidatelistsize", ""))
    regional = call.query.get("regionalrequestindicator", "").lower() == "true"
    valid, candidates = regions(asked) if regional else _streets(asked)
    validated, classified = _OPTIONS[option]
    answer: dict[str, Any] = {"Response": response(request), _indicator(candidates, valid=valid): ""}
    if classified and not regional:
        answer["AddressClassification"] = _class(asked if not candidates else candidates[0])
    if validated and candidates:
        answer["Candidate"] = [
            _candidate(each, classified=classified and not regional, region_only=regional) for each in candidates[:most]
        ]
    return Reply(200, as_of_version({"XAVResponse": answer}, call.version))


def _most(written: str) -> int:
    if not written:
        return _DEFAULT_LIST
    if not written.isdecimal() or int(written) > 50:
        raise Refused(400, "20008", "The field, maximumcandidatelistsize, contains invalid data.")
    return int(written) or _DEFAULT_LIST


def from_key(key: Mapping[str, Any]) -> Address:
    """An AddressKeyFormat; Region is "CITY STATE ZIP" in one line and stands for the three."""
    country = text(key, "CountryCode").upper()
    city, state = text(key, "PoliticalDivision2").upper(), text(key, "PoliticalDivision1").upper()
    zip5 = postal("US", text(key, "PostcodePrimaryLow"))[:5]
    region = re.fullmatch(r"(.*?)[ ,]+([A-Z]{2})[ ,]*(\d{5})?.*", text(key, "Region").upper())
    if region is not None:
        city, state, zip5 = city or region[1], state or region[2], zip5 or region[3] or ""
    lines = tuple(_standard(line) for line in many(key.get("AddressLine")) if isinstance(line, str) and line.strip())
    return Address(country, "PR" if country == "PR" else state, city, zip5, lines)


def _standard(line: str) -> str:
    words = re.sub(r"[.,]", "", line.upper()).split()
    return " ".join(_SUFFIXES.get(word, word) for word in words)


def _indicator(candidates: list[Address], *, valid: bool) -> str:
    if valid:
        return "ValidAddressIndicator"
    return "AmbiguousAddressIndicator" if candidates else "NoCandidatesIndicator"


def _at(asked: Address, city: City) -> Address:
    keeps = city.low <= asked.postal <= city.high
    return replace(asked, city=city.name, state=city.state, postal=asked.postal if keeps else city.low)


def _cities(asked: Address) -> list[City]:
    """The cities the address could mean, by ZIP code and by name."""
    by_zip = places.city_of_postal_code(asked.postal) if len(asked.postal) == 5 else None
    named = places.cities_named(asked.city, asked.state) or places.cities_named(asked.city)
    found = [*([by_zip] if by_zip else []), *named]
    return list(dict.fromkeys(found))


def _agrees(asked: Address) -> bool:
    """City, state and ZIP code fit; a city that is not in the table is believed."""
    if not (asked.city and asked.state and len(asked.postal) == 5):
        return False
    if places.state_of_postal_code("US", asked.postal) != asked.state:
        return False
    city = places.city_of_postal_code(asked.postal)
    return city is None or city.name == asked.city


def _streets(asked: Address) -> tuple[bool, list[Address]]:
    if not asked.lines:
        return False, []
    has_number = any(_HOUSE.search(line) for line in asked.lines)
    if _agrees(asked):
        if has_number:
            return True, [asked]
        first, *rest = asked.lines
        return False, [replace(asked, lines=(f"{low}-{low + 98} {first}", *rest)) for low in (100, 200, 300)]
    return False, [_at(asked, city) for city in _cities(asked)] if has_number else []


def regions(asked: Address) -> tuple[bool, list[Address]]:
    if _agrees(asked):
        return True, [replace(asked, lines=())]
    return False, [replace(_at(asked, city), lines=()) for city in _cities(asked)]


def _digest(address: Address) -> bytes:
    return sha256(" ".join((*address.lines, address.city, address.postal)).encode()).digest()


def _class(address: Address) -> dict[str, str]:
    line = " ".join(address.lines)
    if not line:
        code = "0"
    elif _HOME.search(line):
        code = "2"
    elif _BUSINESS.search(line):
        code = "1"
    else:
        code = "12"[_digest(address)[0] % 2]
    return {"Code": code, "Description": _CLASSES[code]}


def _candidate(address: Address, *, classified: bool, region_only: bool) -> dict[str, Any]:
    extended = "" if region_only else f"{1000 + int.from_bytes(_digest(address)[1:3], 'big') % 9000}"
    zip9 = f"{address.postal}-{extended}" if extended else address.postal
    key = {
        "AddressLine": list(address.lines[:3]),
        "Region": f"{address.city} {address.state} {zip9}",
        "PoliticalDivision2": address.city,
        "PoliticalDivision1": address.state,
        "PostcodePrimaryLow": address.postal,
        "PostcodeExtendedLow": extended,
        "CountryCode": address.country,
    }
    return {
        **({"AddressClassification": _class(address)} if classified else {}),
        "AddressKeyFormat": {name: value for name, value in key.items() if value},
    }
