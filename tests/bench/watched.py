"""A gateway that watches its own event loop: python -m tests.bench.watched FILE

The rule: it is the gateway that `serve` runs, with one timer more.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Final

from ups_gateway import config, service
from ups_gateway.app import App

EVERY: Final = 0.001


class Watch:
    """Milliseconds between a timer's due moment and its call: by the clock, and by the CPU time of this thread."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self.held: list[float] = []

    async def ready(self, _app: App) -> None:
        loop = asyncio.get_running_loop()
        self._due, self._used = loop.time() + EVERY, time.thread_time()
        loop.call_at(self._due, self._tick, loop)
        print("ready", flush=True)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        used = time.thread_time()
        self.late.append((loop.time() - self._due) * 1000)
        self.held.append((used - self._used) * 1000)
        self._due, self._used = loop.time() + EVERY, used
        loop.call_at(self._due, self._tick, loop)


def quantiles(values: list[float]) -> list[float]:
    """p50, p99, p99.9, longest."""
    cuts = statistics.quantiles(values, n=1000, method="inclusive")
    return [cuts[499], cuts[989], cuts[998], max(values)]


def main(file: str) -> None:
    watch = Watch()
    service.serve(config.load(Path(file), os.environ), watch.ready)
    print(json.dumps({"late": quantiles(watch.late), "held": quantiles(watch.held)}))


if __name__ == "__main__":
    main(sys.argv[1])
