"""Exchanges that somebody wants to see: the next few, in four panes, for a day.

The rule: nothing is looked at while the switch is off. What is kept is masked first and sealed then, so that neither a
credential nor a person's data is in the store; it is deleted after 24 hours.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from ups_gateway.errors import StoreFailed
from ups_gateway.model import ExchangeRecord, LegacyAnswer, LegacyCall, RestCall, RestReply
from ups_gateway.store import Store, Vault
from ups_gateway.translate import masking

log = logging.getLogger(__name__)

KEEP: Final = timedelta(hours=24)
COUNT: Final = 20
"""How many one press of the switch captures."""
MOST: Final = 200
LOOK: Final = 2.0
"""Seconds between two looks at the switch: a command of another process may have pressed it."""
_SETTING: Final = "captures"
_TIDY_EVERY: Final = 300.0
_WAITING: Final = 64


@dataclass(frozen=True, slots=True)
class Capture:
    """One exchange, masked. `said` holds what was said to UPS, and its answers."""

    id: int
    at: datetime
    dialect: str
    operation: str
    outcome: str
    code: str
    account: int | None
    environment: str
    asked: str
    """The old request."""
    said: tuple[tuple[str, str], ...]
    answered: str
    """The old answer."""


@dataclass(frozen=True, slots=True)
class _Heard:
    record: ExchangeRecord
    call: LegacyCall
    said: Sequence[tuple[RestCall, RestReply]]
    answer: LegacyAnswer


class Captures:
    """The switch and what it brought. `run()` is its background task in a running gateway."""

    def __init__(self, store: Store, vault: Vault, *, now: Callable[[], datetime], look: float = LOOK) -> None:
        self._store = store
        self._vault = vault
        self._now = now
        self._look = look
        self._left = 0
        self._pressed = ""
        self._heard: deque[_Heard] = deque(maxlen=_WAITING)
        self._some = asyncio.Event()

    # --- the switch ---------------------------------------------------------------------------------------------------

    async def switch(self, count: int) -> None:
        """Captures the next `count` exchanges; 0 ends it."""
        pressed = self._now().isoformat()
        await self._store.put(_SETTING, f"{pressed} {min(max(count, 0), MOST)}")
        await self._read()

    async def left(self) -> int:
        """How many are still to come, as the store has it."""
        return _read(await self._store.get(_SETTING))[1]

    # --- on the way of a request --------------------------------------------------------------------------------------

    def begin(self) -> bool:
        """Whether this exchange is one of those; it counts then."""
        if self._left <= 0:
            return False
        self._left -= 1
        return True

    def keep(
        self, record: ExchangeRecord, call: LegacyCall, said: Sequence[tuple[RestCall, RestReply]], answer: LegacyAnswer
    ) -> None:
        """Takes it; it is masked and stored behind the request."""
        self._heard.append(_Heard(record, call, said, answer))
        self._some.set()

    # --- looking ------------------------------------------------------------------------------------------------------

    async def found(self) -> Sequence[Capture]:
        """Those of the last 24 hours, newest first."""
        rows = await self._store.captures(self._now() - KEEP, MOST)
        return [
            replace(msgspec.json.decode(self._vault.open(sealed), type=Capture), id=number) for number, sealed in rows
        ]

    # --- the background task ------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Stores what was taken, looks at the switch and deletes what is old, until it is cancelled."""
        tidied = float("-inf")
        clock = asyncio.get_running_loop().time
        while True:
            try:
                await self._read()
                await self.store_heard()
                if clock() - tidied >= _TIDY_EVERY:
                    tidied = clock()
                    await self._store.delete_captures(self._now() - KEEP)
            except StoreFailed as error:
                log.warning("Captures were not stored: %s", error.message)
            try:
                async with asyncio.timeout(self._look):
                    await self._some.wait()
            except TimeoutError:
                continue

    async def store_heard(self) -> None:
        """Masks, seals and stores what was taken. Raises StoreFailed."""
        self._some.clear()
        if not self._heard:
            return
        await self._read()
        # Before the captures: who sees one must not be told that it is still to come.
        await self._store.put(_SETTING, f"{self._pressed} {self._left}")
        while self._heard:
            heard = self._heard.popleft()
            # Labels are large: masking them would be felt by the other requests.
            sealed = await asyncio.to_thread(self._sealed, heard)
            await self._store.add_capture(heard.record.at, sealed)

    def _sealed(self, heard: _Heard) -> bytes:
        return self._vault.seal(msgspec.json.encode(masked(heard.record, heard.call, heard.said, heard.answer)))

    async def _read(self) -> None:
        pressed, left = _read(await self._store.get(_SETTING))
        if pressed != self._pressed:
            self._pressed, self._left = pressed, left


def masked(
    record: ExchangeRecord, call: LegacyCall, said: Sequence[tuple[RestCall, RestReply]], answer: LegacyAnswer
) -> Capture:
    """What people may see of it."""
    sent = [one.body for one, _ in said]
    return Capture(
        id=0,
        at=record.at,
        dialect=record.dialect,
        operation=record.operation,
        outcome=record.outcome,
        code=record.code,
        account=record.account,
        environment=record.environment,
        asked=_pane(f"{call.method} {_address(call.path, masking.query(call.query))}", masking.message(call.body)),
        said=tuple((_request(one), masking.not_repeating(_reply(reply), sent)) for one, reply in said),
        answered=masking.not_repeating(
            _pane(f"{answer.status} {answer.headers.get('Content-Type', '')}".rstrip(), masking.message(answer.body)),
            sent,
        ),
    )


def _request(call: RestCall) -> str:
    query = masking.query(call.sent_query or call.query)
    return _pane(f"{call.method} {_address(call.path, query)}", masking.tree(call.body))


def _reply(reply: RestReply) -> str:
    return _pane(str(reply.status), masking.message(reply.body))


def _address(path: str, query: str) -> str:
    return f"{masking.path(path)}{f'?{query}' if query else ''}"


def _pane(head: str, body: str) -> str:
    return f"{head}\n\n{body}".rstrip()


def _read(setting: str | None) -> tuple[str, int]:
    pressed, _, left = (setting or "").partition(" ")
    return pressed, int(left) if left.isdigit() else 0
