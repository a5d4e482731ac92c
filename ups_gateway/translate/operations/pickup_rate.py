"""What a driver on call would cost.

SOAP: ProcessPickupRate, PickupRateRequest. REST: POST /api/shipments/v2409/pickup/oncall (Pickup.yaml), the same model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ups_gateway.errors import UpsUnreachable
from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import Default, Made, Node, Table, fill_defaults, leaves
from ups_gateway.translate.operations.parts import SOAP_REQUEST, at, copied, listed, texts_at
from ups_gateway.translate.operations.pickup_create import CHARGED_ACCOUNT, PICKUP_TIMES, RATE_RESULT, VERSION

ROOT: Final = "PickupRateRequest"


def _street(value: Any, target: Node, _body: Node) -> None:
    # REST has one text where SOAP had lines
    lines = [line for line in listed(value) if isinstance(line, str) and line]
    if lines:
        target["AddressLine"] = " ".join(lines)


REQUEST: Final[Table] = {
    "Request": SOAP_REQUEST,
    "ShipperAccount": CHARGED_ACCOUNT,
    "PickupAddress": {
        "AddressLine": Made(_street, ("AddressLine",)),
        **leaves("City StateProvince PostalCode CountryCode ResidentialIndicator"),
    },
    **leaves("AlternateAddressIndicator ServiceDateOption"),
    "PickupDateInfo": PICKUP_TIMES,
    **leaves("RateChartType TaxInformationIndicator UserLevelDiscountIndicator"),
}
"""PickupRateRequest in REST's shape, which is SOAP's with a few members more."""

DEFAULTS: Final = (
    Default(f"{ROOT}.Request", dict),
    # the old schema's own defaults for empty elements
    Default(f"{ROOT}.PickupAddress?.ResidentialIndicator", "N"),
    Default(f"{ROOT}.AlternateAddressIndicator", "N"),
)

SOAP_ANSWER: Final[Table] = {"RateResult": RATE_RESULT}


def accounts(tree: Node) -> tuple[str, ...]:
    """The account whose prices are wanted."""
    return texts_at(tree, "ShipperAccount.AccountNumber")


def request(asked: Asked, _account: Account, terms: Terms) -> Translated:
    """One POST; asked for nobody in particular, without what makes a price someone's own."""
    tree = copied(asked.tree)
    own = ("ShipperAccount", "UserLevelDiscountIndicator") if terms.anonymous else ()
    taken = tuple(f"{asked.root}/{name}" for name in own if tree.pop(name, None) is not None)
    body = {ROOT: tree}
    filled = fill_defaults(body, DEFAULTS)
    call = RestCall("POST", f"/api/shipments/{VERSION}/pickup/oncall", body=body)
    return Translated(asked, (call,), defaults=filled, ignored=taken)


def source(_translated: Translated, bodies: Sequence[Any]) -> Any:
    """The tree the template reads. Raises UpsUnreachable for a success that holds no price."""
    priced = [found for found in at(bodies[0], "PickupRateResponse.RateResult") if isinstance(found, dict) and found]
    if not priced:
        raise UpsUnreachable("UPS answered without a price of the pickup. Try again later.")
    return {"RateResult": priced[0]}
