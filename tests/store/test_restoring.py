"""A backup in the place of the store: nothing is lost of what was there, and nothing is done twice afterwards."""

import asyncio
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.conftest import DAY, NOW
from tests.store.test_copies import Clock
from tests.store.test_ledger import FULL
from tests.store.test_sqlite import spoil
from ups_gateway.errors import StoreFailed
from ups_gateway.model import Operation, State
from ups_gateway.oauth.vault import FernetVault, make_key, write_key_file
from ups_gateway.store import Vault
from ups_gateway.store.envelope import NoBackup, open_file, seal_file
from ups_gateway.store.sqlite import open_store
from ups_gateway.store.sqlite.copies import Copies, Kind
from ups_gateway.store.sqlite.copying import damage
from ups_gateway.store.sqlite.restoring import Restored, StoreInUse, rescue, restore
from ups_gateway.store.sqlite.schema import MIGRATIONS

ROWS = 50


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def copies(path: Path, vault: Vault, clock: Clock) -> Copies:
    return Copies(path, vault, now=clock)


async def _fill(path: Path, vault: Vault, name: str, *, rows: int = ROWS) -> None:
    store = await open_store(path, vault)
    await store.put("name", name)
    for _ in range(rows):
        await store.add_shipment(replace(FULL, sealed_reply=os.urandom(4000)))
    await store.close()


async def _name(path: Path, vault: Vault) -> str | None:
    store = await open_store(path, vault)
    name = await store.get("name")
    await store.close()
    return name


async def test_a_backup_takes_the_place_of_the_store_and_that_one_is_kept(
    path: Path, vault: Vault, copies: Copies, tmp_path: Path
) -> None:
    await _fill(path, vault, "then")
    backup = (await copies.make(Kind.ASKED)).path
    await _fill(path, vault, "now")
    done = await restore(path, backup, copies)
    (kept,) = (copy for copy in copies.found() if copy.kind is Kind.RESTORE)
    assert done == Restored(kept.path, backup, NOW.replace(microsecond=0))
    assert await _name(path, vault) == "then"
    assert "Tokens may have moved on" in done.words
    await restore(path, kept.path, copies)
    assert await _name(path, vault) == "now"


async def test_a_store_in_use_is_not_replaced(path: Path, vault: Vault, copies: Copies) -> None:
    store = await open_store(path, vault)
    backup = await copies.make(Kind.ASKED)
    await store.put("name", "now")
    with pytest.raises(StoreInUse, match="systemctl stop ups-gateway"):
        await restore(path, backup.path, copies)
    assert await store.get("name") == "now"
    await store.close()


HOLDER = """
import asyncio, sys
from pathlib import Path
from ups_gateway.oauth.vault import FernetVault, make_key, write_key_file
from ups_gateway.store.sqlite import open_store

async def main():
    await open_store(Path(sys.argv[1]), FernetVault(make_key()))
    print("open", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_store_that_another_process_has_open_is_free_when_that_is_killed(
    path: Path, vault: Vault, copies: Copies
) -> None:
    await _fill(path, vault, "then")
    backup = await copies.make(Kind.ASKED)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDER, str(path)), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"open\n"
    with pytest.raises(StoreInUse):
        await restore(path, backup.path, copies)
    assert await rescue(path, copies) is None
    process.kill()
    await process.wait()
    assert (await restore(path, backup.path, copies)).source == backup.path


RESTORER = """
import asyncio, sys
from pathlib import Path
from ups_gateway.oauth.vault import FernetVault, load_key
from ups_gateway.store.sqlite.copies import Copies
from ups_gateway.store.sqlite.restoring import restore

async def main():
    path = Path(sys.argv[1])
    copies = Copies(path, FernetVault(load_key(path.with_name("key"), {})))
    print("begin", flush=True)
    while True:
        await restore(path, path.with_name("backup"), copies)

