"""Signing in at the simulated UPS, from the button to the stored pair."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.oauth.conftest import REDIRECT, START, Bench
from ups_gateway.model import Application, Secret
from ups_gateway.oauth.consent import Consent
from ups_gateway.oauth.paste import ConsentFailed


def change(bench: Bench, **what: object) -> None:
    application: Application = bench.applications["main"]
    bench.applications["main"] = replace(application, **what)  # type: ignore[arg-type]


async def begin(bench: Bench, profile: int | None = None) -> str:
    return await bench.keeper.begin("main", profile, name="Dock 3", return_to="/profiles?x=1")


async def fails(bench: Bench, query: dict[str, str]) -> ConsentFailed:
    with pytest.raises(ConsentFailed) as caught:
        await bench.keeper.finish(query)
    return caught.value


async def fails_pasted(bench: Bench, text: str) -> ConsentFailed:
    with pytest.raises(ConsentFailed) as caught:
        await bench.keeper.finish_pasted(text)
    return caught.value


@pytest.mark.parametrize("pkce", [True, False])
async def test_a_sign_in_makes_a_profile_with_a_token_that_works(bench: Bench, pkce: bool) -> None:
    change(bench, pkce=pkce)
    address = await begin(bench)
    consent = await bench.keeper.finish(await bench.sign_in(address))
    profile = consent.profile
    assert consent == Consent(profile, "/profiles?x=1", new=True)
    assert (profile.name, profile.application, profile.environment, profile.consented_at) == (
        "Dock 3",
        "main",
        "simulator",
        START,
    )
    assert profile.tokens is not None
    assert await bench.works(profile.tokens.access_token)
    assert profile.tokens.refresh_expires_at == START + timedelta(days=60)
    assert await bench.store.profile(profile.id) == profile
    assert await bench.history(profile.id) == [
        (True, "Somebody signed in at UPS. The access token lasts 60 minutes, the refresh token 60 days.")
    ]
    assert ("code_challenge" in parse_qs(urlsplit(address).query)) is pkce


async def test_a_new_sign_in_of_a_profile_replaces_its_pair(bench: Bench) -> None:
    first = await bench.consent()
    consent = await bench.keeper.finish(await bench.sign_in(await begin(bench, first.id), "office"))
    assert (consent.profile.id, consent.new, consent.profile.tokens == first.tokens) == (first.id, False, False)
    assert await bench.keeper.token_calls("main") == (2, 230)
    assert await bench.token(first.id) == consent.profile.tokens.access_token.reveal()  # type: ignore[union-attr]


@pytest.mark.parametrize("cut", [False, True])
async def test_the_pasted_address_of_the_callback_finishes_a_sign_in(bench: Bench, cut: bool) -> None:
    location = await bench.sign_in_at(await begin(bench))
    text = location.split("&")[0] if cut else location
    assert text.startswith(f"{REDIRECT}?code=")
    assert (await bench.keeper.finish_pasted(f" {text}\n")).profile.name == "Dock 3"


async def test_a_bare_code_belongs_to_the_sign_in_begun_last(bench: Bench) -> None:
    await bench.keeper.begin("main", None, name="Earlier")
    code = (await bench.sign_in(await begin(bench)))["code"]
    assert (await bench.keeper.finish_pasted(code)).profile.name == "Dock 3"


async def test_a_bare_code_without_a_sign_in_under_way_is_refused(bench: Bench) -> None:
    assert (await fails_pasted(bench, "UkVBTC1DT0RF")).words.startswith("No sign-in is under way")
    await bench.keeper.finish(await bench.sign_in(await begin(bench)))
    assert (await fails_pasted(bench, "UkVBTC1DT0RF")).kind == "unknown_state"


async def test_a_declined_sign_in_changes_nothing_and_may_be_allowed_after_all(bench: Bench) -> None:
    address = await begin(bench)
    failed = await fails(bench, await bench.sign_in(address, choice="decline"))
    assert (failed.kind, failed.words.startswith("The sign-in at UPS was declined")) == ("declined", True)
    assert await bench.store.profiles() == []
    assert (await bench.keeper.finish(await bench.sign_in(address))).new


async def test_only_the_sign_in_that_was_declined_is_noted_as_such(bench: Bench) -> None:
    query = await bench.sign_in(await begin(bench), choice="decline")
    made_up = await fails(bench, query | {"state": "made-up"})
    before = [row["declined"] for row in await bench.store.pending_consents(bench.clock.utc())]
    await fails(bench, query)
    after = [row["declined"] for row in await bench.store.pending_consents(bench.clock.utc())]
    assert (made_up.kind, before, after) == ("declined", [False], [True])


async def test_the_address_of_the_campusship_page_has_words_of_its_own(bench: Bench) -> None:
    location = await bench.sign_in_at(await begin(bench), "campus")
    assert (await fails_pasted(bench, f"{bench.url}{location}")).kind == "campusship"


async def test_a_second_click_is_told_apart_from_an_unknown_state_also_by_another_process(bench: Bench) -> None:
    query = await bench.sign_in(await begin(bench))
    await bench.keeper.finish(query)
    again = await fails(bench, query)
    unknown = await fails(bench, query | {"state": "made-up"})
    none = await fails(bench, {"code": query["code"]})
    assert [(f.kind, f.words.split(",")[0]) for f in (again, unknown, none)] == [
        ("second_click", "This sign-in was used already"),
        ("unknown_state", "This sign-in was not begun at this gateway"),
        ("unknown_state", "This sign-in was not begun at this gateway"),
    ]
    _, bench.keeper = await bench.open()
    assert (await fails(bench, query)).kind == "second_click"
    assert len(await bench.store.profiles()) == 1


async def test_a_sign_in_that_took_too_long_has_expired(bench: Bench) -> None:
    query = await bench.sign_in(await begin(bench))
    bench.clock.advance(30 * 60)
    assert (await fails(bench, query)).words == (
        "This sign-in took longer than 30 minutes and has expired. Press Authorize again."
    )


async def test_an_expired_sign_in_takes_no_bare_code(bench: Bench) -> None:
    code = (await bench.sign_in(await begin(bench)))["code"]
    bench.clock.advance(30 * 60)
    assert (await fails_pasted(bench, code)).kind == "unknown_state"


@pytest.mark.parametrize(("pkce", "other"), [(True, "`pkce: false`"), (False, "`pkce: true`")])
async def test_a_failed_exchange_names_the_other_setting(bench: Bench, pkce: bool, other: str) -> None:
    change(bench, pkce=pkce)
    query = await bench.sign_in(await begin(bench))
    bench.clock.advance(121)
    failed = await fails(bench, query)
    assert (failed.kind, "Invalid Authorization Code (10401)" in failed.words, other in failed.words) == (
        "refused",
        True,
        True,
    )
    assert await bench.store.profiles() == []


async def test_a_wrong_secret_is_said_with_what_to_compare(bench: Bench) -> None:
    change(bench, pkce=False)
    address = await begin(bench)
    query = await bench.sign_in(address)
    change(bench, client_secret=Secret("other"))
    failed = await fails(bench, query)
    assert failed.words.startswith("UPS refused: ClientId is Invalid (10401). Compare client id, client secret")


async def test_a_redirect_uri_that_ups_does_not_know_is_named(bench: Bench) -> None:
    query = await bench.sign_in(await begin(bench))
    change(bench, redirect_uri="https://127.0.0.1/other")
    failed = await fails(bench, query)
    assert failed.words.startswith("UPS refused: Invalid Redirect URI (10400). The redirect URI does not match")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 503}, "UPS answered the exchange call with HTTP 503"),
        ({"drop": "before"}, "UPS's reply was lost"),
        ({"status": 200, "raw": "<html>"}, "UPS answered the exchange call with HTTP 200 but without a usable token"),
    ],
)
async def test_an_exchange_without_answer_asks_for_another_sign_in(
    bench: Bench, fault: dict[str, object], words: str
) -> None:
    query = await bench.sign_in(await begin(bench))
    bench.fault("oauth/token", **fault)
    failed = await fails(bench, query)
    assert (failed.kind, failed.words.startswith(words)) == ("unreachable", True)
    assert failed.words.endswith("Nothing has changed; press Authorize again.")


async def test_what_is_not_there_cannot_be_authorized(bench: Bench) -> None:
    for application, profile in (("nowhere", None), ("direct", None), ("main", 99)):
        with pytest.raises(ConsentFailed) as caught:
            await bench.keeper.begin(application, profile)
        assert caught.value.kind == "gone"


async def test_a_profile_deleted_during_the_sign_in_is_said(bench: Bench) -> None:
    first = await bench.consent()
    query = await bench.sign_in(await begin(bench, first.id))
    await bench.store.delete_profile(first.id)
    assert (await fails(bench, query)).words == "The profile that was to be authorized has been deleted."


async def test_nothing_of_a_sign_in_lies_readable_on_disk(bench: Bench) -> None:
    address = await begin(bench)
    state = parse_qs(urlsplit(address).query)["state"][0]
    await bench.keeper.finish(await bench.sign_in(address))
    written = b"".join(file.read_bytes() for file in bench.path.parent.iterdir())
    profile = (await bench.store.profiles())[0]
    assert profile.tokens is not None
    assert [secret.encode() in written for secret in (state, profile.tokens.access_token.reveal(), "Dock 3")] == [
        False,
        False,
        True,
    ]
