"""Who asks, and on which account, asked through the exchange."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import (
    HOST,
    LICENCE,
    PASSWORD,
    USER,
    Gateway,
    a_gateway,
    access,
    confirm,
    rate,
    recover,
    told,
    track,
    void,
)
from tests.shipping.scripted import Socket
from tests.simulator.asking import pickup
from ups_gateway.errors import BlockedKey, NotAuthorised
from ups_gateway.model import AccessKey, Account, Credentials, KeySighting, LegacyCall, Secret, State

TEST_HOST = "wwwcie.ups.com"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    async with a_gateway(tmp_path) as gateway:
        yield gateway


async def sightings(gateway: Gateway) -> list[KeySighting]:
    await gateway.store.flush()
    return list(await gateway.store.sightings())


async def add_account(gateway: Gateway, number: str, environment: str = "production") -> Account:
    return await gateway.store.add_account(Account(0, number, environment, application=environment))


async def other_key(gateway: Gateway, account: Account, user: str = "other") -> AccessKey:
    hashed = await gateway.passwords.hash(Secret("pw"))
    return await gateway.store.add_key(AccessKey(0, "OTHER", user, hashed, account.id, frozenset({account.id})))


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [{"licence": ""}, {"user": ""}, {"password": ""}])
async def test_incomplete_credentials_are_no_credentials(gateway: Gateway, missing: dict[str, str]) -> None:
    assert (await gateway.ask(rate(), first=access(**missing))).code == "250005"
    assert await sightings(gateway) == []


async def test_an_unmapped_licence_is_refused_and_noted_so_that_it_can_be_mapped_without_typing(
    gateway: Gateway,
) -> None:
    before = gateway.now()
    for document in (rate(), track("1Z999AA10123456784")):
        answer = await gateway.ask(document, first=access("NEWLICENCE123456", "newcomer", "their password"))
        assert (answer.code, "mapped" in answer.words) == ("250003", True)
    (seen,) = await sightings(gateway)
    assert (seen.licence, seen.user, seen.peer, seen.user_agent, seen.operations, seen.count) == (
        "NEWLICENCE123456",
        "newcomer",
        "127.0.0.1",
        "cart/1.0",
        frozenset({"rate", "track"}),
        2,
    )
    assert before <= seen.first_seen <= seen.last_seen <= gateway.now()
    assert await gateway.passwords.verify(seen.password_hash, Secret("their password"))
    assert "their password" not in seen.password_hash


@pytest.mark.parametrize(("user", "password"), [(USER, "changed"), ("somebody else", PASSWORD)])
async def test_a_wrong_login_of_a_known_licence_is_refused_and_noted(
    gateway: Gateway, user: str, password: str
) -> None:
    assert (await gateway.ask(rate(), first=access(LICENCE, user, password))).code == "250002"
    (seen,) = await sightings(gateway)
    assert (seen.user, await gateway.passwords.verify(seen.password_hash, Secret(password))) == (user, True)


async def test_a_blocked_key_is_told_so_only_by_its_own_password(gateway: Gateway) -> None:
    await gateway.store.change_key(replace(gateway.key, status="blocked"))
    assert (await gateway.ask(rate())).code == "250007"
    assert (await gateway.ask(rate(), first=access(password="guess"))).code == "250002"


async def test_a_key_that_was_blocked_instead_of_mapped_is_told_so(gateway: Gateway) -> None:
    first = access("NEWLICENCE123456", "newcomer", "pw")
    assert (await gateway.ask(rate(), first=first)).code == "250003"
    await gateway.store.mark_sighting("NEWLICENCE123456", "newcomer", "blocked")
    assert (await gateway.ask(rate(), first=first)).code == "250007"
    await gateway.store.mark_sighting("NEWLICENCE123456", "newcomer", "ignored")
    assert (await gateway.ask(rate(), first=first)).code == "250003"


async def test_an_ignored_key_is_unknown_and_not_noted_again(gateway: Gateway) -> None:
    await gateway.store.change_key(replace(gateway.key, status="ignored"))
    assert (await gateway.ask(rate())).code == "250003"
    assert await sightings(gateway) == []


async def test_one_licence_may_have_several_users(gateway: Gateway) -> None:
    account = await add_account(gateway, "D4E5F6")
    await other_key(gateway, account, "first")
    await other_key(gateway, account, "second")
    assert (await gateway.ask(rate(""), first=access("OTHER", "second", "pw"))).code != "250002"


@pytest.mark.parametrize(
    ("licence", "user", "likely"),
    [
        pytest.param("OTHER", "second", "second", id="its own user"),
        pytest.param("OTHER", "nobody", "first", id="another user"),
        pytest.param("OTHER", None, "first", id="no user"),
        pytest.param("NOBODYS", "second", None, id="another licence"),
        pytest.param(None, "second", None, id="no licence"),
    ],
)
async def test_a_program_with_wrong_credentials_is_known_by_its_licence(
    gateway: Gateway, licence: str | None, user: str | None, likely: str | None
) -> None:
    await other_key(gateway, gateway.account, "first")
    await other_key(gateway, gateway.account, "second")
    found = await gateway.access.likely(Credentials(licence, user, Secret("wrong")))
    assert (found.user if found else None) == likely


async def test_the_hashes_of_passwords_seen_do_not_pile_up(gateway: Gateway) -> None:
    for number in range(300):
        await gateway.access._hash(Secret(f"guess {number}"))
    assert len(gateway.access._hashes) == 256


# --- the anonymous key ------------------------------------------------------------------------------------------------


async def anonymous(gateway: Gateway) -> None:
    gateway.anonymous = LICENCE
    gateway.restart()


@pytest.mark.parametrize(
    "first", ["", access(password=""), access(user="", password=""), access(licence="", password="")]
)
async def test_absent_credentials_are_served_as_the_anonymous_key_for_looking_up(gateway: Gateway, first: str) -> None:
    await anonymous(gateway)
    answer = await gateway.ask(rate(), first=first)
    assert (answer.good, answer.tree.find(".//NegotiatedRates")) == (True, None)


async def test_the_anonymous_key_never_ships_voids_or_recovers(gateway: Gateway) -> None:
    await anonymous(gateway)
    for document in (confirm(), void("1ZA1B2C30300000001"), recover("1ZA1B2C30300000001")):
        assert (await gateway.ask(document, first=access(password=""))).code == "250005"
    assert gateway.asked("/api/") == 0


@pytest.mark.parametrize(
    ("first", "code"),
    [
        (access(licence="WRONG0LICENCE000", user="", password=""), "250003"),
        (access(user="wrong", password=""), "250002"),
        (access(user="", password="wrong"), "250002"),
        (access(licence="", user="wrong"), "250002"),
    ],
)
async def test_a_wrong_value_is_refused_even_where_an_absent_one_is_served(
    gateway: Gateway, first: str, code: str
) -> None:
    await anonymous(gateway)
    assert (await gateway.ask(rate(), first=first)).code == code


async def test_an_anonymous_key_that_is_not_active_serves_nobody(gateway: Gateway) -> None:
    await anonymous(gateway)
    await gateway.store.change_key(replace(gateway.key, status="blocked"))
    assert (await gateway.ask(rate(), first="")).code == "250005"


# --- where ------------------------------------------------------------------------------------------------------------


async def account_of(gateway: Gateway, document: str, host: str = HOST) -> tuple[str, str]:
    """(code, number of the account it was asked on)."""
    answer = await gateway.ask(document, host=host)
    await gateway.store.flush()
    newest = (await gateway.store.exchanges(1))[0]
    accounts = {account.id: account.number for account in await gateway.store.accounts()}
    return answer.code, accounts.get(newest.account or 0, "")


async def test_a_shipper_number_that_is_not_the_keys_is_refused_without_asking_ups(gateway: Gateway) -> None:
    await add_account(gateway, "D4E5F6")
    for document in (rate("D4E5F6"), confirm("D4E5F6"), confirm("A1B2C3", bill="D4E5F6")):
        assert (await gateway.ask(document)).code == "120100"
    assert gateway.asked("/api/") == 0


async def test_the_shipper_number_chooses_among_the_keys_accounts_whatever_its_case(gateway: Gateway) -> None:
    second = await add_account(gateway, "R7S8T9")
    await gateway.store.change_key(replace(gateway.key, accounts=frozenset({gateway.account.id, second.id})))
    assert await account_of(gateway, rate("r7s8t9")) == ("", "R7S8T9")
    assert await account_of(gateway, rate("")) == ("", "A1B2C3")


async def test_an_account_of_another_environment_is_not_the_keys(gateway: Gateway) -> None:
    both = frozenset({gateway.account.id, gateway.test_account.id})
    await gateway.store.change_key(replace(gateway.key, accounts=both))
    assert (await gateway.ask(rate("R7S8T9"))).code == "120100"


@pytest.mark.parametrize("host", [TEST_HOST, "WWWCIE.ups.com:443", "wwwcie.ups.com."])
async def test_the_test_host_uses_the_test_account_only(gateway: Gateway, host: str) -> None:
    refused = await gateway.ask(rate(""), host=host)
    assert (refused.code, "no test account" in refused.words) == ("250003", True)
    await gateway.store.change_key(replace(gateway.key, test_account=gateway.test_account.id))
    assert await account_of(gateway, rate(""), host=host) == ("", "R7S8T9")
    assert (await gateway.ask(rate("A1B2C3"), host=host)).code == "120100"
    assert await account_of(gateway, rate("")) == ("", "A1B2C3")


async def test_a_void_goes_by_the_ledgers_account(gateway: Gateway) -> None:
    second = await add_account(gateway, "R7S8T9")
    await gateway.store.change_key(replace(gateway.key, accounts=frozenset({second.id})))
    confirmed = await gateway.ask(confirm("R7S8T9", bill="R7S8T9"))
    assert confirmed.good
    assert await account_of(gateway, recover(confirmed.number)) == ("", "R7S8T9")
    assert await account_of(gateway, void(confirmed.number)) == ("", "R7S8T9")


async def test_a_shipment_of_an_account_that_is_not_the_keys_is_refused_like_an_unknown_number(
    gateway: Gateway,
) -> None:
    confirmed = await gateway.ask(confirm())
    await other_key(gateway, await add_account(gateway, "R7S8T9"))
    theirs = access("OTHER", "other", "pw")
    assert (await gateway.ask(void(confirmed.number), first=theirs)).code == "190102"
    assert (await gateway.ask(recover(confirmed.number), first=theirs)).code == "300007"
    (row,) = await gateway.rows()
    assert (row.state, gateway.asked("void")) == (State.CREATED, 0)


@pytest.mark.parametrize(
    ("number", "account"),
    [("1ZR7S8T90300000001", "R7S8T9"), ("1ZZZZZZZ0300000001", "A1B2C3"), ("9205590010011115228", "A1B2C3")],
)
async def test_a_number_that_the_ledger_does_not_know_goes_by_its_shipper(
    gateway: Gateway, number: str, account: str
) -> None:
    second = await add_account(gateway, "R7S8T9")
    await gateway.store.change_key(replace(gateway.key, accounts=frozenset({second.id})))
    code, used = await account_of(gateway, void(number))
    assert (code[:3], used) == ("190", account)


async def at_pickups(gateway: Gateway, root: str, content: Any, *, licence: str = LICENCE, **login: str) -> Any:
    """The answer to a request of legacy JSON's pickup service, decoded; `login`: another user and password."""
    token = {"Username": login.get("user", USER), "Password": login.get("password", PASSWORD)}
    security = {"UsernameToken": token, "ServiceAccessToken": {"AccessLicenseNumber": licence}}
    body = json.dumps({"UPSSecurity": security, root: content}).encode()
    call = LegacyCall("POST", HOST, "/rest/Pickup", "", {}, body)
    handled = await gateway.exchange.handle(call, Socket(), peer="127.0.0.1", time_limit=5.0)
    return json.loads(handled.answer.body)


