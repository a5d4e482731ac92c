"""SOAP messages that are more, or something else, than an envelope around one request."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.documents import LACKING, MALFORMED, NO_SUCH, TOO_LARGE
from tests.hostile.requests import (
    ASKED,
    NUMBER,
    TARGETS,
    Hostile,
    envelope,
    head,
    posted,
    soap_track,
    track,
    xml,
)
from ups_gateway.model import Dialect

SOAP = Dialect.SOAP
_WSA = "http://www.w3.org/2005/08/addressing"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_HEADERS = (
    ("a header that must be understood", '<x:Evil xmlns:x="urn:x" s:mustUnderstand="1"/>', ASKED),
    ("a header for another actor", '<x:Evil xmlns:x="urn:x" s:actor="{NET}" s:mustUnderstand="1"/>', ASKED),
    ("an address to answer to", f'<a:ReplyTo xmlns:a="{_WSA}"><a:Address>{{NET}}</a:Address></a:ReplyTo>', ASKED),
    ("an address for faults", f'<a:FaultTo xmlns:a="{_WSA}"><a:Address>{{NET}}</a:Address></a:FaultTo>', ASKED),
    ("an address to go to", f'<a:To xmlns:a="{_WSA}">{{NET}}</a:To>', ASKED),
    ("another action", f'<a:Action xmlns:a="{_WSA}">Void</a:Action>', ASKED),
    ("a security token to fetch", f'<w:Security xmlns:w="{_WSSE}"><w:Reference URI="{{NET}}"/></w:Security>', ASKED),
    ("a second key, which counts", "<UPSSecurity><Username/></UPSSecurity>", "250005"),
    ("a flood of headers", "<x/>" * 200_000, TOO_LARGE),
    ("as many headers as may be", "<x/>" * 39_000, ASKED),
    ("a long header", "<x>" + "x" * 1_000_000 + "</x>", ASKED),
    ("a deep header", "<x>" * 200 + "</x>" * 200, ASKED),
    ("a header deeper than the parser goes", "<x>" * 1_000 + "</x>" * 1_000, MALFORMED),
    ("a DOCTYPE in a header", "<!DOCTYPE x>", MALFORMED),
)
_BODIES = (
    ("no body", "<s:Envelope xmlns:s='u'/>", LACKING),
    ("an empty body", "<s:Envelope xmlns:s='u'><s:Body/></s:Envelope>", LACKING),
    ("a body of text", "<s:Envelope xmlns:s='u'><s:Body>TrackRequest</s:Body></s:Envelope>", LACKING),
    ("a body of comments", "<s:Envelope xmlns:s='u'><s:Body><!-- x --></s:Body></s:Envelope>", LACKING),
    ("a flood of bodies", "<s:Envelope xmlns:s='u'>" + "<s:Body/>" * 30_000 + "</s:Envelope>", LACKING),
    ("an envelope in an envelope", envelope(envelope(soap_track())), NO_SUCH),
    ("two envelopes", envelope(soap_track()) * 2, MALFORMED),
    ("two requests, of which the first counts", envelope(soap_track() + "<VoidShipmentRequest/>"), ASKED),
    ("a request that nobody knows first", envelope("<EvilRequest/>" + soap_track()), NO_SUCH),
    ("a fault", envelope("<s:Fault><faultcode>x</faultcode></s:Fault>"), NO_SUCH),
    ("a request by reference", envelope('<TrackRequest href="#1"/><x id="1"/>'), LACKING),
    ("RPC encoding", envelope('<TrackRequest s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"/>'), LACKING),
    (
        "another version of SOAP",
        envelope(soap_track()).replace(_ENVELOPE, "http://www.w3.org/2003/05/soap-envelope"),
        ASKED,
    ),
    ("an envelope of no version", envelope(soap_track()).replace(_ENVELOPE, "urn:x"), ASKED),
    ("an element instead of an envelope", "<Envelop><Body/></Envelop>", LACKING),
    ("prefixes that nobody declared", "<s:Envelope><s:Body/></s:Envelope>", MALFORMED),
    ("prefixes that UPS's samples forget", "<wsse:" + "<Envelope" * 20_000, MALFORMED),
    ("prefixes forgotten without an envelope", "<wsse:" + "<a.b" * 20_000, MALFORMED),
    ("a prefix of a long name", "<wsse:" + "<" + "a." * 50_000, MALFORMED),
    ("a request in a name space with a quote", envelope(soap_track(attributes=" xmlns='u\"&gt;&lt;x'")), MALFORMED),
    ("a request in a long name space", envelope(soap_track(attributes=f" xmlns='{'u' * 1_000_000}'")), ASKED),
    (
        "a request in the name space of XML",
        envelope(soap_track(attributes=" xmlns='http://www.w3.org/2000/xmlns/'")),
        MALFORMED,
    ),
    (
        "attachments by XOP",
        envelope(soap_track('<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:1"/>')),
        LACKING,
    ),
    ("a document of the XML API", xml(track()), ASKED),
    ("WSDL", '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"><import location="{NET}"/></definitions>', LACKING),
)
_PART = "--x\r\nContent-Type: {kind}\r\nContent-ID: <1>\r\n\r\n{body}\r\n--x--\r\n"
_KINDS = (
    (
        "MTOM",
        'multipart/related; type="application/xop+xml"; boundary=x',
        _PART.format(kind="application/xop+xml", body=envelope(soap_track())),
    ),
    (
        "SOAP with attachments",
        "multipart/related; type=text/xml; boundary=x",
        _PART.format(kind="text/xml", body=envelope(soap_track())),
    ),
    ("a form with a file", "multipart/form-data; boundary=x", _PART.format(kind="application/octet-stream", body="x")),
    ("parts without an end", "multipart/mixed; boundary=x", "--x\r\n" * 50_000),
    ("fast infoset", "application/fastinfoset", "\xe0\0\0\1"),
)


def rows() -> Iterator[Hostile]:
    """All of them."""
    for name, header, code in _HEADERS:
        yield posted(SOAP, name, code, envelope(soap_track(), header=header))
    for name, body, code in _BODIES:
        yield posted(SOAP, name, code, body)
    for name, kind, sent in _KINDS:
        yield Hostile(f"soap: {name}", SOAP, MALFORMED, head(TARGETS[SOAP], {"Content-Type": kind}), sent.encode())
    for name, action in (
        ("another action", "Void"),
        ("an action with quotes", '""""'),
        ("a long action", "x" * 15_000),
    ):
        headers = {"Content-Type": "text/xml", "SOAPAction": action}
        yield Hostile(
            f"soap: in HTTP, {name}", SOAP, ASKED, head(TARGETS[SOAP], headers), envelope(soap_track()).encode()
        )
    for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"):
        data = head(TARGETS[SOAP], method=method)
        yield Hostile(f"soap: asked by {method}", SOAP, MALFORMED, data, envelope(soap_track(NUMBER)).encode())
