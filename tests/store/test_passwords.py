"""Password hashes: right, wrong, remembered, joined and bounded."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ups_gateway.errors import BlockedKey, StoreFailed
from ups_gateway.model import Secret
from ups_gateway.store.passwords import Cost, Passwords

QUICK = Cost(2**4, 8, 1)
SLOW = Cost(2**14, 8, 2)


@pytest.fixture
async def passwords() -> AsyncIterator[Passwords]:
    made = Passwords(cost=QUICK)
    yield made
    await made.close()


@pytest.fixture
def computations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of threads at work inside scrypt, noted at the start of each computation."""
    real, lock, seen, busy = hashlib.scrypt, threading.Lock(), list[int](), [0]

    def counted(password: bytes, **named: Any) -> bytes:
        with lock:
            busy[0] += 1
            seen.append(busy[0])
        try:
            return real(password, **named)
        finally:
            with lock:
                busy[0] -= 1

    monkeypatch.setattr(hashlib, "scrypt", counted)
    return seen


async def test_only_the_password_it_was_made_from_fits(passwords: Passwords) -> None:
    stored = await passwords.hash(Secret("demo"))
    assert await passwords.verify(stored, Secret("demo")) is True
    assert [await passwords.verify(stored, Secret(other)) for other in ("Demo", "demo ", "")] == [False] * 3


async def test_the_same_password_is_stored_differently_each_time_with_its_parameters(passwords: Passwords) -> None:
    first, second = await passwords.hash(Secret("demo")), await passwords.hash(Secret("demo"))
    assert first != second
    assert first.startswith("scrypt$16$8$1$")
    assert "demo" not in first


async def test_a_hash_made_with_other_parameters_and_the_default_ones_still_fits(passwords: Passwords) -> None:
    stored = await Passwords().hash(Secret("pässwörd\udc80"))
    assert stored.startswith("scrypt$16384$8$5$")
    assert await passwords.verify(stored, Secret("pässwörd\udc80")) is True


async def test_a_known_password_is_checked_without_scrypt(passwords: Passwords, computations: list[int]) -> None:
    stored = await passwords.hash(Secret("demo"))
    await passwords.verify(stored, Secret("demo"))
    await passwords.verify(stored, Secret("wrong"))
    computations.clear()
    assert await passwords.verify(stored, Secret("demo")) is True
    assert await passwords.verify(stored, Secret("wrong")) is False
    assert computations == []


async def test_a_new_hash_of_the_key_forgets_what_fitted_the_old_one(passwords: Passwords) -> None:
    old, new = await passwords.hash(Secret("old")), await passwords.hash(Secret("new"))
    assert await passwords.verify(old, Secret("old")) is True
    assert await passwords.verify(new, Secret("old")) is False
    assert await passwords.verify(new, Secret("new")) is True


async def test_many_first_checks_of_one_password_are_one_computation(
    passwords: Passwords, computations: list[int]
) -> None:
    stored = await passwords.hash(Secret("demo"))
    computations.clear()
    assert await asyncio.gather(*(passwords.verify(stored, Secret("demo")) for _ in range(200))) == [True] * 200
    assert computations == [1]


async def test_a_hang_up_of_one_who_waits_leaves_the_answer_to_the_others(
    passwords: Passwords, computations: list[int]
) -> None:
    stored = await passwords.hash(Secret("demo"))
    computations.clear()
    first, second = (asyncio.create_task(passwords.verify(stored, Secret("demo"))) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await second is True
    assert computations == [1]


async def test_a_flood_of_wrong_passwords_uses_one_thread_and_a_short_queue(computations: list[int]) -> None:
    passwords = Passwords(cost=SLOW, queue=3)
    stored = await passwords.hash(Secret("demo"))
    computations.clear()
    results = await asyncio.gather(
        *(passwords.verify(stored, Secret(f"guess {number}")) for number in range(50)), return_exceptions=True
    )
    assert results[:3] == [False] * 3
    assert [type(result) for result in results[3:]] == [BlockedKey] * 47
    assert computations == [1, 1, 1]
    assert await passwords.verify(stored, Secret("demo")) is True


async def test_floods_at_many_keys_use_no_more_threads_than_allowed(computations: list[int]) -> None:
    passwords = Passwords(cost=SLOW, threads=2)
    stored = [await passwords.hash(Secret("demo")) for _ in range(5)]
    computations.clear()
    assert await asyncio.gather(*(passwords.verify(each, Secret("guess")) for each in stored)) == [False] * 5
    assert len(computations) == 5
    assert max(computations) <= 2


async def test_guesses_do_not_push_out_the_passwords_in_use(computations: list[int]) -> None:
    passwords = Passwords(cost=QUICK, remembered=2)
    stored = await passwords.hash(Secret("demo"))
    await passwords.verify(stored, Secret("demo"))
    for number in range(10):
        await passwords.verify(stored, Secret(f"guess {number}"))
    computations.clear()
    assert await passwords.verify(stored, Secret("demo")) is True
    assert computations == []
    assert await passwords.verify(stored, Secret("guess 0")) is False
    assert computations == [1]


async def test_closing_gives_up_what_is_waiting() -> None:
    passwords = Passwords(cost=SLOW)
    stored = await passwords.hash(Secret("demo"))
    waiting = asyncio.create_task(passwords.verify(stored, Secret("demo")))
    await asyncio.sleep(0)
    await passwords.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "plain",
        "scrypt$16$8$1$AAAA",
        "scrypt$x$8$1$AAAA$AAAA",
        "scrypt$15$8$1$AAAA$AAAA",
        "scrypt$16$0$1$AAAA$AAAA",
        "scrypt$2097152$8$1$AAAA$AAAA",
        "argon2$16$8$1$AAAA$AAAA",
        "scrypt$16$8$1$A$AAAA",
    ],
)
async def test_a_damaged_hash_is_a_failure_of_the_store(passwords: Passwords, stored: str) -> None:
    with pytest.raises(StoreFailed, match="Set the key's password anew"):
        await passwords.verify(stored, Secret("demo"))
