"""Legacy JSON (/rest/<Service>, /json/<Service>): the SOAP message as one object, credentials beside the request.

The rule: the body's root decides, not the path. Errors are always `Fault`, by default with HTTP 200 (wire rule 6).
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
    RequestTooLarge,
    UpsRefused,
    UpsUnreachable,
)
from ups_gateway.model import Credentials, LegacyAnswer, LegacyCall, Secret
from ups_gateway.translate.dialects import Unwrapped
from ups_gateway.translate.dialects.services import RESPONSE, operation_of, severity
from ups_gateway.translate.engine import Node
from ups_gateway.translate.writing import compile_tree

HEADERS: Final[Mapping[str, str]] = MappingProxyType({"Content-Type": "application/json"})
_SECURITY: Final = ("UPSSecurity", "Security", "AccessRequest")
MAX_DEPTH: Final = 100
MAX_MARKS: Final = 40_000
"""Objects, arrays and commas of one body. A shipment of 200 packages with all options has half as many."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What the answer must repeat: the context, as sent; None where there was none."""

    context: Any


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
    if call.method != "POST":
        raise MalformedRequest(f"A JSON service is asked by POST, not by {call.method[:20]}.")
    found = decode(call.body)
    tree = texts(found)
    security: Node = next((tree[name] for name in _SECURITY if isinstance(tree.get(name), dict)), {})
    roots = [name for name in found if name not in _SECURITY]
    if not roots:
        raise InvalidRequest("The JSON object holds no request, only credentials.")
    root = next((name for name in roots if name.endswith("Request")), roots[0])
    content = tree.get(root)
    return Unwrapped(
        operation_of(root, call.path),
        credentials(security),
        root,
        content if isinstance(content, dict) else {},
        wire_of(found[root]),
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


def wire_of(content: Any) -> Wire:
    """The context below Request/TransactionReference, whatever stands there."""
    for name in ("Request", "TransactionReference", "CustomerContext"):
        content = content.get(name) if isinstance(content, dict) else None
    return Wire(content)


# --- answers ----------------------------------------------------------------------------------------------------------


_response_tree: Final = compile_tree(RESPONSE)


def wrap(root: str, wire: Wire, payload: Mapping[str, Any], response: Node) -> LegacyAnswer:
    """A good answer; a lone alert is an object."""
    said = _response_tree(response)
    if wire.context is not None:  # of whatever shape it was sent in
        said["TransactionReference"] = {**said.get("TransactionReference", {}), "CustomerContext": wire.context}
    return _answer(200, {f"{root.removesuffix('Request')}Response": {"Response": said, **payload}})


def wrap_fault(error: GatewayError, *, status: int = 200, errors_beside: bool = False) -> LegacyAnswer:
    """All errors as UPS wrote them; `response.errors` beside the Fault only for clients that want it."""
    level = severity(error)
    wait = error.retry_after if isinstance(error, (UpsRefused, UpsUnreachable)) else None
    details: list[dict[str, Any]] = []
    for one in error.refusals:
        detail: dict[str, Any] = {
            "Severity": level,
            "PrimaryErrorCode": {"Code": one.code, "Description": one.message or "General process failure"},
        }
        if wait is not None:
            detail["MinimumRetrySeconds"] = str(max(1, round(wait)))
        if error.location:
            detail["Location"] = {"LocationElementName": error.location}
        details.append(detail)
    code = "Client" if level != "Transient" and error.status < 500 else "Server"
    body: dict[str, Any] = {
        "Fault": {
            "faultcode": code,
            "faultstring": "An exception has been raised as a result of client data.",
            "detail": {"Errors": {"ErrorDetail": details if len(details) > 1 else details[0]}},
        }
    }
    if errors_beside:
        said = [detail["PrimaryErrorCode"] for detail in details]
        body["response"] = {"errors": [{"code": one["Code"], "message": one["Description"]} for one in said]}
    return _answer(status, body)


def _answer(status: int, body: Mapping[str, Any]) -> LegacyAnswer:
    return LegacyAnswer(status, HEADERS, json.dumps(body, separators=(",", ":")).encode("ascii"))
