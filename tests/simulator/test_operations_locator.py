"""Locations nearby, by ID, as attributes; candidates; failures inside a good answer."""

from typing import Any

import pytest

from tests.simulator.asking import Desk
from tests.simulator.requests import locator, without

PATH = "/api/locations/v3/search/availabilities/"
CONTEXT = {"CustomerContext": "case 7", "XpciVersion": "1.0014"}
SUCCESS = {"TransactionReference": CONTEXT, "ResponseStatusCode": "1", "ResponseStatusDescription": "Success"}
ATLANTA = locator()["LocatorRequest"]["OriginAddress"]["AddressKeyFormat"]
BERLIN = {"PoliticalDivision2": "Berlin", "PostcodePrimaryLow": "10115", "CountryCode": "DE"}


def asked(body: Any, option: str = "1", *, cie: bool = False, version: str = "v3", query: str = "") -> Any:
    path = PATH.replace("v3", version) + option + query
    return Desk(cie=cie).post(path, body)["LocatorResponse"]


def found(body: Any, option: str = "1") -> list[Any]:
    locations: list[Any] = asked(body, option)["SearchResults"]["DropLocation"]
    return locations


def kinds(locations: list[Any]) -> list[str]:
    return [location["LocationAttribute"][0]["OptionCode"][0]["Code"] for location in locations]


def criteria(**more: Any) -> dict[str, Any]:
    return locator(LocationSearchCriteria=more)


def option(code: str, name: str) -> dict[str, str]:
    return {"Code": code, "Description": name}


def day(number: int, opens: str, closes: str) -> dict[str, str]:
    return {"Day": str(number), "OpenHours": opens, "CloseHours": closes}


def test_a_location_is_answered_whole() -> None:
    answer = asked(criteria(MaximumListSize="1"))
    center = {"Latitude": "32.908594", "Longitude": "-83.610938"}
    assert without(answer, "SearchResults") == {
        "Response": SUCCESS,
        "Geocode": center,
        "AllowAllConfidenceLevels": "False",
    }
    (location,) = answer["SearchResults"]["DropLocation"]
    number = location["LocationID"]
    assert location == {
        "LocationID": number,
        "OriginOrDestination": "01",
        "IVR": {"PhraseID": f"phrase{number}"},
        "Geocode": location["Geocode"],
        "AddressKeyFormat": {
            "ConsigneeName": "THE UPS STORE",
            "AddressLine": "1577 STATION RD",
            "PoliticalDivision2": "ATLANTA",
            "PoliticalDivision1": "GA",
            "PostcodePrimaryLow": "30328",
            "CountryCode": "US",
        },
        "PhoneNumber": ["4315550173"],
        "LocationAttribute": [
            {"OptionType": option("01", "Location"), "OptionCode": [option("002", "The UPS Store")]},
            {
                "OptionType": option("03", "Additional Services"),
                "OptionCode": [
                    {
                        "Category": "07",
                        **option("001", "Ground"),
                        "Name": "Ground",
                        "TransportationPickUpSchedule": {
                            "PickUp": [
                                {"DayOfWeek": "1", "PickUpDetails": {"NoPickUpIndicator": ""}},
                                *({"DayOfWeek": str(n), "PickUpDetails": {"PickUpTime": "1700"}} for n in range(2, 7)),
                                {"DayOfWeek": "7", "PickUpDetails": {"NoPickUpIndicator": ""}},
                            ]
                        },
                    }
                ],
            },
        ],
        "Distance": {"Value": "1.1", "UnitOfMeasurement": option("MI", "Miles")},
        "SpecialInstructions": [{"Segment": ["Ask at the counter."]}],
        "LatestGroundDropOffTime": ["1700"],
        "LatestAirDropOffTime": ["1730"],
        "StandardHoursOfOperation": "Mon-Fri: 0900-1900; Sat: 0900-1300; Sun: Closed",
        "Disclaimer": ["Times may differ on holidays."],
        "SLIC": f"{int(number) % 10_000:04d}0",
        "Timezone": "America/New_York",
        "FacilityType": "PKG",
        "OperatingHours": {
            "StandardHours": [
                {
                    "HoursType": "10",
                    "DayOfWeek": [
                        {"Day": "1", "ClosedIndicator": ""},
                        *(day(n, "0900", "1900") for n in range(2, 7)),
                        day(7, "0900", "1300"),
                    ],
                }
            ]
        },
        "LocalizedInstruction": [{"Locale": "en_US", "Last50ftInstruction": "The entrance is beside the parking lot."}],
    }


