"""States, postal codes, cities."""

import pytest

from ups_gateway.simulator import places


@pytest.mark.parametrize(
    ("country", "postal", "state"),
    [
        ("US", "30328", "GA"),
        ("US", "10001", "NY"),
        ("US", "100011234", "NY"),
        ("US", "00501", "NY"),
        ("US", "00901", "PR"),
        ("PR", "00901", "PR"),
        ("US", "20001", "DC"),
        ("US", "20101", "VA"),
        ("US", "73301", "TX"),
        ("US", "88510", "TX"),
        ("US", "96913", "GU"),
        ("US", "99950", "AK"),
        ("US", "00001", ""),
        ("US", "34099", ""),
        ("US", "3032", ""),
        ("US", "ABCDE", ""),
        ("CA", "M5V2T6", "ON"),
        ("CA", "h2x1y4", "QC"),
        ("CA", "D1A1A1", ""),
        ("DE", "10115", ""),
    ],
)
def test_a_postal_code_lies_in_a_state(country: str, postal: str, state: str) -> None:
    assert places.state_of_postal_code(country, postal) == state


def test_every_city_lies_in_its_state() -> None:
    for city in places.CITIES:
        assert places.state_of_postal_code("US", city.low) == city.state, city
        assert places.state_of_postal_code("US", city.high) == city.state, city
        assert places.city_of_postal_code(city.low) == city


def test_cities_are_found_by_name_or_its_beginning() -> None:
    assert [city.state for city in places.cities_named("springfield")] == ["MA", "OH", "IL", "MO"]
    assert [city.name for city in places.cities_named("SAN ")] == ["SAN DIEGO", "SAN FRANCISCO", "SAN JUAN"]
    assert places.cities_named("Portland", "ME") == [places.City("PORTLAND", "ME", "04101", "04124")]
    assert places.cities_named("") == []
    assert places.cities_named("Nowhere") == []
    assert places.city_of_postal_code("59999") is None


def test_distances_are_about_right() -> None:
    georgia, new_york, washington = (places.US_STATES[state] for state in ("GA", "NY", "WA"))
    assert places.miles(georgia, georgia) == 0
    assert places.miles(georgia, new_york) == pytest.approx(840, abs=60)
    assert places.miles(georgia, washington) == pytest.approx(2200, abs=100)


def test_a_region_is_found_by_state_or_postal_code() -> None:
    assert places.region("US", "ga", "") == places.US_STATES["GA"]
    assert places.region("US", "", "30328") == places.US_STATES["GA"]
    assert places.region("CA", "", "M5V2T6") == places.CA_PROVINCES["ON"]
    assert places.region("DE", "", "10115") is None


def test_parts_of_the_world_are_near_or_far() -> None:
    pairs = [("US", "CA"), ("FR", "DE"), ("FR", "GB"), ("US", "PA"), ("US", "CN"), ("US", "XX")]
    assert [places.area_distance(*pair) for pair in pairs] == [1, 1, 2, 2, 3, 3]


def test_an_unlisted_country_is_its_code() -> None:
    assert places.country("XX") == places.Country("XX", "USD", "AF")
