"""What the last hour and the last day were like: does UPS answer, what fails, how long programs wait. Pure.

The rule: a refusal of UPS's is an answer and no failure of the way there; the words say all that the chart shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from ups_gateway.store.counts import Slot
from ups_gateway.web.admin.words import Tone, counted

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
WIDTH: Final = 1800
"""Seconds that one bar of the chart stands for."""
HEIGHT: Final = 60
"""Of the chart, in its own units; a bar is 8 wide and stands in a place of 10."""

FAILED: Final = frozenset({"unreachable", "not_authorised", "unknown", "bug"})
"""Outcomes that are no answer to what the program asked."""
_OK: Final = "ok"
_UNREACHABLE: Final = "unreachable"


@dataclass(frozen=True, slots=True)
class ProductReach:
    """One of UPS's products as the calls of this process found it."""

    environment: str
    product: str
    open: bool
    """Calls are held back until the next trial."""
    retry_in: float
    last_failure: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Half an hour; heights and the place of the latency's dot in the chart's units, from above."""

    x: int
    ok: int
    refused: int
    failed: int
    words: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """Of one environment."""

    reach: str
    reach_tone: Tone
    requests: int
    """Of the last hour."""
    failures: int
    errors: str
    errors_tone: Tone
    day: str
    """The last 24 hours in one sentence."""
    busiest: int
    """Requests of the highest bar; 0: there is nothing to draw."""
    slowest: float
    """Seconds at the top of the latency's line."""
    bars: tuple[Bar, ...]
    latency: str
    """Points of the line, as SVG has them."""


def pulse(
    environment: str,
    hour: Sequence[Slot],
    day: Sequence[Slot],
    products: Iterable[ProductReach],
    now: datetime,
    zone: tzinfo | None,
) -> Pulse:
    """The environment's part of the sums."""
    mine = [slot for slot in hour if slot.environment == environment]
    total = sum(slot.count for slot in mine)
    failures = sum(slot.count for slot in mine if slot.outcome in FAILED)
    silent = sum(slot.count for slot in mine if slot.outcome == _UNREACHABLE)
    reach, reach_tone = _reach([one for one in products if one.environment == environment], total, silent)
    errors, errors_tone = _errors(total, failures)
    past = [slot for slot in day if slot.environment == environment]
    bars, busiest = _bars(past, now, zone)
    latency, slowest = _latency(past, now)
    return Pulse(
        reach=reach,
        reach_tone=reach_tone,
        requests=total,
        failures=failures,
        errors=errors,
        errors_tone=errors_tone,
        day=_day(past),
        busiest=busiest,
        slowest=slowest,
        bars=bars,
        latency=latency,
    )


def _reach(products: Sequence[ProductReach], total: int, silent: int) -> tuple[str, Tone]:
    closed = [one for one in products if one.open]
    if closed:
        worst = max(closed, key=lambda one: one.retry_in)
        next_try = f"; next try in {counted(max(1, round(worst.retry_in)), 'second')}" if worst.retry_in else ""
        names = ", ".join(sorted(one.product for one in closed))
        return f"UPS does not answer ({names}): {worst.last_failure or 'no connection'}{next_try}.", "bad"
    if not total:
        return "No request in the last hour.", "off"
    if silent == total:
        return f"UPS answered none of {counted(total, 'request')} in the last hour.", "bad"
    if silent:
        return f"UPS did not answer {silent} of {counted(total, 'request')} in the last hour.", "soon"
    return "UPS answers.", "good"


def _errors(total: int, failures: int) -> tuple[str, Tone]:
    if not total:
        return "None", "off"
    if not failures:
        return f"0 % of {counted(total, 'request')}", "good"
    share = 100 * failures / total
    words = f"{share:.1f} % ({failures} of {counted(total, 'request')})"
    return words, "bad" if share >= 10 else "soon"


def _day(slots: Sequence[Slot]) -> str:
    total = sum(slot.count for slot in slots)
    if not total:
        return "No request in the last 24 hours."
    failed = sum(slot.count for slot in slots if slot.outcome in FAILED)
    refused = sum(slot.count for slot in slots if slot.outcome not in FAILED and slot.outcome != _OK)
    mean = sum(slot.seconds for slot in slots) / total
    done = total - failed - refused
    return (
        f"{counted(total, 'request')} in 24 hours: {done} done, {refused} refused, {failed} failed; "
        f"answered in {mean:.2f} s on average."
    )


def _places(now: datetime) -> tuple[datetime, int]:
    """The beginning of the first bar, and how many there are."""
    count = int(DAY.total_seconds()) // WIDTH
    newest = int(now.timestamp()) // WIDTH * WIDTH
    return datetime.fromtimestamp(newest - (count - 1) * WIDTH, now.tzinfo), count


def _by_place(slots: Iterable[Slot], first: datetime, count: int) -> Mapping[int, list[Slot]]:
    places: dict[int, list[Slot]] = {}
    for slot in slots:
        place = round((slot.start - first).total_seconds()) // WIDTH
        if 0 <= place < count:
            places.setdefault(place, []).append(slot)
    return places


def _bars(slots: Iterable[Slot], now: datetime, zone: tzinfo | None) -> tuple[tuple[Bar, ...], int]:
    first, count = _places(now)
    places = _by_place(slots, first, count)
    busiest = max((sum(slot.count for slot in mine) for mine in places.values()), default=0)
    bars = []
    for place, mine in sorted(places.items()):
        total = sum(slot.count for slot in mine)
        failed = sum(slot.count for slot in mine if slot.outcome in FAILED)
        ok = sum(slot.count for slot in mine if slot.outcome == _OK)
        at = (first + timedelta(seconds=place * WIDTH)).astimezone(zone)
        refused = total - ok - failed
        mean = sum(slot.seconds for slot in mine) / total
        words = f"{at:%H:%M}: {counted(total, 'request')}, {failed} failed, {mean:.2f} s"
        heights = _height(ok, busiest), _height(refused, busiest), _height(failed, busiest)
        bars.append(Bar(10 * place + 1, *heights, words))
    return tuple(bars), busiest


def _height(part: int, busiest: int) -> int:
    """What happened at all is seen."""
    return max(1, round(HEIGHT * part / busiest)) if part else 0


def _latency(slots: Iterable[Slot], now: datetime) -> tuple[str, float]:
    first, count = _places(now)
    means = {
        place: sum(slot.seconds for slot in mine) / sum(slot.count for slot in mine)
        for place, mine in _by_place(slots, first, count).items()
    }
    slowest = max(means.values(), default=0.0)
    if not slowest:
        return "", 0.0
    points = (f"{10 * place + 5},{HEIGHT - HEIGHT * mean / slowest:.0f}" for place, mean in sorted(means.items()))
    return " ".join(points), slowest
