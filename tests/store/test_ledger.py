"""The ledger. `other` is a second opening of the same store."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.conftest import DAY, MINUTE, NOW
from ups_gateway.model import Dialect, Operation, Shipment, State
from ups_gateway.store import Store, Vault
from ups_gateway.store.sqlite import open_store

ROW = Shipment(
    id=0,
    kind="shipment",
    key=1,
    account=2,
    environment="production",
    dialect=Dialect.XML,
    operation=Operation.SHIP_CONFIRM,
    state=State.INTENDED,
    fingerprint=b"f" * 32,
    created_at=NOW,
    changed_at=NOW,
)
FULL = replace(
    ROW,
    kind="other",
    state=State.VOIDING,
    digest=b"d" * 32,
    number="1ZA1B2C30100000001",
    tracking_numbers=("1ZA1B2C30100000001", "1ZA1B2C30100000002"),
    delivered=True,
    delivered_at=NOW + MINUTE,
    void_before=State.ACCEPTED,
    void_cause="unaccepted",
    void_tries=2,
    void_next_at=NOW + 2 * MINUTE,
    running_seconds=12.5,
    holder="4711",
    note="UPS says so",
    sealed_request=b"\x00request",
    sealed_reply=b"\x00reply",
)
CREATED = State.CREATED
SETTLED = (
    State.CREATED,
    State.ACCEPTED,
    State.DELIVERED,
    State.REFUSED,
    State.NOT_CREATED,
    State.VOIDED,
    State.CANNOT_BE_VOIDED,
)
UNSETTLED = (State.INTENDED, State.SENT, State.UNKNOWN, State.VOIDING)


async def test_a_row_comes_back_whole_for_everybody_at_once(store: Store, other: Store) -> None:
    plain, full = await store.add_shipment(ROW), await store.add_shipment(FULL)
    assert (plain, full) == (replace(ROW, id=plain.id), replace(FULL, id=full.id))
    assert await other.shipment(plain.id) == plain
    assert await other.shipment(full.id) == full
    assert await other.shipment(99) is None


async def test_a_row_changes_only_from_an_expected_state(store: Store, other: Store) -> None:
    row = await store.add_shipment(ROW)
    sent = replace(row, state=State.SENT, changed_at=NOW + MINUTE)
    assert await store.change_shipment(sent, expected={State.INTENDED}) is True
    assert await other.shipment(row.id) == sent
    created = replace(FULL, id=row.id, state=State.CREATED)
    assert await store.change_shipment(created, expected={State.INTENDED, State.QUOTED}) is False
    assert await store.change_shipment(created, expected=()) is False
    assert await other.shipment(row.id) == sent
    assert await other.shipments_by_number(created.number, "production") == []
    assert await store.change_shipment(created, expected=frozenset({State.SENT, State.UNKNOWN})) is True
    assert await other.shipment(row.id) == created
    assert await store.change_shipment(replace(created, id=99), expected={State.CREATED}) is False


async def test_of_many_who_change_the_same_row_one_wins(store: Store, other: Store) -> None:
    row = await store.add_shipment(replace(ROW, state=State.CREATED))
    wins = await asyncio.gather(
        *(
            opened.change_shipment(replace(row, state=State.ACCEPTED, note=f"{n}"), expected={State.CREATED})
            for n in range(10)
            for opened in (store, other)
        )
    )
    assert sorted(wins) == [False] * 19 + [True]


async def test_a_cancelled_change_is_done_or_not_done(store: Store, other: Store) -> None:
    row = await store.add_shipment(ROW)
    sent = replace(FULL, id=row.id, state=State.SENT)
    change = asyncio.create_task(store.change_shipment(sent, expected={State.INTENDED}))
    await asyncio.sleep(0)
    change.cancel()
    with pytest.raises(asyncio.CancelledError):
        await change
    assert await store.change_shipment(sent, expected={State.INTENDED, State.SENT}) is True
    assert await other.shipment(row.id) == sent


async def test_a_digest_is_found_with_its_key_only(store: Store, other: Store) -> None:
    row = await store.add_shipment(replace(ROW, digest=b"digest"))
    assert await other.shipment_by_digest(1, b"digest") == row
    assert await other.shipment_by_digest(2, b"digest") is None
    assert await other.shipment_by_digest(1, b"other") is None


async def test_a_number_is_found_as_shipment_and_as_package_in_its_environment(store: Store, other: Store) -> None:
    first, second = await store.add_shipment(FULL), await store.add_shipment(replace(FULL, number="1Z2"))
    await store.add_shipment(replace(FULL, environment="test"))
    await store.add_shipment(ROW)
    assert await other.shipments_by_number("1ZA1B2C30100000002", "production") == [_bare(second), _bare(first)]
    assert await other.shipments_by_number("1Z2", "production") == [_bare(second)]
    assert await other.shipments_by_number("", "production") == []
    assert await other.shipments_by_number("1Z2", "test") == []
    renumbered = replace(second, number="1Z3", tracking_numbers=())
    await store.change_shipment(renumbered, expected={State.VOIDING})
    assert await other.shipments_by_number("1Z2", "production") == []
    assert await other.shipments_by_number("1Z3", "production") == [_bare(renumbered)]


async def test_a_fingerprint_is_found_among_what_changed_lately(store: Store, other: Store) -> None:
    old, newer, newest = [await store.add_shipment(replace(ROW, changed_at=NOW + n * MINUTE)) for n in range(3)]
    await store.add_shipment(replace(ROW, fingerprint=b"other"))
    assert await other.shipments_by_fingerprint(ROW.fingerprint, NOW + MINUTE) == [newest, newer]
    assert await other.shipments_by_fingerprint(ROW.fingerprint, NOW) == [newest, newer, old]


async def test_rows_are_listed_by_state_from_the_oldest_and_by_page_from_the_newest(store: Store, other: Store) -> None:
    rows = [
        await store.add_shipment(replace(ROW, state=state))
        for state in (State.CREATED, State.UNKNOWN, State.CREATED, State.VOIDING)
    ]
    assert await other.shipments_in({State.CREATED, State.VOIDING}) == [rows[0], rows[2], rows[3]]
    assert await other.shipments_in((State.CREATED,), limit=1) == [rows[0]]
    assert await other.shipments_in(()) == []
    assert await other.shipments() == rows[::-1]
    assert await other.shipments(limit=2) == [rows[3], rows[2]]
    assert await other.shipments(limit=2, before=rows[2].id) == [rows[1], rows[0]]


async def test_lists_leave_the_sealed_parts_out_and_a_fingerprint_finds_them(store: Store, other: Store) -> None:
    sealed = replace(ROW, sealed_request=b"request", sealed_reply=b"reply", tracking_numbers=("1Z1",))
    created = await store.add_shipment(replace(sealed, state=State.CREATED))
    accepted = await store.add_shipment(replace(sealed, state=State.ACCEPTED))
    assert await other.shipments() == [_bare(accepted), _bare(created)]
    assert await other.shipments_in({State.CREATED}) == [_bare(created)]
    assert await other.unaccepted(()) == [_bare(created)]
    assert await other.undelivered(NOW) == [_bare(accepted)]
    assert await other.shipments_by_number("1Z1", "production") == [_bare(accepted), _bare(created)]
    assert await other.shipments_by_fingerprint(ROW.fingerprint, NOW) == [accepted, created]


async def test_unaccepted_confirms_are_those_that_may_be_voided(store: Store, other: Store) -> None:
    waiting = replace(ROW, state=State.CREATED)
    first, second = await store.add_shipment(waiting), await store.add_shipment(replace(waiting, key=2))
    for unlike in (
        replace(waiting, state=State.ACCEPTED),
        replace(waiting, operation=Operation.SHIP),
        replace(waiting, environment="test"),
    ):
        await store.add_shipment(unlike)
    assert await other.unaccepted(()) == [first, second]
    assert await other.unaccepted((), limit=1) == [first]
    assert await other.unaccepted({1}) == [second]


async def test_undelivered_labels_are_of_one_phase_or_accepted(store: Store, other: Store) -> None:
    one_phase = await store.add_shipment(replace(ROW, state=State.CREATED, operation=Operation.SHIP))
    accepted = await store.add_shipment(replace(ROW, state=State.ACCEPTED))
    for unlike in (
        replace(ROW, state=State.CREATED),
        replace(ROW, state=State.ACCEPTED, delivered=True),
        replace(ROW, state=State.ACCEPTED, kind="other"),
        replace(ROW, state=State.ACCEPTED, changed_at=NOW - MINUTE),
    ):
        await store.add_shipment(unlike)
    assert await other.undelivered(NOW) == [accepted, one_phase]
    assert await other.undelivered(NOW, limit=1) == [accepted]


async def test_confirms_and_accepts_are_counted_for_each_key(store: Store, other: Store) -> None:
    for row in (
        replace(ROW, state=State.CREATED),
        replace(ROW, state=State.ACCEPTED),
        replace(ROW, state=State.DELIVERED),
        replace(ROW, state=State.VOIDED, void_before=State.ACCEPTED),
        replace(ROW, state=State.VOIDED, void_before=State.CREATED),
        replace(ROW, state=State.REFUSED),
        replace(ROW, state=State.ACCEPTED, created_at=NOW - MINUTE),
        replace(ROW, state=State.DELIVERED, operation=Operation.SHIP),
        replace(ROW, state=State.QUOTED, key=7),
    ):
        await store.add_shipment(row)
    assert await other.confirm_counts(NOW) == [(1, 5, 3), (7, 1, 0)]


async def test_sealed_data_of_settled_rows_goes_and_of_unsettled_ones_stays(store: Store, other: Store) -> None:
    old = replace(FULL, changed_at=NOW - MINUTE)
    settled = [await store.add_shipment(replace(old, state=state)) for state in SETTLED]
    kept = [await store.add_shipment(replace(old, state=state)) for state in UNSETTLED]
    kept.append(await store.add_shipment(replace(FULL, state=State.ACCEPTED)))
    quote = await store.add_shipment(replace(old, state=State.QUOTED))
    assert await store.erase_sealed(NOW, NOW - DAY) == len(SETTLED)
    for row in settled:
        assert await other.shipment(row.id) == replace(row, sealed_request=None, sealed_reply=None)
    for row in [*kept, quote]:
        assert await other.shipment(row.id) == row
    assert await store.erase_sealed(NOW - DAY, NOW) == 1
    assert await other.shipment(quote.id) == replace(quote, sealed_request=None, sealed_reply=None)


async def test_old_settled_rows_are_deleted_and_unsettled_ones_stay(store: Store, other: Store) -> None:
    old = replace(FULL, changed_at=NOW - MINUTE)
    for state in (*SETTLED, State.QUOTED):
        await store.add_shipment(replace(old, state=state))
    kept = [await store.add_shipment(replace(old, state=state)) for state in UNSETTLED]
    kept.append(await store.add_shipment(replace(FULL, state=State.ACCEPTED)))
    assert await store.delete_old(NOW, NOW) == len(SETTLED) + 1
    assert await other.shipments() == [_bare(row) for row in kept[::-1]]
    assert await other.shipments_by_number(FULL.number, "production") == [_bare(row) for row in kept[::-1]]


async def test_more_rows_than_fit_a_transaction_are_all_deleted(store: Store, other: Store) -> None:
    await asyncio.gather(*(store.add_shipment(replace(ROW, state=State.REFUSED)) for _ in range(501)))
    assert await store.delete_old(NOW + MINUTE, NOW) == 501
    assert await other.shipments() == []


def _bare(row: Shipment) -> Shipment:
    return replace(row, sealed_request=None, sealed_reply=None)


async def test_rows_are_counted_by_environment_and_state_as_they_come_change_and_go(store: Store, other: Store) -> None:
    assert await store.state_counts() == {}
    first, second, old = [
        await store.add_shipment(row) for row in (ROW, replace(ROW, environment="test"), replace(FULL, state=CREATED))
    ]
    assert await store.change_shipment(replace(first, state=State.SENT), expected={State.INTENDED})
    assert not await store.change_shipment(replace(second, state=State.SENT), expected={State.VOIDED})
    assert await store.change_shipment(replace(old, note="more"), expected={CREATED})
    counted = {("production", State.SENT): 1, ("test", State.INTENDED): 1, ("production", CREATED): 1}
    assert await other.state_counts() == counted
    assert await other.delete_old(NOW + DAY, NOW) == 1
    assert await store.state_counts() == {("production", State.SENT): 1, ("test", State.INTENDED): 1}


async def test_rows_of_an_earlier_version_are_counted_once(path: Path, vault: Vault) -> None:
    before = await open_store(path, vault)
    for _ in range(2):
        await before.add_shipment(ROW)
    await before.close()
    with closing(sqlite3.connect(path)) as db:
        db.executescript("""
            DROP TRIGGER shipments_counted; DROP TRIGGER shipments_recounted; DROP TRIGGER shipments_uncounted;
            DROP TABLE shipment_counts; ALTER TABLE shipments DROP COLUMN holder; PRAGMA user_version=3;
        """)
    store = await open_store(path, vault)
    assert await store.state_counts() == {("production", State.INTENDED): 2}
    await store.close()
