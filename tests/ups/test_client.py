"""Calls of UPS's REST API through a real transport to a scripted server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ups_gateway.errors import NotAuthorised, OutcomeUnknown, StoreFailed, UpsUnreachable
from ups_gateway.model import Environment, RestCall, RestReply, Secret
from ups_gateway.oauth.flow import ProfileSource, Source
from ups_gateway.ups.breaker import ProductStatus
from ups_gateway.ups.client import Meter, UpsClient
from ups_gateway.ups.transport import Transport

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SOURCE = ProfileSource(7)
RATE = RestCall("POST", "/api/rating/v2409/Rate", {"additionalinfo": "time in"}, {}, {"RateRequest": {"a": "ü"}})
SHIP = RestCall("POST", "/api/shipments/v2409/ship", body={})
TRACK = RestCall("GET", "/api/track/v1/details/1Z1")
REFUSED = b'{"response":{"errors":[{"code":"250002","message":"Invalid Authentication Information."}]}}'


class Keeper:
    """Hands out tokens "t1", "t2", ...; a renewal gives the next."""

    def __init__(self) -> None:
        self.number = 1
        self.renewals: list[str] = []
        self.error: Exception | None = None
        self.wait: asyncio.Event | None = None
        self.takes_time: Callable[[], None] = lambda: None

    async def token(self, source: Source, *, wait: bool = True) -> Secret:
        if self.wait is not None:
            await self.wait.wait()
        self.takes_time()
        if self.error is not None:
            raise self.error
        return Secret(f"t{self.number}")

    async def renew(self, source: Source, *, rejected: Secret) -> Secret:
        if self.error is not None:
            raise self.error
        self.renewals.append(rejected.reveal())
        self.number += 1
        return Secret(f"t{self.number}")

    def describe(self, source: Source) -> str:
        return 'profile "Dock 3" (application "main")'


@dataclass
class Ups:
    """The scripted server: answers in turn, the last one for ever."""

    script: list[Callable[[web.Request], web.StreamResponse]] = field(default_factory=list)
    seen: list[web.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        self.bodies.append(await request.read())
        answer = self.script[min(len(self.seen), len(self.script)) - 1]
        return answer(request)


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Callable[[web.Request], web.StreamResponse]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: web.Response(status=status, body=body, headers=named)


def cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def bearer(token: str) -> Callable[[web.Request], web.StreamResponse]:
    """Takes this token only."""

    def check(request: web.Request) -> web.StreamResponse:
        good = request.headers["Authorization"] == f"Bearer {token}"
        return web.Response(body=b"good") if good else web.Response(status=401, body=REFUSED)

    return check


class Bench:
    """A client with a clock that only its own pauses move."""

    def __init__(self, transport: Transport, environment: Environment, ups: Ups) -> None:
        self.ups = ups
        self.environment = environment
        self.keeper = Keeper()
        self.time = 100.0
        self.pauses: list[float] = []
        self.numbers = iter(range(1, 1000))
        self.client = UpsClient(
            self.keeper,
            transport.send,
            now=lambda: NOW,
            monotonic=lambda: self.time,
            random=self.random,
            pause=self.pause,
        )

    def random(self, length: int) -> bytes:
        return bytes([128]) if length == 1 else next(self.numbers).to_bytes(length, "big")

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds

    async def call(self, call: RestCall, *, creating: bool = False, time_limit: float = 9.0, **more: Any) -> RestReply:
        return await self.client.call(SOURCE, self.environment, call, creating=creating, time_limit=time_limit, **more)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    ups = Ups()
    application = web.Application()
    application.router.add_route("*", r"/{tail:[\s\S]*}", ups.handle)
    async with TestServer(application) as server, Transport() as transport:
        yield Bench(transport, Environment("simulator", str(server.make_url("")).rstrip("/")), ups)


@pytest.fixture
async def dead(bench: Bench) -> Bench:
    """Nothing listens where UPS should be."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        bench.environment = Environment("simulator", f"http://127.0.0.1:{closed.getsockname()[1]}")
        return bench


