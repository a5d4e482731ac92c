"""Seals with the newest key what former keys sealed.

The rule: a value is written only where it is still what was read, and a few at a time: others wait meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ups_gateway.store import Vault
from ups_gateway.store.sql.database import Database

_BATCH = 20
"""Values that one transaction seals anew: labels are large."""


async def reseal(database: Database, vault: Vault) -> int:
    """All that is sealed; how many values changed."""
    total = 0
    for table, column in await database.sealed_columns():
        last = 0
        while rows := await database.read(
            f"SELECT id, {column} FROM {table} WHERE id > ? AND {column} IS NOT NULL ORDER BY id LIMIT ?",  # noqa: S608 - names of our own schema
            (last, _BATCH),
        ):
            last = rows[-1][0]
            total += await _reseal_rows(database, vault, table, column, [(row[0], row[1]) for row in rows])
    if total:
        await database.empty_log()
    return total


async def _reseal_rows(
    database: Database, vault: Vault, table: str, column: str, rows: Sequence[tuple[int, bytes]]
) -> int:
    def anew() -> list[tuple[bytes, int, bytes]]:
        return [(new, row, old) for row, old in rows if (new := vault.reseal(old)) is not None]

    changed = await asyncio.to_thread(anew)
    if changed:
        # Only where it is still what was read: a gateway may have changed or erased it meanwhile.
        await database.write(
            lambda db: db.executemany(f"UPDATE {table} SET {column} = ? WHERE id = ? AND {column} = ?", changed)  # noqa: S608 - same
        )
    return len(changed)
