"""A message as people may see it: its structure, codes and amounts; of everything else only the shape.

The rule: it fails closed. What cannot be read is not shown; a letter becomes x and a digit 9; long values (labels)
become their length; credentials become ***.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

import msgspec

from ups_gateway.translate.operations.masking import CREDENTIALS, DESCRIBED, SHOWN, WORDS

HIDDEN: Final = "***"
LONGEST: Final = 200
"""Characters of a value; longer ones are images, documents and digests."""
LONGEST_SHOWN: Final = 14
"""The same of a code, an amount or a date; what is longer is something else."""
_REPEATED: Final = 4
"""Characters of a value that words are looked through for; shorter ones are codes and units."""
_BIGGEST: Final = 4 * 1024 * 1024
_LONGEST_TAG: Final = 2000
_DEEPEST: Final = 40
"""Levels that are indented."""
_CDATA: Final = "<![CDATA["
_ENDS: Final = ((_CDATA, "]]>"), ("<!--", "-->"), ("<", ">"))
_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*(?::([A-Za-z_][\w.-]*))?")
_ATTRIBUTE: Final = re.compile(r"""([\w.:-]+)(\s*=\s*)("[^"]*"|'[^']*')""")
_DIGITS: Final = re.compile(r"\d{4,}")


def message(body: bytes | str) -> str:
    """XML or JSON, indented and masked; a sentence for what is neither."""
    text = body if isinstance(body, str) else body.decode("utf-8", "replace")
    start = text.lstrip("\ufeff \t\r\n")
    if not start:
        return ""
    if len(text) > _BIGGEST:
        return f"[{len(text):,} characters: too long to show]"
    if start.startswith("<"):
        return _xml(start)
    try:
        return _json(msgspec.json.decode(start))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return f"[{len(text):,} characters that are neither XML nor JSON]"


def tree(body: Any) -> str:
    """The same of a REST call's body, which is a text or a tree."""
    return "" if body is None else message(body) if isinstance(body, str) else _json(body)


def path(text: str) -> str:
    """A path whose numbers of shipments, packages and accounts are masked."""
    return "/".join(_segment(unquote(segment)) for segment in text.split("/"))


def query(fields: Mapping[str, str] | str) -> str:
    """Names with masked values, as a query."""
    pairs = fields.items() if isinstance(fields, Mapping) else parse_qsl(fields, keep_blank_values=True)
    return "&".join(f"{name}={value(name, text)}" for name, text in pairs)


def value(name: str, text: str, under: str = "") -> str:
    """A value of an element or member called `name`, which stands in one called `under`."""
    lowered = name.lower()
    if lowered in CREDENTIALS or under.lower() in CREDENTIALS:
        return HIDDEN
    if len(text) > LONGEST and lowered not in WORDS:
        return f"[{len(text):,} characters]"
    if lowered in SHOWN and len(text) <= LONGEST_SHOWN:
        return text
    if lowered in WORDS or (lowered == "description" and under.lower() in DESCRIBED):
        return _DIGITS.sub(lambda run: "9" * len(run[0]), text)
    return shape(text)


def shape(text: str) -> str:
    """ "Ann Lee, 30328" becomes "Xxx Xxx, 99999"."""
    return "".join(
        "9" if c.isdigit() else "X" if c.isupper() else "x" if c.isalpha() or not c.isascii() else c for c in text
    )


def not_repeating(words: str, sent: Any) -> str:
    """Words of UPS's, or a masked message, without the values of the request that they repeat."""
    values = {_folded(value) for value in _leaves(sent, "") if len(value) >= _REPEATED}
    lengths: dict[str, set[int]] = {}
    for value in values:
        lengths.setdefault(value[:_REPEATED], set()).add(len(value))
    # No pattern: one of thousands of values takes seconds for one long answer, and is kept with them in `re`'s cache.
    folded, shown, at, done = _folded(words), [], 0, 0
    while at < len(words):
        begun = lengths.get(folded[at : at + _REPEATED], ())
        length = max((length for length in begun if folded[at : at + length] in values), default=0)
        if length:
            shown += [words[done:at], "…"]
            done = at + length
        at += length or 1
    return "".join((*shown, words[done:]))


