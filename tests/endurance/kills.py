"""kill -9 at random moments while stations ship.

The rule: the gateway is a program of its own on the same data; the simulated UPS and the stations outlive it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

from tests.endurance.judging import Judgement, judge
from tests.endurance.station import IN_DOUBT, Line, Order, work
from tests.house import a_house

LONGEST = 0.5
"""Seconds that a gateway lives at most once it listens."""
SLOWNESS_MS = (0, 5, 20, 60)
"""Of UPS, in turn, so that kills find calls under way."""


async def kills(folder: Path, *, times: int, stations: int, seed: int) -> Judgement:
    chance = Random(seed)
    async with a_house(folder) as house:
        await house.stop()
        line, stop = Line(house), asyncio.Event()
        orders: list[Order] = []
        async with asyncio.TaskGroup() as group:
            for number in range(stations):
                group.create_task(work(line, f"Station {number}", Random(chance.random()), orders, stop))
            for number in range(times):
                await house.ups.send("DELETE", "/_control/faults")
                if SLOWNESS_MS[number % len(SLOWNESS_MS)]:
                    await house.ups.fault(path="/(ship|void|token)", delay_ms=SLOWNESS_MS[number % len(SLOWNESS_MS)])
                await house.serve()
                line.up.set()
                await asyncio.sleep(chance.uniform(0, LONGEST))
                line.up.clear()
                await house.kill()
            await house.ups.send("DELETE", "/_control/faults")
            await house.serve()
            stop.set()
            line.up.set()
        await house.terminate()
        await house.start()
        for _ in range(120):  # minutes: what was never accepted is voided
            house.clock.advance(60)
            await house.gateway.shipping.step(house.clock.utc())
        judgement = await judge(house, orders)
    wrong = [f"{count} x {words}" for words, count in line.errors.items() if IN_DOUBT not in words]
    counts = {
        "kills": times,
        "connections broken or refused": line.broken,
        "programs told that the outcome is unknown": sum(line.errors.values()),
    }
    return Judgement(counts | judgement.counts, (*judgement.wrong, *wrong))
