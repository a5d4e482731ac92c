"""Builds requests of the smaller products: pickup rates, documents, dangerous goods, locations, events, landed cost."""

from typing import Any

from tests.simulator.asking import ACCOUNT

CONTEXT = {"TransactionReference": {"CustomerContext": "case 7"}}
ECHO = {"ResponseStatus": {"Code": "1", "Description": "Success"}, **CONTEXT}
"""The Response block that answers `CONTEXT`."""
FILE = "QSBmb3Jt"
"""Six bytes in base64."""
NUMBER = "1ZA1B2C30300000012"
"""The first shipment that a simulator makes by ground."""

PLACE = {
    "AddressLine": "55 Glenlake Pkwy",
    "City": "Atlanta",
    "StateProvince": "GA",
    "PostalCode": "30328",
    "CountryCode": "US",
}
HERE = {"AddressLine": "55 Glenlake Pkwy", "City": "Atlanta", "StateProvinceCode": "GA", "PostalCode": "30328"}
THERE = {"AddressLine": "1 Fifth Ave", "City": "New York", "StateProvinceCode": "NY", "PostalCode": "10001"}


def without(tree: dict[str, Any], *names: str) -> dict[str, Any]:
    """A copy without the members of these names."""
    return {name: value for name, value in tree.items() if name not in names}


