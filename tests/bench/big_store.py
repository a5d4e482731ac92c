"""The store after years: python -m tests.bench store

The rule: two gateways, one with an empty store and one with a full one, get the same requests in turns; the full store
is made by copying the rows that a gateway itself wrote.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from aiohttp import ClientSession, CookieJar

from tests.bench.loads import loads
from tests.bench.old_client import ask_all
from tests.bench.origin import origin
from tests.bench.peers import Site
from tests.bench.processes import Program
from tests.bench.proxy import BEHIND
from tests.bench.report import Table, write_section
from tests.web.administering import exchange
from ups_gateway.model import Account
from ups_gateway.oauth.vault import FernetVault, parse_key
from ups_gateway.web.admin.session import new_link
from ups_gateway.web.admin.worklist import KEYS_SHOWN

EXCHANGES: Final = 1_000_000
KEYS: Final = 10_000
PROFILES: Final = 200
DAYS: Final = 90
ROUNDS: Final = 5
REQUESTS: Final = 200
PAGES: Final = 10


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two gateways."""

    program: Program
    browser: ClientSession


async def main() -> None:
    requests: dict[str, list[float]] = {"empty": [], "full": []}
    pages: dict[str, list[float]] = {"empty": [], "full": []}
    with tempfile.TemporaryDirectory() as text:
        async with AsyncExitStack() as stack:
            folder = Path(text)
            answers = {one.rest_path: one.reply for one in loads()}
            ups = await stack.enter_async_context(origin(folder / "origin", answers))
            sides = {}
            for name in ("empty", "full"):
                site = Site(folder / name, ups.port)
                await site.seed()
                await (fill(site, EXCHANGES, KEYS) if name == "full" else fill(site, 0, KEYS_SHOWN))
                sides[name] = await _side(site, stack)
            for number in range(-1, ROUNDS):
                for name in ("empty", "full") if number % 2 else ("full", "empty"):
                    cpu = await _requests(sides[name], number)
                    page = await _pages(sides[name])
                    if number >= 0:
                        requests[name].append(cpu)
                        pages[name].append(page)
        sizes = await _retention(folder / "full")
    table = Table("CPU of the gateway, milliseconds", ("measure", "goal", "empty", "full", "ratio", "spread"))
    for what, found in (("rate request", requests), ("status page", pages)):
        ratios = [full / empty for full, empty in zip(found["full"], found["empty"], strict=True)]
        table.add(
            what,
            "<= 1.2",
            *(f"{statistics.median(found[name]):.2f}" for name in ("empty", "full")),
            f"{statistics.median(ratios):.2f}",
            f"{min(ratios):.2f} to {max(ratios):.2f}",
        )
    kept = Table("The file, in megabytes", ("when", "MB"))
    for when, size in sizes.items():
        kept.add(when, f"{size:.0f}")
    how = (
        f"`python -m tests.bench store`: {EXCHANGES:,} exchanges over {DAYS} days, {KEYS:,} access keys, {PROFILES} "
        f"profiles with an account each, against a store with as many profiles and accounts, {KEYS_SHOWN} keys (what "
        f"the page shows of the many) and no exchange; {ROUNDS} rounds of {REQUESTS} requests at eight "
        f"connections and {PAGES} status pages."
    )
    write_section("A big store", how, [table, kept])


async def _side(site: Site, stack: AsyncExitStack) -> Side:
    async with site.store() as store:
        link = await new_link(
            store, FernetVault(parse_key(site.environ["UPS_GATEWAY_KEY"], "UPS_GATEWAY_KEY")), "", datetime.now(UTC)
        )
    program = await stack.enter_async_context(site.serving())
    session = ClientSession(f"http://127.0.0.1:{site.admin_port}", cookie_jar=CookieJar(unsafe=True))
    browser = await stack.enter_async_context(session)
    async with browser.post("/sign-in", data={"token": link.partition("token=")[2]}) as answer:
        assert answer.status == 200, answer.status
    return Side(program, browser)


async def _requests(side: Side, number: int) -> float:
    load = loads()[0]
    begun = side.program.cpu()
    await ask_all(side.program.port, [load.request(f"{number}-{one}") for one in range(REQUESTS)], 8)
    await asyncio.sleep(BEHIND)
    return (side.program.cpu() - begun) * 1000 / REQUESTS


async def _pages(side: Side) -> float:
    begun = side.program.cpu()
    for _ in range(PAGES):
        async with side.browser.get("/") as answer:
            assert answer.status == 200, answer.status
            await answer.read()
    return (side.program.cpu() - begun) * 1000 / PAGES


# --- years ------------------------------------------------------------------------------------------------------------


async def fill(site: Site, exchanges: int, keys: int) -> None:
    """What years leave in the store; or what it has on its first day, with as much to show on its page."""
    async with site.store() as store:
        (account, *_) = await store.accounts()
        (key, *_) = await store.keys()
        store.note_exchange(exchange(account, datetime.now(UTC) - timedelta(days=1), key=key.id))
        for number in range(PROFILES):
            name = f"Dock {number}"
            profile = await store.add_profile(name, "origin", account.environment)
            await store.add_account(Account(0, f"B{number:05}", account.environment, name, profile=profile.id))
        await store.flush()
    begun = time.perf_counter()
    with closing(sqlite3.connect(site.store_file)) as db:
        multiply(db, "exchanges", exchanges, {"at": _moment(f"-(n % {DAYS * 1440}) || ' minutes'")})
        multiply(db, "access_keys", keys, {"licence": "printf('LICENCE0%08d', n)", "status": "'active'"})
        db.execute("INSERT OR IGNORE INTO key_accounts SELECT id, account FROM access_keys")
        db.commit()
    print(f"the store was filled in {time.perf_counter() - begun:.0f} s", flush=True)


def multiply(db: sqlite3.Connection, table: str, times: int, changes: Mapping[str, str]) -> None:
    """Copies of the table's first row, in which SQL of `n` says what differs."""
    columns = [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})") if name != "id"]
    values = ", ".join(changes.get(name, name) for name in columns)
    db.execute(
        f"WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n <= {times})"
        f" INSERT INTO {table} ({', '.join(columns)})"
        f" SELECT {values} FROM count, (SELECT * FROM {table} ORDER BY id LIMIT 1) WHERE n <= {times}"
    )


def _moment(modifier: str) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now', {modifier})"


async def _retention(folder: Path) -> Mapping[str, float]:
    """The file's size when it is full, and after the oldest third went and as much came again, twice."""
    file = folder / "data" / "gateway.db"
    sizes = {"full": _size(file)}
    with closing(sqlite3.connect(file)) as db:
        for when in ("a third was deleted and came again", "once more"):
            third = EXCHANGES // 3
            db.execute(f"DELETE FROM exchanges WHERE id IN (SELECT id FROM exchanges ORDER BY at LIMIT {third})")
            multiply(db, "exchanges", third, {"at": _moment("-(n % 1440) || ' minutes'")})
            db.commit()
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            sizes[when] = _size(file)
    return sizes


def _size(file: Path) -> float:
    return file.stat().st_size / 1_000_000