# --- what is sent -----------------------------------------------------------------------------------------------------


def sent(request: web.Request, *names: str) -> Mapping[str, str | None]:
    return {name: request.headers.get(name) for name in names}


async def test_a_call_carries_bearer_ids_and_json(bench: Bench) -> None:
    bench.ups.script = [answer(200, b'{"x":1}')]
    meter = Meter()
    reply = await bench.call(RATE, meter=meter)
    request = bench.ups.seen[0]
    assert (reply.status, reply.body, meter.requests) == (200, b'{"x":1}', 1)
    assert (request.method, request.raw_path) == ("POST", "/api/rating/v2409/Rate?additionalinfo=time%20in")
    assert bench.ups.bodies == ['{"RateRequest":{"a":"ü"}}'.encode()]
    assert sent(request, "Authorization", "transId", "transactionSrc", "Content-Type", "Accept") == {
        "Authorization": "Bearer t1",
        "transId": (1).to_bytes(16, "big").hex(),
        "transactionSrc": "ups-gateway",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }


async def test_a_call_without_body_has_no_content_type(bench: Bench) -> None:
    bench.ups.script = [answer()]
    await bench.call(TRACK)
    assert (bench.ups.bodies, "Content-Type" in bench.ups.seen[0].headers) == ([b""], False)


async def test_headers_of_the_call_go_along_but_never_an_authorization_or_a_second_header_line(bench: Bench) -> None:
    bench.ups.script = [answer()]
    headers = {"Authorization": "Basic x", "transactionSrc": "a\r\nInjected: 1", "transId": "mine"}
    await bench.call(RestCall("GET", "/api/track/v1/details/1Z1", {}, headers))
    assert sent(bench.ups.seen[0], "Authorization", "transactionSrc", "Injected", "transId") == {
        "Authorization": "Bearer t1",
        "transactionSrc": "aInjected: 1",
        "Injected": None,
        "transId": "mine",
    }


async def test_a_path_cannot_smuggle_a_query_or_a_line(bench: Bench) -> None:
    bench.ups.script = [answer()]
    reply = await bench.call(RestCall("GET", "/api/track/v1/details/1Z?x=1#f\r\nA: b %2F"))
    assert reply.status == 200, reply.body
    assert bench.ups.seen[0].raw_path == "/api/track/v1/details/1Z%3Fx=1%23f%0D%0AA:%20b%20%2F"


async def test_a_clients_own_query_goes_on_as_it_came(bench: Bench) -> None:
    bench.ups.script = [answer()]
    await bench.call(RestCall("GET", "/api/track/v1/details/1Z1", sent_query="b=2&a=%5B1]&a=+x&c#d é\r\n"))
    assert bench.ups.seen[0].raw_path == "/api/track/v1/details/1Z1?b=2&a=%5B1]&a=+x&c%23d%20%C3%A9%0D%0A"


async def test_a_text_is_sent_as_it_is_with_its_own_type(bench: Bench) -> None:
    bench.ups.script = [answer()]
    headers = {"Content-Type": "application/xml", "Accept": "application/xml"}
    await bench.call(RestCall("POST", "/api/ups.app/xml/Rate", headers=headers, body="<a>&#233;</a>"))
    assert bench.ups.bodies == [b"<a>&#233;</a>"]
    assert sent(bench.ups.seen[0], "Content-Type", "Accept") == headers


@pytest.mark.parametrize("status", [200, 206, 302, 400, 403, 404, 405, 500])
async def test_any_final_answer_is_returned_at_once(bench: Bench, status: int) -> None:
    bench.ups.script = [answer(status, b"body")]
    reply = await bench.call(RATE)
    assert (reply.status, reply.body, len(bench.ups.seen)) == (status, b"body", 1)


