"""What is written behind the request: exchanges, sightings, and which profiles were used.

The rule: a note is never waited for. Notes queue on the event loop and are taken by the writing thread; when the disk
fails they stay queued, up to a limit, the oldest first to go.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ups_gateway.model import ExchangeRecord, KeySighting
from ups_gateway.store.sqlite.columns import printable, to_text
from ups_gateway.store.sqlite.sightings import write_sightings

_MOST = 20_000
_FULL = 500


@dataclass(frozen=True, slots=True)
class ProfileUsed:
    """A request went through this profile."""

    profile: int
    at: datetime


Note = ExchangeRecord | KeySighting | ProfileUsed


class Notes:
    """The queue. `add` and `settle` on the event loop; `write` and `put_back` in the writing thread."""

    def __init__(self) -> None:
        self._queue: deque[Note] = deque(maxlen=_MOST)
        self._taken: list[Note] = []
        self.some = asyncio.Event()
        """Something is queued."""
        self.many = asyncio.Event()
        """Enough is queued to be written now."""

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, note: Note) -> None:
        self._queue.append(note)
        self.some.set()
        if len(self._queue) >= _FULL:
            self.many.set()

    def write(self, db: sqlite3.Connection) -> None:
        """Takes all that is queued and writes it."""
        self._taken.clear()
        while self._queue:
            self._taken.append(self._queue.popleft())
        _write_exchanges(db, [note for note in self._taken if isinstance(note, ExchangeRecord)])
        write_sightings(db, [note for note in self._taken if isinstance(note, KeySighting)])
        _write_used(db, [note for note in self._taken if isinstance(note, ProfileUsed)])

    def put_back(self) -> None:
        """Queues again what `write` took."""
        self._queue.extendleft(reversed(self._taken))
        self._taken.clear()

    def settle(self) -> None:
        """Called on the event loop after a write: the events say again what the queue holds."""
        self.many.clear()
        if not self._queue:
            self.some.clear()


def _write_exchanges(db: sqlite3.Connection, records: Collection[ExchangeRecord]) -> None:
    db.executemany(
        """
        INSERT INTO exchanges (at, dialect, operation, access_key, account, environment, outcome, code, seconds,
            ups_seconds, peer, user_agent)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            (
                to_text(record.at),
                record.dialect,
                record.operation,
                record.key,
                record.account,
                record.environment,
                record.outcome,
                printable(record.code),
                record.seconds,
                record.ups_seconds,
                printable(record.peer),
                printable(record.user_agent),
            )
            for record in records
        ],
    )


def _write_used(db: sqlite3.Connection, notes: Collection[ProfileUsed]) -> None:
    db.executemany(
        "UPDATE profiles SET used_at = :at WHERE id = :id AND (used_at IS NULL OR used_at < :at)",
        [{"id": note.profile, "at": to_text(note.at)} for note in notes],
    )
