"""The sans-IO core: bytes of an old request -> REST calls, REST replies -> bytes of the old answer.

The rule: no socket, no clock, no database in here. What these functions need of the world is handed to them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ups_gateway.errors import GatewayError, UnknownOperation, UpsUnreachable
from ups_gateway.model import (
    Account,
    Asked,
    Dialect,
    LegacyAnswer,
    LegacyCall,
    Operation,
    RestCall,
    RestReply,
    Terms,
    Translated,
)
from ups_gateway.translate import faults, old_api
from ups_gateway.translate.dialects import Unwrapped, header, json, rest, soap, xml
from ups_gateway.translate.dialects.services import response_of
from ups_gateway.translate.operations import PREFIXES, SPECS, payload_of, reader_of, writer_of
from ups_gateway.translate.operations.accounts import every_account
from ups_gateway.translate.operations.cards import without_card_secrets
from ups_gateway.translate.operations.label_recovery import recovery_call
from ups_gateway.translate.operations.own_prices import without_own_prices
from ups_gateway.translate.operations.pickup_create import number_of as pickup_number
from ups_gateway.translate.operations.probe import probe_call, probe_verdict
from ups_gateway.translate.operations.proposals import Proposal, lookup_call, proposals, references_of
from ups_gateway.translate.operations.shipment_results import Created, Label
from ups_gateway.translate.operations.void import VoidVerdict
from ups_gateway.translate.operations.void import call as void_call
from ups_gateway.translate.records import (
    created,
    labels,
    pack,
    pack_reply,
    packages_of,
    refusal_of,
    unpack,
    unpack_reply,
    void_verdict,
    voided_reply,
)

_DOCUMENTS = "|".join(["AccessRequest", *(root for root, _operation in xml.TOOLS.values())])
_WITHOUT_ENVELOPE = re.compile(rf"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?<(?:{_DOCUMENTS})[\s/>]".encode("latin-1"))
_UNWRAP = {
    Dialect.XML: xml.unwrap,
    Dialect.SOAP: soap.unwrap,
    Dialect.JSON: json.unwrap,
    Dialect.HEADER: header.unwrap,
    Dialect.REST: rest.unwrap,
}


@dataclass(frozen=True, slots=True)
class FaultTerms:
    """What an access key wants of faults in legacy JSON: clients contradict each other (wire rule 6)."""

    json_status: int = 200
    json_errors_beside: bool = False


FAULT_TERMS = FaultTerms()

__all__ = [
    "FAULT_TERMS",
    "Created",
    "FaultTerms",
    "Label",
    "Proposal",
    "VoidVerdict",
    "answer",
    "created",
    "fault",
    "for_old_api",
    "goes_out_whole",
    "labels",
    "lookup_call",
    "more",
    "old_request",
    "pack",
    "pack_reply",
    "packages_of",
    "pickup_number",
    "probe_call",
    "probe_verdict",
    "proposals",
    "read",
    "recovery_call",
    "references_of",
    "refusal",
    "refusal_of",
    "request",
    "slow_start",
    "unpack",
    "unpack_reply",
    "void_call",
    "void_verdict",
    "voided_reply",
    "without_card_secrets",
]


def read(call: LegacyCall) -> Asked:
    """One old request, read: credentials taken out, the rest as a REST tree. Raises ClientFault."""
    dialect = dialect_of(call)
    unwrapped = _UNWRAP[dialect](call)
    spec = SPECS.get(unwrapped.operation)
    if dialect is Dialect.REST:
        return _read_rest(unwrapped)
    reader = reader_of(unwrapped.operation, dialect)
    if spec is None or reader is None:
        raise UnknownOperation(f"{unwrapped.root} does not exist in this API of UPS's, or the gateway lacks it.")
    tree, ignored = reader(unwrapped.tree)
    return Asked(
        dialect=dialect,
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


def _read_rest(unwrapped: Unwrapped) -> Asked:
    operation, spec = unwrapped.operation, SPECS.get(unwrapped.operation)
    numbers: tuple[str, ...] = ()
    accounts = rest.accounts(unwrapped)
    if spec is not None:
        for content in rest.contents(unwrapped):
            numbers += spec.tracking_numbers(content)
            accounts += spec.accounts(content)
    if operation is Operation.VOID:
        numbers = (rest.shipment(unwrapped), *packages_of(unwrapped.wire.call))
    if operation is Operation.PICKUP_CANCEL:
        numbers = rest.pickup(unwrapped)
    return Asked(
        dialect=Dialect.REST,
        operation=operation,
        credentials=unwrapped.credentials,
        accounts=tuple(dict.fromkeys(accounts)),
        tracking_numbers=tuple(dict.fromkeys(numbers)),
        root=unwrapped.root,
        tree=unwrapped.tree,
        creating=rest.creating(unwrapped),
        wire=unwrapped.wire,
    )


def dialect_of(call: LegacyCall) -> Dialect:
    """By path; what is posted to /webservices without an envelope is a document of the XML API."""
    path = call.path.lower()
    if path.startswith("/api/"):
        return Dialect.REST
    if path.startswith(("/rest/", "/json/")):
        return Dialect.JSON
    if path.startswith("/webservices/"):
        return Dialect.XML if _WITHOUT_ENVELOPE.match(call.body[:400]) else Dialect.SOAP
    if header.PATHS.match(path):
        return Dialect.HEADER
    if "/ups.app/xml" in path:
        return Dialect.XML
    raise UnknownOperation(f"The gateway has no service at {call.path[:100]!r}.")


def request(asked: Asked, account: Account, terms: Terms) -> Translated:
    """The REST calls that a request amounts to on this account. Raises ClientFault."""
    if asked.dialect is Dialect.REST:
        call: RestCall = asked.wire.call
        return Translated(asked, (without_own_prices(asked.operation, call) if terms.anonymous else call,))
    translated = SPECS[asked.operation].request(asked, account, terms)
    if asked.dialect is Dialect.HEADER and asked.wire.query:
        translated = replace(translated, calls=header.with_query(asked.wire, translated.calls))
    return replace(translated, ignored=asked.ignored + translated.ignored)


def for_old_api(asked: Asked, call: LegacyCall) -> Asked:
    """The request as one that UPS's old XML API will see whole: with every account that stands anywhere in it."""
    accounts = (*asked.accounts, *every_account(old_api.content(call)))
    return replace(asked, accounts=tuple(dict.fromkeys(accounts)))


