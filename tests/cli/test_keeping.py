"""`accounts`, `profiles` and `keys`: what an administrator sets up, on a real store."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import Run

TYPED = "LICENCE0CANARY01\nold-user\nold-password\n"


ADDRESS = ("--postal-code", "30328", "--country", "us")


def _accounts(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("accounts", "list", "--json").stdout)
    return found


def test_an_account_is_added_changed_listed_and_removed(ready: Run) -> None:
    assert ready("accounts", "list").stdout == (
        "No account yet. Add one: ups-gateway accounts add NUMBER --profile ID --postal-code CODE --country US\n"
    )
    assert ready("profiles", "add", "warehouse", "--application", "shop").exit_code == 0
    added = ready("accounts", "add", "a1b2c3", "--profile", "1", "--label-stock", "6x4", *ADDRESS)
    assert added.stdout == "Account A1B2C3 (production) has been added.\n"
    changed = ready("accounts", "set", "A1B2C3", "--negotiated", "--inactive", "--label-format", "zpl")
    assert changed.stdout == "Account A1B2C3 (production) has been changed.\n"
    assert _accounts(ready) == [
        {
            "id": 1,
            "number": "A1B2C3",
            "environment": "production",
            "nickname": "",
            "postal_code": "30328",
            "country": "US",
            "profile": 1,
            "application": None,
            "active": False,
            "defaults": {
                "customer_classification": None,
                "pickup_type": None,
                "negotiated_rates": True,
                "label_format": "ZPL",
                "label_stock": ["6", "4"],
            },
            "probe": None,
            "probe_note": "",
            "probed_at": None,
        }
    ]
    assert ready("accounts", "list").stdout == (
        "Account  Environment  Nickname  Country  Ships through  Active  UPS says\n"
        "A1B2C3   production             US       warehouse      no      not asked yet\n"
    )
    assert ready("accounts", "remove", "A1B2C3").stdout == "Account A1B2C3 (production) has been removed.\n"
    assert _accounts(ready) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("accounts", "set", "A1B2C3"), "There is no account A1B2C3 in production: ups-gateway accounts list"),
        (("accounts", "add", "A1B2C3", "--profile", "9"), "There is no profile 9: ups-gateway profiles list"),
        (("accounts", "add", "A1B2C3", "--application", "x"), "The configuration has no application 'x'."),
        (("profiles", "add", "w", "--application", "x"), "The configuration has no application 'x'."),
        (
            ("profiles", "add", "w", "--application", "own"),
            "own signs in by client credentials: nobody consents to it.",
        ),
        (("profiles", "rename", "4", "w"), "There is no profile 4: ups-gateway profiles list"),
        (("keys", "map", "--seen", "1", "--account", "A1B2C3"), "There is no seen key 1: ups-gateway keys list"),
        (("keys", "mark-seen", "2", "ignored"), "There is no seen key 2: ups-gateway keys list"),
        (("keys", "set", "3"), "There is no key 3: ups-gateway keys list"),
    ],
)
def test_what_is_not_there_is_said_in_words(ready: Run, arguments: tuple[str, ...], words: str) -> None:
    failed = ready(*arguments)
    assert (failed.exit_code, failed.stderr) == (1, f"Error: {words}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("accounts", "add", "A1B2C3", "--profile", "1", "--application", "own"),
        ("accounts", "add", "A1B2C3", "--label-stock", "big"),
    ],
)
def test_contradictions_are_wrong_usage(ready: Run, arguments: tuple[str, ...]) -> None:
    assert ready(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--country", "US"), "Say --postal-code, which A1B2C3 has at UPS: UPS is asked about it with that."),
        (
            ("--postal-code", "30328"),
            "Say --country, the country that A1B2C3 has at UPS: two letters, for example US.",
        ),
        (
            ("--postal-code", "30328", "--country", "USA"),
            "Say --country, the country that A1B2C3 has at UPS: two letters, for example US.",
        ),
    ],
)
def test_what_ups_must_be_told_of_a_new_account_is_asked_for(
    ready: Run, arguments: tuple[str, ...], words: str
) -> None:
    failed = ready("accounts", "add", "A1B2C3", *arguments)
    assert (failed.exit_code, failed.stderr.splitlines()[-1]) == (2, f"Error: {words}")
    assert _accounts(ready) == []


def test_a_country_without_postal_codes_needs_none(ready: Run) -> None:
    assert ready("accounts", "add", "A1B2C3", "--country", "HK").exit_code == 0
    assert [(one["country"], one["postal_code"]) for one in _accounts(ready)] == [("HK", "")]
    ready("profiles", "add", "warehouse", "--application", "shop")
    assert ready("accounts", "set", "A1B2C3", "--country", "US").exit_code == 0
    assert ready("accounts", "set", "A1B2C3", "--profile", "1").exit_code == 2
    assert ready("accounts", "set", "A1B2C3", "--profile", "1", "--postal-code", "30328").exit_code == 0


def test_the_same_account_twice_is_refused(ready: Run) -> None:
    ready("accounts", "add", "A1B2C3", *ADDRESS)
    again = ready("accounts", "add", "A1B2C3", *ADDRESS)
    assert again.exit_code == 1
    assert again.stderr.startswith("Error: ")


def test_a_profile_is_renamed_and_removed_after_a_question(ready: Run) -> None:
    assert ready("profiles", "list").stdout == (
        "No profile yet. Add one: ups-gateway profiles add NAME --application APPLICATION\n"
    )
    ready("profiles", "add", "warehouse", "--application", "shop")
    assert ready("profiles", "rename", "1", "Atlanta").stdout == "Profile 1 is now called Atlanta.\n"
    (row,) = json.loads(ready("profiles", "list", "--json").stdout)
    assert (row["name"], row["environment"], row["tokens"]) == ("Atlanta", "production", None)
    assert ready("profiles", "disconnect", "1", standard_input="n\n").exit_code == 1
    assert ready("profiles", "disconnect", "1", standard_input="y\n").exit_code == 0
    assert ready("profiles", "remove", "1", standard_input="y\n").exit_code == 0
    assert json.loads(ready("profiles", "list", "--json").stdout) == []


def test_a_key_is_typed_unseen_mapped_changed_and_removed(ready: Run) -> None:
    ready("accounts", "add", "A1B2C3", *ADDRESS)
    ready("accounts", "add", "D4E5F6", *ADDRESS)
    ready("accounts", "add", "A1B2C3", "--environment", "test", *ADDRESS)
    mapped = ready("keys", "map", "--account", "D4E5F6", "--two-phase", "quote", standard_input=TYPED)
    assert mapped.exit_code == 0
    assert mapped.stdout.endswith("Key 1 (…RY01) ships on D4E5F6 (production).\n")
    changed = ready(
        *("keys", "set", "1", "--also", "D4E5F6", "--test-account", "A1B2C3", "--void-after", "never"),
        *("--at-once", "ship", "--label", "Cart", "--json-status", "500", "--json-errors"),
    )
    assert (changed.exit_code, changed.stdout) == (0, "Key 1 (…RY01) has been changed.\n")
    shown = ready("keys", "list", "--json").stdout
    assert [word for word in ("LICENCE0CANARY01", "old-user", "old-password", "scrypt") if word in shown] == []
    (key,) = json.loads(shown)["keys"]
    assert key == {
        "id": 1,
        "account": 2,
        "accounts": [2],
        "test_account": 3,
        "two_phase": "quote",
        "at_once": "ship",
        "void_unaccepted_after": None,
        "json_fault_status": 500,
        "json_errors_beside": True,
        "status": "active",
        "label": "Cart",
        "masked": "…RY01",
    }
    assert ready("keys", "list").stdout == (
        "Id  Key    Program  Account  Also  Test account  Confirm  Voided after  Status\n"
        "1   …RY01  Cart     D4E5F6   -     A1B2C3        quote    never         active\n"
    )
    assert ready("accounts", "remove", "D4E5F6").stderr == (
        "Error: An access key ships on D4E5F6: ups-gateway keys list\n"
    )
    assert ready("keys", "mark", "1", "blocked").stdout == "Key 1 (…RY01) is blocked.\n"
    assert ready("keys", "remove", "1").stdout == "Key 1 (…RY01) has been removed.\n"


def test_a_number_in_two_environments_must_be_told_apart(ready: Run) -> None:
    """But for production, which is meant where it has the number."""
    for environment in ("simulator", "test"):
        ready("accounts", "add", "A1B2C3", "--environment", environment, *ADDRESS)
    failed = ready("keys", "map", "--account", "A1B2C3", standard_input=TYPED)
    assert failed.stderr.endswith("Error: More than one environment has an account A1B2C3: ups-gateway accounts list\n")


def test_a_password_nobody_used_cannot_be_accepted(ready: Run) -> None:
    ready("accounts", "add", "A1B2C3", *ADDRESS)
    ready("keys", "map", "--account", "A1B2C3", standard_input=TYPED)
    assert ready("keys", "accept-password", "1").stderr == "Error: Key 1 was not seen with another password.\n"
    assert ready("keys", "set", "1", "--void-after", "soon").exit_code == 2
