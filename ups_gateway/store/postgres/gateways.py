"""Which gateways run on the database, and which of them leads.

The rule: PostgreSQL knows, because a connection of each holds a lock with its number: who ends, however that is, is
gone at once, and nobody's clock is asked. A gateway whose connection broke is taken for gone until it has another.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection
from typing import Any, Final

import asyncpg

from ups_gateway.store.postgres.database import COMMAND, CONNECT, KEEP_ALIVE, mapped, shown

_THEIRS: Final = "(hashtext(current_schema() || ' gateways') & 2147483647)"
_TAKE_PART: Final = f"SELECT pg_advisory_lock_shared({_THEIRS}, $1)"
_LEAD: Final = "SELECT pg_try_advisory_lock(hashtextextended(current_schema() || ' leader', 0))"
_LIVING: Final = f"""
    SELECT objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid::bigint = {_THEIRS}
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""  # noqa: S608 - same


class Presence:
    """This gateway among the others. `open` makes one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._where = shown(url)
        self._number = 1 + secrets.randbelow(2**31 - 1)
        self._turn = asyncio.Lock()
        self._db: Any = None
        self._leading = False

    @classmethod
    async def open(cls, url: str) -> Presence:
        """From now on it is one of those that run. Raises StoreFailed."""
        presence = cls(url)
        async with presence._turn:
            await presence._connected()
        return presence

    @property
    def here(self) -> str:
        return str(self._number)

    async def living(self) -> Collection[str]:
        async with self._turn:
            db = await self._connected()
            with mapped(self._where):
                return {str(row[0]) for row in await db.fetch(_LIVING)}

    async def leads(self) -> bool:
        async with self._turn:
            db = await self._connected()
            if not self._leading:
                with mapped(self._where):
                    self._leading = await db.fetchval(_LEAD)
            return self._leading

    async def close(self) -> None:
        """May be called twice."""
        async with self._turn:
            if self._db is not None:
                with mapped(self._where):
                    await self._db.close(timeout=CONNECT)
                self._db = None

    async def _connected(self) -> Any:
        if self._db is None or self._db.is_closed():
            self._leading = False
            with mapped(self._where):
                db = await asyncpg.connect(
                    self._url, timeout=CONNECT, command_timeout=COMMAND, server_settings=KEEP_ALIVE
                )
                await db.execute(_TAKE_PART, self._number)
            self._db = db
        return self._db
