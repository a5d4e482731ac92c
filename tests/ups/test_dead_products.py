"""What calls do once a product of UPS is dead: they fail at once, one tries, an answer ends it."""

from __future__ import annotations

import asyncio

import pytest

from tests.ups.calling import RATE, SHIP, TRACK, Bench, answer, cut
from ups_gateway.errors import NotAuthorised, UpsUnreachable
from ups_gateway.model import RestCall
from ups_gateway.ups.breaker import ProductStatus


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
