"""Today's REST without a bearer: passed through as it is, with a bearer.

The rule: nothing is translated. The path tells the operation, so that what creates goes through the ledger and only on
accounts of the key; UPS's status and body come back unchanged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote

from ups_gateway.errors import GatewayError, MalformedRequest, UnknownOperation, UpsRefused, UpsUnreachable
from ups_gateway.model import LegacyAnswer, LegacyCall, Operation, RestCall, RestReply
from ups_gateway.translate.dialects import Unwrapped
from ups_gateway.translate.dialects.header import credentials
from ups_gateway.translate.dialects.json import decode
from ups_gateway.translate.operations.parts import climbs

HEADERS: Final[Mapping[str, str]] = MappingProxyType({"Content-Type": "application/json"})
PASSED_ON: Final = ("prn", "accountnumber", "shippernumber", "documentid", "additionaladdressvalidation")
"""Headers that are parameters of UPS's operations."""
_LONGEST: Final = MappingProxyType({"transid": 32, "transactionsrc": 512})
"""Ids of the client's own, in as many characters as UPS allows; the gateway's stand in for others."""


@dataclass(frozen=True, slots=True)
class Wire:
    """The call as it came: what goes on to UPS."""

    call: RestCall


def _route(method: str, path: str, operation: Operation) -> tuple[str, re.Pattern[str], Operation]:
    return method, re.compile("/api" + path + "/?", re.IGNORECASE), operation


_V: Final = r"/v\d+"
_X: Final = r"/[^/]+"
ROUTES: Final = (
    _route("POST", f"/rating{_V}{_X}", Operation.RATE),
    _route("POST", f"/shipments{_V}/ship", Operation.SHIP),
    _route("DELETE", f"/shipments{_V}/void/cancel{_X}", Operation.VOID),
    _route("POST", f"/labels{_V}/recovery", Operation.LABEL_RECOVERY),
    _route("GET", f"/track{_V}/(?:details|reference/details|shipment/details){_X}", Operation.TRACK),
    _route("POST", f"/addressvalidation{_V}{_X}", Operation.ADDRESS_STREET),
    _route("POST", f"/shipments{_V}/transittimes", Operation.TIME_IN_TRANSIT),
    _route("POST", f"/locations{_V}/search/availabilities{_X}", Operation.LOCATOR),
    _route("POST", f"/quantumview{_V}/events", Operation.QUANTUM_VIEW),
    _route("POST", f"/pickupcreation{_V}/pickup", Operation.PICKUP_CREATE),
    _route("POST", f"/shipments{_V}/pickup{_X}", Operation.PICKUP_RATE),
    _route("DELETE", f"/shipments{_V}/pickup{_X}", Operation.PICKUP_CANCEL),
    _route("GET", f"/shipments{_V}/pickup{_X}", Operation.PICKUP_PENDING),
    _route("POST", f"/pickup{_V}/servicecenterlocations", Operation.PICKUP_FACILITIES),
    _route("GET", f"/pickup{_V}/countries{_X}", Operation.PICKUP_FACILITIES),
    _route("POST", f"/paperlessdocuments{_V}/upload", Operation.PAPERLESS_UPLOAD),
    _route("POST", f"/paperlessdocuments{_V}/image", Operation.PAPERLESS_PUSH),
    _route("DELETE", f"/paperlessdocuments{_V}{_X}{_X}", Operation.PAPERLESS_DELETE),
    _route("POST", f"/dangerousgoods{_V}/acceptanceauditprecheck", Operation.DANGEROUS_GOODS_PRECHECK),
    _route("POST", f"/dangerousgoods{_V}/chemicalreferencedata", Operation.DANGEROUS_GOODS_CHEMICALS),
    _route("POST", f"/dangerousgoods{_V}/prenotification", Operation.PRENOTIFICATION),
    _route("POST", f"/landedcost{_V}/quotes", Operation.LANDED_COST),
)
CREATING: Final = frozenset(
    {
        Operation.SHIP,
        Operation.PICKUP_CREATE,
        Operation.PAPERLESS_UPLOAD,
        Operation.PAPERLESS_PUSH,
        Operation.PRENOTIFICATION,
    }
)

_KNOWN: Final = frozenset(int(status) for status in HTTPStatus)


