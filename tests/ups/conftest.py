from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.ups.calling import Bench, Ups
from ups_gateway.model import Environment
from ups_gateway.ups.transport import Transport


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    ups = Ups()
    application = web.Application()
    application.router.add_route("*", r"/{tail:[\s\S]*}", ups.handle)
    async with TestServer(application) as server, Transport() as transport:
        yield Bench(transport, Environment("simulator", str(server.make_url("")).rstrip("/")), ups)


@pytest.fixture
async def dead(bench: Bench) -> AsyncIterator[Bench]:
    """Nothing listens where UPS should be."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        bench.environment = Environment("simulator", f"http://127.0.0.1:{closed.getsockname()[1]}")
        yield bench
