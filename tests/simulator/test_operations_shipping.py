"""Ship: what a shipment is answered with, and UPS's refusals."""

from base64 import b64decode
from copy import deepcopy
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.simulator.asking import (
    ACCOUNT,
    ATLANTA,
    BERLIN,
    FORMS,
    NEW_YORK,
    TORONTO,
    Desk,
    dimensions,
    package,
    party,
    shipping,
)
from ups_gateway.simulator.numbering import check_digit


def usd(value: str) -> dict[str, str]:
    return {"CurrencyCode": "USD", "MonetaryValue": value}


PDF = {"Code": "PDF", "Description": "PDF"}


def test_a_shipment_is_answered_whole() -> None:
    answer = Desk().post("/api/shipments/v2409/ship", shipping(label="ZPL"))
    results = answer["ShipmentResponse"]["ShipmentResults"]
    image = results["PackageResults"][0]["ShippingLabel"].pop("GraphicImage")
    assert answer == {
        "ShipmentResponse": {
            "Response": {
                "ResponseStatus": {"Code": "1", "Description": "Success"},
                "TransactionReference": {"CustomerContext": "order 7"},
            },
            "ShipmentResults": {
                "ShipmentCharges": {
                    "TransportationCharges": usd("16.41"),
                    "BaseServiceCharge": usd("14.15"),
                    "ServiceOptionsCharges": usd("0.00"),
                    "TotalCharges": usd("16.41"),
                },
                "BillingWeight": {
                    "UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"},
                    "Weight": "5.0",
                },
                "ShipmentIdentificationNumber": "1ZA1B2C30300000012",
                "PackageResults": [
                    {
                        "TrackingNumber": "1ZA1B2C30300000012",
                        "BaseServiceCharge": usd("14.15"),
                        "ServiceOptionsCharges": usd("0.00"),
                        "ShippingLabel": {"ImageFormat": {"Code": "ZPL", "Description": "ZPL"}},
                        "ItemizedCharges": [{"Code": "375", "Description": "FUEL SURCHARGE", **usd("2.26")}],
                    }
                ],
            },
        }
    }
    assert b64decode(image).startswith(b"^XA")


def test_an_old_version_has_an_object_for_a_lone_package() -> None:
    results = Desk().ship(version="v1")
    assert results["PackageResults"]["TrackingNumber"] == "1ZA1B2C30300000012"
    assert "BaseServiceCharge" not in results["PackageResults"]


def test_tracking_numbers_are_unique_and_right() -> None:
    desk = Desk()
    goods = [package("Packaging")] * 3
    made = [desk.ship(shipping(NEW_YORK, *goods, service=code)) for code in ("03", "01", "12")]
    numbers = [each["TrackingNumber"] for results in made for each in results["PackageResults"]]
    assert len(set(numbers)) == 9
    assert {number[:8] for number in numbers} == {"1ZA1B2C3"}
    assert [number[8:10] for number in numbers[::3]] == ["03", "01", "12"]
    assert all(check_digit(number[2:17]) == int(number[17]) for number in numbers)
    assert [each["ShipmentIdentificationNumber"] for each in made] == numbers[::3]


def test_a_gif_label_is_landscape_with_a_page_that_shows_it() -> None:
    (made,) = Desk().ship()["PackageResults"]
    label = made["ShippingLabel"]
    picture = Image.open(BytesIO(b64decode(label["GraphicImage"])))
    assert (picture.format, picture.size) == ("GIF", (1400, 800))
    assert f'src="./label{made["TrackingNumber"]}.gif"' in b64decode(label["HTMLImage"]).decode()


def test_formats_are_named_in_any_case_and_epl2_is_epl() -> None:
    desk = Desk()
    formats = [desk.ship(shipping(label=kind))["PackageResults"][0]["ShippingLabel"] for kind in ("gif", "EPL2")]
    assert [label["ImageFormat"]["Code"] for label in formats] == ["GIF", "EPL"]


def test_international_forms_come_as_a_pdf() -> None:
    body = shipping(BERLIN, service="08", ShipmentServiceOptions={"InternationalForms": FORMS})
    form = Desk().ship(body)["Form"]
    image = form["Image"].pop("GraphicImage")
    assert form == {
        "Code": "01",
        "Description": "All Requested International Forms",
        "Image": {"ImageFormat": PDF},
    }
    assert b64decode(image).startswith(b"%PDF-1.4")


