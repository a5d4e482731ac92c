"""The gateway beside a bare proxy, mitmproxy and nginx: python -m tests.bench proxy [rounds]

The rule: in each round every peer gets the same requests, one peer after the other and each round another first; what
is compared is the same round's figures. CPU time is the program's own, user and system, until what it writes behind
the answers is written.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench import peers
from tests.bench.loads import Load, loads
from tests.bench.old_client import ask, ask_all
from tests.bench.origin import origin, proxy_pass
from tests.bench.processes import Program
from tests.bench.report import Table, write_section

ROUNDS: Final = 7
LEVELS: Final = (1, 8, 32)
"""Connections at a time."""
BEHIND: Final = 1.3
"""Seconds after which what a gateway writes behind its answers is written."""
GATEWAY, BARE, MITMPROXY, NGINX = "gateway", "bare aiohttp", "mitmproxy", "nginx"


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one peer, load, level and round. Milliseconds; requests a second."""

    cpu: float
    median: float
    worst: float
    """Of a hundred all but one took less."""
    rate: float


Key = tuple[str, str, int]
"""Load, peer, level."""


async def main(rounds: str = "") -> None:
    found: defaultdict[Key, list[Figures]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as text:
        async with AsyncExitStack() as stack:
            folder = Path(text)
            ups = await stack.enter_async_context(
                origin(folder / "origin", {one.rest_path: one.reply for one in loads()})
            )
            programs = {
                GATEWAY: await stack.enter_async_context(peers.gateway(folder / "gateway", ups.port)),
                BARE: await stack.enter_async_context(peers.bare(ups.port)),
                NGINX: await stack.enter_async_context(proxy_pass(folder / "nginx", ups.port)),
                MITMPROXY: await stack.enter_async_context(peers.mitmproxy(ups.port)),
            }
            for number in range(-1, int(rounds or ROUNDS)):
                for load in loads():
                    await _round(number, load, programs, found)
                if number >= 0:
                    print(f"round {number + 1} done", flush=True)
            peaks = {name: program.peak_memory() for name, program in programs.items()}
    _report(found, peaks, int(rounds or ROUNDS))


async def _round(
    number: int, load: Load, programs: Mapping[str, Program], found: defaultdict[Key, list[Figures]]
) -> None:
    """Round -1 warms up and does not count."""
    names = [name for name in programs if name != MITMPROXY or load.name == "rate"]
    turn = number % len(names)
    for name in names[turn:] + names[:turn]:
        for level in LEVELS:
            figures = await _measured(load, name, programs[name], level, number)
            if number >= 0:
                found[load.name, name, level].append(figures)


async def _measured(load: Load, name: str, program: Program, level: int, number: int) -> Figures:
    requests = await _requests(load, name, program, f"{number}-{level}")
    begun = program.cpu()
    took, seconds = await ask_all(program.port, requests, level)
    await asyncio.sleep(BEHIND if number >= 0 else 0.0)
    cpu = (program.cpu() - begun) / len(requests)
    worst = statistics.quantiles(took, n=100, method="inclusive")[-1]
    return Figures(cpu * 1000, statistics.median(took) * 1000, worst * 1000, len(requests) / seconds)


async def _requests(load: Load, name: str, program: Program, label: str) -> Sequence[bytes]:
    translates = name in (GATEWAY, MITMPROXY)
    path = load.path if translates else load.rest_path
    requests = []
    for count in range(load.times):
        context = f"{label}-{count}"
        digest = ""
        if load.before and name == GATEWAY:
            digest = _digest(await ask(program.port, load.first(context)))
        requests.append(load.request(context, path=path, digest=digest))
    if load.before:
        await asyncio.sleep(BEHIND)
    return requests


def _digest(answer: bytes) -> str:
    found = re.search(rb"<ShipmentDigest>([^<]+)</ShipmentDigest>", answer)
    assert found is not None, answer[:500]
    return found[1].decode()


# --- what it says -----------------------------------------------------------------------------------------------------


def _report(found: Mapping[Key, list[Figures]], peaks: Mapping[str, float], rounds: int) -> None:
    ratios = Table(
        "CPU time a request, against the bare proxy",
        ("load", "goal", *(f"{level} conn." for level in LEVELS), "spread at 8", "gateway ms", "bare ms", "nginx ms"),
    )
    for load in loads():
        by_level = {level: _ratios(found[load.name, GATEWAY, level], found[load.name, BARE, level]) for level in LEVELS}
        cpu = [_cpu(found[load.name, name, 8]) for name in (GATEWAY, BARE, NGINX)]
        ratios.add(
            load.name,
            "" if load.goal is None else f"<= {load.goal:.1f}",
            *(f"{statistics.median(by_level[level]):.2f}" for level in LEVELS),
            f"{min(by_level[8]):.2f} to {max(by_level[8]):.2f}",
            *(f"{one:.2f}" for one in cpu),
        )
    times = Table(
        "Time of an answer and answers a second (medians of the rounds)",
        (
            "load",
            "peer",
            "p50 ms, 1 conn.",
            "p99 ms, 1 conn.",
            "p50 ms, 8 conn.",
            "p99 ms, 8 conn.",
            "a second, 32 conn.",
        ),
    )
    added = Table(
        "Added to the bare proxy's time at one connection",
        ("load", "p50 ms (goal 1.5)", "p99 ms (goal 5)"),
    )
    for load in loads():
        for name in (GATEWAY, BARE, NGINX, MITMPROXY):
            if (load.name, name, 1) not in found:
                continue
            one, eight, many = (found[load.name, name, level] for level in LEVELS)
            times.add(
                load.name,
                name,
                *(f"{_median(rows, 'median'):.2f}" for rows in (one,)),
                f"{_median(one, 'worst'):.2f}",
                f"{_median(eight, 'median'):.2f}",
                f"{_median(eight, 'worst'):.2f}",
                f"{_median(many, 'rate'):.0f}",
            )
        mine, bare = found[load.name, GATEWAY, 1], found[load.name, BARE, 1]
        added.add(
            load.name,
            *(f"{_median(mine, field) - _median(bare, field):+.2f}" for field in ("median", "worst")),
        )
    mitm = Table(
        "mitmproxy with an add-on that translates the rate call, against the gateway (goal: at least 3 times the CPU)",
        ("connections", "times the gateway's CPU", "spread", "times its p50"),
    )
    for level in LEVELS:
        other, mine = found["rate", MITMPROXY, level], found["rate", GATEWAY, level]
        many_times = _ratios(other, mine)
        mitm.add(
            str(level),
            f"{statistics.median(many_times):.1f}",
            f"{min(many_times):.1f} to {max(many_times):.1f}",
            f"{_median(other, 'median') / _median(mine, 'median'):.1f}",
        )
    memory = Table("Peak resident memory over all of it", ("peer", "MB"))
    for name, peak in peaks.items():
        memory.add(name, f"{peak:.0f}")
    how = (
        f"`python -m tests.bench proxy {rounds}`: {rounds} rounds, every peer in each of them with the same requests, "
        "over plain HTTP on loopback (what TLS costs is the same for all, and would make the ratios look better). "
        "A ratio is of the same round's figures; the median of the rounds stands in the columns, the lowest and "
        "the highest beside it. The origin is nginx with fixed answers. Every peer closes each connection of a client. "
        "The gateway checks the access key, journals each exchange and, for ship, commits the ledger to disk."
    )
    write_section("Beside a bare proxy", how, [ratios, added, mitm, times, memory])


def _ratios(mine: Sequence[Figures], others: Sequence[Figures]) -> list[float]:
    return [one.cpu / other.cpu for one, other in zip(mine, others, strict=True)]


def _cpu(rows: Sequence[Figures]) -> float:
    return _median(rows, "cpu")


def _median(rows: Sequence[Figures], field: str) -> float:
    return float(statistics.median(getattr(row, field) for row in rows))
