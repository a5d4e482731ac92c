"""How long it takes, measured and never asserted: python -m tests.bench

The rule: a line a thing, in milliseconds, beside what it should stay below on an idle machine. The best of the rounds
is the code's own time; the median is what a person waits.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from tests.simulator.asking import Desk, rating
from tests.web.administering import Gateway, a_gateway, exchange
from ups_gateway.model import Secret
from ups_gateway.store.passwords import Passwords

PAGES = ("/", "/traffic", "/report", "/profiles/1")


async def main() -> None:
    print(f"{'milliseconds':60}{'best':>9}{'median':>9}{'below':>9}")
    desk, body = Desk(), rating()
    await measure("simulator: a shop call", 3, 20, in_place(lambda: desk.rate(body, "Shop")))
    await measure("simulator: a shipment with its label", 30, 20, in_place(desk.ship))
    await measure_a_known_password()
    with tempfile.TemporaryDirectory() as folder:
        async with a_gateway(Path(folder)) as gateway:
            await gateway.sign_in()
            await busy(gateway)
            for path in PAGES:
                await measure(f"page {path}: 200 accounts, 5000 requests", 100, 20, partial(shown, gateway, path))


async def measure(what: str, below: float, rounds: int, run: Callable[[], Awaitable[object]]) -> None:
    """One line. The first round warms up and does not count."""
    took = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        await run()
        took.append((time.perf_counter() - begun) * 1000)
    print(f"{what:60}{min(took[1:]):9.3f}{statistics.median(took[1:]):9.3f}{below:9g}")


def in_place(run: Callable[[], object]) -> Callable[[], Awaitable[None]]:
    async def awaited() -> None:
        run()

    return awaited


async def measure_a_known_password() -> None:
    passwords = Passwords()
    stored = await passwords.hash(Secret("demo"))
    await measure("a password that is known already", 1, 1000, lambda: passwords.verify(stored, Secret("demo")))
    await passwords.close()


async def busy(gateway: Gateway) -> None:
    """Two hundred accounts of three profiles, and a busy day of them."""
    profiles = [await gateway.consent(f"Dock {number}") for number in range(3)]
    accounts = [
        await gateway.account(f"A{number:05}", profile=profiles[number % 3].id, nickname=f"Shop {number}")
        for number in range(200)
    ]
    now = gateway.clock.utc()
    for number in range(5000):
        at = now - timedelta(seconds=17 * number)
        outcome = "unreachable" if number % 50 == 0 else "ok"
        row = exchange(accounts[number % 200], at, outcome=outcome, user_agent=f"Cart/{number % 7}")
        gateway.store.note_exchange(row)
    await gateway.store.flush()


async def shown(gateway: Gateway, path: str) -> None:
    page = await gateway.get(path)
    assert page.status == 200, page.status
    assert path != "/" or page.text.count('<tr id="account-') == 200


if __name__ == "__main__":
    asyncio.run(main())
