"""suds, npm's soap and .NET's proxies, unmodified, do through the gateway all that old programs used them for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.clients import soap_requests as ask
from tests.clients.labels import size
from tests.clients.soap_stacks import Call, DotNet, NodeSoap, Stack, Suds, Told, compiled, many
from tests.house import House

GOOD = {
    "ResponseStatus": {"Code": "1", "Description": "Success"},
    "TransactionReference": {"CustomerContext": ask.CONTEXT},
}


@pytest.fixture(scope="session")
def dotnet_program(ups_reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(ups_reference / "wsdl", tmp_path_factory.mktemp("dotnet"))


@pytest.fixture(params=["suds", "npm soap", ".NET"])
def ups(request: pytest.FixtureRequest, house: House, ups_reference: Path) -> Stack:
    wsdls = ups_reference / "wsdl"
    if request.param == "suds":
        return Suds(house, wsdls)
    if request.param == "npm soap":
        return NodeSoap(house, wsdls)
    return DotNet(house, request.getfixturevalue("dotnet_program"))


def money(amount: str) -> dict[str, str]:
    return {"CurrencyCode": "USD", "MonetaryValue": amount}


async def get(ups: Stack, *calls: Call) -> list[Any]:
    """The payloads of good answers."""
    told = await ups.ask(*calls)
    assert [one.errors for one in told] == [()] * len(calls)
    payloads = [one.payload for one in told]
    for payload in payloads:
        response = payload.pop("Response")
        response.pop("Alert", None)
        assert response == GOOD
    return payloads


async def test_a_rate_reaches_the_program_whole(ups: Stack) -> None:
    rated, shopped = await get(
        ups, ("Rate", "ProcessRate", ask.rate("Rate")), ("Rate", "ProcessRate", ask.rate("Shop"))
    )
    codes = [one["Service"]["Code"] for one in many(shopped["RatedShipment"])]
    assert codes == ["14", "01", "13", "59", "02", "12", "03"]
    (ground,) = many(rated["RatedShipment"])
    assert ground == many(shopped["RatedShipment"])[-1]
    assert ground["Service"] == {"Code": "03", "Description": "UPS Ground"}
    assert (ground["TotalCharges"], ground["NegotiatedRateCharges"]["TotalCharge"]) == (money("16.41"), money("13.45"))
    (package,) = many(ground["RatedPackage"])
    assert (package["TotalCharges"], package["Weight"]) == (money("16.41"), "5.0")


async def test_a_shipment_is_confirmed_accepted_tracked_recovered_and_voided_once(ups: Stack, house: House) -> None:
    (confirmed,) = await get(ups, ("Ship", "ProcessShipConfirm", ask.ship(packages=2)))
    digest = confirmed["ShipmentResults"].pop("ShipmentDigest")
    (accepted,) = await get(ups, ("Ship", "ProcessShipAccept", ask.accept(digest)))
    packages = accepted["ShipmentResults"].pop("PackageResults")
    assert accepted == confirmed
    assert confirmed["ShipmentResults"]["ShipmentCharges"]["TotalCharges"] == money("32.82")
    numbers = [one["TrackingNumber"] for one in packages]
    assert confirmed["ShipmentResults"]["ShipmentIdentificationNumber"] == numbers[0]
    images = [one["ShippingLabel"]["GraphicImage"] for one in packages]
    assert [size(image) for image in images] == [("GIF", (1400, 800))] * 2
    tracked, recovered, voided = await get(
        ups,
        ("Track", "ProcessTrack", ask.track(numbers[0])),
        ("LBRecovery", "ProcessLabelRecovery", ask.recover(numbers[0])),
        ("Void", "ProcessVoid", ask.void(numbers[0])),
    )
    (shipment,) = many(tracked["Shipment"])
    (found,) = many(shipment["Package"])
    (step,) = many(found["Activity"])
    assert (found["TrackingNumber"], step["Status"]["Type"]) == (numbers[0], "M")
    assert step["Date"] == shipment["PickupDate"] == "20260302"
    labels = {one["TrackingNumber"]: one["LabelImage"]["GraphicImage"] for one in recovered["LabelResults"]}
    assert labels == dict(zip(numbers, images, strict=True))
    assert voided == {"SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}}}
    (there,) = await house.shipments()
    assert [one["number"] for one in there["packages"] if one["voided"] is not None] == numbers
    (again,) = await ups.ask(("Void", "ProcessVoid", ask.void(numbers[0])))
    assert again.errors == (("Hard", "190117", "The Shipment has already been voided"),)


async def test_addresses_days_and_pickups_are_told(ups: Stack) -> None:
    address, days, price, ordered = await get(
        ups,
        ("XAV", "ProcessXAV", ask.street_address()),
        ("TimeInTransit", "ProcessTimeInTransit", ask.time_in_transit()),
        ("Pickup", "ProcessPickupRate", ask.pickup_rate()),
        ("Pickup", "ProcessPickupCreation", ask.pickup()),
    )
    (candidate,) = many(address["Candidate"])
    assert candidate["AddressKeyFormat"]["Region"] == "ATLANTA GA 30328-2012"
    services = many(days["TransitResponse"]["ServiceSummary"])
    assert {one["Service"]["Code"]: one["EstimatedArrival"]["Arrival"]["Date"] for one in services} == {
        **dict.fromkeys(("1DM", "1DA", "1DP"), "20260304"),
        **dict.fromkeys(("2DM", "2DA"), "20260305"),
        **dict.fromkeys(("3DS", "GND"), "20260306"),
    }
    assert price["RateResult"]["GrandTotalOfAllCharge"] == "8.41"
    (cancelled,) = await get(ups, ("Pickup", "ProcessPickupCancel", ask.pickup_cancel(ordered["PRN"])))
    assert cancelled["GWNStatus"] == {"Code": "001", "Description": "Success"}


async def test_what_ups_refuses_reaches_the_program_with_upss_code(ups: Stack, house: House) -> None:
    told = await ups.ask(*((service, name, asked) for name, (service, asked, _) in ask.IN_VAIN.items()))
    assert told == [
        Told(None, "An exception has been raised as a result of client data.", (("Hard", *refusal),))
        for _, _, refusal in ask.IN_VAIN.values()
    ]
    assert await house.shipments() == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        pytest.param(ask.security(password="wrong"), "250002", id="password"),
        pytest.param(ask.security(licence="WRONG0ACCESS0KEY"), "250003", id="licence"),
    ],
)
async def test_a_wrong_access_key_is_told_as_such(ups: Any, house: House, wrong: dict[str, Any], code: str) -> None:
    (told,) = await replace(ups, security=wrong).ask(("Ship", "ProcessShipment", ask.ship()))
    assert [error[:2] for error in told.errors] == [("Authentication", code)]
    assert await house.calls("/api/") == 0
