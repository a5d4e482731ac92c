"""What a rate request is made of: REST's shape, and what the XML API says otherwise.

XML: RatingServiceSelectionRequest; SOAP, legacy JSON and early REST: RateRequest. REST: the content of RateRequest
(Rating.yaml), all leaves text.
"""

from __future__ import annotations

from typing import Any, Final

from ups_gateway.model import RestCall
from ups_gateway.translate.engine import ABSENT, FLAG, Drop, Made, Node, Table, To, amend, flags, leaves
from ups_gateway.translate.operations.parts import (
    ADDRESS,
    AMOUNT,
    COD,
    CODE,
    COMMODITY,
    DIMENSIONS,
    DRY_ICE,
    FREIGHT_SHIPMENT,
    FRS_PAYMENT,
    PROMOTION,
    RATING_OPTIONS,
    REFERENCE,
    RESTRICTED_ARTICLES,
    SOAP_REFERENCE,
    WEIGHED_IN,
    WEIGHT,
    XML_ADDRESS,
    listed,
)
from ups_gateway.translate.operations.units import unit_beside_weight

VERSION: Final = "v2409"
OPTIONS: Final = ("Rate", "Shop", "Ratetimeintransit", "Shoptimeintransit")
"""Spelled as the path wants them; old clients write them in any case."""
_SPELLED: Final = {option.lower(): option for option in OPTIONS}


def _option(value: Any, target: Node, _body: Node) -> None:
    """The first option that UPS knows; SOAP and JSON may name several. An unknown one is refused by name later."""
    named = [text for text in listed(value) if isinstance(text, str) and text]
    known = [_SPELLED[text.lower()] for text in named if text.lower() in _SPELLED]
    if named:
        target["RequestOption"] = (known or named)[0]


CHEMICAL_RECORD: Final[Table] = leaves(
    "ChemicalRecordIdentifier ClassDivisionNumber IDNumber TransportationMode RegulationSet EmergencyPhone"
    " EmergencyContact ReportableQuantity SubRiskClass PackagingGroupType Quantity UOM PackagingInstructionCode"
    " ProperShippingName TechnicalName AdditionalDescription PackagingType HazardLabelRequired PackagingTypeQuantity"
    " CommodityRegulatedLevelCode TransportCategory TunnelRestrictionCode"
)

_LENGTH_UNITS: Final = {"00": "CM", "01": "IN"}
_DRY_ICE_UNITS: Final = {"KGS": "00", "LBS": "01"}
"""Rating has two letters for the unit of dry ice, and words for lengths; old requests have both spellings for both."""


def _length_unit(code: str) -> str:
    return _LENGTH_UNITS.get(code, code.upper())


def _dry_ice_unit(code: str) -> str:
    return _DRY_ICE_UNITS.get(code.upper(), code.upper())


PACKAGE_OPTIONS: Final[Table] = {
    "DeliveryConfirmation": leaves("DCISType"),
    "AccessPointCOD": AMOUNT,
    "COD": COD,
    "DeclaredValue": AMOUNT,
    "ShipperDeclaredValue": AMOUNT,
    **flags("ShipperReleaseIndicator ProactiveIndicator RefrigerationIndicator"),
    "Insurance": {
        "BasicFlexibleParcelIndicator": AMOUNT,
        "ExtendedFlexibleParcelIndicator": AMOUNT,
        "TimeInTransitFlexibleParcelIndicator": AMOUNT,
        "PackageProtection": AMOUNT,
    },
    "UPSPremiumCareIndicator": FLAG,
    "HazMat": {
        **leaves("PackageIdentifier QValue"),
        **flags("OverPackedIndicator AllPackedInOneIndicator"),
        "HazMatChemicalRecord": [CHEMICAL_RECORD],
    },
    "DryIce": {
        **amend(DRY_ICE, {"DryIceWeight.UnitOfMeasurement.Code": To("Code", via=_dry_ice_unit)}),
        "AuditRequired": FLAG,
    },
}

PACKAGE: Final[Table] = {
    "PackagingType": CODE,
    "Dimensions": amend(DIMENSIONS, {"UnitOfMeasurement.Code": To("Code", via=_length_unit)}),
    "DimWeight": WEIGHT,
    "PackageWeight": WEIGHT,
    "Commodity": COMMODITY,
    "LargePackageIndicator": FLAG,
    "PackageServiceOptions": PACKAGE_OPTIONS,
    "AdditionalHandlingIndicator": FLAG,
    "SimpleRate": CODE,
    "UPSPremier": leaves("Category"),
    **flags("OversizeIndicator MinimumBillableWeightIndicator"),
}

