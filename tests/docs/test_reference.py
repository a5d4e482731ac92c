"""The reference pages say what the code says, and every setting that is named anywhere is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.docs.lines import PAGES as WRITTEN
from tests.docs.lines import blocks
from tests.docs.reference import PAGES
from ups_gateway.config.table import RECORDS, TABLE

KEYS = {setting.key.replace("[]", "") for setting in TABLE}
SECTIONS = {key.partition(".")[0] for key in KEYS if "." in key}


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_a_reference_page_is_the_generated_one(file: Path) -> None:
    assert file.read_text("utf-8") == PAGES[file](), "run: python -m tests.docs"


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.stem)
def test_every_setting_that_a_page_names_is_one(file: Path) -> None:
    text = file.read_text("utf-8")
    shown = {key for block in blocks(text, "yaml") for key in _keys(yaml.safe_load(block))}
    named = set(re.findall(rf"`((?:{'|'.join(SECTIONS)})\.[a-z_]+)\b", text))
    assert shown | named <= KEYS


def test_settings_are_shown_and_named_at_all() -> None:
    texts = [file.read_text("utf-8") for file in WRITTEN]
    assert sum(len(blocks(text, "yaml")) for text in texts) > 4
    assert sum("`limits.receive`" in text for text in texts) > 1


def _keys(document: dict[str, object]) -> Iterator[str]:
    for section, content in document.items():
        entries = content if isinstance(content, list) and section in RECORDS else [content]
        for entry in entries:
            yield from (f"{section}.{name}" for name in entry) if isinstance(entry, dict) else [section]
