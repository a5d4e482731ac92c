"""Client credentials against the simulated UPS, through the keeper."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.oauth.conftest import START, Bench
from ups_gateway.errors import NotAuthorised, UpsUnreachable
from ups_gateway.oauth.flow import ClientSource
from ups_gateway.oauth.keeper import LONGEST_IDLE
from ups_gateway.oauth.lifetime import Held

HOUR = 3600.0
DIRECT = ClientSource("direct", "A1B2C3")


async def test_client_credentials_give_one_token_for_each_account(bench: Bench) -> None:
    other = ClientSource("direct", "A1B2C4")
    tokens = await asyncio.gather(*(bench.keeper.token(source) for source in (DIRECT, other) for _ in range(50)))
    assert (len(set(tokens)), bench.calls("oauth/token")) == (2, [(200, "client-2")] * 2)
    assert await bench.works(tokens[0])
    assert bench.keeper.describe(DIRECT) == 'account A1B2C3 (application "direct")'


async def test_pages_see_the_token_of_client_credentials(bench: Bench) -> None:
    assert bench.keeper.client_token(DIRECT) == (None, "")
    token = await bench.keeper.token(DIRECT)
    held = Held(token, START, START + timedelta(hours=1), bench.clock.running + HOUR)
    assert bench.keeper.client_token(DIRECT) == (held, "")


async def test_client_credentials_are_asked_again_at_expiry_and_after_a_401(bench: Bench) -> None:
    first = await bench.keeper.token(DIRECT)
    bench.clock.advance(HOUR)
    second = await bench.keeper.token(DIRECT)
    bench.expire()
    third = await asyncio.gather(*(bench.keeper.renew(DIRECT, rejected=second) for _ in range(20)))
    assert (len({first, second, *third}), len(bench.calls("oauth/token"))) == (3, 3)


async def test_client_credentials_in_use_are_renewed_ahead(bench: Bench) -> None:
    await bench.keeper.token(DIRECT)
    bench.clock.advance(HOUR - 300)
    assert await bench.keeper.renew_due() == LONGEST_IDLE
    assert len(bench.calls("oauth/token")) == 2
    bench.clock.advance(HOUR)
    assert (await bench.keeper.renew_due(), len(bench.calls("oauth/token"))) == (LONGEST_IDLE, 2)


async def test_refused_client_credentials_are_not_hammered(bench: Bench) -> None:
    unknown = ClientSource("direct", "ZZZZZZ")
    for _ in range(5):
        with pytest.raises(NotAuthorised) as caught:
            await bench.keeper.token(unknown)
    assert caught.value.message == (
        'The gateway is not authorized at UPS for account ZZZZZZ by application "direct". UPS refused: Blocked '
        "Merchant (10403). UPS blocks this account or application: see in UPS's developer portal that the account is "
        "listed with the application, or ask UPS. Your access key is not the cause."
    )
    assert (len(bench.calls("oauth/token")), bench.keeper.client_token(unknown)) == (1, (None, caught.value.message))
    bench.clock.advance(600)
    with pytest.raises(NotAuthorised):
        await bench.keeper.token(unknown)
    assert len(bench.calls("oauth/token")) == 2


async def test_client_credentials_pass_over_a_passing_trouble(bench: Bench) -> None:
    bench.fault("oauth/token", status=503, times=1)
    with pytest.raises(UpsUnreachable, match='could not get a token for application "direct"'):
        await bench.keeper.token(DIRECT)
    bench.fault("oauth/token", status=429, headers={"Retry-After": "30"}, times=1)
    for _ in range(2):
        with pytest.raises(UpsUnreachable) as caught:
            await bench.keeper.token(DIRECT)
        assert caught.value.retry_after == 30.0
    bench.clock.advance(30)
    assert await bench.works(await bench.keeper.token(DIRECT))


@pytest.mark.parametrize("name", ["nowhere", "main"])
async def test_client_credentials_of_no_such_application_are_said(bench: Bench, name: str) -> None:
    with pytest.raises(NotAuthorised, match=f'No application "{name}" with client credentials'):
        await bench.keeper.token(ClientSource(name, "A1B2C3"))
