"""What SECURITY.md names as holding a promise is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_module_and_test_that_holds_a_promise_exists() -> None:
    named = re.findall(r"`((?:ups_gateway|tests|systemd)/[^`]+)`", (ROOT / "SECURITY.md").read_text("utf-8"))
    assert len(named) > 40
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_row_of_a_table_names_who_holds_it() -> None:
    rows = re.findall(r"(?m)^\| [STRIDE] \|.*$", (ROOT / "SECURITY.md").read_text("utf-8"))
    assert len(rows) > 25
    assert [row for row in rows if not re.search(r"`(?:ups_gateway|tests|systemd)/[^`]+` \|$", row)] == []