asyncio.run(main())
"""


async def test_killed_in_the_middle_the_store_is_the_former_or_the_restored_one(path: Path) -> None:
    path.parent.mkdir()
    key = make_key()
    write_key_file(path.with_name("key"), key)
    vault = FernetVault(key)
    copies = Copies(path, vault)
    await _fill(path, vault, "then")
    await copies.make_elsewhere(path.with_name("backup"))
    for delay in (0.0, 0.01, 0.02, 0.03, 0.045, 0.06):
        await _fill(path, vault, "now", rows=1)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", RESTORER, str(path)), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"begin\n"
        # Each round is killed at another moment of the work.
        await asyncio.sleep(delay)
        process.kill()
        await process.wait()
        assert await damage(path) == ""
        assert await _name(path, vault) in ("now", "then")
    await restore(path, path.with_name("backup"), copies)
    assert await _name(path, vault) == "then"


async def test_a_place_that_cannot_be_written_is_not_said_to_be_in_use(path: Path, copies: Copies) -> None:
    spoil(path.parent, b"a file where the directory should be")
    with pytest.raises(StoreFailed, match="File exists"):
        await restore(path, path, copies)


async def test_what_is_no_backup_changes_nothing(path: Path, vault: Vault, copies: Copies, tmp_path: Path) -> None:
    await _fill(path, vault, "now")
    backup = (await copies.make(Kind.ASKED)).path
    strange = Copies(path, FernetVault(make_key()))
    with pytest.raises(NoBackup, match="a key that is not in the key file"):
        await restore(path, backup, strange)
    spoil(backup)
    with pytest.raises(NoBackup, match="is damaged"):
        await restore(path, backup, copies)
    assert await _name(path, vault) == "now"
    assert [copy.path for copy in copies.found()] == [backup]
    assert not list(copies.folder.glob(".part-*"))


async def test_a_restored_store_repeats_nothing_and_takes_nothing_back(
    path: Path, vault: Vault, copies: Copies
) -> None:
    store = await open_store(path, vault)
    rows = [
        replace(FULL, state=State.CREATED, operation=Operation.SHIP_CONFIRM),
        replace(FULL, state=State.CREATED, operation=Operation.SHIP),
        replace(FULL, state=State.QUOTED, operation=Operation.SHIP_CONFIRM, digest=b"quote"),
        replace(FULL, state=State.INTENDED),
        replace(FULL, state=State.SENT),
        replace(FULL, state=State.VOIDED),
    ]
    for row in rows:
        await store.add_shipment(row)
    await store.put_link(b"link", NOW + DAY)
    await store.put_session(b"session", "csrf", NOW + DAY)
    await store.put_pending_consent(b"state", {"used": False}, NOW + DAY)
    backup = await copies.make(Kind.ASKED)
    await store.close()
    await restore(path, backup.path, copies)
    store = await open_store(path, vault)
    restored = [await store.shipment(number) for number in range(1, 7)]
    assert [row and (row.state, row.digest, row.sealed_reply) for row in restored] == [
        (State.ACCEPTED, FULL.digest, FULL.sealed_reply),
        (State.CREATED, FULL.digest, FULL.sealed_reply),
        (State.QUOTED, None, FULL.sealed_reply),
        (State.UNKNOWN, FULL.digest, FULL.sealed_reply),
        (State.UNKNOWN, FULL.digest, FULL.sealed_reply),
        (State.VOIDED, FULL.digest, FULL.sealed_reply),
    ]
    assert await store.unaccepted(()) == []
    found = (await store.take_link(b"link", NOW), await store.session(b"session", NOW))
    assert (*found, await store.take_pending_consent(b"state")) == (False, None, None)
    await store.close()


async def test_a_store_that_is_whole_or_new_is_left_alone(path: Path, vault: Vault, copies: Copies) -> None:
    assert await rescue(path, copies) is None
    await _fill(path, vault, "now", rows=1)
    assert await rescue(path, copies) is None
    assert await _name(path, vault) == "now"


async def test_a_damaged_store_is_kept_aside_and_the_last_good_backup_takes_its_place(
    path: Path, vault: Vault, copies: Copies, clock: Clock
) -> None:
    await _fill(path, vault, "good")
    good = await copies.make(Kind.DAILY)
    clock.at += DAY
    bad = await copies.make(Kind.DAILY)
    spoil(bad.path)
    await _fill(path, vault, "lost")
    damaged = spoil(path)
    done = await rescue(path, copies)
    assert done is not None
    assert done.aside is not None
    assert (done.source, done.made_at) == (good.path, NOW.replace(microsecond=0))
    assert spoil(done.aside) == damaged
    assert (await _name(path, vault), await damage(path)) == ("good", "")
    assert f"The store was damaged ({done.damage}) and is kept as {done.aside}." in done.words
    clock.at += 8 * DAY
    await copies.tidy()
    assert copies.found() == []


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 1000], ids=["empty", "something else"])
async def test_a_file_that_is_no_database_any_more_is_a_damaged_store(
    path: Path, vault: Vault, copies: Copies, content: bytes
) -> None:
    await _fill(path, vault, "good")
    await copies.make(Kind.DAILY)
    spoil(path, content)
    done = await rescue(path, copies)
    assert done is not None
    assert await _name(path, vault) == "good"


async def test_a_damaged_store_without_a_backup_begins_empty_and_says_so_loudly(
    path: Path, vault: Vault, copies: Copies
) -> None:
    await _fill(path, vault, "lost")
    spoil(path)
    done = await rescue(path, copies)
    assert done is not None
    assert (done.source, done.made_at) == (None, None)
    assert "THERE IS NO BACKUP THAT CAN BE USED" in done.words
    assert await _name(path, vault) is None
    assert copies.found()[0].path == done.aside


async def test_a_sealed_copy_of_a_damaged_store_is_never_put_back(path: Path, vault: Vault, copies: Copies) -> None:
    await _fill(path, vault, "now")
    other, backup = path.with_name("other.db"), path.with_name("backup")
    await _fill(other, vault, "damaged")
    spoil(other)
    seal_file(other, backup, vault, NOW)
    with pytest.raises(StoreFailed, match="backup holds a damaged store"):
        await restore(path, backup, copies)
    assert await _name(path, vault) == "now"


async def test_what_is_not_damage_is_not_taken_for_it(path: Path) -> None:
    before = threading.active_count()
    with pytest.raises(StoreFailed, match="it cannot be opened"):
        await damage(path / "nowhere")
    async with asyncio.timeout(5):
        while threading.active_count() > before:  # noqa: ASYNC110 - the end of a thread has no event
            await asyncio.sleep(0.005)


async def test_a_backup_of_a_newer_version_is_refused(path: Path, vault: Vault, copies: Copies) -> None:
    await _fill(path, vault, "now", rows=1)
    newer = path.with_name("newer.db")
    store = await open_store(newer, vault, migrations=(*MIGRATIONS, ("CREATE TABLE more (a)",)))
    backup = path.with_name("backup")
    await Copies(newer, vault).make_elsewhere(backup)
    await store.close()
    with pytest.raises(StoreFailed, match="was written by a newer ups-gateway"):
        await restore(path, backup, copies)
    assert await _name(path, vault) == "now"
    assert open_file(backup, path.with_name("opened"), vault) > NOW
