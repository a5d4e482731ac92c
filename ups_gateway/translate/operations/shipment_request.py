"""The request for a shipment: REST's ShipmentRequest as a table, and what ShipmentConfirmRequest has otherwise.

`REQUEST` is the shape of Shipping.yaml v2409. `SOAP_REQUEST` adds what SOAP has besides: it serves ShipmentRequest and
ShipConfirmRequest, legacy JSON and early REST. `XML_REQUEST` states what the XML API has otherwise (UPS.md 3.2); what
it had not is not in it: UPS ignored such elements.
"""

from __future__ import annotations

import re
from typing import Any, Final

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
    WEIGHT,
    XML_ADDRESS,
    at,
)
from ups_gateway.translate.operations.shipment_forms import (
    INTERNATIONAL_FORMS,
    PHONE,
    SOAP_INTERNATIONAL_FORMS,
    XML_INTERNATIONAL_FORMS,
)
from ups_gateway.translate.operations.shipment_forms import XML_ADDRESS as XML_FORM_ADDRESS
from ups_gateway.translate.operations.units import unit_beside_weight

PARTY: Final[Table] = {
    **leaves("Name AttentionName CompanyDisplayableName TaxIdentificationNumber"),
    "Phone": PHONE,
    "FaxNumber": None,
    "Address": ADDRESS,
}
CREDIT_CARD: Final[Table] = {**leaves("Type Number ExpirationDate SecurityCode"), "Address": ADDRESS}
BILL_SHIPPER: Final[Table] = {"AccountNumber": None, "CreditCard": CREDIT_CARD, "AlternatePaymentMethod": None}
BILL_RECEIVER: Final[Table] = {"AccountNumber": None, "Address": {"PostalCode": None}}
SHIPMENT_CHARGE: Final[Table] = {
    "Type": None,
    "BillShipper": BILL_SHIPPER,
    "BillReceiver": BILL_RECEIVER,
    "BillThirdParty": {
        **leaves("AccountNumber CertifiedElectronicMail InterchangeSystemCode"),
        "Address": leaves("PostalCode CountryCode"),
    },
    "ConsigneeBilledIndicator": FLAG,
}
REFERENCE_NUMBER: Final[Table] = {"BarCodeIndicator": FLAG, **leaves("Code Value")}
EMAIL: Final[Table] = {
    "EMailAddress": [None],
    **leaves("UndeliverableEMailAddress FromEMailAddress FromName Memo"),
}
PHONE_NUMBER: Final[Table] = {"PhoneNumber": None}
LOCALE: Final[Table] = leaves("Language Dialect")

SERVICE_OPTIONS: Final[Table] = {
    **flags("SaturdayDeliveryIndicator SaturdayPickupIndicator"),
    "COD": COD,
    "AccessPointCOD": AMOUNT,
    **flags("DeliverToAddresseeOnlyIndicator DirectDeliveryOnlyIndicator"),
    "Notification": [
        {
            "NotificationCode": None,
            "EMail": EMAIL,
            "VoiceMessage": PHONE_NUMBER,
            "TextMessage": PHONE_NUMBER,
            "Locale": LOCALE,
        }
    ],
    "LabelDelivery": {"EMail": {"EMailAddress": None}, "LabelLinksIndicator": FLAG},
    "InternationalForms": INTERNATIONAL_FORMS,
    "DeliveryConfirmation": leaves("DCISType DCISNumber"),
    **flags("ReturnOfDocumentIndicator ImportControlIndicator"),
    "LabelMethod": CODE,
    **flags("CommercialInvoiceRemovalIndicator UPScarbonneutralIndicator"),
    "PreAlertNotification": [
        {
            "EMailMessage": leaves("EMailAddress UndeliverableEMailAddress"),
            "VoiceMessage": PHONE_NUMBER,
            "TextMessage": PHONE_NUMBER,
            "Locale": LOCALE,
        }
    ],
    **flags(
        "ExchangeForwardIndicator HoldForPickupIndicator DropoffAtUPSFacilityIndicator LiftGateForPickUpIndicator"
        " LiftGateForDeliveryIndicator SDLShipmentIndicator"
    ),
    "EPRAReleaseCode": None,
    "RestrictedArticles": RESTRICTED_ARTICLES,
    "InsideDelivery": None,
    "ItemDisposal": FLAG,
    "EUDeMinimisIndicator": None,
}


