"""What goes wrong on the way to a committed outcome: refusals, doubts, stops, a disk that is full."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime

import pytest

from tests.shipping.scripted import PAGE, SHIP, House, Socket, refused, reply, states, until
from ups_gateway.errors import NotAuthorised, OutcomeUnknown, StoreFailed, UpsRefused, UpsUnreachable
from ups_gateway.model import RestReply, Shipment, State


async def test_what_ups_refuses_is_passed_on_and_may_be_asked_again(house: House) -> None:
    house.ups.script = [refused("120500")]
    first = Socket()
    with pytest.raises(UpsRefused, match="120500 as UPS says"):
        await house.shipping.create(house.order(), SHIP, first)
    first.hang_up()
    await house.shipping.create(house.order(), SHIP, Socket())
    rows = list(reversed(await house.store.shipments()))
    assert [(row.state, row.note) for row in rows] == [
        (State.REFUSED, "120500 as UPS says"),
        (State.CREATED, ""),
    ]


@pytest.mark.parametrize("error", [NotAuthorised("no consent"), UpsUnreachable("no way to UPS", transient=False)])
async def test_what_never_left_is_not_created(house: House, error: NotAuthorised | UpsUnreachable) -> None:
    house.ups.unready = [error]
    with pytest.raises(type(error)):
        await house.shipping.create(house.order(), SHIP, Socket())
    house.ups.script = [error]
    with pytest.raises(type(error)):
        await house.shipping.create(house.order(), SHIP, Socket())
    assert await states(house) == [State.NOT_CREATED, State.NOT_CREATED]
    await house.shipping.create(house.order(), SHIP, Socket())
    assert (await states(house))[-1] is State.CREATED


async def test_the_wait_for_a_token_is_taken_from_the_time_of_the_call(house: House) -> None:
    house.ups.token_takes = 3.0
    await house.shipping.create(house.order(), SHIP, Socket())
    assert house.ups.limits == [2.0]


@pytest.mark.parametrize("answer", [OutcomeUnknown("cut"), reply(503), reply(numbers=[])])
async def test_an_unknown_outcome_names_the_page_and_is_not_repeated_until_settled(
    house: House, answer: OutcomeUnknown | RestReply
) -> None:
    house.ups.script = [answer]
    first = Socket()
    for socket in (first, Socket(), Socket()):
        with pytest.raises(OutcomeUnknown, match=f"may or may not.*{PAGE}.*number 1"):
            await house.shipping.create(house.order(), SHIP, socket)
        socket.receive()
        house.clock.on(minutes=15)
    with pytest.raises(OutcomeUnknown):
        await house.shipping.quote(house.confirm(), SHIP)
    assert (house.ups.shipped, await states(house)) == (1, [State.UNKNOWN])
    await house.shipping.create(house.order(b"two"), SHIP, Socket())
    await house.shipping.desk.settle_unknown(1, None)
    await house.shipping.create(house.order(), SHIP, Socket())
    assert (house.ups.shipped, await states(house)) == (3, [State.NOT_CREATED, State.CREATED, State.CREATED])


async def test_after_a_stop_before_the_call_nothing_was_created(house: House) -> None:
    house.ups.door = asyncio.Event()
    running = asyncio.create_task(house.shipping.create(house.order(), SHIP, Socket()))
    await house.ups.arrived.wait()
    await house.shipping.close(patience=0)
    with pytest.raises(asyncio.CancelledError):
        await running
    house.ups.door = None
    house.restart()
    await house.shipping.start()
    assert await states(house) == [State.NOT_CREATED]
    await house.shipping.create(house.order(), SHIP, Socket())
    assert house.ups.shipped == 1


async def test_after_a_stop_during_the_call_the_outcome_is_unknown_and_the_repeat_refused(house: House) -> None:
    house.ups.gate = asyncio.Event()
    running = asyncio.create_task(house.shipping.create(house.order(), SHIP, Socket()))
    await house.ups.arrived.wait()
    await house.shipping.close(patience=0)
    with pytest.raises(asyncio.CancelledError):
        await running
    house.restart()
    with pytest.raises(OutcomeUnknown):
        await house.shipping.create(house.order(), SHIP, Socket())
    await house.shipping.start()
    assert await states(house) == [State.UNKNOWN]
    with pytest.raises(OutcomeUnknown):
        await house.shipping.create(house.order(), SHIP, Socket())
    assert house.ups.shipped == 1


@pytest.mark.parametrize("state", [State.INTENDED, State.SENT])
async def test_a_row_that_was_read_before_its_task_ended_is_read_again(house: House, state: State) -> None:
    first = Socket()
    one = await house.shipping.create(house.order(), SHIP, first)
    first.hang_up()
    house.store = ReadEarly(house, await house.row(one.shipment), state)  # type: ignore[assignment]
    house.restart()
    assert await house.shipping.create(house.order(), SHIP, Socket()) == one
    assert house.ups.shipped == 1


async def test_a_row_that_was_left_behind_before_the_call_is_no_obstacle(house: House) -> None:
    await house.shipping.create(house.order(), SHIP, Socket())
    await house.put(1, state=State.INTENDED)
    house.restart()
    await house.shipping.create(house.order(), SHIP, Socket())
    assert house.ups.shipped == 2


async def test_after_a_stop_before_the_answer_the_repeat_gets_it(house: House) -> None:
    one = await house.shipping.create(house.confirm(), SHIP, Socket())
    house.restart()
    await house.shipping.start()
    again = await house.shipping.create(house.confirm(), SHIP, Socket())
    assert (again, house.ups.shipped) == (one, 1)


async def test_a_stop_waits_for_calls_under_way(house: House) -> None:
    house.ups.gate = asyncio.Event()
    running = asyncio.create_task(house.shipping.create(house.order(), SHIP, Socket()))
    await house.ups.arrived.wait()
    asyncio.get_running_loop().call_soon(house.ups.gate.set)
    await house.shipping.close(patience=5)
    assert (await running).shipment == 1
    await house.shipping.close(patience=5)


async def test_a_row_left_behind_by_a_mistake_becomes_unknown_after_a_minute(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.ups.script = [RestReply(200, {}, b"{}")]
    with pytest.raises(KeyError):
        await house.shipping.create(house.order(), SHIP, Socket())
    assert "ended with KeyError" in caplog.text
    await house.shipping.step(house.clock.on(seconds=30))
    assert await states(house) == [State.SENT]
    with pytest.raises(OutcomeUnknown):
        await house.shipping.create(house.order(), SHIP, Socket())
    await house.shipping.step(house.clock.on(seconds=31))
    assert await states(house) == [State.UNKNOWN]


async def test_a_call_under_way_is_not_taken_for_left_behind(house: House) -> None:
    house.ups.gate = asyncio.Event()
    running = asyncio.create_task(house.shipping.create(house.order(), SHIP, Socket()))
    await house.ups.arrived.wait()
    await house.shipping.step(house.clock.on(minutes=5))
    assert await states(house) == [State.SENT]
    house.ups.gate.set()
    await running


async def test_a_shipment_settled_elsewhere_before_the_call_is_not_sent(house: House) -> None:
    house.ups.door = asyncio.Event()
    running = asyncio.create_task(house.shipping.create(house.order(), SHIP, Socket()))
    await house.ups.arrived.wait()
    await house.put(1, state=State.NOT_CREATED)
    house.ups.door.set()
    with pytest.raises(UpsUnreachable, match="settled elsewhere"):
        await running
    assert house.ups.calls == []


async def test_a_late_reply_is_better_than_the_doubt(house: House) -> None:
    house.ups.gate = asyncio.Event()
    running = asyncio.create_task(house.shipping.create(house.order(), SHIP, Socket()))
    await house.ups.arrived.wait()
    await house.put(1, state=State.UNKNOWN)
    house.ups.gate.set()
    assert await house.state((await running).shipment) is State.CREATED


async def test_a_reply_to_what_a_person_settled_meanwhile_is_not_handed_out(house: House) -> None:
    house.ups.gate = asyncio.Event()
    running = asyncio.create_task(house.shipping.create(house.order(), SHIP, Socket()))
    await house.ups.arrived.wait()
    await house.put(1, state=State.NOT_CREATED)
    house.ups.gate.set()
    with pytest.raises(OutcomeUnknown):
        await running


class ReadEarly:
    """A store whose lists show one row in a state that it has left meanwhile."""

    def __init__(self, house: House, row: Shipment, state: State) -> None:
        self._store = house.store
        self._seen = replace(row, state=state)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def shipments_in(self, states: set[State]) -> list[Shipment]:
        return [self._seen] if self._seen.state in states else []

    async def shipments_by_fingerprint(self, fingerprint: bytes, since: datetime) -> list[Shipment]:
        return [self._seen]


class FullDisk:
    """A store whose disk is full from some change on."""

    def __init__(self, house: House, changes: int) -> None:
        self._store = house.store
        self.changes_left = changes

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def change_shipment(self, shipment: Shipment, *, expected: set[State]) -> bool:
        if self.changes_left == 0:
            raise StoreFailed("disk full")
        written = await self._store.change_shipment(shipment, expected=expected)
        self.changes_left -= 1
        return written


async def test_nothing_is_answered_that_could_not_be_written(house: House, caplog: pytest.LogCaptureFixture) -> None:
    real = house.store
    house.store = FullDisk(house, 1)  # type: ignore[assignment]
    house.restart()
    with pytest.raises(OutcomeUnknown):
        await house.shipping.create(house.order(), SHIP, Socket())
    assert "UPS created shipment 1ZA1B2C30000000010, but the ledger cannot be written: disk full" in caplog.text
    house.store = real
    house.restart()
    await house.shipping.start()
    assert await states(house) == [State.UNKNOWN]


async def test_the_background_goes_on_after_a_failure_of_the_store(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    one = await house.shipping.create(house.order(), SHIP, Socket())
    await house.put(one.shipment, state=State.VOIDING, void_cause="page", void_before=State.CREATED)
    disk = FullDisk(house, 0)
    house.store = disk  # type: ignore[assignment]
    house.restart()
    background = asyncio.create_task(house.shipping.run(pause=0.001))
    await until(lambda: "disk full" in caplog.text)
    disk.changes_left = 1
    await until(lambda: disk.changes_left == 0)
    background.cancel()
    with pytest.raises(asyncio.CancelledError):
        await background
    assert await house.state(one.shipment) is State.VOIDED
    assert caplog.records[0].levelno == logging.WARNING
