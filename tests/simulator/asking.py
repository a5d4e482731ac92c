"""Asks the simulator's operations without sockets, and builds the requests to ask with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from ups_gateway.simulator.config import Settings
from ups_gateway.simulator.model import Call, Grant, Refused, Reply
from ups_gateway.simulator.operations import ROUTES
from ups_gateway.simulator.routing import Router
from ups_gateway.simulator.world import SimulatedClock, World

MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""Ten in the morning in Atlanta."""
DAY = 24 * 3600
ACCOUNT = "A1B2C3"
OWN = Grant("ann", frozenset({ACCOUNT, "ZZ99ZZ"}), frozenset({ACCOUNT}))
_ROUTER = Router(ROUTES)

ATLANTA = {
    "AddressLine": ["55 Glenlake Pkwy"],
    "City": "Atlanta",
    "StateProvinceCode": "GA",
    "PostalCode": "30328",
    "CountryCode": "US",
}
NEW_YORK = {
    "AddressLine": ["1 Fifth Ave"],
    "City": "New York",
    "StateProvinceCode": "NY",
    "PostalCode": "10001",
    "CountryCode": "US",
}
SEATTLE = {**NEW_YORK, "City": "Seattle", "StateProvinceCode": "WA", "PostalCode": "98101"}
ANCHORAGE = {**NEW_YORK, "City": "Anchorage", "StateProvinceCode": "AK", "PostalCode": "99501"}
TORONTO = {**NEW_YORK, "City": "Toronto", "StateProvinceCode": "ON", "PostalCode": "M5V 2T6", "CountryCode": "CA"}
BERLIN = {"AddressLine": ["Hauptstr. 1"], "City": "Berlin", "PostalCode": "10115", "CountryCode": "DE"}
PARIS = {"AddressLine": ["Rue 1"], "City": "Paris", "PostalCode": "75001", "CountryCode": "FR"}


