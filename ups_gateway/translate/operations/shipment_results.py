"""What came of a shipment: charges, labels and documents, read from the reply of the ship call.

The shapes here serve all old answers: of ShipConfirm, of ShipAccept, of the one-phase ship. When the stored reply was
deleted, a label recovery takes its place: the rule is that whatever is read from one can be read from the other, as far
as it knows.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from ups_gateway.translate.engine import Drop, From, Node, Table, amend, leaves
from ups_gateway.translate.operations.parts import AMOUNT, CODE, at, listed, required, texts_at

CHARGE: Final[Table] = leaves("Code Description CurrencyCode MonetaryValue SubType")
TAX: Final[Table] = leaves("Type MonetaryValue")
BILLING_WEIGHT: Final[Table] = {"UnitOfMeasurement": CODE, "Weight": From("Weight", default="0.0")}
DISCLAIMER: Final[Table] = {"Code": None, "Description": From("Description", default="")}

XML_CHARGES: Final[Table] = {
    "RateChart": None,
    "BaseServiceCharge": CHARGE,
    "TransportationCharges": CHARGE,
    "ServiceOptionsCharges": CHARGE,
    "ItemizedCharges": [CHARGE],
    "TaxCharges": [TAX],
    "TotalCharges": CHARGE,
    "TotalChargesWithTaxes": CHARGE,
}
XML_NEGOTIATED: Final[Table] = {
    "ItemizedCharges": [CHARGE],
    "TaxCharges": [TAX],
    "NetSummaryCharges": From("", {"GrandTotal": From("TotalCharge", AMOUNT), "TotalChargesWithTaxes": CHARGE}),
}
"""NegotiatedRates of the XML API; REST's NegotiatedRateCharges is flat."""

NO_DUTIES: Final = Drop("UPS's REST estimates no duties and taxes with a shipment; landed cost is an API of its own")
NO_SENSOR: Final = Drop("UPS's REST answers no sensor")

# --- ShipmentResults in the order of SOAP (ShipWebServiceSchema.xsd), which requires more than the XML API ------------

