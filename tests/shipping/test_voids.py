"""Voids that a client or the page asks for: UPS's verdicts, repeats, single packages, stops."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from tests.shipping.scripted import SHIP, Answer, House, Socket, refused, reply, until
from ups_gateway.errors import InvalidRequest, NotAuthorised, UpsRefused, UpsUnreachable
from ups_gateway.model import Operation, RestCall, RestReply, State
from ups_gateway.shipping.carrier import Order, Outcome

NUMBER = "1ZA1B2C30000000010"
VOID = RestCall("DELETE", f"/api/shipments/v2409/void/cancel/{NUMBER}")
DONE = reply(void="1")


async def shipped(house: House, operation: Operation = Operation.SHIP) -> Outcome:
    """A shipment whose answer was delivered."""
    socket = Socket()
    outcome = await house.shipping.create(house.order(operation=operation), SHIP, socket)
    socket.receive()
    await house.shipping.settle(outcome.shipment, delivered=True)
    return outcome


def void_order(house: House, content: bytes = b"void") -> Order:
    return house.order(content, Operation.VOID)


async def void(
    house: House,
    socket: Socket | None = None,
    *,
    number: str = NUMBER,
    calls: tuple[RestCall, ...] = (VOID,),
    content: bytes = b"void",
) -> tuple[RestReply, ...]:
    """What exchange does with a client's void."""
    row = next(iter(await house.shipping.desk.find(number, "production")), None)
    order = void_order(house, content)
    return await house.shipping.voids.by_client(order, calls, number, row, socket or Socket())


def packages_call(numbers: tuple[str, ...]) -> RestCall:
    return RestCall("DELETE", VOID.path, {"trackingnumber": json.dumps(numbers)})


# --- the client's -----------------------------------------------------------------------------------------------------


async def test_voiding_is_on_disk_before_ups_is_asked_and_accept_then_loses(house: House) -> None:
    await shipped(house)
    house.ups.gate, house.ups.arrived = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(void(house))
    await house.ups.arrived.wait()
    row = await house.row(1)
    assert (row.state, row.void_before, row.void_cause) == (State.VOIDING, State.DELIVERED, "client")
    await house.shipping.step(house.clock.on(minutes=1))
    house.ups.gate.set()
    assert (await running, len(house.ups.voided)) == ((DONE,), 1)
    row = await house.row(1)
    assert (row.state, row.note) == (State.VOIDED, "Voided.")


@pytest.mark.parametrize("answer", [reply(warning="190119"), refused("190117")])
async def test_a_warning_or_already_voided_counts_as_voided(house: House, answer: RestReply) -> None:
    await shipped(house)
    house.ups.script = [answer]
    if answer.status == 200:
        assert await void(house) == (answer,)
    else:
        with pytest.raises(UpsRefused, match="190117"):
            await void(house)
    assert await house.state(1) is State.VOIDED


@pytest.mark.parametrize("code", ["190103", "190107"])
async def test_what_ups_refuses_to_the_client_is_what_it_was(house: House, code: str) -> None:
    await shipped(house)
    house.ups.script = [refused(code)]
    with pytest.raises(UpsRefused, match=code):
        await void(house)
    row = await house.row(1)
    assert (row.state, row.void_before, row.void_cause) == (State.DELIVERED, None, "")
    assert row.note == f"{code} as UPS says"


async def test_an_answer_that_says_only_partly_voided_leaves_the_shipment_what_it_was(house: House) -> None:
    await shipped(house)
    house.ups.script = [reply(partly="1")]
    assert await void(house) == (reply(partly="1"),)
    assert await house.state(1) is State.DELIVERED


