"""Rates and transit times of a shipment, of one service or of all (Shop).

XML: POST Rate, RatingServiceSelectionRequest. REST: POST /api/rating/v2409/{option} (Rating.yaml). The tree is the
content of RateRequest. Also here, because they are rate calls: the quote of a shipment and the probe of an account.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from ups_gateway.errors import InvalidRequest
from ups_gateway.model import Account, Asked, RestCall, RestReply, Terms, Translated
from ups_gateway.translate import faults
from ups_gateway.translate.engine import (
    ABSENT,
    FLAG,
    Default,
    Drop,
    From,
    Made,
    Node,
    Table,
    To,
    amend,
    compile_request,
    fill_defaults,
    flags,
    leaves,
)
from ups_gateway.translate.operations.parts import (
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
    WEIGHED_IN,
    WEIGHT,
    XML_ADDRESS,
    at,
    copied,
    listed,
    texts_at,
)

VERSION: Final = "v2409"
OPTIONS: Final = ("Rate", "Shop", "Ratetimeintransit", "Shoptimeintransit")
"""Spelled as the path wants them; old clients write them in any case."""
_SPELLED: Final = {option.lower(): option for option in OPTIONS}

# --- requests ---------------------------------------------------------------------------------------------------------

ADDRESS: Final[Table] = {"AddressLine": [None], **leaves("City StateProvinceCode PostalCode CountryCode")}

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
    "Request": {"RequestOption": None, "SubVersion": None, "TransactionReference": leaves("CustomerContext")},
    "PickupType": CODE,
    "CustomerClassification": CODE,
    "Shipment": SHIPMENT,
}
"""REST's own shape; the XML API is told from it by its differences. Ground freight pricing it shares."""


def _unit_beside(made: Node, target: Node, _body: Node) -> None:
    if made.get("Code") in ("LBS", "KGS", "OZS") and "PackageWeight" in target:
        target["PackageWeight"].setdefault("UnitOfMeasurement", made)


def _origin(tree: Node) -> str:
    countries = texts_at(tree, "Shipment.ShipFrom.Address.CountryCode", "Shipment.Shipper.Address.CountryCode")
    return countries[0] if countries else ""


def _origin_currency(_account: Account, tree: Node) -> str | None:
    # The schema lets the currency out. Where dollars are the only sane reading they are said; elsewhere UPS decides.
    return "USD" if _origin(tree) in ("US", "PR") else None


_MEASURED: Final = (
    "Shipment.ShipmentTotalWeight.UnitOfMeasurement",
    "Shipment.Package[].Dimensions.UnitOfMeasurement",
    "Shipment.Package[].DimWeight.UnitOfMeasurement",
    "Shipment.Package[].PackageWeight.UnitOfMeasurement",
)
_UNITS: Final = (
    *_MEASURED,
    "Shipment.FreightShipmentInformation.FreightDensityInfo.AdjustedHeight.UnitOfMeasurement",
    "Shipment.FreightShipmentInformation.FreightDensityInfo.HandlingUnits[].Dimensions.UnitOfMeasurement",
    "Shipment.Package[].PackageServiceOptions.DryIce.DryIceWeight.UnitOfMeasurement",
)


_IN_POUNDS: Final = frozenset(("US", "PR", "CA", "VI", "GU"))


def _metric(tree: Node) -> bool:
    units = texts_at(tree, *(path.replace("[]", "") + ".Code" for path in _MEASURED))
    origin = _origin(tree)
    return bool({"KGS", "CM"} & set(units)) or (not units and origin not in ("", *_IN_POUNDS))


def _unit_of_weight(_account: Account, tree: Node) -> str:
    return "KGS" if _metric(tree) else "LBS"


def _unit_of_length(_account: Account, tree: Node) -> str:
    return "CM" if _metric(tree) else "IN"


def _bill_type(_account: Account, tree: Node) -> str:
    return "02" if "DocumentsOnlyIndicator" in tree["Shipment"] else "03"