_CHARGE: Final[Table] = amend(
    CHARGE, {"CurrencyCode": From("CurrencyCode", default=""), "MonetaryValue": From("MonetaryValue", default="")}
)
_TAX: Final[Table] = amend(TAX, {"Type": From("Type", default="")})
_UNIT: Final[Table] = {"Code": From("Code", default=""), "Description": None}
_UNIT_OF: Final = required("UnitOfMeasurement", _UNIT)
FORMAT: Final[Table] = {"Code": From("Code", default=""), "Description": None}
IMAGE: Final[Table] = {
    "ImageFormat": required("ImageFormat", FORMAT),
    "GraphicImage": From("GraphicImage", default=""),
}
DOCUMENT: Final[Table] = {"Image": required("Image", IMAGE)}
FORM: Final[Table] = {
    "Code": From("Code", default=""),
    "Description": From("Description", default=""),
    "Image": {"ImageFormat": FORMAT, "GraphicImage": None},
    **leaves("FormGroupId FormGroupIdName"),
}
_HANDLING_UNIT: Final[Table] = {
    "Quantity": From("Quantity", default=""),
    "Type": required("Type", _UNIT),
    "Dimensions": required(
        "Dimensions",
        {
            "UnitOfMeasurement": _UNIT_OF,
            **{name: From(name, default="") for name in ("Length", "Width", "Height")},
        },
    ),
    "AdjustedHeight": {"Value": From("Value", default=""), "UnitOfMeasurement": _UNIT_OF},
}
FREIGHT: Final[Table] = {
    "TransportationCharges": required(
        "TransportationCharges",
        {
            "GrossCharge": required("GrossCharge", _CHARGE),
            "DiscountAmount": required("DiscountAmount", _CHARGE),
            "DiscountPercentage": From("DiscountPercentage", default=""),
            "NetCharge": required("NetCharge", _CHARGE),
        },
    ),
    "FreightDensityRate": leaves("Density TotalCubicFeet"),
    "HandlingUnits": [_HANDLING_UNIT],
}
_PACKAGE: Final[Table] = {
    "TrackingNumber": From("TrackingNumber", default=""),
    "BaseServiceCharge": _CHARGE,
    "ServiceOptionsCharges": _CHARGE,
    "ShippingLabel": {
        **IMAGE,
        "GraphicImagePart": [None],
        **leaves("InternationalSignatureGraphicImage HTMLImage PDF417"),
    },
    "ShippingReceipt": IMAGE,
    **leaves("USPSPICNumber CN22Number"),
    "Accessorial": [{"Code": From("Code", default=""), "Description": None}],
    "Form": FORM,
    "ItemizedCharges": [_CHARGE],
    "NegotiatedCharges": {"ItemizedCharges": [_CHARGE]},
    "SimpleRate": {"Code": None},
    "SensorID": NO_SENSOR,
    "CommodityDutyCharges": NO_DUTIES,
}
CHARGES: Final[Table] = {
    "RateChart": None,
    "BaseServiceCharge": _CHARGE,
    "TransportationCharges": required("TransportationCharges", _CHARGE),
    "ItemizedCharges": [_CHARGE],
    "ServiceOptionsCharges": required("ServiceOptionsCharges", _CHARGE),
    "TaxCharges": [_TAX],
    "TotalCharges": required("TotalCharges", _CHARGE),
    "TotalChargesWithTaxes": _CHARGE,
    "EstimatedDutiesAndTaxes": NO_DUTIES,
}
RESULTS: Final[Table] = {
    "Disclaimer": [{"Code": From("Code", default=""), "Description": From("Description", default="")}],
    "ShipmentCharges": CHARGES,
    "NegotiatedRateCharges": {
        "ItemizedCharges": [_CHARGE],
        "TaxCharges": [_TAX],
        "TotalCharge": _CHARGE,
        "TotalChargesWithTaxes": _CHARGE,
    },
    "FRSShipmentData": FREIGHT,
    **leaves("RatingMethod BillableWeightCalculationMethod"),
    "BillingWeight": required(
        "BillingWeight", {"UnitOfMeasurement": _UNIT_OF, "Weight": From("Weight", default="0.0")}
    ),
    **leaves("ShipmentIdentificationNumber MIDualReturnShipmentKey"),
    "ShipmentDigest": Drop("ShipConfirm alone gives a digest"),
    "PackageResults": [_PACKAGE],
    "ControlLogReceipt": [IMAGE],
    "Form": FORM,
    "CODTurnInPage": DOCUMENT,
    "HighValueReport": DOCUMENT,
    **leaves("LabelURL LocalLanguageLabelURL ReceiptURL LocalLanguageReceiptURL"),
    "DGPaperImage": [None],
    "MasterCartonID": None,
}
"""ShipmentResults of SOAP and legacy JSON."""


# --- the tree that the templates read ---------------------------------------------------------------------------------


def results_of(body: Any) -> Node:
    """ShipmentResults of a ship reply, or what a label recovery knows of them, in the same shape."""
    if "LabelRecoveryResponse" in body:
        results = _recovered(next(_objects_at(body, "LabelRecoveryResponse"), {}))
    elif "ShipmentAcceptResponse" in body:
        results = _accepted(next(_objects_at(body, "ShipmentAcceptResponse"), {}))
    else:
        results = dict(next(_objects_at(body, "ShipmentResponse.ShipmentResults"), {}))
    results["PackageResults"] = listed(results.get("PackageResults"))
    # Shipping.yaml lets the number out; it is that of the lead package
    numbers = texts_at(results, "ShipmentIdentificationNumber", "PackageResults.TrackingNumber")
    results["ShipmentIdentificationNumber"] = next(iter(numbers), "")
    if not next(at(results, "NegotiatedRateCharges.TotalCharge"), None):
        results.pop("NegotiatedRateCharges", None)
    return results


