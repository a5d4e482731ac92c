"""What carrying something costs: pure arithmetic in whole cents over weight, zone, service and accessorials.

The rule: Rate, Shop and Ship all price through `price`, so the same input always costs the same; more weight or a
farther zone never costs less. The amounts are invented, only their proportions are meant to look real.
"""

from dataclasses import dataclass, replace
from math import ceil

from ups_gateway.simulator import places, schedule
from ups_gateway.simulator.consignment import Consignment, Parcel
from ups_gateway.simulator.services import Service, lane

_FUEL_PERCENT = 16
_DIMENSIONAL_DIVISOR = {"LBS": 139, "KGS": 5000}
_POUNDS = {"LBS": 1.0, "KGS": 2.20462}
_INCHES = {"IN": 1.0, "CM": 1 / 2.54}
_TO_OWN_INCHES = {("LBS", "CM"): 1 / 2.54, ("KGS", "IN"): 2.54}
_LETTER = "01"
_COVERED = 100

MAX_WEIGHT = {"LBS": 150, "KGS": 70}
MAX_LENGTH = {"IN": 108, "CM": 274}
MAX_LENGTH_GIRTH = {"IN": 165, "CM": 419}

ACCESSORIALS = {
    "100": ("ADDITIONAL HANDLING", 2600),
    "110": ("COD", 1900),
    "120": ("DELIVERY CONFIRMATION", 640),
    "121": ("SHIP DELIVERY CONFIRMATION", 640),
    "200": ("DRY ICE", 800),
    "220": ("HOLD FOR PICKUP", 0),
    "250": ("PRINT RETURN LABEL", 50),
    "260": ("PRINT N MAIL", 250),
    "270": ("RESIDENTIAL ADDRESS", 615),
    "280": ("RETURN SERVICE 1ATTEMPT", 950),
    "290": ("RETURN SERVICE 3ATTEMPT", 1200),
    "300": ("SATURDAY DELIVERY", 1600),
    "310": ("SATURDAY PICKUP", 1600),
    "350": ("ELECTRONIC RETURN LABEL", 100),
    "375": ("FUEL SURCHARGE", 0),
    "376": ("DELIVERY AREA", 435),
    "377": ("LARGE PACKAGE", 14500),
    "400": ("INSURANCE", 0),
    "402": ("SHIPPER RELEASE", 0),
    "404": ("UPS PROACTIVE RESPONSE", 1500),
    "410": ("RETURN OF DOCUMENT", 500),
    "441": ("CARBON NEUTRAL", 5),
    "444": ("IMPORT CONTROL", 400),
    "445": ("COMMERCIAL INVOICE REMOVAL", 700),
}
_TRANSPORT = frozenset({"375", "376"})
"""Charges that count as transportation; all others are service options."""
_DELIVERY_AREA = frozenset({"AK", "HI", "MT", "ND", "SD", "WY", "PR", "VI", "GU"})


@dataclass(frozen=True, slots=True)
class Line:
    """One itemised charge, in cents."""

    code: str
    cents: int
    sub_type: str = ""

    @property
    def name(self) -> str:
        """UPS's name for the charge."""
        return ACCESSORIALS[self.code][0]


@dataclass(frozen=True, slots=True)
class Priced:
    """What a package, or the part of a shipment beyond its packages, costs."""

    billed: float
    base: int
    lines: tuple[Line, ...]

    @property
    def transportation(self) -> int:
        """Base charge with fuel and area."""
        return self.base + sum(line.cents for line in self.lines if line.code in _TRANSPORT)

    @property
    def options(self) -> int:
        """Everything else."""
        return sum(line.cents for line in self.lines if line.code not in _TRANSPORT)

    @property
    def total(self) -> int:
        """Both."""
        return self.base + sum(line.cents for line in self.lines)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a shipment costs by one service; `extra` holds the accessorials of the whole shipment."""

    service: Service
    zone: str
    currency: str
    unit: str
    parcels: tuple[Priced, ...]
    extra: Priced
    tax_name: str
    tax_percent: int

    def _sum(self, what: str) -> int:
        return sum(int(getattr(part, what)) for part in (*self.parcels, self.extra))

    @property
    def billed(self) -> float:
        """The shipment's billable weight."""
        return sum(parcel.billed for parcel in self.parcels)

    @property
    def base(self) -> int:
        """All base charges."""
        return self._sum("base")

    @property
    def transportation(self) -> int:
        """All transportation charges."""
        return self._sum("transportation")

    @property
    def options(self) -> int:
        """All accessorials."""
        return self._sum("options")

    @property
    def total(self) -> int:
        """Everything but taxes."""
        return self._sum("total")

    @property
    def tax(self) -> int:
        """The tax on the total."""
        return self.total * self.tax_percent // 100


