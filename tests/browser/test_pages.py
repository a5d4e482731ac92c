"""What is true of every page: anybody can read it, nothing is written into it that a script could be, it fits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any, Final

import pytest
from playwright.async_api import Page, expect

from tests.browser.chromium import Chromium
from tests.browser.person import allow, card, sign_in, unfolded
from tests.browser.tour import OPEN, a_day, formed, linked
from ups_gateway.cli.demo.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
VIOLATIONS: Final = {"resultTypes": ["violations"]}
COLOURS: Final = VIOLATIONS | {"runOnly": ["color-contrast"]}
"""All that another colour scheme can break."""
INLINE: Final = """() => [...document.querySelectorAll("*")].flatMap((one) => [
    ...(one.matches("script:not([src]), style, a[href^='javascript:']") ? [one.outerHTML] : []),
    ...[...one.attributes].filter((each) => /^on|^style$/i.test(each.name)).map((each) => one.outerHTML),
])"""
WIDER: Final = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
    [...document.querySelectorAll("body *")]
    .filter((one) => one.children.length === 0)
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth)
    .map((one) => one.outerHTML)"""
FOCUSED: Final = """() => {
    const one = document.activeElement;
    if (one === null || one === document.body) return null;
    const ring = getComputedStyle(one);
    window.met = window.met ?? [];
    window.met.push(one);
    return ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2;
}"""
CONTROLS: Final = "button, a[href], summary, select, textarea, input:not([type=hidden])"
UNMET: Final = f"""() => [...document.querySelectorAll("{CONTROLS}")]
    .filter((one) => one.checkVisibility() && !window.met.includes(one)).map((one) => one.outerHTML)"""


async def tour(page: Page, at: House) -> AsyncIterator[str]:
    async for kind in linked(page, at):
        yield kind
    async for name in formed(page, at):
        yield name


async def violations(page: Page, options: dict[str, Any]) -> list[tuple[str, str]]:
    """Rule and element of each."""
    found = await page.evaluate("options => axe.run(options)", options)
    return [(one["id"], node["html"]) for one in found["violations"] for node in one["nodes"]]


async def test_every_page_can_be_read_by_everybody_in_light_and_dark_and_on_a_phone(
    chromium: Chromium, demo: House
) -> None:
    await a_day(demo)
    met: list[str] = []
    troubles: list[tuple[object, ...]] = []
    async with chromium.window() as page:
        async for name in tour(page, demo):
            met.append(name)
            await page.evaluate(OPEN)
            troubles += [(name, "inline", html) for html in await page.evaluate(INLINE)]
            await page.evaluate(AXE)
            troubles += [(name, *each) for each in await violations(page, VIOLATIONS)]
            await page.emulate_media(color_scheme="dark")
            troubles += [(name, "dark", *each) for each in await violations(page, COLOURS)]
            await page.emulate_media(color_scheme="light")
            for width in (390, 320):
                await page.set_viewport_size({"width": width, "height": 800})
                troubles += [(name, "too wide", width, html) for html in await page.evaluate(WIDER)]
            await page.set_viewport_size({"width": 1280, "height": 900})
    assert troubles == []
    linked_to = {"/", "/connect", "/profiles/N", "/seen-keys/N", "/traffic", "/traffic/captures/N", "/report"}
    assert linked_to | {"paste", "tested", "delete", "consent", "consent-failed", "sign-in"} <= set(met)


async def test_a_new_gateway_can_be_read_by_everybody(chromium: Chromium, new: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, new)
        await page.evaluate(AXE)
        assert await violations(page, VIOLATIONS) == []
        await page.emulate_media(color_scheme="dark")
        assert await violations(page, COLOURS) == []


async def test_the_tab_key_meets_every_control_of_the_status_page_and_shows_where_it_is(
    chromium: Chromium, demo: House
) -> None:
    await a_day(demo)
    async with chromium.window() as page:
        await sign_in(page, demo)
        await page.evaluate(OPEN)
        rings = []
        await page.keyboard.press("Tab")
        while (ring := await page.evaluate(FOCUSED)) is not None:
            rings.append(ring)
            assert len(rings) < 500
            await page.keyboard.press("Tab")
        assert await page.evaluate(UNMET) == []
        assert set(rings) == {True}


async def test_the_keyboard_alone_opens_a_question_and_answers_it(chromium: Chromium, demo: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, demo)
        await unfolded(page, "Warehouse")
        change = page.get_by_role("row", name="W1H2S3").locator("summary")
        await change.focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Make inactive")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status").get_by_text("The account was changed.")).to_be_visible()
        await expect(page.get_by_role("row", name="W1H2S3")).to_contain_text("Inactive")


async def test_the_keyboard_alone_signs_in_at_ups_again(chromium: Chromium, demo: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, demo)
        await card(page, "Outlet").get_by_role("button", name="Reauthorize").focus()
        await page.keyboard.press("Enter")
        await allow(page, "outlet")
        await expect(page.get_by_role("listitem")).to_contain_text("G4H5J6")


async def test_the_first_tab_offers_to_skip_to_the_content(chromium: Chromium, demo: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, demo)
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(f"{demo.app.admin.admin_url}/#content")
