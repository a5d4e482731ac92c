"""Counters and facilities around an address."""

from ups_gateway.simulator.consignment import Address
from ups_gateway.simulator.sites import MOST, Point, Site, around, centre

ATLANTA = Address("US", "GA", "Atlanta", "30328")


def near(place: Address) -> list[Site]:
    found = centre(place)
    assert found is not None
    return around(place, *found)


def test_the_same_address_has_the_same_sites_nearest_first() -> None:
    sites = near(ATLANTA)
    assert sites == near(Address("US", "GA", "ATLANTA", "30328"))
    assert len({site.number for site in sites}) == len(sites) == MOST
    assert [site.miles for site in sites] == sorted(site.miles for site in sites)
    assert sites != near(Address("US", "GA", "Atlanta", "30339"))


def test_sites_lie_as_far_from_the_centre_as_they_say() -> None:
    middle, zone = Point(40.0, -75.0), "America/New_York"
    found = around(ATLANTA, middle, zone)
    assert len(found) == MOST
    for site in found:
        north = (site.point.latitude - middle.latitude) * 69
        east = (site.point.longitude - middle.longitude) * 69 * 0.7660444
        assert abs((north**2 + east**2) ** 0.5 - site.miles) < 0.01


def test_distances_are_told_in_either_unit() -> None:
    site = near(ATLANTA)[0]
    assert (round(site.distance("MI"), 2), round(site.distance("KM"), 2)) == (1.12, 1.80)


def test_time_zones_are_those_of_the_place() -> None:
    places = [ATLANTA, Address("US", "HI"), Address("CA", "", "", "M5V2T6"), Address("FR", "", "Paris")]
    zones = [found[1] for found in map(centre, places) if found]
    assert zones == ["America/New_York", "Pacific/Honolulu", "America/New_York", "Europe/Paris"]


def test_some_countries_have_none() -> None:
    assert centre(Address("ZW", "", "Harare")) is None
