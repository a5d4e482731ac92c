"""A small checker for request bodies: each operation states its rules as a table.

The rule: rules are tried in order and the first that does not hold is the refusal, as UPS stops at its first error.
A rule speaks only where the parent of its path exists, so that "required" can be said of parts of optional things.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ups_gateway.simulator.model import Refused

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold at `path`, else `status`, `code` and `message`.

    A path is dotted, `[]` after a name means each element: `RateRequest.Shipment.Package[].PackageWeight.Weight`.
    A single object passes where `[]` stands, unless `array` demands a list. `{0}` in the message becomes the
    place of the first element concerned, counted from 1 (UPS names packages so).
    """

    path: str
    code: str
    message: str
    status: int = 400
    required: bool = False
    """Must be there and be neither null nor, as text, blank (an empty object is there)."""
    array: bool = False
    """Must be a list; with `shortest` and `longest` of this many elements."""
    text: bool = False
    """Must be a string: UPS's leaves are, numbers are refused."""
    shortest: int | None = None
    longest: int | None = None
    """Characters of a string, elements of a list."""
    allowed: frozenset[str] | None = None
    pattern: str | None = None
    """A regular expression that the whole value, as text, matches."""


def check(body: Any, rules: Iterable[Rule]) -> None:
    """Raise `Refused` for the first rule that `body` breaks."""
    for rule in rules:
        for value, place in _values(body, rule.path.split("."), 1):
            if not _holds(rule, value):
                raise Refused(rule.status, rule.code, rule.message.replace("{0}", str(place)))


def _values(node: Any, names: Sequence[str], place: int) -> Iterator[tuple[Any, int]]:
    """Each value at the path below `node`, or `_ABSENT` where only the last name is missing."""
    name = names[0].removesuffix("[]")
    if not isinstance(node, dict):
        return
    found = node.get(name, _ABSENT)
    if not names[0].endswith("[]"):
        elements = [(found, place)]
    elif isinstance(found, list):
        elements = [(element, at) for at, element in enumerate(found, start=1)]
    else:
        elements = [(found, 1)]
    for element, at in elements:
        if len(names) == 1:
            yield element, at
        elif element is not _ABSENT:
            yield from _values(element, names[1:], at)


def _holds(rule: Rule, value: Any) -> bool:
    if value is _ABSENT or value is None:
        return not rule.required
    if rule.array and not isinstance(value, list):
        return False
    if rule.text and not isinstance(value, str):
        return False
    if rule.required and isinstance(value, str) and not value.strip():
        return False
    if isinstance(value, str | list):
        if rule.shortest is not None and len(value) < rule.shortest:
            return False
        if rule.longest is not None and len(value) > rule.longest:
            return False
    if isinstance(value, dict | list):
        return rule.allowed is None and rule.pattern is None
    written = str(value)
    if rule.allowed is not None and written not in rule.allowed:
        return False
    return rule.pattern is None or re.fullmatch(rule.pattern, written) is not None
