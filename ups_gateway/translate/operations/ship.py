"""The one REST call that creates a shipment, whatever old request asked for it.

SOAP, JSON and early REST have it too: Ship, ShipmentRequest. REST: POST /api/shipments/v2409/ship (Shipping.yaml). The
tree is the content of ShipmentRequest. The rule: what REST requires and an old request may lack is filled in here and
said in `defaults`; nothing else is changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import Default, Node, Table, fill_defaults
from ups_gateway.translate.operations.parts import at, copied, prepaid_freight, texts_at, warning_of
from ups_gateway.translate.operations.shipment_results import RESULTS, printable, results_of
from ups_gateway.translate.operations.units import origin_currency, unit_of_length, unit_of_weight

VERSION: Final = "v2409"

STOCK: Final = ("6", "4")
"""Height and width of a label in inches where nobody says another (UPS.md 6; images ignore it)."""


def _payment(account: Account, tree: Node) -> list[Node]:
    number = next(iter(texts_at(tree, "Shipment.Shipper.ShipperNumber")), account.number)
    return [{"Type": "01", "BillShipper": {"AccountNumber": number}}]


def _negotiated(account: Account, tree: Node) -> str | None:
    # Shipping.yaml: a user level discount forbids it
    wanted = account.defaults.negotiated_rates
    discount = next(at(tree, "Shipment.ShipmentRatingOptions.UserLevelDiscountIndicator"), None)
    return "" if wanted and discount is None else None


def _same_as(path: str) -> Any:
    return lambda _account, tree: next(iter(texts_at(tree, path)), None)


_SOLD_TO: Final = "Shipment.ShipmentServiceOptions.InternationalForms.Contacts.SoldTo"
_MAYBE_SOLD_TO: Final = "Shipment.ShipmentServiceOptions?.InternationalForms?.Contacts?.SoldTo?"

DEFAULTS: Final = tuple(
    Default(f"ShipmentRequest.{path}", value)
    for path, value in (
        ("Request.RequestOption", "nonvalidate"),
        ("Shipment.Shipper.ShipperNumber", lambda account, _tree: account.number),
        ("Shipment.Shipper.Name", _same_as("Shipment.Shipper.AttentionName")),
        ("Shipment.ShipTo?.Name", _same_as("Shipment.ShipTo.AttentionName")),
        ("Shipment.ShipFrom?.Name", _same_as("Shipment.ShipFrom.AttentionName")),
        (
            "Shipment.AlternateDeliveryAddress?.Name",
            _same_as("Shipment.AlternateDeliveryAddress.AttentionName"),
        ),
        (
            "Shipment.AlternateDeliveryAddress?.AttentionName",
            _same_as("Shipment.AlternateDeliveryAddress.Name"),
        ),
        (f"{_MAYBE_SOLD_TO}.Name", _same_as(f"{_SOLD_TO}.AttentionName")),
        (f"{_MAYBE_SOLD_TO}.AttentionName", _same_as(f"{_SOLD_TO}.Name")),
        ("Shipment.PaymentInformation.ShipmentCharge", _payment),
        ("Shipment.ShipmentRatingOptions.NegotiatedRatesIndicator", _negotiated),
        ("Shipment.Package[].Packaging.Code", "02"),  # customer supplied
        ("Shipment.Package[].PackageWeight?.UnitOfMeasurement.Code", unit_of_weight),
        ("Shipment.Package[].DimWeight?.UnitOfMeasurement.Code", unit_of_weight),
        ("Shipment.Package[].Dimensions?.UnitOfMeasurement.Code", unit_of_length),
        ("Shipment.Package[].PackageServiceOptions?.DeclaredValue?.CurrencyCode", origin_currency),
        ("Shipment.Package[].PackageServiceOptions?.COD?.CODAmount?.CurrencyCode", origin_currency),
        ("Shipment.ShipmentServiceOptions?.COD?.CODAmount?.CurrencyCode", origin_currency),
        ("Shipment.InvoiceLineTotal?.CurrencyCode", origin_currency),
        ("LabelSpecification.LabelImageFormat.Code", lambda account, _tree: account.defaults.label_format or "GIF"),
        (
            "LabelSpecification?.LabelStockSize.Height",
            lambda account, _tree: (account.defaults.label_stock or STOCK)[0],
        ),
        ("LabelSpecification?.LabelStockSize.Width", lambda account, _tree: (account.defaults.label_stock or STOCK)[1]),
    )
)


ANSWER: Final[Table] = {"ShipmentResults": RESULTS}
"""ShipmentResponse of SOAP and legacy JSON."""


def request(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """The one-phase ship: one call, whatever the key's two phases are."""
    call, filled = ship_call(asked.tree, account)
    return Translated(asked, (call,), defaults=filled)


