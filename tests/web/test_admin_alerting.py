"""The page of alerts, and its test button, on a gateway that listens."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.house import House, a_house
from tests.web.administering import Gateway, a_gateway
from ups_gateway.model import Secret
from ups_gateway.store.guesses import FROM_ONE, Guesses
from ups_gateway.web.admin.parts import AdminParts


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as house:
        yield house


@pytest.fixture
async def watched(tmp_path: Path, house: House) -> AsyncIterator[Gateway]:
    """Pages of a gateway whose alerts watch production."""

    def with_alerts(parts: AdminParts) -> AdminParts:
        return replace(parts, alerts=house.gateway.alerts)

    async with a_gateway(tmp_path / "pages", with_alerts) as gateway:
        await gateway.sign_in()
        yield gateway


async def test_the_page_says_what_is_wrong_and_a_test_goes_every_way(watched: Gateway) -> None:
    assert "Nothing is wrong." in (await watched.get("/alerts")).words
    page = await watched.post("/alerts/test")
    assert (page.status, "No way is set up" in page.words) == (200, True)


async def test_a_running_gateway_hands_its_alerts_to_the_page(house: House) -> None:
    assert house.gateway.admin.alerts is house.gateway.alerts


async def test_without_alerts_the_page_says_so(admin: Gateway) -> None:
    assert (await admin.get("/alerts")).status == 200
    page = await admin.post("/alerts/test")
    assert (page.status, "No alerts are sent from here." in page.words) == (400, True)


async def test_what_is_wrong_is_marked_seen_and_told_again_by_its_buttons(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"alerts.environments": ["simulator"]}
    async with a_house(tmp_path, settings=settings) as house:
        alerts = house.gateway.alerts
        await house.gateway.store.change_account(replace(house.account, probe="not_linked"))
        async with a_gateway(tmp_path / "pages", lambda parts: replace(parts, alerts=alerts)) as pages:
            await pages.sign_in()
            about = f"account:{house.account.id}"
            ((action, fields),) = [form for form in (await pages.get("/alerts")).forms() if form[0] == "/alerts/seen"]
            assert (action, fields["about"]) == ("/alerts/seen", about)
            done = await pages.post("/alerts/seen", about=about)
            assert (done.status, done.location) == (303, "/alerts?done=seen#standing")
            page = await pages.get("/alerts?done=seen")
            assert [one.seen is None for one in await alerts.standing()] == [False]
            assert ("Noted. It is not told again" in page.words, "on this page Tell again" in page.words) == (
                True,
                True,
            )
            assert (await pages.post("/alerts/tell-again", about=about)).location == "/alerts?done=tell-again#standing"
            assert [one.seen for one in await alerts.standing()] == [None]
            gone = await pages.post("/alerts/seen", about="account:99")
            assert (gone.status, "This is over already" in gone.words) == (400, True)


async def test_every_kind_of_trouble_leads_to_its_place_on_the_pages(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"alerts.environments": ["simulator"]}
    async with a_house(tmp_path, settings=settings) as house:
        alerts, store = house.gateway.alerts, house.gateway.store
        await store.change_account(replace(house.account, probe="not_linked"))
        key = (await store.keys())[0]
        guesses = Guesses(store, house.gateway.clock.now)
        for number in range(FROM_ONE):
            await guesses.wrong(key.id, "10.0.0.7", Secret(f"guess {number}"))
        async with a_gateway(tmp_path / "pages", lambda parts: replace(parts, alerts=alerts)) as pages:
            await pages.sign_in()
            page = await pages.get("/alerts")
            assert re.findall(r'href="([^"]*)">Do it', page.text) == [
                f"/#account-{house.account.id}",
                f"/#key-{key.id}",
            ]