def _instructions(value: Any, target: Node, _body: Node) -> None:
    """One container of many instructions, in the old APIs, is REST's array of containers of one."""
    codes = at({"given": value}, "given.Instruction")
    containers = [{"Instruction": code} for code in codes if isinstance(code, str) and code]
    if containers:
        target["HandlingInstructions"] = containers


_LENGTH = re.compile(r"(\d+(?:\.\d*[1-9])?)\.?0*")


def _length(text: str) -> str:
    # REST's lengths have three characters at most; clients send 16.0
    number = _LENGTH.fullmatch(text)
    return number[1] if number else text


HAZARDOUS_MATERIAL: Final[Table] = leaves(
    "PackagingTypeQuantity RecordIdentifier1 RecordIdentifier2 RecordIdentifier3 SubRiskClass aDRItemNumber"
    " aDRPackingGroupLetter TechnicalName HazardLabelRequired ClassDivisionNumber ReferenceNumber Quantity UOM"
    " PackagingType IDNumber ProperShippingName AdditionalDescription PackagingGroupType PackagingInstructionCode"
    " EmergencyPhone EmergencyContact ReportableQuantity RegulationSet TransportationMode CommodityRegulatedLevelCode"
    " TransportCategory TunnelRestrictionCode ChemicalRecordIdentifier LocalTechnicalName LocalProperShippingName"
)

PACKAGE: Final[Table] = {
    **leaves("Description PalletDescription NumOfPieces UnitPrice"),
    "Packaging": CODE,
    "Dimensions": {**DIMENSIONS, **{side: To(side, via=_length) for side in ("Length", "Width", "Height")}},
    "DimWeight": WEIGHT,
    "PackageWeight": WEIGHT,
    **flags("LargePackageIndicator OversizeIndicator MinimumBillableWeightIndicator"),
    "ReferenceNumber": [REFERENCE_NUMBER],
    "AdditionalHandlingIndicator": FLAG,
    "SimpleRate": CODE,
    "UPSPremier": {
        **leaves("Category SensorID"),
        "HandlingInstructions": Made(_instructions, ("HandlingInstructions",), [{"Instruction": [None]}]),
    },
    "PackageServiceOptions": {
        "DeliveryConfirmation": leaves("DCISType DCISNumber"),
        "DeclaredValue": {"Type": CODE, **AMOUNT},
        "COD": COD,
        "AccessPointCOD": AMOUNT,
        "ShipperReleaseIndicator": FLAG,
        "Notification": {"NotificationCode": None, "EMail": {**leaves("Subject SubjectCode"), **EMAIL}},
        "HazMatTypeCode": None,
        "HazMat": [HAZARDOUS_MATERIAL],
        "DryIce": DRY_ICE,
        **flags("UPSPremiumCareIndicator ProactiveIndicator"),
        **leaves("PackageIdentifier ClinicalTrialsID"),
        "RefrigerationIndicator": FLAG,
        "Healthcare": leaves("ProgramIdentifier SubAttribute UniqueIdentifier Text"),
    },
    "Commodity": COMMODITY,
    "HazMatPackageInformation": {
        **flags("AllPackedInOneIndicator OverPackedIndicator"),
        **leaves("QValue OuterPackagingType"),
    },
}

