"""Single-use links, sessions, and the CSRF token that every form needs."""

from __future__ import annotations

import re
from datetime import timedelta
from http.cookies import SimpleCookie

from aiohttp import ClientSession, web

from tests.web.administering import START, Gateway
from ups_gateway.web.admin import add_admin_routes
from ups_gateway.web.admin.session import PUBLIC, WRONG_TRIES, WrongTries, new_read_token
from ups_gateway.web.oauth import add_callback_routes


async def test_opening_a_link_uses_nothing_up_and_its_button_signs_in_once(gateway: Gateway) -> None:
    link = await gateway.link()
    for _ in range(3):  # previews, prefetches, scanners
        assert (await gateway.get(link)).status == 200
    ((action, fields),) = (await gateway.get(link)).forms()
    first = await gateway.send("POST", action, data=fields)
    second = await gateway.send("POST", action, data=fields)
    assert (first.status, first.location, (await gateway.get()).status) == (303, "/", 200)
    assert (second.status, "This link was used already" in second.words) == (403, True)


async def test_a_link_ends_after_ten_minutes(gateway: Gateway) -> None:
    ((action, fields),) = (await gateway.get(await gateway.link())).forms()
    gateway.clock.advance(601)
    assert (await gateway.send("POST", action, data=fields)).status == 403


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(gateway: Gateway) -> None:
    token = (await gateway.link()).partition("=")[2]
    async with ClientSession() as browser:
        posted = browser.post(f"{gateway.url}/sign-in", data={"token": token}, allow_redirects=False)
        async with posted as answer:
            cookie = SimpleCookie(answer.headers["Set-Cookie"])
    ((name, morsel),) = cookie.items()
    wanted = {"httponly": True, "samesite": "Strict", "path": "/", "secure": "", "max-age": "43200", "domain": ""}
    assert name == f"ups-gateway-{gateway.url.rpartition(':')[2]}"
    assert {key: morsel[key] for key in wanted} == wanted


async def test_a_session_ends_after_twelve_hours_and_by_signing_out(gateway: Gateway) -> None:
    await gateway.sign_in()
    gateway.clock.advance(12 * 3600 + 1)
    late = await gateway.get()
    await gateway.sign_in()
    inside = await gateway.get()
    cookies = {cookie.key: cookie.value for cookie in gateway.browser.cookie_jar}
    await gateway.post("/sign-out")
    kept = await gateway.send("GET", "/", cookies=cookies)
    assert [late.status, inside.status, (await gateway.get()).status, kept.status] == [303, 200, 303, 303]


async def test_without_a_session_the_page_says_which_command_prints_a_link(gateway: Gateway) -> None:
    page = await gateway.get()
    assert (page.status, page.location) == (303, "/sign-in")
    assert "ups-gateway admin-link" in (await gateway.get("/sign-in")).words


async def test_a_browser_sent_here_by_the_callback_page_asks_again_with_its_cookie(admin: Gateway) -> None:
    async with ClientSession() as without_cookie:
        headers = {"Sec-Fetch-Site": "cross-site"}
        async with without_cookie.get(admin.url, headers=headers, allow_redirects=False) as answer:
            status, text = answer.status, await answer.text()
    assert (status, '<meta http-equiv="refresh" content="0;url=/">' in text) == (200, True)


async def test_after_too_many_wrong_links_no_more_are_looked_at_for_a_while(gateway: Gateway) -> None:
    wrong = {(await gateway.send("POST", "/sign-in", data={"token": "x"})).status for _ in range(WRONG_TRIES)}
    token = (await gateway.link()).partition("=")[2]
    held = await gateway.send("POST", "/sign-in", data={"token": token})
    gateway.clock.advance(301)
    right = await gateway.send("POST", "/sign-in", data={"token": token})
    assert (wrong, held.status, held.headers["Retry-After"], right.status) == ({403}, 429, "300", 303)


def _routes(gateway: Gateway) -> list[tuple[str, str]]:
    """Method and a filled-in path of every route of the admin listener."""
    app = web.Application()
    add_admin_routes(app, gateway.parts)
    add_callback_routes(app, gateway.parts)
    filled = []
    for route in app.router.routes():
        assert route.resource is not None
        path = re.sub(r"/static.*", "/static/gateway.css", route.resource.canonical)
        path = re.sub(r"/seen-keys/\{id\}", f"/seen-keys/{'0' * 24}", path)
        filled.append((route.method, path.replace("{id}", "1")))
    return filled


