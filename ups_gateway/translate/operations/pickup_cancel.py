"""Send the driver away again.

SOAP: ProcessPickupCancel, PickupCancelRequest. REST: DELETE /api/shipments/v2409/pickup/{CancelBy}, the pickup's
number in the header Prn (Pickup.yaml).
"""

from __future__ import annotations

from typing import Final

from ups_gateway.errors import InvalidRequest
from ups_gateway.model import Account, Asked, RestCall, Terms, Translated
from ups_gateway.translate.engine import Drop, From, Node, Table, To
from ups_gateway.translate.operations.parts import below, for_header, texts_at
from ups_gateway.translate.operations.pickup_create import VERSION

BY_ACCOUNT: Final = "01"
BY_NUMBER: Final = "02"
NO_REQUEST: Final = Drop("the call has no body in REST; the gateway echoes the context itself")

REQUEST: Final[Table] = {"Request": NO_REQUEST, "CancelBy": To("by"), "PRN": To("number")}

SOAP_ANSWER: Final[Table] = {
    "PickupType": From("PickupType", default="01"),  # on call: REST knows no other
    "GWNStatus": {"Code": From("Code", default=""), "Description": None},
}


def accounts(tree: Node) -> tuple[str, ...]:
    """The account whose pickup is cancelled, where its number came in place of the pickup's (6 or 10 characters)."""
    return tuple(number for number in texts_at(tree, "number") if _by(tree) == BY_ACCOUNT and len(number) in (6, 10))


def pickup_numbers(tree: Node) -> tuple[str, ...]:
    """The pickup that is cancelled, where it is named."""
    return texts_at(tree, "number") if _by(tree) == BY_NUMBER else ()


def _by(tree: Node) -> str:
    by: str = tree.get("by") or (BY_NUMBER if "number" in tree else "")
    return by.zfill(2)


def request(asked: Asked, _account: Account, _terms: Terms) -> Translated:
    """One DELETE."""
    tree, by = asked.tree, _by(asked.tree)
    if by not in (BY_ACCOUNT, BY_NUMBER):
        raise InvalidRequest("CancelBy is 01 (account number) or 02 (PRN).", location="CancelBy")
    headers: dict[str, str] = {}
    if by == BY_NUMBER:
        if "number" not in tree:
            raise InvalidRequest("A PRN is needed to cancel a pickup by its number.", location="PRN")
        headers["Prn"] = for_header(tree["number"], "PRN")
    call = RestCall("DELETE", f"/api/shipments/{VERSION}/pickup/{by}", headers=headers)
    return Translated(asked, (call,), defaults=() if "by" in tree else ("CancelBy",))


source = below("PickupCancelResponse")
