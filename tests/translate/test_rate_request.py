"""The rate request: that no member is lost on the way, and the old names and spellings that carts still send."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, legacy
from tests.translate.whole import old_leaves, old_message, rows, soap_message
from ups_gateway import translate
from ups_gateway.model import Dialect, LegacyCall, Terms
from ups_gateway.translate.engine import Table
from ups_gateway.translate.operations import rate_request
from ups_gateway.translate.operations.parts import at


@pytest.mark.parametrize("dialect", [Dialect.XML, Dialect.SOAP])
def test_every_member_of_the_old_request_arrives_where_the_table_says(
    dialect: Dialect, ups_reference: Path, openapi: ModuleType
) -> None:
    call, paths, old = _whole(dialect, ups_reference)
    asked = translate.read(call)
    table = rows(old)
    arrived = {
        path: [value for value in at(asked.tree, table[path].rest) if value in (str(number), "")]
        for number, path in enumerate(paths)
        if not table[path].reason and not path.endswith(("AddressLine2", "AddressLine3"))
    }
    assert [path for path, values in arrived.items() if not values] == []
    assert asked.ignored == ()
    _, _, invalid, unknown = openapi.check("POST", "/api/rating/v2409/Rate", {"RateRequest": asked.tree})
    assert [fault for fault in invalid if fault[1] not in ("minLength", "maxLength")] == []
    assert unknown == []


def _whole(dialect: Dialect, reference: Path) -> tuple[LegacyCall, list[str], Table]:
    if dialect is Dialect.XML:
        paths = old_leaves(reference, "Rate-req-XML")
        call = legacy("/ups.app/xml/Rate", old_message("RatingServiceSelectionRequest", paths))
        return call, paths, rate_request.XML_REQUEST
    paths = old_leaves(reference, "Rate-req-SOAP")
    return legacy("/webservices/Rate", soap_message("RateRequest", paths)), paths, rate_request.SOAP_REQUEST


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ("shop", "Shop"),
        (["", "SHOP"], "Shop"),
        (["1", "ratetimeintransit", "Shop"], "Ratetimeintransit"),
        (["Guess", "More"], "Guess"),
        ({"x": "Shop"}, None),
        ([], None),
    ],
)
def test_of_several_options_the_first_that_ups_knows_is_asked_for(options: Any, option: str | None) -> None:
    body = {"RateRequest": {"Request": {"RequestOption": options}}}
    tree = translate.read(legacy("/rest/Rate", json.dumps(body))).tree
    assert tree == ({"Request": {"RequestOption": option}} if option else {})


def test_what_carts_write_elsewhere_is_found_in_every_dialect() -> None:
    package = {"UnitOfMeasurement": {"Code": "lbs"}, "PackageWeight": {"Weight": "5"}}
    shipment = {"PickupType": {"Code": "01"}, "CustomerClassification": {"Code": "04"}, "Package": package}
    asked = translate.read(legacy("/rest/Rate", json.dumps({"RateRequest": {"Shipment": shipment}})))
    assert asked.tree == {
        "PickupType": {"Code": "01"},
        "CustomerClassification": {"Code": "04"},
        "Shipment": {"Package": [{"PackageWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "5"}}]},
    }
    assert asked.ignored == ()


def test_the_sample_of_worldwide_express_freight_mended_carries_its_old_names(
    ups_reference: Path, placeholders: ModuleType, openapi: ModuleType
) -> None:
    folder = ups_reference / "samples" / "xml" / "RatingServiceSelection"
    text = (folder / "upsdevkit2021-Rate_Tool_WWEF_SampleRequest.xml").read_text("utf-8").replace("</ ", "</")
    asked = translate.read(legacy("/ups.app/xml/Rate", placeholders.fill(text)))
    call = translate.request(asked, ACCOUNT, Terms()).calls[0]
    shipment = call.body["RateRequest"]["Shipment"]
    assert shipment["ShipmentTotalWeight"]["Weight"] == "150"
    assert shipment["PaymentDetails"] == {
        "ShipmentCharge": [{"Type": "01", "BillShipper": {"AccountNumber": shipment["Shipper"]["ShipperNumber"]}}]
    }
    assert asked.ignored == ("RatingServiceSelectionRequest/Shipment/ItemizedChargesRequestedIndicator",)
    assert openapi.check(call.method, call.path, call.body)[3] == []
