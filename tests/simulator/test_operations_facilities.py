"""Service centers and the states of a country."""

from typing import Any

import pytest

from tests.simulator.asking import Desk
from tests.simulator.requests import ECHO, PLACE, facilities, without

PATH = "/api/pickup/v2409/servicecenterlocations"
ORIGIN = without(PLACE, "AddressLine")
NEARBY = {"OriginSearchCriteria": {"DistanceUnitOfMeasure": "KM", "SearchRadius": "005", "MaximumLocation": "002"}}
BERLIN = {"City": "Berlin", "PostalCode": "10115", "CountryCode": "DE"}
SENT = {"transid": "1", "transactionsrc": "test"}


def asked(**more: Any) -> Any:
    return Desk().post(PATH, facilities(**more))["PickupGetServiceCenterFacilitiesResponse"]


def hours(*days: str) -> dict[str, Any]:
    times = {"EarliestDropOfforPickup": "0800", "LatestDropOfforPickup": "1730", "OpenHours": "0800"}
    rest = {"CloseHours": "1900", "PrepTime": "0030", "LastDrop": "1730"}
    return {"DayOfWeek": [{"Day": day, **times, **rest} for day in days]}


def test_the_facility_at_the_destination_is_answered_whole() -> None:
    assert asked(DestinationAddress=BERLIN) == {
        "Response": ECHO,
        "ServiceCenterLocation": {
            "PickupFacilities": {
                "Name": "UPS BERLIN SERVICE CENTER",
                "Address": {
                    "AddressLine": "1864 MAIN ST",
                    "City": "BERLIN",
                    "StateProvince": "DE",
                    "PostalCode": "10115",
                    "CountryCode": "DE",
                    "ResidentialIndicator": "N",
                },
                "SLIC": "0129",
                "Type": "FRT",
                "Timezone": "Europe/Berlin",
                "Phone": "2955550112",
                "Fax": "2955550112",
                "FacilityTime": hours("MON", "TUE", "WED", "THU", "FRI"),
                "AirportCode": "---",
                "SortCode": "V0",
            }
        },
    }


def test_one_facility_takes_what_starts_at_the_origin() -> None:
    (facility,) = asked(OriginAddress=ORIGIN)["ServiceCenterLocation"]["DropOffFacilities"]
    assert (facility["Name"], facility["Timezone"], facility["OriginOrDestination"]) == (
        "UPS ATLANTA SERVICE CENTER",
        "America/New_York",
        "Origin",
    )
    assert [text["Locale"] for text in facility["LocalizedInstruction"]] == ["en_US"]
    assert "Distance" not in facility


def test_a_search_nearby_gives_as_many_as_there_are_within_the_radius() -> None:
    def found(criteria: dict[str, Any]) -> list[str]:
        answer = asked(OriginAddress={**ORIGIN, "OriginSearchCriteria": criteria}, ProximitySearchIndicator="")
        return [each["Distance"]["Value"] for each in answer["ServiceCenterLocation"]["DropOffFacilities"]]

    assert found(NEARBY["OriginSearchCriteria"]) == ["1.80", "3.32"]
    assert found({"DistanceUnitOfMeasure": "MI", "SearchRadius": "2"}) == ["1.12"]
    assert len(found({"DistanceUnitOfMeasure": "MI"})) == 50


def test_a_place_known_by_its_zip_code_alone_has_its_city() -> None:
    def city(postal: str) -> str:
        place = {"PostalCode": postal, "CountryCode": "US"}
        (facility,) = asked(OriginAddress=place)["ServiceCenterLocation"]["DropOffFacilities"]
        found: str = facility["Address"]["City"]
        return found

    assert [city("10001"), city("30120")] == ["NEW YORK", "CENTRAL CITY"]


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("20007", None),
        ("20007", {}),
        ("20007", facilities()),
        ("20007", facilities(OriginAddress=ORIGIN, Locale="")),
        ("20007", facilities(OriginAddress=ORIGIN, PickupPiece=[{"ServiceCode": "096"}])),
        ("20007", facilities(OriginAddress={"City": "Atlanta"})),
        ("20007", facilities(OriginAddress=ORIGIN, ProximitySearchIndicator="")),
        ("20007", facilities(OriginAddress={**ORIGIN, "OriginSearchCriteria": {"SearchRadius": "5"}})),
        ("20008", facilities(OriginAddress=ORIGIN, Locale="english")),
        ("20008", facilities(DestinationAddress={"City": "Nowhere", "CountryCode": "ZW"})),
        (
            "20008",
            facilities(
                OriginAddress={
                    **ORIGIN,
                    "OriginSearchCriteria": {"DistanceUnitOfMeasure": "MI", "SearchRadius": "201"},
                }
            ),
        ),
        ("121285", facilities(OriginAddress={**ORIGIN, "PostalCode": "90210"})),
        ("10002", facilities(OriginAddress=ORIGIN, Locale=1)),
    ],
)
def test_a_bad_request_is_refused_with_ups_s_code(code: str, body: Any) -> None:
    assert Desk().refusal("POST", PATH, body) == code


def test_states_are_listed_where_addresses_have_them() -> None:
    def states(country: str) -> Any:
        answer = Desk().ask("GET", f"/api/pickup/v2409/countries/{country}", None, SENT).body
        return answer["PickupGetPoliticalDivision1ListResponse"].get("PoliticalDivision1")

    assert states("ca") == "AB BC MB NB NL NS NT NU ON PE QC SK YT".split()
    assert (len(states("US")), states("DE")) == (54, None)


@pytest.mark.parametrize(
    ("code", "country", "headers"),
    [("20008", "XX", SENT), ("100001", "US", {}), ("100002", "US", {"transid": "1"})],
)
def test_a_bad_country_and_missing_headers_are_refused(code: str, country: str, headers: dict[str, str]) -> None:
    assert Desk().refusal("GET", f"/api/pickup/v2409/countries/{country}", None, headers) == code
