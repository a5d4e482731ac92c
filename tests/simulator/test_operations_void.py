"""Void: whole shipments and packages, what is too late, and the numbers of UPS's test environment."""

import json
from typing import Any

import pytest

from tests.simulator.asking import BERLIN, DAY, NEW_YORK, Desk, package, shipping, void_path
from ups_gateway.simulator.model import Grant

SUCCESS = {"ResponseStatus": {"Code": "1", "Description": "Success"}}
VOIDED = {"Code": "1", "Description": "Voided"}
NOT_VOIDED = {"Code": "0", "Description": "Not Voided"}
ALREADY = {"Code": "1", "Description": "Already Voided"}
PARTLY = {"Code": "2", "Description": "Partially Void"}
RETURN: dict[str, Any] = {"ReturnService": {"Code": "9"}}
IMPORT: dict[str, Any] = {"ShipmentServiceOptions": {"ImportControlIndicator": "", "LabelMethod": {"Code": "05"}}}


def answer(summary: Any, **packages: Any) -> dict[str, Any]:
    results = [{"TrackingNumber": number, "Status": status} for number, status in packages.items()]
    return {
        "Response": SUCCESS,
        "SummaryResult": {"Status": summary},
        **({"PackageLevelResults": results} if results else {}),
    }


def made(desk: Desk, count: int = 1, **shipment: Any) -> list[str]:
    """Package numbers of a new shipment, the shipment's own first."""
    shipped = desk.ship(shipping(NEW_YORK, *[package("Packaging")] * count, **shipment))
    return [each["TrackingNumber"] for each in shipped["PackageResults"]]


def test_a_shipment_is_voided_once() -> None:
    desk = Desk()
    (number,) = made(desk)
    assert desk.void(number) == answer(VOIDED)
    assert desk.refusal("DELETE", void_path(number)) == "190117"
    assert desk.refusal("DELETE", void_path(number, number)) == "190117"


def test_what_was_made_is_voided_once_in_the_test_environment_too() -> None:
    desk = Desk(cie=True)
    (number,) = made(desk)
    assert desk.void(number) == answer(VOIDED)
    assert desk.refusal("DELETE", void_path(number)) == "190117"


def test_packages_are_voided_one_by_one_and_the_last_voids_the_shipment() -> None:
    desk = Desk()
    first, second, third = made(desk, 3)
    assert desk.void(first, second) == answer(PARTLY, **{second: VOIDED})
    assert desk.void(first, f"{first},{second}") == answer(PARTLY, **{first: VOIDED, second: ALREADY})
    assert desk.void(first, json.dumps([third])) == answer(VOIDED, **{third: VOIDED})
    assert desk.refusal("DELETE", void_path(first)) == "190117"


def test_one_package_voided_by_its_number_voids_a_shipment_of_one() -> None:
    desk = Desk()
    (number,) = made(desk)
    assert desk.void(number, number) == answer(VOIDED, **{number: VOIDED})


def test_a_package_of_another_shipment_is_not_voided() -> None:
    desk = Desk()
    first, second = made(desk, 2)
    (other,) = made(desk)
    assert desk.void(first, f'["{second}", "{other}"]') == answer(PARTLY, **{second: VOIDED, other: NOT_VOIDED})
    assert desk.refusal("DELETE", void_path(first, other)) == "190110"
    assert desk.refusal("DELETE", void_path(first, f"{other},1ZA1B2C30399999994")) == "190121"


def test_an_old_version_has_an_object_for_a_lone_package() -> None:
    desk = Desk()
    first, second = made(desk, 2)
    results = desk.void(first, second, "v1")["PackageLevelResults"]
    assert results == {"TrackingNumber": second, "Status": VOIDED}


@pytest.mark.parametrize("written", ['["{0}","{1}"]', '[ "{0}" , "{1}" ]', "[{0},{1}]", "{0},{1}", " {0} , {1} "])
def test_ups_s_list_is_read_in_every_way_it_is_written(written: str) -> None:
    desk = Desk()
    first, second = made(desk, 2)
    assert desk.void(first, written.format(first, second)) == answer(VOIDED, **{first: VOIDED, second: VOIDED})


def test_more_than_twenty_numbers_are_too_many() -> None:
    desk = Desk()
    numbers = made(desk, 21)
    assert desk.refusal("DELETE", void_path(numbers[0], ",".join(numbers))) == "190111"
    assert desk.void(numbers[0], ",".join(numbers[:20]))["SummaryResult"]["Status"] == PARTLY


def test_numbers_that_are_none_are_refused() -> None:
    desk = Desk()
    first, second = made(desk, 2)
    assert desk.refusal("DELETE", void_path("1Z")) == "190100"
    assert desk.refusal("DELETE", void_path(first.lower())) == "190100"
    assert desk.refusal("DELETE", void_path(second)) == "190100"
    assert desk.refusal("DELETE", void_path(first, "packages")) == "190109"
    assert desk.refusal("DELETE", void_path("1ZA1B2C30399999994")) == "190102"


