"""The state of the simulated UPS: one clock, one source of numbers, and what the operations made.

The rule: nothing here is random or timed by itself; the same calls on the same clock give the same world.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any, Protocol

from ups_gateway.simulator.config import Settings


class Clock(Protocol):
    """Anything that tells the time in epoch seconds and can be moved forward."""

    def now(self) -> float: ...

    def advance(self, seconds: float) -> None: ...


class SimulatedClock:
    """Real time plus what it was advanced by."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._ahead = 0.0

    def now(self) -> float:
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


class World:
    """What exists. `shipments`, `pickups` and `kept` belong to the operations, the frame only lists them."""

    def __init__(self, settings: Settings, clock: Clock | Callable[[], float] | None = None) -> None:
        """A bare callable is taken as the source of a clock that only this world moves."""
        self.settings = settings
        if clock is None:
            self.clock: Clock = SimulatedClock()
        else:
            self.clock = SimulatedClock(clock) if callable(clock) else clock
        self.shipments: dict[str, Any] = {}
        """By shipment identification number; values plain data (JSON-able) or dataclasses of such."""
        self.pickups: dict[str, Any] = {}
        self.kept: dict[str, Any] = {}
        """Whatever else the operations keep, each under its own key."""
        self._counters: dict[str, count[int]] = defaultdict(lambda: count(1))

    def now(self) -> datetime:
        """The simulated time, aware, in UTC."""
        return datetime.fromtimestamp(self.clock.now(), UTC)

    def next_id(self, kind: str) -> int:
        """1, 2, 3, ... for each kind: packages, pickups, documents."""
        return next(self._counters[kind])
