"""The npm library shipping-ups, unmodified, does through the gateway all that it offers."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.clients import programs
from tests.clients.labels import size
from tests.house import ACCOUNT, House

ATLANTA = {
    "address_line_1": "55 Glenlake Pkwy",
    "city": "Atlanta",
    "state_code": "GA",
    "postal_code": "30328",
    "country_code": "US",
}
NEW_YORK = {
    "address_line_1": "1 Fifth Ave",
    "city": "New York",
    "state_code": "NY",
    "postal_code": "10001",
    "country_code": "US",
}


@dataclass(frozen=True)
class Library:
    """The library, each call in a process of its own."""

    node: str
    house: House
    options: tuple[tuple[str, str], ...] = ()

    async def call(self, method: str, *arguments: Any) -> tuple[Any, Any]:
        """The error and the result that its callback gets."""
        call = {"method": method, "arguments": arguments, "options": dict(self.options)}
        script = str(programs.HERE / "shipping_ups.js")
        shown = await programs.said(self.node, script, str(self.house.port), given=call)
        self.house.validate(shown["raw"].encode())
        return shown["error"], shown["result"]

    async def get(self, method: str, *arguments: Any) -> Any:
        """The result of a call that succeeds."""
        error, result = await self.call(method, *arguments)
        assert error is None, error
        assert result["Response"] == {
            "TransactionReference": {"CustomerContext": ""},
            "ResponseStatusCode": "1",
            "ResponseStatusDescription": "Success",
        }
        return result


@pytest.fixture
def ups(house: House) -> Library:
    return Library(programs.node("shipping-ups"), house)


def shipment(packages: int = 1, **more: Any) -> dict[str, Any]:
    carton = {"weight": 5, "packaging_type": "02", "dimensions": {"length": 10, "width": 8, "height": 6}}
    return {
        "shipper": {"name": "Acme", "shipper_number": ACCOUNT, "phone_number": "4045551212", "address": ATLANTA},
        "ship_to": {"company_name": "Blue", "phone_number": "2125551212", "address": NEW_YORK},
        "packages": [carton] * packages,
        **more,
    }


def money(amount: str) -> dict[str, str]:
    return {"CurrencyCode": "USD", "MonetaryValue": amount}


def negotiated(node: Mapping[str, Any]) -> str:
    return str(node["NegotiatedRates"]["NetSummaryCharges"]["GrandTotal"]["MonetaryValue"])


def numbers(accepted: Mapping[str, Any]) -> list[str]:
    return [package["TrackingNumber"] for package in accepted["ShipmentResults"]["PackageResults"]]


async def shipped(ups: Library, packages: int = 1) -> tuple[Any, Any]:
    """The results of confirm and accept."""
    confirmed = await ups.get("confirm", shipment(packages))
    return confirmed, await ups.get("accept", confirmed["ShipmentDigest"])


async def test_shop_and_rate_agree_about_a_service(ups: Library) -> None:
    shopped = await ups.get("rates", shipment())
    rated = await ups.get("rates", shipment(service="03"))
    codes = [one["Service"]["Code"] for one in shopped["RatedShipment"]]
    assert codes == ["14", "01", "13", "59", "02", "12", "03"]
    (ground,) = (one for one in shopped["RatedShipment"] if one["Service"]["Code"] == "03")
    assert rated["RatedShipment"] == ground
    assert ground["Service"] == {"Code": "03", "Description": "UPS Ground"}
    assert (ground["TotalCharges"], negotiated(ground)) == (money("16.41"), "13.45")
    assert (ground["GuaranteedDaysToDelivery"], ground["ScheduledDeliveryTime"]) == ("", "")
    early = shopped["RatedShipment"][0]
    assert (early["GuaranteedDaysToDelivery"], early["ScheduledDeliveryTime"]) == ("1", "8:00 A.M.")


async def test_accept_hands_out_the_label_of_the_number_that_confirm_said(ups: Library, house: House) -> None:
    rated = (await ups.get("rates", shipment(service="03")))["RatedShipment"]
    confirmed, accepted = await shipped(ups)
    number = confirmed["ShipmentIdentificationNumber"]
    assert re.fullmatch(r"1ZA1B2C303\d{8}", number)
    assert (confirmed["ShipmentCharges"]["TotalCharges"], negotiated(confirmed)) == (
        rated["TotalCharges"],
        negotiated(rated),
    )
    results = accepted["ShipmentResults"]
    package = results["PackageResults"]
    assert (results["ShipmentIdentificationNumber"], package["TrackingNumber"]) == (number, number)
    assert (results["ShipmentCharges"], negotiated(results)) == (confirmed["ShipmentCharges"], negotiated(confirmed))
    image = package["LabelImage"]
    assert image["LabelImageFormat"]["Code"] == "GIF"
    assert size(image["GraphicImage"]) == ("GIF", (1400, 800))
    assert f"label{number}.gif" in b64decode(image["HTMLImage"]).decode()
    assert [one["number"] for one in await house.shipments()] == [number]


async def test_a_shipment_of_two_packages_has_two_labels(ups: Library) -> None:
    confirmed, accepted = await shipped(ups, packages=2)
    lead, second = numbers(accepted)
    assert (lead, lead == second) == (confirmed["ShipmentIdentificationNumber"], False)
    assert confirmed["ShipmentCharges"]["TotalCharges"] == money("32.82")
    images = [one["LabelImage"]["GraphicImage"] for one in accepted["ShipmentResults"]["PackageResults"]]
    assert images[0] != images[1]


async def test_track_tells_the_way_and_latest_the_last_step(ups: Library, house: House) -> None:
    number = (await shipped(ups))[0]["ShipmentIdentificationNumber"]
    house.clock.advance(10 * 24 * 3600)
    whole = (await ups.get("track", number))["Shipment"]
    latest = (await ups.get("track", number, {"latest": True}))["Shipment"]
    activities = whole["Package"]["Activity"]
    steps = [one["Status"]["StatusType"]["Code"] for one in activities]
    assert (steps[0], set(steps[1:-2]), steps[-2:]) == ("D", {"I"}, ["P", "M"])
    assert all(re.fullmatch(r"\d{8}", one["Date"]) for one in activities)
    assert latest["Package"]["Activity"] == activities[0]
    assert [one["Package"]["TrackingNumber"] for one in (whole, latest)] == [number] * 2
    assert whole["ShipTo"]["Address"]["City"] == "NEW YORK"


async def test_a_void_takes_the_shipment_back_once(ups: Library, house: House) -> None:
    number = (await shipped(ups))[0]["ShipmentIdentificationNumber"]
    done = {"Code": "1", "Description": "Voided"}
    assert (await ups.get("void", number))["Status"] == {"StatusType": done, "StatusCode": done}
    assert [package["voided"] is None for one in await house.shipments() for package in one["packages"]] == [False]
    error, result = await ups.call("void", number)
    assert (error, result) == (
        {
            "ErrorSeverity": "Hard",
            "ErrorCode": "190117",
            "ErrorDescription": "The Shipment has already been voided",
        },
        None,
    )


async def test_some_packages_of_a_shipment_are_voided(ups: Library, house: House) -> None:
    lead, second, third = numbers((await shipped(ups, packages=3))[1])
    asked = {"shipment_identification_number": lead, "tracking_numbers": [second, third]}
    voided = await ups.get("void", asked)
    assert voided["PackageLevelResults"] == [
        {"TrackingNumber": number, "StatusCode": "1", "Description": "Voided"} for number in (second, third)
    ]
    assert voided["Status"]["StatusCode"] == {"Code": "2", "Description": "Partially Void"}
    (there,) = await house.shipments()
    assert {one["number"]: one["voided"] is not None for one in there["packages"]} == {
        lead: False,
        second: True,
        third: True,
    }


async def test_a_street_address_is_found(ups: Library) -> None:
    found = await ups.get("address_validation", ATLANTA)
    kind = {"Code": "1", "Description": "Commercial"}
    assert {name: found[name] for name in found if name != "Response"} == {
        "ValidAddressIndicator": "",
        "AddressClassification": kind,
        "AddressKeyFormat": {
            "AddressClassification": kind,
            "AddressLine": "55 GLENLAKE PKWY",
            "Region": "ATLANTA GA 30328-2012",
            "PoliticalDivision2": "ATLANTA",
            "PoliticalDivision1": "GA",
            "PostcodePrimaryLow": "30328",
            "PostcodeExtendedLow": "2012",
            "CountryCode": "US",
        },
    }


async def test_time_in_transit_tells_days(ups: Library) -> None:
    # The library's own "tomorrow" adds year, month and day as numbers from October on: the day is given.
    asked = {"from": ATLANTA, "to": NEW_YORK, "weight": 5, "value": 50, "pickup_date": "20260303"}
    found = (await ups.get("time_in_transit", asked))["TransitResponse"]
    assert found["PickupDate"] == "2026-03-03"
    assert found["TransitFrom"]["AddressArtifactFormat"]["PostcodePrimaryLow"] == "30328"
    services = {one["Service"]["Code"]: one["EstimatedArrival"]["Date"] for one in found["ServiceSummary"]}
    assert services == {
        **dict.fromkeys(("1DM", "1DA", "1DP"), "2026-03-04"),
        **dict.fromkeys(("2DM", "2DA"), "2026-03-05"),
        **dict.fromkeys(("3DS", "GND"), "2026-03-06"),
    }


async def test_what_ups_refuses_reaches_the_program_as_the_librarys_error(ups: Library, house: House) -> None:
    wrong = shipment() | {"ship_to": {"company_name": "Blue", "address": NEW_YORK | {"postal_code": ""}}}
    error, result = await ups.call("confirm", wrong)
    assert (error, result) == (
        {
            "ErrorSeverity": "Hard",
            "ErrorCode": "120207",
            "ErrorDescription": "Missing or invalid ShipTo PostalCode.",
        },
        None,
    )
    assert await house.shipments() == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        pytest.param(("password", "wrong"), "250002", id="password"),
        pytest.param(("access_key", "WRONG0ACCESS0KEY"), "250003", id="licence"),
    ],
)
async def test_a_wrong_access_key_is_told_as_such(
    ups: Library, house: House, wrong: tuple[str, str], code: str
) -> None:
    error, result = await replace(ups, options=(wrong,)).call("confirm", shipment())
    assert (error["ErrorSeverity"], error["ErrorCode"], result) == ("Hard", code, None)
    assert await house.calls("/api/") == 0


async def test_a_gateway_that_nobody_authorized_says_so(ups: Library, house: House) -> None:
    await house.gateway.keeper.disconnect(house.profile.id)
    error, result = await ups.call("confirm", shipment())
    assert (error["ErrorSeverity"], error["ErrorCode"], result) == ("Hard", "20001", None)
    assert error["ErrorDescription"].startswith("The gateway is not authorized at UPS: nobody has signed in")
    assert await house.calls("/api/") == 0
