"""The reference pages say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.reference import PAGES


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_a_reference_page_is_the_generated_one(file: Path) -> None:
    assert file.read_text("utf-8") == PAGES[file](), "run: python -m tests.docs"
