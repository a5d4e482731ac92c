"""A quote as UPS's members: amounts, itemised charges, taxes, weights.

The rule: Rate and Ship answer with these and nothing else, so equal quotes read equal in both.
"""

from collections.abc import Iterable
from typing import Any

from ups_gateway.simulator.model import Call
from ups_gateway.simulator.rates import Line, Priced, Quote, money, weight_text
from ups_gateway.simulator.world import World

ITEMIZED_SINCE = 1601
"""Itemised charges are among the members that newer releases unlock."""
BASE_SINCE = 1701
ZONE_SINCE = 2409
INVOICE_MAY_VARY = ("110971", "Your invoice may vary from the displayed reference rates")
NOT_QUALIFIED = ("120900", "User Id and Shipper Number combination is not qualified to receive negotiated rates.")
_UNIT_NAMES = {"LBS": "Pounds", "KGS": "Kilograms"}
_PERCENT_OFF_IN_TEST = 1
_PERCENT_OFF = 18
_NO_TAXES = {
    "Code": "05",
    "Description": "Rate excludes VAT. Rate includes a fuel surcharge, but excludes taxes, duties and other charges"
    " that may apply to the shipment.",
}
_TAXES = {
    "Code": "01",
    "Description": "Taxes are included in the shipping cost and apply to the transportation charges",
}


def percent_off(world: World) -> int:
    """How much less negotiated rates are; in UPS's test environment it is about one percent."""
    return _PERCENT_OFF_IN_TEST if world.settings.cie else _PERCENT_OFF


def negotiated_wanted(call: Call, shipper: str, *, asked: bool) -> bool:
    """Whether negotiated rates are shown: only when asked for, and only to an account that has them."""
    return asked and shipper.upper() in call.grant.negotiated


def amount(quote: Quote, cents: int) -> dict[str, Any]:
    """A charge."""
    return {"CurrencyCode": quote.currency, "MonetaryValue": money(cents)}


def billing_weight(quote: Quote, weight: float) -> dict[str, Any]:
    """A BillingWeight block."""
    unit = {"Code": quote.unit, "Description": _UNIT_NAMES[quote.unit]}
    return {"UnitOfMeasurement": unit, "Weight": weight_text(weight)}


def itemized(quote: Quote, lines: Iterable[Line]) -> list[dict[str, Any]]:
    """ItemizedCharges."""
    return [
        {
            "Code": line.code,
            "Description": line.name,
            **amount(quote, line.cents),
            **({"SubType": line.sub_type} if line.sub_type else {}),
        }
        for line in lines
    ]


def taxes(quote: Quote) -> dict[str, Any]:
    """TaxCharges, empty where freight is not taxed."""
    if not quote.tax_name:
        return {}
    return {"TaxCharges": [{"Type": quote.tax_name, "MonetaryValue": money(quote.tax)}]}


def with_taxes(quote: Quote) -> dict[str, Any]:
    """TotalChargesWithTaxes, empty where freight is not taxed."""
    return {"TotalChargesWithTaxes": amount(quote, quote.total + quote.tax)} if quote.tax_name else {}


def disclaimers(quote: Quote, *, international: bool, taxed: bool) -> dict[str, Any]:
    """What UPS says about taxes: nothing within the US."""
    if taxed and quote.tax_name:
        return {"Disclaimer": [dict(_TAXES)]}
    return {"Disclaimer": [dict(_NO_TAXES)]} if international or quote.tax_name else {}


def shipment_charges(quote: Quote, release: int, *, taxed: bool) -> dict[str, Any]:
    """The sums of a shipment, in UPS's order."""
    return {
        "TransportationCharges": amount(quote, quote.transportation),
        **({"BaseServiceCharge": amount(quote, quote.base)} if release >= BASE_SINCE else {}),
        **_extra(quote, release),
        "ServiceOptionsCharges": amount(quote, quote.options),
        **(taxes(quote) if taxed else {}),
        "TotalCharges": amount(quote, quote.total),
        **(with_taxes(quote) if taxed else {}),
    }


def _extra(quote: Quote, release: int) -> dict[str, Any]:
    if release < ITEMIZED_SINCE or not quote.extra.lines:
        return {}
    return {"ItemizedCharges": itemized(quote, quote.extra.lines)}


def negotiated_charges(quote: Quote, release: int, *, taxed: bool) -> dict[str, Any]:
    """NegotiatedRateCharges but for the base charge, which only Rate has."""
    return {
        **_extra(quote, release),
        **(taxes(quote) if taxed else {}),
        "TotalCharge": amount(quote, quote.total),
        **(with_taxes(quote) if taxed else {}),
    }


def package_charges(quote: Quote, parcel: Priced, own: Priced | None, release: int) -> dict[str, Any]:
    """The itemised charges of one package, published and negotiated."""
    if release < ITEMIZED_SINCE:
        return {}
    found: dict[str, Any] = {"ItemizedCharges": itemized(quote, parcel.lines)}
    if own is not None:
        found["NegotiatedCharges"] = {"ItemizedCharges": itemized(quote, own.lines)}
    return found
