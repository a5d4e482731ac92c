"""What SOAP and legacy JSON share: roots, namespaces, severities, and what of a REST reply goes into Response.

The rule: Response is told in full here, all alerts and their details; the XML API's one warning is not of here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from ups_gateway.errors import GatewayError, Severity, UnknownOperation, UpsRefused, UpsUnreachable
from ups_gateway.model import Operation
from ups_gateway.translate.engine import Node, Table, leaves

ROOTS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "RateRequest": Operation.RATE,
        "ShipmentRequest": Operation.SHIP,
        "ShipConfirmRequest": Operation.SHIP_CONFIRM,
        "ShipAcceptRequest": Operation.SHIP_ACCEPT,
        "VoidShipmentRequest": Operation.VOID,
        "LabelRecoveryRequest": Operation.LABEL_RECOVERY,
        "TrackRequest": Operation.TRACK,
        "XAVRequest": Operation.ADDRESS_STREET,
        "TimeInTransitRequest": Operation.TIME_IN_TRANSIT,
        "LocatorRequest": Operation.LOCATOR,
        "AddressValidationRequest": Operation.ADDRESS_CITY,
        "QuantumViewRequest": Operation.QUANTUM_VIEW,
        "PickupCreationRequest": Operation.PICKUP_CREATE,
        "PickupRateRequest": Operation.PICKUP_RATE,
        "PickupCancelRequest": Operation.PICKUP_CANCEL,
        "PickupPendingStatusRequest": Operation.PICKUP_PENDING,
        "PickupGetServiceCenterFacilitiesRequest": Operation.PICKUP_FACILITIES,
        "UploadRequest": Operation.PAPERLESS_UPLOAD,
        "PushToImageRepositoryRequest": Operation.PAPERLESS_PUSH,
        "DeleteRequest": Operation.PAPERLESS_DELETE,
        "AcceptanceAuditPreCheckRequest": Operation.DANGEROUS_GOODS_PRECHECK,
        "ChemicalReferenceDataRequest": Operation.DANGEROUS_GOODS_CHEMICALS,
        "PreNotificationRequest": Operation.PRENOTIFICATION,
        "LandedCostRequest": Operation.LANDED_COST,
    }
)
"""Root of a request -> operation (UPS.md sections 1.2 and 2)."""

_SOLD: Final = "UPS sold its freight business (now TForce Freight); there is no UPS API for it any more."
_TRADE: Final = "UPS retired this API of its old Developer Kit and names no successor."
RETIRED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "FreightRateRequest": _SOLD,
        "FreightShipRequest": _SOLD,
        "FreightPickupRequest": _SOLD,
        "FreightCancelPickupRequest": _SOLD,
        "DeniedPartyScreenerRequest": _TRADE,
        "ExportLicenseDetectionRequest": _TRADE,
        "ImportComplianceRequest": _TRADE,
        "LicenseDeterminationRequest": _TRADE,
        "RegisterRequest": "UPS retired the registration API; register at ups.com.",
        "ManageAccountRequest": "UPS retired the registration API; accounts are added to a profile at ups.com.",
        "OpenAccountRequest": "UPS retired the account-opening API; open an account at ups.com.",
        "LoginAcceptTermsAndConditionsRequest": (
            "Access keys are no longer given out; UPS uses OAuth 2.0 applications now (developer.ups.com)."
        ),
    }
)
"""Roots whose API has no successor -> what to say."""

_XOLTWS: Final = "http://www.ups.com/XMLSchema/XOLTWS/"
_NAMESPACES: Final = MappingProxyType(
    {
        Operation.RATE: f"{_XOLTWS}Rate/v1.1",
        Operation.SHIP: f"{_XOLTWS}Ship/v1.0",
        Operation.SHIP_CONFIRM: f"{_XOLTWS}Ship/v1.0",
        Operation.SHIP_ACCEPT: f"{_XOLTWS}Ship/v1.0",
        Operation.VOID: f"{_XOLTWS}Void/v1.1",
        Operation.LABEL_RECOVERY: f"{_XOLTWS}LBRecovery/v1.0",
        Operation.TRACK: f"{_XOLTWS}Track/v2.0",
        Operation.ADDRESS_STREET: f"{_XOLTWS}xav/v1.0",
        Operation.TIME_IN_TRANSIT: f"{_XOLTWS}tnt/v1.0",
        Operation.PICKUP_CREATE: f"{_XOLTWS}Pickup/v1.1",
        Operation.PICKUP_RATE: f"{_XOLTWS}Pickup/v1.1",
        Operation.PICKUP_CANCEL: f"{_XOLTWS}Pickup/v1.1",
        Operation.PICKUP_PENDING: f"{_XOLTWS}Pickup/v1.1",
        Operation.PICKUP_FACILITIES: f"{_XOLTWS}Pickup/v1.1",
        Operation.PAPERLESS_UPLOAD: f"{_XOLTWS}PaperlessDocumentAPI/v1.0",
        Operation.PAPERLESS_PUSH: f"{_XOLTWS}PaperlessDocumentAPI/v1.0",
        Operation.PAPERLESS_DELETE: f"{_XOLTWS}PaperlessDocumentAPI/v1.0",
        Operation.DANGEROUS_GOODS_PRECHECK: f"{_XOLTWS}DangerousGoodsUtility/v1.0",
        Operation.DANGEROUS_GOODS_CHEMICALS: f"{_XOLTWS}DangerousGoodsUtility/v1.0",
        Operation.LANDED_COST: "http://www.ups.com/schema/xpci/1.0/lc",
    }
)


def namespace_of(operation: Operation) -> str:
    """The namespace of an answer to a request that was sent without any (UPS.md section 1.2)."""
    return _NAMESPACES.get(operation, _XOLTWS.rstrip("/"))


def operation_of(root: str, path: str) -> Operation:
    """The operation of a body's root. Raises UnknownOperation."""
    operation = ROOTS.get(root)
    if operation is None:
        words = RETIRED.get(root, f"There is no service for the request {root[:60]!r} at {path[:60]!r}.")
        raise UnknownOperation(words)
    return operation


