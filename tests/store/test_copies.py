"""Copies of the store: taken while it is in use, sealed, kept seven days, and edited when persons are forgotten."""

import asyncio
import os
import signal
import sqlite3
import stat
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.store.conftest import DAY, NOW, Opener
from tests.store.test_ledger import FULL
from tests.store.test_sqlite import spoil
from ups_gateway.errors import StoreFailed
from ups_gateway.model import State
from ups_gateway.oauth.vault import FernetVault, load_key, make_key, write_key_file
from ups_gateway.store import Store, Vault
from ups_gateway.store.envelope import open_file
from ups_gateway.store.sqlite import open_store
from ups_gateway.store.sqlite.copies import Copies, Kind
from ups_gateway.store.sqlite.elsewhere import elsewhere, note_elsewhere
from ups_gateway.store.sqlite.restoring import restore
from ups_gateway.store.sqlite.schema import MIGRATIONS

CANARY = b"PERSONAL DATA"
NUMBER = FULL.number


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def opener() -> Opener:
    """Copies are of a file."""
    return open_store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def copies(path: Path, vault: Vault, clock: Clock) -> Copies:
    return Copies(path, vault, now=clock)


def _rows(sealed: Path, vault: Vault, query: str) -> list[tuple[object, ...]]:
    """What a copy holds."""
    content = sealed.with_name("opened")
    open_file(sealed, content, vault)
    with closing(sqlite3.connect(content)) as db:
        rows = db.execute(query).fetchall()
    content.unlink()
    return rows


async def test_a_copy_is_one_moment_of_a_store_that_is_written_to_meanwhile(
    store: Store, copies: Copies, vault: Vault
) -> None:
    stop = asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            await store.add_shipment(replace(FULL, sealed_reply=os.urandom(50_000)))

    await store.add_shipment(FULL)
    writing = asyncio.create_task(write())
    made = [await copies.make(Kind.ASKED) for _ in range(3)]
    stop.set()
    await writing
    counts = [_rows(copy.path, vault, "SELECT count(*), max(id) FROM shipments")[0] for copy in made]
    assert all(count == last for count, last in counts)
    assert counts == sorted(counts)
    assert len(await store.shipments(1000)) > 1


async def test_a_copy_is_sealed_private_and_nothing_open_is_left(
    store: Store, copies: Copies, vault: Vault, clock: Clock
) -> None:
    await store.add_shipment(replace(FULL, note=CANARY.decode(), sealed_reply=CANARY * 1000))
    copy = await copies.make(Kind.ASKED)
    assert (copy.kind, copy.made_at, copies.found()) == (Kind.ASKED, NOW, [copy])
    assert CANARY not in copy.path.read_bytes()
    assert NUMBER.encode() not in copy.path.read_bytes()
    assert [stat.S_IMODE(file.stat().st_mode) for file in (copy.path, copies.folder)] == [0o600, 0o700]
    assert list(copies.folder.iterdir()) == [copy.path]
    assert _rows(copy.path, vault, "SELECT note FROM shipments") == [(CANARY.decode(),)]


async def test_captures_are_in_no_copy(store: Store, copies: Copies, vault: Vault) -> None:
    await store.add_capture(NOW, vault.seal(CANARY))
    copy = await copies.make(Kind.DAILY)
    assert _rows(copy.path, vault, "SELECT * FROM captures") == []
    assert len(await store.captures(NOW)) == 1


async def test_a_damaged_store_gives_no_copy_and_the_older_ones_stay(
    path: Path, vault: Vault, copies: Copies, clock: Clock
) -> None:
    store = await open_store(path, vault)
    for _ in range(50):
        await store.add_shipment(replace(FULL, sealed_reply=os.urandom(4000)))
    await store.close()
    good = await copies.make(Kind.DAILY)
    spoil(path)
    clock.at += DAY
    with pytest.raises(StoreFailed, match=r"is damaged \(.+\)\. Restart the gateway"):
        await copies.step()
    assert copies.found() == [good]
    assert list(copies.folder.iterdir()) == [good.path]


async def test_there_is_one_copy_a_day_and_none_older_than_seven_days(
    store: Store, copies: Copies, clock: Clock
) -> None:
    made = []
    for hours in range(0, 24 * 20, 6):
        clock.at = NOW + timedelta(hours=hours)
        if (copy := await copies.step()) is not None:
            made.append(copy)
        assert all(clock.at - copy.made_at <= timedelta(days=7) for copy in copies.found())
    assert [copy.made_at for copy in made] == [NOW + day * DAY for day in range(20)]
    assert copies.found() == made[:-8:-1]


async def test_a_clock_that_was_set_back_does_not_end_the_daily_copies(
    store: Store, copies: Copies, clock: Clock
) -> None:
    clock.at = NOW + 30 * DAY
    await copies.step()
    clock.at = NOW
    assert [await copies.step() is None, await copies.step() is None] == [False, True]


