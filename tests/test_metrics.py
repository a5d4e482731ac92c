"""The metrics: what a running gateway tells after traffic, what the documents say of it, and what promtool thinks."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from aiohttp import ClientSession
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests import metrics as documented
from tests.gateway import accept, confirm, rate, void
from tests.house import House, a_house
from tests.web.wire import post
from ups_gateway.metrics import FAMILIES, METRICS, OTHER, PRODUCTS, UNREAD, environment_of, family_of
from ups_gateway.model import Account, Profile

DAY = timedelta(days=1)
SECONDS = "ups_gateway_token_expiry_seconds"
CONFIG = Path(__file__).parent.parent / "config"
ALERTS = CONFIG / "prometheus" / "alerts.yaml"
OPERATIONS = Path(__file__).parent.parent / "ups_gateway" / "translate"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as made:
        yield made


async def scrape(house: House) -> str:
    async with ClientSession() as watcher, watcher.get(f"http://{house.gateway.ports.admin}/metrics") as answer:
        assert answer.status == 200
        return await answer.text()


async def after_traffic(house: House) -> str:
    """A day of an old program in short: what went well, what was refused by whom, and UPS away."""
    assert (await house.ask(rate())).good
    shipped = await house.ask(confirm())
    assert (await house.ask(accept(shipped.digest))).good
    assert (await house.ask(void(shipped.number))).good
    assert (await house.ask(rate("Z9Z9Z9"))).code == "120100"
    refusal = {"response": {"errors": [{"code": "111210", "message": "Not between these."}]}}
    await house.ups.fault(path="/api/rating", status=400, body=refusal, times=1)
    assert (await house.ask(rate())).code == "111210"
    await house.ups.fault(path="/api/rating", status=503)
    for _ in range(5):
        assert not (await house.ask(rate())).good
    await house.send(post("/ups.app/xml/Rate", b"<nonsense"))
    await house.until_settled()
    return await scrape(house)


def families(text: str) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(text)}


def values(text: str, name: str) -> dict[tuple[str, ...], float]:
    """The samples of this name that are not 0, by the values of their labels in the order of the labels' names."""
    return {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and sample.value
    }


async def test_what_went_through_is_counted_by_how_it_ended(house: House) -> None:
    text = await after_traffic(house)
    assert values(text, "ups_gateway_requests_total") == {
        ("xml", "rate", "ok"): 1,
        ("xml", "ship_confirm", "ok"): 1,
        ("xml", "ship_accept", "ok"): 1,
        ("xml", "void", "ok"): 1,
        ("xml", "rate", "client_fault"): 1,
        ("xml", "rate", "refused"): 6,
        (UNREAD, UNREAD, "client_fault"): 1,
    }
    assert values(text, "ups_gateway_bugs_total") == {}
    assert values(text, "ups_gateway_request_seconds_count")["rate",] == 8
    assert values(text, "ups_gateway_translation_seconds_count")["rate",] == 8
    assert values(text, "ups_gateway_ups_seconds_count") == {("rate",): 7, ("ship_confirm",): 1, ("void",): 1}
    spent = {
        name: values(text, f"ups_gateway_{name}_seconds_sum")["rate",] for name in ("request", "translation", "ups")
    }
    assert 0 < spent["translation"] + spent["ups"] < spent["request"]
    assert values(text, "ups_gateway_ups_errors_total") == {("rating",): 1, ("general",): 5}
    assert values(text, "ups_gateway_token_calls_total") == {("ok", "exchange"): 1}
    assert values(text, "ups_gateway_ledger_rows") == {(OTHER, "voided"): 1}
    assert values(text, "ups_gateway_profiles") == {(OTHER, "ok"): 1}
    assert values(text, "ups_gateway_store_up") == {(): 1}
    assert values(text, "ups_gateway_ups_calls_total") == {(OTHER, "rating"): 7, (OTHER, "shipments"): 2}
    assert values(text, "ups_gateway_ups_failures_total") == {(OTHER, "rating"): 5}
    assert values(text, "ups_gateway_breaker") == {(OTHER, "rating", "open"): 1, (OTHER, "shipments", "closed"): 1}


