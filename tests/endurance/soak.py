"""Many stations for minutes while UPS misbehaves: no error that UPS did not cause, memory flat, nothing lost.

The rule: each fault strikes one call, so no more programs may be told of an error than faults were injected; and once
the faults end, so do the errors.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.endurance.judging import Judgement, judge
from tests.endurance.station import Line, Order, work
from tests.house import House, a_house

FAULTS: tuple[dict[str, Any], ...] = (
    {"status": 400},
    {"status": 401, "body": {"response": {"errors": [{"code": "250002", "message": "Invalid Authentication"}]}}},
    {"status": 429},
    {"status": 500},
    {"status": 502, "raw": "<html><body>Bad Gateway</body></html>"},
    {"status": 503},
    {"status": 200, "raw": "<html><body>Maintenance</body></html>"},
    {"status": 200, "raw": ""},
    {"drop": "before"},
    {"drop": "after"},
    {"delay_ms": 500},
)
SHARE = 0.05
"""Of the calls that are faulted."""
GROWTH = 5.0
"""MB by which the last quarter may lie above the second."""
MOMENT = 1.0
"""Seconds between looks at the memory."""


@dataclass
class Mischief:
    """Arms a fault for one call in twenty."""

    house: House
    chance: Random
    injected: int = 0
    armed: bool = True

    async def maybe(self) -> None:
        if self.armed and self.chance.random() < SHARE:
            self.injected += 1
            await self.house.ups.fault(path="^/api/", times=1, **self.chance.choice(FAULTS))


@dataclass
class Memory:
    """Resident memory of a process over time, in MB."""

    pid: int
    seen: list[float] = field(default_factory=list)

    async def watch(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(MOMENT)
            self.seen.append(self._resident())

    def _resident(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        return int(kilobytes) / 1024

    def quarter(self, number: int) -> float:
        """The median of the second, third or fourth quarter of all looks, at least four."""
        part = len(self.seen) // 4
        return statistics.median(self.seen[part * (number - 1) : part * number])


async def soak(folder: Path, *, minutes: float, stations: int, seed: int, afterwards: float = 10.0) -> Judgement:
    """`afterwards`: seconds without faults, at the end."""
    chance = Random(seed)
    async with a_house(folder) as house:
        await house.stop()
        mischief = Mischief(house, chance)
        line, stop = Line(house, before=mischief.maybe), asyncio.Event()
        orders: list[Order] = []
        await house.serve()
        line.up.set()
        memory = Memory(house.pid)
        async with asyncio.TaskGroup() as group:
            for number in range(stations):
                group.create_task(work(line, f"Station {number}", Random(chance.random()), orders, stop))
            await memory.watch(minutes * 60)
            mischief.armed = False
            await house.ups.send("DELETE", "/_control/faults")
            stop.set()
        errors, broken = line.errors.copy(), line.broken
        after = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for number in range(stations):
                group.create_task(work(line, f"Station {number} afterwards", Random(chance.random()), orders, after))
            await memory.watch(afterwards)
            after.set()
        await house.terminate()
        await house.start()
        judgement = await judge(house, orders)
    told = sum(errors.values())
    counts = {
        "minutes": round(minutes),
        "requests": line.requests,
        "faults injected": mischief.injected,
        "errors told to programs": told,
        **{f"- {words[:56]}": count for words, count in errors.most_common()},
        "errors once the faults had ended": sum(line.errors.values()) - told,
        "resident MB in the second quarter": round(memory.quarter(2)),
        "resident MB in the last quarter": round(memory.quarter(4)),
    }
    wrong = list(judgement.wrong)
    if told > mischief.injected:
        wrong.append("more errors than faults")
    if line.errors != errors:
        wrong.append(f"errors without faults: {line.errors - errors}")
    if broken:
        wrong.append(f"{broken} connections broken")
    if memory.quarter(4) - memory.quarter(2) > GROWTH:
        wrong.append("memory grows")
    return Judgement(counts | judgement.counts, tuple(wrong))