SHIPMENT_OPTIONS: Final[Table] = {
    **flags("GlobalCheckoutIndicator SaturdayPickupIndicator SaturdayDeliveryIndicator SundayDeliveryIndicator"),
    "AvailableServicesOption": None,
    "AccessPointCOD": AMOUNT,
    **flags("DeliverToAddresseeOnlyIndicator DirectDeliveryOnlyIndicator"),
    "COD": COD,
    "DeliveryConfirmation": leaves("DCISType"),
    **flags("ReturnOfDocumentIndicator UPScarbonneutralIndicator CertificateOfOriginIndicator"),
    "PickupOptions": flags("LiftGateAtPickupIndicator HoldForPickupIndicator"),
    "DeliveryOptions": flags("LiftGateAtDeliveryIndicator DropOffAtUPSFacilityIndicator"),
    "RestrictedArticles": {**RESTRICTED_ARTICLES, "HempCBDIndicator": FLAG},
    **flags("ShipperExportDeclarationIndicator CommercialInvoiceRemovalIndicator"),
    "ImportControl": CODE,
    "ReturnService": CODE,
    **flags("SDLShipmentIndicator EPRAIndicator"),
    "InsideDelivery": None,
    "ItemDisposalIndicator": FLAG,
}

_OLD_THIRD_PARTY: Final[Table] = {
    "AccountNumber": None,
    "ThirdParty": To("", {"Address": XML_ADDRESS}),
}
OLD_PAYMENT: Final[Table] = {
    "Prepaid": To("", {"BillShipper": leaves("AccountNumber")}),
    "BillThirdParty": To(
        "",
        {
            "BillThirdPartyShipper": To("BillThirdParty", _OLD_THIRD_PARTY),
            "BillThirdPartyConsignee": To("BillThirdParty", _OLD_THIRD_PARTY),
        },
    ),
    "FreightCollect": To("", {"BillReceiver": {"AccountNumber": None, "Address": leaves("PostalCode")}}),
    "ConsigneeBilled": To("ConsigneeBilledIndicator", FLAG),
}
"""PaymentInformation, as the XML API had it; the children of one REST charge."""

CHARGE: Final[Table] = {
    "Type": None,
    "BillShipper": leaves("AccountNumber"),
    "BillReceiver": {"AccountNumber": None, "Address": leaves("PostalCode")},
    "BillThirdParty": {"AccountNumber": None, "Address": ADDRESS},
    "ConsigneeBilledIndicator": FLAG,
}

SHIPMENT: Final[Table] = {
    "OriginRecordTransactionTimestamp": None,
    "Shipper": {**leaves("Name AttentionName ShipperNumber"), "Address": ADDRESS},
    "ShipTo": {**leaves("Name AttentionName"), "Address": {**ADDRESS, "ResidentialAddressIndicator": FLAG}},
    "ShipFrom": {**leaves("Name AttentionName"), "Address": ADDRESS},
    "AlternateDeliveryAddress": {
        "Name": None,
        "Address": {**ADDRESS, **flags("ResidentialAddressIndicator POBoxIndicator")},
    },
    "ShipmentIndicationType": [CODE],
    "PaymentDetails": {"ShipmentCharge": [CHARGE], "SplitDutyVATIndicator": FLAG},
    "FRSPaymentInformation": FRS_PAYMENT,
    "FreightShipmentInformation": FREIGHT_SHIPMENT,
    "GoodsNotInFreeCirculationIndicator": FLAG,
    "Service": CODE,
    "NumOfPieces": None,
    "ShipmentTotalWeight": WEIGHT,
    "DocumentsOnlyIndicator": FLAG,
    "Package": [PACKAGE],
    "ShipmentServiceOptions": SHIPMENT_OPTIONS,
    "ShipmentRatingOptions": RATING_OPTIONS,
    "InvoiceLineTotal": AMOUNT,
    **flags("RatingMethodRequestedIndicator TaxInformationIndicator"),
    "PromotionalDiscountInformation": PROMOTION,
    "DeliveryTimeInformation": {
        "PackageBillType": None,
        "Pickup": leaves("Date Time"),
        "ReturnContractServices": [CODE],
    },
    **flags("MasterCartonIndicator WWEShipmentIndicator"),
}

