"""What a hostile request is, and the good ones that the tables spoil.

The rule: a row says its name, the bytes, and how the gateway must answer: in whose dialect, with which of UPS's codes.
`{FILE}` and `{NET}` in a body become a file and a URL that nobody may touch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import starmap
from types import MappingProxyType
from typing import Any

from tests.gateway import access
from tests.house import LICENCE, PASSWORD, USER
from ups_gateway.model import Dialect

NUMBER = "1ZA1B2C30399999990"
"""A tracking number that UPS does not know."""
KEY = access(LICENCE, USER, PASSWORD)
SECURITY = {
    "UsernameToken": {"Username": USER, "Password": PASSWORD},
    "ServiceAccessToken": {"AccessLicenseNumber": LICENCE},
}
CREDENTIALS: Mapping[str, str] = MappingProxyType(
    {"AccessLicenseNumber": LICENCE, "Username": USER, "Password": PASSWORD}
)
ASKED = "asked of UPS"
"""Instead of a code of ours: the request is a good one after all, and whatever UPS says of it is passed on."""
TARGETS = {
    Dialect.XML: "/ups.app/xml/Track",
    Dialect.SOAP: "/webservices/Track",
    Dialect.JSON: "/rest/Track",
    Dialect.HEADER: "/ship/v1/rating/Rate",
    Dialect.REST: "/api/rating/v2409/Rate",
}


@dataclass(frozen=True, slots=True)
class Hostile:
    """One hostile request."""

    name: str
    dialect: Dialect
    code: str
    head: bytes = field(repr=False)
    """All that stands before the body; the length is added where it names none."""
    body: bytes = field(repr=False)
    whole: bool = True
    """False: it is no whole request; its sender ends its side after it."""
    root: str = "TrackResponse"
    """Of the answer in the XML API."""
    under: str = "/api/track/v1/details/"
    """The address at UPS below which it may ask, if at all."""

    def data(self, file: str, net: str) -> bytes:
        """What is sent, with the two places that nobody may touch."""
        body = self.body.replace(b"{FILE}", file.encode()).replace(b"{NET}", net.encode())
        return self.head.replace(b"{LENGTH}", str(len(body)).encode()) + body


def head(target: str, headers: Mapping[str, str] = MappingProxyType({}), method: str = "POST") -> bytes:
    lines = {"Host": "onlinetools.ups.com", "Content-Length": "{LENGTH}", **headers}
    said = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {target} HTTP/1.1\r\n{said}\r\n".encode("latin-1")


def posted(dialect: Dialect, name: str, code: str, body: bytes | str, **more: Any) -> Hostile:
    """A body for the dialect's usual address."""
    sent = body.encode() if isinstance(body, str) else body
    headers: Mapping[str, str] = {}
    if dialect in (Dialect.HEADER, Dialect.REST):
        headers = CREDENTIALS
        more.setdefault("under", "/api/rating/v2409/")
    return Hostile(f"{dialect.value}: {name}", dialect, code, head(TARGETS[dialect], headers), sent, **more)


def got(dialect: Dialect, name: str, code: str, target: str, method: str = "GET") -> Hostile:
    """A request without a body."""
    return Hostile(f"{dialect.value}: {name}", dialect, code, head(target, CREDENTIALS, method), b"")


def for_each(dialects: Iterable[Dialect], rows: Iterable[tuple[str, str, bytes | str]]) -> Iterator[Hostile]:
    """Rows of name, code and body, for each dialect."""
    kept = list(rows)
    for dialect in dialects:
        yield from starmap(lambda *row, to=dialect: posted(to, *row), kept)


def track(number: str = NUMBER, *, context: str = "", attributes: str = "", before: str = "", after: str = "") -> str:
    """The document of the XML API, with room for tricks."""
    reference = f"<Request><TransactionReference>{context}</TransactionReference></Request>"
    tracked = f"<TrackingNumber>{number}</TrackingNumber>"
    return f"{before}<TrackRequest{attributes}>{reference}{tracked}</TrackRequest>{after}"


def xml(document: str, key: str = KEY) -> str:
    """Both documents."""
    return key + document


def envelope(payload: str, *, header: str = "", attributes: str = "", before: str = "") -> str:
    """A SOAP message with the known key."""
    token = f"<UsernameToken><Username>{USER}</Username><Password>{PASSWORD}</Password></UsernameToken>"
    access_token = f"<ServiceAccessToken><AccessLicenseNumber>{LICENCE}</AccessLicenseNumber></ServiceAccessToken>"
    return (
        f'{before}<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"{attributes}><s:Header>'
        f"<UPSSecurity>{token}{access_token}</UPSSecurity>{header}</s:Header><s:Body>{payload}</s:Body></s:Envelope>"
    )


def soap_track(number: str = NUMBER, *, context: str = "", attributes: str = "", inside: str = "") -> str:
    """The payload of a SOAP message."""
    reference = f"<Request><TransactionReference>{context}</TransactionReference></Request>"
    return f"<TrackRequest{attributes}>{reference}<InquiryNumber>{number}</InquiryNumber>{inside}</TrackRequest>"


def json_track(**changed: Any) -> str:
    """The object of legacy JSON."""
    return json.dumps({"UPSSecurity": SECURITY, "TrackRequest": {"InquiryNumber": NUMBER, **changed}})
