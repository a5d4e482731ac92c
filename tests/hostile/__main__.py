"""What each hostile request costs the gateway, measured and never asserted: python -m tests.hostile [ROUNDS]

The rule: CPU time of the whole process of a gateway that runs as in service, all its threads, from the request's first
byte to the end of its answer. The best of the rounds is its own time; the others hold what else the gateway did then.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.hostile.every import EVERY
from tests.hostile.place import Place, a_place
from tests.hostile.requests import Hostile

BELOW = 50.0
"""Milliseconds."""
MARKS = (1, 2, 5, 10, 20, 30, 40, 50, 100, 1000)
WORST = 20


async def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with a_place(Path(folder)) as place:
            before = place.memory()
            costs = {row.name: min([await cost(place, row) for _ in range(rounds)]) for row in EVERY}
            report(costs)
            print(f"memory: {before / 1e6:.0f} MB at its most before them, {place.memory() / 1e6:.0f} MB after")


async def cost(place: Place, hostile: Hostile) -> float:
    """Milliseconds of CPU."""
    before = place.spent()
    await place.send(hostile)
    return place.spent() - before


def report(costs: dict[str, float]) -> None:
    below = 0.0
    for mark in MARKS:
        count = sum(below <= took < mark for took in costs.values())
        print(f"{count:6} took {below:g} to {mark:g} ms of CPU" if count else "", end="\n" if count else "")
        below = mark
    print(f"{'the worst':62}{'milliseconds':>13}{'bytes':>12}")
    sizes = {row.name: len(row.body) + len(row.head) for row in EVERY}
    for name in sorted(costs, key=lambda name: -costs[name])[:WORST]:
        print(f"{name:62}{costs[name]:13.1f}{sizes[name]:12}")
    over = sum(took >= BELOW for took in costs.values())
    print(f"{len(costs)} requests, {over} at or above {BELOW:g} ms")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
