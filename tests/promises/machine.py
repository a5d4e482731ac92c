"""A machine of its own for a test: its own network, hosts file and DNS, and beyond a cable UPS under its real names.

    unshare --user --map-root-user --mount --net python -m tests.promises.machine FOLDER

On it the gateway runs with its default ports, and old programs call https://onlinetools.ups.com, which the hosts file
sends to this machine and DNS to the other end of the cable. Writes what each of them got, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.gateway import LICENCE, PASSWORD, USER, access, rate
from ups_gateway import app, config, tls
from ups_gateway.model import AccessKey, Account, Secret
from ups_gateway.oauth.vault import make_key
from ups_gateway.simulator.config import Settings
from ups_gateway.simulator.server import make_app
from ups_gateway.store.passwords import Cost, Passwords
from ups_gateway.ups.names import Names

HERE, THERE = "192.0.2.1", "192.0.2.7"
"""The ends of the cable (addresses for documentation)."""
HOSTS = "127.0.0.1 localhost onlinetools.ups.com wwwcie.ups.com www.ups.com\n127.0.0.9 proxy.company\n"
ADDRESSES = {"onlinetools.ups.com": THERE, "wwwcie.ups.com": "127.0.0.1", "www.ups.com": HERE}
"""What DNS says. Of two of UPS's names it says that they are this machine, which is wrong."""
DNS_PORT = 5300
REQUEST = access() + rate()

CURL = ("curl", "--silent", "--show-error", "--max-time", "20", "--data-binary", "@-", "--header", "Content-Type:")
PHP = """$curl = curl_init($argv[1]); curl_setopt_array($curl, [CURLOPT_POST => true, CURLOPT_RETURNTRANSFER => true,
    CURLOPT_POSTFIELDS => stream_get_contents(STDIN)]); $said = curl_exec($curl); echo $said ?: curl_error($curl);"""
PHP_STREAMS = """echo file_get_contents($argv[1], false, stream_context_create(['http' => ['method' => 'POST',
    'content' => stream_get_contents(STDIN), 'ignore_errors' => true]]));"""
NODE = """const request = require('https').request(process.argv[1], {method: 'POST'}, (answer) => {
    answer.pipe(process.stdout); }); process.stdin.pipe(request);"""
PYTHON = """import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], sys.stdin.buffer.read(), timeout=20).read().decode())"""


def programs(ca: Path) -> dict[str, tuple[list[str], dict[str, str]]]:
    """Command and environment of each old program, which is told of the authority as `ups-gateway trust` says."""
    found = {
        "curl": ([*CURL], {"CURL_CA_BUNDLE": str(ca)}),
        "php": (["php", "-d", f"openssl.cafile={ca}", "-r", PHP_STREAMS, "--"], {}),
        "php-curl": (["php", "-d", f"curl.cainfo={ca}", "-r", PHP, "--"], {}),
        "node": (["node", "-e", NODE], {"NODE_EXTRA_CA_CERTS": str(ca)}),
        "python": ([sys.executable, "-c", PYTHON], {"SSL_CERT_FILE": str(ca)}),
    }
    return {name: one for name, one in found.items() if shutil.which(one[0][0])}


# --- the network ------------------------------------------------------------------------------------------------------


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@asynccontextmanager
async def beyond_the_cable(folder: Path) -> AsyncIterator[None]:
    """UPS on another machine: the same program, with "ups" for its part."""
    command = ("unshare", "--net", sys.executable, "-m", "tests.promises.machine", str(folder), "ups")
    ups = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert ups.stdin is not None
    assert ups.stdout is not None
    try:
        assert await ups.stdout.readline() == b"apart\n"
        # As where an address moves between machines (keepalived): programs may bind to what is not theirs.
        Path("/proc/sys/net/ipv4/ip_nonlocal_bind").write_text("1")  # noqa: ASYNC240 - nothing else runs yet
        _run("ip", "link", "set", "lo", "up")
        _run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(ups.pid))
        _run("ip", "address", "add", f"{HERE}/24", "dev", "near")
        _run("ip", "link", "set", "near", "up")
        ups.stdin.write(b"connected\n")
        assert await ups.stdout.readline() == b"listens\n"
        yield
    finally:
        ups.kill()
        await ups.wait()


async def be_ups(folder: Path) -> None:
    """The simulated UPS under the names and on the port of the real one."""
    print("apart", flush=True)  # noqa: T201 - told to the parent
    await asyncio.to_thread(sys.stdin.readline)
    _run("ip", "address", "add", f"{THERE}/24", "dev", "far")
    _run("ip", "link", "set", "far", "up")
    runner = web.AppRunner(make_app(Settings(cie=False), control=False))
    await runner.setup()
    context = tls.server_context(tls.ensure(folder / "internet", datetime.now(UTC)))
    await web.TCPSite(runner, THERE, 443, ssl_context=context).start()
    print("listens", flush=True)  # noqa: T201 - same
    await asyncio.Event().wait()


