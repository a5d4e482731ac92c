"""The sans-IO core: bytes of an old request -> REST calls, REST replies -> bytes of the old answer.

The rule: no socket, no clock, no database in here. What these functions need of the world is handed to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from ups_gateway.errors import GatewayError, UnknownOperation
from ups_gateway.model import (
    Account,
    Asked,
    Dialect,
    LegacyAnswer,
    LegacyCall,
    RestCall,
    RestReply,
    Terms,
    Translated,
)
from ups_gateway.translate import faults
from ups_gateway.translate.dialects import xml
from ups_gateway.translate.operations import READERS, SPECS, WRITERS
from ups_gateway.translate.operations.label_recovery import recovery_call
from ups_gateway.translate.operations.probe import probe_call, probe_verdict
from ups_gateway.translate.operations.shipment_results import Created, Label, created, labels
from ups_gateway.translate.operations.void import VoidVerdict, voided_reply
from ups_gateway.translate.operations.void import call as void_call
from ups_gateway.translate.operations.void import verdict as void_verdict

__all__ = [
    "Created",
    "Label",
    "VoidVerdict",
    "answer",
    "created",
    "encode_body",
    "fault",
    "labels",
    "more",
    "pack",
    "pack_reply",
    "probe_call",
    "probe_verdict",
    "read",
    "recovery_call",
    "refusal",
    "request",
    "slow_start",
    "unpack",
    "unpack_reply",
    "void_call",
    "void_verdict",
    "voided_reply",
]


def read(call: LegacyCall) -> Asked:
    """One old request, read: credentials taken out, the rest as a REST tree. Raises ClientFault."""
    if not xml.answers_to(call.path):
        raise UnknownOperation(f"The gateway has no service at {call.path[:100]!r}.")
    xml.check(call)
    unwrapped = xml.unwrap(call)
    spec = SPECS.get(unwrapped.operation)
    if spec is None:
        raise xml.unknown(call.path, unwrapped.root)
    tree, ignored = READERS[unwrapped.operation, Dialect.XML](unwrapped.tree)
    return Asked(
        dialect=Dialect.XML,
        operation=unwrapped.operation,
        credentials=unwrapped.credentials,
        accounts=spec.accounts(tree),
        tracking_numbers=spec.tracking_numbers(tree),
        root=unwrapped.root,
        tree=tree,
        creating=spec.creating(tree),
        digest=spec.digest(tree),
        wire=unwrapped.wire,
        ignored=tuple(unwrapped.root + path for path in ignored),
    )


def request(asked: Asked, account: Account, terms: Terms) -> Translated:
    """The REST calls that a request amounts to on this account. Raises ClientFault."""
    translated = SPECS[asked.operation].request(asked, account, terms)
    return replace(translated, ignored=asked.ignored + translated.ignored)


def more(translated: Translated, replies: Sequence[RestReply]) -> RestCall | None:
    """The call for the next page, or None when all is there."""
    return SPECS[translated.asked.operation].more(translated, replies)


def answer(translated: Translated, replies: Sequence[RestReply], *, digest: str = "") -> LegacyAnswer:
    """The old answer to these replies. Raises what `refusal` gives for one that is no success."""
    asked = translated.asked
    for reply in replies:
        error = refusal(asked, reply)
        if error is not None:
            raise error
    spec = SPECS[asked.operation]
    bodies = [faults.body_of(reply) for reply in replies]
    tree = spec.source(translated, bodies)
    if digest:
        tree["ShipmentDigest"] = digest
    out: list[str] = []
    WRITERS[asked.operation, asked.dialect](tree, out)
    return xml.wrap(asked.root, asked.wire, "".join(out), spec.warning(bodies))


def refusal(asked: Asked, reply: RestReply) -> GatewayError | None:
    """None when UPS did what was asked; else what its reply amounts to."""
    return faults.refusal(reply, creating=asked.creating, codes=SPECS[asked.operation].codes)


def fault(about: Asked | LegacyCall, error: GatewayError) -> LegacyAnswer:
    """The error in the dialect of the request it is about."""
    if isinstance(about, Asked):
        return xml.wrap_fault(about.root, "", about.wire, error)
    return xml.wrap_fault(None, about.path, None, error)


def slow_start(call: LegacyCall) -> tuple[Mapping[str, str], bytes] | None:
    """Headers and first bytes that any answer to this call begins with; None where it must go out whole."""
    if xml.answers_to(call.path):
        return xml.HEADERS, xml.DECLARATION.encode()
    return None


def encode_body(call: RestCall) -> bytes:
    """The JSON of a call's body; nothing where it has none."""
    return b"" if call.body is None else msgspec.json.encode(call.body)


# --- for the ledger ---------------------------------------------------------------------------------------------------


def pack(call: RestCall) -> bytes:
    """A call as bytes, to be sealed."""
    return msgspec.json.encode([call.method, call.path, dict(call.query), dict(call.headers), call.body])


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
