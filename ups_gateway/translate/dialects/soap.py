"""SOAP 1.1, document/literal: the payload is the first child of Body, told apart by its name alone.

The rule: SOAPAction is never looked at (several operations share one); the client's own namespaces come back.
Faults are HTTP 500 and text/xml with UPS's err:Errors detail (wire rule 5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ups_gateway.errors import GatewayError, InvalidRequest, MalformedRequest, UpsRefused, UpsUnreachable
from ups_gateway.model import Credentials, LegacyAnswer, LegacyCall, Operation, Secret
from ups_gateway.translate import tree
from ups_gateway.translate.dialects import Unwrapped
from ups_gateway.translate.dialects.services import RESPONSE, namespace_of, operation_of, severity
from ups_gateway.translate.engine import Node
from ups_gateway.translate.writing import compile_xml, escape

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
COMMON: Final = "http://www.ups.com/XMLSchema/XOLTWS/Common/v1.0"
ERROR: Final = "http://www.ups.com/XMLSchema/XOLTWS/Error/v1.1"
_TRADE: Final = "http://www.ups.com/schema/xpci/1.0/"
XPCI_ERROR: Final = f"{_TRADE}error"
DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
HEADERS: Final[Mapping[str, str]] = MappingProxyType({"Content-Type": "text/xml; charset=utf-8"})
_FAULT_WORDS: Final = "An exception has been raised as a result of client data."

# UPS's own WWEF sample uses these prefixes without declaring them
_UNDECLARED: Final = {
    "wsse": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    "upssa": "http://www.ups.com/XMLSchema/XOLTWS/UPSS/v1.0",
}


@dataclass(frozen=True, slots=True)
class Wire:
    """What the answer must repeat: the payload's namespace, that of Request, and the echoed context."""

    namespace: str
    common: str
    context: str | None


def unwrap(call: LegacyCall) -> Unwrapped:
    """Reads the envelope. Raises MalformedRequest, InvalidRequest, UnknownOperation."""
    if call.method != "POST":
        raise MalformedRequest(f"A SOAP service is asked by POST, not by {call.method[:20]}.")
    envelope = tree.parse(_declared(tree.without_declarations(tree.decode(call.body))))
    if tree.local_name(envelope) != "Envelope":
        raise InvalidRequest(f"A SOAP envelope was expected, not the element {tree.local_name(envelope)[:60]!r}.")
    parts = {tree.local_name(child): child for child in envelope}
    body = parts.get("Body")
    if body is None or len(body) == 0:
        raise InvalidRequest("The SOAP envelope has no Body, or nothing in it.", location="Body")
    payload = body[0]
    root = tree.local_name(payload)
    operation = operation_of(root, call.path)
    content = tree.to_tree(payload)
    return Unwrapped(
        operation,
        _credentials(parts.get("Header")),
        root,
        content if isinstance(content, dict) else {},
        _wire(payload, operation),
    )


def _declared(text: str) -> str:
    """Declares the prefixes that clients use without doing so."""
    missing = [name for name in _UNDECLARED if f"<{name}:" in text and f"xmlns:{name}" not in text]
    if not missing:
        return text
    names = "".join(f' xmlns:{name}="{_UNDECLARED[name]}"' for name in missing)
    return re.sub(r"<((?:[\w.-]+:)?Envelope)(?=[\s>])", rf"<\1{names}", text, count=1)


def _credentials(header: Any) -> Credentials:
    """UPSSecurity, the older Security + UPSServiceAccessToken, or the trade services' AccessRequest: by name alone."""
    if header is None:
        return Credentials()
    found = {
        tree.local_name(element): (element.text or "").strip()
        for element in header.iter()
        if isinstance(element.tag, str) and len(element) == 0
    }
    licence, password = found.get("AccessLicenseNumber"), found.get("Password")
    user = found.get("Username") or found.get("UserId")
    return Credentials(licence or None, user or None, Secret(password) if password else None)


def _wire(payload: Any, operation: Operation) -> Wire:
    own, common, context = _namespace(payload), COMMON, None
    for child in payload:
        if tree.local_name(child) != "Request":
            continue
        # Programs that write their envelopes by hand leave Request in the payload's namespace; UPS answered in its own
        common = COMMON if _namespace(child) in ("", own) else _namespace(child)
        for element in child.iter():
            if isinstance(element.tag, str) and tree.local_name(element) == "CustomerContext":
                context = "".join(element.itertext())
    return Wire(own or namespace_of(operation), common, context)


def _namespace(element: Any) -> str:
    tag: str = element.tag
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


# --- answers ----------------------------------------------------------------------------------------------------------


_write_response: Final = compile_xml(RESPONSE, "common:")


def wrap(root: str, wire: Wire, prefix: str, payload: str, response: Node) -> LegacyAnswer:
    """A good answer: Response in the common namespace, the payload in the client's own."""
    said: list[str] = []
    _write_response(response, said)
    name = f"{prefix}:{root.removesuffix('Request')}Response"
    return _answer(
        200,
        f'<{name} xmlns:{prefix}="{escape_attribute(wire.namespace)}">'
        f'<common:Response xmlns:common="{escape_attribute(wire.common)}">{"".join(said)}</common:Response>'
        f"{payload}</{name}>",
    )


def wrap_fault(wire: Wire | None, error: GatewayError) -> LegacyAnswer:
    """All errors in one detail; Client for what the caller or UPS's rules are the cause of, Server for the rest."""
    level = severity(error)
    wait = error.retry_after if isinstance(error, (UpsRefused, UpsUnreachable)) else None
    retry = f"<err:MinimumRetrySeconds>{max(1, round(wait))}</err:MinimumRetrySeconds>" if wait is not None else ""
    where = (
        f"<err:Location><err:LocationElementName>{escape(error.location)}</err:LocationElementName></err:Location>"
        if error.location
        else ""
    )
    details = "".join(
        f"<err:ErrorDetail><err:Severity>{level}</err:Severity><err:PrimaryErrorCode>"
        f"<err:Code>{escape(one.code)}</err:Code>"
        f"<err:Description>{escape(one.message) or 'General process failure'}</err:Description>"
        f"</err:PrimaryErrorCode>{retry}{where}</err:ErrorDetail>"
        for one in error.refusals
    )
    namespace = XPCI_ERROR if wire is not None and "/xpci/" in wire.namespace else ERROR
    code = "Client" if level != "Transient" and error.status < 500 else "Server"
    return _answer(
        500,
        f"<soapenv:Fault><faultcode>{code}</faultcode><faultstring>{_FAULT_WORDS}</faultstring>"
        f'<detail><err:Errors xmlns:err="{namespace}">{details}</err:Errors></detail></soapenv:Fault>',
    )


def likely_wire(body: bytes) -> Wire:
    """Of a request without an operation, perhaps not even readable: the trade services have faults of their own."""
    return Wire(_TRADE if _TRADE.encode() in body else "", COMMON, "")


def escape_attribute(text: str) -> str:
    """Text between double quotes."""
    return escape(text).replace('"', "&quot;")


def _answer(status: int, body: str) -> LegacyAnswer:
    text = (
        f'{DECLARATION}<soapenv:Envelope xmlns:soapenv="{ENVELOPE}"><soapenv:Header/><soapenv:Body>{body}'
        "</soapenv:Body></soapenv:Envelope>"
    )
    return LegacyAnswer(status, HEADERS, text.encode("ascii"))
