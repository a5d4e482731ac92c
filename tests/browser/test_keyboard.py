"""Every page by the keyboard alone, as somebody uses it who has no mouse or cannot see where it points.

The rule: nothing is focused or opened by a script; what Tab does not reach, and Enter or Space do not open, is missing.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from playwright.async_api import Page, expect

from tests.browser.chromium import Chromium
from tests.browser.person import allow, sign_in
from tests.browser.tour import a_day, tour
from ups_gateway.cli.demo.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

MOST: Final = 500
"""More stops than any page has: somewhere the focus goes in a circle."""
FROM_THE_TOP: Final = """() => {
    window.met = [];
    document.body.tabIndex = -1;
    document.body.focus();
    scrollTo(0, 0);
}"""
FOCUSED: Final = """() => {
    const one = document.activeElement;
    if (one === null || one === document.body || one === window.met[0]) return null;
    const style = getComputedStyle(one), box = one.getClientRects()[0], last = window.met.at(-1);
    const [x, y] = [box.x + box.width / 2, box.y + Math.min(box.height, innerHeight) / 2];
    const top = document.elementFromPoint(x, y);
    window.met.push(one);
    return {
        html: one.outerHTML,
        ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        // A busy machine may be slow to answer, and the page says so for a moment.
        seen: top !== null && (one.contains(top) || top.contains(one) || top.id === "stale"),
        onward: !last || Boolean(last.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING),
        inside: document.querySelector("main").contains(one),
        folds: one.matches("summary"),
        choices: one.matches("[type=radio]") ? document.getElementsByName(one.name).length : 0,
    };
}"""
OPENED: Final = "document.activeElement.parentElement.open"
CONTROLS: Final = "button, a[href], summary, select, textarea, input:not([type=hidden])"
UNMET: Final = f"""() => [...document.querySelectorAll("{CONTROLS}")]
    .filter((one) => one.checkVisibility() && !window.met.includes(one)).map((one) => one.outerHTML)"""


async def stop(page: Page) -> dict[str, Any] | None:
    """Where the focus is; None: it has left the page, or begins again at its top."""
    found: dict[str, Any] | None = await page.evaluate(FOCUSED)
    return found


async def skipped(page: Page) -> list[tuple[str, str]]:
    """What is wrong with the way past the navigation."""
    await page.evaluate(FROM_THE_TOP)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await stop(page)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    first = await stop(page)
    return [] if first is None or first["inside"] else [("not skipped", first["html"])]


async def walked(page: Page) -> list[tuple[str, str]]:
    """What is wrong on the way through the whole page, everything opened as it comes."""
    troubles = []
    await page.evaluate(FROM_THE_TOP)
    for _ in range(MOST):
        await page.keyboard.press("Tab")
        if (at := await stop(page)) is None:
            break
        troubles += [(what, at["html"]) for what in ("ring", "seen", "onward") if not at[what]]
        for _ in range(at["choices"] - 1):
            await page.keyboard.press("ArrowDown")
            await stop(page)
        if at["folds"]:
            was = await page.evaluate(OPENED)
            states = []
            for key in ("Enter", "Space"):
                await page.keyboard.press(key)
                states.append(await page.evaluate(OPENED))
            if not was:
                await page.keyboard.press("Enter")
            troubles += [] if states == [not was, was] else [("does not open and close", at["html"])]
    else:
        troubles.append(("a trap", ""))
    return troubles + [("not reached", html) for html in await page.evaluate(UNMET)]


async def test_every_action_of_every_page_is_reached_seen_and_opened_by_the_keyboard(
    chromium: Chromium, demo: House
) -> None:
    await a_day(demo)
    troubles: list[tuple[str, ...]] = []
    async with chromium.window() as page:
        async for name in tour(page, demo):
            troubles += [(name, *each) for each in await skipped(page)]
            troubles += [(name, *each) for each in await walked(page)]
    assert troubles == []


async def test_the_keyboard_alone_opens_a_question_answers_it_and_goes_on_where_it_was(
    chromium: Chromium, demo: House
) -> None:
    async with chromium.window() as page:
        await sign_in(page, demo)
        row, change = page.get_by_role("row", name="G4H5J6"), page.get_by_text("Change account G4H5J6…")
        await tab_to(page, "Change account G4H5J6…")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Make inactive")).to_be_focused()
        await page.keyboard.press("Space")
        await expect(page.get_by_role("status").get_by_text("The account was changed.").first).to_be_visible()
        await expect(row).to_contain_text("Inactive")
        await page.keyboard.press("Tab")
        await expect(change).to_be_focused()


async def test_the_keyboard_alone_signs_in_at_ups_again(chromium: Chromium, demo: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, demo)
        await tab_to(page, "Reauthorize")
        await page.keyboard.press("Enter")
        await allow(page, "archive")
        await expect(page.get_by_role("listitem")).to_contain_text("N1P2Q3")


async def tab_to(page: Page, words: str) -> None:
    """Until the control with these words has the focus."""
    for _ in range(MOST):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.textContent.trim()") == words:
            return
    raise AssertionError(f"Tab does not reach {words}")
