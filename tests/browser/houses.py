"""Gateways for a browser to look at: one that is new, and the demonstration's with a day's troubles.

The rule: what the pages show came about by sign-ins and old requests; nothing is written into the store.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession

from tests.gateway import Told, access, confirm, rate, told
from tests.house import PASSWORD, QUICK, USER, xml
from tests.web.wire import read_answer
from ups_gateway import app, config
from ups_gateway.cli.demo.house import House, Ports, house
from ups_gateway.model import LegacyAnswer
from ups_gateway.oauth.vault import make_key
from ups_gateway.simulator.config import Settings as UpsSettings
from ups_gateway.simulator.server import make_app, start
from ups_gateway.simulator.world import SimulatedClock

FOREIGN: Final = "LICENCE0OF0SHOP0"
"""An access key that nobody has mapped."""
ORDERED: Final = confirm(packages=2).replace(
    "<Service>", "<ReferenceNumber><Code>PO</Code><Value>ORDER 17</Value></ReferenceNumber><Service>", 1
)
"""Two packages with a reference number."""
SETTLED: Final = 6 * 60
"""Seconds after which a confirm without an accept is a person's worry."""


@asynccontextmanager
async def new_house(
    folder: Path, certificates: Path, *, returns: bool = True, client_id: str = "demo-client"
) -> AsyncIterator[House]:
    """A gateway that was just installed. Without `returns` UPS sends browsers to a port that nobody listens on."""
    clock, port = SimulatedClock(), _free_port()
    simulator = await start(make_app(UpsSettings(cie=False), control=True, clock=clock), port=0)
    _trust(folder, certificates)
    file = folder / "gateway.yaml"
    file.write_text(
        config.example(
            **{
                "listen.legacy": "127.0.0.1:0",
                "listen.admin": "127.0.0.1:0",
                "listen.tls": f"127.0.0.1:{port}" if returns else "off",
                "data_directory": str(folder),
            },
            environments=[{"name": "simulator", "base_url": simulator.url}],
            applications=[
                {
                    "name": "demo",
                    "environment": "simulator",
                    "client_id": client_id,
                    "client_secret_env": "DEMO_SECRET",
                    "redirect_uri": f"https://127.0.0.1:{port}/upscallback",
                }
            ],
        )
    )
    settings = config.load(file, {"DEMO_SECRET": "demo-secret", config.KEY_ENV: make_key().text()})
    moved = app.Clock(now=lambda: datetime.fromtimestamp(clock.now(), UTC), monotonic=clock.now)
    try:
        async with app.running(settings, clock=moved, pace=QUICK) as running:
            yield House(running, simulator, clock)
    finally:
        await simulator.close()


@asynccontextmanager
async def demo_house(folder: Path, certificates: Path) -> AsyncIterator[House]:
    """The demonstration's, with every state of health."""
    _trust(folder, certificates)
    async with house(folder, Ports(0, 0, 0, _free_port()), lambda _line: None) as running:
        yield running


async def ask(at: House, document: str, licence: str | None = None, password: str = PASSWORD) -> Told:
    """What an old program is answered; with the demonstration's access key if none is named."""
    request = xml(document) if licence is None else xml(document, access(licence, USER, password))
    address = at.app.ports.legacy
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(request)
    _, _, body = read_answer(await reader.read())
    writer.close()
    await writer.wait_closed()
    return told(LegacyAnswer(200, {}, body))


async def control(at: House, path: str, body: Any = None) -> Any:
    """The simulated UPS's control interface: POST if there is a body, else GET."""
    method = "GET" if body is None else "POST"
    async with ClientSession() as session, session.request(method, f"{at.ups_url}/_control/{path}", json=body) as done:
        return await done.json()


async def unaccepted(at: House) -> str:
    """A program confirms and goes away; the number of what it left."""
    number = (await ask(at, confirm())).number
    at.clock.advance(SETTLED)
    return number


async def unknown(at: House) -> None:
    """UPS makes a shipment, and its answer is lost."""
    await control(at, "faults", [{"path": "/api/shipments/.*/ship", "drop": "after", "times": 1}])
    assert (await ask(at, ORDERED)).code == "20001"


async def foreign(at: House) -> None:
    """A program comes with an access key that the gateway does not know."""
    assert (await ask(at, rate(), FOREIGN)).code == "250003"


def _trust(folder: Path, certificates: Path) -> None:
    shutil.copytree(certificates, folder / "tls")  # makes the folder, too


def _free_port() -> int:
    """UPS is told the port before the gateway has it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
