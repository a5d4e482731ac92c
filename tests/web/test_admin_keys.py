"""Resolve: what can be done with an access key that programs came with, and with one that is mapped."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.web.administering import Gateway
from ups_gateway.model import AccessKey, Secret, TwoPhase
from ups_gateway.store.guesses import FROM_ONE, Guesses


async def _seen_id(admin: Gateway) -> str:
    (seen,) = (await admin.send("GET", "/api/status")).json["seen_keys"]
    return str(seen["id"])


async def test_a_seen_key_is_mapped_with_the_password_it_came_with(admin: Gateway) -> None:
    account, second = await admin.account(), await admin.account("D4E5F6")
    test = await admin.account("T1T2T3", environment="test")
    seen = await admin.seen()
    page = await admin.post(
        f"/seen-keys/{await _seen_id(admin)}/map",
        account=str(account.id),
        further="d4e5f6",
        test_account=str(test.id),
        two_phase="quote",
        label="Web shop",
    )
    (key,) = await admin.store.keys()
    assert (page.status, page.location) == (303, "/?done=mapped#keys")
    assert key == AccessKey(
        id=key.id,
        licence=seen.licence,
        user=seen.user,
        password_hash=seen.password_hash,
        account=account.id,
        accounts=frozenset({account.id, second.id}),
        test_account=test.id,
        two_phase=TwoPhase.QUOTE,
        void_unaccepted_after=timedelta(minutes=30),
        label="Web shop",
    )
    assert await admin.store.sightings() == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"account": ""}, "Choose the account that the program ships on."),
        ({"two_phase": ""}, "Say whether the program shows prices to someone between confirm and accept."),
        ({"further": "Z9Z9Z9"}, "There is no account Z9Z9Z9 in the simulator environment."),
        ({"further": "Z9"}, "A UPS account number has 6 or 10 letters and digits"),
    ],
)
async def test_a_mapping_asks_for_what_it_lacks(admin: Gateway, fields: dict[str, str], words: str) -> None:
    account = await admin.account()
    await admin.seen()
    given = {"account": str(account.id), "two_phase": "ship"} | fields
    page = await admin.post(f"/seen-keys/{await _seen_id(admin)}/map", **given)
    assert (page.status, words in page.words, await admin.store.keys()) == (400, True, [])


async def test_a_new_password_of_a_mapped_key_is_accepted_by_a_button(admin: Gateway) -> None:
    key = await admin.key(await admin.account())
    await admin.seen(password_hash="new")
    assert "came with another password" in (await admin.get()).words
    await admin.post(f"/seen-keys/{await _seen_id(admin)}/password")
    assert (await admin.store.keys(), await admin.store.sightings()) == ([replace(key, password_hash="new")], [])


async def test_confirms_of_a_key_are_made_quotes_by_a_button(admin: Gateway) -> None:
    key = await admin.key(await admin.account())
    await admin.post(f"/keys/{key.id}/quote")
    assert [one.two_phase for one in await admin.store.keys()] == [TwoPhase.QUOTE]


@pytest.mark.parametrize(
    "path", [f"/seen-keys/{'0' * 24}/map", f"/seen-keys/{'0' * 24}/password", "/keys/99/quote", "/keys/99/mark"]
)
async def test_a_key_that_is_gone_is_told(admin: Gateway, path: str) -> None:
    page = await admin.post(path)
    assert (page.status, "This access key is no longer there" in page.words) == (404, True)


async def test_a_new_password_of_a_key_that_was_removed_meanwhile_is_told(admin: Gateway) -> None:
    await admin.seen()
    assert (await admin.post(f"/seen-keys/{await _seen_id(admin)}/password")).status == 404


async def test_the_page_of_a_key_tells_the_program_and_offers_every_choice(admin: Gateway) -> None:
    await admin.account()
    await admin.seen()
    name = await _seen_id(admin)
    page = await admin.get(f"/seen-keys/{name}")
    assert (page.status, page.sentence) == (200, "Resolve …EY01 user cart")
    for words in ("Cart/2", "127.0.0.1", "rate", "First seen", "Last seen", "keys map --seen 1 --account NUMBER"):
        assert words in page.words
    assert [action for action, _ in page.forms()] == [
        "/sign-out",
        f"/seen-keys/{name}/map",
        "/profiles",
        f"/seen-keys/{name}/mark",
        f"/seen-keys/{name}/mark",
    ]
    assert "LICENCE0000KEY01" not in page.text


async def test_a_sign_in_begun_for_a_key_leads_back_to_it(admin: Gateway) -> None:
    await admin.seen()
    name = await _seen_id(admin)
    account = {"number": "A1B2C3", "postal_code": "30328", "country": "US"}
    begun = await admin.post("/profiles", name="Dock 3", application="main", key=name, **account)
    page = await admin.come_back(await admin.at_ups(begun.location))
    assert f'href="/seen-keys/{name}">Go on: map the access key</a>' in page.text
    assert "A1B2C3" in (await admin.get(f"/seen-keys/{name}")).words


async def test_what_comes_instead_of_a_keys_name_leads_nowhere(admin: Gateway) -> None:
    begun = await admin.post("/profiles", name="Dock 3", application="main", key="../../elsewhere")
    page = await admin.come_back(await admin.at_ups(begun.location))
    assert "Go on: map the access key" not in page.words


@pytest.mark.parametrize("status", ["ignored", "blocked"])
async def test_a_key_that_is_put_away_is_not_listed_until_it_is_asked_for_again(admin: Gateway, status: str) -> None:
    seen = await admin.seen()
    name = await _seen_id(admin)
    page = await admin.post(f"/seen-keys/{name}/mark", status=status)
    await admin.seen()  # again
    tree = (await admin.get("/api/status")).json
    assert (page.location, tree["seen_keys"]) == (f"/?done=seen-{status}#keys", [])
    assert [(one["id"], one["status"]) for one in tree["hidden_keys"]] == [(name, status)]
    assert "Ignored and blocked" in (await admin.get()).words
    await admin.post(f"/seen-keys/{name}/mark", status="active")
    assert [one.status for one in await admin.store.sightings()] == ["active"]
    assert (await admin.store.sightings())[0].first_seen == seen.first_seen


@pytest.mark.parametrize("status", ["ignored", "blocked", "active"])
async def test_a_mapped_key_is_marked_by_a_button(admin: Gateway, status: str) -> None:
    key = await admin.key(await admin.account())
    page = await admin.post(f"/keys/{key.id}/mark", status=status)
    assert (page.location, [one.status for one in await admin.store.keys()]) == (f"/?done=key-{status}#keys", [status])


async def test_a_mark_that_is_none_is_told(admin: Gateway) -> None:
    key = await admin.key(await admin.account())
    page = await admin.post(f"/keys/{key.id}/mark", status="gone")
    assert (page.status, "Say whether the access key is to be active" in page.words) == (400, True)


async def test_the_page_of_a_key_that_is_gone_says_so(admin: Gateway) -> None:
    page = await admin.get(f"/seen-keys/{'0' * 24}")
    assert (page.status, "This access key is no longer there" in page.words) == (404, True)


async def test_who_guesses_at_a_password_is_shown_and_heard_again_by_a_button(admin: Gateway) -> None:
    key = await admin.key(await admin.account())
    guesses = Guesses(admin.store, admin.clock.utc)
    for number in range(FROM_ONE):
        await guesses.wrong(key.id, "10.0.0.7", Secret(f"guess {number}"))
    page = await admin.get()
    words = "Too many wrong passwords came from 10.0.0.7: refused there for 15 more minutes."
    action = f"/keys/{key.id}/unlock"
    assert (words in page.words, action in [one for one, _ in page.forms()]) == (True, True)
    pressed = await admin.post(action)
    assert (pressed.location, await guesses.held(key.id, "10.0.0.7")) == ("/?done=unlocked#keys", False)
    assert "Too many wrong passwords" not in (await admin.get()).words