async def test_only_what_is_documented_is_told_and_only_with_the_values_it_may_have(house: House) -> None:
    text = await after_traffic(house)
    known = {one.name: one for one in METRICS}
    for family in text_string_to_metric_families(text):
        if family.name.startswith("process_"):
            continue
        told = known.pop(family.name + ("_total" if family.type == "counter" else ""))
        assert (family.type, family.documentation) == (told.kind, told.words)
        for sample in family.samples:
            labels = {name: value for name, value in sample.labels.items() if name != "le"}
            assert set(labels) == set(told.names)
            assert all(labels[label.name] in label.values for label in told.labels), sample
    assert known == {}, "documented, and not told"


async def test_the_page_names_nobody(house: House) -> None:
    await house.gateway.store.rename_profile(house.profile.id, "Dock of Jane")
    text = await after_traffic(house)
    told = ("A1B2C3", "DEMO0ACCESS", "1Z", "Jane", "demo", "simulator", str(house.data), "/ups.app")
    assert [words for words in told if words in text] == []


async def test_the_seconds_to_expiry_are_those_of_the_first_profile_that_is_needed(house: House) -> None:
    store, now = house.gateway.store, house.clock.utc()

    async def connected(days: int, *, active: bool = True) -> Profile:
        profile = await store.add_profile(f"Dock {days}", "demo", "production")
        assert house.profile.tokens is not None
        pair = replace(
            house.profile.tokens, access_expires_at=now + timedelta(hours=days), refresh_expires_at=now + days * DAY
        )
        await store.put_tokens(profile.id, pair, at=now, consent=True)
        await store.add_account(Account(0, f"B0000{days}", "production", profile=profile.id, active=active))
        return profile

    await connected(1, active=False)
    idle, used = await connected(2), await connected(3)
    await store.note_profile_used(used.id, now)
    await store.flush()
    text = await scrape(house)
    ends = {labels: value for labels, value in values(text, SECONDS).items() if labels[0] == "production"}
    left = (now - house.clock.utc()).total_seconds()
    assert set(ends) == {("production", "access"), ("production", "refresh")}
    assert idle.id != used.id
    assert 3 * 3600 + left <= ends["production", "access"] <= 3 * 3600
    assert 2 * 86400 + left <= ends["production", "refresh"] <= 2 * 86400
    health = {labels: value for labels, value in values(text, "ups_gateway_profiles").items() if labels[0] != OTHER}
    assert health == {("production", "inactive"): 1, ("production", "expiring"): 2}


async def test_a_store_that_cannot_be_read_is_told_and_the_rest_goes_on(house: House) -> None:
    assert (await house.ask(rate())).good
    await house.gateway.store.close()
    text = await scrape(house)
    assert families(text)["ups_gateway_store_up"].samples[0].value == 0
    assert "ups_gateway_ledger_rows" not in families(text)
    assert values(text, "ups_gateway_requests_total") == {("xml", "rate", "ok"): 1}


async def test_every_end_of_a_token_call_is_counted(house: House) -> None:
    ends: list[tuple[dict[str, object], str]] = [
        ({"drop": "after"}, "lost"),
        ({"status": 503}, "unreachable"),
        ({"status": 429}, "quota"),
        ({"status": 401}, "refused"),
    ]
    for fault, result in ends:
        before = values(await scrape(house), "ups_gateway_token_calls_total").get((result, "refresh"), 0)
        await house.ups.fault(path="oauth/refresh", **fault)
        house.clock.advance(7 * 3600)
        await house.ask(rate())
        await house.ups.send("DELETE", "/_control/faults")
        assert values(await scrape(house), "ups_gateway_token_calls_total")[result, "refresh"] > before


def test_every_product_that_the_tables_call_has_a_value_of_its_own() -> None:
    called = {
        name for file in OPERATIONS.rglob("*.py") for name in re.findall(r"/api/([a-z]+)/", file.read_text("utf-8"))
    }
    assert called == set(PRODUCTS)


