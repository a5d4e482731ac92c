"""One SQLite file: a connection that writes and one that reads, each in a thread, and one for look-ups in place.

The rule: a unit of work is a task of the database's own and has the writing connection to itself from BEGIN IMMEDIATE
(another process may have the same file open) to COMMIT, so that a cancelled request leaves it done or not done, never
half done. Every error of SQLite leaves here as StoreFailed, a broken constraint as ValueError.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from ups_gateway.errors import StoreFailed
from ups_gateway.store.ownership import give_to_owner
from ups_gateway.store.sql.database import Values, nothing

T = TypeVar("T")
Work = Callable[[aiosqlite.Connection], Awaitable[T]]

BUSY_SECONDS = 5.0
"""How long a write waits for another process."""
_PAUSE = 0.01

_WORDS = {
    sqlite3.SQLITE_FULL: "the disk is full; make room, nothing that was answered is lost",
    sqlite3.SQLITE_READONLY: "it is read-only; give the gateway's user the right to write the file and its directory",
    sqlite3.SQLITE_BUSY: "another process has kept it locked; end a program that holds it open, and try again",
    sqlite3.SQLITE_LOCKED: "another process has kept it locked; end a program that holds it open, and try again",
    sqlite3.SQLITE_CORRUPT: "it is damaged; a gateway that starts restores the newest backup",
    sqlite3.SQLITE_NOTADB: "it is not a store of the gateway, or it is damaged; a start of the gateway mends it",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; look at the directory, its owner and its mode",
    sqlite3.SQLITE_PERM: "access to it is denied; give the gateway's user the right to read and write it",
    sqlite3.SQLITE_IOERR: "the disk reports an error; look at the system's log before anything else",
}


async def _nothing(_version: int) -> None:
    """There is nobody to tell."""


class Database:
    """The open file. `open` makes one; `close` must be called from the loop that opened it."""

    def __init__(
        self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection, at_hand: sqlite3.Connection
    ) -> None:
        self._path = path
        self._writer = writer
        self._reader = reader
        self._at_hand = at_hand
        self._writing = asyncio.Lock()
        self._units: set[asyncio.Task[Any]] = set()
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls,
        path: Path,
        migrations: Sequence[Sequence[str]],
        *,
        busy_seconds: float = BUSY_SECONDS,
        before_migration: Callable[[int], Awaitable[object]] = _nothing,
    ) -> Database:
        """Opens the file, made on first use (mode 0600, a new directory 0700), and brings its schema up to date.

        `before_migration` is awaited with the schema's version before one that holds data is changed.
        """
        async with contextlib.AsyncExitStack() as opened:
            with mapped(path):
                await asyncio.to_thread(_create, path)
                # No isolation level: a transaction begins where BEGIN stands, a statement alone is one by itself.
                writer = await opened.enter_async_context(
                    aiosqlite.connect(path, timeout=busy_seconds, isolation_level=None)
                )
                await _use_log(writer, busy_seconds)
                for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                    await writer.execute_fetchall(f"PRAGMA {pragma}")
                version = await _version(writer)
                if 0 < version < len(migrations):
                    await before_migration(version)
                await _transaction(writer, lambda db: _migrate(db, path, migrations))
                reader = await opened.enter_async_context(
                    aiosqlite.connect(path, timeout=busy_seconds, isolation_level=None)
                )
                await reader.execute_fetchall("PRAGMA query_only=ON")
                at_hand = sqlite3.connect(path, timeout=0, isolation_level=None)
                opened.callback(at_hand.close)
                at_hand.execute("PRAGMA query_only=ON")
            writer.row_factory = reader.row_factory = at_hand.row_factory = aiosqlite.Row
            opened.pop_all()
        return cls(path, writer, reader, at_hand)

    async def read(self, query: str, values: Values = ()) -> list[aiosqlite.Row]:
        """The rows of one statement, which is one snapshot of the file; it sees all that was written before."""
        self._require_open()
        with mapped(self._path):
            return list(await self._reader.execute_fetchall(query, values))

    async def look_up(self, query: str, values: Values = ()) -> list[aiosqlite.Row]:
        """The same in place, for a few small rows by an index: that takes a tenth of the way to a thread and back."""
        self._require_open()
        try:
            return self._at_hand.execute(query, values).fetchall()
        except sqlite3.Error:
            # The log is being recovered, or worse: the reader waits where it helps, and its words are the right ones.
            return await self.read(query, values)

    async def read_one(self, query: str, values: Values = ()) -> aiosqlite.Row | None:
        """The first row."""
        return next(iter(await self.read(query, values)), None)

    async def write(self, work: Work[T], *, on_disk: Callable[[], None] = nothing) -> T:
        """Runs `work` in one transaction, on disk when this returns; rolled back when it raises.

        `on_disk` is called once it is, also when the caller was cancelled meanwhile.
        """

        async def unit() -> T:
            async with self._writing:
                result = await _transaction(self._writer, work)
                on_disk()
                return result

        return await self._own(unit())

    async def change(self, statement: str, values: Values) -> aiosqlite.Cursor:
        """One statement, which is a transaction by itself; the cursor tells `rowcount`."""

        async def unit() -> aiosqlite.Cursor:
            async with self._writing:
                return await self._writer.execute(statement, values)

        return await self._own(unit())

    async def insert(self, statement: str, values: Values) -> int:
        """The same for one new row; its id."""
        return (await self.change(statement, values)).lastrowid or 0

    async def sealed_columns(self) -> list[tuple[str, str]]:
        """Whatever is sealed stands in a column whose name says so."""
        rows = await self.read(
            """
            SELECT tables.name, columns.name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
            WHERE tables.type = 'table' AND columns.name LIKE 'sealed%' ORDER BY 1, 2
            """
        )
        return [(str(table), str(column)) for table, column in rows]

    async def empty_log(self) -> bool:
        """Moves the write-ahead log into the file, so that what was deleted is not readable in the log either.

        False: somebody read all the while, and the log is as it was.
        """

        async def unit() -> bool:
            async with self._writing:
                ((busy, _, _),) = await self._writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
                return not busy

        return await self._own(unit())

    async def close(self) -> None:
        """Ends both connections and their threads, after the units of work under way. May be called twice."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        with mapped(self._path):
            await asyncio.shield(self._closing)

    async def _close(self) -> None:
        # A connection left open would keep the process from ending, so each is closed whatever becomes of the other;
        # the writer last, for it is the last to close the file that puts the log into it.
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._writer.close)
            stack.push_async_callback(self._reader.close)
            stack.callback(self._at_hand.close)
            if self._units:
                await asyncio.wait(self._units)

    async def _own(self, unit: Coroutine[Any, Any, T]) -> T:
        """Runs it to its end, whatever becomes of the caller."""
        try:
            self._require_open()
        except StoreFailed:
            unit.close()
            raise
        task = asyncio.create_task(unit)
        self._units.add(task)
        task.add_done_callback(self._units.discard)
        with mapped(self._path):
            return await asyncio.shield(task)

    def _require_open(self) -> None:
        if self._closing is not None:
            raise StoreFailed(f"The store {self._path} is closed.")


