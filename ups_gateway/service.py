"""The gateway as a service: it says when it is ready, gives signs of life, and ends in good order when it is told to.

The rule: a sign of life is given only when the event loop and the store have just answered; who gives none is killed
and started again by systemd.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import uvloop

from ups_gateway import activation, control
from ups_gateway.app import App, running
from ups_gateway.config.settings import Settings
from ups_gateway.errors import GatewayError
from ups_gateway.systemd import Manager, status
from ups_gateway.web.admin import view
from ups_gateway.web.admin.facts import gather

log = logging.getLogger(__name__)

PAUSE: Final = 30.0
"""Seconds between two looks at the status, where no watchdog says how long."""
CLOSING: Final = 30
"""Seconds to end in, beside the time that requests and calls of UPS have."""


def serve(settings: Settings, ready: Callable[[App], Awaitable[None]], manager: Manager | None = None) -> None:
    """Runs until SIGTERM or SIGINT; `ready` is called once everything listens.

    Raises StartFailed, GatewayError, CertificatesFailed.
    """
    _allow_files(4 * settings.limits.connections + 256)
    # Modules and tables stay for good: a sweep that looked at them all held up every request for a tenth of a second.
    gc.collect()
    gc.freeze()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_told(settings, ready, manager or Manager()))


async def _until_told(settings: Settings, ready: Callable[[App], Awaitable[None]], manager: Manager) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop.set)
    async with running(settings, handed=manager.sockets) as app:
        await app.store.check()
        async with _controlled(settings, manager), _alive(app, manager):
            await ready(app)
            await manager.tell("READY=1", status(await _sentence(app)))
            await stop.wait()
            # Answers under way and calls of UPS have their whole time, one after the other.
            seconds = 2 * settings.limits.total + CLOSING
            words = status("Stopping: requests under way are answered.")
            await manager.tell("STOPPING=1", words, f"EXTEND_TIMEOUT_USEC={seconds * 1e6:.0f}")


@asynccontextmanager
async def _controlled(settings: Settings, manager: Manager) -> AsyncIterator[None]:
    """Takes commands, where there is a socket for them."""
    async with AsyncExitStack() as stack:
        listeners = list(manager.sockets.get(activation.CONTROL, ()))
        path = settings.listen.control
        if not listeners and path is not None:
            try:
                own = control.listening(path)
            except control.Unavailable as error:
                log.warning("There is no control socket, so commands open the store themselves: %s.", error)
            else:
                if own is not None:
                    listeners.append(own)
                    stack.callback(path.unlink, missing_ok=True)
        for one in listeners:
            stack.callback(one.close)
            await stack.enter_async_context(control.serving(one, control.name_of(settings.file), os.environ))
        yield


@asynccontextmanager
async def _alive(app: App, manager: Manager) -> AsyncIterator[None]:
    life = asyncio.get_running_loop().create_task(_live(app, manager), name="signs of life")
    try:
        yield
    finally:
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)


async def _live(app: App, manager: Manager) -> None:
    """Signs of life, with what the page says."""
    pause = PAUSE if manager.watchdog is None else manager.watchdog / 2
    while manager.address is not None:
        await asyncio.sleep(pause)
        try:
            async with asyncio.timeout(pause):
                await app.store.check()
                sentence = await _sentence(app)
        except (GatewayError, TimeoutError) as error:
            log.error("The store does not answer, so systemd gets no sign of life: %s", error)  # noqa: TRY400 - words
        else:
            await manager.tell("WATCHDOG=1", status(sentence))


async def _sentence(app: App) -> str:
    """The status page's first."""
    return view.status(await gather(app.admin), app.admin.zone).sentence


def _allow_files(wanted: int) -> None:
    """Raises the soft limit of open files as far as the system lets: a connection takes two, and one to UPS."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
