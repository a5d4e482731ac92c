"""What UPS knows by a shipment's references: the call, and the numbers in its answer."""

from __future__ import annotations

from datetime import date
from types import ModuleType
from typing import Any

import pytest

from tests.translate.reading import reply
from ups_gateway import translate
from ups_gateway.errors import InvalidRequest, UpsRefused, UpsUnreachable
from ups_gateway.model import RestCall

SINCE, UNTIL = date(2026, 11, 20), date(2026, 11, 22)


def shipping(*packages: Any, **shipment: Any) -> RestCall:
    body = {"ShipmentRequest": {"Shipment": {**shipment, "Package": list(packages)}}}
    return RestCall("POST", "/api/shipments/v2409/ship", body=body)


def test_the_references_of_the_shipment_come_before_those_of_its_packages_and_each_once() -> None:
    call = shipping(
        {"ReferenceNumber": [{"Code": "PO", "Value": "P-1"}, {"Value": "ORDER 17"}]},
        {"ReferenceNumber": {"Value": "P-2"}},
        {"ReferenceNumber": [{"Code": "PO"}, {"Value": ""}]},
        ReferenceNumber=[{"Value": "ORDER 17"}],
    )
    assert translate.references_of(call) == ("ORDER 17", "P-1", "P-2")


@pytest.mark.parametrize("body", [None, {}, {"ShipmentRequest": {"Shipment": {"Package": [{}]}}}, "no JSON"])
def test_a_call_without_references_has_none(body: Any) -> None:
    assert translate.references_of(RestCall("POST", "/api/shipments/v2409/ship", body=body)) == ()


def test_references_of_a_call_of_the_old_api_are_found_too() -> None:
    document = (
        "<ShipmentAcceptRequest><Shipment><ReferenceNumber><Code>PO</Code><Value>ORDER 17</Value></ReferenceNumber>"
        "<Package><ReferenceNumber><Value>P-1</Value></ReferenceNumber></Package></Shipment></ShipmentAcceptRequest>"
    )
    call = RestCall("POST", "/api/ups.app/xml/ShipAccept", body=f'<?xml version="1.0"?>\n{document}')
    assert translate.references_of(call) == ("ORDER 17", "P-1")


def test_the_lookup_asks_for_what_the_account_sent_in_these_days() -> None:
    assert translate.lookup_call("ORDER 17/b", "A1B2C3", SINCE, UNTIL) == RestCall(
        "GET",
        "/api/track/v1/reference/details/ORDER%2017%2Fb",
        {
            "shipperNum": "A1B2C3",
            "fromPickUpDate": "20261120",
            "toPickUpDate": "20261122",
            "refNumType": "SmallPackage",
        },
    )


def test_a_reference_that_leads_out_of_its_path_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        translate.lookup_call("..", "A1B2C3", SINCE, UNTIL)


def test_ups_has_every_parameter_of_the_lookup(openapi: ModuleType) -> None:
    call = translate.lookup_call("ORDER 17", "A1B2C3", SINCE, UNTIL)
    file, template = openapi.find(call.method, call.path)
    named = [one["name"] for one in openapi.spec(file)["paths"][template]["get"]["parameters"] if one["in"] == "query"]
    assert [name for name in call.query if name not in named] == []


def answered(*shipments: Any) -> Any:
    return {"trackResponse": {"shipment": list(shipments)}}


def test_every_package_in_the_answer_is_proposed_once_with_what_tells_it_from_others() -> None:
    whole = {
        "trackingNumber": "1ZA1B2C30312345678",
        "service": {"code": "518", "description": "UPS Ground"},
        "packageAddress": [
            {"type": "ORIGIN", "address": {"city": "ATLANTA", "postalCode": "30328"}},
            {"type": "DESTINATION", "address": {"city": "BOSTON", "postalCode": "02110"}},
        ],
        "currentStatus": {"code": "003", "description": "Label Created"},
    }
    bare = {"trackingNumber": "1ZA1B2C30312345687"}
    body = answered({"inquiryNumber": "ORDER 17", "package": [whole, bare, {}]}, {"package": whole}, {"warnings": []})
    assert translate.proposals(reply(body)) == (
        translate.Proposal("1ZA1B2C30312345678", "UPS Ground", "BOSTON 02110", "Label Created"),
        translate.Proposal("1ZA1B2C30312345687", "", "", ""),
    )


def errors(code: str) -> Any:
    return {"response": {"errors": [{"code": code, "message": "as UPS says"}]}}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (answered({"inquiryNumber": "ORDER 17", "warnings": [{"code": "TW0001", "message": "Not Found"}]}), 200),
        (errors("TW0001"), 200),
        (errors("TW0001"), 404),
        ({}, 404),
    ],
)
def test_what_ups_does_not_know_is_nothing_found(body: Any, status: int) -> None:
    assert translate.proposals(reply(body, status)) == ()


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [(errors("TV1002"), 400, UpsRefused), (errors("TX0001"), 503, UpsRefused), ({}, 503, UpsUnreachable)],
)
def test_what_is_no_answer_is_raised_as_what_it_is(body: Any, status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        translate.proposals(reply(body, status))
