"""ShipAccept: the second of the old two phases. It hands out what the ship call brought.

XML: POST ShipAccept, ShipmentAcceptRequest{ShipmentDigest}. SOAP and JSON: Ship, ShipAcceptRequest. There is no call to
translate: the answer is written from the one stored reply of the ship call, or from a label recovery when that reply
was deleted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from ups_gateway.errors import BadDigest
from ups_gateway.model import Account, Asked, Terms, Translated, TwoPhase
from ups_gateway.translate.engine import Drop, From, Table, To, amend, leaves
from ups_gateway.translate.operations.parts import CODE, REFERENCE, SOAP_REFERENCE, required
from ups_gateway.translate.operations.shipment_results import (
    BILLING_WEIGHT,
    CHARGE,
    DISCLAIMER,
    DOCUMENT,
    FORM,
    FORMAT,
    IMAGE,
    NO_SENSOR,
    XML_CHARGES,
    XML_NEGOTIATED,
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

SOAP_REQUEST: Final[Table] = {
    "Request": {
        "RequestOption": XML_REQUEST["Request"]["RequestOption"],
        "SubVersion": XML_REQUEST["Request"]["SubVersion"],
        "TransactionReference": SOAP_REFERENCE,
    },
    "ShipmentDigest": XML_REQUEST["ShipmentDigest"],
}

XML_FORM: Final[Table] = amend(FORM, {"Image": required("Image", IMAGE)})
XML_PACKAGE: Final[Table] = {
    "TrackingNumber": From("TrackingNumber", default=""),
    "BaseServiceCharge": CHARGE,
    "ServiceOptionsCharges": CHARGE,
    "LabelImage": From(
        "ShippingLabel",
        {
            "LabelImageFormat": required("ImageFormat", FORMAT),
            "GraphicImage": From("GraphicImage", default=""),
            "GraphicImagePart": [None],
            **leaves("InternationalSignatureGraphicImage HTMLImage PDF417"),
        },
    ),
    "Receipt": From("ShippingReceipt", {"Image": From("", IMAGE)}),
    **leaves("USPSPICNumber CN22Number"),
    "Form": XML_FORM,
    "Accessorial": CODE,
    "ItemizedCharges": [CHARGE],
    "NegotiatedCharges": {"ItemizedCharges": [CHARGE]},
    "SimpleRate": {"Code": None},
    "SensorID": NO_SENSOR,
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
        "Form": XML_FORM,
        "CODTurnInPage": DOCUMENT,
        "HighValueReport": DOCUMENT,
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
