"""Today's REST without a bearer: passed through as it is, with a bearer.

The rule: nothing is translated. The path tells the operation, so that what creates goes through the ledger and only on
accounts of the key; UPS's status and body come back unchanged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from ups_gateway.errors import GatewayError, UnknownOperation, UpsRefused
from ups_gateway.model import LegacyAnswer, LegacyCall, Operation, RestCall, RestReply
from ups_gateway.translate.dialects import Unwrapped
from ups_gateway.translate.dialects.header import credentials
from ups_gateway.translate.dialects.json import decode

HEADERS: Final[Mapping[str, str]] = MappingProxyType({"Content-Type": "application/json"})
PASSED_ON: Final = ("prn", "accountnumber", "shippernumber", "documentid", "additionaladdressvalidation")
"""Headers that are parameters of UPS's operations."""


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
_ACCOUNT_MEMBERS: Final = frozenset({"ShipperNumber", "ShipperAccountNumber", "AccountNumber"})
_OTHERS: Final = frozenset({"BillThirdParty", "BillReceiver", "BillThirdPartyShipper", "BillThirdPartyConsignee"})
"""Payers that are not the key's own: their account numbers pass."""


def unwrap(call: LegacyCall) -> Unwrapped:
    """Reads the call. Raises UnknownOperation, MalformedRequest."""
    found = (operation for method, path, operation in ROUTES if method == call.method and path.fullmatch(call.path))
    operation = next(found, None)
    if operation is None:
        raise UnknownOperation(f"UPS's REST API has no {call.method[:10]} {call.path[:100]!r}.")
    body = decode(call.body) if call.body.strip() else None
    passed = {name: call.headers[name] for name in PASSED_ON if name in call.headers}
    query = dict(parse_qsl(call.query, keep_blank_values=True))
    rest = RestCall(call.method, call.path, MappingProxyType(query), MappingProxyType(passed), body)
    return Unwrapped(operation, credentials(call.headers), "", body or {}, Wire(rest))


def creating(unwrapped: Unwrapped) -> bool:
    """UPS acts on it or bills it; a label recovery that mails the label again does too."""
    if unwrapped.operation is Operation.LABEL_RECOVERY:
        return "ResendEMailIndicator" in json.dumps(unwrapped.tree)
    return unwrapped.operation in CREATING


def accounts(unwrapped: Unwrapped) -> tuple[str, ...]:
    """Every own account number in body and headers; third parties' and receivers' are not among them."""
    call: RestCall = unwrapped.wire.call
    found = [call.headers[name] for name in ("accountnumber", "shippernumber") if call.headers.get(name)]

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for item in node:
                walk(item)
        for name, value in node.items() if isinstance(node, dict) else ():
            if name in _ACCOUNT_MEMBERS and isinstance(value, str) and value:
                found.append(value)
            elif name not in _OTHERS:
                walk(value)

    walk(unwrapped.tree)
    return tuple(dict.fromkeys(found))


def tracking_numbers(unwrapped: Unwrapped) -> tuple[str, ...]:
    """The numbers of a void, in the path and the query."""
    call: RestCall = unwrapped.wire.call
    if unwrapped.operation is not Operation.VOID:
        return ()
    shipment = unquote(call.path.rstrip("/").rpartition("/")[2])
    packages = re.findall(r"[0-9A-Za-z]+", call.query.get("trackingnumber", ""))
    return tuple(dict.fromkeys([shipment, *packages]))


def wrap(reply: RestReply) -> LegacyAnswer:
    """UPS's own answer, unchanged."""
    kind = reply.headers.get("content-type", HEADERS["Content-Type"])
    return LegacyAnswer(reply.status, {"Content-Type": kind}, reply.body)


def wrap_fault(error: GatewayError) -> LegacyAnswer:
    """UPS's own refusal with its own status, or the gateway's in the same shape."""
    status = error.http_status if isinstance(error, UpsRefused) else error.status
    errors = [{"code": one.code, "message": one.message} for one in error.refusals]
    body = json.dumps({"response": {"errors": errors}}, separators=(",", ":"))
    return LegacyAnswer(status, HEADERS, body.encode("ascii"))