async def test_what_a_killed_process_left_half_done_is_removed(store: Store, copies: Copies) -> None:
    copy = await copies.make(Kind.ASKED)
    for name in (".part-1", ".part-2/store.db"):
        left = copies.folder / name
        left.parent.mkdir(exist_ok=True)
        left.write_bytes(CANARY)
    await copies.tidy()
    assert list(copies.folder.iterdir()) == [copy.path]


async def test_a_failing_backup_is_logged_and_tried_again(
    path: Path, vault: Vault, copies: Copies, caplog: pytest.LogCaptureFixture
) -> None:
    store = await open_store(path, vault)
    pauses = 0

    async def pause(_seconds: float) -> None:
        nonlocal pauses
        pauses += 1
        if pauses == 1:
            spoil(copies.folder, b"no directory")
        if pauses == 2:
            copies.folder.unlink()
        if pauses == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await copies.run(pause)
    assert [record.getMessage() for record in caplog.records] == [
        f"The daily backup failed: The store {path} failed: File exists."
    ]
    assert [copy.kind for copy in copies.found()] == [Kind.DAILY]
    await store.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_what_root_makes_belongs_to_the_owner_of_the_data(path: Path, vault: Vault, copies: Copies) -> None:
    path.parent.mkdir()
    os.chown(path.parent, 65534, 65534)
    store = await open_store(path, vault)
    copy = await copies.make(Kind.ASKED)
    await store.close()
    await restore(path, copy.path, copies)
    assert {file.stat().st_uid for file in path.parent.rglob("*")} == {65534}


