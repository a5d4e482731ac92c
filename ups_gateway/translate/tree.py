"""Safe XML to tree: the one place where XML of a stranger is parsed.

The rule: DOCTYPE is refused outright, whatever the encoding; no entities, no network, limited size and depth, and
every search goes over the text once. A tree is dict (children by local name; repeated ones as a list), or str (text,
trimmed) where there are no children.
"""

from __future__ import annotations

import codecs
import re
from typing import Any, Final

from lxml import etree

from ups_gateway.errors import InvalidRequest, MalformedRequest, RequestTooLarge
from ups_gateway.translate.parser import Parser

MAX_DEPTH: Final = 100
MAX_MARKS: Final = 40_000
"""Tags, attributes and references of one document. A shipment of 200 packages of 50 elements has half of them."""
MAX_TEXT: Final = 10_000_000
"""Bytes of one text; libxml2 takes no longer ones, and finds that late."""
_ENCODINGS: Final = frozenset(
    (
        "utf-8",
        "ascii",
        "iso8859-1",
        "iso8859-2",
        "iso8859-15",
        "cp1250",
        "cp1251",
        "cp1252",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
    )
)
_DECLARATION = re.compile(r"""\s*<\?xml\s[^>]*?(?:encoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^>]*?)?\?>""")
_DECLARATIONS = re.compile(r"<\?xml\s[^<>]*\?>")
_ACCESS = re.compile(r"<((?:[\w.-]{1,60}:)?AccessRequest)(?:\s[^<>]*)?/?>")
_DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY|doctype)")
_STRAY_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_parser: Final = Parser()


def decode(body: bytes) -> str:
    """The body as text: by its byte order mark, by the first declaration's encoding, else UTF-8.

    Raises MalformedRequest, RequestTooLarge.
    """
    if not body.strip():
        raise MalformedRequest("The request is empty; an XML document was expected.")
    if len(body) > MAX_TEXT and max(map(len, body.split(b"<"))) > MAX_TEXT:
        raise RequestTooLarge(f"A text of the XML document is longer than {MAX_TEXT} bytes.")
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
    ):
        if body.startswith(mark):
            return _decoded(body, codec).removeprefix("\ufeff")
    declared = _DECLARATION.match(body[:400].decode("latin-1"))
    return _decoded(body, (declared and declared[1]) or "utf-8")


def _decoded(body: bytes, name: str) -> str:
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        codec = ""
    if codec not in _ENCODINGS:
        raise MalformedRequest(f"The request declares the encoding {name!r}, which is not supported.")
    if codec == "utf-16":
        codec = "utf-8"  # declared so, but the bytes were ASCII enough to read the declaration: believe the bytes
    try:
        return body.decode(codec)
    except UnicodeDecodeError as error:
        raise MalformedRequest(
            f"The request is not in the encoding it declares ({name}): byte {error.start} cannot be read."
        ) from None


def split(text: str) -> tuple[str | None, str]:
    """(AccessRequest document or None, the request document), both without XML declarations."""
    begin = _ACCESS.search(text)
    if begin is None:
        return None, without_declarations(text)
    end: re.Match[str] | None = begin
    if not begin[0].endswith("/>"):
        end = re.compile(rf"</{re.escape(begin[1])}\s*>").search(text, begin.end())
    if end is None:
        return None, without_declarations(text)
    return text[begin.start() : end.end()], without_declarations(text[: begin.start()] + text[end.end() :])


def without_declarations(text: str) -> str:
    """The text without XML declarations: it has been decoded already."""
    return _DECLARATIONS.sub("", text)


def parse(text: str) -> Any:
    """The root element (lxml) of one document. Raises MalformedRequest, RequestTooLarge, or InvalidRequest for none."""
    if _DOCTYPE.search(text) is not None:
        raise MalformedRequest("The request holds a DOCTYPE or ENTITY declaration, which is refused.")
    if not text.strip():
        raise InvalidRequest("The request document is missing: only an AccessRequest was sent.")
    data = text.strip().encode()
    if len(data) - len(data.translate(None, b"<=&")) > MAX_MARKS:
        raise RequestTooLarge(f"The XML document has more than {MAX_MARKS} tags, attributes and references.")
    try:
        return _parser.parse(data)
    except etree.XMLSyntaxError as first:
        # Working clients send an unescaped & in names and passwords; UPS's kit samples do not, its parser forgave it.
        mended, count = _STRAY_AMPERSAND.subn(b"&amp;", data) if b"&" in data else (data, 0)
        if count:
            try:
                return _parser.parse(mended)
            except etree.XMLSyntaxError:
                pass
        raise MalformedRequest(f"The XML document is not well formed: {_reason(first)}") from None


def _reason(error: etree.XMLSyntaxError) -> str:
    line, column = error.position
    return f"{re.sub(r', line .*', '', error.msg or 'no document')[:120]} (line {line}, column {column})"


def to_tree(element: Any, depth: int = 0) -> Any:
    """Children by local name; text trimmed; attributes are left out (no API of UPS's gives them a meaning)."""
    if len(element) == 0:
        return (element.text or "").strip()
    if depth >= MAX_DEPTH:
        raise MalformedRequest(f"The XML document is nested deeper than {MAX_DEPTH} levels.")
    tree: dict[str, Any] = {}
    for child in element:
        name = child.tag
        if "}" in name:
            name = name.rpartition("}")[2]
        value = to_tree(child, depth + 1) if len(child) else (child.text or "").strip()
        if name in tree:
            held = tree[name]
            if isinstance(held, list):
                held.append(value)
            else:
                tree[name] = [held, value]
        else:
            tree[name] = value
    return tree


def local_name(element: Any) -> str:
    """Name without namespace."""
    tag: str = element.tag
    return tag.rpartition("}")[2]


def ascii_xml(element: Any) -> str:
    """An element with all it holds, as sent, in pure ASCII: for what is echoed."""
    text: bytes = etree.tostring(element, encoding="us-ascii", with_tail=False)
    return text.decode("ascii")
