"""What the journal says, from rows and sums alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ups_gateway.captures import Capture
from ups_gateway.model import AccessKey, Account, ExchangeRecord
from ups_gateway.store.counts import Usage
from ups_gateway.web.admin.journal import Report, ReportLine, TrafficLine, as_csv, report, traffic

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ACCOUNT = Account(3, "A1B2C3", "production")
KEY = AccessKey(7, "LICENCE0000KEY01", "cart", "hash", 3, label="Web shop")
RECORD = ExchangeRecord(
    at=NOW,
    dialect="xml",
    operation="ship_confirm",
    key=7,
    account=3,
    environment="production",
    outcome="ok",
    code="",
    seconds=0.5,
    ups_seconds=0.25,
    peer="127.0.0.1",
    user_agent="Cart/2",
)
USAGE = Usage(7, "Cart/2", "xml", "rate", "production", "ok", "", 90, NOW - HOUR, NOW)


def test_an_exchange_is_told_in_words_and_leads_to_its_capture() -> None:
    captured = Capture(5, NOW, "xml", "ship_confirm", "ok", "", 3, "production", "", (), "")
    stranger = replace(RECORD, key=None, account=None, outcome="client_fault", code="250003", at=NOW - HOUR)
    assert traffic([RECORD, stranger], [ACCOUNT], [KEY], [captured]) == (
        TrafficLine(
            *(NOW, "ship confirm", "xml", "A1B2C3", "production", "Web shop", "127.0.0.1"),
            *("ok", "Done", "good", "", 0.5, 0.25, 5),
        ),
        TrafficLine(
            *(NOW - HOUR, "ship confirm", "xml", "", "production", "Cart/2", "127.0.0.1"),
            *("client_fault", "Refused by the gateway", "soon", "250003", 0.5, 0.25, None),
        ),
    )


def test_the_report_sums_by_program_api_and_operation() -> None:
    usages = [
        USAGE,
        replace(USAGE, outcome="refused", code="111285", count=3, last=NOW + HOUR),
        replace(USAGE, outcome="unreachable", code="", count=4),
        replace(USAGE, key=None, user_agent="=php", dialect="soap", outcome="client_fault", code="250003", count=1),
        replace(USAGE, dialect="rest", count=1000),  # today's API
    ]
    found = report(usages, [KEY], NOW - HOUR, NOW)
    assert found == Report(
        NOW - HOUR,
        NOW,
        98,
        8,
        (
            ReportLine(
                *("Web shop", "…EY01", "Cart/2", "XML", "rate", "production", 97, 7),
                *("UPS did not answer (4), 111285 (3)", NOW - HOUR, NOW + HOUR),
            ),
            ReportLine(
                *("=php", "", "=php", "SOAP", "rate", "production", 1, 1),
                *("250003 (1)", NOW - HOUR, NOW),
            ),
        ),
    )
    times = "2026-11-22T11:00:00+00:00,2026-11-22T13:00:00+00:00"
    assert as_csv(found).splitlines() == [
        "program,access_key,user_agent,api,operation,environment,requests,errors,error_codes,first_seen,last_seen",
        'Web shop,…EY01,Cart/2,XML,rate,production,97,7,"UPS did not answer (4), 111285 (3)",' + times,
        "'=php,,'=php,SOAP,rate,production,1,1,250003 (1),2026-11-22T11:00:00+00:00,2026-11-22T12:00:00+00:00",
    ]


@pytest.mark.parametrize("usages", [[], [replace(USAGE, dialect="rest")]])
def test_nobody_who_uses_the_old_apis_is_an_empty_report(usages: list[Usage]) -> None:
    assert report(usages, [KEY], NOW - HOUR, NOW) == Report(NOW - HOUR, NOW, 0, 0, ())
