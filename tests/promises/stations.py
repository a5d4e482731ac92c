"""A room of stations for a test: a gateway's machine, a station in the allowed network, and one that is elsewhere.

    unshare --user --map-root-user --mount --net python -m tests.promises.stations FOLDER

Each has a network of its own, with a cable to the gateway. The gateway listens as docs/stations.md says, and a
station's hosts file has that page's lines. Writes what each got, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.docs.lines import ROOT, blocks
from tests.gateway import accept, access, confirm, told
from ups_gateway import app, config
from ups_gateway.model import AccessKey, Account, LegacyAnswer, Secret
from ups_gateway.oauth.vault import make_key
from ups_gateway.simulator.config import Settings
from ups_gateway.simulator.server import make_app, start
from ups_gateway.store.passwords import Cost, Passwords

PAGE = (ROOT / "docs" / "stations.md").read_text("utf-8")
NETWORK, GATEWAY = "192.168.1.", "192.168.1.10"
"""As the page has them."""
STREET = "198.51.100."
"""A network that is not allowed."""
ACCOUNTS = {"STATION01": "A1B2C3", "STATION02": "R7S8T9"}
"""Each station's own key and account."""
ASK = """import sys, urllib.request
try:
    print(urllib.request.urlopen(sys.argv[1], sys.stdin.buffer.read(), timeout=20).read().decode())
except OSError as error:
    print(getattr(error, "reason", error))"""


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


# --- a station --------------------------------------------------------------------------------------------------------


@dataclass
class Station:
    """A machine of its own, on which an old program asks."""

    process: asyncio.subprocess.Process

    async def ask(self, url: str, body: str, ca: Path | None = None) -> str:
        """What the program got, or what went wrong in its words."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([url, body, str(ca or "")]).encode() + b"\n")
        async with asyncio.timeout(30):
            return str(json.loads(await self.process.stdout.readline()))


@asynccontextmanager
async def station(folder: Path, name: str, network: str) -> AsyncIterator[Station]:
    """A cable from it to this machine, which has .10 of that network; the station has .7."""
    (folder / name).write_text(_hosts().replace(NETWORK, network))
    command = ("unshare", "--net", "--mount", sys.executable, "-m", "tests.promises.stations", str(folder), name)
    process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"apart\n"
        _run("ip", "link", "add", f"to-{name}", "type", "veth", "peer", "name", "cable", "netns", str(process.pid))
        _run("ip", "address", "add", f"{network}10/24", "dev", f"to-{name}")
        _run("ip", "link", "set", f"to-{name}", "up")
        process.stdin.write(f"{network}7/24\n".encode())
        yield Station(process)
    finally:
        process.kill()
        await process.wait()


def _hosts() -> str:
    (block,) = (one for one in blocks(PAGE, "") if GATEWAY in one)
    return block


def be_station(hosts: Path) -> None:
    print("apart", flush=True)  # noqa: T201 - told to the parent
    address = sys.stdin.readline().strip()
    _run("ip", "address", "add", address, "dev", "cable")
    _run("ip", "link", "set", "cable", "up")
    _run("mount", "--bind", str(hosts), str(Path("/etc/hosts").resolve()))
    for line in sys.stdin:
        url, body, ca = json.loads(line)
        environ = {**os.environ, **({"SSL_CERT_FILE": ca} if ca else {})}
        ran = subprocess.run(
            [sys.executable, "-c", ASK, url], input=body.encode(), env=environ, check=False, capture_output=True
        )
        print(json.dumps(ran.stdout.decode().strip()), flush=True)  # noqa: T201 - same


# --- the gateway ------------------------------------------------------------------------------------------------------


def recipes() -> Sequence[str]:
    """The page's settings: with TLS, and without."""
    return [block for block in blocks(PAGE, "yaml") if block.startswith("listen:")]


