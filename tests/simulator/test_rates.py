"""Prices: they grow with weight and zone, add up, and follow UPS's weights and sizes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ups_gateway.simulator import rates
from ups_gateway.simulator.consignment import Address, Consignment, Parcel
from ups_gateway.simulator.services import LANES, Service, available

ATLANTA = Address("US", "GA", "Atlanta", "30328")
BY_ZONE = [
    Address("US", "GA", "Atlanta", "30301"),
    Address("US", "GA", "Savannah", "31401"),
    Address("US", "TN", "Nashville", "37201"),
    Address("US", "NY", "New York", "10001"),
    Address("US", "CO", "Denver", "80201"),
    Address("US", "NV", "Las Vegas", "89101"),
    Address("US", "WA", "Seattle", "98101"),
    Address("US", "HI", "Honolulu", "96801"),
]
BERLIN = Address("DE", "", "Berlin", "10115")
GROUND = next(service for service in LANES["us"] if service.code == "03")
SERVICES = LANES["us"]


def goods(to: Address, *parcels: Parcel, **more: object) -> Consignment:
    return Consignment(ATLANTA, to, parcels or (Parcel("02", 5),), **more)  # type: ignore[arg-type]


def total(to: Address, service: Service = GROUND, *parcels: Parcel) -> int:
    return rates.price(goods(to, *parcels), service).total


@given(st.sampled_from(SERVICES), st.sampled_from(BY_ZONE), st.integers(1, 149), st.integers(1, 20))
def test_more_weight_never_costs_less(service: Service, to: Address, weight: int, more: int) -> None:
    heavier = min(weight + more, 150)
    assert total(to, service, Parcel("02", weight)) < total(to, service, Parcel("02", heavier))


@given(st.sampled_from(SERVICES), st.integers(1, 150))
def test_a_farther_zone_never_costs_less(service: Service, weight: int) -> None:
    totals = [total(to, service, Parcel("02", weight)) for to in BY_ZONE]
    zones = [rates.price(goods(to), service).zone for to in BY_ZONE]
    assert all(near <= far for near, far in pairwise(totals))
    assert len(set(totals)) == len(set(zones))


def test_the_zones_go_from_two_to_the_islands() -> None:
    assert [rates.price(goods(to), GROUND).zone for to in BY_ZONE] == [
        "002",
        "003",
        "003",
        "005",
        "006",
        "008",
        "008",
        "044",
    ]


@given(st.lists(st.floats(0.1, 150), min_size=1, max_size=5))
def test_a_shipment_costs_the_sum_of_its_parts(weights: list[float]) -> None:
    parcels = [Parcel("02", weight, declared=500, options=("120",)) for weight in weights]
    quote = rates.price(goods(BY_ZONE[3], *parcels, options=("300",)), GROUND)
    assert quote.total == quote.transportation + quote.options
    assert quote.total == sum(parcel.total for parcel in quote.parcels) + rates.ACCESSORIALS["300"][1]
    for parcel in quote.parcels:
        assert parcel.total == parcel.transportation + parcel.options
        assert parcel.base < parcel.transportation


@pytest.mark.parametrize(
    ("parcel", "billed"),
    [
        (Parcel("02", 5), 5),
        (Parcel("02", 4.1), 5),
        (Parcel("02", 1, size=(12, 12, 12)), 13),
        (Parcel("02", 20, size=(12, 12, 12)), 20),
        (Parcel("02", 1, size=(30.48, 30.48, 30.48), size_unit="CM"), 13),
        (Parcel("02", 2.2, "KGS"), 2.5),
        (Parcel("02", 1, "KGS", (50, 40, 30), "CM"), 12),
        (Parcel("01", 0.5, size=(12, 12, 12)), 1),
    ],
)
def test_the_greater_of_real_and_dimensional_weight_is_billed(parcel: Parcel, billed: float) -> None:
    assert rates.billable_weight(parcel) == billed


@pytest.mark.parametrize(
    ("parcel", "codes"),
    [
        (Parcel("02", 5), ["375"]),
        (Parcel("02", 51), ["375", "100"]),
        (Parcel("02", 51, options=("100",)), ["375", "100"]),
        (Parcel("02", 5, size=(49, 5, 5)), ["375", "100"]),
        (Parcel("02", 5, size=(60, 20, 20)), ["375", "377"]),
        (Parcel("02", 5, declared=101), ["375", "400"]),
        (Parcel("02", 5, declared=100), ["375"]),
    ],
)
def test_ups_adds_what_size_weight_and_value_ask_for(parcel: Parcel, codes: list[str]) -> None:
    (priced,) = rates.price(goods(BY_ZONE[3], parcel), GROUND).parcels
    assert [line.code for line in priced.lines] == codes


def test_homes_and_far_states_cost_more() -> None:
    home = Address("US", "NY", "New York", "10001", residential=True)
    montana = Address("US", "MT", "Helena", "59601")
    assert total(home) - total(BY_ZONE[3]) == 615 + 98  # and fuel on it
    (priced,) = rates.price(goods(montana), GROUND).parcels
    assert [(line.code, line.sub_type) for line in priced.lines] == [("375", ""), ("376", "Extended")]


def test_letters_and_documents_are_cheaper() -> None:
    overnight = SERVICES[1]
    assert total(BY_ZONE[3], overnight, Parcel("01", 1)) < total(BY_ZONE[3], overnight, Parcel("02", 1))
    papers = rates.price(goods(BY_ZONE[3], documents=True), overnight)
    assert papers.total < total(BY_ZONE[3], overnight)


def test_negotiated_rates_take_it_off_base_and_fuel_only() -> None:
    parcel = Parcel("02", 5, options=("120",))
    published = rates.price(goods(BY_ZONE[3], parcel), GROUND)
    own = rates.negotiated(published, 50)
    assert own.base == published.base // 2
    assert own.options == published.options
    assert own.total < published.total


def test_abroad_costs_more_and_dollars_stay_untaxed() -> None:
    (express,) = [each for each in available("US", "DE") if each.code == "07"]
    quote = rates.price(goods(BERLIN), express)
    assert quote.total > total(BY_ZONE[-1])
    assert (quote.currency, quote.tax_name, quote.tax) == ("USD", "", 0)


def test_european_freight_is_taxed_where_it_starts() -> None:
    paris = Address("FR", "", "Paris", "75001")
    (standard,) = [each for each in available("DE", "FR") if each.code == "11"]
    quote = rates.price(Consignment(BERLIN, paris, (Parcel("02", 5, "KGS"),)), standard)
    assert (quote.currency, quote.tax_name, quote.tax) == ("EUR", "VAT", quote.total * 19 // 100)


def test_girth_goes_around_the_shorter_sides() -> None:
    assert rates.girth(Parcel("02", 5, size=(10, 40, 20))) == (40, 100)
    assert rates.girth(Parcel("02", 5)) == (0, 0)


def test_amounts_and_weights_are_written_as_ups_writes_them() -> None:
    assert (rates.money(5), rates.money(123456), rates.weight_text(2.5)) == ("0.05", "1234.56", "2.5")
