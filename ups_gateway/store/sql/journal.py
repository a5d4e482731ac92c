"""What went through the gateway, without bodies or secrets.

The rule: written behind the request, in batches; reading flushes first, so that a reader sees what has happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ups_gateway.model import ExchangeRecord
from ups_gateway.store.counts import Slot, Usage
from ups_gateway.store.sql.columns import from_text, printable, to_text
from ups_gateway.store.sql.database import Row
from ups_gateway.store.sql.rows import Rows

_STRETCH = timedelta(days=1)
_USAGE = """
    SELECT access_key, user_agent, dialect, operation, environment, outcome, code, count(*), min(at), max(at)
    FROM exchanges WHERE at >= ? AND at < ? GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
"""


class JournalRows(Rows):
    """Implements `store.Journal`."""

    def note_exchange(self, record: ExchangeRecord) -> None:
        row = (
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
        self._notes.add(
            """
            INSERT INTO exchanges (at, dialect, operation, access_key, account, environment, outcome, code, seconds,
                ups_seconds, peer, user_agent)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            row,
        )

    async def exchanges(
        self,
        limit: int = 200,
        before: datetime | None = None,
        *,
        account: int | None = None,
        operation: str = "",
        outcome: str = "",
    ) -> Sequence[ExchangeRecord]:
        await self.flush()
        rows = await self._database.read(
            """
            SELECT * FROM exchanges
            WHERE at < coalesce(:before, '9999') AND (CAST(:account AS INTEGER) IS NULL OR account = :account)
                AND (:operation = '' OR operation = :operation) AND (:outcome = '' OR outcome = :outcome)
            ORDER BY at DESC, id DESC LIMIT :limit
            """,
            {
                "before": to_text(before),
                "account": account,
                "operation": operation,
                "outcome": outcome,
                "limit": limit,
            },
        )
        return [_exchange(row) for row in rows]

    async def traffic(self, since: datetime, seconds: int) -> Sequence[Slot]:
        await self.flush()
        rows = await self._database.read(
            """
            SELECT unixepoch(at) / :seconds AS slot, environment, outcome, count(*), sum(seconds), sum(ups_seconds)
            FROM exchanges WHERE at >= :since GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """,
            {"seconds": seconds, "since": to_text(since)},
        )
        return [Slot(datetime.fromtimestamp(row[0] * seconds, UTC), *row[1:]) for row in map(tuple, rows)]

    async def usage(self, since: datetime) -> Sequence[Usage]:
        await self.flush()
        newest = await self._database.read_one("SELECT max(at) AS at FROM exchanges")
        end = from_text(newest["at"] if newest else None)
        together: dict[tuple[Any, ...], Usage] = {}
        # A day at a time: a month in one go would keep the requests of half a second waiting for the reader.
        while end is not None and since <= end:
            until = since + _STRETCH
            rows = await self._database.read(_USAGE, (to_text(since), to_text(until)))
            for row in map(tuple, rows):
                found = Usage(*row[:-2], *map(from_text, row[-2:]))
                known = together.get(row[:7])
                together[row[:7]] = found if known is None else _joined(known, found)
            since = until
        return sorted(together.values(), key=lambda one: -one.count)

    async def add_capture(self, at: datetime, sealed: bytes) -> None:
        await self._database.change("INSERT INTO captures (at, sealed) VALUES (?, ?)", (to_text(at), sealed))

    async def captures(self, since: datetime, limit: int = 200) -> Sequence[tuple[int, bytes]]:
        rows = await self._database.read(
            "SELECT id, sealed FROM captures WHERE at >= ? ORDER BY id DESC LIMIT ?", (to_text(since), limit)
        )
        return [(row["id"], row["sealed"]) for row in rows]

    async def delete_captures(self, before: datetime) -> None:
        deleted = await self._database.change("DELETE FROM captures WHERE at < ?", (to_text(before),))
        if deleted.rowcount:
            await self._database.empty_log()


def _joined(one: Usage, later: Usage) -> Usage:
    return replace(one, count=one.count + later.count, last=later.last)


def _exchange(row: Row) -> ExchangeRecord:
    return ExchangeRecord(
        at=from_text(row["at"]),
        dialect=row["dialect"],
        operation=row["operation"],
        key=row["access_key"],
        account=row["account"],
        environment=row["environment"],
        outcome=row["outcome"],
        code=row["code"],
        seconds=row["seconds"],
        ups_seconds=row["ups_seconds"],
        peer=row["peer"],
        user_agent=row["user_agent"],
    )
