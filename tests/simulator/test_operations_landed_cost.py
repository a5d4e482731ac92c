"""Duties, taxes and fees."""

from typing import Any

import pytest

from tests.simulator.asking import ACCOUNT, Desk
from tests.simulator.requests import goods, landed_cost, without

PATH = "/api/landedcost/v1/quotes"
TIME = "2026-03-02T15:00:00.000Z"


def quoted(*items: Any, **more: Any) -> Any:
    return Desk().post(PATH, landed_cost(*items, **more))


def item(number: str, code: str, duty: float, vat: float, *, good: bool = True) -> dict[str, Any]:
    return {
        "commodityID": number,
        "hsCode": code,
        "commodityDuty": duty,
        "totalCommodityTaxAndFee": 0,
        "commodityVAT": vat,
        "totalCommodityDutyAndTax": round(duty + vat, 2),
        "commodityCurrencyCode": "USD",
        "isCalculable": good,
    }


def test_a_quote_is_answered_whole() -> None:
    assert quoted() == {
        "shipment": {
            "currencyCode": "USD",
            "importCountryCode": "DE",
            "id": "order 7",
            "brokerageFeeItems": [
                {"chargeName": "EntryPreparationFee", "chargeAmount": 12.5},
                {"chargeName": "DisbursementFee", "chargeAmount": 5.0},
            ],
            "totalBrokerageFees": 17.5,
            "totalDuties": 24.0,
            "totalCommodityLevelTaxesAndFees": 0,
            "totalShipmentLevelTaxesAndFees": 0,
            "totalVAT": 42.56,
            "totalDutyAndTax": 66.56,
            "grandTotal": 84.06,
            "shipmentItems": [item("1", "6109.10.00", 24.0, 42.56)],
        },
        "transID": "quote 7",
        "perfStats": {"absLayerTime": "0", "fulfillTime": TIME, "receiptTime": TIME},
        "alVersion": 1,
    }


def test_goods_without_a_code_are_known_by_a_word() -> None:
    named = [goods(commodityId=str(n), hsCode="", description=words) for n, words in enumerate(("A Book", "widgets"))]
    assert quoted(*named)["shipment"]["shipmentItems"] == [
        item("0", "4901.99.00", 0, 38.0),
        item("1", "3926.90.97", 8.0, 39.52),
    ]


def test_a_partial_result_says_what_cannot_be_calculated() -> None:
    unknown = goods(commodityId="2", hsCode="", description="??")
    partial = quoted(goods(), unknown, allowPartialLandedCostResult=True)["shipment"]
    assert partial["shipmentItems"] == [item("1", "6109.10.00", 24.0, 42.56), item("2", "", 0, 0, good=False)]
    assert Desk().refusal("POST", PATH, landed_cost(goods(), unknown)) == "20008"


def test_nothing_owed_is_not_advanced() -> None:
    quote = quoted(goods(hsCode="4901.99.00"), shipment={"importCountryCode": "HK"})["shipment"]
    assert (quote["totalDutyAndTax"], quote["brokerageFeeItems"]) == (
        0,
        [{"chargeName": "EntryPreparationFee", "chargeAmount": 12.5}],
    )


def test_large_sums_cost_more_to_advance() -> None:
    fees = quoted(goods(priceEach="2000.50"))["shipment"]["brokerageFeeItems"]
    assert fees[1] == {"chargeName": "DisbursementFee", "chargeAmount": 166.44}


def test_blank_options_are_no_options() -> None:
    blank = dict.fromkeys(("shipDate", "transModes", "transportCost", "incoterms", "importProvince"), "")
    body = landed_cost(goods(grossWeight=""), shipment={**blank, "shipmentType": "Sale"})
    del body["alversion"]
    assert Desk().post(PATH, body) == quoted()


@pytest.mark.parametrize(
    ("code", "body"),
    [
        *(("20007", without(landed_cost(), name)) for name in ("currencyCode", "transID", "shipment")),
        *(("20007", landed_cost(without(goods(), name))) for name in goods() if name != "hsCode"),
        ("20007", landed_cost(without(goods(), "hsCode"))),
        ("20007", landed_cost(shipment={"id": ""})),
        ("20008", landed_cost(shipment={"importCountryCode": "US"})),
        ("20008", landed_cost(shipment={"importCountryCode": "USA"})),
        ("20008", landed_cost(shipment={"shipmentItems": []})),
        ("20008", landed_cost("text")),
        ("20008", landed_cost(*[goods()] * 100)),
        ("20008", landed_cost(shipment={"shipDate": "soon"})),
        ("20008", landed_cost(shipment={"transModes": "ROCKET"})),
        ("20008", landed_cost(shipment={"shipmentType": "LOAN"})),
        ("20008", landed_cost(goods(), goods(commodityCurrencyCode="EUR"))),
        ("20008", landed_cost(goods(quantity=0))),
        ("20008", landed_cost(goods(quantity="9" * 400))),
        ("20008", landed_cost(goods(priceEach=-1))),
        ("20008", landed_cost(goods(hsCode="shirts"))),
        ("20008", landed_cost(alversion="x")),
        ("10002", landed_cost(transID=7)),
        ("10002", landed_cost(goods(commodityId=1))),
    ],
)
def test_a_bad_request_is_refused_with_ups_s_code(code: str, body: Any) -> None:
    assert Desk().refusal("POST", PATH, body) == code


def test_an_account_may_be_named_when_it_is_the_grant_s() -> None:
    headers = {"accountnumber": ACCOUNT}
    assert Desk().ask("POST", PATH, landed_cost(), headers).body == quoted()
    assert Desk().refusal("POST", PATH, landed_cost(), {"accountnumber": "F00BAR"}) == "120100"
