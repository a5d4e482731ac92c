"""What is true of every page: anybody can read it, nothing is written into it that a script could be, it fits."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Final

import pytest
from playwright.async_api import Page

from tests.browser.chromium import Chromium
from tests.browser.person import sign_in
from tests.browser.tour import OPEN, a_day, tour
from ups_gateway.cli.demo.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
VIOLATIONS: Final = {"resultTypes": ["violations"]}
COLOURS: Final = VIOLATIONS | {"runOnly": ["color-contrast"]}
"""All that another colour scheme can break."""
SMALL: Final = """() => [...document.querySelectorAll("button, a[href], summary, select, textarea, input")]
    .filter((one) => one.checkVisibility() && !(one.matches("a") && getComputedStyle(one).display === "inline"))
    .filter((one) => {
        const box = (one.closest("label") ?? one).getBoundingClientRect();
        return box.width < 24 || box.height < 24;
    })
    .map((one) => one.outerHTML)"""
"""What a finger misses (WCAG 2.2, 2.5.8); links within a text may be as high as its lines."""
INLINE: Final = """() => [...document.querySelectorAll("*")].flatMap((one) => [
    ...(one.matches("script:not([src]), style, a[href^='javascript:']") ? [one.outerHTML] : []),
    ...[...one.attributes].filter((each) => /^on|^style$/i.test(each.name)).map((each) => one.outerHTML),
])"""
WIDER: Final = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
    [...document.querySelectorAll("body *")]
    .filter((one) => one.children.length === 0)
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth)
    .map((one) => one.outerHTML)"""


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
            troubles += [(name, "too small", html) for html in await page.evaluate(SMALL)]
            await page.set_viewport_size({"width": 1280, "height": 900})
    assert troubles == []
    linked_to = {"/", "/connect", "/profiles/N", "/seen-keys/N", "/traffic", "/traffic/captures/N", "/report"}
    assert linked_to | {"lookup", "paste", "tested", "delete", "consent", "consent-failed", "sign-in"} <= set(met)


async def test_a_new_gateway_can_be_read_by_everybody(chromium: Chromium, new: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, new)
        await page.evaluate(AXE)
        assert await violations(page, VIOLATIONS) == []
        await page.emulate_media(color_scheme="dark")
        assert await violations(page, COLOURS) == []
