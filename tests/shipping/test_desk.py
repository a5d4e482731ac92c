"""The people's side: what needs attention, labels, settling, forgetting, deletions."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.shipping.scripted import SHIP, House, Picture, Socket, a_house, reply
from ups_gateway.errors import BadDigest, InvalidRequest, OutcomeUnknown
from ups_gateway.model import Operation, State
from ups_gateway.shipping.desk import Acceptance

NUMBER = "1ZA1B2C30000000010"


async def unknown(house: House, operation: Operation = Operation.SHIP, content: bytes = b"lost") -> int:
    house.ups.script = [OutcomeUnknown("cut")]
    with pytest.raises(OutcomeUnknown):
        await house.shipping.create(house.order(content, operation), SHIP, Socket())
    return (await house.store.shipments(1))[0].id


async def reasons(house: House) -> list[tuple[int, str, bool]]:
    return [(found.shipment.id, found.reason, found.alarm) for found in await house.shipping.desk.attention()]


async def test_what_is_as_it_should_be_needs_no_attention(house: House) -> None:
    socket = Socket()
    outcome = await house.shipping.create(house.order(), SHIP, socket)
    assert await reasons(house) == []
    socket.receive()
    await house.shipping.settle(outcome.shipment, delivered=True)
    await house.shipping.create(house.confirm(), SHIP, Socket())
    assert await reasons(house) == []


async def test_labels_that_nobody_has_are_shown_for_a_week(house: House) -> None:
    one, two = Socket(), Socket()
    await house.shipping.create(house.order(), SHIP, one)
    await house.shipping.create(house.confirm(), SHIP, two)
    await house.shipping.accept(house.order(b"accept"), "digest1", two)
    one.hang_up()
    two.hang_up()
    assert await reasons(house) == [(2, "undelivered", False), (1, "undelivered", False)]
    house.clock.on(days=8)
    assert await reasons(house) == []


async def test_unknown_outcomes_and_voids_in_trouble_are_shown_gravest_first(house: House) -> None:
    for content in (b"a", b"b", b"c", b"d"):
        socket = Socket()
        outcome = await house.shipping.create(house.order(content), SHIP, socket)
        socket.receive()
        await house.shipping.settle(outcome.shipment, delivered=True)
    await unknown(house)
    at = house.clock()
    await house.put(1, state=State.VOIDING, changed_at=at - timedelta(hours=24))
    await house.put(2, state=State.VOIDING, void_tries=1)
    await house.put(3, state=State.VOIDING)
    await house.put(4, state=State.CANNOT_BE_VOIDED)
    assert await reasons(house) == [
        (5, "unknown", True),
        (4, "cannot_be_voided", True),
        (1, "voiding_long", True),
        (2, "voiding_refused", True),
    ]
    house.clock.on(days=8)
    await house.put(1, state=State.CANNOT_BE_VOIDED)
    assert [found for found in await reasons(house) if found[0] == 1] == []


async def test_nothing_alarms_in_the_test_environment(tmp_path: Path) -> None:
    async with a_house(tmp_path, environment="test") as house:
        await unknown(house)
        assert await reasons(house) == [(1, "unknown", False)]


async def test_labels_come_from_the_ledger_and_later_from_ups(house: House) -> None:
    await house.shipping.create(house.order(), SHIP, Socket())
    assert list(await house.shipping.desk.labels(1)) == [Picture(NUMBER, "GIF", b"GIF89a")]
    await house.shipping.desk.tidy(house.clock.on(days=8))
    assert list(await house.shipping.desk.labels(1)) == [Picture(NUMBER, "GIF", b"GIF89a")]
    assert [call.path for call in house.ups.calls] == [SHIP.path, "/api/labels/v1/recovery"]


async def test_what_has_no_labels_says_so(house: House) -> None:
    await house.shipping.create(house.order(operation=Operation.PICKUP_CREATE), SHIP, Socket())
    await house.shipping.quote(house.confirm(), SHIP)
    for shipment in (1, 2, 3):
        with pytest.raises(InvalidRequest, match=f"no shipment {shipment} that has labels"):
            await house.shipping.desk.labels(shipment)


async def test_a_person_says_that_it_exists_and_its_repeat_is_then_sent_to_the_page(house: House) -> None:
    shipment = await unknown(house)
    row = await house.shipping.desk.settle_unknown(shipment, "1ZA1B2C30000000777")
    assert (row.state, row.number, row.tracking_numbers) == (
        State.CREATED,
        "1ZA1B2C30000000777",
        ("1ZA1B2C30000000777",),
    )
    assert row.note == "A person said that it exists."
    assert list(await house.shipping.desk.labels(shipment)) == [Picture("1ZA1B2C30000000777", "GIF", b"GIF89a")]
    found = await house.shipping.desk.find("1ZA1B2C30000000777", "production")
    assert [one.id for one in found] == [shipment]


async def test_a_confirm_that_a_person_vouches_for_is_never_voided_by_itself(house: House) -> None:
    shipment = await unknown(house, Operation.SHIP_CONFIRM)
    await house.shipping.desk.settle_unknown(shipment, "1ZA1B2C30000000777")
    await house.run_for(90)
    assert await house.state(shipment) is State.ACCEPTED


async def test_a_quote_that_a_person_vouches_for_is_accepted_by_label_recovery(house: House) -> None:
    digest = await house.shipping.quote(house.confirm(), SHIP)
    house.ups.script = [reply(503)]
    with pytest.raises(OutcomeUnknown):
        await house.shipping.accept(house.order(b"accept"), digest, Socket())
    await house.shipping.desk.settle_unknown(1, "1ZA1B2C30000000777")
    outcome = await house.shipping.accept(house.order(b"accept"), digest, Socket())
    assert outcome.replies[0].body == b'{"numbers": ["1ZA1B2C30000000777"], "recovered": true}'
    assert house.ups.shipped == 1


async def test_other_things_exist_without_a_number(house: House) -> None:
    shipment = await unknown(house, Operation.PICKUP_CREATE)
    row = await house.shipping.desk.settle_unknown(shipment, "")
    assert (row.state, row.tracking_numbers) == (State.CREATED, ())


async def test_only_what_is_unknown_can_be_settled(house: House) -> None:
    await house.shipping.create(house.order(), SHIP, Socket())
    with pytest.raises(InvalidRequest, match="not one whose outcome is unknown"):
        await house.shipping.desk.settle_unknown(1, None)


async def test_forget_deletes_what_is_kept_of_persons_and_nothing_else(house: House) -> None:
    await house.shipping.create(house.order(), SHIP, Socket())
    await house.put(1, note="To Jane Doe")
    assert await house.shipping.desk.forget(NUMBER) == 1
    row = await house.row(1)
    assert (row.number, row.state, row.sealed_request, row.sealed_reply, row.note) == (
        NUMBER,
        State.CREATED,
        None,
        None,
        "",
    )
    assert await house.shipping.desk.forget("1ZZZZZZZ0000000000") == 0


async def test_acceptance_below_four_fifths_is_low(house: House) -> None:
    for number in range(5):
        await house.shipping.create(house.confirm(b"%d" % number), SHIP, Socket())
    for number in range(1, 4):
        await house.shipping.accept(house.order(b"accept"), f"digest{number}", Socket())
    counts = await house.shipping.desk.acceptance(house.clock() - timedelta(days=30))
    assert (counts, counts[0].low) == ((Acceptance(house.key.id, 5, 3),), True)
    assert not Acceptance(1, 5, 4).low
    assert not Acceptance(1, 4, 0).low


async def test_the_periods_of_deletion_are_kept(house: House) -> None:
    await house.shipping.create(house.order(), SHIP, Socket())
    digest = await house.shipping.quote(house.confirm(), SHIP)
    await house.shipping.step(house.clock.on(days=7, seconds=-1))
    assert None not in [(await house.row(shipment)).sealed_request for shipment in (1, 2)]
    await house.shipping.step(house.clock.on(seconds=2))
    assert None not in [(await house.row(shipment)).sealed_request for shipment in (1, 2)]
    await house.shipping.step(house.clock.on(hours=1))
    assert [(await house.row(shipment)).sealed_request for shipment in (1, 2)] == [None, None]
    with pytest.raises(BadDigest):
        await house.shipping.accept(house.order(b"accept"), digest, Socket())
    await house.shipping.step(house.clock.on(days=394))
    assert await house.store.shipments() == []


async def test_a_number_that_another_shipment_has_is_not_the_lost_ones(house: House, tmp_path: Path) -> None:
    await house.shipping.create(house.order(), SHIP, Socket())
    shipment = await unknown(house)
    with pytest.raises(InvalidRequest, match=f"{NUMBER} is the number of another"):
        await house.shipping.desk.settle_unknown(shipment, NUMBER)
    with pytest.raises(InvalidRequest, match="not one whose outcome is unknown"):
        await house.shipping.desk.settle_unknown(99, None)
    async with a_house(tmp_path / "test", environment="test") as other:
        await other.shipping.create(other.order(), SHIP, Socket())
        shipment = await unknown(other)
        assert (await other.shipping.desk.settle_unknown(shipment, NUMBER)).number == NUMBER
