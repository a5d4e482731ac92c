"""Recent exchanges, captured ones, and the migration report, on the page."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest

from tests.web.administering import Gateway, exchange
from ups_gateway.model import Account, LegacyAnswer, LegacyCall, RestCall, RestReply
from ups_gateway.web.admin.traffic import PAGE


def _operations(text: str) -> list[str]:
    return re.findall(r'data-label="Operation"><div>([a-z ]+) <span', text)


async def _some(admin: Gateway) -> Account:
    account, now = await admin.account(), admin.clock.utc()
    rows = [("rate", "ok", account), ("track", "unreachable", account), ("void", "refused", None)]
    for n, (operation, outcome, where) in enumerate(rows):
        admin.store.note_exchange(
            exchange(where, now - timedelta(minutes=n), operation=operation, outcome=outcome, code="")
        )
    return account


async def test_exchanges_are_listed_newest_first_and_filtered(admin: Gateway) -> None:
    account = await _some(admin)
    found = {
        query: _operations((await admin.get(f"/traffic{query}")).text)
        for query in ("", f"?account={account.id}", "?operation=void", "?outcome=unreachable", "?account=99")
    }
    assert found == {
        "": ["rate", "track", "void"],
        f"?account={account.id}": ["rate", "track"],
        "?operation=void": ["void"],
        "?outcome=unreachable": ["track"],
        "?account=99": [],
    }


async def test_a_long_list_goes_on_on_another_page(admin: Gateway) -> None:
    now = admin.clock.utc()
    for n in range(PAGE + 1):
        admin.store.note_exchange(exchange(None, now - timedelta(minutes=n), outcome="refused"))
    page = await admin.get("/traffic?outcome=refused")
    assert len(_operations(page.text)) == PAGE
    (older,) = re.findall(r'href="(/traffic\?[^"]*)">Older', page.text)
    assert "outcome=refused" in older
    page = await admin.get(older.replace("&amp;", "&"))
    assert (len(_operations(page.text)), "Newest" in page.words, "Older" in page.words) == (1, True, False)


@pytest.mark.parametrize("before", ["yesterday", "2026-11-22T12:00:00"])
async def test_a_damaged_address_is_told(admin: Gateway, before: str) -> None:
    page = await admin.get(f"/traffic?before={before}")
    assert (page.status, "The address of this page is damaged" in page.words) == (400, True)


async def test_the_switch_captures_the_next_twenty_and_is_turned_off(admin: Gateway) -> None:
    page = await admin.post("/traffic/capture", capture="on")
    assert page.location == "/traffic?done=capture-on"
    assert "Capturing the next 20 exchanges." in (await admin.get(page.location)).words
    assert [admin.parts.captures.begin() for _ in range(21)] == [True] * 20 + [False]
    page = await admin.post("/traffic/capture", capture="off")
    assert "Capture the next 20" in (await admin.get(page.location)).words


async def test_a_captured_exchange_is_opened_as_four_panes(admin: Gateway) -> None:
    account = await admin.account()
    record = exchange(account, admin.clock.utc())
    admin.store.note_exchange(record)
    call = LegacyCall("POST", "", "/ups.app/xml/Rate", "", {}, b"<RatingServiceSelectionRequest><Name>Ann</Name>")
    said = [(RestCall("POST", "/api/rating/v2409/Rate", body={"Name": "Ann"}), RestReply(200, {}, b'{"Code":"03"}'))]
    answer = LegacyAnswer(200, {"Content-Type": "application/xml"}, b"<script>Ann</script>")
    captures = admin.parts.captures
    captures.keep(record, call, said, answer)
    await captures.store_heard()
    (link,) = set(re.findall(r'href="(/traffic/captures/\d+)"', (await admin.get("/traffic")).text))
    page = await admin.get(link)
    panes = re.findall(r"(?s)<div class=\"pane\".*?<h2>(.*?)</h2>.*?<code>(.*?)</code>", page.text)
    assert panes == [
        (
            "Old request",
            "POST /ups.app/xml/Rate\n\n&lt;RatingServiceSelectionRequest&gt;\n  &lt;Name&gt;Xxx&lt;/Name&gt;",
        ),
        ("REST request", "POST /api/rating/v2409/Rate\n\n{\n  &#34;Name&#34;: &#34;Xxx&#34;\n}"),
        ("REST reply", "200\n\n{\n  &#34;Code&#34;: &#34;03&#34;\n}"),
        ("Old answer", "200 application/xml\n\n&lt;script&gt;Xxx&lt;/script&gt;"),
    ]
    assert (await admin.get("/traffic/captures/99")).status == 404


async def test_the_report_is_a_page_csv_and_json(admin: Gateway) -> None:
    await _some(admin)
    page = await admin.get("/report")
    assert "3 requests, 2 with an error." in page.words
    assert "UPS did not answer (1)" in page.words
    rows = list(csv.DictReader(io.StringIO((await admin.get("/report.csv")).text)))
    tree = (await admin.get("/report.json?days=7")).json
    assert [(row["operation"], row["errors"]) for row in rows] == [("rate", "0"), ("track", "1"), ("void", "1")]
    assert [line["operation"] for line in tree["lines"]] == ["rate", "track", "void"]
    admin.clock.advance(8 * 86400)
    await admin.sign_in()
    assert (await admin.get("/report.json?days=7")).json["requests"] == 0
    assert "No program used an old API in this time. Each one" in (await admin.get("/report?days=7")).words


@pytest.mark.parametrize("days", ["0", "many", "400", "²"])
async def test_a_report_of_other_days_is_refused_in_words(admin: Gateway, days: str) -> None:
    page = await admin.get(f"/report?days={days}")
    assert (page.status, "The report is of the last 7, 30 and 90 days." in page.words) == (400, True)
