"""A packing station with an old program: it ships one order after the other, and asks until it has read an answer.

The rule: the program knows nothing but bytes. A broken connection makes it send the same bytes again; an error ends the
order, and is left to a person.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from tests.gateway import Told, accept, confirm, rate, told, track, void
from tests.house import House, xml
from ups_gateway.model import LegacyAnswer

IN_DOUBT = "may or may not have been done"


@dataclass
class Order:
    """What the program knows of one order in the end."""

    name: str
    number: str = ""
    """Of the label that it has in its hands."""
    voided: bool = False
    """By the program, with an answer that says so."""
    ended: bool = False
    """By an error."""


@dataclass
class Line:
    """The way to the gateway: broken while there is none."""

    house: House
    up: asyncio.Event = field(default_factory=asyncio.Event)
    broken: int = 0
    requests: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    """What programs were told, with # for numbers."""
    before: Callable[[], Awaitable[None]] | None = None
    """Called before each request."""

    async def ask(self, document: str) -> Told:
        """The answer to these bytes, sent as often as it takes."""
        data = xml(document)
        self.requests += 1
        if self.before is not None:
            await self.before()
        while True:
            await self.up.wait()
            try:
                answer = await self.house.send(data)
            except OSError:
                answer = b""
            if whole(answer):
                read = told(LegacyAnswer(200, {}, self.house.read(answer)))
                if not read.good:
                    self.errors[re.sub(r"\d+", "#", f"{read.root} {read.code}: {read.words}")] += 1
                return read
            self.broken += 1
            await asyncio.sleep(0.01)  # as programs do; the gateway may be on its way down


def whole(answer: bytes) -> bool:
    """An answer of the XML API that was not cut."""
    return answer.endswith((b"Response>", b"0\r\n\r\n"))


async def work(line: Line, name: str, chance: Random, orders: list[Order], stop: asyncio.Event) -> None:
    """Orders until it is told to stop; the one in its hands is finished."""
    for number in range(1_000_000):
        if stop.is_set():
            return
        order = Order(f"{name} order {number}")
        orders.append(order)
        await ship(line, order, chance)


async def ship(line: Line, order: Order, chance: Random) -> None:
    """Rate, confirm, accept; sometimes track and void."""
    if chance.random() < 0.3:
        await line.ask(rate())
    request = confirm().replace("<Name>Acme</Name>", f"<Name>{order.name}</Name>")
    confirmed = await line.ask(request)
    if not confirmed.good:
        order.ended = True
        return
    if chance.random() < 0.05:
        return  # the clerk went home between the two
    accepted = await line.ask(accept(confirmed.digest))
    if not accepted.good:
        order.ended = True
        return
    assert accepted.text(".//GraphicImage"), "an accept answer without a label"
    order.number = accepted.text(".//PackageResults/TrackingNumber")
    if chance.random() < 0.2:
        await line.ask(track(order.number))
    if chance.random() < 0.2:
        voided = await line.ask(void(order.number))
        order.voided, order.ended = voided.good, not voided.good
