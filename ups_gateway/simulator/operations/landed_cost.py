"""POST /api/landedcost/{version}/quotes: duties, taxes and fees of goods that cross a border.

The rule: duty by the chapter of the tariff, tax by the country of import, both plain percentages. Numbers are JSON
numbers, but texts of figures pass and optional fields may be blank, as in UPS's own example.
"""

import re
from collections.abc import Mapping
from typing import Any

from ups_gateway.simulator import places
from ups_gateway.simulator.model import Call, Reply
from ups_gateway.simulator.operations.fields import COUNTRY, formed, invalid, missing, needed, own_account, sized
from ups_gateway.simulator.operations.reading import many, part, text
from ups_gateway.simulator.validate import Rule, check
from ups_gateway.simulator.world import World

_I = "shipment.shipmentItems[]"
_CURRENCY = "[A-Za-z]{3}"
_NUMBER = r"\d{1,12}(\.\d+)?"
_TEXTS = "currencyCode transID shipment.id shipment.importCountryCode shipment.exportCountryCode"
_ITEM_TEXTS = "commodityId commodityCurrencyCode UOM originCountryCode"


def _texts(*names: str) -> tuple[Rule, ...]:
    return tuple(Rule(name, "10002", f"{name.replace('[]', '')} must be a string.", text=True) for name in names)


_RULES = (
    *needed("", f"currencyCode transID shipment {_TEXTS}"),
    *_texts(*_TEXTS.split()),
    formed("", "currencyCode", _CURRENCY),
    formed("", "transID", ".{1,50}"),
    formed("", "alversion", r"[1-9]\d*"),
    formed("", "shipment.importCountryCode", COUNTRY),
    formed("", "shipment.exportCountryCode", COUNTRY),
    formed("", "shipment.shipDate", r"\d{4}-\d\d-\d\d|"),
    formed("", "shipment.transportCost", rf"{_NUMBER}|"),
    formed("", "shipment.transModes", "((INT|DOM)_(AIR|OCEAN|RAIL|TRUCK))?"),
    formed("", "shipment.shipmentType", "(?i:GIFT|COMMERCIAL|SALE|SAMPLE|REPAIR|RETURN|OTHER|)"),
    *needed("", "shipment.shipmentItems"),
    sized("shipment", "shipmentItems", 1, 99),
    *needed("", " ".join(f"{_I}.{name}" for name in (*_ITEM_TEXTS.split(), "priceEach", "quantity"))),
    *_texts(*(f"{_I}.{name}" for name in _ITEM_TEXTS.split())),
    formed("", f"{_I}.priceEach", _NUMBER),
    formed("", f"{_I}.quantity", r"[1-9]\d{0,8}"),
    formed("", f"{_I}.grossWeight", rf"{_NUMBER}|"),
    formed("", f"{_I}.commodityCurrencyCode", _CURRENCY),
    formed("", f"{_I}.originCountryCode", COUNTRY),
)
_DUTY = {"61": 12.0, "62": 12.0, "64": 8.0, "42": 6.0, "84": 1.7, "85": 2.0, "90": 2.5, "95": 0.0, "49": 0.0, "09": 3.0}
"""Percent by the tariff's chapter, the first two figures of a code; other chapters `_OTHER_DUTY`."""
_OTHER_DUTY = 4.0
_BY_WORD = {"shirt": "6109.10.00", "shoe": "6403.99.00", "book": "4901.99.00", "coffee": "0901.21.00"}
_OTHER_CODE = "3926.90.97"
"""What goods without a code are taken for, by a word of their description; without any word, for nothing."""
_ENTRY, _DISBURSEMENT_PERCENT, _LEAST_DISBURSEMENT = 12.5, 2.5, 5.0


