"""The status page, the same for programs, and label files."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from tests.web.administering import Gateway, a_gateway, exchange
from ups_gateway.model import State
from ups_gateway.web.admin import add_admin_routes

PAGES = ("/", "/connect", "/paste", "/traffic", "/report", "/alerts", "/profiles/1")
"""With one profile that signed in."""


async def test_the_first_line_answers_whether_shipping_works(admin: Gateway) -> None:
    sentences = [(await admin.get()).sentence]
    await admin.consent("Dock 3", "A1B2C3")
    sentences.append((await admin.get()).sentence)
    admin.clock.advance(55 * 86400)
    await admin.sign_in()
    sentences.append((await admin.get()).sentence)
    admin.clock.advance(5 * 86400)
    await admin.sign_in()
    sentences.append((await admin.get()).sentence)
    assert sentences == [
        "Simulator environment: no UPS account is set up yet: sign in with UPS, then add the account.",
        "Simulator environment: shipping works. Next sign-in needed by 21 January 2027.",
        "Simulator environment: shipping works until 21 January: sign in again for Dock 3 before then.",
        "Simulator environment: shipping does not work: A1B2C3 cannot ship.",
    ]


async def test_a_card_shows_how_much_of_its_tokens_lives_is_left(admin: Gateway) -> None:
    await admin.consent("Dock 3", "A1B2C3")
    admin.clock.advance(15 * 86400)
    await admin.sign_in()
    page = await admin.get()
    card = page.text.partition('<article class="card good" id="profile-1"')[2].partition("</article>")[0]
    assert re.findall(r'<rect class="left" width="(\d+)"', card) == ["75", "0"]
    assert re.findall(r"</svg>\s*<span>(.*?)</span>", card) == [
        "44 days left",
        "ended 14 days ago; renewed when next needed",
    ]
    assert re.findall(r'data-label="(?:OAuth|Active)">(.*?)<', card) == ["Yes", "Yes"]


async def test_the_last_hour_and_day_are_told_in_words_and_drawn(admin: Gateway) -> None:
    account = await admin.account()
    now = admin.clock.utc()
    for minutes, outcome in ((1, "ok"), (2, "unreachable"), (3, "refused"), (90, "ok")):
        admin.store.note_exchange(exchange(account, now - timedelta(minutes=minutes), outcome=outcome, seconds=0.5))
    page = await admin.get()
    assert "UPS did not answer 1 of 3 requests in the last hour." in page.words
    assert "33.3 % (1 of 3 requests)" in page.words
    told = "4 requests in 24 hours: 2 done, 1 refused, 1 failed; answered in 0.50 s on average."
    assert page.text.count(told) == 2  # once for eyes, once for ears
    assert page.text.count('<rect class="failed"') == 1


async def test_no_token_and_no_licence_is_on_any_page(admin: Gateway) -> None:
    profile = await admin.consent("Dock 3", "A1B2C3")
    account = (await admin.store.accounts())[0]
    await admin.key(account, licence="LICENCE0000OTHER")
    await admin.seen()
    assert profile.tokens is not None
    assert profile.tokens.refresh_token is not None
    secrets = (profile.tokens.access_token.reveal(), profile.tokens.refresh_token.reveal(), "LICENCE0000", "secret-1")
    for path in (*PAGES, "/api/status"):
        page = await admin.get(path)
        assert (page.status, [secret for secret in secrets if secret in page.text]) == (200, [])


async def test_what_comes_from_outside_is_escaped(admin: Gateway) -> None:
    evil = "<script>alert(1)</script>"
    profile = await admin.store.add_profile(evil, "main", "simulator")
    await admin.account(profile=profile.id, nickname=evil, probe_note=evil)
    await admin.seen(user=evil, user_agent=evil, peer=evil)
    page = await admin.get()
    assert ("<script>" in page.text, page.words.count(evil) >= 5) == (False, True)


async def test_pages_hold_no_inline_script_no_inline_style_and_nothing_from_elsewhere(admin: Gateway) -> None:
    await _everything(admin)
    for path in (*PAGES, "/sign-in", await admin.link()):
        text = (await admin.get(path)).text
        loaded = set(re.findall(r'(?:src|<link[^>]*href)="([^"]*)"', text))
        assert loaded - {"/static/live.js"} == {"/static/gateway.css", "/static/icon.svg"}
        text = text.replace('<script src="/static/live.js" defer></script>', "", 1)
        assert re.findall(r"<script|<style|\sstyle=|\son\w+=|javascript:", text) == []


async def test_every_form_on_the_page_leads_to_a_route_that_takes_it(admin: Gateway) -> None:
    await _everything(admin)
    app = web.Application()
    add_admin_routes(app, admin.parts)
    (seen,) = (await admin.get("/api/status")).json["seen_keys"]
    paths = (*PAGES, f"/seen-keys/{seen['id']}")
    forms = [form for path in paths for form in (await admin.get(path)).forms()]
    actions = {re.sub(r"[0-9a-f]{24}|\d+", "N", action) for action, _ in forms}
    found = [await app.router.resolve(make_mocked_request("POST", action)) for action, _ in forms]
    assert [match.http_exception for match in found if match.http_exception is not None] == []
    assert [action for action, fields in forms if not fields.get("csrf")] == []
    assert actions >= {
        *("/accounts", "/accounts/N/active", "/accounts/N/connect", "/accounts/N/remove", "/profiles", "/sign-out"),
        *("/profiles/N/authorize", "/profiles/N/check", "/profiles/N/refresh"),
        *("/profiles/N/disconnect", "/profiles/N/delete", "/paste", "/traffic/capture", "/alerts/test"),
        *("/seen-keys/N/map", "/seen-keys/N/mark", "/keys/N/mark", "/shipments/N/settle", "/shipments/N/void"),
    }


async def _everything(admin: Gateway) -> None:
    """A page with every kind of thing on it."""
    profile = await admin.consent("Dock 3", "A1B2C3")
    await admin.account("D4E5F6")
    await admin.account("A1B2C3", environment="test")
    account = next(one for one in await admin.store.accounts() if one.profile == profile.id)
    key = await admin.key(account, licence="LICENCE0000OTHER")
    await admin.seen()
    await admin.shipment(account, key)
    await admin.shipment(account, key, state=State.UNKNOWN, number="", tracking_numbers=())


async def test_the_test_environment_is_set_apart_and_named(admin: Gateway) -> None:
    await admin.account("A1B2C3", environment="test")
    await admin.account("D4E5F6")
    words = (await admin.get()).words
    simulator, test = words.index("Simulator Not UPS's production"), words.index("Test Test: nothing is really shipped")
    assert simulator < words.index("D4E5F6", simulator) < test < words.index("A1B2C3", test)


async def test_the_trademark_line_is_on_every_page(admin: Gateway) -> None:
    await admin.consent()
    for path in (*PAGES, "/sign-in", "/upscallback"):
        assert "Not affiliated with or endorsed by UPS." in (await admin.get(path)).words


async def test_a_notice_says_what_was_done_and_never_what_the_address_says(admin: Gateway) -> None:
    known, made_up = await admin.get("/?done=voided"), await admin.get("/?done=%3Cb%3Eowned")
    assert ("The shipment is voided." in known.words, "owned" in made_up.text) == (True, False)


async def test_programs_get_the_same_facts(admin: Gateway) -> None:
    profile = await admin.consent("Dock 3", "A1B2C3")
    await admin.post(f"/profiles/{profile.id}/check")
    page = await admin.get("/api/status")
    tree = page.json
    ((section,), (card,)) = tree["sections"], tree["sections"][0]["cards"][:1]
    (account,) = card["accounts"]
    assert page.headers["Content-Type"] == "application/json"
    assert tree["sentence"] == "Simulator environment: shipping works. Next sign-in needed by 21 January 2027."
    assert (tree["works"], section["environment"], section["production"]) == (True, "simulator", False)
    assert (card["name"], card["health"], card["fields"]["token_status"]) == ("Dock 3", "ok", "Valid (UPS: approved)")
    assert (account["number"], account["health"], account["oauth"], account["active"]) == ("A1B2C3", "ok", True, True)
    assert card["fields"]["refresh_token_expires"].startswith("2027-01-21T")


# --- labels -----------------------------------------------------------------------------------------------------------


async def _labels(admin: Gateway, packages: int) -> tuple[int, dict[str, str], bytes]:
    """The labels of a shipment that the simulated UPS made, by label recovery."""
    profile = await admin.consent("Dock 3", "A1B2C3")
    (account,) = [one for one in await admin.store.accounts() if one.profile == profile.id]
    number = await _ship_at_ups(admin, packages)
    row = await admin.shipment(account, await admin.key(account), number=number, tracking_numbers=(number,))
    async with admin.browser.get(f"{admin.url}/shipments/{row.id}/labels") as answer:
        return answer.status, dict(answer.headers), await answer.read()


async def _ship_at_ups(admin: Gateway, packages: int) -> str:
    """Ships by REST, as another program would."""
    address = {"AddressLine": "1 Main St", "City": "Atlanta", "StateProvinceCode": "GA", "CountryCode": "US"}
    party = {"Name": "Acme", "AttentionName": "Ann", "Phone": {"Number": "4045550100"}}
    home = party | {"Address": address | {"PostalCode": "30328"}}
    package = {
        "Packaging": {"Code": "02"},
        "PackageWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "3"},
    }
    charge = {"Type": "01", "BillShipper": {"AccountNumber": "A1B2C3"}}
    body: dict[str, Any] = {
        "ShipmentRequest": {
            "Request": {"RequestOption": "nonvalidate"},
            "Shipment": {
                "Description": "Books",
                "Shipper": home | {"ShipperNumber": "A1B2C3"},
                "ShipTo": home,
                "PaymentInformation": {"ShipmentCharge": [charge]},
                "Service": {"Code": "03"},
                "Package": [package] * packages,
            },
            "LabelSpecification": {
                "LabelImageFormat": {"Code": "GIF"},
                "LabelStockSize": {"Height": "6", "Width": "4"},
            },
        }
    }
    (profile, *_) = await admin.store.profiles()
    assert profile.tokens is not None
    headers = {
        "Authorization": f"Bearer {profile.tokens.access_token.reveal()}",
        "transId": "1",
        "transactionSrc": "test",
    }
    async with admin.browser.post(f"{admin.ups_url}/api/shipments/v2409/ship", json=body, headers=headers) as answer:
        tree = await answer.json()
        assert answer.status == 200, tree
        return str(tree["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"])


async def test_one_label_is_downloaded_as_it_is(admin: Gateway) -> None:
    status, headers, body = await _labels(admin, 1)
    assert (status, headers["Content-Type"], body[:4]) == (200, "image/gif", b"GIF8")
    assert re.fullmatch(r'attachment; filename="1Z[0-9A-Z]{16}\.gif"', headers["Content-Disposition"])


async def test_several_labels_are_downloaded_as_a_zip(admin: Gateway) -> None:
    status, headers, body = await _labels(admin, 2)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        names = archive.namelist()
        heads = {archive.read(name)[:4] for name in names}
    assert (status, headers["Content-Type"], len(names), heads) == (200, "application/zip", 2, {b"GIF8"})


async def test_a_shipment_without_labels_is_told(admin: Gateway) -> None:
    page = await admin.get("/shipments/99/labels")
    assert (page.status, "There is no shipment 99 that has labels." in page.words) == (400, True)


async def test_a_recovery_that_brings_no_label_is_told(admin: Gateway) -> None:
    await admin.consent("Dock 3", "A1B2C3")
    (account,) = await admin.store.accounts()
    row = await admin.shipment(account, await admin.key(account))
    admin.fault("labels", status=200, body={"LabelRecoveryResponse": {}})
    page = await admin.get(f"/shipments/{row.id}/labels")
    assert (page.status, "UPS gave no label for this shipment." in page.words) == (404, True)


async def test_every_one_of_two_hundred_accounts_is_on_the_page(admin: Gateway) -> None:
    numbers = [f"A{number:05}" for number in range(200)]
    for number in numbers:
        await admin.account(number)
    page = await admin.get()
    assert (page.text.count('<tr id="account-'), [one for one in numbers if one not in page.words]) == (200, [])


async def test_a_new_gateway_says_how_to_begin_until_something_is_set_up(admin: Gateway) -> None:
    steps = re.compile("How to begin Connect a UPS account. .* Point the old program at the gateway .* Say what the ")
    before = (await admin.get()).words
    await admin.account("A1B2C3")
    after = (await admin.get()).words
    assert (bool(steps.search(before)), "How to begin" in after) == (True, False)


async def test_a_gateway_without_an_application_says_where_one_is_registered(tmp_path: Path) -> None:
    async with a_gateway(tmp_path, lambda parts: replace(parts, applications={})) as gateway:
        await gateway.sign_in()
        page = await gateway.get()
        assert "How to begin Register an application at developer.ups.com" in page.words
        assert "/connect" not in re.findall(r'class="button main" href="([^"]*)"', page.text)
