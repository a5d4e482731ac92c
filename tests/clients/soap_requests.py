"""What old programs ask of UPS's SOAP services, as nested values that zeep and PHP's SoapClient take alike.

The rule: requests as programs write them, and what UPS refuses of them; how a client shows an answer is its own
business.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.house import ACCOUNT, LICENCE, PASSWORD, USER

WSDLS = {
    "Rate": "Rate/RateWS.wsdl",
    "Ship": "Ship/Ship.wsdl",
    "Void": "Void/Void.wsdl",
    "LBRecovery": "LBRecovery/LabelRecoveryWS.wsdl",
    "Track": "Track-loadable/Track.wsdl",
    "XAV": "XAV/XAV.wsdl",
    "TimeInTransit": "TimeInTransit/TNTWS.wsdl",
    "Pickup": "Pickup/Pickup.wsdl",
    "PaperlessDocumentAPI": "PaperlessDocumentAPI/PaperlessDocumentAPI.wsdl",
    "DangerousGoodsUtility": "DangerousGoodsUtility/DangerousGoodsUtility.wsdl",
    "FreightPickup": "FreightPickup/FreightPickup.wsdl",
    "DeniedParty": "TradeabilityXPCI/DeniedParty.wsdl",
}
"""Service -> its WSDL below wsdl/ of UPS's material. The newest one of Track refers to types that it lacks."""

SECURITY_NAMESPACE = "http://www.ups.com/XMLSchema/XOLTWS/UPSS/v1.0"
TRADE_NAMESPACE = "http://www.ups.com/schema/xpci/1.0/auth"
CONTEXT = "order 4711"
TUESDAY = date(2026, 3, 3)
"""The day after the tests' Monday."""
YESTERDAY = date(2026, 3, 1)

ATLANTA = {
    "AddressLine": "55 Glenlake Pkwy",
    "City": "Atlanta",
    "StateProvinceCode": "GA",
    "PostalCode": "30328",
    "CountryCode": "US",
}
NEW_YORK = {
    "AddressLine": "1 Fifth Ave",
    "City": "New York",
    "StateProvinceCode": "NY",
    "PostalCode": "10001",
    "CountryCode": "US",
}
BERLIN = {"AddressLine": "Hauptstr. 1", "City": "Berlin", "PostalCode": "10115", "CountryCode": "DE"}
NOWHERE = NEW_YORK | {"PostalCode": ""}
POUNDS = {"UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"}, "Weight": "5"}
CARTON = {
    "Dimensions": {
        "UnitOfMeasurement": {"Code": "IN", "Description": "Inches"},
        "Length": "10",
        "Width": "8",
        "Height": "6",
    },
    "PackageWeight": POUNDS,
}


INVOICE = {
    "FormType": ["01"],
    "InvoiceNumber": "17",
    "InvoiceDate": "20260302",
    "ReasonForExport": "SALE",
    "CurrencyCode": "USD",
    "Product": [
        {
            "Description": ["Shoes"],
            "Unit": {"Number": "1", "UnitOfMeasurement": {"Code": "EA", "Description": "Each"}, "Value": "20"},
            "CommodityCode": "6403990000",
            "OriginCountryCode": "US",
            "NumberOfPackagesPerCommodity": "1",
            "ProductWeight": {"UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"}, "Weight": "2"},
        }
    ],
    "Contacts": {
        "SoldTo": {"Name": "Müller", "AttentionName": "Max", "Phone": {"Number": "030123456"}, "Address": BERLIN}
    },
}


def security(licence: str = LICENCE, password: str = PASSWORD) -> dict[str, Any]:
    """The UPSSecurity header."""
    return {
        "UsernameToken": {"Username": USER, "Password": password},
        "ServiceAccessToken": {"AccessLicenseNumber": licence},
    }


def asked(option: str | None = None) -> dict[str, Any]:
    """The Request element, with a context that the answer must repeat."""
    named = {} if option is None else {"RequestOption": option}
    return {**named, "TransactionReference": {"CustomerContext": CONTEXT}}


def rate(option: str, to: dict[str, str] = NEW_YORK) -> dict[str, Any]:
    return {
        "Request": asked(option),
        "PickupType": {"Code": "01", "Description": "Daily Pickup"},
        "Shipment": {
            "Shipper": {"Name": "Acme", "ShipperNumber": ACCOUNT, "Address": ATLANTA},
            "ShipTo": {"Name": "Blue", "Address": to},
            "Service": {"Code": "03", "Description": "Ground"},
            "Package": [CARTON | {"PackagingType": {"Code": "02", "Description": "Package"}}],
            "ShipmentRatingOptions": {"NegotiatedRatesIndicator": ""},
        },
    }


