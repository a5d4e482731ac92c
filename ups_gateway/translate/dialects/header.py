"""Early REST: credentials in headers, paths without /api, JSON bodies almost as today's.

The rule: path and query become what the SOAP message would hold, so that one table serves both; the answer is UPS's
own, with arrays collapsed to what the version in the client's path gave (UPS.md section 1.4, wire rule 7).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from ups_gateway.errors import GatewayError, MalformedRequest, UnknownOperation, UpsRefused
from ups_gateway.model import Credentials, LegacyAnswer, LegacyCall, Operation, RestCall, Secret
from ups_gateway.translate.dialects import Unwrapped
from ups_gateway.translate.dialects.json import decode, texts
from ups_gateway.translate.operations import early_rest

HEADERS: Final[Mapping[str, str]] = MappingProxyType({"Content-Type": "application/json"})
_STATUSES: Final = frozenset({400, 404, 429, 500})
"""Statuses that clients take from UPS; 401 and 403 only for their own credentials."""

PASSED_ON: Final = ("additionaladdressvalidation",)
"""Parameters of the query that UPS has in the same place today."""


@dataclass(frozen=True, slots=True)
class Route:
    """One early path."""

    method: str
    path: re.Pattern[str]
    root: str
    operation: Operation
    shape: early_rest.Shape


@dataclass(frozen=True, slots=True)
class Wire:
    """The version in the path, on which the answer depends, and what of the query is UPS's too."""

    version: str
    query: Mapping[str, str]


def _route(method: str, path: str, root: str, operation: Operation, shape: early_rest.Shape | None = None) -> Route:
    return Route(method, re.compile(path + "/?", re.IGNORECASE), root, operation, shape or early_rest.body_below(root))


_VERSION: Final = r"/(?P<version>v?\d{1,9})"
_NUMBER: Final = r"/(?P<number>[^/]+)"
_OPTION: Final = r"/(?P<option>[a-z0-9]+)"
ROUTES: Final = (
    _route(
        "POST",
        f"/ship{_VERSION}/rating/(?P<option>[a-z]+)",
        "RateRequest",
        Operation.RATE,
        early_rest.with_option("RateRequest"),
    ),
    _route("POST", f"/ship{_VERSION}/shipments", "ShipmentRequest", Operation.SHIP),
    _route(
        "DELETE", f"/ship{_VERSION}/shipments/cancel{_NUMBER}", "VoidShipmentRequest", Operation.VOID, early_rest.void
    ),
    _route("POST", f"/ship{_VERSION}/shipments/labels", "LabelRecoveryRequest", Operation.LABEL_RECOVERY),
    _route("POST", f"/ship{_VERSION}/shipments/transittimes", "TimeInTransitRequest", Operation.TIME_IN_TRANSIT),
    _route("GET", f"/track{_VERSION}/details{_NUMBER}", "TrackRequest", Operation.TRACK, early_rest.track),
    _route(
        "POST",
        f"/addressvalidation{_VERSION}/(?P<option>[0-9]+)",
        "XAVRequest",
        Operation.ADDRESS_STREET,
        early_rest.address,
    ),
    _route(
        "POST",
        f"/dangerousgoods{_VERSION}/acceptanceauditprecheck",
        "AcceptanceAuditPreCheckRequest",
        Operation.DANGEROUS_GOODS_PRECHECK,
    ),
    _route(
        "POST",
        f"/dangerousgoods{_VERSION}/chemicalreferencedata",
        "ChemicalReferenceDataRequest",
        Operation.DANGEROUS_GOODS_CHEMICALS,
    ),
    _route("POST", f"/ship{_VERSION}/pickups", "PickupCreationRequest", Operation.PICKUP_CREATE),
    _route(
        "DELETE",
        f"/ship{_VERSION}/pickups{_NUMBER}",
        "PickupCancelRequest",
        Operation.PICKUP_CANCEL,
        early_rest.no_pickup,
    ),
)
PATHS: Final = re.compile(r"/(?:ship|track|addressvalidation|dangerousgoods|locator)/v?\d", re.IGNORECASE)
_RETIRED: Final = (
    (re.compile(r"/ship/v?\d+/freight/", re.IGNORECASE), "UPS sold its freight business; there is no UPS API for it."),
    (
        re.compile(r"/locator/", re.IGNORECASE),
        "UPS's OpenAPI has no successor of this list; the Locator API finds access points near an address.",
    ),
)