def old_request(asked: Asked, call: LegacyCall, account: Account, terms: Terms) -> Translated:
    """The same request for UPS's old XML API, where the configuration says so. Unverified: see `old_api`.

    Raises what `request` does where the ledger needs a number or a digest that is not there.
    """
    if asked.operation in (Operation.VOID, Operation.SHIP_ACCEPT):
        request(asked, account, terms)
    return old_api.request(asked, call)


def more(translated: Translated, replies: Sequence[RestReply]) -> RestCall | None:
    """The call for the next page, or None when all is there."""
    if translated.asked.dialect is Dialect.REST or any(old_api.asks(call) for call in translated.calls):
        return None
    return SPECS[translated.asked.operation].more(translated, replies)


def answer(translated: Translated, replies: Sequence[RestReply], *, digest: str = "") -> LegacyAnswer:
    """The old answer to these replies. Raises what `refusal` gives for one that is no success."""
    asked = translated.asked
    for reply in replies:
        error = refusal(asked, reply)
        if error is not None:
            raise error
    if asked.dialect is Dialect.REST:
        return rest.wrap(replies[-1])
    if asked.dialect is Dialect.XML and replies and (root := old_api.document(replies[-1])) is not None:
        return old_api.answer(root)
    spec = SPECS[asked.operation]
    bodies = [faults.take_body(reply) for reply in replies]
    if asked.dialect is Dialect.HEADER:
        return header.wrap(asked.wire, asked.operation, bodies)
    tree = spec.source(translated, bodies)
    if digest:
        tree["ShipmentDigest"] = digest
    warning = spec.warning(bodies)
    if asked.dialect is Dialect.JSON:
        payload = payload_of(asked.operation)(tree)
        if asked.wire.tool_root:
            return json.wrap_tool(asked.wire, payload, warning)
        return json.wrap(asked.root, asked.wire, payload, response_of(bodies, warning, asked.wire.context))
    out: list[str] = []
    writer_of(asked.operation, asked.dialect)(tree, out)
    if asked.dialect is Dialect.SOAP:
        prefix = PREFIXES[asked.operation]
        response = response_of(bodies, warning, asked.wire.context)
        return soap.wrap(asked.root, asked.wire, prefix, "".join(out), response)
    return xml.wrap(asked.root, asked.wire, "".join(out), warning)