XML_REQUEST: Final[Table] = amend(
    REQUEST,
    {
        "Request": {
            "RequestAction": Drop("the path says it"),
            "RequestOption": To("RequestOption", via=lambda value: _SPELLED.get(value.lower(), value)),
            "SubVersion": None,
            "TransactionReference": REFERENCE,
        },
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
        # Carts put the unit beside the weight, and PickupType into the shipment
        "Shipment.Package.UnitOfMeasurement": Made(_unit_beside, ("PackageWeight.UnitOfMeasurement",), WEIGHED_IN),
        "Shipment.PickupType": To("/PickupType", CODE),
        "Shipment.CustomerClassification": To("/CustomerClassification", CODE),
        # The names of the years before the schema; UPS's own samples still have them
        "Shipment.ShipmentWeight": To("ShipmentTotalWeight", WEIGHT),
        "Shipment.PaymentInformation": To("PaymentDetails.ShipmentCharge[]", OLD_PAYMENT),
    },
)

DEFAULTS: Final = (
    Default("RateRequest.Request.RequestOption", "Rate"),
    Default("RateRequest.PickupType.Code", lambda account, _tree: account.defaults.pickup_type),
    Default("RateRequest.CustomerClassification.Code", lambda account, _tree: account.defaults.customer_classification),
    # REST's schema requires the lines; an old request for rates seldom has any
    Default("RateRequest.Shipment.Shipper?.Address?.AddressLine", lambda _account, _tree: []),
    Default("RateRequest.Shipment.ShipTo?.Address?.AddressLine", lambda _account, _tree: []),
    # A number without a unit is taken for what the origin measures in: UPS's default is LBS (Rating.yaml), but it
    # allows one system a shipment (110529, 110548) and refuses a system that is not the country's (111057)
    Default("RateRequest.Shipment.ShipmentTotalWeight?.UnitOfMeasurement.Code", _unit_of_weight),
    Default("RateRequest.Shipment.Package[].PackageWeight?.UnitOfMeasurement.Code", _unit_of_weight),
    Default("RateRequest.Shipment.Package[].DimWeight?.UnitOfMeasurement.Code", _unit_of_weight),
    Default("RateRequest.Shipment.Package[].Dimensions?.UnitOfMeasurement.Code", _unit_of_length),
    Default("RateRequest.Shipment.Package[].PackageServiceOptions?.DeclaredValue?.CurrencyCode", _origin_currency),
    Default("RateRequest.Shipment.Package[].PackageServiceOptions?.COD?.CODAmount?.CurrencyCode", _origin_currency),
    # 0: any funds; packages are sent COD within and between the US, Puerto Rico and Canada only
    Default("RateRequest.Shipment.Package[].PackageServiceOptions?.COD?.CODFundsCode", "0"),
    Default("RateRequest.Shipment.ShipmentServiceOptions?.COD?.CODAmount?.CurrencyCode", _origin_currency),
    Default("RateRequest.Shipment.InvoiceLineTotal?.CurrencyCode", _origin_currency),
    Default("RateRequest.Shipment.PaymentDetails?.ShipmentCharge[].Type", "01"),
    Default("RateRequest.Shipment.DeliveryTimeInformation?.PackageBillType", _bill_type),
)


def accounts(tree: Node) -> tuple[str, ...]:
    """The shipper's number, and the payers that must be the key's."""
    shipment = tree.get("Shipment", {})
    freight = shipment.get("FRSPaymentInformation", {})
    prepaid = freight if freight.get("Type", {}).get("Code") == "01" else {}
    return texts_at(
        {"shipment": shipment, "prepaid": prepaid},
        "shipment.Shipper.ShipperNumber",
        "shipment.PaymentDetails.ShipmentCharge.BillShipper.AccountNumber",
        "prepaid.AccountNumber",
    )


def request(asked: Asked, account: Account, terms: Terms) -> Translated:
    """One POST. Raises InvalidRequest for a RequestOption that UPS does not know."""
    tree = copied(asked.tree)
    body = {"RateRequest": tree}
    filled = [*fill_defaults(body, DEFAULTS, account, tree)]
    option = tree["Request"]["RequestOption"]
    if option not in OPTIONS:
        raise InvalidRequest(
            f"The request option {option[:40]!r} is not one of {', '.join(OPTIONS)}.", location="RequestOption"
        )
    shipment = tree.setdefault("Shipment", {})
    if terms.anonymous:
        options = shipment.pop("ShipmentRatingOptions", {})
        kept = {name: value for name, value in options.items() if name not in _NOT_FOR_EVERYONE}
        if kept:
            shipment["ShipmentRatingOptions"] = kept
    else:
        filled += _negotiated(tree, account)
    filled += _name_units(tree)
    return Translated(asked, (_call(option, tree),), defaults=tuple(filled))


