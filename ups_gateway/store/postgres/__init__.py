"""The store in a PostgreSQL database, for several gateways: `open_store` gives it.

The rule: the database is the truth for all of them. What they must agree on is agreed there: one writer of several
statements at a time, and rows that change only from the state their writer read.
"""

from __future__ import annotations

from collections.abc import Sequence

from ups_gateway.store import Store, Vault
from ups_gateway.store.postgres.database import Database
from ups_gateway.store.sql import FLUSH_SECONDS, SqlStore
from ups_gateway.store.sqlite.schema import MIGRATIONS


async def open_store(
    url: str,
    vault: Vault,
    *,
    flush_seconds: float = FLUSH_SECONDS,
    migrations: Sequence[Sequence[str]] = MIGRATIONS,
) -> Store:
    """Connects to the database, making or migrating its tables where needed; StoreFailed says why it cannot."""
    database = await Database.open(url, migrations)
    return SqlStore(database, vault, flush_seconds=flush_seconds, lock=database.lock, shared=True)
