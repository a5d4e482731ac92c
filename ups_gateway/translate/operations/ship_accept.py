"""ShipAccept: the second of the old two phases. It hands out what the ship call brought.

XML: POST ShipAccept, ShipmentAcceptRequest{ShipmentDigest}. There is no call to translate: the answer is written from
the one stored reply of the ship call, or from a label recovery when that reply was deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from ups_gateway.errors import BadDigest
from ups_gateway.model import Account, Asked, Terms, Translated, TwoPhase
from ups_gateway.translate.engine import Drop, From, Table, To, leaves
from ups_gateway.translate.operations.parts import CODE, REFERENCE, warning_of
from ups_gateway.translate.operations.shipment_results import (
    BILLING_WEIGHT,
    CHARGE,
    DISCLAIMER,
    XML_CHARGES,
    XML_NEGOTIATED,
    required,
    results_of,
    with_page,
)

XML_REQUEST: Final[Table] = {
    "Request": {
        "RequestAction": Drop("the path says it"),
        "RequestOption": Drop("of an accept UPS never gave it a meaning"),
        "SubVersion": Drop("the version of the answer is that of the ship call"),
        "TransactionReference": REFERENCE,
    },
    "ShipmentDigest": To("digest", via=lambda text: "".join(text.split())),
}

IMAGE: Final[Table] = {
    "ImageFormat": required("ImageFormat", {"Code": From("Code", default=""), "Description": None}),
    "GraphicImage": From("GraphicImage", default=""),
}
FORM: Final[Table] = {
    "Code": From("Code", default=""),
    "Description": From("Description", default=""),
    "Image": required("Image", IMAGE),
    **leaves("FormGroupId FormGroupIdName"),
}
XML_PACKAGE: Final[Table] = {
    "TrackingNumber": From("TrackingNumber", default=""),
    "BaseServiceCharge": CHARGE,
    "ServiceOptionsCharges": CHARGE,
    "LabelImage": From(
        "ShippingLabel",
        {
            "LabelImageFormat": required("ImageFormat", {"Code": From("Code", default=""), "Description": None}),
            "GraphicImage": From("GraphicImage", default=""),
            "GraphicImagePart": [None],
            **leaves("InternationalSignatureGraphicImage HTMLImage PDF417"),
        },
    ),
    "Receipt": From("ShippingReceipt", {"Image": From("", IMAGE)}),
    **leaves("USPSPICNumber CN22Number"),
    "Form": FORM,
    "Accessorial": CODE,
    "ItemizedCharges": [CHARGE],
    "NegotiatedCharges": {"ItemizedCharges": [CHARGE]},
    "SimpleRate": {"Code": None},
    "SensorID": Drop("UPS's REST answers no sensor"),
    "RateModifier": [leaves("ModifierType ModifierDesc Amount")],
}
XML_ANSWER: Final[Table] = {
    "ShipmentResults": {
        "ShipmentCharges": XML_CHARGES,
        "NegotiatedRates": From("NegotiatedRateCharges", XML_NEGOTIATED),
        "BillingWeight": required("BillingWeight", BILLING_WEIGHT),
        "Disclaimer": [DISCLAIMER],
        **leaves("ShipmentIdentificationNumber MIDualReturnShipmentKey RatingMethod BillableWeightCalculationMethod"),
        "PickupRequestNumber": Drop("UPS's REST books pickups by an API of their own"),
        "ControlLogReceipt": IMAGE,
        "PackageResults": [XML_PACKAGE],
        "Form": FORM,
        "CODTurnInPage": {"Image": required("Image", IMAGE)},
        "HighValueReport": {"Image": required("Image", IMAGE)},
        **leaves("LabelURL LocalLanguageLabelURL ReceiptURL LocalLanguageReceiptURL"),
        "DGPaperImage": [None],
        "MasterCartonID": None,
    }
}


def digest(tree: Any) -> str | None:
    """What confirm gave, without the line breaks that clients put into it."""
    value: str | None = tree.get("digest")
    return value


def request(asked: Asked, _account: Account, terms: Terms) -> Translated:
    """No call: the ledger has the answer or, after a quote, the call for it. Raises BadDigest where no digest is."""
    if not asked.digest:
        raise BadDigest("Missing or invalid shipment digest.", location="ShipmentDigest")
    creating = TwoPhase.QUOTE in (terms.two_phase, terms.at_once)
    return Translated(replace(asked, creating=creating), ())


def source(_translated: Translated, bodies: Sequence[Any]) -> Any:
    """The tree the template reads, GIF labels with their page."""
    results = results_of(bodies[0])
    results["PackageResults"] = [_printable(package) for package in results["PackageResults"]]
    return {"ShipmentResults": results}


def _printable(package: dict[str, Any]) -> dict[str, Any]:
    label = package.get("ShippingLabel")
    if not label:
        return package
    return {**package, "ShippingLabel": with_page(str(package.get("TrackingNumber", "")), label, "ImageFormat")}


def warning(bodies: Sequence[Any]) -> tuple[str, str] | None:
    """The first alert of the ship call."""
    return warning_of(bodies[0], "ShipmentResponse")