def _negotiated(tree: Node, account: Account) -> list[str]:
    """Asks for the account's own prices if its default says so, and names the account where they need it.

    Rating.yaml: negotiated rates and the classification 00 want the shipper's number, user level discounts forbid it.
    """
    filled = []
    shipment = tree["Shipment"]
    options = shipment.get("ShipmentRatingOptions", {})
    if "UserLevelDiscountIndicator" in options:
        return []
    if account.defaults.negotiated_rates and "NegotiatedRatesIndicator" not in options:
        shipment["ShipmentRatingOptions"] = {**options, "NegotiatedRatesIndicator": ""}
        filled.append("RateRequest.Shipment.ShipmentRatingOptions.NegotiatedRatesIndicator")
    wants_account = (
        "NegotiatedRatesIndicator" in shipment.get("ShipmentRatingOptions", {})
        or tree.get("CustomerClassification", {}).get("Code") == "00"
    )
    if wants_account and "ShipperNumber" not in shipment.get("Shipper", {}):
        shipment.setdefault("Shipper", {})["ShipperNumber"] = account.number
        filled.append("RateRequest.Shipment.Shipper.ShipperNumber")
    return filled


_NOT_FOR_EVERYONE: Final = ("NegotiatedRatesIndicator", "TPFCNegotiatedRatesIndicator", "UserLevelDiscountIndicator")
"""Whose prices would these be? Nobody signed in."""


def _name_units(tree: Node) -> list[str]:
    """Rating.yaml requires a unit's Description, which old requests leave out."""
    filled = []
    for path in _UNITS:
        for unit in at(tree, path.replace("[]", "")):
            if "Code" in unit and "Description" not in unit:
                unit["Description"] = _UNIT_NAMES.get(unit["Code"], unit["Code"])
                filled.append(f"RateRequest.{path}.Description")
    return list(dict.fromkeys(filled))


_UNIT_NAMES: Final = {
    "LBS": "Pounds",
    "KGS": "Kilograms",
    "OZS": "Ounces",
    "IN": "Inches",
    "CM": "Centimeters",
    "00": "Kilograms",
    "01": "Pounds",
}


# --- answers ----------------------------------------------------------------------------------------------------------

_BARE: Final = Drop("REST names and codes itemized charges only")
CHARGES: Final[Table] = {
    "Code": _BARE,
    "Description": _BARE,
    "CurrencyCode": None,
    "MonetaryValue": From("MonetaryValue", default=""),
    "SubType": _BARE,
}
ITEMIZED: Final[Table] = {
    **leaves("Code Description CurrencyCode"),
    "MonetaryValue": From("MonetaryValue", default=""),
    "SubType": None,
}
TAX: Final[Table] = {"Type": From("Type", default=""), "MonetaryValue": None}
BILLING_WEIGHT: Final[Table] = {
    "UnitOfMeasurement": {"Code": From("Code", default=""), "Description": None},
    "Weight": From("Weight", default=""),
}
_SUMMED: Final = Drop("REST itemizes a package's negotiated charges and does not sum them")


def _total(package: Node) -> Any:
    return package.get("TotalCharges") or {"CurrencyCode": "", "MonetaryValue": ""}


def _warnings(shipment: Node) -> list[Any]:
    return [alert.get("Description") for alert in listed(shipment.get("RatedShipmentAlert"))]


RATED_PACKAGE: Final[Table] = {
    "TransportationCharges": CHARGES,
    "BaseServiceCharge": CHARGES,
    "ServiceOptionsCharges": CHARGES,
    "ItemizedCharges": [ITEMIZED],
    # UPS leaves it empty too where it prices the shipment as a whole
    "TotalCharges": Made(_total, ("TotalCharges",), CHARGES),
    "NegotiatedCharges": {
        "BaseServiceCharge": _SUMMED,
        "TransportationCharges": _SUMMED,
        "ServiceOptionsCharges": _SUMMED,
        "TotalCharge": _SUMMED,
        "ItemizedCharges": [ITEMIZED],
    },
    "Weight": None,
    "BillingWeight": BILLING_WEIGHT,
    "Accessorial": [CODE],
    "RateModifier": [leaves("ModifierType ModifierDesc Amount")],
}

