"""Time in transit: services and days, ambiguous places, UPS's refusals."""

from typing import Any

import pytest

from tests.simulator.asking import NEW_YORK, Desk, rating, transit

PATH = "/api/shipments/v1/transittimes"
ABROAD = {
    "destinationCountryCode": "DE",
    "destinationPostalCode": "10115",
    "weight": 5.5,
    "weightUnitOfMeasure": "LBS",
    "shipmentContentsValue": 10,
    "shipmentContentsCurrencyCode": "USD",
}


def answered(**changed: Any) -> Any:
    return Desk().post(PATH, transit(**changed))["emsResponse"]


def levels(answer: Any) -> list[tuple[str, str]]:
    return [(each["serviceLevel"], each["deliveryDate"]) for each in answer["services"]]


def test_every_service_says_when_it_arrives() -> None:
    answer = answered()
    assert levels(answer) == [
        ("1DM", "2026-03-03"),
        ("1DA", "2026-03-03"),
        ("1DP", "2026-03-03"),
        ("2DM", "2026-03-04"),
        ("2DA", "2026-03-04"),
        ("3DS", "2026-03-05"),
        ("GND", "2026-03-05"),
    ]
    assert answer.pop("services")[1] == {
        "serviceLevel": "1DA",
        "serviceLevelDescription": "UPS Next Day Air",
        "shipDate": "2026-03-02",
        "deliveryDate": "2026-03-03",
        "commitTime": "10:30:00",
        "deliveryTime": "10:30:00",
        "deliveryDayOfWeek": "TUE",
        "nextDayPickupIndicator": "0",
        "saturdayPickupIndicator": "0",
        "saturdayDeliveryIndicator": "0",
        "guaranteeIndicator": "1",
        "totalTransitDays": 1,
        "businessTransitDays": 1,
        "restDaysCount": 0,
        "holidayCount": 0,
        "delayCount": 0,
        "pickupDate": "2026-03-02",
        "pickupTime": "17:00:00",
        "cstccutoffTime": "16:00:00",
    }
    assert answer == {
        "shipDate": "2026-03-02",
        "shipTime": "10:00:00",
        "serviceLevel": "A",
        "billType": "03",
        "residentialIndicator": "02",
        "destinationCountryName": "UNITED STATES",
        "destinationCountryCode": "US",
        "destinationPostalCode": "10001",
        "destinationPostalCodeLow": "10001",
        "destinationPostalCodeHigh": "10001",
        "destinationStateProvince": "NY",
        "destinationCityName": "NEW YORK",
        "originCountryName": "UNITED STATES",
        "originCountryCode": "US",
        "originPostalCode": "30328",
        "originPostalCodeLow": "30328",
        "originPostalCodeHigh": "30328",
        "originStateProvince": "GA",
        "originCityName": "ATLANTA",
        "weight": "0",
        "shipmentContentsValue": "0",
        "guaranteeSuspended": False,
        "numberOfServices": 7,
    }


def test_it_agrees_with_the_rates() -> None:
    rated = Desk().rate(rating(NEW_YORK), "Shoptimeintransit")
    arrivals = [each["TimeInTransit"]["ServiceSummary"]["EstimatedArrival"]["Arrival"]["Date"] for each in rated]
    assert [date.replace("-", "") for _, date in levels(answered())] == arrivals


def test_weekends_and_holidays_are_no_working_days() -> None:
    friday = answered(shipDate="2026-04-03")
    assert dict(levels(friday))["1DA"] == "2026-04-06"
    assert dict(levels(friday))["1DAS"] == "2026-04-04"
    abroad = answered(shipDate="2026-04-03", **ABROAD)
    assert [each["restDaysCount"] for each in abroad["services"]] == [2, 2, 2, 2]
    saturday = answered(shipDate="2026-03-07")
    assert {(each["pickupDate"], each["nextDayPickupIndicator"]) for each in saturday["services"]} == {
        ("2026-03-09", "1")
    }


def test_what_is_ready_after_the_driver_left_waits_a_day() -> None:
    assert dict(levels(answered(shipTime="18:00")))["1DA"] == "2026-03-04"