def test_a_code_belongs_to_one_family_and_a_name_that_people_gave_is_not_told() -> None:
    codes = {"10429": "limit", "10001": "general", "9190001": "dangerous_goods", "111210": "rating", "": OTHER}
    assert {code: family_of(code) for code in codes} == codes
    assert {family_of(begin) for begins in FAMILIES.values() for begin in begins} == set(FAMILIES)
    assert [environment_of(name) for name in ("production", "test", "Jane's")] == ["production", "test", OTHER]


def test_the_table_in_the_docs_is_the_generated_one() -> None:
    assert documented.FILE.read_text("utf-8") == documented.document(), "run: python -m tests.metrics"


# --- promtool ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is missing: install Debian's package prometheus")
    return found


def said_by(promtool: str, *arguments: str, given: str = "") -> tuple[int, str, str]:
    done = subprocess.run([promtool, *arguments], input=given, text=True, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


async def test_promtool_finds_nothing_wrong_with_the_page(promtool: str, house: House) -> None:
    text = await after_traffic(house)
    assert said_by(promtool, "check", "metrics", given=text) == (0, "", "")


def test_every_alert_has_a_file_in_which_it_fires_once_and_once_does_not(promtool: str) -> None:
    assert said_by(promtool, "check", "rules", str(ALERTS))[0] == 0
    alerts = [rule["alert"] for rule in rules()]
    files = sorted((Path(__file__).parent / "alert_rules").glob("*.yaml"))
    tested = []
    for file in files:
        fires, quiet = [test["alert_rule_test"] for test in yaml.safe_load(file.read_text("utf-8"))["tests"]]
        assert [case["exp_alerts"] != [] for case in (*fires, *quiet)] == [True, False], file
        tested += sorted({case["alertname"] for case in (*fires, *quiet)})
    assert sorted(tested) == sorted(alerts)
    code, said, wrong = said_by(promtool, "test", "rules", *map(str, files))
    assert code == 0, said + wrong


def test_promtool_can_read_every_question_of_the_dashboard(promtool: str, tmp_path: Path) -> None:
    asked = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(panels())]
    file = tmp_path / "dashboard.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": asked}]}), "utf-8")
    code, said, wrong = said_by(promtool, "check", "rules", str(file))
    assert code == 0, said + wrong


# --- rules and dashboard ----------------------------------------------------------------------------------------------


def rules() -> list[dict[str, str]]:
    (group,) = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
    return list(group["rules"])


def panels() -> list[str]:
    """What the dashboard asks Prometheus, with Grafana's variables filled in."""
    dashboard = json.loads((CONFIG / "grafana" / "dashboard.json").read_text("utf-8"))
    exprs = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    return [expr.replace("$__rate_interval", "5m").replace("$instance", ".+") for expr in exprs]


async def test_alerts_and_dashboard_ask_only_for_what_a_running_gateway_tells(house: House) -> None:
    text = await after_traffic(house)
    samples = {sample.name for family in text_string_to_metric_families(text) for sample in family.samples}
    labels = {label.name: set[str]() for one in METRICS for label in one.labels}
    for label in (label for one in METRICS for label in one.labels):
        labels[label.name] |= set(label.values)
    exprs = [*panels(), *(rule["expr"] for rule in rules())]
    named = {name for expr in exprs for name in re.findall(r"\b(?:ups_gateway|process)_[a-z_]+|\bup\b", expr)}
    assert named - samples == {"up"}, "Prometheus's own word on the scrape"
    for expr in exprs:
        for name, _, value in re.findall(r'(\w+)(=|!=|=~|!~)"([^"]*)"', expr):
            assert name in ("job", "instance") or set(value.split("|")) <= labels[name], expr
        for names in re.findall(r"(?:by|without) \(([^)]*)\)", expr):
            assert set(names.split(", ")) <= {*labels, "le", "instance"}, expr
    shown = {name for expr in panels() for name in re.findall(r"ups_gateway_[a-z_]+", expr)}
    of_histograms = {one.name + "_bucket" for one in METRICS if one.kind == "histogram"}
    told = {one.name for one in METRICS if one.kind != "histogram"} | of_histograms
    assert told - shown == {"ups_gateway_build_info"}, "what the dashboard does not show"
