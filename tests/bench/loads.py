"""What old programs send in the benchmark, and the fixed answers of UPS to it.

The rule: made here and always the same, but for one number in each request, so that no request repeats another: the
ledger would answer that one from its store.
"""

from __future__ import annotations

import base64
import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from PIL import Image

from tests.gateway import access
from tests.web.wire import post

LICENCE, USER, PASSWORD, ACCOUNT = "DEMO0ACCESS0KEY0", "demo", "demo", "A1B2C3"
MANY_LICENCE: Final = "MANY0LABELS0KEY0"
"""Of the key whose account ships at the origin's second address, where a shipment has many labels."""
MANY: Final = "/many"
"""Below it at the first address is what the second has at its root."""
NUMBER: Final = "1ZA1B2C30300000016"
SERVICES: Final = ("01", "02", "03", "12", "13", "14", "59")
ACTIVITIES: Final = 40
PACKAGES: Final = 20
CONTEXT: Final = b"@context@"
"""Where a request's own number stands."""


@dataclass(frozen=True, slots=True)
class Load:
    """One kind of request. `rest_path` is what the gateway asks UPS for it, and where a bare proxy sends it."""

    name: str
    path: str
    body: bytes = field(repr=False)
    rest_path: str
    reply: bytes = field(repr=False)
    times: int
    """Requests of one measurement."""
    goal: float | None
    """CPU of the gateway, as a multiple of the bare proxy's."""
    before: bytes = field(default=b"", repr=False)
    """A request that must come first, each time; its answer holds the digest that `body` asks for."""

    def request(self, context: str, *, path: str = "", digest: str = "") -> bytes:
        """The bytes on the wire."""
        body = self.body.replace(CONTEXT, context.encode()).replace(b"@digest@", (digest or "0" * 43).encode())
        return post(path or self.path, body)

    def first(self, context: str) -> bytes:
        """The bytes of the request that must come before."""
        return post("/ups.app/xml/ShipConfirm", self.before.replace(CONTEXT, context.encode()))


@cache
def loads() -> Sequence[Load]:
    return (
        _xml("rate", "Rate", _rate("Rate", 1), "/api/rating/v2409/Rate", _rated(SERVICES[:1], 1), 1.6),
        _xml("rate shop", "Rate", _rate("Shop", 3), "/api/rating/v2409/Shop", _rated(SERVICES, 3), 2.0),
        _xml("track", "Track", _TRACK, f"/api/track/v1/details/{NUMBER}", _tracked(), 1.6),
        Load(
            "ship, label, ledger (SOAP)",
            "/webservices/Ship",
            _soap(_SHIP).encode(),
            "/api/shipments/v2409/ship",
            _json(_shipped(1)),
            60,
            2.0,
        ),
        Load(
            f"ship accept, {PACKAGES} labels",
            "/ups.app/xml/ShipAccept",
            (access(MANY_LICENCE, USER, PASSWORD) + _ACCEPT).encode(),
            f"{MANY}/api/shipments/v2409/ship",
            _json(_shipped(PACKAGES)),
            6,
            None,
            before=(access(MANY_LICENCE, USER, PASSWORD) + _confirm(PACKAGES)).encode(),
        ),
    )


def _xml(name: str, tool: str, document: str, rest_path: str, reply: Any, goal: float) -> Load:
    body = (access(LICENCE, USER, PASSWORD) + document).encode()
    return Load(name, f"/ups.app/xml/{tool}", body, rest_path, _json(reply), 200, goal)


def _json(reply: Any) -> bytes:
    return json.dumps(reply, separators=(",", ":")).encode()


# --- what is sent -----------------------------------------------------------------------------------------------------

_REFERENCE: Final = f"""<TransactionReference><CustomerContext>{CONTEXT.decode()}</CustomerContext>
  <XpciVersion>1.0001</XpciVersion></TransactionReference>"""
_ADDRESS: Final = """<Address><AddressLine1>55 Glenlake Pkwy</AddressLine1><City>Atlanta</City>
  <StateProvinceCode>GA</StateProvinceCode><PostalCode>30328</PostalCode><CountryCode>US</CountryCode></Address>"""
_PLACES: Final = f"""<Shipper><Name>Peachtree Bikes</Name><PhoneNumber>4045551212</PhoneNumber>
  <ShipperNumber>{ACCOUNT}</ShipperNumber>{_ADDRESS}</Shipper><ShipTo><CompanyName>Bob's Cycles</CompanyName>
  <AttentionName>Bob</AttentionName><PhoneNumber>7045551212</PhoneNumber>{_ADDRESS}</ShipTo>
  <ShipFrom><CompanyName>Peachtree Bikes</CompanyName>{_ADDRESS}</ShipFrom>"""
