"""Who is told what, and when again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ups_gateway.alerts.due import Sent, after, due
from ups_gateway.alerts.findings import ANY, Finding, Kind

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
    assert due([finding], before, NOW) == ((finding,) if told else ())


def test_what_was_told_is_kept_until_its_end_was_told() -> None:
    assert after([ENDED], {}, [ENDED], NOW) == {"profile:1": Sent("expired", NOW)}
    earlier = sent("expired", timedelta(hours=2))
    assert after([ENDED], earlier, [], NOW) == earlier
    assert after([FINE], earlier, [FINE], NOW) == {}


def test_the_end_of_a_trouble_that_may_still_hold_is_not_told() -> None:
    unsure = Finding("profile:1", None, "It works again.", ends=ANY - {"rejected"})
    refused = sent("rejected", timedelta(days=2))
    assert (due([unsure], refused, NOW), after([unsure], refused, [], NOW)) == ((), refused)
    assert due([unsure], sent("not_linked", timedelta()), NOW) == (unsure,)


def test_what_nothing_is_known_of_any_more_is_forgotten_without_a_word() -> None:
    earlier = sent("expired", timedelta(days=2))
    assert (due([], earlier, NOW), after([], earlier, [], NOW)) == ((), {})
