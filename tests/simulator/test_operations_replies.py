"""Every answer of the simulator is one that UPS's OpenAPI files allow, with no member they do not know."""

from types import ModuleType
from typing import Any

import pytest

from tests.simulator.asking import (
    BERLIN,
    FORMS,
    NEW_YORK,
    SEATTLE,
    TORONTO,
    Desk,
    dimensions,
    package,
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
        fault for fault in invalid if not any(part in fault[0] and fault[1] == kind for part, kind in KNOWN_TO_BE_WRONG)
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
