"""The matrix of refresh failures: what UPS was asked, what is left of the pair, what the history says."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.oauth.conftest import SETTINGS, START, Bench
from ups_gateway.errors import NotAuthorised, StoreFailed, UpsUnreachable
from ups_gateway.model import Environment, Health, Profile
from ups_gateway.oauth.flow import ProfileSource

HOUR = 3600.0
DAY = 24 * HOUR
INVALID = "UPS refused: Invalid Refresh Token (10400). The consent has ended: authorize the profile again."


async def stored(bench: Bench, profile: Profile) -> Profile:
    found = await bench.store.profile(profile.id)
    assert found is not None
    return found


def break_table(bench: Bench, event: str = "", *, heal: bool = False) -> None:
    """Makes SQLite itself refuse a kind of write, as a full disk would."""
    with sqlite3.connect(bench.path) as db:
        if heal:
            db.execute("DROP TRIGGER full")
        else:
            db.execute(f"CREATE TRIGGER full BEFORE {event} BEGIN SELECT json('disk full'); END")
    db.close()


def rename(bench: Bench, table: str, name: str) -> None:
    """Takes a table away from the gateway, or gives it back."""
    with sqlite3.connect(bench.path) as db:
        db.execute(f"ALTER TABLE {table} RENAME TO {name}")
    db.close()


# --- transient: the pair stays ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "words", "lost"),
    [
        ({"status": 500}, "UPS answered the refresh call with HTTP 500 (Internal Server Error)", False),
        ({"status": 502, "raw": "<html>"}, "UPS answered the refresh call with HTTP 502", False),
        ({"status": 503}, "UPS answered the refresh call with HTTP 503 (Service Unavailable)", False),
        ({"status": 404}, "UPS answered the refresh call with HTTP 404 (Not Found)", False),
        ({"status": 302, "headers": {"Location": "/"}}, "UPS answered the refresh call with HTTP 302 (Found)", False),
        ({"status": 401, "raw": "<html>"}, "UPS answered the refresh call with HTTP 401", False),
        ({"status": 403, "raw": ""}, "UPS answered the refresh call with HTTP 403", False),
        (
            {"status": 200, "raw": "<html>"},
            "UPS answered the refresh call with HTTP 200 but without a usable token",
            True,
        ),
        ({"status": 200, "body": {"access_token": "x"}}, "UPS answered the refresh call with HTTP 200 but", True),
        ({"drop": "before"}, "UPS's reply was lost", True),
    ],
)
async def test_a_passing_failure_never_discards_the_pair(
    bench: Bench, fault: dict[str, Any], words: str, lost: bool
) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    bench.fault(**fault)
    with pytest.raises(UpsUnreachable) as caught:
        await bench.token(profile.id)
    assert caught.value.message.startswith(
        f'The gateway could not renew its authorization for profile "Dock 3": {words}'
    )
    assert await stored(bench, profile) == replace(profile, lost_reply=lost, used_at=None)
    assert (len(bench.calls()), bench.keeper.health(profile, bench.clock.utc())) == (2, Health.OK)
    assert [(ok, text.startswith(words)) for ok, text in (await bench.history(profile.id))[:-1]] == [(False, True)]
    bench.heal()
    assert await bench.works(await bench.keeper.token(ProfileSource(profile.id)))
    assert (await stored(bench, profile)).lost_reply is False


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "before"}, {"status": 200, "raw": "?"}])
async def test_one_passing_failure_is_healed_by_the_second_try(bench: Bench, fault: dict[str, Any]) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    bench.fault(times=1, **fault)
    assert await bench.works(await bench.keeper.token(ProfileSource(profile.id)))
    assert len(bench.calls()) == 2
    assert bench.timer.asked == [0.5]


async def test_ups_that_is_away_is_said_and_nothing_counts_as_lost(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    bench.environments["simulator"] = Environment("simulator", "http://127.0.0.1:1")
    with pytest.raises(UpsUnreachable, match=r"UPS could not be reached: no connection to 127\.0\.0\.1"):
        await bench.token(profile.id)
    assert (await stored(bench, profile)).lost_reply is False


async def test_an_outage_fills_the_history_with_one_line_in_ten_minutes(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    bench.fault(status=503)
    for _ in range(5):
        with pytest.raises(UpsUnreachable):
            await bench.token(profile.id)
    assert (len(bench.calls()), len(await bench.history(profile.id))) == (10, 2)
    bench.clock.advance(600)
    with pytest.raises(UpsUnreachable):
        await bench.token(profile.id)
    assert len(await bench.history(profile.id)) == 3


async def test_a_lost_reply_is_tried_once_more_and_a_spent_token_then_ends_the_consent(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    bench.fault(drop="after", times=1)
    with pytest.raises(NotAuthorised) as caught:
        await bench.token(profile.id)
    words = f"{INVALID} UPS's reply to an earlier refresh was lost on its way and may have held the next token."
    assert words in caught.value.message
    assert bench.calls() == [(0, "dock"), (401, "dock")]
    assert (await stored(bench, profile)).rejected == words


# --- UPS's 429 --------------------------------------------------------------------------------------------------------


async def test_the_wait_that_ups_names_is_kept_by_all_profiles_of_the_application(bench: Bench) -> None:
    first, second = await bench.consent(), await bench.consent("Office", login="office")
    bench.clock.advance(HOUR)
    bench.fault(status=429, headers={"Retry-After": "90"}, times=1)
    for profile, wait in ((first, 90.0), (second, 90.0), (first, 90.0)):
        with pytest.raises(UpsUnreachable, match="takes the next one in 90 seconds") as caught:
            await bench.token(profile.id)
        assert caught.value.retry_after == wait
    assert (len(bench.calls()), (await stored(bench, first)).rejected) == (1, "")
    assert (await bench.keeper.renew_due(), len(bench.calls())) == (300.0, 1)
    bench.clock.advance(90)
    assert await bench.works(await bench.keeper.token(ProfileSource(first.id)))


async def test_a_429_that_names_no_wait_holds_for_a_minute(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    bench.fault(status=429, times=1)
    with pytest.raises(UpsUnreachable) as caught:
        await bench.token(profile.id)
    assert caught.value.retry_after == 60.0
    bench.clock.advance(60)
    await bench.token(profile.id)


# --- explicit refusal -------------------------------------------------------------------------------------------------


async def test_a_refused_refresh_token_rejects_the_profile_and_is_not_hammered(bench: Bench) -> None:
    profile = await bench.consent()
    bench.revoke()
    bench.clock.advance(HOUR)
    for _ in range(20):
        with pytest.raises(NotAuthorised) as caught:
            await bench.token(profile.id)
        bench.clock.advance(29)
    assert caught.value.message == (
        f'UPS no longer accepts the gateway\'s authorization for profile "Dock 3". {INVALID} Your access key is not '
        'the cause. Administrator: open the gateway\'s status page and press Reauthorize for profile "Dock 3".'
    )
    rejected = await stored(bench, profile)
    assert (rejected.rejected, rejected.tokens, bench.keeper.health(rejected, START)) == (
        INVALID,
        profile.tokens,
        Health.REJECTED,
    )
    assert (bench.calls(), (await bench.history(profile.id))[0]) == ([(401, "dock")], (False, INVALID))
    assert (await bench.keeper.renew_due(), len(bench.calls())) == (300.0, 1)
    bench.clock.advance(20)
    with pytest.raises(NotAuthorised):
        await bench.token(profile.id)
    assert len(bench.calls()) == 2


async def test_a_rejected_profile_is_not_hammered_by_a_restarted_gateway_either(bench: Bench) -> None:
    profile = await bench.consent()
    bench.revoke()
    bench.clock.advance(HOUR)
    with pytest.raises(NotAuthorised):
        await bench.token(profile.id)
    bench.store, bench.keeper = await bench.open()
    bench.clock.advance(599)
    with pytest.raises(NotAuthorised, match="no longer accepts"):
        await bench.token(profile.id)
    assert len(bench.calls()) == 1
    bench.clock.advance(1)
    with pytest.raises(NotAuthorised):
        await bench.token(profile.id)
    assert len(bench.calls()) == 2


async def test_a_token_refused_by_ups_whose_renewal_is_refused_is_not_offered_again(bench: Bench) -> None:
    profile = await bench.consent()
    source = ProfileSource(profile.id)
    token = await bench.keeper.token(source)
    bench.revoke()
    with pytest.raises(NotAuthorised):
        await bench.keeper.renew(source, rejected=token)
    with pytest.raises(NotAuthorised):
        await bench.keeper.token(source)
    assert bench.calls() == [(401, "dock")]


async def test_a_good_token_is_used_to_its_end_although_the_renewal_ahead_was_refused(bench: Bench) -> None:
    profile = await bench.consent()
    token = await bench.token(profile.id)
    bench.expire("refresh")
    bench.clock.advance(HOUR - 300)
    await bench.keeper.renew_due()
    assert (await bench.token(profile.id), bench.calls()) == (token, [(401, "dock")])


@pytest.mark.parametrize("restart", [True, False])
async def test_a_new_consent_ends_the_rejection(bench: Bench, restart: bool) -> None:
    profile = await bench.consent()
    bench.revoke()
    bench.clock.advance(HOUR)
    with pytest.raises(NotAuthorised):
        await bench.token(profile.id)
    if restart:
        _, bench.keeper = await bench.open()
    again = await bench.consent(profile=profile.id)
    assert (again.id, again.rejected) == (profile.id, "")
    assert await bench.works(await bench.keeper.token(ProfileSource(profile.id)))


async def test_a_mended_cause_is_tried_at_once_when_the_administrator_asks(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    bench.fault(
        status=401, body={"response": {"errors": [{"code": "10401", "message": "ClientId is Invalid"}]}}, times=1
    )
    with pytest.raises(NotAuthorised, match="Compare client id, client secret and environment"):
        await bench.token(profile.id)
    await bench.keeper.try_again(profile.id)
    assert await bench.works(await bench.keeper.token(ProfileSource(profile.id)))
    assert (await stored(bench, profile)).rejected == ""


async def test_an_expired_refresh_token_is_not_sent(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(60 * DAY)
    with pytest.raises(NotAuthorised, match="has expired"):
        await bench.token(profile.id)
    assert bench.calls() == []


async def test_a_pair_without_refresh_token_ends_with_its_access_token(bench: Bench) -> None:
    profile = await bench.consent()
    assert profile.tokens is not None
    alone = replace(profile.tokens, refresh_token=None, refresh_expires_at=None)
    await bench.store.put_tokens(profile.id, alone, at=START, consent=True)
    bench.store, bench.keeper = await bench.open()
    token = await bench.keeper.token(ProfileSource(profile.id))
    with pytest.raises(NotAuthorised, match="UPS gave no refresh token"):
        await bench.keeper.renew(ProfileSource(profile.id), rejected=token)
    assert await bench.keeper.renew_due() == 300.0
    bench.clock.advance(HOUR)
    with pytest.raises(NotAuthorised, match="has expired"):
        await bench.token(profile.id)


# --- the store --------------------------------------------------------------------------------------------------------


async def test_a_store_that_cannot_be_written_costs_no_refresh_token(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    break_table(bench, "INSERT ON settings")
    with pytest.raises(StoreFailed):
        await bench.token(profile.id)
    assert bench.calls() == []
    break_table(bench, heal=True)
    assert await bench.works(await bench.keeper.token(ProfileSource(profile.id)))


async def test_a_good_token_needs_no_store_that_can_be_read(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(61)
    rename(bench, "profiles", "away")
    assert profile.tokens is not None
    assert await bench.token(profile.id) == profile.tokens.access_token.reveal()
    bench.clock.advance(HOUR)
    with pytest.raises(StoreFailed):
        await bench.token(profile.id)
    assert bench.calls() == []
    rename(bench, "away", "profiles")


async def test_a_pair_that_cannot_be_stored_is_used_by_nobody_and_stored_later_without_another_call(
    bench: Bench,
) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    break_table(bench, "UPDATE OF sealed_tokens ON profiles")
    for _ in range(3):
        with pytest.raises(StoreFailed):
            await bench.token(profile.id)
    assert (await stored(bench, profile), bench.calls()) == (profile, [(200, "dock")])
    with pytest.raises(StoreFailed):
        await bench.keeper.renew_due()
    break_table(bench, heal=True)
    token = await bench.keeper.token(ProfileSource(profile.id))
    assert (await bench.works(token), bench.calls()) == (True, [(200, "dock")])
    after = await stored(bench, profile)
    assert after.tokens is not None
    assert after.tokens.access_token == token


async def test_the_timer_stores_what_was_kept_back(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    break_table(bench, "UPDATE OF sealed_tokens ON profiles")
    with pytest.raises(StoreFailed):
        await bench.token(profile.id)
    break_table(bench, heal=True)
    await bench.keeper.renew_due()
    after = await stored(bench, profile)
    assert (after.generation, len(bench.calls())) == (profile.generation + 1, 1)


async def test_a_pair_kept_back_gives_way_to_a_newer_consent(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    break_table(bench, "UPDATE OF sealed_tokens ON profiles")
    with pytest.raises(StoreFailed):
        await bench.token(profile.id)
    break_table(bench, heal=True)
    _, other = await bench.open()
    address = await other.begin("main", profile.id)
    newest = (await other.finish(await bench.sign_in(address))).profile
    assert newest.tokens is not None
    assert await bench.token(profile.id) == newest.tokens.access_token.reveal()
    await bench.keeper.close()
    assert (await stored(bench, profile)).tokens == newest.tokens


async def test_a_consent_during_a_refresh_wins(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    query = await bench.sign_in(await bench.keeper.begin("main", profile.id))
    bench.hold()
    refresh = asyncio.create_task(bench.token(profile.id))
    await bench.replied.wait()
    consent = asyncio.create_task(bench.keeper.finish(query))
    bench.gate.set()
    newest = (await consent).profile
    await refresh
    assert newest.tokens is not None
    assert (await stored(bench, profile)).tokens == newest.tokens
    assert await bench.token(profile.id) == newest.tokens.access_token.reveal()


async def test_a_profile_deleted_during_its_refresh_or_consent_is_said(bench: Bench) -> None:
    profile = await bench.consent()
    query = await bench.sign_in(await bench.keeper.begin("main", profile.id))
    bench.hold()
    consent = asyncio.create_task(bench.keeper.finish(query))
    await bench.replied.wait()
    await bench.store.delete_profile(profile.id)
    bench.gate.set()
    with pytest.raises(NotAuthorised, match="has been deleted"):
        await consent
    second = await bench.consent()
    bench.clock.advance(HOUR)
    bench.hold()
    refresh = asyncio.create_task(bench.token(second.id))
    await bench.replied.wait()
    await bench.store.delete_profile(second.id)
    bench.gate.set()
    with pytest.raises(NotAuthorised, match="has been deleted"):
        await refresh


async def test_a_profile_deleted_while_the_timer_is_at_work_does_not_end_the_timer(bench: Bench) -> None:
    profiles = [await bench.consent(f"Dock {number}") for number in range(5)]
    for profile in profiles:
        await bench.token(profile.id)
    bench.clock.advance(HOUR - 300)
    bench.hold()
    work = asyncio.create_task(bench.keeper.renew_due())
    await bench.replied.wait()
    await bench.store.delete_profile(profiles[4].id)  # it still waits for its turn behind four others
    bench.gate.set()
    await work
    assert len(bench.calls()) == 4


async def test_a_pair_kept_back_is_dropped_with_its_profile(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    break_table(bench, "UPDATE OF sealed_tokens ON profiles")
    with pytest.raises(StoreFailed):
        await bench.token(profile.id)
    break_table(bench, heal=True)
    await bench.store.delete_profile(profile.id)
    assert await bench.keeper.renew_due() == 300.0


async def test_a_history_that_cannot_be_written_stops_nothing(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    break_table(bench, "INSERT ON refreshes")
    assert await bench.works(await bench.keeper.token(ProfileSource(profile.id)))


@pytest.mark.parametrize(
    ("fault", "column", "error"),
    [
        ({"status": 401}, "rejected", NotAuthorised),
        ({"drop": "before"}, "lost_reply", UpsUnreachable),
    ],
)
async def test_a_mark_that_cannot_be_stored_changes_no_outcome(
    bench: Bench, fault: dict[str, Any], column: str, error: type[Exception]
) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    break_table(bench, f"UPDATE OF {column} ON profiles")
    bench.fault(**fault)
    with pytest.raises(error):
        await bench.token(profile.id)
    asked = len(bench.calls())
    if error is NotAuthorised:
        with pytest.raises(NotAuthorised, match="no longer accepts"):
            await bench.token(profile.id)
        assert len(bench.calls()) == asked
    assert await stored(bench, profile) == profile


async def test_the_history_says_how_long_the_new_tokens_last(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    await bench.token(profile.id)
    assert (await bench.history(profile.id))[0] == (
        True,
        "UPS gave new tokens. The access token lasts 60 minutes, the refresh token 60 days.",
    )


@pytest.mark.parametrize("settings", [replace(SETTINGS, access_lifetime=30)])
async def test_lifetimes_are_those_of_the_reply(bench: Bench) -> None:
    profile = await bench.consent()
    assert profile.tokens is not None
    assert profile.tokens.access_expires_at == START + timedelta(seconds=30)
    bench.clock.advance(26)
    first = await bench.token(profile.id)
    bench.clock.advance(1)
    assert (first == await bench.token(profile.id), len(bench.calls())) == (False, 1)
