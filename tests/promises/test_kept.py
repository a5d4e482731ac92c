"""What is kept stays kept: backups beside a running gateway, a damaged store, a new key, and persons forgotten."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from tests.gateway import accept, confirm, rate
from tests.house import House
from tests.promises.test_shipments import label, voided
from tests.store.test_sqlite import spoil
from ups_gateway.model import State
from ups_gateway.oauth.vault import FernetVault, load_key, parse_key, write_key_file
from ups_gateway.store.sqlite import open_store
from ups_gateway.store.sqlite.copies import Copies, Kind


async def command(house: House, *arguments: str, status: int = 0) -> str:
    """What a command of its own process says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ups_gateway", *arguments, "--config", str(house.file)),
        env={**os.environ, **house.environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(30):
        said, _ = await process.communicate()
    assert process.returncode == status, said.decode()
    return said.decode()


@pytest.fixture
async def with_key_file(house: House) -> House:
    """The house with its key in a file, and the gateway as a program of its own."""
    await house.stop()
    write_key_file(_key_file(house), parse_key(house.environ["UPS_GATEWAY_KEY"], "test"))
    house.environ = {name: value for name, value in house.environ.items() if name != "UPS_GATEWAY_KEY"}
    await house.serve()
    return house


def _key_file(house: House) -> Path:
    return house.data / "vault.key"


async def test_a_backup_made_while_it_ships_brings_back_accounts_keys_and_tokens(
    with_key_file: House, tmp_path: Path
) -> None:
    house, target = with_key_file, tmp_path / "mine"
    shipping = asyncio.gather(*(house.ask(confirm()) for _ in range(5)))
    assert json.loads(await command(house, "backup", "--to", str(target), "--json")) == {"file": str(target)}
    await shipping
    assert "is in use by a gateway or a command" in await command(house, "restore", str(target), "--yes", status=1)
    await house.kill()
    (house.data / "gateway.db").unlink()
    said = await command(house, "restore", str(target), "--yes")
    assert f"({target}) is in its place." in said
    await house.serve()
    assert (await house.ask(rate())).good
    assert await house.calls("/oauth/token") == 1


async def test_a_store_found_damaged_on_a_start_is_replaced_by_the_daily_backup_and_it_ships_on(house: House) -> None:
    confirmed = await house.ask(confirm())
    copy = await house.gateway.copies.step()
    assert copy is not None
    accepted = await house.ask(accept(confirmed.digest))
    await house.stop()
    spoil(house.data / "gateway.db")
    await house.start()
    rescued = house.gateway.rescued
    assert rescued is not None
    assert rescued.source == copy.path
    assert [one.kind for one in house.gateway.copies.found()] == [Kind.DAMAGED, Kind.DAILY]
    assert (await house.ask(rate())).good
    # Nobody knows any more that it was accepted; so it is never voided by itself, and the label is given again.
    house.clock.advance(2 * 3600)
    await house.gateway.shipping.step(house.clock.utc())
    assert await voided(house) == {confirmed.number: False}
    assert label(await house.ask(accept(confirmed.digest))) == label(accepted)


async def test_what_was_done_about_a_damaged_store_is_said_on_the_start(with_key_file: House) -> None:
    house = with_key_file
    await house.terminate()
    spoil(house.data / "gateway.db", b"nonsense" * 1000)
    await house.serve()
    assert house._process is not None
    assert house._process.stdout is not None
    async with asyncio.timeout(20):
        said = (await house._process.stdout.readline()).decode()
    assert "THERE IS NO BACKUP THAT CAN BE USED: the gateway begins with an empty store" in said


async def test_a_key_is_rotated_beside_a_running_gateway_and_the_former_one_is_dropped(with_key_file: House) -> None:
    house = with_key_file
    former = load_key(_key_file(house), {})
    confirmed = await house.ask(confirm())
    await command(house, "backup")
    asking = asyncio.gather(*(house.ask(confirm()) for _ in range(10)))
    assert "New key" in await command(house, "rotate-key")
    later = [*(await asking), await house.ask(confirm())]
    both = load_key(_key_file(house), {})
    assert both.sealing[1:] == former.sealing
    assert "going on with the newest" in await command(house, "rotate-key")
    assert "holds one sealing key now" in await command(house, "rotate-key", "--finish")
    assert load_key(_key_file(house), {}) == both.newest()
    for one in (confirmed, *later):
        assert label(await house.ask(accept(one.digest))) == ("GIF", one.number)
    await house.terminate()
    vault = FernetVault(both.newest())
    store = await open_store(house.data / "gateway.db", vault)
    assert await store.reseal() == 0
    await store.close()
    (copy,) = Copies(house.data / "gateway.db", vault).found()
    assert "is in its place" in await command(house, "restore", str(copy.path), "--yes")
    await house.serve()
    assert label(await house.ask(accept(confirmed.digest))) == ("GIF", confirmed.number)
    assert await house.calls("/oauth/token") == 1


async def test_a_rotation_that_was_killed_goes_on_where_it_was(with_key_file: House) -> None:
    house = with_key_file
    former = load_key(_key_file(house), {})
    write_key_file(_key_file(house), former.rotated(), replace=True)
    assert (await house.ask(rate())).good
    assert "There are 2 sealing keys already" in await command(house, "rotate-key")
    await command(house, "rotate-key", "--finish")
    assert "There is only one sealing key" in await command(house, "rotate-key", "--finish", status=1)


async def test_the_former_key_stays_while_a_copy_that_cannot_be_opened_may_need_it(with_key_file: House) -> None:
    house = with_key_file
    await command(house, "rotate-key")
    copies = Copies(house.data / "gateway.db", FernetVault(load_key(_key_file(house), {})))
    copies.folder.mkdir(exist_ok=True)
    damaged = copies.name(Kind.DAMAGED)
    spoil(damaged, b"damaged")
    assert "may need the former key, so it stays. Delete them" in await command(
        house, "rotate-key", "--finish", status=1
    )
    assert len(load_key(_key_file(house), {}).sealing) == 2


async def test_a_key_that_is_no_file_is_rotated_by_way_of_one(house: House, tmp_path: Path) -> None:
    assert "Write the new one into a file (--to FILE)" in await command(house, "rotate-key", status=1)
    target = tmp_path / "new.key"
    assert "Put it in the place of the key" in await command(house, "rotate-key", "--to", str(target))
    house.environ = {**house.environ, "UPS_GATEWAY_KEY": target.read_text()}
    assert "Sealed anew: 2 values of the store" in await command(house, "rotate-key")
    assert "holds one sealing key now" in await command(
        house, "rotate-key", "--finish", "--to", str(tmp_path / "one.key")
    )


async def test_persons_of_a_forgotten_shipment_are_in_no_store_log_or_backup(
    with_key_file: House, tmp_path: Path
) -> None:
    house, mine, moved = with_key_file, tmp_path / "mine", tmp_path / "moved"
    confirmed = await house.ask(confirm())
    assert label(await house.ask(accept(confirmed.digest))) == ("GIF", confirmed.number)
    await command(house, "backup")
    for target in (mine, moved):
        await command(house, "backup", "--to", str(target))
    moved.rename(tmp_path / "elsewhere")
    said = await command(house, "forget", confirmed.number.lower())
    assert said.splitlines() == [
        "Forgotten: 1 in the ledger, 2 in backups.",
        f"The backup {moved} is not there any more; if you keep it elsewhere, it may still hold it.",
    ]
    damaged = next((house.data / "backups").iterdir()).with_name("damaged-20260301T120000.000000Z.db")
    spoil(damaged, b"damaged")
    assert f"delete them yourself:\n  {damaged}" in await command(house, "forget", confirmed.number, status=1)
    await house.terminate()
    vault = FernetVault(load_key(_key_file(house), {}))
    store = await open_store(house.data / "gateway.db", vault)
    (row,) = await store.shipments()
    kept = await store.shipment(row.id)
    assert kept is not None
    assert (kept.state, kept.sealed_request, kept.sealed_reply, kept.note) == (State.ACCEPTED, None, None, "")
    await store.close()
    await command(house, "restore", str(mine), "--yes")
    store = await open_store(house.data / "gateway.db", vault)
    kept = await store.shipment(row.id)
    assert kept is not None
    assert (kept.sealed_request, kept.sealed_reply) == (None, None)
    await store.close()
