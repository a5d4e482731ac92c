"""Many accounts, slow answers and changes meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tests.web.administering import Gateway
from ups_gateway.errors import UpsUnreachable
from ups_gateway.model import Account
from ups_gateway.web.admin import Verdict
from ups_gateway.web.admin.probing import AT_ONCE, probe_accounts


async def _never(account: Account) -> tuple[Verdict, str]:
    await asyncio.Event().wait()
    raise AssertionError


async def test_an_account_that_ups_is_silent_about_stays_undecided(gateway: Gateway) -> None:
    account = await gateway.account()
    now = gateway.clock.utc()
    results = await probe_accounts([account], _never, gateway.store, now, time_limit=0.01)
    probed = replace(account, probe="undecided", probe_note="UPS did not answer in time.", probed_at=now)
    assert (results, await gateway.store.accounts()) == (((probed, "undecided"),), [probed])


async def test_all_accounts_together_have_a_limit_too(gateway: Gateway) -> None:
    accounts = [await gateway.account(f"A{number:05}") for number in range(2 * AT_ONCE)]
    async with asyncio.timeout(5):
        results = await probe_accounts(accounts, _never, gateway.store, gateway.clock.utc(), whole_limit=0.01)
    assert [verdict for _, verdict in results] == ["undecided"] * len(accounts)


async def test_only_a_few_accounts_are_asked_about_at_once(gateway: Gateway) -> None:
    accounts = [await gateway.account(f"A{number:05}") for number in range(3 * AT_ONCE)]
    running = most = 0

    async def probe(account: Account) -> tuple[Verdict, str]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return "linked", ""

    results = await probe_accounts(accounts, probe, gateway.store, gateway.clock.utc())
    assert (most, len(results)) == (AT_ONCE, 3 * AT_ONCE)


async def test_an_error_is_kept_as_a_note_and_what_was_known_stays(gateway: Gateway) -> None:
    account = await gateway.account(probe="not_linked")

    async def probe(account: Account) -> tuple[Verdict, str]:
        raise UpsUnreachable("UPS is away.")

    ((probed, verdict),) = await probe_accounts([account], probe, gateway.store, gateway.clock.utc())
    assert (probed.probe, probed.probe_note, verdict) == ("not_linked", "UPS is away.", "undecided")


async def test_what_was_changed_while_ups_was_asked_is_kept(gateway: Gateway) -> None:
    renamed, removed = await gateway.account(), await gateway.account("D4E5F6")

    async def probe(account: Account) -> tuple[Verdict, str]:
        await gateway.store.change_account(replace(renamed, nickname="Dock"))
        if account.number == "D4E5F6":
            await gateway.store.delete_account(account.id)
        return "linked", "UPS gave rates."

    results = await probe_accounts([renamed, removed], probe, gateway.store, gateway.clock.utc())
    (kept,) = await gateway.store.accounts()
    assert (kept.nickname, kept.probe) == ("Dock", "linked")
    assert results == ((kept, "linked"), (removed, "linked"))
