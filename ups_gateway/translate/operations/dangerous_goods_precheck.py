"""May these dangerous goods travel this way? Asked before a shipment is made.

SOAP, legacy JSON and early REST: AcceptanceAuditPreCheckRequest. REST: POST /api/dangerousgoods/v3/
acceptanceauditprecheck with the same members, packages and chemicals as arrays (DangerousGoods.yaml).
"""

from __future__ import annotations

from typing import Any, Final

from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import FLAG, Default, From, Made, Table, fill_defaults, flags, leaves
from ups_gateway.translate.operations.parts import SOAP_REQUEST, WEIGHT, alert_below, at, below, copied, texts_at

VERSION: Final = "v3"

_ADDRESS: Final = leaves("AddressLine City StateProvinceCode PostalCode CountryCode")
_CHEMICAL: Final[Table] = {
    **leaves(
        "ChemicalRecordIdentifier ReportableQuantity ClassDivisionNumber SubRiskClass IDNumber PackagingGroupType"
        " Quantity UOM PackagingInstructionCode ProperShippingName TechnicalName AdditionalDescription PackagingType"
        " HazardLabelRequired PackagingTypeQuantity CommodityRegulatedLevelCode TransportCategory"
        " TunnelRestrictionCode"
    ),
    "AllPackedInOneIndicator": FLAG,
}
REQUEST: Final[Table] = {
    "Request": SOAP_REQUEST,
    "OriginRecordTransactionTimestamp": None,
    "Shipment": {
        "ShipperNumber": None,
        "ShipFromAddress": _ADDRESS,
        "ShipToAddress": _ADDRESS,
        "Service": leaves("Code Description"),
        "RegulationSet": None,
        "Package": [
            {
                "PackageIdentifier": None,
                "PackageWeight": WEIGHT,
                "QValue": None,
                **flags("OverPackedIndicator"),
                **leaves("TransportationMode EmergencyPhone EmergencyContact"),
                "ChemicalRecord": [_CHEMICAL],
            }
        ],
    },
}

DEFAULTS: Final = (
    Default("AcceptanceAuditPreCheckRequest.Request", lambda _account: {}),
    Default("AcceptanceAuditPreCheckRequest.Shipment.ShipperNumber", lambda account: account.number),
)


def _results(package: Any) -> list[Any]:
    # the old schema requires one at least, REST does not
    return list(at(package, "ChemicalRecordResults")) or [{}]


_RESULT: Final[Table] = {
    "ChemicalRecordIdentifier": From("ChemicalRecordIdentifier", default=""),
    **leaves("ADRPoints TransportCategory TunnelRestrictionCode ADRUnits"),
}
ANSWER: Final[Table] = {
    "ShipperNumber": None,
    "Service": {"Code": None},
    "RegulationSet": None,
    "PackageResults": [
        {
            "PackageIdentifier": From("PackageIdentifier", default=""),
            **leaves("AccessibleIndicator EuropeBUIndicator"),
            "ChemicalRecordResults": Made(_results, ("ChemicalRecordResults",), [_RESULT]),
        }
    ],
}


def accounts(tree: Any) -> tuple[str, ...]:
    """The shipper."""
    return texts_at(tree, "Shipment.ShipperNumber")


def request(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One POST."""
    body = {"AcceptanceAuditPreCheckRequest": copied(asked.tree)}
    filled = fill_defaults(body, DEFAULTS, account)
    call = RestCall("POST", f"/api/dangerousgoods/{VERSION}/acceptanceauditprecheck", body=body)
    return Translated(asked, (call,), defaults=filled)


source = below("AcceptanceAuditPreCheckResponse")
warning = alert_below("AcceptanceAuditPreCheckResponse")
