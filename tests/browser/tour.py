"""Every page there is, one after the other, with something on it: for whoever checks or pictures them.

The rule: pages that a link leads to are found by following the links of the pages before them, so that a new page is
on the tour without being named; only what a form leads to is named here.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

from playwright.async_api import Page

from tests.browser.houses import ask, foreign, unaccepted, unknown
from tests.browser.person import allow, heading, sign_in, unfolded
from tests.gateway import rate
from ups_gateway.captures import COUNT
from ups_gateway.cli.demo.house import House

OPEN: Final = "for (const one of document.querySelectorAll('details')) one.open = true"
LINKS: Final = "[...document.querySelectorAll('a[href]:not([download])')].map(one => one.href)"
_FILES: Final = re.compile(r"/labels$|\.(csv|json)$|^/api/")


async def a_day(at: House) -> None:
    """An ordinary day, captured, and what went wrong on it."""
    await at.app.admin.captures.switch(COUNT)
    await foreign(at)
    await unknown(at)
    for _ in range(6):
        assert (await ask(at, rate())).code == ""
    await unaccepted(at)


async def tour(page: Page, at: House) -> AsyncIterator[str]:
    """What each page is called, once it is open. The page is signed in on the way, and signed out at the end."""
    async for kind in linked(page, at):
        yield kind
    async for name in formed(page, at):
        yield name


async def linked(page: Page, at: House) -> AsyncIterator[str]:
    """The kind of each page that links lead to from the status page, once it is open: "/", "/profiles/N"."""
    await sign_in(page, at)
    origin = at.app.admin.admin_url
    seen, waiting = {"/"}, deque([f"{origin}/"])
    while waiting:
        answer = await page.goto(waiting.popleft())
        assert answer is not None
        assert answer.status == 200, answer.url
        for link in await page.evaluate(LINKS):
            address = urldefrag(urljoin(page.url, link)).url
            kind = kind_of(address)
            if address.startswith(f"{origin}/") and kind not in seen and not _FILES.search(urlsplit(address).path):
                seen.add(kind)
                waiting.append(address)
        yield kind_of(page.url)


def kind_of(address: str) -> str:
    """The path without what names one of many."""
    return re.sub(r"/(\d+|[0-9a-f]{24})(?=/|$)", "/N", urlsplit(address).path)


async def formed(page: Page, at: House) -> AsyncIterator[str]:
    """What each page that a form leads to is called, once it is open. The page is signed in."""
    home = at.app.admin.admin_url
    await page.goto(f"{home}/")
    await (await unfolded(page, "Demo")).get_by_role("button", name="Test connection").click()
    yield "tested"
    await page.get_by_role("link", name="Back to Demo").click()
    await page.get_by_text("Delete…").click()
    await page.get_by_role("button", name="Delete Demo").click()
    yield "delete"
    await page.goto(f"{home}/")
    await page.get_by_role("button", name="Look it up at UPS").first.click()
    yield "lookup"
    await page.goto(f"{home}/paste")
    yield "paste"
    await page.get_by_label("Address or code").fill("nothing")
    await page.get_by_role("button", name="Finish the sign-in").click()
    await page.get_by_role("alert").wait_for()
    yield "paste-failed"
    await page.goto(f"{home}/profiles/99999")
    yield "message"
    await page.goto(f"{home}/")
    await (await unfolded(page, "Warehouse")).get_by_role("button", name="Reauthorize").click()
    await allow(page, "warehouse")
    await heading(page).get_by_text("is signed in at UPS").wait_for()
    yield "consent"
    await page.goto(page.url)
    yield "consent-failed"
    await page.goto(f"{home}/")
    await page.get_by_role("button", name="Sign out").click()
    yield "sign-in"
    await page.goto(await at.sign_in_link())
    yield "sign-in-link"
