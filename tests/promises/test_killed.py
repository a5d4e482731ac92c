"""kill -9 at the worst moments: nothing that UPS did is lost, and nothing is done twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.gateway import accept, confirm, void
from tests.house import House, xml
from tests.promises.test_shipments import label, voided
from tests.web.wire import Client
from ups_gateway.model import State, TwoPhase


async def test_killed_between_confirm_and_accept_it_still_hands_out_the_label(house: House) -> None:
    await house.stop()
    await house.serve()
    confirmed = await house.ask(confirm())
    await house.kill()
    await house.serve()
    accepted = [await house.ask(accept(confirmed.digest)) for _ in range(2)]
    assert [label(one) for one in accepted] == [("GIF", confirmed.number)] * 2
    assert (await house.calls("/ship"), await voided(house)) == (1, {confirmed.number: False})
    assert await house.calls("/oauth/token") == 1


@pytest.mark.parametrize("mode", [*TwoPhase])
async def test_killed_while_ups_works_it_never_ships_the_same_again_by_itself(house: House, mode: TwoPhase) -> None:
    await house.gateway.store.change_key(replace(house.key, two_phase=mode))
    request = confirm() if mode is TwoPhase.SHIP else accept((await house.ask(confirm())).digest)
    await house.stop()
    await house.serve()
    await house.ups.fault(path="/ship", delay_ms=300, times=1)
    async with Client(house.port) as program:
        await program.send(xml(request))
        await house.until_called("/ship")
        await house.kill()
    await house.start()
    told = [await house.ask(request) for _ in range(2)]
    assert [(one.code, one.text("Response/Error/ErrorSeverity")) for one in told] == [("20001", "Hard")] * 2
    assert [row.state for row in await house.rows()] == [State.UNKNOWN]
    assert await house.calls("/ship") == 1


@pytest.mark.parametrize("again", [True, False], ids=["the program asks again", "nobody asks again"])
async def test_killed_while_ups_voids_it_is_voided_all_the_same(house: House, again: bool) -> None:
    await house.stop()
    await house.serve()
    confirmed = await house.ask(confirm())
    await house.ups.fault(path="/void/", delay_ms=300, times=1)
    async with Client(house.port) as program:
        await program.send(xml(void(confirmed.number)))
        await house.until_called("/void/")
        await house.kill()
    await house.start()
    if again:
        assert (await house.ask(void(confirmed.number))).text("Status/StatusCode/Code") == "1"
    else:
        await house.gateway.shipping.step(house.clock.utc())
    assert [row.state for row in await house.rows()] == [State.VOIDED]
    assert await voided(house) == {confirmed.number: True}
    assert (await house.ask(accept(confirmed.digest))).code == "125000"
