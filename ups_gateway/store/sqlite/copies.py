"""The copies of a store that the gateway makes: daily, before a change of the schema, before a restore.

The rule: each is sealed as a whole and lives at most seven days. One process at a time works on them; what one that was
killed left half done is removed by the next.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from ups_gateway.errors import StoreFailed
from ups_gateway.store import Vault
from ups_gateway.store.envelope import open_file, seal_file, shred
from ups_gateway.store.locks import store_lock
from ups_gateway.store.ownership import give_to_owner
from ups_gateway.store.sql.sealing import reseal
from ups_gateway.store.sqlite.copying import copy_store, damage, erase_shipment, schema_of
from ups_gateway.store.sqlite.database import Database, mapped
from ups_gateway.store.sqlite.schema import MIGRATIONS

log = logging.getLogger(__name__)

FOLDER: Final = "backups"
KEEP: Final = timedelta(days=7)
EVERY: Final = timedelta(days=1)
PAUSE: Final = 600.0
"""Seconds between looks at the clock: a machine that sleeps does not count the hours."""
_PATIENCE: Final = 60.0
_NAME: Final = re.compile(r"([a-z-]+)-(\d{8}T\d{6}\.\d{6})Z\.(sealed|db)")
_STAMP: Final = "%Y%m%dT%H%M%S.%f"

Now = Callable[[], datetime]
Edit = Callable[[Database], Awaitable[int]]
"""What is done to the content of a copy; how many values changed."""


class Kind(StrEnum):
    """Why there is a copy."""

    DAILY = "daily"
    ASKED = "asked"
    SCHEMA = "before-schema"
    RESTORE = "before-restore"
    DAMAGED = "damaged"
    """The file itself, as it was found: the only one that is not sealed as a whole."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One of them."""

    path: Path
    kind: Kind
    made_at: datetime

    @property
    def sealed(self) -> bool:
        return self.kind is not Kind.DAMAGED


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of all copies."""

    changed: int
    missed: tuple[Path, ...]
    """Those that could not be opened: damaged ones above all."""
    moved: tuple[Path, ...]
    """Those made elsewhere that are not there any more."""


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


class Copies:
    """Those of the store at `path`, in the directory `backups` beside it."""

    def __init__(self, path: Path, vault: Vault, *, now: Now = utc_now) -> None:
        self._path = path
        self._vault = vault
        self._now = now
        self.folder = path.parent / FOLDER

    def found(self) -> list[Copy]:
        """Newest first."""
        with mapped(self._path):
            names = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        copies = []
        for file in names:
            if (match := _NAME.fullmatch(file.name)) and match[1] in {*Kind}:
                made_at = datetime.strptime(match[2], _STAMP).replace(tzinfo=UTC)
                copies.append(Copy(file, Kind(match[1]), made_at))
        return sorted(copies, key=lambda copy: copy.made_at, reverse=True)

    def name(self, kind: Kind) -> Path:
        """Of a new copy."""
        ending = "db" if kind is Kind.DAMAGED else "sealed"
        return self.folder / f"{kind}-{self._now().astimezone(UTC).strftime(_STAMP)}Z.{ending}"

    async def make(self, kind: Kind) -> Copy:
        """A copy of the store as it is now. StoreFailed: there is none."""
        target = self.name(kind)
        async with self.working() as folder:
            await self.seal_store(folder, target)
        return next(copy for copy in self.found() if copy.path == target)

    async def make_elsewhere(self, target: Path) -> None:
        """A copy in a file of the caller's own, which must not be there yet; nobody deletes it."""
        if await asyncio.to_thread(target.exists):
            raise StoreFailed(f"{target} exists already; it is not overwritten.")
        async with self.working() as folder:
            await self.seal_store(folder, target)

    async def open(self, sealed: Path, target: Path) -> datetime:
        """Brings a copy's content to `target`, found whole; when it was made. Raises NoBackup, StoreFailed."""
        made_at = await asyncio.to_thread(open_file, sealed, target, self._vault)
        if words := await damage(target):
            raise StoreFailed(f"{sealed} holds a damaged store ({words}).")
        return made_at

    async def tidy(self) -> int:
        """Deletes what is older than seven days; how many."""
        async with self.working():
            old = [copy for copy in self.found() if copy.made_at < self._now() - KEEP]
            for copy in old:
                await self.delete(copy)
        return len(old)

    async def delete(self, copy: Copy) -> None:
        """With what lies beside a file that was put aside."""
        with mapped(copy.path):
            for file in (copy.path, *(copy.path.with_name(copy.path.name + end) for end in ("-wal", "-shm"))):
                await asyncio.to_thread(shred, file)

    async def step(self) -> Copy | None:
        """The daily copy, when a day has passed since the last; and the deletions."""
        await self.tidy()
        now = self._now()
        recent = [
            copy
            for copy in self.found()
            if copy.kind in (Kind.DAILY, Kind.ASKED) and timedelta() <= now - copy.made_at < EVERY
        ]
        return None if recent else await self.make(Kind.DAILY)

    async def run(self, pause: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep) -> None:
        """For ever."""
        while True:
            await pause(PAUSE)
            try:
                await self.step()
            except StoreFailed as error:
                log.error("The daily backup failed: %s", error)  # noqa: TRY400 - its words say it all

    async def forget(self, number: str, elsewhere: tuple[Path, ...] = ()) -> Edited:
        """Deletes in all copies what they hold of a shipment's persons."""
        return await self._edit_all(lambda database: erase_shipment(database, number), elsewhere, whole=False)

    async def reseal(self, elsewhere: tuple[Path, ...] = ()) -> Edited:
        """Seals with the newest key what is in the copies, and them."""
        return await self._edit_all(lambda database: reseal(database, self._vault), elsewhere, whole=True)

    async def _edit_all(self, edit: Edit, elsewhere: tuple[Path, ...], *, whole: bool) -> Edited:
        changed, missed, moved = 0, [], []
        copies = self.found()
        for path in (*(copy.path for copy in copies if copy.sealed), *elsewhere):
            if not path.exists():
                moved.append(path)
                continue
            try:
                changed += await self._edit(path, edit, whole=whole)
            except StoreFailed as error:
                log.warning("%s", error)
                missed.append(path)
        missed += [copy.path for copy in copies if not copy.sealed]
        return Edited(changed, tuple(missed), tuple(moved))

    async def _edit(self, sealed: Path, edit: Edit, *, whole: bool) -> bool:
        """Whether it changed; `whole`: it is sealed again in any case."""
        async with self.working() as folder:
            content = folder / "store.db"
            made_at = await self.open(sealed, content)
            database = await Database.open(content, MIGRATIONS[: await schema_of(content)])
            try:
                edited = await edit(database) > 0 or whole
            finally:
                await database.close()
            if edited:
                await asyncio.to_thread(seal_file, content, sealed, self._vault, made_at)
        return edited

    async def seal_store(self, folder: Path, target: Path) -> None:
        """A sealed copy as `target`, by way of a directory that `working` gave."""
        content = folder / "copy.db"
        made_at = self._now()
        await copy_store(self._path, content)
        await asyncio.to_thread(seal_file, content, target, self._vault, made_at)

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[Path]:
        """A directory for what is open for a moment, and nobody else at work."""
        with mapped(self._path):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            give_to_owner(self.folder, self._path.parent)
        async with store_lock(self._path, "backup", time_limit=_PATIENCE):
            with mapped(self._path):
                for left in self.folder.glob(".part-*"):
                    await asyncio.to_thread(_clear, left)
                folder = Path(tempfile.mkdtemp(prefix=".part-", dir=self.folder))
                give_to_owner(folder, self.folder)
            try:
                yield folder
            finally:
                with mapped(self._path):
                    await asyncio.to_thread(_clear, folder)


def _clear(left: Path) -> None:
    if left.is_dir():
        for file in left.iterdir():
            shred(file)
        shutil.rmtree(left)
    else:
        shred(left)
