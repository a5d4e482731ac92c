"""What is wrong and who was told, and the button that tries every way of telling.

The rule: a test goes every way at once and says of each whether it got through.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from ups_gateway.alerts.telling import Told
from ups_gateway.web.admin import words
from ups_gateway.web.admin.parts import PARTS
from ups_gateway.web.admin.trouble import Wrong
from ups_gateway.web.rendering import render


async def show(request: web.Request) -> web.Response:
    """GET /alerts."""
    return await _page(request, None)


async def test(request: web.Request) -> web.Response:
    """Sends a test alert by every way."""
    alerts = request.app[PARTS].alerts
    if alerts is None:
        raise Wrong("No alerts are sent from here.")
    return await _page(request, await alerts.test())


async def _page(request: web.Request, told: Sequence[Told] | None) -> web.Response:
    parts = request.app[PARTS]
    now = parts.now()
    return render(
        request,
        "alerts.html",
        here="/alerts",
        standing=() if parts.alerts is None else await parts.alerts.standing(),
        told=told,
        distance=lambda at: words.distance(at, now),
        moment=lambda at: words.moment(at, parts.zone),
    )
