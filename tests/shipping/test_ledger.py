"""From a request that UPS acts on to its committed outcome: intents, repeats, what is let go."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.shipping.scripted import PAGE, SHIP, House, Socket, a_house, numbers_of, reply, states, until
from ups_gateway.errors import HungUp, RepeatRefused
from ups_gateway.model import Operation, State
from ups_gateway.shipping.carrier import Policy

# --- one phase --------------------------------------------------------------------------------------------------------


async def test_the_intent_and_then_sent_are_on_disk_before_ups_is_asked(house: House) -> None:
    house.ups.door, house.ups.gate = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(house.shipping.create(house.order(), SHIP, Socket()))
    await house.ups.arrived.wait()
    assert (await states(house), house.ups.calls) == ([State.INTENDED], [])
    house.ups.arrived.clear()
    house.ups.door.set()
    await house.ups.arrived.wait()
    assert (await states(house), house.ups.calls) == ([State.SENT], [SHIP])
    house.ups.gate.set()
    outcome = await running
    row = await house.row(outcome.shipment)
    assert (row.state, row.number, row.tracking_numbers) == (
        State.CREATED,
        "1ZA1B2C30000000010",
        ("1ZA1B2C30000000010",),
    )


async def test_a_delivered_answer_of_one_phase_makes_the_shipment_delivered(house: House) -> None:
    socket = Socket()
    outcome = await house.shipping.create(house.order(), SHIP, socket)
    await house.shipping.settle(outcome.shipment, delivered=False)
    assert await house.state(outcome.shipment) is State.CREATED
    socket.receive()
    at = house.clock.on(seconds=1)
    await house.shipping.settle(outcome.shipment, delivered=True)
    row = await house.row(outcome.shipment)
    assert (row.state, row.delivered, row.delivered_at) == (State.DELIVERED, True, at)


async def test_two_identical_shipments_one_after_the_other_are_two(house: House) -> None:
    first = Socket()
    one = await house.shipping.create(house.order(), SHIP, first)
    first.receive()
    await house.shipping.settle(one.shipment, delivered=True)
    two = await house.shipping.create(house.order(), SHIP, Socket())
    assert (house.ups.shipped, one.replies == two.replies) == (2, False)


async def test_delivery_is_seen_at_the_socket_before_it_is_reported(house: House) -> None:
    first = Socket()
    await house.shipping.create(house.order(), SHIP, first)
    first.receive()
    await house.shipping.create(house.order(), SHIP, Socket())
    assert house.ups.shipped == 2


async def test_while_the_first_connection_is_open_an_identical_request_is_another_carton(house: House) -> None:
    await asyncio.gather(*(house.shipping.create(house.order(), SHIP, Socket()) for _ in range(2)))
    await house.shipping.create(house.order(), SHIP, Socket())
    assert house.ups.shipped == 3


async def test_ups_is_not_asked_for_a_client_that_hung_up_before(house: House) -> None:
    """Its repeat may have overtaken it, and have its label already."""
    answered, gone = Socket(), Socket(opened=False)
    one = await house.shipping.create(house.order(), SHIP, answered)
    answered.receive()
    await house.shipping.settle(one.shipment, delivered=True)
    with pytest.raises(HungUp):
        await house.shipping.create(house.order(), SHIP, gone)
    assert (house.ups.shipped, await states(house)) == (1, [State.DELIVERED])


async def test_a_client_that_hung_up_and_asks_again_gets_the_same_label(house: House) -> None:
    first = Socket()
    one = await house.shipping.create(house.order(), SHIP, first)
    first.hang_up()
    house.clock.on(seconds=10)
    again = await house.shipping.create(house.order(), SHIP, Socket())
    assert (house.ups.shipped, again) == (1, one)


async def test_a_hang_up_neither_cuts_the_call_nor_loses_the_label(house: House) -> None:
    house.ups.gate = asyncio.Event()
    first = Socket()
    running = asyncio.create_task(house.shipping.create(house.order(), SHIP, first))
    await house.ups.arrived.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    first.hang_up()
    repeat = asyncio.create_task(house.shipping.create(house.order(), SHIP, Socket()))
    await asyncio.sleep(0)
    house.ups.gate.set()
    outcome = await repeat
    assert (house.ups.shipped, await states(house)) == (1, [State.CREATED])
    assert numbers_of(outcome) == (b'{"numbers": ["1ZA1B2C30000000010"]}',)


async def test_a_repeat_joins_while_the_token_is_still_being_got(house: House) -> None:
    house.ups.door = asyncio.Event()
    first = Socket()
    running = asyncio.create_task(house.shipping.create(house.order(), SHIP, first))
    await house.ups.arrived.wait()
    first.hang_up()
    repeat = asyncio.create_task(house.shipping.create(house.order(), SHIP, Socket()))
    await until(lambda: house.shipping._waiting.open(1))
    house.ups.door.set()
    assert (await running, house.ups.shipped) == (await repeat, 1)


async def test_two_lost_cartons_are_repeated_one_by_one_oldest_first(house: House) -> None:
    sockets = [Socket(), Socket()]
    lost = [await house.shipping.create(house.order(), SHIP, socket) for socket in sockets]
    for socket in sockets:
        socket.hang_up()
    again = [await house.shipping.create(house.order(), SHIP, Socket()) for _ in range(2)]
    assert (again, house.ups.shipped) == (lost, 2)


async def test_after_the_replay_window_an_identical_request_is_new(house: House) -> None:
    first = Socket()
    await house.shipping.create(house.order(), SHIP, first)
    first.hang_up()
    house.clock.on(minutes=11)
    await house.shipping.create(house.order(), SHIP, Socket())
    assert house.ups.shipped == 2


async def test_each_repeat_begins_the_window_anew(house: House) -> None:
    for _ in range(4):
        socket = Socket()
        await house.shipping.create(house.order(), SHIP, socket)
        socket.hang_up()
        house.clock.on(minutes=9)
    assert house.ups.shipped == 1


@pytest.mark.parametrize("other", [{"content": b"two"}, {"key": 77}])
async def test_other_content_or_another_key_is_never_a_repeat(house: House, other: dict[str, object]) -> None:
    first = Socket()
    await house.shipping.create(house.order(), SHIP, first)
    first.hang_up()
    await house.shipping.create(house.order(**other), SHIP, Socket())  # type: ignore[arg-type]
    assert house.ups.shipped == 2


async def test_what_is_not_a_shipment_has_no_number_and_is_repeated_by_the_same_rule(house: House) -> None:
    first = Socket()
    order = house.order(operation=Operation.PICKUP_CREATE)
    house.ups.script = [reply(PRN="2929602E9CP")]
    one = await house.shipping.create(order, SHIP, first)
    first.hang_up()
    assert await house.shipping.create(order, SHIP, Socket()) == one
    row = await house.row(one.shipment)
    assert (row.kind, row.number, row.state, len(house.ups.calls)) == ("other", "", State.CREATED, 1)


@pytest.mark.parametrize("state", [State.VOIDING, State.VOIDED, State.CANNOT_BE_VOIDED])
async def test_a_repeat_is_refused_once_its_shipment_is_taken_back(house: House, state: State) -> None:
    first = Socket()
    one = await house.shipping.create(house.order(), SHIP, first)
    first.hang_up()
    await house.put(one.shipment, state=state, void_before=State.CREATED, void_cause="page")
    with pytest.raises(RepeatRefused, match="has been voided"):
        await house.shipping.create(house.order(), SHIP, Socket())
    house.clock.on(minutes=11)
    await house.put(one.shipment, changed_at=house.clock())
    await house.shipping.create(house.order(), SHIP, Socket())
    assert house.ups.shipped == 2


async def test_a_repeat_whose_answer_is_no_longer_kept_is_refused(house: House) -> None:
    first = Socket()
    one = await house.shipping.create(house.order(), SHIP, first)
    first.hang_up()
    await house.put(one.shipment, sealed_reply=None)
    with pytest.raises(RepeatRefused, match=r"1ZA1B2C30000000010.*no longer kept"):
        await house.shipping.create(house.order(), SHIP, Socket())


# --- the background ---------------------------------------------------------------------------------------------------


async def test_sockets_that_are_gone_are_let_go_after_the_window(house: House) -> None:
    socket = Socket()
    one = await house.shipping.create(house.order(), SHIP, socket)
    await house.shipping.step(house.clock.on(minutes=11))
    assert house.shipping._waiting.delivered(one.shipment) is False
    socket.hang_up()
    await house.shipping.step(house.clock.on(minutes=11))
    assert house.shipping._waiting.delivered(one.shipment) is None


async def test_a_short_keep_labels_leaves_the_replay_window_whole(tmp_path: Path) -> None:
    policy = Policy(page=PAGE, keep_labels=timedelta())
    async with a_house(tmp_path, policy=policy) as house:
        first = Socket()
        one = await house.shipping.create(house.order(), SHIP, first)
        first.hang_up()
        await house.shipping.step(house.clock.on(minutes=9))
        assert await house.shipping.create(house.order(), SHIP, Socket()) == one
        await house.shipping.step(house.clock.on(hours=2))
        assert (await house.row(one.shipment)).sealed_reply is None
