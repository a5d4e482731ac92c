"""zeep, unmodified: services that few programs used, and answers that differ from the ordinary."""

from __future__ import annotations

import re
from base64 import b64decode
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.clients import soap_requests as ask
from tests.clients.labels import size
from tests.clients.zeep_program import GOOD, Program, shipped
from tests.house import House


@pytest.fixture
def ups(house: House, ups_reference: Path) -> Program:
    return Program(house, ups_reference / "wsdl")


async def test_ordered_pickups_are_listed_and_the_service_center_is_found(ups: Program) -> None:
    number = (await ups.get("Pickup", "ProcessPickupCreation", ask.pickup()))["PRN"]
    assert await ups.get("Pickup", "ProcessPickupPendingStatus", ask.pickup_pending()) == {
        "PendingStatus": [
            {
                "PickupType": "01",
                "ServiceDate": "20260303",
                "PRN": number,
                "OnCallStatusCode": "012",
                "PickupStatusMessage": "Your pickup request is being processed",
                "BillingCode": "01",
                "ContactName": "Ann",
            }
        ]
    }
    found = await ups.get("Pickup", "ProcessPickupGetServiceCenterFacilities", ask.facilities())
    (center,) = found["ServiceCenterLocation"]["DropOffFacilities"]
    assert (center["Address"]["City"], center["Address"]["PostalCode"], center["Type"]) == ("ATLANTA", "30328", "FRT")
    assert [day["Day"] for day in center["FacilityTime"]["DayOfWeek"]] == ["MON", "TUE", "WED", "THU", "FRI"]


async def test_a_document_is_uploaded_pushed_to_a_shipment_and_deleted_once(ups: Program) -> None:
    service = "PaperlessDocumentAPI"
    uploaded = await ups.get(service, "ProcessUploading", ask.upload(b"%PDF-1.4\n%%EOF\n"))
    (document,) = uploaded["FormsHistoryDocumentID"]["DocumentID"]
    assert re.fullmatch(r"[\d.-]{26}", document)
    number = (await shipped(ups))["ShipmentIdentificationNumber"]
    pushed = await ups.get(service, "ProcessPushToImageRepository", ask.push(document, number))
    assert re.fullmatch(r"[\d.-]{26}", pushed["FormsGroupID"])
    # an answer of nothing but Response is Response itself, says zeep
    assert await ups.call(service, "ProcessDeleting", ask.delete(document)) == GOOD
    said = await ups.refusal(service, "ProcessDeleting", ask.delete(document))
    assert said == ("Hard", "128238", f"No PDF found for given documentId {document}.")


async def test_dangerous_goods_are_looked_up_and_checked(ups: Program) -> None:
    known = await ups.get("DangerousGoodsUtility", "ProcessChemicalReferenceData", ask.chemicals())
    details = {one["ChemicalDetail"]["RegulationSet"]: one["ChemicalDetail"] for one in known["ChemicalData"]}
    assert details["49CFR"] == {
        "RegulationSet": "49CFR",
        "IDNumber": "UN1090",
        "HazardousMaterialsDescription": "ACETONE",
        "ClassDivisionNumber": "3",
        "PackagingGroupType": "II",
        "TechnicalNameRequiredIndicator": "N",
        "AdditionalShippingInformationRequiredIndicator": "N",
        "ChannelTunnelAcceptedIndicator": "N",
        "ChemicalType": "49CFR",
    }
    checked = await ups.get("DangerousGoodsUtility", "ProcessAcceptanceAuditPreCheck", ask.precheck())
    assert checked == {
        "ShipperNumber": "A1B2C3",
        "Service": {"Code": "03"},
        "RegulationSet": "49CFR",
        "PackageResults": [
            {
                "PackageIdentifier": "1",
                "AccessibleIndicator": "N",
                "EuropeBUIndicator": "N",
                "ChemicalRecordResults": [{"ChemicalRecordIdentifier": "1"}],
            }
        ],
    }


# --- answers out of the ordinary --------------------------------------------------------------------------------------


