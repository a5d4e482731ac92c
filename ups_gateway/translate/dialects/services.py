"""What SOAP and legacy JSON share: roots, services, severities, and what of a REST reply goes into Response."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from ups_gateway.errors import GatewayError, Severity, UnknownOperation, UpsRefused, UpsUnreachable
from ups_gateway.model import Operation

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
        "DeniedPartyScreeningRequest": _TRADE,
        "DeniedPartyRequest": _TRADE,
        "ExportLicenseDetectorRequest": _TRADE,
        "ExportLicenseRequest": _TRADE,
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

SERVICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rate": "RateRequest",
        "ship": "ShipmentRequest",
        "void": "VoidShipmentRequest",
        "lbrecovery": "LabelRecoveryRequest",
        "track": "TrackRequest",
        "xav": "XAVRequest",
        "timeintransit": "TimeInTransitRequest",
        "locator": "LocatorRequest",
        "pickup": "PickupCreationRequest",
        "paperlessdocumentapi": "UploadRequest",
        "dangerousgoodsutility": "AcceptanceAuditPreCheckRequest",
        "landedcost": "LandedCostRequest",
    }
)
"""Service (last part of the path, lower case) -> the root its body most likely has."""


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


def response_of(bodies: Sequence[Any], warning: tuple[str, str] | None) -> Iterator[tuple[str, str]]:
    """All alerts of the REST replies as (code, text), each once; the operation's own warning where there is none."""
    found = {}
    for body in bodies:
        for inner in body.values() if isinstance(body, dict) else ():
            response = inner.get("Response") if isinstance(inner, dict) else None
            alerts = response.get("Alert") if isinstance(response, dict) else None
            for alert in alerts if isinstance(alerts, list) else [alerts]:
                if isinstance(alert, dict) and alert.get("Code"):
                    found[str(alert["Code"])] = str(alert.get("Description") or "Warning")
    if not found and warning is not None:
        found[warning[0]] = warning[1]
    yield from found.items()
