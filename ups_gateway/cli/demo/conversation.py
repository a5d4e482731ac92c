"""An old program's day: shop for rates, confirm, accept, track, void; shown to a person as it happens.

The rule: the requests go over the gateway's own port, byte for byte as an old program sends them, and what is printed
of UPS is the simulator's own log.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
from lxml import etree

from ups_gateway.cli.demo.house import ACCOUNT, LICENCE, PASSWORD, USER, DemoFailed, House

Say = Callable[[str], None]

LONG_TEXT: Final = 60
LONG_ANSWER: Final = 40
"""Lines of an answer that are shown."""

_ACCESS: Final = (
    '<?xml version="1.0"?><AccessRequest xml:lang="en-US">'
    f"<AccessLicenseNumber>{LICENCE}</AccessLicenseNumber><UserId>{USER}</UserId><Password>{PASSWORD}</Password>"
    "</AccessRequest>"
)
_REFERENCE: Final = (
    "<TransactionReference><CustomerContext>order 4711</CustomerContext><XpciVersion>1.0001</XpciVersion>"
    "</TransactionReference>"
)
_SHIPPER: Final = (
    "<Shipper><Name>Example Shop</Name><AttentionName>Ann Example</AttentionName><PhoneNumber>4045551212</PhoneNumber>"
    f"<ShipperNumber>{ACCOUNT}</ShipperNumber><Address><AddressLine1>55 Glenlake Pkwy</AddressLine1>"
    "<City>Atlanta</City><StateProvinceCode>GA</StateProvinceCode><PostalCode>30328</PostalCode><CountryCode>US</CountryCode></Address>"
    "</Shipper>"
)
_SHIP_TO: Final = (
    "<ShipTo><CompanyName>Blue Door Books</CompanyName><AttentionName>Bob</AttentionName>"
    "<PhoneNumber>2125551212</PhoneNumber><Address><AddressLine1>350 5th Ave</AddressLine1><City>New York</City>"
    "<StateProvinceCode>NY</StateProvinceCode><PostalCode>10118</PostalCode><CountryCode>US</CountryCode></Address>"
    "</ShipTo>"
)
_WEIGHT: Final = (
    "<PackageWeight><UnitOfMeasurement><Code>LBS</Code></UnitOfMeasurement><Weight>7.5</Weight></PackageWeight>"
)


@dataclass(frozen=True, slots=True)
class _Told:
    """An answer of the gateway."""

    root: Any

    def text(self, path: str) -> str:
        return str(self.root.findtext(path) or "")


async def converse(at: House, say: Say) -> None:
    """The whole day. Raises DemoFailed with the gateway's own words when a step is refused."""
    async with aiohttp.ClientSession() as session:
        program = _Program(at, session, say)
        rates = await program.ask("Rate", "Shop for rates", _rate())
        for shipment in rates.root.findall("RatedShipment"):
            negotiated = shipment.findtext("NegotiatedRates/NetSummaryCharges/GrandTotal/MonetaryValue")
            say(
                f"      service {shipment.findtext('Service/Code')}: {shipment.findtext('TotalCharges/MonetaryValue')} "
                f"{shipment.findtext('TotalCharges/CurrencyCode')}"
                + (f", negotiated {negotiated}" if negotiated else "")
            )
        confirmed = await program.ask("ShipConfirm", "Confirm a shipment (here: it is created)", _confirm())
        number = confirmed.text("ShipmentIdentificationNumber")
        say(f"      {number}, {confirmed.text('ShipmentCharges/TotalCharges/MonetaryValue')} USD")
        accepted = await program.ask("ShipAccept", "Accept it", _accept(confirmed.text("ShipmentDigest")))
        say(f"      label saved as {_save(accepted)}")
        tracked = await program.ask("Track", "Track it", _track(number))
        say(f"      {tracked.text('Shipment/Package/Activity/Status/StatusType/Description')}")
        voided = await program.ask("Void", "Void it", _void(number))
        say(f"      {voided.text('Status/StatusType/Description')}")
    say("\nAn old program rated, shipped, tracked and voided; UPS saw OAuth and REST only.")


