"""What old programs ask of UPS's SOAP services, as nested values that zeep and PHP's SoapClient take alike.

The rule: requests only, as programs write them; what comes back is each client's own business.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.house import ACCOUNT, LICENCE, PASSWORD, USER, House

WSDLS = {
    "Rate": "Rate/RateWS.wsdl",
    "Ship": "Ship/Ship.wsdl",
    "Void": "Void/Void.wsdl",
    "LBRecovery": "LBRecovery/LabelRecoveryWS.wsdl",
    "Track": "Track-loadable/Track.wsdl",
    "XAV": "XAV/XAV.wsdl",
    "TimeInTransit": "TimeInTransit/TNTWS.wsdl",
    "Pickup": "Pickup/Pickup.wsdl",
}
"""Service -> its WSDL below wsdl/ of UPS's material. The newest one of Track refers to types that it lacks."""

SECURITY_NAMESPACE = "http://www.ups.com/XMLSchema/XOLTWS/UPSS/v1.0"
SECURITY: dict[str, Any] = {
    "UsernameToken": {"Username": USER, "Password": PASSWORD},
    "ServiceAccessToken": {"AccessLicenseNumber": LICENCE},
}
CONTEXT = "order 4711"

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


def track(number: str) -> dict[str, Any]:
    return {"Request": asked("1"), "InquiryNumber": number}


def street_address(state: str = "GA") -> dict[str, Any]:
    return {
        "Request": asked("3"),
        "AddressKeyFormat": {
            "AddressLine": "55 Glenlake Pkwy",
            "PoliticalDivision2": "Atlanta",
            "PoliticalDivision1": state,
            "PostcodePrimaryLow": "30328",
            "CountryCode": "US",
        },
    }


def time_in_transit(day: date, country: str = "US") -> dict[str, Any]:
    return {
        "Request": asked("TNT"),
        "ShipFrom": {
            "Address": {"City": "Atlanta", "StateProvinceCode": "GA", "CountryCode": "US", "PostalCode": "30328"}
        },
        "ShipTo": {
            "Address": {"City": "New York", "StateProvinceCode": "NY", "CountryCode": country, "PostalCode": "10001"}
        },
        "Pickup": {"Date": f"{day:%Y%m%d}"},
        "ShipmentWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "5"},
        "TotalPackagesInShipment": "1",
        "InvoiceLineTotal": {"CurrencyCode": "USD", "MonetaryValue": "50"},
        "MaximumListSize": "35",
    }


def pickup(day: date, close: str = "1700") -> dict[str, Any]:
    return {
        "Request": asked(),
        "RatePickupIndicator": "N",
        "Shipper": {"Account": {"AccountNumber": ACCOUNT, "AccountCountryCode": "US"}},
        "PickupDateInfo": _between(day, close),
        "PickupAddress": {"CompanyName": "Acme", "ContactName": "Ann", **DOCK, "Phone": {"Number": "4045551212"}},
        "AlternateAddressIndicator": "N",
        "PickupPiece": [
            {"ServiceCode": "003", "Quantity": "2", "DestinationCountryCode": "US", "ContainerCode": "01"},
        ],
        "OverweightIndicator": "N",
        "PaymentMethod": "01",
    }


def pickup_rate(day: date, close: str = "1700") -> dict[str, Any]:
    return {
        "Request": asked(),
        "PickupAddress": DOCK,
        "AlternateAddressIndicator": "N",
        "ServiceDateOption": "02",
        "PickupDateInfo": _between(day, close),
    }


def pickup_cancel(number: str) -> dict[str, Any]:
    return {"Request": asked(), "CancelBy": "02", "PRN": number}


DOCK = {
    "AddressLine": ["55 Glenlake Pkwy"],
    "City": "Atlanta",
    "StateProvince": "GA",
    "PostalCode": "30328",
    "CountryCode": "US",
    "ResidentialIndicator": "N",
}


def _between(day: date, close: str) -> dict[str, str]:
    return {"CloseTime": close, "ReadyTime": "0900", "PickupDate": f"{day:%Y%m%d}"}


def a_tuesday(house: House) -> date:
    """A working day that is not today."""
    later = house.clock.utc().date() + timedelta(days=14)
    return later - timedelta(days=later.weekday() - 1)
