"""Pickups: made, priced, cancelled, refused."""

from typing import Any

import pytest

from tests.simulator.asking import ACCOUNT, DAY, Desk, pickup
from ups_gateway.simulator.model import Grant

PATH = "/api/pickupcreation/v2409/pickup"
CANCEL = "/api/shipments/v2409/pickup/"
CANCELLED = {
    "PickupCancelResponse": {
        "Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}},
        "PickupType": "01",
        "GWNStatus": {"Code": "001", "Description": "Success"},
    }
}


def made(desk: Desk, *day: str, **more: Any) -> Any:
    return desk.post(PATH, pickup(*day, **more))["PickupCreationResponse"]


def changed(**more: Any) -> dict[str, Any]:
    body = pickup()
    body["PickupCreationRequest"]["PickupAddress"] |= more
    return body


def on(day: str, ready: str = "0900", close: str = "1800") -> dict[str, Any]:
    return pickup(PickupDateInfo={"PickupDate": day, "ReadyTime": ready, "CloseTime": close})


def charge(code: str, words: str, amount: str, tax: str = "0.00") -> dict[str, str]:
    return {"ChargeCode": code, "ChargeDescription": words, "ChargeAmount": amount, "TaxAmount": tax}


def test_a_pickup_is_answered_whole() -> None:
    assert made(Desk()) == {
        "Response": {
            "ResponseStatus": {"Code": "1", "Description": "Success"},
            "TransactionReference": {"CustomerContext": "pickup 7"},
        },
        "PRN": "2900001SIMU",
        "RateStatus": {"Code": "01", "Description": "Rate available"},
        "RateResult": {
            "RateType": "FD",
            "CurrencyCode": "USD",
            "ChargeDetail": [charge("B", "BASE CHARGE", "7.25"), charge("S", "FUEL SURCHARGE", "1.16")],
            "GrandTotalOfAllCharge": "8.41",
        },
    }


def test_the_same_day_a_home_and_taxes_are_priced() -> None:
    toronto = {"City": "Toronto", "StateProvince": "ON", "PostalCode": "M5V 2T6", "CountryCode": "CA"}
    body = changed(ResidentialIndicator="Y", **toronto)
    body["PickupCreationRequest"] |= {"TaxInformationIndicator": "Y"}
    body["PickupCreationRequest"]["PickupDateInfo"]["PickupDate"] = "20260302"
    result = Desk().post(PATH, body)["PickupCreationResponse"]["RateResult"]
    assert result == {
        "Disclaimer": {"Code": "01", "Description": "Taxes are included."},
        "RateType": "SD",
        "CurrencyCode": "CAD",
        "ChargeDetail": [
            charge("B", "BASE CHARGE", "9.55", "0.47"),
            charge("S", "RESIDENTIAL SURCHARGE", "3.50", "0.17"),
            charge("S", "FUEL SURCHARGE", "2.08", "0.10"),
        ],
        "TaxCharges": [{"Type": "GST", "MonetaryValue": "0.75"}],
        "TotalTax": "0.75",
        "PreTaxTotalCharge": "15.13",
        "GrandTotalOfAllCharge": "15.88",
    }


def test_saturdays_cost_more_and_are_named() -> None:
    answer = made(Desk(), "20260307")
    assert answer["WeekendServiceTerritoryIndicator"] == "Y"
    assert "SATURDAY ON-CALL STOP CHARGE" in [
        line["ChargeDescription"] for line in answer["RateResult"]["ChargeDetail"]
    ]


def test_it_is_not_priced_unless_asked() -> None:
    answer = made(Desk(), RatePickupIndicator="N")
    assert answer["RateStatus"] == {"Code": "04", "Description": "Rate not requested"}
    assert "RateResult" not in answer


def test_asking_again_for_the_same_place_and_day_gives_the_same_number() -> None:
    desk = Desk()
    assert [made(desk)["PRN"], made(desk)["PRN"], made(desk, "20260311")["PRN"]] == [
        "2900001SIMU",
        "2900001SIMU",
        "2900002SIMU",
    ]


