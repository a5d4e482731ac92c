"""International forms of a shipment: invoice, certificate of origin, packing list, CN22, EEI and the like.

`INTERNATIONAL_FORMS` is the container in REST's shape (Shipping.yaml v2409); the XML API's (IF.xsd) differs in its
address lines, in a few members that UPS gave up with its old forms (SOAP has these too), and in where the sold-to
party stands.
"""

from __future__ import annotations

from typing import Final

from ups_gateway.translate.engine import ABSENT, FLAG, Drop, Table, amend, flags, leaves
from ups_gateway.translate.operations.parts import CODE, WEIGHT, XML_ADDRESS_LINES

PHONE: Final[Table] = leaves("Number Extension")
PERIOD: Final[Table] = leaves("BeginDate EndDate")
ADDRESS: Final[Table] = {
    "AddressLine": [None],
    **leaves("City StateProvinceCode Town PostalCode CountryCode"),
}

PRODUCT: Final[Table] = {
    "Description": [None],
    "Unit": {"Number": None, "UnitOfMeasurement": CODE, "Value": None},
    **leaves("CommodityCode PartNumber OriginCountryCode"),
    "JointProductionIndicator": FLAG,
    "NetCostCode": None,
    "NetCostDateRange": PERIOD,
    **leaves("PreferenceCriteria ProducerInfo MarksAndNumbers NumberOfPackagesPerCommodity"),
    "ProductWeight": WEIGHT,
    "VehicleID": None,
    "ScheduleB": {"Number": None, "Quantity": [None], "UnitOfMeasurement": [CODE]},
    **leaves("ExportType SEDTotalValue"),
    "ExcludeFromForm": {"FormType": [None]},
    "PackingListInfo": {"PackageAssociated": [leaves("PackageNumber ProductAmount ProductNote")]},
    "EEIInformation": {
        "ExportInformation": None,
        "License": leaves("Number Code LicenseLineValue ECCNNumber"),
        "DDTCInformation": {
            **leaves("ITARExemptionNumber USMLCategoryCode"),
            "EligiblePartyIndicator": FLAG,
            **leaves("RegistrationNumber Quantity"),
            "UnitOfMeasurement": CODE,
            "SignificantMilitaryEquipmentIndicator": FLAG,
            "ACMNumber": None,
        },
    },
    "TaxesPaid": None,
    "ProductIdentifier": [None],
    "CommodityFieldSpecialConditionCode": None,
    "DDSReferenceNumber": {"Number": None},
}

CN22: Final[Table] = {
    **leaves("LabelSize PrintsPerPage LabelPrintType CN22Type CN22OtherDescription FoldHereText"),
    "CN22Content": [
        {
            **leaves("CN22ContentQuantity CN22ContentDescription"),
            "CN22ContentWeight": WEIGHT,
            **leaves(
                "CN22ContentTotalValue CN22ContentCurrencyCode CN22ContentCountryOfOrigin CN22ContentTariffNumber"
            ),
            "DDSReferenceNumber": {"Number": None},
        }
    ],
}

