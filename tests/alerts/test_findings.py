"""What is wrong, in words, from facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from ups_gateway.alerts.facts import Facts
from ups_gateway.alerts.findings import ANY, Finding, find, troubles
from ups_gateway.model import (
    AccessKey,
    Account,
    Dialect,
    Health,
    Operation,
    Profile,
    Secret,
    Shipment,
    State,
    TokenPair,
)
from ups_gateway.store.guesses import Hold

NOW = datetime(2026, 12, 28, 12, 0, tzinfo=UTC)
ENDS = datetime(2027, 1, 3, 13, 5, tzinfo=UTC)
PAIR = TokenPair(Secret("a"), NOW + timedelta(hours=1), Secret("r"), ENDS)
PROFILE = Profile(3, "Dock 3", "main", "production", PAIR)
ACCOUNT = Account(5, "A1B2C3", "production", profile=3)
OWN = Account(6, "D4E5F6", "production", application="own")
ROW = Shipment(
    id=17,
    kind="shipment",
    key=1,
    account=5,
    environment="production",
    dialect=Dialect.XML,
    operation=Operation.SHIP_CONFIRM,
    state=State.UNKNOWN,
    fingerprint=b"",
    created_at=NOW - timedelta(days=1),
    changed_at=NOW - timedelta(days=1),
)
REAUTHORIZE = "Press Reauthorize for it and sign in at UPS"
REJECTED_ADVICE = f"This happens when the UPS password or the account's payment changed. {REAUTHORIZE}."
LINK_ADVICE = "On ups.com open Accounts and Payment, choose Add Existing Account, then Test connection on the page."


def facts(**changes: Any) -> Facts:
    return replace(Facts(NOW, [(PROFILE, Health.OK)], [ACCOUNT], {}, [], []), **changes)


def wrong(**changes: Any) -> tuple[Finding, ...]:
    return troubles(find(facts(**changes), UTC))


@pytest.mark.parametrize(
    ("health", "changes", "kind", "words", "advice"),
    [
        (
            Health.EXPIRING,
            {},
            "expiring",
            'The UPS sign-in "Dock 3" ends in 6 days, on 3 January 2027 at 13:05 UTC.',
            f"{REAUTHORIZE} before then.",
        ),
        (
            Health.EXPIRING,
            {"tokens": replace(PAIR, refresh_expires_at=NOW + timedelta(days=1, hours=2))},
            "expiring",
            'The UPS sign-in "Dock 3" ends in 1 day, on 29 December 2026 at 14:00 UTC.',
            f"{REAUTHORIZE} before then.",
        ),
        (
            Health.EXPIRING,
            {"tokens": replace(PAIR, refresh_token=None, refresh_expires_at=None)},
            "expiring",
            'The UPS sign-in "Dock 3" ends within a day, on 28 December 2026 at 13:00 UTC.',
            f"{REAUTHORIZE} before then.",
        ),
        (
            Health.EXPIRED,
            {},
            "expired",
            'The UPS sign-in "Dock 3" has ended: A1B2C3 cannot ship.',
            f"{REAUTHORIZE}; shipping works again at once.",
        ),
        (
            Health.REJECTED,
            {"rejected": "UPS refused: 10400."},
            "rejected",
            'The UPS sign-in "Dock 3" is no longer accepted by UPS: A1B2C3 cannot ship. UPS refused: 10400.',
            REJECTED_ADVICE,
        ),
    ],
)
def test_a_sign_in_in_trouble_is_said_once_for_its_accounts(
    health: Health, changes: dict[str, Any], kind: Any, words: str, advice: str
) -> None:
    profile = replace(PROFILE, **changes)
    (found,) = wrong(profiles=[(profile, health)])
    tokens = profile.tokens
    assert tokens is not None
    ends = tokens.refresh_expires_at or tokens.access_expires_at
    assert found == Finding("profile:3", kind, words, advice, ("A1B2C3",), "production", ends)
    assert found.severity == ("reminder" if kind == "expiring" else "error")


@pytest.mark.parametrize("health", [Health.OK, Health.NEVER_AUTHORIZED, Health.INACTIVE])
def test_a_sign_in_that_works_or_that_a_person_took_away_is_no_trouble(health: Health) -> None:
    assert wrong(profiles=[(PROFILE, health)]) == ()


def test_a_sign_in_without_active_accounts_is_nobodys_worry() -> None:
    assert find(facts(profiles=[(PROFILE, Health.EXPIRED)], accounts=[]), UTC) == ()


def test_of_many_accounts_the_first_are_named() -> None:
    accounts = [replace(ACCOUNT, id=number, number=f"A0000{number}") for number in range(7)]
    (found,) = wrong(profiles=[(PROFILE, Health.EXPIRED)], accounts=accounts)
    assert found.words == (
        'The UPS sign-in "Dock 3" has ended: A00000, A00001, A00002, A00003, A00004 and 2 more cannot ship.'
    )


@pytest.mark.parametrize("health", [Health.OK, Health.EXPIRING, Health.EXPIRED])
def test_an_account_that_is_not_linked_is_said_while_its_sign_in_works(health: Health) -> None:
    found = wrong(profiles=[(PROFILE, health)], accounts=[replace(ACCOUNT, probe="not_linked")])
    expected = Finding(
        "account:5",
        "not_linked",
        'UPS says that account A1B2C3 is not linked to the sign-in "Dock 3": it cannot ship.',
        LINK_ADVICE,
        ("A1B2C3",),
        "production",
    )
    assert [one for one in found if one.kind == "not_linked"] == ([] if health is Health.EXPIRED else [expected])


def test_refused_client_credentials_are_said_of_the_account() -> None:
    assert wrong(profiles=[], accounts=[OWN], refusals={6: "UPS refused: 10401."}) == (
        Finding(
            "account:6",
            "rejected",
            'UPS refuses the application "own": D4E5F6 cannot ship. UPS refused: 10401.',
            "Look at the application's client id and secret at UPS and in the configuration.",
            ("D4E5F6",),
            "production",
        ),
    )


@pytest.mark.parametrize(("refusal", "over"), [("", ANY), (None, ANY - {"rejected"})])
def test_a_refusal_of_client_credentials_is_over_once_ups_took_them(refusal: str | None, over: frozenset[str]) -> None:
    (found,) = find(facts(profiles=[], accounts=[OWN], refusals={6: refusal}), UTC)
    assert (found.kind, found.words, found.ends) == (None, "Account D4E5F6 can ship again.", over)


@pytest.mark.parametrize(
    ("reason", "severity", "words"),
    [
        ("unknown", "error", "the outcome is unknown: UPS was asked and no answer came"),
        ("undelivered", "reminder", "it was created, but the program never took the answer"),
        ("voiding_refused", "error", "UPS refuses the void so far"),
        ("voiding_long", "error", "the void has been tried for more than a day"),
        ("cannot_be_voided", "error", "it cannot be voided and will be billed"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "number", "name"),
    [
        ("shipment", "", "Shipment no. 17 on A1B2C3"),
        ("shipment", "1ZA1B2C30300000012", "Shipment 1ZA1B2C30300000012 on A1B2C3"),
        ("other", "", "Ship confirm no. 17 on A1B2C3"),
    ],
)
def test_a_shipment_in_trouble_is_said_with_its_number(
    reason: str, severity: str, words: str, kind: Literal["shipment", "other"], number: str, name: str
) -> None:
    (found,) = wrong(attention=[(replace(ROW, kind=kind, number=number), reason)])
    assert (found.subject, found.kind, found.severity) == ("shipment:17", reason, severity)
    assert (found.words, found.accounts) == (f"{name}: {words}.", ("A1B2C3",))
    assert found.advice.endswith(".")


def test_a_label_is_not_yet_undelivered_while_the_program_may_ask_again() -> None:
    row = replace(ROW, state=State.CREATED, changed_at=NOW - timedelta(minutes=14))
    assert wrong(attention=[(row, "undelivered")]) == ()
    assert len(wrong(attention=[(replace(row, changed_at=NOW - timedelta(minutes=15)), "undelivered")])) == 1


@pytest.mark.parametrize(
    ("changes", "over"),
    [
        pytest.param({"state": State.NOT_CREATED}, ANY, id="settled: it does not exist"),
        pytest.param({"state": State.VOIDED}, ANY, id="voided"),
        pytest.param({"state": State.DELIVERED, "delivered": True}, ANY, id="delivered"),
        pytest.param({"state": State.ACCEPTED, "delivered": True}, ANY, id="accepted and delivered"),
        pytest.param(
            {"state": State.CREATED}, ANY - {"undelivered", "cannot_be_voided"}, id="settled: it exists, nobody has it"
        ),
        pytest.param({"state": State.VOIDING}, frozenset(), id="still being voided"),
        pytest.param({"state": State.CANNOT_BE_VOIDED}, ANY - {"undelivered", "cannot_be_voided"}, id="final"),
    ],
)
def test_what_a_shipments_state_puts_an_end_to(changes: dict[str, Any], over: frozenset[str]) -> None:
    row = replace(ROW, **changes)
    (found,) = (one for one in find(facts(told=[row]), UTC) if one.subject == "shipment:17")
    assert (found.kind, found.ends, found.severity) == (None, over, "recovery")
    assert found.words == (
        f"Shipment no. 17 on A1B2C3: it is {row.state.replace('_', ' ')} now, nothing is left to do."
    )


@pytest.mark.parametrize(
    ("changes", "known"),
    [({"state": State.CANNOT_BE_VOIDED}, False), ({"state": State.ACCEPTED}, False), ({"state": State.VOIDED}, True)],
)
def test_what_only_time_puts_an_end_to_is_forgotten_after_a_week(changes: dict[str, Any], known: bool) -> None:
    row = replace(ROW, **changes, changed_at=NOW - timedelta(days=7, seconds=1))
    assert ("shipment:17" in [one.subject for one in find(facts(told=[row]), UTC)]) is known


def test_errors_stand_before_reminders_and_what_is_over_comes_last() -> None:
    found = find(
        facts(profiles=[(PROFILE, Health.EXPIRING)], attention=[(ROW, "unknown")]),
        UTC,
    )
    assert [(one.subject, one.severity) for one in found] == [
        ("shipment:17", "error"),
        ("profile:3", "reminder"),
        ("account:5", "recovery"),
    ]


def test_guesses_at_an_access_key_are_told_and_when_they_are_over() -> None:
    key = AccessKey(3, "LICENCE0000KEY01", "cart", "hash", ACCOUNT.id, frozenset({ACCOUNT.id}), label="Cart")
    held = Hold(3, "10.0.0.7", NOW + timedelta(minutes=15))
    (guessed,) = [one for one in find(facts(keys=[key], holds=[held]), UTC) if one.subject == "key:3"]
    (over,) = [one for one in find(facts(keys=[key]), UTC) if one.subject == "key:3"]
    assert (guessed.kind, guessed.severity, "from 10.0.0.7: refused there until" in guessed.words) == (
        "guessed",
        "reminder",
        True,
    )
    assert guessed.advice.endswith("ups-gateway keys unlock 3")
    assert (over.kind, over.ends) == (None, ANY)
