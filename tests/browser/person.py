"""What a person does at the browser, by the words on the screen."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from ups_gateway.cli.demo.house import House


async def sign_in(page: Page, at: House) -> None:
    """Opens a fresh link, and presses its button."""
    await page.goto(await at.sign_in_link())
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(f"{at.app.admin.admin_url}/")


async def allow(page: Page, login: str) -> None:
    """Signs in at the simulated UPS, and says yes."""
    await expect(heading(page)).to_have_text("Simulated sign-in")
    await page.get_by_label("User name").fill(login)
    await page.get_by_label("Password").fill(login)
    await page.get_by_role("button", name="Allow").click()


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def card(page: Page, name: str) -> Locator:
    """The card of a sign-in."""
    return page.get_by_role("article", name=name, exact=True)


async def unfolded(page: Page, name: str) -> Locator:
    """The card of a sign-in, opened: where there are many those that work are folded."""
    found = card(page, name)
    await expect(found).to_be_visible()
    if not await found.get_by_role("link", name="Details").is_visible():
        await found.get_by_role("heading", name=name).click()
    return found
