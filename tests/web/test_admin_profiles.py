"""The page of one sign-in, and what its buttons do."""

from __future__ import annotations

import re

import pytest

from tests.web.administering import Gateway
from ups_gateway.model import Health


async def test_the_page_shows_the_fields_that_administrators_know(admin: Gateway) -> None:
    profile = await admin.consent("Dock 3", "A1B2C3")
    page = await admin.get(f"/profiles/{profile.id}")
    assert re.findall(r"<dt>(.*?)</dt>", page.text) == [
        *("Token Type", "Token Status", "Token Issued", "Token Expires", "Token Scope"),
        *("Refresh Token Status", "Refresh Token Issued", "Refresh Token Expires", "Refresh Count"),
    ]
    assert (page.status, page.sentence) == (200, "Dock 3")
    actions = [action for action, _ in page.forms()]
    assert [action for action in actions if action.startswith("/profiles")] == [
        f"/profiles/{profile.id}/{what}" for what in ("authorize", "refresh", "check", "disconnect", "delete")
    ]


async def test_sign_ins_refreshes_and_their_failures_are_told_in_words(admin: Gateway) -> None:
    profile = await admin.consent("Dock 3")
    page = await admin.post(f"/profiles/{profile.id}/refresh", **{"from": "profile"})
    assert page.location == f"/profiles/{profile.id}?done=refreshed"
    refusal = {"response": {"errors": [{"code": "10401", "message": "Invalid Refresh Token"}]}}
    admin.fault("oauth/refresh", status=401, body=refusal, times=5)
    await admin.post(f"/profiles/{profile.id}/refresh")
    page = await admin.get(page.location)
    rows = re.findall(r'data-label="Result"><div><span class="badge (\w+)">.*?</span> (.*?)</span>', page.text)
    assert rows == [("bad", "Failed"), ("good", "Refreshed"), ("good", "Signed in")]
    assert "Somebody signed in at UPS. The access token lasts" in page.words
    assert "Invalid Refresh Token" in page.words
    assert "The tokens were refreshed." in page.words


async def test_a_test_of_the_connection_explains_what_ups_says_of_each_account(admin: Gateway) -> None:
    profile = await admin.consent("Dock 3", "A1B2C3", "K7L8M9")
    await admin.account("N1P2Q3", profile=profile.id, active=False)
    page = await admin.post(f"/profiles/{profile.id}/check")
    assert (page.status, page.sentence) == (200, "Connection of Dock 3")
    assert re.findall(r"(Linked|Not linked|Undecided) ([A-Z0-9]{6})", page.words) == [
        ("Linked", "A1B2C3"),
        ("Not linked", "K7L8M9"),
    ]
    assert "Add Existing Account" in page.words
    assert "Inactive accounts were not asked about: 1." in page.words
    (lonely,) = [await admin.consent("Dock 4")]
    assert "there was nothing to ask UPS about" in (await admin.post(f"/profiles/{lonely.id}/check")).words


async def test_a_profile_is_deleted_only_when_it_is_asked_for_twice(admin: Gateway) -> None:
    profile = await admin.consent("Dock 3", "A1B2C3")
    asked = await admin.post(f"/profiles/{profile.id}/delete")
    assert (asked.status, asked.sentence) == (200, "Delete Dock 3 for good?")
    assert "A1B2C3 cannot ship until it has another sign-in." in asked.words
    assert len(await admin.store.profiles()) == 1
    ((action, fields),) = [form for form in asked.forms() if form[0].endswith("/delete")]
    page = await admin.send("POST", action, data=fields)
    assert (page.location, await admin.store.profiles()) == ("/?done=deleted", [])
    assert [(one.number, one.profile) for one in await admin.store.accounts()] == [("A1B2C3", None)]


async def test_a_disconnected_profile_has_no_tokens_and_says_so(admin: Gateway) -> None:
    profile = await admin.consent("Dock 3")
    page = await admin.post(f"/profiles/{profile.id}/disconnect", **{"from": "profile"})
    page = await admin.get(page.location)
    assert "None: nobody has signed in, or the sign-in was disconnected." in page.words


async def test_no_tokens_value_is_on_the_page(admin: Gateway) -> None:
    profile = await admin.consent("Dock 3", "A1B2C3")
    assert profile.tokens is not None
    assert profile.tokens.refresh_token is not None
    text = (await admin.get(f"/profiles/{profile.id}")).text
    assert [one for one in (profile.tokens.access_token, profile.tokens.refresh_token) if one.reveal() in text] == []


async def test_the_page_of_a_profile_that_is_gone_says_so(admin: Gateway) -> None:
    page = await admin.get("/profiles/99")
    assert (page.status, "This sign-in is no longer there" in page.words) == (404, True)


async def test_refresh_now_gets_a_new_pair(admin: Gateway) -> None:
    profile = await admin.consent()
    page = await admin.post(f"/profiles/{profile.id}/refresh")
    found = await admin.store.profile(profile.id)
    assert (page.status, page.location) == (303, f"/?done=refreshed#profile-{profile.id}")
    assert found is not None
    assert (found.generation, admin.calls("oauth/refresh")) == (profile.generation + 1, [200])


async def test_a_refresh_that_ups_refuses_is_told_in_words(admin: Gateway) -> None:
    profile = await admin.consent()
    refusal = {"response": {"errors": [{"code": "10401", "message": "Invalid Refresh Token"}]}}
    admin.fault("oauth/refresh", status=401, body=refusal, times=5)
    page = await admin.post(f"/profiles/{profile.id}/refresh")
    assert (page.status, page.sentence) == (500, "This could not be done")
    assert "Invalid Refresh Token" in page.words
    found = await admin.store.profile(profile.id)
    assert found is not None
    assert admin.parts.keeper.health(found, admin.clock.utc()) is Health.REJECTED


async def test_disconnecting_forgets_the_tokens(admin: Gateway) -> None:
    profile = await admin.consent()
    page = await admin.post(f"/profiles/{profile.id}/disconnect")
    found = await admin.store.profile(profile.id)
    assert (page.status, found and found.tokens) == (303, None)


async def test_checking_asks_ups_about_the_active_accounts(admin: Gateway) -> None:
    profile = await admin.consent("Dock 3", "A1B2C3", "K7L8M9")
    await admin.account("N1P2Q3", profile=profile.id, active=False)
    await admin.post(f"/profiles/{profile.id}/check")
    assert [(one.number, one.probe) for one in await admin.store.accounts()] == [
        ("A1B2C3", "linked"),
        ("K7L8M9", "not_linked"),
        ("N1P2Q3", None),
    ]


@pytest.mark.parametrize("what", ["refresh", "disconnect", "check", "authorize"])
async def test_a_profile_that_is_gone_is_told(admin: Gateway, what: str) -> None:
    page = await admin.post(f"/profiles/99/{what}")
    assert (page.status, "This sign-in is no longer there" in page.words) == (404, True)
