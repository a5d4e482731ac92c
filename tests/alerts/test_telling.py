"""Ledgers, failures and tries: several ways beside each other on a real store."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tests.alerts.receivers import MailServer, Receiver, listening, receiving
from tests.alerts.test_findings import NOW
from tests.web.wire import eventually
from ups_gateway.alerts.facts import Attention, Sources
from ups_gateway.alerts.telling import Alerts, Told
from ups_gateway.alerts.ways import Email, Way, Webhook
from ups_gateway.model import Account, Health, Profile, Secret, SeenAlert
from ups_gateway.store import Store
from ups_gateway.ups.transport import Transport

MINUTE = timedelta(minutes=1)


@dataclass
class Bench:
    """Two ways, and a sign-in whose health is set by hand."""

    store: Store
    mail: MailServer
    hook: Receiver
    transport: Transport
    profile: Profile
    health: Health = Health.EXPIRED
    renewed: Health | None = None
    """What a refresh makes of it."""
    now: datetime = NOW

    @property
    def sources(self) -> Sources:
        async def nothing() -> Sequence[Attention]:
            return ()

        async def renew() -> None:
            self.health = self.renewed or self.health

        return Sources(lambda _profile, _now: self.health, lambda _account: None, nothing, renew)

    def alerts(self, *ways: str) -> Alerts:
        """As after a start."""
        email = Email("127.0.0.1", self.mail.port, "none", "a@b.c", ("d@e.f",), ssl.create_default_context())
        known: dict[str, Way] = {
            "email": email,
            "webhook": Webhook(Secret(f"{self.hook.url}/canary"), self.transport.send),
        }
        return Alerts(
            self.store,
            self.sources,
            [known[name] for name in ways or known],
            environments={"production"},
            now=lambda: self.now,
            host="dock-pc",
            page="http://127.0.0.1:8081",
        )

    async def pass_on(self, alerts: Alerts, time: timedelta) -> list[tuple[str, bool]]:
        """Which way tried then, and whether it got through."""
        self.now += time
        return [(one.way, not one.problem) for one in await alerts.step(self.now)]


@pytest.fixture
async def bench(store: Store) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        mail = await stack.enter_async_context(listening(MailServer()))
        hook = await stack.enter_async_context(receiving(Receiver()))
        transport = await stack.enter_async_context(Transport())
        profile = await store.add_profile("Dock 3", "main", "production")
        await store.add_account(Account(0, "A1B2C3", "production", profile=profile.id))
        yield Bench(store, mail, hook, transport, profile)


async def test_a_way_that_fails_is_tried_again_later_and_the_other_repeats_nothing(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "ups_gateway.alerts")
    bench.hook.status = 500
    alerts = bench.alerts()
    assert await bench.pass_on(alerts, MINUTE) == [("email", True), ("webhook", False)]
    tries = [await bench.pass_on(alerts, one * MINUTE) for one in (0, 1, 1, 1, 4, 8, 16, 32, 60, 59, 1)]
    failed, waited = [("webhook", False)], list[tuple[str, bool]]()
    assert tries == [waited, failed, waited, *[failed] * 6, waited, failed]
    bench.hook.status = 204
    assert await bench.pass_on(alerts, 60 * MINUTE) == [("webhook", True)]
    assert (len(bench.mail.mails), len(bench.hook.bodies)) == (1, 1)
    logged = [record.getMessage() for record in caplog.records]
    assert sorted(logged[:2]) == [
        f"An alert by webhook is tried again in 0:01:00: {bench.hook.url} answered 500",
        "Told by email: profile:1 expired",
    ]
    assert [line for line in logged if "canary" in line] == []


async def test_a_try_is_not_held_back_by_a_clock_that_was_set_back(bench: Bench) -> None:
    bench.hook.status = 500
    alerts = bench.alerts("webhook")
    assert await bench.pass_on(alerts, MINUTE) == [("webhook", False)]
    assert await bench.pass_on(alerts, timedelta(days=-1)) == [("webhook", False)]


async def test_what_a_refresh_mends_is_not_told(bench: Bench) -> None:
    bench.health, bench.renewed = Health.EXPIRING, Health.OK
    assert await bench.pass_on(bench.alerts(), MINUTE) == []


async def test_what_was_told_is_known_after_a_restart(bench: Bench) -> None:
    assert await bench.pass_on(bench.alerts(), MINUTE) == [("email", True), ("webhook", True)]
    assert await bench.pass_on(bench.alerts(), MINUTE) == []
    bench.health = Health.OK
    assert await bench.pass_on(bench.alerts(), MINUTE) == [("email", True), ("webhook", True)]
    assert await bench.pass_on(bench.alerts(), timedelta(days=2)) == []
    assert [body["alerts"][0]["kind"] for body in bench.hook.bodies] == ["expired", "recovered"]


async def test_who_never_heard_of_a_trouble_hears_nothing_of_its_end(bench: Bench) -> None:
    bench.hook.status = 500
    alerts = bench.alerts()
    await bench.pass_on(alerts, MINUTE)
    bench.health, bench.hook.status = Health.OK, 204
    assert await bench.pass_on(alerts, 60 * MINUTE) == [("email", True)]
    assert (len(bench.mail.mails), bench.hook.bodies) == (2, [])


async def test_a_way_that_is_new_tells_what_is_wrong_already(bench: Bench) -> None:
    assert await bench.pass_on(bench.alerts("webhook"), MINUTE) == [("webhook", True)]
    assert await bench.pass_on(bench.alerts(), MINUTE) == [("email", True)]


async def test_what_is_standing_names_who_was_told_and_when(bench: Bench) -> None:
    alerts = bench.alerts()
    (standing,) = await alerts.standing()
    assert (standing.finding.subject, standing.finding.kind, standing.told) == ("profile:1", "expired", {})
    bench.hook.status = 500
    await bench.pass_on(alerts, MINUTE)
    (standing,) = await alerts.standing()
    assert standing.told == {"email": bench.now}
    bench.health = Health.REJECTED
    (standing,) = await alerts.standing()
    assert (standing.finding.kind, standing.told) == ("rejected", {}), "this has not been told yet"
    bench.health = Health.OK
    assert await alerts.standing() == ()


async def test_what_somebody_has_seen_is_not_told_by_any_way_until_that_is_taken_back(bench: Bench) -> None:
    alerts = bench.alerts()
    assert await alerts.see("profile:1", "root") is True
    (standing,) = await alerts.standing()
    assert standing.seen == SeenAlert("profile:1", "expired", bench.now, "root")
    assert await bench.pass_on(alerts, timedelta(days=1)) == []
    assert await alerts.tell_again("profile:1") is True
    assert await bench.pass_on(alerts, MINUTE) == [("email", True), ("webhook", True)]
    assert (await alerts.tell_again("profile:1"), await alerts.see("account:9")) == (False, False)


async def test_what_was_seen_is_forgotten_when_it_is_over_also_where_no_way_is_set_up(bench: Bench) -> None:
    alerts = Alerts(
        bench.store,
        bench.sources,
        (),
        environments={"production"},
        now=lambda: bench.now,
        host="dock-pc",
        page="",
    )
    await alerts.see("profile:1")
    await alerts.step(bench.now)
    assert [one.seen is None for one in await alerts.standing()] == [False]
    bench.health = Health.OK
    await alerts.step(bench.now)
    bench.health = Health.EXPIRED
    assert [one.seen for one in await alerts.standing()] == [None]


async def test_a_test_goes_by_every_way_and_is_no_alert(bench: Bench) -> None:
    bench.mail.refuses = {"MAIL": "550 no"}
    alerts = bench.alerts()
    server = f"127.0.0.1:{bench.mail.port}"
    assert await alerts.test() == (
        Told("email", "d@e.f", f"the mail server {server} refused the mail (550)"),
        Told("webhook", bench.hook.url, ""),
    )
    assert [(body["severity"], body["alerts"]) for body in bench.hook.bodies] == [("test", [])]
    assert [one.told for one in await alerts.standing()] == [{}]


async def test_a_look_that_fails_is_logged_and_made_again(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    await bench.store.close()
    running = asyncio.create_task(bench.alerts().run(pause=0.0))
    await eventually(lambda: len(caplog.records) > 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert caplog.records[1].getMessage().startswith("Alerts could not be looked for and are tried again: The store ")


async def test_without_a_way_nothing_is_looked_for(bench: Bench) -> None:
    async def never() -> Sequence[Attention]:
        raise AssertionError("nobody would hear of it")

    sources = Sources(lambda _profile, _now: Health.OK, lambda _account: None, never, never)
    nobody = Alerts(bench.store, sources, (), environments=(), now=lambda: NOW, host="dock-pc", page="")
    assert (await nobody.step(NOW), await nobody.test()) == ((), ())
