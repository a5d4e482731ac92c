"""What a watcher of the service is told."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from ups_gateway.web.health import add_health_routes


async def test_alive_ready_and_metrics_each_say_their_own() -> None:
    problems: list[str] = []

    async def found() -> Sequence[str]:
        return problems

    async def figures() -> bytes:
        return b"connections 2\n"

    app = web.Application()
    add_health_routes(app, found, figures)
    async with TestClient(TestServer(app)) as client:
        alive, ready, metrics = [await client.get(path) for path in ("/healthz", "/readyz", "/metrics")]
        assert (alive.status, await alive.text()) == (200, "alive\n")
        assert (ready.status, await ready.json()) == (200, {"ready": True, "problems": []})
        assert (metrics.status, await metrics.text()) == (200, "connections 2\n")
        assert metrics.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        problems.append("the store is gone")
        ready = await client.get("/readyz")
        assert (ready.status, await ready.json()) == (503, {"ready": False, "problems": ["the store is gone"]})
