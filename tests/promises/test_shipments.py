"""Confirm and accept: what is shipped, what is only quoted, and what is taken back by itself."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from tests.gateway import Told, accept, confirm, void
from tests.house import House
from ups_gateway.model import State, TwoPhase

RETURNED = confirm().replace("<Service>", "<ReturnService><Code>9</Code></ReturnService><Service>")
RETURNED = RETURNED.replace("<PackagingType>", "<Description>Shoes</Description><PackagingType>")
RETURNED = RETURNED.replace("<Shipment>", "<Shipment><Description>Shoes</Description>")


def label(accepted: Told) -> tuple[str, str]:
    """The kind of picture that an accept answer holds, and the number it belongs to."""
    with Image.open(BytesIO(b64decode(accepted.text(".//GraphicImage")))) as picture:
        picture.load()
        return str(picture.format), accepted.text(".//PackageResults/TrackingNumber")


def total(told: Told) -> str:
    """The charges of a confirm or accept answer."""
    return told.text(".//ShipmentCharges/TotalCharges/MonetaryValue")


async def voided(house: House) -> dict[str, bool]:
    """The shipments that exist at UPS."""
    return {
        one["number"]: all(package["voided"] is not None for package in one["packages"])
        for one in await house.shipments()
    }


async def run_on(house: House, seconds: float) -> None:
    """The gateway's background works, as it would in so much time."""
    for _ in range(round(seconds / 60)):
        house.clock.advance(60)
        await house.gateway.shipping.step(house.clock.utc())


async def test_the_number_that_confirm_says_is_real_and_has_a_label(house: House) -> None:
    confirmed = await house.ask(confirm())
    assert await voided(house) == {confirmed.number: False}
    accepted = [await house.ask(accept(confirmed.digest)) for _ in range(2)]
    assert [label(one) for one in accepted] == [("GIF", confirmed.number)] * 2
    assert await house.calls("/ship") == 1
    await house.until_settled()
    assert [(row.state, row.delivered) for row in await house.rows()] == [(State.ACCEPTED, True)]


async def test_two_shipments_that_are_alike_have_two_labels(house: House) -> None:
    confirmed = [await house.ask(confirm()) for _ in range(2)]
    accepted = [await house.ask(accept(one.digest)) for one in confirmed]
    numbers = [one.number for one in confirmed]
    assert (len({*numbers}), await house.calls("/ship")) == (2, 2)
    assert [label(one)[1] for one in accepted] == numbers
    assert len({one.text(".//GraphicImage") for one in accepted}) == 2


async def test_what_acts_at_once_is_confirmed_without_a_number_and_shipped_by_accept(house: House) -> None:
    confirmed = await house.ask(RETURNED)
    assert (confirmed.good, confirmed.number, await house.calls("/ship")) == (True, "", 0)
    accepted = [await house.ask(accept(confirmed.digest)) for _ in range(2)]
    assert {total(one) for one in accepted} == {total(confirmed)} != {"0.00"}
    (number,) = await voided(house)
    assert [label(one) for one in accepted] == [("GIF", number)] * 2
    assert await house.calls("/ship") == 1


async def test_what_acts_at_once_is_shipped_by_confirm_where_the_key_says_so(house: House) -> None:
    await house.gateway.store.change_key(replace(house.key, at_once=TwoPhase.SHIP))
    confirmed = await house.ask(RETURNED)
    assert await voided(house) == {confirmed.number: False}


async def test_a_key_that_quotes_never_ships_before_accept(house: House) -> None:
    await house.gateway.store.change_key(replace(house.key, two_phase=TwoPhase.QUOTE))
    confirmed = await house.ask(confirm())
    assert (confirmed.good, confirmed.number, await voided(house)) == (True, "", {})
    accepted = await house.ask(accept(confirmed.digest))
    assert await voided(house) == {accepted.number: False}
    assert total(accepted) == total(confirmed) == "13.10"


async def test_a_confirm_that_is_never_accepted_is_voided_after_an_hour_of_running(house: House) -> None:
    kept = await house.ask(confirm())
    assert (await house.ask(accept(kept.digest))).good
    left = await house.ask(confirm(packages=2))
    await house.until_settled()
    await run_on(house, 58 * 60)
    assert await voided(house) == {kept.number: False, left.number: False}
    await run_on(house, 3 * 60)
    assert await voided(house) == {kept.number: False, left.number: True}
    refused = await house.ask(accept(left.digest))
    assert (refused.root, refused.code) == ("ShipmentAcceptResponse", "125000")
    assert [row.state for row in await house.rows()] == [State.ACCEPTED, State.VOIDED]
    assert await house.calls("/void/") == 1


@pytest.mark.parametrize("limit", [None, timedelta(days=1)])
async def test_the_key_says_how_long_a_confirm_waits(house: House, limit: timedelta | None) -> None:
    await house.gateway.store.change_key(replace(house.key, void_unaccepted_after=limit))
    confirmed = await house.ask(confirm())
    await run_on(house, 2 * 3600)
    assert (await house.ask(accept(confirmed.digest))).number == confirmed.number
    assert await house.calls("/void/") == 0


async def test_what_the_program_voided_is_not_accepted_any_more(house: House) -> None:
    confirmed = await house.ask(confirm())
    assert (await house.ask(void(confirmed.number))).good
    assert (await house.ask(accept(confirmed.digest))).code == "125000"
    again = await house.ask(void(confirmed.number))
    assert (again.code, again.words) == ("190117", "The Shipment has already been voided")
    assert await voided(house) == {confirmed.number: True}


async def test_a_void_that_the_gateway_had_to_ask_twice_is_a_success(house: House) -> None:
    """UPS did it the first time, and says the second time that it was done before."""
    confirmed = await house.ask(confirm())
    await house.ups.fault(path="/void/", times=1, drop="after")
    assert (await house.ask(void(confirmed.number))).code == ""
    assert (await house.calls("/void/"), await voided(house)) == (2, {confirmed.number: True})


async def test_an_accept_long_after_its_labels_were_deleted_gets_them_from_ups(house: House) -> None:
    confirmed = await house.ask(confirm())
    first = await house.ask(accept(confirmed.digest))
    await house.until_settled()
    house.clock.advance(8 * 24 * 3600)
    await house.gateway.shipping.step(house.clock.utc())
    assert [(row.sealed_request, row.sealed_reply) for row in await house.rows()] == [(None, None)]
    late = await house.ask(accept(confirmed.digest))
    assert label(late) == label(first) == ("GIF", confirmed.number)
    assert (await house.calls("/labels/"), await house.calls("/ship")) == (1, 1)