def quote(call: Call, world: World) -> Reply:
    """Quote a shipment."""
    check(call.body, _RULES)
    body: Mapping[str, Any] = call.body
    account = call.headers.get("accountnumber", "")
    if account.strip():
        own_account(call, account, "AccountNumber")
    shipment = part(body, "shipment")
    to = text(shipment, "importCountryCode").upper()
    if to == text(shipment, "exportCountryCode").upper():
        raise invalid("shipment.exportCountryCode", "it must differ from the import country")
    items = [tree for tree in many(shipment.get("shipmentItems")) if isinstance(tree, dict)]
    if not items:
        raise invalid("shipment.shipmentItems")
    if len({text(item, "commodityCurrencyCode").upper() for item in items}) > 1:
        raise invalid("shipment.shipmentItems.commodityCurrencyCode", "all items must have the same")
    partly = body.get("allowPartialLandedCostResult") is True
    results = [_item(item, to, partly=partly) for item in items]
    duties, tax, vat = (_sum(results, name) for name in ("commodityDuty", "totalCommodityTaxAndFee", "commodityVAT"))
    owed = round(duties + tax + vat, 2)
    fees = {"EntryPreparationFee": _ENTRY, "DisbursementFee": _disbursement(owed)}
    charged = {name: amount for name, amount in fees.items() if amount}
    brokerage = round(sum(charged.values()), 2)
    now = f"{world.now():%Y-%m-%dT%H:%M:%S.000Z}"
    answer = {
        "currencyCode": text(items[0], "commodityCurrencyCode").upper(),
        "importCountryCode": to,
        "id": text(shipment, "id"),
        "brokerageFeeItems": [{"chargeName": name, "chargeAmount": amount} for name, amount in charged.items()],
        "totalBrokerageFees": brokerage,
        "totalDuties": duties,
        "totalCommodityLevelTaxesAndFees": tax,
        "totalShipmentLevelTaxesAndFees": 0,
        "totalVAT": vat,
        "totalDutyAndTax": owed,
        "grandTotal": round(owed + brokerage, 2),
        "shipmentItems": results,
    }
    about = {
        "transID": text(body, "transID"),
        "perfStats": {"absLayerTime": "0", "fulfillTime": now, "receiptTime": now},
        "alVersion": int(body.get("alversion") or 1),
    }
    return Reply(200, {"shipment": answer, **about})


def _sum(results: list[dict[str, Any]], name: str) -> float:
    return round(sum(float(result[name]) for result in results), 2)


def _disbursement(owed: float) -> float:
    return max(_LEAST_DISBURSEMENT, round(owed * _DISBURSEMENT_PERCENT / 100, 2)) if owed else 0


def _item(item: Mapping[str, Any], to: str, *, partly: bool) -> dict[str, Any]:
    code = _code(item)
    if not code and not partly:
        raise invalid("shipment.shipmentItems.description", "no tariff code is known for it")
    value = float(item["priceEach"]) * int(item["quantity"]) if code else 0
    duty = round(value * _DUTY.get(code[:2], _OTHER_DUTY) / 100, 2)
    vat = round((value + duty) * places.country(to).percent / 100, 2)
    return {
        "commodityID": text(item, "commodityId"),
        "hsCode": code,
        "commodityDuty": duty,
        "totalCommodityTaxAndFee": 0,
        "commodityVAT": vat,
        "totalCommodityDutyAndTax": round(duty + vat, 2),
        "commodityCurrencyCode": text(item, "commodityCurrencyCode").upper(),
        "isCalculable": bool(code),
    }


def _code(item: Mapping[str, Any]) -> str:
    """The tariff code of an item, empty when there is none to be found."""
    given, description = text(item, "hsCode"), text(item, "description").lower()
    if not given and not description:
        raise missing("shipment.shipmentItems.hsCode")
    if given and not given[:2].isdigit():
        raise invalid("shipment.shipmentItems.hsCode")
    if given or not re.search("[a-z]{3}", description):
        return given
    return next((code for word, code in _BY_WORD.items() if word in description), _OTHER_CODE)