def source(_translated: Translated, bodies: Sequence[Any]) -> Any:
    """The tree the template reads, GIF labels with their page."""
    return {"ShipmentResults": printable(results_of(bodies[0]))}


def warning(bodies: Sequence[Any]) -> tuple[str, str] | None:
    """The first alert of the reply."""
    return warning_of(bodies[0], "ShipmentResponse")


def ship_call(tree: Node, account: Account) -> tuple[RestCall, tuple[str, ...]]:
    """The call for the content of a ShipmentRequest, which stays as it is, and the paths that were filled in."""
    body = {"ShipmentRequest": copied(tree)}
    filled = fill_defaults(body, DEFAULTS, account, tree)
    return RestCall("POST", f"/api/shipments/{VERSION}/ship", body=body), filled


def accounts(tree: Node) -> tuple[str, ...]:
    """The shipper's number and every account billed as the shipper's: for transportation, duties, taxes, freight."""
    billed = texts_at(
        tree,
        "Shipment.Shipper.ShipperNumber",
        "Shipment.PaymentInformation.ShipmentCharge.BillShipper.AccountNumber",
    )
    return tuple(dict.fromkeys((*billed, *prepaid_freight(tree))))


# --- what UPS does the moment the call arrives (UPS.md section 6, What happens at once) ------------------------------

SAME_DAY: Final = frozenset("82 83 84 85 86 C6 C7 C8".split())
"""UPS Today and Roadie; they cannot be voided (190118)."""
MAIL_INNOVATIONS: Final = frozenset("M2 M3 M4 M5 M6 M7".split())
"""Handed to the post office; not voided and not rated in advance."""
MAILED_ON_CREATION: Final = frozenset(("2", "6"))
"""NotificationCode: label creation, shipment. The others wait for something to happen to the package."""


def acts_at_once(tree: Node) -> bool:
    """Does creating it set something in motion that no void takes back: mails, drivers, same-day couriers?"""
    notices = texts_at(
        tree,
        "Shipment.ShipmentServiceOptions.Notification.NotificationCode",
        "Shipment.Package.PackageServiceOptions.Notification.NotificationCode",
    )
    return (
        bool(MAILED_ON_CREATION.intersection(notices))
        or bool((SAME_DAY | MAIL_INNOVATIONS).intersection(texts_at(tree, "Shipment.Service.Code")))
        or any(next(at(tree, path), None) is not None for path in _AT_ONCE)
    )


_AT_ONCE: Final = (
    "Shipment.ReturnService",
    "Shipment.ShipmentServiceOptions.ImportControlIndicator",
    "Shipment.ShipmentServiceOptions.LabelMethod",
    "Shipment.ShipmentServiceOptions.LabelDelivery.EMail",
    "Shipment.ShipmentServiceOptions.PreAlertNotification",
)


def can_be_rated(tree: Node) -> bool:
    """Rating.yaml knows no Mail Innovations; their confirm showed no charges either (UPS.md section 6)."""
    return not MAIL_INNOVATIONS.intersection(texts_at(tree, "Shipment.Service.Code"))