SHIPMENT: Final[Table] = {
    "Description": None,
    "ReturnService": CODE,
    "DocumentsOnlyIndicator": FLAG,
    "Shipper": {**PARTY, **leaves("ShipperNumber EMailAddress")},
    "ShipTo": {
        **PARTY,
        **leaves("EMailAddress LocationID"),
        "Address": {**ADDRESS, **flags("ResidentialAddressIndicator POBoxIndicator")},
    },
    "AlternateDeliveryAddress": {**leaves("Name AttentionName UPSAccessPointID"), "Address": ADDRESS},
    "ShipFrom": {
        **PARTY,
        "TaxIDType": CODE,
        "VendorInfo": {
            **leaves("VendorCollectIDTypeCode VendorCollectIDNumber ConsigneeType"),
            "IOSSContact": {"Name": None, "Address": ADDRESS},
        },
    },
    "PaymentInformation": {"ShipmentCharge": [SHIPMENT_CHARGE], "SplitDutyVATIndicator": FLAG},
    "FRSPaymentInformation": FRS_PAYMENT,
    "FreightShipmentInformation": FREIGHT_SHIPMENT,
    "GoodsNotInFreeCirculationIndicator": FLAG,
    "PromotionalDiscountInformation": PROMOTION,
    "DGSignatoryInfo": {**leaves("Name Title Place Date ShipperDeclaration"), "UploadOnlyIndicator": FLAG},
    "ShipmentRatingOptions": RATING_OPTIONS,
    "MovementReferenceNumber": None,
    "ReferenceNumber": [REFERENCE_NUMBER],
    "Service": CODE,
    "InvoiceLineTotal": AMOUNT,
    **leaves("ShipmentRiskEnteringEU NumOfPiecesInShipment USPSEndorsement"),
    "MILabelCN22Indicator": FLAG,
    **leaves("SubClassification CostCenter"),
    "CostCenterBarcodeIndicator": FLAG,
    "PackageID": None,
    "PackageIDBarcodeIndicator": FLAG,
    **leaves("IrregularIndicator MIDualReturnShipmentKey"),
    **flags("MIDualReturnShipmentIndicator RatingMethodRequestedIndicator TaxInformationIndicator"),
    "ShipmentIndicationType": [CODE],
    "ShipmentServiceOptions": SERVICE_OPTIONS,
    **leaves("Locale ShipmentValueThresholdCode ShipperType ConsigneeType MasterCartonID"),
    "MasterCartonIndicator": FLAG,
    **leaves("ShipmentDate QuoteID HealthcareIdentifier"),
    "Package": [PACKAGE],
}


def _option(text: str) -> str | None:
    # Anything but these two is not REST's; UPS's XML took it for no validation (the default fills in nonvalidate).
    return text.lower() if text.lower() in ("validate", "nonvalidate") else None


THERMAL: Final = {"EPL": "EPL", "EPL2": "EPL", "ZPL": "ZPL", "SPL": "SPL"}


def label_format(code: str) -> str:
    """REST's code of a label format."""
    return THERMAL.get(code.upper(), code.upper())


def stock_size(made: Node, target: Node, _body: Node) -> None:
    """The XML guide's label is 4 high and 6 or 8 wide, REST's the same label 6 or 8 high and 4 wide."""
    if made.get("Height") == "4" and made.get("Width") in ("6", "8"):
        made = {"Height": made["Width"], "Width": "4"}
    if made:
        target["LabelStockSize"] = made


LABEL_SPECIFICATION: Final[Table] = {
    "LabelImageFormat": {"Code": To("Code", via=label_format), "Description": None},
    "HTTPUserAgent": To("HTTPUserAgent", via=lambda text: text[:64]),
    "LabelStockSize": Made(stock_size, ("LabelStockSize",), leaves("Height Width")),
    "Instruction": [CODE],
    "CharacterSet": None,
}

REQUEST: Final[Table] = {
    "Request": {
        "RequestOption": To("RequestOption", via=_option),
        "SubVersion": None,
        "TransactionReference": REFERENCE,
    },
    "Shipment": SHIPMENT,
    "LabelSpecification": LABEL_SPECIFICATION,
    "ReceiptSpecification": {"ImageFormat": CODE},
}
"""ShipmentRequest in REST's shape. WorldEase, TradeDirect and GlobalTaxInformation are younger than every old API."""


# --- what SOAP has besides --------------------------------------------------------------------------------------------

_NO_SCREENING: Final = Drop("UPS retired its screening of denied parties")
_NO_HEMP: Final = Drop("UPS's REST has no such article")
_UNKNOWN_MAIL: Final = Drop("UPS writes these mails itself now; REST takes no subject")
_UPS_MAIL: Final = Drop("UPS mails labels under its own name and text now")
_MAIL_MEMBERS: Final = ("UndeliverableEMailAddress", "FromEMailAddress", "FromName", "Memo", "Subject", "SubjectCode")
_KIND_OF_TAX_ID: Final = Drop("REST asks for the kind of tax number of the ShipFrom party only")

