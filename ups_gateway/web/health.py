"""For whoever watches the service: is it alive, can it work, and what does it count.

The rule: no session is wanted here, so nothing here tells an account number, a name, or words of UPS.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import hdrs, web

Problems = Callable[[], Awaitable[Sequence[str]]]
"""What keeps the gateway from working, in words; empty: nothing."""
Figures = Callable[[], Awaitable[bytes]]
"""Metrics, as Prometheus writes them."""


def add_health_routes(app: web.Application, problems: Problems, figures: Figures) -> None:
    """Adds /healthz, /readyz and /metrics."""

    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def ready(_: web.Request) -> web.Response:
        found = await problems()
        return web.json_response({"ready": not found, "problems": list(found)}, status=503 if found else 200)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(
            body=await figures(), headers={hdrs.CONTENT_TYPE: "text/plain; version=0.0.4; charset=utf-8"}
        )

    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics)