@pytest.mark.parametrize("answer", [UpsUnreachable("cut"), NotAuthorised("no consent"), reply(503)])
async def test_a_void_that_ups_did_not_answer_is_told_and_tried_again_by_the_gateway(
    house: House, answer: Answer
) -> None:
    await shipped(house)
    house.ups.script = [answer]
    with pytest.raises((UpsUnreachable, NotAuthorised), match="The gateway goes on trying to void"):
        await void(house)
    row = await house.row(1)
    assert (row.state, row.void_next_at) == (State.VOIDING, house.clock() + timedelta(minutes=1))
    house.restart()
    await house.shipping.step(house.clock.on(seconds=59))
    assert await house.state(1) is State.VOIDING
    await house.shipping.step(house.clock.on(seconds=1))
    assert await house.state(1) is State.VOIDED


async def test_a_repeated_void_gets_the_first_ones_answer(house: House) -> None:
    await shipped(house)
    first = Socket()
    house.ups.script = [reply(void="1", first=True)]
    assert await void(house, first) == (reply(void="1", first=True),)
    first.hang_up()
    assert await void(house) == (reply(void="1", first=True),)
    assert len(house.ups.voided) == 1


async def test_a_bug_in_a_void_whose_client_is_gone_is_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    await shipped(house)
    house.ups.gate, house.ups.arrived = asyncio.Event(), asyncio.Event()
    house.ups.script = [KeyError("canary")]
    running = asyncio.create_task(void(house))
    await house.ups.arrived.wait()
    running.cancel()
    await asyncio.wait({running})
    house.ups.gate.set()
    await until(lambda: "ended with KeyError" in caplog.text)
    assert "canary" not in caplog.text


async def test_a_repeated_void_joins_the_running_one(house: House) -> None:
    await shipped(house)
    house.ups.gate, house.ups.arrived = asyncio.Event(), asyncio.Event()
    first = Socket()
    running = asyncio.create_task(void(house, first))
    await house.ups.arrived.wait()
    running.cancel()
    first.hang_up()
    second = Socket()
    repeat = asyncio.create_task(void(house, second))
    lately = next(iter(house.shipping.voids._lately.values()))
    await until(lambda: lately[0].asking is not None and lately[0].asking.connection is second)
    house.ups.gate.set()
    assert (await repeat, len(house.ups.voided)) == ((DONE,), 1)


async def test_a_void_after_a_delivered_one_is_asked_of_ups_again(house: House) -> None:
    await shipped(house)
    first = Socket()
    await void(house, first)
    first.receive()
    house.ups.script = [refused("190117")]
    with pytest.raises(UpsRefused, match="190117"):
        await void(house)


async def test_after_the_window_the_same_void_is_asked_of_ups_again(house: House) -> None:
    await shipped(house)
    first = Socket()
    await void(house, first)
    first.hang_up()
    house.clock.on(minutes=11)
    await void(house)
    assert len(house.ups.voided) == 2


@pytest.mark.parametrize("restarted", [False, True])
async def test_already_voided_is_success_when_the_first_try_may_have_done_it(house: House, *, restarted: bool) -> None:
    await shipped(house)
    first = Socket()
    house.ups.script = [UpsUnreachable("cut after sending"), refused("190117")]
    with pytest.raises(UpsUnreachable):
        await void(house, first)
    first.receive()
    if restarted:
        house.restart()
    assert await void(house) == (DONE,)
    assert await house.state(1) is State.VOIDED


async def test_after_a_restart_already_voided_is_success_for_what_the_client_voided_just_before(
    house: House,
) -> None:
    await shipped(house)
    await void(house)
    house.restart()
    house.ups.script = [refused("190117")]
    assert await void(house) == (DONE,)
    house.clock.on(minutes=11)
    house.restart()
    house.ups.script = [refused("190117")]
    with pytest.raises(UpsRefused, match="190117"):
        await void(house)


