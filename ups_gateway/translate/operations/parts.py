"""Shapes that operations share. A table here says what is the same in all of them; each operation amends its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote, unquote

from ups_gateway.errors import InvalidRequest, Refusal, UpsRefused
from ups_gateway.model import Translated
from ups_gateway.translate import faults
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

SOAP_REFERENCE: Final[Table] = {
    "CustomerContext": REFERENCE["CustomerContext"],
    "TransactionIdentifier": Drop("not used, says the schema"),
}
"""Request/TransactionReference of SOAP and legacy JSON."""
SOAP_REQUEST: Final[Table] = {**leaves("RequestOption SubVersion"), "TransactionReference": SOAP_REFERENCE}
"""common:Request."""
SOAP_ECHOED: Final[Table] = {**SOAP_REFERENCE, "CustomerContext": ECHOED}
"""Request/TransactionReference where REST's body has no Request."""

ADDRESS: Final[Table] = {"AddressLine": [None], **leaves("City StateProvinceCode PostalCode CountryCode")}
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


def required(name: str, template: Table) -> Made:
    """An object of an answer that the old schema requires: written even when UPS gave none."""
    return Made(lambda node: node.get(name) or {}, (name,), template)


def copied(tree: Any) -> Any:
    """A tree that may be changed without changing the one it came from."""
    if isinstance(tree, dict):
        return {name: copied(value) for name, value in tree.items()}
    return [copied(item) for item in tree] if isinstance(tree, list) else tree


# --- the addresses of calls -------------------------------------------------------------------------------------------

LONGEST_STEP: Final = 200
"""Characters; UPS's numbers have 35 at most, references 50."""


def step(number: str) -> str:
    """A number as one step of a path. Raises InvalidRequest for what would lead to another path, or is no number."""
    if not 0 < len(number) <= LONGEST_STEP or not number.isprintable() or climbs(number):
        raise InvalidRequest(f"A number or reference of 1 to {LONGEST_STEP} printable characters is needed.")
    return quote(number, safe="")


def climbs(step: str) -> bool:
    """Read as a part of a path, by however lenient a server, this step leads out of its place."""
    parts = unquote(unquote(step)).replace("\\", "/").split("/")
    return any(part.partition(";")[0].strip() in (".", "..") for part in parts)


# --- reading trees ----------------------------------------------------------------------------------------------------


def listed(value: Any) -> list[Any]:
    """An array, whether REST sent one, a lone object, or nothing."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def at(tree: Any, path: str) -> Iterator[Any]:
    """All values at a dotted path of a tree, through arrays."""
    nodes, steps = [tree], path.split(".")
    # Objects within objects, as far as that goes: most paths meet no array, or only at their end.
    while steps and isinstance(tree, dict):
        tree = tree.get(steps.pop(0))
        nodes = listed(tree)
    for step in steps:
        nodes = [item for node in nodes if isinstance(node, dict) and step in node for item in listed(node[step])]
    yield from nodes


def texts_at(tree: Any, *paths: str) -> tuple[str, ...]:
    """The non-empty texts at these paths, each once, in order."""
    found = (value for path in paths for value in at(tree, path) if isinstance(value, str) and value)
    return tuple(dict.fromkeys(found))


def prepaid_freight(tree: Any) -> tuple[str, ...]:
    """The account that pays for ground freight, unless it is a receiver's (02) or a third party's (03)."""
    payment: Any = next(at(tree, "Shipment.FRSPaymentInformation"), {})
    return () if next(at(payment, "Type.Code"), "") in ("02", "03") else texts_at(payment, "AccountNumber")


def warning_of(body: Any, root: str) -> tuple[str, str] | None:
    """The first Response/Alert of a REST reply, as (code, text)."""
    for alert in at(body, f"{root}.Response.Alert"):
        if isinstance(alert, dict) and alert.get("Code"):
            return str(alert["Code"]), str(alert.get("Description") or "Warning")
    return None


def below(root: str) -> Callable[[Translated, Sequence[Any]], Any]:
    """The `source` of an operation whose template reads what stands below this root."""

    def source(_translated: Translated, bodies: Sequence[Any]) -> Any:
        return next((answer for answer in at(bodies[0], root) if isinstance(answer, dict)), {})

    return source


def alert_below(root: str) -> Callable[[Sequence[Any]], tuple[str, str] | None]:
    """The `warning` of an operation: the first alert of its one reply."""
    return lambda bodies: warning_of(bodies[0], root)


def for_header(text: str, name: str) -> str:
    """A text of the request that goes on as a header. Raises InvalidRequest for what a header cannot carry."""
    if not text.isascii() or not text.isprintable():
        raise InvalidRequest(f"{name} may hold printable ASCII characters only.", location=name)
    return text


# --- answers that say themselves whether they are good (Locator, Quantum View) ----------------------------------------


def good(body: Any, root: str) -> dict[str, Any]:
    """What stands below the root; raises UpsRefused where ResponseStatusCode is 0: a failure inside HTTP 200."""
    answer: dict[str, Any] = next((found for found in at(body, root) if isinstance(found, dict)), {})
    if "0" not in texts_at(answer, "Response.ResponseStatusCode"):
        return answer
    errors = [error for error in at(answer, "Response.Error") if isinstance(error, dict)]
    wait = next(iter(texts_at(answer, "Response.Error.MinimumRetrySeconds")), "")
    raise UpsRefused(
        tuple(_refusal(error) for error in errors) or (_refusal({}),),
        http_status=200,
        transient=next(iter(texts_at(answer, "Response.Error.ErrorSeverity")), "") == "Transient",
        retry_after=faults.seconds(wait),
    )


def warning_inside(body: Any, root: str) -> tuple[str, str] | None:
    """The first Error of a good answer: in these APIs warnings share the element, as (code, text)."""
    for error in at(body, f"{root}.Response.Error"):
        if isinstance(error, dict) and error.get("ErrorCode"):
            said = _refusal(error)
            return said.code, said.message
    return None


def _refusal(error: dict[str, Any]) -> Refusal:
    return Refusal(
        str(error.get("ErrorCode") or "20001"), str(error.get("ErrorDescription") or "General process failure")
    )
