"""Profiles, token pairs and sign-ins under way. `other` is a second opening of the same store."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.conftest import DAY, MINUTE, NOW, Opener
from ups_gateway.errors import StoreFailed
from ups_gateway.model import Account, Profile, RefreshRecord, Secret, TokenPair
from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.store import Store, Vault

PAIR = TokenPair(
    access_token=Secret("access-one"),
    access_expires_at=NOW + 60 * MINUTE,
    refresh_token=Secret("refresh-one"),
    refresh_expires_at=NOW + 60 * DAY,
    status="approved",
    scope="public",
    issued_at=NOW,
    refresh_status="approved",
    refresh_issued_at=NOW,
    refresh_count="3",
)
NEXT = TokenPair(access_token=Secret("access-two"), access_expires_at=NOW + 120 * MINUTE)


async def test_a_new_profile_was_never_authorised(store: Store, other: Store) -> None:
    first = await store.add_profile("Warehouse", "portal", "production")
    second = await store.add_profile("Office", "portal", "test")
    assert first == Profile(first.id, "Warehouse", "portal", "production")
    assert await other.profile(first.id) == first
    assert await other.profiles() == [first, second]
    assert await other.profile(99) is None


async def test_a_consent_is_there_for_everybody_at_once(store: Store, other: Store) -> None:
    profile = await store.add_profile("Warehouse", "portal", "production")
    consented = await store.put_tokens(profile.id, PAIR, at=NOW, consent=True)
    assert consented == replace(profile, tokens=PAIR, generation=1, consented_at=NOW, refreshed_at=NOW)
    assert await other.profile(profile.id) == consented
    assert await other.profiles() == [consented]


async def test_a_refresh_keeps_the_time_of_consent_and_clears_what_went_wrong(store: Store, other: Store) -> None:
    profile = await store.add_profile("Warehouse", "portal", "production")
    before = await store.put_tokens(profile.id, PAIR, at=NOW, consent=True)
    await store.mark_lost_reply(profile.id, generation=1)
    assert await other.profile(profile.id) == replace(before, lost_reply=True)
    assert await store.reject_profile(profile.id, "invalid refresh token", generation=1) is True
    assert await other.profile(profile.id) == replace(before, rejected="invalid refresh token")
    await store.put_tokens(profile.id, NEXT, at=NOW + DAY, consent=False, generation=1)
    assert await other.profile(profile.id) == replace(before, tokens=NEXT, generation=2, refreshed_at=NOW + DAY)


async def test_a_refresh_of_an_older_pair_does_not_overwrite_a_newer_consent(store: Store, other: Store) -> None:
    profile = await store.add_profile("Warehouse", "portal", "production")
    await store.put_tokens(profile.id, PAIR, at=NOW, consent=True)
    newest = await other.put_tokens(profile.id, NEXT, at=NOW + MINUTE, consent=True)
    assert await store.put_tokens(profile.id, PAIR, at=NOW + DAY, consent=False, generation=1) == newest
    assert await other.profile(profile.id) == newest


async def test_what_was_learnt_about_an_older_pair_changes_nothing(store: Store, other: Store) -> None:
    profile = await store.add_profile("Warehouse", "portal", "production")
    newest = await store.put_tokens(profile.id, PAIR, at=NOW, consent=True)
    assert await other.reject_profile(profile.id, "refused", generation=0) is False
    await other.mark_lost_reply(profile.id, generation=0)
    assert await store.profile(profile.id) == newest


async def test_disconnecting_leaves_a_profile_as_if_never_authorised(store: Store, other: Store, path: Path) -> None:
    profile = await store.add_profile("Warehouse", "portal", "production")
    await store.put_tokens(profile.id, PAIR, at=NOW, consent=True)
    await store.drop_tokens(profile.id)
    assert await other.profile(profile.id) == replace(profile, generation=2)


async def test_renaming_and_deleting_a_profile_leaves_its_accounts_unconnected(store: Store, other: Store) -> None:
    profile = await store.add_profile("Warehouse", "portal", "production")
    account = await store.add_account(Account(0, "A1B2C3", "production", profile=profile.id))
    await store.add_refresh(RefreshRecord(profile.id, NOW, ok=True, words="renewed"))
    await store.rename_profile(profile.id, "Dock")
    assert await other.profile(profile.id) == replace(profile, name="Dock")
    await store.delete_profile(profile.id)
    await store.delete_profile(profile.id)
    assert await other.profiles() == []
    assert await other.refreshes(profile.id) == []
    assert await other.accounts() == [replace(account, profile=None)]
    assert (await store.add_profile("New", "portal", "production")).id != profile.id


async def test_a_profile_that_was_deleted_meanwhile_is_said_to_be_gone(store: Store) -> None:
    gone = "Profile 7 does not exist"
    with pytest.raises(LookupError, match=gone):
        await store.put_tokens(7, PAIR, at=NOW, consent=False)
    with pytest.raises(LookupError, match=gone):
        await store.drop_tokens(7)
    with pytest.raises(LookupError, match=gone):
        await store.rename_profile(7, "Dock")
    with pytest.raises(LookupError, match=gone):
        await store.add_refresh(RefreshRecord(7, NOW, ok=True, words="renewed"))


async def test_tokens_do_not_lie_readable_in_any_file(store: Store, written: Callable[[], bytes]) -> None:
    profile = await store.add_profile("Warehouse", "portal", "production")
    await store.put_tokens(profile.id, PAIR, at=NOW, consent=True)
    await store.put_pending_consent(b"state", {"verifier": "pkce-verifier"}, NOW + MINUTE)
    found = written()
    assert b"Warehouse" in found
    assert [word for word in (b"access-one", b"refresh-one", b"pkce-verifier") if word in found] == []


async def test_another_key_than_the_stores_is_a_clear_error(opener: Opener, store: Store, path: Path) -> None:
    profile = await store.add_profile("Warehouse", "portal", "production")
    await store.put_tokens(profile.id, PAIR, at=NOW, consent=True)
    stranger = await opener(path, FernetVault(make_key()))
    with pytest.raises(StoreFailed, match="Put the former key back"):
        await stranger.profile(profile.id)
    await stranger.close()


async def test_the_latest_use_of_a_profile_is_kept(store: Store, other: Store) -> None:
    profile = await store.add_profile("Warehouse", "portal", "production")
    await store.note_profile_used(profile.id, NOW + MINUTE)
    await store.note_profile_used(profile.id, NOW)
    await store.flush()
    assert await other.profile(profile.id) == replace(profile, used_at=NOW + MINUTE)


async def test_the_refresh_history_comes_newest_first_and_its_oldest_end_goes(store: Store, other: Store) -> None:
    profile = await store.add_profile("Warehouse", "portal", "production")
    records = [RefreshRecord(profile.id, NOW + n * MINUTE, n % 2 == 0, f"number {n}", n == 2) for n in range(3)]
    for record in records:
        await store.add_refresh(record)
    assert await other.refreshes(profile.id) == records[::-1]
    assert await other.refreshes(profile.id, limit=1) == [records[2]]


async def test_a_pending_consent_is_taken_once(store: Store, other: Store) -> None:
    row = {"application": "portal", "profile": 3, "verifier": "v", "back": None}
    await store.put_pending_consent(b"one", row, NOW + MINUTE)
    assert await other.take_pending_consent(b"two") is None
    assert await other.take_pending_consent(b"one") == (row, NOW + MINUTE)
    assert await store.take_pending_consent(b"one") is None


async def test_the_open_consents_come_newest_first_and_ended_ones_are_swept(store: Store, other: Store) -> None:
    for number, minutes in enumerate((5, 1, 10)):
        await store.put_pending_consent(bytes([number]), {"number": number}, NOW + minutes * MINUTE)
    assert await other.pending_consents(NOW + 2 * MINUTE) == [{"number": 2}, {"number": 0}]
    assert await store.take_pending_consent(b"\x01") is None


async def test_a_rotated_key_reads_what_the_old_one_wrote(opener: Opener, path: Path) -> None:
    key = make_key()
    before = await opener(path, FernetVault(key))
    profile = await before.add_profile("Warehouse", "portal", "production")
    consented = await before.put_tokens(profile.id, PAIR, at=NOW, consent=True)
    await before.close()
    rotated: Vault = FernetVault(key.rotated())
    after = await opener(path, rotated)
    assert await after.profile(profile.id) == consented
    await after.close()
