"""Ask for a driver.

SOAP: ProcessPickupCreation, PickupCreationRequest. REST: POST /api/pickupcreation/v2409/pickup (Pickup.yaml), the same
model; the other branch of its oneOf, PickupTriggerGWNRequest, has no old request.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ups_gateway.model import Account, Asked, RestCall, RestReply, Terms, Translated
from ups_gateway.translate import faults
from ups_gateway.translate.engine import FLAG, Default, Drop, From, Node, Table, amend, fill_defaults, flags, leaves
from ups_gateway.translate.operations.parts import CODE, SOAP_REQUEST, at, copied, listed, required, texts_at

VERSION: Final = "v2409"
ROOT: Final = "PickupCreationRequest"

PICKUP_TIMES: Final[Table] = leaves("CloseTime ReadyTime PickupDate")
CHARGED_ACCOUNT: Final[Table] = leaves("AccountNumber AccountCountryCode")
PLACE: Final[Table] = leaves("City StateProvince PostalCode CountryCode")

REQUEST: Final[Table] = {
    "Request": amend(SOAP_REQUEST, {"RequestOption": Drop("pickups never used it, and REST has no such member")}),
    **leaves("RatePickupIndicator RateChartType TaxInformationIndicator UserLevelDiscountIndicator"),
    "Shipper": {
        "Account": CHARGED_ACCOUNT,
        "ChargeCard": {
            **leaves("CardHolderName CardType CardNumber ExpirationDate SecurityCode"),
            "CardAddress": {"AddressLine": [None], **PLACE},
        },
    },
    "PickupDateInfo": PICKUP_TIMES,
    "PickupAddress": {
        **leaves("CompanyName ContactName"),
        "AddressLine": [None],
        **leaves("Room Floor City StateProvince Urbanization PostalCode CountryCode ResidentialIndicator PickupPoint"),
        "Phone": leaves("Number Extension"),
    },
    "AlternateAddressIndicator": None,
    "PickupPiece": [leaves("ServiceCode Quantity DestinationCountryCode ContainerCode")],
    "TotalWeight": leaves("Weight UnitOfMeasurement"),
    "OverweightIndicator": None,
    "TrackingData": [{"TrackingNumber": None}],
    "TrackingDataWithReferenceNumber": {"TrackingNumber": None, "ReferenceNumber": [None]},
    **leaves("PaymentMethod SpecialInstruction ReferenceNumber"),
    # REST takes one address; `request` says which were too many
    "Notification": {"ConfirmationEmailAddress": [None], "UndeliverableEmailAddress": None},
    "FreightOptions": {
        "ShipmentServiceOptions": flags("OriginLiftGateIndicator DropoffAtUPSFacilityIndicator HoldForPickupIndicator"),
        **leaves("OriginServiceCenterCode OriginServiceCountryCode"),
        "DestinationAddress": PLACE,
        "ShipmentDetail": {
            "HazmatIndicator": FLAG,
            "PalletInformation": {"Dimensions": {"UnitOfMeasurement": CODE, **leaves("Length Width Height")}},
        },
    },
    **leaves("ServiceCategory CashType ShippingLabelsAvailable"),
}
"""PickupCreationRequest in REST's shape, which is SOAP's with a few members more."""

DEFAULTS: Final = (
    Default(f"{ROOT}.Request", lambda _account: {}),
    # the old schema's own defaults for empty elements
    Default(f"{ROOT}.RatePickupIndicator", "N"),
    Default(f"{ROOT}.PickupAddress?.ResidentialIndicator", "N"),
    Default(f"{ROOT}.AlternateAddressIndicator", "N"),
    Default(f"{ROOT}.PaymentMethod", "00"),
    Default(f"{ROOT}.Shipper?.Account?.AccountCountryCode", lambda account: account.country),
)

RATE_RESULT: Final[Table] = {
    **leaves("RateType CurrencyCode"),
    "ChargeDetail": [
        {
            "ChargeCode": From("ChargeCode", default=""),
            "ChargeDescription": None,
            "ChargeAmount": From("ChargeAmount", default=""),
            "TaxAmount": None,
        }
    ],
    "TotalTax": None,
    "GrandTotalOfAllCharge": From("GrandTotalOfAllCharge", default=""),
}

SOAP_ANSWER: Final[Table] = {
    "PRN": From("PRN", default=""),
    "RateStatus": required("RateStatus", {"Code": From("Code", default=""), "Description": None}),
    "RateResult": RATE_RESULT,
}


def accounts(tree: Node) -> tuple[str, ...]:
    """The account that asks for the driver and pays for it."""
    return texts_at(tree, "Shipper.Account.AccountNumber")


def request(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One POST."""
    tree = copied(asked.tree)
    notification = tree.get("Notification", {})
    addresses = notification.get("ConfirmationEmailAddress", [])
    if addresses:
        notification["ConfirmationEmailAddress"] = addresses[0]
    body = {ROOT: tree}
    filled = fill_defaults(body, DEFAULTS, account)
    too_many = (f"{asked.root}/Notification/ConfirmationEmailAddress",) if len(addresses) > 1 else ()
    call = RestCall("POST", f"/api/pickupcreation/{VERSION}/pickup", body=body)
    return Translated(asked, (call,), defaults=filled, ignored=too_many)


def number_of(reply: RestReply) -> str:
    """The PRN that UPS gave the pickup; empty where the reply has none."""
    return next(iter(texts_at(faults.body_of(reply), "PickupCreationResponse.PRN")), "")


def source(_translated: Translated, bodies: Sequence[Any]) -> Any:
    """The tree the template reads. A price without an amount is none."""
    answer = dict(next(at(bodies[0], "PickupCreationResponse"), {}))
    if not any(isinstance(priced, dict) and priced for priced in listed(answer.get("RateResult"))):
        answer.pop("RateResult", None)
    return answer
