"""Sign-in links, sessions, alerts that somebody has seen, and settings of the gateway's own.

The rule: only keyed hashes of links and sessions are kept, and a link is good once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ups_gateway.model import SeenAlert
from ups_gateway.store.sql.columns import from_text, to_text
from ups_gateway.store.sql.database import Connection
from ups_gateway.store.sql.rows import Rows


class AdminRows(Rows):
    """Implements `store.Admin`."""

    async def put_link(self, token_hash: bytes, expires_at: datetime) -> None:
        await self._database.change(
            "INSERT INTO links (token_hash, expires_at) VALUES (?, ?)", (token_hash, to_text(expires_at))
        )

    async def take_link(self, token_hash: bytes, now: datetime) -> bool:
        async def work(db: Connection) -> bool:
            at = to_text(now)
            # Signing in is the rare event that sweeps what has ended.
            await db.execute("DELETE FROM links WHERE expires_at <= ?", (at,))
            await db.execute("DELETE FROM sessions WHERE expires_at <= ?", (at,))
            taken = await db.execute("DELETE FROM links WHERE token_hash = ?", (token_hash,))
            return taken.rowcount == 1

        return await self._database.write(work)

    async def put_session(self, token_hash: bytes, csrf: str, expires_at: datetime) -> None:
        await self._database.change(
            """
            INSERT INTO sessions (token_hash, csrf, expires_at) VALUES (?, ?, ?)
            ON CONFLICT (token_hash) DO UPDATE SET csrf = excluded.csrf, expires_at = excluded.expires_at
            """,
            (token_hash, csrf, to_text(expires_at)),
        )

    async def session(self, token_hash: bytes, now: datetime) -> str | None:
        row = await self._database.read_one(
            "SELECT csrf FROM sessions WHERE token_hash = ? AND expires_at > ?", (token_hash, to_text(now))
        )
        return None if row is None else str(row["csrf"])

    async def delete_session(self, token_hash: bytes) -> None:
        await self._database.change("DELETE FROM sessions WHERE token_hash = ?", (token_hash,))

    async def get(self, name: str) -> str | None:
        row = await self._database.read_one("SELECT value FROM settings WHERE name = ?", (name,))
        return None if row is None else str(row["value"])

    async def put(self, name: str, value: str) -> None:
        await self._database.change(
            "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    async def put_seen_alert(self, seen: SeenAlert) -> None:
        await self._database.change(
            """
            INSERT INTO seen_alerts (subject, kind, at, by) VALUES (?, ?, ?, ?)
            ON CONFLICT (subject) DO UPDATE SET kind = excluded.kind, at = excluded.at, by = excluded.by
            """,
            (seen.subject, seen.kind, to_text(seen.at), seen.by),
        )

    async def seen_alerts(self) -> Sequence[SeenAlert]:
        rows = await self._database.read("SELECT subject, kind, at, by FROM seen_alerts ORDER BY subject")
        return [SeenAlert(row["subject"], row["kind"], from_text(row["at"]), row["by"]) for row in rows]

    async def delete_seen_alert(self, seen: SeenAlert) -> None:
        await self._database.change(
            "DELETE FROM seen_alerts WHERE subject = ? AND kind = ? AND at = ?",
            (seen.subject, seen.kind, to_text(seen.at)),
        )
