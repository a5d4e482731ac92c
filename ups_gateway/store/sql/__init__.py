"""The store's methods, all of them, on whichever database.

The rule: the database is the truth. Nothing that was answered waits in memory, and other processes may have the same
one open.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager

from ups_gateway.errors import StoreFailed
from ups_gateway.store import Vault
from ups_gateway.store.sql.accounts import AccountRows
from ups_gateway.store.sql.admin import AdminRows
from ups_gateway.store.sql.database import Database, Gateways, nothing
from ups_gateway.store.sql.journal import JournalRows
from ups_gateway.store.sql.keys import KeyRows
from ups_gateway.store.sql.ledger import LedgerRows
from ups_gateway.store.sql.profiles import ProfileRows
from ups_gateway.store.sql.sealing import reseal

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 1.0


class SqlStore(ProfileRows, AccountRows, KeyRows, LedgerRows, JournalRows, AdminRows):
    """Implements `store.Store`; owns the task that writes the notes behind the requests."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        *,
        flush_seconds: float,
        lock: Callable[[str], AbstractAsyncContextManager[None]],
        gateways: Gateways | None = None,
        release: Callable[[], None] = nothing,
    ) -> None:
        super().__init__(database, vault)
        self._gateways = gateways
        self._lock = lock
        self._release = release
        self._flush_seconds = flush_seconds
        self._flushing = asyncio.create_task(self._write_behind())

    @property
    def shared(self) -> bool:
        return self._gateways is not None

    @property
    def here(self) -> str:
        return "" if self._gateways is None else self._gateways.here

    async def living(self) -> Collection[str]:
        return () if self._gateways is None else await self._gateways.living()

    async def leads(self) -> bool:
        return self._gateways is None or await self._gateways.leads()

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        return self._lock(name)

    async def check(self) -> None:
        await self._database.read("SELECT count(*) FROM checks")
        await self._database.change(
            "INSERT INTO checks (id, count) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET count = checks.count + 1", ()
        )

    async def reseal(self) -> int:
        return await reseal(self._database, self._vault)

    async def empty_log(self) -> None:
        if not await self._database.empty_log():
            raise StoreFailed("What was erased may still be read in the store's log: it is in use. Try again.")

    async def close(self) -> None:
        """Writes what is left and ends the connections; raises StoreFailed when the rest could not be written."""
        self._flushing.cancel()
        try:
            await asyncio.gather(self._flushing, return_exceptions=True)
            await self.flush()
        finally:
            if self._gateways is not None:
                await self._gateways.close()
            await self._database.close()
            self._release()
            self._release = nothing

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
