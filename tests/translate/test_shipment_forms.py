"""International forms: REST's shape is whole, the XML API's leaves out only what REST has given up."""

from __future__ import annotations

from pathlib import Path

from ups_gateway.translate.engine import covered
from ups_gateway.translate.operations.shipment_forms import INTERNATIONAL_FORMS, XML_INTERNATIONAL_FORMS

CONTAINER = "/ShipmentRequest/Shipment/ShipmentServiceOptions/InternationalForms/"


def test_the_table_has_every_member_that_rest_has(ups_reference: Path) -> None:
    lines = (ups_reference / "fieldlists" / "rest-Shipping-Shipment-req.txt").read_text("utf-8").splitlines()
    paths = (line.split("\t")[0].replace("[]", "") for line in lines)
    rest = {path.removeprefix(CONTAINER) for path in paths if path.startswith(CONTAINER)}
    assert {row.path for row in covered(INTERNATIONAL_FORMS)} == rest


def test_the_xml_api_loses_only_what_rest_gave_up() -> None:
    assert {row.path for row in covered(XML_INTERNATIONAL_FORMS) if row.reason} == {
        "SEDFilingOption",
        "License",
        "ECCNNumber",
        "MultiCurrencyInvoiceLineTotal",
        "SavePartsIndicator",
        "LandedCostIndicator",
        "Product/AmazonStandardIdentificationNumber",
        "Product/UPCorEAN",
        "Product/PrimaryPartNumberType",
        "Product/ProductCurrencyCode",
    }
