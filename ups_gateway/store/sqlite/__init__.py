"""The store in one SQLite file: `open_store` gives it.

The rule: the file is the truth. Nothing that was answered waits in memory, and a second process (the command line
beside a running service) may have the same file open.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path

from ups_gateway.errors import StoreFailed
from ups_gateway.store import Store, Vault
from ups_gateway.store.sqlite.accounts import AccountRows
from ups_gateway.store.sqlite.admin import AdminRows
from ups_gateway.store.sqlite.database import Database
from ups_gateway.store.sqlite.journal import JournalRows
from ups_gateway.store.sqlite.keys import KeyRows
from ups_gateway.store.sqlite.ledger import LedgerRows
from ups_gateway.store.sqlite.profiles import ProfileRows
from ups_gateway.store.sqlite.schema import MIGRATIONS

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 1.0


class SqliteStore(ProfileRows, AccountRows, KeyRows, LedgerRows, JournalRows, AdminRows):
    """Implements `store.Store`; owns the task that writes the notes behind the requests."""

    def __init__(self, database: Database, vault: Vault, flush_seconds: float) -> None:
        super().__init__(database, vault)
        self._flush_seconds = flush_seconds
        self._flushing = asyncio.create_task(self._write_behind())

    async def check(self) -> None:
        await self._database.read("SELECT count(*) FROM checks")
        await self._database.change(
            "INSERT OR REPLACE INTO checks SELECT 1, coalesce(max(count), 0) + 1 FROM checks", ()
        )

    async def close(self) -> None:
        """Writes what is left and ends the threads; raises StoreFailed when the rest could not be written."""
        self._flushing.cancel()
        try:
            await asyncio.gather(self._flushing, return_exceptions=True)
            await self.flush()
        finally:
            await self._database.close()

    async def _write_behind(self) -> None:
        failing = False
        while True:
            await self._notes.some.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._notes.many.wait(), self._flush_seconds)
            try:
                await self.flush()
                failing = False
            except StoreFailed as error:
                # Once, not every second: readiness says for how long.
                if not failing:
                    logger.warning("The journal is not written, its rows wait in memory: %s", error)
                failing = True


async def open_store(path: Path, vault: Vault, *, flush_seconds: float = FLUSH_SECONDS) -> Store:
    """Opens the file, making or migrating it where needed; StoreFailed says why it cannot."""
    return SqliteStore(await Database.open(path, MIGRATIONS), vault, flush_seconds)
