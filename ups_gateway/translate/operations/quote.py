"""What a shipment would cost: the rate call of a ship call.

The rule: the price must be the one that shipping would charge, so what both APIs call differently is told by rating's
names and codes, and what rating has no member for is left out.
"""

from __future__ import annotations

from typing import Final

from ups_gateway.model import RestCall
from ups_gateway.translate.engine import FLAG, Node, Table, To, amend, compile_request, flags, leaves
from ups_gateway.translate.operations.parts import CODE, at, texts_at
from ups_gateway.translate.operations.rate_request import (
    CHARGE,
    CHEMICAL_RECORD,
    PACKAGE,
    PACKAGE_OPTIONS,
    SHIPMENT,
    SHIPMENT_OPTIONS,
    VERSION,
    call,
)
from ups_gateway.translate.operations.units import name_units

_PAYMENT_OF_SHIPMENT: Final[Table] = {
    "ShipmentCharge": [
        {
            "Type": None,
            "BillShipper": leaves("AccountNumber"),
            "BillReceiver": CHARGE["BillReceiver"],
            "BillThirdParty": {"AccountNumber": None, "Address": leaves("PostalCode CountryCode")},
            "ConsigneeBilledIndicator": FLAG,
        }
    ],
    "SplitDutyVATIndicator": FLAG,
}

_MODES: Final = {
    "highway": "01",
    "ground": "02",
    "pax": "03",
    "passenger aircraft": "03",
    "cao": "04",
    "cargo aircraft only": "04",
}
"""TransportationMode of a chemical: words in shipping, numbers in rating."""


def _mode(value: str) -> str:
    return _MODES.get(value.lower(), value)


_PACKAGE_OF_SHIPMENT: Final[Table] = {
    **{name: rule for name, rule in PACKAGE.items() if name not in ("PackagingType", "PackageServiceOptions")},
    "Packaging": To("PackagingType", CODE),
    "PackageServiceOptions": {
        **{name: rule for name, rule in PACKAGE_OPTIONS.items() if name != "HazMat"},
        "HazMat": To(
            "HazMat.HazMatChemicalRecord",
            [amend(CHEMICAL_RECORD, {"TransportationMode": To("TransportationMode", via=_mode)})],
        ),
        "PackageIdentifier": To("HazMat.PackageIdentifier"),
    },
    "HazMatPackageInformation": To(
        "PackageServiceOptions.HazMat",
        {"QValue": None, **flags("OverPackedIndicator AllPackedInOneIndicator")},
    ),
}

_OPTIONS_OF_SHIPMENT: Final[Table] = {
    **SHIPMENT_OPTIONS,
    "HoldForPickupIndicator": To("PickupOptions.HoldForPickupIndicator", FLAG),
    "LiftGateForPickUpIndicator": To("PickupOptions.LiftGateAtPickupIndicator", FLAG),
    "LiftGateForDeliveryIndicator": To("DeliveryOptions.LiftGateAtDeliveryIndicator", FLAG),
    "DropoffAtUPSFacilityIndicator": To("DeliveryOptions.DropOffAtUPSFacilityIndicator", FLAG),
    "EPRAReleaseCode": To("EPRAIndicator", FLAG),
    "ItemDisposal": To("ItemDisposalIndicator", FLAG),
    "LabelMethod": To("ImportControl", CODE),
}

_OF_SHIPMENT: Final = compile_request(
    {
        "Request": {"TransactionReference": leaves("CustomerContext")},
        "Shipment": {
            **{name: rule for name, rule in SHIPMENT.items() if name not in ("PaymentDetails", "Package")},
            "PaymentInformation": To("PaymentDetails", _PAYMENT_OF_SHIPMENT),
            "NumOfPiecesInShipment": To("NumOfPieces"),
            "ReturnService": To("ShipmentServiceOptions.ReturnService", CODE),
            "Package": [_PACKAGE_OF_SHIPMENT],
            "ShipmentServiceOptions": _OPTIONS_OF_SHIPMENT,
        },
    },
    "",
)


def rate_call_of_shipment(shipment_request: Node) -> RestCall:
    """The rate call that says what a ship call would cost: option Rate, with the service that the shipment names.

    Takes the body of a REST ship call, with or without its root ShipmentRequest. What rating has no member for
    (labels, forms, notifications, references) does not change the price and is left out.
    """
    tree, _ = _OF_SHIPMENT(shipment_request.get("ShipmentRequest", shipment_request))
    _keep_ratable_charges(tree.get("Shipment", {}))
    for package in at(tree, "Shipment.Package"):
        options = package.get("PackageServiceOptions", {})
        if "HazMatChemicalRecord" not in options.get("HazMat", {}):
            options.pop("HazMat", None)  # an identifier without a chemical: rating demands the records
        if not options:
            package.pop("PackageServiceOptions", None)
    # Ship charges by the account's own rates; rating would choose by the pickup type (inferred)
    tree["CustomerClassification"] = {"Code": "00"}
    # chemicals count from release 1701 on, whatever release the shipment was asked by
    tree.setdefault("Request", {}).update({"RequestOption": "Rate", "SubVersion": VERSION[1:]})
    name_units(tree)
    return call("Rate", tree)


def _keep_ratable_charges(shipment: Node) -> None:
    """Rating knows charges of types 01 and 02 and accounts as payers: no cards, no fees of type 03."""
    details = shipment.get("PaymentDetails", {})
    details["ShipmentCharge"] = [
        charge
        for charge in details.get("ShipmentCharge", ())
        if charge.get("Type") in ("01", "02") and (texts_at(charge, *_PAYERS) or "ConsigneeBilledIndicator" in charge)
    ]
    if not details["ShipmentCharge"]:
        shipment.pop("PaymentDetails", None)


_PAYERS: Final = ("BillShipper.AccountNumber", "BillReceiver.AccountNumber", "BillThirdParty.AccountNumber")
