"""Zones and arrivals."""

from datetime import date, time

import pytest

from ups_gateway.simulator import schedule
from ups_gateway.simulator.consignment import Address
from ups_gateway.simulator.schedule import Arrival
from ups_gateway.simulator.services import LANES, Service, lane

ATLANTA = Address("US", "GA", "Atlanta", "30328")
SEATTLE = Address("US", "WA", "Seattle", "98101")
HONOLULU = Address("US", "HI", "Honolulu", "96801")
BERLIN = Address("DE", "", "Berlin", "10115")
TOKYO = Address("JP", "", "Tokyo", "1000001")
TORONTO = Address("CA", "ON", "Toronto", "M5V2T6")
VANCOUVER = Address("CA", "BC", "Vancouver", "V5K0A1")
LONDON = Address("GB", "", "London", "SW1A1AA")


def service(code: str, origin: Address, destination: Address) -> Service:
    rows = LANES[lane(origin.country, destination.country)]
    return next(row for row in rows if row.code == code)


@pytest.mark.parametrize(
    ("code", "origin", "destination", "zone", "days"),
    [
        ("03", ATLANTA, ATLANTA, "002", 1),
        ("03", ATLANTA, SEATTLE, "008", 5),
        ("03", ATLANTA, HONOLULU, "044", 7),
        ("01", ATLANTA, SEATTLE, "108", 1),
        ("01", ATLANTA, HONOLULU, "044", 2),
        ("02", ATLANTA, SEATTLE, "208", 2),
        ("12", ATLANTA, SEATTLE, "308", 3),
        ("11", TORONTO, VANCOUVER, "58", 5),
        ("11", BERLIN, Address("FR", "", "Paris", "75001"), "54", 2),
        ("11", BERLIN, BERLIN, "53", 2),
        ("07", ATLANTA, BERLIN, "904", 2),
        ("07", BERLIN, LONDON, "903", 1),
        ("08", ATLANTA, TORONTO, "902", 4),
        ("65", ATLANTA, TOKYO, "904", 3),
    ],
)
def test_zone_and_days_follow_the_way(code: str, origin: Address, destination: Address, zone: str, days: int) -> None:
    by = service(code, origin, destination)
    assert schedule.zone_name(by, origin, destination) == zone
    assert schedule.transit_days(by, origin, destination) == days


def test_an_arrival_counts_days_of_rest_and_holidays() -> None:
    ground = service("03", ATLANTA, SEATTLE)
    found = schedule.arrival(ground, ATLANTA, SEATTLE, date(2026, 11, 21))
    assert found == Arrival(date(2026, 11, 23), date(2026, 12, 1), time(23, 0), 5, 2, 1)
    assert found.total_days == 8
