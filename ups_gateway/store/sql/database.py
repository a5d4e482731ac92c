"""What the rows need of a database, whichever it is.

The rule: one text of SQL for all. It is in SQLite's words, as far as every database has them (RETURNING, ON CONFLICT
with its target, CASE, values cast where nothing tells their type); what another calls differently, its own package
translates.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Values = Sequence[Any] | Mapping[str, Any]


class Row(Protocol):
    """Columns by name or place."""

    def __getitem__(self, key: int | str, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...


class Done(Protocol):
    """What a statement did."""

    @property
    def rowcount(self) -> int: ...


class Connection(Protocol):
    """Within one transaction."""

    def execute(self, statement: str, values: Any, /) -> Awaitable[Done]: ...

    def execute_fetchall(self, statement: str, values: Any, /) -> Awaitable[Iterable[Row]]: ...

    def executemany(self, statement: str, rows: Iterable[Any], /) -> Awaitable[object]: ...


class Gateways(Protocol):
    """Those that share a database."""

    @property
    def here(self) -> str: ...

    async def living(self) -> Collection[str]: ...

    async def leads(self) -> bool: ...

    async def close(self) -> None: ...


def nothing() -> None:
    """There is nobody to tell."""


class Database(Protocol):
    """Every failure is StoreFailed, a broken constraint ValueError. What a cancelled caller began is done or not done,
    never half done."""

    async def read(self, query: str, values: Values = ()) -> Sequence[Row]:
        """The rows of one statement; it sees all that was written before."""
        ...

    async def look_up(self, query: str, values: Values = ()) -> Sequence[Row]:
        """The same for a few small rows by an index."""
        ...

    async def read_one(self, query: str, values: Values = ()) -> Row | None:
        """The first row."""
        ...

    async def write(self, work: Callable[[Connection], Awaitable[T]], *, on_disk: Callable[[], None] = nothing) -> T:
        """Runs `work` in one transaction, of which there is one at a time, on disk when this returns."""
        ...

    async def change(self, statement: str, values: Values) -> Done:
        """One statement, which is a transaction by itself."""
        ...

    async def insert(self, statement: str, values: Values) -> int:
        """The same for one new row; its id."""
        ...

    async def sealed_columns(self) -> list[tuple[str, str]]:
        """(table, column): whatever is sealed stands in a column whose name says so."""
        ...

    async def empty_log(self) -> bool:
        """Leaves no trace of what was erased in the database's own files, where it can; False: it is in use."""
        ...

    async def close(self) -> None:
        """After the units of work under way. May be called twice."""
        ...
