"""Rates and transit times of a shipment, of one service or of all (Shop).

XML: POST Rate, RatingServiceSelectionRequest; SOAP and legacy JSON: RateRequest. REST: POST
/api/rating/v2409/{option} (Rating.yaml). The tree is the content of RateRequest; its tables are in `rate_request`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ups_gateway.errors import InvalidRequest, UpsUnreachable
from ups_gateway.model import Account, Asked, Terms, Translated
from ups_gateway.translate.engine import Default, Drop, From, Made, Node, Table, amend, fill_defaults, leaves
from ups_gateway.translate.operations.parts import CODE, at, copied, prepaid_freight, required, texts_at
from ups_gateway.translate.operations.rate_request import OPTIONS, call
from ups_gateway.translate.operations.shipment_results import FREIGHT
from ups_gateway.translate.operations.units import name_units, origin_currency, unit_of_length, unit_of_weight

# --- requests ---------------------------------------------------------------------------------------------------------


def _bill_type(_account: Account, tree: Node) -> str:
    return "02" if "DocumentsOnlyIndicator" in tree["Shipment"] else "03"


DEFAULTS: Final = (
    Default("RateRequest.Request.RequestOption", "Rate"),
    Default("RateRequest.PickupType.Code", lambda account, _tree: account.defaults.pickup_type),
    Default("RateRequest.CustomerClassification.Code", lambda account, _tree: account.defaults.customer_classification),
    # REST's schema requires the lines; an old request for rates seldom has any
    Default("RateRequest.Shipment.Shipper?.Address?.AddressLine", lambda _account, _tree: []),
    Default("RateRequest.Shipment.ShipTo?.Address?.AddressLine", lambda _account, _tree: []),
    # A number without a unit is taken for what the origin measures in: UPS's default is LBS (Rating.yaml), but it
    # allows one system a shipment (110529, 110548) and refuses a system that is not the country's (111057)
    Default("RateRequest.Shipment.ShipmentTotalWeight?.UnitOfMeasurement.Code", unit_of_weight),
    Default("RateRequest.Shipment.Package[].PackageWeight?.UnitOfMeasurement.Code", unit_of_weight),
    Default("RateRequest.Shipment.Package[].DimWeight?.UnitOfMeasurement.Code", unit_of_weight),
    Default("RateRequest.Shipment.Package[].Dimensions?.UnitOfMeasurement.Code", unit_of_length),
    Default("RateRequest.Shipment.Package[].PackageServiceOptions?.DeclaredValue?.CurrencyCode", origin_currency),
    Default("RateRequest.Shipment.Package[].PackageServiceOptions?.COD?.CODAmount?.CurrencyCode", origin_currency),
    # 0: any funds; packages are sent COD within and between the US, Puerto Rico and Canada only
    Default("RateRequest.Shipment.Package[].PackageServiceOptions?.COD?.CODFundsCode", "0"),
    Default("RateRequest.Shipment.ShipmentServiceOptions?.COD?.CODAmount?.CurrencyCode", origin_currency),
    Default("RateRequest.Shipment.InvoiceLineTotal?.CurrencyCode", origin_currency),
    Default("RateRequest.Shipment.PaymentDetails?.ShipmentCharge[].Type", "01"),
    Default("RateRequest.Shipment.DeliveryTimeInformation?.PackageBillType", _bill_type),
)


def accounts(tree: Node) -> tuple[str, ...]:
    """The shipper's number, and the payers that must be the key's."""
    billed = texts_at(
        tree, "Shipment.Shipper.ShipperNumber", "Shipment.PaymentDetails.ShipmentCharge.BillShipper.AccountNumber"
    )
    return tuple(dict.fromkeys((*billed, *prepaid_freight(tree))))


def request(asked: Asked, account: Account, terms: Terms) -> Translated:
    """One POST. Raises InvalidRequest for a RequestOption that UPS does not know."""
    tree = copied(asked.tree)
    body = {"RateRequest": tree}
    filled = [*fill_defaults(body, DEFAULTS, account, tree)]
    option = tree["Request"]["RequestOption"]
    if option not in OPTIONS:
        raise InvalidRequest(
            f"The request option {option[:40]!r} is not one of {', '.join(OPTIONS)}.", location="RequestOption"
        )
    shipment = tree.setdefault("Shipment", {})
    if terms.anonymous:
        options = shipment.pop("ShipmentRatingOptions", {})
        kept = {name: value for name, value in options.items() if name not in _NOT_FOR_EVERYONE}
        if kept:
            shipment["ShipmentRatingOptions"] = kept
    else:
        filled += _negotiated(tree, account)
    filled += name_units(tree)
    return Translated(asked, (call(option, tree),), defaults=tuple(filled))


def _negotiated(tree: Node, account: Account) -> list[str]:
    """Asks for the account's own prices if its default says so, and names the account where they need it.

    Rating.yaml: negotiated rates and the classification 00 want the shipper's number, user level discounts forbid it.
    """
    filled = []
    shipment = tree["Shipment"]
    options = shipment.get("ShipmentRatingOptions", {})
    if "UserLevelDiscountIndicator" in options:
        return []
    if account.defaults.negotiated_rates and "NegotiatedRatesIndicator" not in options:
        shipment["ShipmentRatingOptions"] = {**options, "NegotiatedRatesIndicator": ""}
        filled.append("RateRequest.Shipment.ShipmentRatingOptions.NegotiatedRatesIndicator")
    wants_account = (
        "NegotiatedRatesIndicator" in shipment.get("ShipmentRatingOptions", {})
        or tree.get("CustomerClassification", {}).get("Code") == "00"
    )
    if wants_account and "ShipperNumber" not in shipment.get("Shipper", {}):
        shipment.setdefault("Shipper", {})["ShipperNumber"] = account.number
        filled.append("RateRequest.Shipment.Shipper.ShipperNumber")
    return filled


_NOT_FOR_EVERYONE: Final = ("NegotiatedRatesIndicator", "TPFCNegotiatedRatesIndicator", "UserLevelDiscountIndicator")
"""Whose prices would these be? Nobody signed in."""


# --- answers ----------------------------------------------------------------------------------------------------------

_BARE: Final = Drop("REST names and codes itemized charges only")
CHARGES: Final[Table] = {
    "Code": _BARE,
    "Description": _BARE,
    "CurrencyCode": None,
    "MonetaryValue": From("MonetaryValue", default=""),
    "SubType": _BARE,
}
ITEMIZED: Final[Table] = {
    **leaves("Code Description CurrencyCode"),
    "MonetaryValue": From("MonetaryValue", default=""),
    "SubType": None,
}
TAX: Final[Table] = {"Type": From("Type", default=""), "MonetaryValue": None}
BILLING_WEIGHT: Final[Table] = {
    "UnitOfMeasurement": {"Code": From("Code", default=""), "Description": None},
    "Weight": From("Weight", default=""),
}
_AMONG_ITEMIZED: Final = Drop("REST has them among ItemizedCharges")
_SUMMED: Final = Drop("REST itemizes a package's negotiated charges and does not sum them")


def _total(package: Any) -> Any:
    return next(at(package, "TotalCharges"), None) or {"CurrencyCode": "", "MonetaryValue": ""}


def _warnings(shipment: Any) -> list[Any]:
    return list(at(shipment, "RatedShipmentAlert.Description"))


RATED_PACKAGE: Final[Table] = {
    "TransportationCharges": CHARGES,
    "BaseServiceCharge": CHARGES,
    "ServiceOptionsCharges": CHARGES,
    "ItemizedCharges": [ITEMIZED],
    # UPS leaves it empty too where it prices the shipment as a whole
    "TotalCharges": Made(_total, ("TotalCharges",), CHARGES),
    "NegotiatedCharges": {
        "BaseServiceCharge": _SUMMED,
        "TransportationCharges": _SUMMED,
        "ServiceOptionsCharges": _SUMMED,
        "TotalCharge": _SUMMED,
        "ItemizedCharges": [ITEMIZED],
    },
    "Weight": None,
    "BillingWeight": BILLING_WEIGHT,
    "Accessorial": [CODE],
    "RateModifier": [leaves("ModifierType ModifierDesc Amount")],
}

TIME_IN_TRANSIT: Final[Table] = {
    "PickupDate": From("PickupDate", default=""),
    **leaves("DocumentsOnlyIndicator PackageBillType AutoDutyCode Disclaimer"),
    "ServiceSummary": {
        "Service": CODE,
        "EstimatedArrival": {
            "Arrival": leaves("Date Time"),
            "BusinessDaysInTransit": From("BusinessDaysInTransit", default=""),
            "Pickup": leaves("Date Time"),
            **leaves("DayOfWeek CustomerCenterCutoff DelayCount HolidayCount RestDays TotalTransitDays"),
        },
        **leaves("GuaranteedIndicator Disclaimer SaturdayDelivery SaturdayDeliveryDisclaimer"),
    },
}

XML_ANSWER: Final[Table] = {
    "RatedShipment": [
        {
            "Disclaimer": [CODE],
            # REST has an empty description where the XML API had none
            "Service": {"Code": None, "Description": From("Description", via=lambda value: value or None)},
            "RateChart": None,
            "RatedShipmentWarning": Made(_warnings, ("RatedShipmentAlert.Description",), [None]),
            **leaves("BillableWeightCalculationMethod RatingMethod"),
            "BillingWeight": BILLING_WEIGHT,
            "TransportationCharges": CHARGES,
            "BaseServiceCharge": CHARGES,
            "AccessorialCharges": _AMONG_ITEMIZED,
            "SurCharges": _AMONG_ITEMIZED,
            "ItemizedCharges": [ITEMIZED],
            "ServiceOptionsCharges": CHARGES,
            "TaxCharges": [TAX],
            "TotalCharges": CHARGES,
            "TotalChargesWithTaxes": CHARGES,
            # Clients index these without asking whether they are there
            "GuaranteedDaysToDelivery": From("GuaranteedDelivery.BusinessDaysInTransit", default=""),
            "ScheduledDeliveryTime": From("GuaranteedDelivery.DeliveryByTime", default=""),
            "RatedPackage": [RATED_PACKAGE],
            "NegotiatedRates": From(
                "NegotiatedRateCharges",
                {
                    "BaseServiceCharge": CHARGES,
                    "ItemizedCharges": [ITEMIZED],
                    "TaxCharges": [TAX],
                    "NetSummaryCharges": From(
                        "", {"GrandTotal": From("TotalCharge", CHARGES), "TotalChargesWithTaxes": CHARGES}
                    ),
                },
            ),
            "TimeInTransit": TIME_IN_TRANSIT,
        }
    ]
}

_NAMED: Final[Table] = {"Code": From("Code", default=""), "Description": None}
_CHARGES: Final[Table] = amend(CHARGES, {"CurrencyCode": From("CurrencyCode", default="")})
_ITEMIZED: Final[Table] = amend(ITEMIZED, {"CurrencyCode": From("CurrencyCode", default="")})
_BILLING_WEIGHT: Final[Table] = amend(
    BILLING_WEIGHT, {"UnitOfMeasurement": required("UnitOfMeasurement", BILLING_WEIGHT["UnitOfMeasurement"])}
)
_DAY: Final[Table] = {"Date": From("Date", default=""), "Time": None}

SOAP_RATED_PACKAGE: Final[Table] = {
    "TransportationCharges": _CHARGES,
    "BaseServiceCharge": _CHARGES,
    "ServiceOptionsCharges": _CHARGES,
    "TotalCharges": _CHARGES,
    "Weight": None,
    "BillingWeight": _BILLING_WEIGHT,
    "Accessorial": [_NAMED],
    "ItemizedCharges": [_ITEMIZED],
    "NegotiatedCharges": amend(RATED_PACKAGE["NegotiatedCharges"], {"ItemizedCharges": [_ITEMIZED]}),
}

SOAP_ANSWER: Final[Table] = {
    "RatedShipment": [
        {
            "Disclaimer": [_NAMED],
            "Service": required("Service", _NAMED),
            "RateChart": None,
            "RatedShipmentAlert": [{"Code": From("Code", default=""), "Description": From("Description", default="")}],
            **leaves("BillableWeightCalculationMethod RatingMethod"),
            "BillingWeight": required("BillingWeight", _BILLING_WEIGHT),
            "TransportationCharges": required("TransportationCharges", _CHARGES),
            "BaseServiceCharge": _CHARGES,
            "AccessorialCharges": _AMONG_ITEMIZED,
            "SurCharges": _AMONG_ITEMIZED,
            "ItemizedCharges": [_ITEMIZED],
            "FRSShipmentData": FREIGHT,
            "ServiceOptionsCharges": required("ServiceOptionsCharges", _CHARGES),
            "TaxCharges": [TAX],
            "TotalCharges": required("TotalCharges", _CHARGES),
            "TotalChargesWithTaxes": _CHARGES,
            "NegotiatedRateCharges": {
                "BaseServiceCharge": _CHARGES,
                "ItemizedCharges": [_ITEMIZED],
                "TaxCharges": [TAX],
                "TotalCharge": required("TotalCharge", _CHARGES),
                "TotalChargesWithTaxes": _CHARGES,
            },
            "GuaranteedDelivery": leaves("BusinessDaysInTransit DeliveryByTime"),
            "RatedPackage": [SOAP_RATED_PACKAGE],
            "TimeInTransit": amend(
                TIME_IN_TRANSIT,
                {
                    "ServiceSummary.EstimatedArrival.Arrival": required("Arrival", _DAY),
                    "ServiceSummary.EstimatedArrival.Pickup": required("Pickup", _DAY),
                },
            ),
        }
    ]
}
"""RateResponse: REST's own names, in the order of RateWebServiceSchema.xsd, which requires more than the XML API."""


def source(_translated: Translated, bodies: Sequence[Any]) -> Any:
    """The tree the template reads. Raises UpsUnreachable for a success that holds no rates."""
    rated = [shipment for shipment in at(bodies[0], "RateResponse.RatedShipment") if isinstance(shipment, dict)]
    if not rated:
        raise UpsUnreachable("UPS answered without any rates. Try again later.")
    return {"RatedShipment": rated}


def warning(bodies: Sequence[Any]) -> tuple[str, str] | None:
    """The first alert that is not already said as a RatedShipmentWarning.

    UPS repeats the alerts of the shipments (110971 in nearly every answer) for the answer as a whole; the XML API did
    not, and a warning in Response misleads clients.
    """
    said = set(texts_at(bodies[0], "RateResponse.RatedShipment.RatedShipmentAlert.Code"))
    alerts = (alert for alert in at(bodies[0], "RateResponse.Response.Alert") if isinstance(alert, dict))
    for alert in alerts:
        code = str(alert.get("Code") or "")
        if code and code not in said:
            return code, str(alert.get("Description") or "Warning")
    return None