async def driver_for(gateway: Gateway, account: str) -> str:
    """The PRN of a pickup tomorrow that this account asked for."""
    wanted = pickup(f"{gateway.now() + timedelta(days=1):%Y%m%d}")["PickupCreationRequest"]
    wanted["Shipper"]["Account"]["AccountNumber"] = account
    answer = await at_pickups(gateway, "PickupCreationRequest", wanted)
    return str(answer["PickupCreationResponse"]["PRN"])


async def test_a_pickup_is_cancelled_on_the_account_that_asked_for_it(gateway: Gateway) -> None:
    second = await add_account(gateway, "R7S8T9")
    await gateway.store.change_key(replace(gateway.key, accounts=frozenset({second.id})))
    prn = await driver_for(gateway, "R7S8T9")
    (row,) = await gateway.rows()
    assert (row.kind, row.number, row.tracking_numbers, row.account) == ("other", prn, (), second.id)
    answer = await at_pickups(gateway, "PickupCancelRequest", {"CancelBy": "02", "PRN": prn})
    assert answer["PickupCancelResponse"]["Response"]["ResponseStatus"]["Description"] == "Success"
    await gateway.store.flush()
    assert (await gateway.store.exchanges(1))[0].account == second.id


async def test_a_pickup_of_an_account_that_is_not_the_keys_is_refused_like_an_unknown_number(gateway: Gateway) -> None:
    prn = await driver_for(gateway, "A1B2C3")
    await other_key(gateway, await add_account(gateway, "R7S8T9"))
    cancel = {"CancelBy": "02", "PRN": prn}
    theirs = await at_pickups(gateway, "PickupCancelRequest", cancel, licence="OTHER", user="other", password="pw")
    unknown = await at_pickups(gateway, "PickupCancelRequest", {"CancelBy": "02", "PRN": "2929602E9CP"})
    assert theirs == unknown
    assert "190105" in json.dumps(theirs)
    assert gateway.asked("/pickup/02") == 1


