"""Where the simulated UPS has counters and facilities: a few around any address, always the same ones.

The rule: made from the address alone, nearest first; coordinates lie around the centre of a state or a country, which
is as exact as `places` knows it.
"""

from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from math import cos, radians, sin
from typing import NamedTuple

from ups_gateway.simulator import places
from ups_gateway.simulator.consignment import Address

MOST = 50
KM_PER_MILE = 1.609344
_MILES_PER_DEGREE = 69.0
_STREETS = ("MAIN ST", "MARKET ST", "OAK AVE", "2ND ST", "PARK BLVD", "STATION RD", "COMMERCE DR", "LAKE AVE")
_ZONES = {
    -3: "America/Halifax",
    -4: "America/Puerto_Rico",
    -5: "America/New_York",
    -6: "America/Chicago",
    -7: "America/Denver",
    -8: "America/Los_Angeles",
    -9: "America/Anchorage",
    -10: "Pacific/Honolulu",
    10: "Pacific/Guam",
}


class Point(NamedTuple):
    """Degrees north and east."""

    latitude: float
    longitude: float


class _Centre(NamedTuple):
    latitude: float
    longitude: float
    zone: str


_CENTRES = {
    "AT": _Centre(47.6, 14.1, "Europe/Vienna"),
    "BE": _Centre(50.6, 4.7, "Europe/Brussels"),
    "CH": _Centre(46.8, 8.2, "Europe/Zurich"),
    "CZ": _Centre(49.8, 15.5, "Europe/Prague"),
    "DE": _Centre(51.2, 10.4, "Europe/Berlin"),
    "DK": _Centre(56.0, 10.0, "Europe/Copenhagen"),
    "ES": _Centre(40.3, -3.7, "Europe/Madrid"),
    "FR": _Centre(46.6, 2.5, "Europe/Paris"),
    "GB": _Centre(52.6, -1.5, "Europe/London"),
    "HK": _Centre(22.4, 114.1, "Asia/Hong_Kong"),
    "IE": _Centre(53.2, -8.2, "Europe/Dublin"),
    "IT": _Centre(42.8, 12.1, "Europe/Rome"),
    "MX": _Centre(23.6, -102.6, "America/Mexico_City"),
    "NL": _Centre(52.1, 5.3, "Europe/Amsterdam"),
    "PL": _Centre(52.1, 19.4, "Europe/Warsaw"),
    "PT": _Centre(39.6, -8.0, "Europe/Lisbon"),
    "SE": _Centre(60.1, 15.0, "Europe/Stockholm"),
}
"""Countries without states in `places` that have sites, and their time zones."""


@dataclass(frozen=True, slots=True)
class Site:
    """One place of UPS's; `seed` is what is particular about it."""

    seed: bytes
    address: Address
    point: Point
    zone: str
    miles: float

    @property
    def number(self) -> int:
        """Six figures that name it."""
        return 100_000 + int.from_bytes(self.seed[:4], "big") % 900_000

    @property
    def phone(self) -> str:
        """Ten figures of a number that nobody has."""
        return f"{200 + self.seed[4] % 700}5550{100 + self.seed[5] % 100}"

    def distance(self, unit: str) -> float:
        """From the address asked for, in MI or KM."""
        return self.miles * (KM_PER_MILE if unit == "KM" else 1)


def centre(place: Address) -> tuple[Point, str] | None:
    """Where an address lies and its time zone; None where UPS has no sites."""
    region = places.region(place.country, place.state, place.postal)
    if region is not None:
        middle, zone = Point(region.latitude, region.longitude), _ZONES[region.utc_hours]
    elif place.country in _CENTRES:
        known = _CENTRES[place.country]
        middle, zone = Point(known.latitude, known.longitude), known.zone
    else:
        return None
    north, east = _digest(place.country, place.city.upper(), place.postal[:3])[:2]
    return Point(middle.latitude + (north - 128) / 256, middle.longitude + (east - 128) / 256), zone


def around(place: Address, at: Point, zone: str) -> list[Site]:
    """The sites near an address whose point is `at`, nearest first."""
    seeds = [_digest(place.country, place.city.upper(), place.postal[:5], str(n)) for n in range(MOST)]
    distances = accumulate(0.2 + seed[6] / 100 for seed in seeds)
    return [_site(place, at, zone, seed, miles) for seed, miles in zip(seeds, distances, strict=True)]


def _site(place: Address, at: Point, zone: str, seed: bytes, miles: float) -> Site:
    bearing = radians(seed[7] * 360 / 256)
    north = miles * cos(bearing) / _MILES_PER_DEGREE
    east = miles * sin(bearing) / (_MILES_PER_DEGREE * cos(radians(at.latitude)))
    line = f"{100 + seed[8] * 7} {_STREETS[seed[9] % len(_STREETS)]}"
    city = place.city.upper() or _city(place)
    address = Address(place.country, place.state, city, place.postal[:5] or "00000", (line,))
    return Site(seed, address, Point(at.latitude + north, at.longitude + east), zone, miles)


def _city(place: Address) -> str:
    known = places.city_of_postal_code(place.postal) if place.country in ("US", "PR") else None
    return known.name if known else "CENTRAL CITY"


def _digest(*parts: str) -> bytes:
    return sha256("|".join(parts).encode()).digest()
