"""What the ledger is told of calls and replies, and how it keeps them.

The rule: whichever API of UPS's a call was for, the ledger sees numbers, labels, packages and verdicts only.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ups_gateway.errors import GatewayError
from ups_gateway.model import RestCall, RestReply
from ups_gateway.translate import faults, old_api, tree
from ups_gateway.translate.operations import shipment_results, void
from ups_gateway.translate.operations.shipment_results import Created, Label
from ups_gateway.translate.operations.void import VoidVerdict


def refusal_of(reply: RestReply, *, creating: bool) -> GatewayError | None:
    """None when UPS did what was asked, whatever that was."""
    root = old_api.document(reply)
    if root is not None:
        return old_api.refusal(root, reply.status, creating=creating)
    return faults.refusal(reply, creating=creating)


def created(reply: RestReply) -> Created:
    """The numbers in a ship reply (or a label recovery); empty where there are none."""
    return shipment_results.created(_body_of(reply))


def labels(reply: RestReply) -> tuple[Label, ...]:
    """Every label of a ship reply (or a label recovery), further parts after it; what is no base64 is left out."""
    return shipment_results.labels(_body_of(reply))


def _body_of(reply: RestReply) -> Any:
    root = old_api.document(reply)
    if root is not None:
        return {tree.local_name(root): tree.to_tree(root)}
    body = faults.body_of(reply)
    return body if isinstance(body, dict) else {}


def packages_of(call: RestCall) -> tuple[str, ...]:
    """The packages that a void names beside the shipment; none: the whole shipment is meant."""
    return void.packages_in(old_api.content_of(call)) if old_api.asks(call) else void.packages_of(call)


def void_verdict(reply: RestReply) -> VoidVerdict:
    """What UPS's answer to a void means."""
    root = old_api.document(reply)
    if root is None:
        return void.verdict(reply)
    errors = [error for _, error in old_api.errors_of(root)]
    return void.old_verdict(tree.to_tree(root), errors, old_api.refusal(root, reply.status, creating=False))


def voided_reply(call: RestCall) -> RestReply:
    """What UPS's REST answers to this void when it does it: for the repeat of one whose reply was lost."""
    return void.voided_reply(packages_of(call))


# --- how they are kept ------------------------------------------------------------------------------------------------


def pack(call: RestCall) -> bytes:
    """A call as bytes, to be sealed."""
    parts = [call.method, call.path, dict(call.query), dict(call.headers), call.body, call.sent_query]
    return msgspec.json.encode(parts)


def unpack(packed: bytes) -> RestCall:
    """The call that was packed."""
    return RestCall(*msgspec.json.decode(packed))


def pack_reply(reply: RestReply) -> bytes:
    """A reply as bytes, to be sealed; its body stays as it came."""
    head = msgspec.json.encode([reply.status, dict(reply.headers)])
    return head + b"\n" + reply.body


def unpack_reply(packed: bytes) -> RestReply:
    """The reply that was packed."""
    head, _, body = packed.partition(b"\n")
    status, headers = msgspec.json.decode(head)
    return RestReply(status, headers, body)
