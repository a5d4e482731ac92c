"""The legacy listener: old requests in, old answers out, by the wire rules of old clients.

The rule: every connection carries one request, and whatever happens its answer is neither empty nor HTML, has its
length or proper chunks, and says `Connection: close`. An answer that takes long is begun with what any answer begins
with, and blanks keep the client waiting. How the answer fared is watched afterwards and told to the exchange.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import ssl
import traceback
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import Protocol, cast

from aiohttp.base_protocol import BaseProtocol

from ups_gateway.errors import GatewayBug, GatewayError, UnknownLicence, UpsUnreachable
from ups_gateway.model import LegacyAnswer, LegacyCall
from ups_gateway.web.delivery import Delivery
from ups_gateway.web.middleware import Limits, Reception, Refused, Room, sanitised
from ups_gateway.web.service_page import service_page

log = logging.getLogger(__name__)

HANDSHAKE, CLOSING = 10.0, 5.0
"""Seconds for TLS to begin and to end."""

REQUEST_LINE = 1024
"""Bytes after which a request line is surely no other protocol's."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The number of the request that is being served, since the start; lines of the log have it."""

OURS = frozenset({"connection", "content-length", "date", "transfer-encoding"})
"""Headers that only the listener writes."""

NOWHERE = LegacyCall("POST", "", "/ups.app/xml/Rate", "", {}, b"")
"""What an answer is made for when nothing else can be."""


class Handled(Protocol):
    """What the exchange gives back."""

    @property
    def answer(self) -> LegacyAnswer: ...

    @property
    def shipment(self) -> int | None: ...


class Exchange(Protocol):
    """What the listener needs of `exchange.Exchange`."""

    async def handle(
        self, call: LegacyCall, connection: Delivery, *, peer: str, time_limit: float, whole: Callable[[], float]
    ) -> Handled: ...

    async def settle(self, shipment: int, delivered: bool) -> None: ...  # noqa: FBT001 - the exchange's signature


@dataclass(frozen=True, slots=True)
class Pace:
    """When a slow answer is begun and how it goes on, in seconds."""

    begin: float = 7.5
    blank: float = 3.0
    whole: float = 9.0
    """Time UPS has where the answer must go out whole: old clients give up after ten."""
    total: float = 60.0
    write: float = 30.0
    """A client must take its answer within this time."""
    watch: float = 30.0
    """How long the delivery of a created shipment's answer is watched."""
    linger: float = 5.0
    """The same for other answers; what a client still sends is read and thrown away until then."""
    stop: float = 1.0
    """The same for every answer once the gateway stops."""