def test_value_cod_and_dangerous_goods_bring_their_papers() -> None:
    options = {"DeclaredValue": usd("1000"), "COD": {"CODFundsCode": "0", "CODAmount": usd("12")}}
    goods = package("Packaging", PackageServiceOptions=options)
    body = shipping(NEW_YORK, goods, DGSignatoryInfo={"Name": "Ann"})
    body["ShipmentRequest"]["ReceiptSpecification"] = {"ImageFormat": {"Code": "HTML"}}
    results = Desk().ship(body)
    papers = [
        results["ControlLogReceipt"][0],
        results["HighValueReport"]["Image"],
        results["CODTurnInPage"]["Image"],
        results["PackageResults"][0]["ShippingReceipt"],
    ]
    assert [paper["ImageFormat"] for paper in papers] == [PDF] * 4
    images = [*(paper["GraphicImage"] for paper in papers), *results["DGPaperImage"]]
    assert all(b64decode(image).startswith(b"%PDF-") for image in images)
    assert {line["Code"] for line in results["PackageResults"][0]["ItemizedCharges"]} == {"375", "110", "400"}


@pytest.mark.parametrize(("code", "label"), [("9", True), ("8", False), ("3", False), ("5", False), ("2", False)])
def test_a_return_label_is_in_the_answer_or_comes_otherwise(code: str, label: bool) -> None:
    delivery = {"LabelDelivery": {"EMail": {"EMailAddress": "ann@example.org"}, "LabelLinksIndicator": ""}}
    results = Desk().ship(shipping(ReturnService={"Code": code}, ShipmentServiceOptions=delivery))
    assert ("ShippingLabel" in results["PackageResults"][0]) is label
    assert results["LabelURL"] == "https://simulated.example/labels/1ZA1B2C30300000012"
    assert results["ReceiptURL"] == "https://simulated.example/labels/1ZA1B2C30300000012/receipt"


@pytest.mark.parametrize(("method", "label"), [("05", True), ("04", False)])
def test_an_import_label_is_in_the_answer_only_when_printed(method: str, label: bool) -> None:
    options = {"ImportControlIndicator": "", "LabelMethod": {"Code": method}}
    results = Desk().ship(shipping(ShipmentServiceOptions=options))
    assert ("ShippingLabel" in results["PackageResults"][0]) is label


def test_taxes_negotiated_rates_and_methods_come_when_asked_for() -> None:
    asked: dict[str, Any] = {
        "TaxInformationIndicator": "",
        "RatingMethodRequestedIndicator": "",
        "ShipmentRatingOptions": {"NegotiatedRatesIndicator": "", "RateChartIndicator": ""},
    }
    canadian = party("Acme", TORONTO, ShipperNumber=ACCOUNT)
    body = shipping(TORONTO, package("Packaging", unit="KGS"), service="11", Shipper=canadian, **asked)
    results = Desk().ship(body)
    assert [tax["Type"] for tax in results["ShipmentCharges"]["TaxCharges"]] == ["GST"]
    assert [tax["Type"] for tax in results["NegotiatedRateCharges"]["TaxCharges"]] == ["GST"]
    assert results["ShipmentCharges"]["RateChart"] == "1"
    assert (results["RatingMethod"], results["BillableWeightCalculationMethod"]) == ("02", "02")
    assert results["Disclaimer"][0]["Code"] == "01"


def test_an_account_without_its_own_rates_is_told_so() -> None:
    body = shipping(ShipmentRatingOptions={"NegotiatedRatesIndicator": ""})
    body["ShipmentRequest"]["Shipment"]["Shipper"]["ShipperNumber"] = "ZZ99ZZ"
    body["ShipmentRequest"]["Shipment"]["PaymentInformation"]["ShipmentCharge"][0]["BillShipper"] = {
        "AccountNumber": "ZZ99ZZ"
    }
    answer = Desk().post("/api/shipments/v2409/ship", body)["ShipmentResponse"]
    assert [alert["Code"] for alert in answer["Response"]["Alert"]] == ["120900"]
    assert "NegotiatedRateCharges" not in answer["ShipmentResults"]


def payer(**charge: Any) -> dict[str, Any]:
    return {"PaymentInformation": {"ShipmentCharge": [{"Type": "01", **charge}]}}


@pytest.mark.parametrize(
    "charge",
    [
        {"BillShipper": {"CreditCard": {"Type": "06"}}},
        {"BillReceiver": {"AccountNumber": "F00BAR", "Address": {"PostalCode": "10001"}}},
        {"BillThirdParty": {"AccountNumber": "F00BAR", "Address": {"PostalCode": "1", "CountryCode": "US"}}},
        {"ConsigneeBilledIndicator": ""},
    ],
)
def test_any_one_payer_will_do(charge: dict[str, Any]) -> None:
    assert Desk().ship(shipping(**payer(**charge)))["ShipmentIdentificationNumber"]


R, S = "ShipmentRequest", "Shipment"


