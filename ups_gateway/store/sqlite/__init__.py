"""The store in one SQLite file: `open_store` gives it.

The rule: the file is the truth. Nothing that was answered waits in memory, and a second process (the command line
beside a running service) may have the same file open.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from ups_gateway.errors import StoreFailed
from ups_gateway.store import Store, Vault
from ups_gateway.store.locks import hold
from ups_gateway.store.sqlite.accounts import AccountRows
from ups_gateway.store.sqlite.admin import AdminRows
from ups_gateway.store.sqlite.copies import Copies, Kind
from ups_gateway.store.sqlite.copying import reseal
from ups_gateway.store.sqlite.database import BUSY_SECONDS, Database, mapped
from ups_gateway.store.sqlite.journal import JournalRows
from ups_gateway.store.sqlite.keys import KeyRows
from ups_gateway.store.sqlite.ledger import LedgerRows
from ups_gateway.store.sqlite.profiles import ProfileRows
from ups_gateway.store.sqlite.restoring import IN_USE
from ups_gateway.store.sqlite.schema import MIGRATIONS

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 1.0


class SqliteStore(ProfileRows, AccountRows, KeyRows, LedgerRows, JournalRows, AdminRows):
    """Implements `store.Store`; owns the task that writes the notes behind the requests."""

    def __init__(self, database: Database, vault: Vault, flush_seconds: float, release: Callable[[], None]) -> None:
        super().__init__(database, vault)
        self._release: Callable[[], None] | None = release
        self._flush_seconds = flush_seconds
        self._flushing = asyncio.create_task(self._write_behind())

    async def check(self) -> None:
        await self._database.read("SELECT count(*) FROM checks")
        await self._database.change(
            "INSERT OR REPLACE INTO checks SELECT 1, coalesce(max(count), 0) + 1 FROM checks", ()
        )

    async def reseal(self) -> int:
        return await reseal(self._database, self._vault)

    async def empty_log(self) -> None:
        if not await self._database.empty_log():
            raise StoreFailed("What was erased may still be read in the store's log: it is in use. Try again.")

    async def close(self) -> None:
        """Writes what is left and ends the threads; raises StoreFailed when the rest could not be written."""
        self._flushing.cancel()
        try:
            await asyncio.gather(self._flushing, return_exceptions=True)
            await self.flush()
        finally:
            await self._database.close()
            if self._release is not None:
                self._release()
                self._release = None

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


async def open_store(
    path: Path,
    vault: Vault,
    *,
    flush_seconds: float = FLUSH_SECONDS,
    migrations: Sequence[Sequence[str]] = MIGRATIONS,
) -> Store:
    """Opens the file, making or migrating it where needed (a copy is kept); StoreFailed says why it cannot.

    As long as it is open, nobody restores a backup in its place.
    """
    with mapped(path):
        await asyncio.to_thread(path.parent.mkdir, mode=0o700, parents=True, exist_ok=True)
    release = await hold(path, IN_USE, shared=True, time_limit=BUSY_SECONDS)
    try:
        copies = Copies(path, vault)
        database = await Database.open(path, migrations, before_migration=lambda _version: copies.make(Kind.SCHEMA))
    except BaseException:
        release()
        raise
    return SqliteStore(database, vault, flush_seconds, release)
