"""The gateway's own voids: what is not accepted in time, UPS's verdicts, pauses, the end of the window."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.shipping.scripted import SHIP, Answer, House, Socket, a_house, refused, reply, until
from ups_gateway.model import Shipment, State
from ups_gateway.shipping.carrier import Policy


async def confirmed(house: House, content: bytes = b"one") -> Shipment:
    outcome = await house.shipping.create(house.confirm(content), SHIP, Socket())
    return await house.row(outcome.shipment)


async def test_what_is_not_accepted_in_an_hour_of_running_time_is_voided(house: House) -> None:
    await house.shipping.step(house.clock())
    row = await confirmed(house)
    await house.run_for(60)
    assert await house.state(row.id) is State.CREATED
    await house.run_for(1)
    row = await house.row(row.id)
    assert (row.state, row.void_cause, house.ups.voided) == (State.VOIDED, "unaccepted", [row.number])


async def test_what_is_accepted_is_not_voided(house: House) -> None:
    row = await confirmed(house)
    await house.run_for(59)
    await house.shipping.accept(house.order(b"accept"), "digest1", Socket())
    await house.run_for(120)
    assert (await house.state(row.id), house.ups.voided) == (State.ACCEPTED, [])


async def test_sleep_and_a_clock_set_back_are_no_running_time(house: House) -> None:
    row = await confirmed(house)
    await house.run_for(30)
    await house.shipping.step(house.clock.on(hours=9))
    await house.shipping.step(house.clock.on(hours=-2))
    await house.run_for(25)
    assert await house.state(row.id) is State.CREATED
    await house.run_for(6)
    assert await house.state(row.id) is State.VOIDED


async def test_running_time_outlives_a_sudden_end_and_a_start_gives_ten_minutes_grace(house: House) -> None:
    row = await confirmed(house)
    await house.run_for(58)
    assert (await house.row(row.id)).running_seconds >= 3300
    house.clock.on(hours=14)
    house.restart()
    await house.shipping.start()
    await house.run_for(10)
    assert await house.state(row.id) is State.CREATED
    await house.run_for(1)
    assert await house.state(row.id) is State.VOIDED


async def test_a_key_may_say_never_or_its_own_time(house: House) -> None:
    from dataclasses import replace

    row = await confirmed(house)
    await house.store.change_key(replace(house.key, void_unaccepted_after=None))
    await house.run_for(120)
    assert await house.state(row.id) is State.CREATED
    await house.store.change_key(replace(house.key, void_unaccepted_after=timedelta(minutes=20)))
    await house.run_for(21)
    assert await house.state(row.id) is State.VOIDED


@pytest.mark.parametrize(("default", "then"), [(None, State.CREATED), (timedelta(minutes=30), State.VOIDED)])
async def test_a_deleted_key_leaves_the_default(tmp_path: Path, default: timedelta | None, then: State) -> None:
    async with a_house(tmp_path, policy=Policy("page", void_unaccepted_after=default)) as house:
        row = await confirmed(house)
        await house.store.delete_key(house.key.id)
        await house.run_for(45)
        assert await house.state(row.id) is then


async def test_in_the_test_environment_nothing_is_voided_by_itself(tmp_path: Path) -> None:
    async with a_house(tmp_path, environment="test") as house:
        row = await confirmed(house)
        await house.run_for(120)
        assert (await house.state(row.id), house.ups.voided) == (State.CREATED, [])


async def test_an_accept_between_choice_and_write_wins_over_the_automatic_void(house: House) -> None:
    row = await confirmed(house)
    await house.run_for(59)
    house.shipping.voids._ran += timedelta(hours=1)
    async with house.shipping._rows.lock(row.id):
        step = asyncio.create_task(house.shipping.step(house.clock.on(seconds=30)))
        await until(lambda: row.id in house.shipping._rows._locks and bool(house.shipping._rows.lock(row.id)._waiters))
        await house.put(row.id, state=State.ACCEPTED)
    await step
    assert (await house.state(row.id), house.ups.voided) == (State.ACCEPTED, [])


async def voiding(house: House, answers: list[Answer]) -> Shipment:
    """One that the gateway voids by itself, and UPS's answers to that."""
    row = await confirmed(house)
    await house.put(row.id, state=State.VOIDING, void_before=State.CREATED, void_cause="unaccepted")
    house.ups.script = answers
    await house.shipping.step(house.clock())
    return await house.row(row.id)


async def test_a_final_refusal_of_the_gateways_own_void_is_cannot_be_voided(house: House) -> None:
    row = await voiding(house, [refused("190103")])
    assert (row.state, row.note) == (State.CANNOT_BE_VOIDED, "190103 as UPS says")


async def test_an_odd_refusal_is_tried_three_times_at_most(house: House) -> None:
    row = await voiding(house, [reply(503), refused("190107"), refused("190107"), refused("190107")])
    tries = [row.void_tries]
    while row.state is State.VOIDING:
        await house.shipping.step(house.clock.on(hours=1))
        row = await house.row(row.id)
        tries.append(row.void_tries)
    assert (tries, row.state, len(house.ups.voided)) == ([0, 1, 2, 3], State.CANNOT_BE_VOIDED, 4)


async def test_the_pauses_double_from_a_minute_to_an_hour(house: House) -> None:
    row = await voiding(house, [reply(503)] * 9)
    pauses = []
    while row.state is State.VOIDING and row.void_next_at is not None:
        pauses.append((row.void_next_at - house.clock()).total_seconds() / 60)
        house.clock.time = row.void_next_at
        await house.shipping.step(house.clock())
        row = await house.row(row.id)
    assert (pauses, row.state) == ([1, 1, 2, 4, 8, 16, 32, 60, 60], State.VOIDED)


async def test_the_end_of_the_void_window_makes_it_cannot_be_voided(house: House) -> None:
    row = await voiding(house, [reply(503), reply(503)])
    await house.shipping.step(house.clock.on(days=28))
    row = await house.row(row.id)
    assert row.state is State.CANNOT_BE_VOIDED
    assert row.note == "The time in which UPS voids is over. None as UPS says"
