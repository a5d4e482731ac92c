from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ups_gateway.model import Health
from ups_gateway.web.admin.words import HEALTH_WORDS, TONES, counted, day, distance, listed, moment

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
EAST = timezone(timedelta(hours=1), "CET")


def test_every_health_has_words_of_its_own_and_a_tone() -> None:
    assert set(HEALTH_WORDS) == set(TONES) == set(Health)
    assert len(set(HEALTH_WORDS.values())) == len(Health)


def test_a_day_has_its_year_only_when_it_is_another_one() -> None:
    assert (day(NOW, NOW, UTC), day(NOW + timedelta(days=53), NOW, UTC)) == ("22 November", "14 January 2027")


def test_times_are_shown_in_the_zone_with_its_name() -> None:
    assert (moment(NOW, EAST), day(NOW, NOW, EAST)) == ("23 Nov 2026, 00:30 CET", "23 November")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (53 * 86400 + 5, "in 53 days"),
        (86400, "in 1 day"),
        (3599, "in 59 minutes"),
        (30, "in less than a minute"),
        (0, "just now"),
        (-59, "just now"),
        (-7200, "2 hours ago"),
    ],
)
def test_distances_are_whole_units(seconds: int, words: str) -> None:
    assert distance(NOW + timedelta(seconds=seconds), NOW) == words


def test_lists_name_the_first_few() -> None:
    names = [f"A{n}" for n in range(8)]
    assert [listed(names[:n]) for n in (0, 1, 2, 3, 8)] == [
        "",
        "A0",
        "A0 and A1",
        "A0, A1 and A2",
        "A0, A1, A2, A3, A4 and 3 more",
    ]


def test_counts_agree_with_their_noun() -> None:
    assert [counted(1, "account"), counted(2, "account"), counted(2, "key", "keys")] == [
        "1 account",
        "2 accounts",
        "2 keys",
    ]
