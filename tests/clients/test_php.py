"""PHP's own SoapClient, with UPS's WSDLs, does through the gateway all that old PHP programs used it for.

Its shapes are PHP's: what occurs once is an object, what occurs several times is a list.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.clients import programs
from tests.clients import soap_requests as ask
from tests.clients.labels import size
from tests.house import House

GOOD = {
    "ResponseStatus": {"Code": "1", "Description": "Success"},
    "TransactionReference": {"CustomerContext": ask.CONTEXT},
}


@dataclass(frozen=True)
class Library:
    """A PHP program, each call in a process of its own."""

    php: str
    house: House
    wsdls: Path
    security: Mapping[str, Any] = field(default_factory=ask.security)

    async def call(self, service: str, operation: str, request: Mapping[str, Any], cut: int = 0) -> tuple[Any, Any]:
        """The SoapFault and the result."""
        call = {
            "wsdl": str(self.wsdls / ask.WSDLS[service]),
            "location": f"http://127.0.0.1:{self.house.port}/webservices/{service}",
            "operation": operation,
            "request": request,
            "security": self.security,
            "cut": cut,
        }
        shown = await programs.said(self.php, str(programs.HERE / "soap_client.php"), given=call)
        self.house.validate(shown["raw"].encode())
        return shown["fault"], shown["result"]

    async def get(self, service: str, operation: str, request: Mapping[str, Any]) -> Any:
        """The payload of a good answer."""
        fault, result = await self.call(service, operation, request)
        assert fault is None, fault
        assert result.pop("Response") == GOOD
        return result

    async def refusal(
        self, service: str, operation: str, request: Mapping[str, Any], cut: int = 0
    ) -> tuple[str, str, str]:
        """Severity, code and description of the only error that the program reads in the fault it catches."""
        fault, result = await self.call(service, operation, request, cut)
        assert result is None
        assert fault["words"] == "An exception has been raised as a result of client data."
        error = fault["detail"]["Errors"]["ErrorDetail"]
        primary = error["PrimaryErrorCode"]
        return error["Severity"], primary["Code"], primary["Description"]


@pytest.fixture
def ups(house: House, ups_reference: Path) -> Library:
    return Library(programs.php(), house, ups_reference / "wsdl")


def money(amount: str) -> dict[str, str]:
    return {"CurrencyCode": "USD", "MonetaryValue": amount}


async def shipped(ups: Library) -> Any:
    """The results of a shipment of one phase."""
    return (await ups.get("Ship", "ProcessShipment", ask.ship()))["ShipmentResults"]


async def test_a_shipment_costs_what_rate_and_shop_said_and_has_a_label(ups: Library, house: House) -> None:
    _, rated = await ups.call("Rate", "ProcessRate", ask.rate("Rate"))
    _, shopped = await ups.call("Rate", "ProcessRate", ask.rate("Shop"))
    ground = rated["RatedShipment"]
    codes = [one["Service"]["Code"] for one in shopped["RatedShipment"]]
    assert (codes, shopped["RatedShipment"][-1]) == (["14", "01", "13", "59", "02", "12", "03"], ground)
    assert (ground["TotalCharges"], ground["NegotiatedRateCharges"]["TotalCharge"]) == (money("16.41"), money("13.45"))
    assert ground["RatedPackage"]["TotalCharges"] == money("16.41")
    results = await shipped(ups)
    number, package = results["ShipmentIdentificationNumber"], results["PackageResults"]
    assert re.fullmatch(r"1ZA1B2C303\d{8}", number)
    assert package["TrackingNumber"] == number
    charges = "BaseServiceCharge", "TransportationCharges", "ServiceOptionsCharges", "TotalCharges"
    assert results["ShipmentCharges"] == {name: ground[name] for name in charges}
    assert results["NegotiatedRateCharges"] == {"TotalCharge": money("13.45")}
    assert results["BillingWeight"] == ground["BillingWeight"]
    label = package["ShippingLabel"]
    assert (label["ImageFormat"]["Code"], size(label["GraphicImage"])) == ("GIF", ("GIF", (1400, 800)))
    assert f"label{number}.gif" in b64decode(label["HTMLImage"]).decode()
    assert [one["number"] for one in await house.shipments()] == [number]


async def test_confirm_says_what_accept_then_hands_out(ups: Library, house: House) -> None:
    confirmed = (await ups.get("Ship", "ProcessShipConfirm", ask.ship(packages=2)))["ShipmentResults"]
    accepted = (await ups.get("Ship", "ProcessShipAccept", ask.accept(confirmed.pop("ShipmentDigest"))))[
        "ShipmentResults"
    ]
    packages = accepted.pop("PackageResults")
    assert confirmed == accepted
    assert confirmed["ShipmentCharges"]["TotalCharges"] == money("32.82")
    numbers = [one["TrackingNumber"] for one in packages]
    assert confirmed["ShipmentIdentificationNumber"] == numbers[0]
    images = [one["ShippingLabel"]["GraphicImage"] for one in packages]
    assert [size(image) for image in images] == [("GIF", (1400, 800))] * 2
    assert images[0] != images[1]
    (there,) = await house.shipments()
    assert [one["number"] for one in there["packages"]] == numbers


async def test_a_shipment_and_one_of_its_packages_are_voided(ups: Library, house: House) -> None:
    results = (await ups.get("Ship", "ProcessShipment", ask.ship(packages=2)))["ShipmentResults"]
    lead, second = (one["TrackingNumber"] for one in results["PackageResults"])
    assert await ups.get("Void", "ProcessVoid", ask.void(lead, second)) == {
        "SummaryResult": {"Status": {"Code": "2", "Description": "Partially Void"}},
        "PackageLevelResult": {"TrackingNumber": second, "Status": {"Code": "1", "Description": "Voided"}},
    }
    voided = await ups.get("Void", "ProcessVoid", ask.void(lead))
    assert voided == {"SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}}}
    (there,) = await house.shipments()
    assert [one["voided"] is None for one in there["packages"]] == [False, False]
    said = await ups.refusal("Void", "ProcessVoid", ask.void(lead))
    assert said == ("Hard", "190117", "The Shipment has already been voided")


async def test_a_lost_label_is_recovered(ups: Library) -> None:
    results = await shipped(ups)
    number, label = results["ShipmentIdentificationNumber"], results["PackageResults"]["ShippingLabel"]
    assert await ups.get("LBRecovery", "ProcessLabelRecovery", ask.recover(number)) == {
        "ShipmentIdentificationNumber": number,
        "LabelResults": {
            "TrackingNumber": number,
            "LabelImage": {
                "LabelImageFormat": {"Code": "GIF"},
                "GraphicImage": label["GraphicImage"],
                "HTMLImage": label["HTMLImage"],
            },
        },
    }


async def test_a_delivered_shipment_tells_its_way(ups: Library, house: House) -> None:
    number = (await shipped(ups))["ShipmentIdentificationNumber"]
    house.clock.advance(10 * 24 * 3600)
    shipment = (await ups.get("Track", "ProcessTrack", ask.track(number)))["Shipment"]
    steps = [(one["Status"]["Type"], one["Date"]) for one in shipment["Package"]["Activity"]]
    types = [step for step, _ in steps]
    assert (types[0], set(types[1:-2]), types[-2:]) == ("D", {"I"}, ["P", "M"])
    assert (steps[0][1], steps[-1][1]) == ("20260305", "20260302")
    assert (shipment["Package"]["TrackingNumber"], shipment["ShipperNumber"]) == (number, "A1B2C3")
    addresses = {one["Type"]["Code"]: one["Address"]["City"] for one in shipment["ShipmentAddress"]}
    assert addresses == {"01": "ATLANTA", "02": "NEW YORK"}


async def test_a_street_address_is_found(ups: Library) -> None:
    kind = {"Code": "1", "Description": "Commercial"}
    assert await ups.get("XAV", "ProcessXAV", ask.street_address()) == {
        "ValidAddressIndicator": "",
        "AddressClassification": kind,
        "Candidate": {
            "AddressClassification": kind,
            "AddressKeyFormat": {
                "AddressLine": "55 GLENLAKE PKWY",
                "Region": "ATLANTA GA 30328-2012",
                "PoliticalDivision2": "ATLANTA",
                "PoliticalDivision1": "GA",
                "PostcodePrimaryLow": "30328",
                "PostcodeExtendedLow": "2012",
                "CountryCode": "US",
            },
        },
    }


async def test_time_in_transit_tells_days(ups: Library) -> None:
    found = (await ups.get("TimeInTransit", "ProcessTimeInTransit", ask.time_in_transit()))["TransitResponse"]
    services = {one["Service"]["Code"]: one["EstimatedArrival"]["Arrival"]["Date"] for one in found["ServiceSummary"]}
    assert services == {
        **dict.fromkeys(("1DM", "1DA", "1DP"), "20260304"),
        **dict.fromkeys(("2DM", "2DA"), "20260305"),
        **dict.fromkeys(("3DS", "GND"), "20260306"),
    }
    early = found["ServiceSummary"][0]
    assert (early["GuaranteedIndicator"], early["EstimatedArrival"]["DayOfWeek"]) == ("", "WED")
    assert (found["PickupDate"], found["ShipTo"]["Address"]["City"]) == ("20260303", "NEW YORK")


async def test_a_pickup_is_priced_ordered_and_called_off_once(ups: Library) -> None:
    priced = (await ups.get("Pickup", "ProcessPickupRate", ask.pickup_rate()))["RateResult"]
    lines = {one["ChargeDescription"]: one["ChargeAmount"] for one in priced["ChargeDetail"]}
    assert lines == {"BASE CHARGE": "7.25", "FUEL SURCHARGE": "1.16"}
    assert (priced["CurrencyCode"], priced["GrandTotalOfAllCharge"]) == ("USD", "8.41")
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


async def test_what_ups_refuses_reaches_the_program_with_upss_code(ups: Library, house: House) -> None:
    told = {name: await ups.refusal(service, name, asked) for name, (service, asked, _) in ask.IN_VAIN.items()}
    assert told == {name: ("Hard", *refusal) for name, (_, _, refusal) in ask.IN_VAIN.items()}
    assert await house.shipments() == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        pytest.param(ask.security(password="wrong"), "250002", id="password"),
        pytest.param(ask.security(licence="WRONG0ACCESS0KEY"), "250003", id="licence"),
    ],
)
async def test_a_wrong_access_key_is_told_as_such(ups: Library, house: House, wrong: dict[str, Any], code: str) -> None:
    told = await replace(ups, security=wrong).refusal("Ship", "ProcessShipment", ask.ship())
    assert told[:2] == ("Authentication", code)
    assert await house.calls("/api/") == 0


async def test_a_gateway_that_nobody_authorized_says_so(ups: Library, house: House) -> None:
    await house.gateway.keeper.disconnect(house.profile.id)
    told = await ups.refusal("Ship", "ProcessShipment", ask.ship())
    assert told[:2] == ("Hard", "20001")
    assert told[2].startswith("The gateway is not authorized at UPS: nobody has signed in")
    assert await house.calls("/api/") == 0


async def test_a_request_that_a_program_broke_off_is_told_as_not_well_formed(ups: Library, house: House) -> None:
    severity, code, words = await ups.refusal("Ship", "ProcessShipment", ask.ship(), cut=40)
    assert (severity, code) == ("Hard", "10001")
    assert words.startswith("The XML document is not well formed: ")
    assert await house.shipments() == []
