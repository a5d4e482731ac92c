"""What became of the pickups that an account asked for.

SOAP: ProcessPickupPendingStatus, PickupPendingStatusRequest. REST: GET /api/shipments/v2409/pickup/{pickuptype}, the
account in the header AccountNumber (Pickup.yaml).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from ups_gateway.errors import InvalidRequest
from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import From, Node, Table, To, leaves
from ups_gateway.translate.operations.parts import below, for_header, texts_at
from ups_gateway.translate.operations.pickup_cancel import NO_REQUEST
from ups_gateway.translate.operations.pickup_create import VERSION

REQUEST: Final[Table] = {"Request": NO_REQUEST, "PickupType": To("type"), "AccountNumber": To("account")}

TYPES: Final = MappingProxyType({"01": "oncall", "02": "smart", "03": "both"})
"""Old code -> what REST has in its path; 01 is documented, the order of the others inferred from REST's list."""

SOAP_ANSWER: Final[Table] = {
    "PendingStatus": [
        {
            "PickupType": From("PickupType", default=""),
            "ServiceDate": From("ServiceDate", default=""),
            "PRN": From("PRN", default=""),
            **leaves("GWNStatusCode OnCallStatusCode"),
            "PickupStatusMessage": From("PickupStatusMessage", default=""),
            **leaves("BillingCode ContactName ReferenceNumber"),
        }
    ]
}


def accounts(tree: Node) -> tuple[str, ...]:
    """The account whose pickups are looked at."""
    return texts_at(tree, "account")


def request(asked: Asked, account: Account, _terms: Terms) -> Translated:
    """One GET."""
    tree = asked.tree
    given = tree.get("type", "01")
    kind = TYPES.get(given.zfill(2), given.lower())
    if kind not in TYPES.values():
        raise InvalidRequest("PickupType is 01 (on call), 02 (smart) or 03 (both).", location="PickupType")
    number = for_header(tree.get("account", account.number), "AccountNumber")
    call = RestCall("GET", f"/api/shipments/{VERSION}/pickup/{kind}", headers={"AccountNumber": number})
    names = {"type": "PickupType", "account": "AccountNumber"}
    return Translated(asked, (call,), defaults=tuple(names[name] for name in names if name not in tree))


source = below("PickupPendingStatusResponse")
