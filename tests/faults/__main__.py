"""Plays everything and writes docs/faults.md: python -m tests.faults [--check]"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.faults.kinds import KINDS
from tests.faults.playing import a_stand
from tests.faults.requests import requests
from tests.faults.table import FILE, document


async def everything() -> str:
    """The document of a whole run, kind by kind."""
    with tempfile.TemporaryDirectory() as folder:
        async with a_stand(Path(folder)) as stand:
            healthy = {request: await stand.play(request, None) for request in requests()}
            plays = {(request, kind): await stand.play(request, kind) for kind in KINDS for request in requests()}
    return document(plays, healthy)


def main() -> int:
    """Writes the file; with --check says whether it is current."""
    text = asyncio.run(everything())
    if "--check" in sys.argv[1:]:
        return int(FILE.read_text("utf-8") != text)
    FILE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
