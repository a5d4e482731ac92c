"""Every answer of the simulator is one that UPS's OpenAPI files allow, with no member they do not know."""

from types import ModuleType
from typing import Any

import pytest

from tests.simulator import requests
from tests.simulator.asking import (
    ACCOUNT,
    BERLIN,
    DAY,
    FORMS,
    NEW_YORK,
    SEATTLE,
    TORONTO,
    Desk,
    dimensions,
    package,
    party,
    pickup,
    rating,
    shipping,
    street,
    transit,
    void_path,
)

KNOWN_TO_BE_WRONG = {
    # UPS's file says array, the live service writes an object and its clients read one (karrio).
    ("NegotiatedRateCharges/BaseServiceCharge", "type"),
    # The file requires CountryCode of what it calls countryCode.
    ("PickList/", "required"),
    # A day has either a time of pickup or this indicator that there is none, as its description says.
    ("/PickUpDetails", "required"),
    # Codes of countries have two characters, here as everywhere.
    ("ActivityLocation/AddressArtifactFormat/CountryCode", "minLength"),
    # Quantum View's indicators mean yes by being there, so they cannot be required.
    *((f"'{name}' is a required", "required") for name in ("ConsigneeBillIndicator", "CollectBillIndicator")),
    *((f"'{name}' is a required", "required") for name in ("HoldForPickup", "SaturdayPickup", "SaturdayDelivery")),
}
OPTIONS = {
    "DeclaredValue": {"CurrencyCode": "USD", "MonetaryValue": "1500"},
    "COD": {"CODFundsCode": "0", "CODAmount": {"CurrencyCode": "USD", "MonetaryValue": "12"}},
    "DeliveryConfirmation": {"DCISType": "2"},
}
EVERYTHING: dict[str, Any] = {
    "ShipmentRatingOptions": {"NegotiatedRatesIndicator": "", "RateChartIndicator": ""},
    "TaxInformationIndicator": "",
    "RatingMethodRequestedIndicator": "",
}
RATES = {
    "ground": rating(),
    "several packages": rating(
        SEATTLE, package(), package(weight="60"), package(Dimensions=dimensions("40", "30", "30"))
    ),
    "everything asked for": rating(
        NEW_YORK,
        package(PackageServiceOptions=OPTIONS, AdditionalHandlingIndicator=""),
        service="01",
        ShipmentServiceOptions={"SaturdayDeliveryIndicator": "", "UPScarbonneutralIndicator": ""},
        **EVERYTHING,
    ),
    "abroad": rating(BERLIN, service="65", **EVERYTHING),
    "within Canada": rating(TORONTO, service="02", ShipFrom={"Name": "x", "Address": TORONTO}, **EVERYTHING) | {},
    "letter": rating(NEW_YORK, {"PackagingType": {"Code": "01", "Description": "x"}}, service="01"),
}


def unexpected(openapi: ModuleType, method: str, path: str, body: Any) -> list[Any]:
    """What UPS's file has against an answer, but for the file's own known mistakes."""
    _, _, invalid, unknown = openapi.check(method, path.split("?", maxsplit=1)[0], body, reply=200)
    faults = [
        fault
        for fault in invalid
        if not any(part in fault[0] + fault[2] and fault[1] == kind for part, kind in KNOWN_TO_BE_WRONG)
    ]
    return [*faults, *unknown]


@pytest.mark.parametrize("option", ["Rate", "Shop", "Ratetimeintransit", "shoptimeintransit"])
@pytest.mark.parametrize("name", RATES)
def test_rates_are_as_ups_documents_them(openapi: ModuleType, option: str, name: str) -> None:
    path = f"/api/rating/v2409/{option}"
    assert unexpected(openapi, "POST", path, Desk().post(path, RATES[name])) == []


FORMS_AND_LINKS = {"InternationalForms": FORMS, "LabelDelivery": {"LabelLinksIndicator": ""}}
SHIPMENTS = {
    "ground": shipping(),
    "several packages with all options": shipping(
        NEW_YORK,
        package("Packaging", PackageServiceOptions=OPTIONS, AdditionalHandlingIndicator=""),
        package("Packaging", Dimensions=dimensions("10", "10", "10")),
        service="02",
        DGSignatoryInfo={"Name": "Ann"},
        **EVERYTHING,
    ),
    "abroad with forms": shipping(BERLIN, service="08", ShipmentServiceOptions=FORMS_AND_LINKS, **EVERYTHING),
    "return": shipping(
        ReturnService={"Code": "9"}, ShipmentServiceOptions={"LabelDelivery": {"LabelLinksIndicator": ""}}
    ),
    "electronic return": shipping(
        ReturnService={"Code": "8"},
        ShipmentServiceOptions={"LabelDelivery": {"EMail": {"EMailAddress": "a@example.org"}}},
    ),
    **{kind: shipping(label=kind) for kind in ("PNG", "PDF", "ZPL", "EPL", "SPL")},
}