# --- repeats of what only reads ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", [answer(502), answer(503), answer(504), cut, answer(429, Retry_After="0")])
async def test_a_read_only_call_is_repeated_with_back_off(
    bench: Bench, trouble: Callable[[web.Request], web.StreamResponse]
) -> None:
    bench.ups.script = [trouble, trouble, answer(200, b"good")]
    assert (await bench.call(RATE)).body == b"good"
    assert len(bench.ups.seen) == 3
    assert bench.pauses == pytest.approx([0.2, 0.8])
    ids = {request.headers["transId"] for request in bench.ups.seen}
    assert len(ids) == 3


async def test_a_short_retry_after_is_waited_for(bench: Bench) -> None:
    bench.ups.script = [answer(429, Retry_After="2"), answer(200, b"good")]
    assert (await bench.call(RATE)).body == b"good"
    assert bench.pauses == [2.0]


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "30"}])
async def test_a_429_that_says_later_or_nothing_is_returned(bench: Bench, headers: dict[str, str]) -> None:
    bench.ups.script = [answer(429, b"slow down", **headers)]
    assert (await bench.call(RATE)).status == 429
    assert len(bench.ups.seen) == 1


async def test_the_last_answer_is_returned_when_repeats_do_not_help(bench: Bench) -> None:
    bench.ups.script = [answer(502), answer(503), answer(504, b"last")]
    reply = await bench.call(RATE)
    assert (reply.status, reply.body, len(bench.ups.seen)) == (504, b"last", 3)


async def test_a_read_only_call_without_answer_is_unreachable_and_transient(bench: Bench) -> None:
    bench.ups.script = [cut]
    with pytest.raises(UpsUnreachable, match="UPS did not answer") as caught:
        await bench.call(RATE)
    assert (caught.value.transient, len(bench.ups.seen)) == (True, 3)


async def test_there_are_no_repeats_beyond_the_time_limit(bench: Bench) -> None:
    bench.ups.script = [answer(503)]
    assert (await bench.call(RATE, time_limit=0.3)).status == 503
    assert (len(bench.ups.seen), bench.pauses) == (1, [])


async def test_repeats_have_a_budget_that_calls_fill_again(bench: Bench) -> None:
    bench.ups.script = [answer(429, Retry_After="0")]
    for _ in range(8):
        await bench.call(RATE)
    first = len(bench.ups.seen)
    for _ in range(10):
        await bench.call(RATE)
    assert (first, len(bench.ups.seen) - first) == (8 + 11, 10 + 2)


async def test_time_that_runs_out_is_said(bench: Bench) -> None:
    with pytest.raises(UpsUnreachable, match="no time left"):
        await bench.call(RATE, time_limit=0.0)


# --- creating calls ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_creating_call_is_never_repeated_after_an_answer(bench: Bench, status: int) -> None:
    bench.ups.script = [answer(status, b"said", Retry_After="0")]
    assert (await bench.call(SHIP, creating=True)).status == status
    assert len(bench.ups.seen) == 1


async def test_a_creating_call_that_was_cut_is_unknown_and_not_repeated(bench: Bench) -> None:
    bench.ups.script = [cut]
    with pytest.raises(OutcomeUnknown, match="not known whether it was carried out"):
        await bench.call(SHIP, creating=True)
    assert len(bench.ups.seen) == 1


async def test_a_creating_call_is_repeated_while_nothing_was_sent(dead: Bench) -> None:
    with pytest.raises(UpsUnreachable, match="Nothing was sent") as caught:
        await dead.call(SHIP, creating=True)
    assert caught.value.transient is False
    assert dead.pauses == pytest.approx([0.2, 0.8])


async def test_a_creating_call_is_not_begun_in_its_last_two_seconds(bench: Bench) -> None:
    bench.ups.script = [answer()]

    def renew() -> None:
        bench.time += 7.1

    bench.keeper.takes_time = renew
    with pytest.raises(UpsUnreachable, match="no time left") as caught:
        await bench.call(SHIP, creating=True)
    assert (caught.value.transient, bench.ups.seen) == (False, [])
    assert (await bench.call(RATE)).status == 200
    assert (await bench.call(SHIP, creating=True, time_limit=9.2)).status == 200