async def test_a_file_of_ones_own_is_not_overwritten(store: Store, copies: Copies, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    await copies.make_elsewhere(target)
    content = target.read_bytes()
    with pytest.raises(StoreFailed, match="mine exists already; it is not overwritten"):
        await copies.make_elsewhere(target)
    assert (target.read_bytes(), copies.found()) == (content, [])


async def test_copies_made_elsewhere_are_remembered(store: Store) -> None:
    assert await elsewhere(store) == ()
    for name in ("/mnt/one", "/mnt/two", "/mnt/one"):
        await note_elsewhere(store, Path(name))
    assert await elsewhere(store) == (Path("/mnt/two"), Path("/mnt/one"))


async def test_a_forgotten_shipment_is_in_no_copy_and_those_out_of_reach_are_named(
    store: Store, copies: Copies, vault: Vault, tmp_path: Path, clock: Clock
) -> None:
    await store.add_shipment(replace(FULL, state=State.ACCEPTED, sealed_reply=vault.seal(CANARY)))
    await store.add_shipment(replace(FULL, number="1ZOTHER", tracking_numbers=("1ZOTHER",), sealed_reply=b"other"))
    mine, spoilt, gone = (tmp_path / name for name in ("mine", "spoilt", "gone"))
    await copies.make_elsewhere(mine)
    spoilt.write_bytes(b"not a backup")
    copy = await copies.make(Kind.DAILY)
    damaged = copies.name(Kind.DAMAGED)
    damaged.write_bytes(b"a damaged store")
    clock.at += DAY
    edited = await copies.forget(NUMBER, (mine, spoilt, gone))
    assert (edited.changed, edited.missed, edited.moved) == (2, (spoilt, damaged), (gone,))
    for file in (copy.path, mine):
        rows = _rows(file, vault, "SELECT number, sealed_request, sealed_reply, note FROM shipments")
        assert rows == [(NUMBER, None, None, ""), ("1ZOTHER", FULL.sealed_request, b"other", FULL.note)]
        assert open_file(file, tmp_path / "opened", vault) == NOW.replace(microsecond=0)
    assert (await copies.forget(NUMBER)).changed == 0


async def test_a_copy_is_kept_before_the_schema_changes_also_when_that_fails(path: Path, vault: Vault) -> None:
    store = await open_store(path, vault)
    await store.put("name", "value")
    await store.close()
    newer = (*MIGRATIONS, ("CREATE TABLE more (a)",))
    migrated = await open_store(path, vault, migrations=newer)
    assert await migrated.get("name") == "value"
    await migrated.close()
    with pytest.raises(StoreFailed, match="syntax error"):
        await open_store(path, vault, migrations=(*newer, ("NONSENSE",)))
    found = Copies(path, vault).found()
    assert [copy.kind for copy in found] == [Kind.SCHEMA, Kind.SCHEMA]
    assert [_rows(copy.path, vault, "PRAGMA user_version") for copy in found] == [[(len(newer),)], [(len(MIGRATIONS),)]]
    assert _rows(found[1].path, vault, "SELECT value FROM settings WHERE name = 'name'") == [("value",)]


async def test_a_store_of_the_first_schema_is_brought_up_to_date_and_kept(path: Path, vault: Vault) -> None:
    await (await open_store(path, vault, migrations=MIGRATIONS[:1])).close()
    raw = sqlite3.connect(path)
    raw.execute("INSERT INTO profiles (name, application, environment) VALUES ('Dock', 'main', 'production')")
    records = [(True, "Authorized by signing in at UPS."), (True, "Renewed."), (False, "UPS refuses it.")]
    for ok, words in records:
        values = (NOW.isoformat(), ok, words)
        raw.execute("INSERT INTO refreshes (profile, at, ok, words) VALUES (1, ?, ?, ?)", values)
    raw.commit()
    raw.close()
    store = await open_store(path, vault)
    found = [(one.ok, one.words, one.consent) for one in reversed(await store.refreshes(1))]
    await store.close()
    assert found == [(*record, consent) for record, consent in zip(records, (True, False, False), strict=True)]
    (copy,) = Copies(path, vault).found()
    assert (copy.kind, _rows(copy.path, vault, "PRAGMA user_version")) == (Kind.SCHEMA, [(1,)])
    assert _rows(copy.path, vault, "SELECT ok, words FROM refreshes ORDER BY id") == records


async def test_a_rotated_key_seals_all_anew_beside_a_store_in_use(path: Path, tmp_path: Path) -> None:
    key_file, key = tmp_path / "key", make_key()
    write_key_file(key_file, key)
    used = await open_store(path, FernetVault(key, key_file))
    vault = FernetVault(key)
    for number in range(45):
        await used.add_shipment(
            replace(FULL, sealed_request=vault.seal(b"request"), sealed_reply=vault.seal(b"%d" % number))
        )
    await used.put_pending_consent(b"state", {"used": False}, datetime(2030, 1, 1, tzinfo=UTC))
    await Copies(path, vault).make(Kind.DAILY)
    write_key_file(key_file, key.rotated(), replace=True)
    rotated = load_key(key_file, {})
    beside = await open_store(path, FernetVault(rotated))
    assert [await beside.reseal(), await beside.reseal()] == [91, 0]
    assert (await Copies(path, FernetVault(rotated)).reseal()).changed == 1
    await beside.close()
    newest = FernetVault(rotated.newest())
    rows = [await used.shipment(number) for number in range(1, 46)]
    assert [newest.open(row.sealed_reply or b"") for row in rows if row] == [b"%d" % number for number in range(45)]
    assert await used.take_pending_consent(b"state") is not None
    await used.close()
    (copy,) = Copies(path, newest).found()
    (sealed,) = _rows(copy.path, newest, "SELECT sealed_reply FROM shipments WHERE id = 45")[0]
    assert isinstance(sealed, bytes)
    assert newest.open(sealed) == b"44"


async def test_every_sealed_column_is_named_so_and_has_a_row_number(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        columns = db.execute(
            "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c "
            "WHERE t.type = 'table' AND c.type = 'BLOB'"
        ).fetchall()
        hashes = {column for column in columns if not column[1].startswith("sealed")}
        assert {name for _, name in hashes} <= {"state_hash", "fingerprint", "digest", "token_hash"}
        for table, _column in set(columns) - hashes:
            db.execute(f"SELECT rowid FROM {table}").fetchall()


MAKER = """
import asyncio, sys
from pathlib import Path
from ups_gateway.oauth.vault import FernetVault, load_key
from ups_gateway.store.sqlite.copies import Copies, Kind

async def main():
    path = Path(sys.argv[1])
    copies = Copies(path, FernetVault(load_key(path.with_name("key"), {})))
    while True:
        print("begin", flush=True)
        await copies.make(Kind.ASKED)

asyncio.run(main())
"""


async def test_killed_in_the_middle_it_leaves_whole_copies_and_the_next_goes_on(path: Path) -> None:
    path.parent.mkdir()
    key = make_key()
    write_key_file(path.with_name("key"), key)
    vault = FernetVault(key)
    store = await open_store(path, vault)
    for _ in range(20):
        await store.add_shipment(replace(FULL, sealed_reply=os.urandom(100_000)))
    copies = Copies(path, vault)
    for delay in (0.0, 0.005, 0.01, 0.02, 0.04, 0.06):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", MAKER, str(path)), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"begin\n"
        # Each round is killed at another moment of the work.
        await asyncio.sleep(delay)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await copies.make(Kind.DAILY)
    found = copies.found()
    assert sorted(copies.folder.iterdir()) == sorted(copy.path for copy in found)
    assert [_rows(copy.path, vault, "SELECT count(*) FROM shipments") for copy in found] == [[(20,)]] * len(found)
    await store.close()
