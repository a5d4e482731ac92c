"""The breaker alone, on a clock moved by hand."""

from __future__ import annotations

import pytest

from ups_gateway.ups.breaker import Breaker, ProductStatus


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def breaker(time: Time) -> Breaker:
    return Breaker("test", "rating", time)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert breaker.enter() == 0.0
        breaker.leave("cut")


def test_four_failures_in_a_row_leave_it_closed_and_an_answer_starts_the_count_again(breaker: Breaker) -> None:
    for _ in range(3):
        fail(breaker, 4)
        breaker.enter()
        breaker.leave("")
    assert breaker.status() == ProductStatus("test", "rating", "closed", 0.0, 15, 12, 0, 0, 0.0, 0.0, "cut")


def test_the_fifth_opens_it_for_five_seconds(breaker: Breaker, time: Time) -> None:
    fail(breaker, 5)
    assert (breaker.enter(), breaker.status().state) == (5.0, "open")
    time.now = 4.0
    assert breaker.enter() == 1.0
    time.now = 5.0
    assert (breaker.status().state, breaker.enter(), breaker.enter()) == ("half_open", 0.0, 1.0)


def test_calls_that_were_under_way_when_it_opened_do_not_lengthen_its_pause(breaker: Breaker, time: Time) -> None:
    for _ in range(50):
        breaker.enter()
    for _ in range(50):
        breaker.leave("no whole answer")
    assert breaker.enter() == 5.0
    time.now = 5.0
    assert breaker.enter() == 0.0


def test_a_trial_that_says_nothing_leaves_the_next_to_try(breaker: Breaker, time: Time) -> None:
    fail(breaker, 5)
    time.now = 5.0
    assert breaker.enter() == 0.0
    breaker.leave(None)
    assert breaker.enter() == 0.0
    breaker.leave("")
    assert breaker.status().state == "closed"
    fail(breaker, 5)
    assert breaker.enter() == 5.0


def test_a_trial_is_not_repeated(breaker: Breaker, time: Time) -> None:
    fail(breaker, 5)
    time.now = 5.0
    breaker.enter()
    assert not breaker.may_repeat()


def test_ten_repeats_and_one_more_with_every_fifth_call(breaker: Breaker) -> None:
    breaker.enter()
    assert [breaker.may_repeat() for _ in range(11)] == [True] * 10 + [False]
    for _ in range(5):
        breaker.enter()
    assert [breaker.may_repeat() for _ in range(2)] == [True, False]


def test_the_time_spent_at_ups_is_added_up(breaker: Breaker) -> None:
    breaker.spent(1.5)
    breaker.spent(0.5)
    assert (breaker.status().ups_seconds, breaker.status().last_seconds) == (2.0, 0.5)
