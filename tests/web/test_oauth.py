"""The way to UPS and back, through the simulator's own login form."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession, web

from tests.web.administering import Gateway, Page, serve
from ups_gateway.model import Profile
from ups_gateway.web.oauth import add_callback_routes


async def _begun(admin: Gateway, **fields: str) -> str:
    """The address at UPS that the Authorize button leads to."""
    page = await admin.post("/profiles", **({"name": "Dock 3", "application": "main"} | fields))
    assert page.status == 303, page.text
    return page.location


async def _profiles(admin: Gateway) -> list[tuple[str, bool]]:
    return [(profile.name, profile.tokens is not None) for profile in await admin.store.profiles()]


async def test_a_new_sign_in_goes_to_ups_and_comes_back_as_a_profile(admin: Gateway) -> None:
    address = await _begun(admin)
    assert address.startswith(f"{admin.ups_url}/security/v1/oauth/authorize?")
    page = await admin.come_back(await admin.at_ups(address))
    assert (page.status, page.sentence) == (200, "Dock 3 is signed in at UPS")
    assert "No account ships through this sign-in yet." in page.words
    assert await _profiles(admin) == [("Dock 3", True)]


async def test_after_consent_ups_is_asked_about_every_active_account_and_the_result_is_shown(admin: Gateway) -> None:
    profile = await admin.store.add_profile("Dock 3", "main", "simulator")
    for number, active in (("A1B2C3", True), ("K7L8M9", True), ("N1P2Q3", False)):
        await admin.account(number, profile=profile.id, active=active)
    begun = await admin.post(f"/profiles/{profile.id}/authorize")
    page = await admin.come_back(await admin.at_ups(begun.location))
    assert page.status == 200
    shown = re.findall(r"(Linked|Not linked|Undecided) ([A-Z0-9]{6})", page.words)
    assert shown == [("Linked", "A1B2C3"), ("Not linked", "K7L8M9")]
    assert "Add Existing Account" in page.words
    assert "Inactive accounts were not asked about: 1." in page.words
    kept = [(account.number, account.probe) for account in await admin.store.accounts()]
    assert kept == [("A1B2C3", "linked"), ("K7L8M9", "not_linked"), ("N1P2Q3", None)]
    assert await _profiles(admin) == [("Dock 3", True)]


async def test_an_undecided_probe_keeps_what_was_known_with_a_note(admin: Gateway) -> None:
    profile = await admin.store.add_profile("Dock 3", "main", "simulator")
    await admin.account(profile=profile.id, probe="linked")
    begun = await admin.post(f"/profiles/{profile.id}/authorize")
    location = await admin.at_ups(begun.location)
    admin.fault("rating", status=503, times=10)
    page = await admin.come_back(location)
    (account,) = await admin.store.accounts()
    assert "Undecided A1B2C3" in page.words
    assert (account.probe, account.probe_note != "", account.probed_at is not None) == ("linked", True, True)


async def test_the_result_leads_back_to_the_profile_on_the_page(admin: Gateway) -> None:
    page = await admin.come_back(await admin.at_ups(await _begun(admin)))
    (profile,) = await admin.store.profiles()
    assert f'href="/#profile-{profile.id}"' in page.text


# --- what can go wrong ------------------------------------------------------------------------------------------------


def _said(page: Page) -> tuple[int, str]:
    return page.status, page.sentence


async def test_a_declined_consent_says_so_and_changes_nothing(admin: Gateway) -> None:
    page = await admin.come_back(await admin.at_ups(await _begun(admin), choice="decline"))
    assert _said(page) == (400, "The sign-in was declined")
    assert "nothing has changed" in page.words
    assert await _profiles(admin) == []


async def test_a_second_click_says_that_the_sign_in_was_used(admin: Gateway) -> None:
    location = await admin.at_ups(await _begun(admin))
    await admin.come_back(location)
    assert _said(await admin.come_back(location)) == (400, "This sign-in was used already")
    assert await _profiles(admin) == [("Dock 3", True)]


async def test_a_sign_in_that_took_too_long_is_told_as_expired(admin: Gateway) -> None:
    location = await admin.at_ups(await _begun(admin))
    admin.clock.advance(31 * 60)
    assert _said(await admin.come_back(location)) == (400, "The sign-in took too long")


async def test_a_wrong_state_learns_nothing_of_what_is_set_up(admin: Gateway) -> None:
    await admin.consent("Warehouse Atlanta", "A1B2C3")
    location = await admin.at_ups(await _begun(admin))
    page = await admin.come_back(re.sub(r"state=[^&]*", "state=guessed", location))
    assert _said(page) == (400, "This sign-in is not known here")
    assert [word for word in ("Warehouse", "A1B2C3", "Dock 3", "client-1") if word in page.text] == []


async def test_an_empty_callback_says_what_is_missing(gateway: Gateway) -> None:
    page = await gateway.come_back("https://127.0.0.1/upscallback")
    assert _said(page) == (400, "No code was found")


@pytest.mark.parametrize(
    ("status", "code", "message", "advice"),
    [
        (400, "10400", "Invalid redirect URI", "character for character"),
        (401, "10401", "ClientId is Invalid", "Compare client id, client secret"),
        (400, "10402", "Invalid code verifier", "set `pkce: false`"),
        (403, "10403", "Blocked Merchant", "UPS blocks this account"),
        (429, "10429", "Too Many Requests", "quota"),
    ],
)
async def test_a_refusal_of_ups_is_shown_with_what_to_do(
    admin: Gateway, status: int, code: str, message: str, advice: str
) -> None:
    location = await admin.at_ups(await _begun(admin))
    admin.fault("oauth/token", status=status, body={"response": {"errors": [{"code": code, "message": message}]}})
    page = await admin.come_back(location)
    assert _said(page) == (400, "UPS refused the sign-in")
    assert (message in page.words, advice in page.words) == (True, True), page.words


async def test_an_unreachable_ups_is_told_apart_from_a_refusal(admin: Gateway) -> None:
    location = await admin.at_ups(await _begun(admin))
    admin.fault("oauth/token", drop="before", times=5)
    assert _said(await admin.come_back(location)) == (400, "UPS could not be reached")


async def test_a_campusship_login_ends_at_ups_and_the_page_to_paste_on_says_why(admin: Gateway) -> None:
    assert await admin.at_ups(await _begun(admin), "campus") == "/campusship"
    page = await admin.post("/paste", pasted="https://www.campusship.ups.com/login")
    assert page.status == 400
    assert "CampusShip logins cannot consent." in page.words


async def test_an_application_that_is_not_configured_cannot_be_authorized(admin: Gateway) -> None:
    page = await admin.post("/profiles", name="Dock 3", application="other")
    assert (page.status, "'other' is not in the configuration" in page.words) == (400, True)
    page = await admin.post("/profiles", name="", application="main")
    assert (page.status, "Give the sign-in a name" in page.words) == (400, True)


async def test_looking_at_the_callback_by_head_uses_no_code_up(admin: Gateway) -> None:
    location = await admin.at_ups(await _begun(admin))
    looked = await admin.send("HEAD", f"/upscallback?{urlsplit(location).query}")
    page = await admin.come_back(location)
    assert (looked.status, page.status) == (405, 200)


# --- pasting ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["whole", "cut", "code"])
async def test_what_a_person_pastes_finishes_the_sign_in(admin: Gateway, form: str) -> None:
    location = await admin.at_ups(await _begun(admin))
    code = parse_qs(urlsplit(location).query)["code"][0]
    pasted = {"whole": location, "cut": f"https://127.0.0.1/upscallback?code={code}", "code": f" {code}\n"}[form]
    page = await admin.post("/paste", pasted=pasted)
    assert (page.status, page.sentence) == (200, "Dock 3 is signed in at UPS")
    assert await _profiles(admin) == [("Dock 3", True)]


async def test_a_paste_without_a_code_shows_the_form_again_with_the_reason(admin: Gateway) -> None:
    page = await admin.post("/paste", pasted="https://127.0.0.1/elsewhere")
    assert page.status == 400
    assert "No code was found." in page.words
    assert "https://127.0.0.1/upscallback?code=" in page.words
    assert [action for action, _ in page.forms()] == ["/sign-out", "/paste"]


async def test_the_status_page_points_to_the_paste_form_while_a_sign_in_is_under_way(admin: Gateway) -> None:
    before = (await admin.get()).words
    await _begun(admin)
    during = (await admin.get()).words
    assert ("has not come back yet" in before, "has not come back yet" in during) == (False, True)


# --- the callback's page ----------------------------------------------------------------------------------------------


async def test_the_callback_needs_nothing_but_its_own_path_for_its_looks(gateway: Gateway) -> None:
    page = await gateway.come_back("https://127.0.0.1/upscallback?code=abcdef&state=x")
    assert re.findall(r'<link rel="stylesheet" href="([^"]*)"', page.text) == ["/upscallback?style"]
    style = await gateway.get("/upscallback?style")
    assert (style.status, style.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert re.findall(r"(?:src|href|action)=\"([^\"]*)\"", page.text) == [
        *("/upscallback?style", "#content", "/connect", "/"),
    ]


async def test_authorizing_again_keeps_the_profile(admin: Gateway) -> None:
    profile: Profile = await admin.consent()
    begun = await admin.post(f"/profiles/{profile.id}/authorize")
    await admin.come_back(await admin.at_ups(begun.location))
    found = await admin.store.profile(profile.id)
    assert found is not None
    assert (await _profiles(admin), found.generation) == ([("Dock 3", True)], profile.generation + 1)


# --- on the TLS listener ----------------------------------------------------------------------------------------------


@pytest.fixture
async def tls_listener(admin: Gateway) -> AsyncIterator[str]:
    """An application with nothing but the callback, as the TLS listener has it."""
    app = web.Application()
    add_callback_routes(app, admin.parts)
    async with AsyncExitStack() as stack:
        yield await serve(app, stack)


async def _opened(url: str) -> Page:
    async with ClientSession() as browser, browser.get(url, allow_redirects=False) as answer:
        return Page(answer.status, await answer.text(), dict(answer.headers))


async def test_the_tls_listener_finishes_a_sign_in_and_leads_to_the_status_page(
    admin: Gateway, tls_listener: str
) -> None:
    location = await admin.at_ups(await _begun(admin))
    page = await _opened(f"{tls_listener}/upscallback?{urlsplit(location).query}")
    (profile,) = await admin.store.profiles()
    style = await _opened(f"{tls_listener}/upscallback?style")
    assert (page.status, page.sentence, style.status) == (200, "Dock 3 is signed in at UPS", 200)
    assert f'href="http://127.0.0.1:8081/#profile-{profile.id}"' in page.text
    assert page.headers["X-Frame-Options"] == "DENY"


async def test_the_tls_listener_has_none_of_the_other_pages(tls_listener: str) -> None:
    statuses = [(await _opened(tls_listener + path)).status for path in ("/", "/sign-in", "/api/status", "/static/x")]
    assert statuses == [404, 404, 404, 404]


async def test_a_store_that_cannot_keep_the_sign_in_is_told(admin: Gateway, tls_listener: str) -> None:
    location = await admin.at_ups(await _begun(admin))
    await admin.store.close()
    page = await _opened(f"{tls_listener}/upscallback?{urlsplit(location).query}")
    assert _said(page) == (500, "The gateway could not keep the sign-in")