@pytest.mark.parametrize("name", SHIPMENTS)
def test_shipments_and_recovered_labels_are_as_ups_documents_them(openapi: ModuleType, name: str) -> None:
    desk = Desk()
    path = "/api/shipments/v2409/ship"
    body = desk.post(path, SHIPMENTS[name])
    assert unexpected(openapi, "POST", path, body) == []
    number = body["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"]
    recovered = {"LabelRecoveryResponse": desk.recover(TrackingNumber=number, LabelDelivery={"LabelLinkIndicator": ""})}
    assert unexpected(openapi, "POST", "/api/labels/v1/recovery", recovered) == []


@pytest.mark.parametrize("days", range(6))
def test_tracking_is_as_ups_documents_it(openapi: ModuleType, days: int) -> None:
    desk = Desk()
    options = package("Packaging", PackageServiceOptions=OPTIONS, Dimensions=dimensions("10", "10", "10"))
    shipped = desk.ship(shipping(NEW_YORK, options, ReferenceNumber=[{"Code": "PO", "Value": "PO 7"}]))
    desk.clock.advance(days * 24 * 3600)
    number = shipped["ShipmentIdentificationNumber"]
    for path in (
        f"/api/track/v1/details/{number}?returnSignature=true&returnPOD=true&returnMilestones=true",
        f"/api/track/v1/shipment/details/{number}",
        "/api/track/v1/reference/details/PO%207",
        "/api/track/v1/details/1ZA1B2C30399999994",
    ):
        assert unexpected(openapi, "GET", path, desk.get(path)) == []


def test_voids_are_as_ups_documents_them(openapi: ModuleType) -> None:
    desk = Desk()
    shipped = desk.ship(shipping(NEW_YORK, *[package("Packaging")] * 2))
    first, second = (each["TrackingNumber"] for each in shipped["PackageResults"])
    for path in (void_path(first, second), void_path(first)):
        assert unexpected(openapi, "DELETE", path, desk.delete(path)) == []


@pytest.mark.parametrize("regional", ["False", "True"])
@pytest.mark.parametrize("option", ["1", "2", "3"])
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"PostcodePrimaryLow": "90210"},
        {"AddressLine": ["Glenlake"]},
        {"PoliticalDivision2": "SPRINGFIELD", "PoliticalDivision1": None, "PostcodePrimaryLow": None},
        {"PoliticalDivision2": "NOWHERE", "PostcodePrimaryLow": None},
    ],
)
def test_addresses_are_as_ups_documents_them(
    openapi: ModuleType, changed: dict[str, Any], option: str, regional: str
) -> None:
    path = f"/api/addressvalidation/v2/{option}?regionalrequestindicator={regional}"
    assert unexpected(openapi, "POST", path, Desk().post(path, street(**changed))) == []


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"shipDate": "2026-03-06", "residentialIndicator": "01", "weight": 12.5, "weightUnitOfMeasure": "LBS"},
        {"destinationPostalCode": "", "destinationCityName": "Springfield"},
        {
            "destinationCountryCode": "DE",
            "destinationPostalCode": "10115",
            "weight": 5,
            "weightUnitOfMeasure": "LBS",
            "shipmentContentsValue": 10,
            "shipmentContentsCurrencyCode": "USD",
        },
    ],
)
def test_transit_times_are_as_ups_documents_them(openapi: ModuleType, changed: dict[str, Any]) -> None:
    path = "/api/shipments/v1/transittimes"
    assert unexpected(openapi, "POST", path, Desk().ask("POST", path, transit(**changed)).body) == []


@pytest.mark.parametrize("changed", [{}, {"RatePickupIndicator": "N"}, {"TaxInformationIndicator": "Y"}])
def test_pickups_are_as_ups_documents_them(openapi: ModuleType, changed: dict[str, Any]) -> None:
    desk = Desk()
    path = "/api/pickupcreation/v2409/pickup"
    body = desk.post(path, pickup(**changed))
    assert unexpected(openapi, "POST", path, body) == []
    prn = body["PickupCreationResponse"]["PRN"]
    path = "/api/shipments/v2409/pickup/02"
    assert unexpected(openapi, "DELETE", path, desk.delete(path, {"prn": prn})) == []


