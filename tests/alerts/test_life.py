"""Whole lives of a gateway, told by mail and webhook: health comes from signing in, using, revoking and waiting.

One clock is moved for the gateway and the simulated UPS together; every background task steps as it moves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.alerts.receivers import MailServer, Receiver, listening, receiving
from tests.gateway import accept, confirm, rate
from tests.house import GRANT, UPS, House, a_house, xml
from tests.web.wire import Client, eventually
from ups_gateway.model import Account, Health
from ups_gateway.web.admin.probing import probe_accounts

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STEP = timedelta(hours=6)
REJECTED = 'The UPS sign-in "Dock 3" is no longer accepted by UPS: A1B2C3 cannot ship. '

Told = tuple[float, str, str]
"""Day (in quarters), subject and kind."""


@dataclass
class Life:
    """What a test lives through."""

    house: House
    mail: MailServer
    hook: Receiver
    shipped: dict[float, bool] = field(default_factory=dict)
    """Whether the old program's daily rate request was answered, by day."""
    health: dict[float, Health] = field(default_factory=dict)

    @property
    def day(self) -> float:
        return (self.house.clock.utc() - START) // STEP / 4

    async def until(self, day: float) -> None:
        """Lives on; the old program asks for a rate every day at noon."""
        while self.day < day:
            self.house.clock.advance(STEP.total_seconds())
            if self.day == int(self.day):
                self.shipped[self.day] = (await self.house.ask(rate())).good
            await self.look()

    async def look(self) -> None:
        """One round of every background task."""
        gateway, now = self.house.gateway, self.house.clock.utc()
        await gateway.keeper.renew_due()
        await gateway.shipping.step(now)
        await gateway.alerts.step(now)
        profile = await gateway.store.profile(self.house.profile.id)
        assert profile is not None
        self.health[self.day] = gateway.keeper.health(profile, now)

    @property
    def told(self) -> list[Told]:
        """What the webhook was told; the mails say the same."""
        told = [
            (_day(body["at"]), alert["subject"], alert["kind"], alert["words"])
            for body in self.hook.bodies
            for alert in body["alerts"]
        ]
        mailed = [
            (_day(mail["Date"].datetime.isoformat()), mail.get_content().replace("\r\n", "\n"))
            for mail in self.mail.mails
        ]
        assert mailed == [(_day(body["at"]), body["text"]) for body in self.hook.bodies]
        assert [words for *_, words in told if not any(words in text for _, text in mailed)] == []
        return [one[:3] for one in told]


def _day(at: str) -> float:
    return (datetime.fromisoformat(at) - START) // STEP / 4


@asynccontextmanager
async def a_life(folder: Path, *, slides: bool) -> AsyncIterator[Life]:
    async with listening(MailServer()) as mail, receiving(Receiver()) as hook:
        settings: dict[str, Any] = {
            "alerts.environments": ["simulator"],
            "alerts.email_to": ["shipping@example.com"],
            "alerts.email_from": "gateway@example.com",
            "alerts.smtp_server": f"127.0.0.1:{mail.port}",
            "alerts.smtp_security": "none",
            "alerts.webhook_url": f"{hook.url}/ups",
            "ledger.void_unaccepted_after": "never",
        }
        ups = replace(UPS, refresh_slides=slides)
        async with a_house(folder, ups=ups, settings=settings, start_at=START) as house:
            yield Life(house, mail, hook)


def _is(health: dict[float, Health], since: float, until: float) -> set[Health]:
    return {one for day, one in health.items() if since <= day < until}


async def test_seventy_days_with_a_refresh_that_renews_its_life_need_no_word(tmp_path: Path) -> None:
    async with a_life(tmp_path, slides=True) as life:
        await life.until(70)
        assert (life.told, {*life.health.values()}) == ([], {Health.OK})
        assert life.shipped == {float(day): True for day in range(1, 71)}


async def test_seventy_days_with_a_refresh_that_does_not_renew_its_life_are_told_a_week_before(tmp_path: Path) -> None:
    async with a_life(tmp_path, slides=False) as life:
        await life.until(63.5)
        await life.house.consent(life.house.profile.id)
        await life.until(70)
        subject = f"profile:{life.house.profile.id}"
        assert life.told == [
            *((float(day), subject, "expiring") for day in range(53, 60)),
            *((float(day), subject, "expired") for day in range(60, 64)),
            (63.75, subject, "recovered"),
        ]
        assert life.shipped == {float(day): day not in range(60, 64) for day in range(1, 71)}
        spans = ((0, 53), (53, 60), (60, 63.75), (63.75, 71))
        assert [_is(life.health, *span) for span in spans] == [
            {Health.OK},
            {Health.EXPIRING},
            {Health.EXPIRED},
            {Health.OK},
        ]
        first = life.hook.bodies[0]["alerts"][0]
        ends = datetime.fromisoformat(first.pop("ends_at"))
        assert abs(START + timedelta(days=60) - ends) < timedelta(minutes=1)
        assert (first.pop("words").split(", on ")[0], first) == (
            'The UPS sign-in "Dock 3" ends in 6 days',
            {
                "subject": subject,
                "kind": "expiring",
                "severity": "reminder",
                "advice": "Press Reauthorize for it and sign in at UPS before then.",
                "accounts": ["A1B2C3"],
                "environment": "simulator",
            },
        )
        assert [mail["Subject"] for mail in life.mail.mails][-2:] == [
            '[ups-gateway] The UPS sign-in "Dock 3" has ended: A1B2C3 cannot ship.',
            '[ups-gateway] The UPS sign-in "Dock 3" works again.',
        ]


