"""Looks for trouble and tells it by every way, each with its own ledger in the store.

The rule: what was told is written down only after it was told, so that a sudden end tells twice rather than never.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

import msgspec

from ups_gateway.alerts.due import Seen, Sent, after, due, forgotten, is_seen
from ups_gateway.alerts.facts import Sources, gather
from ups_gateway.alerts.findings import Finding, find, troubles
from ups_gateway.alerts.message import Message
from ups_gateway.alerts.ways import NotTold, Way
from ups_gateway.errors import GatewayError
from ups_gateway.model import SeenAlert
from ups_gateway.store import Store

log = logging.getLogger(__name__)

PAUSE: Final = 60.0
"""Seconds between two looks."""
FIRST_BACK_OFF: Final = timedelta(minutes=1)
LONGEST_BACK_OFF: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Told:
    """How one way did."""

    way: str
    target: str
    problem: str
    """Empty: it got through."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One trouble, and when each way last told it."""

    finding: Finding
    told: Mapping[str, datetime]
    seen: SeenAlert | None
    """Who said to know of it, and when; it is not told while that stands."""


@dataclass(frozen=True, slots=True)
class _Failing:
    tries: int
    not_before: datetime


class Alerts:
    """One for a gateway. `run()` is its background task, `step()` one round of it."""

    def __init__(
        self,
        store: Store,
        sources: Sources,
        ways: Sequence[Way],
        *,
        environments: Collection[str],
        now: Callable[[], datetime],
        host: str,
        page: str,
        zone: tzinfo | None = None,
    ) -> None:
        self._store = store
        self._sources = sources
        self._ways = tuple(ways)
        self._environments = frozenset(environments)
        self._now = now
        self._host = host
        self._page = page
        self._zone = zone
        self._failing: dict[str, _Failing] = {}

    # --- what people ask ----------------------------------------------------------------------------------------------

    async def standing(self) -> tuple[Standing, ...]:
        """What is wrong now, errors first. Raises StoreFailed."""
        ledgers = {way.name: await self._ledger(way) for way in self._ways}
        now, seen = self._now(), await self._seen()
        return tuple(
            Standing(
                one,
                {
                    name: sent[one.subject].at
                    for name, sent in ledgers.items()
                    if one.subject in sent and sent[one.subject].kind == one.kind
                },
                seen[one.subject] if is_seen(one, seen.get(one.subject), now) else None,
            )
            for one in troubles(await self._look((), now))
        )

    async def see(self, subject: str, by: str = "") -> bool:
        """Somebody knows of this trouble: it is not told again until it is over and comes back, or gets worse.

        False: nothing of that name is wrong. Raises StoreFailed.
        """
        finding = next((one.finding for one in await self.standing() if one.finding.subject == subject), None)
        if finding is None or finding.kind is None:
            return False
        await self._store.put_seen_alert(SeenAlert(subject, finding.kind, self._now(), by))
        return True

    async def tell_again(self, subject: str) -> bool:
        """Takes `see` back. False: nobody had seen it. Raises StoreFailed."""
        seen = (await self._seen()).get(subject)
        if seen is not None:
            await self._store.delete_seen_alert(seen)
        return seen is not None

    def message(self, found: Sequence[Finding]) -> Message:
        """What a way would tell; without findings a test."""
        return Message(self._now(), self._host, self._page, tuple(found))

    async def test(self) -> tuple[Told, ...]:
        """Sends a test by every way, whatever there is to tell."""
        message = self.message(())
        return tuple(await asyncio.gather(*(_send(way, message) for way in self._ways)))

    # --- the background -----------------------------------------------------------------------------------------------

    async def run(self, *, pause: float = PAUSE) -> None:
        """Steps for ever, `pause` seconds apart. A step that fails is logged and made again."""
        while True:
            try:
                if await self._store.leads():
                    await self.step(self._now())
            except GatewayError as error:
                log.warning("Alerts could not be looked for and are tried again: %s", error.message)
            await asyncio.sleep(pause)

    async def step(self, now: datetime) -> tuple[Told, ...]:
        """One look: tells what is due by each way that is not held back. Raises StoreFailed."""
        seen = await self._seen()
        if not self._ways and not seen:
            return ()
        await self._sources.renew()  # nobody is told of what a refresh mends
        ledgers = [(way, await self._ledger(way)) for way in self._ways]
        found = await self._look({*seen, *(subject for _, sent in ledgers for subject in sent)}, now)
        for one in forgotten(found, seen, now):
            await self._store.delete_seen_alert(one)
        told = await asyncio.gather(*(self._tell(way, found, sent, seen, now) for way, sent in ledgers))
        return tuple(one for one in told if one is not None)

    async def _look(self, told: Collection[str], now: datetime) -> tuple[Finding, ...]:
        return find(await gather(self._store, self._sources, self._environments, told, now), self._zone)

    async def _tell(
        self, way: Way, found: Sequence[Finding], sent: Mapping[str, Sent], seen: Seen, now: datetime
    ) -> Told | None:
        news = due(found, sent, seen, now)
        told = None
        if news:
            failing = self._failing.get(way.name, _Failing(0, now))
            if timedelta() < failing.not_before - now <= LONGEST_BACK_OFF:  # more: the clock was set back
                return None
            told = await _send(way, Message(now, self._host, self._page, news))
            if told.problem:
                pause = min(FIRST_BACK_OFF * 2 ** min(failing.tries, 10), LONGEST_BACK_OFF)
                self._failing[way.name] = _Failing(failing.tries + 1, now + pause)
                log.warning("An alert by %s is tried again in %s: %s", way.name, pause, told.problem)
                return told
            self._failing.pop(way.name, None)
            log.info("Told by %s: %s", way.name, ", ".join(f"{one.subject} {one.kind or 'recovered'}" for one in news))
        kept = after(found, sent, news, now)
        if kept != sent:
            await self._store.put(_setting(way), msgspec.json.encode(kept).decode())
        return told

    async def _seen(self) -> Seen:
        return {one.subject: one for one in await self._store.seen_alerts()}

    async def _ledger(self, way: Way) -> Mapping[str, Sent]:
        text = await self._store.get(_setting(way))
        return {} if text is None else msgspec.json.decode(text, type=dict[str, Sent])


def _setting(way: Way) -> str:
    return f"alerts.told.{way.name}"


async def _send(way: Way, message: Message) -> Told:
    try:
        await way.send(message)
    except NotTold as error:
        return Told(way.name, way.target, str(error))
    return Told(way.name, way.target, "")
