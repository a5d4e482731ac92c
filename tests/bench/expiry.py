"""A thousand requests that wait for one token: python -m tests.bench expiry

The rule: the gateway believes its token expired because its clock was moved, UPS takes its time to renew it, and what
the same requests take with a good token is measured just before.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Final

from tests.bench.loads import loads
from tests.bench.old_client import ask_all
from tests.bench.report import Table, write_section
from tests.house import House, a_house

REQUESTS: Final = 1000
ROUNDS: Final = 5
REFRESH: Final = 2.0
"""Seconds that UPS takes to renew a token."""
LIFE: Final = 15_000.0
"""Longer than a token lives."""
ROOM: Final = {"limits.requests": "1200", "limits.connections": "2500"}


async def main() -> None:
    good, expired, over, refreshes = [], [], [], []
    with tempfile.TemporaryDirectory() as text:
        async with a_house(Path(text), settings=ROOM) as house:
            await _all(house, "first")
            for number in range(ROUNDS):
                good.append(await _all(house, f"good-{number}"))
                house.clock.advance(LIFE)
                await house.ups.send("DELETE", "/_control/calls")
                await house.ups.send(
                    "POST",
                    "/_control/faults",
                    json=[{"path": "/oauth/refresh", "delay_ms": int(REFRESH * 1000), "times": 1}],
                )
                expired.append(await _all(house, f"expired-{number}"))
                refreshes.append(await house.calls("/oauth/refresh"))
                over.append((expired[-1] - REFRESH) / good[-1])
    table = Table(
        f"{REQUESTS} rate requests at once, seconds until the last answer (medians)",
        ("measure", "goal", "median", "lowest", "highest"),
    )
    for name, goal, values in (
        ("with a good token", "", good),
        (f"token expired, UPS takes {REFRESH:g} s", "", expired),
        ("the latter without the refresh, times the former", "<= 1.2", over),
        ("refreshes", "1", refreshes),
    ):
        table.add(name, goal, *(f"{one:.2f}" for one in (statistics.median(values), min(values), max(values))))
    how = (
        f"`python -m tests.bench expiry`: {ROUNDS} rounds; gateway, simulated UPS and programs share one process here, "
        "so only the ratio means something. Every request was answered well."
    )
    write_section("A token expires", how, [table])


async def _all(house: House, label: str) -> float:
    load = loads()[0]
    _, seconds = await ask_all(house.port, [load.request(f"{label}-{one}") for one in range(REQUESTS)], REQUESTS)
    return seconds