async def test_a_creating_call_is_sent_again_with_a_renewed_token(bench: Bench) -> None:
    bench.ups.script = [bearer("t2")]
    assert (await bench.call(SHIP, creating=True)).body == b"good"
    assert (bench.keeper.renewals, len(bench.ups.seen)) == (["t1"], 2)


# --- tokens -----------------------------------------------------------------------------------------------------------


async def test_a_401_with_a_fresh_token_names_both_causes_and_is_not_looped(bench: Bench) -> None:
    bench.ups.script = [answer(401, REFUSED)]
    with pytest.raises(NotAuthorised) as caught:
        await bench.call(RATE)
    assert caught.value.message == (
        "UPS refuses the gateway's token for its rating service right after renewing it (250002). Your access key is "
        "not the cause. Administrator: either the consent no longer counts: open the gateway's status page and press "
        'Reauthorize for profile "Dock 3" (application "main"); or the application lacks this product: add it to the '
        "application in UPS's developer portal."
    )
    for _ in range(5):
        with pytest.raises(NotAuthorised):
            await bench.call(RATE)
    assert (bench.keeper.renewals, len(bench.ups.seen)) == (["t1"], 2 + 5)


async def test_two_products_that_are_not_enabled_do_not_renew_in_turn(bench: Bench) -> None:
    bench.ups.script = [answer(401, REFUSED)]
    for call in (RATE, TRACK, RATE, TRACK, RATE, TRACK):
        with pytest.raises(NotAuthorised):
            await bench.call(call)
    assert bench.keeper.renewals == ["t1", "t2"]


async def test_a_product_enabled_meanwhile_is_used_and_may_be_renewed_for_again(bench: Bench) -> None:
    bench.ups.script = [answer(401), answer(401), answer(200), answer(401), answer(200)]
    with pytest.raises(NotAuthorised):
        await bench.call(RATE)
    assert [(await bench.call(RATE)).status for _ in range(2)] == [200, 200]
    assert bench.keeper.renewals == ["t1", "t2"]


async def test_another_renewal_is_tried_after_ten_minutes(bench: Bench) -> None:
    bench.ups.script = [answer(401), answer(401), answer(401), bearer("t3")]
    with pytest.raises(NotAuthorised):
        await bench.call(RATE)
    bench.time += 601
    bench.keeper.number = 8
    with pytest.raises(NotAuthorised):
        await bench.call(RATE)
    assert bench.keeper.renewals == ["t1", "t8"]


@pytest.mark.parametrize("error", [NotAuthorised("sign in"), StoreFailed("disk full")])
async def test_what_the_keeper_says_is_passed_on(bench: Bench, error: Exception) -> None:
    bench.keeper.error = error
    with pytest.raises(type(error)) as caught:
        await bench.call(RATE)
    assert (caught.value, bench.ups.seen) == (error, [])


@pytest.mark.parametrize("creating", [True, False])
async def test_a_token_that_cannot_be_had_is_transient_only_where_nothing_is_created(
    bench: Bench, creating: bool
) -> None:
    bench.keeper.error = UpsUnreachable("no token", retry_after=7.0)
    with pytest.raises(UpsUnreachable) as caught:
        await bench.call(SHIP, creating=creating)
    assert (caught.value.message, caught.value.transient, caught.value.retry_after) == ("no token", not creating, 7.0)


async def test_a_renewal_that_takes_too_long_is_not_waited_for(bench: Bench) -> None:
    bench.keeper.wait = asyncio.Event()
    with pytest.raises(UpsUnreachable, match="did not renew the gateway's authorization in time"):
        await bench.call(RATE, time_limit=0.05)


# --- the breaker ------------------------------------------------------------------------------------------------------


