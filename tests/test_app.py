"""The whole gateway on real ports, with the simulated UPS behind it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.gateway import LICENCE, PASSWORD, USER, access, confirm, rate
from tests.web.wire import Client, asked, eventually, post, read_answer
from ups_gateway import app, config
from ups_gateway.config.settings import Address, Settings
from ups_gateway.model import AccessKey, Account, Secret
from ups_gateway.oauth.vault import make_key
from ups_gateway.simulator.config import Settings as SimulatorSettings
from ups_gateway.simulator.server import make_app, start
from ups_gateway.store.passwords import Cost, Passwords
from ups_gateway.web.gateway import Pace

QUICK = Pace(watch=1.0, linger=0.3, stop=0.3)


def written(folder: Path, **changes: str) -> Path:
    """A configuration with free ports and a client-credentials application in the simulator."""
    file = folder / "gateway.yaml"
    named = {"listen.legacy": "127.0.0.1:0", "listen.admin": "127.0.0.1:0", "listen.tls": "127.0.0.1:0"}
    file.write_text(
        config.example(
            **{**named, "data_directory": str(folder / "data"), **changes},
            environments=[{"name": "simulator", "base_url": changes.get("", "http://127.0.0.1:9")}],
            applications=[
                {
                    "name": "demo",
                    "environment": "simulator",
                    "grant": "client_credentials",
                    "client_id": "demo-client",
                    "client_secret_env": "DEMO",
                }
            ],
        )
    )
    return file


@pytest.fixture
def environ() -> dict[str, str]:
    return {"DEMO": "demo-secret", "UPS_GATEWAY_KEY": make_key().text()}


@pytest.fixture
def settings(tmp_path: Path, environ: dict[str, str]) -> Settings:
    return config.load(written(tmp_path), environ)


@asynccontextmanager
async def simulated(settings: Settings) -> AsyncIterator[Settings]:
    """The same settings, with a simulator where they say that UPS is."""
    ups = await start(make_app(SimulatorSettings(cie=False)), port=0)
    try:
        environments = dict(settings.environments)
        environments["simulator"] = replace(environments["simulator"], base_url=ups.url)
        yield replace(settings, environments=environments)
    finally:
        await ups.close()


async def seed(running: app.App) -> None:
    passwords = Passwords(cost=Cost(2, 1, 1))
    account = await running.store.add_account(Account(0, "A1B2C3", "simulator", application="demo"))
    digest = await passwords.hash(Secret(PASSWORD))
    await running.store.add_key(AccessKey(0, LICENCE, USER, digest, account.id, frozenset({account.id})))
    await passwords.close()


def xml(tool: str, document: str) -> bytes:
    return post(f"/ups.app/xml/{tool}", (access() + document).encode())


async def fetched(address: Address, path: str, host: str = "localhost") -> tuple[str, bytes]:
    """Status line and body of a GET on the admin listener."""
    answer = await asked(address.port, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split(b"\r\n")[0].decode(), body


async def test_an_old_request_goes_all_the_way_over_both_listeners(settings: Settings) -> None:
    async with simulated(settings) as told, app.running(told, pace=QUICK) as running:
        await seed(running)
        assert running.ports.tls is not None
        assert running.certificates is not None
        first, headers, body = read_answer(await asked(running.ports.legacy.port, xml("Rate", rate())))
        trusting = ssl.create_default_context(cafile=running.certificates.ca_cert)
        async with Client(running.ports.tls.port, trusting) as client:
            await client.send(xml("Rate", rate()).replace(b"onlinetools", b"www"))
            over_tls = read_answer(await client.rest())[2]
    assert (first, headers["content-type"]) == ("HTTP/1.1 200 OK", "application/xml")
    assert body.startswith(b'<?xml version="1.0"?><RatingServiceSelectionResponse>')
    assert b"<ResponseStatusCode>1<" in body
    assert b"250003" in over_tls, "the handshake named the test host, and the key has no test account"


async def test_a_shipment_whose_answer_was_read_is_delivered_in_the_ledger(settings: Settings) -> None:
    async with simulated(settings) as told, app.running(told, pace=QUICK) as running:
        await seed(running)
        answer = read_answer(await asked(running.ports.legacy.port, xml("ShipConfirm", confirm())))[2]
        assert b"<ResponseStatusCode>1<" in answer
        async with asyncio.timeout(5):
            while not (rows := await running.store.shipments())[0].delivered:  # noqa: ASYNC110 - a row tells no event
                await asyncio.sleep(0.01)
    assert [row.number.encode() in answer for row in rows] == [True]


async def test_it_is_ready_once_somebody_can_sign_in(settings: Settings) -> None:
    async with simulated(settings) as told, app.running(told, pace=QUICK) as running:
        admin = running.ports.admin
        assert await fetched(admin, "/healthz") == ("HTTP/1.1 200 OK", b"alive\n")
        status, body = await fetched(admin, "/readyz")
        problem = "no profile or application can sign in at UPS"
        assert (status, json.loads(body)) == (
            "HTTP/1.1 503 Service Unavailable",
            {"ready": False, "problems": [problem]},
        )
        await seed(running)
        status, body = await fetched(admin, "/readyz")
        assert (status, json.loads(body)) == ("HTTP/1.1 200 OK", {"ready": True, "problems": []})


async def test_a_store_that_cannot_be_written_is_not_ready(settings: Settings) -> None:
    async with app.running(settings, pace=QUICK) as running:
        await running.store.close()
        assert await running.problems() == ["the store cannot be read or written"]


async def test_the_sign_in_comes_back_to_the_tls_and_the_admin_listener_only(settings: Settings) -> None:
    request = b"GET /upscallback?code=1&state=2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    async with app.running(settings, pace=QUICK) as running:
        assert running.ports.tls is not None
        assert running.certificates is not None
        trusting = ssl.create_default_context(cafile=running.certificates.ca_cert)
        async with Client(running.ports.tls.port, trusting) as client:
            await client.send(request)
            over_tls = await client.rest()
        on_admin = await asked(running.ports.admin.port, request)
        on_legacy = await asked(running.ports.legacy.port, request)
    assert over_tls.startswith(b"HTTP/1.1 400 ")
    assert b" ups-gateway</title>" in over_tls
    assert on_admin.startswith(b"HTTP/1.1 400 ")
    assert b"20002" in read_answer(on_legacy)[2]


async def test_the_status_page_wants_a_session_and_its_own_name(settings: Settings) -> None:
    async with app.running(settings, pace=QUICK) as running:
        statuses = [
            (await fetched(running.ports.admin, path, host))[0]
            for path, host in (("/", "localhost"), ("/", "evil.example"), ("/healthz", "evil.example"))
        ]
    assert statuses == [
        "HTTP/1.1 303 See Other",
        "HTTP/1.1 421 Misdirected Request",
        "HTTP/1.1 421 Misdirected Request",
    ]


async def test_every_port_that_is_taken_is_named_with_the_setting_that_changes_it(settings: Settings) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("::1", 0), family=socket.AF_INET6) as other,
    ):
        first, second = Address("127.0.0.1", one.getsockname()[1]), Address("::1", other.getsockname()[1])
        taken = replace(settings, listen=replace(settings.listen, legacy=first, tls=second))
        with pytest.raises(app.StartFailed) as failed:
            async with app.running(taken):
                pass
    assert failed.value.unbound == (
        app.Unbound("listen.legacy", first, "is taken by another program"),
        app.Unbound("listen.tls", second, "is taken by another program"),
    )
    assert str(failed.value) == (
        f"127.0.0.1:{first.port} is taken by another program; choose another with listen.legacy\n"
        f"[::1]:{second.port} is taken by another program; choose another with listen.tls"
    )


async def test_an_address_of_another_machine_cannot_be_listened_on(settings: Settings) -> None:
    elsewhere = replace(settings, listen=replace(settings.listen, admin=Address("192.0.2.1", 80), tls=None))
    with pytest.raises(app.StartFailed, match=r"192\.0\.2\.1:80 is not an address of this machine; .* listen\.admin"):
        async with app.running(elsewhere):
            pass


async def test_its_ports_are_free_again_and_its_store_keeps_after_a_stop(settings: Settings) -> None:
    async with app.running(settings, pace=QUICK) as running:
        await running.store.add_profile("Dock 3", "demo", "simulator")
        ports = running.ports
    again = replace(settings, listen=replace(settings.listen, legacy=ports.legacy, admin=ports.admin, tls=None))
    async with app.running(again, pace=QUICK) as running:
        assert running.ports == app.Ports(ports.legacy, ports.admin, None)
        assert [profile.name for profile in await running.store.profiles()] == ["Dock 3"]


async def test_a_background_task_that_ends_is_logged(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_event: asyncio.Event, _seconds: float) -> None:
        raise ZeroDivisionError

    async with app.running(settings, clock=app.Clock(waiter=broken), pace=QUICK):
        await eventually(lambda: bool(caplog.records))
    assert [record.message for record in caplog.records] == ["The background task 'tokens' ended; restart the gateway."]


async def test_a_service_ends_in_good_order_when_it_is_told_to(tmp_path: Path, environ: dict[str, str]) -> None:
    program = """