async def _transaction(db: aiosqlite.Connection, work: Work[T]) -> T:
    try:
        await db.execute("BEGIN IMMEDIATE")
        result = await work(db)
        await db.commit()
    except BaseException:
        # Does nothing where none is open: SQLite rolls back by itself on some errors, a full disk for one.
        await db.rollback()
        raise
    return result


@contextlib.contextmanager
def mapped(path: Path) -> Iterator[None]:
    """Errors of SQLite and of the system about the file at `path`, as StoreFailed or ValueError."""
    try:
        yield
    except aiosqlite.IntegrityError as error:
        raise ValueError(f"The store {path} refuses it: {error}.") from error
    except aiosqlite.Error as error:
        raise StoreFailed(f"The store {path} failed: {_words(error)}.") from error
    except OSError as error:
        raise StoreFailed(f"The store {path} failed: {error.strerror}.") from error


async def _use_log(db: aiosqlite.Connection, busy_seconds: float) -> None:
    clock = asyncio.get_running_loop().time
    end = clock() + busy_seconds
    while True:
        try:
            await db.execute_fetchall("PRAGMA journal_mode=WAL")
        except aiosqlite.OperationalError as error:
            # Of two who turn the same new file to a log, SQLite tells one at once that it is busy, without waiting.
            if primary_code(error) != sqlite3.SQLITE_BUSY or clock() >= end:
                raise
            await asyncio.sleep(_PAUSE)
        else:
            return


def _words(error: aiosqlite.Error) -> str:
    return _WORDS.get(primary_code(error), str(error))


def primary_code(error: aiosqlite.Error) -> int:
    """SQLite's result code; 0: it has none."""
    # The low byte is the primary code; errors of the Python module itself have none.
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    try:
        # A file that is there is not opened: closing it would drop the locks that this process holds on it by SQLite.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        give_to_owner(path, path.parent)
    except FileExistsError:
        path.chmod(0o600)


async def _version(db: aiosqlite.Connection) -> int:
    ((version,),) = await db.execute_fetchall("PRAGMA user_version")
    return int(version)


async def _migrate(db: aiosqlite.Connection, path: Path, migrations: Sequence[Sequence[str]]) -> None:
    version = await _version(db)
    if version > len(migrations):
        raise StoreFailed(
            f"The store {path} was written by a newer ups-gateway (schema {version}, this one knows "
            f"{len(migrations)}). Install that version again, or restore a backup from before it."
        )
    for statements in migrations[version:]:
        for statement in statements:
            await db.execute(statement)
    # A pragma takes no parameters; the number is our own.
    await db.execute(f"PRAGMA user_version={len(migrations)}")