SENT = {"shippernumber": ACCOUNT, "accountnumber": ACCOUNT, "transid": "1", "transactionsrc": "test"}
ORIGIN = {**requests.without(requests.PLACE, "AddressLine"), "OriginSearchCriteria": {"DistanceUnitOfMeasure": "MI"}}
DESTINATION = {"City": "Berlin", "PostalCode": "10115", "CountryCode": "DE"}
EXEMPT = requests.dangerous(requests.chemical(IDNumber="UN1993"), EmergencyPhone="1")
ZIP_OF_ARIZONA = {
    **requests.locator()["LocatorRequest"]["OriginAddress"]["AddressKeyFormat"],
    "PostcodePrimaryLow": "85001",
}
LOCATIONS = "locations/v3/search/availabilities"
SMALLER = {
    "pickup rate": ("shipments/v2409/pickup/oncall", requests.pickup_rate()),
    "pickup rate of a Saturday with all options": (
        "shipments/v2409/pickup/both",
        requests.pickup_rate(
            "03",
            {"ResidentialIndicator": "Y"},
            PickupDateInfo={"PickupDate": "20260307", "ReadyTime": "0900", "CloseTime": "1800"},
            TaxInformationIndicator="Y",
            UserLevelDiscountIndicator="Y",
        ),
    ),
    "service centers": (
        "pickup/v2409/servicecenterlocations",
        requests.facilities(OriginAddress=ORIGIN, DestinationAddress=DESTINATION, ProximitySearchIndicator=""),
    ),
    "upload": ("paperlessdocuments/v2/upload", requests.upload(requests.form(), requests.form())),
    "pre-check": ("dangerousgoods/v3/acceptanceauditprecheck", requests.pre_check()),
    "pre-check with warnings": (
        "dangerousgoods/v3/acceptanceauditprecheck",
        requests.pre_check(EXEMPT, origin="DE", rules="ADR"),
    ),
    "chemicals": ("dangerousgoods/v2409/chemicalreferencedata", requests.chemicals(IDNumber="UN2014")),
    "pre-notification": ("dangerousgoods/v2/prenotification", requests.pre_notification()),
    "locations": (f"{LOCATIONS}/1", requests.locator(LocationSearchCriteria={"MaximumListSize": "50"})),
    "access points": (f"{LOCATIONS}/64", requests.locator()),
    "candidates": (f"{LOCATIONS}/1", requests.locator(ZIP_OF_ARIZONA)),
    "attributes": (f"{LOCATIONS}/56", requests.locator()),
    "no locations": (f"{LOCATIONS}/2", requests.locator()),
    "no events": ("quantumview/v3/events", requests.quantum_view()),
    "wrong events": ("quantumview/v3/events", requests.quantum_view({"Name": "Inbound"})),
    "landed cost": ("landedcost/v1/quotes", requests.landed_cost()),
}


@pytest.mark.parametrize("name", SMALLER)
def test_answers_of_the_smaller_products_are_as_ups_documents_them(openapi: ModuleType, name: str) -> None:
    path, body = f"/api/{SMALLER[name][0]}", SMALLER[name][1]
    assert openapi.check("POST", path, body)[2:] == ([], [])
    assert unexpected(openapi, "POST", path, Desk().ask("POST", path, body, SENT).body) == []


def test_documents_and_pickups_without_bodies_are_as_ups_documents_them(openapi: ModuleType) -> None:
    desk = Desk()
    desk.post("/api/pickupcreation/v2409/pickup", pickup("20260303", ReferenceNumber="order 7"))
    for path in ("shipments/v2409/pickup/oncall", "pickup/v2409/countries/US", "pickup/v2409/countries/DE"):
        assert unexpected(openapi, "GET", f"/api/{path}", desk.ask("GET", f"/api/{path}", None, SENT).body) == []
    folder = "/api/paperlessdocuments/v2"
    uploaded = desk.ask("POST", f"{folder}/upload", requests.upload(), SENT).body
    (number,) = uploaded["UploadResponse"]["FormsHistoryDocumentID"]["DocumentID"]
    pushed = desk.ask("POST", f"{folder}/image", requests.push(number), SENT).body
    assert openapi.check("POST", f"{folder}/image", requests.push(number))[2:] == ([], [])
    assert unexpected(openapi, "POST", f"{folder}/image", pushed) == []
    path = f"{folder}/DocumentId/ShipperNumber"
    deleted = desk.ask("DELETE", path, None, {**SENT, "documentid": number}).body
    assert unexpected(openapi, "DELETE", path, deleted) == []


def test_events_of_every_kind_are_as_ups_documents_them(openapi: ModuleType) -> None:
    desk = Desk()
    for body in SHIPMENTS.values():
        desk.ship(body)
    voided = desk.ship()["ShipmentIdentificationNumber"]
    desk.void(voided)
    desk.ship(shipping(ShipTo=party("Nobody home", NEW_YORK)))
    desk.clock.advance(20 * DAY)
    path, seen = "/api/quantumview/v3/events", set()
    for _ in range(2):
        told = desk.post(path, requests.quantum_view())
        assert unexpected(openapi, "POST", path, told) == []
        events = told["QuantumViewResponse"]["QuantumViewEvents"]["SubscriptionEvents"]
        seen |= {name for event in events for file in event.get("SubscriptionFile", []) for name in file}
    assert seen == {"FileName", "StatusType", "Manifest", "Origin", "Exception", "Delivery", "Generic"}
