"""Who is told what, and when again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ups_gateway.alerts.due import Sent, after, due, forgotten
from ups_gateway.alerts.findings import ANY, Finding, Kind
from ups_gateway.model import SeenAlert

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ENDED = Finding("profile:1", "expired", "It ended.")
FINE = Finding("profile:1", None, "It works again.", ends=ANY)


def sent(kind: Kind, ago: timedelta) -> dict[str, Sent]:
    return {"profile:1": Sent(kind, NOW - ago)}


@pytest.mark.parametrize(
    ("finding", "before", "told"),
    [
        pytest.param(ENDED, {}, True, id="new"),
        pytest.param(ENDED, sent("expired", timedelta(hours=23, minutes=59)), False, id="told today"),
        pytest.param(ENDED, sent("expired", timedelta(hours=24)), True, id="told yesterday"),
        pytest.param(ENDED, sent("expiring", timedelta(minutes=1)), True, id="another trouble"),
        pytest.param(ENDED, sent("expired", timedelta(days=-3)), True, id="the clock was set back"),
        pytest.param(FINE, {}, False, id="never told"),
        pytest.param(FINE, sent("expired", timedelta(minutes=1)), True, id="over"),
    ],
)
def test_trouble_is_told_once_a_day_and_its_end_once(finding: Finding, before: dict[str, Sent], told: bool) -> None:
    assert due([finding], before, {}, NOW) == ((finding,) if told else ())


def test_what_was_told_is_kept_until_its_end_was_told() -> None:
    assert after([ENDED], {}, [ENDED], NOW) == {"profile:1": Sent("expired", NOW)}
    earlier = sent("expired", timedelta(hours=2))
    assert after([ENDED], earlier, [], NOW) == earlier
    assert after([FINE], earlier, [FINE], NOW) == {}


def test_the_end_of_a_trouble_that_may_still_hold_is_not_told() -> None:
    unsure = Finding("profile:1", None, "It works again.", ends=ANY - {"rejected"})
    refused = sent("rejected", timedelta(days=2))
    assert (due([unsure], refused, {}, NOW), after([unsure], refused, [], NOW)) == ((), refused)
    assert due([unsure], sent("not_linked", timedelta()), {}, NOW) == (unsure,)


def test_what_nothing_is_known_of_any_more_is_forgotten_without_a_word() -> None:
    earlier = sent("expired", timedelta(days=2))
    assert (due([], earlier, {}, NOW), after([], earlier, [], NOW)) == ((), {})


def seen(kind: Kind, ago: timedelta = timedelta()) -> dict[str, SeenAlert]:
    return {"profile:1": SeenAlert("profile:1", kind, NOW - ago)}


def ending(left: timedelta) -> Finding:
    return Finding("profile:1", "expiring", "It ends.", ends_at=NOW + left)


@pytest.mark.parametrize(
    ("finding", "known", "told"),
    [
        pytest.param(ENDED, seen("expired"), False, id="seen"),
        pytest.param(ENDED, seen("expiring"), True, id="it was another trouble"),
        pytest.param(ending(timedelta(hours=30)), seen("expiring", timedelta(days=3)), False, id="it ends some day"),
        pytest.param(ending(timedelta(hours=24)), seen("expiring", timedelta(days=3)), True, id="it ends in a day"),
        pytest.param(ending(timedelta(hours=23)), seen("expiring", timedelta(minutes=1)), False, id="seen on that day"),
        pytest.param(Finding("profile:1", "expiring", "It ends."), seen("expiring"), False, id="nobody knows when"),
    ],
)
def test_what_somebody_has_seen_is_told_again_only_when_it_is_worse(
    finding: Finding, known: dict[str, SeenAlert], told: bool
) -> None:
    assert due([finding], sent("expired", timedelta(days=9)), known, NOW) == ((finding,) if told else ())
    assert forgotten([finding], known, NOW) == (tuple(known.values()) if told else ())


def test_the_end_of_what_was_seen_is_told_and_it_is_forgotten() -> None:
    known = seen("expired")
    assert due([FINE], sent("expired", timedelta(days=2)), known, NOW) == (FINE,)
    assert forgotten([FINE], known, NOW) == forgotten([], known, NOW) == tuple(known.values())


def test_what_was_seen_is_not_forgotten_while_it_may_still_hold() -> None:
    unsure = Finding("profile:1", None, "It works again.", ends=ANY - {"rejected"})
    assert forgotten([unsure], seen("rejected"), NOW) == ()