@dataclass(frozen=True, slots=True)
class Listener:
    """What all connections of the legacy listeners share."""

    exchange: Exchange
    fault: Callable[[LegacyCall, GatewayError], LegacyAnswer]
    slow_start: Callable[[LegacyCall], tuple[Mapping[str, str], bytes] | None]
    limits: Limits = field(default_factory=Limits)
    pace: Pace = field(default_factory=Pace)
    admits: Callable[[str], bool] = lambda _peer: True
    """Whether this address may use the gateway at all."""
    handover: Callable[[bytes], asyncio.Protocol | None] | None = None
    """Another protocol that serves a connection which begins with these bytes (the sign-in's return over TLS)."""
    open: set[OldConnection] = field(default_factory=set)
    """Connections until their delivery is settled."""
    answering: set[OldConnection] = field(default_factory=set)
    """Those that have an answer to come."""
    room: Room = field(default_factory=Room)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    """Of requests, for the log."""
    server_names: weakref.WeakKeyDictionary[ssl.SSLObject, str] = field(default_factory=weakref.WeakKeyDictionary)

    def __call__(self) -> OldConnection:
        """The protocol of one new connection, for `loop.create_server`."""
        return OldConnection(self)

    def names(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """Makes the context remember the host name that each client asked for."""

        def remember(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
            if name is not None:
                self.server_names[connection] = name

        context.sni_callback = remember
        return context

    async def drain(self, seconds: float) -> None:
        """Lets the answers under way go out, at most so long. New connections must not come any more."""
        for one in list(self.open):
            one.hurry()
        tasks = {one.task for one in self.open if one.task is not None}
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


class OldConnection(BaseProtocol):
    """One connection: receive, answer, watch."""

    def __init__(self, listener: Listener, host: str = "") -> None:
        """`host`: whom it asked a proxy to be connected to."""
        super().__init__(asyncio.get_running_loop())
        self._listener = listener
        self._reception = Reception(self, self._loop, listener.limits, listener.room)
        self._reception.names += [host] if host else []
        self._parser = self._reception.parser
        self._delivery: Delivery | None = None
        self._peer = ""
        self._port = 0
        self._undecided: bytes | None = None if listener.handover is None else b""
        """What came in while another protocol may still be meant."""
        self._start: tuple[Mapping[str, str], bytes] | None = None
        """What a slow answer may be begun with: headers and first bytes."""
        self._begun: bytes | None = None
        """The bytes an answer was begun with."""
        self._sent = False
        """An answer has been written, or begun."""
        self._complete = False
        """The last byte of it has been handed to the kernel."""
        self._stopping = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    # --- what the loop calls ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        wire = cast("asyncio.Transport", transport)
        # Over TLS, 0 would count a buffer that is empty as full.
        wire.set_write_buffer_limits(high=0 if wire.get_extra_info("ssl_object") is None else 1)
        self._delivery = Delivery(wire, self._loop)
        self._peer = (wire.get_extra_info("peername") or ("",))[0]
        self._port = (wire.get_extra_info("sockname") or ("", 0))[1]
        if len(self._listener.open) >= 2 * self._listener.limits.connections:
            self._reception.stop()
            self._delivery.finishing()
            self._delivery.decide()
            return
        self._listener.open.add(self)
        self.task = self._loop.create_task(self._serve(self._delivery))

    def data_received(self, data: bytes) -> None:
        if self._undecided is not None:
            self._undecided += data
            if b"\n" not in self._undecided and len(self._undecided) < REQUEST_LINE:
                return
            data, self._undecided = self._undecided, None
            if self._hand_over(data):
                return
        self._reception.feed(data)

    def eof_received(self) -> bool:
        """True keeps our side open: old clients end their request by closing theirs. TLS cannot."""
        if self._delivery is not None:
            self._delivery.peer_ended()
        if self._undecided is not None:
            data, self._undecided = self._undecided, None
            self._reception.feed(data)
        self._reception.end()
        return self.transport is not None and self.transport.get_extra_info("ssl_object") is None

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        if self._delivery is not None:
            self._delivery.lost(exc)
        self._reception.end()

    def _hand_over(self, data: bytes) -> bool:
        """True when a connection that begins like this belongs to another protocol, which has it from now on."""
        handover, transport = self._listener.handover, self.transport
        other = handover(data) if handover is not None else None
        if other is None or transport is None:
            return False
        self.transport = None
        self._listener.open.discard(self)  # its task may not have begun, and would then never do it
        if self.task is not None:
            self.task.cancel()
        transport.set_write_buffer_limits()
        transport.set_protocol(other)
        other.connection_made(transport)
        other.data_received(data)
        return True

    def hurry(self) -> None:
        """The gateway stops: a request that is not there yet is refused, a delivery is not watched for long."""
        self._stopping.set()
        if self not in self._listener.answering:
            self._reception.end("the gateway is stopping")

    # --- one request ---

    async def _serve(self, delivery: Delivery) -> None:
        listener = self._listener
        request_id.set(str(next(listener.numbers)))
        self._name_host()
        work = self._loop.create_task(self._answer(delivery))
        try:
            await asyncio.wait({work})
            failed = work.exception()
            shipment = work.result() if failed is None else None
            if failed is not None:
                await self._send_bug(delivery, NOWHERE, failed)
            listener.answering.discard(self)
            pace = listener.pace
            delivered = await self._watched(delivery, pace.linger if shipment is None else pace.watch)
            if shipment is not None:
                await self._settle(shipment, delivered=delivered)
        finally:
            work.cancel()
            self._reception.leave()
            listener.answering.discard(self)
            listener.open.discard(self)
            if self.transport is not None:
                delivery.decide()

    async def _watched(self, delivery: Delivery, seconds: float) -> bool:
        """The verdict; at once when the answer could not be written, soon when the gateway stops."""
        if not self._complete:
            return delivery.decide()
        watch = self._loop.create_task(delivery.settled(seconds))
        stop = self._loop.create_task(self._stopping.wait())
        try:
            await asyncio.wait({watch, stop}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({watch}, timeout=self._listener.pace.stop)
            return watch.result() if watch.done() else delivery.decide()
        finally:
            watch.cancel()
            stop.cancel()

    async def _settle(self, shipment: int, *, delivered: bool) -> None:
        try:
            await self._listener.exchange.settle(shipment, delivered)
        except GatewayError:  # the ledger keeps it as undelivered, which a person can see
            log.exception("How the answer of shipment %d fared could not be recorded", shipment)

    async def _answer(self, delivery: Delivery) -> int | None:
        """Receives one request and answers it; gives the shipment whose delivery is to be watched."""
        listener = self._listener
        refused: Refused | None = None
        try:
            call = await self._reception.request(self._ask_for_body)
            self._refuse_strangers(call)
        except Refused as error:
            refused = error
        finally:
            self._reception.stop()
            self.resume_reading()
        if refused is not None:
            await self._send(delivery, listener.fault(refused.call, refused.error))
            return None
        delivery.request_ended()
        page = service_page(call, self._port)
        if page is not None:
            await self._send(delivery, page, head_only=call.method == "HEAD")
            return None
        listener.answering.add(self)
        return await self._exchange(call, delivery)

    def _refuse_strangers(self, call: LegacyCall) -> None:
        listener = self._listener
        if not listener.admits(self._peer):
            words = f"{self._peer} may not use this gateway; its administrator can add it to listen.allow."
            raise Refused(call, UnknownLicence(words))
        if call.headers.get("user-agent", "").startswith("ups-gateway/"):
            # By way of a proxy that goes by the hosts file. No refusal: it must not be taken for UPS's word on a token.
            words = f"A gateway has called a gateway: for its proxy {call.host} is not UPS but this machine."
            raise Refused(call, UpsUnreachable(words))
        if len(listener.answering) >= listener.limits.requests or len(listener.open) > listener.limits.connections:
            words = "The gateway is busy with other requests. Nothing was done; try again in a moment."
            raise Refused(call, UpsUnreachable(words, retry_after=1.0))

    async def _exchange(self, call: LegacyCall, delivery: Delivery) -> int | None:
        """Hands the request on; begins the answer when it takes long."""
        listener, pace = self._listener, self._listener.pace
        self._start = listener.slow_start(call) if self._reception.speaks_1_1 and call.method != "HEAD" else None
        limit = pace.whole if self._start is None else pace.total
        handling = self._loop.create_task(
            listener.exchange.handle(call, delivery, peer=self._peer, time_limit=limit, whole=self._go_out_whole)
        )
        try:
            await self._keep_waiting(handling)
            await asyncio.wait({handling})
        finally:
            if not handling.done():
                handling.cancel()
        failed = handling.exception()
        if failed is not None:
            await self._send_bug(delivery, call, failed)
            return None
        handled = handling.result()
        await self._send(delivery, handled.answer, head_only=call.method == "HEAD")
        return handled.shipment

    def _go_out_whole(self) -> float:
        """The exchange found that this client wants a status of its own: seconds that UPS has then."""
        self._start = None
        return self._listener.pace.whole

    async def _keep_waiting(self, handling: asyncio.Task[Handled]) -> None:
        """Until the answer is there: its beginning after a while, where it may be begun, then a blank now and then."""
        pace = self._listener.pace
        await asyncio.wait({handling}, timeout=pace.begin)
        if handling.done() or self.transport is None or self._start is None:
            return
        headers, prefix = self._start
        self._begun = prefix
        head = answer_head(HTTPStatus.OK, headers, "Transfer-Encoding: chunked", http_1_1=True)
        self._write(head + _chunk(prefix))
        self._sent = True
        while not handling.done() and self.transport is not None:
            await asyncio.wait({handling}, timeout=pace.blank)
            if not handling.done():
                self._write(_chunk(b" "))

    # --- sending ---

    async def _send(self, delivery: Delivery, answer: LegacyAnswer, *, head_only: bool = False) -> None:
        """The whole answer, or the rest of one that was begun. Where the client does not take it, that is all."""
        delivery.finishing()
        if self._begun is not None:
            self._write(_chunk(answer.body.removeprefix(self._begun)) + b"0\r\n\r\n")
        else:
            self._sent = True
            length = f"Content-Length: {len(answer.body)}"
            head = answer_head(answer.status, answer.headers, length, http_1_1=self._reception.speaks_1_1)
            self._write(head if head_only else head + answer.body)
        try:
            async with asyncio.timeout(self._listener.pace.write):
                await self._drain_helper()
        except (ConnectionError, TimeoutError):
            return
        self._complete = True

    async def _send_bug(self, delivery: Delivery, call: LegacyCall, error: BaseException) -> None:
        # Without the exception's own words: they may quote a body.
        log.error(
            "A request ended with %s:\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__))
        )
        if self._begun is not None or not self._sent:
            words = "The gateway failed on this request; its log says more. Please report it."
            await self._send(delivery, self._listener.fault(call, GatewayBug(words)))

    def _write(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(data)

    def _ask_for_body(self) -> None:
        self._write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _name_host(self) -> None:
        if self.transport is not None:
            connection = self.transport.get_extra_info("ssl_object")
            if connection is not None:
                name = self._listener.server_names.get(connection)
                self._reception.names += [name] if name else []


def answer_head(status: int, headers: Mapping[str, str], length: str, *, http_1_1: bool) -> bytes:
    """Status line and headers; what they say of length or connection is ours to say."""
    phrase = HTTPStatus(status).phrase
    lines = [f"HTTP/1.{1 if http_1_1 else 0} {int(status)} {phrase}", f"Date: {formatdate(usegmt=True)}"]
    lines += [f"{name}: {value}" for name, value in sanitised(headers) if name.lower() not in OURS]
    return "\r\n".join([*lines, length, "Connection: close", "", ""]).encode("ascii")


def _chunk(data: bytes) -> bytes:
    """One chunk; nothing for no data, because an empty chunk ends the answer."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""
