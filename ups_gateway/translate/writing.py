"""The writers of answers: a template, compiled once, writes XML text or a JSON tree from a REST tree.

The rule: order and names are the template's, whatever UPS sent; text is pure ASCII; an object that would be empty is
left out. The forms a template may hold stand in `engine`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ups_gateway.translate.engine import FLAG, Drop, From, Made, Node, Rule, Table

_Write = Callable[[Any, list[str]], None]
_Fetch = Callable[[Any], Any]
_NOT_PLAIN = re.compile(r"[^ -%'-;=?-~]")
"""All but printable ASCII without & < >. One class is searched several times faster than an alternative."""
_PLAIN = bytes(code for code in range(0x20, 0x7F) if code not in b"&<>")
_SHORT = 256
"""Characters up to which the pattern is faster than taking the plain ones out; labels are 200 times as long."""
_NOTHING: Node = {}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def escape(text: str) -> str:
    """Text for an XML document in pure ASCII; characters that XML 1.0 cannot carry are left out."""
    if text.isascii() and not text.encode().translate(None, _PLAIN):
        return text
    text = _FORBIDDEN.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;").encode("ascii", "xmlcharrefreplace").decode("ascii")


def compile_xml(template: Table, prefix: str = "") -> _Write:
    """The writer of one template: (REST tree, list of text pieces) -> appends the elements."""
    elements = tuple(_element(name, rule, prefix) for name, rule in template.items() if not isinstance(rule, Drop))

    def write(node: Any, out: list[str]) -> None:
        # Most of what a template allows is not there, so this loop is where an answer's time goes: no call for that.
        members = node if isinstance(node, dict) else _NOTHING
        for member, fetch, many, default, one in elements:
            value = members.get(member) if fetch is None else fetch(node)
            if value is None:
                if default is None:
                    continue
                value = default
            elif isinstance(value, list):
                if many:
                    for item in value:
                        one(item, out)
                    continue
                value = default if not value or value[0] is None else value[0]
            if value is not None:
                one(value, out)

    return write


def compile_tree(template: Table) -> Callable[[Any], Node]:
    """The same template as a tree, for legacy JSON: a repeating element that occurs once is an object there."""
    members = tuple((name, _source(name, rule)) for name, rule in template.items() if not isinstance(rule, Drop))
    inner = {name: compile_tree(source.shape) for name, source in members if isinstance(source.shape, dict)}

    def one(name: str, source: _Source, value: Any) -> Any:
        if source.shape is FLAG:
            return ""
        if name in inner:
            return inner[name](value) or None
        return _text(value, source.via)

    def make(node: Any) -> Node:
        made: Node = {}
        for name, source in members:
            value = source.fetch(node)
            if isinstance(value, list):
                found = [one(name, source, item) for item in (value if source.many else value[:1])]
                values = [item for item in found if item is not None]
                value = values if len(values) > 1 else next(iter(values), None)
            elif value is not None:
                value = one(name, source, value)
            if value is None:
                value = source.default
            if value is not None:
                made[name] = value
        return made

    return make


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the value of one element of a template comes from, and its shape."""

    member: str
    """Its name, where it is simply a member of the node."""
    fetch: _Fetch
    shape: Rule
    many: bool
    default: str | None
    via: Callable[[str], str | None] | None


def _source(name: str, rule: Rule) -> _Source:
    default: str | None = None
    via: Callable[[str], str | None] | None = None
    member = name
    match rule:
        case From():
            member = rule.path if "." not in rule.path else ""
            fetch, rule, default, via = _path(rule.path), rule.rule, rule.default, rule.via
        case Made():
            member, fetch, rule, default = "", rule.function, rule.rule, rule.default
        case _:
            fetch = _member(name)
    many = isinstance(rule, list)
    return _Source(member, fetch, rule[0] if isinstance(rule, list) else rule, many, default, via)


def _element(name: str, rule: Rule, prefix: str) -> tuple[str, _Fetch | None, bool, str | None, _Write]:
    """Member of the node and nothing, or what fetches the value; whether it repeats, its default, its writer."""
    source = _source(name, rule)
    one = _content(prefix + name, source.shape, prefix, source.via)
    return source.member, None if source.member else source.fetch, source.many, source.default, one


def _text(value: Any, via: Callable[[str], str | None] | None) -> str | None:
    """The text of a value; None for what is none (an object, a truth value)."""
    if not isinstance(value, str):
        if isinstance(value, (dict, bool)):
            return None
        value = str(value)
    return value if via is None else via(value)


def _content(tag: str, shape: Rule, prefix: str, via: Callable[[str], str | None] | None) -> _Write:
    opening, closing, empty, plain = f"<{tag}>", f"</{tag}>", f"<{tag}/>", _NOT_PLAIN.search
    if shape is FLAG:
        return lambda _value, out: out.append(empty)
    if isinstance(shape, dict):
        inner = compile_xml(shape, prefix)

        def write_object(value: Any, out: list[str]) -> None:
            at = len(out)
            out.append(opening)
            inner(value, out)
            if len(out) == at + 1:
                out.pop()
            else:
                out.append(closing)

        return write_object

    def write_text(value: Any, out: list[str]) -> None:
        text = value if via is None and isinstance(value, str) else _text(value, via)
        if text:
            out += (opening, text if len(text) < _SHORT and plain(text) is None else escape(text), closing)
        elif text is not None:
            out.append(empty)

    return write_text


def _member(name: str) -> _Fetch:
    return lambda node: node.get(name) if isinstance(node, dict) else None


def _path(path: str) -> _Fetch:
    """Follows a dotted path; of an array on the way the first item counts."""
    if not path:
        return lambda node: node
    *steps, last = path.split(".")
    if not steps:
        return _member(last)

    def fetch(node: Any) -> Any:
        for step in steps:
            node = node.get(step) if isinstance(node, dict) else None
            if isinstance(node, list):
                node = node[0] if node else None
        return node.get(last) if isinstance(node, dict) else None

    return fetch
