"""Old programs of every dialect that ask for the same things, and how each of them is told what went wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from tests.gateway import access, confirm, rate, track, void
from tests.house import ACCOUNT, LICENCE, PASSWORD, USER
from tests.promises import test_rest

XOLTWS = "http://www.ups.com/XMLSchema/XOLTWS"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
BLAME = "An exception has been raised as a result of client data."
NOTHING: Mapping[str, str] = {}
NUMBER = "1ZA1B2C30399999990"
VOID = {"VoidShipmentRequest": {"Request": "", "VoidShipment": {"ShipmentIdentificationNumber": NUMBER}}}
TRACK = {"TrackRequest": {"Request": {"RequestOption": "1"}, "InquiryNumber": NUMBER}}


@dataclass(frozen=True)
class Key:
    """What a program knows of its access key; an empty text is not sent."""

    licence: str = LICENCE
    user: str = USER
    password: str = PASSWORD

    @property
    def headers(self) -> dict[str, str]:
        held = {"AccessLicenseNumber": self.licence, "Username": self.user, "Password": self.password}
        return {name: text for name, text in held.items() if text}


@dataclass(frozen=True)
class Trouble:
    """What went wrong, as whoever is told it may say it: errors as (code, words), gravest first."""

    errors: Sequence[tuple[str, str]]
    severity: str = "Hard"
    status: int = 400
    """Where statuses are told at all."""
    wait: int | None = None
    """Seconds after which it may be tried again, if UPS said so."""

    @property
    def side(self) -> str:
        return "Client" if self.severity != "Transient" and self.status < 500 else "Server"


Told = tuple[int, str, bytes]
"""Status, content type, body."""


@dataclass(frozen=True)
class Speaker:
    """A program of one dialect."""

    name: str
    rate: Callable[[Key], bytes]
    """The request for a price."""
    ship: Callable[[Key, str], bytes]
    """The request for a shipment on that account."""
    void: Callable[[Key], bytes]
    track: Callable[[Key], bytes]
    """Both of `NUMBER`."""
    nonsense: bytes
    """A request that cannot be read, and in these words."""
    words: str
    retired: bytes
    """A request for what UPS has no API for any more, or never had, and in these words."""
    gone: str
    told: Callable[[Trouble, str], Told]
    """How the trouble of a "rate", "ship", "void", "track", or of what is "retired", looks to it."""


def http(method: str, target: str, body: bytes, headers: Mapping[str, str] = NOTHING) -> bytes:
    lines = {"Host": "onlinetools.ups.com", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body


# --- the XML API ------------------------------------------------------------------------------------------------------


def _xml(tool: str, key: Key, document: str) -> bytes:
    first = access(key.licence, key.user, key.password) if key.headers else ""
    return http("POST", f"/ups.app/xml/{tool}", (first + document).encode())


def _told_in_xml(trouble: Trouble, asked: str) -> Told:
    roots = {"rate": "RatingServiceSelection", "ship": "ShipmentConfirm", "void": "VoidShipment", "track": "Track"}
    root = roots.get(asked, "Teleport")
    code, words = trouble.errors[0]
    # XML knows no Authentication
    severity = "Transient" if trouble.severity == "Transient" else "Hard"
    wait = f"<MinimumRetrySeconds>{trouble.wait}</MinimumRetrySeconds>" if trouble.wait else ""
    body = (
        f'<?xml version="1.0"?><{root}Response><Response><ResponseStatusCode>0</ResponseStatusCode>'
        "<ResponseStatusDescription>Failure</ResponseStatusDescription>"
        f"<Error><ErrorSeverity>{severity}</ErrorSeverity><ErrorCode>{code}</ErrorCode><ErrorDescription>"
        f"{escape(words)}</ErrorDescription>{wait}</Error></Response></{root}Response>"
    )
    return 200, "application/xml", body.encode("ascii", "xmlcharrefreplace")


XML = Speaker(
    "xml",
    lambda key: _xml("Rate", key, rate()),
    lambda key, account: _xml("ShipConfirm", key, confirm(account, bill=account)),
    lambda key: _xml("Void", key, void(NUMBER)),
    lambda key: _xml("Track", key, track(NUMBER)),
    http("POST", "/ups.app/xml/Rate", b""),
    "The request is empty; an XML document was expected.",
    _xml("Teleport", Key(), "<TeleportRequest/>"),
    "The XML API has no service for the root element 'TeleportRequest'.",
    _told_in_xml,
)

# --- SOAP -------------------------------------------------------------------------------------------------------------


def _elements(node: Any) -> str:
    """What stands below an element, of today's JSON."""
    if not isinstance(node, dict):
        return escape(str(node))
    common = f' xmlns="{XOLTWS}/Common/v1.0"'
    return "".join(
        f"<{name}{common if name == 'Request' else ''}>{_elements(one)}</{name}>"
        for name, value in node.items()
        for one in (value if isinstance(value, list) else [value])
    )


def _soap(service: str, key: Key, message: Mapping[str, Any]) -> bytes:
    ((root, content),) = message.items()
    held = {"Username": key.user, "Password": key.password}
    token = "".join(f"<{name}>{text}</{name}>" for name, text in held.items() if text)
    licence = f"<AccessLicenseNumber>{key.licence}</AccessLicenseNumber>" if key.licence else ""
    payload = f'<{root} xmlns="{XOLTWS}/{service}/v1.1">{_elements(content)}</{root}>'
    envelope = (
        f'<?xml version="1.0"?><s:Envelope xmlns:s="{ENVELOPE}"><s:Header><UPSSecurity xmlns="{XOLTWS}/UPSS/v1.0">'
        f"<UsernameToken>{token}</UsernameToken><ServiceAccessToken>{licence}</ServiceAccessToken></UPSSecurity>"
        f"</s:Header><s:Body>{payload}</s:Body></s:Envelope>"
    )
    return http("POST", f"/webservices/{service}", envelope.encode(), {"Content-Type": "text/xml", "SOAPAction": '""'})


