"""Which token a call carries, when it is renewed for it, and what is said where none can be had."""

from __future__ import annotations

import asyncio

import pytest

from tests.ups.calling import RATE, REFUSED, SHIP, TRACK, Bench, answer, bearer
from ups_gateway.errors import NotAuthorised, StoreFailed, UpsUnreachable


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
