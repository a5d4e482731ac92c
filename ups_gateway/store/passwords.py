"""Salted hashes of the legacy passwords, and a check that is slow once and fast ever after.

The rule: a password is compared by scrypt, in a thread, the first time this process sees it; what was found is then
remembered under a hash keyed with a value that dies with the process, so that a request costs microseconds. A flood of
wrong passwords at one access key keeps one thread busy and is refused beyond a short queue.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from ups_gateway.errors import BlockedKey, StoreFailed
from ups_gateway.model import Secret

T = TypeVar("T")

_SALT_BYTES = 16
_HASH_BYTES = 32
_HASHING = ""  # the lane of new hashes; no stored hash is empty


@dataclass(frozen=True, slots=True)
class Cost:
    """Of scrypt: memory is 128 * n * r bytes, time grows with n * r * p."""

    n: int
    r: int
    p: int


# OWASP's password storage cheat sheet counts it equal to 2**17, 8, 1; it needs 16 MB instead of 128.
COST = Cost(2**14, 8, 5)


@dataclass(frozen=True, slots=True)
class _Stored:
    cost: Cost
    salt: bytes
    digest: bytes


@dataclass(slots=True)
class _Lane:
    """What waits for one stored hash; one computation at a time."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Passwords:
    """Makes and checks password hashes. One for the process, used from one event loop."""

    def __init__(self, *, cost: Cost = COST, remembered: int = 1024, queue: int = 8, threads: int = 2) -> None:
        self._cost = cost
        self._remembered = remembered
        self._queue = queue
        self._key = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, None] = OrderedDict()
        self._wrong: OrderedDict[bytes, None] = OrderedDict()
        self._running: dict[bytes, asyncio.Task[bool]] = {}
        self._lanes: dict[str, _Lane] = {}
        self._threads = asyncio.Semaphore(threads)

    async def hash(self, password: Secret) -> str:
        """A new salted hash of the password, to store. BlockedKey when too many are being made already."""
        salt = secrets.token_bytes(_SALT_BYTES)
        digest = await self._in_turn(_HASHING, lambda: _scrypt(password, self._cost, salt))
        cost = self._cost
        return f"scrypt${cost.n}${cost.r}${cost.p}${_text(salt)}${_text(digest)}"

    async def verify(self, stored: str, password: Secret) -> bool:
        """Whether the password is the one `stored` was made from.

        Checks of the same password at the same time are one computation. Raises BlockedKey when too many different
        passwords are waiting for the same stored hash, StoreFailed when `stored` cannot be read.
        """
        tag = self._tag(stored, password)
        for known, verdict in ((self._right, True), (self._wrong, False)):
            if tag in known:
                known.move_to_end(tag)
                return verdict
        task = self._running.get(tag)
        if task is None:
            task = asyncio.create_task(self._check(tag, stored, _parse(stored), password))
            self._running[tag] = task
            task.add_done_callback(lambda _: self._running.pop(tag, None))
        # A client that hangs up must not take the answer away from the others that wait for it.
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Gives up what is still being computed."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _check(self, tag: bytes, stored: str, parsed: _Stored, password: Secret) -> bool:
        digest = await self._in_turn(stored, lambda: _scrypt(password, parsed.cost, parsed.salt))
        verdict = hmac.compare_digest(digest, parsed.digest)
        # Right and wrong are remembered apart, so that guesses cannot push out the passwords in use.
        known = self._right if verdict else self._wrong
        known[tag] = None
        if len(known) > self._remembered:
            known.popitem(last=False)
        return verdict

    async def _in_turn(self, name: str, work: Callable[[], T]) -> T:
        lane = self._lanes.setdefault(name, _Lane())
        if lane.waiting >= self._queue:
            raise BlockedKey("Too many different passwords are being tried at once. Try again in a few seconds.")
        lane.waiting += 1
        try:
            async with lane.turn, self._threads:
                return await asyncio.to_thread(work)
        finally:
            lane.waiting -= 1
            if not lane.waiting:
                del self._lanes[name]

    def _tag(self, stored: str, password: Secret) -> bytes:
        state = hashlib.blake2b(stored.encode(), key=self._key, digest_size=32)
        state.update(b"\0" + _bytes(password))
        return state.digest()


def _scrypt(password: Secret, cost: Cost, salt: bytes) -> bytes:
    memory = 128 * cost.r * (cost.n + cost.p + 2)
    return hashlib.scrypt(
        _bytes(password), salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=2 * memory, dklen=_HASH_BYTES
    )


def _bytes(password: Secret) -> bytes:
    # A request in a wrong encoding can hold lone surrogates; they are as good as any other character here.
    return password.reveal().encode("utf-8", "surrogatepass")


def _parse(stored: str) -> _Stored:
    try:
        scheme, n, r, p, salt, digest = stored.split("$")
        parsed = _Stored(Cost(int(n), int(r), int(p)), _raw(salt), _raw(digest))
    except (ValueError, binascii.Error) as error:
        raise _damaged() from error
    cost = parsed.cost
    # Beyond 2**20 a check would need more memory than a workstation has to spare.
    if scheme != "scrypt" or not 1 < cost.n <= 2**20 or cost.n & (cost.n - 1) or min(cost.r, cost.p) < 1:
        raise _damaged()
    return parsed


def _damaged() -> StoreFailed:
    return StoreFailed("The stored password hash of an access key cannot be read. Set the key's password anew.")


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
