"""Writes the pages that the code itself knows: python -m tests.docs"""

from __future__ import annotations

from tests.docs.reference import PAGES

for file, document in PAGES.items():
    file.write_text(document(), "utf-8")
