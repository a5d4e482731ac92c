"""The probe: what is asked of UPS, and what its answer says of an account."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, reply
from ups_gateway import translate


@pytest.mark.parametrize(
    ("country", "postal_code", "destination"),
    [
        ("US", "30328", {"City": "Washington", "StateProvinceCode": "DC", "PostalCode": "20500", "CountryCode": "US"}),
        ("DE", "80331", {"City": "Berlin", "PostalCode": "10117", "CountryCode": "DE"}),
        ("SG", "018956", {"PostalCode": "018956", "CountryCode": "SG"}),
    ],
)
def test_the_probe_asks_for_negotiated_rates_inside_the_accounts_country(
    country: str, postal_code: str, destination: dict[str, str]
) -> None:
    call = translate.probe_call(replace(ACCOUNT, country=country, postal_code=postal_code))
    shipment = call.body["RateRequest"]["Shipment"]
    assert shipment["Shipper"] == {
        "ShipperNumber": "A1B2C3",
        "Address": {"AddressLine": [], "PostalCode": postal_code, "CountryCode": country},
    }
    assert shipment["ShipTo"] == {"Address": {"AddressLine": [], **destination}}
    assert shipment["ShipmentRatingOptions"] == {"NegotiatedRatesIndicator": ""}


@pytest.mark.parametrize("country", ["US", "DE", "SG"])
def test_the_probe_is_valid_by_the_openapi_of_ups(country: str, openapi: ModuleType) -> None:
    call = translate.probe_call(replace(ACCOUNT, country=country))
    assert openapi.check(call.method, call.path, call.body)[2:] == ([], [])


RATED = {"RatedShipment": [{"TotalCharges": {"CurrencyCode": "USD", "MonetaryValue": "9.00"}}]}


def _errors(code: str, message: str) -> dict[str, Any]:
    return {"response": {"errors": [{"code": code, "message": message}]}}


@pytest.mark.parametrize(
    ("status", "body", "verdict", "words"),
    [
        (
            200,
            {"RateResponse": {"RatedShipment": {"NegotiatedRateCharges": {"TotalCharge": {"MonetaryValue": "8.00"}}}}},
            "linked",
            "UPS gave negotiated rates.",
        ),
        (200, {"RateResponse": RATED}, "undecided", "UPS gave its published rates only and did not say why."),
        (
            200,
            {"RateResponse": {**RATED, "Response": {"Alert": {"Code": "120900", "Description": "not qualified"}}}},
            "undecided",
            "120900 not qualified",
        ),
        (
            200,
            {"RateResponse": {"RatedShipment": [{"RatedShipmentAlert": [{"Code": "126098"}]}]}},
            "not_linked",
            "126098",
        ),
        (
            200,
            {"RateResponse": {**RATED, "Response": {"Alert": [{"Code": "110971", "Description": "may vary"}]}}},
            "undecided",
            "UPS gave its published rates only and did not say why.",
        ),
        (200, {"RateResponse": {}}, "undecided", "UPS answered with status 200 and no rates."),
        (
            200,
            {"RateResponse": {"Response": {"Alert": ["x"]}}},
            "undecided",
            "UPS answered with status 200 and no rates.",
        ),
        (200, [], "undecided", "UPS answered with status 200 and no rates."),
        (
            400,
            _errors("120100", "Missing or invalid shipper number"),
            "not_linked",
            "120100 Missing or invalid shipper number",
        ),
        (
            400,
            _errors("9110005", "Missing or Invalid Shipper Number."),
            "not_linked",
            "9110005 Missing or Invalid Shipper Number.",
        ),
        (400, _errors("111285", "no such postal code"), "undecided", "111285 no such postal code"),
        (
            401,
            _errors("250002", "Invalid Authentication Information."),
            "undecided",
            "250002 Invalid Authentication Information.",
        ),
        (503, None, "undecided", "UPS answered with status 503 and no rates."),
    ],
)
def test_the_probes_verdict_is_what_ups_said(status: int, body: Any, verdict: str, words: str) -> None:
    assert translate.probe_verdict(reply(body, status)) == (verdict, words)
