"""What all answers share: the Response block, and which elements an older version writes without a list.

The rule: handlers build the newest shape, lists always; `Reply` bodies of older versions are made from it by the table.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ups_gateway.simulator.model import Call
from ups_gateway.simulator.operations.reading import part, text

_CHARGES = ("ItemizedCharges", "TaxCharges")
_RATED = ("RateResponse", "RatedShipment")
_RATED_PACKAGE = (*_RATED, "RatedPackage")
_SHIPPED = ("ShipmentResponse", "ShipmentResults")
_SHIPPED_PACKAGE = (*_SHIPPED, "PackageResults")

# From which version on an element is always a list; innermost first, since a collapsed parent is still walked.
# Read off UPS's OpenAPI descriptions.
_ALWAYS_A_LIST: Sequence[tuple[int, tuple[str, ...]]] = (
    (2403, ("RateResponse", "Response", "Alert")),
    (2403, ("RateResponse", "Response", "AlertDetail", "ElementLevelInformation", "ElementIdentifier")),
    (2403, ("RateResponse", "Response", "AlertDetail")),
    (2403, (*_RATED_PACKAGE, "Accessorial")),
    (2403, (*_RATED_PACKAGE, "ItemizedCharges")),
    (2403, (*_RATED_PACKAGE, "NegotiatedCharges", "ItemizedCharges")),
    (2403, (*_RATED_PACKAGE, "RateModifier")),
    (2403, _RATED_PACKAGE),
    *((2403, (*_RATED, name)) for name in ("Disclaimer", "RatedShipmentAlert", *_CHARGES)),
    *((2403, (*_RATED, "NegotiatedRateCharges", name)) for name in _CHARGES),
    (2403, (*_RATED, "FRSShipmentData", "HandlingUnits")),
    (2409, _RATED),
    (2403, ("ShipmentResponse", "Response", "Alert")),
    (2403, (*_SHIPPED, "Disclaimer")),
    *((2403, (*_SHIPPED, "ShipmentCharges", name)) for name in _CHARGES),
    *((2403, (*_SHIPPED, "NegotiatedRateCharges", name)) for name in _CHARGES),
    (2403, (*_SHIPPED, "FRSShipmentData", "HandlingUnits")),
    (2403, (*_SHIPPED_PACKAGE, "RateModifier")),
    (2403, (*_SHIPPED_PACKAGE, "ShippingLabel", "GraphicImagePart")),
    (2403, (*_SHIPPED_PACKAGE, "Accessorial")),
    (2403, (*_SHIPPED_PACKAGE, "ItemizedCharges")),
    (2403, (*_SHIPPED_PACKAGE, "NegotiatedCharges", "ItemizedCharges")),
    (2403, _SHIPPED_PACKAGE),
    (2409, (*_SHIPPED, "ControlLogReceipt")),
    (2403, (*_SHIPPED, "DGPaperImage")),
    (2403, ("VoidShipmentResponse", "PackageLevelResults")),
    (2, ("XAVResponse", "Response", "Alert")),
    (2, ("XAVResponse", "Candidate")),
    (2403, ("PickupCreationResponse", "RateResult", "ChargeDetail")),
    (2403, ("PickupCreationResponse", "RateResult", "TaxCharges")),
)


def release(version: str) -> int:
    """The number of a version: 2409 for v2409, 1 for v1."""
    digits = re.sub(r"\D", "", version)
    return int(digits) if digits else 1


def unlocked(call: Call, request: Mapping[str, Any]) -> int:
    """The newest release whose answer members the caller asked for: by path or by Request/SubVersion."""
    return max(release(call.version), release(text(request, "Request", "SubVersion")))


def response(request: Mapping[str, Any], *alerts: tuple[str, str]) -> dict[str, Any]:
    """The Response block of a success, with the caller's context and any alerts."""
    block: dict[str, Any] = {"ResponseStatus": {"Code": "1", "Description": "Success"}}
    if alerts:
        block["Alert"] = [{"Code": code, "Description": words} for code, words in alerts]
    context = text(request, "Request", "TransactionReference", "CustomerContext")
    if context or "TransactionReference" in part(request, "Request"):
        block["TransactionReference"] = {"CustomerContext": context}
    return block


def as_of_version(body: dict[str, Any], version: str) -> dict[str, Any]:
    """The body in the shape of an older version: a list of one becomes its element. Changes `body`."""
    asked = release(version)
    for since, path in _ALWAYS_A_LIST:
        if asked < since and path[0] in body:
            _unwrap(body, path)
    return body


def _unwrap(node: Any, path: tuple[str, ...]) -> None:
    if isinstance(node, list):
        for element in node:
            _unwrap(element, path)
    elif isinstance(node, dict):
        name = path[0]
        value = node.get(name)
        if len(path) > 1:
            _unwrap(value, path[1:])
        elif isinstance(value, list) and len(value) == 1:
            node[name] = value[0]
