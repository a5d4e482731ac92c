"""What is read, and of which environments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.alerts.test_findings import NOW, ROW
from ups_gateway.alerts.facts import Attention, Facts, Sources, gather
from ups_gateway.model import Account, Health, Shipment
from ups_gateway.store import Store


@dataclass(frozen=True)
class Seen:
    shipment: Shipment
    reason: str


def sources(*attention: Seen) -> Sources:
    async def look() -> Sequence[Attention]:
        return attention

    async def renew() -> None:
        raise AssertionError("reading renews nothing")

    return Sources(lambda _profile, _now: Health.EXPIRED, lambda account: f"{account.number} is refused", look, renew)


async def test_only_active_accounts_of_watched_environments_count(store: Store) -> None:
    rows, accounts, profiles = [], [], []
    for number, (environment, active) in enumerate(
        [("production", True), ("production", False), ("simulator", True), ("test", True)]
    ):
        profiles.append(await store.add_profile("Dock", "main", environment))
        account = Account(0, f"A0000{number}", environment, application="own", active=active)
        accounts.append(await store.add_account(account))
        rows.append(
            await store.add_shipment(
                replace(ROW, environment=environment, account=accounts[-1].id, number=f"1Z{number}")
            )
        )
    look = sources(*(Seen(row, "unknown") for row in rows))
    assert await gather(store, look, {"production", "test"}, (), NOW) == Facts(
        now=NOW,
        profiles=[(profiles[0], Health.EXPIRED), (profiles[1], Health.EXPIRED)],
        accounts=[accounts[0]],
        refusals={accounts[0].id: "A00000 is refused"},
        attention=[(rows[0], "unknown")],
        told=[],
    )
    both = await gather(store, look, {"production", "simulator"}, (), NOW)
    assert (both.profiles, both.accounts, both.attention) == (
        [(one, Health.EXPIRED) for one in profiles[:3]],
        [accounts[0], accounts[2]],
        [(rows[0], "unknown"), (rows[2], "unknown")],
    )


async def test_shipments_that_were_told_of_are_read_again_as_long_as_they_count(store: Store) -> None:
    account = await store.add_account(Account(0, "A1B2C3", "production"))
    rows = [await store.add_shipment(replace(ROW, account=account.id)) for _ in range(3)]
    told = {*(f"shipment:{row.id}" for row in rows), "shipment:99", "profile:1", "account:1"}
    found = await gather(store, sources(Seen(rows[0], "unknown")), {"production"}, told, NOW)
    assert (found.told, found.refusals) == (rows[1:], {})
    await store.change_account(replace(account, active=False))
    assert (await gather(store, sources(), {"production"}, told, NOW)).told == []
