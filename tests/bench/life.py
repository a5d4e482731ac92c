"""Start, memory, and how long the event loop is held: python -m tests.bench start

The rule: the gateway is a program of its own, started as a service manager starts it; wall time is what a person waits,
CPU time is what is left of it on a machine with nothing else to do.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from tests.bench.loads import loads
from tests.bench.old_client import ask_all
from tests.bench.origin import origin
from tests.bench.peers import Site
from tests.bench.report import Table, write_section

STARTS: Final = 9
SETTLE: Final = 3.0
"""Seconds until a started gateway has done what it does once."""
MIXED: Final = 20_000
MIX: Final = {"rate": 12, "rate shop": 4, "track": 3, "ship, label, ledger (SOAP)": 1}
"""Of twenty requests."""
HELD: Final = 4000


async def main() -> None:
    table = Table("Start and memory", ("measure", "goal", "median", "lowest", "highest", "CPU s"))
    await _help(table)
    with tempfile.TemporaryDirectory() as text:
        async with AsyncExitStack() as stack:
            folder = Path(text)
            answers = {one.rest_path: one.reply for one in loads()}
            ups = await stack.enter_async_context(origin(folder / "origin", answers))
            site = Site(folder / "gateway", ups.port)
            await site.seed()
            await _start(site, table)
            await _memory(site, table)
            held = await _held(site)
    how = (
        f"`python -m tests.bench start`: {STARTS} starts each; ready is when the gateway says where it listens. Memory "
        f"is resident, {SETTLE:g} seconds after the start and after {MIXED} requests at eight connections "
        f"({', '.join(f'{count} of 20 {name}' for name, count in MIX.items())}). The event loop: a timer of one "
        f"millisecond in the gateway while {HELD} such requests come at eight connections, every hundredth of them "
        "with a wrong password; *late* is how much later than due it was called, other programs of the machine "
        "included, *held* is the CPU time that the loop's thread spent meanwhile."
    )
    write_section("Start, memory, event loop", how, [table, held])


def _row(table: Table, name: str, goal: str, took: Sequence[float], cpu: Sequence[float], unit: str = "s") -> None:
    figures = (statistics.median(took), min(took), max(took))
    digits = 2 if unit == "s" else 1
    cells = (f"{one:.{digits}f} {unit}" for one in figures)
    table.add(name, goal, *cells, f"{statistics.median(cpu):.2f}" if cpu else "")


async def _help(table: Table) -> None:
    took, cpu = [], []
    for _ in range(STARTS):
        begun, used = time.perf_counter(), os.times()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ups_gateway", "--help"), stdout=asyncio.subprocess.DEVNULL
        )
        assert await process.wait() == 0
        took.append(time.perf_counter() - begun)
        cpu.append(_children(os.times()) - _children(used))
    _row(table, "`--help`", "<= 0.25 s", took, cpu)


def _children(times: os.times_result) -> float:
    return times.children_user + times.children_system


async def _start(site: Site, table: Table) -> None:
    took, cpu = [], []
    for _ in range(STARTS):
        begun = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ups_gateway", "serve", "--config", str(site.file)),
            env={**os.environ, **site.environ},
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert await process.stdout.readline()
        took.append(time.perf_counter() - begun)
        cpu.append(time.clock_gettime(~process.pid << 3 | 2))
        process.terminate()
        await process.wait()
    _row(table, "start to ready", "<= 0.7 s", took, cpu)


def _mixed(number: int) -> list[bytes]:
    by_name = {one.name: one for one in loads()}
    pattern = [by_name[name] for name, count in MIX.items() for _ in range(count)]
    several = itertools.cycle(pattern[at * 7 % len(pattern)] for at in range(len(pattern)))
    return [load.request(f"mixed-{count}") for count, load in zip(range(number), several, strict=False)]


async def _memory(site: Site, table: Table) -> None:
    requests = _mixed(MIXED)
    async with site.serving() as program:
        await asyncio.sleep(SETTLE)
        idle = program.memory()
        await ask_all(program.port, requests[:1000], 8)
        await asyncio.sleep(SETTLE)
        warm = program.memory()
        await ask_all(program.port, requests[1000:], 8)
        await asyncio.sleep(SETTLE)
        after, peak = program.memory(), program.peak_memory()
    _row(table, "idle memory", "<= 70 MB", [idle], [], "MB")
    _row(table, "growth after 1,000 mixed requests", "", [warm - idle], [], "MB")
    _row(table, "growth from there to 20,000", "<= 5 MB", [after - warm], [], "MB")
    _row(table, "peak", "", [peak], [], "MB")


async def _held(site: Site) -> Table:
    requests = _mixed(HELD)
    wrong = [one.replace(b"<Password>demo<", b"<Password>guess<") for one in requests[:1]]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.watched", str(site.file)),
        env={**os.environ, **site.environ},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    for begin in range(0, HELD, 100):
        await ask_all(site.port, requests[begin : begin + 100], 8)
        await ask_all(site.port, wrong, 1, good=False)
    process.terminate()
    told = json.loads(await process.stdout.readline())
    await process.wait()
    table = Table("The event loop, in milliseconds", ("", "goal", "p50", "p99", "p99.9", "longest"))
    table.add("held (CPU)", "p99.9 <= 10", *(f"{one:.1f}" for one in told["held"]))
    table.add("late (wall)", "", *(f"{one:.1f}" for one in told["late"]))
    return table
