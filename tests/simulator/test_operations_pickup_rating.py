"""Rating a pickup without asking for one."""

from typing import Any

import pytest

from tests.simulator.asking import DAY, Desk, pickup
from tests.simulator.requests import ECHO, PLACE, pickup_rate, without
from ups_gateway.simulator.model import Grant

PATH = "/api/shipments/v2409/pickup/"
TORONTO = {"City": "Toronto", "StateProvince": "ON", "PostalCode": "M5V 2T6", "CountryCode": "CA"}
ON = {"PickupDate": "20260310", "ReadyTime": "0900", "CloseTime": "1800"}


def rated(desk: Desk, body: Any, version: str = "v2409") -> Any:
    return desk.post(f"/api/shipments/{version}/pickup/oncall", body)["PickupRateResponse"]


def line(code: str, words: str, amount: str, tax: str = "0.00", **more: str) -> dict[str, str]:
    return {"ChargeCode": code, "ChargeDescription": words, "ChargeAmount": amount, "TaxAmount": tax, **more}


def test_the_next_working_day_is_rated_whole() -> None:
    assert rated(Desk(), pickup_rate()) == {
        "Response": ECHO,
        "RateResult": {
            "RateType": "FD",
            "CurrencyCode": "USD",
            "ChargeDetail": [line("B", "BASE CHARGE", "7.25"), line("S", "FUEL SURCHARGE", "1.16")],
            "GrandTotalOfAllCharge": "8.41",
        },
    }


def test_taxes_and_a_discount_are_shown_where_they_are_asked_for() -> None:
    body = pickup_rate("01", TORONTO, TaxInformationIndicator="Y", UserLevelDiscountIndicator="Y")
    assert rated(Desk(), body)["RateResult"] == {
        "Disclaimer": {"Code": "01", "Description": "Taxes are included."},
        "RateType": "SD",
        "CurrencyCode": "CAD",
        "ChargeDetail": [
            line("B", "BASE CHARGE", "9.55", "0.47", IncentedAmount="8.59"),
            line("S", "FUEL SURCHARGE", "1.52", "0.07", IncentedAmount="1.36"),
        ],
        "TaxCharges": [{"Type": "GST", "MonetaryValue": "0.55"}],
        "TotalTax": "0.55",
        "PreTaxTotalCharge": "11.07",
        "PreTaxTotalIncentedCharge": "9.95",
        "GrandTotalOfAllCharge": "11.62",
        "GrandTotalOfAllIncentedCharge": "10.44",
    }


def test_accounts_without_rates_of_their_own_get_no_discount() -> None:
    desk = Desk(grant=Grant("ann", frozenset({"A1B2C3"}), frozenset()))
    assert rated(desk, pickup_rate(UserLevelDiscountIndicator="Y")) == rated(desk, pickup_rate())


def test_rating_agrees_with_asking() -> None:
    for day in ("20260302", "20260307", "20260310"):
        asked = Desk().post("/api/pickupcreation/v2409/pickup", pickup(day))["PickupCreationResponse"]
        assert (
            rated(Desk(), pickup_rate("03", PickupDateInfo={**ON, "PickupDate": day}))["RateResult"]
            == (asked["RateResult"])
        )


def test_the_weekend_is_named_to_those_whose_release_knows_it() -> None:
    desk = Desk()
    desk.clock.advance(5 * DAY)
    saturday = rated(desk, pickup_rate("01"))
    assert saturday["WeekendServiceTerritoryIndicator"] == "Y"
    assert saturday["WeekendServiceTerritory"] == {"SatWST": "Y", "SunWST": "N"}
    assert set(rated(desk, pickup_rate("01"), "v1")) == {"Response", "RateResult"}
    asked = pickup_rate("01")
    asked["PickupRateRequest"]["Request"] = {"SubVersion": "1607"}
    assert set(rated(desk, asked, "v1")) == {"Response", "RateResult", "WeekendServiceTerritoryIndicator"}


def test_sundays_pass_only_in_the_test_environment() -> None:
    for cie in (False, True):
        desk = Desk(cie=cie)
        desk.clock.advance(6 * DAY)
        if cie:
            assert rated(desk, pickup_rate("01"))["WeekendServiceTerritory"] == {"SatWST": "N", "SunWST": "Y"}
        else:
            assert desk.refusal("POST", f"{PATH}oncall", pickup_rate("01")) == "20008"


BODY = pickup_rate()["PickupRateRequest"]


@pytest.mark.parametrize(
    ("code", "kind", "body"),
    [
        ("20008", "later", pickup_rate()),
        ("20007", "both", None),
        ("20007", "both", {}),
        *(("20007", "smart", {"PickupRateRequest": without(BODY, name)}) for name in BODY if name != "ShipperAccount"),
        ("20007", "oncall", pickup_rate(at={"City": ""})),
        ("20007", "oncall", pickup_rate(ShipperAccount={"AccountNumber": "A1B2C3"})),
        ("20007", "oncall", pickup_rate("03")),
        ("20007", "oncall", pickup_rate("03", PickupDateInfo=without(ON, "CloseTime"))),
        ("20008", "oncall", pickup_rate("03", PickupDateInfo={**ON, "CloseTime": "9"})),
        ("20008", "oncall", pickup_rate("03", PickupDateInfo={**ON, "PickupDate": "20260308"})),
        ("20008", "oncall", pickup_rate("04")),
        ("20008", "oncall", pickup_rate(at={"ResidentialIndicator": "x"})),
        ("20008", "oncall", pickup_rate(at={"CountryCode": "USA"})),
        ("121285", "oncall", pickup_rate(at={**PLACE, "PostalCode": "90210"})),
        ("120100", "oncall", pickup_rate(ShipperAccount={"AccountNumber": "F00BAR", "AccountCountryCode": "US"})),
        ("10002", "oncall", pickup_rate(RateChartType=1)),
    ],
)
def test_a_bad_request_is_refused_with_ups_s_code(code: str, kind: str, body: Any) -> None:
    assert Desk().refusal("POST", PATH + kind, body) == code


def test_nobody_needs_an_account_to_know_the_price() -> None:
    assert rated(Desk(), {"PickupRateRequest": without(BODY, "ShipperAccount")}) == rated(Desk(), pickup_rate())
