"""What is written behind the request: exchanges, sightings, and which profiles were used.

The rule: a note is never waited for. A note is a ready piece of work: it queues on the event loop and the writing
thread runs it; when the disk fails it stays queued, up to a limit, the oldest first to go.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque

from ups_gateway.store.sqlite.database import Work

_MOST = 20_000
_MANY = 500


class Notes:
    """The queue. `add` and `settle` on the event loop; `write` and `put_back` in the writing thread."""

    def __init__(self) -> None:
        self._queue: deque[Work[object]] = deque(maxlen=_MOST)
        self._taken: list[Work[object]] = []
        self.some = asyncio.Event()
        """Something is queued."""
        self.many = asyncio.Event()
        """Enough is queued to be written now."""

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, note: Work[object]) -> None:
        self._queue.append(note)
        self.some.set()
        if len(self._queue) >= _MANY:
            self.many.set()

    def write(self, db: sqlite3.Connection) -> None:
        """Takes all that is queued and writes it."""
        self._taken.clear()
        while self._queue:
            self._taken.append(self._queue.popleft())
        for note in self._taken:
            note(db)

    def put_back(self) -> None:
        """Queues again what `write` took."""
        self._queue.extendleft(reversed(self._taken))
        self._taken.clear()

    def settle(self) -> None:
        """Called on the event loop after a write: the events say again what the queue holds."""
        self.many.clear()
        if not self._queue:
            self.some.clear()