async def test_a_number_that_is_not_in_the_ledger_is_voided_and_repeated_all_the_same(house: House) -> None:
    foreign = "1ZZZZZZZ0000000001"
    first, second = Socket(), Socket()
    house.ups.script = [UpsUnreachable("cut"), refused("190117")]
    with pytest.raises(UpsUnreachable):
        await void(house, first, number=foreign)
    assert await void(house, second, number=foreign) == (DONE,)
    second.hang_up()
    assert await void(house, number=foreign) == (DONE,)
    house.ups.script = [refused("190117")]
    with pytest.raises(UpsRefused):
        await void(house, number=foreign, content=b"another void of it")
    assert len(house.ups.voided) == 3


async def test_single_packages_are_voided_without_touching_the_shipment(house: House) -> None:
    house.ups.packages = 3
    await shipped(house)
    package = f"{NUMBER[:-1]}2"
    await void(house, calls=(packages_call((package,)),))
    row = await house.row(1)
    assert (row.state, row.note) == (State.DELIVERED, f"The client asked to void {package}: Voided.")


async def test_all_packages_are_the_shipment(house: House) -> None:
    house.ups.packages = 2
    await shipped(house)
    packages = (NUMBER, f"{NUMBER[:-1]}1")
    await void(house, calls=(packages_call(packages),))
    assert await house.state(1) is State.VOIDED


@pytest.mark.parametrize(
    "answer",
    [refused("190103"), UpsUnreachable("UPS answered 503"), NotAuthorised("consent withdrawn")],
)
async def test_a_void_in_several_calls_that_fails_says_what_was_voided(house: House, answer: Answer) -> None:
    house.ups.packages = 3
    await shipped(house)
    packages = tuple(f"{NUMBER[:-1]}{number}" for number in range(3))
    house.ups.script = [DONE, answer]
    calls = (packages_call(packages[:2]), packages_call(packages[2:]))
    with pytest.raises((UpsRefused, UpsUnreachable, NotAuthorised), match=f"before this: {packages[0]}, {packages[1]}"):
        await void(house, calls=calls)
    then = State.DELIVERED if isinstance(answer, RestReply) else State.VOIDING
    assert await house.state(1) is then


async def test_a_void_in_several_calls_has_one_time_limit(house: House) -> None:
    house.ups.packages = 2
    await shipped(house)
    house.ups.limits.clear()
    await void(house, calls=(packages_call((NUMBER,)), packages_call((f"{NUMBER[:-1]}1",))))
    first, second = house.ups.limits
    assert 5.0 >= first > second


async def test_a_void_of_what_could_not_be_voided_may_succeed_after_all(house: House) -> None:
    await shipped(house)
    await house.put(1, state=State.CANNOT_BE_VOIDED, void_before=State.DELIVERED, void_cause="page")
    house.ups.script = [refused("190103")]
    with pytest.raises(UpsRefused):
        await void(house)
    assert await house.state(1) is State.CANNOT_BE_VOIDED
    await void(house, content=b"again")
    assert await house.state(1) is State.VOIDED


async def test_a_clients_void_while_the_gateway_voids_the_same_is_success(house: House) -> None:
    await shipped(house)
    await house.put(1, state=State.VOIDING, void_before=State.CREATED, void_cause="unaccepted")
    house.ups.script = [refused("190117")]
    assert await void(house) == (DONE,)
    assert await house.state(1) is State.VOIDED


# --- the page's -------------------------------------------------------------------------------------------------------


async def test_the_page_voids_at_once(house: House) -> None:
    await shipped(house)
    row = await house.shipping.voids.by_page(1)
    assert (row.state, row.void_cause, house.ups.voided) == (State.VOIDED, "page", [NUMBER])


async def test_a_final_refusal_on_the_page_is_cannot_be_voided(house: House) -> None:
    await shipped(house)
    house.ups.script = [refused("190103")]
    row = await house.shipping.voids.by_page(1)
    assert (row.state, row.note) == (State.CANNOT_BE_VOIDED, "190103 as UPS says")


async def test_the_page_may_press_a_void_that_waits(house: House) -> None:
    await shipped(house)
    house.ups.script = [reply(503)]
    assert (await house.shipping.voids.by_page(1)).state is State.VOIDING
    assert (await house.shipping.voids.by_page(1)).state is State.VOIDED


