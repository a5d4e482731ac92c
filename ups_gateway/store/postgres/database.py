"""One PostgreSQL database: connections as they are needed, given back and made anew by asyncpg's pool.

The rule: a unit of work is a task of the database's own, so that a cancelled request leaves it done or not done; units
of several statements are one at a time for all gateways, by a lock that PostgreSQL itself lets go of. Every error
leaves here as StoreFailed, a broken constraint as ValueError. When a connection breaks in a write, nobody knows whether
it was carried out: whoever wrote is told that it failed, and looks.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import asyncpg

from ups_gateway.errors import StoreFailed
from ups_gateway.store.postgres.dialect import FUNCTIONS, definition, spoken
from ups_gateway.store.sql.database import Row, Values, nothing

T = TypeVar("T")

CONNECT: Final = 5.0
COMMAND: Final = 10.0
"""Seconds for a connection and for a statement."""
_MOST: Final = 10
"""Connections of a gateway."""
KEEP_ALIVE: Final = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""A machine that lost its power holds locks for so long, not for hours."""
_MOST_LOCKS: Final = 20
_LOCK: Final = "SELECT pg_advisory_lock(hashtextextended(current_schema() || ' lock ' || $1, 0))"
_ONE_WRITER: Final = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' writes', 0))"


class Done:
    """What a statement did."""

    def __init__(self, status: str) -> None:
        last = status.rpartition(" ")[2]
        self.rowcount = int(last) if last.isdigit() else 0


class Connection:
    """A transaction, for those who speak to either database."""

    def __init__(self, db: Any) -> None:
        self._db = db

    async def execute(self, statement: str, values: Values, /) -> Done:
        text, arguments = spoken(statement, values)
        return Done(await self._db.execute(text, *arguments))

    async def execute_fetchall(self, statement: str, values: Values, /) -> list[Row]:
        text, arguments = spoken(statement, values)
        rows: list[Row] = await self._db.fetch(text, *arguments)
        return rows

    async def executemany(self, statement: str, rows: Iterable[Values], /) -> None:
        spoke = [spoken(statement, row) for row in rows]
        if spoke:
            await self._db.executemany(spoke[0][0], [arguments for _, arguments in spoke])


class Database:
    """The connections. `open` makes them; `close` must be called from the loop that did."""

    def __init__(self, url: str, pool: Any, locks: Any) -> None:
        self._where = shown(url)
        self._pool = pool
        self._locks = locks
        """Connections apart: who holds a lock and needs a connection does not wait for another who does."""
        self._units: set[asyncio.Task[Any]] = set()
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, migrations: Sequence[Sequence[str]]) -> Database:
        """Connects, and makes the tables or brings them up to date."""
        with mapped(shown(url)):
            pool, locks = [
                await asyncpg.create_pool(
                    url, min_size=0, max_size=most, timeout=CONNECT, command_timeout=limit, server_settings=KEEP_ALIVE
                )
                for most, limit in ((_MOST, COMMAND), (_MOST_LOCKS, None))
            ]
        database = cls(url, pool, locks)
        try:
            with mapped(shown(url)):
                async with pool.acquire() as db, db.transaction():
                    await db.execute(_ONE_WRITER)
                    await _migrate(db, migrations, shown(url))
        except BaseException:
            await database.close()
            raise
        return database

    async def read(self, query: str, values: Values = ()) -> Sequence[Row]:
        self._require_open()
        text, arguments = spoken(query, values)
        with mapped(self._where):
            rows: Sequence[Row] = await self._pool.fetch(text, *arguments)
            return rows

    look_up = read

    async def read_one(self, query: str, values: Values = ()) -> Row | None:
        return next(iter(await self.read(query, values)), None)

    async def write(self, work: Callable[[Connection], Awaitable[T]], *, on_disk: Callable[[], None] = nothing) -> T:
        async def unit() -> T:
            async with self._pool.acquire() as db:
                async with db.transaction():
                    await db.execute(_ONE_WRITER)
                    result = await work(Connection(db))
                on_disk()
                return result

        return await self._own(unit())

    async def change(self, statement: str, values: Values) -> Done:
        text, arguments = spoken(statement, values)
        return Done(await self._own(self._pool.execute(text, *arguments)))

    async def insert(self, statement: str, values: Values) -> int:
        text, arguments = spoken(f"{statement} RETURNING id", values)
        added: int = await self._own(self._pool.fetchval(text, *arguments))
        return added

    @contextlib.asynccontextmanager
    async def lock(self, name: str) -> AsyncIterator[None]:
        """A lock of the server's that the connection holds: it ends with the connection, and so with the process.

        Raises StoreFailed. An error inside the block is the block's own.
        """
        self._require_open()
        async with contextlib.AsyncExitStack() as held:
            with mapped(self._where):
                db = await held.enter_async_context(self._locks.acquire())
                # Given back, a connection lets go of its locks by itself (asyncpg resets it).
                await db.execute(_LOCK, name)
            yield

    async def sealed_columns(self) -> list[tuple[str, str]]:
        rows = await self.read(
            """
            SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = current_schema() AND column_name LIKE 'sealed%' ORDER BY 1, 2
            """
        )
        return [(row[0], row[1]) for row in rows]

    async def empty_log(self) -> bool:
        """The server's log is the server's; whatever of persons or tokens came there is sealed."""
        return True

    async def close(self) -> None:
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        with mapped(self._where):
            await asyncio.shield(self._closing)

    async def _close(self) -> None:
        if self._units:
            await asyncio.wait(self._units)
        for pool in (self._pool, self._locks):
            try:
                await asyncio.wait_for(pool.close(), CONNECT)
            except TimeoutError:
                pool.terminate()

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
        with mapped(self._where):
            return await asyncio.shield(task)

    def _require_open(self) -> None:
        if self._closing is not None:
            raise StoreFailed(f"The store {self._where} is closed.")


def shown(url: str) -> str:
    """The address without what is nobody's business."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


@contextlib.contextmanager
def mapped(where: str) -> Iterator[None]:
    """Errors of PostgreSQL and of the way to it, as StoreFailed or ValueError."""
    try:
        yield
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
        raise ValueError(f"The store {where} refuses it: {_first_line(error)}.") from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StoreFailed(f"The store {where} failed: {_first_line(error)}.") from error
    except TimeoutError as error:
        raise StoreFailed(f"The store {where} failed: the server does not answer.") from error
    except OSError as error:
        raise StoreFailed(f"The store {where} failed: {error.strerror or error}.") from error


def _first_line(error: Exception) -> str:
    """Without the details, which hold values."""
    return str(error).partition("\n")[0].rstrip(".")


async def _migrate(db: Any, migrations: Sequence[Sequence[str]], where: str) -> None:
    await db.execute("CREATE TABLE IF NOT EXISTS schema_steps (made BIGINT NOT NULL)")
    version = await db.fetchval("SELECT max(made) FROM schema_steps") or 0
    if version > len(migrations):
        raise StoreFailed(
            f"The store {where} was written by a newer ups-gateway (schema {version}, this one knows "
            f"{len(migrations)}). Install that version again."
        )
    if version < len(migrations):
        for statement in () if version else FUNCTIONS:
            await db.execute(statement)
        for step in migrations[version:]:
            for statement in step:
                for one in definition(statement):
                    await db.execute(one)
        await db.execute("INSERT INTO schema_steps (made) VALUES ($1)", len(migrations))
