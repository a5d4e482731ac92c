"""Tokens: renewed once for everybody, kept over a restart, and nowhere in the clear."""

from __future__ import annotations

import asyncio

import pytest

from tests.gateway import Told, accept, confirm, rate
from tests.house import GRANT, House

REFRESH = "/security/v1/oauth/refresh"
TOKEN = "/security/v1/oauth/token"
MANY = 200


async def ask_together(house: House) -> list[Told]:
    """What many programs read that ask at the same moment, while UPS takes its time to renew the token."""
    await house.ups.fault(path=REFRESH, delay_ms=300)
    return list(await asyncio.gather(*(house.ask(rate()) for _ in range(MANY))))


async def token_calls(house: House) -> list[tuple[str, int, str | None]]:
    """Path, status and grant of each call about tokens since the consent."""
    asked = [(path, status, grant) for _, path, status, grant in await house.ups.calls() if "/oauth/" in path]
    assert asked[1] == (TOKEN, 200, GRANT)
    return asked[2:]


async def test_programs_that_ask_together_when_the_token_has_ended_cause_one_refresh(house: House) -> None:
    assert (await house.ask(rate())).good
    await house.ups.advance(3601)
    told = await ask_together(house)
    assert [one.text("Response/ResponseStatusCode") for one in told] == ["1"] * MANY
    assert await token_calls(house) == [(REFRESH, 200, GRANT)]
    assert [call[2] for call in await house.ups.calls() if "/rating/" in call[1]] == [200] * (MANY + 1)


async def test_programs_that_ask_together_after_ups_withdrew_the_token_cause_one_refresh(house: House) -> None:
    assert (await house.ask(rate())).good
    await house.ups.send("POST", "/_control/tokens", json={"expire": "access", "grant": GRANT})
    told = await ask_together(house)
    assert [one.text("Response/ResponseStatusCode") for one in told] == ["1"] * MANY
    assert await token_calls(house) == [(REFRESH, 200, GRANT)]


async def test_a_shipment_that_ups_turned_away_for_its_token_is_sent_once_more(house: House) -> None:
    await house.ups.send("POST", "/_control/tokens", json={"expire": "access", "grant": GRANT})
    confirmed = await house.ask(confirm())
    assert [one["number"] for one in await house.shipments()] == [confirmed.number]
    assert [call[2] for call in await house.ups.calls() if "/ship" in call[1]] == [401, 200]
    assert await token_calls(house) == [(REFRESH, 200, GRANT)]


async def test_a_restart_keeps_the_tokens(house: House) -> None:
    assert (await house.ask(rate())).good
    await house.stop()
    await house.start()
    assert (await house.ask(rate())).good
    assert await token_calls(house) == []


@pytest.mark.parametrize("end", ["in good order", "kill -9"])
async def test_a_renewed_pair_outlives_the_gateway(house: House, end: str) -> None:
    """The refresh token works once: whoever loses the new one has lost the consent."""
    await house.stop()
    await house.serve()
    await house.ups.send("POST", "/_control/tokens", json={"expire": "access", "grant": GRANT})
    assert (await house.ask(rate())).good
    if end == "kill -9":
        await house.kill()
        await house.serve()
    else:
        await house.terminate()
        await house.start()
    await house.ups.send("POST", "/_control/tokens", json={"expire": "access", "grant": GRANT})
    assert (await house.ask(rate())).good
    assert await token_calls(house) == [(REFRESH, 200, GRANT)] * 2


async def test_no_secret_and_nothing_personal_lies_in_the_clear(house: House) -> None:
    confirmed = await house.ask(confirm())
    accepted = await house.ask(accept(confirmed.digest))
    first = (await house.gateway.store.profiles())[0].tokens
    await house.ups.advance(3601)
    await house.ask(rate())
    second = (await house.gateway.store.profiles())[0].tokens
    await house.until_settled()
    await house.stop()
    stored = b"".join(file.read_bytes() for file in house.data.rglob("*") if file.is_file())
    assert first is not None
    assert second is not None
    assert first.access_token != second.access_token
    secrets = {
        **{
            f"{name} {age}": token.reveal()
            for age, pair in (("old", first), ("new", second))
            for name, token in (("access", pair.access_token), ("refresh", pair.refresh_token))
            if token is not None
        },
        "client secret": "demo-secret",
        "key": house.environ["UPS_GATEWAY_KEY"],
        "digest": confirmed.digest,
        "label": accepted.text(".//GraphicImage")[:100],
        "address": "Canyon Road",
    }
    assert len(secrets) == 9
    assert [name for name, secret in secrets.items() if secret.encode() in stored] == []
    assert b"Dock 3" in stored, "this is where the store lies"