@dataclass(frozen=True, slots=True)
class _Program:
    at: House
    session: aiohttp.ClientSession
    say: Say

    async def ask(self, tool: str, title: str, request: str) -> _Told:
        """One request of the old program, with what it led to."""
        path = f"/ups.app/xml/{tool}"
        self.say(f"\n=== {title} ===\n--> old program: POST {path}")
        self.say(_pretty(request))
        await self.session.delete(f"{self.at.ups_url}/_control/calls")
        body = f'{_ACCESS}<?xml version="1.0"?>{request}'.encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            async with self.session.post(self.at.legacy_url + path, data=body, headers=headers) as answer:
                received = await answer.read()
        except aiohttp.ClientError as error:
            raise DemoFailed(f"The gateway did not answer {path}: {error}") from error
        async with self.session.get(f"{self.at.ups_url}/_control/calls") as calls:
            rows = await calls.json()
        for row in rows:
            self.say(f"    UPS was asked: {row['method']} {row['path']} -> {row['status']}")
        if not rows:
            self.say("    UPS was not asked: answered from the ledger")
        text = received.decode("ascii")
        self.say(f"<-- gateway: {len(received)} bytes")
        self.say(_pretty(text))
        told = _Told(etree.fromstring(text))
        if told.text("Response/ResponseStatusCode") != "1":
            where = "Response/Error/Error"
            raise DemoFailed(f"{tool} was refused: {told.text(where + 'Code')} {told.text(where + 'Description')}")
        return told


def _pretty(document: str) -> str:
    """XML for people: indented, long texts and answers cut."""
    root = etree.fromstring(document, etree.XMLParser(remove_blank_text=True, resolve_entities=False))
    for element in root.iter():
        if element.text and len(element.text) > LONG_TEXT:
            element.text = f"{element.text[:LONG_TEXT]}... ({len(element.text)} characters)"
    etree.indent(root, "  ")
    lines = etree.tostring(root, encoding="unicode").splitlines()
    cut = [f"... ({len(lines) - LONG_ANSWER} more lines)"] if len(lines) > LONG_ANSWER else []
    return "\n".join(f"      {line}" for line in lines[:LONG_ANSWER] + cut)


def _save(accepted: _Told) -> Path:
    """The label as a file in the current directory."""
    package = "ShipmentResults/PackageResults/"
    number = re.sub(r"[^0-9A-Za-z]", "", accepted.text(package + "TrackingNumber"))
    kind = accepted.text(package + "LabelImage/LabelImageFormat/Code").lower()
    file = Path.cwd() / f"label-{number}.{kind}"
    try:
        file.write_bytes(base64.b64decode(accepted.text(package + "LabelImage/GraphicImage")))
    except OSError as error:
        raise DemoFailed(f"The label could not be saved as {file}: {error.strerror}") from error
    return file


# --- what the old program sends -------------------------------------------------------------------------------------


def _rate() -> str:
    return (
        f"<RatingServiceSelectionRequest><Request>{_REFERENCE}<RequestAction>Rate</RequestAction>"
        "<RequestOption>Shop</RequestOption></Request><PickupType><Code>01</Code></PickupType>"
        f"<Shipment>{_SHIPPER}{_SHIP_TO}<Package><PackagingType><Code>02</Code></PackagingType>{_WEIGHT}</Package>"
        "</Shipment></RatingServiceSelectionRequest>"
    )


def _confirm() -> str:
    return (
        f"<ShipmentConfirmRequest><Request>{_REFERENCE}<RequestAction>ShipConfirm</RequestAction>"
        f"<RequestOption>nonvalidate</RequestOption></Request><Shipment>{_SHIPPER}{_SHIP_TO}"
        "<Service><Code>03</Code></Service><PaymentInformation><Prepaid><BillShipper>"
        f"<AccountNumber>{ACCOUNT}</AccountNumber></BillShipper></Prepaid></PaymentInformation>"
        f"<Package><PackagingType><Code>02</Code></PackagingType>{_WEIGHT}"
        "<ReferenceNumber><Code>PO</Code><Value>4711</Value></ReferenceNumber></Package></Shipment>"
        "<LabelSpecification><LabelPrintMethod><Code>GIF</Code></LabelPrintMethod>"
        "<LabelImageFormat><Code>GIF</Code></LabelImageFormat></LabelSpecification></ShipmentConfirmRequest>"
    )


def _accept(digest: str) -> str:
    return (
        f"<ShipmentAcceptRequest><Request>{_REFERENCE}<RequestAction>ShipAccept</RequestAction></Request>"
        f"<ShipmentDigest>{digest}</ShipmentDigest></ShipmentAcceptRequest>"
    )


def _track(number: str) -> str:
    return (
        f"<TrackRequest><Request>{_REFERENCE}<RequestAction>Track</RequestAction>"
        f"<RequestOption>activity</RequestOption></Request><TrackingNumber>{number}</TrackingNumber></TrackRequest>"
    )


def _void(number: str) -> str:
    return (
        f"<VoidShipmentRequest><Request>{_REFERENCE}<RequestAction>1</RequestAction></Request>"
        f"<ShipmentIdentificationNumber>{number}</ShipmentIdentificationNumber></VoidShipmentRequest>"
    )
