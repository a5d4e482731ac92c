"""Counting and holding back, seen from the store."""

from __future__ import annotations

import pytest

from tests.oauth.conftest import Bench
from ups_gateway.errors import UpsUnreachable
from ups_gateway.oauth.endpoint import Budget, TokenEndpoint
from ups_gateway.oauth.flow import OAuthRefused, OAuthTransient, Step, TokenRequest, client_request


@pytest.fixture
def endpoint(bench: Bench) -> TokenEndpoint:
    return TokenEndpoint(
        bench.store, bench.send, now=bench.clock.utc, monotonic=bench.clock.monotonic, budget=Budget(2, 1)
    )


def request(bench: Bench) -> TokenRequest:
    return client_request(bench.url, bench.applications["direct"], "A1B2C3")


async def test_calls_are_counted_for_a_client_id_and_a_day_across_restarts(
    bench: Bench, endpoint: TokenEndpoint
) -> None:
    direct = bench.applications["direct"]
    for _ in range(3):
        await endpoint.ask(direct, request(bench), Step.CLIENT)
    store, _ = await bench.open()
    again = TokenEndpoint(store, bench.send, now=bench.clock.utc, monotonic=bench.clock.monotonic, budget=Budget(2, 1))
    counted = [await again.spent("client-2"), await again.spent("client-1")]
    repeats = [await again.may_repeat("client-2", profiles) for profiles in (0, 1, 2)]
    bench.clock.advance(86400)
    assert (counted, repeats, await again.spent("client-2")) == ([3, 0], [False, False, True], 0)


async def test_a_call_that_came_to_nothing_counts_too(bench: Bench, endpoint: TokenEndpoint) -> None:
    bench.fault("oauth/token", drop="before")
    with pytest.raises(OAuthTransient) as caught:
        await endpoint.ask(bench.applications["direct"], request(bench), Step.CLIENT)
    assert (caught.value.lost, await endpoint.spent("client-2")) == (True, 1)


async def test_a_hold_belongs_to_one_client_id_and_is_at_most_a_day(bench: Bench, endpoint: TokenEndpoint) -> None:
    direct = bench.applications["direct"]
    bench.fault("oauth/token", status=429, headers={"Retry-After": "999999"}, times=1)
    for _ in range(2):
        with pytest.raises(OAuthRefused) as caught:
            await endpoint.ask(direct, request(bench), Step.CLIENT)
        assert caught.value.cause == "quota"
    assert (endpoint.held_for("client-2"), endpoint.held_for("client-1")) == (86400.0, 0.0)
    assert len(bench.calls("oauth/token")) == 1
    bench.clock.advance(86400)
    assert (await endpoint.ask(direct, request(bench), Step.CLIENT)).ends == bench.clock.running + 3600.0


async def test_a_budget_spent_by_one_profile_holds_back_no_request_of_another(bench: Bench) -> None:
    bench.budget = Budget(application=0, profile=0)
    bench.store, bench.keeper = await bench.open()
    profiles = [await bench.consent(f"Dock {number}") for number in range(5)]
    bench.clock.advance(3600)
    assert len({await bench.token(profile.id) for profile in profiles}) == 5
    bench.clock.advance(3600)
    bench.fault(status=503, times=1)
    with pytest.raises(UpsUnreachable):
        await bench.token(profiles[0].id)
    assert len(bench.calls()) == 6


async def test_a_refusal_that_repeats_what_it_was_sent_is_told_without_it(
    bench: Bench, endpoint: TokenEndpoint
) -> None:
    proof = request(bench).headers["Authorization"].removeprefix("Basic ")
    words = f"No such client: {proof} with secret-2"
    error = {"code": "10401", "message": words}
    bench.fault("oauth/token", status=401, body={"response": {"errors": [error]}})
    with pytest.raises(OAuthRefused) as caught:
        await endpoint.ask(bench.applications["direct"], request(bench), Step.CLIENT)
    assert caught.value.words == "No such client: *** with ***"
