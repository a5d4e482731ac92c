"""Whether an answer arrived: the kernel's word, on both event loops, with and without TLS."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
import uvloop

from tests.web.wire import Client, Scripted, eventually, listener, post, read_answer, running
from ups_gateway import tls
from ups_gateway.web.delivery import Delivery
from ups_gateway.web.gateway import Pace

LARGE = b"<x>" + b"0123456789" * 2_000_000 + b"</x>"
"""More than all buffers between two sockets hold."""
NEVER = Pace(begin=60, write=0.3, watch=0.5, linger=0.2, stop=0.2)
"""Nothing but the bytes decides, or a short time."""


class Ends:
    """Listener and clients of one scenario."""

    def __init__(self, files: tls.ServerFiles | None) -> None:
        self.server_tls = tls.server_context(files) if files is not None else None
        self.client_tls = ssl.create_default_context(cafile=files.ca_cert) if files is not None else None

    def client(self, port: int) -> Client:
        return Client(port, self.client_tls)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tls.ServerFiles:
    return tls.ensure(tmp_path_factory.mktemp("tls"), datetime.now(UTC))


@pytest.fixture(params=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest) -> Callable[[], asyncio.AbstractEventLoop]:
    return uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop


@pytest.fixture(params=["plain", "tls"])
def ends(request: pytest.FixtureRequest, certificates: tls.ServerFiles) -> Ends:
    return Ends(certificates if request.param == "tls" else None)


@pytest.fixture
def plain() -> Ends:
    return Ends(None)


@pytest.fixture
def secure(certificates: tls.ServerFiles) -> Ends:
    return Ends(certificates)


Loop = Callable[[], asyncio.AbstractEventLoop]


def run(loop: Loop, scenario: Awaitable[None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(20):
            await scenario

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(bounded())


def test_an_answer_that_was_read_is_delivered(loop: Loop, ends: Ends) -> None:
    async def scenario() -> None:
        exchange = Scripted(shipment=1)
        async with running(listener(exchange), ends.server_tls) as port, ends.client(port) as client:
            await client.send(post())
            read_answer(await client.rest())
            client.close()
            assert await exchange.settled.get() == (1, True)
        delivery = exchange.connections[0]
        assert (delivery.is_open(), delivery.delivered()) == (False, True)

    run(loop, scenario())


def test_an_answer_is_delivered_to_a_client_that_keeps_its_side_open(loop: Loop, ends: Ends) -> None:
    async def scenario() -> None:
        exchange = Scripted(shipment=1)
        async with running(listener(exchange, pace=NEVER), ends.server_tls) as port, ends.client(port) as client:
            await client.send(post())
            await client.until(b"<Done/>")
            assert await exchange.settled.get() == (1, True)

    run(loop, scenario())


def test_a_client_that_closes_after_the_last_byte_has_its_answer(loop: Loop, ends: Ends) -> None:
    """Also over TLS, where it closes without having read our close_notify."""

    async def scenario() -> None:
        exchange = Scripted(shipment=1)
        async with running(listener(exchange), ends.server_tls) as port:
            for _ in range(10):
                async with ends.client(port) as client:
                    await client.send(post())
                    await client.until(b"<Done/>")
                    client.close()
                    assert await exchange.settled.get() == (1, True)

    run(loop, scenario())


def test_a_client_that_says_goodbye_over_tls_and_closes_has_its_answer(loop: Loop, secure: Ends) -> None:
    """As curl does: its close_notify and its FIN come together, and what we say to that it answers with a reset."""

    def read_and_leave(client: Client) -> None:
        read = b""
        while not read.endswith(b"<Done/>"):
            read += client.socket.recv(65536)
        client.socket.settimeout(0)
        with contextlib.suppress(ssl.SSLWantReadError):
            assert isinstance(client.socket, ssl.SSLSocket)
            client.socket.unwrap()
        client.close()

    async def scenario() -> None:
        exchange = Scripted(shipment=1)
        async with running(listener(exchange), secure.server_tls) as port:
            for _ in range(10):
                async with secure.client(port) as client:
                    await client.send(post())
                    await asyncio.to_thread(read_and_leave, client)
                    assert await exchange.settled.get() == (1, True)

    run(loop, scenario())


def test_a_client_that_says_goodbye_over_tls_in_the_middle_of_its_answer_does_not_have_it(
    loop: Loop, secure: Ends
) -> None:
    def leave(client: Client) -> None:
        client.socket.settimeout(0)
        with contextlib.suppress(ssl.SSLError, OSError):
            assert isinstance(client.socket, ssl.SSLSocket)
            client.socket.unwrap()
        client.close()

    async def scenario() -> None:
        exchange = Scripted(body=LARGE, shipment=1)
        async with running(listener(exchange), secure.server_tls) as port:
            for _ in range(10):
                async with secure.client(port) as client:
                    await client.send(post())
                    await client.some()
                    await asyncio.to_thread(leave, client)
                    assert await exchange.settled.get() == (1, False)

    run(loop, scenario())


def test_a_large_answer_to_a_client_that_does_not_read_is_not_delivered(loop: Loop, ends: Ends) -> None:
    async def scenario() -> None:
        exchange = Scripted(body=LARGE, shipment=1)
        async with running(listener(exchange, pace=NEVER), ends.server_tls) as port, ends.client(port) as client:
            await client.send(post())
            assert await exchange.settled.get() == (1, False)
            read = b""
            with contextlib.suppress(ConnectionResetError, ssl.SSLError):
                read = await client.rest()
            assert len(read) < len(LARGE), "what was found undelivered must not arrive after all"

    run(loop, scenario())


def test_a_client_that_closes_in_the_middle_of_its_answer_does_not_have_it(loop: Loop, ends: Ends) -> None:
    async def scenario() -> None:
        exchange = Scripted(body=LARGE, shipment=1)
        async with running(listener(exchange), ends.server_tls) as port, ends.client(port) as client:
            await client.send(post())
            await client.some()
            client.close()
            assert await exchange.settled.get() == (1, False)

    run(loop, scenario())


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_hang_up_is_noticed_while_the_answer_is_not_there_yet(loop: Loop, ends: Ends, how: str) -> None:
    async def scenario() -> None:
        exchange = Scripted(shipment=1)
        exchange.gate.clear()
        async with running(listener(exchange), ends.server_tls) as port, ends.client(port) as client:
            await client.send(post())
            await exchange.arrived.wait()
            delivery = exchange.connections[0]
            assert (delivery.is_open(), delivery.delivered()) == (True, False)
            client.close() if how == "close" else client.reset()
            await eventually(lambda: not delivery.is_open())
            exchange.gate.set()
            assert await exchange.settled.get() == (1, False)
            assert delivery.delivered() is False

    run(loop, scenario())


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_client_that_half_closes_after_its_request_is_not_gone(loop: Loop, plain: Ends, version: str) -> None:
    async def scenario() -> None:
        exchange = Scripted(shipment=1)
        exchange.gate.clear()
        async with running(listener(exchange)) as port, plain.client(port) as client:
            await client.send(post(version=version))
            client.half_close()
            await exchange.arrived.wait()
            delivery = exchange.connections[0]
            await eventually(lambda: delivery._peer_ended_at is not None)
            assert delivery.is_open()
            exchange.gate.set()
            assert read_answer(await client.rest())[2] == exchange.body
            assert await exchange.settled.get() == (1, True)

    run(loop, scenario())


def test_a_client_that_half_closed_and_then_went_away_is_gone(loop: Loop, plain: Ends) -> None:
    async def scenario() -> None:
        exchange = Scripted(shipment=1)
        exchange.gate.clear()
        async with running(listener(exchange)) as port, plain.client(port) as client:
            await client.send(post())
            client.half_close()
            await exchange.arrived.wait()
            delivery = exchange.connections[0]
            await eventually(lambda: delivery._peer_ended_at is not None)
            client.close()
            await eventually(lambda: not delivery.is_open())
            exchange.gate.set()
            assert await exchange.settled.get() == (1, False)

    run(loop, scenario())


def test_a_client_that_dies_with_its_answer_unread_does_not_have_it(loop: Loop, plain: Ends) -> None:
    """Its kernel had acknowledged the bytes; the reset that follows says that nobody read them."""

    async def scenario() -> None:
        exchange = Scripted(shipment=1)
        async with running(listener(exchange)) as port, plain.client(port) as client:
            await client.send(post())
            await exchange.arrived.wait()
            delivery = exchange.connections[0]
            await eventually(delivery.delivered)  # as far as is known then
            client.close()
            assert await exchange.settled.get() == (1, False)
            assert delivery.delivered() is False

    run(loop, scenario())


def test_a_reset_that_the_loop_has_read_and_not_told_yet_is_no_delivery(loop: Loop, plain: Ends) -> None:
    """Reading the error takes it from the socket; until `lost` is called nothing there says that it was a reset."""

    async def scenario() -> None:
        exchange = Scripted(shipment=1)
        async with running(listener(exchange)) as port, plain.client(port) as client:
            await client.send(post())
            await exchange.arrived.wait()
            delivery = exchange.connections[0]
            transport = delivery._transport
            assert transport is not None
            await eventually(delivery.delivered)
            client.reset()
            while not transport.is_closing():  # noqa: ASYNC110 - the moment in between lasts one turn of the loop
                await asyncio.sleep(0)
            assert delivery.delivered() is False
            assert await exchange.settled.get() == (1, False)

    run(loop, scenario())


def test_a_begun_answer_to_a_client_that_hung_up_is_not_delivered(loop: Loop, ends: Ends) -> None:
    async def scenario() -> None:
        exchange = Scripted(shipment=1)
        exchange.gate.clear()
        pace = Pace(begin=0.02, blank=0.02, watch=1.0)
        async with running(listener(exchange, pace=pace), ends.server_tls) as port, ends.client(port) as client:
            await client.send(post())
            await client.until(b"\r\n\r\n")
            client.close()
            await eventually(lambda: not exchange.connections[0].is_open())
            exchange.gate.set()
            assert await exchange.settled.get() == (1, False)

    run(loop, scenario())


def test_a_begun_answer_that_was_read_is_delivered(loop: Loop, ends: Ends) -> None:
    async def scenario() -> None:
        exchange = Scripted(shipment=1)
        exchange.gate.clear()
        pace = Pace(begin=0.02, blank=0.02, watch=1.0)
        async with running(listener(exchange, pace=pace), ends.server_tls) as port, ends.client(port) as client:
            await client.send(post())
            begun = await client.until(b"1\r\n \r\n")
            exchange.gate.set()
            read_answer(begun + await client.rest())
            client.close()
            assert await exchange.settled.get() == (1, True)

    run(loop, scenario())


def test_a_client_over_ipv6_is_known_as_well(loop: Loop) -> None:
    async def scenario() -> None:
        exchange = Scripted(shipment=1)
        exchange.gate.clear()
        async with running(listener(exchange), host="::1") as port, Client(port, host="::1") as client:
            await client.send(post())
            client.half_close()
            await exchange.arrived.wait()
            delivery = exchange.connections[0]
            await eventually(lambda: delivery._peer_ended_at is not None)
            assert delivery.is_open()
            client.close()
            await eventually(lambda: not delivery.is_open())
            exchange.gate.set()
            assert await exchange.settled.get() == (1, False)

    run(loop, scenario())


class ElsewhereSocket:
    """A connection from another machine whose peer has sent a FIN; the kernel's answers are given."""

    def fileno(self) -> int:
        return 0

    def getsockname(self) -> tuple[str, int]:
        return "192.0.2.1", 8080

    def getpeername(self) -> tuple[str, int]:
        return "192.0.2.99", 50000

    def getsockopt(self, *_: int) -> bytes:
        return b"\x08"  # CLOSE_WAIT


class ElsewhereTransport(asyncio.Transport):
    def get_extra_info(self, name: str, default: object = None) -> object:
        return ElsewhereSocket() if name == "socket" else default

    def is_closing(self) -> bool:
        return False


class HandLoop(asyncio.SelectorEventLoop):
    """A loop whose clock a test moves."""

    at = 0.0

    def time(self) -> float:
        return self.at


@pytest.mark.parametrize(("after", "is_open"), [(0.0, True), (1.0, True), (1.1, False)])
def test_from_another_machine_a_late_fin_is_a_hang_up(after: float, *, is_open: bool) -> None:
    loop = HandLoop()
    delivery = Delivery(ElsewhereTransport(), loop)
    delivery.request_ended()
    loop.at = after
    delivery.peer_ended()
    loop.close()
    assert delivery.is_open() is is_open
