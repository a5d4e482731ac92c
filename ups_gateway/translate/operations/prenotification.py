"""Tell UPS of dangerous goods before they are picked up.

REST: POST /api/dangerousgoods/v2/prenotification (PreNotification.yaml). Best effort: no schema of the SOAP service was
found, so the old message is taken to be the REST model, as it is for UPS's other dangerous goods services.
"""

from __future__ import annotations

from typing import Any, Final

from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import ABSENT, Default, Table, amend, fill_defaults, flags, leaves
from ups_gateway.translate.operations.parts import ADDRESS, SOAP_REQUEST, WEIGHT, alert_below, below, copied, texts_at

VERSION: Final = "v2"

_CHEMICAL: Final[Table] = {
    **leaves(
        "ReportableQuantity ClassDivisionNumber SubRiskClass IDNumber PackagingGroupType Quantity UOM"
        " PackagingInstructionCode EmergencyPhone EmergencyContact ProperShippingName TechnicalName"
        " AdditionalDescription PackagingType HazardLabelRequired PackagingTypeQuantity CommodityRegulatedLevelCode"
        " TransportCategory TunnelRestrictionCode QValue"
    ),
    **flags("OverPackedIndicator AllPackedInOneIndicator"),
}
REQUEST: Final[Table] = {
    # REST's Request holds nothing but the reference
    "Request": amend(SOAP_REQUEST, {"RequestOption": ABSENT, "SubVersion": ABSENT}),
    "Shipment": {
        **leaves("ShipperNumber ShipmentIdentificationNumber"),
        "ShipToAddress": ADDRESS,
        "ShipFromAddress": ADDRESS,
        "PickupDate": None,
        "Service": leaves("Code Description"),
        "RegulationSet": None,
        "Package": [
            {
                "TrackingNumber": None,
                "PackageWeight": WEIGHT,
                "TransportationMode": None,
                **flags("VoidIndicator"),
                "PackagePoints": None,
                "ChemicalRecord": [_CHEMICAL],
            }
        ],
    },
}

DEFAULTS: Final = (
    Default("PreNotificationRequest.Request", lambda _account: {}),
    Default("PreNotificationRequest.Shipment.ShipperNumber", lambda account: account.number),
)

ANSWER: Final[Table] = {}


def accounts(tree: Any) -> tuple[str, ...]:
    """The shipper."""
    return texts_at(tree, "Shipment.ShipperNumber")


def request(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One POST."""
    body = {"PreNotificationRequest": copied(asked.tree)}
    filled = fill_defaults(body, DEFAULTS, account)
    return Translated(
        asked, (RestCall("POST", f"/api/dangerousgoods/{VERSION}/prenotification", body=body),), defaults=filled
    )


source = below("PreNotificationResponse")
warning = alert_below("PreNotificationResponse")
