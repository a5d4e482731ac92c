"""Where the interpreter's instructions of a request go: python -m tests.bench floor

The rule: gateway and bare proxy run in this process, each alone, and every instruction of Python is counted to the file
it stands in; what C code does (parsers, sockets, SQLite, JSON) is not in it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

from aiohttp import web

from tests.bench import bare_proxy, old_client, peers
from tests.bench.loads import Load, loads
from tests.bench.origin import origin
from tests.bench.processes import free_port
from tests.bench.report import Table, write_section
from ups_gateway import app, config

REQUESTS: Final = 10
PARTS: Final = (
    ("translation", ("/ups_gateway/translate/",)),
    ("access, store, ledger", ("/ups_gateway/access", "/ups_gateway/store/", "/ups_gateway/shipping/", "/aiosqlite/")),
    ("call of UPS", ("/ups_gateway/ups/", "/ups_gateway/upstream", "/ups_gateway/oauth/", "/aiohttp/client", "/yarl/")),
    ("listener, exchange, all else", ("",)),
)
"""By a piece of the file's path, the first that fits; aiohttp's parts that both sides use count as all else."""
NAMES: Final = ("rate", "rate shop", "track", "ship, label, ledger (SOAP)")


class Counting:
    """Counts while `on`."""

    def __init__(self) -> None:
        self.on = False
        self.files: Counter[str] = Counter()

    def trace(self, frame: FrameType, event: str, _argument: Any) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if event == "opcode" and self.on:
            self.files[frame.f_code.co_filename] += 1
        return self.trace


async def main() -> None:
    table = Table(
        "Thousands of the interpreter's instructions for a request",
        ("load", *(name for name, _ in PARTS), "gateway", "bare proxy", "ratio", "but translation"),
    )
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        async with origin(folder / "origin", {one.rest_path: one.reply for one in loads()}) as ups:
            site = peers.Site(folder / "gateway", ups.port)
            await site.seed()
            for load in (one for one in loads() if one.name in NAMES):
                async with app.running(config.load(site.file, {**os.environ, **site.environ})):
                    mine = await _counted(load, site.port, load.path)
                async with _bare(ups.port) as port:
                    bare = sum((await _counted(load, port, load.rest_path)).values())
                parts = _by_part(mine)
                whole = sum(parts.values())
                rest = (whole - parts["translation"]) / bare
                figures = (*(parts[name] for name, _ in PARTS), whole, bare)
                table.add(load.name, *(f"{one:.1f}" for one in figures), f"{whole / bare:.1f}", f"{rest:.1f}")
    how = (
        f"`python -m tests.bench floor`: {REQUESTS} requests one after the other. These figures are the same on every "
        "machine. *but translation* is what the ratio would be if translation took no instruction at all."
    )
    write_section("Where the instructions go", how, [table])


async def _counted(load: Load, port: int, path: str) -> dict[str, float]:
    """Instructions of one request by file, in thousands, without those of the client."""
    counting = Counting()
    for number in range(3):
        await old_client.ask(port, load.request(f"warm-{number}", path=path))
    await asyncio.sleep(1.5)
    try:
        sys.settrace(counting.trace)
        for number in range(REQUESTS):
            counting.on = True
            await old_client.ask(port, load.request(f"counted-{number}", path=path))
            await asyncio.sleep(0.05)
            counting.on = False
    finally:
        sys.settrace(None)
    del counting.files[old_client.__file__]
    return {file: count / REQUESTS / 1000 for file, count in counting.files.items()}


def _by_part(files: dict[str, float]) -> dict[str, float]:
    found = dict.fromkeys((name for name, _ in PARTS), 0.0)
    for file, count in files.items():
        name = next(name for name, pieces in PARTS if any(piece in file for piece in pieces))
        found[name] += count
    return found


@asynccontextmanager
async def _bare(ups: int) -> AsyncIterator[int]:
    runner = web.AppRunner(bare_proxy.application(f"http://127.0.0.1:{ups}"), access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield port
    finally:
        await runner.cleanup()
