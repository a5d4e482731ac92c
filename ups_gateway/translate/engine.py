"""The forms of the field tables, and the interpreter of requests. `writing` writes answers.

Neither knows a field; tables in `operations/` know nothing else.

A **request table** is a dict keyed by the old element name; a **template** is a dict in the old answer schema's order.
Both are compiled once, on first use, into closures. What a table or template may hold:

    request table                                        template
    None              text, same name (empty: left out)  text of the same name
    FLAG              presence is the meaning            presence is the meaning
    {...}             object, same name                  object, same name (left out when it would be empty)
    [rule]            repeats: an array, same name       repeats: one element for each item
    To(path, rule)    elsewhere: "A.B", "A[]", "/A.B"    From(path, template): from elsewhere
    To("", {...})     its children go where it stands    From("", {...}): its children come from where it stands
    Made(f, to, rule) f(value, body) says the value      Made(f, of, template): f(node) says the value
    Drop(reason)      REST has no place for it           Drop(reason): REST has nothing to fill it with

A path is relative to the REST object at hand; with a leading "/" it starts at the REST body; "[]" at its end appends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

Rule = Any  # one of the forms above; a recursive alias says less than the table in the docstring
Table = Mapping[str, Rule]
Node = dict[str, Any]


class Flag:
    """Marks an element whose presence alone has meaning; there is one, `FLAG`."""

    def __repr__(self) -> str:
        return "FLAG"


FLAG: Final = Flag()


class Absent:
    """Marks, in `amend`, an element that the amended table does not know; there is one, `ABSENT`."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Drop:
    """An element that the other side has no place for, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class To:
    """Where an old element goes in REST when it is not the same name in the same place."""

    path: str
    rule: Rule = None
    via: Callable[[str], str | None] | None = None
    """Changes a text on its way; None leaves it out."""


@dataclass(frozen=True, slots=True)
class From:
    """Where an old answer's element comes from when it is not the same name in the same place."""

    path: str
    rule: Rule = None
    default: str | None = None
    """Written when UPS gave nothing: for what the old schema requires."""
    via: Callable[[str], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A value that a plain function makes; `paths` name what it writes (request) or reads (template)."""

    function: Callable[..., Any]
    paths: tuple[str, ...] = ()
    rule: Rule = None
    default: str | None = None


def leaves(names: str) -> dict[str, Rule]:
    """A table of plain texts: leaves("Code Description")."""
    return dict.fromkeys(names.split())


def flags(names: str) -> dict[str, Rule]:
    """A table of presence indicators."""
    return dict.fromkeys(names.split(), FLAG)


def amend(table: Table, changes: Mapping[str, Rule]) -> dict[str, Rule]:
    """A copy of `table` that differs at the given paths: {"Shipment.Package.PackagingType": To("Packaging", ...)}.

    A path whose last step is new adds it at the end, ABSENT takes it out; any other unknown step is a mistake in the
    table (KeyError).
    """
    copy = dict(table)
    for path, rule in changes.items():
        first, _, rest = path.partition(".")
        if rest:
            copy[first] = _amended(copy[first], rest, rule)
        elif rule is ABSENT:
            del copy[first]
        else:
            copy[first] = rule
    return copy


def _amended(rule: Rule, path: str, change: Rule) -> Rule:
    match rule:
        case [inner]:
            return [_amended(inner, path, change)]
        case To() | From():
            return type(rule)(rule.path, _amended(rule.rule, path, change), via=rule.via)
        case _:
            return amend(rule, {path: change})


# --- requests -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Run:
    body: Node
    ignored: list[str]


_Put = Callable[[Any, Node, _Run], None]


def compile_request(table: Table, root: str) -> Callable[[Node], tuple[Node, tuple[str, ...]]]:
    """The interpreter of one request table: old tree -> (REST tree, paths of what found no place in it).

    Those are elements that no rule names, and further ones where REST has a place for one.
    """
    fill = _object(table, root)

    def apply(tree: Node) -> tuple[Node, tuple[str, ...]]:
        run = _Run({}, [])
        fill(tree, run.body, run)
        return run.body, tuple(run.ignored)

    return apply


def _object(table: Table, path: str) -> _Put:
    """Fills the REST object `target` from the children of one old element."""
    puts: dict[str, _Put] = {name: _rule(name, rule, f"{path}/{name}") for name, rule in table.items()}
    code = puts.get("Code")

    def fill(value: Any, target: Node, run: _Run) -> None:
        if isinstance(value, str):
            # <UnitOfMeasurement>LBS</UnitOfMeasurement>: carts send the code as text of the element itself
            if value and code is not None:
                code(value, target, run)
            elif value:
                run.ignored.append(path)
            return
        if isinstance(value, list):
            value, *others = [item for item in value if item] or [""]
            run.ignored.extend(path for _ in others)
            if not isinstance(value, dict):
                fill(value, target, run)
                return
        found = 0
        for name, put in puts.items():
            if name in value:
                found += 1
                put(value[name], target, run)
        if found != len(value):
            run.ignored.extend(f"{path}/{name}" for name in value if name not in puts)

    return fill


def _rule(name: str, rule: Rule, path: str) -> _Put:
    match rule:
        case Drop():
            return lambda _value, _target, _run: None
        case To("", dict() as inner):
            return _object(inner, path)
        case To():
            return _placed(rule.path, rule.rule, rule.via, path)
        case Made():
            function, inner = rule.function, rule.rule
            shape = _object(inner, path) if isinstance(inner, dict) else None

            def make(value: Any, target: Node, run: _Run) -> None:
                if shape is not None:
                    made: Node = {}
                    shape(value, made, run)
                    function(made, target, run.body)
                else:
                    function(value, target, run.body)

            return make
        case _:
            return _placed(name, rule, None, path)


def _placed(where: str, rule: Rule, via: Callable[[str], str | None] | None, path: str) -> _Put:
    """Puts a value of the given shape at `where`."""
    steps, last, append, absolute = _steps(where)
    many = isinstance(rule, list)
    shape = rule[0] if isinstance(rule, list) else rule
    value_of = _value(shape, via, path)
    is_text = shape is None and via is None and not (steps or many or append or absolute)

    def put(value: Any, target: Node, run: _Run) -> None:
        if is_text and isinstance(value, str):
            if value:
                target[last] = value
            return
        items = value if isinstance(value, list) and (many or append) else (value,)
        for item in items:
            made = value_of(item, run)
            if made is None:
                continue
            parent = run.body if absolute else target
            for step in steps:
                parent = parent.setdefault(step, {})
            if many or append:
                parent.setdefault(last, []).append(made)
            elif isinstance(made, dict) and isinstance(parent.get(last), dict):
                parent[last].update(made)
            else:
                parent[last] = made

    return put


def _value(shape: Rule, via: Callable[[str], str | None] | None, path: str) -> Callable[[Any, _Run], Any]:
    """The REST value of one old element, or None when nothing is left of it."""
    if shape is FLAG:
        return lambda _value, _run: ""
    if isinstance(shape, dict):
        fill = _object(shape, path)

        def object_value(value: Any, run: _Run) -> Any:
            made: Node = {}
            fill(value, made, run)
            return made or None

        return object_value

    def text_value(value: Any, run: _Run) -> Any:
        if isinstance(value, list):
            first, *others = [item for item in value if item] or [""]
            run.ignored.extend(path for _ in others)
            value = first
        if isinstance(value, dict):
            if value:
                run.ignored.append(path)
            return None
        if via is not None:
            return via(value) if value else None
        return value or None

    return text_value


def _steps(where: str) -> tuple[tuple[str, ...], str, bool, bool]:
    absolute = where.startswith("/")
    append = where.endswith("[]")
    *steps, last = where.removeprefix("/").removesuffix("[]").split(".")
    return tuple(steps), last, append, absolute


# --- defaults -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Default:
    """What REST requires, or an account prefers, and an old request may lack.

    `path` ends at the member to fill: "Shipment.Package[].Packaging.Code" fills it in every package;
    "LabelSpecification?.X" only where LabelSpecification is there. `value` is a constant, or a function of
    (account defaults holder, body) that may give None: nothing to fill in.
    """

    path: str
    value: Any


def fill_defaults(body: Node, defaults: tuple[Default, ...], *given: Any) -> tuple[str, ...]:
    """Fills in what is absent; the paths that were filled, in the order of the defaults."""
    filled: set[str] = set()
    _fill(body, _ways(defaults), given, filled)
    return tuple(default.path.replace("?", "") for default in defaults if default.path in filled)


@dataclass(slots=True)
class _Way:
    """One member on the way to several defaults, which is gone once for all of them."""

    name: str
    kind: str
    """"[]", "?" or "": through an array, only where it is, or made where something is put in."""
    ends: list[Default]
    """Those whose last step this is."""
    ways: list[_Way]


@cache
def _ways(defaults: tuple[Default, ...]) -> list[_Way]:
    """Defaults are constants of tables."""
    root = _Way("", "", [], [])
    for default in defaults:
        at = root
        for step in default.path.split("."):
            name = step.rstrip("[]?")
            kind = step[len(name) :]
            found = next((way for way in at.ways if (way.name, way.kind) == (name, kind)), None)
            if found is None:
                found = _Way(name, kind, [], [])
                at.ways.append(found)
            at = found
        at.ends.append(default)
    return root.ways


def _fill(node: Node, ways: list[_Way], given: tuple[Any, ...], filled: set[str]) -> None:
    for way in ways:
        inner = node.get(way.name)
        for default in way.ends:
            if inner is None:
                inner = default.value(*given) if callable(default.value) else default.value
                if inner is not None:
                    node[way.name] = inner
                    filled.add(default.path)
        if not way.ways:
            continue
        if way.kind == "[]":
            for item in inner or ():
                _fill(item, way.ways, given, filled)
        elif inner is not None:
            _fill(inner, way.ways, given, filled)
        elif not way.kind:
            made: Node = {}
            _fill(made, way.ways, given, filled)
            if made:
                node[way.name] = made


# --- what the tables cover (for the completeness test and the docs) ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Covered:
    """One old path and what a table does with it."""

    path: str
    """Old path below the root: "Shipment/Package/PackageWeight"."""
    rest: str
    """REST path (dotted, "" for a dropped one)."""
    reason: str = ""
    """Why it is dropped."""


def covered(table: Table, at: str = "", rest: str = "") -> Iterator[Covered]:
    """Every old path a request table or template names, with its REST path or the reason of its drop."""
    for name, rule in table.items():
        path = f"{at}/{name}" if at else name
        yield from _covered(rule, path, rest, name)


def _covered(rule: Rule, path: str, rest: str, name: str) -> Iterator[Covered]:
    match rule:
        case Drop():
            yield Covered(path, "", rule.reason)
        case To() | From():
            yield from _covered_shape(rule.rule, path, _joined(rest, rule.path))
        case Made():
            yield from (Covered(path, _joined(rest, to)) for to in rule.paths or ("",))
            if rule.rule is not None:
                yield from _covered_shape(rule.rule, path, _joined(rest, rule.paths[0] if rule.paths else ""))
        case _:
            yield from _covered_shape(rule, path, _joined(rest, name))


def _covered_shape(rule: Rule, path: str, rest: str) -> Iterator[Covered]:
    yield Covered(path, rest)
    shape = rule[0] if isinstance(rule, list) else rule
    if isinstance(shape, dict):
        yield from covered(shape, path, rest)


def _joined(rest: str, path: str) -> str:
    path = path.removesuffix("[]")
    if path.startswith("/") or not rest:
        return path.removeprefix("/")
    return f"{rest}.{path}" if path else rest