def test_five_are_listed_unless_asked_otherwise_nearest_first() -> None:
    assert [len(found(body)) for body in (locator(), criteria(MaximumListSize="50"))] == [5, 50]
    distances = [float(each["Distance"]["Value"]) for each in found(criteria(MaximumListSize="50"))]
    assert distances == sorted(distances)


def test_the_radius_is_in_the_unit_of_the_request() -> None:
    near = criteria(SearchRadius="10", MaximumListSize="50")
    metric = criteria(SearchRadius="10", MaximumListSize="50")
    metric["LocatorRequest"]["UnitOfMeasurement"] = {"Code": "KM"}
    assert [len(found(near)), len(found(metric))] == [5, 3]
    assert found(metric)[0]["Distance"] == {"Value": "1.8", "UnitOfMeasurement": option("KM", "Kilometers")}


def test_kinds_of_location_can_be_asked_for() -> None:
    search = {"OptionType": {"Code": "01"}, "OptionCode": [{"Code": "1"}, {"Code": "004"}]}
    assert set(kinds(found(criteria(SearchOption=[search], MaximumListSize="50")))) == {"001", "004"}
    services = {"OptionType": {"Code": "03"}, "OptionCode": [{"Code": "011"}], "Relation": {"Code": "02"}}
    assert found(criteria(SearchOption=services)) == found(locator())


def test_access_points_are_all_that_option_64_finds() -> None:
    locations = found(locator(BERLIN, UnitOfMeasurement={}), "64")
    assert set(kinds(locations)) == {"018"}
    assert locations[0]["AccessPointInformation"] == {
        "PublicAccessPointID": f"U{int(locations[0]['LocationID']):08d}",
        "BusinessClassificationList": {"BusinessClassification": [option("110", "CONVENIENCE STORE")]},
        "AccessPointStatus": option("01", "Active-available"),
        "Availability": {
            "ShippingAvailability": {"AvailableIndicator": ""},
            "DCRAvailability": {"AvailableIndicator": ""},
        },
    }
    assert {each["Timezone"] for each in locations} == {"Europe/Berlin"}


def test_whether_a_country_has_access_points_is_told_where_it_is_asked() -> None:
    body = locator(BERLIN, LocationSearchCriteria={"AccessPointSearch": {"ExistIndicator": ""}})
    assert asked(body, "64")["SearchResults"]["ActiveAvailableAccessPointIndicator"] == "Y"


def test_what_was_shown_can_be_asked_for_by_its_id() -> None:
    desk = Desk()

    def again(body: Any) -> Any:
        return desk.post(f"{PATH}64", body)["LocatorResponse"]

    first, second, *_ = again(locator())["SearchResults"]["DropLocation"]
    by_id = again(locator(LocationID=[second["LocationID"], "1"]))
    assert by_id == {
        "Response": SUCCESS,
        "SearchResults": {"DropLocation": [second]},
        "AllowAllConfidenceLevels": "False",
    }
    public = {"PublicAccessPointID": first["AccessPointInformation"]["PublicAccessPointID"]}
    by_public_id = again(locator({}, LocationSearchCriteria={"AccessPointSearch": public}))
    assert by_public_id["SearchResults"]["DropLocation"] == [first]


@pytest.mark.parametrize(
    ("asked_for", "types"), [("8", ["03"]), ("24", ["03", "04"]), ("32", ["02"]), ("56", ["03", "04", "02"])]
)
def test_attributes_are_listed_by_the_sum_of_their_options(asked_for: str, types: list[str]) -> None:
    attributes = asked(locator(), asked_for)["SearchResults"]["AvailableLocationAttributes"]
    assert [attribute["OptionType"]["Code"] for attribute in attributes] == types
    assert all(attribute["OptionCode"] for attribute in attributes)


