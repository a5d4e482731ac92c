"""Tables for the terminal and for docs/speed.md.

The rule: a command writes its own section of the document, with the machine it was run on, and leaves the others.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

DOCUMENT: Final = Path(__file__).parent.parent.parent / "docs" / "speed.md"


@dataclass
class Table:
    """Texts in columns."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        assert len(cells) == len(self.columns), cells
        self.rows.append(cells)

    def markdown(self) -> str:
        """The first column to the left, figures to the right."""
        widths = [max(len(row[at]) for row in [self.columns, *self.rows]) for at in range(len(self.columns))]

        def line(cells: Sequence[str]) -> str:
            first, *others = zip(cells, widths, strict=True)
            return "| " + " | ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]) + " |"

        rule = "|".join(["", "-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:]), ""])
        return "\n".join([f"**{self.title}**", "", line(self.columns), rule, *map(line, self.rows)])


def machine() -> str:
    """What the figures hold for; nothing that names it."""
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    model = found[1] if found else platform.machine()
    implementation = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{len(os.sched_getaffinity(0))} x {model}, {platform.system()} {platform.machine()}, {implementation}"


def write_section(title: str, how: str, tables: Sequence[Table]) -> None:
    """Prints the tables, and puts them in the place of the section with this title."""
    made = "\n\n".join(table.markdown() for table in tables)
    print(f"\n{machine()}\n\n{made}", flush=True)
    when = datetime.now(UTC).date().isoformat()
    section = f"## {title}\n\n{how}\n\nMeasured on {machine()}, on {when}.\n\n{made}\n"
    text = DOCUMENT.read_text() if DOCUMENT.exists() else "# Speed\n"
    pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    known = pattern.search(text) is not None
    text = pattern.sub(lambda _: section + "\n", text) if known else text.rstrip("\n") + "\n\n" + section
    DOCUMENT.write_text(text.rstrip("\n") + "\n")
