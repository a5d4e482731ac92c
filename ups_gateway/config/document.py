"""Writes the documented file, config/ups-gateway.yaml, and files like it with other values."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import yaml

from ups_gateway.config.table import BY_KEY, RECORDS, TABLE, Setting

INTRODUCTION = """\
Configuration of ups-gateway. Every setting is here with its default; what has none is commented out.
Durations are a number and s, m, h or d. Secrets never stand in this file.
"""


def example(**changes: str | Sequence[str | Mapping[str, str]]) -> str:
    """The text of the documented file, with other values for some settings: `example(**{"listen.tls": "off"})`.

    A list of mappings stands for all entries of `environments` or `applications`. Raises KeyError for no such setting.
    """
    for key in changes:
        if key not in BY_KEY and key not in RECORDS:
            raise KeyError(key)
    lines = [f"# {line}".rstrip() for line in INTRODUCTION.splitlines()]
    section = ""
    for setting in TABLE:
        head, _, name = setting.key.rpartition(".")
        if head != section or not head:
            lines.append("")
        if head and head != section:
            lines += _record_lines(head.removesuffix("[]"), changes) if head.endswith("[]") else [f"{head}:"]
        section = head
        if not head.endswith("[]"):
            lines += _setting_lines(setting, name, "  " if head else "", changes.get(setting.key))
    return "\n".join(lines) + "\n"


def _setting_lines(setting: Setting, name: str, indent: str, change: object) -> list[str]:
    lines = [f"{indent}# {line}" for line in textwrap.wrap(setting.doc, 110)]
    if isinstance(change, str):
        return [*lines, f"{indent}{name}: {_quoted(change)}"]
    if isinstance(change, Sequence):
        return [*lines, f"{indent}{name}: [{', '.join(_quoted(one) for one in change)}]"]
    if setting.default is not None:
        return [*lines, f"{indent}{name}: {setting.default}"]
    return [*lines, f"{indent}# {name}: {setting.example}"]


def _record_lines(section: str, changes: Mapping[str, object]) -> list[str]:
    """A list of mappings: the entries given, or a commented one that names every setting."""
    settings = [setting for setting in TABLE if setting.key.startswith(f"{section}[].")]
    given = changes.get(section)
    if isinstance(given, Sequence) and not isinstance(given, str) and given:
        lines = [f"{section}:"]
        for entry in given:
            pairs = [f"{name}: {_quoted(text)}" for name, text in entry.items()]
            lines += [f"  {'- ' if not index else '  '}{pair}" for index, pair in enumerate(pairs)]
        return lines
    lines = [f"# {section}:"]
    for index, setting in enumerate(settings):
        name = setting.key.rpartition(".")[2]
        lines += [f"#     # {line}" for line in textwrap.wrap(setting.doc, 106)]
        lines.append(f"#   {'  ' if index else '- '}{name}: {setting.default or setting.example}")
    return lines


def _quoted(text: str) -> str:
    """A YAML scalar: plain where it stays the same text, else in double quotes."""
    plain = text and text.strip() == text and text.isprintable() and not set(text) & set("#:{}[],&*!|>'\"%@`?-\\~")
    return text if plain else yaml.dump(text, default_style='"', width=10_000).strip()
