"""From a request that UPS acts on to its committed outcome: intents, repeats, both phases, restarts."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.shipping.scripted import PAGE, SHIP, Clock, House, Socket, a_house, refused, reply, until
from ups_gateway.errors import (
    BadDigest,
    NotAuthorised,
    OutcomeUnknown,
    RepeatRefused,
    StoreFailed,
    UpsRefused,
    UpsUnreachable,
)
from ups_gateway.model import Account, Operation, RestReply, Shipment, State
from ups_gateway.shipping.carrier import Outcome, Policy


def numbers_of(outcome: Outcome) -> tuple[bytes, ...]:
    return tuple(reply.body for reply in outcome.replies)


async def states(house: House) -> list[State]:
    return [row.state for row in reversed(await house.store.shipments())]


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


# --- what goes wrong --------------------------------------------------------------------------------------------------


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


# --- two phases: ship -------------------------------------------------------------------------------------------------


async def test_confirm_creates_and_accept_answers_from_the_store_as_often_as_asked(house: House) -> None:
    confirm = Socket()
    confirmed = await house.shipping.create(house.confirm(), SHIP, confirm)
    confirm.receive()
    await house.shipping.settle(confirmed.shipment, delivered=True)
    row = await house.row(confirmed.shipment)
    assert (row.state, row.delivered, confirmed.digest) == (State.CREATED, True, "digest1")
    for number in range(3):
        socket = Socket()
        accepted = await house.shipping.accept(house.order(b"accept"), " dig\r\nest1\t", socket)
        assert (accepted.replies, accepted.shipment) == (confirmed.replies, confirmed.shipment)
        row = await house.row(confirmed.shipment)
        assert (row.state, row.delivered) == (State.ACCEPTED, number > 0)
        socket.receive()
        await house.shipping.settle(confirmed.shipment, delivered=True)
    assert house.ups.shipped == 1


async def test_only_a_keyed_hash_of_the_digest_lies_in_its_column(house: House) -> None:
    confirmed = await house.shipping.create(house.confirm(), SHIP, Socket())
    row = await house.row(confirmed.shipment)
    assert row.digest == house.vault.hash(b"digest", str(house.key.id).encode(), b"digest1")
    assert b"digest1" not in b"".join([row.sealed_request or b"", row.sealed_reply or b""])


def _kept(house: House, row: Shipment) -> bytes:
    assert row.sealed_request is not None
    return house.vault.open(row.sealed_request)


async def test_a_cards_number_and_security_code_are_kept_for_a_quote_only_and_until_it_is_accepted(
    house: House,
) -> None:
    paid = replace(SHIP, body={"CreditCard": {"Number": "4111111111111111", "SecurityCode": "737"}})
    confirmed = await house.shipping.create(house.confirm(), paid, Socket())
    assert b"4111" not in _kept(house, await house.row(confirmed.shipment))
    digest = await house.shipping.quote(house.confirm(b"two"), paid)
    (quoted,) = await house.store.shipments_in({State.QUOTED})
    assert b"4111111111111111" in _kept(house, await house.row(quoted.id))
    await house.shipping.accept(house.order(b"accept"), digest, Socket())
    assert house.ups.calls[-1].body == paid.body
    after = _kept(house, await house.row(quoted.id))
    assert [secret for secret in (b"4111111111111111", b"737") if secret in after] == []


async def test_a_digest_works_for_its_own_key_only(house: House) -> None:
    await house.shipping.create(house.confirm(), SHIP, Socket())
    with pytest.raises(BadDigest):
        await house.shipping.accept(house.order(key=77), "digest1", Socket())
    with pytest.raises(BadDigest):
        await house.shipping.accept(house.order(), "digest2", Socket())


async def test_a_repeated_confirm_gets_the_same_digest_and_number(house: House) -> None:
    first = Socket()
    confirmed = await house.shipping.create(house.confirm(), SHIP, first)
    first.hang_up()
    assert await house.shipping.create(house.confirm(), SHIP, Socket()) == confirmed
    assert house.ups.shipped == 1


async def test_an_accepted_confirm_had_its_answer_so_the_same_confirm_is_another_carton(house: House) -> None:
    first, second = Socket(), Socket()
    await house.shipping.create(house.confirm(), SHIP, first)
    first.hang_up()
    await house.shipping.accept(house.order(b"accept"), "digest1", second)
    second.hang_up()
    await house.shipping.create(house.confirm(), SHIP, Socket())
    assert house.ups.shipped == 2


async def test_the_delivery_of_confirms_answer_is_not_taken_for_that_of_accepts(house: House) -> None:
    confirm, accept = Socket(), Socket()
    confirmed = await house.shipping.create(house.confirm(), SHIP, confirm)
    confirm.receive()
    await house.shipping.accept(house.order(b"accept"), "digest1", accept)
    await house.shipping.settle(confirmed.shipment, delivered=True)
    assert not (await house.row(confirmed.shipment)).delivered


async def test_the_reply_survives_a_restart_between_confirm_and_accept(house: House) -> None:
    confirmed = await house.shipping.create(house.confirm(), SHIP, Socket())
    house.restart()
    await house.shipping.start()
    accepted = await house.shipping.accept(house.order(b"accept"), confirmed.digest, Socket())
    assert (accepted.replies, house.ups.shipped) == (confirmed.replies, 1)


async def test_large_replies_are_sealed_beside_the_loop_and_come_back_whole(house: House) -> None:
    big = reply(numbers=["1ZA1B2C30000000777"], label="R0lG" * 50_000)
    house.ups.script = [big]
    confirmed = await house.shipping.create(house.confirm(), SHIP, Socket())
    accepted = await house.shipping.accept(house.order(b"accept"), confirmed.digest, Socket())
    assert accepted.replies == (big,)


@pytest.mark.parametrize("state", [State.VOIDING, State.VOIDED, State.CANNOT_BE_VOIDED])
async def test_accept_of_what_is_taken_back_is_refused(house: House, state: State) -> None:
    confirmed = await house.shipping.create(house.confirm(), SHIP, Socket())
    await house.put(confirmed.shipment, state=state, void_before=State.CREATED, void_cause="unaccepted")
    with pytest.raises(BadDigest):
        await house.shipping.accept(house.order(b"accept"), confirmed.digest, Socket())


async def test_of_accept_and_automatic_void_the_first_on_disk_wins(house: House) -> None:
    confirmed = await house.shipping.create(house.confirm(), SHIP, Socket())
    row = await house.row(confirmed.shipment)
    await house.put(confirmed.shipment, state=State.VOIDING, void_before=State.CREATED, void_cause="unaccepted")
    # Accept read the row before the void was written.
    assert await house.shipping._accepted(row, house.order(b"accept"), Socket()) is None


async def test_after_keep_labels_accept_is_answered_by_label_recovery(house: House) -> None:
    confirmed = await house.shipping.create(house.confirm(), SHIP, Socket())
    await house.shipping.accept(house.order(b"accept"), confirmed.digest, Socket())
    await house.shipping.desk.tidy(house.clock.on(days=8))
    accepted = await house.shipping.accept(house.order(b"accept"), confirmed.digest, Socket())
    assert numbers_of(accepted) == (b'{"numbers": ["1ZA1B2C30000000010"], "recovered": true}',)
    house.ups.script = [refused("300006")]
    with pytest.raises(UpsRefused, match="300006"):
        await house.shipping.accept(house.order(b"accept"), confirmed.digest, Socket())


# --- two phases: quote ------------------------------------------------------------------------------------------------


async def test_a_quote_is_created_by_its_accept_once(house: House) -> None:
    digest = await house.shipping.quote(house.confirm(), SHIP)
    assert (await states(house), house.ups.calls) == ([State.QUOTED], [])
    one = await house.shipping.accept(house.order(b"accept"), digest, Socket())
    two = await house.shipping.accept(house.order(b"accept"), digest, Socket())
    row = await house.row(one.shipment)
    assert (one, house.ups.calls) == (two, [SHIP])
    assert (row.state, row.number, row.delivered) == (State.ACCEPTED, "1ZA1B2C30000000010", False)


async def test_two_accepts_of_a_quote_at_once_are_one_shipment(house: House) -> None:
    digest = await house.shipping.quote(house.confirm(), SHIP)
    house.ups.gate = asyncio.Event()
    accepts = [asyncio.create_task(house.shipping.accept(house.order(b"accept"), digest, Socket())) for _ in range(2)]
    await house.ups.arrived.wait()
    house.ups.gate.set()
    one, two = await asyncio.gather(*accepts)
    assert (one, house.ups.shipped) == (two, 1)


async def test_a_quote_that_ups_refused_may_be_accepted_again(house: House) -> None:
    digest = await house.shipping.quote(house.confirm(), SHIP)
    house.ups.script = [refused("120500")]
    with pytest.raises(UpsRefused):
        await house.shipping.accept(house.order(b"accept"), digest, Socket())
    assert await states(house) == [State.REFUSED]
    await house.shipping.accept(house.order(b"accept"), digest, Socket())
    assert (await states(house), (await house.row(1)).note) == ([State.ACCEPTED], "")


@pytest.mark.parametrize(
    ("left", "asked", "then"),
    [(State.INTENDED, 1, State.ACCEPTED), (State.SENT, 0, State.UNKNOWN)],
)
async def test_an_accept_that_a_stop_cut_is_made_again_only_if_nothing_was_sent(
    house: House, left: State, asked: int, then: State
) -> None:
    digest = await house.shipping.quote(house.confirm(), SHIP)
    await house.put(1, state=left)
    for attempt in range(2):
        if then is State.UNKNOWN:
            with pytest.raises(OutcomeUnknown):
                await house.shipping.accept(house.order(b"accept"), digest, Socket())
        else:
            await house.shipping.accept(house.order(b"accept"), digest, Socket())
        if attempt == 0:
            house.restart()
            await house.shipping.start()
    assert (await states(house), house.ups.shipped) == ([then], asked)


async def test_a_quote_of_eight_days_ago_is_spent(house: House) -> None:
    digest = await house.shipping.quote(house.confirm(), SHIP)
    await house.shipping.step(house.clock.on(days=8))
    with pytest.raises(BadDigest):
        await house.shipping.accept(house.order(b"accept"), digest, Socket())


async def test_a_quote_is_shipped_on_its_own_account_not_on_that_of_the_accept(house: House) -> None:
    digest = await house.shipping.quote(house.confirm(), SHIP)
    other = Account(99, "ZZZZZZ", "test")
    outcome = await house.shipping.accept(house.order(b"accept", account=other), digest, Socket())
    assert (await house.row(outcome.shipment)).account == house.account.id


async def test_a_quote_whose_account_was_removed_says_so(house: House) -> None:
    gone = replace(house.account, id=99)
    digest = await house.shipping.quote(house.confirm(account=gone), SHIP)
    with pytest.raises(NotAuthorised, match="removed from the gateway"):
        await house.shipping.accept(house.order(b"accept"), digest, Socket())


async def test_a_quote_changed_elsewhere_meanwhile_is_not_accepted(house: House) -> None:
    await house.shipping.quote(house.confirm(), SHIP)
    row = await house.row(1)
    await house.put(1, state=State.NOT_CREATED)
    assert await house.shipping._accept_quote(row, house.order(b"accept"), Socket()) is None
    assert house.ups.calls == []


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


def test_the_clock_of_these_tests_stands_still() -> None:
    clock = Clock()
    assert clock() == clock()