TIME_IN_TRANSIT: Final[Table] = {
    "PickupDate": From("PickupDate", default=""),
    **leaves("DocumentsOnlyIndicator PackageBillType AutoDutyCode Disclaimer"),
    "ServiceSummary": {
        "Service": CODE,
        "EstimatedArrival": {
            "Arrival": leaves("Date Time"),
            "BusinessDaysInTransit": From("BusinessDaysInTransit", default=""),
            "Pickup": leaves("Date Time"),
            **leaves("DayOfWeek CustomerCenterCutoff DelayCount HolidayCount RestDays TotalTransitDays"),
        },
        **leaves("GuaranteedIndicator Disclaimer SaturdayDelivery SaturdayDeliveryDisclaimer"),
    },
}

XML_ANSWER: Final[Table] = {
    "RatedShipment": [
        {
            "Disclaimer": [CODE],
            # REST has an empty description where the XML API had none
            "Service": {"Code": None, "Description": From("Description", via=lambda value: value or None)},
            "RateChart": None,
            "RatedShipmentWarning": Made(_warnings, ("RatedShipmentAlert.Description",), [None]),
            **leaves("BillableWeightCalculationMethod RatingMethod"),
            "BillingWeight": BILLING_WEIGHT,
            "TransportationCharges": CHARGES,
            "BaseServiceCharge": CHARGES,
            "AccessorialCharges": Drop("REST has them among ItemizedCharges"),
            "SurCharges": Drop("REST has them among ItemizedCharges"),
            "ItemizedCharges": [ITEMIZED],
            "ServiceOptionsCharges": CHARGES,
            "TaxCharges": [TAX],
            "TotalCharges": CHARGES,
            "TotalChargesWithTaxes": CHARGES,
            # Clients index these without asking whether they are there
            "GuaranteedDaysToDelivery": From("GuaranteedDelivery.BusinessDaysInTransit", default=""),
            "ScheduledDeliveryTime": From("GuaranteedDelivery.DeliveryByTime", default=""),
            "RatedPackage": [RATED_PACKAGE],
            "NegotiatedRates": From(
                "NegotiatedRateCharges",
                {
                    "BaseServiceCharge": CHARGES,
                    "ItemizedCharges": [ITEMIZED],
                    "TaxCharges": [TAX],
                    "NetSummaryCharges": From(
                        "", {"GrandTotal": From("TotalCharge", CHARGES), "TotalChargesWithTaxes": CHARGES}
                    ),
                },
            ),
            "TimeInTransit": TIME_IN_TRANSIT,
        }
    ]
}


def source(_translated: Translated, bodies: Sequence[Any]) -> Any:
    """The tree the template reads."""
    return dict(bodies[0].get("RateResponse", {}))


def warning(bodies: Sequence[Any]) -> tuple[str, str] | None:
    """The first alert that is not already said as a RatedShipmentWarning.

    UPS repeats the alerts of the shipments (110971 in nearly every answer) for the answer as a whole; the XML API did
    not, and a warning in Response misleads clients.
    """
    said = {alert.get("Code") for alert in at(bodies[0], "RateResponse.RatedShipment.RatedShipmentAlert")}
    for alert in at(bodies[0], "RateResponse.Response.Alert"):
        if alert.get("Code") and alert["Code"] not in said:
            return str(alert["Code"]), str(alert.get("Description") or "Warning")
    return None


# --- what a shipment would cost: the rate call of a ship call ---------------------------------------------------------

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
    _name_units(tree)
    return _call("Rate", tree)


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


def _call(option: str, tree: Node) -> RestCall:
    """The call with that option for the content of a RateRequest."""
    # both documented ways to ask for transit times say the same
    query = {"additionalinfo": "timeintransit"} if option.endswith("timeintransit") else {}
    return RestCall("POST", f"/api/rating/{VERSION}/{option}", query, body={"RateRequest": tree})


