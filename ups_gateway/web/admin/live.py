"""Telling open pages that what they show has changed, by server-sent events.

The rule: an event says only that something is new; what it is a page reads by itself, with its session. Nothing is
looked at while nobody listens, and once for all who do.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from aiohttp import hdrs, web

from ups_gateway.errors import StoreFailed
from ups_gateway.web.admin.session import csrf_of

BEAT: Final = 15.0
"""Seconds after which a stream says that it is alive."""
MOST: Final = 64
"""Streams at once; one more is told to come later."""


class Live:
    """The streams of a listener. `look` gives what the pages show, `pause` is in seconds."""

    def __init__(self, look: Callable[[], Awaitable[bytes]], pause: float) -> None:
        self._look = look
        self.pause = pause
        self.ended = asyncio.Event()
        self.open = 0
        self._seen = b""
        self._seen_at = float("-inf")
        self._looking = asyncio.Lock()

    async def seen(self) -> bytes:
        """A hash of what the pages show, not older than the pause. Raises StoreFailed."""
        clock = asyncio.get_running_loop().time
        async with self._looking:
            if clock() - self._seen_at >= self.pause:
                self._seen = hashlib.sha256(await self._look()).digest()
                self._seen_at = clock()
            return self._seen


LIVE: Final = web.AppKey("live", Live)


async def stream(request: web.Request) -> web.StreamResponse:
    """GET /events: `changed` when something has, `beat` now and then."""
    live = request.app[LIVE]
    if live.open >= MOST:
        return web.Response(status=503, text="Too many pages are open.\n", headers={hdrs.RETRY_AFTER: "30"})
    response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "text/event-stream; charset=utf-8"})
    await response.prepare(request)
    live.open += 1
    # A browser that is gone, and a store that cannot be read, end the stream; a browser then comes again.
    try:
        with suppress(ConnectionResetError, StoreFailed):
            await _tell(request, response, live)
    finally:
        live.open -= 1
    return response


async def _tell(request: web.Request, response: web.StreamResponse, live: Live) -> None:
    clock = asyncio.get_running_loop().time
    await response.write(b"retry: 3000\n\n")
    told, told_at = await live.seen(), clock()
    while not live.ended.is_set() and await csrf_of(request) is not None:
        if (seen := await live.seen()) != told:
            told, told_at = seen, clock()
            await response.write(b"event: changed\ndata: 1\n\n")
        elif clock() - told_at >= BEAT:
            told_at = clock()
            await response.write(b"event: beat\ndata: 1\n\n")
        with suppress(TimeoutError):
            async with asyncio.timeout(live.pause):
                await live.ended.wait()


def add_events(app: web.Application, live: Live) -> None:
    """Adds GET /events; its streams end before the listener waits for what is under way."""
    app[LIVE] = live

    async def end(_: web.Application) -> None:
        live.ended.set()

    app.on_shutdown.append(end)
    app.router.add_get("/events", stream, allow_head=False)
