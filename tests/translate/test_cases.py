"""Every folder under cases/ is a test: legacy request -> REST calls, REST replies -> legacy answer, both whole.

cases/<operation>/<case>/ holds legacy-request.(xml|json), rest-request.json ({"calls", "defaults", "ignored", and
optionally "account" and "terms" that differ}), rest-reply.json (a list of {"status", "body"}) and
legacy-reply.(xml|json). What does not come by POST to the XML API has a call.json too: {"path", and optionally
"method", "query", "headers"}; a call without a body has no legacy-request.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.translate.reading import ACCOUNT, as_json, canonical, legacy, reply
from ups_gateway import translate
from ups_gateway.errors import GatewayError
from ups_gateway.model import (
    Account,
    AccountDefaults,
    LegacyAnswer,
    LegacyCall,
    Operation,
    RestReply,
    Terms,
    Translated,
)
from ups_gateway.translate.dialects.xml import TOOLS

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path.parent for path in CASES.glob("*/*/rest-request.json"))
WRITTEN = [folder for folder in FOLDERS if not folder.name.startswith(("header_", "rest_"))]
"""Cases whose answer the gateway writes; early and today's REST get UPS's own, with its order of keys."""
WITHOUT_SCHEMA = {"prenotification"}
"""No schema of its SOAP service was ever found."""
OldVerdicts = Callable[[bytes], list[tuple[str, str]]]
PATHS = {operation: f"/ups.app/xml/{tool}" for tool, (_root, operation) in TOOLS.items()}


def setting(wanted: dict[str, Any]) -> tuple[Account, Terms]:
    """The account and the terms that a case is about."""
    changes = dict(wanted.get("account", {}))
    defaults = msgspec.convert(changes.pop("defaults", {}), AccountDefaults)
    account = replace(ACCOUNT, defaults=defaults, **changes)
    terms = msgspec.convert({"today": "2026-01-15", **wanted.get("terms", {})}, Terms)
    return account, terms


def _translated(folder: Path) -> tuple[Translated, dict[str, Any]]:
    wanted = json.loads((folder / "rest-request.json").read_text("utf-8"))
    account, terms = setting(wanted)
    asked = translate.read(call_of(folder))
    return translate.request(asked, account, terms), wanted


def call_of(folder: Path) -> LegacyCall:
    """The case's request as it comes in."""
    body = next((file.read_bytes() for file in folder.glob("legacy-request.*")), b"")
    if not (folder / "call.json").exists():
        return legacy(PATHS[Operation(folder.parent.name)], body)
    call = json.loads((folder / "call.json").read_text("utf-8"))
    method, query = call.get("method", "POST"), call.get("query", "")
    return LegacyCall(method, "onlinetools.ups.com", call["path"], query, call.get("headers", {}), body)


def _answer(translated: Translated, replies: list[RestReply]) -> LegacyAnswer:
    try:
        return translate.answer(translated, replies, digest="DIGEST")
    except GatewayError as error:
        return translate.fault(translated.asked, error)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_legacy_request_becomes_exactly_these_rest_calls(folder: Path) -> None:
    translated, wanted = _translated(folder)
    made: dict[str, Any] = {
        "calls": [as_json(call) for call in translated.calls],
        "defaults": list(translated.defaults),
        "ignored": list(translated.ignored),
    }
    if "later" in wanted:
        assert translated.later is not None
        made["later"] = as_json(translated.later)
    assert made == {name: value for name, value in wanted.items() if name not in ("account", "terms")}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_rest_replies_become_exactly_this_legacy_answer(folder: Path) -> None:
    translated, _ = _translated(folder)
    replies = [reply(row["body"], row["status"]) for row in json.loads((folder / "rest-reply.json").read_text("utf-8"))]
    answer = _answer(translated, replies)
    assert answer.body.isascii()
    if (folder / "legacy-reply.json").exists():
        assert json.loads(answer.body) == json.loads((folder / "legacy-reply.json").read_text("utf-8"))
        return
    assert answer.body.startswith(b"<?xml version=")
    assert canonical(answer.body).decode() == canonical((folder / "legacy-reply.xml").read_bytes()).decode()


@pytest.mark.parametrize("folder", WRITTEN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_order_of_keys_and_lone_objects_do_not_change_the_answer(folder: Path) -> None:
    translated, _ = _translated(folder)
    rows = json.loads((folder / "rest-reply.json").read_text("utf-8"))
    plain = _answer(translated, [reply(row["body"], row["status"]) for row in rows])
    shaken = [reply(_shaken(row["body"], random.Random(7)), row["status"]) for row in rows]
    assert _answer(translated, shaken).body == plain.body


def _shaken(tree: Any, chance: random.Random) -> Any:
    """Keys in another order, arrays of one as the lone object or text."""
    if isinstance(tree, dict):
        items = [(name, _shaken(value, chance)) for name, value in tree.items()]
        chance.shuffle(items)
        return dict(items)
    if isinstance(tree, list):
        inner = [_shaken(value, chance) for value in tree]
        return inner[0] if len(inner) == 1 else inner
    return tree


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_rest_calls_are_valid_by_the_openapi_of_ups(folder: Path, openapi: Any) -> None:
    translated, _ = _translated(folder)
    calls = [*translated.calls, *([translated.later] if translated.later else [])]
    assert [call.path for call in calls if openapi.find(call.method, call.path) is None] == []
    found = {call.path: openapi.check(call.method, call.path, call.body)[2:] for call in calls if call.body is not None}
    assert found == {path: ([], []) for path in found}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_legacy_answer_is_valid_by_the_old_schema(folder: Path, old_verdicts: OldVerdicts) -> None:
    if (folder / "legacy-reply.xml").exists() and folder.parent.name not in WITHOUT_SCHEMA:
        verdicts = old_verdicts((folder / "legacy-reply.xml").read_bytes())
        assert verdicts == [("OK", "")] * max(1, len(verdicts))


def test_today_reaches_the_terms_as_a_date() -> None:
    assert setting({})[1].today == date(2026, 1, 15)
