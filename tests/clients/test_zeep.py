"""zeep, unmodified, with UPS's own WSDLs, does through the gateway all that old Python programs used it for."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.clients import soap_requests as ask
from tests.clients.labels import size
from tests.clients.zeep_program import GOOD, Emptying, Program, shipped
from tests.house import House


@pytest.fixture
def ups(house: House, ups_reference: Path) -> Program:
    return Program(house, ups_reference / "wsdl")


def money(amount: str) -> dict[str, str]:
    return {"CurrencyCode": "USD", "MonetaryValue": amount}


# --- rates and shipments ----------------------------------------------------------------------------------------------


async def test_rate_and_shop_agree_about_a_service(ups: Program) -> None:
    alert = {"Code": "110971", "Description": "Your invoice may vary from the displayed reference rates"}
    rated = await ups.call("Rate", "ProcessRate", ask.rate("Rate"))
    shopped = await ups.call("Rate", "ProcessRate", ask.rate("Shop"))
    assert [one["Response"] for one in (rated, shopped)] == [GOOD | {"Alert": [alert]}] * 2
    codes = [one["Service"]["Code"] for one in shopped["RatedShipment"]]
    assert codes == ["14", "01", "13", "59", "02", "12", "03"]
    (ground,) = rated["RatedShipment"]
    assert ground == shopped["RatedShipment"][-1]
    weight = {"UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"}, "Weight": "5.0"}
    fuel = {"Code": "375", "CurrencyCode": "USD", "Description": "FUEL SURCHARGE", "MonetaryValue": "2.26"}
    published = {
        "BillingWeight": weight,
        "BaseServiceCharge": money("14.15"),
        "TransportationCharges": money("16.41"),
        "ServiceOptionsCharges": money("0.00"),
        "TotalCharges": money("16.41"),
    }
    assert ground == published | {
        "Service": {"Code": "03", "Description": "UPS Ground"},
        "RatedShipmentAlert": [alert],
        "NegotiatedRateCharges": {"BaseServiceCharge": money("11.60"), "TotalCharge": money("13.45")},
        "RatedPackage": [
            published
            | {
                "Weight": "5.0",
                "ItemizedCharges": [fuel],
                "NegotiatedCharges": {"ItemizedCharges": [fuel | {"MonetaryValue": "1.85"}]},
            }
        ],
    }


async def test_a_shipment_costs_what_its_rate_said_and_has_a_label(ups: Program, house: House) -> None:
    (rated,) = (await ups.call("Rate", "ProcessRate", ask.rate("Rate")))["RatedShipment"]
    results = await shipped(ups)
    (package,) = results["PackageResults"]
    number = results["ShipmentIdentificationNumber"]
    assert re.fullmatch(r"1ZA1B2C303\d{8}", number)
    assert package["TrackingNumber"] == number
    charges = "BaseServiceCharge", "TransportationCharges", "ServiceOptionsCharges", "TotalCharges"
    assert results["ShipmentCharges"] == {name: rated[name] for name in charges}
    assert results["NegotiatedRateCharges"] == {"TotalCharge": rated["NegotiatedRateCharges"]["TotalCharge"]}
    assert results["BillingWeight"] == rated["BillingWeight"]
    label = package["ShippingLabel"]
    assert label["ImageFormat"] == {"Code": "GIF", "Description": "GIF"}
    assert size(label["GraphicImage"]) == ("GIF", (1400, 800))
    assert f"label{number}.gif" in b64decode(label["HTMLImage"]).decode()
    assert [one["number"] for one in await house.shipments()] == [number]


async def test_confirm_says_what_accept_then_hands_out(ups: Program, house: House) -> None:
    confirmed = (await ups.get("Ship", "ProcessShipConfirm", ask.ship(packages=2)))["ShipmentResults"]
    asked = ask.accept(confirmed.pop("ShipmentDigest"))
    accepted = (await ups.get("Ship", "ProcessShipAccept", asked))["ShipmentResults"]
    again = (await ups.get("Ship", "ProcessShipAccept", asked))["ShipmentResults"]
    assert again == accepted
    lead, second = accepted.pop("PackageResults")
    assert confirmed == accepted
    assert confirmed["ShipmentCharges"]["TotalCharges"] == money("32.82")
    assert confirmed["NegotiatedRateCharges"] == {"TotalCharge": money("26.90")}
    numbers = [lead["TrackingNumber"], second["TrackingNumber"]]
    assert confirmed["ShipmentIdentificationNumber"] == numbers[0]
    images = [one["ShippingLabel"]["GraphicImage"] for one in (lead, second)]
    assert [size(image) for image in images] == [("GIF", (1400, 800))] * 2
    assert images[0] != images[1]
    (there,) = await house.shipments()
    assert [one["number"] for one in there["packages"]] == numbers


async def test_a_void_takes_the_shipment_back_once(ups: Program, house: House) -> None:
    number = (await shipped(ups))["ShipmentIdentificationNumber"]
    voided = await ups.get("Void", "ProcessVoid", ask.void(number))
    assert voided == {"SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}}}
    assert [package["voided"] is None for one in await house.shipments() for package in one["packages"]] == [False]
    said = await ups.refusal("Void", "ProcessVoid", ask.void(number))
    assert said == ("Hard", "190117", "The Shipment has already been voided")


async def test_one_package_of_a_shipment_is_voided(ups: Program, house: House) -> None:
    results = (await ups.get("Ship", "ProcessShipment", ask.ship(packages=2)))["ShipmentResults"]
    lead, second = (one["TrackingNumber"] for one in results["PackageResults"])
    assert await ups.get("Void", "ProcessVoid", ask.void(lead, second)) == {
        "SummaryResult": {"Status": {"Code": "2", "Description": "Partially Void"}},
        "PackageLevelResult": [{"TrackingNumber": second, "Status": {"Code": "1", "Description": "Voided"}}],
    }
    (there,) = await house.shipments()
    assert [one["voided"] is None for one in there["packages"]] == [True, False]


async def test_a_lost_label_is_recovered(ups: Program) -> None:
    results = await shipped(ups)
    number, label = results["ShipmentIdentificationNumber"], results["PackageResults"][0]["ShippingLabel"]
    assert await ups.get("LBRecovery", "ProcessLabelRecovery", ask.recover(number)) == {
        "ShipmentIdentificationNumber": number,
        "_value_1": [
            {
                "LabelResults": {
                    "TrackingNumber": number,
                    "LabelImage": {
                        "LabelImageFormat": {"Code": "GIF"},
                        "GraphicImage": label["GraphicImage"],
                        "HTMLImage": label["HTMLImage"],
                    },
                }
            }
        ],
    }


# --- what else there is -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kit", ["Track-loadable", "Track-2021-patched"])
async def test_a_delivered_shipment_tells_its_way_whichever_the_age_of_the_wsdl(
    ups: Program, house: House, kit: str
) -> None:
    number = (await shipped(ups))["ShipmentIdentificationNumber"]
    house.clock.advance(10 * 24 * 3600)
    (shipment,) = (await ups.get("Track", "ProcessTrack", ask.track(number), f"{kit}/Track.wsdl"))["Shipment"]
    (package,) = shipment["Package"]
    steps = [(one["Status"]["Type"], one["Date"]) for one in package["Activity"]]
    types = [step for step, _ in steps]
    assert (types[0], set(types[1:-2]), types[-2:]) == ("D", {"I"}, ["P", "M"])
    assert (steps[0][1], steps[-1][1]) == ("20260305", "20260302")
    assert (package["TrackingNumber"], shipment["ShipperNumber"]) == (number, "A1B2C3")
    addresses = {one["Type"]["Code"]: one["Address"]["City"] for one in shipment["ShipmentAddress"]}
    assert addresses == {"01": "ATLANTA", "02": "NEW YORK"}
    assert shipment["Service"] == {"Code": "003", "Description": "UPS Ground"}


async def test_a_street_address_is_found(ups: Program) -> None:
    kind = {"Code": "1", "Description": "Commercial"}
    found = await ups.get("XAV", "ProcessXAV", ask.street_address())
    assert found == {  # zeep shows an empty element, as the indicator is, like one that is absent
        "AddressClassification": kind,
        "Candidate": [
            {
                "AddressClassification": kind,
                "AddressKeyFormat": {
                    "AddressLine": ["55 GLENLAKE PKWY"],
                    "Region": "ATLANTA GA 30328-2012",
                    "PoliticalDivision2": "ATLANTA",
                    "PoliticalDivision1": "GA",
                    "PostcodePrimaryLow": "30328",
                    "PostcodeExtendedLow": "2012",
                    "CountryCode": "US",
                },
            }
        ],
    }


async def test_time_in_transit_tells_days(ups: Program) -> None:
    found = (await ups.get("TimeInTransit", "ProcessTimeInTransit", ask.time_in_transit()))["TransitResponse"]
    services = {one["Service"]["Code"]: one["EstimatedArrival"] for one in found.pop("ServiceSummary")}
    assert {code: one["Arrival"]["Date"] for code, one in services.items()} == {
        **dict.fromkeys(("1DM", "1DA", "1DP"), "20260304"),
        **dict.fromkeys(("2DM", "2DA"), "20260305"),
        **dict.fromkeys(("3DS", "GND"), "20260306"),
    }
    assert services["1DM"] == {
        "Arrival": {"Date": "20260304", "Time": "080000"},
        "BusinessDaysInTransit": "1",
        "Pickup": {"Date": "20260303", "Time": "170000"},
        "DayOfWeek": "WED",
        "CustomerCenterCutoff": "160000",
        "DelayCount": "0",
        "HolidayCount": "0",
        "RestDays": "0",
        "TotalTransitDays": "1",
    }
    us = {"Country": "UNITED STATES", "CountryCode": "US"}
    assert found == {
        "ShipFrom": {"Address": us | {"City": "ATLANTA", "StateProvinceCode": "GA", "PostalCode": "30328"}},
        "ShipTo": {"Address": us | {"City": "NEW YORK", "StateProvinceCode": "NY", "PostalCode": "10001"}},
        "PickupDate": "20260303",
        "ShipmentWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "5"},
        "InvoiceLineTotal": {"CurrencyCode": "USD", "MonetaryValue": "50"},
        "BillType": "03",
        "MaximumListSize": "35",
    }


async def test_a_pickup_is_priced_ordered_and_called_off_once(ups: Program) -> None:
    priced = (await ups.get("Pickup", "ProcessPickupRate", ask.pickup_rate()))["RateResult"]
    assert priced == {
        "RateType": "FD",
        "CurrencyCode": "USD",
        "ChargeDetail": [
            {"ChargeCode": "B", "ChargeDescription": "BASE CHARGE", "ChargeAmount": "7.25", "TaxAmount": "0.00"},
            {"ChargeCode": "S", "ChargeDescription": "FUEL SURCHARGE", "ChargeAmount": "1.16", "TaxAmount": "0.00"},
        ],
        "GrandTotalOfAllCharge": "8.41",
    }
    ordered = await ups.get("Pickup", "ProcessPickupCreation", ask.pickup())
    number = ordered.pop("PRN")
    assert re.fullmatch(r"29[0-9A-Z]{9}", number)
    assert ordered == {"RateStatus": {"Code": "04", "Description": "Rate not requested"}}
    assert await ups.get("Pickup", "ProcessPickupCancel", ask.pickup_cancel(number)) == {
        "PickupType": "01",
        "GWNStatus": {"Code": "001", "Description": "Success"},
    }
    said = await ups.refusal("Pickup", "ProcessPickupCancel", ask.pickup_cancel(number))
    assert said == ("Hard", "190107", "The Pickup Request has previously been canceled")


# --- what a program is told that asks in vain -------------------------------------------------------------------------


async def test_what_ups_refuses_reaches_the_program_with_upss_code(ups: Program, house: House) -> None:
    told = {name: await ups.refusal(service, name, asked) for name, (service, asked, _) in ask.IN_VAIN.items()}
    assert told == {name: ("Hard", *refusal) for name, (_, _, refusal) in ask.IN_VAIN.items()}
    assert await house.shipments() == []


async def test_an_accept_with_anothers_digest_is_refused(ups: Program) -> None:
    severity, code, _ = await ups.refusal("Ship", "ProcessShipAccept", ask.accept("rO0ABXNy"))
    assert (severity, code) == ("Hard", "125000")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        pytest.param({"password": "wrong"}, "250002", id="password"),
        pytest.param({"licence": "WRONG0ACCESS0KEY"}, "250003", id="licence"),
    ],
)
async def test_a_wrong_access_key_is_told_in_every_service(
    ups: Program, house: House, wrong: dict[str, Any], code: str
) -> None:
    stranger = replace(ups, **wrong)
    told = [await stranger.refusal(service, name, asked) for name, (service, asked) in ask.OPERATIONS.items()]
    assert [one[:2] for one in told] == [("Authentication", code)] * len(ask.OPERATIONS)
    assert await house.calls("/api/") == 0


async def test_a_gateway_that_nobody_authorized_says_so_in_every_service(ups: Program, house: House) -> None:
    await house.gateway.keeper.disconnect(house.profile.id)
    told = [await ups.refusal(service, name, asked) for name, (service, asked) in ask.OPERATIONS.items()]
    assert [one[:2] for one in told] == [("Hard", "20001")] * len(ask.OPERATIONS)
    assert all(one[2].startswith("The gateway is not authorized at UPS: nobody has signed in") for one in told)
    assert await house.calls("/api/") == 0


async def test_a_request_that_lost_its_payload_is_told_as_not_valid(ups: Program, house: House) -> None:
    told = await replace(ups, plugins=(Emptying(),)).refusal("Rate", "ProcessRate", ask.rate("Rate"))
    assert told == ("Hard", "10002", "The SOAP envelope has no Body, or nothing in it.")
    assert await house.calls("/api/") == 0