async def test_an_invoice_and_words_in_any_script_come_through(ups: Program) -> None:
    asked: dict[str, Any] = deepcopy(ask.ship(to=ask.BERLIN))
    asked["Request"]["TransactionReference"]["CustomerContext"] = "Grüße & <mehr> 日本"
    asked["Shipment"]["ShipTo"]["Name"] = "Müller & Söhne"
    asked["Shipment"]["Service"] = {"Code": "07", "Description": "Worldwide Express"}
    asked["Shipment"]["ShipmentServiceOptions"] = {"InternationalForms": ask.INVOICE}
    answer = await ups.call("Ship", "ProcessShipment", asked)
    assert answer["Response"]["TransactionReference"] == {"CustomerContext": "Grüße & <mehr> 日本"}
    results = answer["ShipmentResults"]
    (package,) = results["PackageResults"]
    assert size(package["ShippingLabel"]["GraphicImage"]) == ("GIF", (1400, 800))
    form = results["Form"]
    image = form.pop("Image")
    assert form == {"Code": "01", "Description": "All Requested International Forms"}
    assert image["ImageFormat"]["Code"] == "PDF"
    assert b64decode(image["GraphicImage"]).startswith(b"%PDF-")
    shipment = await ups.get("Track", "ProcessTrack", ask.track(package["TrackingNumber"]))
    assert shipment["Shipment"][0]["ShipmentAddress"][1]["Address"]["City"] == "BERLIN"


async def test_a_signature_and_a_proof_of_delivery_come_with_the_track(ups: Program, house: House) -> None:
    number = (await shipped(ups))["ShipmentIdentificationNumber"]
    house.clock.advance(10 * 24 * 3600)
    (shipment,) = (await ups.get("Track", "ProcessTrack", ask.track(number, "15")))["Shipment"]
    (package,) = shipment["Package"]
    delivered = package["Activity"][0]
    assert delivered["ActivityLocation"]["SignedForByName"] == "FISHER"
    papers = {one["Type"]["Description"]: (one["Format"]["Code"], one["Content"]) for one in delivered["Document"]}
    assert {name: kind for name, (kind, _) in papers.items()} == {
        "Signature Image": "GIF",
        "Proof of Delivery Letter": "HTML",
    }
    assert size(papers["Signature Image"][1])[0] == "GIF"
    assert number in b64decode(papers["Proof of Delivery Letter"][1]).decode()


async def test_rates_with_times_in_transit_tell_both(ups: Program) -> None:
    asked = ask.rate("Shoptimeintransit")
    asked["Shipment"]["DeliveryTimeInformation"] = {"PackageBillType": "03", "Pickup": {"Date": "20260303"}}
    rated = (await ups.call("Rate", "ProcessRate", asked))["RatedShipment"]
    told = {one["Service"]["Code"]: one["TimeInTransit"]["ServiceSummary"]["EstimatedArrival"] for one in rated}
    assert {code: one["Arrival"]["Date"] for code, one in told.items()} == {
        **dict.fromkeys(("14", "01", "13"), "20260304"),
        **dict.fromkeys(("59", "02"), "20260305"),
        **dict.fromkeys(("12", "03"), "20260306"),
    }


async def test_an_address_in_doubt_has_its_candidates(ups: Program) -> None:
    asked = ask.street_address()
    asked["AddressKeyFormat"]["AddressLine"] = "Ambiguous Street"
    found = await ups.get("XAV", "ProcessXAV", asked)
    lines = [one["AddressKeyFormat"]["AddressLine"] for one in found["Candidate"]]
    assert lines == [["100-198 AMBIGUOUS ST"], ["200-298 AMBIGUOUS ST"], ["300-398 AMBIGUOUS ST"]]


async def test_a_destination_in_doubt_has_its_candidates(ups: Program) -> None:
    asked = ask.time_in_transit()
    asked["ShipTo"]["Address"] = {"City": "Springfield", "CountryCode": "US"}
    found = await ups.get("TimeInTransit", "ProcessTimeInTransit", asked)
    candidates = [one["Address"] for one in found["CandidateResponse"]["ShipToList"]["Candidate"]]
    assert [(one["StateProvinceCode"], one["PostcodePrimaryLow"]) for one in candidates] == [
        ("MA", "01101"),
        ("OH", "45501"),
        ("IL", "62701"),
        ("MO", "65801"),
    ]


async def test_what_ups_retired_says_so_to_programs_that_still_ask(ups: Program) -> None:
    pickup = {"Request": ask.asked(), "PickupRequestConfirmationNumber": "WBU4711"}
    assert await ups.refusal("FreightPickup", "ProcessFreightCancelPickup", pickup) == (
        "Hard",
        "20002",
        "UPS sold its freight business (now TForce Freight); there is no UPS API for it any more.",
    )
    party = {"ScreenType": "Party", "CompanyName": "Blue", "MatchLevel": "High"}
    screening = {"Request": {"RequestAction": "DPS"}, "Party": party}
    assert await ups.refusal("DeniedParty", "ProcessDPSRequest", screening) == (
        "Hard",
        "20002",
        "UPS retired this API of its old Developer Kit and names no successor.",
    )