def _told_in_soap(trouble: Trouble, _: str) -> Told:
    wait = f"<err:MinimumRetrySeconds>{trouble.wait}</err:MinimumRetrySeconds>" if trouble.wait else ""
    details = "".join(
        f"<err:ErrorDetail><err:Severity>{trouble.severity}</err:Severity><err:PrimaryErrorCode><err:Code>{code}"
        f"</err:Code><err:Description>{escape(words)}</err:Description></err:PrimaryErrorCode>{wait}</err:ErrorDetail>"
        for code, words in trouble.errors
    )
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{ENVELOPE}"><soapenv:Header/>'
        f"<soapenv:Body><soapenv:Fault><faultcode>{trouble.side}</faultcode><faultstring>{BLAME}</faultstring><detail>"
        f'<err:Errors xmlns:err="{XOLTWS}/Error/v1.1">{details}</err:Errors></detail></soapenv:Fault></soapenv:Body>'
        "</soapenv:Envelope>"
    )
    return 500, "text/xml; charset=utf-8", body.encode("ascii", "xmlcharrefreplace")


SOAP = Speaker(
    "soap",
    lambda key: _soap("Rate", key, test_rest.rate()),
    lambda key, account: _soap("Ship", key, test_rest.ship(account)),
    lambda key: _soap("Void", key, VOID),
    lambda key: _soap("Track", key, TRACK),
    http("POST", "/webservices/Rate", b""),
    "The request is empty; an XML document was expected.",
    _soap("FreightRate", Key(), {"FreightRateRequest": {}}),
    "UPS sold its freight business (now TForce Freight); there is no UPS API for it any more.",
    _told_in_soap,
)

# --- legacy JSON ------------------------------------------------------------------------------------------------------


def _json(service: str, key: Key, message: Mapping[str, Any]) -> bytes:
    held = key.headers
    licence = {"AccessLicenseNumber": held.pop("AccessLicenseNumber")} if key.licence else {}
    security = {"UsernameToken": held, "ServiceAccessToken": licence}
    return http("POST", f"/rest/{service}", json.dumps({"UPSSecurity": security, **message}).encode())


def _told_in_json(trouble: Trouble, _: str) -> Told:
    details = [
        {
            "Severity": trouble.severity,
            "PrimaryErrorCode": {"Code": code, "Description": words},
            **({"MinimumRetrySeconds": str(trouble.wait)} if trouble.wait else {}),
        }
        for code, words in trouble.errors
    ]
    listed = {"ErrorDetail": details if len(details) > 1 else details[0]}
    fault = {"faultcode": trouble.side, "faultstring": BLAME, "detail": {"Errors": listed}}
    return 200, "application/json", compact({"Fault": fault})


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")


JSON = Speaker(
    "json",
    lambda key: _json("Rate", key, test_rest.rate()),
    lambda key, account: _json("Ship", key, test_rest.ship(account)),
    lambda key: _json("Void", key, VOID),
    lambda key: _json("Track", key, TRACK),
    http("POST", "/rest/Rate", b"{"),
    "The request is not JSON: Input data was truncated",
    _json("FreightRate", Key(), {"FreightRateRequest": {}}),
    "UPS sold its freight business (now TForce Freight); there is no UPS API for it any more.",
    _told_in_json,
)

# --- REST with header credentials, early and today's ------------------------------------------------------------------


def _told_in_rest(trouble: Trouble, _: str) -> Told:
    errors = [{"code": code, "message": words} for code, words in trouble.errors]
    return trouble.status, "application/json", compact({"response": {"errors": errors}})


def _rest(target: str, key: Key, message: Any) -> bytes:
    return http("POST", target, json.dumps(message).encode(), {"Content-Type": "application/json", **key.headers})


HEADER = Speaker(
    "header",
    lambda key: _rest("/ship/v1/rating/Rate", key, test_rest.rate()),
    lambda key, account: _rest("/ship/v1807/shipments", key, test_rest.ship(account)),
    lambda key: http("DELETE", f"/ship/v1/shipments/cancel/{NUMBER}", b"", key.headers),
    lambda key: http("GET", f"/track/v1/details/{NUMBER}", b"", key.headers),
    http("POST", "/ship/v1/rating/Rate", b"{"),
    "The request is not JSON: Input data was truncated",
    _rest("/ship/v1607/freight/rating/ground", Key(), {}),
    "UPS sold its freight business; there is no UPS API for it.",
    _told_in_rest,
)
REST = Speaker(
    "rest",
    lambda key: _rest("/api/rating/v2409/Rate", key, test_rest.rate()),
    lambda key, account: _rest("/api/shipments/v2409/ship", key, test_rest.ship(account)),
    lambda key: http("DELETE", f"/api/shipments/v2409/void/cancel/{NUMBER}", b"", key.headers),
    lambda key: http("GET", f"/api/track/v1/details/{NUMBER}", b"", key.headers),
    http("POST", "/api/rating/v2409/Rate", b"{"),
    "The request is not JSON: Input data was truncated",
    _rest("/api/freight/v1/ship", Key(), {}),
    "UPS's REST API has no POST '/api/freight/v1/ship'.",
    _told_in_rest,
)
SPEAKERS = (XML, SOAP, JSON, HEADER, REST)
KNOWN, MINE = Key(), ACCOUNT