@dataclass
class Desk:
    """A world and a grant to ask with."""

    cie: bool = False
    grant: Grant = OWN
    clock: SimulatedClock = field(default_factory=lambda: SimulatedClock(MONDAY.timestamp))

    def __post_init__(self) -> None:
        self.world = World(Settings(cie=self.cie), self.clock)

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
        """One call by its path with query; raises `Refused`."""
        parts = urlsplit(path)
        match = _ROUTER.find(method, parts.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        call = Call(method, parts.path, match.params, query, headers or {}, body, match.version, self.grant)
        return match.handler(call, self.world)

    def post(self, path: str, body: Any) -> Any:
        """The body of a good answer to a POST."""
        reply = self.ask("POST", path, body)
        assert reply.status == 200, reply.body
        return reply.body

    def get(self, path: str) -> Any:
        """The body of a good answer to a GET."""
        return self.ask("GET", path).body

    def delete(self, path: str, headers: Mapping[str, str] | None = None) -> Any:
        """The body of a good answer to a DELETE."""
        return self.ask("DELETE", path, None, headers).body

    def refusal(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> str:
        """The code of a refusal with status 400."""
        with pytest.raises(Refused) as raised:
            self.ask(method, path, body, headers)
        ((code, words),) = raised.value.errors
        assert (raised.value.status, bool(words)) == (400, True)
        return code

    def rate(self, body: Any, option: str = "Rate", version: str = "v2409") -> Any:
        """RatedShipment."""
        return self.post(f"/api/rating/{version}/{option}", body)["RateResponse"]["RatedShipment"]

    def ship(self, body: Any | None = None, version: str = "v2409") -> Any:
        """ShipmentResults."""
        answer = self.post(f"/api/shipments/{version}/ship", body or shipping())
        return answer["ShipmentResponse"]["ShipmentResults"]

    def track(self, number: str, kind: str = "", query: str = "") -> Any:
        """The shipments of a tracking answer; `kind` is "", "shipment/" or "reference/"."""
        return self.get(f"/api/track/v1/{kind}details/{quote(number)}{query}")["trackResponse"]["shipment"]

    def void(self, number: str, packages: str = "", version: str = "v2409") -> Any:
        """VoidShipmentResponse."""
        return self.delete(void_path(number, packages, version))["VoidShipmentResponse"]

    def recover(self, **request: Any) -> Any:
        """LabelRecoveryResponse."""
        body = {"LabelRecoveryRequest": {"Request": {}, **request}}
        return self.post("/api/labels/v1/recovery", body)["LabelRecoveryResponse"]


def void_path(number: str, packages: str = "", version: str = "v2409") -> str:
    """Where a void is asked for."""
    query = f"?trackingnumber={quote(packages)}" if packages else ""
    return f"/api/shipments/{version}/void/cancel/{number}{query}"


def package(name: str = "PackagingType", weight: str = "5", unit: str = "LBS", **more: Any) -> dict[str, Any]:
    """A package; Rate calls its packaging PackagingType, Ship Packaging."""
    measure = {"UnitOfMeasurement": {"Code": unit, "Description": unit}, "Weight": weight}
    return {name: {"Code": "02", "Description": "Package"}, "PackageWeight": measure, **more}


def dimensions(length: str, width: str, height: str, unit: str = "IN") -> dict[str, Any]:
    """A Dimensions block."""
    measure = {"Code": unit, "Description": unit}
    return {"UnitOfMeasurement": measure, "Length": length, "Width": width, "Height": height}


def rating(to: Any = NEW_YORK, *packages: Any, service: str = "03", **shipment: Any) -> dict[str, Any]:
    """A RateRequest."""
    return {
        "RateRequest": {
            "Request": {"RequestOption": "Rate", "TransactionReference": {"CustomerContext": "order 7"}},
            "Shipment": {
                "Shipper": {"Name": "Acme", "ShipperNumber": ACCOUNT, "Address": ATLANTA},
                "ShipTo": {"Name": "Example", "Address": to},
                "Service": {"Code": service, "Description": "service"},
                "Package": list(packages) or [package()],
                **shipment,
            },
        }
    }


def party(name: str, address: Any, **more: Any) -> dict[str, Any]:
    """A Shipper, ShipTo or SoldTo."""
    return {"Name": name, "AttentionName": "Ann", "Phone": {"Number": "4045551212"}, "Address": address, **more}


def shipping(
    to: Any = NEW_YORK, *packages: Any, service: str = "03", label: str = "GIF", **shipment: Any
) -> dict[str, Any]:
    """A ShipmentRequest."""
    return {
        "ShipmentRequest": {
            "Request": {"RequestOption": "nonvalidate", "TransactionReference": {"CustomerContext": "order 7"}},
            "Shipment": {
                "Description": "Goods",
                "Shipper": party("Acme", ATLANTA, ShipperNumber=ACCOUNT),
                "ShipTo": party("Example", to),
                "Service": {"Code": service, "Description": "service"},
                "PaymentInformation": {"ShipmentCharge": [{"Type": "01", "BillShipper": {"AccountNumber": ACCOUNT}}]},
                "Package": list(packages) or [package("Packaging")],
                **shipment,
            },
            "LabelSpecification": {
                "LabelImageFormat": {"Code": label, "Description": label},
                "LabelStockSize": {"Height": "6", "Width": "4"},
            },
        }
    }


FORMS = {
    "FormType": ["01"],
    "Product": [
        {
            "Description": ["Books"],
            "Unit": {"Number": "2", "UnitOfMeasurement": {"Code": "PCS", "Description": "pieces"}, "Value": "10"},
            "OriginCountryCode": "US",
        }
    ],
    "InvoiceDate": "20260302",
    "ReasonForExport": "SALE",
    "CurrencyCode": "USD",
    "Contacts": {"SoldTo": party("Example", {**BERLIN})},
}


def pickup(day: str = "20260310", **more: Any) -> dict[str, Any]:
    """A PickupCreationRequest."""
    return {
        "PickupCreationRequest": {
            "Request": {"TransactionReference": {"CustomerContext": "pickup 7"}},
            "RatePickupIndicator": "Y",
            "Shipper": {"Account": {"AccountNumber": ACCOUNT, "AccountCountryCode": "US"}},
            "PickupDateInfo": {"CloseTime": "1800", "ReadyTime": "0900", "PickupDate": day},
            "PickupAddress": {
                "CompanyName": "Acme",
                "ContactName": "Ann",
                "AddressLine": ["55 Glenlake Pkwy"],
                "City": "Atlanta",
                "StateProvince": "GA",
                "PostalCode": "30328",
                "CountryCode": "US",
                "ResidentialIndicator": "N",
                "Phone": {"Number": "4045551212"},
            },
            "AlternateAddressIndicator": "N",
            "PickupPiece": [
                {"ServiceCode": "001", "Quantity": "1", "DestinationCountryCode": "US", "ContainerCode": "01"}
            ],
            "PaymentMethod": "01",
            **more,
        }
    }


def transit(**more: Any) -> dict[str, Any]:
    """A TimeInTransitRequest from Atlanta to New York."""
    return {
        "originCountryCode": "US",
        "originPostalCode": "30328",
        "destinationCountryCode": "US",
        "destinationPostalCode": "10001",
        **more,
    }


def street(**more: Any) -> dict[str, Any]:
    """An XAVRequest."""
    key = {
        "AddressLine": ["55 Glenlake Parkway"],
        "PoliticalDivision2": "Atlanta",
        "PoliticalDivision1": "GA",
        "PostcodePrimaryLow": "30328",
        "CountryCode": "US",
        **more,
    }
    return {"XAVRequest": {"AddressKeyFormat": {name: value for name, value in key.items() if value is not None}}}
