"""What is true of the SQLite file: its mode, its schema, its failures, and what a kill leaves behind."""

import asyncio
import os
import re
import signal
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from tests.store.conftest import DAY, MINUTE, NOW
from tests.store.test_journal import RECORD
from tests.store.test_ledger import FULL, ROW
from ups_gateway.errors import StoreFailed
from ups_gateway.model import State
from ups_gateway.oauth.vault import FernetVault, Key, make_key, write_key_file
from ups_gateway.store import Store, Vault
from ups_gateway.store.sqlite import open_store
from ups_gateway.store.sqlite.database import Database
from ups_gateway.store.sqlite.schema import MIGRATIONS


@pytest.fixture
async def store(path: Path, vault: Vault) -> AsyncIterator[Store]:
    opened = await open_store(path, vault)
    yield opened
    await opened.close()


@pytest.fixture
def raw(store: Store, path: Path) -> Iterator[sqlite3.Connection]:
    """A stranger's connection to the file."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as db:
        yield db


async def test_the_file_is_for_its_owner_alone_whatever_the_umask(path: Path, vault: Vault) -> None:
    before = os.umask(0)
    try:
        store = await open_store(path, vault)
        await store.put("name", "value")
    finally:
        os.umask(before)
    assert _modes(path.parent) == dict.fromkeys(("store.db", "store.db-wal", "store.db-shm", "store.db.use.lock"), 384)
    assert _modes(path.parent.parent) == {path.parent.name: 0o700}
    await store.close()


async def test_a_file_that_was_opened_to_others_is_closed_to_them_again(path: Path, vault: Vault) -> None:
    await (await open_store(path, vault)).close()
    _open_to_others(path)
    await (await open_store(path, vault)).close()
    assert _modes(path.parent) == {"store.db": 0o600, "store.db.use.lock": 0o600}


async def test_the_schema_is_the_newest_and_every_index_and_reference_holds(raw: sqlite3.Connection) -> None:
    assert raw.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert raw.execute("PRAGMA foreign_key_check").fetchall() == []


async def test_a_connection_writes_through_keeps_references_and_overwrites_what_it_deletes(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "store.db", MIGRATIONS)
    for name, value in (("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)):
        ((found,),) = await database.write(partial(_pragma, name))
        assert (name, found) == (name, value)
    await database.close()
    await database.close()


async def test_migrations_run_once_in_order_and_whole_or_not_at_all(path: Path) -> None:
    first = (("CREATE TABLE one (a)", "INSERT INTO one VALUES (1)"),)
    await (await Database.open(path, first)).close()
    with pytest.raises(StoreFailed, match="syntax error"):
        await Database.open(path, (*first, ("CREATE TABLE two (a)", "NONSENSE")))
    database = await Database.open(path, (*first, ("CREATE TABLE two AS SELECT a + 1 AS a FROM one",)))
    assert [tuple(row) for row in await database.read("SELECT * FROM two")] == [(2,)]
    assert [tuple(row) for row in await database.read("PRAGMA user_version")] == [(2,)]
    await database.close()


async def test_a_file_of_a_newer_version_is_left_alone(store: Store, raw: sqlite3.Connection, path: Path) -> None:
    raw.execute("PRAGMA user_version=99")
    with pytest.raises(StoreFailed, match=r"newer ups-gateway \(schema 99"):
        await open_store(path, FernetVault(make_key()))


async def test_many_who_make_the_same_new_file_all_get_it(path: Path, vault: Vault) -> None:
    stores = await asyncio.gather(*(open_store(path, vault) for _ in range(8)))
    for number, store in enumerate(stores):
        await store.put(f"{number}", "written")
    assert [await stores[0].get(f"{number}") for number in range(8)] == ["written"] * 8
    await asyncio.gather(*(store.close() for store in stores))


async def test_a_new_file_that_another_process_is_making_is_waited_for(path: Path) -> None:
    _put(path, b"")
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreFailed, match="another process has kept it locked"):
            await Database.open(path, MIGRATIONS, busy_seconds=0.05)
        opening = asyncio.create_task(Database.open(path, MIGRATIONS))
        await asyncio.wait({opening}, timeout=0.1)
        assert not opening.done()
        db.execute("COMMIT")
    await (await opening).close()


async def test_a_file_that_is_no_database_is_said_to_be_none(path: Path, vault: Vault) -> None:
    _put(path, b"not a database at all" * 100)
    with pytest.raises(StoreFailed, match="is not a store of the gateway, or it is damaged"):
        await open_store(path, vault)


async def test_a_damaged_file_is_said_to_be_damaged(path: Path, vault: Vault) -> None:
    store = await open_store(path, vault)
    for _ in range(50):
        await store.add_shipment(replace(FULL, sealed_reply=os.urandom(4000)))
    await store.close()
    spoil(path)
    damaged = await open_store(path, vault)
    with pytest.raises(StoreFailed, match="damaged"):
        await damaged.shipments()
    await damaged.close()


async def test_a_directory_in_the_place_of_the_file_is_named(path: Path, vault: Vault) -> None:
    _put(path / "file", b"")
    with pytest.raises(StoreFailed, match=re.escape(f"The store {path} failed: Is a directory")):
        await open_store(path, vault)


async def test_a_full_disk_is_said_and_loses_nothing_that_was_written(path: Path) -> None:
    database = await Database.open(path, (("CREATE TABLE one (a)",),))
    await database.change("INSERT INTO one VALUES (1)", ())
    # A limit on the pages stands for the end of the disk; SQLite answers both with SQLITE_FULL.
    await database.write(partial(_pragma, "max_page_count=10"))
    written: list[str] = []
    with pytest.raises(StoreFailed, match="the disk is full"):
        await database.write(
            lambda db: db.execute("INSERT INTO one VALUES (zeroblob(1000000))"), on_disk=lambda: written.append("big")
        )
    await database.write(lambda db: db.execute("UPDATE one SET a = a"), on_disk=lambda: written.append("small"))
    assert written == ["small"]
    await database.change("INSERT INTO one VALUES (2)", ())
    assert [row["a"] for row in await database.read("SELECT a FROM one")] == [1, 2]
    await database.close()


async def test_a_file_locked_for_long_is_said_to_be_locked_and_reading_goes_on(
    store: Store, path: Path, raw: sqlite3.Connection
) -> None:
    database = await Database.open(path, MIGRATIONS, busy_seconds=0.2)
    raw.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(database.change("DELETE FROM links", ()))
    assert await database.read("SELECT * FROM links") == []
    with pytest.raises(StoreFailed, match="another process has kept it locked"):
        await writing
    raw.execute("ROLLBACK")
    assert (await database.change("DELETE FROM links", ())).rowcount == 0
    await database.close()


async def test_a_short_lock_of_another_process_is_waited_for(store: Store, raw: sqlite3.Connection) -> None:
    raw.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(store.add_shipment(ROW))
    await asyncio.wait({writing}, timeout=0.1)
    assert not writing.done()
    raw.execute("COMMIT")
    assert (await writing).state is State.INTENDED


async def test_the_check_notices_that_the_file_cannot_be_written(store: Store, raw: sqlite3.Connection) -> None:
    await store.check()
    raw.execute("DROP TABLE checks")
    with pytest.raises(StoreFailed, match="no such table"):
        await store.check()


async def test_notes_that_could_not_be_written_are_written_later(
    store: Store, raw: sqlite3.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    raw.execute("ALTER TABLE exchanges RENAME TO hidden")
    store.note_exchange(RECORD)
    with pytest.raises(StoreFailed, match="no such table"):
        await store.flush()
    raw.execute("ALTER TABLE hidden RENAME TO exchanges")
    assert await store.exchanges() == [RECORD]


async def test_a_failing_journal_is_logged_once_and_goes_on_by_itself(
    path: Path, vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    store = await open_store(path, vault, flush_seconds=0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("ALTER TABLE exchanges RENAME TO hidden")
        store.note_exchange(RECORD)
        await _until(lambda: len(caplog.records) == 1)
        db.execute("ALTER TABLE hidden RENAME TO exchanges")
        await _until(lambda: db.execute("SELECT count(*) FROM exchanges").fetchone() == (1,))
    assert len(caplog.records) == 1
    await store.close()


async def test_a_closed_store_says_so(path: Path, vault: Vault) -> None:
    store = await open_store(path, vault)
    await store.close()
    await store.close()
    with pytest.raises(StoreFailed, match="is closed"):
        await store.shipments()


async def test_closing_ends_the_unit_of_work_under_way_and_every_thread(path: Path) -> None:
    before = _threads()
    database = await Database.open(path, (("CREATE TABLE one (a)",),))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work(db: aiosqlite.Connection) -> None:
        await db.execute("INSERT INTO one VALUES (1)")
        begun.set()
        await go_on.wait()
        await db.execute("INSERT INTO one VALUES (2)")

    writing = asyncio.create_task(database.write(work))
    await begun.wait()
    closings = [asyncio.create_task(database.close()) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(StoreFailed, match="is closed"):
        await database.write(work)
    go_on.set()
    await asyncio.gather(writing, *closings)
    await _until(lambda: _threads() <= before)
    assert _rows(path, "SELECT a FROM one") == [(1,), (2,)]


async def test_a_cancelled_unit_of_work_ends_whole_before_the_next_begins(path: Path) -> None:
    database = await Database.open(path, (("CREATE TABLE one (a)",),))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work(db: aiosqlite.Connection) -> None:
        await db.execute("INSERT INTO one VALUES (1)")
        begun.set()
        await go_on.wait()
        await db.execute("INSERT INTO one VALUES (2)")

    writing = asyncio.create_task(database.write(work))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    following = asyncio.create_task(database.change("INSERT INTO one SELECT count(*) + 10 FROM one", ()))
    assert await database.read("SELECT a FROM one") == []
    go_on.set()
    await following
    assert [row["a"] for row in await database.read("SELECT a FROM one")] == [1, 2, 12]
    await database.close()


async def test_a_unit_of_work_that_fails_leaves_nothing_and_the_next_is_not_hindered(path: Path) -> None:
    database = await Database.open(path, (("CREATE TABLE one (a UNIQUE)",),))

    async def work(db: aiosqlite.Connection) -> None:
        await db.execute("INSERT INTO one VALUES (1)")
        await db.execute("INSERT INTO one VALUES (1)")

    with pytest.raises(ValueError, match="refuses it: UNIQUE constraint failed"):
        await database.write(work)
    await database.change("INSERT INTO one VALUES (3)", ())
    assert [row["a"] for row in await database.read("SELECT a FROM one")] == [3]
    await database.close()


async def test_a_close_that_is_cancelled_leaves_no_thread(path: Path, vault: Vault) -> None:
    before = _threads()
    store = await open_store(path, vault)
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    await _until(lambda: _threads() <= before)


def test_a_loop_that_ends_amid_a_unit_of_work_leaves_nothing_of_it(path: Path) -> None:
    async def work(db: aiosqlite.Connection) -> None:
        await db.execute("INSERT INTO one VALUES (1)")
        asyncio.get_running_loop().call_soon(ended.set)
        await asyncio.Event().wait()

    async def main() -> None:
        database = await Database.open(path, (("CREATE TABLE one (a)",),))
        writing = asyncio.create_task(database.write(work))
        await ended.wait()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        await database.close()

    ended = asyncio.Event()
    asyncio.run(main())
    assert _rows(path, "SELECT a FROM one") == []


async def test_erased_labels_are_in_no_file_any_more(store: Store, path: Path) -> None:
    await store.add_shipment(replace(FULL, state=State.ACCEPTED, sealed_reply=b"PERSONAL DATA" * 1000))
    assert b"PERSONAL DATA" in _all_bytes(path)
    assert await store.erase_sealed(NOW + DAY, NOW + DAY) == 1
    assert b"PERSONAL DATA" not in _all_bytes(path)


async def test_a_log_that_somebody_reads_all_the_while_is_said_not_to_be_empty(
    store: Store, raw: sqlite3.Connection
) -> None:
    await store.put("name", "value")
    raw.execute("BEGIN")
    raw.execute("SELECT * FROM settings").fetchall()
    await store.put("name", "other")
    with pytest.raises(StoreFailed, match="may still be read in the store's log"):
        await store.empty_log()
    raw.execute("ROLLBACK")
    await store.empty_log()


async def test_deleted_rows_are_in_no_file_any_more(store: Store, path: Path) -> None:
    await store.add_shipment(replace(FULL, state=State.ACCEPTED, note="PERSONAL DATA"))
    assert await store.delete_old(NOW + MINUTE, NOW) == 1
    assert b"PERSONAL DATA" not in _all_bytes(path)


WRITER = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from tests.store.test_ledger import FULL
from ups_gateway.oauth.vault import FernetVault, load_key
from ups_gateway.store.sqlite import open_store

async def main():
    path = Path(sys.argv[1])
    store = await open_store(path, FernetVault(load_key(path.with_name("key"), {})))
    while True:
        row = await store.add_shipment(replace(FULL, sealed_reply=bytes(20_000)))
        print(row.id, flush=True)

asyncio.run(main())
"""