import gc, os, resource, sys
from pathlib import Path
from ups_gateway import config, service
resource.setrlimit(resource.RLIMIT_NOFILE, (128, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
async def ready(running):
    print(running.ports.legacy.port, resource.getrlimit(resource.RLIMIT_NOFILE)[0], gc.get_freeze_count(), flush=True)
service.serve(config.load(Path(sys.argv[1]), os.environ), ready)
print("ended", flush=True)
"""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, str(written(tmp_path))),
        env={**os.environ, **environ},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            port, files, kept = (await process.stdout.readline()).split()
            assert int(files) > 1000, "as many connections as the settings allow need files"
            assert int(kept) > 50_000, "a sweep of all modules and tables holds up every request under way"
            assert b"20002" in read_answer(await asked(int(port), post()))[2]
            process.send_signal(signal.SIGTERM)
            assert await process.stdout.read() == b"ended\n"
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def test_the_clock_of_a_service_is_the_machines() -> None:
    assert abs((app.Clock().now() - datetime.now(UTC)).total_seconds()) < 5


async def test_a_sign_in_that_comes_back_with_the_end_of_the_handshake_leaves_nothing_open(settings: Settings) -> None:
    async with app.running(settings) as running:
        assert running.ports.tls is not None
        for _ in range(3):
            answer = await asyncio.to_thread(
                _in_one_packet, running.ports.tls.port, b"GET /upscallback HTTP/1.0\r\n\r\n"
            )
            assert answer.startswith(b"HTTP/1.0 400 ")
        await eventually(lambda: not running.legacy.open)


def _in_one_packet(port: int, request: bytes) -> bytes:
    """The answer to a request that is sent together with the last message of the handshake."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        while True:
            with contextlib.suppress(ssl.SSLWantReadError):
                client.do_handshake()
                client.write(request)
                break
            connection.sendall(outgoing.read())
            incoming.write(connection.recv(65536))
        connection.sendall(outgoing.read())
        answer = b""
        while True:
            with contextlib.suppress(ssl.SSLWantReadError):
                more = client.read()
                if not more:
                    return answer
                answer += more
                continue
            data = connection.recv(65536)
            incoming.write(data) if data else incoming.write_eof()
