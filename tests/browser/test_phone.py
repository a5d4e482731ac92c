"""The status page of a company with many accounts, in somebody's hand: 390 pixels wide, touched by a finger."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.browser.chromium import Chromium
from tests.browser.person import card, sign_in, unfolded
from ups_gateway.cli.demo.house import House
from ups_gateway.model import Account

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTH, HEIGHT = 390, 844
PROFILES: Final = 20
ACCOUNTS: Final = 200


@pytest_asyncio.fixture(loop_scope="session")
async def many(demo: House) -> House:
    """The demonstration's house with 200 accounts more, of sign-ins that are as the one of Warehouse is."""
    store = demo.app.store
    warehouse = next(one for one in await store.profiles() if one.name == "Warehouse")
    assert warehouse.tokens is not None
    for place in range(PROFILES):
        made = await store.add_profile(f"Shop {place:02}", "demo", "simulator")
        await store.put_tokens(made.id, warehouse.tokens, at=demo.app.clock.now(), consent=True)
        for number in range(ACCOUNTS // PROFILES):
            account = Account(0, f"B{place:02}{number:03}", "simulator", postal_code="30328", profile=made.id)
            await store.add_account(replace(account, probe="linked"))
    return demo


async def top(found: Locator) -> float:
    box = await found.bounding_box()
    assert box is not None
    return box["y"]


async def test_with_200_accounts_a_phone_shows_first_whether_it_works_and_what_to_do(
    chromium: Chromium, many: House
) -> None:
    async with chromium.window(width=WIDTH, height=HEIGHT) as page:
        await sign_in(page, many)
        sentence = page.get_by_role("heading", level=1)
        await expect(sentence).to_contain_text("4 accounts cannot ship")
        bad = [card(page, name) for name in ("Archive", "Returns", "Demo", "Newcomer")]
        well = card(page, "Shop 00")
        tops = [await top(sentence), *[await top(one) for one in bad], await top(card(page, "Outlet")), await top(well)]
        assert tops == sorted(tops)
        assert tops[1] < HEIGHT, "the first that needs somebody is on the first screen"
        await expect(well.get_by_role("row")).to_have_count(0)
        await expect(well).to_contain_text("10 accounts, sign-in 56 days left")
        box = await well.bounding_box()
        assert box is not None
        assert box["height"] < 120
        await expect(bad[0].get_by_role("button", name="Reauthorize")).to_be_visible()


async def test_with_200_accounts_the_folded_ones_are_all_there(chromium: Chromium, many: House) -> None:
    async with chromium.window(width=WIDTH, height=HEIGHT) as page:
        await sign_in(page, many)
        well = await unfolded(page, "Shop 19")
        await well.get_by_text("10 accounts: B19000, B19001, B19002 and 7 more").click()
        await expect(well.get_by_role("row", name="B19009")).to_be_visible()


async def test_an_account_with_a_trouble_of_its_own_stands_before_the_others_of_its_sign_in(
    chromium: Chromium, many: House
) -> None:
    store = many.app.store
    wrong = next(one for one in await store.accounts() if one.number == "B07004")
    await store.change_account(
        replace(wrong, probe="not_linked", probe_note="120100 Missing or invalid shipper number")
    )
    async with chromium.window(width=WIDTH, height=HEIGHT) as page:
        await sign_in(page, many)
        shop = card(page, "Shop 07")
        await expect(shop).to_contain_text("10 accounts, 1 cannot ship")
        await expect(shop.get_by_role("row", name="B07004")).to_contain_text("Not linked")
        await expect(shop.get_by_role("row", name="B07005")).to_be_hidden()
        await expect(shop.get_by_text("9 other accounts: B07000, B07001, B07002 and 6 more")).to_be_visible()
