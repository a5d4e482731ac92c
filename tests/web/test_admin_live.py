"""Open pages hear that something has changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientResponse, ClientSession, CookieJar

from tests.web.administering import Gateway, a_gateway
from ups_gateway.web.admin.live import Live


@asynccontextmanager
async def _listening(admin: Gateway) -> AsyncIterator[ClientResponse]:
    async with admin.browser.get(f"{admin.url}/events", allow_redirects=False) as answer:
        yield answer


async def _until(answer: ClientResponse, line: bytes) -> None:
    async with asyncio.timeout(5):
        while (read := await answer.content.readline()) != line:
            assert read, "the stream ended"


async def test_a_change_is_told_to_open_pages(admin: Gateway) -> None:
    async with _listening(admin) as answer:
        await _until(answer, b"retry: 3000\n")
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        await admin.account()
        await _until(answer, b"event: changed\n")


async def test_a_stream_wants_a_session_and_ends_with_it(admin: Gateway) -> None:
    async with _listening(admin) as answer:
        await _until(answer, b"retry: 3000\n")
        await admin.post("/sign-out")
        async with asyncio.timeout(5):
            await answer.content.read()
        assert answer.content.at_eof()
    async with _listening(admin) as refused:
        assert (refused.status, refused.headers["Location"]) == (303, "/sign-in")


async def test_a_stop_does_not_wait_for_open_pages(tmp_path: Path) -> None:
    """The listener of these tests waits a minute for what is under way."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        async with asyncio.timeout(None) as stopping, a_gateway(tmp_path) as gateway:
            page = await browser.get(gateway.url + await gateway.link())
            token = (await page.text()).partition('name="token" value="')[2].partition('"')[0]
            await browser.post(f"{gateway.url}/sign-in", data={"token": token}, allow_redirects=False)
            answer = await browser.get(f"{gateway.url}/events")
            await _until(answer, b"retry: 3000\n")
            stopping.reschedule(asyncio.get_running_loop().time() + 10)
        await answer.content.read()
        assert answer.content.at_eof()


async def test_a_store_that_cannot_be_read_ends_the_stream(admin: Gateway) -> None:
    async with _listening(admin) as answer:
        await _until(answer, b"retry: 3000\n")
        await admin.store.close()
        async with asyncio.timeout(5):
            await answer.content.read()
        assert answer.content.at_eof()


async def test_all_who_listen_share_one_look() -> None:
    looks = 0

    async def look() -> bytes:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        return b"the same"

    live = Live(look, pause=60.0)
    seen = await asyncio.gather(*(live.seen() for _ in range(5)))
    assert (len(set(seen)), looks) == (1, 1)
