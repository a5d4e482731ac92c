"""Address validation: valid, ambiguous, unknown; streets and regions."""

from typing import Any

import pytest

from tests.simulator.asking import Desk, street

COMMERCIAL = {"Code": "1", "Description": "Commercial"}
SUCCESS = {"ResponseStatus": {"Code": "1", "Description": "Success"}}
KEY = {
    "AddressLine": ["55 GLENLAKE PKWY"],
    "Region": "ATLANTA GA 30328-2012",
    "PoliticalDivision2": "ATLANTA",
    "PoliticalDivision1": "GA",
    "PostcodePrimaryLow": "30328",
    "PostcodeExtendedLow": "2012",
    "CountryCode": "US",
}


def asked(option: str = "3", query: str = "", version: str = "v2", **changed: Any) -> Any:
    return Desk().post(f"/api/addressvalidation/{version}/{option}{query}", street(**changed))["XAVResponse"]


def cities(answer: Any) -> list[tuple[str, str, str]]:
    names = ("PoliticalDivision2", "PoliticalDivision1", "PostcodePrimaryLow")
    keys = [each["AddressKeyFormat"] for each in answer["Candidate"]]
    return [(key[names[0]], key[names[1]], key[names[2]]) for key in keys]


def test_each_request_option_answers_its_part() -> None:
    valid = {"Response": SUCCESS, "ValidAddressIndicator": ""}
    assert asked("1") == {**valid, "Candidate": [{"AddressKeyFormat": KEY}]}
    assert asked("2") == {**valid, "AddressClassification": COMMERCIAL}
    assert asked("3") == {
        **valid,
        "AddressClassification": COMMERCIAL,
        "Candidate": [{"AddressClassification": COMMERCIAL, "AddressKeyFormat": KEY}],
    }


def test_version_one_has_an_object_for_a_lone_candidate() -> None:
    assert asked("1", version="v1")["Candidate"] == {"AddressKeyFormat": KEY}


def test_a_wrong_zip_code_is_ambiguous_between_where_it_is_and_where_the_city_is() -> None:
    answer = asked("1", PostcodePrimaryLow="90210")
    assert "AmbiguousAddressIndicator" in answer
    assert cities(answer) == [("BEVERLY HILLS", "CA", "90210"), ("ATLANTA", "GA", "30301")]


def test_a_missing_zip_code_is_found_by_the_city() -> None:
    assert cities(asked("1", PostcodePrimaryLow=None)) == [("ATLANTA", "GA", "30301")]


def test_a_street_without_a_number_gets_ranges() -> None:
    answer = asked("1", AddressLine=["Glenlake Parkway"])
    assert "AmbiguousAddressIndicator" in answer
    lines = [each["AddressKeyFormat"]["AddressLine"] for each in answer["Candidate"]]
    assert lines == [["100-198 GLENLAKE PKWY"], ["200-298 GLENLAKE PKWY"], ["300-398 GLENLAKE PKWY"]]


@pytest.mark.parametrize(
    "changed",
    [
        {"AddressLine": []},
        {"PoliticalDivision2": "Nowhere", "PostcodePrimaryLow": None},
        {"AddressLine": ["Glenlake"], "PostcodePrimaryLow": None},
    ],
)
def test_with_nothing_to_go_by_there_are_no_candidates(changed: dict[str, Any]) -> None:
    answer = asked("1", **changed)
    assert answer == {"Response": SUCCESS, "NoCandidatesIndicator": ""}


def test_regional_requests_are_about_cities_only() -> None:
    query = "?regionalrequestindicator=True"
    key = {name: value for name, value in KEY.items() if name not in ("AddressLine", "PostcodeExtendedLow")}
    answer = asked("3", query)
    assert answer == {
        "Response": SUCCESS,
        "ValidAddressIndicator": "",
        "Candidate": [{"AddressKeyFormat": {**key, "Region": "ATLANTA GA 30328"}}],
    }
    by_name: dict[str, Any] = {"PoliticalDivision1": None, "PostcodePrimaryLow": None}
    springfield = asked("1", query, PoliticalDivision2="springfield", **by_name)
    assert [state for _, state, _ in cities(springfield)] == ["MA", "OH", "IL", "MO"]
    assert [state for _, state, _ in cities(asked("1", query, PoliticalDivision2="PORT", **by_name))] == ["OR", "ME"]
    by_zip = asked("1", query, PoliticalDivision2=None, PoliticalDivision1=None, PostcodePrimaryLow="10001")
    assert cities(by_zip) == [("NEW YORK", "NY", "10001")]


def test_the_region_line_stands_for_city_state_and_zip_code() -> None:
    parts: dict[str, Any] = {"PoliticalDivision2": None, "PoliticalDivision1": None, "PostcodePrimaryLow": None}
    assert asked("1", Region="Atlanta, GA 30328-1234", **parts) == asked("1")


def test_the_list_is_as_long_as_asked_for() -> None:
    query = "?regionalrequestindicator=True&maximumcandidatelistsize={}"
    by_name: dict[str, Any] = {
        "PoliticalDivision2": "SPRINGFIELD",
        "PoliticalDivision1": None,
        "PostcodePrimaryLow": None,
    }
    assert [len(asked("1", query.format(n), **by_name)["Candidate"]) for n in ("2", "0", "50")] == [2, 4, 4]


@pytest.mark.parametrize(
    ("line", "code"), [("5 MAIN ST APT 2", "2"), ("5 MAIN ST STE 2", "1"), ("PO BOX 5", "2"), ("6 ELM ST", "1")]
)
def test_addresses_are_classified(line: str, code: str) -> None:
    assert asked("2", AddressLine=[line])["AddressClassification"]["Code"] == code


def test_an_address_without_a_street_is_not_classified() -> None:
    assert asked("2", AddressLine=None)["AddressClassification"] == {"Code": "0", "Description": "UnClassified"}


@pytest.mark.parametrize(
    ("code", "path", "body"),
    [
        ("9264028", "/api/addressvalidation/v2/4", street()),
        ("20007", "/api/addressvalidation/v2/1", None),
        ("20007", "/api/addressvalidation/v2/1", {}),
        ("20007", "/api/addressvalidation/v2/1", {"XAVRequest": {}}),
        ("264002", "/api/addressvalidation/v2/1", street(CountryCode=None)),
        ("264002", "/api/addressvalidation/v2/1", street(CountryCode="DE")),
        ("10002", "/api/addressvalidation/v2/1", street(PostcodePrimaryLow=30328)),
        ("20008", "/api/addressvalidation/v2/1?maximumcandidatelistsize=51", street()),
        ("20008", "/api/addressvalidation/v2/1?maximumcandidatelistsize=%C2%B2", street()),
    ],
)
def test_a_bad_request_is_refused_with_ups_s_code(code: str, path: str, body: Any) -> None:
    assert Desk().refusal("POST", path, body) == code
