"""What every group of rows works with: the database, the vault, and the notes that are written behind the request.

The rule: a group holds no state of its own but what it has read (the pairs opened by `ProfileRows`); the database has
all of it.
"""

from __future__ import annotations

from ups_gateway.store import Vault
from ups_gateway.store.sql.database import Database
from ups_gateway.store.sql.notes import Notes


class Rows:
    """A group of the store's methods; `SqlStore` joins them."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._notes = Notes()

    async def flush(self) -> None:
        """Writes what the notes left in the queue; StoreFailed leaves it queued."""
        if self._notes:
            self._notes.many.clear()
            await self._database.write(self._notes.write, on_disk=self._notes.on_disk)
