"""The pages on what went through: recent exchanges, captured ones in four panes, and the migration report.

The rule: what they show of a request's content was masked before it was kept.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from aiohttp import hdrs, web

from ups_gateway.captures import COUNT
from ups_gateway.model import Environment, Operation
from ups_gateway.web.admin import journal, words
from ups_gateway.web.admin.actions import done, number_of
from ups_gateway.web.admin.journal import Report
from ups_gateway.web.admin.parts import PARTS, AdminParts
from ups_gateway.web.admin.trouble import Wrong, gone
from ups_gateway.web.rendering import form_of, render

PAGE: Final = 100
"""Exchanges on a page."""
DAYS: Final = (7, 30, 90)
_NOTICES: Final = {
    "capture-on": f"The next {COUNT} exchanges are captured.",
    "capture-off": "No further exchange is captured.",
}


async def show(request: web.Request) -> web.Response:
    """GET /traffic: recent exchanges; `account`, `operation`, `outcome` filter, `before` pages."""
    parts, query = request.app[PARTS], request.query
    accounts, captures = await parts.store.accounts(), await parts.captures.found()
    records = await parts.store.exchanges(
        PAGE + 1,
        _moment(query.get("before", "")),
        account=number_of(query["account"]) if query.get("account") else None,
        operation=query.get("operation", ""),
        outcome=query.get("outcome", ""),
    )
    shown = records[:PAGE]
    filters = {name: query[name] for name in ("account", "operation", "outcome") if query.get(name)}
    older = urlencode(filters | {"before": shown[-1].at.isoformat()}) if len(records) > PAGE else ""
    return render(
        request,
        "traffic.html",
        lines=journal.traffic(shown, accounts, await parts.store.keys(), captures),
        captures=captures,
        left=await parts.captures.left(),
        accounts=accounts,
        operations=[(one.value, journal.spoken(one)) for one in Operation],
        outcomes=words.OUTCOMES,
        filters=filters,
        older=older,
        later="before" in query,
        count=COUNT,
        notice=_NOTICES.get(query.get("done", ""), ""),
        spoken=journal.spoken,
        counted=words.counted,
        **_times(parts),
    )


async def capture(request: web.Request) -> web.Response:
    """Captures the next ones, or no more: `capture` is on or off."""
    on = (await form_of(request)).get("capture") == "on"
    await request.app[PARTS].captures.switch(COUNT if on else 0)
    return done("capture-on" if on else "capture-off", page="/traffic")


async def show_capture(request: web.Request) -> web.Response:
    """GET /traffic/captures/{id}: the four panes."""
    parts = request.app[PARTS]
    for found in await parts.captures.found():
        if found.id == number_of(request.match_info["id"]):
            numbers = {account.id: account.number for account in await parts.store.accounts()}
            return render(
                request,
                "capture.html",
                capture=found,
                test=Environment(found.environment, "").test,
                account=numbers.get(found.account or 0, ""),
                outcome=words.OUTCOMES[found.outcome],
                operation=journal.spoken(found.operation),
                **_times(parts),
            )
    raise gone("capture")


async def show_report(request: web.Request) -> web.Response:
    """GET /report: which programs still use the old APIs."""
    parts, days = request.app[PARTS], _days(request)
    return render(
        request,
        "report.html",
        report=await made_report(parts, days),
        days=days,
        choices=DAYS,
        counted=words.counted,
        **_times(parts),
    )


async def send_csv(request: web.Request) -> web.Response:
    """GET /report.csv."""
    found = await made_report(request.app[PARTS], _days(request))
    headers = {hdrs.CONTENT_DISPOSITION: 'attachment; filename="migration-report.csv"'}
    return web.Response(text=journal.as_csv(found), content_type="text/csv", charset="utf-8", headers=headers)


async def send_json(request: web.Request) -> web.Response:
    """GET /report.json."""
    found = await made_report(request.app[PARTS], _days(request))
    return web.Response(body=msgspec.json.encode(found), content_type="application/json")


async def made_report(parts: AdminParts, days: int) -> Report:
    """Of the last days. The journal keeps 90."""
    now = parts.now()
    since = now - timedelta(days=days)
    return journal.report(await parts.store.usage(since), await parts.store.keys(), since, now)


def _days(request: web.Request) -> int:
    given = request.query.get("days", "30")
    if given not in map(str, DAYS):
        raise Wrong(f"The report is of the last {words.listed([str(days) for days in DAYS])} days.")
    return int(given)


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise Wrong("The address of this page is damaged: go back to Traffic.") from error
    if at is not None and at.tzinfo is None:
        raise Wrong("The address of this page is damaged: go back to Traffic.")
    return at


def _times(parts: AdminParts) -> dict[str, Any]:
    now = parts.now()
    return {
        "moment": lambda at: words.moment(at, parts.zone),
        "distance": lambda at: words.distance(at, now),
    }