def pickup_rate(option: str = "02", at: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A PickupRateRequest."""
    return {
        "PickupRateRequest": {
            "Request": CONTEXT,
            "ShipperAccount": {"AccountNumber": ACCOUNT, "AccountCountryCode": "US"},
            "PickupAddress": {**PLACE, "ResidentialIndicator": "N", **(at or {})},
            "AlternateAddressIndicator": "N",
            "ServiceDateOption": option,
            **more,
        }
    }


def facilities(**more: Any) -> dict[str, Any]:
    """A PickupGetServiceCenterFacilitiesRequest; without more, about no place."""
    return {
        "PickupGetServiceCenterFacilitiesRequest": {
            "Request": CONTEXT,
            "PickupPiece": [{"ServiceCode": "096", "ContainerCode": "03"}],
            "Locale": "en_US",
            **more,
        }
    }


def form(**more: str) -> dict[str, str]:
    """One form to upload."""
    given = {"FileName": "invoice.pdf", "File": FILE, "FileFormat": "pdf", "DocumentType": "002", **more}
    return {f"UserCreatedForm{name}": value for name, value in given.items()}


def upload(*forms: Any, **more: Any) -> dict[str, Any]:
    """An UploadRequest."""
    request = {"Request": CONTEXT, "ShipperNumber": ACCOUNT, "UserCreatedForm": list(forms) or [form()]}
    return {"UploadRequest": request | more}


def push(*documents: str, **more: Any) -> dict[str, Any]:
    """A PushToImageRepositoryRequest for a small package."""
    return {
        "PushToImageRepositoryRequest": {
            "Request": CONTEXT,
            "ShipperNumber": ACCOUNT,
            "FormsHistoryDocumentID": {"DocumentID": list(documents)},
            "ShipmentIdentifier": NUMBER,
            "ShipmentDateAndTime": "2026-03-02-15.00.00",
            "ShipmentType": "1",
            "TrackingNumber": [NUMBER],
            **more,
        }
    }


def chemical(level: str = "LQ", **more: Any) -> dict[str, Any]:
    """A ChemicalRecord: acetone."""
    return {
        "ChemicalRecordIdentifier": "1",
        "ClassDivisionNumber": "3",
        "IDNumber": "UN1090",
        "PackagingGroupType": "II",
        "Quantity": "1.5",
        "UOM": "L",
        "ProperShippingName": "ACETONE",
        "PackagingType": "FIBERBOARD BOX",
        "PackagingTypeQuantity": "1",
        "CommodityRegulatedLevelCode": level,
        **more,
    }


def dangerous(*records: Any, **more: Any) -> dict[str, Any]:
    """A package with dangerous goods."""
    return {
        "PackageIdentifier": "1",
        "PackageWeight": {"Weight": "10", "UnitOfMeasurement": {"Code": "LBS"}},
        "TransportationMode": "GND",
        "ChemicalRecord": list(records) or [chemical()],
        **more,
    }


def pre_check(*packages: Any, origin: str = "US", rules: str = "49CFR", **more: Any) -> dict[str, Any]:
    """An AcceptanceAuditPreCheckRequest."""
    return {
        "AcceptanceAuditPreCheckRequest": {
            "Request": CONTEXT,
            "Shipment": {
                "ShipperNumber": ACCOUNT,
                "ShipFromAddress": {**HERE, "CountryCode": origin},
                "ShipToAddress": {**THERE, "CountryCode": "US"},
                "Service": {"Code": "003"},
                "RegulationSet": rules,
                "Package": list(packages) or [dangerous()],
                **more,
            },
        }
    }


def chemicals(**more: Any) -> dict[str, Any]:
    """A ChemicalReferenceDataRequest."""
    return {"ChemicalReferenceDataRequest": {"Request": CONTEXT, "ShipperNumber": ACCOUNT, **more}}


def pre_notification(**more: Any) -> dict[str, Any]:
    """A PreNotificationRequest."""
    weight = {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "10"}
    record = {"CommodityRegulatedLevelCode": "LQ", "IDNumber": "UN1090"}
    return {
        "PreNotificationRequest": {
            "Request": CONTEXT,
            "Shipment": {
                "ShipperNumber": ACCOUNT,
                "ShipmentIdentificationNumber": NUMBER,
                "ShipToAddress": {**THERE, "AddressLine": ["1 Fifth Ave"], "CountryCode": "US"},
                "ShipFromAddress": {**HERE, "AddressLine": ["55 Glenlake Pkwy"], "CountryCode": "US"},
                "PickupDate": "20260302",
                "Service": {"Code": "003"},
                "RegulationSet": "49CFR",
                "Package": [{"TrackingNumber": NUMBER, "PackageWeight": weight, "ChemicalRecord": [record]}],
                **more,
            },
        }
    }


def locator(key: dict[str, Any] | None = None, origin: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A LocatorRequest about Atlanta."""
    given = {
        "AddressLine": "55 Glenlake Pkwy",
        "PoliticalDivision2": "Atlanta",
        "PoliticalDivision1": "GA",
        "PostcodePrimaryLow": "30328",
        "CountryCode": "US",
    }
    return {
        "LocatorRequest": {
            "Request": {**CONTEXT, "RequestAction": "Locator"},
            "OriginAddress": {"AddressKeyFormat": given if key is None else key, **(origin or {})},
            "Translate": {"Locale": "en_US"},
            "UnitOfMeasurement": {"Code": "MI"},
            **more,
        }
    }


def quantum_view(*subscriptions: Any, **more: Any) -> dict[str, Any]:
    """A QuantumViewRequest."""
    request = {"Request": {**CONTEXT, "RequestAction": "QVEvents"}, **more}
    return {"QuantumViewRequest": request | ({"SubscriptionRequest": list(subscriptions)} if subscriptions else {})}


def goods(**more: Any) -> dict[str, Any]:
    """An item of a landed cost request: ten shirts."""
    return {
        "commodityId": "1",
        "priceEach": 20,
        "quantity": 10,
        "UOM": "EACH",
        "commodityCurrencyCode": "USD",
        "hsCode": "6109.10.00",
        "originCountryCode": "US",
        **more,
    }


def landed_cost(*items: Any, shipment: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A landed cost request from the US to Germany."""
    return {
        "currencyCode": "USD",
        "transID": "quote 7",
        "alversion": 1,
        "shipment": {
            "id": "order 7",
            "importCountryCode": "DE",
            "exportCountryCode": "US",
            "shipmentItems": list(items) or [goods()],
            **(shipment or {}),
        },
        **more,
    }
