"""Accounts, access keys and sightings. `other` is a second opening of the same store."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.store.conftest import DAY, MINUTE, NOW
from ups_gateway.model import AccessKey, Account, AccountDefaults, KeySighting, TwoPhase
from ups_gateway.store import Store

PLAIN = Account(0, "A1B2C3", "production")
KEY = AccessKey(0, "DEMO0ACCESS0KEY0", "demo", "scrypt$...", account=0)
SEEN = KeySighting("LICENCE", "user", "scrypt$1", "127.0.0.1", "curl/8", frozenset({"rate"}), NOW, NOW, 1)


async def test_an_account_comes_back_whole(store: Store, other: Store) -> None:
    profile = await store.add_profile("Warehouse", "portal", "production")
    full = Account(
        id=0,
        number="A1B2C3",
        environment="production",
        nickname="Dock",
        postal_code="21093",
        country="CA",
        profile=profile.id,
        application=None,
        active=False,
        defaults=AccountDefaults("00", "01", negotiated_rates=True, label_format="ZPL", label_stock=("6", "4")),
        probe="not_linked",
        probe_note="Missing or invalid shipper number",
        probed_at=NOW,
    )
    added = await store.add_account(full)
    assert added == replace(full, id=added.id)
    assert await other.account(added.id) == added
    assert await other.accounts() == [added]
    changed = Account(added.id, "A1B2C4", "test", application="portal")
    await store.change_account(changed)
    assert await other.accounts() == [changed]
    await store.delete_account(added.id)
    assert await other.account(added.id) is None


async def test_accounts_are_read_by_their_ids(store: Store) -> None:
    one, two, three = [await store.add_account(replace(PLAIN, number=f"A1B2C{number}")) for number in range(3)]
    assert await store.accounts() == [one, two, three]
    assert await store.accounts({three.id, one.id, 99}) == [one, three]
    assert await store.accounts(()) == []


async def test_a_number_is_unique_in_its_environment(store: Store) -> None:
    await store.add_account(PLAIN)
    there = await store.add_account(replace(PLAIN, environment="test"))
    with pytest.raises(ValueError, match="A1B2C3 exists already in environment production"):
        await store.add_account(PLAIN)
    with pytest.raises(ValueError, match="A1B2C3 exists already in environment production"):
        await store.change_account(replace(there, environment="production"))


async def test_an_account_that_is_gone_or_names_an_unknown_profile_is_refused(store: Store) -> None:
    with pytest.raises(LookupError, match="Account 9 does not exist"):
        await store.change_account(replace(PLAIN, id=9))
    with pytest.raises(ValueError, match=r"(?i)foreign key"):
        await store.add_account(replace(PLAIN, profile=9))


async def test_a_key_comes_back_whole_with_its_default_among_its_accounts(store: Store, other: Store) -> None:
    one, two, three = [await store.add_account(replace(PLAIN, number=f"A1B2C{n}")) for n in range(3)]
    full = AccessKey(
        id=0,
        licence="LICENCE",
        user="user",
        password_hash="scrypt$1",
        account=one.id,
        accounts=frozenset({two.id}),
        test_account=three.id,
        two_phase=TwoPhase.QUOTE,
        at_once=TwoPhase.SHIP,
        void_unaccepted_after=timedelta(minutes=90, microseconds=1),
        json_fault_status=500,
        json_errors_beside=True,
        status="blocked",
        label="The old cart",
    )
    added = await store.add_key(full)
    assert added == replace(full, id=added.id, accounts=frozenset({one.id, two.id}))
    assert await other.keys() == [added]
    second = await store.add_key(replace(KEY, account=two.id, void_unaccepted_after=None))
    assert await other.keys() == [added, second]
    assert await other.keys_of_licence("LICENCE") == [added]
    changed = replace(second, licence="LICENCE", accounts=frozenset({three.id}), account=three.id)
    await store.change_key(changed)
    assert await other.keys_of_licence("LICENCE") == [added, changed]
    await store.delete_key(added.id)
    assert await other.keys() == [changed]


async def test_a_licence_and_user_are_mapped_once(store: Store) -> None:
    account = await store.add_account(PLAIN)
    await store.add_key(replace(KEY, account=account.id))
    second = await store.add_key(replace(KEY, account=account.id, user="second"))
    with pytest.raises(ValueError, match=r"…KEY0 with this user is mapped already"):
        await store.add_key(replace(KEY, account=account.id))
    with pytest.raises(ValueError, match=r"…KEY0 with this user is mapped already"):
        await store.change_key(replace(second, user="demo"))
    with pytest.raises(LookupError, match="Access key 9 does not exist"):
        await store.change_key(replace(second, id=9, user="third"))


@pytest.mark.parametrize("licence", ["", "unknown", "\ud800", "x" * 100_000])
async def test_whatever_a_request_calls_a_licence_can_be_looked_up(store: Store, licence: str) -> None:
    assert await store.keys_of_licence(licence) == []


async def test_an_account_stays_while_a_key_maps_to_it(store: Store, other: Store) -> None:
    default, further, tested = [await store.add_account(replace(PLAIN, number=f"A1B2C{n}")) for n in range(3)]
    key = await store.add_key(
        replace(KEY, account=default.id, accounts=frozenset({further.id}), test_account=tested.id)
    )
    for account in (default, further, tested):
        with pytest.raises(ValueError, match=r"still mapped to 1 access key"):
            await store.delete_account(account.id)
    await store.delete_key(key.id)
    for account in (default, further, tested):
        await store.delete_account(account.id)
    assert await other.accounts() == []


async def test_ids_of_deleted_rows_are_not_given_again(store: Store) -> None:
    account = await store.add_account(PLAIN)
    key = await store.add_key(replace(KEY, account=account.id))
    await store.delete_key(key.id)
    await store.delete_account(account.id)
    again = await store.add_account(PLAIN)
    assert again.id != account.id
    assert (await store.add_key(replace(KEY, account=again.id))).id != key.id


async def test_sightings_of_the_same_licence_and_user_add_up(store: Store, other: Store) -> None:
    later = replace(
        SEEN,
        password_hash="scrypt$2",
        peer="::1",
        user_agent="java",
        operations=frozenset({"ship"}),
        first_seen=NOW + DAY,
        last_seen=NOW + DAY,
        count=2,
    )
    stranger = replace(SEEN, user="somebody", last_seen=NOW + MINUTE)
    await store.note_sighting(SEEN)
    await store.note_sighting(stranger)
    await store.flush()
    await store.note_sighting(later)
    both = replace(later, operations=frozenset({"rate", "ship"}), first_seen=NOW, count=3)
    assert await store.sightings() == [both, stranger]
    assert await other.sightings() == [both, stranger]
    await store.forget_sighting("LICENCE", "user")
    assert await other.sightings() == [stranger]


@pytest.mark.parametrize(
    ("change", "count"),
    [
        pytest.param({}, 1, id="the same again"),
        pytest.param({"password_hash": "scrypt$2"}, 2, id="another password"),
        pytest.param({"peer": "10.0.0.9"}, 2, id="another machine"),
        pytest.param({"operations": frozenset({"ship"})}, 2, id="another operation"),
        pytest.param({"last_seen": NOW + timedelta(seconds=3)}, 2, id="later"),
    ],
)
async def test_a_refused_request_that_a_library_sends_twice_at_once_counts_once(
    store: Store, change: dict[str, Any], count: int
) -> None:
    await store.note_sighting(SEEN)
    await store.note_sighting(replace(SEEN, **{"last_seen": NOW + timedelta(milliseconds=40), **change}))
    assert [seen.count for seen in await store.sightings()] == [count]


async def test_odd_characters_and_lengths_in_a_sighting_are_kept_readable(store: Store) -> None:
    await store.note_sighting(replace(SEEN, licence="\ud800" + "x" * 500, user_agent="\udcff" * 300))
    (seen,) = await store.sightings()
    assert (seen.licence, seen.user_agent) == ("\\ud800" + "x" * 199, "\\udcff" * 200)


async def test_only_the_latest_thousand_sightings_stay(store: Store) -> None:
    for number in range(1003):
        await store.note_sighting(replace(SEEN, licence=f"{number}", last_seen=NOW + number * MINUTE))
    assert [seen.licence for seen in await store.sightings()] == [str(number) for number in range(1002, 2, -1)]


async def test_what_a_person_said_of_a_sighting_stays_when_it_is_seen_again(store: Store, other: Store) -> None:
    seen = KeySighting("LICENCE0000KEY09", "cart", "hash", "", "", frozenset({"rate"}), NOW, NOW, 1)
    await store.note_sighting(seen)
    await store.mark_sighting(seen.licence, seen.user, "ignored")
    await store.note_sighting(replace(seen, last_seen=NOW + DAY))
    await store.flush()
    found = await other.sighting(seen.licence, seen.user)
    assert found == replace(seen, last_seen=NOW + DAY, count=2, status="ignored")
    assert await other.sighting(seen.licence, "somebody") is None
