"""A backup in the place of the store: because somebody asks for it, or because the store is damaged.

The rule: only while nobody has the store open; what was there is kept; and a stop at any moment leaves the old store or
the new one. What happened since the backup is not known, so nothing of it is done again or taken back by itself.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from ups_gateway.errors import StoreFailed
from ups_gateway.store.envelope import sync_directory
from ups_gateway.store.locks import LockHeld, hold
from ups_gateway.store.ownership import give_to_owner
from ups_gateway.store.sqlite.copies import Copies, Kind
from ups_gateway.store.sqlite.copying import damage, make_ready
from ups_gateway.store.sqlite.database import mapped

log = logging.getLogger(__name__)

IN_USE: Final = "use"
"""The lock that everybody shares who has the store open."""
_LOGS: Final = ("-wal", "-shm")


class StoreInUse(StoreFailed):
    """Somebody has the store open."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done."""

    aside: Path | None
    """Where the former store is kept; None: there was none."""
    source: Path | None
    """The backup that took its place; None: none could be opened, and the gateway begins with an empty store."""
    made_at: datetime | None
    """When that backup was made."""
    damage: str = ""
    """What was wrong with the former store."""

    @property
    def words(self) -> str:
        """All of it for people, and what they should do."""
        before = f"The store was damaged ({self.damage}) and " if self.damage else "The store that was there "
        kept = f"{before}is kept as {self.aside}. " if self.aside else ""
        if self.source is None or self.made_at is None:
            return (
                f"{kept}THERE IS NO BACKUP THAT CAN BE USED: the gateway begins with an empty store. Make profiles, "
                "accounts and keys anew, or restore a backup of your own: ups-gateway restore FILE"
            )
        return (
            f"{kept}The backup of {self.made_at.astimezone():%Y-%m-%d %H:%M %Z} ({self.source}) is in its place. "
            "Shipments made since then are not in the ledger: compare with UPS. Tokens may have moved on since then: "
            "where UPS refuses one, sign in again (ups-gateway status). Nothing is voided by itself that was confirmed "
            "before it."
        )


async def restore(path: Path, source: Path, copies: Copies) -> Restored:
    """Puts a backup in the place of the store. Raises NoBackup, StoreInUse, StoreFailed; then nothing is changed."""
    release = await _alone(path)
    try:
        async with copies.working() as folder:
            content = folder / "store.db"
            made_at = await copies.open(source, content)
            await make_ready(content)
            aside, words = None, ""
            if await asyncio.to_thread(path.exists):
                words = await damage(path)
                aside = await _put_aside(path, copies, folder, damaged=bool(words))
            with mapped(path):
                await asyncio.to_thread(_install, path, content)
        return Restored(aside, source, made_at, words)
    finally:
        release()


async def rescue(path: Path, copies: Copies) -> Restored | None:
    """Looks whether the store is damaged; if so it is kept aside and the newest good copy takes its place.

    None: it is whole, new, or in use by somebody who has looked already.
    """
    try:
        release = await _alone(path)
    except StoreInUse:
        return None
    try:
        words = await _damage(path, copies)
        if not words:
            return None
        async with copies.working() as folder:
            aside = await _put_aside(path, copies, folder, damaged=True)
            content = folder / "store.db"
            for copy in copies.found():
                if not copy.sealed:
                    continue
                try:
                    made_at = await copies.open(copy.path, content)
                    await make_ready(content)
                except StoreFailed as error:
                    log.error("A backup cannot be used: %s", error)  # noqa: TRY400 - its words say it all
                    continue
                with mapped(path):
                    await asyncio.to_thread(_install, path, content)
                return Restored(aside, copy.path, made_at, words)
            with mapped(path):
                await asyncio.to_thread(_remove, path)
            return Restored(aside, None, None, words)
    finally:
        release()


async def _alone(path: Path) -> Callable[[], None]:
    try:
        with mapped(path):
            await asyncio.to_thread(path.parent.mkdir, mode=0o700, parents=True, exist_ok=True)
        return await hold(path, IN_USE, time_limit=0)
    except LockHeld as error:
        raise StoreInUse(
            f"The store {path} is in use by a gateway or a command. Stop it first, for example: "
            "systemctl stop ups-gateway"
        ) from error


async def _damage(path: Path, copies: Copies) -> str:
    with mapped(path):
        if not await asyncio.to_thread(path.exists):
            return ""
        size = (await asyncio.to_thread(path.stat)).st_size
    if size == 0 and not _log_of(path).exists():
        # A power cut can leave a file of that name and nothing in it; so does a gateway on its very first start.
        return "it is empty" if copies.found() else ""
    return await damage(path)


async def _put_aside(path: Path, copies: Copies, folder: Path, *, damaged: bool) -> Path:
    target = copies.name(Kind.DAMAGED if damaged else Kind.RESTORE)
    if damaged:
        with mapped(path):
            await asyncio.to_thread(_link, path, target)
    else:
        await copies.seal_store(folder, target)
    return target


def _link(path: Path, target: Path) -> None:
    """The files stay where they are until the new store is there."""
    for end in ("", *_LOGS):
        file = path.with_name(path.name + end)
        if file.exists():
            target.with_name(target.name + end).hardlink_to(file)
    sync_directory(target.parent)


def _install(path: Path, content: Path) -> None:
    # The log of the former store must not be played into the new one.
    for end in _LOGS:
        path.with_name(path.name + end).unlink(missing_ok=True)
    sync_directory(path.parent)
    handle = os.open(content, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    give_to_owner(content, path.parent)
    content.replace(path)
    sync_directory(path.parent)


def _remove(path: Path) -> None:
    for end in ("", *_LOGS):
        path.with_name(path.name + end).unlink(missing_ok=True)
    sync_directory(path.parent)


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")
