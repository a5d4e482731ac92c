"""What the last hour and day say, from the journal's sums alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ups_gateway.store.counts import Slot
from ups_gateway.web.admin.pulse import Bar, ProductReach, Pulse, pulse
from ups_gateway.web.admin.words import Tone

NOW = datetime(2026, 11, 22, 12, 10, tzinfo=UTC)
HALF = timedelta(minutes=30)
NEWEST = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CLOSED = ProductReach("production", "rating", open=False, retry_in=0.0, last_failure="")
OPEN = ProductReach("production", "rating", open=True, retry_in=19.6, last_failure="no answer in 5 s")


def slot(
    outcome: str, count: int, seconds: float = 0.0, *, start: datetime = NEWEST, where: str = "production"
) -> Slot:
    return Slot(start, where, outcome, count, seconds, seconds / 2)


def of(hour: list[Slot], *products: ProductReach, day: list[Slot] | None = None) -> Pulse:
    return pulse("production", hour, hour if day is None else day, products, NOW, UTC)


@pytest.mark.parametrize(
    ("hour", "products", "words", "tone"),
    [
        ([], [], "No request in the last hour.", "off"),
        ([slot("ok", 3), slot("refused", 1)], [CLOSED], "UPS answers.", "good"),
        (
            [slot("ok", 3), slot("unreachable", 1)],
            [],
            "UPS did not answer 1 of 4 requests in the last hour.",
            "soon",
        ),
        ([slot("unreachable", 2)], [], "UPS answered none of 2 requests in the last hour.", "bad"),
        (
            [slot("ok", 3)],
            [CLOSED, OPEN],
            "UPS does not answer (rating): no answer in 5 s; next try in 20 seconds.",
            "bad",
        ),
        ([slot("ok", 3, where="test")], [], "No request in the last hour.", "off"),
    ],
)
def test_whether_ups_answers_is_said(hour: list[Slot], products: list[ProductReach], words: str, tone: Tone) -> None:
    found = of(hour, *products)
    assert (found.reach, found.reach_tone) == (words, tone)


@pytest.mark.parametrize(
    ("hour", "words", "tone"),
    [
        ([], "None", "off"),
        ([slot("ok", 1)], "0 % of 1 request", "good"),
        ([slot("ok", 90), slot("refused", 8), slot("bug", 2)], "2.0 % (2 of 100 requests)", "soon"),
        ([slot("ok", 1), slot("not_authorised", 1)], "50.0 % (1 of 2 requests)", "bad"),
    ],
)
def test_a_refusal_is_no_error_of_the_way(hour: list[Slot], words: str, tone: Tone) -> None:
    found = of(hour)
    assert (found.errors, found.errors_tone) == (words, tone)


def test_the_day_is_drawn_by_half_hours_and_told() -> None:
    day = [
        slot("ok", 8, 2.0, start=NEWEST - 47 * HALF),
        slot("ok", 2, 4.0),
        slot("client_fault", 1, 0.5),
        slot("unknown", 1, 3.5),
        slot("ok", 100, 1.0, start=NEWEST - 48 * HALF),  # older than the chart
    ]
    found = of([], day=day)
    assert found.bars == (
        Bar(1, 60, 0, 0, "12:30: 8 requests, 0 failed, 0.25 s"),
        Bar(471, 15, 8, 8, "12:00: 4 requests, 1 failed, 2.00 s"),
    )
    assert (found.busiest, found.latency, found.slowest) == (8, "5,52 475,0", 2.0)
    assert found.day == ("112 requests in 24 hours: 110 done, 1 refused, 1 failed; answered in 0.10 s on average.")


def test_a_day_without_requests_draws_nothing() -> None:
    found = of([])
    assert (found.day, found.bars, found.busiest, found.latency) == ("No request in the last 24 hours.", (), 0, "")
