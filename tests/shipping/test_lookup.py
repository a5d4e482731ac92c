"""A shipment of unknown outcome, looked up at UPS by its own references: proposed, and decided by nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.shipping.scripted import SHIP, START, House, Known, Socket, a_house, refused, reply
from ups_gateway.errors import InvalidRequest, NotAuthorised, OutcomeUnknown, UpsRefused, UpsUnreachable
from ups_gateway.model import Operation, RestCall, State
from ups_gateway.shipping.lookup import MOST_REFERENCES

MINE, OTHER = "1ZA1B2C30300000012", "1ZA1B2C30300000021"


async def lost(house: House, *references: str, operation: Operation = Operation.SHIP) -> int:
    """UPS was asked for a shipment with these references, and no answer came."""
    house.ups.script = [OutcomeUnknown("cut")]
    call = replace(SHIP, body={"references": list(references)})
    with pytest.raises(OutcomeUnknown):
        await house.shipping.create(house.order("".join(references).encode(), operation), call, Socket())
    house.ups.calls.clear()
    return (await house.store.shipments(1))[0].id


async def test_every_number_by_every_reference_is_proposed_once_and_nothing_is_changed(house: House) -> None:
    shipment = await lost(house, "ORDER 17", "P-1")
    before = await house.row(shipment)
    house.ups.script = [reply(known=[MINE]), reply(known=[MINE, OTHER])]
    house.clock.on(days=2)
    found = await house.shipping.desk.look_up(shipment)
    day = START.astimezone().date()
    days = f"{day.replace(day=day.day - 1)} {day.replace(day=day.day + 2)}"
    assert house.ups.calls == [
        RestCall("GET", f"/track/{reference}", {"shipper": "A1B2C3", "days": days}) for reference in ("ORDER 17", "P-1")
    ]
    assert (found.references, found.proposals) == (("ORDER 17", "P-1"), (Known(MINE), Known(OTHER)))
    assert found.words == (
        "UPS knows these by the references ORDER 17, P-1 on account A1B2C3, and the ledger does not. Another shipment"
        " may have the same reference: compare place and service before you say that it is it. Packages of one shipment"
        " are listed each: its number is that of the first."
    )
    assert await house.row(shipment) == before


async def test_what_the_ledger_has_is_not_proposed(house: House) -> None:
    made = await house.shipping.create(house.order(b"its neighbour"), SHIP, Socket())
    mine = (await house.row(made.shipment)).number
    shipment = await lost(house, "ORDER 17")
    house.ups.script = [reply(known=[mine])]
    found = await house.shipping.desk.look_up(shipment)
    assert found.proposals == ()
    assert found.words == (
        "UPS knows nothing by the reference ORDER 17 on account A1B2C3 that the ledger does not have. It may exist all"
        " the same: a new label cannot be tracked for some hours. Look again later. Look for it on ups.com or ask UPS."
    )


async def test_in_the_test_environment_a_number_of_the_ledger_may_be_it(tmp_path: Path) -> None:
    async with a_house(tmp_path, environment="test") as house:
        made = await house.shipping.create(house.order(b"the day before"), SHIP, Socket())
        again = (await house.row(made.shipment)).number
        shipment = await lost(house, "ORDER 17")
        house.ups.script = [reply(known=[again])]
        found = await house.shipping.desk.look_up(shipment)
        assert found.proposals == (Known(again),)
        assert found.words == (
            "UPS knows this one by the reference ORDER 17 on account A1B2C3, and the ledger does not. Another shipment"
            " may have the same reference: compare place and service before you say that it is it."
        )


async def test_of_many_references_the_first_are_asked_about(house: House) -> None:
    shipment = await lost(house, *(f"P-{number}" for number in range(MOST_REFERENCES + 2)))
    house.ups.script = [reply(known=[]) for _ in range(MOST_REFERENCES)]
    found = await house.shipping.desk.look_up(shipment)
    assert found.references == ("P-0", "P-1", "P-2", "P-3", "P-4")
    assert found.words.startswith(
        "UPS knows nothing by the references P-0, P-1, P-2, P-3, P-4 on account A1B2C3 (the first 5 of 7) that the"
    )


async def test_without_a_reference_ups_is_not_asked(house: House) -> None:
    found = await house.shipping.desk.look_up(await lost(house))
    assert (found.proposals, house.ups.calls) == ((), [])
    assert found.words == ("Its request has no reference number to look it up by. Look for it on ups.com or ask UPS.")


async def test_a_forgotten_request_is_said_to_be_forgotten(house: House) -> None:
    shipment = await lost(house, "ORDER 17")
    await house.put(shipment, sealed_request=None)
    found = await house.shipping.desk.look_up(shipment)
    assert (found.proposals, house.ups.calls) == ((), [])
    assert found.words == (
        "Its request is no longer kept, and with it its reference numbers. Look for it on ups.com or ask UPS."
    )


@pytest.mark.parametrize("trouble", [UpsUnreachable("UPS does not answer."), NotAuthorised("Sign in again.")])
async def test_what_keeps_ups_from_being_asked_is_told(house: House, trouble: Exception) -> None:
    shipment = await lost(house, "ORDER 17")
    house.ups.script = [trouble]
    with pytest.raises(type(trouble), match=str(trouble)):
        await house.shipping.desk.look_up(shipment)


async def test_what_ups_refuses_is_told(house: House) -> None:
    shipment = await lost(house, "ORDER 17")
    house.ups.script = [refused("TV1002")]
    with pytest.raises(UpsRefused):
        await house.shipping.desk.look_up(shipment)


async def test_an_account_that_is_gone_is_told(house: House) -> None:
    shipment = await lost(house, "ORDER 17")
    await house.put(shipment, account=99)
    with pytest.raises(NotAuthorised, match="was removed from the gateway"):
        await house.shipping.desk.look_up(shipment)


async def test_only_shipments_of_unknown_outcome_are_looked_up(house: House) -> None:
    known = (await house.shipping.create(house.order(), SHIP, Socket())).shipment
    pickup = await lost(house, operation=Operation.PICKUP_CREATE)
    for shipment in (known, pickup):
        with pytest.raises(InvalidRequest, match=f"{shipment} is not a shipment whose outcome is unknown"):
            await house.shipping.desk.look_up(shipment)
    with pytest.raises(InvalidRequest, match="There is no shipment 99"):
        await house.shipping.desk.look_up(99)
    assert (await house.row(pickup)).state is State.UNKNOWN