def unwrap(call: LegacyCall) -> Unwrapped:
    """Reads path, query, headers and body. Raises MalformedRequest, UnknownOperation."""
    for pattern, words in _RETIRED:
        if pattern.match(call.path):
            raise UnknownOperation(words)
    path = unquote(call.path)
    for route in ROUTES:
        found = route.path.fullmatch(path)
        if found is None or route.method != call.method:
            continue
        parts = found.groupdict()
        query = {name.lower(): value for name, value in parse_qsl(call.query)}
        body = texts(decode(call.body)) if call.method == "POST" else {}
        return Unwrapped(
            route.operation,
            credentials(call.headers),
            route.root,
            route.shape(parts, query, body),
            Wire(
                parts["version"].lower().lstrip("v"),
                MappingProxyType({name: value for name, value in query.items() if name in PASSED_ON}),
            ),
        )
    if any(route.path.fullmatch(path) for route in ROUTES):
        raise MalformedRequest(f"{path[:100]} is not asked by {call.method[:20]}.")
    raise UnknownOperation(f"There is no service at {path[:100]!r}.")


def credentials(headers: Mapping[str, str]) -> Credentials:
    """AccessLicenseNumber, Username and Password; absent or empty ones are None."""
    password = headers.get("password", "").strip()
    return Credentials(
        headers.get("accesslicensenumber", "").strip() or None,
        headers.get("username", "").strip() or None,
        Secret(password) if password else None,
    )


def with_query(wire: Wire, calls: Sequence[RestCall]) -> tuple[RestCall, ...]:
    """The calls, with what of the client's query is UPS's too."""
    return tuple(replace(call, query={**call.query, **wire.query}) for call in calls)


# --- answers ----------------------------------------------------------------------------------------------------------


def wrap(wire: Wire, operation: Operation, bodies: Sequence[Any]) -> LegacyAnswer:
    """UPS's answer, with arrays of one as the client's version had them."""
    version = int(wire.version) if wire.version.isdigit() else 1
    arrays = early_rest.ARRAYS_SINCE.get(operation, early_rest.ARRAYS_OF_OTHERS)
    return _answer(200, collapsed(early_rest.joined(operation, bodies), version, arrays))


def collapsed(node: Any, version: int, arrays: Mapping[str, int]) -> Any:
    """Arrays of one become the lone object in versions that did not always give arrays."""
    if isinstance(node, dict):
        return {name: _member(name, value, version, arrays) for name, value in node.items()}
    return [collapsed(item, version, arrays) for item in node] if isinstance(node, list) else node


def _member(name: str, value: Any, version: int, arrays: Mapping[str, int]) -> Any:
    if isinstance(value, list) and len(value) == 1 and version < arrays.get(name, 0):
        return collapsed(value[0], version, arrays)
    return collapsed(value, version, arrays)


def wrap_fault(error: GatewayError) -> LegacyAnswer:
    """All errors as `response.errors`."""
    status = error.status
    if isinstance(error, UpsRefused):
        status = {405: 404, 503: 500}.get(error.http_status, error.http_status)
        if status not in _STATUSES:
            status = 400 if 200 <= status < 500 else 500
    errors = [{"code": one.code, "message": one.message or "General process failure"} for one in error.refusals]
    return _answer(status, {"response": {"errors": errors}})


def _answer(status: int, body: Any) -> LegacyAnswer:
    return LegacyAnswer(status, HEADERS, json.dumps(body, separators=(",", ":")).encode("ascii"))
