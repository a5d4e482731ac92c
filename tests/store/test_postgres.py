"""What is true of the PostgreSQL database: its tables, its failures, and who writes when."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from tests.store.conftest import NOW
from tests.store.server import Server, place_of
from tests.store.test_journal import RECORD
from tests.store.test_ledger import ROW
from ups_gateway.errors import StoreFailed
from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.store import Store, Vault
from ups_gateway.store.postgres import open_store
from ups_gateway.store.postgres.database import Connection, Database
from ups_gateway.store.sqlite.schema import MIGRATIONS

ONE = (("CREATE TABLE one (a INTEGER UNIQUE)",),)


@pytest.fixture
async def place(postgres: Server, path: Path) -> str:
    return await place_of(postgres, path)


@pytest.fixture
async def store(place: str, vault: Vault) -> AsyncIterator[Store]:
    opened = await open_store(place, vault)
    yield opened
    await opened.close()


async def test_many_who_make_the_same_tables_all_get_them(place: str, vault: Vault) -> None:
    stores = await asyncio.gather(*(open_store(place, vault) for _ in range(5)))
    for number, store in enumerate(stores):
        await store.put(f"{number}", "written")
    assert [await stores[0].get(f"{number}") for number in range(5)] == ["written"] * 5
    await asyncio.gather(*(store.close() for store in stores))


async def test_migrations_run_once_in_order_and_whole_or_not_at_all(place: str) -> None:
    await (await Database.open(place, ONE)).close()
    with pytest.raises(StoreFailed, match="syntax error"):
        await Database.open(place, (*ONE, ("CREATE TABLE two (a INTEGER)", "NONSENSE")))
    database = await Database.open(place, (*ONE, ("CREATE TABLE two AS SELECT count(*) AS a FROM one",)))
    assert [tuple(row) for row in await database.read("SELECT a FROM two")] == [(0,)]
    await database.close()


async def test_tables_of_a_newer_version_are_left_alone(place: str, vault: Vault) -> None:
    newer = (*MIGRATIONS, ("CREATE TABLE more (a INTEGER)",))
    await (await open_store(place, vault, migrations=newer)).close()
    with pytest.raises(StoreFailed, match=rf"newer ups-gateway \(schema {len(newer)}"):
        await open_store(place, vault)


async def test_a_password_that_is_wrong_is_said_without_showing_it(place: str, vault: Vault) -> None:
    with pytest.raises(StoreFailed) as failed:
        await open_store(place.replace("throw-away", "something-else"), vault)
    server = place.partition("@")[2].partition("?")[0]
    assert failed.value.message == (
        f'The store postgresql://{server} failed: password authentication failed for user "postgres".'
    )


async def test_a_server_that_goes_away_is_said_and_comes_back_by_itself(store: Store, postgres: Server) -> None:
    row = await store.add_shipment(ROW)
    postgres.stop()
    try:
        with pytest.raises(StoreFailed, match=r"The store postgresql://127\.0\.0\.1"):
            await store.check()
        with pytest.raises(StoreFailed, match="Connect call failed"):
            await store.add_shipment(ROW)
        store.note_exchange(RECORD)
        with pytest.raises(StoreFailed, match="Connect call failed"):
            await store.flush()
    finally:
        postgres.start()
    await store.check()
    assert await store.shipments_by_fingerprint(ROW.fingerprint, NOW) == [row]
    assert await store.exchanges() == [RECORD]


async def test_a_unit_of_work_that_fails_leaves_nothing_and_the_next_is_not_hindered(place: str) -> None:
    database = await Database.open(place, ONE)

    async def work(db: Connection) -> None:
        await db.execute("INSERT INTO one VALUES (?)", (1,))
        await db.execute("INSERT INTO one VALUES (?)", (1,))

    with pytest.raises(ValueError, match="refuses it: duplicate key value"):
        await database.write(work)
    await database.change("INSERT INTO one VALUES (:a)", {"a": 3})
    assert [row["a"] for row in await database.read("SELECT a FROM one")] == [3]
    await database.close()


async def test_a_cancelled_unit_of_work_ends_whole_before_the_next_of_any_gateway_begins(place: str) -> None:
    here, elsewhere = [await Database.open(place, ONE) for _ in range(2)]
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work(db: Connection) -> None:
        await db.execute("INSERT INTO one VALUES (1)", ())
        begun.set()
        await go_on.wait()
        await db.execute("INSERT INTO one VALUES (2)", ())

    writing = asyncio.create_task(here.write(work))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    following = asyncio.create_task(
        elsewhere.write(lambda db: db.execute("INSERT INTO one SELECT count(*) + 10 FROM one", ()))
    )
    assert await elsewhere.read("SELECT a FROM one") == []
    go_on.set()
    await following
    assert [row["a"] for row in await here.read("SELECT a FROM one ORDER BY a")] == [1, 2, 12]
    await asyncio.gather(here.close(), elsewhere.close())


async def test_a_closed_store_says_so(store: Store) -> None:
    await store.close()
    for asking in (store.shipments, partial(store.add_shipment, ROW)):
        with pytest.raises(StoreFailed, match="is closed"):
            await asking()


async def test_a_rotated_key_seals_all_anew(place: str, store: Store) -> None:
    key = make_key()
    sealed = FernetVault(key).seal(b"what was captured")
    await store.add_capture(NOW, sealed)
    vault = FernetVault(key.rotated())
    rotated = await open_store(place, vault)
    assert await rotated.reseal() == 1
    ((_, anew),) = await rotated.captures(NOW)
    assert (vault.open(anew), anew == sealed) == (b"what was captured", False)
    assert await rotated.reseal() == 0
    await rotated.close()


HOLDER = """
import asyncio, sys
from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.store.postgres import open_store

async def main():
    store = await open_store(sys.argv[1], FernetVault(make_key()))
    async with store.lock("profile-1"):
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_lock_is_held_by_one_and_ends_with_a_killed_process(place: str, store: Store) -> None:
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, place, stdout=asyncio.subprocess.PIPE)
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    async with store.lock("profile-2"):
        waiting = asyncio.create_task(_held(store, "profile-1"))
        await asyncio.wait({waiting}, timeout=0.05)
        assert not waiting.done()
        holder.kill()
        await waiting
    assert await holder.wait() == -signal.SIGKILL


async def test_a_cancelled_wait_for_a_lock_takes_nothing(store: Store) -> None:
    async with store.lock("profile-1"):
        waiting = asyncio.create_task(_held(store, "profile-1"))
        await asyncio.wait({waiting}, timeout=0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await _held(store, "profile-1")


async def _held(store: Store, name: str) -> None:
    async with store.lock(name):
        pass
