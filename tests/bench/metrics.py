"""What a scrape of /metrics takes: 200 profiles with consents, and a ledger of a million rows.

The rule: the gateway is a program of its own and is asked over a socket, first at rest and then while old programs
send requests. The ledger is filled by SQL, through the same triggers as ever.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from aiohttp import ClientSession

from tests.bench.pages import PACE, ROUNDS, programs
from tests.house import House, a_house
from ups_gateway.model import Account, Secret

PROFILES: Final = 200
ROWS: Final = 1_000_000
BELOW: Final = 50
_FILL: Final = """
    INSERT INTO shipments (kind, access_key, account, environment, dialect, operation, state, fingerprint, created_at,
        changed_at, number, tracking_numbers, delivered, void_cause, void_tries, running_seconds, note)
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
    SELECT 'shipment', 1, 1, 'production', 'xml', 'ship_confirm', iif(n % 50, 'accepted', 'voided'),
        CAST(n AS BLOB), ?2, ?2, '', '[]', 1, '', 0, 0, '' FROM numbers
"""


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with a_house(Path(folder)) as house:
            print(f"filling a store: {PROFILES} profiles, {ROWS} rows of the ledger", flush=True)
            await connect(house)
            now = house.clock.utc().isoformat(timespec="microseconds")
            await house.stop()
            with closing(sqlite3.connect(house.data / "gateway.db")) as store, store:
                store.execute(_FILL, (ROWS, now))
            await house.serve()
            async with ClientSession() as watcher:
                await measure(watcher, house, "at rest")
                async with programs(house):
                    await measure(watcher, house, f"{PACE:g} requests a second")
            await house.terminate()


async def connect(house: House) -> None:
    """Profiles with the pair that a person got, each with an account."""
    store, now, tokens = house.gateway.store, house.clock.utc(), house.profile.tokens
    assert tokens is not None
    pair = replace(tokens, access_token=Secret("a" * 1500), refresh_expires_at=now + timedelta(days=60))
    for number in range(1, PROFILES):
        profile = await store.add_profile(f"Dock {number}", "demo", "production")
        await store.put_tokens(profile.id, pair, at=now, consent=True)
        await store.add_account(Account(0, f"B{number:05}", "production", profile=profile.id))


async def measure(watcher: ClientSession, house: House, how: str) -> None:
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        async with watcher.get(f"{house.pages}/metrics") as answer:
            text = await answer.text()
        took.append((time.perf_counter() - begun) * 1000)
    assert f'{{environment="production",state="accepted"}} {ROWS - ROWS // 50}' in text.replace(".0\n", "\n")
    worst = statistics.quantiles(took, n=100, method="inclusive")[-1]
    print(f"\n{f'milliseconds, {how}':44}{'first':>9}{'median':>9}{'99 %':>9}{'below':>9}")
    print(f"{'/metrics':44}{took[0]:9.1f}{statistics.median(took):9.1f}{worst:9.1f}{BELOW:9}", flush=True)
    print(f"{len(text.splitlines())} lines, {len(text)} bytes")