def test_a_pickup_is_cancelled_once() -> None:
    desk = Desk()
    prn = made(desk)["PRN"]
    assert desk.delete(f"{CANCEL}02", {"prn": prn}) == CANCELLED
    assert desk.refusal("DELETE", f"{CANCEL}02", None, {"prn": prn}) == "190107"
    assert made(desk)["PRN"] == "2900002SIMU"


def test_the_account_s_last_pickup_can_be_cancelled_without_its_number() -> None:
    desk = Desk()
    made(desk)
    assert desk.delete(f"{CANCEL}01") == CANCELLED
    assert desk.refusal("DELETE", f"{CANCEL}01") == "190105"


def test_only_the_test_environment_cancels_any_number() -> None:
    assert Desk(cie=True).delete(f"{CANCEL}02", {"prn": "2929602E9CP"}) == CANCELLED
    assert Desk().refusal("DELETE", f"{CANCEL}02", None, {"prn": "2929602E9CP"}) == "190105"


def test_a_pickup_of_another_account_cannot_be_cancelled() -> None:
    desk = Desk()
    prn = made(desk)["PRN"]
    desk.grant = Grant("bob", frozenset(), frozenset())
    assert desk.refusal("DELETE", f"{CANCEL}02", None, {"prn": prn}) == "190105"


@pytest.mark.parametrize("day", ["20260301", "20250101"])
def test_a_day_that_is_over_passes_only_in_the_test_environment(day: str) -> None:
    assert made(Desk(cie=True), day)["PRN"] == "2900001SIMU"
    assert Desk().refusal("POST", PATH, pickup(day)) == "20008"


def test_today_is_over_when_the_place_has_closed() -> None:
    desk = Desk()
    assert desk.refusal("POST", PATH, on("20260302", "0800", "1000")) == "20008"
    assert desk.post(PATH, on("20260302", "0800", "1001"))
    desk.clock.advance(DAY)
    assert desk.refusal("POST", PATH, on("20260302")) == "20008"


PIECE = pickup()["PickupCreationRequest"]["PickupPiece"][0]
NO_ACCOUNT = {name: value for name, value in pickup()["PickupCreationRequest"].items() if name != "Shipper"}


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("20007", None),
        ("20007", {}),
        *(("20007", pickup(**{name: ""})) for name in ("RatePickupIndicator", "PaymentMethod")),
        ("20007", pickup(PickupDateInfo={"ReadyTime": "0900", "CloseTime": "1800"})),
        ("20007", pickup(PickupPiece=[])),
        ("20007", changed(ContactName="")),
        ("20007", changed(Phone={})),
        ("20007", {"PickupCreationRequest": NO_ACCOUNT}),
        ("20008", on("20261332")),
        ("20008", on("20260310", "1800", "0900")),
        ("20008", on("20260310", "0900", "2560")),
        ("20008", on("20260308")),
        ("20008", pickup(PickupPiece=[{**PIECE, "Quantity": "x"}])),
        ("20008", pickup(PaymentMethod="99")),
        ("20008", changed(CountryCode="USA")),
        ("121285", changed(PostalCode="90210")),
        ("10002", pickup(PaymentMethod=1)),
        ("120100", pickup(Shipper={"Account": {"AccountNumber": "F00BAR"}})),
    ],
)
def test_a_bad_request_is_refused_with_ups_s_code(code: str, body: Any) -> None:
    assert Desk().refusal("POST", PATH, body) == code


def test_what_to_cancel_must_be_said() -> None:
    assert Desk().refusal("DELETE", f"{CANCEL}03") == "20008"
    assert Desk().refusal("DELETE", f"{CANCEL}02") == "20007"


def test_an_address_needs_no_postal_code() -> None:
    assert Desk().post(PATH, changed(PostalCode=""))["PickupCreationResponse"]["PRN"] == "2900001SIMU"


def test_an_address_line_may_be_one_text() -> None:
    desk = Desk()
    assert desk.post(PATH, changed(AddressLine="55 Glenlake Pkwy"))
    assert next(iter(desk.world.pickups.values())).at.lines == ("55 Glenlake Pkwy",)
    assert next(iter(desk.world.pickups.values())).account == ACCOUNT
