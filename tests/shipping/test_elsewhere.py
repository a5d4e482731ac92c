"""Two gateways with one ledger on PostgreSQL: whichever is asked, UPS is asked once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.shipping.scripted import PAGE, SHIP, House, Socket, a_house, states
from tests.store.server import Server, place_of
from ups_gateway.errors import OutcomeUnknown, RepeatRefused
from ups_gateway.model import Operation, State
from ups_gateway.oauth.vault import make_key
from ups_gateway.shipping.carrier import Policy

CONFIRM = Operation.SHIP_CONFIRM


@dataclass
class Room:
    """Two stations, each with its gateway, its UPS and one clock."""

    here: House
    there: House

    @property
    def shipped(self) -> int:
        return self.here.ups.shipped + self.there.ups.shipped


@pytest.fixture
async def room(tmp_path: Path, postgres: Server) -> AsyncIterator[Room]:
    address, key = await place_of(postgres, tmp_path), make_key()
    policy = Policy(page=PAGE, time_limit=5.0)
    async with AsyncExitStack() as stack:
        here, there = [
            await stack.enter_async_context(a_house(tmp_path, policy=policy, key=key, address=address))
            for _ in range(2)
        ]
        yield Room(here, there)


async def test_a_repeat_at_another_gateway_waits_for_the_call_and_gets_its_label(room: Room) -> None:
    room.here.ups.gate = asyncio.Event()
    socket = Socket()
    first = asyncio.create_task(room.here.shipping.create(room.here.order(), SHIP, socket))
    await room.here.ups.arrived.wait()
    socket.hang_up()
    repeat = asyncio.create_task(room.there.shipping.create(room.there.order(), SHIP, Socket()))
    await asyncio.wait({repeat}, timeout=0.3)
    assert not repeat.done()
    room.here.ups.gate.set()
    one = await first
    await room.here.shipping.settle(one.shipment, delivered=False)
    assert (await repeat, room.shipped) == (one, 1)


async def test_another_carton_at_another_gateway_is_shipped_when_the_first_answer_was_delivered(room: Room) -> None:
    socket = Socket()
    one = await room.here.shipping.create(room.here.order(), SHIP, socket)
    second = asyncio.create_task(room.there.shipping.create(room.there.order(), SHIP, Socket()))
    await asyncio.wait({second}, timeout=0.3)
    assert not second.done()
    socket.receive()
    await room.here.shipping.settle(one.shipment, delivered=True)
    assert ((await second).shipment != one.shipment, room.shipped) == (True, 2)


async def test_a_request_that_waits_for_another_gateway_too_long_is_refused_and_buys_nothing(
    tmp_path: Path, room: Room
) -> None:
    await room.here.shipping.create(room.here.order(), SHIP, Socket())
    room.there.shipping._elsewhere._time_limit = 0.2
    with pytest.raises(RepeatRefused, match="Another gateway is just carrying out"):
        await room.there.shipping.create(room.there.order(), SHIP, Socket())
    assert room.shipped == 1


async def test_an_error_that_lost_the_answer_lets_another_gateway_have_it(room: Room) -> None:
    socket = Socket()
    one = await room.here.shipping.create(room.here.order(), SHIP, socket)
    room.here.shipping.unanswered(one.shipment)
    socket.hang_up()
    repeat = asyncio.create_task(room.there.shipping.create(room.there.order(), SHIP, Socket()))
    await room.here.shipping.step(room.here.clock())
    assert (await repeat, room.shipped) == (one, 1)


async def test_what_one_gateway_confirmed_another_accepts(room: Room) -> None:
    socket = Socket()
    confirmed = await room.here.shipping.create(room.here.order(operation=CONFIRM), SHIP, socket)
    order = room.there.order(operation=Operation.SHIP_ACCEPT)
    accepted = await room.there.shipping.accept(order, confirmed.digest, Socket())
    assert (accepted.replies, await states(room.here), room.shipped) == (confirmed.replies, [State.ACCEPTED], 1)
    socket.receive()
    await room.here.shipping.settle(confirmed.shipment, delivered=True)
    row = await room.there.row(confirmed.shipment)
    assert (row.delivered, row.holder) == (False, room.there.store.here)


async def test_a_quote_that_two_gateways_accept_at_once_is_bought_once(room: Room) -> None:
    digest = await room.here.shipping.quote(room.here.order(operation=CONFIRM), SHIP)
    houses = (room.here, room.there)
    outcomes = await asyncio.gather(
        *(house.shipping.accept(house.order(operation=Operation.SHIP_ACCEPT), digest, Socket()) for house in houses)
    )
    assert (outcomes[0].replies == outcomes[1].replies, room.shipped) == (True, 1)


async def test_what_a_gateway_that_is_gone_had_sent_is_unknown_and_not_bought_again(room: Room) -> None:
    room.here.ups.gate = asyncio.Event()
    running = asyncio.create_task(room.here.shipping.create(room.here.order(), SHIP, Socket()))
    await room.here.ups.arrived.wait()
    await room.there.shipping.start()
    assert await states(room.there) == [State.SENT]
    await room.here.store._gateways.close()  # type: ignore[attr-defined]  # as the server sees it killed
    with pytest.raises(OutcomeUnknown):
        await room.there.shipping.create(room.there.order(), SHIP, Socket())
    await room.there.shipping.start()
    assert (await states(room.there), room.there.ups.shipped) == ([State.UNKNOWN], 0)
    room.here.ups.gate.set()
    await running
    assert await states(room.there) == [State.CREATED]


async def test_only_one_gateway_counts_the_time_until_a_confirm_is_voided(room: Room) -> None:
    one = await room.here.shipping.create(room.here.order(operation=CONFIRM), SHIP, Socket())
    for _ in range(40):
        for house in (room.here, room.there):
            await house.shipping.step(house.clock.on(minutes=1))
    assert await room.here.state(one.shipment) is State.CREATED
    assert [await house.store.leads() for house in (room.here, room.there)] == [True, False]
    await room.here.store._gateways.close()  # type: ignore[attr-defined]
    assert await room.there.store.leads()
    for _ in range(35):
        await room.there.shipping.step(room.there.clock.on(minutes=1))
    assert await room.here.state(one.shipment) is State.VOIDED


async def test_what_ups_has_done_waits_for_a_database_that_is_away(room: Room, postgres: Server) -> None:
    room.here.ups.gate = asyncio.Event()
    running = asyncio.create_task(room.here.shipping.create(room.here.order(), SHIP, Socket()))
    await room.here.ups.arrived.wait()
    postgres.stop()
    try:
        room.here.ups.gate.set()
        await asyncio.wait({running}, timeout=0.2)
        assert not running.done()
    finally:
        postgres.start()
    outcome = await running
    assert await room.there.state(outcome.shipment) is State.CREATED