async def test_a_key_whose_account_is_gone_says_so(gateway: Gateway) -> None:
    gone = replace(gateway.key, account=99)
    with pytest.raises(NotAuthorised, match="was removed from the gateway"):
        await gateway.access._accounts(gone, "onlinetools.ups.com")


async def test_a_flood_at_the_hashing_is_not_noted(gateway: Gateway) -> None:
    class Busy:
        async def hash(self, password: Secret) -> str:
            raise BlockedKey("too many")

        async def verify(self, stored: str, password: Secret) -> bool:
            return False

    gateway.access._passwords = Busy()  # type: ignore[assignment]
    assert (await gateway.ask(rate(), first=access(password="guess"))).code == "250002"
    assert await sightings(gateway) == []


# --- guesses ----------------------------------------------------------------------------------------------------------


async def from_elsewhere(gateway: Gateway, password: str, peer: str = "10.0.0.7") -> str:
    """The code that a request with this password gets from there."""
    first = access(password=password)
    call = LegacyCall("POST", HOST, "/ups.app/xml/Rate", "", {}, (first + rate()).encode())
    handled = await gateway.exchange.handle(call, Socket(), peer=peer, time_limit=5.0)
    return told(handled.answer).code


async def test_a_stranger_who_guesses_is_refused_unheard_and_the_program_goes_on_shipping(gateway: Gateway) -> None:
    assert (await gateway.ask(rate())).good
    codes = [await from_elsewhere(gateway, f"guess {number}") for number in range(10)]
    assert codes == ["250002"] * 10
    assert [await from_elsewhere(gateway, "guess 11"), await from_elsewhere(gateway, PASSWORD)] == ["250007"] * 2
    assert (await gateway.ask(rate())).good
    assert (await gateway.ask(rate(), first=access(password="another"))).code == "250002"
    assert await from_elsewhere(gateway, PASSWORD, "10.0.0.8") == ""
    gateway.ahead += timedelta(minutes=16)
    assert await from_elsewhere(gateway, PASSWORD) == ""


async def test_guesses_without_a_user_count_too(gateway: Gateway) -> None:
    gateway.anonymous = LICENCE
    gateway.restart()
    codes = []
    for number in range(11):
        first = access(user="", password=f"guess {number}")
        call = LegacyCall("POST", HOST, "/ups.app/xml/Rate", "", {}, (first + rate()).encode())
        handled = await gateway.exchange.handle(call, Socket(), peer="10.0.0.7", time_limit=5.0)
        codes.append(told(handled.answer).code)
    assert codes == [*["250002"] * 10, "250007"]
