"""An administrator's day, by the buttons of the status page: what ends, what comes new, what went wrong."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Chromium
from tests.browser.houses import FOREIGN, ORDERED, ask, control, foreign, unaccepted, unknown
from tests.browser.person import allow, card, heading, sign_in, unfolded
from tests.gateway import confirm, rate
from ups_gateway.cli.demo.house import PASSWORD, House
from ups_gateway.model import State, TwoPhase

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_expired_sign_in_is_renewed_and_its_account_ships_again(chromium: Chromium, demo: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, demo)
        archive = card(page, "Archive")
        await expect(archive).to_contain_text("The sign-in has ended.")
        await archive.get_by_role("button", name="Reauthorize").click()
        await allow(page, "archive")
        await expect(heading(page)).to_have_text(re.compile("Archive is signed in at UPS"))
        await expect(page.get_by_role("listitem")).to_contain_text("N1P2Q3")
        await page.get_by_role("link", name="Open the status page").click()
        await unfolded(page, "Archive")
        await expect(archive.get_by_role("row", name="N1P2Q3")).to_contain_text("Works")
        await expect(archive).not_to_contain_text("The sign-in has ended.")


async def test_an_access_key_that_came_is_mapped_and_its_program_ships(chromium: Chromium, demo: House) -> None:
    await foreign(demo)
    async with chromium.window() as page:
        await sign_in(page, demo)
        await page.get_by_role("link", name="Resolve…").click()
        await page.get_by_label("Name of the program").fill("Web shop")
        await page.get_by_label("Ships on account").select_option(label="A1B2C3 Demo (simulator)")
        await page.get_by_label("Yes, a person decides.").check()
        await page.get_by_role("button", name="Map", exact=True).click()
        await expect(page.get_by_role("status").get_by_text("The access key is mapped")).to_be_visible()
        await expect(page.get_by_role("row", name="Web shop")).to_contain_text("asks for a price")
    assert (await ask(demo, rate(), FOREIGN)).code == ""
    key = next(one for one in await demo.app.store.keys() if one.licence == FOREIGN)
    assert (key.label, key.two_phase) == ("Web shop", TwoPhase.QUOTE)


async def test_an_access_key_that_is_blocked_leaves_the_list(chromium: Chromium, demo: House) -> None:
    await foreign(demo)
    async with chromium.window() as page:
        await sign_in(page, demo)
        await page.get_by_role("link", name="Resolve…").click()
        await page.get_by_role("button", name="Block", exact=True).click()
        await expect(page.get_by_role("status").get_by_text("The access key is blocked")).to_be_visible()
        await expect(page.get_by_role("heading", name="Access keys to resolve")).to_have_count(0)
        await expect(page.get_by_role("heading", name="Ignored and blocked")).to_be_visible()


async def test_a_changed_password_is_accepted(chromium: Chromium, demo: House) -> None:
    assert (await ask(demo, rate(), "DEMO0ACCESS0KEY0", "changed")).code == "250002"
    async with chromium.window() as page:
        await sign_in(page, demo)
        await page.get_by_role("link", name="Resolve…").click()
        await page.get_by_role("button", name="Accept the new password").click()
        await expect(page.get_by_role("status").get_by_text("The new password is accepted.")).to_be_visible()
    assert (await ask(demo, rate(), "DEMO0ACCESS0KEY0", "changed")).code == ""


async def test_a_shipment_that_no_program_accepted_is_voided_at_ups(chromium: Chromium, demo: House) -> None:
    number = await unaccepted(demo)
    async with chromium.window() as page:
        await sign_in(page, demo)
        shipment = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=number))
        await expect(shipment.get_by_text("Confirmed, but not accepted by the program")).to_be_visible()
        await shipment.get_by_text("Void…").click()
        await shipment.get_by_role("button", name=f"Void {number}").click()
        await expect(page.get_by_role("status").get_by_text("The shipment is voided.")).to_be_visible()
        await expect(shipment).to_have_count(0)
    (made,) = await control(demo, "shipments")
    assert made["number"] == number
    assert all(package["voided"] for package in made["packages"])


async def test_an_unknown_outcome_is_settled_by_its_number(chromium: Chromium, demo: House) -> None:
    await unknown(demo)
    (made,) = await control(demo, "shipments")
    async with chromium.window() as page:
        await sign_in(page, demo)
        await expect(page.get_by_text("Outcome unknown: UPS was asked and no answer came")).to_be_visible()
        await page.get_by_label("It exists:").fill(made["number"])
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status").get_by_text("Noted. Thank you.")).to_be_visible()
        await expect(page.get_by_text("Outcome unknown")).to_have_count(0)
    (row,) = await demo.app.store.shipments()
    assert row.number == made["number"]


async def test_an_unknown_outcome_is_looked_up_and_settled_by_a_button(chromium: Chromium, demo: House) -> None:
    await unknown(demo)
    (made,) = await control(demo, "shipments")
    async with chromium.window() as page:
        await sign_in(page, demo)
        await page.get_by_role("button", name="Look it up at UPS").click()
        await page.get_by_role("button", name=f"It exists: {made['number']}").click()
        await expect(page.get_by_role("status").get_by_text("Noted. Thank you.")).to_be_visible()
        await expect(page.get_by_text("Outcome unknown")).to_have_count(0)
    (row,) = await demo.app.store.shipments()
    assert row.number == made["number"]


async def test_an_unknown_outcome_that_does_not_exist_frees_the_request(chromium: Chromium, demo: House) -> None:
    await unknown(demo)
    async with chromium.window() as page:
        await sign_in(page, demo)
        await page.get_by_role("button", name="It does not exist").click()
        await expect(page.get_by_role("status").get_by_text("Noted. Thank you.")).to_be_visible()
    assert [row.state for row in await demo.app.store.shipments()] == [State.NOT_CREATED]
    assert (await ask(demo, ORDERED)).code == ""


async def test_a_sign_in_is_tested_refreshed_and_deleted_after_two_questions(chromium: Chromium, demo: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, demo)
        await (await unfolded(page, "Demo")).get_by_role("link", name="Details").click()
        await page.get_by_role("button", name="Test connection").click()
        await expect(page.get_by_role("listitem").first).to_have_text(re.compile(r"Linked\s+A1B2C3"))
        await page.get_by_role("link", name="Back to Demo").click()
        await page.get_by_role("button", name="Refresh now").click()
        await expect(page.get_by_role("status").get_by_text("The tokens were refreshed.")).to_be_visible()
        await expect(page.get_by_role("cell", name="Refreshed").first).to_be_visible()
        await page.get_by_text("Delete…").click()
        await page.get_by_role("button", name="Delete Demo").click()
        await expect(heading(page)).to_have_text("Delete Demo for good?")
        await page.get_by_role("button", name="Yes, delete it").click()
        await expect(card(page, "Demo")).to_have_count(0)


async def test_an_exchange_is_captured_and_shown_in_four_panes(chromium: Chromium, demo: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, demo)
        await page.get_by_role("link", name="Traffic").click()
        await page.get_by_role("button", name="Capture the next 20").click()
        await expect(page.get_by_role("status").get_by_text("The next 20 exchanges")).to_be_visible()
        assert (await ask(demo, confirm())).code == ""
        await page.reload()
        await page.get_by_role("cell", name="ship confirm").get_by_role("link").click()
        await expect(heading(page)).to_contain_text("Ship confirm")
        panes = {
            title: await page.get_by_role("region", name=title).inner_text()
            for title in ("Old request", "REST request", "REST reply", "Old answer")
        }
        boxes = [await page.get_by_role("region", name=title).bounding_box() for title in panes]
    assert "<ShipmentConfirmRequest>" in panes["Old request"]
    assert '"ShipmentRequest"' in panes["REST request"]
    assert '"ShipmentResponse"' in panes["REST reply"]
    assert "<ShipmentConfirmResponse>" in panes["Old answer"]
    assert not any("Canyon" in text or PASSWORD in text for text in panes.values())
    assert len({box["y"] for box in boxes if box is not None}) < len(boxes), "side by side"


async def test_the_report_is_saved_as_a_table(chromium: Chromium, demo: House) -> None:
    assert (await ask(demo, rate())).code == ""
    async with chromium.window() as page:
        await sign_in(page, demo)
        await page.get_by_role("link", name="Report").click()
        await expect(page.get_by_role("row", name="The demonstration's old program")).to_contain_text("rate")
        async with page.expect_download() as saving:
            await page.get_by_role("link", name="CSV").click()
        saved = await (await saving.value).path()
        header, line = saved.read_text("utf-8").splitlines()
    assert len(header.split(",")) == len(line.split(","))
    assert line.startswith("The demonstration's old program,")


async def test_an_open_page_shows_by_itself_what_has_come(chromium: Chromium, demo: House) -> None:
    async with chromium.window() as page:
        await sign_in(page, demo)
        await expect(page.get_by_role("link", name="Resolve…")).to_have_count(0)
        await foreign(demo)
        await expect(page.get_by_role("link", name="1 access key to resolve")).to_be_visible(timeout=10_000)


async def test_what_somebody_has_seen_is_marked_and_told_again_when_that_is_taken_back(
    chromium: Chromium, demo: House
) -> None:
    async with chromium.window() as page:
        await sign_in(page, demo)
        await page.get_by_role("link", name="Alerts").click()
        ended = page.get_by_role("row", name="Archive")
        await expect(ended).to_contain_text('The UPS sign-in "Archive" has ended: N1P2Q3 cannot ship.')
        await ended.get_by_role("button", name="Seen").click()
        await expect(page.get_by_role("status").get_by_text("Noted. It is not told again").first).to_be_visible()
        await expect(ended).to_contain_text("just now on this page")
        await ended.get_by_role("button", name="Tell again").click()
        await expect(ended.get_by_role("button", name="Seen")).to_be_visible()
        await ended.get_by_role("link", name="Do it").click()
        await expect(heading(page)).to_have_text("Archive")
