"""ShipConfirm: the first of the old two phases, where REST has one.

XML: POST ShipConfirm, ShipmentConfirmRequest. SOAP and JSON: Ship, ShipConfirmRequest. In `ship` it makes the REST call
and answers what came of it; in `quote` it asks for the rate, keeps the ship call for the accept, and shows no shipment
number, because there is none yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from ups_gateway.model import Account, Asked, Dialect, Terms, Translated, TwoPhase
from ups_gateway.translate.engine import Drop, From, Table, amend
from ups_gateway.translate.operations import quote, rate
from ups_gateway.translate.operations.parts import at, required, warning_of
from ups_gateway.translate.operations.ship import acts_at_once, can_be_rated, ship_call
from ups_gateway.translate.operations.shipment_results import (
    BILLING_WEIGHT,
    DISCLAIMER,
    NO_DUTIES,
    RESULTS,
    XML_CHARGES,
    XML_NEGOTIATED,
    results_of,
)

XML_ANSWER: Final[Table] = {
    "ShipmentCharges": {**XML_CHARGES, "EstimatedDutiesAndTaxes": NO_DUTIES},
    "BillingWeight": required("BillingWeight", BILLING_WEIGHT),
    "ShipmentIdentificationNumber": From("ShipmentIdentificationNumber", default=""),
    "MIDualReturnShipmentKey": None,
    "BillableWeightCalculationMethod": None,
    "RatingMethod": None,
    "Disclaimer": [DISCLAIMER],
    "ShipmentDigest": From("ShipmentDigest", default=""),
    "NegotiatedRates": From("NegotiatedRateCharges", XML_NEGOTIATED),
    "PackageResults": NO_DUTIES,
}

_AT_ACCEPT: Final = Drop("ShipAccept gives the labels, documents and package numbers")
SOAP_ANSWER: Final[Table] = {
    "ShipmentResults": From(
        "",
        amend(
            RESULTS,
            {
                "ShipmentIdentificationNumber": From("ShipmentIdentificationNumber", default=""),
                "ShipmentDigest": From("ShipmentDigest", default=""),
                **dict.fromkeys(
                    ("PackageResults", "ControlLogReceipt", "Form", "CODTurnInPage", "HighValueReport"), _AT_ACCEPT
                ),
                **dict.fromkeys(
                    ("LabelURL", "LocalLanguageLabelURL", "ReceiptURL", "LocalLanguageReceiptURL"), _AT_ACCEPT
                ),
                **dict.fromkeys(("DGPaperImage", "MasterCartonID"), _AT_ACCEPT),
            },
        ),
    )
}

UNRATED: Final = (
    "110971",
    "UPS does not rate this kind of shipment in advance: the charges are shown as zero, the invoice will differ.",
)
"""UPS's code for an invoice that may vary from the rate shown."""
_ZERO: Final = {"MonetaryValue": "0.00"}
_OF_RATE: Final = (
    "NegotiatedRateCharges",
    "FRSShipmentData",
    "BillingWeight",
    "BillableWeightCalculationMethod",
    "RatingMethod",
    "Disclaimer",
)


def request(asked: Asked, account: Account, terms: Terms) -> Translated:
    """The ship call; or a rate call, with the ship call for later, by the key's terms."""
    tree, ignored = _without_lone_sold_to(asked)
    call, filled = ship_call(tree, account)
    body = call.body["ShipmentRequest"]
    if TwoPhase.QUOTE not in (terms.two_phase, terms.at_once if acts_at_once(body) else terms.two_phase):
        return Translated(asked, (call,), defaults=filled, ignored=ignored)
    calls = (quote.rate_call_of_shipment(body),) if can_be_rated(body) else ()
    return Translated(
        replace(asked, creating=False), calls, two_phase=TwoPhase.QUOTE, later=call, defaults=filled, ignored=ignored
    )


def _without_lone_sold_to(asked: Asked) -> tuple[Any, tuple[str, ...]]:
    """Many old clients name a sold-to party without asking for a form; REST has it only inside the forms."""
    options: dict[str, Any] = next(at(asked.tree, "Shipment.ShipmentServiceOptions"), {})
    forms = options.get("InternationalForms", {})
    if asked.dialect is not Dialect.XML or set(forms) != {"Contacts"} or set(forms["Contacts"]) != {"SoldTo"}:
        return asked.tree, ()
    rest = {name: value for name, value in options.items() if name != "InternationalForms"}
    shipment = {name: value for name, value in asked.tree["Shipment"].items() if name != "ShipmentServiceOptions"}
    if rest:
        shipment["ShipmentServiceOptions"] = rest
    return {**asked.tree, "Shipment": shipment}, (f"{asked.root}/Shipment/SoldTo",)


def source(translated: Translated, bodies: Sequence[Any]) -> Any:
    """The tree the template reads, whether a shipment was made or only rated."""
    if translated.two_phase is TwoPhase.SHIP:
        return results_of(bodies[0])
    if not bodies:
        return {"ShipmentCharges": dict.fromkeys(_CHARGES, _ZERO)}
    rated: dict[str, Any] = next(at(bodies[0], "RateResponse.RatedShipment"), {})
    return {"ShipmentCharges": rated, **{name: rated[name] for name in _OF_RATE if name in rated}}


_CHARGES: Final = ("TransportationCharges", "ServiceOptionsCharges", "TotalCharges")


def warning(bodies: Sequence[Any]) -> tuple[str, str] | None:
    """The first alert of the reply; that there is no rate where none was asked for."""
    if not bodies:
        return UNRATED
    if "RateResponse" in bodies[0]:
        return rate.warning(bodies)
    return warning_of(bodies[0], "ShipmentResponse")
