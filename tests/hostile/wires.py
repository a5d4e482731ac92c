"""HTTP that a proxy might read otherwise: lengths, chunks, targets, heads, and what is no HTTP at all."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

from tests.hostile.documents import LACKING, MALFORMED, NO_SUCH, TOO_LARGE
from tests.hostile.requests import ASKED, CREDENTIALS, Hostile, json_track, track, xml
from ups_gateway.model import Dialect

XML, JSON, HEADER, REST = Dialect.XML, Dialect.JSON, Dialect.HEADER, Dialect.REST
_GOOD = xml(track()).encode()
_LINE = b"POST /ups.app/xml/Track HTTP/1.1\r\nHost: onlinetools.ups.com\r\n"
_CHUNK = b"%x\r\n%b\r\n" % (len(_GOOD), _GOOD)
_LAST = b"0\r\n\r\n"
_CUT = "without an end"
_SMUGGLED = b"DELETE /api/shipments/v2409/void/cancel/1Z HTTP/1.1\r\nHost: x\r\n\r\n"

_LENGTHS = (
    ("two lengths", b"Content-Length: {LENGTH}\r\nContent-Length: 1\r\n", MALFORMED),
    ("the same length twice", b"Content-Length: {LENGTH}\r\nContent-Length: {LENGTH}\r\n", MALFORMED),
    ("two lengths in one", b"Content-Length: {LENGTH}, 1\r\n", MALFORMED),
    ("the same length twice in one", b"Content-Length: {LENGTH}, {LENGTH}\r\n", MALFORMED),
    ("a length with a plus", b"Content-Length: +{LENGTH}\r\n", MALFORMED),
    ("a length below zero", b"Content-Length: -1\r\n", MALFORMED),
    ("a length in hexadecimal", b"Content-Length: 0x10\r\n", MALFORMED),
    ("a length with a point", b"Content-Length: 5.0\r\n", MALFORMED),
    ("a length with an exponent", b"Content-Length: 1e3\r\n", MALFORMED),
    ("a length with an underscore", b"Content-Length: 1_0\r\n", MALFORMED),
    ("a length with a blank in it", b"Content-Length: 1 0\r\n", MALFORMED),
    ("a length of Arabic digits", "Content-Length: ١٠\r\n".encode(), MALFORMED),
    ("an empty length", b"Content-Length:\r\n", MALFORMED),
    ("a length of a word", b"Content-Length: x\r\n", MALFORMED),
    ("a length beyond 64 bits", b"Content-Length: 99999999999999999999\r\n", MALFORMED),
    ("a length of 9,999 digits", b"Content-Length: " + b"9" * 9_999 + b"\r\n", MALFORMED),
    ("a length beyond the limit", b"Content-Length: 30000000\r\n", TOO_LARGE),
    ("a length at the end of 63 bits", b"Content-Length: 9223372036854775807\r\n", TOO_LARGE),
    ("a length and chunks", b"Content-Length: {LENGTH}\r\nTransfer-Encoding: chunked\r\n", MALFORMED),
    ("chunks and a length", b"Transfer-Encoding: chunked\r\nContent-Length: {LENGTH}\r\n", MALFORMED),
    ("a blank before the colon of the length", b"Content-Length : {LENGTH}\r\n", MALFORMED),
    ("a length in a folded line", b"Content-Length:\r\n {LENGTH}\r\n", MALFORMED),
    ("a length with leading zeros", b"Content-Length: 000{LENGTH}\r\n", ASKED),
    ("a length with blanks around", b"Content-Length: \t {LENGTH} \t\r\n", ASKED),
)
_CODINGS = (
    b"xchunked",
    b"chunked, identity",
    b"chunked, chunked",
    b"gzip, chunked, gzip",
    b"chunked;x=1",
    b"'chunked'",
    b'"chunked"',
    b"\x0bchunked",
    b"\0chunked",
    b"chunked\0",
    b"chu nked",
    b"chunke\xe4",
    b"",
)
_CHUNKS = (
    ("a bad size", b"zz\r\nabc" + _LAST),
    ("a size below zero", b"-1\r\nabc" + _LAST),
    ("a size with 0x", b"0x5\r\nabcde\r\n" + _LAST),
    ("a size with a plus", b"+5\r\nabcde\r\n" + _LAST),
    ("a size with an underscore", b"1_0\r\n" + b"a" * 16 + b"\r\n" + _LAST),
    ("a size beyond 64 bits", b"f" * 17 + b"\r\nabc"),
    ("a size of 9,999 digits", b"0" * 9_999 + b"5\r\nabcde\r\n" + _LAST),
    ("a size before blanks", b"5 \r\nabcde\r\n" + _LAST),
    ("a size after blanks", b" 5\r\nabcde\r\n" + _LAST),
    ("an empty size", b"\r\nabcde\r\n" + _LAST),
    ("a size and LF", b"5\nabcde\n0\n\n"),
    ("a size and CR", b"5\rabcde\r0\r\r"),
    ("a chunk longer than its size", b"5\r\nabcdef\r\n" + _LAST),
    ("a chunk shorter than its size", b"5\r\nabc\r\n" + _LAST),
    ("an extension with CR", b"5;a\rb\r\nabcde\r\n" + _LAST),
    ("an extension with LF", b"5;a\nb\r\nabcde\r\n" + _LAST),
    ("an extension with NUL", b"5;a\0b\r\nabcde\r\n" + _LAST),
)
_TARGETS = (
    ("a blank in the target", b"/ups.app/xml/Tra ck", MALFORMED, XML),
    ("a tabulator in the target", b"/ups.app/xml/Tra\tck", MALFORMED, XML),
    ("a NUL in the target", b"/ups.app/xml/Tra\0ck", MALFORMED, XML),
    ("a CR in the target", b"/ups.app/xml/Tra\rck", MALFORMED, XML),
    ("Latin-1 in the target", b"/ups.app/xml/Track\xe9", MALFORMED, XML),
    ("UTF-8 in the target", "/ups.app/xml/Track€".encode(), MALFORMED, XML),
    ("a fragment in the target", b"/ups.app/xml/Track#x", ASKED, XML),
    ("a query in the target", b"/ups.app/xml/Track?RequestAction=Void&x=%0d%0aX-Evil:1", ASKED, XML),
    ("percents in the target", b"/ups.app/xml/%54rack", ASKED, XML),
    ("dots in the target", b"/ups.app/xml/../xml/Track", ASKED, XML),
    ("the admin's pages in the target", b"/ups.app/xml/../../profiles/1", ASKED, XML),
    ("slashes in the target", b"//ups.app//xml//Track", "20002", XML),
    ("a file in the target", b"/etc/passwd", NO_SUCH, XML),
    ("a file by dots", b"/../../../../etc/passwd", NO_SUCH, XML),
    ("a page of the admin's", b"/profiles/1", NO_SUCH, XML),
    ("metrics", b"/metrics", NO_SUCH, XML),
    ("the simulator's control", b"/_control/shipments", NO_SUCH, XML),
    ("UPS's sign-in", b"/security/v1/oauth/token", NO_SUCH, XML),
    ("UPS's sign-in in REST", b"/api/security/v1/oauth/token", NO_SUCH, REST),
    ("another operation by dots in REST", b"/api/rating/v2409/../../shipments/v2409/ship", NO_SUCH, REST),
    ("a server-side script", b"/cgi-bin/x.php?cmd=id", NO_SUCH, XML),
    ("no target", b"", MALFORMED, XML),
    ("an asterisk", b"*", MALFORMED, XML),
    ("a target without a slash", b"ups.app/xml/Track", MALFORMED, XML),
    ("a target with a host", b"//127.0.0.1:9/ups.app/xml/Track", ASKED, XML),
    ("a whole URL", b"http://127.0.0.1:9/ups.app/xml/Track", ASKED, XML),
    ("a whole URL with a login", b"http://a:b@127.0.0.1:9/ups.app/xml/Track", ASKED, XML),
    ("a whole URL without a path", b"http://127.0.0.1:9", NO_SUCH, XML),
    ("a whole URL of IPv6 that does not end", b"http://[::1/ups.app/xml/Track", MALFORMED, XML),
    ("a whole URL of no port", b"http://127.0.0.1:x/ups.app/xml/Track", MALFORMED, XML),
    ("a whole URL of a large port", b"http://127.0.0.1:99999/ups.app/xml/Track", MALFORMED, XML),
    ("a whole URL of another scheme", b"file:///etc/passwd", MALFORMED, XML),
    ("a whole URL of gopher", b"gopher://127.0.0.1:9/_x", NO_SUCH, XML),
    ("an authority", b"onlinetools.ups.com:443", MALFORMED, XML),
    ("a long target", b"/ups.app/xml/Track?" + b"x" * 20_000, MALFORMED, XML),
    ("a target as long as it may be", b"/ups.app/xml/Track?" + b"x" * 15_000, ASKED, XML),
    ("a target of many steps", b"/ups.app/xml" + b"/" * 10_000 + b"Track", ASKED, XML),
    ("a target of many dots", b"/ups.app/xml" + b"/.." * 4_000 + b"/Track", ASKED, XML),
    ("a target of many percents", b"/ups.app/xml/" + b"%2e" * 4_000, ASKED, XML),
    ("a target of many fields", b"/ups.app/xml/Track?" + b"a=1&" * 3_900, ASKED, XML),
)
_HEADERS = (
    ("a folded header", b"X: a\r\n b\r\n", MALFORMED),
    ("a folded header with a tabulator", b"X: a\r\n\tb\r\n", MALFORMED),
    ("a fold before all headers", b" X: a\r\n", MALFORMED),
    ("a blank before the colon", b"X : a\r\n", MALFORMED),
    ("a blank in a name", b"X Y: a\r\n", MALFORMED),
    ("a name with brackets", b"X(): a\r\n", MALFORMED),
    ("a name of Latin-1", b"X\xe9: a\r\n", MALFORMED),
    ("a name with NUL", b"X\0: a\r\n", MALFORMED),
    ("no name", b": a\r\n", MALFORMED),
    ("no colon", b"X\r\n", MALFORMED),
    ("a value with NUL", b"X: a\0b\r\n", MALFORMED),
    ("a value with CR", b"X: a\rY: b\r\n", MALFORMED),
    ("a value with LF", b"X: a\nY: b\r\n", MALFORMED),
    ("a value with a control character", b"X: a\x01b\r\n", MALFORMED),
    ("a value with Latin-1", b"X: \xe9\xff\r\n", ASKED),
    ("a value with UTF-8", "X: €\r\n".encode(), ASKED),
    ("a long value", b"X: " + b"a" * 20_000 + b"\r\n", MALFORMED),
    ("a value as long as it may be", b"X: " + b"a" * 16_000 + b"\r\n", ASKED),
    ("a long name", b"X" * 20_000 + b": a\r\n", MALFORMED),
    ("a flood of headers", b"X: a\r\n" * 1_000, MALFORMED),
    ("as many headers as may be", b"X: a\r\n" * 190, ASKED),
    ("headers without an end", b"X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 3_000, MALFORMED),
    ("two hosts", b"Host: evil\r\n", MALFORMED),
    ("a host with a path", b"X-Forwarded-Host: evil/../\r\n", ASKED),
    ("another host forwarded", b"X-Forwarded-Host: wwwcie.ups.com\r\nForwarded: host=evil\r\n", ASKED),
    ("another address forwarded", b"X-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n", ASKED),
    ("another target", b"X-Original-URL: /metrics\r\nX-Rewrite-URL: /metrics\r\n", ASKED),
    ("another method", b"X-HTTP-Method-Override: DELETE\r\n", ASKED),
    ("hop by hop", b"Connection: close, Host, Content-Length\r\n", ASKED),
    ("an upgrade to WebSocket", b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n", ASKED),
    ("an upgrade to HTTP/2", b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n", ASKED),
    ("an upgrade to TLS", b"Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n", ASKED),
    ("an expectation that nobody knows", b"Expect: 200-maybe\r\n", ASKED),
    ("two expectations", b"Expect: 100-continue, 100-continue\r\n", ASKED),
    ("a long expectation", b"Expect: " + b"x" * 10_000 + b"\r\n", ASKED),
    ("a trailer promised", b"Trailer: Content-Length\r\n", ASKED),
    ("a range", b"Range: bytes=0-,0-,0-\r\n", ASKED),
    ("a cookie", b"Cookie: " + b"a=b;" * 3_000 + b"\r\n", ASKED),
    ("gzip asked for", b"Accept-Encoding: gzip;q=1.0, *;q=0\r\n", ASKED),
    ("a character set of EBCDIC", b"Content-Type: text/xml; charset=cp037\r\n", ASKED),
    ("a content type of parts", b"Content-Type: multipart/form-data; boundary=" + b"x" * 9_000 + b"\r\n", ASKED),
    ("a bearer of one's own", b"Authorization: Bearer evil\r\n", ASKED),
    ("an agent that is a script", b"User-Agent: <script>${jndi:ldap://127.0.0.1/x}</script>\r\n", ASKED),
)
_NO_METHODS = ("EVIL", "post", "P\xd6ST", "X" * 100)
_TUNNELS = (
    ("wwwcie.ups.com:443", NO_SUCH),
    ("127.0.0.1:22", NO_SUCH),
    ("x", NO_SUCH),
    ("/ups.app/xml/Track", MALFORMED),
    ("[::1", NO_SUCH),
    (":", MALFORMED),
)
_BOMB = gzip.compress(b"<" * 20_000_000, mtime=0)
_NO_HTTP = (
    ("a handshake of TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 2),
    ("a handshake of TLS with line ends", b"\x16\x03\x01\x02\x00\x01\r\n\r\n"),
    ("SSL 2", b"\x80\x2e\x01\x00\x02" + b"\0" * 40),
    ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    ("mail", b"EHLO x\r\nMAIL FROM:<a@b>\r\n\r\n"),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"),
    ("HTTP/0.9", b"PUT /ups.app/xml/Track\r\n\r\n"),
    ("HTTP/0.9 with a body", b"POST /ups.app/xml/Track\r\n\r\n" + _GOOD),
    ("HTTP/1.2", b"POST /ups.app/xml/Track HTTP/1.2\r\nHost: x\r\n\r\n"),
    ("HTTP/2.0 as a version", b"POST /ups.app/xml/Track HTTP/2.0\r\nHost: x\r\n\r\n"),
    ("HTTP/11", b"POST /ups.app/xml/Track HTTP/11\r\nHost: x\r\n\r\n"),
    ("http in small letters", b"POST /ups.app/xml/Track http/1.1\r\nHost: x\r\n\r\n"),
    ("no version", b"POST /ups.app/xml/Track HTTP\r\nHost: x\r\n\r\n"),
    ("a word behind the version", b"POST /ups.app/xml/Track HTTP/1.1 x\r\nHost: x\r\n\r\n"),
    ("two blanks in the first line", b"POST  /ups.app/xml/Track  HTTP/1.1\r\nHost: x\r\n\r\n"),
    ("a tabulator in the first line", b"POST\t/ups.app/xml/Track\tHTTP/1.1\r\nHost: x\r\n\r\n"),
    ("a blank before the method", b" POST /ups.app/xml/Track HTTP/1.1\r\nHost: x\r\n\r\n"),
    ("a proxy's first line", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nPOST /ups.app/xml/Track HTTP/1.1\r\n\r\n"),
    ("a proxy's binary head", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\r\n\r\n"),
    ("an answer", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ("LF as line ends", b"POST /ups.app/xml/Track HTTP/1.1\nHost: x\n\n"),
    ("CR as line ends", b"POST /ups.app/xml/Track HTTP/1.1\rHost: x\r\r"),
    ("line ends without an end", b"\r\n" * 40_000),
    ("line feeds without an end", b"\n" * 80_000),
    ("NULs", b"\0" * 70_000),
    ("every byte", bytes(range(256)) * 4 + b"\r\n\r\n"),
    ("a first line without an end", b"POST /" + b"x" * 70_000),
    ("a method without an end", b"P" * 70_000),
    ("Redis", b"*1\r\n$4\r\nINFO\r\n\r\n"),
    ("a memory cache", b"stats\r\n\r\n"),
    ("a database", b"\0\0\0\x08\x04\xd2\x16\x2f"),
    ("Java's objects", b"\xac\xed\0\x05sr\0\x11java.util.HashMap"),
    ("remote desktops", b"\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x03\0\0\0"),
)


_TOOL = re.compile(rb" ?[A-Z]+[ \t]+(?:http://[^/]*)?/[^ ?#]*/(?:Track|%54rack)/?[ ?\t\r]")
"""A first line that names the tool: the answer has its root then, as it has when the body can be read."""


def _xml(
    name: str, code: str, head: bytes, body: bytes = b"", dialect: Dialect = XML, *, whole: bool = True
) -> Hostile:
    read = body == _GOOD and code != MALFORMED
    root = "TrackResponse" if read or _TOOL.match(head.partition(b"\n")[0]) else "ErrorResponse"
    return Hostile(f"http: {name}", dialect, code, head, body, whole=whole, root=root)


def rows() -> Iterator[Hostile]:
    """All of them."""
    for name, lines, code in _LENGTHS:
        yield _xml(name, code, _LINE + lines + b"\r\n", _GOOD)
    for coding in _CODINGS:
        name = f"the transfer coding {coding!r}"
        yield _xml(name, MALFORMED, _LINE + b"Transfer-Encoding: " + coding + b"\r\n\r\n", _CHUNK + _LAST, whole=False)
    chunked = _LINE + b"Transfer-Encoding: chunked\r\n\r\n"
    for name, chunks in _CHUNKS:
        yield _xml(f"in chunks, {name}", MALFORMED, chunked, chunks, whole=False)
    yield from _chunks_that_are_read(chunked)
    for name, target, code, dialect in _TARGETS:
        first = b"POST " + target + b" HTTP/1.1\r\nHost: onlinetools.ups.com\r\nContent-Length: {LENGTH}\r\n\r\n"
        sent = _GOOD if dialect is XML else b"{}"
        yield _xml(name, code, first, sent, dialect)
    for name, lines, code in _HEADERS:
        yield _xml(name, code, _LINE + b"Content-Length: {LENGTH}\r\n" + lines + b"\r\n", _GOOD)
    for name, data in _NO_HTTP:
        yield _xml(name, MALFORMED, data, whole=False)
    yield from _methods()
    yield from _encoded()
    yield from _cut()
    yield _xml(
        "a second request behind the first",
        ASKED,
        _LINE + b"Content-Length: %d\r\n\r\n" % len(_GOOD),
        _GOOD + _SMUGGLED,
    )
    yield _xml(
        "a second request in the length of the first",
        MALFORMED,
        _LINE + b"Content-Length: {LENGTH}\r\n\r\n",
        _GOOD + _SMUGGLED,
    )
    yield _xml("a second request behind the last chunk", ASKED, chunked, _CHUNK + _LAST + _SMUGGLED)
    yield _xml("a length of nothing and a body", MALFORMED, _LINE + b"Content-Length: 0\r\n\r\n", _GOOD)
    yield _xml("a body without a length", MALFORMED, _LINE + b"\r\n", _GOOD)
    yield _xml(
        "a body that never comes",
        MALFORMED,
        _LINE + b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n",
        whole=False,
    )


def _chunks_that_are_read(chunked: bytes) -> Iterator[Hostile]:
    """Odd, but with one meaning only."""
    pieces = b"".join(b"1\r\n%c\r\n" % byte for byte in _GOOD)
    yield _xml("chunks of one byte", ASKED, chunked, pieces + _LAST)
    yield _xml("chunks with an extension", ASKED, chunked, b"%x;a=b;c\r\n%b\r\n" % (len(_GOOD), _GOOD) + _LAST)
    yield _xml("chunks with leading zeros", ASKED, chunked, b"00%x\r\n%b\r\n" % (len(_GOOD), _GOOD) + _LAST)
    yield _xml("chunks with trailers", ASKED, chunked, _CHUNK + b"0\r\nX: y\r\n\r\n")
    yield _xml("chunks with a length as trailer", MALFORMED, chunked, _CHUNK + b"0\r\nContent-Length: 1\r\n\r\n")
    flood = b"".join(b"1\r\nx\r\n" for _ in range(200_000))
    yield _xml("a flood of chunks", MALFORMED, chunked, flood + _LAST)
    yield _xml("a flood of extensions", MALFORMED, chunked, (b"1;" + b"a" * 1_000 + b"\r\nx\r\n") * 2_000 + _LAST)
    yield _xml(
        "an extension of a million", MALFORMED, chunked, b"1;" + b"a" * 1_000_000 + b"\r\nx\r\n" + _LAST, whole=False
    )
    yield _xml("a flood of trailers", MALFORMED, chunked, b"0\r\n" + b"X: y\r\n" * 50_000 + b"\r\n", whole=False)
    yield _xml("a trailer of a million", MALFORMED, chunked, b"0\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n", whole=False)
    yield _xml("chunks beyond the limit", TOO_LARGE, chunked, (b"100000\r\n" + b"x" * 0x100000 + b"\r\n") * 20 + _LAST)


def _methods() -> Iterator[Hostile]:
    for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", *_NO_METHODS):
        for dialect, target in ((XML, "/ups.app/xml/Evil"), (JSON, "/rest/Track"), (REST, "/api/rating/v2409/Rate")):
            code = NO_SUCH if dialect is REST and method not in _NO_METHODS else MALFORMED
            line = f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {{LENGTH}}\r\n\r\n"
            yield _xml(f"{dialect.value} asked by {method[:10]}", code, line.encode("latin-1"), b"", dialect)
    for target, code in _TUNNELS:
        line = f"CONNECT {target} HTTP/1.1\r\nHost: x\r\n\r\n"
        yield _xml(f"a tunnel to {target}", code, line.encode(), whole=False)


def _encoded() -> Iterator[Hostile]:
    for coding in ("gzip", "deflate", "br", "zstd", "compress", "gzip, gzip", "identity, gzip"):
        lines = f"Content-Encoding: {coding}\r\nContent-Length: {{LENGTH}}\r\n\r\n".encode()
        yield _xml(f"a bomb in {coding}", MALFORMED, _LINE + lines, _BOMB)
    line = b"POST /rest/Track HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: {LENGTH}\r\n\r\n"
    yield _xml("a bomb for JSON", MALFORMED, line, _BOMB, JSON)
    line = b"POST /rest/Track HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: {LENGTH}\r\n\r\n"
    yield _xml("plain JSON said to be gzip", ASKED, line, json_track().encode(), JSON)
    lines = b"".join(f"{name}: {value}\r\n".encode() for name, value in CREDENTIALS.items())
    line = b"GET /api/track/v1/details/1Z HTTP/1.1\r\nHost: x\r\n" + lines
    yield _xml("a body of a GET", MALFORMED, line + b"Content-Length: {LENGTH}\r\n\r\n", b"<x/>", REST)
    yield _xml(
        "a body of a GET in early REST",
        LACKING,
        b"GET /track/v1/details/.. HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n",
        b"",
        HEADER,
    )


def _cut() -> Iterator[Hostile]:
    whole = _LINE + b"Content-Length: %d\r\n\r\n" % len(_GOOD) + _GOOD
    for at in (1, 4, 5, 20, 32, 40, 60, 90, 100, 200, len(whole) - 1):
        yield _xml(f"cut after {at} bytes", MALFORMED, whole[:at], whole=False)
    yield _xml("nothing", MALFORMED, b"", whole=False)