@asynccontextmanager
async def gateway(folder: Path, name: str, ups: str, listen: str) -> AsyncIterator[app.App]:
    """As the page sets it up, with a key for each station."""
    file = folder / f"{name}.yaml"
    file.write_text(f"""{listen}
data_directory: {folder / name}
environments: [{{name: simulator, base_url: '{ups}'}}]
applications:
  - {{name: shop, environment: simulator, grant: client_credentials, client_id: demo-client,
     client_secret_env: DEMO_SECRET}}
""")
    environ = {"DEMO_SECRET": "demo-secret", "UPS_GATEWAY_KEY": make_key().text()}
    async with app.running(config.load(file, environ)) as running:
        passwords = Passwords(cost=Cost(2, 1, 1))
        for licence, number in ACCOUNTS.items():
            account = await running.store.add_account(Account(0, number, "simulator", application="shop"))
            hashed = await passwords.hash(Secret(licence.lower()))
            key = AccessKey(0, licence, "station", hashed, account.id, frozenset({account.id}))
            await running.store.add_key(key)
        await passwords.close()
        yield running


# --- what happens -----------------------------------------------------------------------------------------------------


def _order(licence: str, number: str) -> str:
    return access(licence, "station", licence.lower()) + confirm(number, bill=number)


async def _by_tls(running: app.App, dock: Station, street: Station) -> dict[str, Any]:
    assert running.certificates is not None
    ca, url = running.certificates.ca_cert, "https://onlinetools.ups.com/ups.app/xml"
    said = {}
    for licence, number in ACCOUNTS.items():
        said[f"{licence} confirms"] = confirmed = await dock.ask(f"{url}/ShipConfirm", _order(licence, number), ca)
        digest = told(LegacyAnswer(200, {}, confirmed.encode())).digest
        document = access(licence, "station", licence.lower()) + accept(digest)
        said[f"{licence} accepts"] = await dock.ask(f"{url}/ShipAccept", document, ca)
    said["foreign account"] = await dock.ask(f"{url}/ShipConfirm", _order("STATION01", "R7S8T9"), ca)
    said["new key"] = await dock.ask(f"{url}/ShipConfirm", _order("STATION03", "A1B2C3"), ca)
    said["street"] = await street.ask(f"{url}/ShipConfirm", _order("STATION01", "A1B2C3"), ca)
    said["without the authority"] = await dock.ask(f"{url}/ShipConfirm", _order("STATION01", "A1B2C3"))
    said["without TLS"] = await dock.ask(f"http://{GATEWAY}:8080/ups.app/xml/Rate", "")
    said["the page"] = await dock.ask(f"http://{GATEWAY}:8081/", "")
    numbers = {account.id: account.number for account in await running.store.accounts()}
    return {
        "said": said,
        "ledger": sorted((numbers[row.account], row.state.value) for row in await running.store.shipments()),
        "seen": [(one.licence, one.peer) for one in await running.store.sightings()],
    }


async def _plainly(dock: Station, street: Station) -> dict[str, str]:
    order, path = _order("STATION01", "A1B2C3"), "8080/ups.app/xml/ShipConfirm"
    return {
        "dock": await dock.ask(f"http://{GATEWAY}:{path}", order),
        "street": await street.ask(f"http://{STREET}10:{path}", order),
    }


async def main(folder: Path) -> dict[str, Any]:
    _run("ip", "link", "set", "lo", "up")
    with_tls, without = recipes()
    async with AsyncExitStack() as stack:
        ups = await start(make_app(Settings(cie=False), control=False), port=0)
        stack.push_async_callback(ups.close)
        dock = await stack.enter_async_context(station(folder, "dock", NETWORK))
        street = await stack.enter_async_context(station(folder, "street", STREET))
        async with gateway(folder, "tls", ups.url, with_tls) as running:
            by_tls = await _by_tls(running, dock, street)
        async with gateway(folder, "plain", ups.url, without):
            return {"tls": by_tls, "plain": await _plainly(dock, street)}


if __name__ == "__main__":
    place = Path(sys.argv[1])
    if sys.argv[2:]:
        be_station(place / sys.argv[2])
    else:
        print(json.dumps(asyncio.run(main(place))))  # noqa: T201 - what the test reads