async def test_every_route_that_is_not_public_wants_a_session(gateway: Gateway) -> None:
    open_to_all = set()
    for method, path in _routes(gateway):
        page = await gateway.send(method, path)
        if (page.status, page.headers.get("Location")) != (303, "/sign-in") and page.status != 401:
            inside = method == "POST" and page.status == 403 and "Your sign-in has ended." in page.words
            if not inside:
                open_to_all.add(path)
    assert open_to_all == {"/sign-in", "/static/gateway.css", "/upscallback"}
    assert open_to_all - {"/static/gateway.css"} <= PUBLIC


async def test_every_route_that_changes_something_wants_the_csrf_token(admin: Gateway) -> None:
    changing = [path for method, path in _routes(admin) if method not in ("GET", "HEAD") and path != "/sign-in"]
    answers = set()
    for path in changing:
        for data in ({}, {"csrf": ""}, {"csrf": "guessed"}):
            page = await admin.send("POST", path, data=data)
            answers.add((page.status, page.sentence))
    assert (len(changing) > 10, answers) == (True, {(403, "Nothing was done")})


async def test_nothing_that_is_only_looked_at_takes_a_post(admin: Gateway) -> None:
    for path in ("/", "/api/status", "/shipments/1/labels"):
        assert (await admin.post(path)).status == 405


async def test_the_status_for_programs_takes_a_session_or_the_read_token(gateway: Gateway) -> None:
    async def status(**headers: str) -> int:
        return (await gateway.get("/api/status", **headers)).status

    before = await status(), await status(Authorization="Bearer ")
    first = await new_read_token(gateway.store, gateway.vault)
    second = await new_read_token(gateway.store, gateway.vault)
    replaced, right = await status(Authorization=f"Bearer {first}"), await status(Authorization=f"bearer {second}")
    elsewhere = (await gateway.get("/", Authorization=f"Bearer {second}")).status
    changed = (await gateway.send("POST", "/api/status", headers={"Authorization": f"Bearer {second}"})).status
    await gateway.sign_in()
    assert (before, replaced, right, elsewhere, changed) == ((401, 401), 401, 200, 303, 401)
    assert await status() == 200


async def test_wrong_read_tokens_are_held_back_too(gateway: Gateway) -> None:
    token = await new_read_token(gateway.store, gateway.vault)
    for _ in range(WRONG_TRIES):
        await gateway.get("/api/status", Authorization="Bearer wrong")
    assert (await gateway.get("/api/status", Authorization=f"Bearer {token}")).status == 429


async def test_the_store_keeps_no_token_readable(gateway: Gateway) -> None:
    link = (await gateway.link()).partition("=")[2]
    read = await new_read_token(gateway.store, gateway.vault)
    await gateway.sign_in()
    cookies = [cookie.value for cookie in gateway.browser.cookie_jar]
    await gateway.store.check()
    folder = gateway.folder
    kept = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    assert [secret for secret in (link, read, *cookies) if secret.encode() in kept] == []


def test_wrong_tokens_do_not_outlast_a_clock_that_is_set_back() -> None:
    tries = WrongTries()
    for _ in range(WRONG_TRIES):
        tries.add("127.0.0.1", START)
    assert tries.too_many("127.0.0.1", START)
    assert not tries.too_many("127.0.0.1", START - timedelta(days=1))


def test_addresses_that_never_come_again_are_forgotten() -> None:
    tries = WrongTries()
    for _ in range(WRONG_TRIES):
        tries.add("10.0.0.1", START)
    before = tries.too_many("10.0.0.1", START)
    for number in range(1000):
        tries.add(f"10.1.{number // 250}.{number % 250}", START)
    assert (before, tries.too_many("10.0.0.1", START)) == (True, False)


async def test_a_store_that_fails_is_told_to_people_and_programs(admin: Gateway) -> None:
    await admin.store.close()
    page, status = await admin.get(), await admin.get("/api/status")
    assert (page.status, page.sentence) == (500, "This could not be done")
    assert (status.status, list(status.json)) == (500, ["error"])
