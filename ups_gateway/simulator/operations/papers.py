"""The pictures that come with a shipment: labels, receipts, customs forms, reports.

The rule: each is drawn anew from the kept shipment, so label recovery gives the bytes that shipping gave.
"""

from base64 import b64encode
from typing import Any

from ups_gateway.simulator import labels, pdf, places
from ups_gateway.simulator.consignment import Party
from ups_gateway.simulator.labels import Label
from ups_gateway.simulator.services import lane, name_of
from ups_gateway.simulator.shipments import Package, Shipment

FORMS = "forms"
CONTROL_LOG = "control log receipt"
HIGH_VALUE = "high value report"
COD_PAGE = "cod turn-in page"
DANGEROUS_GOODS = "dangerous goods paper"
RECEIPT = "shipping receipt"

HIGH_VALUE_FROM = 1000
"""A declared value of more than 999 dollars needs a control log (UPS's shipping guide)."""


def _lines(party: Party) -> tuple[str, ...]:
    at = party.address
    city = " ".join(filter(None, (at.city.upper(), at.state, at.postal)))
    names = dict.fromkeys(filter(None, (party.attention.upper(), party.name.upper())))
    home = () if at.country == "US" else (places.country(at.country).name,)
    return (*names, *(line.upper() for line in at.lines[:2]), city, *home)


def label_of(shipment: Shipment, package: Package) -> Label:
    """What is printed on a package's label."""
    numbers = [each.number for each in shipment.packages]
    goods = shipment.goods
    parcel = package.parcel
    references = (*parcel.references, *shipment.references)
    return Label(
        package.number,
        name_of(shipment.service, lane(goods.origin.country, goods.destination.country)),
        _lines(shipment.sender),
        _lines(shipment.receiver),
        f"{parcel.weight:g} {parcel.unit}" if parcel.weight else "LTR",
        numbers.index(package.number) + 1,
        len(numbers),
        f"{shipment.created_at:%d %b %Y}".upper(),
        shipment.billing,
        tuple(reference.value for reference in references[:3]),
    )


def _format(kind: str) -> dict[str, str]:
    return {"Code": kind, "Description": kind}


def shipping_label(shipment: Shipment, package: Package) -> dict[str, Any]:
    """ShippingLabel, in the format the shipment was made with."""
    kind = shipment.label_format
    return {
        "ImageFormat": _format(kind),
        "GraphicImage": labels.encoded(label_of(shipment, package), kind),
        **({"HTMLImage": labels.html_page(package.number)} if kind == "GIF" else {}),
    }


def _page(shipment: Shipment, title: str, *lines: str) -> dict[str, Any]:
    page = pdf.document(
        f"SIMULATED - {title}",
        f"Shipment {shipment.number}",
        f"Shipper {shipment.account} {shipment.shipper.name}",
        "From: " + ", ".join(_lines(shipment.sender)),
        "To: " + ", ".join(_lines(shipment.receiver)),
        *(
            f"{each.number}  {each.parcel.weight:g} {each.parcel.unit}  {each.parcel.description}"
            for each in shipment.packages[:40]
        ),
        *lines,
    )
    return {"ImageFormat": _format("PDF"), "GraphicImage": b64encode(page).decode()}


def forms(shipment: Shipment) -> dict[str, Any]:
    """Form: all international forms that were asked for, as one file."""
    return {
        "Code": "01",
        "Description": "All Requested International Forms",
        "Image": _page(shipment, "INTERNATIONAL FORMS"),
    }


def receipt(shipment: Shipment) -> dict[str, Any]:
    """ShippingReceipt of a return."""
    return _page(shipment, "SHIPPING RECEIPT")


def of_shipment(shipment: Shipment) -> dict[str, Any]:
    """The members of ShipmentResults for the shipment's papers."""
    found: dict[str, Any] = {}
    if CONTROL_LOG in shipment.papers:
        found["ControlLogReceipt"] = [_page(shipment, "CONTROL LOG RECEIPT")]
    found |= recovered(shipment)
    if DANGEROUS_GOODS in shipment.papers:
        found["DGPaperImage"] = [_page(shipment, "DANGEROUS GOODS DECLARATION")["GraphicImage"]]
    return found


def recovered(shipment: Shipment) -> dict[str, Any]:
    """The papers that label recovery gives again."""
    found: dict[str, Any] = {}
    if FORMS in shipment.papers:
        found["Form"] = forms(shipment)
    if COD_PAGE in shipment.papers:
        found["CODTurnInPage"] = {"Image": _page(shipment, "COD TURN-IN PAGE", f"Collect {shipment.cod}")}
    if HIGH_VALUE in shipment.papers:
        found["HighValueReport"] = {"Image": _page(shipment, "HIGH VALUE REPORT")}
    return found


def label_link(number: str) -> str:
    """Where a label can be fetched; a name that leads nowhere, as nothing here is UPS's."""
    return f"https://simulated.example/labels/{number}"