def without(*names: str, of: Any = None) -> dict[str, Any]:
    body = deepcopy(of or shipping())
    node: Any = body
    for name in names[:-1]:
        node = node[name][0] if isinstance(node[name], list) else node[name]
    del node[names[-1]]
    return body


def changed(*names: str, to: Any, of: Any = None) -> dict[str, Any]:
    body = deepcopy(of or shipping())
    node: Any = body
    for name in names[:-1]:
        node = node[name][0] if isinstance(node[name], list) else node[name]
    node[names[-1]] = to
    return body


ABROAD = shipping(BERLIN, service="08")
INVOICED = shipping(BERLIN, service="08", ShipmentServiceOptions={"InternationalForms": FORMS})
F = (R, S, "ShipmentServiceOptions", "InternationalForms")
L = (R, "LabelSpecification")
ZPL = shipping(label="ZPL")
RETURN: dict[str, Any] = {"ReturnService": {"Code": "9"}}
REFUSALS: list[tuple[str, Any]] = [
    ("20007", None),
    ("20007", {}),
    ("20007", without(R, "Request")),
    ("20007", without(R, "Request", "RequestOption")),
    ("20008", changed(R, "Request", "RequestOption", to="perhaps")),
    ("20007", without(R, S)),
    ("120100", without(R, S, "Shipper", "ShipperNumber")),
    ("120100", changed(R, S, "Shipper", "ShipperNumber", to="F00BAR")),
    ("120113", changed(R, S, "Shipper", "ShipperNumber", to="A1-B2C")),
    ("120101", without(R, S, "Shipper", "Name")),
    ("120102", without(R, S, "Shipper", "Address")),
    ("120105", without(R, S, "Shipper", "Address", "City")),
    ("120106", without(R, S, "Shipper", "Address", "StateProvinceCode")),
    ("120107", without(R, S, "Shipper", "Address", "PostalCode")),
    ("120108", without(R, S, "Shipper", "Address", "CountryCode")),
    ("120115", changed(R, S, "Shipper", "Phone", to={"Number": "12345"})),
    ("120200", without(R, S, "ShipTo")),
    ("120200", without(R, S, "ShipTo", "Name")),
    ("120202", without(R, S, "ShipTo", "Address", "AddressLine")),
    ("120205", changed(R, S, "ShipTo", "Address", "City", to=" ")),
    ("120206", without(R, S, "ShipTo", "Address", "StateProvinceCode")),
    ("120207", without(R, S, "ShipTo", "Address", "PostalCode")),
    ("120208", changed(R, S, "ShipTo", "Address", "CountryCode", to="USA")),
    ("120213", changed(R, S, "ShipTo", "Phone", "Number", to="5551212")),
    ("120300", shipping(ShipFrom={"Address": ATLANTA})),
    ("120305", shipping(ShipFrom=party("x", {**ATLANTA, "City": ""}))),
    ("120109", without(R, S, "Shipper", "Phone", of=ABROAD)),
    ("120110", without(R, S, "Shipper", "AttentionName", of=ABROAD)),
    ("120201", without(R, S, "ShipTo", "AttentionName", of=ABROAD)),
    ("120209", without(R, S, "ShipTo", "Phone", of=ABROAD)),
    ("120512", without(R, S, "Description", of=ABROAD)),
    ("120512", without(R, S, "Description", of=shipping(**RETURN))),
    ("120503", changed(R, S, "Description", to="x" * 51)),
    ("120502", shipping(InvoiceLineTotal=usd("0"))),
    ("120400", without(R, S, "PaymentInformation")),
    ("120400", changed(R, S, "PaymentInformation", to={"ShipmentCharge": []})),
    ("10002", changed(R, S, "PaymentInformation", to={"ShipmentCharge": [None]})),
    ("120400", shipping(**payer())),
    ("120400", changed(R, S, "PaymentInformation", "ShipmentCharge", "Type", to="09")),
    ("120412", shipping(**payer(BillShipper={}))),
    ("120412", shipping(**payer(BillReceiver={}))),
    ("120415", shipping(**payer(BillShipper={"AccountNumber": "ZZ99ZZ"}))),
    ("120100", shipping(**payer(BillShipper={"AccountNumber": "F00BAR"}))),
    ("120416", shipping(**payer(BillShipper={"AccountNumber": ACCOUNT}, ConsigneeBilledIndicator=""))),
    ("120437", shipping(**payer(BillThirdParty={"AccountNumber": "F00BAR"}))),
    ("120500", without(R, S, "Service")),
    ("120500", shipping(service="77")),
    ("121210", shipping(BERLIN, service="03")),
    ("121100", shipping(service="70")),
    ("120600", without(R, S, "Package")),
    ("120020", shipping(NEW_YORK, *[package("Packaging")] * 201)),
    ("120020", shipping(NEW_YORK, *[package("Packaging")] * 21, **RETURN)),
    ("10002", shipping(Package=package("Packaging"))),
    ("10002", changed(R, S, "Package", "PackageWeight", "Weight", to=5)),
    ("9120228", shipping(NEW_YORK, package("PackagingType"))),
    ("121510", shipping(NEW_YORK, package("Packaging", Packaging={"Code": "99"}))),
    ("120608", without(R, S, "Package", "PackageWeight", "Weight")),
    ("121030", shipping(NEW_YORK, package("Packaging", weight="0"))),
    ("121035", shipping(NEW_YORK, package("Packaging", weight="150.1"))),
    ("121057", shipping(NEW_YORK, package("Packaging", unit="KGS"))),
    ("120602", shipping(NEW_YORK, package("Packaging", Dimensions=dimensions("1", "1", "x")))),
    ("121055", shipping(NEW_YORK, package("Packaging", Dimensions=dimensions("109", "1", "1")))),
    ("121050", shipping(NEW_YORK, package("Packaging", Dimensions=dimensions("90", "20", "20")))),
    ("120603", shipping(NEW_YORK, package("Packaging", ReferenceNumber=[{"Value": "x" * 36}]))),
    ("120501", shipping(ReferenceNumber=[{"Value": "x" * 36}])),
    ("121025", shipping(NEW_YORK, package("Packaging", PackageServiceOptions={"DeclaredValue": usd("50001")}))),
    ("121285", changed(R, S, "ShipTo", "Address", "PostalCode", to="90210")),
    ("121286", changed(R, S, "ShipTo", "Address", "StateProvinceCode", to="ZZ")),
    ("9120241", without(*L)),
    ("9120242", without(*L, "LabelImageFormat")),
    ("9120243", shipping(label="BMP")),
    ("9120244", without(*L, "LabelStockSize")),
    ("120704", changed(*L, "LabelStockSize", "Height", to="9", of=ZPL)),
    ("120705", changed(*L, "LabelStockSize", "Width", to="9", of=ZPL)),
    ("9120245", changed(*L, "LabelStockSize", "Width", to="8", of=ZPL)),
    ("121040", shipping(ReturnService={"Code": "99"})),
    ("121452", shipping(**RETURN, ShipmentServiceOptions={"ImportControlIndicator": ""})),
    ("121005", shipping(**RETURN, ShipmentServiceOptions={"COD": {"CODAmount": usd("5")}})),
    ("121015", shipping(**RETURN, service="01", ShipmentServiceOptions={"SaturdayDeliveryIndicator": ""})),
    ("20007", shipping(ReturnService={"Code": "8"})),
    ("128001", changed(*F, "FormType", to=[], of=INVOICED)),
    ("128001", changed(*F, "FormType", to=["99"], of=INVOICED)),
    ("128001", changed(*F, "FormType", to=[{"Code": "01"}], of=INVOICED)),
    ("128120", shipping(ShipmentServiceOptions={"InternationalForms": FORMS})),
    ("128039", without(*F, "Product", of=INVOICED)),
    ("128113", without(*F, "Product", "Description", of=INVOICED)),
    ("128043", without(*F, "Product", "Unit", of=INVOICED)),
    ("128046", without(*F, "Product", "Unit", "Value", of=INVOICED)),
    ("128049", without(*F, "Product", "OriginCountryCode", of=INVOICED)),
    ("128066", changed(*F, "InvoiceDate", to="soon", of=INVOICED)),
    ("128069", without(*F, "ReasonForExport", of=INVOICED)),
    ("128114", without(*F, "CurrencyCode", of=INVOICED)),
    ("128094", without(*F, "Contacts", of=INVOICED)),
    ("128099", without(*F, "Contacts", "SoldTo", "Address", "City", of=INVOICED)),
]


@pytest.mark.parametrize(("code", "body"), REFUSALS, ids=[f"{code}-{n}" for n, (code, _) in enumerate(REFUSALS)])
def test_a_bad_request_is_refused_with_ups_s_code_and_makes_nothing(code: str, body: Any) -> None:
    desk = Desk()
    assert desk.refusal("POST", "/api/shipments/v2409/ship", body) == code
    assert desk.world.shipments == {}


def test_older_versions_take_lone_objects() -> None:
    body = shipping(Package=package("Packaging"))
    charge = body["ShipmentRequest"]["Shipment"]["PaymentInformation"]["ShipmentCharge"]
    body["ShipmentRequest"]["Shipment"]["PaymentInformation"]["ShipmentCharge"] = charge[0]
    assert Desk().ship(body, "v1801")["ShipmentIdentificationNumber"] == "1ZA1B2C30300000012"