def refusal(asked: Asked, reply: RestReply) -> GatewayError | None:
    """None when UPS did what was asked; else what its reply amounts to."""
    root = old_api.document(reply)
    if root is not None:
        return old_api.refusal(root, reply.status, creating=asked.creating)
    own_codes = asked.dialect in (Dialect.REST, Dialect.HEADER)
    codes = {} if own_codes else SPECS[asked.operation].codes
    error = faults.refusal(reply, creating=asked.creating, codes=codes)
    if asked.dialect is Dialect.REST and isinstance(error, UpsUnreachable):
        return rest.as_it_came(reply, error)
    return error


def fault(about: Asked | LegacyCall, error: GatewayError, terms: FaultTerms = FAULT_TERMS) -> LegacyAnswer:
    """The error in the dialect of the request it is about. `terms`: what the access key wants of JSON faults."""
    root: str | None
    if isinstance(about, Asked):
        dialect, root, path, wire = about.dialect, about.root, "", about.wire
    else:
        dialect, root, path = _likely_dialect(about), xml.root_in(about.body), about.path
        wire = soap.likely_wire(about.body) if dialect is Dialect.SOAP else None
    if isinstance(wire, xml.Wire) and wire.among_services:
        return soap.wrap_fault(None, error)
    match dialect:
        case Dialect.SOAP:
            return soap.wrap_fault(wire, error)
        case Dialect.JSON:
            return json.wrap_fault(wire, error, status=terms.json_status, errors_beside=terms.json_errors_beside)
        case Dialect.HEADER:
            return header.wrap_fault(error)
        case Dialect.REST:
            return rest.wrap_fault(error)
        case _:
            return xml.wrap_fault(root, path, wire, error)


def _likely_dialect(call: LegacyCall) -> Dialect:
    """Of a request that cannot be read, perhaps not even its path."""
    try:
        dialect = dialect_of(call)
    except UnknownOperation:
        is_json = call.headers.get("content-type", "").startswith("application/json")
        return Dialect.HEADER if is_json else Dialect.XML
    return Dialect.SOAP if xml.among_services(call.path) else dialect


def slow_start(call: LegacyCall) -> tuple[Mapping[str, str], bytes] | None:
    """Headers and first bytes that any answer to this call begins with; None where it must go out whole.

    Of a call in legacy JSON `goes_out_whole` has the last word, once its access key is known.
    """
    try:
        dialect = dialect_of(call)
    except UnknownOperation:
        return None
    match dialect:
        case Dialect.XML:
            # among the SOAP services an answer is a document of the XML API, a fault SOAP's: nothing begins both
            return None if xml.among_services(call.path) else (xml.HEADERS, xml.DECLARATION.encode())
        case Dialect.SOAP:
            return soap.HEADERS, soap.DECLARATION.encode()
        case Dialect.JSON:
            return json.HEADERS, b""
        case _:
            return None


def goes_out_whole(asked: Asked, terms: FaultTerms) -> bool:
    """No answer to this may be begun before it is known to be good: a fault has another status (wire rule 11)."""
    return asked.dialect is Dialect.JSON and terms.json_status != 200