REQUEST: Final[Table] = {
    "Request": {
        "RequestOption": Made(_option, ("RequestOption",)),
        "SubVersion": None,
        "TransactionReference": leaves("CustomerContext"),
    },
    "PickupType": CODE,
    "CustomerClassification": CODE,
    "Shipment": SHIPMENT,
}
"""REST's own shape; the old APIs are told from it by their differences. Ground freight pricing it shares."""

_FROM_CARTS: Final[Table] = {
    # Carts put the unit beside the weight, and PickupType into the shipment
    "Shipment.Package.UnitOfMeasurement": Made(unit_beside_weight, ("PackageWeight.UnitOfMeasurement",), WEIGHED_IN),
    "Shipment.PickupType": To("/PickupType", CODE),
    "Shipment.CustomerClassification": To("/CustomerClassification", CODE),
}

SOAP_REQUEST: Final[Table] = amend(REQUEST, {"Request.TransactionReference": SOAP_REFERENCE, **_FROM_CARTS})
"""RateRequest (RateWebServiceSchema.xsd)."""

XML_REQUEST: Final[Table] = amend(
    REQUEST,
    {
        "Request.RequestAction": Drop("the path says it"),
        "Request.TransactionReference": REFERENCE,
        "Shipment.Shipper.Address": XML_ADDRESS,
        "Shipment.ShipTo.Address": {**XML_ADDRESS, "ResidentialAddressIndicator": FLAG},
        "Shipment.ShipFrom.Address": XML_ADDRESS,
        "Shipment.AlternateDeliveryAddress.Address": {
            **XML_ADDRESS,
            **flags("ResidentialAddressIndicator POBoxIndicator"),
        },
        "Shipment.PaymentDetails.ShipmentCharge.BillThirdParty.Address": XML_ADDRESS,
        "Shipment.Shipper.Address.ResidentialAddressIndicator": Drop("REST asks it of the destination only"),
        "Shipment.ShipFrom.Address.ResidentialAddressIndicator": Drop("REST asks it of the destination only"),
        **{
            f"Shipment.{party}.{name}": Drop("REST rates without phones and faxes")
            for party in ("Shipper", "ShipTo", "ShipFrom")
            for name in ("PhoneNumber", "FaxNumber")
        },
        "Shipment.Description": Drop("REST rates without descriptions"),
        "Shipment.Package.Description": Drop("REST rates without descriptions"),
        "Shipment.ShipmentServiceOptions.OnCallAir": Drop("newer kits of the XML API dropped it too"),
        "Shipment.ShipTo.CompanyName": To("Name"),
        "Shipment.ShipFrom.CompanyName": To("Name"),
        "Shipment.DocumentsOnly": To("DocumentsOnlyIndicator", FLAG),
        "Shipment.RateInformation": To("ShipmentRatingOptions", RATING_OPTIONS),
        "Shipment.ShipmentServiceOptions.SaturdayPickup": To("SaturdayPickupIndicator", FLAG),
        "Shipment.ShipmentServiceOptions.SaturdayDelivery": To("SaturdayDeliveryIndicator", FLAG),
        "Shipment.Package.AdditionalHandling": To("AdditionalHandlingIndicator", FLAG),
        "Shipment.Package.PackageServiceOptions.InsuredValue": To("DeclaredValue", AMOUNT),
        # Names that REST has for these; the XML API did not know them and rated without
        **dict.fromkeys(
            (
                "Shipment.ShipTo.Name",
                "Shipment.ShipFrom.Name",
                "Shipment.DocumentsOnlyIndicator",
                "Shipment.ShipmentRatingOptions",
                "Shipment.ShipmentServiceOptions.SaturdayPickupIndicator",
                "Shipment.ShipmentServiceOptions.SaturdayDeliveryIndicator",
                "Shipment.Package.AdditionalHandlingIndicator",
                "Shipment.Package.PackageServiceOptions.DeclaredValue",
            ),
            ABSENT,
        ),
        **_FROM_CARTS,
        # The names of the years before the schema; UPS's own samples still have them
        "Shipment.ShipmentWeight": To("ShipmentTotalWeight", WEIGHT),
        "Shipment.PaymentInformation": To("PaymentDetails.ShipmentCharge[]", OLD_PAYMENT),
    },
)


def call(option: str, tree: Node) -> RestCall:
    """The call with that option for the content of a RateRequest."""
    # both documented ways to ask for transit times say the same
    query = {"additionalinfo": "timeintransit"} if option.endswith("timeintransit") else {}
    return RestCall("POST", f"/api/rating/{VERSION}/{option}", query, body={"RateRequest": tree})
