"""Calls of UPS's REST API through a real transport to a scripted server."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from aiohttp import web

from tests.ups.calling import RATE, SHIP, TRACK, Bench, answer, bearer, cut
from ups_gateway.errors import OutcomeUnknown, UpsUnreachable
from ups_gateway.model import RestCall
from ups_gateway.ups.client import Meter

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


async def test_a_try_that_was_cut_is_remembered_over_the_renewal_of_the_token(bench: Bench) -> None:
    bench.ups.script = [cut, answer(401), answer(400, b"already")]
    reply = await bench.call(TRACK)
    assert (reply.body, reply.perhaps_done, bench.keeper.renewals) == (b"already", True, ["t1"])


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