def test_a_zip_code_of_another_state_gets_candidates() -> None:
    answer = asked(locator({**ATLANTA, "PostcodePrimaryLow": "85001"}))
    assert answer["SearchResults"] == {
        "GeocodeCandidate": [
            {
                "AddressKeyFormat": {
                    "AddressLine": line,
                    "PoliticalDivision2": city,
                    "PoliticalDivision1": state,
                    "PostcodePrimaryLow": postal,
                    "CountryCode": "US",
                },
                "Geocode": {"Latitude": north, "Longitude": east},
            }
            for line, city, state, postal, north, east in (
                ("55 GLENLAKE PKWY", "PHOENIX", "AZ", "85001", "34.061719", "-112.180469"),
                ("55 GLENLAKE PKWY", "ATLANTA", "GA", "30301", "32.908594", "-83.610938"),
            )
        ]
    }


@pytest.mark.parametrize(
    "key",
    [
        {"PostcodePrimaryLow": "30328", "CountryCode": "US"},
        {"PostcodePrimaryLow": "30328-1234", "CountryCode": "US"},
        {"PoliticalDivision2": "Atlanta", "PoliticalDivision1": "GA", "CountryCode": "US"},
        {"SingleLineAddress": "55 Glenlake Pkwy, Atlanta, GA 30328", "CountryCode": "US"},
        {"PoliticalDivision1": "ON", "PostcodePrimaryLow": "M5V 2T6", "CountryCode": "CA"},
        {"PoliticalDivision2": "Dublin", "CountryCode": "IE"},
    ],
)
def test_an_origin_may_be_told_in_several_ways(key: dict[str, str]) -> None:
    assert len(found(locator(key))) == 5


def test_a_geocode_is_the_middle_of_the_search() -> None:
    given = {"Latitude": "33.75", "Longitude": "-84.39"}
    answer = asked(locator({"CountryCode": "US"}, {"Geocode": given}))
    assert answer["Response"]["ResponseStatusCode"] == "0"
    answer = asked(locator({"CountryCode": "DE"}, {"Geocode": {"Latitude": "52.5", "Longitude": "13.4"}}))
    assert answer["Geocode"] == {"Latitude": "52.500000", "Longitude": "13.400000"}


def test_the_locale_is_the_request_s_or_else_the_query_s() -> None:
    plain = {"LocatorRequest": without(locator()["LocatorRequest"], "Translate")}

    def locale(answer: Any) -> str:
        told: str = answer["SearchResults"]["DropLocation"][0]["LocalizedInstruction"][0]["Locale"]
        return told

    assert locale(asked(plain, query="?Locale=fr_CA")) == "fr_CA"
    assert locale(asked(locator(Translate={"Locale": "de_DE"}), query="?Locale=fr_CA")) == "de_DE"
    assert locale(asked(plain)) == "en_US"


def test_older_versions_have_objects_for_lone_things() -> None:
    one = criteria(MaximumListSize="1")
    two, first = (asked(one, version=version)["SearchResults"]["DropLocation"] for version in ("v2", "v1"))
    (location,) = two
    assert (location["PhoneNumber"], first["PhoneNumber"]) == ("4315550173", "4315550173")
    assert location["LocationAttribute"][0]["OptionCode"] == option("002", "The UPS Store")
    assert (type(location["LocalizedInstruction"]), type(first["LocalizedInstruction"])) == (list, dict)
    assert first["OperatingHours"]["StandardHours"]["HoursType"] == "10"
    bad = asked(locator(UnitOfMeasurement={"Code": "XX"}), version="v1")
    assert bad["Response"]["Error"]["ErrorLocation"] == {
        "ErrorLocationElementName": "LocatorRequest/UnitOfMeasurement/Code"
    }


