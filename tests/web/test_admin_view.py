"""What the first sentence and the cards say, from facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ups_gateway.model import AccessKey, Account, Application, Environment, Grant, Health, Profile, Secret, TokenPair
from ups_gateway.oauth import lifetime
from ups_gateway.oauth.lifetime import Held
from ups_gateway.shipping.desk import Acceptance
from ups_gateway.web.admin.facts import Facts
from ups_gateway.web.admin.values import Status, TokenFields
from ups_gateway.web.admin.view import account_health, status

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAIN = Application("main", "production", Grant.AUTHORIZATION_CODE, "id", Secret("s"))
DIRECT = Application("direct", "production", Grant.CLIENT_CREDENTIALS, "id2", Secret("s"))
TRIAL = Application("trial", "test", Grant.AUTHORIZATION_CODE, "id3", Secret("s"))
PAIR = TokenPair(
    access_token=Secret("a"),
    access_expires_at=NOW + HOUR,
    refresh_token=Secret("r"),
    refresh_expires_at=NOW + 53 * DAY,
    status="approved",
    scope="rating",
    issued_at=NOW - HOUR,
    refresh_status="approved",
    refresh_issued_at=NOW - 7 * DAY,
    refresh_count="3",
)


def profile(number: int = 1, **changed: Any) -> Profile:
    made = Profile(number, f"Dock {number}", "main", "production", PAIR, consented_at=NOW - 7 * DAY)
    return replace(made, **changed)


def account(number: str, **changed: Any) -> Account:
    return replace(Account(int(number[-1]), number, "production", profile=1), **changed)


def shown(
    *,
    profiles: tuple[Profile, ...] = (),
    accounts: tuple[Account, ...] = (),
    applications: tuple[Application, ...] = (MAIN,),
    **changed: Any,
) -> Status:
    facts = Facts(
        now=NOW,
        applications={one.name: one for one in applications},
        environments={"production": Environment("production", "https://onlinetools.ups.com")},
        profiles=profiles,
        health={one.id: lifetime.health(one, NOW) for one in profiles},
        accounts=accounts,
        client_tokens={one.id: (None, "") for one in accounts if one.application},
        keys=(),
        sightings={},
        attention=(),
        unaccepted=(),
        acceptance=(),
        pending=(),
    )
    return status(replace(facts, **changed), UTC)


WORKS = "Shipping works. Next sign-in needed by 14 January 2027."
UNTIL_27 = "Shipping works until 27 November: sign in again for Dock 1 before then."
ENDS_SOON = "The sign-in ends in 5 days; until then shipping works. Press Reauthorize and sign in at UPS."
EXPIRING = replace(PAIR, refresh_expires_at=NOW + 5 * DAY)
EXPIRED = replace(PAIR, refresh_expires_at=NOW - DAY)
A1, A2, A3 = account("AAAAA1"), account("AAAAA2"), account("AAAAA3")


@pytest.mark.parametrize(
    ("profiles", "accounts", "sentence", "works"),
    [
        ((), (), "No UPS account is set up yet: sign in with UPS, then add the account.", False),
        ((profile(),), (A1, A2), WORKS, True),
        (
            (profile(tokens=EXPIRING),),
            (A1,),
            "Shipping works until 27 November: sign in again for Dock 1 before then.",
            True,
        ),
        ((profile(tokens=EXPIRED),), (A1,), "Shipping does not work: AAAAA1 cannot ship.", False),
        ((profile(rejected="no"),), (A1, A2), "Shipping does not work: AAAAA1 and AAAAA2 cannot ship.", False),
        (
            (profile(),),
            (A1, replace(A2, probe="not_linked"), replace(A3, profile=None)),
            "2 accounts cannot ship: AAAAA2 and AAAAA3.",
            False,
        ),
        (
            (profile(),),
            (A1, replace(A2, probe="not_linked", active=False)),
            WORKS,
            True,
        ),
        ((profile(),), (replace(A1, active=False),), "All accounts are inactive: nothing ships.", False),
        (
            (profile(), profile(2, tokens=EXPIRING)),
            (A1,),
            WORKS,
            True,
        ),
    ],
)
def test_the_first_sentence_answers_whether_shipping_works(
    profiles: tuple[Profile, ...], accounts: tuple[Account, ...], sentence: str, works: bool
) -> None:
    page = shown(profiles=profiles, accounts=accounts)
    assert (page.sentence, page.works) == (sentence, works)


def test_client_credentials_alone_need_no_sign_in() -> None:
    page = shown(applications=(DIRECT,), accounts=(replace(A1, profile=None, application="direct"),))
    assert (page.sentence, page.works) == ("Shipping works. No sign-in is needed.", True)


def test_nothing_configured_is_said() -> None:
    page = shown(applications=())
    assert page.sentence == "Nothing is set up yet. Add an application to the configuration, then sign in with UPS."


def test_production_and_test_are_never_mixed_and_production_speaks_first() -> None:
    page = shown(
        applications=(TRIAL, MAIN),
        profiles=(profile(), profile(2, application="trial", environment="test", tokens=EXPIRED)),
        accounts=(A1, replace(A2, environment="test", profile=2)),
    )
    assert [(one.environment, one.production, one.test, one.sentence) for one in page.sections] == [
        ("production", True, False, WORKS),
        ("test", False, True, "Shipping does not work: AAAAA2 cannot ship."),
    ]
    assert page.sentence == WORKS


def test_an_account_never_ships_through_a_profile_of_another_environment() -> None:
    page = shown(profiles=(profile(),), accounts=(replace(A1, environment="test"),))
    assert [(one.environment, [line.number for line in one.loose]) for one in page.sections] == [
        ("production", []),
        ("test", ["AAAAA1"]),
    ]


@pytest.mark.parametrize(
    ("source", "changed", "health"),
    [
        (Health.OK, {}, Health.OK),
        (Health.OK, {"probe": "linked"}, Health.OK),
        (Health.OK, {"probe": "undecided"}, Health.OK),
        (Health.OK, {"probe": "not_linked"}, Health.NOT_LINKED),
        (Health.EXPIRING, {}, Health.EXPIRING),
        (Health.EXPIRED, {"probe": "linked"}, Health.EXPIRED),
        (Health.REJECTED, {"probe": "not_linked"}, Health.REJECTED),
        (Health.REJECTED, {"active": False}, Health.INACTIVE),
    ],
)
def test_an_account_is_never_healthier_than_its_profile(
    source: Health, changed: dict[str, Any], health: Health
) -> None:
    assert account_health(replace(A1, **changed), source) is health


def test_a_card_has_the_fields_that_administrators_know() -> None:
    (section,) = shown(profiles=(profile(),), accounts=(A1,)).sections
    (card,) = section.cards
    assert card.fields == TokenFields(
        token_type="Bearer",
        token_status="Valid (UPS: approved)",
        token_issued=NOW - HOUR,
        token_expires=NOW + HOUR,
        token_scope="rating",
        refresh_token_status="Valid (UPS: approved)",
        refresh_token_issued=NOW - 7 * DAY,
        refresh_token_expires=NOW + 53 * DAY,
        refresh_count="3",
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ("Works", "Reauthorize", "Valid (UPS: approved)", "Valid (UPS: approved)")),
        (
            {"tokens": replace(PAIR, access_expires_at=NOW)},
            ("Works", "Reauthorize", "Expired; renewed when next needed (UPS: approved)", "Valid (UPS: approved)"),
        ),
        (
            {"tokens": replace(EXPIRED, access_expires_at=NOW, status="", refresh_status="")},
            ("Expired", "Reauthorize", "Expired", "Expired"),
        ),
        (
            {"tokens": replace(PAIR, refresh_token=None, refresh_expires_at=None, refresh_status="")},
            ("Works, sign in soon", "Reauthorize", "Valid (UPS: approved)", "None"),
        ),
        (
            {"rejected": "UPS refused: no (1)."},
            ("Refused by UPS", "Reauthorize", "Valid (UPS: approved)", "Refused by UPS (UPS: approved)"),
        ),
    ],
)
def test_health_button_and_token_statuses_agree(changed: dict[str, Any], said: tuple[str, ...]) -> None:
    (section,) = shown(profiles=(profile(**changed),)).sections
    (card,) = section.cards
    assert card.fields is not None
    assert (card.words, card.button, card.fields.token_status, card.fields.refresh_token_status) == said


@pytest.mark.parametrize(
    ("made", "health", "advice"),
    [
        (profile(), Health.OK, ""),
        (
            profile(tokens=EXPIRING),
            Health.EXPIRING,
            "The sign-in ends in 5 days; until then shipping works. Press Reauthorize and sign in at UPS.",
        ),
        (
            profile(tokens=EXPIRED),
            Health.EXPIRED,
            (
                "The sign-in has ended. Its accounts cannot ship. Press Reauthorize and sign in at UPS; shipping works "
                "again at once."
            ),
        ),
        (
            profile(rejected="UPS refused: no (1)."),
            Health.REJECTED,
            (
                "UPS refused: no (1). Its accounts cannot ship. This happens when the UPS "
                "password or the account's payment changed. Press Reauthorize and sign in at UPS."
            ),
        ),
        (
            profile(tokens=None),
            Health.NEVER_AUTHORIZED,
            (
                "Nobody has signed in yet, and nothing ships through it. Press Authorize and sign in at UPS "
                "with the login that has the accounts."
            ),
        ),
    ],
)
def test_every_health_of_a_profile_says_what_to_do(made: Profile, health: Health, advice: str) -> None:
    (section,) = shown(profiles=(made,)).sections
    (card,) = section.cards
    assert (card.health, card.advice) == (health, advice)


def test_a_profile_whose_application_is_gone_is_inactive_and_cannot_be_authorized() -> None:
    page = shown(applications=(), profiles=(profile(),), health={1: Health.INACTIVE})
    (card,) = page.sections[0].cards
    assert (card.words, card.button) == ("Inactive", "")
    assert card.advice.startswith("The application main is no longer in the configuration.")


def test_a_card_takes_the_colour_of_its_gravest_active_account() -> None:
    bad = replace(A2, probe="not_linked")
    tones = [
        shown(profiles=(profile(),), accounts=accounts).sections[0].cards[0].worst
        for accounts in ((A1,), (A1, bad), (A1, replace(bad, active=False)))
    ]
    assert tones == ["good", "bad", "good"]


def test_client_credentials_show_their_tokens_and_what_ups_refused() -> None:
    mine = tuple(replace(one, profile=None, application="direct") for one in (A1, A2))
    held = Held(Secret("t"), NOW - HOUR, NOW + HOUR, 0.0)

    def card(first: tuple[Held | None, str]) -> tuple[object, ...]:
        page = shown(applications=(DIRECT,), accounts=mine, client_tokens={1: first, 2: (None, "")})
        (found,) = page.sections[0].cards
        assert found.fields is not None
        healths = [line.health.value for line in found.accounts]
        return found.words, found.advice, found.fields.token_status, found.fields.token_expires, healths

    assert [card((None, "")), card((held, "")), card((None, "UPS refused: no (1)."))] == [
        ("Ready", "", "Asked for when needed", None, ["ok", "ok"]),
        ("Works", "", "Valid for 1 of 2 accounts", NOW + HOUR, ["ok", "ok"]),
        ("Refused by UPS", "UPS refused: no (1).", "Asked for when needed", None, ["rejected", "ok"]),
    ]


def test_a_key_that_confirms_much_and_accepts_little_is_advised_to_quote() -> None:
    key = AccessKey(7, "LICENCE0000KEY01", "cart", "hash", 1)
    page = shown(profiles=(profile(),), accounts=(A1,), keys=(key,), acceptance=(Acceptance(7, 10, 2),))
    assert [(line.licence, line.account, line.advice) for line in page.keys] == [
        (
            "…EY01",
            "AAAAA1",
            (
                "Of 10 confirms in 7 days 2 were accepted. "
                "If the program only asks for prices, let its confirms be quotes."
            ),
        )
    ]


def test_of_very_many_keys_the_page_shows_those_first_that_something_is_said_of() -> None:
    keys = tuple(AccessKey(number, f"LICENCE0{number:08}", "cart", "hash", 1) for number in range(1, 301))
    page = shown(profiles=(profile(),), accounts=(A1,), keys=keys, acceptance=(Acceptance(299, 10, 2),))
    assert ([line.id for line in page.keys], page.more_keys) == ([299, *range(1, 200)], 100)
    assert shown(keys=keys[:200]).more_keys == 0
