"""What SOAP and legacy JSON share: which operation a root means, and what of REST's replies goes into Response."""

from __future__ import annotations

from typing import Any

import pytest

from ups_gateway.model import Operation
from ups_gateway.translate.dialects.services import RETIRED, ROOTS, namespace_of, operation_of, response_of

GOOD = {"ResponseStatus": {"Code": "1", "Description": "Success"}}
MAY_VARY = {"Code": "110971", "Description": "may vary"}
MOVED = {"Code": "110920", "Description": "moved"}


def _reply(**said: Any) -> dict[str, Any]:
    return {"RateResponse": {"Response": said}}


def test_every_root_has_its_operation_and_none_is_retired_too() -> None:
    assert {root: operation_of(root, "/webservices/X") for root in ROOTS} == dict(ROOTS)
    assert set(ROOTS) & set(RETIRED) == set()


def test_a_root_that_ups_has_no_namespace_for_gets_the_one_all_of_them_share() -> None:
    assert namespace_of(Operation.RATE) == "http://www.ups.com/XMLSchema/XOLTWS/Rate/v1.1"
    assert namespace_of(Operation.PRENOTIFICATION) == "http://www.ups.com/XMLSchema/XOLTWS"


@pytest.mark.parametrize(
    ("bodies", "warning", "alerts"),
    [
        ([{}], None, []),
        ([_reply()], None, []),
        ([_reply(Alert=MAY_VARY)], None, [MAY_VARY]),
        ([_reply(Alert=[MAY_VARY, MOVED, MAY_VARY]), _reply(Alert=MOVED)], None, [MAY_VARY, MOVED]),
        ([_reply(Alert={"Code": 5})], None, [{"Code": "5", "Description": "Warning"}]),
        ([_reply(Alert=[None, "x", {"Description": "no code"}])], None, []),
        ([{"RateResponse": None, "flag": True}, {"RateResponse": {"Response": "x"}}], None, []),
        ([_reply(Alert=MAY_VARY)], ("110971", "may vary"), [MAY_VARY]),
        ([_reply(Alert=MAY_VARY)], ("1", "our own"), [MAY_VARY, {"Code": "1", "Description": "our own"}]),
    ],
)
def test_every_alert_is_told_once_and_an_own_warning_beside_them(
    bodies: list[Any], warning: tuple[str, str] | None, alerts: list[dict[str, str]]
) -> None:
    assert response_of(bodies, warning, None) == {**GOOD, "Alert": alerts, "AlertDetail": []}


def test_details_of_alerts_are_told_of_the_answers_that_had_them_in_the_old_schemas() -> None:
    detail = {**MAY_VARY, "ElementLevelInformation": {"Level": "P"}}
    other = {"PickupRateResponse": {"Response": {"AlertDetail": [detail]}}}
    assert response_of([_reply(AlertDetail=detail), other], None, None)["AlertDetail"] == [detail]


@pytest.mark.parametrize(
    ("told", "context", "reference"),
    [
        ({}, None, {}),
        ({}, "", {"TransactionReference": {"CustomerContext": ""}}),
        ({"CustomerContext": "cut to 512"}, "whole", {"TransactionReference": {"CustomerContext": "whole"}}),
        ({"TransactionIdentifier": "t"}, None, {"TransactionReference": {"TransactionIdentifier": "t"}}),
        (
            {"TransactionIdentifier": "t"},
            "c",
            {"TransactionReference": {"CustomerContext": "c", "TransactionIdentifier": "t"}},
        ),
    ],
)
def test_the_context_is_the_clients_and_the_identifier_is_that_of_ups(
    told: dict[str, str], context: str | None, reference: dict[str, Any]
) -> None:
    said = response_of([_reply(TransactionReference=told)], None, context)
    assert said == {**GOOD, "Alert": [], "AlertDetail": [], **reference}