def girth(parcel: Parcel) -> tuple[float, float]:
    """The longest side, and it with the girth around the other two, in the parcel's unit; 0, 0 without a size."""
    if not parcel.size:
        return 0, 0
    *others, longest = sorted(parcel.size)
    return longest, longest + 2 * sum(others)


def billable_weight(parcel: Parcel) -> float:
    """The greater of real and dimensional weight: whole pounds, half kilograms, rounded up."""
    weight = parcel.weight
    if parcel.size and parcel.packaging != _LETTER:
        factor = _TO_OWN_INCHES.get((parcel.unit, parcel.size_unit), 1.0)
        volume = 1.0
        for side in parcel.size:
            volume *= side * factor
        weight = max(weight, volume / _DIMENSIONAL_DIVISOR[parcel.unit])
    steps = 2 if parcel.unit == "KGS" else 1
    return ceil(round(weight * steps, 6)) / steps


def price(goods: Consignment, service: Service) -> Quote:
    """The published price of a consignment by a service that is available to it."""
    zone = schedule.distance_zone(goods.origin, goods.destination)
    which = lane(goods.origin.country, goods.destination.country)
    country = places.country(goods.origin.country)
    parcels = tuple(_parcel(parcel, goods, service, zone, which) for parcel in goods.parcels)
    lines = tuple(Line(code, ACCESSORIALS[code][1]) for code in goods.options)
    unit = goods.parcels[0].unit
    taxed = which in ("ca", "eu") or country.name == "MEXICO"
    return Quote(
        service,
        schedule.zone_name(service, goods.origin, goods.destination),
        country.currency,
        unit,
        parcels,
        Priced(0, 0, lines),
        country.tax if taxed else "",
        country.percent if taxed else 0,
    )


def _parcel(parcel: Parcel, goods: Consignment, service: Service, zone: int, which: str) -> Priced:
    billed = billable_weight(parcel)
    pounds = billed * _POUNDS[parcel.unit]
    if which == "out":
        base = 3800 + 1400 * zone + pounds * (180 + 70 * zone)
    else:
        base = 850 + 60 * zone + pounds * (18 + 7 * zone)
    if parcel.packaging == _LETTER or goods.documents:
        base *= 0.8
    base_cents = round(base * service.factor / 100)
    lines = [Line("376", ACCESSORIALS["376"][1], "Extended")] if _far(goods) else []
    lines.extend(Line(code, ACCESSORIALS[code][1]) for code in _own_options(parcel, goods))
    if parcel.declared > _COVERED:
        lines.append(Line("400", max(345, 115 * ceil((parcel.declared - _COVERED) / 100))))
    fuel = (base_cents + sum(line.cents for line in lines)) * _FUEL_PERCENT // 100
    return Priced(billed, base_cents, (Line("375", fuel), *lines))


def _far(goods: Consignment) -> bool:
    return goods.destination.country in ("US", "PR") and goods.destination.state in _DELIVERY_AREA


def _own_options(parcel: Parcel, goods: Consignment) -> list[str]:
    """What was asked for, and what UPS adds by itself for size, weight and a home address."""
    options = [*parcel.options]
    if goods.destination.residential:
        options.append("270")
    longest, around = (value * _INCHES[parcel.size_unit] for value in girth(parcel))
    pounds = parcel.weight * _POUNDS[parcel.unit]
    if around > 130:
        options.append("377")
    elif (longest > 48 or pounds > 50) and "100" not in options:
        options.append("100")
    return list(dict.fromkeys(options))


def negotiated(quote: Quote, percent_off: int) -> Quote:
    """The same quote at an account's own rates: less for base and fuel, the same accessorials."""

    def cheaper(part: Priced) -> Priced:
        lines = tuple(
            replace(line, cents=line.cents * (100 - percent_off) // 100) if line.code == "375" else line
            for line in part.lines
        )
        return replace(part, base=part.base * (100 - percent_off) // 100, lines=lines)

    return replace(quote, parcels=tuple(cheaper(part) for part in quote.parcels))


def money(cents: int) -> str:
    """An amount as UPS writes it."""
    return f"{cents // 100}.{cents % 100:02d}"


def weight_text(weight: float) -> str:
    """A weight as UPS writes it, with one decimal."""
    return f"{weight:.1f}"
