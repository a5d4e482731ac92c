"""How long it takes, measured and never asserted: python -m tests.bench [page]

The rule: a line a thing, in milliseconds, beside what it should stay below on an idle machine. The best of the rounds
is the code's own time; the median is what a person waits, and 99 of 100 wait no longer than the third figure says.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import uvloop

from tests.bench import big_store, expiry, far, floor, life, metrics, proxy, translation
from tests.bench.pages import measure_pages
from tests.simulator.asking import Desk, rating
from ups_gateway.model import Account, Secret
from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.store.passwords import Passwords
from ups_gateway.store.sqlite import open_store

COMMANDS: Mapping[str, Callable[..., Awaitable[None]]] = {
    "proxy": proxy.main,
    "translate": translation.main,
    "floor": floor.main,
    "start": life.main,
    "metrics": metrics.main,
    "far": far.main,
    "expiry": expiry.main,
    "store": big_store.main,
}


async def main(only: str, *how: str) -> None:
    if only in COMMANDS:
        await COMMANDS[only](*how)
        return
    if only not in ("", "page"):
        raise SystemExit(f"one of page, {', '.join(COMMANDS)}, or nothing")
    if only != "page":
        await measure_what_is_made()
    await measure_pages()


async def measure_what_is_made() -> None:
    print(f"{'milliseconds':60}{'best':>9}{'median':>9}{'below':>9}")
    desk, body = Desk(), rating()
    await measure("simulator: a shop call", 3, 20, in_place(lambda: desk.rate(body, "Shop")))
    await measure("simulator: a shipment with its label", 30, 20, in_place(desk.ship))
    await measure_a_known_password()
    await measure_the_accounts_of_a_key()


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


async def measure_the_accounts_of_a_key() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(Path(folder) / "store.db", FernetVault(make_key()))
        accounts = [await store.add_account(Account(0, f"A{number:05}", "production")) for number in range(200)]
        wanted = [account.id for account in accounts[:10]]
        await measure("store: ten of 200 accounts", 1, 200, lambda: store.accounts(wanted))
        await store.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(*sys.argv[1:] or [""]))
