"""From YAML to the values that a file names, each with its line.

The rule: a problem is noted and reading goes on, so that one run tells all of them.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ups_gateway.config.table import BY_KEY, RECORDS, Setting


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `line` counts from 1; None: something that is not there at all."""

    line: int | None
    key: str
    words: str


class ConfigFailed(Exception):
    """The configuration cannot be used; `problems` is all of what is wrong with it."""

    def __init__(self, file: Path | None, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(problems, key=lambda one: (one.line is None, one.line or 0)))
        name = str(file) if file else "configuration"
        super().__init__(
            "\n".join(
                f"{name}{'' if one.line is None else f':{one.line}'}: {f'{one.key}: ' if one.key else ''}{one.words}"
                for one in self.problems
            )
        )


@dataclass(frozen=True, slots=True)
class Value:
    """A value as read; None where it could not be."""

    value: Any
    line: int


Found = dict[str, Value]


@dataclass(slots=True)
class Reading:
    """What one file says."""

    found: Found = field(default_factory=dict)
    """By key of the table."""
    records: dict[str, list[tuple[int, Found]]] = field(default_factory=lambda: {name: [] for name in RECORDS})
    """Entries of lists of mappings: line, and values by key of the table."""
    problems: list[Problem] = field(default_factory=list)

    def problem(self, line: int | None, key: str, words: str) -> None:
        """Notes one more."""
        self.problems.append(Problem(line, key, words))

    def file(self, file: Path) -> None:
        """Reads it all. Raises ConfigFailed where nothing of it can be read."""
        try:
            node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "not readable as UTF-8 text"
            raise ConfigFailed(file, [Problem(None, "", f"cannot be read: {reason}")]) from error
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            said = getattr(error, "problem", None) or "a character that YAML does not allow"
            raise ConfigFailed(file, [Problem(mark.line + 1 if mark else None, "", f"no YAML: {said}")]) from error
        if node is not None:
            self._section(node, "", "", self.found)

    def _section(self, node: yaml.Node, prefix: str, shown: str, found: Found) -> None:
        """A mapping whose settings begin with `prefix`, which people see as `shown`."""
        if _empty(node):
            return
        if not isinstance(node, yaml.MappingNode):
            self.problem(_line(node), shown.rstrip("."), "expected settings, each NAME: VALUE")
            return
        seen: set[str] = set()
        for name_node, value_node in node.value:
            name = name_node.value if isinstance(name_node, yaml.ScalarNode) else "?"
            if name in seen:
                self.problem(_line(name_node), shown + name, "stands here twice")
            seen.add(name)
            self._entry(prefix + name, shown + name, _line(name_node), value_node, found)

    def _entry(self, key: str, shown: str, line: int, node: yaml.Node, found: Found) -> None:
        setting = BY_KEY.get(key)
        if setting is not None:
            if not _empty(node):
                found[key] = Value(self._values(setting, shown, node), line)
        elif key in RECORDS:
            self._records(key, node)
        elif any(known.startswith(key + ".") for known in BY_KEY):
            self._section(node, key + ".", key + ".", found)
        else:
            self.problem(line, shown, _unknown(key))

    def _records(self, key: str, node: yaml.Node) -> None:
        if _empty(node):
            return
        if not isinstance(node, yaml.SequenceNode):
            self.problem(_line(node), key, "expected a list, each entry beginning with a dash")
            return
        for index, item in enumerate(node.value):
            record: Found = {}
            self._section(item, f"{key}[].", f"{key}[{index}].", record)
            self.records[key].append((_line(item), record))

    def _values(self, setting: Setting, shown: str, node: yaml.Node) -> Any:
        if not setting.many:
            return self._value(setting, shown, node)
        if not isinstance(node, yaml.SequenceNode):
            self.problem(_line(node), shown, "expected a list")
            return ()
        values = (self._value(setting, shown, item) for item in node.value)
        return tuple(value for value in values if value is not None)

    def _value(self, setting: Setting, shown: str, node: yaml.Node) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            self.problem(_line(node), shown, "expected one value")
            return None
        try:
            return setting.read(node.value)
        except ValueError as error:
            written = "" if "@" in node.value else f"{node.value!r}: "  # user:password@host is a secret
            self.problem(_line(node), shown, f"{written}{error}")
            return None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style is None and node.value in ("", "~", "null")


def _unknown(key: str) -> str:
    """Never shows the value: it may be a secret that somebody wrote here."""
    prefix, _, name = key.rpartition(".")
    if any(word in name for word in ("secret", "password", "token")):
        return "a secret never stands in this file; name a file, an environment variable or a systemd credential"
    sections = {known.rpartition(".")[0].removesuffix("[]") for known in BY_KEY if "." in known}
    names = [*BY_KEY, *sorted(sections)]
    here = [known for known in names if known.rpartition(".")[0] == prefix]
    for candidates in (here, names):
        last = {known.rpartition(".")[2]: known for known in candidates}
        if near := difflib.get_close_matches(name, last, 1):
            return f"no such setting; did you mean {last[near[0]].replace('[]', '')}?"
    return "no such setting"
