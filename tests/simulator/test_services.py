"""Which services go where."""

import pytest

from ups_gateway.simulator import services
from ups_gateway.simulator.services import available


@pytest.mark.parametrize(
    ("origin", "destination", "lane"),
    [
        ("US", "US", "us"),
        ("US", "PR", "us"),
        ("PR", "PR", "us"),
        ("CA", "CA", "ca"),
        ("DE", "DE", "eu"),
        ("DE", "FR", "eu"),
        ("GB", "GB", "eu"),
        ("GB", "FR", "out"),
        ("US", "CA", "out"),
        ("MX", "MX", "eu"),
    ],
)
def test_two_countries_make_a_lane(origin: str, destination: str, lane: str) -> None:
    assert services.lane(origin, destination) == lane


def listed(*where: str) -> list[str]:
    return [service.code for service in available(*where) if service.listed]


def test_each_lane_lists_its_services_quickest_first() -> None:
    assert listed("US", "US", "GA", "NY") == ["14", "01", "13", "59", "02", "12", "03"]
    assert listed("US", "US", "GA", "HI") == ["14", "01", "13", "02", "03"]
    assert listed("CA", "CA") == ["14", "01", "13", "02", "11"]
    assert listed("DE", "FR") == ["54", "07", "65", "08", "11"]
    assert listed("US", "DE") == ["54", "07", "65", "08"]
    assert listed("US", "CA") == ["54", "07", "65", "08", "11"]
    assert listed("CA", "US") == ["54", "07", "65", "08", "11", "12"]


def test_codes_have_the_names_of_their_lane() -> None:
    assert services.name_of("01") == "UPS Next Day Air"
    assert services.name_of("01", "ca") == "UPS Express"
    assert services.name_of("08") == "UPS Expedited"
    assert services.name_of("??") == "UPS"


def test_no_lane_has_a_code_twice() -> None:
    for rows in services.LANES.values():
        assert len({row.code for row in rows}) == len(rows)
