"""The journal, sign-in links, sessions and settings. `other` is a second opening of the same store."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.store.conftest import DAY, MINUTE, NOW
from ups_gateway.model import ExchangeRecord, SeenAlert
from ups_gateway.store import Store
from ups_gateway.store.counts import Slot, Usage

RECORD = ExchangeRecord(
    at=NOW,
    dialect="xml",
    operation="rate",
    key=1,
    account=None,
    environment="production",
    outcome="ok",
    code="",
    seconds=0.25,
    ups_seconds=0.125,
    peer="127.0.0.1",
    user_agent="java",
)


async def test_exchanges_are_read_as_noted_newest_first(store: Store, other: Store) -> None:
    records = [replace(RECORD, at=NOW + n * MINUTE, operation=f"operation {n}") for n in range(3)]
    for record in records:
        store.note_exchange(record)
    assert await store.exchanges() == records[::-1]
    assert await other.exchanges(limit=1) == [records[2]]
    assert await other.exchanges(before=records[2].at) == [records[1], records[0]]


async def test_notes_are_written_behind_the_requests_without_a_flush(store: Store, other: Store) -> None:
    store.note_exchange(RECORD)
    await _until_read(other, 1)
    assert await other.exchanges() == [RECORD]


async def test_many_notes_are_written_before_their_second_is_over(store: Store, other: Store) -> None:
    for _ in range(1200):
        store.note_exchange(RECORD)
    await _until_read(other, 1200)


async def test_closing_writes_what_is_left(store: Store, other: Store) -> None:
    store.note_exchange(RECORD)
    await store.close()
    assert await other.exchanges() == [RECORD]


async def test_odd_characters_in_a_note_do_not_hold_up_the_others(store: Store) -> None:
    store.note_exchange(replace(RECORD, user_agent="agent \udcff"))
    store.note_exchange(replace(RECORD, at=NOW + MINUTE))
    assert [record.user_agent for record in await store.exchanges()] == ["java", "agent \\udcff"]


async def test_old_exchanges_are_deleted(store: Store, other: Store) -> None:
    store.note_exchange(RECORD)
    store.note_exchange(replace(RECORD, at=NOW - DAY))
    await store.flush()
    assert await store.delete_old(NOW, NOW) == 1
    assert await other.exchanges() == [RECORD]


async def test_traffic_is_summed_by_stretch_environment_and_outcome(store: Store, other: Store) -> None:
    hour = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    store.note_exchange(replace(RECORD, at=hour - MINUTE))
    store.note_exchange(replace(RECORD, at=hour))
    store.note_exchange(replace(RECORD, at=hour + 29 * MINUTE, seconds=0.5))
    store.note_exchange(replace(RECORD, at=hour + 29 * MINUTE, outcome="refused"))
    store.note_exchange(replace(RECORD, at=hour + 30 * MINUTE, environment=""))
    await store.flush()
    assert await other.traffic(hour, 1800) == [
        Slot(hour, "production", "ok", 2, 0.75, 0.25),
        Slot(hour, "production", "refused", 1, 0.25, 0.125),
        Slot(hour + 30 * MINUTE, "", "ok", 1, 0.25, 0.125),
    ]


async def test_usage_is_summed_by_program_operation_and_outcome(store: Store) -> None:
    assert await store.usage(NOW) == []
    for at in (NOW, NOW + MINUTE):
        store.note_exchange(replace(RECORD, at=at))
    store.note_exchange(replace(RECORD, at=NOW + 2 * MINUTE, outcome="refused", code="111100"))
    store.note_exchange(replace(RECORD, at=NOW + 3 * MINUTE, user_agent="php"))
    store.note_exchange(replace(RECORD, at=NOW + 3 * DAY))
    store.note_exchange(replace(RECORD, at=NOW - DAY))
    java = ("java", "xml", "rate", "production")
    assert await store.usage(NOW + 4 * DAY) == []
    assert await store.usage(NOW) == [
        Usage(1, *java, "ok", "", 3, NOW, NOW + 3 * DAY),
        Usage(1, *java, "refused", "111100", 1, NOW + 2 * MINUTE, NOW + 2 * MINUTE),
        Usage(1, "php", *java[1:], "ok", "", 1, NOW + 3 * MINUTE, NOW + 3 * MINUTE),
    ]


async def test_exchanges_are_filtered(store: Store) -> None:
    rows = [
        replace(RECORD, at=NOW + MINUTE, account=1),
        replace(RECORD, at=NOW, account=2, operation="track", outcome="refused"),
    ]
    for row in rows:
        store.note_exchange(row)
    assert await store.exchanges(account=1) == rows[:1]
    assert await store.exchanges(operation="track") == rows[1:]
    assert await store.exchanges(outcome="refused", account=2) == rows[1:]
    assert await store.exchanges(before=NOW, outcome="refused") == []


async def test_captures_are_kept_sealed_until_they_are_deleted(store: Store, other: Store) -> None:
    await store.add_capture(NOW - DAY, b"old")
    await store.add_capture(NOW, b"new")
    assert await other.captures(NOW - DAY) == [(2, b"new"), (1, b"old")]
    assert await other.captures(NOW) == [(2, b"new")]
    await store.delete_captures(NOW)
    assert await other.captures(NOW - DAY) == [(2, b"new")]


async def test_times_are_kept_in_utc_and_need_a_zone(store: Store) -> None:
    local = datetime(2026, 3, 1, 7, 0, tzinfo=timezone(timedelta(hours=-5)))
    store.note_exchange(replace(RECORD, at=local))
    (record,) = await store.exchanges()
    assert (record.at, record.at.tzinfo) == (local, UTC)
    with pytest.raises(ValueError, match="needs a zone"):
        store.note_exchange(replace(RECORD, at=datetime(2026, 3, 1)))  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="needs a zone"):
        await store.put_link(b"link", datetime(2026, 3, 1))  # noqa: DTZ001 - what is refused


async def test_a_link_is_good_once_and_until_its_end(store: Store, other: Store) -> None:
    for link in (b"one", b"two"):
        await store.put_link(link, NOW + MINUTE)
    assert await other.take_link(b"none", NOW) is False
    assert await other.take_link(b"one", NOW) is True
    assert await store.take_link(b"one", NOW) is False
    assert await store.take_link(b"two", NOW + MINUTE) is False


async def test_of_many_who_take_a_link_one_gets_it(store: Store, other: Store) -> None:
    await store.put_link(b"link", NOW + MINUTE)
    taken = await asyncio.gather(*(opened.take_link(b"link", NOW) for _ in range(5) for opened in (store, other)))
    assert sorted(taken) == [False] * 9 + [True]


async def test_a_session_lasts_until_its_end_or_its_deletion(store: Store, other: Store) -> None:
    await store.put_session(b"one", "csrf-one", NOW + MINUTE)
    await store.put_session(b"two", "csrf-two", NOW + 2 * MINUTE)
    assert await other.session(b"one", NOW) == "csrf-one"
    assert await other.session(b"one", NOW + MINUTE) is None
    assert await other.session(b"none", NOW) is None
    await store.delete_session(b"two")
    assert await other.session(b"two", NOW) is None


async def test_ended_sessions_are_swept_at_the_next_sign_in(store: Store, other: Store) -> None:
    await store.put_session(b"one", "csrf", NOW + MINUTE)
    await store.take_link(b"any", NOW + DAY)
    assert await other.session(b"one", NOW) is None


async def test_a_setting_is_kept_and_replaced(store: Store, other: Store) -> None:
    assert await other.get("budget") is None
    await store.put("budget", "1")
    await store.put("budget", "2")
    assert await other.get("budget") == "2"


async def test_a_seen_alert_is_kept_replaced_and_deleted_only_as_it_stands(store: Store, other: Store) -> None:
    earlier = SeenAlert("profile:3", "expiring", NOW)
    later = SeenAlert("profile:3", "expired", NOW + DAY, "root")
    await store.put_seen_alert(earlier)
    assert await other.seen_alerts() == [earlier]
    await store.put_seen_alert(later)
    await other.delete_seen_alert(earlier)
    assert await other.seen_alerts() == [later]
    await other.delete_seen_alert(later)
    assert await store.seen_alerts() == []


async def test_a_healthy_store_passes_its_check(store: Store) -> None:
    await store.check()
    await store.check()


async def _until_read(store: Store, count: int) -> None:
    async with asyncio.timeout(10):
        while len(await store.exchanges(limit=count + 1)) < count:  # noqa: ASYNC110 - another process is watched
            await asyncio.sleep(0.01)
