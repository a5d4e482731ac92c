"""Shapes that operations share. A table here says what is the same in all of them; each operation amends its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ups_gateway.translate.engine import FLAG, Drop, Made, Table, To, flags, leaves

CODE: Final = leaves("Code Description")
AMOUNT: Final = leaves("CurrencyCode MonetaryValue")
UNIT: Final = CODE

ECHOED: Final = Drop("the gateway echoes it itself, in every dialect")


def _context(value: Any, target: dict[str, Any], _body: dict[str, Any]) -> None:
    # REST wants 1 to 512 characters; an empty or nested CustomerContext is echoed by the gateway alone.
    if isinstance(value, str) and value:
        target["CustomerContext"] = value[:512]


REFERENCE: Final[Table] = {
    "CustomerContext": Made(_context, ("CustomerContext",)),
    "XpciVersion": ECHOED,
    "ToolVersion": ECHOED,
}
"""Request/TransactionReference of the XML API."""

XML_ADDRESS_LINES: Final[Table] = {
    "AddressLine1": To("AddressLine[]"),
    "AddressLine2": To("AddressLine[]"),
    "AddressLine3": To("AddressLine[]"),
}
"""The XML API's three lines are REST's array."""
XML_ADDRESS: Final[Table] = {**XML_ADDRESS_LINES, **leaves("City StateProvinceCode PostalCode CountryCode")}

# --- shapes of a shipment's request that Rate and Ship have alike -----------------------------------------------------

WEIGHED_IN: Final[Table] = {"Code": To("Code", via=str.upper), "Description": None}
"""UnitOfMeasurement of a request; clients write lbs and in."""
WEIGHT: Final[Table] = {"UnitOfMeasurement": WEIGHED_IN, "Weight": None}
DIMENSIONS: Final[Table] = {"UnitOfMeasurement": WEIGHED_IN, **leaves("Length Width Height")}
COD: Final[Table] = {"CODFundsCode": None, "CODAmount": AMOUNT}
DRY_ICE: Final[Table] = {"RegulationSet": None, "DryIceWeight": WEIGHT, "MedicalUseIndicator": FLAG}
COMMODITY: Final[Table] = {"FreightClass": None, "NMFC": leaves("PrimeCode SubCode")}
RESTRICTED_ARTICLES: Final[Table] = flags(
    "AlcoholicBeveragesIndicator DiagnosticSpecimensIndicator PerishablesIndicator PlantsIndicator SeedsIndicator"
    " SpecialExceptionsIndicator TobaccoIndicator ECigarettesIndicator"
)
RATING_OPTIONS: Final[Table] = flags(
    "NegotiatedRatesIndicator FRSShipmentIndicator RateChartIndicator UserLevelDiscountIndicator"
    " TPFCNegotiatedRatesIndicator"
)
"""ShipmentRatingOptions; RateInformation in the XML API."""
PROMOTION: Final[Table] = leaves("PromoCode PromoAliasCode")
FRS_PAYMENT: Final[Table] = {
    "Type": CODE,
    "AccountNumber": None,
    "Address": leaves("PostalCode CountryCode"),
}
FREIGHT_SHIPMENT: Final[Table] = {
    "FreightDensityInfo": {
        "AdjustedHeightIndicator": FLAG,
        "AdjustedHeight": {"Value": None, "UnitOfMeasurement": WEIGHED_IN},
        "HandlingUnits": [{"Quantity": None, "Type": CODE, "Dimensions": DIMENSIONS}],
    },
    "DensityEligibleIndicator": FLAG,
}


def copied(tree: Any) -> Any:
    """A tree that may be changed without changing the one it came from."""
    if isinstance(tree, dict):
        return {name: copied(value) for name, value in tree.items()}
    return [copied(item) for item in tree] if isinstance(tree, list) else tree


# --- reading trees ----------------------------------------------------------------------------------------------------


def listed(value: Any) -> list[Any]:
    """An array, whether REST sent one, a lone object, or nothing."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def at(tree: Any, path: str) -> Iterator[Any]:
    """All values at a dotted path of a tree, through arrays."""
    nodes = [tree]
    for step in path.split("."):
        nodes = [item for node in nodes if isinstance(node, dict) and step in node for item in listed(node[step])]
    yield from nodes


def texts_at(tree: Any, *paths: str) -> tuple[str, ...]:
    """The non-empty texts at these paths, each once, in order."""
    found = (value for path in paths for value in at(tree, path) if isinstance(value, str) and value)
    return tuple(dict.fromkeys(found))


def warning_of(body: Any, root: str) -> tuple[str, str] | None:
    """The first Response/Alert of a REST reply, as (code, text)."""
    for alert in at(body, f"{root}.Response.Alert"):
        if isinstance(alert, dict) and alert.get("Code"):
            return str(alert["Code"]), str(alert.get("Description") or "Warning")
    return None