class Dns:
    """Answers by `ADDRESSES`, in a thread, however busy the gateway is; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", DNS_PORT))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            data, peer = self._socket.recvfrom(512)
            self._socket.sendto(self._answer(data), peer)

    def _answer(self, data: bytes) -> bytes:
        labels, at = [], 12
        while length := data[at]:
            labels.append(data[at + 1 : at + 1 + length].decode())
            at += 1 + length
        name, (kind,) = ".".join(labels).lower(), struct.unpack("!H", data[at + 1 : at + 3])
        self.asked.append(name)
        address = ADDRESSES.get(name)
        record = b""
        if address is not None and kind == 1:
            record = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + socket.inet_aton(address)
        flags = 0x8180 if address is not None else 0x8183
        head = data[:2] + struct.pack("!HHHHH", flags, 1, bool(record), 0, 0)
        return head + data[12 : at + 5] + record


def _files(folder: Path) -> None:
    """A hosts file and a resolver of this machine's own."""
    (folder / "hosts").write_text(HOSTS)
    (folder / "resolv.conf").write_text(f"nameserver 127.0.0.1:{DNS_PORT}\n")
    for name in ("hosts", "resolv.conf"):
        _run("mount", "--bind", str(folder / name), str(Path("/etc", name).resolve()))


# --- the gateway ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def gateway(folder: Path) -> AsyncIterator[app.App]:
    """With its own ports, for production and test."""
    names = ("production", "test")
    text = config.example(
        data_directory=str(folder / "data"),
        applications=[
            {
                "name": name,
                "environment": name,
                "grant": "client_credentials",
                "client_id": "demo-client",
                "client_secret_env": "DEMO_SECRET",
            }
            for name in names
        ],
        **{"upstream.ca_file": str(folder / "internet" / "ca.pem")},
    )
    (folder / "gateway.yaml").write_text(text)
    tls.ensure(folder / "internet", datetime.now(UTC))
    settings = config.load(
        folder / "gateway.yaml", {"DEMO_SECRET": "demo-secret", "UPS_GATEWAY_KEY": make_key().text()}
    )
    async with app.running(settings) as running:
        store, passwords = running.store, Passwords(cost=Cost(2, 1, 1))
        live, test = [await store.add_account(Account(0, "A1B2C3", name, application=name)) for name in names]
        hashed = await passwords.hash(Secret(PASSWORD))
        await passwords.close()
        await store.add_key(AccessKey(0, LICENCE, USER, hashed, live.id, frozenset({live.id}), test_account=test.id))
        yield running


async def _said(command: list[str], environ: dict[str, str], url: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, url, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **environ}
    )
    async with asyncio.timeout(30):
        answer, _ = await process.communicate(REQUEST.encode())
    return answer.decode()


async def _resolved(name: str, port: int = 443) -> list[str]:
    """Addresses, or in words why there are none."""
    try:
        return [one["host"] for one in await Names({("127.0.0.1", 443)}).resolve(name, port)]
    except OSError as error:
        return [type(error).__name__, str(error)]


async def main(folder: Path) -> dict[str, Any]:
    _files(folder)
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(gateway(folder))
        await stack.enter_async_context(beyond_the_cable(folder))
        dns = Dns()
        assert running.certificates is not None
        found = programs(running.certificates.ca_cert)
        ways = {name: await _said(*one, "https://onlinetools.ups.com/ups.app/xml/Rate") for name, one in found.items()}
        test = await _said(*found["python"], "https://wwwcie.ups.com/ups.app/xml/Rate")
        asked = sorted(set(dns.asked))
        names = (*ADDRESSES, "gone.ups.com", "proxy.company", "localhost")
        resolved = {name: await _resolved(name) for name in names}
        resolved["localhost:8082"] = await _resolved("localhost", 8082)
        # The machine goes to another network, whose DNS is elsewhere.
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1:1\n")
        moved = await _resolved("onlinetools.ups.com")
        return {"programs": ways, "test": test, "asked": asked, "resolved": resolved, "moved": moved}


if __name__ == "__main__":
    place = Path(sys.argv[1])
    if sys.argv[2:] == ["ups"]:
        asyncio.run(be_ups(place))
    else:
        print(json.dumps(asyncio.run(main(place))))  # noqa: T201 - what the test reads
