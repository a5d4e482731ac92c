"""Texts that want to be another header, another path or a command, in every place whose text goes on to UPS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from tests.gateway import void
from tests.hostile.documents import LACKING, MALFORMED, NO_SUCH
from tests.hostile.requests import (
    ASKED,
    CREDENTIALS,
    SECURITY,
    Hostile,
    envelope,
    got,
    head,
    json_track,
    posted,
    soap_track,
    track,
    xml,
)
from ups_gateway.model import Dialect

PLAIN, ODD, CLIMBS = "a step of a path", "not printable, or too long", "leads elsewhere"
TEXTS = (
    ("a header", "1Z\r\nX-Evil: 1", ODD),
    ("a header after LF", "1Z\nX-Evil: 1", ODD),
    ("a header after CR", "1Z\rX-Evil: 1", ODD),
    ("a second request", "1Z HTTP/1.1\r\nHost: x\r\n\r\nDELETE /api/shipments/v2409/void/cancel/1Z", ODD),
    ("a header in percents", "1Z%0d%0aX-Evil: 1", PLAIN),
    ("a header in percents of percents", "1Z%250d%250aX-Evil: 1", PLAIN),
    ("a header in wide characters", "1Z嘊嘍X-Evil: 1", PLAIN),
    ("a header after a line separator", "1Z\u2028X-Evil: 1", ODD),
    ("a header after NEL", "1Z\x85X-Evil: 1", ODD),
    ("a tabulator", "1Z\tX", ODD),
    ("DEL", "1Z\x7f", ODD),
    ("one dot", ".", CLIMBS),
    ("two dots", "..", CLIMBS),
    ("three dots", "...", PLAIN),
    ("dots with a parameter", "..;x=1", CLIMBS),
    ("two dots in percents", "%2e%2e", CLIMBS),
    ("two dots in percents of percents", "%252e%252e", CLIMBS),
    ("another operation", "../../shipments/v2409/ship", CLIMBS),
    ("another operation behind a number", "1Z/../../../shipments/v2409/ship", CLIMBS),
    ("another operation in percents", "..%2f..%2fshipments%2fv2409%2fship", CLIMBS),
    ("another operation by backslashes", "..\\..\\shipments\\v2409\\ship", CLIMBS),
    ("another operation by a mix", "..%5c..%2fship", CLIMBS),
    ("a file", "/etc/passwd", PLAIN),
    ("a step below", "1Z/void", PLAIN),
    ("a query", "1Z?refNumType=x&returnPOD=true", PLAIN),
    ("a fragment", "1Z#x", PLAIN),
    ("an ampersand", "1Z&x=1", PLAIN),
    ("a parameter", "1Z;jsessionid=1", PLAIN),
    ("NUL in percents", "1Z%00", PLAIN),
    ("a percent sign", "1Z%", PLAIN),
    ("a percent sign and no digits", "%zz", PLAIN),
    ("another host", "@127.0.0.1:9/", PLAIN),
    ("another host by slashes", "//127.0.0.1:9/", PLAIN),
    ("a URL", "http://127.0.0.1:9/", PLAIN),
    ("as long as a number may be", "9" * 200, PLAIN),
    ("longer than a number may be", "9" * 201, ODD),
    ("SQL", "1Z' OR '1'='1' --", PLAIN),
    ("SQL that ends a statement", "1Z'; DROP TABLE shipments; --", PLAIN),
    ("a script", "<script>alert(1)</script>", PLAIN),
    ("a template", "{{7*7}}${7*7}", PLAIN),
    ("a look-up in a log", "${jndi:ldap://127.0.0.1:9/x}", PLAIN),
    ("a command", "$(id)`id`|id;id", PLAIN),
    ("a format", "%s%n%x{0.__class__}", PLAIN),
    ("JSON", '1Z","evil":"1', PLAIN),
    ("XML", "1Z</TrackingNumber><Evil/>", PLAIN),
    ("a wildcard", "*", PLAIN),
    ("right to left", "1Z\u202e", ODD),
    ("an emoji", "📦", PLAIN),
    ("letters of another script", "１Ｚ", PLAIN),
)


def rows() -> Iterator[Hostile]:
    """Every text in every place."""
    for name, text, kind in TEXTS:
        code = ASKED if kind == PLAIN else LACKING
        marked = _marked(text)
        yield posted(Dialect.XML, f"as a tracking number, {name}", code, xml(track(marked)))
        yield posted(Dialect.XML, f"as the context, {name}", ASKED, xml(track(context=_context(marked))))
        yield posted(
            Dialect.XML,
            f"as a shipment to void, {name}",
            code,
            xml(void(marked)),
            root="VoidShipmentResponse",
            under="/api/shipments/v2409/void/cancel/",
        )
        yield posted(
            Dialect.XML,
            f"as a reference, {name}",
            code,
            xml(f"<TrackRequest><Request/><ReferenceNumber><Value>{marked}</Value></ReferenceNumber></TrackRequest>"),
            under="/api/track/v1/reference/details/",
        )
        yield posted(Dialect.SOAP, f"as a tracking number, {name}", code, envelope(soap_track(marked)))
        yield posted(Dialect.SOAP, f"as the context, {name}", ASKED, envelope(soap_track(context=_context(marked))))
        yield posted(Dialect.JSON, f"as a tracking number, {name}", code, json_track(InquiryNumber=text))
        yield posted(Dialect.JSON, f"as the context, {name}", ASKED, json_track(Request=_reference(text)))
        yield posted(
            Dialect.JSON,
            f"as a pickup's number, {name}",
            ASKED if text.isprintable() and text.isascii() else LACKING,
            json.dumps({"UPSSecurity": SECURITY, "PickupCancelRequest": {"CancelBy": "02", "PRN": text}}),
            under="/api/shipments/v2409/pickup/",
        )
        yield from _in_paths(name, text, kind)


def _in_paths(name: str, text: str, kind: str) -> Iterator[Hostile]:
    step = quote(text, safe="")
    read = quote(text, safe="%")
    early = NO_SUCH if "/" in text.removesuffix("/") else ASKED if kind == PLAIN else LACKING
    today = MALFORMED if kind == CLIMBS or {"/", "\\"} & set(text) or not text.isprintable() else ASKED
    yield got(Dialect.HEADER, f"as a step of the path, {name}", early, f"/track/v1/details/{step}")
    yield got(Dialect.REST, f"as a step of the path, {name}", today, f"/api/track/v1/details/{step}")
    if read != step and name not in ("a header in percents of percents", "two dots in percents of percents"):
        code = today if unquote(read).isprintable() else MALFORMED
        yield got(Dialect.REST, f"as a step of the path, read once, {name}", code, f"/api/track/v1/details/{read}")
    if text.isprintable():
        headers = {**CREDENTIALS, "transId": text.encode().decode("latin-1")}
        data = head("/api/track/v1/details/1Z", headers, "GET")
        yield Hostile(f"rest: as an id, {name}", Dialect.REST, ASKED, data, b"")


def _marked(text: str) -> str:
    """As XML; line ends as references, or else the parser makes other ones of them."""
    return escape(text, {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})


def _context(marked: str) -> str:
    return f"<CustomerContext>{marked}</CustomerContext>"


def _reference(text: str) -> object:
    return {"TransactionReference": {"CustomerContext": text}}
