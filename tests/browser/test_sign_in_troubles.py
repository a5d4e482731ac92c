"""Wherever the first connection can go wrong: what the page then says, and the way on from there."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.chromium import Chromium
from tests.browser.houses import control, new_house
from tests.browser.person import allow, heading, sign_in
from ups_gateway.cli.demo.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

LATE = timedelta(minutes=31)
SLOW = timedelta(minutes=3)


async def begin(page: Page, at: House, name: str = "Warehouse") -> None:
    """As far as UPS's own page."""
    await page.goto(f"{at.app.admin.admin_url}/connect")
    await page.get_by_label("Name for this sign-in").fill(name)
    await page.get_by_role("button", name="Authorize at UPS").click()
    await expect(page).to_have_url(re.compile(rf"{at.ups_url}/"))


async def expect_another_try(page: Page) -> None:
    """From what went wrong back to the beginning."""
    await page.get_by_role("link", name="Begin again").click()
    await expect(heading(page)).to_have_text("Connect a UPS account")


async def test_a_declined_consent_is_over_and_leads_to_another_try(chromium: Chromium, new: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, new)
        await begin(page, new)
        await page.get_by_role("button", name="Decline").click()
        await expect(heading(page)).to_have_text(re.compile("The sign-in was declined"))
        await expect(
            page.get_by_text("nothing has changed. Press Authorize again and allow access there")
        ).to_be_visible()
        await expect_another_try(page)
        await expect(page.get_by_text("has not come back yet")).to_have_count(0)


async def test_a_sign_in_that_took_too_long_says_so(chromium: Chromium, new: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, new)
        await begin(page, new)
        new.clock.advance(LATE.total_seconds())
        await allow(page, "demo")
        await expect(heading(page)).to_have_text(re.compile("The sign-in took too long"))
        await expect(page.get_by_text("took longer than 30 minutes and has expired")).to_be_visible()
        await expect_another_try(page)


async def test_a_second_click_says_that_the_sign_in_was_used(chromium: Chromium, new: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, new)
        await begin(page, new)
        await allow(page, "demo")
        await expect(heading(page)).to_have_text(re.compile("Warehouse is signed in at UPS"))
        await page.reload()
        await expect(heading(page)).to_have_text(re.compile("This sign-in was used already"))
        await page.get_by_role("link", name="Open the status page").click()
        await expect(page.get_by_role("article", name="Warehouse")).to_contain_text("Works")


async def test_an_application_of_another_environment_ends_at_ups_and_is_explained_here(
    chromium: Chromium, tmp_path: Path
) -> None:
    house = new_house(tmp_path, chromium.certificates, client_id="client-of-another-environment")
    async with house as new, chromium.window() as page:
        await sign_in(page, new)
        await begin(page, new)
        await expect(page.get_by_text("ClientId is Invalid")).to_be_visible()
        new.clock.advance(SLOW.total_seconds())
        await page.goto(f"{new.app.admin.admin_url}/")
        await expect(
            page.get_by_text("Did UPS show an error? Then client id, environment or callback URL")
        ).to_be_visible()


async def test_the_pkce_setting_is_named_where_ups_refuses_the_code(chromium: Chromium, new: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, new)
        await begin(page, new)
        refusal = {"response": {"errors": [{"code": "10402", "message": "Invalid code verifier"}]}}
        await control(new, "faults", [{"path": "oauth/token", "status": 400, "body": refusal, "times": 1}])
        await allow(page, "demo")
        await expect(heading(page)).to_have_text(re.compile("UPS refused the sign-in"))
        await expect(page.get_by_text("set `pkce: false` for this application and authorize again")).to_be_visible()
        await expect_another_try(page)


async def test_campusship_is_explained_before_after_three_minutes_and_for_a_pasted_address(
    chromium: Chromium, new: House
) -> None:
    async with chromium.window() as page:
        await sign_in(page, new)
        await page.goto(f"{new.app.admin.admin_url}/connect")
        await expect(page.get_by_text("A CampusShip login cannot be used.")).to_be_visible()
        await begin(page, new)
        await allow(page, "campus")
        await expect(page).to_have_url(f"{new.ups_url}/campusship")
        ended_on = page.url
        await page.goto(f"{new.app.admin.admin_url}/connect")
        await expect(page.get_by_text("has not come back yet")).to_be_visible()
        await expect(page.get_by_text("Did UPS show a CampusShip page")).to_have_count(0)
        new.clock.advance(SLOW.total_seconds())
        await page.reload()
        await expect(page.get_by_text("Did UPS show a CampusShip page")).to_be_visible()
        await page.get_by_label("Address or code").fill(ended_on)
        await page.get_by_role("button", name="Finish the sign-in").click()
        await expect(page.get_by_role("alert")).to_have_text(re.compile("CampusShip logins cannot consent"))
        await expect(page.get_by_role("alert")).to_contain_text(
            "Make a new UPS.com profile with another e-mail address"
        )


async def test_an_account_that_is_not_the_logins_is_explained_with_all_steps_of_ups(
    chromium: Chromium, demo: House
) -> None:
    async with chromium.window() as page:
        await sign_in(page, demo)
        row = page.get_by_role("row", name="Z9Y8X7")
        await expect(row).to_contain_text("it cannot ship")
        await row.get_by_role("link", name="All steps").click()
        steps = page.get_by_role("region", name="If UPS says “Missing or invalid shipper number”")
        await expect(steps.get_by_role("listitem")).to_have_text(
            [
                re.compile("Accounts and Payment"),
                re.compile("Add Existing Account"),
                re.compile("PIN.*Invoice Number.*Invoice Date.*Invoice Amount.*Control ID.*three attempts in 24 hours"),
                re.compile("Test connection"),
            ]
        )