SOAP_REQUEST: Final[Table] = amend(
    REQUEST,
    {
        "Request.TransactionReference": SOAP_REFERENCE,
        "Shipment.Shipper.TaxIDType": _KIND_OF_TAX_ID,
        "Shipment.ShipTo.TaxIDType": _KIND_OF_TAX_ID,
        "Shipment.ShipFrom.EMailAddress": Drop("REST has an e-mail address of shipper and recipient only"),
        "Shipment.DeniedPartyScreeningIndicator": _NO_SCREENING,
        "Shipment.ShipmentServiceOptions.Notification.EMail.Subject": _UNKNOWN_MAIL,
        "Shipment.ShipmentServiceOptions.Notification.EMail.SubjectCode": _UNKNOWN_MAIL,
        **{f"Shipment.ShipmentServiceOptions.LabelDelivery.EMail.{name}": _UPS_MAIL for name in _MAIL_MEMBERS},
        "Shipment.ShipmentServiceOptions.InternationalForms": SOAP_INTERNATIONAL_FORMS,
        "Shipment.ShipmentServiceOptions.RestrictedArticles.HempCBDIndicator": _NO_HEMP,
    },
)
"""ShipmentRequest and ShipConfirmRequest (ShipWebServiceSchema.xsd)."""


# --- what the XML API has otherwise -----------------------------------------------------------------------------------


def _print_method(made: Node, target: Node, _body: Node) -> None:
    """EPL, ZPL and SPL decide the format; GIF only says that an image is wanted, and LabelImageFormat which."""
    code = made.get("Code", "").upper()
    thermal = THERMAL.get(code)
    if thermal or (code and not target.get("LabelImageFormat", {}).get("Code")):
        target["LabelImageFormat"] = {**made, "Code": thermal or code}


def _payer(made: Node, target: Node, _body: Node) -> None:
    """One payer for the transportation; the type of charge went without saying (UPS.md 3.2)."""
    if made:
        target["PaymentInformation"] = {"ShipmentCharge": [{"Type": "01", **made}]}


_XML_PARTY: Final[Table] = {"PhoneNumber": To("Phone.Number"), "Phone": ABSENT, "Address": XML_ADDRESS}


def _party(path: str, changes: Table) -> dict[str, Any]:
    return {f"Shipment.{path}.{name}": rule for name, rule in {**_XML_PARTY, **changes}.items()}


_COMPANY: Final[Table] = {"CompanyName": To("Name"), "Name": ABSENT, "CompanyDisplayableName": ABSENT}
_XML_BILL_SHIPPER: Final = amend(BILL_SHIPPER, {"CreditCard.Address": XML_ADDRESS})
_THIRD_PARTY: Final[Table] = {
    "AccountNumber": None,
    "ThirdParty": To("", {"Address": leaves("PostalCode CountryCode")}),
}
_KIND_OF_COD: Final = Drop("UPS knows one kind of COD now; CODFundsCode says what is accepted")
_XML_SHIPMENT_EMAIL: Final = To("EMail", {**EMAIL, "Subject": _UNKNOWN_MAIL, "SubjectCode": _UNKNOWN_MAIL})

