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
_CHECKED = ("AcceptanceAuditPreCheckResponse", "PackageResults")
_CHEMICALS = ("ChemicalReferenceDataResponse", "ChemicalData")
_SEARCHED = ("LocatorResponse", "SearchResults")
_LOCATION = (*_SEARCHED, "DropLocation")
_ATTRIBUTE = (*_LOCATION, "LocationAttribute")
_AVAILABLE = (*_SEARCHED, "AvailableLocationAttributes")
_SCHEDULE = ("OptionCode", "TransportationPickUpSchedule", "PickUp")
_HOURS = (*_LOCATION, "OperatingHours", "StandardHours")
_ACCESS = (*_LOCATION, "AccessPointInformation", "BusinessClassificationList", "BusinessClassification")
_SUBSCRIBED = ("QuantumViewResponse", "QuantumViewEvents", "SubscriptionEvents")
_FILE = (*_SUBSCRIBED, "SubscriptionFile")
_MANIFEST = (*_FILE, "Manifest")

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
    *((2, (name, "Response", "Alert")) for name in ("UploadResponse", "PushToImageRepositoryResponse")),
    (2, ("UploadResponse", "FormsHistoryDocumentID", "DocumentID")),
    (2, ("PreNotificationResponse", "Response", "Alert")),
    (2, (_CHECKED[0], "Response", "Alert")),
    (2, (_CHECKED[0], "Response", "AlertDetail")),
    (2, (*_CHECKED, "ChemicalRecordResults")),
    (2, _CHECKED),
    (2403, (_CHEMICALS[0], "Response", "Alert")),
    (2403, (*_CHEMICALS, "PackageQuantityLimitDetail")),
    (2403, _CHEMICALS),
    (2, ("LocatorResponse", "Response", "Error", "ErrorLocation")),
    (3, (*_SEARCHED, "GeocodeCandidate")),
    (2, (*_ATTRIBUTE, *_SCHEDULE)),
    (3, (*_ATTRIBUTE, "OptionCode")),
    (3, _ATTRIBUTE),
    (3, (*_LOCATION, "SpecialInstructions", "Segment")),
    *(
        (3, (*_LOCATION, name))
        for name in ("PhoneNumber SpecialInstructions LatestGroundDropOffTime LatestAirDropOffTime Disclaimer".split())
    ),
    (2, (*_HOURS, "DayOfWeek")),
    (2, _HOURS),
    (2, (*_LOCATION, "LocalizedInstruction")),
    (2, (*_LOCATION, "ServiceOfferingList", "ServiceOffering")),
    (2, _ACCESS),
    (2, _LOCATION),
    (2, (*_AVAILABLE, "OptionCode")),
    (2, _AVAILABLE),
    (2, ("QuantumViewResponse", "Response", "Error", "ErrorLocation")),
    (2, ("QuantumViewResponse", "Response", "Error")),
    (3, (*_MANIFEST, "Package", "Activity")),
    (3, (*_MANIFEST, "Package", "ReferenceNumber")),
    (3, (*_MANIFEST, "Package")),
    (3, (*_MANIFEST, "ReferenceNumber")),
    *(
        (3, (*_FILE, kind, name))
        for kind in ("Origin", "Exception", "Delivery", "Generic")
        for name in ("PackageReferenceNumber", "ShipmentReferenceNumber")
    ),
    *((2, (*_FILE, kind)) for kind in ("Manifest", "Origin", "Exception", "Delivery", "Generic")),
    (2, _FILE),
    (2, _SUBSCRIBED),
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
