"""A gateway that runs as a program of its own, between a client and a UPS that remembers every byte it was asked.

The rule: beside it lie a file and a port that nobody has business with. The file is a pipe: who opens it lets its
writer's opening succeed.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import select
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from aiohttp import ClientSession, web
from aiohttp.typedefs import Handler

from tests.hostile.requests import Hostile
from tests.house import UPS, Clock, House, configuration
from tests.simulator.driving import Driver
from ups_gateway.oauth.vault import make_key
from ups_gateway.simulator.server import make_app, start

PATIENCE = 10.0
"""Seconds for any answer."""
RECEIVE = "1s"
"""The gateway's limit for a request to come in."""
HEADERS = frozenset(
    (
        "host user-agent accept accept-encoding authorization transactionsrc transid content-type content-length prn"
        " accountnumber shippernumber documentid"
    ).split()
)
"""What the gateway ever sends to UPS."""
_STEP = r"[A-Za-z0-9._~%!$&'()*+,;=:@-]+"


@dataclass(slots=True)
class Asked:
    """One call as it came to UPS."""

    method: str
    target: str
    headers: dict[str, str] = field(repr=False)


@dataclass
class Place:
    """Where hostile requests go."""

    house: House
    process: int
    pipe: Path
    port: socket.socket
    asked: list[Asked]

    @property
    def net(self) -> str:
        return f"http://127.0.0.1:{self.port.getsockname()[1]}/"

    async def send(self, hostile: Hostile) -> bytes:
        """The whole answer; the request's sender takes no offence at being cut off while it sends."""
        data = hostile.data(str(self.pipe), self.net)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.house.port)
        try:
            async with asyncio.timeout(PATIENCE):
                writer.write(data)
                if not hostile.whole:
                    writer.write_eof()
                return await reader.read()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def untouched(self) -> bool:
        """Nobody opened the file, or connected to the port."""
        try:
            os.close(os.open(self.pipe, os.O_WRONLY | os.O_NONBLOCK))
            read = True
        except OSError as error:
            read = error.errno != errno.ENXIO
        return not (read or select.select([self.port], [], [], 0)[0])

    def spent(self) -> float:
        """Milliseconds of CPU that the gateway took in all, in all of its threads."""
        return time.clock_gettime(~self.process << 3 | 2) * 1000  # clock_getcpuclockid(3)

    def memory(self) -> int:
        """The most bytes that the gateway ever held."""
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{self.process}/status").read_text())
        assert found is not None
        return int(found[1]) * 1024


def proper(call: Asked, under: str) -> bool:
    """A call that the gateway may make: no header but its own, no address but one step below `under`."""
    path, _, query = call.target.partition("?")
    step = path.removeprefix(under)
    return (
        path.startswith(under)
        and re.fullmatch(_STEP, step) is not None
        and unquote(unquote(step)).partition(";")[0] not in (".", "..")
        and not {"..", "."} & set(re.split(r"[/\\]", unquote(unquote(step))))
        and re.fullmatch(r"[!-~]*", query) is not None
        and set(call.headers) <= HEADERS
        and all(re.fullmatch(r"[ -~]*", value) for value in call.headers.values())
    )


@asynccontextmanager
async def a_place(folder: Path) -> AsyncIterator[Place]:
    """The gateway has its key's owner's consent."""
    asked: list[Asked] = []

    @web.middleware
    async def remember(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/api/"):
            headers = {name.lower(): value for name, value in request.headers.items()}
            asked.append(Asked(request.method, request.raw_path, headers))
        return await handler(request)

    async with AsyncExitStack() as stack:
        clock = Clock()
        ups = make_app(UPS, control=True, clock=clock)
        ups.middlewares.append(remember)
        running = await start(ups, port=0)
        stack.push_async_callback(running.close)
        browser = await stack.enter_async_context(ClientSession())
        file = folder / "gateway.yaml"
        file.write_text(configuration(folder, running.url, {"limits.receive": RECEIVE}))
        environ = {"DEMO_SECRET": "demo-secret", "UPS_GATEWAY_KEY": make_key().text()}
        house = House(file, environ, clock, Driver(browser, running.url), running.close)
        stack.push_async_callback(house.kill)
        await house.start()
        await house.seed()
        await house.stop()
        await house.serve()
        pipe = folder / "nobody reads this"
        os.mkfifo(pipe)
        port = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port.setblocking(False)
        yield Place(house, house.pid, pipe, port, asked)
        await house.terminate()