XML_REQUEST: Final[Table] = amend(
    REQUEST,
    {
        "Request.RequestAction": Drop("the path says it"),
        **_party(
            "Shipper",
            {"Address": {**XML_ADDRESS, "PostcodeExtendedLow": Drop("REST takes an extension within PostalCode only")}},
        ),
        **_party(
            "ShipTo",
            {**_COMPANY, "Address": {**XML_ADDRESS, "ResidentialAddress": To("ResidentialAddressIndicator", FLAG)}},
        ),
        **_party("ShipFrom", _COMPANY),
        "Shipment.ShipFrom.VendorInfo.IOSSContact": ABSENT,
        "Shipment.AlternateDeliveryAddress.Address": XML_ADDRESS,
        "Shipment.SoldTo": To(
            "ShipmentServiceOptions.InternationalForms.Contacts.SoldTo",
            {
                "CompanyName": To("Name"),
                **leaves("AttentionName TaxIdentificationNumber"),
                "PhoneNumber": To("Phone.Number"),
                "Option": None,
                "Address": XML_FORM_ADDRESS,
            },
        ),
        "Shipment.DocumentsOnlyIndicator": ABSENT,
        "Shipment.DocumentsOnly": To("DocumentsOnlyIndicator", FLAG),
        "Shipment.DeniedPartyScreeningIndicator": _NO_SCREENING,
        # payment
        "Shipment.PaymentInformation": Made(
            _payer,
            ("PaymentInformation.ShipmentCharge",),
            {
                "Prepaid": To("", {"BillShipper": _XML_BILL_SHIPPER}),
                "BillThirdParty": To("", {"BillThirdPartyShipper": To("BillThirdParty", _THIRD_PARTY)}),
                "FreightCollect": To("", {"BillReceiver": BILL_RECEIVER}),
                "ConsigneeBilled": To("ConsigneeBilledIndicator", FLAG),
            },
        ),
        "Shipment.ItemizedPaymentInformation": To(
            "PaymentInformation",
            {
                "ShipmentCharge": [
                    {
                        "Type": None,
                        "BillShipper": _XML_BILL_SHIPPER,
                        "BillReceiver": BILL_RECEIVER,
                        "BillThirdParty": To(
                            "",
                            {
                                "BillThirdPartyShipper": To("BillThirdParty", _THIRD_PARTY),
                                "BillThirdPartyConsignee": To("BillThirdParty", _THIRD_PARTY),
                            },
                        ),
                        "ConsigneeBilled": To("ConsigneeBilledIndicator", FLAG),
                    }
                ],
                "SplitDutyVATIndicator": FLAG,
            },
        ),
        "Shipment.FRSPaymentInformation": ABSENT,
        "Shipment.FreightShipmentInformation": ABSENT,
        "Shipment.ShipmentRatingOptions": ABSENT,
        "Shipment.RateInformation": To(
            "ShipmentRatingOptions", amend(RATING_OPTIONS, {"FRSShipmentIndicator": ABSENT})
        ),
        **{
            f"Shipment.{name}": ABSENT
            for name in ("ShipmentRiskEnteringEU", "ShipperType", "ConsigneeType", "ShipmentDate", "QuoteID")
        },
        "Shipment.HealthcareIdentifier": ABSENT,
        # options
        "Shipment.ShipmentServiceOptions.SaturdayDeliveryIndicator": ABSENT,
        "Shipment.ShipmentServiceOptions.SaturdayDelivery": To("SaturdayDeliveryIndicator", FLAG),
        "Shipment.ShipmentServiceOptions.COD": {"CODCode": _KIND_OF_COD, **COD},
        "Shipment.ShipmentServiceOptions.Notification.EMail": ABSENT,
        "Shipment.ShipmentServiceOptions.Notification.EMailMessage": _XML_SHIPMENT_EMAIL,
        "Shipment.ShipmentServiceOptions.LabelDelivery.EMail": ABSENT,
        "Shipment.ShipmentServiceOptions.LabelDelivery.EMailMessage": To(
            "EMail",
            {"EMailAddress": None, **dict.fromkeys(_MAIL_MEMBERS, _UPS_MAIL)},
        ),
        "Shipment.ShipmentServiceOptions.InternationalForms": XML_INTERNATIONAL_FORMS,
        "Shipment.ShipmentServiceOptions.DeliveryConfirmation.DCISNumber": ABSENT,
        "Shipment.ShipmentServiceOptions.RestrictedArticles.HempCBDIndicator": _NO_HEMP,
        "Shipment.ShipmentServiceOptions.EUDeMinimisIndicator": ABSENT,
        # packages
        "Shipment.Package.Packaging": ABSENT,
        "Shipment.Package.PackagingType": To("Packaging", CODE),
        "Shipment.Package.UnitOfMeasurement": Made(
            unit_beside_weight, ("PackageWeight.UnitOfMeasurement",), WEIGHT["UnitOfMeasurement"]
        ),
        "Shipment.Package.AdditionalHandlingIndicator": ABSENT,
        "Shipment.Package.AdditionalHandling": To("AdditionalHandlingIndicator", FLAG),
        "Shipment.Package.PackageServiceOptions.DeclaredValue": ABSENT,
        "Shipment.Package.PackageServiceOptions.InsuredValue": To("DeclaredValue", {"Type": CODE, **AMOUNT}),
        "Shipment.Package.PackageServiceOptions.COD": {"CODCode": _KIND_OF_COD, **COD},
        "Shipment.Package.PackageServiceOptions.Notification": {
            "NotificationCode": None,
            "EMailMessage": To("EMail", {**EMAIL, **leaves("Subject SubjectCode")}),
        },
        "Shipment.Package.PackageServiceOptions.HazMatTypeCode": ABSENT,
        "Shipment.Package.PackageServiceOptions.ProactiveIndicator": ABSENT,
        "Shipment.Package.PackageServiceOptions.Healthcare": ABSENT,
        "Shipment.Package.Commodity": ABSENT,
        # label
        "LabelSpecification.LabelPrintMethod": Made(_print_method, ("LabelImageFormat",), CODE),
    },
)
"""ShipmentConfirmRequest (ShipmentConfirmRequest.xsd)."""
