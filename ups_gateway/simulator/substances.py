"""A few regulated substances, as the simulated UPS's chemical tables have them.

The rule: enough to show every shape of an answer, not to ship by; limits are for demonstration.
"""

from typing import NamedTuple


class Limit(NamedTuple):
    """The most in one package by a way of transport; no quantity means forbidden."""

    kind: str
    quantity: float = 0
    unit: str = ""
    instruction: str = ""


class Substance(NamedTuple):
    """One identification number: what it is called and how dangerous it is."""

    number: str
    names: tuple[str, ...]
    division: str
    group: str = ""
    sub_risk: str = ""
    category: str = "2"
    tunnel: str = "(D/E)"
    unit: str = "L"
    ground: float = 30
    aircraft: float = 5
    cargo: float = 60
    limited: float = 1
    technical_name: bool = False

    def limits(self, regulation: str) -> tuple[Limit, ...]:
        """Its limits under a set of rules: aircraft only by IATA and 49CFR, ground by all but IATA."""
        flies, drives = regulation in ("IATA", "49CFR"), regulation != "IATA"
        return (
            Limit("CAO", self.cargo, self.unit, "364") if flies and self.cargo else Limit("CAO"),
            Limit("GND", self.ground, self.unit, "P001") if drives and self.ground else Limit("GND"),
            Limit("LTD QTY", self.limited, self.unit, "Y341") if self.limited else Limit("LTD QTY"),
            Limit("PAX", self.aircraft, self.unit, "353") if flies and self.aircraft else Limit("PAX"),
        )


REGULATIONS = {
    "ADR": "ADR",
    "49CFR": "49CFR",
    "IATA": "IATA INTERNATIONAL AIR",
    "TDG": "TDG",
}
"""Sets of rules, and what UPS calls their table of chemicals."""
SUBSTANCES = (
    Substance("UN1088", ("ACETAL", "ACETAL MIXTURE", "ACETAL SOLUTION"), "3", "II"),
    Substance("UN1090", ("ACETONE", "ACETONE SOLUTIONS"), "3", "II"),
    Substance("UN1170", ("ETHANOL", "ETHYL ALCOHOL", "ETHANOL SOLUTION"), "3", "II"),
    Substance("UN1263", ("PAINT", "PAINT RELATED MATERIAL"), "3", "III", category="3", aircraft=60, cargo=220),
    Substance("UN1266", ("PERFUMERY PRODUCTS",), "3", "II", limited=5),
    Substance("UN1824", ("SODIUM HYDROXIDE SOLUTION",), "8", "II", tunnel="(E)", aircraft=1, cargo=30),
    Substance("UN1845", ("DRY ICE", "CARBON DIOXIDE, SOLID"), "9", unit="KG", aircraft=200, cargo=200, category="4"),
    Substance("UN1950", ("AEROSOLS", "AEROSOLS, FLAMMABLE"), "2.1", unit="KG", tunnel="(D)", aircraft=75, cargo=150),
    Substance("UN1993", ("FLAMMABLE LIQUID, N.O.S.",), "3", "II", technical_name=True),
    Substance("UN2014", ("HYDROGEN PEROXIDE, AQUEOUS SOLUTION",), "5.1", "II", "8", aircraft=1, cargo=5),
    Substance("UN2621", ("ACETYL METHYL CARBINOL",), "3", "III", category="3", aircraft=60, cargo=220),
    Substance("UN3090", ("LITHIUM METAL BATTERIES",), "9", "II", unit="KG", tunnel="(E)", aircraft=0, cargo=35),
    Substance("UN3480", ("LITHIUM ION BATTERIES",), "9", "II", unit="KG", tunnel="(E)", aircraft=0, cargo=35),
    Substance("UN3481", ("LITHIUM ION BATTERIES PACKED WITH EQUIPMENT",), "9", "II", unit="KG", tunnel="(E)"),
)


def numbered(number: str) -> Substance | None:
    """The substance of an identification number."""
    return next((each for each in SUBSTANCES if each.number == number.upper()), None)


def named(name: str) -> list[Substance]:
    """The substances with that proper shipping name, or with it as the beginning of one."""
    wanted = name.upper()
    return [each for each in SUBSTANCES if any(known.startswith(wanted) for known in each.names)]