async def test_what_somebody_has_seen_is_told_again_on_its_last_day_and_when_it_has_ended(tmp_path: Path) -> None:
    async with a_life(tmp_path, slides=False) as life:
        alerts, subject = life.house.gateway.alerts, f"profile:{life.house.profile.id}"
        for day in (54.5, 59.5, 60.5):
            await life.until(day)
            assert await alerts.see(subject)
        await life.until(63.5)
        await life.house.consent(life.house.profile.id)
        await life.until(65)
        assert life.told == [
            (53.0, subject, "expiring"),
            (54.0, subject, "expiring"),
            (59.0, subject, "expiring"),
            (60.0, subject, "expired"),
            (63.75, subject, "recovered"),
        ]


async def test_what_was_seen_and_comes_back_is_told_again(tmp_path: Path) -> None:
    async with a_life(tmp_path, slides=True) as life:
        right = life.house.account
        wrong, subject = replace(right, number="Z9Y8X7"), f"account:{right.id}"
        await probe(life, wrong)
        await life.until(0.5)
        assert await life.house.gateway.alerts.see(subject)
        await life.until(2)
        await probe(life, right)
        await life.until(3)
        await probe(life, wrong)
        await life.until(4)
        assert life.told == [
            (0.25, subject, "not_linked"),
            (2.25, subject, "recovered"),
            (3.25, subject, "not_linked"),
        ]


async def test_what_ups_takes_back_is_told_until_somebody_signs_in_again(tmp_path: Path) -> None:
    async with a_life(tmp_path, slides=True) as life:
        await life.until(1)
        await life.house.ups.send("POST", "/_control/tokens", json={"revoke": True, "grant": GRANT})
        await life.until(3.25)
        await life.house.consent(life.house.profile.id)
        await life.until(5)
        subject = f"profile:{life.house.profile.id}"
        # Nobody knows of it before a program asks.
        assert life.told == [(2.0, subject, "rejected"), (3.0, subject, "rejected"), (3.5, subject, "recovered")]
        assert life.hook.bodies[0]["headline"].startswith(REJECTED)
        assert _is(life.health, 2.0, 3.5) == {Health.REJECTED}


async def test_an_account_that_is_switched_off_or_whose_sign_in_was_taken_away_is_told_no_more(tmp_path: Path) -> None:
    async with a_life(tmp_path, slides=False) as life:
        store, profile = life.house.gateway.store, life.house.profile.id
        await life.until(53.5)
        await store.change_account(replace(life.house.account, active=False))
        await life.until(55)
        await store.change_account(life.house.account)
        await life.until(55.5)
        await life.house.gateway.keeper.disconnect(profile)
        await life.until(58)
        subject = f"profile:{profile}"
        assert life.told == [(53.0, subject, "expiring"), (55.25, subject, "expiring")]
        assert life.health[58.0] is Health.NEVER_AUTHORIZED


async def test_an_account_that_is_not_linked_is_told_until_it_is(tmp_path: Path) -> None:
    async with a_life(tmp_path, slides=True) as life:
        right = life.house.account
        await life.until(0.5)
        await probe(life, replace(right, number="Z9Y8X7"))
        await life.until(2)
        await probe(life, right)
        await life.until(4)
        subject = f"account:{right.id}"
        assert life.told == [
            (0.75, subject, "not_linked"),
            (1.75, subject, "not_linked"),
            (2.25, subject, "recovered"),
        ]


async def probe(life: Life, account: Account) -> None:
    """As the page does after a sign-in, or when somebody presses Check accounts."""
    gateway = life.house.gateway
    await gateway.store.change_account(account)
    await probe_accounts([account], gateway.admin.probe, gateway.store, life.house.clock.utc())


async def test_client_credentials_that_ups_refuses_are_told_until_it_takes_them(tmp_path: Path) -> None:
    async with a_life(tmp_path, slides=True) as life:
        account = await life.house.gateway.store.add_account(Account(0, "R7S8T9", "simulator", application="own"))
        await restart_with_own(life, "wrong")
        await probe(life, account)
        await life.until(1)
        await restart_with_own(life, "demo-secret")
        await life.until(1.5)
        rejected, recovered = ((f"account:{account.id}", kind) for kind in ("rejected", "recovered"))
        told = [one[1:] for one in life.told]
        # at day 0 if the gateway's own first look came after the probe, else at 0.25; once a day from then on
        assert told == [rejected] * len(told), "after a restart nobody knows yet whether UPS takes them now"
        assert 1 <= len(told) <= 2
        await probe(life, account)
        await life.until(2)
        assert [one[1:] for one in life.told] == [*told, recovered]


