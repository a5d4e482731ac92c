"""Which sockets wait for which row's answer, and the tasks that make the answers.

The rule: a task belongs to the ledger, not to the request that began it; whoever repeats the request of a client that
hung up takes its place.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from ups_gateway.errors import GatewayError
from ups_gateway.shipping.carrier import Connection, Outcome

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Wait:
    connection: Connection
    task: asyncio.Task[Outcome] | None
    """Until it is done: an outcome holds the labels."""
    since: datetime
    over: bool = False
    """`over` has told it."""


class Waiting:
    """By the row's id: the newest socket and the newest task. What is not here was before the last start."""

    def __init__(self) -> None:
        self._waits: dict[int, _Wait] = {}
        self._forgotten: set[int] = set()

    def begin(
        self, row: int, connection: Connection, work: Coroutine[Any, Any, Outcome], now: datetime
    ) -> asyncio.Task[Outcome]:
        """A task of the ledger's own, whose outcome this connection waits for."""
        task = asyncio.create_task(work)
        self._waits[row] = _Wait(connection, task, now)
        task.add_done_callback(look_at)
        task.add_done_callback(partial(self._let_go, row))
        return task

    def _let_go(self, row: int, task: asyncio.Task[Outcome]) -> None:
        wait = self._waits.get(row)
        if wait is not None and wait.task is task:
            wait.task = None

    def running(self, row: int) -> asyncio.Task[Outcome] | None:
        """The row's task, if it is not done."""
        wait = self._waits.get(row)
        return None if wait is None or wait.task is None or wait.task.done() else wait.task

    def join(self, row: int, connection: Connection, now: datetime) -> asyncio.Task[Outcome] | None:
        """The running task, whose outcome this connection now waits for; None when none runs."""
        task = self.running(row)
        if task is not None:
            self._waits[row] = _Wait(connection, task, now)
        return task

    def open(self, row: int) -> bool:
        """A client still waits for, or still takes, the answer."""
        wait = self._waits.get(row)
        return wait is not None and wait.connection.is_open()

    def delivered(self, row: int) -> bool | None:
        """The newest socket's word; None where it is not known."""
        wait = self._waits.get(row)
        return None if wait is None else wait.connection.delivered()

    def forget(self, row: int) -> None:
        """Nobody waits for the row's answer any more, and nobody has it."""
        self._waits.pop(row, None)
        self._forgotten.add(row)

    def forget_delivered(self, row: int) -> None:
        """The row says now that its answer was delivered, unless somebody waits for it once more."""
        if self.running(row) is None and self.delivered(row):
            del self._waits[row]

    def over(self) -> list[int]:
        """Rows that nobody waits for any more, each told once."""
        ended = [row for row, wait in self._waits.items() if not (wait.over or self.open(row) or self.running(row))]
        for row in ended:
            self._waits[row].over = True
        ended += self._forgotten
        self._forgotten.clear()
        return ended

    def forget_old(self, before: datetime) -> None:
        """Lets go of sockets that are gone and can no longer be repeated."""
        for row, wait in list(self._waits.items()):
            if wait.since < before and self.running(row) is None and not wait.connection.is_open():
                del self._waits[row]

    def tasks(self) -> set[asyncio.Task[Outcome]]:
        """Those not done."""
        return {task for task in map(self.running, self._waits) if task is not None}


def look_at(task: asyncio.Task[Any]) -> None:
    """For tasks that a client may not wait for any more: then nobody else looks at how they ended."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, GatewayError):
        log.error("A shipment's task ended with %s", type(error).__name__)
