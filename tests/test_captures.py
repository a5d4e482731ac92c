"""Captured exchanges: switched on, masked, sealed, in four panes, for a day."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateway import confirm, rate
from tests.house import House, a_house
from tests.web.wire import PATIENCE
from ups_gateway.captures import Capture, Captures

CANARIES = (b"DEMO0ACCESS0KEY0", b"<UserId>demo", b"Main St", b"30328", b"Bearer")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as house:
        yield house


async def _found(house: House, count: int) -> list[Capture]:
    """Returns once so many are stored."""
    captures = house.gateway.admin.captures
    async with asyncio.timeout(PATIENCE):
        while len(found := await captures.found()) < count:  # noqa: ASYNC110 - a background task of the gateway's
            await asyncio.sleep(0.01)
    return list(found)


async def test_nothing_is_captured_until_the_switch_is_pressed(house: House) -> None:
    await house.body(rate())
    captures = house.gateway.admin.captures
    await captures.switch(2)
    for document in (rate(), confirm(), rate()):
        await house.body(document)
    found = await _found(house, 2)
    assert [one.operation for one in found] == ["ship_confirm", "rate"]
    assert await captures.left() == 0


async def test_an_exchange_is_kept_as_its_four_panes(house: House) -> None:
    await house.gateway.admin.captures.switch(20)
    await house.body(confirm())
    (found,) = await _found(house, 1)
    ((request, reply),) = found.said
    assert (found.dialect, found.operation, found.outcome, found.environment) == (
        *("xml", "ship_confirm", "ok"),
        "simulator",
    )
    assert found.asked.splitlines()[0] == "POST /ups.app/xml/ShipConfirm"
    assert "<ShipmentConfirmRequest" in found.asked
    assert request.splitlines()[0].partition("?")[0] == "POST /api/shipments/v2409/ship"
    assert '"ShipmentRequest": {' in request
    assert reply.splitlines()[0] == "200"
    assert '"GraphicImage": "[' in reply
    assert found.answered.splitlines()[0] == "200 application/xml"
    assert "<ResponseStatusDescription>Success</ResponseStatusDescription>" in found.answered
    assert await house.gateway.admin.captures.left() == 19


async def test_no_credential_and_no_persons_data_is_in_a_capture_or_in_the_file(house: House) -> None:
    await house.gateway.admin.captures.switch(20)
    await house.body(confirm())
    (found,) = await _found(house, 1)
    text = repr(found).encode()
    assert [one for one in CANARIES if one in text] == []
    rows = await house.gateway.store.captures(found.at)
    assert [b"ShipmentConfirmRequest" in sealed for _, sealed in rows] == [False]


async def test_a_capture_is_gone_after_a_day(house: House) -> None:
    captures = house.gateway.admin.captures
    await captures.switch(1)
    await house.body(rate())
    await _found(house, 1)
    house.clock.advance(24 * 3600 + 1)
    assert await captures.found() == []
    await house.gateway.store.delete_captures(house.clock.utc())
    house.clock.advance(-24 * 3600)
    assert await captures.found() == []


async def test_another_process_presses_the_switch(house: House) -> None:
    other = Captures(house.gateway.store, house.gateway.vault, now=house.clock.utc)
    await other.switch(1)
    async with asyncio.timeout(PATIENCE):
        while not await other.found():  # the running gateway looks at the switch now and then
            await house.body(rate())
    assert await other.left() == 0
    await other.switch(-5)
    assert await other.left() == 0
