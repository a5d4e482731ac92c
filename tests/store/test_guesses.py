"""Wrong passwords counted: who is held back, for how long, and who never is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from ups_gateway.model import Secret
from ups_gateway.store import Store
from ups_gateway.store.guesses import EVERYWHERE, FROM_ALL, FROM_ONE, WITHIN, Guesses, Hold, holds, lift

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOME, STRANGER = "127.0.0.1", "10.0.0.7"


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guesses(store: Store, clock: Clock) -> Guesses:
    return Guesses(store, clock)


async def guess(guesses: Guesses, times: int, peer: str = STRANGER, start: int = 0) -> list[Hold]:
    """The holds that so many different wrong passwords bring."""
    found = [await guesses.wrong(1, peer, Secret(f"guess {number}")) for number in range(start, start + times)]
    return [hold for hold in found if hold is not None]


async def test_an_address_that_guessed_ten_times_is_held_for_a_quarter_of_an_hour(
    guesses: Guesses, store: Store, clock: Clock
) -> None:
    assert await guess(guesses, FROM_ONE - 1) == []
    assert not await guesses.held(1, STRANGER)
    assert await guess(guesses, 1, start=FROM_ONE) == [Hold(1, STRANGER, START + WITHIN)]
    assert [await guesses.held(1, STRANGER), await guesses.held(1, HOME), await guesses.held(2, STRANGER)] == [
        True,
        False,
        False,
    ]
    clock.at += WITHIN
    assert (await guesses.held(1, STRANGER), await holds(store, clock.at)) == (False, [])
    assert await guess(guesses, FROM_ONE - 1) == []


async def test_the_same_wrong_password_counts_once_however_often_a_program_sends_it(guesses: Guesses) -> None:
    found = [await guesses.wrong(1, STRANGER, Secret("last year's")) for _ in range(5 * FROM_ALL)]
    assert found == [None] * 5 * FROM_ALL


async def test_slow_guesses_are_forgotten(guesses: Guesses, clock: Clock) -> None:
    for number in range(3 * FROM_ONE):
        assert await guess(guesses, 1, start=number) == []
        clock.at += WITHIN / (FROM_ONE - 1) + timedelta(seconds=1)


async def test_guesses_from_many_addresses_hold_all_but_those_that_are_known(guesses: Guesses) -> None:
    await guesses.right(1, HOME)
    found = [await guess(guesses, 1, f"10.0.1.{number}", number) for number in range(FROM_ALL)]
    assert found == [*[[]] * (FROM_ALL - 1), [Hold(1, EVERYWHERE, START + WITHIN)]]
    assert [await guesses.held(1, peer) for peer in (STRANGER, "10.0.1.1", HOME)] == [True, True, False]


async def test_an_address_that_the_right_password_came_from_is_never_held_also_after_a_restart(
    guesses: Guesses, store: Store, clock: Clock
) -> None:
    await guesses.right(1, HOME)
    again = Guesses(store, clock)
    assert await guess(again, 2 * FROM_ALL, HOME) == []
    assert not await again.held(1, HOME)


async def test_a_hold_lasts_over_a_restart_and_ends_by_command(guesses: Guesses, store: Store, clock: Clock) -> None:
    await guess(guesses, FROM_ONE)
    again = Guesses(store, clock)
    assert await again.held(1, STRANGER)
    assert [await lift(store, 2, clock.at), await lift(store, 1, clock.at), await lift(store, 1, clock.at)] == [
        False,
        True,
        False,
    ]
    assert [await again.held(1, STRANGER), await guesses.held(1, STRANGER)] == [False, False]
    assert await guess(guesses, FROM_ONE - 1) == []


async def test_of_the_addresses_of_a_key_the_latest_are_kept(guesses: Guesses) -> None:
    for number in range(30):
        await guesses.right(1, f"10.0.2.{number}")
    await guess(guesses, FROM_ONE, "10.0.2.0")
    await guess(guesses, FROM_ONE, "10.0.2.29")
    assert [await guesses.held(1, f"10.0.2.{number}") for number in (0, 29)] == [True, False]


async def test_addresses_that_are_learnt_at_the_same_time_are_all_remembered(store: Store, clock: Clock) -> None:
    guesses = Guesses(store, clock)
    await asyncio.gather(guesses.right(1, HOME), guesses.right(2, STRANGER))
    for later in (guesses, Guesses(store, clock)):
        tries = [
            (key, peer, Secret(f"guess {number}")) for key, peer in ((1, HOME), (2, STRANGER)) for number in range(20)
        ]
        assert {await later.wrong(*one) for one in tries} == {None}


async def test_two_holds_that_begin_at_the_same_time_both_last(guesses: Guesses, store: Store, clock: Clock) -> None:
    for key in (1, 2):
        for number in range(FROM_ONE - 1):
            await guesses.wrong(key, STRANGER, Secret(f"guess {number}"))
    await asyncio.gather(*(guesses.wrong(key, STRANGER, Secret("the last")) for key in (1, 2)))
    assert await holds(store, clock.at) == [Hold(key, STRANGER, START + WITHIN) for key in (1, 2)]


async def test_a_hold_does_not_outlast_a_clock_that_is_set_back(guesses: Guesses, store: Store, clock: Clock) -> None:
    await guess(guesses, FROM_ONE)
    clock.at -= timedelta(days=400)
    assert (await guesses.held(1, STRANGER), await holds(store, clock.at)) == (False, [])
    assert await guess(guesses, FROM_ONE - 1, start=100) == []


async def test_guesses_do_not_outlast_a_clock_that_is_set_back(guesses: Guesses, clock: Clock) -> None:
    await guess(guesses, FROM_ONE - 1)
    clock.at -= timedelta(days=400)
    assert await guess(guesses, 1, start=100) == []
