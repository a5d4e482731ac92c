"""The rate request: that no member is lost on the way, and the old names and spellings that carts still send."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from tests.translate.reading import ACCOUNT, legacy
from tests.translate.whole import old_leaves, old_message, rows
from ups_gateway import translate
from ups_gateway.model import Terms
from ups_gateway.translate.operations import rate_request
from ups_gateway.translate.operations.parts import at


def test_every_member_of_the_old_request_arrives_where_the_table_says(ups_reference: Path, openapi: ModuleType) -> None:
    paths = old_leaves(ups_reference, "Rate-req-XML")
    asked = translate.read(legacy("/ups.app/xml/Rate", old_message("RatingServiceSelectionRequest", paths)))
    table = rows(rate_request.XML_REQUEST)
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