async def test_the_page_cannot_void_what_is_none_or_voided_or_unknown(house: House) -> None:
    with pytest.raises(InvalidRequest, match="no shipment 1 that UPS"):
        await house.shipping.voids.by_page(1)
    await house.shipping.create(house.order(operation=Operation.PICKUP_CREATE), SHIP, Socket())
    with pytest.raises(InvalidRequest, match="no shipment 1 that UPS"):
        await house.shipping.voids.by_page(1)
    await house.shipping.quote(house.confirm(), SHIP)
    with pytest.raises(InvalidRequest, match="no shipment 2 that UPS"):
        await house.shipping.voids.by_page(2)
    outcome = await house.shipping.create(house.order(b"two"), SHIP, Socket())
    await house.shipping.voids.by_page(outcome.shipment)
    with pytest.raises(InvalidRequest, match="is voided: there is nothing to void"):
        await house.shipping.voids.by_page(outcome.shipment)


async def test_a_void_whose_account_was_removed_waits_and_says_so(house: House) -> None:
    await shipped(house)
    await house.put(1, account=99)
    row = await house.shipping.voids.by_page(1)
    assert (row.state, row.note) == (
        State.VOIDING,
        f"The account that shipment {NUMBER} belongs to was removed from the gateway.",
    )


# --- the background ---------------------------------------------------------------------------------------------------


async def test_a_clients_void_refused_in_the_background_is_what_it_was(house: House) -> None:
    await shipped(house)
    house.ups.script = [reply(503), refused("190103")]
    with pytest.raises(UpsUnreachable):
        await void(house)
    await house.shipping.step(house.clock.on(minutes=2))
    assert await house.state(1) is State.DELIVERED


async def test_of_an_answered_void_only_the_moment_is_kept(house: House) -> None:
    """And the same void is then asked of UPS again, whose word the client hears."""
    await shipped(house)
    socket = Socket()
    await void(house, socket)
    socket.receive()
    house.shipping.voids._forget_old(house.clock() - timedelta(minutes=10))
    ((lately,),) = house.shipping.voids._lately.values()
    assert (lately.at, lately.asking) == (house.clock(), None)
    house.ups.script = [refused("190117")]
    with pytest.raises(UpsRefused):
        await void(house)


async def test_of_a_void_in_doubt_everything_is_kept(house: House) -> None:
    await shipped(house)
    house.ups.script = [reply(503)]
    with pytest.raises(UpsUnreachable):
        await void(house)
    house.shipping.voids._forget_old(house.clock() - timedelta(minutes=10))
    ((lately,),) = house.shipping.voids._lately.values()
    assert lately.asking is not None


async def test_voids_of_the_past_are_let_go_after_the_window(house: House) -> None:
    await shipped(house)
    await void(house)
    house.ups.gate, house.ups.arrived = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(void(house, content=b"running"))
    await house.ups.arrived.wait()
    assert len(house.shipping.voids.running()) == 1
    house.clock.on(minutes=11)
    house.shipping.voids._forget_old(house.clock() - timedelta(minutes=10))
    assert len(house.shipping.voids._lately) == 1
    house.ups.gate.set()
    await running
    async with house.shipping._rows.lock(void_order(house, b"running").fingerprint):
        house.shipping.voids._forget_old(house.clock() + timedelta(minutes=10))
        assert len(house.shipping.voids._lately) == 1


async def test_a_stop_cuts_a_void_that_takes_too_long_and_the_next_start_goes_on(house: House) -> None:
    await shipped(house)
    house.ups.gate, house.ups.arrived = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(void(house))
    await house.ups.arrived.wait()
    await house.shipping.close(patience=0)
    with pytest.raises(asyncio.CancelledError):
        await running
    house.ups.gate = None
    house.restart()
    await house.shipping.step(house.clock())
    assert await house.state(1) is State.VOIDED