async def restart_with_own(life: Life, secret: str) -> None:
    """With an application of client credentials whose secret is this one."""
    await life.house.stop()
    text = life.house.file.read_text("utf-8")
    own = "name: own\n    environment: simulator\n    grant: client_credentials\n    client_id: demo-client"
    if own not in text:
        text = text.replace("\napplications:\n", f"\napplications:\n  - {own}\n    client_secret_env: OWN\n")
        life.house.file.write_text(text, "utf-8")
    life.house.environ = {**life.house.environ, "OWN": secret}
    await life.house.start()


async def test_after_weeks_of_sleep_a_refresh_comes_before_a_reminder(tmp_path: Path) -> None:
    async with a_life(tmp_path, slides=True) as life:
        await life.until(1)
        life.house.clock.advance(timedelta(days=55).total_seconds())
        await life.house.gateway.alerts.step(life.house.clock.utc())
        assert life.told == []
        life.house.clock.advance(timedelta(days=55).total_seconds())
        await life.look()
        assert (life.told, life.health[111.0]) == ([], Health.OK)


async def test_a_gateway_tells_by_itself_and_what_happened_while_it_was_off(tmp_path: Path) -> None:
    async with a_life(tmp_path, slides=True) as life:
        await life.house.stop()
        life.house.clock.advance(timedelta(days=61).total_seconds())
        await life.house.start()
        await eventually(lambda: len(life.mail.mails) == len(life.hook.bodies) == 1)
        assert life.told == [(61.0, f"profile:{life.house.profile.id}", "expired")]


async def test_a_shipment_of_unknown_outcome_is_told_until_a_person_settles_it(tmp_path: Path) -> None:
    async with a_life(tmp_path, slides=True) as life:
        await life.house.ups.fault(path="/ship", drop="after", times=1)
        assert (await life.house.ask(confirm())).code == "20001"
        await life.until(1.5)
        await life.house.gateway.shipping.desk.settle_unknown(1, None)
        await life.until(3)
        assert life.told == [
            (0.25, "shipment:1", "unknown"),
            (1.25, "shipment:1", "unknown"),
            (1.75, "shipment:1", "recovered"),
        ]
        assert life.hook.bodies[-1]["headline"] == (
            "Shipment no. 1 on A1B2C3: it is not created now, nothing is left to do."
        )


async def test_a_label_that_no_program_took_is_told_for_a_week(tmp_path: Path) -> None:
    async with a_life(tmp_path, slides=True) as life:
        confirmed = await life.house.ask(confirm())
        async with Client(life.house.port) as program:
            await program.send(xml(accept(confirmed.digest)))
            program.reset()
        await life.house.until_settled()
        await life.look()
        assert life.told == [], "the program may still ask again"
        await life.until(9)
        assert life.told == [(day + 0.25, "shipment:1", "undelivered") for day in range(7)]


async def test_a_void_that_ups_refuses_is_told_and_then_that_it_will_be_billed(tmp_path: Path) -> None:
    error = {"code": "190999", "message": "Not now"}
    async with a_life(tmp_path, slides=True) as life:
        confirmed = await life.house.ask(confirm())
        await life.house.ups.fault(path="/void/", status=400, body={"response": {"errors": [error]}})
        await life.house.until_settled()
        await life.house.gateway.shipping.voids.by_page(1)
        await life.look()
        await life.until(2)
        assert life.told == [
            (0.0, "shipment:1", "voiding_refused"),
            (0.5, "shipment:1", "cannot_be_voided"),
            (1.5, "shipment:1", "cannot_be_voided"),
        ]
        assert life.hook.bodies[-1]["headline"] == (
            f"Shipment {confirmed.number} on A1B2C3: it cannot be voided and will be billed."
        )


async def test_a_void_that_takes_more_than_a_day_is_told_until_it_is_done(tmp_path: Path) -> None:
    async with a_life(tmp_path, slides=True) as life:
        confirmed = await life.house.ask(confirm())
        await life.house.ups.fault(path="/void/", status=503)
        await life.house.gateway.shipping.voids.by_page(1)
        await life.until(1.5)
        await life.house.ups.send("DELETE", "/_control/faults")
        await life.until(3)
        assert life.told == [(1.0, "shipment:1", "voiding_long"), (1.75, "shipment:1", "recovered")]
        assert life.hook.bodies[-1]["headline"] == (
            f"Shipment {confirmed.number} on A1B2C3: it is voided now, nothing is left to do."
        )
