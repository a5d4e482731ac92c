"""The guided way to connect an account: what is explained before, while it lasts, and after."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.web.administering import Gateway, Page
from ups_gateway.model import Account


async def _signed_in_for(admin: Gateway, **account: str) -> Page:
    """The form filled in, the sign-in at UPS, the way back."""
    fields = {"name": "Dock 3", "application": "main", "country": "us", "postal_code": "30328"} | account
    begun = await admin.post("/profiles", **fields)
    assert begun.status == 303, begun.words
    return await admin.come_back(await admin.at_ups(begun.location))


async def _accounts(admin: Gateway) -> list[tuple[str, str, int | None, str | None]]:
    return [(one.number, one.postal_code, one.profile, one.probe) for one in await admin.store.accounts()]


async def test_the_account_that_was_named_is_made_connected_and_asked_about(admin: Gateway) -> None:
    page = await _signed_in_for(admin, number="a1b2c3", postal_code="30328", nickname="Dock")
    assert "Linked A1B2C3 Dock It can ship." in page.words
    (account,) = await admin.store.accounts()
    assert replace(account, probe_note="", probed_at=None) == Account(
        account.id, "A1B2C3", "simulator", "Dock", "30328", "US", profile=1, probe="linked"
    )


async def test_an_account_that_waits_for_a_sign_in_gets_this_one(admin: Gateway) -> None:
    await admin.account("A1B2C3")
    await _signed_in_for(admin, number="A1B2C3")
    assert await _accounts(admin) == [("A1B2C3", "30328", 1, "linked")]


async def test_an_account_of_another_sign_in_stays_there(admin: Gateway) -> None:
    first = await admin.consent("Dock 1", "A1B2C3")
    page = await _signed_in_for(admin, number="A1B2C3")
    assert "Account A1B2C3 ships through another sign-in, and stays there." in page.words
    assert await _accounts(admin) == [("A1B2C3", "30328", first.id, None)]


async def test_a_sign_in_without_an_account_is_a_sign_in(admin: Gateway) -> None:
    page = await _signed_in_for(admin)
    assert ("No account ships through this sign-in yet." in page.words, await _accounts(admin)) == (True, [])


async def test_an_account_that_is_not_the_logins_is_explained_with_the_steps(admin: Gateway) -> None:
    page = await _signed_in_for(admin, number="K7L8M9")
    assert "Missing or invalid shipper number: what to do" in page.words
    for step in ("Accounts and Payment", "Add Existing Account", "PIN", "Control ID", "three attempts in 24 hours"):
        assert step in page.words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Give the sign-in a name"),
        ({"number": "A1"}, "A UPS account number has 6 or 10 letters and digits"),
        ({"number": "A1B2C3", "country": "USA"}, "Enter the country that the account has at UPS"),
        ({"number": "A1B2C3", "country": ""}, "Enter the country that the account has at UPS"),
        ({"number": "A1B2C3", "country": "US"}, "Enter the postal code that account A1B2C3 has at UPS"),
        ({"application": "nothing"}, "The application 'nothing' is not in the configuration."),
    ],
)
async def test_what_is_wrong_is_said_before_anyone_signs_in(admin: Gateway, fields: dict[str, str], words: str) -> None:
    page = await admin.post("/profiles", **({"name": "Dock 3", "application": "main"} | fields))
    assert (page.status, words in page.words) == (400, True)


async def test_campusship_is_explained_beforehand_and_when_nothing_came_back_in_three_minutes(admin: Gateway) -> None:
    before = await admin.get("/connect")
    assert "UPS does not let CampusShip logins consent." in before.words
    await admin.post("/profiles", name="Dock 3", application="main")
    assert "begun just now, has not come back yet." in (await admin.get()).words
    asked = ["Did UPS show a CampusShip page" in (await admin.get(path)).words for path in ("/", "/connect")]
    admin.clock.advance(180)
    asked += ["Did UPS show a CampusShip page" in (await admin.get(path)).words for path in ("/", "/connect")]
    assert asked == [False, False, True, True]
    assert [one["slow"] for one in (await admin.get("/api/status")).json["pending"]] == [True]
    address = "https://www.campusship.ups.com/login"
    assert "CampusShip logins cannot consent." in (await admin.post("/paste", pasted=address)).words


async def test_the_choice_is_between_environments_in_words(admin: Gateway) -> None:
    page = await admin.get("/connect")
    assert "Production or test? Simulator." in page.words
    assert [fields.get("application") for action, fields in page.forms() if action == "/profiles"] == ["main"]
