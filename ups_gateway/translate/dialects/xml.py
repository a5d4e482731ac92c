"""The XML API: two documents in one body (AccessRequest, then the request), no namespaces, HTTP 200 always.

The rule: what an operation means is not known here; the root element names it, the path only helps when the body
cannot be read. Wire rules 1 to 4 of the house's client measurements are kept here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ups_gateway.errors import GatewayError, MalformedRequest, UnknownOperation, UpsRefused, UpsUnreachable
from ups_gateway.model import Credentials, LegacyAnswer, LegacyCall, Operation, Secret
from ups_gateway.translate import tree
from ups_gateway.translate.dialects import Unwrapped
from ups_gateway.translate.writing import escape

DECLARATION: Final = '<?xml version="1.0"?>'
"""Exactly this: clients match it as text."""
HEADERS: Final[Mapping[str, str]] = MappingProxyType({"Content-Type": "application/xml"})

TOOLS: Final[Mapping[str, tuple[str, Operation]]] = MappingProxyType(
    {
        "rate": ("RatingServiceSelectionRequest", Operation.RATE),
        "shipconfirm": ("ShipmentConfirmRequest", Operation.SHIP_CONFIRM),
        "shipaccept": ("ShipmentAcceptRequest", Operation.SHIP_ACCEPT),
        "void": ("VoidShipmentRequest", Operation.VOID),
        "labelrecovery": ("LabelRecoveryRequest", Operation.LABEL_RECOVERY),
        "track": ("TrackRequest", Operation.TRACK),
        "av": ("AddressValidationRequest", Operation.ADDRESS_CITY),
        "xav": ("AddressValidationRequest", Operation.ADDRESS_STREET),
        "timeintransit": ("TimeInTransitRequest", Operation.TIME_IN_TRANSIT),
        "locator": ("LocatorRequest", Operation.LOCATOR),
        "qvevents": ("QuantumViewRequest", Operation.QUANTUM_VIEW),
    }
)
"""Tool (last part of the path, lower case) -> root of its request, operation. UPS.md section 2."""
ECHOED: Final = ("CustomerContext", "XpciVersion", "ToolVersion")
"""Members of TransactionReference, in the answer's order."""
_OPERATIONS: Final = {root: operation for root, operation in TOOLS.values() if root != "AddressValidationRequest"}
_RETIRED: Final = MappingProxyType(
    {
        "accesslicenseagreement": "Access keys are no longer given out; UPS uses OAuth 2.0 applications now.",
        "license": "Access keys are no longer given out; UPS uses OAuth 2.0 applications now.",
        "register": "UPS retired the registration API; register at ups.com.",
    }
)


@dataclass(frozen=True, slots=True)
class Wire:
    """What the answer must repeat of the request: TransactionReference members, as sent, in ASCII."""

    echo: str
    among_services: bool = False
    """It came to /webservices/AV, where faults are SOAP's (wire rule 5)."""


def tool_of(path: str) -> str:
    """The tool a path names, in lower case: /ups.app/xml/ShipConfirm/ -> shipconfirm."""
    return path.rstrip("/").rpartition("/")[2].lower()


def among_services(path: str) -> bool:
    """A document of the XML API on a path of the SOAP services."""
    return path.lower().startswith("/webservices/")


def unwrap(call: LegacyCall) -> Unwrapped:
    """Reads both documents. Raises MalformedRequest, InvalidRequest, UnknownOperation."""
    if call.method != "POST":
        raise MalformedRequest(f"The XML API is asked by POST, not by {call.method[:20]}.")
    access, request = tree.split(tree.decode(call.body))
    element = tree.parse(request)
    root = tree.local_name(element)
    content = tree.to_tree(element)
    if not isinstance(content, dict):
        content = {}
    operation = _operation(root, content, call.path)
    return Unwrapped(operation, _credentials(access), root, content, Wire(_echo(element), among_services(call.path)))


def _operation(root: str, content: dict[str, Any], path: str) -> Operation:
    if root == "AddressValidationRequest":
        action = content.get("Request", {}).get("RequestAction", "") if isinstance(content.get("Request"), dict) else ""
        street = "AddressKeyFormat" in content or (str(action).upper() == "XAV" and "Address" not in content)
        return Operation.ADDRESS_STREET if street else Operation.ADDRESS_CITY
    operation = _OPERATIONS.get(root)
    if operation is None:
        raise unknown(path, root)
    return operation


