"""Labels of a shipment once more.

XML: POST LabelRecovery, LabelRecoveryRequest. SOAP and JSON: LBRecovery, the same root. REST: POST
/api/labels/v1/recovery (Shipping.yaml). By tracking number, or by reference number and shipper number, which stand side
by side in the XML API and in one container elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import (
    ABSENT,
    FLAG,
    Default,
    Drop,
    From,
    Made,
    Node,
    Table,
    To,
    amend,
    fill_defaults,
    leaves,
)
from ups_gateway.translate.operations.parts import (
    ECHOED,
    SOAP_REFERENCE,
    at,
    copied,
    listed,
    required,
    texts_at,
    warning_of,
)
from ups_gateway.translate.operations.ship import STOCK
from ups_gateway.translate.operations.shipment_request import THERMAL, label_format, stock_size
from ups_gateway.translate.operations.shipment_results import DOCUMENT, with_page

VERSION: Final = "v1"


def _context(value: Any, target: Node, _body: Node) -> None:
    # this API alone wants 5 to 512 characters; a shorter one is echoed by the gateway
    if isinstance(value, str) and len(value) >= 5:
        target["CustomerContext"] = value[:512]


REQUEST: Final[Table] = {
    "Request": {
        **leaves("SubVersion RequestOption"),
        "TransactionReference": {"CustomerContext": Made(_context, ("CustomerContext",))},
    },
    "LabelSpecification": {
        "HTTPUserAgent": To("HTTPUserAgent", via=lambda text: text[:64]),
        "LabelImageFormat": {"Code": To("Code", via=label_format), "Description": None},
        "LabelStockSize": Made(stock_size, ("LabelStockSize",), leaves("Height Width")),
    },
    "Translate": leaves("LanguageCode DialectCode Code"),
    "LabelDelivery": {"LabelLinkIndicator": FLAG, "ResendEMailIndicator": FLAG},
    "TrackingNumber": None,
    "MailInnovationsTrackingNumber": None,
    "ReferenceValues": {"ReferenceNumber": {"Value": None}, "ShipperNumber": None},
    "Locale": None,
    "UPSPremiumCareForm": leaves("PageSize PrintType"),
}
"""LabelRecoveryRequest in REST's shape."""

SOAP_REQUEST: Final[Table] = amend(
    REQUEST, {"Request.TransactionReference.TransactionIdentifier": SOAP_REFERENCE["TransactionIdentifier"]}
)

XML_REQUEST: Final[Table] = {
    **amend(
        REQUEST,
        {
            "Request.RequestAction": Drop("the path says it"),
            "Request.TransactionReference.XpciVersion": ECHOED,
            "Request.TransactionReference.ToolVersion": ECHOED,
            "ReferenceValues": ABSENT,
            "Locale": ABSENT,
        },
    ),
    "ReferenceNumber": To("ReferenceValues.ReferenceNumber", {"Value": None}),
    "ShipperNumber": To("ReferenceValues.ShipperNumber"),
}


def _dialect(_account: Account, tree: Node) -> str:
    # English of Great Britain is UPS's own default; 97 stands for a language without dialects (Shipping.yaml)
    return "GB" if tree["Translate"].get("LanguageCode", "").lower() == "eng" else "97"


def _format(account: Account, _tree: Node) -> str:
    wanted = account.defaults.label_format
    return wanted if wanted in THERMAL else "GIF"  # recovery has no PNG


def _stock(side: int) -> Any:
    def value(account: Account, tree: Node) -> str | None:
        kind = next(iter(texts_at(tree, "LabelSpecification.LabelImageFormat.Code")), _format(account, tree))
        return (account.defaults.label_stock or STOCK)[side] if kind in THERMAL else None

    return value


DEFAULTS: Final = (
    Default("LabelRecoveryRequest.Request", lambda _account, _tree: {}),
    Default("LabelRecoveryRequest.Translate?.DialectCode", _dialect),
    Default("LabelRecoveryRequest.Translate?.Code", "01"),
    Default("LabelRecoveryRequest.LabelSpecification.LabelImageFormat.Code", _format),
    Default("LabelRecoveryRequest.LabelSpecification?.LabelStockSize.Height", _stock(0)),
    Default("LabelRecoveryRequest.LabelSpecification?.LabelStockSize.Width", _stock(1)),
    Default("LabelRecoveryRequest.ReferenceValues?.ShipperNumber", lambda account, _tree: account.number),
)