_PACKAGE: Final = """<Package><PackagingType><Code>02</Code></PackagingType><Dimensions><UnitOfMeasurement>
  <Code>IN</Code></UnitOfMeasurement><Length>10</Length><Width>8</Width><Height>4</Height></Dimensions>
  <PackageWeight><UnitOfMeasurement><Code>LBS</Code></UnitOfMeasurement><Weight>10.5</Weight></PackageWeight>
  <PackageServiceOptions><InsuredValue><CurrencyCode>USD</CurrencyCode><MonetaryValue>100</MonetaryValue>
  </InsuredValue></PackageServiceOptions></Package>"""
_TRACK: Final = f"""<?xml version="1.0"?><TrackRequest><Request>{_REFERENCE}<RequestAction>Track</RequestAction>
  <RequestOption>activity</RequestOption></Request><TrackingNumber>{NUMBER}</TrackingNumber></TrackRequest>"""
_ACCEPT: Final = f"""<?xml version="1.0"?><ShipmentAcceptRequest><Request>{_REFERENCE}
  <RequestAction>ShipAccept</RequestAction></Request><ShipmentDigest>@digest@</ShipmentDigest>
  </ShipmentAcceptRequest>"""
_SHIP: Final = f"""<ship:ShipmentRequest xmlns:ship="http://www.ups.com/XMLSchema/XOLTWS/Ship/v1.0"
    xmlns:common="http://www.ups.com/XMLSchema/XOLTWS/Common/v1.0"><common:Request>
  <common:RequestOption>nonvalidate</common:RequestOption><common:TransactionReference>
  <common:CustomerContext>{CONTEXT.decode()}</common:CustomerContext></common:TransactionReference></common:Request>
  <ship:Shipment><ship:Shipper><ship:Name>Acme</ship:Name><ship:ShipperNumber>{ACCOUNT}</ship:ShipperNumber>
  <ship:Address><ship:AddressLine>12 Canyon Road</ship:AddressLine><ship:City>Atlanta</ship:City>
  <ship:StateProvinceCode>GA</ship:StateProvinceCode><ship:PostalCode>30328</ship:PostalCode>
  <ship:CountryCode>US</ship:CountryCode></ship:Address></ship:Shipper><ship:ShipTo><ship:Name>Road Runner</ship:Name>
  <ship:Address><ship:AddressLine>1 Mesa Street</ship:AddressLine><ship:City>New York</ship:City>
  <ship:StateProvinceCode>NY</ship:StateProvinceCode><ship:PostalCode>10001</ship:PostalCode>
  <ship:CountryCode>US</ship:CountryCode></ship:Address></ship:ShipTo><ship:PaymentInformation><ship:ShipmentCharge>
  <ship:Type>01</ship:Type><ship:BillShipper><ship:AccountNumber>{ACCOUNT}</ship:AccountNumber></ship:BillShipper>
  </ship:ShipmentCharge></ship:PaymentInformation><ship:Service><ship:Code>03</ship:Code></ship:Service>
  <ship:Package><ship:Packaging><ship:Code>02</ship:Code></ship:Packaging><ship:PackageWeight>
  <ship:UnitOfMeasurement><ship:Code>LBS</ship:Code></ship:UnitOfMeasurement><ship:Weight>10</ship:Weight>
  </ship:PackageWeight></ship:Package></ship:Shipment><ship:LabelSpecification><ship:LabelImageFormat>
  <ship:Code>GIF</ship:Code></ship:LabelImageFormat></ship:LabelSpecification></ship:ShipmentRequest>"""


def _rate(option: str, packages: int) -> str:
    return f"""<?xml version="1.0"?><RatingServiceSelectionRequest><Request>{_REFERENCE}
      <RequestAction>Rate</RequestAction><RequestOption>{option}</RequestOption></Request>
      <PickupType><Code>01</Code></PickupType><Shipment>{_PLACES}<Service><Code>03</Code></Service>
      {_PACKAGE * packages}</Shipment></RatingServiceSelectionRequest>"""


def _confirm(packages: int) -> str:
    return f"""<?xml version="1.0"?><ShipmentConfirmRequest><Request>{_REFERENCE}
      <RequestAction>ShipConfirm</RequestAction><RequestOption>nonvalidate</RequestOption></Request>
      <Shipment>{_PLACES}<PaymentInformation><Prepaid><BillShipper><AccountNumber>{ACCOUNT}</AccountNumber></BillShipper>
      </Prepaid></PaymentInformation><Service><Code>03</Code></Service>{_PACKAGE * packages}</Shipment>
      <LabelSpecification><LabelPrintMethod><Code>GIF</Code></LabelPrintMethod><LabelImageFormat><Code>GIF</Code>
      </LabelImageFormat></LabelSpecification></ShipmentConfirmRequest>"""


