"""Good requests, spoiled a little: the grammar of the property tests.

The rule: what to spoil is a list of plain values, so that a found example is a row that can be kept and read.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from lxml import etree

from tests.hostile.values import TEXTS
from tests.translate.test_cases import CASES, FOLDERS, call_of
from ups_gateway.model import Dialect, LegacyCall
from ups_gateway.translate import dialect_of, tree

NUMBERS = (
    ("a superscript digit", "²"),
    ("a digit of another script", "٣"),
    ("five thousand digits", "9" * 5_000),
    ("below zero", "-1"),
    ("zero", "0"),
    ("beyond doubles", "1e999"),
    ("not a number", "NaN"),
    ("infinity", "-Infinity"),
    ("half", ".5"),
    ("a comma", "1,5"),
    ("two points", "1.2.3"),
    ("a date that is none", "20261345"),
    ("a day before all days", "00000000"),
    ("a time that is none", "256199"),
    ("a leap day", "20240229"),
    ("a code", "01"),
    ("a code of letters", "ZZ"),
    ("truth", "true"),
    ("nothing", ""),
    ("blanks", " \n "),
    ("three hundred characters", "x" * 300),
)
VALUES = dict(NUMBERS) | {name: text for name, text, _ in TEXTS}
KINDS = ("a text", "left out", "twice", "ten times", "within itself", "without its inside", "by another's name", "odd")


@dataclass(frozen=True, slots=True)
class Spoiling:
    """What happens to the element at `place` (of all, counted round)."""

    kind: str
    place: int
    value: str
    """Name of one of VALUES."""


def _rest_call(folder: Path) -> Iterator[LegacyCall]:
    """What UPS is asked in that case, as a program of today's REST would."""
    wanted = json.loads((folder / "rest-request.json").read_text("utf-8"))
    for call in wanted["calls"][:1]:
        body = b"" if call["body"] is None else json.dumps(call["body"]).encode()
        headers = {name.lower(): value for name, value in call["headers"].items()}
        yield LegacyCall(call["method"], "onlinetools.ups.com", call["path"], urlencode(call["query"]), headers, body)


GOOD: dict[str, LegacyCall] = {f"{folder.parent.name}/{folder.name}": call_of(folder) for folder in FOLDERS} | {
    f"rest: {folder.parent.name}/{folder.name}": call for folder in FOLDERS for call in _rest_call(folder)
}


def of_dialect(dialect: Dialect) -> list[str]:
    """Names of the good requests that a dialect has."""
    return [name for name, call in GOOD.items() if dialect_of(call) is dialect]


def folder_of(name: str) -> Path:
    """Where the good request and UPS's answers to it lie."""
    return CASES / name.removeprefix("rest: ")


def spoiled(call: LegacyCall, spoilings: Sequence[Spoiling]) -> LegacyCall:
    """The request with all of that done to it, in its body and in the steps of its path that are values."""
    dialect = dialect_of(call)
    if dialect in (Dialect.XML, Dialect.SOAP):
        return replace(call, body=_spoiled_xml(call.body, spoilings))
    if not call.body:
        return _spoiled_path(call, spoilings)
    found = json.loads(call.body)
    for one in spoilings:
        found = _spoiled_json(found, one)
    return replace(call, body=json.dumps(found).encode())


def _spoiled_xml(body: bytes, spoilings: Sequence[Spoiling]) -> bytes:
    access, request = tree.split(tree.decode(body))
    root = tree.parse(request)
    for one in spoilings:
        elements = [element for element in root.iter() if element is not root]
        if elements:
            _spoil_element(elements[one.place % len(elements)], one, elements)
    return (access or "").encode() + etree.tostring(root)


def _spoil_element(element: Any, one: Spoiling, elements: list[Any]) -> None:
    parent = element.getparent()
    match one.kind:
        case "a text" | "odd":
            for child in list(element):
                element.remove(child)
            element.text = _carried(VALUES[one.value])
        case "left out":
            parent.remove(element)
        case "twice" | "ten times":
            for _ in range(1 if one.kind == "twice" else 9):
                parent.append(copy.deepcopy(element))
        case "within itself":
            element.append(copy.deepcopy(element))
        case "without its inside":
            element.clear()
        case _:
            element.tag = elements[(one.place * 7 + 1) % len(elements)].tag


def _carried(text: str) -> str:
    """Without the characters that no XML can carry."""
    return "".join(c for c in text if c in "\t\n\r" or " " <= c < "\ufffe")


def _spoiled_json(found: Any, one: Spoiling) -> Any:
    places = list(_places(found))
    if not places:
        return found
    holder, key = places[one.place % len(places)]
    value = holder[key]
    odd: tuple[Any, ...] = (None, True, 7, -0.5, 10**30, [], {}, [[]], [None], {"": ""}, [{}, [1]], "\0", "\uffff")
    match one.kind:
        case "a text":
            holder[key] = VALUES[one.value]
        case "odd":
            holder[key] = odd[list(VALUES).index(one.value) % len(odd)]
        case "left out":
            del holder[key]
        case "twice" | "ten times":
            holder[key] = [copy.deepcopy(value) for _ in range(2 if one.kind == "twice" else 10)]
        case "within itself":
            holder[key] = {str(key): copy.deepcopy(value)}
        case "without its inside":
            holder[key] = ""
        case _:
            other, name = places[(one.place * 7 + 1) % len(places)]
            holder[key] = copy.deepcopy(other[name])
    return found


def _places(found: Any) -> Iterator[tuple[Any, Any]]:
    """Every member of every object and array."""
    keys = list(found) if isinstance(found, dict) else range(len(found)) if isinstance(found, list) else ()
    for key in keys:
        yield found, key
        yield from _places(found[key])


def _spoiled_path(call: LegacyCall, spoilings: Sequence[Spoiling]) -> LegacyCall:
    steps, fields = call.path.split("/"), call.query
    for one in spoilings:
        at = 1 + one.place % (len(steps) - 1)
        match one.kind:
            case "a text" | "odd" | "by another's name":
                steps[-1] = quote(VALUES[one.value], safe="")
            case "left out":
                del steps[at]
            case "twice" | "ten times":
                steps.insert(at, steps[at])
            case _:
                fields += "&" * bool(fields) + "locale=" + quote(VALUES[one.value])
        if len(steps) < 2:
            break
    return replace(call, path="/".join(steps) or "/", query=fields)