def ship(packages: int = 1, to: dict[str, str] = NEW_YORK) -> dict[str, Any]:
    """Of one phase and of two: they differ in the root only."""
    return {
        "Request": asked("nonvalidate"),
        "Shipment": {
            "Description": "Nails",
            "Shipper": {
                "Name": "Acme",
                "AttentionName": "Ann",
                "Phone": {"Number": "4045551212"},
                "ShipperNumber": ACCOUNT,
                "Address": ATLANTA,
            },
            "ShipTo": {"Name": "Blue", "AttentionName": "Bob", "Phone": {"Number": "2125551212"}, "Address": to},
            "PaymentInformation": {"ShipmentCharge": [{"Type": "01", "BillShipper": {"AccountNumber": ACCOUNT}}]},
            "Service": {"Code": "03", "Description": "Ground"},
            "Package": [CARTON | {"Packaging": {"Code": "02", "Description": "Nails"}}] * packages,
            "ShipmentRatingOptions": {"NegotiatedRatesIndicator": ""},
        },
        "LabelSpecification": {
            "LabelImageFormat": {"Code": "GIF", "Description": "GIF"},
            "HTTPUserAgent": "Mozilla/4.5",
        },
    }


def accept(digest: str) -> dict[str, Any]:
    return {"Request": asked(), "ShipmentDigest": digest}


def void(number: str, *packages: str) -> dict[str, Any]:
    named = {"TrackingNumber": list(packages)} if packages else {}
    return {"Request": asked(), "VoidShipment": {"ShipmentIdentificationNumber": number, **named}}


def recover(number: str) -> dict[str, Any]:
    return {
        "Request": asked(),
        "LabelSpecification": {"LabelImageFormat": {"Code": "GIF"}},
        "TrackingNumber": number,
    }


def track(number: str, option: str = "1") -> dict[str, Any]:
    return {"Request": asked(option), "InquiryNumber": number}


def street_address(country: str = "US") -> dict[str, Any]:
    return {
        "Request": asked("3"),
        "AddressKeyFormat": {
            "AddressLine": "55 Glenlake Pkwy",
            "PoliticalDivision2": "Atlanta",
            "PoliticalDivision1": "GA",
            "PostcodePrimaryLow": "30328",
            "CountryCode": country,
        },
    }


def time_in_transit(postal: str = "10001") -> dict[str, Any]:
    return {
        "Request": asked("TNT"),
        "ShipFrom": {
            "Address": {"City": "Atlanta", "StateProvinceCode": "GA", "CountryCode": "US", "PostalCode": "30328"}
        },
        "ShipTo": {
            "Address": {"City": "New York", "StateProvinceCode": "NY", "CountryCode": "US", "PostalCode": postal}
        },
        "Pickup": {"Date": f"{TUESDAY:%Y%m%d}"},
        "ShipmentWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "5"},
        "TotalPackagesInShipment": "1",
        "InvoiceLineTotal": {"CurrencyCode": "USD", "MonetaryValue": "50"},
        "MaximumListSize": "35",
    }


def pickup(day: date = TUESDAY) -> dict[str, Any]:
    return {
        "Request": asked(),
        "RatePickupIndicator": "N",
        "Shipper": {"Account": {"AccountNumber": ACCOUNT, "AccountCountryCode": "US"}},
        "PickupDateInfo": _between(day),
        "PickupAddress": {"CompanyName": "Acme", "ContactName": "Ann", **DOCK, "Phone": {"Number": "4045551212"}},
        "AlternateAddressIndicator": "N",
        "PickupPiece": [
            {"ServiceCode": "003", "Quantity": "2", "DestinationCountryCode": "US", "ContainerCode": "01"},
        ],
        "OverweightIndicator": "N",
        "PaymentMethod": "01",
    }


def pickup_rate(day: date = TUESDAY) -> dict[str, Any]:
    return {
        "Request": asked(),
        "PickupAddress": DOCK,
        "AlternateAddressIndicator": "N",
        "ServiceDateOption": "03",
        "PickupDateInfo": _between(day),
    }


def pickup_cancel(number: str) -> dict[str, Any]:
    return {"Request": asked(), "CancelBy": "02", "PRN": number}


def pickup_pending() -> dict[str, Any]:
    return {"Request": asked(), "PickupType": "01", "AccountNumber": ACCOUNT}


def facilities() -> dict[str, Any]:
    near = {"SearchRadius": "50", "DistanceUnitOfMeasure": "MI", "MaximumLocation": "1"}
    place = {name: DOCK[name] for name in ("City", "StateProvince", "PostalCode", "CountryCode")}
    return {
        "Request": asked(),
        "PickupPiece": [{"ServiceCode": "096", "ContainerCode": "03"}],
        "OriginAddress": {"StreetAddress": "55 Glenlake Pkwy", **place, "OriginSearchCriteria": near},
        "Locale": "en_US",
    }


def upload(document: Any) -> dict[str, Any]:
    form = {
        "UserCreatedFormFileName": "invoice.pdf",
        "UserCreatedFormFile": document,
        "UserCreatedFormFileFormat": "pdf",
        "UserCreatedFormDocumentType": "002",
    }
    return {"Request": asked(), "ShipperNumber": ACCOUNT, "UserCreatedForm": [form]}


