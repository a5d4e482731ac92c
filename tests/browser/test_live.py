"""An open page tells the truth by itself: while things change, without a connection, and after a sleep.

The rule: what a person has opened, focused or typed in is still there afterwards.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from tests.browser.chromium import Chromium
from tests.browser.houses import foreign, unaccepted, unknown
from tests.browser.person import card, sign_in, unfolded
from ups_gateway.cli.demo.house import House
from ups_gateway.model import State

pytestmark = pytest.mark.asyncio(loop_scope="session")

NIGHT = timedelta(hours=9)
EVENING = timedelta(days=3, hours=20)
"""Until the sign-in "Outlet" has less than a night left."""


async def a_page_in_use(page: Page, at: House) -> str:
    """Somebody begins to type the number of a shipment, and opens a question; the number of another shipment."""
    await unknown(at)
    number = await unaccepted(at)
    await sign_in(page, at)
    await (await unfolded(page, "Warehouse")).get_by_text("Change account W1H2S3…").click()
    await expect(page.get_by_role("heading", name=number)).to_be_visible()
    await page.get_by_label("It exists:").fill("1Z999A")
    await page.get_by_label("It exists:").press("End")
    return number


async def while_nobody_looks(at: House) -> None:
    """A sign-in ends, and somebody voids the shipment elsewhere."""
    at.clock.advance(NIGHT.total_seconds())
    (waiting,) = [row for row in await at.app.store.shipments() if row.state is State.CREATED]
    await at.app.admin.shipping.voids.by_page(waiting.id)


async def expect_the_morning(page: Page, number: str) -> None:
    """What is true now is shown, and what the person did is as it was."""
    await expect(card(page, "Outlet")).to_contain_text("The sign-in has ended.")
    await expect(page.get_by_role("heading", name=number)).to_have_count(0)
    await expect(page).to_have_title(re.compile("5 accounts cannot ship"))
    await expect(page.locator("#stale")).to_be_hidden()
    await expect(page.get_by_label("It exists:")).to_be_focused()
    await expect(page.get_by_label("It exists:")).to_have_value("1Z999A")
    await page.keyboard.type("A1")
    await expect(page.get_by_label("It exists:")).to_have_value("1Z999AA1")
    await expect(page.get_by_role("button", name="Make inactive")).to_have_count(1)
    await expect(page.get_by_role("row", name="W1H2S3").get_by_role("button", name="Make inactive")).to_be_visible()


async def test_a_page_that_slept_without_a_connection_is_right_when_it_wakes(chromium: Chromium, demo: House) -> None:
    demo.clock.advance(EVENING.total_seconds())
    async with chromium.window() as page:
        await page.clock.install()
        number = await a_page_in_use(page, demo)
        await page.context.set_offline(True)
        await expect(page.get_by_text("What stands here may be old")).to_be_visible()
        await while_nobody_looks(demo)
        await page.context.set_offline(False)
        await page.clock.fast_forward(int(NIGHT.total_seconds() * 1000))
        await expect_the_morning(page, number)


async def test_a_page_that_the_browser_froze_is_right_when_it_is_looked_at(chromium: Chromium, demo: House) -> None:
    demo.clock.advance(EVENING.total_seconds())
    async with chromium.window() as page:
        number = await a_page_in_use(page, demo)
        browser = await page.context.new_cdp_session(page)
        await browser.send("Page.setWebLifecycleState", {"state": "frozen"})
        await while_nobody_looks(demo)
        await browser.send("Page.setWebLifecycleState", {"state": "active"})
        await expect_the_morning(page, number)


async def test_a_page_whose_gateway_ended_says_that_it_may_be_old(chromium: Chromium, demo: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, demo)
        await page.route("**/*", lambda route: route.abort("connectionrefused"))
        await foreign(demo)
        await expect(page.locator("#stale")).to_have_text(
            re.compile(r"The gateway has not answered since \d\d:\d\d\b.*\. What stands here may be old; it is asked")
        )
        await page.unroute("**/*")
        await expect(page.get_by_role("link", name="1 access key to resolve")).to_be_visible()
        await expect(page.locator("#stale")).to_be_hidden()


async def test_what_a_person_types_survives_that_its_shipment_was_settled(chromium: Chromium, demo: House) -> None:
    async with chromium.window() as page:
        await a_page_in_use(page, demo)
        await demo.app.admin.shipping.desk.settle_unknown(1, None)
        await expect(page.get_by_text("This is no longer waiting: it was settled meanwhile.")).to_be_visible()
        await expect(page.get_by_label("It exists:")).to_be_focused()
        await expect(page.get_by_label("It exists:")).to_have_value("1Z999A")


async def test_the_focus_stays_near_what_is_gone(chromium: Chromium, demo: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, demo)
        outlet = card(page, "Outlet")
        await outlet.get_by_role("button", name="Refresh now").focus()
        await disconnect(demo, "Outlet")
        await expect(outlet.get_by_role("button", name="Refresh now")).to_have_count(0)
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await expect(outlet.get_by_role("button", name="Authorize")).to_be_focused()


async def disconnect(at: House, name: str) -> None:
    """Somebody does it elsewhere."""
    (profile,) = [one for one in await at.app.store.profiles() if one.name == name]
    await at.app.keeper.disconnect(profile.id)


async def test_a_card_opens_when_its_sign_in_needs_somebody_and_stays_as_a_person_has_it(
    chromium: Chromium, demo: House
) -> None:
    async with chromium.window() as page:
        await sign_in(page, demo)
        warehouse, account = card(page, "Warehouse"), page.get_by_role("row", name="W1H2S3")
        await expect(account).to_be_hidden()
        await disconnect(demo, "Warehouse")
        await expect(account).to_be_visible()
        await expect(warehouse.get_by_role("button", name="Authorize")).to_be_visible()
        await warehouse.get_by_role("heading", name="Warehouse").click()
        await expect(account).to_be_hidden()
        await foreign(demo)
        await expect(page.get_by_role("link", name="1 access key to resolve")).to_be_visible()
        await expect(account).to_be_hidden()