def _folded(text: str) -> str:
    """In small letters, each where it was: only of this one two would be made."""
    return text.replace("İ", "i").lower()


def _leaves(found: Any, name: str) -> Iterator[str]:
    """Values that are somebody's; of an XML document every text."""
    if isinstance(found, dict):
        for key, inner in found.items():
            yield from _leaves(inner, key)
    elif isinstance(found, list):
        for inner in found:
            yield from _leaves(inner, name)
    elif isinstance(found, str) and found.lstrip().startswith("<"):
        yield from (piece.strip() for piece in _pieces(found) if not piece.startswith("<"))
    elif isinstance(found, str) and name.lower() not in SHOWN:
        yield found.strip()


def _segment(text: str) -> str:
    return shape(text) if len(text) >= 6 and any(c.isdigit() for c in text) else text


def _json(found: Any) -> str:
    masked = msgspec.json.encode(_walk(found, "", ""))
    return msgspec.json.format(masked, indent=2).decode()


def _walk(found: Any, name: str, under: str) -> Any:
    if isinstance(found, dict):
        return {str(key): _walk(inner, str(key), name) for key, inner in found.items()}
    if isinstance(found, list):
        return [_walk(inner, name, under) for inner in found]
    if found is None or isinstance(found, bool):
        return found
    return value(name, str(found), under)


def _xml(text: str) -> str:
    """By its marks, not by a parser: what is broken is shown as far as it goes, with every text masked."""
    lines: list[str] = []
    stack: list[str] = []
    line = ""
    for piece in _pieces(text):
        if piece.startswith(_CDATA):
            line += _text(stack, piece[len(_CDATA) : -3])
        elif piece.startswith("</"):
            name = stack.pop() if stack else _name(piece)
            lines.append(f"{line}</{name}>" if line else f"{_indent(stack)}</{name}>")
            line = ""
        elif piece.startswith(("<?", "<!")):
            lines += [line] if line else []
            lines.append(piece if piece.startswith("<?xml ") else "<!-- left out -->")
            line = ""
        elif piece.startswith("<"):
            if line:
                lines.append(line)
            line = f"{_indent(stack)}{_tag(piece)}"
            if piece.endswith("/>"):
                lines.append(line)
                line = ""
            else:
                stack.append(_name(piece))
        elif piece.strip():
            line += _text(stack, piece.strip())
    return "\n".join([*lines, line] if line else lines)


def _pieces(text: str) -> Iterator[str]:
    """Marks and the texts between them, in one pass whatever a stranger sent."""
    at = 0
    while at < len(text):
        begin = text.find("<", at)
        if begin < 0:
            yield text[at:]
            return
        if begin > at:
            yield text[at:begin]
        close = next(close for mark, close in _ENDS if text.startswith(mark, begin))
        end = text.find(close, begin)
        if end < 0:
            yield text[begin:].replace("<", " ")
            return
        at = end + len(close)
        yield text[begin:at]


def _indent(stack: list[str]) -> str:
    return "  " * min(len(stack), _DEEPEST)


def _text(stack: list[str], text: str) -> str:
    name, under = (stack[-1] if stack else ""), (stack[-2] if len(stack) > 1 else "")
    return value(_local(name), text, _local(under))


def _tag(piece: str) -> str:
    if len(piece) > _LONGEST_TAG:
        return f"<{_name(piece[:LONGEST])} …>"
    return _ATTRIBUTE.sub(
        lambda found: found[0] if found[1].startswith("xmlns") else f"{found[1]}{found[2]}{shape(found[3])}", piece
    )


def _name(piece: str) -> str:
    found = _NAME.search(piece)
    return found[0] if found else "?"


def _local(name: str) -> str:
    return name.rpartition(":")[2]
