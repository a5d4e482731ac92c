"""What the translation tests share: calls, accounts and canonical XML."""

from __future__ import annotations

import json
from typing import Any

from lxml import etree

from ups_gateway.model import Account, LegacyAnswer, LegacyCall, RestCall, RestReply
from ups_gateway.translate import tree

ACCOUNT = Account(1, "A1B2C3", "production", country="US", postal_code="30328")


def legacy(path: str, body: bytes | str, method: str = "POST") -> LegacyCall:
    """An old request on that path."""
    data = body.encode() if isinstance(body, str) else body
    return LegacyCall(method, "onlinetools.ups.com", path, "", {}, data)


def legacy_json(service: str, root: str, content: Any) -> LegacyCall:
    """An old JSON request to that service, with credentials."""
    token = {"Username": "demo", "Password": "demo"}
    security = {"UsernameToken": token, "ServiceAccessToken": {"AccessLicenseNumber": "DEMO0ACCESS0KEY0"}}
    return legacy(f"/rest/{service}", json.dumps({"UPSSecurity": security, root: content}))


def reply(body: Any, status: int = 200) -> RestReply:
    """UPS's answer with this JSON."""
    return RestReply(status, {"content-type": "application/json"}, json.dumps(body).encode())


def as_json(call: RestCall) -> dict[str, Any]:
    """A call the way `ups-gateway translate` and the case files write it."""
    return {
        "method": call.method,
        "path": call.path,
        "query": dict(call.query),
        "headers": dict(call.headers),
        "body": call.body,
    }


def canonical(xml: bytes) -> bytes:
    """Canonical XML without the white space between elements."""
    root = etree.fromstring(xml, etree.XMLParser(remove_blank_text=True))
    text: bytes = etree.tostring(root, method="c14n")
    return text


def enveloped(payload: str) -> str:
    """A SOAP envelope without credentials around a payload."""
    return f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{payload}</e:Body></e:Envelope>'


def payload_of(answer: LegacyAnswer) -> tuple[Any, Any]:
    """The payload of a SOAP answer: its element, and its children by local name, without Response."""
    (payload,) = etree.fromstring(answer.body)[-1]
    content = tree.to_tree(payload)
    return payload, {name: value for name, value in content.items() if name != "Response"}


def envelope(payload: str, header: str = "") -> str:
    """A SOAP message with this payload; `header` holds what stands in its Header."""
    inner = f"<soapenv:Header>{header}</soapenv:Header>" if header else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
        'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">'
        f"{inner}<soapenv:Body>{payload}</soapenv:Body></soapenv:Envelope>"
    )