LABEL_IMAGE: Final[Table] = {
    "LabelImageFormat": required("LabelImageFormat", {"Code": From("Code", default="")}),
    "GraphicImage": From("GraphicImage", default=""),
    **leaves("HTMLImage PDF417 InternationalSignatureGraphicImage URL"),
}
XML_ANSWER: Final[Table] = {
    "ShipmentIdentificationNumber": None,
    "CODTurnInPage": DOCUMENT,
    "Form": DOCUMENT,
    "HighValueReport": DOCUMENT,
    "LabelResults": [
        {
            "TrackingNumber": From("TrackingNumber", default=""),
            "LabelImage": required("LabelImage", LABEL_IMAGE),
            "Receipt": {"HTMLImage": None, "Image": {"ImageFormat": {"Code": None}, "GraphicImage": None}},
            "Form": DOCUMENT,
            "MailInnovationsTrackingNumber": None,
            "MailInnovationsLabelImage": LABEL_IMAGE,
        }
    ],
    "TrackingCandidate": [
        {
            "TrackingNumber": From("TrackingNumber", default=""),
            **leaves("DestinationPostalCode DestinationCountryCode"),
            "PickupDateRange": leaves("BeginDate EndDate"),
        }
    ],
}
SOAP_ANSWER: Final[Table] = amend(
    XML_ANSWER,
    {
        "LabelResults.Receipt.URL": None,
        "TrackingCandidate.PickupDateRange": {
            "BeginDate": From("BeginDate", default=""),
            "EndDate": From("EndDate", default=""),
        },
    },
)


def accounts(tree: Node) -> tuple[str, ...]:
    """The shipper's number beside a reference."""
    return texts_at(tree, "ReferenceValues.ShipperNumber")


def tracking_numbers(tree: Node) -> tuple[str, ...]:
    """The number whose labels are wanted."""
    return texts_at(tree, "TrackingNumber")


def creating(tree: Node) -> bool:
    """ResendEMailIndicator has UPS mail the label again."""
    return next(at(tree, "LabelDelivery.ResendEMailIndicator"), None) is not None


def request(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One POST."""
    body = {"LabelRecoveryRequest": copied(asked.tree)}
    filled = fill_defaults(body, DEFAULTS, account, asked.tree)
    return Translated(asked, (_call(body),), defaults=filled)


def _call(body: Node) -> RestCall:
    return RestCall("POST", f"/api/labels/{VERSION}/recovery", body=body)


def recovery_call(number: str, label_format: str = "GIF") -> RestCall:
    """The call that brings the labels of a shipment by its number, for an accept whose reply was deleted.

    `label_format` is GIF, PDF, ZPL, EPL or SPL; anything else (PNG) is asked for as GIF.
    """
    specification: Node = {"LabelImageFormat": {"Code": label_format if label_format in _FORMATS else "GIF"}}
    if label_format in THERMAL:
        specification["LabelStockSize"] = {"Height": STOCK[0], "Width": STOCK[1]}
    return _call(
        {"LabelRecoveryRequest": {"Request": {}, "LabelSpecification": specification, "TrackingNumber": number}}
    )


_FORMATS: Final = frozenset((*THERMAL, "GIF", "PDF"))


def source(_translated: Translated, bodies: Sequence[Any]) -> Any:
    """The tree the template reads, GIF labels with their page."""
    response = dict(bodies[0].get("LabelRecoveryResponse", {}))
    response["LabelResults"] = [_printable(found) for found in listed(response.get("LabelResults"))]
    return response


def _printable(found: Node) -> Node:
    changed = dict(found)
    for image, number in (
        ("LabelImage", "TrackingNumber"),
        ("MailInnovationsLabelImage", "MailInnovationsTrackingNumber"),
    ):
        if image in found:
            changed[image] = with_page(str(found.get(number, "")), found[image], "LabelImageFormat")
    return changed


def warning(bodies: Sequence[Any]) -> tuple[str, str] | None:
    """The first alert of the reply."""
    return warning_of(bodies[0], "LabelRecoveryResponse")