def push(document: str, number: str) -> dict[str, Any]:
    return {
        "Request": asked(),
        "ShipperNumber": ACCOUNT,
        "FormsHistoryDocumentID": {"DocumentID": [document]},
        "ShipmentIdentifier": number,
        "ShipmentDateAndTime": "2026-03-02-10.00.00",
        "ShipmentType": "1",
        "TrackingNumber": [number],
    }


def delete(document: str) -> dict[str, Any]:
    return {"Request": asked(), "ShipperNumber": ACCOUNT, "DocumentID": document}


def chemicals() -> dict[str, Any]:
    return {"Request": asked(), "IDNumber": "UN1090", "ShipperNumber": ACCOUNT}


def precheck() -> dict[str, Any]:
    acetone = {
        "ChemicalRecordIdentifier": "1",
        "ClassDivisionNumber": "3",
        "IDNumber": "UN1090",
        "PackagingGroupType": "II",
        "Quantity": "1",
        "UOM": "L",
        "ProperShippingName": "Acetone",
        "PackagingType": "Fibreboard box",
        "PackagingTypeQuantity": "1",
        "CommodityRegulatedLevelCode": "FR",
    }
    package = {
        "PackageIdentifier": "1",
        "PackageWeight": POUNDS,
        "TransportationMode": "GND",
        "ChemicalRecord": [acetone],
    }
    return {
        "Request": asked(),
        "Shipment": {
            "ShipperNumber": ACCOUNT,
            "ShipFromAddress": ATLANTA,
            "ShipToAddress": NEW_YORK,
            "Service": {"Code": "03"},
            "RegulationSet": "49CFR",
            "Package": [package],
        },
    }


DOCK = {
    "AddressLine": ["55 Glenlake Pkwy"],
    "City": "Atlanta",
    "StateProvince": "GA",
    "PostalCode": "30328",
    "CountryCode": "US",
    "ResidentialIndicator": "N",
}


def _between(day: date) -> dict[str, str]:
    return {"CloseTime": "1700", "ReadyTime": "0900", "PickupDate": f"{day:%Y%m%d}"}


UNKNOWN = "1ZA1B2C30399999999"
"""No shipment has this number."""

OPERATIONS = {
    "ProcessRate": ("Rate", rate("Rate")),
    "ProcessShipment": ("Ship", ship()),
    "ProcessShipConfirm": ("Ship", ship()),
    "ProcessVoid": ("Void", void(UNKNOWN)),
    "ProcessLabelRecovery": ("LBRecovery", recover(UNKNOWN)),
    "ProcessTrack": ("Track", track(UNKNOWN)),
    "ProcessXAV": ("XAV", street_address()),
    "ProcessTimeInTransit": ("TimeInTransit", time_in_transit()),
    "ProcessPickupCreation": ("Pickup", pickup()),
    "ProcessPickupRate": ("Pickup", pickup_rate()),
    "ProcessPickupCancel": ("Pickup", pickup_cancel("2999999SIMU")),
}
"""Operation -> service and request. Each asks UPS for something; accept does not, confirm has all it hands out."""

_PAST = "The field, PickupDate, contains invalid data, it is in the past."
IN_VAIN = {
    "ProcessRate": ("Rate", rate("Rate", NOWHERE), ("9110045", "Missing Ship To Postal Code.")),
    "ProcessShipment": ("Ship", ship(to=NOWHERE), ("120207", "Missing or invalid ShipTo PostalCode.")),
    "ProcessShipConfirm": ("Ship", ship(to=NOWHERE), ("120207", "Missing or invalid ShipTo PostalCode.")),
    "ProcessVoid": ("Void", void(UNKNOWN), ("190102", "No shipment found within the allowed void period")),
    "ProcessLabelRecovery": (
        "LBRecovery",
        recover(UNKNOWN),
        ("9801031", "The shipment for the requested number could not be found."),
    ),
    "ProcessTrack": ("Track", track(UNKNOWN), ("151044", "No tracking information available")),
    "ProcessXAV": ("XAV", street_address("ZZ"), ("264002", "Country code is invalid or missing.")),
    "ProcessTimeInTransit": (
        "TimeInTransit",
        time_in_transit("99999"),
        ("270032", "Invalid Destination Postal Code and City"),
    ),
    "ProcessPickupCreation": ("Pickup", pickup(YESTERDAY), ("20008", _PAST)),
    "ProcessPickupRate": ("Pickup", pickup_rate(YESTERDAY), ("20008", _PAST)),
    "ProcessPickupCancel": (
        "Pickup",
        pickup_cancel("2999999SIMU"),
        ("190105", "Pickup Cancellation is not Available on this Pickup Request"),
    ),
}
"""Operation -> service, a request that UPS refuses, and with what code and words."""
