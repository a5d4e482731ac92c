"""What UPS knows of a dangerous substance.

SOAP, legacy JSON and early REST: ChemicalReferenceDataRequest. REST: POST /api/dangerousgoods/v2409/
chemicalreferencedata with the same members (DangerousGoods.yaml).
"""

from __future__ import annotations

from typing import Any, Final

from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import Default, Table, amend, fill_defaults, leaves
from ups_gateway.translate.operations.parts import SOAP_REQUEST, alert_below, below, copied, texts_at

VERSION: Final = "v2409"

REQUEST: Final[Table] = {
    "Request": amend(SOAP_REQUEST, {"RequestOption": [None]}),
    **leaves("IDNumber ProperShippingName ShipperNumber"),
}

DEFAULTS: Final = (
    Default("ChemicalReferenceDataRequest.Request", lambda _account: {}),
    Default("ChemicalReferenceDataRequest.ShipperNumber", lambda account: account.number),
)

ANSWER: Final[Table] = {
    "ChemicalData": [
        {
            "ChemicalDetail": leaves(
                "RegulationSet IDNumber HazardousMaterialsDescription ClassDivisionNumber SubRiskClass"
                " PackagingGroupType SpecialPermit TechnicalNameRequiredIndicator"
                " AdditionalShippingInformationRequiredIndicator TunnelRestrictionCode TransportCategory"
                " TransportMultiplierQuantity ChannelTunnelAcceptedIndicator ChemicalType"
                " CAToUSShipmentAllowedIndicator"
            ),
            "ProperShippingNameDetail": {"ProperShippingName": [None]},
            "PackageQuantityLimitDetail": [
                leaves("PackageQuantityLimitTypeCode Quantity UOM PackagingInstructionCode")
            ],
        }
    ]
}


def accounts(tree: Any) -> tuple[str, ...]:
    """The shipper."""
    return texts_at(tree, "ShipperNumber")


def request(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One POST."""
    body = {"ChemicalReferenceDataRequest": copied(asked.tree)}
    filled = fill_defaults(body, DEFAULTS, account)
    call = RestCall("POST", f"/api/dangerousgoods/{VERSION}/chemicalreferencedata", body=body)
    return Translated(asked, (call,), defaults=filled)


source = below("ChemicalReferenceDataResponse")
warning = alert_below("ChemicalReferenceDataResponse")
