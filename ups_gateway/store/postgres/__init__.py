"""The store in a PostgreSQL database, for several gateways: `open_store` gives it.

The rule: the database is the truth for all of them. What they must agree on is agreed there: one writer of several
statements at a time, and rows that change only from the state their writer read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Collection, Hashable, Sequence
from typing import Any, Final, TypeVar, cast

from ups_gateway.errors import StoreFailed
from ups_gateway.model import AccessKey, Account
from ups_gateway.store import Store, Vault
from ups_gateway.store.postgres.database import Database
from ups_gateway.store.postgres.gateways import Presence
from ups_gateway.store.sql import FLUSH_SECONDS, SqlStore
from ups_gateway.store.sqlite.schema import MIGRATIONS

T = TypeVar("T")
_REMEMBERED: Final = 1000


class SharedStore(SqlStore):
    """Keeps what requests that create nothing need, for the time that the database is away, and for no other."""

    def __init__(self, *parts: Any, **named: Any) -> None:
        super().__init__(*parts, **named)
        self._last: OrderedDict[Hashable, Any] = OrderedDict()

    async def keys_of_licence(self, licence: str) -> Sequence[AccessKey]:
        return await self._read_or_last(("keys", licence), super().keys_of_licence(licence))

    async def accounts(self, ids: Collection[int] | None = None) -> Sequence[Account]:
        name = None if ids is None else frozenset(ids)
        return await self._read_or_last(("accounts", name), super().accounts(ids))

    async def _read_or_last(self, name: Hashable, reading: Awaitable[Sequence[T]]) -> Sequence[T]:
        try:
            found = await reading
        except StoreFailed:
            if name not in self._last:
                raise
            return cast("Sequence[T]", self._last[name])
        self._last.pop(name, None)
        if found:
            self._last[name] = found
            if len(self._last) > _REMEMBERED:
                self._last.popitem(last=False)
        return found


async def open_store(
    url: str,
    vault: Vault,
    *,
    flush_seconds: float = FLUSH_SECONDS,
    migrations: Sequence[Sequence[str]] = MIGRATIONS,
) -> Store:
    """Connects to the database, making or migrating its tables where needed; StoreFailed says why it cannot."""
    database = await Database.open(url, migrations)
    try:
        gateways = await Presence.open(url)
    except BaseException:
        await database.close()
        raise
    return SharedStore(database, vault, flush_seconds=flush_seconds, lock=database.lock, gateways=gateways)
