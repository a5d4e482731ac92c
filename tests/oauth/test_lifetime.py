"""Margins, due times and health, on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ups_gateway.model import Health, Profile, Secret, TokenPair
from ups_gateway.oauth.lifetime import Held, due_at, health, held_from_store, lasting, not_authorised

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def pair(ends: timedelta | None = 60 * DAY, *, refresh: bool = True) -> TokenPair:
    end = None if ends is None else NOW + ends
    return TokenPair(Secret("a"), NOW + HOUR, Secret("r") if refresh else None, end)


def profile(tokens: TokenPair | None, rejected: str = "") -> Profile:
    return Profile(1, "Dock", "main", "test", tokens, 1, rejected, consented_at=NOW, refreshed_at=NOW)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (profile(None), Health.NEVER_AUTHORIZED),
        (profile(pair(), "no"), Health.REJECTED),
        (profile(pair()), Health.OK),
        (profile(pair(7 * DAY + timedelta(seconds=1))), Health.OK),
        (profile(pair(7 * DAY)), Health.EXPIRING),
        (profile(pair(timedelta(seconds=1))), Health.EXPIRING),
        (profile(pair(timedelta())), Health.EXPIRED),
        (profile(pair(None)), Health.OK),
        (profile(pair(None, refresh=False)), Health.EXPIRING),
    ],
)
def test_health_follows_from_the_pair(subject: Profile, expected: Health) -> None:
    assert health(subject, NOW) is expected
    assert (not_authorised(subject, NOW) is None) is (expected in (Health.OK, Health.EXPIRING))


def held(life: float, obtained: datetime = NOW) -> Held:
    return Held(Secret("a"), obtained, obtained + timedelta(seconds=life), life)


@pytest.mark.parametrize(("life", "last"), [(3600.0, 3540.0), (600.0, 540.0), (100.0, 90.0), (10.0, 9.0)])
def test_a_token_is_good_until_a_minute_or_a_tenth_before_its_end_by_either_clock(life: float, last: float) -> None:
    before, after = last - 0.5, last
    assert held(life).good(NOW + timedelta(seconds=before), before)
    assert not held(life).good(NOW + timedelta(seconds=after), before)
    assert not held(life).good(NOW + timedelta(seconds=before), after)


@pytest.mark.parametrize(("life", "lead"), [(3600.0, 300.0), (100.0, 25.0)])
def test_renewal_ahead_begins_five_minutes_or_a_quarter_before_the_end(life: float, lead: float) -> None:
    assert held(life).renew_at() == NOW + timedelta(seconds=life - lead)


def test_in_use_means_used_within_one_token_life() -> None:
    uses = [None, NOW, NOW - HOUR + timedelta(seconds=1), NOW - HOUR]
    assert [held(3600.0).in_use(used, NOW) for used in uses] == [False, True, True, False]


@pytest.mark.parametrize(
    ("subject", "used", "due"),
    [
        (profile(None), NOW, None),
        (profile(pair(), "no"), NOW, None),
        (profile(pair(timedelta())), NOW, None),
        (profile(pair(refresh=False)), NOW, None),
        (profile(pair()), None, NOW + 20 * DAY),
        (profile(pair()), NOW, NOW + timedelta(minutes=55)),
        (profile(pair(timedelta(minutes=30))), NOW, NOW + timedelta(minutes=10)),
        (profile(pair(None)), None, NOW + 7 * DAY),
    ],
)
def test_a_pair_is_due_ahead_of_its_end_or_at_a_third_of_its_refresh_tokens_life(
    subject: Profile, used: datetime | None, due: datetime | None
) -> None:
    assert due_at(subject, held(3600.0), used, NOW) == due


def test_a_pair_from_the_store_lives_on_by_both_clocks() -> None:
    assert held_from_store(profile(None), NOW, 50.0) is None
    later = NOW + timedelta(minutes=20)
    assert held_from_store(profile(pair()), later, 50.0) == Held(Secret("a"), NOW, NOW + HOUR, 50.0 + 2400.0)


@pytest.mark.parametrize(("back", "ends"), [(60.0, 50.0 + 3660.0), (61.0, 50.0)])
def test_a_pair_obtained_in_the_future_is_not_trusted(back: float, ends: float) -> None:
    found = held_from_store(profile(pair()), NOW - timedelta(seconds=back), 50.0)
    assert found is not None
    assert found.ends == ends


def test_a_pair_without_any_date_counts_from_now() -> None:
    found = held_from_store(Profile(1, "Dock", "main", "test", pair()), NOW, 0.0)
    assert found == Held(Secret("a"), NOW, NOW + HOUR, 3600.0)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (60 * DAY - timedelta(seconds=1), "60 days"),
        (DAY, "24 hours"),
        (4 * HOUR - timedelta(milliseconds=200), "4 hours"),
        (HOUR, "60 minutes"),
        (timedelta(seconds=30), "30 seconds"),
        (-HOUR, "0 seconds"),
    ],
)
def test_how_long_something_lasts_is_said_in_round_numbers(left: timedelta, words: str) -> None:
    assert lasting(left) == words