def _soap(payload: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Header>
  <upss:UPSSecurity xmlns:upss="http://www.ups.com/XMLSchema/XOLTWS/UPSS/v1.0"><upss:UsernameToken>
  <upss:Username>{USER}</upss:Username><upss:Password>{PASSWORD}</upss:Password></upss:UsernameToken>
  <upss:ServiceAccessToken><upss:AccessLicenseNumber>{LICENCE}</upss:AccessLicenseNumber></upss:ServiceAccessToken>
  </upss:UPSSecurity></soapenv:Header><soapenv:Body>{payload}</soapenv:Body></soapenv:Envelope>"""


# --- what UPS answers -------------------------------------------------------------------------------------------------


def _money(amount: str) -> dict[str, str]:
    return {"CurrencyCode": "USD", "MonetaryValue": amount}


_POUNDS: Final = {"UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"}, "Weight": "11.0"}
_GOOD: Final = {"Code": "1", "Description": "Success"}


def _rated(services: Sequence[str], packages: int) -> Any:
    package = {
        "TransportationCharges": _money("14.21"),
        "BaseServiceCharge": _money("12.00"),
        "ServiceOptionsCharges": _money("0.00"),
        "ItemizedCharges": [
            {"Code": "375", **_money("1.94"), "SubType": "Fuel Surcharge"},
            {"Code": "270", **_money("5.10"), "SubType": "Residential"},
        ],
        "TotalCharges": _money("14.21"),
        "Weight": "10.5",
        "BillingWeight": _POUNDS,
    }
    shipments = [
        {
            "Service": {"Code": service, "Description": ""},
            "RatedShipmentAlert": [
                {"Code": "110971", "Description": "Your invoice may vary from the displayed reference rates"}
            ],
            "BillingWeight": _POUNDS,
            "TransportationCharges": _money("42.63"),
            "BaseServiceCharge": _money("36.00"),
            "ServiceOptionsCharges": _money("0.00"),
            "TotalCharges": _money("42.63"),
            "NegotiatedRateCharges": {"TotalCharge": _money("31.65")},
            "GuaranteedDelivery": {"BusinessDaysInTransit": "1", "DeliveryByTime": "10:30 A.M."},
            "RatedPackage": [package] * packages,
        }
        for service in services
    ]
    return {"RateResponse": {"Response": {"ResponseStatus": _GOOD}, "RatedShipment": shipments}}


def _tracked() -> Any:
    activity = [
        {
            "location": {"address": {"city": "ATLANTA", "stateProvince": "GA", "countryCode": "US"}, "slic": "3031"},
            "status": {"type": "I", "description": "Departed from Facility", "code": "DP", "statusCode": "005"},
            "date": f"202601{1 + number // 2:02}",
            "time": f"{number % 24:02}1500",
            "gmtDate": f"202601{1 + number // 2:02}",
            "gmtTime": f"{number % 24:02}:15:00",
            "gmtOffset": "-05:00",
        }
        for number in reversed(range(ACTIVITIES))
    ]
    package = {
        "trackingNumber": NUMBER,
        "deliveryDate": [{"type": "SDD", "date": "20260125"}],
        "deliveryTime": {"type": "EDW", "startTime": "101500", "endTime": "141500"},
        "activity": activity,
        "currentStatus": {"code": "005", "description": "In Transit", "simplifiedTextDescription": "In Transit"},
        "packageAddress": [
            {"type": "DESTINATION", "address": {"city": "CHARLOTTE", "stateProvince": "NC", "countryCode": "US"}}
        ],
        "weight": {"unitOfMeasurement": "LBS", "weight": "10.50"},
        "service": {"code": "518", "levelCode": "003", "description": "UPS Ground"},
        "referenceNumber": [{"type": "SHIPMENT", "number": "ORDER-4711"}],
        "packageCount": 1,
    }
    return {
        "trackResponse": {"shipment": [{"inquiryNumber": NUMBER, "package": [package], "userRelation": ["MYCHOICE"]}]}
    }


def _shipped(packages: int) -> Any:
    label = {"ImageFormat": {"Code": "GIF", "Description": "GIF"}, "GraphicImage": label_image(), "HTMLImage": _PAGE}
    results = {
        "ShipmentCharges": {
            "TransportationCharges": _money("12.34"),
            "ServiceOptionsCharges": _money("0.00"),
            "TotalCharges": _money("12.34"),
        },
        "BillingWeight": _POUNDS,
        "ShipmentIdentificationNumber": NUMBER,
        "PackageResults": [
            {
                "TrackingNumber": f"{NUMBER[:-2]}{number:02}",
                "ServiceOptionsCharges": _money("0.00"),
                "ShippingLabel": label,
            }
            for number in range(packages)
        ],
    }
    return {"ShipmentResponse": {"Response": {"ResponseStatus": _GOOD}, "ShipmentResults": results}}


_PAGE: Final = base64.b64encode(b"<html><body><img src='label.gif'></body></html>" * 20).decode()


@cache
def label_image() -> str:
    """A GIF of about 34 KB, in base64 as UPS sends it."""
    noise = random.Random(1).randbytes(428 * 504 // 8)
    made = io.BytesIO()
    Image.frombytes("1", (504, 428), noise).save(made, "GIF")
    return base64.b64encode(made.getvalue()).decode()
