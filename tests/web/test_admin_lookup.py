"""Looking up a shipment of unknown outcome on the page, at the simulated UPS."""

from __future__ import annotations

from typing import Any

import pytest

from tests.shipping.scripted import Socket
from tests.simulator.asking import package, shipping
from tests.web.administering import Gateway, Page
from ups_gateway.errors import OutcomeUnknown
from ups_gateway.model import Dialect, Operation, RestCall, Shipment, State
from ups_gateway.shipping.carrier import Order
from ups_gateway.simulator.state import SIMULATOR

SHIP = "/api/shipments/v2409/ship"


@pytest.fixture
async def order(admin: Gateway) -> Order:
    """On the account of a profile that signed in."""
    await admin.consent("Dock 3", "A1B2C3")
    (account,) = await admin.store.accounts()
    key = await admin.key(account)
    return Order(key.id, account, Dialect.XML, Operation.SHIP, b"once", 5.0)


async def lost(admin: Gateway, order: Order, drop: str = "after", **shipment: Any) -> Shipment:
    """UPS is asked for a shipment, and the connection is cut before or after it makes it."""
    admin.fault(SHIP, drop=drop, times=1)
    with pytest.raises(OutcomeUnknown):
        await admin.parts.shipping.create(order, RestCall("POST", SHIP, body=shipping(**shipment)), Socket())
    return (await admin.store.shipments(1))[0]


def at_ups(admin: Gateway) -> list[str]:
    return list(admin.ups[SIMULATOR].world.shipments)


async def pressed(admin: Gateway, page: Page, label: str) -> Page:
    """The button's form, sent as it stands."""
    ((action, fields),) = [form for form, text in zip(page.forms(), labels(page), strict=True) if text == label]
    return await admin.send("POST", action, data=fields)


def labels(page: Page) -> list[str]:
    return [part.partition("</button>")[0].rpartition(">")[2] for part in page.text.split("<form ")[1:]]


async def test_a_number_that_ups_knows_by_the_reference_is_taken_by_a_button(admin: Gateway, order: Order) -> None:
    row = await lost(admin, order, ReferenceNumber=[{"Code": "PO", "Value": "ORDER 17"}])
    (number,) = at_ups(admin)
    page = await pressed(admin, await admin.get(), "Look it up at UPS")
    assert page.status == 200
    assert f"{number} UPS Ground NEW YORK 10001" in page.words
    assert "by the reference ORDER 17 on account A1B2C3" in page.words
    done = await pressed(admin, page, f"It exists: {number}")
    assert (done.status, done.location) == (303, "/?done=settled#shipments")
    settled = await admin.store.shipment(row.id)
    assert settled is not None
    assert (settled.state, settled.number) == (State.CREATED, number)


async def test_that_nothing_was_found_proves_nothing(admin: Gateway, order: Order) -> None:
    await lost(admin, order, drop="before", ReferenceNumber=[{"Value": "ORDER 17"}])
    page = await pressed(admin, await admin.get(), "Look it up at UPS")
    assert (page.status, at_ups(admin)) == (200, [])
    assert "UPS knows nothing by the reference ORDER 17 on account A1B2C3 that the ledger does not have." in page.words
    assert "a new label cannot be tracked for some hours" in page.words
    assert [text for text in labels(page) if text.startswith("It ")] == ["It does not exist"]


async def test_without_a_reference_the_page_says_so(admin: Gateway, order: Order) -> None:
    await lost(admin, order)
    page = await pressed(admin, await admin.get(), "Look it up at UPS")
    assert "Its request has no reference number to look it up by." in page.words
    assert admin.calls("/reference/") == []


async def test_packages_with_references_of_their_own_are_found(admin: Gateway, order: Order) -> None:
    row = await lost(admin, order, Package=[package("Packaging", ReferenceNumber=[{"Value": f"P-{n}"}]) for n in "12"])
    page = await admin.post(f"/shipments/{row.id}/look-up")
    assert len([text for text in labels(page) if text.startswith("It exists: 1Z")]) == 2
    assert admin.calls("/reference/") == [200, 200]


async def test_ups_out_of_reach_is_told(admin: Gateway, order: Order) -> None:
    row = await lost(admin, order, ReferenceNumber=[{"Value": "ORDER 17"}])
    admin.fault("/reference/", drop="before", times=9)
    page = await admin.post(f"/shipments/{row.id}/look-up")
    assert page.status == 500
    assert "This could not be done UPS did not answer: the connection was cut before the whole answer" in page.words


async def test_what_cannot_be_looked_up_is_told(admin: Gateway, order: Order) -> None:
    row = await lost(admin, order, ReferenceNumber=[{"Value": "ORDER 17"}])
    await admin.parts.shipping.desk.settle_unknown(row.id, None)
    settled, gone = [await admin.post(f"/shipments/{one}/look-up") for one in (row.id, 99)]
    assert [settled.status, gone.status] == [400, 404]
    assert f"{row.id} is not a shipment whose outcome is unknown." in settled.words
