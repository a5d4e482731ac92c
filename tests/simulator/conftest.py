"""A simulator on a free port of loopback, with routes of the test's own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from typing import Protocol

import pytest
from aiohttp import ClientSession, ClientTimeout

from tests.simulator.driving import ROUTES, Driver
from ups_gateway.simulator.config import Settings
from ups_gateway.simulator.model import Route
from ups_gateway.simulator.server import make_app, start
from ups_gateway.simulator.world import Clock


class Serve(Protocol):
    def __call__(
        self,
        settings: Settings = ...,
        *,
        control: bool = ...,
        clock: Clock | Callable[[], float] | None = ...,
        routes: Iterable[Route] = ...,
    ) -> Awaitable[Driver]: ...


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts simulators, with the settings asked for, and ends them with the test."""
    async with AsyncExitStack() as stack:

        async def start_one(
            settings: Settings = Settings(),  # noqa: B008 - frozen
            *,
            control: bool = True,
            clock: Clock | Callable[[], float] | None = None,
            routes: Iterable[Route] = ROUTES,
        ) -> Driver:
            running = await start(make_app(settings, control=control, clock=clock, routes=routes), port=0)
            stack.push_async_callback(running.close)
            session = ClientSession(timeout=ClientTimeout(total=10))
            await stack.enter_async_context(session)
            return Driver(session, running.url)

        yield start_one


@pytest.fixture
async def ups(serve: Serve) -> Driver:
    """A simulator with the demonstration's settings."""
    return await serve()