def test_a_shipment_of_another_account_is_as_good_as_unknown() -> None:
    desk = Desk(cie=True)
    (number,) = made(desk)
    desk.grant = Grant("bob", frozenset({"B0B0B0"}), frozenset())
    assert desk.refusal("DELETE", void_path(number)) == "190102"


@pytest.mark.parametrize(
    ("shipment", "allowed", "code"),
    [({}, 28 * DAY, "190101"), (RETURN, 30 * DAY, "190101"), ({"ReturnService": {"Code": "3"}}, 16 * 3600, "190114")],
)
def test_a_void_comes_too_late(shipment: dict[str, Any], allowed: int, code: str) -> None:
    desk = Desk()
    numbers = [made(desk, **shipment)[0] for _ in range(2)]
    desk.clock.advance(allowed)
    assert desk.void(numbers[0]) == answer(VOIDED)
    desk.clock.advance(1)
    assert desk.refusal("DELETE", void_path(numbers[1])) == code


def test_import_control_can_be_voided_until_three_in_the_morning() -> None:
    desk = Desk()
    numbers = [made(desk, **IMPORT)[0] for _ in range(2)]
    desk.clock.advance(17 * 3600)
    assert desk.void(numbers[0]) == answer(VOIDED)
    desk.clock.advance(1)
    assert desk.refusal("DELETE", void_path(numbers[1])) == "190124"


@pytest.mark.parametrize(
    ("code", "shipment"),
    [("190112", RETURN), ("190113", {"ShipTo": None}), ("190125", IMPORT)],
)
def test_some_shipments_are_voided_whole_or_not_at_all(code: str, shipment: dict[str, Any]) -> None:
    desk = Desk()
    body = shipping(BERLIN, service="08") if "ShipTo" in shipment else shipping(**shipment)
    number = desk.ship(body)["ShipmentIdentificationNumber"]
    assert desk.refusal("DELETE", void_path(number, number)) == code
    assert desk.void(number) == answer(VOIDED)


@pytest.mark.parametrize(
    "number",
    [
        "1Z12345E0390817264",
        "1Z12345E0193075279",
        "1Z12345E0390856432",
        "1Z12345E0193081456",
        "1ZISDE016691676846",
        "1Z2220060290602143",
        "1Z999AA10123456784",
    ],
)
def test_the_test_environment_voids_its_numbers_again_and_again(number: str) -> None:
    desk = Desk(cie=True)
    assert [desk.void(number) for _ in range(3)] == [answer(VOIDED)] * 3


@pytest.mark.parametrize(
    ("shipment", "packages", "code"),
    [
        ("1Z12345E0392508488", "", "190101"),
        ("1Z12345E8793628675", "", "190101"),
        ("1Z12345E1290420899", "", "190103"),
        ("1Z12345E1234567890", "1Z12345E0392508253", "190110"),
        ("1Z12345E2318693258", "1Z12345E0392506486", "190112"),
    ],
)
def test_the_test_environment_refuses_the_documented_numbers(shipment: str, packages: str, code: str) -> None:
    assert Desk(cie=True).refusal("DELETE", void_path(shipment, packages)) == code


@pytest.mark.parametrize(
    ("shipment", "summary", "packages"),
    [
        ("1Z12345E1234567890", PARTLY, {"1Z12345E1234567890": VOIDED}),
        ("1Z12345E2318693258", VOIDED, {"1Z12345E0193072168": VOIDED}),
        ("1Z12345E1234567890", PARTLY, {"1Z12345E8635481269": VOIDED, "1Z12345E1593518308": NOT_VOIDED}),
        ("1Z12345E2318693258", VOIDED, {"1Z12345E0390819985": VOIDED, "1Z12345E0193078563": VOIDED}),
        ("1Z2220060294314162", PARTLY, {"1Z2220060291994175": VOIDED}),
        ("1Z2220060292690189", PARTLY, {"1Z2220060292002190": VOIDED}),
        ("1ZISDE016691609089", VOIDED, {"1ZISDE016694068891": VOIDED, "1ZISDE016690889305": VOIDED}),
        ("1Z2220060290530202", PARTLY, {"1Z2220060293874210": VOIDED, "1Z2220060292634221": NOT_VOIDED}),
    ],
)
def test_the_test_environment_voids_packages_as_documented(
    shipment: str, summary: Any, packages: dict[str, Any]
) -> None:
    assert Desk(cie=True).void(shipment, json.dumps(list(packages))) == answer(summary, **packages)


def test_elsewhere_those_numbers_are_unknown() -> None:
    assert Desk().refusal("DELETE", void_path("1Z12345E0390817264")) == "190102"
