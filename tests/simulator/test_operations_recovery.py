"""Label recovery: the same label again, and UPS's refusals."""

from base64 import b64decode
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.simulator.asking import (
    ACCOUNT,
    BERLIN,
    DAY,
    FORMS,
    NEW_YORK,
    Desk,
    package,
    shipping,
    void_path,
)
from ups_gateway.simulator.labels import FORMATS

PATH = "/api/labels/v1/recovery"


def request(**more: Any) -> dict[str, Any]:
    return {"LabelRecoveryRequest": {"Request": {}, **more}}


@pytest.mark.parametrize("kind", FORMATS)
def test_a_recovered_label_is_the_label(kind: str) -> None:
    desk = Desk()
    shipped = desk.ship(shipping(label=kind))
    number = shipped["ShipmentIdentificationNumber"]
    made = shipped["PackageResults"][0]["ShippingLabel"]
    desk.clock.advance(5 * DAY)
    image = {"LabelImageFormat": {"Code": kind}, "GraphicImage": made["GraphicImage"]}
    page = {"HTMLImage": made["HTMLImage"]} if kind == "GIF" else {}
    assert desk.recover(TrackingNumber=number) == {
        "Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}},
        "ShipmentIdentificationNumber": number,
        "LabelResults": [{"TrackingNumber": number, "LabelImage": image | page}],
    }


def test_it_can_be_had_in_another_format_with_a_link() -> None:
    desk = Desk()
    number = desk.ship()["ShipmentIdentificationNumber"]
    specification = {"LabelImageFormat": {"Code": "PDF"}}
    answer = desk.recover(
        TrackingNumber=number, LabelSpecification=specification, LabelDelivery={"LabelLinkIndicator": ""}
    )
    image = answer["LabelResults"][0]["LabelImage"]
    assert (image["LabelImageFormat"], image["URL"]) == (
        {"Code": "PDF"},
        f"https://simulated.example/labels/{number}",
    )
    assert b64decode(image["GraphicImage"]).startswith(b"%PDF-")


def test_the_shipment_number_gives_all_its_labels_and_a_package_number_its_own() -> None:
    desk = Desk()
    shipped = desk.ship(shipping(NEW_YORK, *[package("Packaging")] * 3))
    numbers = [each["TrackingNumber"] for each in shipped["PackageResults"]]

    def recovered(number: str) -> list[str]:
        return [each["TrackingNumber"] for each in desk.recover(TrackingNumber=number)["LabelResults"]]

    assert recovered(numbers[0]) == numbers
    assert recovered(numbers[1]) == [numbers[1]]


def test_its_papers_come_with_it() -> None:
    desk = Desk()
    options = {"InternationalForms": FORMS}
    body = shipping(BERLIN, service="08", ShipmentServiceOptions=options)
    body["ShipmentRequest"]["ReceiptSpecification"] = {"ImageFormat": {"Code": "HTML"}}
    shipped = desk.ship(body)
    answer = desk.recover(TrackingNumber=shipped["ShipmentIdentificationNumber"])
    assert answer["Form"] == {"Image": shipped["Form"]["Image"]}
    assert answer["LabelResults"][0]["Receipt"] == {"Image": shipped["PackageResults"][0]["ShippingReceipt"]}


def test_a_reference_finds_it_and_several_shipments_are_candidates() -> None:
    desk = Desk()
    body = shipping(ReferenceNumber=[{"Code": "PO", "Value": "PO 7"}])
    values = {"ReferenceNumber": {"Value": "po 7"}, "ShipperNumber": ACCOUNT}
    first = desk.ship(body)["ShipmentIdentificationNumber"]
    assert desk.recover(ReferenceValues=values)["ShipmentIdentificationNumber"] == first
    second = desk.ship(body)["ShipmentIdentificationNumber"]
    there = {
        "DestinationPostalCode": "10001",
        "DestinationCountryCode": "US",
        "PickupDateRange": {"BeginDate": "20260302", "EndDate": "20260302"},
    }
    assert desk.recover(ReferenceValues=values)["TrackingCandidate"] == [
        {"TrackingNumber": first, **there},
        {"TrackingNumber": second, **there},
    ]


REFUSALS: list[tuple[str, Any]] = [
    ("20007", None),
    ("20007", {}),
    ("20007", {"LabelRecoveryRequest": {"TrackingNumber": "1ZA1B2C30300000012"}}),
    ("9801030", request()),
    ("9800007", request(TrackingNumber="1Z")),
    ("9801033", request(TrackingNumber="2ZA1B2C30300000012")),
    ("9801031", request(TrackingNumber="1ZA1B2C30300000021")),
    ("9801037", request(ReferenceValues={"ReferenceNumber": {}, "ShipperNumber": ACCOUNT})),
    ("9801038", request(ReferenceValues={"ReferenceNumber": {"Value": "x"}, "ShipperNumber": "F00BAR"})),
    ("9801031", request(ReferenceValues={"ReferenceNumber": {"Value": "x"}, "ShipperNumber": ACCOUNT})),
    (
        "9800012",
        request(TrackingNumber="1ZA1B2C30300000012", LabelSpecification={"LabelImageFormat": {"Code": "BMP"}}),
    ),
    (
        "9801050",
        request(
            TrackingNumber="1ZA1B2C30300000012",
            LabelSpecification={
                "LabelImageFormat": {"Code": "ZPL"},
                "LabelStockSize": {"Height": "8", "Width": "6"},
            },
        ),
    ),
]


@pytest.mark.parametrize(("code", "body"), REFUSALS, ids=[f"{code}-{n}" for n, (code, _) in enumerate(REFUSALS)])
def test_a_bad_request_is_refused_with_ups_s_code(code: str, body: Any) -> None:
    desk = Desk()
    desk.ship()
    assert desk.refusal("POST", PATH, body) == code


def test_a_voided_shipment_has_no_label() -> None:
    desk = Desk()
    number = desk.ship()["ShipmentIdentificationNumber"]
    desk.delete(void_path(number))
    assert desk.refusal("POST", PATH, request(TrackingNumber=number)) == "9801040"


@pytest.mark.parametrize(("returned", "days"), [(False, 90), (True, 30)])
def test_labels_are_kept_for_ninety_days_and_those_of_returns_for_thirty(returned: bool, days: int) -> None:
    desk = Desk()
    shipment: dict[str, Any] = {"ReturnService": {"Code": "9"}} if returned else {}
    number = desk.ship(shipping(**shipment))["ShipmentIdentificationNumber"]
    desk.clock.advance(days * DAY)
    assert desk.recover(TrackingNumber=number)
    desk.clock.advance(DAY)
    assert desk.refusal("POST", PATH, request(TrackingNumber=number)) == "9800020"


@pytest.mark.parametrize(("number", "kind"), [("1Z12345E8791315509", "PDF"), ("1ZTESTAN0154809878", "ZPL")])
def test_the_test_environment_knows_the_documented_numbers(number: str, kind: str) -> None:
    image = Desk(cie=True).recover(TrackingNumber=number)["LabelResults"][0]["LabelImage"]
    assert image["LabelImageFormat"] == {"Code": kind}


def test_the_test_environment_has_a_label_for_any_number() -> None:
    image = Desk(cie=True).recover(TrackingNumber="1Z999AA10123456784")["LabelResults"][0]["LabelImage"]
    assert Image.open(BytesIO(b64decode(image["GraphicImage"]))).size == (1400, 800)