def test_services_abroad_have_their_own_codes() -> None:
    answer = answered(**ABROAD)
    assert [level for level, _ in levels(answer)] == ["21", "01", "28", "05"]
    assert (answer["weight"], answer["dutyType"], answer["shipmentContentsValue"]) == ("5.5", "01", "10")


def test_documents_abroad_need_no_value() -> None:
    wanted = {name: value for name, value in ABROAD.items() if not name.startswith("shipmentContents")}
    assert answered(billType="02", **wanted)["dutyType"] == "02"


def test_a_city_without_a_postal_code_that_is_one_of_a_kind_is_found() -> None:
    answer = answered(destinationPostalCode="", destinationCityName="Seattle")
    assert (answer["destinationStateProvince"], answer["destinationPostalCode"]) == ("WA", "98101")


def test_a_place_that_could_be_several_is_answered_with_206_and_a_list() -> None:
    body = transit(destinationPostalCode="", destinationCityName="Portland")
    reply = Desk().ask("POST", PATH, body)
    oregon, maine = (
        {
            "countryName": "UNITED STATES",
            "countryCode": "US",
            "stateProvince": state,
            "city": "PORTLAND",
            "postalCode": low,
            "postalCodeLow": low,
            "postalCodeHigh": high,
        }
        for state, low, high in (("OR", "97201", "97299"), ("ME", "04101", "04124"))
    )
    flags: dict[str, Any] = {"invalidFieldList": [], "invalidFieldListCodes": []}
    assert (reply.status, reply.body) == (
        206,
        {
            "validationList": {**flags, "destinationAmbiguous": True, "originAmbiguous": False},
            "destinationPickList": [oregon, maine],
            "originPickList": [],
        },
    )
    short = Desk().ask("POST", PATH, {**body, "maxList": 1})
    assert short.body["destinationPickList"] == [oregon]


def test_a_state_that_does_not_fit_the_postal_code_is_ambiguous_where_the_city_is_known() -> None:
    reply = Desk().ask("POST", PATH, transit(originStateProvince="CA"))
    assert reply.status == 206
    assert [each["city"] for each in reply.body["originPickList"]] == ["ATLANTA"]


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("270057", None),
        ("270057", {}),
        ("270057", transit(originCountryCode="USA")),
        ("270051", transit(destinationCountryCode="")),
        ("270049", transit(destinationPostalCode=10001)),
        ("270031", transit(originPostalCode="")),
        ("270031", transit(originPostalCode="00001")),
        ("270032", transit(destinationPostalCode="", destinationCityName="Nowhere")),
        ("270032", transit(destinationPostalCode="59999", destinationStateProvince="NY")),
        ("270032", transit(destinationCountryCode="DE", destinationPostalCode="")),
        ("270038", transit(destinationCountryCode="KP")),
        ("270056", transit(**{**ABROAD, "weight": 0})),
        ("270056", transit(weight="heavy")),
        ("270054", transit(**{**ABROAD, "shipmentContentsValue": None})),
        ("270055", transit(**{**ABROAD, "shipmentContentsCurrencyCode": ""})),
        ("270012", transit(weightUnitOfMeasure="TON")),
        ("270015", transit(billType="99")),
        ("270048", transit(shipDate="03/02/2026")),
        ("270048", transit(shipDate="2026-02-31")),
        ("270022", transit(shipDate="2026-05-02")),
        ("270022", transit(shipDate="2026-01-25")),
        ("270045", transit(shipTime="noon")),
        ("270060", transit(numberOfPackages=-1)),
        ("270036", transit(maxList=-1)),
    ],
)
def test_a_bad_request_is_refused_with_ups_s_code(code: str, body: Any) -> None:
    assert Desk().refusal("POST", PATH, body) == code


def test_the_test_environment_takes_any_day() -> None:
    answer = Desk(cie=True).post(PATH, transit(shipDate="2008-07-16"))["emsResponse"]
    assert dict(levels(answer))["1DA"] == "2008-07-17"


def test_abroad_a_city_or_a_postal_code_is_needed() -> None:
    assert Desk().refusal("POST", PATH, transit(originCountryCode="MX", originPostalCode="")) == "270031"