# --- is an account linked? --------------------------------------------------------------------------------------------

_DESTINATIONS: Final = {
    "US": ("Washington", "DC", "20500"),
    "PR": ("San Juan", "PR", "00901"),
    "CA": ("Ottawa", "ON", "K1A0A9"),
    "GB": ("London", "", "SW1A1AA"),
    "IE": ("Dublin", "", "D02X285"),
    "DE": ("Berlin", "", "10117"),
    "FR": ("Paris", "", "75001"),
    "NL": ("Amsterdam", "", "1012JS"),
    "BE": ("Brussels", "", "1000"),
    "ES": ("Madrid", "", "28013"),
    "IT": ("Roma", "", "00184"),
    "PL": ("Warszawa", "", "00001"),
    "MX": ("Mexico", "DF", "06000"),
}
"""A plausible place in the account's country: city, state, postal code."""
_SERVICES: Final = {"US": "03", "PR": "03"}
"""A service that exists inside the country; 11 (Standard) elsewhere."""
_NOT_LINKED: Final = frozenset(("120100", "126098"))
"""Missing or invalid shipper number; account authentication must be completed (the error tables)."""
_UNQUALIFIED: Final = frozenset("111687 113138 120900 120901 120902".split())
"""Why no negotiated rates came (the error tables). Carriers' help pages name an account that was never added to the
profile as the cause of 120900, and so does one that was added but has no contract."""


def probe_call(account: Account) -> RestCall:
    """A small rate call with negotiated rates asked for, by which UPS says whether the account is linked.

    From the account's own postal code to a fixed place in its country, or to itself where none is known.
    Documented, not seen live.
    """
    country, metric = account.country, account.country not in ("US", "PR")
    city, state, postal_code = _DESTINATIONS.get(country, ("", "", account.postal_code))
    there = {"City": city, "StateProvinceCode": state, "PostalCode": postal_code, "CountryCode": country}
    here = {"PostalCode": account.postal_code, "CountryCode": country}
    weight = {"UnitOfMeasurement": {"Code": "KGS" if metric else "LBS"}, "Weight": "1"}
    tree: Node = {
        "Request": {"RequestOption": "Rate"},
        "Shipment": {
            "Shipper": {"ShipperNumber": account.number, "Address": _address(here)},
            "ShipTo": {"Address": _address(there)},
            "Service": {"Code": _SERVICES.get(country, "11")},
            "Package": [{"PackagingType": {"Code": "02"}, "PackageWeight": weight}],
            "ShipmentRatingOptions": {"NegotiatedRatesIndicator": ""},
        },
    }
    _name_units(tree)
    return _call("Rate", tree)


def _address(members: dict[str, str]) -> Node:
    return {"AddressLine": [], **{name: value for name, value in members.items() if value}}


def probe_verdict(reply: RestReply) -> tuple[Literal["linked", "not_linked", "undecided"], str]:
    """What UPS's answer to `probe_call` says of the account, and UPS's words. Documented, not seen live.

    Negotiated charges prove the link. Rates without them prove nothing: UPS quotes its published rates to anybody, and
    whether the account is unlinked or only without a contract it does not say. Nor does any other refusal (an address,
    a service, UPS being down) speak of the link.
    """
    body = faults.body_of(reply)
    said = [(error.code, error.message) for error in faults.errors_of(body)]
    for path in ("RateResponse.Response.Alert", "RateResponse.RatedShipment.RatedShipmentAlert"):
        said += [(str(alert.get("Code")), str(alert.get("Description", ""))) for alert in at(body, path)]
    for code, message in said:
        if code in _NOT_LINKED or "invalid shipper number" in message.lower():
            return "not_linked", f"{code} {message}".strip()
    if reply.status == 200 and any(at(body, "RateResponse.RatedShipment.NegotiatedRateCharges")):
        return "linked", "UPS gave negotiated rates."
    reasons = [words for words in said if reply.status != 200 or words[0] in _UNQUALIFIED]
    if reasons:
        return "undecided", " ".join(reasons[0]).strip()
    if reply.status == 200 and any(at(body, "RateResponse.RatedShipment")):
        return "undecided", "UPS gave its published rates only and did not say why."
    return "undecided", f"UPS answered with status {reply.status} and no rates."
