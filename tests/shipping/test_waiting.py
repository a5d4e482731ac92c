"""Which sockets wait for which answer."""

from __future__ import annotations

import asyncio
import weakref

from tests.shipping.scripted import START, Socket
from ups_gateway.shipping.carrier import Outcome
from ups_gateway.shipping.waiting import Waiting


async def _outcome() -> Outcome:
    return Outcome(1, (), "")


async def test_an_outcome_is_not_kept_once_its_task_is_done() -> None:
    """It holds the labels of a shipment, and may be repeated for minutes."""
    waiting = Waiting()
    kept = await _done(waiting)
    await asyncio.sleep(0)  # the loop itself holds what woke us
    assert (waiting.running(1), waiting.tasks(), kept()) == (None, set(), None)
    assert (waiting.open(1), waiting.delivered(1)) == (True, False)


async def test_a_socket_is_kept_until_the_row_says_that_it_was_delivered() -> None:
    waiting, first, second = Waiting(), Socket(), Socket()
    await waiting.begin(1, first, _outcome(), START)
    waiting.forget_delivered(1)
    assert waiting.delivered(1) is False
    first.receive()
    running = waiting.begin(1, second, _outcome(), START)
    waiting.forget_delivered(1)
    assert waiting.delivered(1) is False, "that of the second"
    await running
    second.receive()
    waiting.forget_delivered(1)
    assert waiting.delivered(1) is None


async def _done(waiting: Waiting) -> weakref.ref[object]:
    task = waiting.begin(1, Socket(), _outcome(), START)
    running = waiting.running(1)
    assert running is task
    await task
    return weakref.ref(task)
