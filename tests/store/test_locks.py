"""Locks between tasks and between processes."""

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from ups_gateway.errors import StoreFailed
from ups_gateway.store.locks import hold, store_lock

HOLDER = """
import asyncio, sys
from pathlib import Path
from ups_gateway.store.locks import store_lock

async def main():
    async with store_lock(Path(sys.argv[1]), "refresh-1"):
        print("held", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)

asyncio.run(main())
"""


async def test_one_task_at_a_time_holds_a_lock(tmp_path: Path) -> None:
    inside, most = 0, 0

    async def enter() -> None:
        nonlocal inside, most
        async with store_lock(tmp_path / "store.db", "refresh-1"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(enter() for _ in range(10)))
    assert (inside, most) == (0, 1)


async def test_different_names_do_not_hinder_each_other(tmp_path: Path) -> None:
    async with AsyncExitStack() as held:
        for name in ("refresh-1", "refresh-2"):
            await held.enter_async_context(store_lock(tmp_path / "store.db", name, time_limit=1))


async def test_an_error_inside_gives_the_lock_back(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        async with store_lock(tmp_path / "store.db", "refresh-1", time_limit=1):
            raise TimeoutError
    async with store_lock(tmp_path / "store.db", "refresh-1", time_limit=1):
        pass


async def test_a_cancelled_wait_takes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"

    async def wait() -> None:
        async with store_lock(path, "refresh-1"):
            raise AssertionError

    async with store_lock(path, "refresh-1"):
        waiting = asyncio.create_task(wait())
        await asyncio.wait({waiting}, timeout=0.02)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with store_lock(path, "refresh-1", time_limit=1):
        pass


async def test_another_process_waits_until_the_holder_is_done(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    holder = await _hold(path)
    with pytest.raises(StoreFailed, match=r"Another process has held the lock refresh-1 of .* for 0\.05 s"):
        async with store_lock(path, "refresh-1", time_limit=0.05):
            pass
    assert holder.stdin is not None
    holder.stdin.write(b"\n")
    async with store_lock(path, "refresh-1", time_limit=10):
        assert await holder.wait() == 0


async def test_a_lock_ends_with_a_killed_process(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    holder = await _hold(path)
    holder.send_signal(signal.SIGKILL)
    async with store_lock(path, "refresh-1", time_limit=10):
        assert await holder.wait() == -signal.SIGKILL


async def test_the_lock_file_is_for_its_owner_alone_and_stays(tmp_path: Path) -> None:
    async with store_lock(tmp_path / "store.db", "refresh-1"):
        pass
    assert _modes(tmp_path) == {"store.db.refresh-1.lock": 0o600}


async def test_a_lock_that_cannot_be_made_is_a_failure_of_the_store(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="cannot be opened: No such file"):
        async with store_lock(tmp_path / "missing" / "store.db", "refresh-1"):
            pass


@pytest.mark.parametrize("name", ["", "../up", "a/b", "Upper", ".hidden"])
async def test_a_name_that_is_no_plain_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="A lock's name"):
        async with store_lock(tmp_path / "store.db", name):
            pass


def _modes(directory: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in directory.iterdir()}


async def _hold(path: Path) -> Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(path), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"held\n"
    return process


async def test_a_shared_lock_is_held_by_many_and_never_beside_one_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    first, second = [await hold(path, "use", shared=True) for _ in range(2)]
    first()
    with pytest.raises(StoreFailed, match="Another process has held the lock use"):
        await hold(path, "use", time_limit=0)
    second()
    alone = await hold(path, "use", time_limit=0)
    with pytest.raises(StoreFailed, match="Another process has held the lock use"):
        await hold(path, "use", shared=True, time_limit=0)
    alone()