def unwrap(call: LegacyCall) -> Unwrapped:
    """Reads the call. Raises UnknownOperation, MalformedRequest."""
    found = (operation for method, path, operation in ROUTES if method == call.method and path.fullmatch(call.path))
    operation = next(found, None)
    if operation is None:
        raise UnknownOperation(f"UPS's REST API has no {call.method[:10]} {call.path[:100]!r}.")
    if any(_climbs(unquote(step)) for step in call.path.split("/")):
        raise MalformedRequest("A step of the path leads to another path.")
    body = decode(call.body) if call.body.strip() else None
    passed = {name: call.headers[name] for name in PASSED_ON if name in call.headers}
    passed |= {name: text for name, most in _LONGEST.items() if 0 < len(text := call.headers.get(name, "")) <= most}
    rest = RestCall(call.method, call.path, headers=MappingProxyType(passed), body=body, sent_query=call.query)
    return Unwrapped(operation, credentials(call.headers), "", body or {}, Wire(rest))


def _climbs(step: str) -> bool:
    """The operation is told by the path, so the path must be the one that UPS sees."""
    return climbs(step) or "/" in step or "\\" in step or not step.isprintable()


def contents(unwrapped: Unwrapped) -> tuple[Any, ...]:
    """What stands below a root of the body, as the operation's tables know it; which of several counts, UPS decides."""
    below = (one for value in unwrapped.tree.values() for one in (value if isinstance(value, list) else [value]))
    return tuple(one for one in below if isinstance(one, dict))


def creating(unwrapped: Unwrapped) -> bool:
    """UPS acts on it or bills it; a label recovery that mails the label again does too."""
    if unwrapped.operation is Operation.LABEL_RECOVERY:
        return "ResendEMailIndicator" in json.dumps(unwrapped.tree)
    return unwrapped.operation in CREATING


def accounts(unwrapped: Unwrapped) -> tuple[str, ...]:
    """The account numbers that headers carry."""
    call: RestCall = unwrapped.wire.call
    return tuple(call.headers[name] for name in ("accountnumber", "shippernumber") if call.headers.get(name))


def shipment(unwrapped: Unwrapped) -> str:
    """The number that a void names in its path."""
    call: RestCall = unwrapped.wire.call
    return unquote(call.path.rstrip("/").rpartition("/")[2])


def pickup(unwrapped: Unwrapped) -> tuple[str, ...]:
    """The number of the pickup that a cancel names in its header."""
    prn = unwrapped.wire.call.headers.get("prn", "").strip()
    return (prn,) if prn else ()


def wrap(reply: RestReply) -> LegacyAnswer:
    """UPS's own answer, unchanged."""
    kind = reply.headers.get("content-type", HEADERS["Content-Type"])
    return LegacyAnswer(_status(reply.status), {"Content-Type": kind}, reply.body)


def _status(status: int) -> int:
    """UPS's own; but no redirect, and none that HTTP does not know (wire rule 14)."""
    if status in _KNOWN and not 300 <= status < 400:
        return status
    return 200 if 200 <= status < 300 else 500


def as_it_came(reply: RestReply, error: UpsUnreachable) -> GatewayError:
    """UPS's answer of an unusual shape, for a client that reads it itself; what is no JSON is none."""
    kind = reply.headers.get("content-type", "")
    if not kind.startswith("application/json"):
        return error
    try:
        json.loads(reply.body)
    except (ValueError, RecursionError):
        return error
    return UpsRefused(
        error.refusals,
        http_status=reply.status,
        transient=error.transient,
        body=reply.body,
        content_type=kind,
    )


def wrap_fault(error: GatewayError) -> LegacyAnswer:
    """UPS's own refusal as it came, or the gateway's in the same shape."""
    status = _status(error.http_status) if isinstance(error, UpsRefused) else error.status
    if isinstance(error, UpsRefused) and error.body:
        return LegacyAnswer(status, {"Content-Type": error.content_type}, error.body)
    errors = [{"code": one.code, "message": one.message} for one in error.refusals]
    body = json.dumps({"response": {"errors": errors}}, separators=(",", ":"))
    return LegacyAnswer(status, HEADERS, body.encode("ascii"))