def severity(error: GatewayError) -> Severity:
    """2500xx Authentication, what may be tried again Transient, else Hard (UPS.md section 4)."""
    if isinstance(error, (UpsRefused, UpsUnreachable)) and error.transient:
        return "Transient"
    if isinstance(error, UpsRefused):
        return "Authentication" if error.errors[0].code.startswith("2500") else "Hard"
    return "Hard" if isinstance(error, UpsUnreachable) else error.severity


RESPONSE: Final[Table] = {
    "ResponseStatus": leaves("Code Description"),
    "Alert": [leaves("Code Description")],
    "AlertDetail": [
        {
            **leaves("Code Description"),
            "ElementLevelInformation": {"Level": None, "ElementIdentifier": [leaves("Code Value")]},
        }
    ],
    "TransactionReference": leaves("CustomerContext TransactionIdentifier"),
}
"""common:Response, in the order of common.xsd."""
_DETAILED: Final = ("RateResponse", "AcceptanceAuditPreCheckResponse")
"""Answers in which REST has AlertDetail; the old schemas of pickups and paperless documents have no room for it."""


def response_of(bodies: Sequence[Any], warning: tuple[str, str] | None, context: Any) -> Node:
    """Response of a good answer: every alert of the REST replies once, then the operation's own warning.

    `context`: CustomerContext of the request; None where it had none, an empty one comes back empty.
    """
    alerts: dict[tuple[str, str], None] = {}
    details: list[Any] = []
    reference: Node = {} if context is None else {"CustomerContext": context}
    for body in bodies:
        for root, answer in body.items():
            said = answer.get("Response") if isinstance(answer, dict) else None
            if not isinstance(said, dict):
                continue
            alerts |= {
                (str(alert["Code"]), str(alert.get("Description") or "Warning")): None
                for alert in _each(said.get("Alert"))
                if alert.get("Code")
            }
            details += _each(said.get("AlertDetail")) if root in _DETAILED else ()
            for told in _each(said.get("TransactionReference")):
                if told.get("TransactionIdentifier"):
                    reference["TransactionIdentifier"] = told["TransactionIdentifier"]
    if warning is not None:
        alerts[warning] = None
    return {
        "ResponseStatus": {"Code": "1", "Description": "Success"},
        "Alert": [{"Code": code, "Description": words} for code, words in alerts],
        "AlertDetail": details,
        **({"TransactionReference": reference} if reference else {}),
    }


def _each(value: Any) -> list[Node]:
    """The objects of an array, or the lone one."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
