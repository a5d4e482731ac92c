"""A new administrator's first hour: in by the link, out to UPS, back over TLS, and it ships."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.houses import new_house
from tests.browser.person import allow, heading, sign_in
from ups_gateway.cli.demo.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_new_administrator_connects_the_first_account(chromium: Chromium, new: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, new)
        await page.get_by_role("link", name="Connect a UPS account").click()
        await page.get_by_label("Name for this sign-in").fill("Warehouse")
        await page.get_by_label("Account number").fill("A1B2C3")
        await page.get_by_label("Postal code").fill("30328")
        await page.get_by_role("button", name="Authorize at UPS").click()
        await expect(page).to_have_url(re.compile(rf"{new.ups_url}/login\?"))
        async with page.expect_response(re.compile(r"/upscallback\?code=")) as coming:
            await allow(page, "demo")
        back = await coming.value
        assert back.url.startswith(f"https://{new.app.ports.tls}/upscallback?")
        secured = await back.security_details()
        assert secured is not None
        assert (secured["issuer"] or "").startswith("ups-gateway")
        await expect(heading(page)).to_have_text(re.compile("Warehouse is signed in at UPS"))
        await expect(page.get_by_role("listitem")).to_have_text(re.compile(r"Linked\s+A1B2C3\s+It can ship\."))
        await page.get_by_role("link", name="Open the status page").click()
        await expect(page).to_have_url(re.compile(rf"{new.app.admin.admin_url}/"))
        await expect(heading(page)).to_have_text(re.compile(r"shipping works\. Next sign-in needed by \d"))
    (account,) = await new.app.store.accounts()
    assert (account.number, account.postal_code, account.probe) == ("A1B2C3", "30328", "linked")


async def test_an_account_that_the_login_lacks_is_explained(chromium: Chromium, new: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, new)
        await page.goto(f"{new.app.admin.admin_url}/connect")
        await page.get_by_label("Name for this sign-in").fill("Outlet")
        await page.get_by_label("Account number").fill("Z9Y8X7")
        await page.get_by_label("Postal code").fill("30328")
        await page.get_by_role("button", name="Authorize at UPS").click()
        await allow(page, "outlet")
        await page.get_by_text("Missing or invalid shipper number: what to do").click()
        await expect(page.get_by_text("Add Existing Account")).to_be_visible()


async def test_where_the_browser_cannot_come_back_its_address_is_pasted(chromium: Chromium, tmp_path: Path) -> None:
    async with new_house(tmp_path, chromium.certificates, returns=False) as new, chromium.window() as page:
        await sign_in(page, new)
        await page.goto(f"{new.app.admin.admin_url}/connect")
        await page.get_by_label("Name for this sign-in").fill("Warehouse")
        await page.get_by_label("Account number").fill("A1B2C3")
        await page.get_by_label("Postal code").fill("30328")
        await page.get_by_role("button", name="Authorize at UPS").click()
        async with page.expect_event("requestfailed", lambda one: "/upscallback" in one.url) as ending:
            await allow(page, "demo")
        in_address_bar = (await ending.value).url
        await expect(page).to_have_url("chrome-error://chromewebdata/")
        await page.goto(f"{new.app.admin.admin_url}/")
        await expect(page.get_by_text("has not come back yet")).to_be_visible()
        await page.get_by_role("link", name="The browser could not come back?").click()
        await page.get_by_label("Address or code").fill("https://127.0.0.1/nothing")
        await page.get_by_role("button", name="Finish the sign-in").click()
        await expect(page.get_by_role("alert")).to_have_text(re.compile("No code was found"))
        await page.get_by_label("Address or code").fill(in_address_bar)
        await page.get_by_role("button", name="Finish the sign-in").click()
        await expect(heading(page)).to_have_text(re.compile("Warehouse is signed in at UPS"))
        await expect(page.get_by_role("listitem")).to_have_text(re.compile(r"Linked\s+A1B2C3"))


async def test_a_link_signs_in_once_and_the_way_out_ends_the_session(chromium: Chromium, new: House) -> None:
    async with chromium.window() as page:
        await page.goto(f"{new.app.admin.admin_url}/")
        await expect(page.get_by_text("ups-gateway admin-link")).to_be_visible()
        link = await new.sign_in_link()
        await page.goto(link)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page).to_have_url(f"{new.app.admin.admin_url}/")
        await page.get_by_role("button", name="Sign out").click()
        await expect(heading(page)).to_have_text("Sign in")
        await page.goto(f"{new.app.admin.admin_url}/connect")
        await expect(page).to_have_url(f"{new.app.admin.admin_url}/sign-in")
        await page.goto(link)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("alert")).to_have_text(re.compile("This link was used already"))