INTERNATIONAL_FORMS: Final[Table] = {
    "FormType": [None],
    "UserCreatedForm": {"DocumentID": [None]},
    "UPSPremiumCareForm": {
        **leaves("ShipmentDate PageSize PrintType NumOfCopies"),
        "LanguageForUPSPremiumCare": {"Language": [None]},
    },
    "CN22Form": CN22,
    "AdditionalDocumentIndicator": FLAG,
    "FormGroupIdName": None,
    "EEIFilingOption": {
        **leaves("Code EMailAddress Description"),
        "UPSFiled": {"POA": CODE},
        "ShipperFiled": leaves("Code Description PreDepartureITNNumber ExemptionLegend EEIShipmentReferenceNumber"),
    },
    "Contacts": {
        "ForwardAgent": {**leaves("CompanyName TaxIdentificationNumber"), "Address": ADDRESS},
        "UltimateConsignee": {"CompanyName": None, "Address": ADDRESS, "UltimateConsigneeType": CODE},
        "IntermediateConsignee": {"CompanyName": None, "Address": ADDRESS},
        "Producer": {
            **leaves("Option CompanyName TaxIdentificationNumber"),
            "Address": ADDRESS,
            "AttentionName": None,
            "Phone": PHONE,
            "EMailAddress": None,
        },
        "SoldTo": {
            **leaves("Name AttentionName TaxIdentificationNumber"),
            "Phone": PHONE,
            "Option": None,
            "Address": ADDRESS,
            **leaves("EMailAddress AccountNumber"),
        },
    },
    "Product": [PRODUCT],
    **leaves(
        "InvoiceNumber InvoiceDate PurchaseOrderNumber TermsOfShipment ReasonForExport Comments DeclarationStatement"
    ),
    "Discount": {"MonetaryValue": None},
    "FreightCharges": {"MonetaryValue": None},
    "InsuranceCharges": {"MonetaryValue": None},
    "OtherCharges": leaves("MonetaryValue Description"),
    "CurrencyCode": None,
    "BlanketPeriod": PERIOD,
    **leaves(
        "ExportDate ExportingCarrier CarrierID InBondCode EntryNumber PointOfOrigin PointOfOriginType ModeOfTransport"
        " PortOfExport PortOfUnloading LoadingPier PartiesToTransaction"
    ),
    **flags("RoutedExportTransactionIndicator ContainerizedIndicator OverridePaperlessIndicator"),
    "ShipperMemo": None,
    "HazardousMaterialsIndicator": FLAG,
}

XML_ADDRESS: Final[Table] = {**XML_ADDRESS_LINES, **amend(ADDRESS, {"AddressLine": ABSENT, "Town": ABSENT})}

_SED = "the Shipper's Export Declaration was replaced by EEI (EEIFilingOption)"
_INVOICE_LINES = "UPS's REST knows no such part of an invoice line"

_GIVEN_UP: Final[Table] = {
    "SEDFilingOption": Drop(_SED),
    "License": Drop("a licence stands in each Product's EEIInformation now"),
    "ECCNNumber": Drop("the ECCN stands in each Product's EEIInformation now"),
    "MultiCurrencyInvoiceLineTotal": Drop("UPS's REST has no total over several currencies"),
    "SavePartsIndicator": Drop("UPS's REST keeps no parts"),
    "LandedCostIndicator": Drop("landed cost is an API of its own now"),
    "Product.AmazonStandardIdentificationNumber": Drop(_INVOICE_LINES),
    "Product.UPCorEAN": Drop(_INVOICE_LINES),
    "Product.PrimaryPartNumberType": Drop(_INVOICE_LINES),
    "Product.ProductCurrencyCode": Drop(_INVOICE_LINES),
}
"""What both old APIs had and REST has not."""

SOAP_INTERNATIONAL_FORMS: Final[Table] = amend(INTERNATIONAL_FORMS, _GIVEN_UP)
"""InternationalForms of SOAP (IFWS.xsd)."""

XML_INTERNATIONAL_FORMS: Final[Table] = amend(
    SOAP_INTERNATIONAL_FORMS,
    {
        "Contacts.SoldTo": ABSENT,
        **{
            f"Contacts.{party}.Address": XML_ADDRESS
            for party in ("ForwardAgent", "UltimateConsignee", "IntermediateConsignee", "Producer")
        },
        "CN22Form.CN22Content.DDSReferenceNumber": ABSENT,
        "Product.PackingListInfo.PackageAssociated.ProductNote": ABSENT,
        "Product.TaxesPaid": ABSENT,
        "Product.ProductIdentifier": ABSENT,
        "Product.CommodityFieldSpecialConditionCode": ABSENT,
        "Product.DDSReferenceNumber": ABSENT,
    },
)
"""InternationalForms of the XML API (IF.xsd)."""
