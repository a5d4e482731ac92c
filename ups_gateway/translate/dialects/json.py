"""Legacy JSON (/rest/<Service>, /json/<Service>): the SOAP message as one object, credentials beside the request.

The rule: the body's root decides, not the path. Errors are `Fault`, by default with HTTP 200 (wire rule 6). Tools that
were never a SOAP service (`TOOLS`) keep the XML API's message instead, errors in `Response` too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import msgspec

from ups_gateway.errors import (
    GatewayError,
    InvalidRequest,
    MalformedRequest,
    Refusal,
    RequestTooLarge,
    UpsRefused,
    UpsUnreachable,
)
from ups_gateway.model import Credentials, LegacyAnswer, LegacyCall, Operation, Secret
from ups_gateway.translate.dialects import Unwrapped, xml
from ups_gateway.translate.dialects.services import RESPONSE, operation_of, severity
from ups_gateway.translate.engine import Node
from ups_gateway.translate.writing import compile_tree

HEADERS: Final[Mapping[str, str]] = MappingProxyType({"Content-Type": "application/json"})
TOOLS: Final = frozenset({Operation.ADDRESS_CITY, Operation.LOCATOR, Operation.QUANTUM_VIEW})
_SECURITY: Final = ("UPSSecurity", "Security", "AccessRequest")
MAX_DEPTH: Final = 100
MAX_MARKS: Final = 40_000
"""Objects, arrays and commas of one body. A shipment of 200 packages with all options has half as many."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What the answer must repeat, as sent."""

    context: Any
    """CustomerContext; None where there was none."""
    reference: Mapping[str, Any]
    """All of TransactionReference, for answers of a tool of the XML API."""
    tool_root: str
    """Root of the answer of such a tool; empty for services."""


def decode(body: bytes) -> dict[str, Any]:
    """The body's object, of limited size and depth. Raises MalformedRequest, RequestTooLarge."""
    if not body.strip():
        raise MalformedRequest("The request is empty; a JSON object was expected.")
    if len(body) - len(body.translate(None, b"{[,")) > MAX_MARKS:
        raise RequestTooLarge(f"The JSON object has more than {MAX_MARKS} parts.")
    try:
        found = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRequest(f"The request is not JSON: {str(error)[:120]}") from None
    if not isinstance(found, dict):
        raise MalformedRequest("The request is not a JSON object.")
    _limit_depth(found, 0)
    return found


