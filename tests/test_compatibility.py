"""docs/compatibility.md says what the tables say."""

from __future__ import annotations

from tests.compatibility import FILE, document


def test_the_compatibility_table_in_the_docs_is_the_generated_one() -> None:
    assert FILE.read_text("utf-8") == document(), "run: python -m tests.compatibility"