async def dead_calls(bench: Bench, call: RestCall, count: int) -> None:
    for _ in range(count):
        with pytest.raises(UpsUnreachable, match="UPS did not answer"):
            await bench.call(call)


async def test_a_dead_product_fails_at_once_and_the_others_go_on(bench: Bench) -> None:
    bench.ups.script = [cut]
    await dead_calls(bench, RATE, 5)
    asked = len(bench.ups.seen)
    with pytest.raises(UpsUnreachable, match="has not answered lately") as caught:
        await bench.call(RATE)
    assert (caught.value.retry_after, caught.value.transient, len(bench.ups.seen)) == (5.0, True, asked)
    with pytest.raises(UpsUnreachable) as creating:
        await bench.call(RestCall("POST", "/api/rating/v1/x"), creating=True)
    assert creating.value.transient is False
    bench.ups.script = [answer()]
    assert (await bench.call(TRACK)).status == 200


async def test_one_call_tries_when_the_time_is_over_and_an_answer_closes_the_breaker(bench: Bench) -> None:
    bench.ups.script = [cut]
    await dead_calls(bench, RATE, 5)
    bench.time += 5.0
    bench.keeper.wait = asyncio.Event()
    bench.ups.script = [answer()]
    trial = asyncio.create_task(bench.call(RATE))
    await asyncio.sleep(0)
    with pytest.raises(UpsUnreachable, match="has not answered lately"):
        await bench.call(RATE)
    bench.keeper.wait.set()
    assert (await trial).status == 200
    assert [(await bench.call(RATE)).status for _ in range(3)] == [200] * 3


async def test_a_trial_that_fails_opens_the_breaker_for_twice_as_long(bench: Bench) -> None:
    bench.ups.script = [cut]
    await dead_calls(bench, RATE, 5)
    for wait in (5.0, 10.0, 20.0, 40.0, 60.0, 60.0):
        with pytest.raises(UpsUnreachable, match="lately") as caught:
            await bench.call(RATE)
        assert caught.value.retry_after == pytest.approx(wait)
        bench.time += wait
        await dead_calls(bench, RATE, 1)


async def test_a_trial_that_found_no_token_leaves_the_next_one_to_try(bench: Bench) -> None:
    bench.ups.script = [cut]
    await dead_calls(bench, RATE, 5)
    bench.time += 5.0
    bench.keeper.error = NotAuthorised("sign in")
    with pytest.raises(NotAuthorised):
        await bench.call(RATE)
    bench.keeper.error = None
    bench.ups.script = [answer()]
    assert (await bench.call(RATE)).status == 200


async def test_refusals_do_not_open_the_breaker_but_503_does(bench: Bench) -> None:
    bench.ups.script = [answer(400)]
    assert [(await bench.call(RATE)).status for _ in range(8)] == [400] * 8
    bench.ups.script = [answer(503)]
    assert [(await bench.call(SHIP, creating=True)).status for _ in range(5)] == [503] * 5
    with pytest.raises(UpsUnreachable, match="UPS's shipments service has not answered lately"):
        await bench.call(SHIP, creating=True)


async def test_the_status_counts_each_product(bench: Bench) -> None:
    bench.ups.script = [answer(503), answer(200), answer(401), answer(401)]
    await bench.call(RATE)
    with pytest.raises(NotAuthorised):
        await bench.call(TRACK)
    assert bench.client.status() == [
        ProductStatus("simulator", "rating", "closed", 0.0, 1, 0, 1, 0, 0.0, 0.0, ""),
        ProductStatus("simulator", "track", "closed", 0.0, 1, 0, 0, 1, 0.0, 0.0, ""),
    ]
    bench.ups.script = [cut]
    await dead_calls(bench, TRACK, 5)
    track = bench.client.status()[1]
    assert (track.state, track.opens_in, track.calls, track.failures) == ("open", 5.0, 6, 5)
    bench.time += 5
    assert bench.client.status()[1].state == "half_open"
