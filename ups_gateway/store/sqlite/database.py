"""One SQLite file, a connection that writes and one that reads, each in a thread of its own.

The rule: a unit of work is a plain function that runs whole in its thread inside one transaction, so that a cancelled
request leaves it done or not done, never half done; writing ones begin IMMEDIATE, because another process may have
the same file open. Every sqlite3 error leaves here as StoreFailed, a broken constraint as ValueError.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from ups_gateway.errors import StoreFailed

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
Values = Sequence[Any] | Mapping[str, Any]

BUSY_SECONDS = 5.0
"""How long a write waits for another process."""

_WORDS = {
    sqlite3.SQLITE_FULL: "the disk is full; make room, nothing that was answered is lost",
    sqlite3.SQLITE_READONLY: "it is read-only; give the gateway's user the right to write the file and its directory",
    sqlite3.SQLITE_BUSY: "another process has kept it locked; end a program that holds it open, and try again",
    sqlite3.SQLITE_LOCKED: "another process has kept it locked; end a program that holds it open, and try again",
    sqlite3.SQLITE_CORRUPT: "it is damaged; stop the gateway and restore the newest backup",
    sqlite3.SQLITE_NOTADB: "it is not a store of the gateway, or it is damaged; restore the newest backup",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; look at the directory, its owner and its mode",
    sqlite3.SQLITE_PERM: "access to it is denied; give the gateway's user the right to read and write it",
    sqlite3.SQLITE_IOERR: "the disk reports an error; look at the system's log before anything else",
}


class Database:
    """The open file. `open` makes one; `close` must be called from the loop that opened it."""

    def __init__(self, path: Path, busy_seconds: float) -> None:
        self._path = path
        self._writer = _Connection(path, "store-write", busy_seconds)
        self._reader = _Connection(path, "store-read", busy_seconds)

    @classmethod
    async def open(
        cls, path: Path, migrations: Sequence[Sequence[str]], *, busy_seconds: float = BUSY_SECONDS
    ) -> Database:
        """Opens the file, made on first use (mode 0600, a new directory 0700), and brings its schema up to date."""
        database = cls(path, busy_seconds)
        try:
            await database._writer.run(lambda: _create(path))
            await database._writer.connect(
                "PRAGMA journal_mode=WAL",
                "PRAGMA synchronous=FULL",
                "PRAGMA foreign_keys=ON",
                "PRAGMA secure_delete=ON",
            )
            await database.write(lambda db: _migrate(db, path, migrations))
            await database._reader.connect("PRAGMA query_only=ON")
        except BaseException:
            await database.close()
            raise
        return database

    async def read(self, work: Work[T]) -> T:
        """Runs `work` on one snapshot of the file; it sees all that was written before."""
        return await self._reader.transaction("BEGIN", work)

    async def write(self, work: Work[T], *, undo: Callable[[], None] | None = None) -> T:
        """Runs `work` in one transaction, on disk when this returns; rolled back when it raises.

        `undo` runs in the same thread when `work` was begun and its changes are not on disk.
        """
        return await self._writer.transaction("BEGIN IMMEDIATE", work, undo)

    async def change(self, statement: str, values: Values) -> int:
        """One statement in a transaction of its own; how many rows it changed."""
        return await self.write(lambda db: db.execute(statement, values).rowcount)

    async def empty_log(self) -> None:
        """Moves the write-ahead log into the file, so that what was deleted is not readable in the log either."""
        await self._writer.run(lambda: self._writer.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())

    async def close(self) -> None:
        """Ends both connections and their threads. May be called twice."""
        await self._reader.close()
        await self._writer.close()


class _Connection:
    """A connection that lives in the one thread it may be used from."""

    def __init__(self, path: Path, name: str, busy_seconds: float) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._db: sqlite3.Connection | None = None
        self._closed = False

    @property
    def db(self) -> sqlite3.Connection:
        """The connection; only for use inside `run`."""
        if self._db is None:
            raise StoreFailed(f"The store {self._path} is not open.")
        return self._db

    async def connect(self, *pragmas: str) -> None:
        await self.run(lambda: self._connect(pragmas))

    async def transaction(self, begin: str, work: Work[T], undo: Callable[[], None] | None = None) -> T:
        return await self.run(lambda: self._transaction(begin, work, undo))

    async def run(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise StoreFailed(f"The store {self._path} is closed.")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._mapped, work)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            await asyncio.get_running_loop().run_in_executor(self._thread, self._mapped, self._disconnect)
            self._thread.shutdown()

    def _connect(self, pragmas: Sequence[str]) -> None:
        self._db = sqlite3.connect(self._path, timeout=self._busy_seconds, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        for pragma in pragmas:
            self._db.execute(pragma).fetchall()

    def _disconnect(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _transaction(self, begin: str, work: Work[T], undo: Callable[[], None] | None) -> T:
        db = self.db
        db.execute(begin)
        try:
            result = work(db)
            db.execute("COMMIT")
        except BaseException:
            if undo is not None:
                undo()
            # SQLite rolls back by itself on some errors, a full disk for one.
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return result

    def _mapped(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except sqlite3.IntegrityError as error:
            raise ValueError(f"The store {self._path} refuses it: {error}.") from error
        except sqlite3.Error as error:
            raise StoreFailed(f"The store {self._path} failed: {_words(error)}.") from error
        except OSError as error:
            raise StoreFailed(f"The store {self._path} failed: {error.strerror}.") from error


def _words(error: sqlite3.Error) -> str:
    # The low byte is the primary code; errors of the Python module itself have none.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return _WORDS.get(code, str(error))


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(handle, 0o600)
    finally:
        os.close(handle)


def _migrate(db: sqlite3.Connection, path: Path, migrations: Sequence[Sequence[str]]) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(migrations):
        raise StoreFailed(
            f"The store {path} was written by a newer ups-gateway (schema {version}, this one knows "
            f"{len(migrations)}). Install that version again, or restore a backup from before it."
        )
    for statements in migrations[version:]:
        for statement in statements:
            db.execute(statement)
    # A pragma takes no parameters; the number is our own.
    db.execute(f"PRAGMA user_version={len(migrations)}")
