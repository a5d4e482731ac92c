"""Numbers that UPS's test environment knows although nobody made them there.

The rule: the documented ones answer as UPS's guides say, in the XML list and in the REST list; any other 1Z number
stands for a shipment that is derived from the number and from the day it was first asked for, always the same.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from hashlib import sha256

from ups_gateway.simulator import places
from ups_gateway.simulator.consignment import Address, Consignment, Parcel, Party, Reference
from ups_gateway.simulator.services import KNOWN_CODES
from ups_gateway.simulator.shipments import Package, Shipment
from ups_gateway.simulator.world import World


class Stage(Enum):
    """How far a number's history goes."""

    BY_TIME = "as far as the clock says"
    DELIVERED = "delivered"
    ORIGIN_SCAN = "origin scan"
    ATTEMPTED = "delivery attempted"
    ATTEMPTED_TWICE = "second delivery attempt"
    UNKNOWN = "no tracking information"


@dataclass(frozen=True, slots=True)
class Known:
    """A documented number: how far it is, by which service, and what else UPS says of it."""

    stage: Stage
    service: str = ""
    """A name for what is not a package service."""
    cod: str = ""
    packages: tuple[str, ...] = ()
    """Further packages of the same shipment."""
    country: str = ""
    """The destination, where it is not in the US."""


TRACKED = {
    "1Z12345E0291980793": Known(Stage.DELIVERED),
    "1Z12345E6692804405": Known(Stage.DELIVERED, "UPS Worldwide Express", country="DE"),
    "1Z12345E0390515214": Known(Stage.DELIVERED, packages=("1Z12345E0393657226",)),
    "1Z12345E0393657226": Known(Stage.DELIVERED),
    "1Z12345E1392654435": Known(Stage.ORIGIN_SCAN),
    "1Z12345E6892410845": Known(Stage.ATTEMPTED_TWICE),
    "1Z12345E1591910450": Known(Stage.UNKNOWN),
    "1Z12345E5991872040": Known(Stage.DELIVERED, cod="125.00 USD"),
    "1Z12345E0390105056": Known(Stage.DELIVERED),
    "1Z12345E0290424025": Known(Stage.DELIVERED),
    "1Z12345E0194845039": Known(Stage.DELIVERED),
    "990728071": Known(Stage.DELIVERED, "UPS Freight LTL"),
    "3251026119": Known(Stage.DELIVERED, "Air Freight"),
    "5548789114": Known(Stage.DELIVERED, "Air Freight"),
    "ER751105042015062": Known(Stage.DELIVERED, "Ocean Freight"),
    "1Z4861WWE194914215": Known(Stage.DELIVERED, "UPS Worldwide Express Freight", country="GB"),
    "1ZWX0692YP40636269": Known(Stage.DELIVERED, "UPS SurePost"),
    "9102084383041101186729": Known(Stage.DELIVERED, "UPS Mail Innovations"),
    "1Z5338FF0107231059": Known(Stage.ATTEMPTED),
    "92055900100111152280003029": Known(Stage.DELIVERED, "UPS Mail Innovations"),
    "7798339175": Known(Stage.DELIVERED, "UPS Freight LTL"),
    "572254454": Known(Stage.DELIVERED, "UPS Next Day Air"),
}
"""Shipping test numbers of the tracking guides, XML and REST."""
REFERENCES = {"CGISH000116630": "9102084383041101186729"}

LABEL_FORMATS = {
    "1Z12345E8791315509": "PDF",
    "1Z12345E8791315413": "GIF",
    "1ZTESTAN0154809878": "ZPL",
    "1ZTESTAN8480418532": "GIF",
    "1ZTESTAN0150617707": "GIF",
}
"""What label recovery gives where the request names no format."""

VOID_REFUSED = {
    "1Z12345E0392508488": "190101",
    "1Z12345E8793628675": "190101",
    "1Z12345E1290420899": "190103",
    "1Z12345E0392508253": "190110",
    "1Z12345E0392506486": "190112",
}
"""By shipment, or by package for a void of packages."""
NOT_VOIDED = frozenset({"1Z12345E1593518308", "1Z2220060292634221"})
"""Packages that stay although the others of the call are voided."""
PARTLY_VOIDED = frozenset({"1Z12345E1234567890", "1Z2220060290530202", "1Z2220060294314162", "1Z2220060292690189"})
"""Shipments of which something is left after a void of packages."""

_NAMES = ("BAKER", "CARTER", "DIAZ", "EVANS", "FISHER", "GARCIA", "HARRIS", "JONES", "LEE", "MILLER", "NGUYEN", "SMITH")
_LONG_AGO = timedelta(days=21)


def _bytes(number: str) -> bytes:
    return sha256(number.encode()).digest()


def signer(number: str) -> str:
    """Who signed for a package."""
    return _NAMES[_bytes(number)[0] % len(_NAMES)]


def stage(world: World, number: str) -> Stage:
    """How far the history of a number goes."""
    known = TRACKED.get(number) if world.settings.cie else None
    return known.stage if known else Stage.BY_TIME


def shipment(world: World, number: str) -> Shipment:
    """The shipment that a number stands for; the same one every time."""
    derived = world.kept.setdefault("derived shipments", {})
    if number not in derived:
        derived[number] = _derive(world, number)
    found: Shipment = derived[number]
    return found


def _place(seed: int) -> Address:
    city = places.CITIES[seed % len(places.CITIES)]
    return Address("PR" if city.state == "PR" else "US", city.state, city.name, city.low, (f"{100 + seed} MAIN ST",))


def _derive(world: World, number: str) -> Shipment:
    digest = _bytes(number)
    known = TRACKED.get(number, Known(Stage.BY_TIME))
    service = number[8:10] if number[8:10] in KNOWN_CODES else "03"
    sender = Party("SIMULATED SHIPPER", _place(digest[1]), "SHIPPING DEPARTMENT", "4045550100")
    receiver = Party("SIMULATED RECEIVER", _place(digest[2]), f"{signer(number)}", "2125550100")
    if known.country:
        there = Address(known.country, "", "BERLIN" if known.country == "DE" else "LONDON", "", ("1 MAIN ST",))
        receiver = Party("SIMULATED RECEIVER", there, signer(number), "2125550100")
    parcel = Parcel("02", 1 + digest[3] % 20, references=(Reference("", f"ORDER{digest[4]:03d}{digest[5]:03d}"),))
    numbers = (number, *known.packages)
    age = timedelta(days=digest[6] % 9, hours=digest[7] % 24) if known.stage is Stage.BY_TIME else _LONG_AGO
    goods = Consignment(sender.address, receiver.address, (parcel,) * len(numbers))
    return Shipment(
        number,
        number[2:8],
        service,
        sender,
        sender,
        receiver,
        goods,
        tuple(Package(each, parcel) for each in numbers),
        (),
        (world.now() - age).timestamp(),
        cod=known.cod,
    )