async def test_a_kill_in_the_middle_of_writing_loses_nothing_that_was_answered(path: Path) -> None:
    key: Key = make_key()
    write_key_file(path.with_name("key"), key)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(30)]
    process.send_signal(signal.SIGKILL)
    lines += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    answered = {int(line) for line in lines if line.endswith(b"\n")}
    store = await open_store(path, FernetVault(key))
    rows = await store.shipments_by_fingerprint(FULL.fingerprint, NOW)
    assert answered <= {row.id for row in rows}
    assert len(rows) <= len(answered) + 1
    assert {row.sealed_reply for row in rows} == {bytes(20_000)}
    await store.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - a log and a file tell no event
            await asyncio.sleep(0.005)


async def _pragma(text: str, db: aiosqlite.Connection) -> Iterable[aiosqlite.Row]:
    return await db.execute_fetchall(f"PRAGMA {text}")


def _threads() -> set[threading.Thread]:
    """Without those of the event loop's executor, which stay for the next who needs one."""
    return {thread for thread in threading.enumerate() if not thread.name.startswith("asyncio_")}


def _rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def _modes(directory: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in directory.iterdir()}


def _open_to_others(path: Path) -> None:
    path.chmod(0o644)


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def spoil(path: Path, content: bytes | None = None) -> bytes:
    """Damages a file; by default its schema in front stays whole: it opens, and its rows cannot be read."""
    if content is None:
        content = path.read_bytes()
        half = len(content) // 2
        content = content[:half] + b"\xff" * (len(content) - half)
    path.write_bytes(content)
    return content


def _all_bytes(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


async def test_a_look_up_sees_what_another_process_wrote_just_now(path: Path, raw: sqlite3.Connection) -> None:
    database = await Database.open(path, MIGRATIONS)
    try:
        for number in range(3):
            raw.execute("INSERT INTO captures (at, sealed) VALUES ('', ?)", (str(number),))
            raw.commit()
            rows = await database.look_up("SELECT sealed FROM captures ORDER BY id DESC LIMIT 1")
            assert [row["sealed"] for row in rows] == [str(number)]
        with pytest.raises(StoreFailed, match="no such table"):
            await database.look_up("SELECT * FROM elsewhere")
    finally:
        await database.close()
    with pytest.raises(StoreFailed, match="closed"):
        await database.look_up("SELECT 1")
