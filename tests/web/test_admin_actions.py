"""What the buttons of the status page do, with the real store and the simulated UPS."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.web.administering import Gateway
from ups_gateway.model import Account, Operation, Shipment, State

# --- accounts ---------------------------------------------------------------------------------------------------------


async def test_an_account_is_added_to_a_profile_and_asked_about(admin: Gateway) -> None:
    profile = await admin.consent()
    page = await admin.post(
        "/accounts",
        number=" a1b2c3 ",
        nickname="<b>Dock</b>",
        postal_code="30328",
        country="us",
        through=f"profile:{profile.id}",
    )
    (account,) = await admin.store.accounts()
    assert (page.status, page.location) == (303, f"/?done=added#account-{account.id}")
    assert replace(account, probed_at=None) == Account(
        id=account.id,
        number="A1B2C3",
        environment="simulator",
        nickname="<b>Dock</b>",
        postal_code="30328",
        country="US",
        profile=profile.id,
        probe="linked",
        probe_note="UPS gave negotiated rates.",
    )
    assert "<b>Dock</b>" not in (await admin.get()).text


async def test_an_account_ships_through_client_credentials(admin: Gateway) -> None:
    await admin.post("/accounts", number="R7S8T9", postal_code="10001", country="US", through="application:direct")
    (account,) = await admin.store.accounts()
    assert (account.profile, account.application, account.environment) == (None, "direct", "simulator")
    assert admin.calls("oauth/token") == [200]
    assert "Valid for 1 of 1 account" in (await admin.get()).words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"number": "A1B2"}, "A UPS account number has 6 or 10 letters and digits"),
        ({"number": "A1B2C3"}, "Account A1B2C3 is there already in the simulator environment."),
        ({"number": "D4E5F6", "country": "USA"}, "Enter the country that the account has at UPS"),
        ({"number": "D4E5F6", "country": ""}, "Enter the country that the account has at UPS"),
        ({"number": "D4E5F6", "postal_code": ""}, "Enter the postal code that account D4E5F6 has at UPS"),
        ({"number": "D4E5F6", "through": "profile:99"}, "Choose the sign-in that the account ships through."),
        ({"number": "D4E5F6", "through": "application:main"}, "Choose the sign-in that the account ships through."),
        ({"number": "D4E5F6", "through": "profile:x"}, "Choose the sign-in that the account ships through."),
    ],
)
async def test_what_cannot_be_an_account_is_said(admin: Gateway, fields: dict[str, str], words: str) -> None:
    profile = await admin.store.add_profile("Dock 3", "main", "simulator")
    account = await admin.account()
    filled = {"through": f"profile:{profile.id}", "postal_code": "30328", "country": "US"}
    page = await admin.post("/accounts", **(filled | fields))
    assert (page.status, words in page.words, await admin.store.accounts()) == (400, True, [account])
    assert admin.calls("/rating/") == []


async def test_a_loose_account_is_connected_and_what_was_known_of_it_starts_anew(admin: Gateway) -> None:
    profile = await admin.consent()
    account = await admin.account("K7L8M9", probe="linked")
    await admin.post(f"/accounts/{account.id}/connect", through=f"profile:{profile.id}")
    (found,) = await admin.store.accounts()
    assert (found.profile, found.probe) == (profile.id, "not_linked")


async def test_an_account_is_never_connected_across_environments(admin: Gateway) -> None:
    profile = await admin.consent()
    account = await admin.account(environment="test")
    page = await admin.post(f"/accounts/{account.id}/connect", through=f"profile:{profile.id}")
    assert (page.status, "belongs to the test environment" in page.words) == (400, True)
    assert await admin.store.accounts() == [account]


async def test_an_account_is_made_inactive_and_active_again(admin: Gateway) -> None:
    account = await admin.account()
    states = []
    for active in ("no", "yes"):
        await admin.post(f"/accounts/{account.id}/active", active=active)
        states.append([one.active for one in await admin.store.accounts()])
    assert states == [[False], [True]]


async def test_an_account_is_removed_unless_a_key_uses_it(admin: Gateway) -> None:
    used, free = await admin.account(), await admin.account("D4E5F6")
    await admin.key(used)
    refused = await admin.post(f"/accounts/{used.id}/remove")
    removed = await admin.post(f"/accounts/{free.id}/remove")
    again = await admin.post(f"/accounts/{free.id}/remove")
    assert [refused.status, removed.status, again.status] == [400, 303, 404]
    assert ("is used by an access key" in refused.words, await admin.store.accounts()) == (True, [used])


# --- shipments --------------------------------------------------------------------------------------------------------


async def _shipped(admin: Gateway, **changed: Any) -> Shipment:
    profile = await admin.consent("Dock 3", "A1B2C3")
    (account,) = await admin.store.accounts()
    assert account.profile == profile.id
    return await admin.shipment(account, await admin.key(account), **changed)


async def _state(admin: Gateway, shipment: Shipment) -> tuple[State, str]:
    row = await admin.store.shipment(shipment.id)
    assert row is not None
    return row.state, row.number


async def test_a_shipment_is_voided_at_ups(admin: Gateway) -> None:
    shipment = await _shipped(admin)
    page = await admin.post(f"/shipments/{shipment.id}/void")
    assert (page.location, await _state(admin, shipment)) == (
        "/?done=voided#shipments",
        (State.VOIDED, shipment.number),
    )
    assert admin.calls("void") == [200]


async def test_a_void_that_ups_does_not_answer_goes_on_by_itself(admin: Gateway) -> None:
    shipment = await _shipped(admin)
    admin.fault("void", status=503, times=50)
    page = await admin.post(f"/shipments/{shipment.id}/void")
    assert (page.location, (await _state(admin, shipment))[0]) == ("/?done=voiding#shipments", State.VOIDING)


async def test_a_shipment_that_cannot_be_voided_is_told(admin: Gateway) -> None:
    shipment = await _shipped(admin, state=State.VOIDED)
    page = await admin.post(f"/shipments/{shipment.id}/void")
    assert (page.status, "is voided: there is nothing to void" in page.words) == (400, True)


async def test_a_person_says_that_an_unknown_shipment_exists_or_not(admin: Gateway) -> None:
    exists = await _shipped(admin, state=State.UNKNOWN, number="", tracking_numbers=())
    account, key = (await admin.store.accounts())[0], (await admin.store.keys())[0]
    does_not = await admin.shipment(account, key, state=State.UNKNOWN, number="", tracking_numbers=())
    await admin.post(f"/shipments/{exists.id}/settle", exists="yes", number="1z a1b2c3 0312345678")
    await admin.post(f"/shipments/{does_not.id}/settle", exists="no")
    assert [await _state(admin, one) for one in (exists, does_not)] == [
        (State.CREATED, "1ZA1B2C30312345678"),
        (State.NOT_CREATED, ""),
    ]


async def test_what_is_no_shipment_needs_no_number(admin: Gateway) -> None:
    pickup = await _shipped(
        admin, kind="other", operation=Operation.PICKUP_CREATE, state=State.UNKNOWN, number="", tracking_numbers=()
    )
    page = await admin.post(f"/shipments/{pickup.id}/settle", exists="yes")
    assert (page.status, (await _state(admin, pickup))[0]) == (303, State.CREATED)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"exists": "yes", "number": "?"}, "Enter the shipment's number as UPS shows it"),
        ({"exists": "maybe"}, "Say whether it exists at UPS."),
    ],
)
async def test_settling_asks_for_a_clear_word(admin: Gateway, fields: dict[str, str], words: str) -> None:
    shipment = await _shipped(admin, state=State.UNKNOWN, number="", tracking_numbers=())
    page = await admin.post(f"/shipments/{shipment.id}/settle", **fields)
    assert (page.status, words in page.words, (await _state(admin, shipment))[0]) == (400, True, State.UNKNOWN)


async def test_a_shipment_that_is_gone_is_told(admin: Gateway) -> None:
    assert (await admin.post("/shipments/99/settle", exists="no")).status == 404
