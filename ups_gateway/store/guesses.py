"""Wrong passwords of an access key, counted, and addresses that are not listened to for a while because of them.

The rule: an address that sent ten different wrong passwords for a key within a quarter of an hour is refused for that
key for as long, whatever it sends; with fifty from several addresses every address is. One that the right password came
from is never refused, so that nobody's guesses keep the program itself out; it is only slowed down, by `Passwords`.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from ups_gateway.model import Secret
from ups_gateway.store import Store

FROM_ONE: Final = 10
FROM_ALL: Final = 50
WITHIN: Final = timedelta(minutes=15)
EVERYWHERE: Final = ""
_HOLDS: Final = "held_keys"
_KNOWN: Final = "known_addresses"
_ADDRESSES: Final = 20
"""That a key is known by; a program has one or two."""


@dataclass(frozen=True, slots=True)
class Hold:
    """An address that is refused for a key."""

    key: int
    peer: str
    """EVERYWHERE: every address that the right password did not come from."""
    until: datetime

    @property
    def where(self) -> str:
        """For people."""
        return self.peer or "several addresses"


async def holds(store: Store, now: datetime) -> Sequence[Hold]:
    """Those that last."""
    text = await store.get(_HOLDS)
    found = msgspec.json.decode(text or "[]", type=list[Hold])
    # One that ends later than that began when the clock was ahead.
    return [hold for hold in found if now < hold.until < now + 2 * WITHIN]


async def lift(store: Store, key: int, now: datetime) -> bool:
    """Ends a key's holds, also those of another process. False: there were none."""
    lasting = await holds(store, now)
    left = [hold for hold in lasting if hold.key != key]
    await store.put(_HOLDS, _json(left))
    return len(left) < len(lasting)


class Guesses:
    """Counts in memory; who is held and who is known stands in the store."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._salt = secrets.token_bytes(32)
        self._writing = asyncio.Lock()
        self._tried: dict[int, OrderedDict[tuple[str, bytes], datetime]] = {}
        self._held: set[int] | None = None
        """Keys that may have holds; None: not looked up yet."""
        self._known: dict[int, list[str]] | None = None

    async def held(self, key: int, peer: str) -> bool:
        """Whether the address is to be refused for the key, unheard."""
        if self._held is None:
            self._held = {hold.key for hold in await holds(self._store, self._now())}
        if key not in self._held or peer in (await self._addresses()).get(key, ()):
            return False
        lasting = [hold for hold in await holds(self._store, self._now()) if hold.key == key]
        if not lasting:
            self._held.discard(key)
            self._tried.pop(key, None)
        return any(hold.peer in (peer, EVERYWHERE) for hold in lasting)

    async def right(self, key: int, peer: str) -> None:
        """The right password came from there."""
        known = await self._addresses()
        if peer not in known.get(key, ()):
            known[key] = [peer, *known.get(key, ())][:_ADDRESSES]
            await self._store.put(_KNOWN, _json(known))

    async def wrong(self, key: int, peer: str, password: Secret) -> Hold | None:
        """A wrong one came; the hold that begins with it. The same again, as clients repeat it, is no other guess."""
        if peer in (await self._addresses()).get(key, ()):
            return None
        now = self._now()
        tried = self._tried.setdefault(key, OrderedDict())
        tried.setdefault((peer, self._tag(password)), now)
        while tried and abs(now - next(iter(tried.values()))) >= WITHIN:
            tried.popitem(last=False)
        if len(tried) >= FROM_ALL:
            where = EVERYWHERE
        elif sum(one == peer for one, _ in tried) >= FROM_ONE:
            where = peer
        else:
            return None
        hold = Hold(key, where, now + WITHIN)
        async with self._writing:
            others = [one for one in await holds(self._store, now) if (one.key, one.peer) != (key, where)]
            await self._store.put(_HOLDS, _json([*others, hold]))
        self._held = {*(self._held or ()), key}
        return hold

    async def _addresses(self) -> dict[int, list[str]]:
        async with self._writing:
            if self._known is None:
                self._known = msgspec.json.decode(await self._store.get(_KNOWN) or "{}", type=dict[int, list[str]])
        return self._known

    def _tag(self, password: Secret) -> bytes:
        text = password.reveal().encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, key=self._salt, digest_size=16).digest()


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