def _limit_depth(node: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise MalformedRequest(f"The JSON object is nested deeper than {MAX_DEPTH} levels.")
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _limit_depth(inner, depth + 1)


def unwrap(call: LegacyCall) -> Unwrapped:
    """Reads the object. Raises MalformedRequest, InvalidRequest, UnknownOperation."""
    # some HTTP libraries put an object into a GET; running clients do
    if call.method != "POST" and not (call.method == "GET" and call.body.strip()):
        raise MalformedRequest(f"A JSON service is asked by POST, not by {call.method[:20]}.")
    found = decode(call.body)
    tree = texts(found)
    security: Node = next((tree[name] for name in _SECURITY if isinstance(tree.get(name), dict)), {})
    roots = [name for name in found if name not in _SECURITY]
    if not roots:
        raise InvalidRequest("The JSON object holds no request, only credentials.")
    root = next((name for name in roots if name.endswith("Request")), roots[0])
    content, operation = tree.get(root), operation_of(root, call.path)
    return Unwrapped(
        operation,
        credentials(security),
        root,
        content if isinstance(content, dict) else {},
        wire_of(found[root], xml.answer_root(root) if operation in TOOLS else ""),
    )


def credentials(security: Mapping[str, Any]) -> Credentials:
    """UPSSecurity, Security + UPSServiceAccessToken, UserAccessToken/UserId: by name alone."""
    held: dict[str, str] = {}

    def walk(node: Any) -> None:
        for name, value in node.items() if isinstance(node, dict) else ():
            if isinstance(value, str) and value:
                held[name] = value
            else:
                walk(value)

    walk(security)
    password = held.get("Password")
    return Credentials(
        held.get("AccessLicenseNumber"),
        held.get("Username") or held.get("UserId"),
        Secret(password) if password else None,
    )


def texts(node: Any) -> Any:
    """The tree as the old APIs saw it: numbers and truth values as text, texts trimmed, and no null.

    Programs that write whole objects have null for what they do not say: read as an empty element, every indicator
    would be set.
    """
    if isinstance(node, dict):
        return {name: texts(value) for name, value in node.items() if value is not None}
    if isinstance(node, list):
        return [texts(value) for value in _items(node)]
    if isinstance(node, bool):
        return "true" if node else "false"
    return str(node).strip()


def _items(node: list[Any]) -> Iterator[Any]:
    """No element repeats within one that repeats: an array in an array is a longer array."""
    for value in node:
        if isinstance(value, list):
            yield from _items(value)
        elif value is not None:
            yield value


def wire_of(content: Any, tool_root: str) -> Wire:
    """The context below Request/TransactionReference, whatever stands there."""
    for name in ("Request", "TransactionReference"):
        content = content.get(name) if isinstance(content, dict) else None
    if not isinstance(content, dict):
        return Wire(None, {}, tool_root)
    repeated = {name: content[name] for name in xml.ECHOED if content.get(name) is not None} if tool_root else {}
    return Wire(content.get("CustomerContext"), repeated, tool_root)


# --- answers ----------------------------------------------------------------------------------------------------------


_response_tree: Final = compile_tree(RESPONSE)
_NO_PAYLOAD: Final[Mapping[str, Any]] = MappingProxyType({})


def wrap(root: str, wire: Wire, payload: Mapping[str, Any], response: Node) -> LegacyAnswer:
    """A good answer; a lone alert is an object."""
    said = _response_tree(response)
    if wire.context is not None:  # of whatever shape it was sent in
        said["TransactionReference"] = {**said.get("TransactionReference", {}), "CustomerContext": wire.context}
    return _answer(200, {f"{root.removesuffix('Request')}Response": {"Response": said, **payload}})


def wrap_tool(wire: Wire, payload: Mapping[str, Any], warning: tuple[str, str] | None) -> LegacyAnswer:
    """A good answer of a tool of the XML API, with at most one warning."""
    said = {"ErrorSeverity": "Warning", "ErrorCode": warning[0], "ErrorDescription": warning[1]} if warning else None
    return _answer(200, _of_tool(wire, "1", "Success", said, payload))


def _of_tool(
    wire: Wire, code: str, words: str, error: Mapping[str, Any] | None, payload: Mapping[str, Any] = _NO_PAYLOAD
) -> dict[str, Any]:
    response: dict[str, Any] = {"TransactionReference": wire.reference} if wire.reference else {}
    response |= {"ResponseStatusCode": code, "ResponseStatusDescription": words}
    if error is not None:
        response["Error"] = error
    return {wire.tool_root: {"Response": response, **payload}}


def wrap_fault(
    wire: Wire | None, error: GatewayError, *, status: int = 200, errors_beside: bool = False
) -> LegacyAnswer:
    """All errors as UPS wrote them (of a tool the gravest); `response.errors` beside only for clients that want it."""
    wait = error.retry_after if isinstance(error, (UpsRefused, UpsUnreachable)) else None
    body = _fault_of_tool(wire, error, wait) if wire is not None and wire.tool_root else _fault(error, wait)
    if errors_beside:
        body["response"] = {"errors": [{"code": one.code, "message": _words(one)} for one in error.refusals]}
    return _answer(status, body)


def _words(refusal: Refusal) -> str:
    return refusal.message or "General process failure"


def _fault_of_tool(wire: Wire, error: GatewayError, wait: float | None) -> dict[str, Any]:
    first = error.refusals[0]
    said: dict[str, Any] = {
        "ErrorSeverity": xml.severity(error),
        "ErrorCode": first.code,
        "ErrorDescription": _words(first),
    }
    if wait is not None:
        said["MinimumRetrySeconds"] = str(max(1, round(wait)))
    if error.location:
        said["ErrorLocation"] = {"ErrorLocationElementName": error.location}
    return _of_tool(wire, "0", "Failure", said)


def _fault(error: GatewayError, wait: float | None) -> dict[str, Any]:
    level = severity(error)
    details: list[dict[str, Any]] = []
    for one in error.refusals:
        detail: dict[str, Any] = {
            "Severity": level,
            "PrimaryErrorCode": {"Code": one.code, "Description": _words(one)},
        }
        if wait is not None:
            detail["MinimumRetrySeconds"] = str(max(1, round(wait)))
        if error.location:
            detail["Location"] = {"LocationElementName": error.location}
        details.append(detail)
    code = "Client" if level != "Transient" and error.status < 500 else "Server"
    return {
        "Fault": {
            "faultcode": code,
            "faultstring": "An exception has been raised as a result of client data.",
            "detail": {"Errors": {"ErrorDetail": details if len(details) > 1 else details[0]}},
        }
    }


def _answer(status: int, body: Mapping[str, Any]) -> LegacyAnswer:
    return LegacyAnswer(status, HEADERS, json.dumps(body, separators=(",", ":")).encode("ascii"))
