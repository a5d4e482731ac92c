"""Shipments and access keys that wait for a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ups_gateway.model import AccessKey, Account, Dialect, KeySighting, Operation, Shipment, State
from ups_gateway.shipping.desk import Attention, Reason
from ups_gateway.web.admin.facts import Facts
from ups_gateway.web.admin.values import SeenKey
from ups_gateway.web.admin.worklist import seen_keys, shipments

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = AccessKey(7, "LICENCE0000KEY01", "cart", "hash", 1)
ROW = Shipment(
    id=5,
    kind="shipment",
    key=7,
    account=1,
    environment="production",
    dialect=Dialect.XML,
    operation=Operation.SHIP,
    state=State.CREATED,
    fingerprint=b"",
    created_at=NOW - timedelta(minutes=10),
    changed_at=NOW,
    number="1ZA1B2C30300000001",
)


def facts(**changed: Any) -> Facts:
    made = Facts(
        now=NOW,
        applications={},
        environments={},
        profiles=(),
        health={},
        accounts=(Account(1, "A1B2C3", "production"),),
        client_tokens={},
        keys=(KEY,),
        sightings={},
        attention=(),
        unaccepted=(),
        acceptance=(),
        pending=(),
    )
    return replace(made, **changed)


@pytest.mark.parametrize(
    ("reason", "state", "can"),
    [
        ("unknown", State.UNKNOWN, (False, True)),
        ("undelivered", State.CREATED, (True, False)),
        ("undelivered", State.ACCEPTED, (True, False)),
        ("voiding_refused", State.VOIDING, (False, False)),
        ("voiding_long", State.VOIDING, (False, False)),
        ("cannot_be_voided", State.CANNOT_BE_VOIDED, (False, False)),
    ],
)
def test_each_reason_says_what_to_do_and_offers_what_can_be_done(
    reason: Reason, state: State, can: tuple[bool, bool]
) -> None:
    row = replace(ROW, state=state)
    (line,) = shipments(facts(attention=(Attention(row, reason, alarm=True),)))
    assert (line.number, line.account, line.alarm, line.reason) == (row.number, "A1B2C3", True, reason)
    assert (line.can_void, line.can_settle) == can
    assert line.can_look_up == line.can_settle
    assert (line.words != "", line.advice != "") == (True, True)


def test_what_is_no_shipment_has_no_reference_to_look_it_up_by() -> None:
    row = replace(ROW, kind="other", operation=Operation.PICKUP_CREATE, state=State.UNKNOWN)
    (line,) = shipments(facts(attention=(Attention(row, "unknown", alarm=True),)))
    assert (line.can_settle, line.can_look_up) == (True, False)


def test_what_has_no_number_has_no_label_and_cannot_be_voided() -> None:
    row = replace(ROW, number="")
    (line,) = shipments(facts(attention=(Attention(row, "undelivered", alarm=False),)))
    assert (line.can_void, line.has_labels) == (False, False)


@pytest.mark.parametrize(
    ("after", "ran", "advice"),
    [
        (timedelta(minutes=60), 1200, "The gateway voids it in about 40 minutes unless the program accepts it."),
        (timedelta(minutes=60), 4000, "The gateway voids it in about 1 minute unless the program accepts it."),
        (None, 1200, "It is never voided automatically: void it if it does not ship."),
    ],
)
def test_a_confirm_that_waits_for_its_accept_says_when_it_is_voided(
    after: timedelta | None, ran: float, advice: str
) -> None:
    waiting = replace(ROW, operation=Operation.SHIP_CONFIRM, running_seconds=ran)
    key = replace(KEY, void_unaccepted_after=after)
    (line,) = shipments(facts(unaccepted=(waiting,), keys=(key,)))
    assert (line.reason, line.advice, line.can_void, line.alarm) == ("unaccepted", advice, True, False)


def test_a_fresh_confirm_is_no_ones_worry_and_one_without_its_key_waits_an_hour() -> None:
    fresh = replace(ROW, operation=Operation.SHIP_CONFIRM, created_at=NOW - timedelta(minutes=4))
    assert list(shipments(facts(unaccepted=(fresh,)))) == []
    (line,) = shipments(facts(unaccepted=(replace(ROW, operation=Operation.SHIP_CONFIRM),), keys=()))
    assert line.advice == "The gateway voids it in about 60 minutes unless the program accepts it."


def test_an_unmapped_key_shows_who_used_it_and_never_its_licence() -> None:
    seen = KeySighting(
        "LICENCE0000KEY02", "erp", "h", "10.0.0.9", "Erp/1", frozenset({"ship_confirm", "rate"}), NOW, NOW, 3
    )
    known = replace(seen, licence=KEY.licence, user=KEY.user)
    program = ("10.0.0.9", "Erp/1", ("rate", "ship confirm"), NOW, NOW, 3)
    assert list(seen_keys(facts(sightings={"x": seen, "y": known}))) == [
        SeenKey("x", "…EY02", "erp", *program, mapped=False, status="active"),
        SeenKey("y", "…EY01", "cart", *program, mapped=True, status="active"),
    ]
