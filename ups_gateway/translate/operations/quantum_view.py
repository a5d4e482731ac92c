"""What happened to the packages of a subscription.

XML: POST QVEvents, QuantumViewRequest. REST: POST /api/quantumview/v3/events is the XML model one to one, except that
subscriptions and files are arrays (QuantumView.yaml); a 200 can be a failure. Clients page by Bookmark themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import FLAG, Default, Drop, From, Table, fill_defaults, flags, leaves
from ups_gateway.translate.operations.parts import (
    AMOUNT,
    CODE,
    REFERENCE,
    UNIT,
    XML_ADDRESS_LINES,
    copied,
    good,
    warning_inside,
)

VERSION: Final = "v3"

XML_REQUEST: Final[Table] = {
    "Request": {
        "TransactionReference": REFERENCE,
        "RequestAction": None,
        "IntegrationIndicator": Drop("REST has no integration switch"),
    },
    "SubscriptionRequest": [
        {"DateTimeRange": leaves("BeginDateTime EndDateTime"), "Name": None, "FileName": [None]},
    ],
    "Bookmark": None,
}

DEFAULTS: Final = (Default("QuantumViewRequest.Request.RequestAction", "QVEvents"),)

_PAYER: Final = leaves("Option Number")
_REFERENCE: Final = leaves("BarCodeIndicator Number Code Value")
_WHERE: Final[Table] = {"AddressArtifactFormat": leaves("PoliticalDivision2 PoliticalDivision1 CountryCode")}
_LINES: Final = leaves(" ".join(XML_ADDRESS_LINES))
"""This API has the three lines of the XML API in REST too."""
_REST_OF_ADDRESS: Final = leaves("City StateProvinceCode PostalCode CountryCode")
_EXTENDED: Final[Table] = {"AddressExtendedInformation": [leaves("Type Low High")]}
_SCANNED: Final[Table] = {
    "PackageReferenceNumber": [_REFERENCE],
    "ShipmentReferenceNumber": [_REFERENCE],
    **leaves("ShipperNumber TrackingNumber Date Time"),
}
"""How each scan of a package begins."""
_STREET: Final = leaves("ConsigneeName StreetNumberLow StreetPrefix StreetName StreetType StreetSuffix")
_PLACE: Final = leaves("PoliticalDivision3 PoliticalDivision2 PoliticalDivision1 CountryCode PostcodePrimaryLow")

_PACKAGE: Final[Table] = {
    "Activity": [leaves("Date Time")],
    "Description": None,
    "Dimensions": {**leaves("Length Width Height"), "UnitOfMeasurement": UNIT},
    "DimensionalWeight": {"UnitOfMeasurement": UNIT, "Weight": None},
    "PackageWeight": {"UnitOfMeasurement": UNIT, "Weight": None},
    **leaves("LargePackage TrackingNumber"),
    "ReferenceNumber": [_REFERENCE],
    "PackageServiceOptions": {
        "COD": {"CODCode": None, "CODAmount": AMOUNT},
        "InsuredValue": AMOUNT,
        **leaves("EarliestDeliveryTime HazardousMaterialsCode"),
        "HoldForPickup": FLAG,
    },
    "UPSPremiumCareIndicator": None,
}
_ACCESS_POINT: Final[Table] = {
    **leaves("CompanyName AttentionName"),
    **{name: From(f"Address.{name}") for name in (*_LINES, *_REST_OF_ADDRESS)},
    "PhoneNumber": None,
}
_MANIFEST: Final[Table] = {
    "Shipper": {
        **leaves("Name AttentionName TaxIdentificationNumber PhoneNumber FaxNumber ShipperNumber EMailAddress"),
        "Address": {**_LINES, **_REST_OF_ADDRESS, "ResidentialAddressIndicator": FLAG},
    },
    "ShipTo": {
        **leaves("ShipperAssignedIdentificationNumber CompanyName AttentionName PhoneNumber TaxIdentificationNumber"),
        **leaves("FaxNumber EMailAddress"),
        "Address": {"ConsigneeName": None, **_LINES, **_REST_OF_ADDRESS, "ResidentialAddressIndicator": FLAG},
        **leaves("LocationID ReceivingAddressName"),
    },
    "ReferenceNumber": [_REFERENCE],
    "Service": CODE,
    **leaves("PickupDate ScheduledDeliveryDate ScheduledDeliveryTime DocumentsOnly"),
    "Package": [_PACKAGE],
    "ShipmentServiceOptions": {**flags("SaturdayPickup SaturdayDelivery"), "CallTagARS": leaves("Number Code")},
    **leaves("ManufactureCountry HarmonizedCode"),
    "CustomsValue": leaves("MonetaryValue"),
    **leaves("SpecialInstructions ShipmentChargeType"),
    "BillToAccount": _PAYER,
    **flags("ConsigneeBillIndicator CollectBillIndicator"),
    **leaves(
        "LocationAssured ImportControl LabelDeliveryMethod CommercialInvoiceRemoval PostalServiceTrackingID"
        " ReturnsFlexibleAccess UPScarbonneutral Product UPSReturnsExchange LiftGateOnDelivery LiftGateOnPickUp"
        " PickupPreference DeliveryPreference HoldForPickupAtUPSAccessPoint"
    ),
    "UAPAddress": _ACCESS_POINT,
    **leaves(
        "DeliverToAddresseeOnlyIndicator UPSAccessPointCODIndicator ClinicalTrialIndicator"
        " ClinicalTrialIndicationNumber CategoryAHazardousIndicator DirectDeliveryIndicator"
        " PackageReleaseCodeIndicator ProactiveResponseIndicator PackageCount WhiteGloveDeliveryIndicator"
        " RoomOfChoiceIndicator InstallationDeliveryIndicator ItemDisposalIndicator"
    ),
}
_ORIGIN: Final[Table] = {
    **_SCANNED,
    "ActivityLocation": _WHERE,
    "BillToAccount": _PAYER,
    **leaves("ScheduledDeliveryDate ScheduledDeliveryTime"),
}
_EXCEPTION: Final[Table] = {
    **_SCANNED,
    "UpdatedAddress": {**_STREET, **_EXTENDED, **_PLACE},
    **leaves("StatusCode StatusDescription ReasonCode ReasonDescription"),
    "Resolution": CODE,
    **leaves("RescheduledDeliveryDate RescheduledDeliveryTime"),
    "ActivityLocation": _WHERE,
    "BillToAccount": _PAYER,
    **leaves("AccessPointLocationID SimplifiedText"),
}
_DELIVERY: Final[Table] = {
    **_SCANNED,
    "DriverRelease": None,
    "ActivityLocation": _WHERE,
    "DeliveryLocation": {
        "AddressArtifactFormat": {
            **_STREET,
            "BuildingName": None,
            **_EXTENDED,
            **_PLACE,
            "PostcodeExtendedLow": None,
            "ResidentialAddressIndicator": FLAG,
        },
        **leaves("Code Description SignedForByName"),
    },
    "COD": {"CODAmount": AMOUNT},
    "BillToAccount": _PAYER,
    **leaves("LastPickupDate AccessPointLocationID"),
}
_GENERIC: Final[Table] = {
    **leaves("ActivityType TrackingNumber ShipperNumber"),
    "ShipmentReferenceNumber": [_REFERENCE],
    "PackageReferenceNumber": [_REFERENCE],
    "Service": CODE,
    "Activity": leaves("Date Time"),
    "BillToAccount": _PAYER,
    "ShipTo": leaves("LocationID ReceivingAddressName Bookmark"),
    "RescheduledDeliveryDate": None,
    "FailureNotification": {"FailedEmailAddress": None, "FailureNotificationCode": CODE},
}
XML_ANSWER: Final[Table] = {
    # members that UPS's OpenAPI leaves out (PackageCount, SimplifiedText, units) are passed on where UPS sends them
    "QuantumViewEvents": {
        "SubscriberID": From("SubscriberID", default=""),
        "SubscriptionEvents": [
            {
                **leaves("Name Number"),
                "SubscriptionStatus": CODE,
                "DateRange": leaves("BeginDate EndDate"),
                "SubscriptionFile": [
                    {
                        "FileName": None,
                        "StatusType": CODE,
                        "Manifest": [_MANIFEST],
                        "Origin": [_ORIGIN],
                        "Exception": [_EXCEPTION],
                        "Delivery": [_DELIVERY],
                        "Generic": [_GENERIC],
                    }
                ],
            }
        ],
    },
    "Bookmark": None,
}


def request(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One POST."""
    body = {"QuantumViewRequest": copied(asked.tree)}
    filled = fill_defaults(body, DEFAULTS, account)
    return Translated(asked, (RestCall("POST", f"/api/quantumview/{VERSION}/events", body=body),), defaults=filled)


def source(_translated: Translated, bodies: Sequence[Any]) -> Any:
    """The events; raises UpsRefused when the answer is a failure."""
    return good(bodies[0], "QuantumViewResponse")


def warning(bodies: Sequence[Any]) -> tuple[str, str] | None:
    """What UPS remarked on a good answer."""
    return warning_inside(bodies[0], "QuantumViewResponse")
