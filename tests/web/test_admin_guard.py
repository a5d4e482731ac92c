"""Who may speak to the admin listener at all, and what every answer carries."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession

from tests.web.administering import Gateway
from ups_gateway.web.admin.guard import host_allowed
from ups_gateway.web.admin.parts import LOOPBACK_HOSTS


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8081", "LOCALHOST:9000", "[::1]:8081", "[::1]"])
def test_the_listener_is_reached_by_its_own_names_on_any_port(host: str) -> None:
    assert host_allowed(host, LOOPBACK_HOSTS)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8081",
        "127.0.0.1@evil",
        "",
        "[::1",
        "a b",
        "::1",
    ],
)
def test_other_names_are_not_the_listeners(host: str) -> None:
    assert not host_allowed(host, LOOPBACK_HOSTS)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/static/gateway.css", "/api/status", "/upscallback", "/nothing"])
async def test_a_rebound_name_gets_nothing_from_any_path(admin: Gateway, path: str) -> None:
    page = await admin.get(path, Host="evil.example")
    assert (page.status, page.text.startswith("This address is not one of the gateway's.")) == (421, True)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_form_of_another_origin_does_nothing(admin: Gateway, origin: str) -> None:
    account = await admin.account()
    data = {"csrf": await admin.csrf(), "active": "no"}
    page = await admin.send("POST", f"/accounts/{account.id}/active", data=data, headers={"Origin": origin})
    assert (page.status, await admin.store.accounts()) == (403, [account])


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_form_that_the_browser_calls_foreign_does_nothing(admin: Gateway, site: str) -> None:
    account = await admin.account()
    data = {"csrf": await admin.csrf(), "active": "no"}
    page = await admin.send("POST", f"/accounts/{account.id}/active", data=data, headers={"Sec-Fetch-Site": site})
    assert (page.status, await admin.store.accounts()) == (403, [account])


async def test_a_form_of_the_page_itself_works(admin: Gateway) -> None:
    account = await admin.account()
    data = {"csrf": await admin.csrf(), "active": "no"}
    headers = {"Origin": admin.url, "Sec-Fetch-Site": "same-origin"}
    page = await admin.send("POST", f"/accounts/{account.id}/active", data=data, headers=headers)
    assert (page.status, [one.active for one in await admin.store.accounts()]) == (303, [False])


@pytest.mark.parametrize("path", ["/", "/sign-in", "/static/gateway.css", "/nothing", "/upscallback", "/api/status"])
async def test_every_answer_has_the_security_headers(gateway: Gateway, path: str) -> None:
    async with ClientSession() as stranger, stranger.get(gateway.url + path, allow_redirects=False) as answer:
        found = {name: answer.headers[name] for name in answer.headers if name in WANTED}
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
        f"form-action 'self' https://*.ups.com {gateway.ups_url} https://127.0.0.1; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert found == WANTED | {"Content-Security-Policy": policy}


WANTED = {
    "Content-Security-Policy": "",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
