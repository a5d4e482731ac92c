"""`report`, `traffic` and `captures` beside a running gateway."""

from __future__ import annotations

import asyncio
import json
import time

from tests.cli.test_beside import Beside, _run, beside

__all__ = ["beside"]


def _flush(beside: Beside) -> None:
    asyncio.run_coroutine_threadsafe(beside.house.app.store.flush(), beside.loop).result(10)


def test_the_report_names_the_programs_that_use_old_apis(beside: Beside) -> None:
    assert _run("report").stdout == "No program used an old API in this time.\n"
    beside.converse()
    _flush(beside)
    found = json.loads(_run("report", "--json").stdout)
    assert {line["operation"] for line in found["lines"]} >= {"rate", "ship confirm", "ship accept", "void"}
    assert {line["api"] for line in found["lines"]} == {"XML"}
    assert _run("report", "--csv").stdout.splitlines()[0].startswith("program,access_key,user_agent,api,operation")
    assert "The demonstration's old program" in _run("report").stdout


def test_exchanges_are_listed_and_filtered(beside: Beside) -> None:
    assert _run("traffic").stdout == "No exchange yet.\n"
    beside.converse()
    _flush(beside)
    rows = json.loads(_run("traffic", "--operation", "void", "--json").stdout)
    assert [(row["operation"], row["account"], row["words"]) for row in rows] == [("void", "A1B2C3", "Done")]
    assert _run("traffic", "--outcome", "bug").stdout == "No exchange fits.\n"
    assert "ship confirm" in _run("traffic", "--account", "A1B2C3", "--limit", "50").stdout


def test_captures_are_switched_listed_and_shown(beside: Beside) -> None:
    assert _run("captures", "list").stdout == "Nothing was captured in the last 24 hours.\n"
    assert _run("captures", "on", "--count", "1").stdout == "The next 1 exchanges are captured.\n"
    assert _run("captures", "list").stdout.splitlines()[-1] == "The next 1 exchanges are captured."
    ends = time.monotonic() + 20
    while not (found := json.loads(_run("captures", "list", "--json").stdout)["captures"]):
        assert time.monotonic() < ends
        beside.converse()
    assert [one["outcome"] for one in found] == ["ok"]
    shown = _run("captures", "show", str(found[0]["id"])).stdout
    titles = [line for line in shown.splitlines() if line.startswith("===")]
    assert (titles[0], titles[-1]) == ("=== Old request ===", "=== Old answer ===")
    assert "DEMO0ACCESS0KEY0" not in shown
    assert _run("captures", "off").stdout == "No further exchange is captured.\n"
    assert _run("captures", "show", "99").stderr == "Error: There is no capture 99: ups-gateway captures list\n"
