"""Copies of a store's file: taken while it is in use, looked through, and edited.

The rule: a copy is one moment of the store and was found whole, or it is an error; none is kept that could not be used.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import aiosqlite

from ups_gateway.errors import StoreFailed
from ups_gateway.model import Operation, State
from ups_gateway.store.sqlite.database import BUSY_SECONDS, Database, mapped, primary_code
from ups_gateway.store.sqlite.schema import MIGRATIONS

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_AFTER_RESTORE: tuple[tuple[str, dict[str, str]], ...] = (
    # Who was signed in then is not now, and a link or a sign-in that was used since must not be good again.
    ("DELETE FROM links", {}),
    ("DELETE FROM sessions", {}),
    ("DELETE FROM consents", {}),
    # A quote may have been bought since: nothing is bought twice.
    ("UPDATE shipments SET digest = NULL WHERE state = :state", {"state": State.QUOTED.value}),
    # A label may have been handed out since: nothing is taken back by itself.
    (
        "UPDATE shipments SET state = :accepted, note = :note WHERE state = :created AND operation = :confirm",
        {
            "accepted": State.ACCEPTED.value,
            "created": State.CREATED.value,
            "confirm": Operation.SHIP_CONFIRM.value,
            "note": "Restored from a backup: whether it was accepted is not known. Void it if nobody uses it.",
        },
    ),
    (
        "UPDATE shipments SET state = :unknown, note = :note WHERE state IN (:intended, :sent)",
        {
            "unknown": State.UNKNOWN.value,
            "intended": State.INTENDED.value,
            "sent": State.SENT.value,
            "note": "Restored from a backup that was made while it was under way.",
        },
    ),
)
"""What the time between a backup and its return makes of the rows."""


async def copy_store(path: Path, target: Path) -> None:
    """One moment of the store at `path` as a file of its own. Others read and write meanwhile."""
    with mapped(path):
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        async with _connect(path) as source, _connect(target) as copy:
            await source.backup(copy)
            await copy.execute_fetchall("PRAGMA secure_delete=ON")
            # Captures live a day and are no one's loss; a copy lives longer.
            if await copy.execute_fetchall("SELECT 1 FROM sqlite_master WHERE name = 'captures'"):
                await copy.execute_fetchall("DELETE FROM captures")
            # Without a log beside it the copy is one file.
            await copy.execute_fetchall("PRAGMA journal_mode=DELETE")
    if words := await damage(target):
        raise StoreFailed(f"The store {path} is damaged ({words}). Restart the gateway: it restores the last backup.")


async def damage(path: Path) -> str:
    """What is wrong with the file, in SQLite's words; empty: it is whole. Other trouble is StoreFailed."""
    with mapped(path):
        try:
            async with _connect(path) as db:
                rows = [str(row[0]) for row in await db.execute_fetchall("PRAGMA quick_check(1)")]
        except aiosqlite.Error as error:
            if primary_code(error) not in _DAMAGE:
                raise
            return str(error)
    return "" if rows == ["ok"] else rows[0].replace("\n", " ")


async def schema_of(path: Path) -> int:
    """How many steps made it."""
    with mapped(path):
        async with _connect(path) as db:
            ((version,),) = await db.execute_fetchall("PRAGMA user_version")
    return int(version)


async def make_ready(copy: Path) -> None:
    """Turns a copy that is brought back into a store that does nothing twice and takes nothing back."""
    database = await Database.open(copy, MIGRATIONS)
    try:

        async def work(db: aiosqlite.Connection) -> None:
            for statement, values in _AFTER_RESTORE:
                await db.execute(statement, values)

        await database.write(work)
    finally:
        await database.close()


async def erase_shipment(database: Database, number: str) -> int:
    """Deletes what a copy keeps of the persons of the shipment with this number; how many rows."""
    changed = await database.change(
        """
        UPDATE shipments SET sealed_request = NULL, sealed_reply = NULL, note = ''
        WHERE id IN (SELECT shipment FROM shipment_numbers WHERE number = ?)
            AND (sealed_request IS NOT NULL OR sealed_reply IS NOT NULL OR note <> '')
        """,
        (number,),
    )
    return changed.rowcount


def _connect(path: Path) -> aiosqlite.Connection:
    return aiosqlite.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