def unknown(path: str, root: str | None = None) -> UnknownOperation:
    """The error for a tool or a root that has no operation."""
    tool = tool_of(path)
    if tool in _RETIRED:
        return UnknownOperation(_RETIRED[tool])
    what = f"the root element {root[:60]!r}" if root else f"the tool {tool[:60]!r}"
    return UnknownOperation(f"The XML API has no service for {what}.")


def _credentials(access: str | None) -> Credentials:
    if access is None:
        return Credentials()
    held = tree.to_tree(tree.parse(access))
    if not isinstance(held, dict):
        return Credentials()

    def text(name: str) -> str | None:
        value = held.get(name)
        return value or None if isinstance(value, str) else None

    password = text("Password")
    return Credentials(text("AccessLicenseNumber"), text("UserId"), Secret(password) if password else None)


def _echo(element: Any) -> str:
    for request in element.iterchildren("Request"):
        for reference in request.iterchildren("TransactionReference"):
            found = (next(reference.iterchildren(name), None) for name in ECHOED)
            return "".join(tree.ascii_xml(child) for child in found if child is not None)
    return ""


# --- answers --------------------------------------------------------------------------------------------------------


def wrap(root: str, wire: Wire, payload: str, warning: tuple[str, str] | None) -> LegacyAnswer:
    """A good answer. At most one warning (code, text): several kill or mislead clients."""
    error = _error("Warning", *warning, None, None) if warning else ""
    return _answer(answer_root(root), wire.echo, "1", "Success", error + "</Response>" + payload)


def wrap_fault(root: str | None, path: str, wire: Wire | None, error: GatewayError) -> LegacyAnswer:
    """A failure: the root of the request, or what the tool's request would have; one error, the gravest."""
    if root is None or not root.endswith("Request"):
        root = TOOLS.get(tool_of(path), ("ErrorRequest", None))[0]
    first = error.refusals[0]
    wait = error.retry_after if isinstance(error, (UpsRefused, UpsUnreachable)) else None
    body = _error(severity(error), first.code, first.message, wait, error.location)
    return _answer(answer_root(root), wire.echo if wire else "", "0", "Failure", body + "</Response>")


def severity(error: GatewayError) -> str:
    """Hard or Transient; XML knows no Authentication."""
    if isinstance(error, (UpsRefused, UpsUnreachable)):
        return "Transient" if error.transient else "Hard"
    return "Transient" if error.severity == "Transient" else "Hard"


_ROOT = re.compile(rb"<((?!AccessRequest)[A-Z][A-Za-z]{1,60}Request)[\s/>]")


def root_in(body: bytes) -> str | None:
    """The root of a request that could not be read, or that no operation knows; None where none can be seen."""
    found = _ROOT.search(body[:100_000])
    return found[1].decode("ascii") if found else None


def answer_root(root: str) -> str:
    """RatingServiceSelectionRequest -> RatingServiceSelectionResponse."""
    return root.removesuffix("Request") + "Response"


def _answer(root: str, echo: str, code: str, words: str, rest: str) -> LegacyAnswer:
    # in one line, as UPS sent it: there are programs that read no further than the first
    reference = f"<TransactionReference>{echo}</TransactionReference>" if echo else ""
    text = (
        f"{DECLARATION}<{root}><Response>{reference}<ResponseStatusCode>{code}</ResponseStatusCode>"
        f"<ResponseStatusDescription>{words}</ResponseStatusDescription>{rest}</{root}>"
    )
    return LegacyAnswer(200, HEADERS, text.encode("ascii"))


def _error(level: str, code: str, message: str, wait: float | None, location: str | None) -> str:
    seconds = f"<MinimumRetrySeconds>{max(1, round(wait))}</MinimumRetrySeconds>" if wait is not None else ""
    where = (
        f"<ErrorLocation><ErrorLocationElementName>{escape(location)}</ErrorLocationElementName></ErrorLocation>"
        if location
        else ""
    )
    return (
        f"<Error><ErrorSeverity>{level}</ErrorSeverity><ErrorCode>{escape(code)}</ErrorCode>"
        f"<ErrorDescription>{escape(message) or 'General process failure'}</ErrorDescription>{seconds}{where}</Error>"
    )
