"""The store in one SQLite file: `open_store` gives it.

The rule: the file is the truth. Nothing that was answered waits in memory, and a second process (the command line
beside a running service) may have the same file open.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Sequence
from pathlib import Path

from ups_gateway.store import Store, Vault
from ups_gateway.store.locks import hold, store_lock
from ups_gateway.store.sql import FLUSH_SECONDS, SqlStore
from ups_gateway.store.sqlite.copies import Copies, Kind
from ups_gateway.store.sqlite.database import BUSY_SECONDS, Database, mapped
from ups_gateway.store.sqlite.restoring import IN_USE
from ups_gateway.store.sqlite.schema import MIGRATIONS


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
    lock = functools.partial(store_lock, path)
    return SqlStore(database, vault, flush_seconds=flush_seconds, lock=lock, release=release)
