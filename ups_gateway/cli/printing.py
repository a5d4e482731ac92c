"""What people and programs read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

import click

from ups_gateway.model import Secret

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def plain(value: Any) -> Any:
    """A value as JSON has it: times in UTC, secrets left out, sets sorted."""
    if isinstance(value, (bytes, Secret)):
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value) if item.repr}
    if isinstance(value, dict):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(inner) for inner in value)
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value


def print_json(value: Any) -> None:
    """One JSON value on standard output."""
    click.echo(json.dumps(plain(value), indent=2, ensure_ascii=False))


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]], nothing: str) -> None:
    """Columns as wide as they need to be; a sentence where there are no rows."""
    if not rows:
        click.echo(nothing)
        return
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    for row in (heads, *rows):
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def local(moment: datetime | None) -> str:
    """A time in this machine's zone, with the zone's name; a dash for none."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M %Z") if moment else "-"


def yes(value: object) -> str:
    """Yes or no."""
    return "yes" if value else "no"
