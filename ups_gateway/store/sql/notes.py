"""What is written behind the request: exchanges, sightings, and which profiles were used.

The rule: a note is never waited for. A note is a statement and its values; those of one statement are written together,
in the order they came. When the disk fails they stay queued, up to a limit, the oldest first to go.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque

from ups_gateway.store.sql.database import Connection, Values

_MOST = 20_000
_MANY = 500


class Notes:
    """The queue."""

    def __init__(self) -> None:
        self._queue: deque[tuple[str, Values]] = deque(maxlen=_MOST)
        self._taken: deque[tuple[str, Values]] = deque(maxlen=_MOST)
        self.some = asyncio.Event()
        """Something is queued."""
        self.many = asyncio.Event()
        """Enough is queued to be written now."""

    def __bool__(self) -> bool:
        return bool(self._taken or self._queue)

    def add(self, statement: str, values: Values) -> None:
        self._queue.append((statement, values))
        self.some.set()
        if len(self._queue) >= _MANY:
            self.many.set()

    async def write(self, db: Connection) -> None:
        """Takes all that is queued, and what was taken before in vain, and writes it."""
        self._taken.extend(self._queue)
        self._queue.clear()
        together: defaultdict[str, list[Values]] = defaultdict(list)
        for statement, values in self._taken:
            together[statement].append(values)
        for statement, rows in together.items():
            await db.executemany(statement, rows)

    def on_disk(self) -> None:
        """What was taken is written."""
        self._taken.clear()
        if not self._queue:
            self.some.clear()
