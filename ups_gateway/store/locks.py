"""Locks that hold between processes, by flock on a file beside the store.

The rule: a lock ends with the process that holds it, however that process ends; it is never a lease that a slow holder
could outlive. The files stay where they are: removing one would let two processes hold the same lock.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import functools
import os
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from ups_gateway.errors import StoreFailed
from ups_gateway.store.ownership import give_to_owner

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_FIRST_PAUSE = 0.005
_LONGEST_PAUSE = 0.1


class LockHeld(StoreFailed):
    """Somebody else has it, and had it for the whole time limit."""


@contextlib.asynccontextmanager
async def store_lock(path: Path, name: str, *, time_limit: float | None = None) -> AsyncIterator[None]:
    """Holds the lock `name` of the store at `path`: for one task of one process at a time.

    Waits without blocking the event loop; a wait that is cancelled takes nothing. After `time_limit` seconds, or when
    the file cannot be made, it is StoreFailed. Not reentrant.
    """
    release = await hold(path, name, time_limit=time_limit)
    try:
        yield
    finally:
        release()


async def hold(path: Path, name: str, *, shared: bool = False, time_limit: float | None = None) -> Callable[[], None]:
    """Takes the lock and returns what gives it back. Raises LockHeld, StoreFailed.

    A shared one may be held by several, but not beside one that is not.
    """
    handle = _open(path, name)
    try:
        async with asyncio.timeout(time_limit):
            await _take(handle, path, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    except TimeoutError as error:
        os.close(handle)
        raise LockHeld(f"Another process has held the lock {name} of {path} for {time_limit:g} s.") from error
    except BaseException:
        os.close(handle)
        raise
    # Closing the only descriptor of this open file gives the lock back.
    return functools.partial(os.close, handle)


async def _take(handle: int, path: Path, kind: int) -> None:
    pause = _FIRST_PAUSE
    while not _try(handle, path, kind):
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _try(handle: int, path: Path, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise StoreFailed(f"Locks beside {path} do not work: {error.strerror}. Is it on a network disk?") from error
    return True


def _open(path: Path, name: str) -> int:
    if not _NAME.fullmatch(name):
        raise ValueError(f"A lock's name is of lower-case letters, digits, dots and dashes, not {name!r}.")
    file = path.with_name(f"{path.name}.{name}.lock")
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            give_to_owner(file, path.parent)
        return os.open(file, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise StoreFailed(f"The lock file {file} cannot be opened: {error.strerror}.") from error
