"""The npm library ups-api (ripe-tech), unmodified, does through the gateway all that it offers.

It speaks three dialects: early REST, the XML API and, for documents, legacy JSON.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.clients import programs
from tests.clients.labels import size
from tests.house import ACCOUNT, House

UNKNOWN = "1ZA1B2C30399999999"
"""No shipment has this number."""
GOOD = {"ResponseStatus": {"Code": "1", "Description": "Success"}}
ATLANTA = {
    "AddressLine": ["55 Glenlake Pkwy"],
    "City": "Atlanta",
    "StateProvinceCode": "GA",
    "PostalCode": "30328",
    "CountryCode": "US",
}
NEW_YORK = {
    "AddressLine": ["1 Fifth Ave"],
    "City": "New York",
    "StateProvinceCode": "NY",
    "PostalCode": "10001",
    "CountryCode": "US",
}


@dataclass(frozen=True)
class Library:
    """The library, each call in a process of its own; `options` are those of its constructor."""

    node: str
    house: House
    options: tuple[tuple[str, str], ...] = ()

    async def call(self, method: str, *arguments: Any) -> tuple[Any, Any]:
        """The error that its promise is broken with, and the result that it is kept with."""
        call = {"method": method, "arguments": arguments, "options": dict(self.options)}
        script = str(programs.HERE / "ups_api.js")
        shown = await programs.said(self.node, script, str(self.house.port), given=call)
        return shown["error"], shown["result"]

    async def get(self, method: str, *arguments: Any) -> Any:
        """The only member of a result."""
        error, result = await self.call(method, *arguments)
        assert error is None, error
        (content,) = result.values()
        return content

    async def error(self, method: str, *arguments: Any) -> Any:
        """What it is thrown with."""
        error, result = await self.call(method, *arguments)
        assert result is None
        return error


@pytest.fixture
def ups(house: House) -> Library:
    return Library(programs.node("ups-api"), house)


def shipment(packages: int = 1, to: dict[str, Any] = NEW_YORK) -> dict[str, Any]:
    """As its users write it: a lone package and a lone charge are objects."""
    carton = {
        "Packaging": {"Code": "02"},
        "PackageWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "5"},
    }
    return {
        "Request": {"RequestOption": "nonvalidate"},
        "Shipment": {
            "Description": "Shoes",
            "Shipper": {
                "Name": "Acme",
                "ShipperNumber": ACCOUNT,
                "Phone": {"Number": "4045551212"},
                "Address": ATLANTA,
            },
            "ShipTo": {"Name": "Blue", "Address": to},
            "PaymentInformation": {"ShipmentCharge": {"Type": "01", "BillShipper": {"AccountNumber": ACCOUNT}}},
            "Service": {"Code": "03"},
            "Package": carton if packages == 1 else [carton] * packages,
        },
        "LabelSpecification": {"LabelImageFormat": {"Code": "GIF"}},
    }


def pickup(day: str) -> dict[str, Any]:
    return {
        "RatePickupIndicator": "N",
        "PickupDateInfo": {"CloseTime": "1700", "ReadyTime": "0900", "PickupDate": day},
        "PickupAddress": {
            "CompanyName": "Acme",
            "ContactName": "Ann",
            "AddressLine": "55 Glenlake Pkwy",
            "City": "Atlanta",
            "StateProvince": "GA",
            "PostalCode": "30328",
            "CountryCode": "US",
            "ResidentialIndicator": "N",
            "Phone": {"Number": "4045551212"},
        },
        "AlternateAddressIndicator": "N",
        "PickupPiece": [{"ServiceCode": "003", "Quantity": "1", "DestinationCountryCode": "US", "ContainerCode": "01"}],
        "PaymentMethod": "00",
    }


def document(shipper: str = ACCOUNT) -> dict[str, Any]:
    form = {
        "UserCreatedFormFileName": "invoice.pdf",
        "UserCreatedFormFileFormat": "pdf",
        "UserCreatedFormDocumentType": "002",
        "UserCreatedFormFile": b64encode(b"%PDF-1.4\n%%EOF\n").decode(),
    }
    context = {"TransactionReference": {"CustomerContext": "order 4711"}}
    return {"Request": context, "ShipperNumber": shipper, "UserCreatedForm": form}


async def shipped(ups: Library) -> str:
    """The number of a shipment."""
    results = (await ups.get("createShipment", shipment()))["ShipmentResults"]
    return str(results["ShipmentIdentificationNumber"])


async def test_a_shipment_has_its_price_and_its_label(ups: Library, house: House) -> None:
    answer = await ups.get("createShipment", shipment())
    results = answer.pop("ShipmentResults")
    assert answer == {"Response": GOOD}
    package = results["PackageResults"]
    number = results["ShipmentIdentificationNumber"]
    assert re.fullmatch(r"1ZA1B2C303\d{8}", number)
    assert package["TrackingNumber"] == number
    assert results["ShipmentCharges"]["TotalCharges"] == {"CurrencyCode": "USD", "MonetaryValue": "16.41"}
    assert results["NegotiatedRateCharges"]["TotalCharge"] == {"CurrencyCode": "USD", "MonetaryValue": "13.45"}
    label = package["ShippingLabel"]
    assert (label["ImageFormat"]["Code"], size(label["GraphicImage"])) == ("GIF", ("GIF", (1400, 800)))
    assert [one["number"] for one in await house.shipments()] == [number]


async def test_several_packages_are_a_list_of_labels(ups: Library) -> None:
    results = (await ups.get("createShipment", shipment(packages=2)))["ShipmentResults"]
    lead, second = (one["TrackingNumber"] for one in results["PackageResults"])
    assert (lead, lead == second) == (results["ShipmentIdentificationNumber"], False)
    images = [one["ShippingLabel"]["GraphicImage"] for one in results["PackageResults"]]
    assert ([size(image)[0] for image in images], images[0] == images[1]) == (["GIF"] * 2, False)


async def test_a_waybill_is_fetched_again_in_the_format_that_is_asked_for(ups: Library) -> None:
    made = (await ups.get("createShipment", shipment()))["ShipmentResults"]
    number = made["ShipmentIdentificationNumber"]
    again = await ups.get("getWaybill", number, {"format": "gif"})
    label = made["PackageResults"]["ShippingLabel"]
    assert again == {
        "Response": GOOD,
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
    image = (await ups.get("getWaybill", number))["LabelResults"]["LabelImage"]
    assert image["LabelImageFormat"] == {"Code": "PDF"}
    page = b64decode(image["GraphicImage"])
    assert (page[:5], page.rstrip()[-5:]) == (b"%PDF-", b"%%EOF")


async def test_a_cancelled_shipment_cannot_be_cancelled_again(ups: Library, house: House) -> None:
    number = await shipped(ups)
    cancelled = await ups.get("cancelShipment", number)
    assert cancelled == {"Response": GOOD, "SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}}}
    assert [package["voided"] is None for one in await house.shipments() for package in one["packages"]] == [False]
    assert await ups.error("cancelShipment", number) == {
        "message": '{"code":"190117","message":"The Shipment has already been voided"}',
        "code": 400,
    }


async def test_both_ways_of_tracking_tell_the_same_way(ups: Library, house: House) -> None:
    number = await shipped(ups)
    house.clock.advance(10 * 24 * 3600)
    (plain,) = (await ups.get("getTrackingDetails", number))["shipment"]
    (package,) = plain["package"]
    assert (plain["inquiryNumber"], package["trackingNumber"]) == (number, number)
    steps = [(one["status"]["type"], one["status"]["code"], one["date"], one["time"]) for one in package["activity"]]
    types = [step[0] for step in steps]
    assert (types[0], set(types[1:-2]), types[-2:]) == ("D", {"I"}, ["P", "M"])
    assert (steps[0][2], steps[-1][2]) == ("20260305", "20260302")
    extended = await ups.get("getTrackingDetailsExtended", number)
    assert extended["Response"] == {"ResponseStatusCode": "1", "ResponseStatusDescription": "Success"}
    activities = extended["Shipment"]["Package"]["Activity"]
    assert steps == [
        (
            one["Status"]["StatusType"]["Code"],
            one["Status"]["StatusCode"]["Code"],
            one["Date"],
            one["Time"],
        )
        for one in activities
    ]
    assert extended["Shipment"]["ShipTo"]["Address"]["City"] == "NEW YORK"
    assert extended["Shipment"]["ShipmentIdentificationNumber"] == number


async def test_a_pickup_is_ordered(ups: Library) -> None:
    ordered = await ups.get("schedulePickup", pickup("20260303"))
    assert re.fullmatch(r"29[0-9A-Z]{9}", ordered.pop("PRN"))
    assert ordered == {"Response": GOOD, "RateStatus": {"Code": "04", "Description": "Rate not requested"}}


async def test_the_nearest_access_point_is_found(ups: Library) -> None:
    found = await ups.get("getNearestAccessPoint", "55 Glenlake Pkwy", "Atlanta", "30328", "US")
    assert found["Response"] == {"ResponseStatusCode": "1", "ResponseStatusDescription": "Success"}
    place = found["SearchResults"]["DropLocation"]
    assert {name: place["AddressKeyFormat"][name] for name in ("PoliticalDivision2", "CountryCode")} == {
        "PoliticalDivision2": "ATLANTA",
        "CountryCode": "US",
    }
    assert re.fullmatch(r"U\d{8}", place["AccessPointInformation"]["PublicAccessPointID"])
    assert place["AccessPointInformation"]["AccessPointStatus"]["Code"] == "01"
    assert place["Distance"]["UnitOfMeasurement"] == {"Code": "KM", "Description": "Kilometers"}
    assert 0 < float(place["Distance"]["Value"]) <= 150


async def test_a_document_is_uploaded_and_joined_to_a_shipment(ups: Library) -> None:
    uploaded = await ups.get("createDocument", document())
    history = uploaded.pop("FormsHistoryDocumentID")
    assert re.fullmatch(r"[\d.-]{26}", history["DocumentID"])
    context = {"TransactionReference": {"CustomerContext": "order 4711"}}
    assert uploaded == {"Response": GOOD | context}
    number = await shipped(ups)
    joined = await ups.get(
        "addDocumentShipment",
        {
            "Request": context,
            "ShipperNumber": ACCOUNT,
            "FormsHistoryDocumentID": history,
            "ShipmentIdentifier": number,
            "ShipmentDateAndTime": "2026-03-02-10.00.00",
            "ShipmentType": "1",
            "TrackingNumber": number,
        },
    )
    assert re.fullmatch(r"[\d.-]{26}", joined.pop("FormsGroupID"))
    assert joined == {"Response": GOOD | context}


# --- what a program is told that asks in vain -------------------------------------------------------------------------


def failure(code: str, words: str) -> dict[str, Any]:
    """What a program finds in the answer of the XML API: the library throws nothing there."""
    return {
        "ResponseStatusCode": "0",
        "ResponseStatusDescription": "Failure",
        "Error": {"ErrorSeverity": "Hard", "ErrorCode": code, "ErrorDescription": words},
    }


async def test_what_ups_refuses_is_thrown_with_upss_code(ups: Library, house: House) -> None:
    refused = [
        await ups.error("createShipment", shipment(to=NEW_YORK | {"PostalCode": ""})),
        await ups.error("cancelShipment", UNKNOWN),
        await ups.error("getWaybill", UNKNOWN),
        await ups.error("schedulePickup", pickup("20260301")),
        await ups.error("getTrackingDetails", "1Z"),
    ]
    assert refused == [
        {"message": f'{{"code":"{code}","message":"{words}"}}', "code": 400}
        for code, words in (
            ("120207", "Missing or invalid ShipTo PostalCode."),
            ("190102", "No shipment found within the allowed void period"),
            ("9801031", "The shipment for the requested number could not be found."),
            ("20008", "The field, PickupDate, contains invalid data, it is in the past."),
            ("TV1002", "Invalid Inquiry Number"),
        )
    ]
    assert await house.shipments() == []


async def test_a_number_that_ups_does_not_know_is_told_in_the_way_of_each_api(ups: Library) -> None:
    (plain,) = (await ups.get("getTrackingDetails", UNKNOWN))["shipment"]
    assert plain["warnings"] == [{"code": "TW0001", "message": "Tracking Information Not Found"}]
    extended = await ups.get("getTrackingDetailsExtended", UNKNOWN)
    assert extended == {"Response": failure("151044", "No tracking information available")}


async def test_a_document_that_is_refused_is_thrown_with_its_code_once_the_key_asks_for_it(
    ups: Library, house: House
) -> None:
    foreign = document(shipper="ZZZZZZ")
    assert await ups.error("createDocument", foreign) == {"message": "Problem in request", "code": 200}
    await house.gateway.store.change_key(replace(house.key, json_errors_beside=True))
    words = "Missing or invalid shipper number: ZZZZZZ is not one of this access key's."
    thrown = {"message": f'{{"code":"120100","message":"{words}"}}', "code": 200}
    assert await ups.error("createDocument", foreign) == thrown
    stranger = replace(ups, options=(("password", "wrong"),))  # of the same licence: surely the same program
    words = "Invalid Authentication Information: the gateway knows this access key with another login."
    thrown = {"message": f'{{"code":"250002","message":"{words}"}}', "code": 200}
    assert await stranger.error("createDocument", document()) == thrown


async def test_a_wrong_password_is_thrown_and_noted_once(ups: Library, house: House) -> None:
    stranger = replace(ups, options=(("password", "wrong"),))
    words = "Invalid Authentication Information: the gateway knows this access key with another login."
    thrown = {"message": f'{{"code":"250002","message":"{words}"}}', "code": 401}
    assert await stranger.error("createShipment", shipment()) == thrown
    assert [seen.count for seen in await house.gateway.store.sightings()] == [1]  # the library sends it twice
    assert await stranger.error("getTrackingDetails", UNKNOWN) == thrown
    extended = await stranger.get("getTrackingDetailsExtended", UNKNOWN)
    assert extended == {"Response": failure("250002", words)}
    assert await house.calls("/api/") == 0


async def test_a_gateway_that_nobody_authorized_says_so(ups: Library, house: House) -> None:
    await house.gateway.keeper.disconnect(house.profile.id)
    thrown = await ups.error("createShipment", shipment())
    assert thrown["code"] == 500
    assert thrown["message"].startswith('{"code":"20001","message":"The gateway is not authorized at UPS: nobody has ')
    extended = await ups.get("getTrackingDetailsExtended", UNKNOWN)
    assert extended["Response"]["Error"]["ErrorCode"] == "20001"
    assert await house.calls("/api/") == 0


async def test_a_number_that_breaks_its_xml_is_told_as_not_well_formed(ups: Library) -> None:
    told = (await ups.get("getTrackingDetailsExtended", "1Z<"))["Response"]["Error"]
    assert (told["ErrorSeverity"], told["ErrorCode"]) == ("Hard", "10001")
    assert told["ErrorDescription"].startswith("The XML document is not well formed: ")
