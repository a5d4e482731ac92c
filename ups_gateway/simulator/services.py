"""UPS's services by lane: codes, names, days, times, and how dear each is.

The rule: one row a service and lane, quickest first; what may go where is read from these rows alone.
"""

from datetime import time
from typing import NamedTuple

from ups_gateway.simulator import places


class Service(NamedTuple):
    """`days` 0 means by distance; `factor` is the price against Ground or Standard in percent."""

    code: str
    name: str
    transit_code: str
    days: int
    commit: time
    factor: int
    guaranteed: bool = True
    listed: bool = True
    """Whether Shop and time in transit offer it; the others must be asked for by code."""
    pairs: tuple[str, ...] = ()
    """Where given, the only country pairs it serves."""


_END_OF_DAY = time(23, 0)
LANES: dict[str, tuple[Service, ...]] = {
    "us": (
        Service("14", "UPS Next Day Air Early", "1DM", 1, time(8, 0), 420),
        Service("01", "UPS Next Day Air", "1DA", 1, time(10, 30), 350),
        Service("13", "UPS Next Day Air Saver", "1DP", 1, time(15, 0), 310),
        Service("59", "UPS 2nd Day Air A.M.", "2DM", 2, time(10, 30), 230),
        Service("02", "UPS 2nd Day Air", "2DA", 2, _END_OF_DAY, 190),
        Service("12", "UPS 3 Day Select", "3DS", 3, _END_OF_DAY, 140),
        Service("03", "UPS Ground", "GND", 0, _END_OF_DAY, 100),
        Service("93", "UPS Ground Saver", "GSV", 7, _END_OF_DAY, 85, guaranteed=False, listed=False),
        Service("92", "UPS SurePost Less than 1LB", "SPL", 7, _END_OF_DAY, 75, guaranteed=False, listed=False),
        Service("94", "UPS SurePost BPM", "SPB", 7, _END_OF_DAY, 80, guaranteed=False, listed=False),
        Service("95", "UPS SurePost Media Mail", "SPM", 7, _END_OF_DAY, 80, guaranteed=False, listed=False),
        Service("75", "UPS Heavy Goods", "HGG", 3, _END_OF_DAY, 300, guaranteed=False, listed=False),
    ),
    "ca": (
        Service("14", "UPS Express Early", "24", 1, time(9, 0), 420),
        Service("01", "UPS Express", "24X", 1, time(10, 30), 330),
        Service("13", "UPS Express Saver", "20", 1, time(17, 0), 290),
        Service("02", "UPS Expedited", "19", 2, _END_OF_DAY, 180),
        Service("11", "UPS Standard", "25", 0, _END_OF_DAY, 100),
    ),
    "eu": (
        Service("54", "UPS Express Plus", "21", 1, time(9, 0), 420),
        Service("07", "UPS Express", "01", 1, time(12, 0), 330),
        Service("65", "UPS Express Saver", "28", 1, _END_OF_DAY, 280),
        Service("08", "UPS Expedited", "05", 3, _END_OF_DAY, 170),
        Service("11", "UPS Standard", "08", 0, _END_OF_DAY, 100),
        Service("70", "UPS Access Point Economy", "39", 5, _END_OF_DAY, 70, guaranteed=False, listed=False),
    ),
    "out": (
        Service("54", "UPS Worldwide Express Plus", "21", 1, time(9, 0), 190),
        Service("07", "UPS Worldwide Express", "01", 1, time(12, 0), 150),
        Service("65", "UPS Worldwide Saver", "28", 2, _END_OF_DAY, 138),
        Service("08", "UPS Worldwide Expedited", "05", 4, _END_OF_DAY, 120),
        Service("11", "UPS Standard", "03", 5, _END_OF_DAY, 60, pairs=("US-CA", "US-MX", "CA-US", "MX-US")),
        Service("12", "UPS 3 Day Select", "33", 3, _END_OF_DAY, 90, pairs=("CA-US",)),
        Service("96", "UPS Worldwide Express Freight", "29", 2, _END_OF_DAY, 400, listed=False),
        Service("71", "UPS Worldwide Express Freight Midday", "57", 2, time(12, 0), 440, listed=False),
        Service("17", "UPS Worldwide Economy DDU", "WED", 8, _END_OF_DAY, 55, guaranteed=False, listed=False),
        Service("72", "UPS Worldwide Economy DDP", "WEP", 8, _END_OF_DAY, 60, guaranteed=False, listed=False),
    ),
}
KNOWN_CODES = frozenset(service.code for lane in LANES.values() for service in lane)
_OFF_THE_MAINLAND = frozenset({"AK", "HI", "PR", "VI", "GU"})
_MAINLAND_ONLY = frozenset({"12", "59", "93"})


def lane(origin: str, destination: str) -> str:
    """Which rows apply between two countries. The EU is one lane; Puerto Rico counts as US, as UPS does."""
    here, there = ("US" if c == "PR" else c for c in (origin, destination))
    if here == there == "US":
        return "us"
    if here == there == "CA":
        return "ca"
    if here == there or places.country(here).area == places.country(there).area == "EU":
        return "eu"
    return "out"


def available(origin: str, destination: str, *states: str) -> list[Service]:
    """The services between two countries, quickest first, listed or not; `states` are both ends' US states."""
    pair = f"{origin}-{destination}"
    off = not _OFF_THE_MAINLAND.isdisjoint(states)
    return [
        service
        for service in LANES[lane(origin, destination)]
        if (not service.pairs or pair in service.pairs) and not (off and service.code in _MAINLAND_ONLY)
    ]


def name_of(code: str, lane_name: str = "us") -> str:
    """The service's name on a lane, or on any lane that has it."""
    rows = (*LANES[lane_name], *(s for lane_rows in LANES.values() for s in lane_rows))
    return next((service.name for service in rows if service.code == code), "UPS")
