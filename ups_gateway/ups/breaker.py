"""A breaker for each product of an environment, so that a dead one fails at once and does not hold up the rest.

The rule: after a run of calls that came to nothing it opens; when its time is over, one call tries while the others are
refused; one answer closes it again. It also holds the repeats that read-only calls may use up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

BreakerState = Literal["closed", "open", "half_open"]

_FAILURES = 5
_FIRST_OPEN = 5.0
_LONGEST_OPEN = 60.0
_REPEATS = 10.0
_REPEATS_PER_CALL = 0.2


@dataclass(frozen=True, slots=True)
class ProductStatus:
    """One product as a status page shows it. Times in seconds."""

    environment: str
    product: str
    state: BreakerState
    opens_in: float
    """Until the next trial; 0 unless open."""
    calls: int
    failures: int
    """Calls without an answer, or answered with 502, 503 or 504."""
    repeats: int
    not_authorised: int
    ups_seconds: float
    """Spent waiting for UPS, in all."""
    last_seconds: float
    last_failure: str


class Breaker:
    """Of one product in one environment."""

    def __init__(self, environment: str, product: str, monotonic: Callable[[], float]) -> None:
        self._environment = environment
        self._product = product
        self._monotonic = monotonic
        self._in_a_row = 0
        self._open_until: float | None = None
        self._open_for = _FIRST_OPEN
        self._trial = False
        self._repeats_left = _REPEATS
        self._calls = 0
        self._failures = 0
        self._repeats = 0
        self._seconds = 0.0
        self._last_seconds = 0.0
        self._last_failure = ""
        self.not_authorised = 0

    def enter(self) -> float:
        """0 when a call may go ahead (after which `leave` must be called), else seconds until the next trial."""
        if self._open_until is not None:
            wait = self._open_until - self._monotonic()
            if wait > 0:
                return wait
            if self._trial:
                return 1.0
            self._trial = True
        self._calls += 1
        self._repeats_left = min(_REPEATS, self._repeats_left + _REPEATS_PER_CALL)
        return 0.0

    def leave(self, failure: str | None) -> None:
        """How the call ended: words for a failure, "" for an answer, None when it says nothing about the product."""
        trial, self._trial = self._trial, False
        if failure is None:
            return
        if not failure:
            self._in_a_row = 0
            self._open_until = None
            self._open_for = _FIRST_OPEN
            return
        self._failures += 1
        self._in_a_row += 1
        self._last_failure = failure
        # Calls that were under way when it opened say nothing new.
        if trial or (self._open_until is None and self._in_a_row >= _FAILURES):
            self._open_until = self._monotonic() + self._open_for
            self._open_for = min(self._open_for * 2, _LONGEST_OPEN)

    def may_repeat(self) -> bool:
        """Takes one repeat out of the budget: ten, and one more with every fifth call."""
        if self._trial or self._repeats_left < 1:
            return False
        self._repeats_left -= 1
        self._repeats += 1
        return True

    def spent(self, seconds: float) -> None:
        """Adds the time one request took at UPS."""
        self._seconds += seconds
        self._last_seconds = seconds

    def status(self) -> ProductStatus:
        """For a status page."""
        wait = 0.0 if self._open_until is None else max(0.0, self._open_until - self._monotonic())
        state: BreakerState = "closed" if self._open_until is None else "open" if wait else "half_open"
        return ProductStatus(
            self._environment,
            self._product,
            state,
            wait,
            self._calls,
            self._failures,
            self._repeats,
            self.not_authorised,
            self._seconds,
            self._last_seconds,
            self._last_failure,
        )