def test_a_failure_is_a_good_answer_that_says_so() -> None:
    assert asked(locator(), "2") == {
        "Response": {
            "TransactionReference": CONTEXT,
            "ResponseStatusCode": "0",
            "ResponseStatusDescription": "Failure",
            "Error": {
                "ErrorSeverity": "Hard",
                "ErrorCode": "350009",
                "ErrorDescription": "Request option is not supplied or is invalid.",
            },
        }
    }


SEARCH = {"OptionType": {"Code": "01"}, "OptionCode": [{"Code": "001"}]}


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("350040", locator(Request={"RequestAction": "Track"})),
        ("350005", locator(UnitOfMeasurement={"Code": "YD"})),
        ("350005", locator(UnitOfMeasurement={})),
        ("355019", locator(Translate={"Locale": "english"})),
        ("350102", locator(without(ATLANTA, "CountryCode"))),
        ("350032", locator({"PoliticalDivision2": "Atlanta", "CountryCode": "US"})),
        ("350032", locator({"CountryCode": "DE"})),
        ("350205", locator({**ATLANTA, "PoliticalDivision2": "Nowhere", "PostcodePrimaryLow": "85999"})),
        ("350205", locator({"PoliticalDivision2": "Harare", "CountryCode": "ZW"})),
        ("350205", locator({"PoliticalDivision1": "BC", "PostcodePrimaryLow": "M5V2T6", "CountryCode": "CA"})),
        ("350035", locator(origin={"Geocode": {"Longitude": "1"}})),
        ("350036", locator(origin={"Geocode": {"Latitude": "1"}})),
        ("350019", locator(origin={"Geocode": {"Latitude": "x", "Longitude": "1"}})),
        ("350020", locator(origin={"Geocode": {"Latitude": "1", "Longitude": "x"}})),
        ("350002", criteria(MaximumListSize="51")),
        ("350021", criteria(MaximumListSize="many")),
        ("350004", criteria(SearchRadius="101")),
        ("350022", criteria(SearchRadius="far")),
        ("350023", criteria(ServiceSearch={"Time": "2500", "ServiceCode": [{"Code": "01"}]})),
        ("350031", criteria(ServiceSearch={"Time": "1600"})),
        ("350048", criteria(ServiceSearch={"Time": "1600", "ServiceCode": [{"Code": "09"}]})),
        ("350037", criteria(SearchOption=[without(SEARCH, "OptionType")])),
        ("350038", criteria(SearchOption=[without(SEARCH, "OptionCode")])),
        ("350046", criteria(SearchOption=[{**SEARCH, "OptionType": {"Code": "09"}}])),
        ("350047", criteria(SearchOption=[{**SEARCH, "Relation": {"Code": "03"}}])),
        ("350201", criteria(SearchOption=[{**SEARCH, "OptionCode": [{"Code": "099"}]}])),
        ("350201", locator(LocationID=["1"])),
        ("335046", criteria(AccessPointSearch={"PublicAccessPointID": "U1", "AccountNumber": "A1B2C3"})),
    ],
)
def test_what_is_wrong_is_said_with_ups_s_code(code: str, body: Any) -> None:
    response = asked(body)["Response"]
    assert (response["ResponseStatusCode"], response["Error"]["ErrorCode"]) == ("0", code)
    assert 0 < len(response["Error"]["ErrorDescription"]) <= 50


def test_the_test_environment_says_that_it_does_not_know_a_country() -> None:
    body = locator({"PoliticalDivision2": "Harare", "CountryCode": "ZW"})
    assert asked(body, cie=True)["Response"]["Error"]["ErrorCode"] == "350107"


@pytest.mark.parametrize(("code", "body"), [("20007", None), ("20007", {}), ("10002", locator(LocationID=[1]))])
def test_what_is_no_request_at_all_is_refused(code: str, body: Any) -> None:
    assert Desk().refusal("POST", f"{PATH}1", body) == code


def test_a_request_option_that_is_no_number_is_wrong() -> None:
    assert asked(locator(), "x")["Response"]["Error"]["ErrorCode"] == "350009"
