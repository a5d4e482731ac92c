"""One live token a profile: who waits for what, what the timer does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.oauth.conftest import SETTINGS, START, Bench
from tests.store.server import Server
from ups_gateway.errors import NotAuthorised, UpsUnreachable
from ups_gateway.model import Health, Secret
from ups_gateway.oauth.endpoint import Budget
from ups_gateway.oauth.flow import ProfileSource
from ups_gateway.oauth.keeper import LONGEST_IDLE, wait_for

HOUR = 3600.0
DAY = 24 * HOUR


# --- a token for a request --------------------------------------------------------------------------------------------


async def test_a_good_token_is_handed_out_without_a_call(bench: Bench) -> None:
    profile = await bench.consent()
    bench.forget_calls()
    tokens = {await bench.token(profile.id) for _ in range(3)}
    assert profile.tokens is not None
    assert (tokens, bench.calls("oauth")) == ({profile.tokens.access_token.reveal()}, [])


async def test_two_hundred_requests_at_expiry_make_one_refresh(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    tokens = await asyncio.gather(*(bench.token(profile.id) for _ in range(200)))
    assert (len(set(tokens)), bench.calls()) == (1, [(200, "dock")])


async def test_two_hundred_refused_requests_make_one_refresh(bench: Bench) -> None:
    profile = await bench.consent()
    source = ProfileSource(profile.id)
    rejected = await bench.keeper.token(source)
    bench.expire()
    tokens = await asyncio.gather(*(bench.keeper.renew(source, rejected=rejected) for _ in range(200)))
    late = await bench.keeper.renew(source, rejected=rejected)
    assert (len({*tokens, late}), rejected in tokens, bench.calls()) == (1, False, [(200, "dock")])
    assert await bench.works(late)


ON_BOTH = pytest.mark.parametrize("bench", ["sqlite", "postgres"], indirect=True)


@ON_BOTH
async def test_two_gateways_on_one_store_refresh_once(bench: Bench) -> None:
    profile = await bench.consent()
    _, other = await bench.open()
    source = ProfileSource(profile.id)
    assert await other.token(source) == await bench.keeper.token(source)
    bench.clock.advance(HOUR)
    tokens = await asyncio.gather(*(keeper.token(source) for keeper in (bench.keeper, other) for _ in range(50)))
    assert (len(set(tokens)), bench.calls()) == (1, [(200, "dock")])


@ON_BOTH
async def test_two_gateways_renew_a_refused_token_once(bench: Bench) -> None:
    profile = await bench.consent()
    _, other = await bench.open()
    source = ProfileSource(profile.id)
    rejected = await bench.keeper.token(source)
    bench.expire()
    tokens = await asyncio.gather(*(keeper.renew(source, rejected=rejected) for keeper in (bench.keeper, other)))
    assert (len(set(tokens)), len(bench.calls())) == (1, 1)


@ON_BOTH
async def test_a_renewal_that_joins_another_ones_does_not_take_the_refused_token_back(bench: Bench) -> None:
    profile = await bench.consent()
    source = ProfileSource(profile.id)
    _, other = await bench.open()
    bench.clock.advance(HOUR)
    await bench.keeper.renew_due()  # reads the profile and renews nothing: it is not in use
    theirs = await other.token(source)
    bench.expire()
    async with bench.store.lock(f"profile-{profile.id}"):
        joined = asyncio.create_task(bench.keeper.token(source))
        await asyncio.wait([joined], timeout=0.01)
        renewal = asyncio.create_task(bench.keeper.renew(source, rejected=theirs))
        await asyncio.wait([renewal], timeout=0.01)
    assert (await joined, await bench.works(await renewal), len(bench.calls())) == (theirs, True, 2)


async def test_a_waiter_that_hangs_up_does_not_stop_the_refresh_for_the_others(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    first, second = (asyncio.create_task(bench.token(profile.id)) for _ in range(2))
    bench.hold()
    await bench.replied.wait()
    first.cancel()
    await asyncio.wait([first])
    bench.gate.set()
    token = await second
    assert (first.cancelled(), bench.calls(), await bench.works(Secret(token))) == (True, [(200, "dock")], True)


async def test_a_refresh_that_nobody_waits_for_any_more_is_stored_before_the_end(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    task = asyncio.create_task(bench.token(profile.id))
    bench.hold()
    await bench.replied.wait()
    task.cancel()
    await asyncio.wait([task])
    bench.gate.set()
    await bench.keeper.close()
    stored = await bench.store.profile(profile.id)
    assert stored is not None
    assert stored.tokens is not None
    assert (stored.generation, await bench.works(stored.tokens.access_token)) == (profile.generation + 1, True)


async def test_without_waiting_a_renewal_is_only_begun(bench: Bench) -> None:
    profile = await bench.consent()
    source = ProfileSource(profile.id)
    assert await bench.keeper.token(source, wait=False) == await bench.keeper.token(source)
    bench.clock.advance(HOUR)
    with pytest.raises(UpsUnreachable, match="just renewing"):
        await bench.keeper.token(source, wait=False)
    await bench.keeper.close()
    assert (await bench.keeper.token(source, wait=False), bench.calls()) == (
        await bench.keeper.token(source),
        [(200, "dock")],
    )


async def test_tokens_survive_a_restart(bench: Bench) -> None:
    profile = await bench.consent()
    bench.forget_calls()
    bench.store, bench.keeper = await bench.open()
    assert profile.tokens is not None
    assert (await bench.token(profile.id), bench.calls("oauth")) == (profile.tokens.access_token.reveal(), [])


async def test_a_profile_that_another_process_disconnected_is_noticed_within_a_minute(bench: Bench) -> None:
    profile = await bench.consent()
    await bench.token(profile.id)
    _, other = await bench.open()
    await other.disconnect(profile.id)
    bench.clock.advance(61)
    with pytest.raises(NotAuthorised, match="nobody has signed in"):
        await bench.token(profile.id)


async def test_a_disconnected_profile_is_as_if_never_authorized(bench: Bench) -> None:
    profile = await bench.consent()
    await bench.keeper.disconnect(profile.id)
    with pytest.raises(NotAuthorised) as caught:
        await bench.token(profile.id)
    assert caught.value.message == (
        'The gateway is not authorized at UPS: nobody has signed in for profile "Dock 3" yet. Your access key is not '
        'the cause. Administrator: open the gateway\'s status page and press Authorize for profile "Dock 3".'
    )
    stored = await bench.store.profile(profile.id)
    assert stored is not None
    assert bench.keeper.health(stored, START) is Health.NEVER_AUTHORIZED


async def test_a_deleted_profile_and_one_whose_application_is_gone_are_said(bench: Bench) -> None:
    profile = await bench.consent()
    assert bench.keeper.describe(ProfileSource(profile.id)) == 'profile "Dock 3" (application "main")'
    del bench.applications["main"]
    bench.clock.advance(HOUR)
    with pytest.raises(NotAuthorised, match='application "main" of profile "Dock 3" is not in'):
        await bench.token(profile.id)
    assert bench.keeper.health(profile, START) is Health.INACTIVE
    assert await bench.keeper.renew_due() == LONGEST_IDLE
    await bench.store.delete_profile(profile.id)
    bench.clock.advance(61)
    with pytest.raises(NotAuthorised, match="has been deleted"):
        await bench.token(profile.id)
    assert bench.keeper.describe(ProfileSource(profile.id)) == f"profile {profile.id}"


# --- clocks -----------------------------------------------------------------------------------------------------------


async def test_a_token_is_not_used_in_its_last_minute(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR - 61)
    before = await bench.token(profile.id)
    bench.clock.advance(1)
    assert (before == await bench.token(profile.id), len(bench.calls())) == (False, 1)


async def test_a_machine_that_slept_for_nine_hours_renews_at_the_first_request(bench: Bench) -> None:
    profile = await bench.consent()
    await bench.token(profile.id)
    bench.clock.wall += 9 * HOUR
    token = await bench.keeper.token(ProfileSource(profile.id))
    assert (await bench.works(token), bench.calls()) == (True, [(200, "dock")])


async def test_a_clock_set_back_by_two_hours_does_not_lengthen_a_token_of_this_process(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.wall -= 2 * HOUR
    bench.clock.advance(HOUR)
    bench.expire()
    token = await bench.keeper.token(ProfileSource(profile.id))
    assert (await bench.works(token), bench.calls()) == (True, [(200, "dock")])


async def test_a_clock_set_back_while_the_gateway_was_down_makes_it_renew_once(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.wall -= 2 * HOUR
    bench.store, bench.keeper = await bench.open()
    tokens = {await bench.token(profile.id) for _ in range(3)}
    assert (len(tokens), bench.calls()) == (1, [(200, "dock")])


@pytest.mark.parametrize("skew", [-300.0, 300.0])
async def test_a_clock_that_is_five_minutes_wrong_costs_nothing(bench: Bench, skew: float) -> None:
    profile = await bench.consent()
    bench.clock.wall += skew
    assert (await bench.works(await bench.keeper.token(ProfileSource(profile.id))), bench.calls()) == (True, [])


# --- the timer --------------------------------------------------------------------------------------------------------


async def test_a_token_in_use_is_renewed_ahead_and_an_idle_one_is_not(bench: Bench) -> None:
    busy, idle = await bench.consent(), await bench.consent("Office", login="office")
    bench.clock.advance(HOUR / 2)
    await bench.token(busy.id)
    assert await bench.keeper.renew_due() == LONGEST_IDLE
    bench.clock.advance(HOUR / 2 - 301)
    assert (await bench.keeper.renew_due(), bench.calls()) == (1.0, [])
    bench.clock.advance(1)
    assert (await bench.keeper.renew_due(), bench.calls()) == (LONGEST_IDLE, [(200, "dock")])
    assert (await bench.store.profile(idle.id)) == idle


async def test_use_before_a_restart_counts(bench: Bench) -> None:
    profile = await bench.consent()
    await bench.token(profile.id)
    await bench.store.flush()
    bench.store, bench.keeper = await bench.open()
    bench.clock.advance(HOUR - 300)
    await bench.keeper.renew_due()
    assert bench.calls() == [(200, "dock")]


async def test_an_idle_profile_is_refreshed_at_a_third_of_its_refresh_tokens_life(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(20 * DAY - 1)
    await bench.keeper.renew_due()
    assert bench.calls() == []
    bench.clock.advance(1)
    await bench.keeper.renew_due()
    stored = await bench.store.profile(profile.id)
    assert stored is not None
    assert stored.tokens is not None
    assert (bench.calls(), stored.tokens.refresh_expires_at) == ([(200, "dock")], START + timedelta(days=80))


@pytest.mark.parametrize("settings", [replace(SETTINGS, refresh_slides=False)])
async def test_a_refresh_token_whose_end_does_not_move_ages_out_with_a_warning_and_few_calls(bench: Bench) -> None:
    profile = await bench.consent()
    seen = set()
    for _ in range(61):
        await bench.keeper.renew_due()
        stored = await bench.store.profile(profile.id)
        assert stored is not None
        seen.add(bench.keeper.health(stored, bench.clock.utc()))
        bench.clock.advance(DAY)
    assert (seen, len(bench.calls()) < 15) == ({Health.OK, Health.EXPIRING, Health.EXPIRED}, True)
    bench.forget_calls()
    with pytest.raises(NotAuthorised, match=r'authorization at UPS for profile "Dock 3" has expired\.'):
        await bench.token(profile.id)
    assert bench.calls() == []


async def test_a_failed_prefetch_backs_off_and_the_token_stays_in_use(bench: Bench) -> None:
    profile = await bench.consent()
    token = await bench.token(profile.id)
    bench.clock.advance(HOUR - 300)
    bench.fault(status=503)
    waits = [await bench.keeper.renew_due() for _ in range(3)]
    assert (waits, len(bench.calls())) == ([60.0, 60.0, 60.0], 2)
    bench.clock.advance(60)
    assert (await bench.keeper.renew_due(), len(bench.calls())) == (120.0, 4)
    assert await bench.token(profile.id) == token
    bench.heal()
    bench.clock.advance(120)
    await bench.keeper.renew_due()
    assert (await bench.token(profile.id) == token, bench.calls()[-1]) == (False, (200, "dock"))


async def test_a_spent_budget_stops_prefetches_and_repeats_but_no_request(bench: Bench) -> None:
    bench.budget = Budget(application=0, profile=1)
    bench.store, bench.keeper = await bench.open()
    profile = await bench.consent()
    assert await bench.keeper.token_calls("main") == (1, 1)
    await bench.token(profile.id)
    bench.clock.advance(HOUR - 300)
    assert (await bench.keeper.renew_due(), bench.calls()) == (LONGEST_IDLE, [])
    bench.clock.advance(300)
    bench.fault(status=503, times=1)
    with pytest.raises(UpsUnreachable):
        await bench.token(profile.id)
    assert await bench.works(await bench.keeper.token(ProfileSource(profile.id)))
    assert (bench.calls(), await bench.keeper.token_calls("main")) == ([(503, "dock"), (200, "dock")], (3, 1))
    bench.clock.advance(DAY)
    assert await bench.keeper.token_calls("main") == (0, 1)


async def test_the_background_task_sleeps_until_something_is_due_and_ends_when_cancelled(bench: Bench) -> None:
    profile = await bench.consent()
    await bench.token(profile.id)
    bench.clock.advance(HOUR - 400)
    task = asyncio.create_task(bench.keeper.run())
    await bench.timer.waiting.wait()
    assert (bench.timer.asked, bench.calls()) == ([100.0], [])
    bench.timer.waiting.clear()
    bench.clock.advance(100)
    bench.timer.ring.set()
    await bench.timer.waiting.wait()
    assert (bench.timer.asked, bench.calls()) == ([100.0, LONGEST_IDLE], [(200, "dock")])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_background_task_outlives_a_store_that_cannot_be_read(bench: Bench) -> None:
    await bench.consent()
    store, keeper = await bench.open()
    await store.close()
    task = asyncio.create_task(keeper.run())
    await bench.timer.waiting.wait()
    assert (bench.timer.asked, task.done()) == ([LONGEST_IDLE], False)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_waiter_ends_with_its_event_or_its_time() -> None:
    event = asyncio.Event()
    await wait_for(event, 0.001)
    event.set()
    await wait_for(event, 1000.0)


@pytest.mark.parametrize("bench", ["postgres"], indirect=True)
async def test_what_another_gateway_does_to_a_profile_is_seen_by_the_next_request(bench: Bench) -> None:
    profile = await bench.consent()
    _, other = await bench.open()
    first = await other.token(ProfileSource(profile.id))
    await bench.keeper.renew(ProfileSource(profile.id), rejected=first)
    assert await other.token(ProfileSource(profile.id)) == await bench.keeper.token(ProfileSource(profile.id)) != first
    await bench.keeper.disconnect(profile.id)
    with pytest.raises(NotAuthorised):
        await other.token(ProfileSource(profile.id))


@pytest.mark.parametrize("bench", ["postgres"], indirect=True)
async def test_a_token_that_is_good_ships_while_the_database_is_away(bench: Bench, postgres: Server) -> None:
    profile = await bench.consent()
    token = await bench.token(profile.id)
    postgres.stop()
    try:
        assert await bench.token(profile.id) == token
    finally:
        postgres.start()
    assert await bench.token(profile.id) == token


@pytest.mark.parametrize("bench", ["postgres"], indirect=True)
async def test_all_gateways_whose_timer_rings_renew_ahead_once(bench: Bench) -> None:
    profile = await bench.consent()
    keepers = [bench.keeper, *[(await bench.open())[1] for _ in range(4)]]
    for keeper in keepers:
        await keeper.token(ProfileSource(profile.id))
    bench.clock.advance(HOUR - 60)
    await asyncio.gather(*(keeper.renew_due() for keeper in keepers))
    assert bench.calls() == [(200, "dock")]
