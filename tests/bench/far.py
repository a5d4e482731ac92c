"""UPS twenty milliseconds away: python -m tests.bench far

The rule: the same old program asks once straight, with a new TLS connection for each call as such programs do, and once
through the gateway, which keeps its connections; a relay holds every byte back for the time of the way, and the first
ones for the handshake of TCP too, which no relay sees.
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.bench.loads import Load, loads
from tests.bench.old_client import ask
from tests.bench.origin import origin, trusting
from tests.bench.peers import Site
from tests.bench.report import Table, write_section

ONE_WAY: Final = 0.020
CALLS: Final = 15
ROUNDS: Final = 5
NAMES: Final = ("rate", "rate shop", "track")


async def main() -> None:
    with tempfile.TemporaryDirectory() as text:
        async with AsyncExitStack() as stack:
            folder = Path(text)
            chain, key = _certificate(folder)
            answers = {one.rest_path: one.reply for one in loads()}
            ups = await stack.enter_async_context(origin(folder / "origin", answers, (chain, key)))
            port = await stack.enter_async_context(relay(ups.port))
            site = Site(folder / "gateway", port, scheme="https", **{"upstream.ca_file": str(chain)})
            await site.seed()
            gateway = await stack.enter_async_context(site.serving())
            context = trusting(chain)
            table = Table(
                "An old program, milliseconds of a call (medians)",
                ("load", "goal", "straight", "through the gateway", "ratio", "spread"),
            )
            for load in (one for one in loads() if one.name in NAMES):
                straight, through = [], []
                for number in range(ROUNDS):
                    straight.append(await _straight(load, port, context, number))
                    through.append(await _through(load, gateway.port, number))
                ratios = [one / other for one, other in zip(through, straight, strict=True)]
                table.add(
                    load.name,
                    "<= 0.6",
                    f"{statistics.median(straight):.1f}",
                    f"{statistics.median(through):.1f}",
                    f"{statistics.median(ratios):.2f}",
                    f"{min(ratios):.2f} to {max(ratios):.2f}",
                )
    how = (
        f"`python -m tests.bench far`: {ONE_WAY * 1000:g} ms each way, {ROUNDS} rounds of {CALLS} calls one after the "
        "other. Straight: a new TLS 1.3 connection for each call. Through the gateway: a new plain connection on this "
        "machine for each call, and the gateway's open one to UPS."
    )
    write_section("UPS far away", how, [table])


async def _straight(load: Load, port: int, context: ssl.SSLContext, number: int) -> float:
    took = []
    for count in range(CALLS):
        request = load.request(f"straight-{number}-{count}", path=load.rest_path)
        begun = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        writer.write(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        answer = await reader.read()
        took.append(time.perf_counter() - begun)
        writer.close()
        assert answer.endswith(load.reply)
    return statistics.median(took) * 1000


async def _through(load: Load, port: int, number: int) -> float:
    took = []
    for count in range(CALLS):
        request = load.request(f"through-{number}-{count}")
        begun = time.perf_counter()
        await ask(port, request)
        took.append(time.perf_counter() - begun)
    return statistics.median(took) * 1000


# --- the way ----------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def relay(to: int) -> AsyncIterator[int]:
    """A port that leads to another one far away."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", to)
        for source, target, handshake in ((reader, back, 2 * ONE_WAY), (there, writer, 0.0)):
            task = asyncio.create_task(_carry(source, target, handshake))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, handshake: float) -> None:
    """Bytes in their order, each `ONE_WAY` after it came, none before the handshake is over."""
    loop = asyncio.get_running_loop()
    established = loop.time() + handshake
    due = 0.0
    while data := await source.read(65_536):
        due = max(loop.time(), established) + ONE_WAY
        loop.call_at(due, target.write, data)
    loop.call_at(max(due, loop.time() + ONE_WAY), target.close)


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Files of a certificate for this machine's loopback, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "benchmark")])
    now = datetime.now(UTC)
    addresses = [x509.IPAddress(ipaddress.ip_address(one)) for one in ("127.0.0.1", "127.0.0.2")]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))
    return chain, secret