def _objects_at(tree: Any, path: str) -> Iterator[Node]:
    """Without what is none. Only for the ledger: an answer without its labels must not pass for a good one."""
    return (found for found in at(tree, path) if isinstance(found, dict))


def _recovered(response: Node) -> Node:
    known = ("ShipmentIdentificationNumber", "Form", "CODTurnInPage", "HighValueReport")
    packages = []
    for found in at(response, "LabelResults"):
        package: Node = {"TrackingNumber": found.get("TrackingNumber") or found.get("MailInnovationsTrackingNumber")}
        image = found.get("LabelImage") or found.get("MailInnovationsLabelImage")
        if image:
            package["ShippingLabel"] = {**image, "ImageFormat": image.get("LabelImageFormat")}
        receipt = next(at(found, "Receipt.Image"), None)
        if receipt:
            package["ShippingReceipt"] = receipt
        if "Form" in found:
            package["Form"] = found["Form"]
        packages.append(package)
    return {"PackageResults": packages, **{name: response[name] for name in known if name in response}}


def _accepted(response: Node) -> Node:
    """An answer of the XML API's ShipAccept (ShipAcceptResponse.xsd)."""
    results: Node = next(at(response, "ShipmentResults"), {})
    packages = []
    for package in listed(results.get("PackageResults")):
        label: Node = next(at(package, "LabelImage"), {})
        packages.append({**package, "ShippingLabel": {**label, "ImageFormat": label.get("LabelImageFormat")}})
    return {**results, "PackageResults": packages}


def printable(results: Node) -> Node:
    """Results whose GIF labels all have their page."""
    packages = []
    for package in results["PackageResults"]:
        label = package.get("ShippingLabel")
        if label:
            number = str(package.get("TrackingNumber", ""))
            packages.append({**package, "ShippingLabel": with_page(number, label, "ImageFormat")})
        else:
            packages.append(package)
    return {**results, "PackageResults": packages}


def with_page(number: str, label: Node, format_member: str) -> Node:
    """A GIF label with the HTML page that old clients print it from, where UPS gave none.

    UPS's page names a file beside it ("label1Z....gif"); this one carries the picture itself.
    """
    image = label.get("GraphicImage")
    kind = next(iter(texts_at(label, f"{format_member}.Code")), "")
    if label.get("HTMLImage") or not image or kind.upper() != "GIF":
        return label
    title = escape(f"Label {number}")
    page = (
        f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n"
        f'<body><img src="data:image/gif;base64,{image}" alt="{title}" width="651" height="392"></body></html>\n'
    )
    return {**label, "HTMLImage": base64.b64encode(page.encode("ascii", "xmlcharrefreplace")).decode("ascii")}


# --- for the ledger and the pages -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Created:
    """What a ship call created; `number` is the shipment identification number."""

    number: str
    tracking_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """One label, decoded. `format` is UPS's code in upper case: GIF, PNG, PDF, ZPL, EPL or SPL."""

    tracking_number: str
    format: str
    data: bytes


def created(body: Any) -> Created:
    """The numbers in the body of a ship reply (or of a label recovery); empty where there are none."""
    results = results_of(body)
    return Created(results["ShipmentIdentificationNumber"], texts_at(results, "PackageResults.TrackingNumber"))


def labels(body: Any) -> tuple[Label, ...]:
    """Every label of such a body, further parts after it; what is no base64 is left out."""
    found = []
    for package in _objects_at(results_of(body), "PackageResults"):
        label = package.get("ShippingLabel") or {}
        kind = next(iter(texts_at(label, "ImageFormat.Code")), "").upper()
        for image in texts_at(label, "GraphicImage", "GraphicImagePart"):
            try:
                data = base64.b64decode(image)
            except ValueError:
                continue  # nothing that a person could print
            found.append(Label(str(package.get("TrackingNumber") or ""), kind, data))
    return tuple(found)
