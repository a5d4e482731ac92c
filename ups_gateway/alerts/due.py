"""Who is told what, and when again. Pure.

The rule: trouble is told at once, once a day while it lasts, at once when it becomes another, and once when it is over;
that it is over is told only to those who were told of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ups_gateway.alerts.findings import Finding, Kind

AGAIN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """What was last told of a subject."""

    kind: Kind
    at: datetime


def due(facts: Sequence[Finding], sent: Mapping[str, Sent], now: datetime) -> tuple[Finding, ...]:
    """What is to be told now by a way that has told `sent`, in the order of the findings."""
    return tuple(one for one in facts if _is_due(one, sent.get(one.subject), now))


def _is_due(finding: Finding, before: Sent | None, now: datetime) -> bool:
    if finding.kind is None:
        return before is not None and before.kind in finding.ends
    # A clock that was set back must not silence it.
    return before is None or before.kind != finding.kind or not timedelta() <= now - before.at < AGAIN


def after(
    facts: Sequence[Finding], sent: Mapping[str, Sent], told: Sequence[Finding], now: datetime
) -> Mapping[str, Sent]:
    """What a way has told once it has told this too. Subjects that nothing is known of any more are left out."""
    known = {one.subject for one in facts}
    kept = {subject: one for subject, one in sent.items() if subject in known}
    for finding in told:
        if finding.kind is None:
            kept.pop(finding.subject, None)
        else:
            kept[finding.subject] = Sent(finding.kind, now)
    return kept
