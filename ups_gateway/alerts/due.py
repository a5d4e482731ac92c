"""Who is told what, and when again. Pure.

The rule: trouble is told at once, once a day while it lasts, at once when it becomes another, and once when it is over;
that it is over is told only to those who were told of it. What somebody has seen is not told again while it stays the
same trouble and gets no worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ups_gateway.alerts.findings import Finding, Kind
from ups_gateway.model import SeenAlert

AGAIN: Final = timedelta(days=1)
LAST: Final = timedelta(days=1)
"""So long before its end a sign-in that ends is worse than it was."""

Seen = Mapping[str, SeenAlert]
"""By subject."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What was last told of a subject."""

    kind: Kind
    at: datetime


def due(facts: Sequence[Finding], sent: Mapping[str, Sent], seen: Seen, now: datetime) -> tuple[Finding, ...]:
    """What is to be told now by a way that has told `sent`, in the order of the findings."""
    return tuple(
        one
        for one in facts
        if _is_due(one, sent.get(one.subject), now) and not is_seen(one, seen.get(one.subject), now)
    )


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


def is_seen(finding: Finding, seen: SeenAlert | None, now: datetime) -> bool:
    """Whether somebody knows of it as it is now."""
    if seen is None or seen.kind != finding.kind:
        return False
    last = None if finding.kind != "expiring" or finding.ends_at is None else finding.ends_at - LAST
    return last is None or not seen.at < last <= now


def forgotten(facts: Sequence[Finding], seen: Seen, now: datetime) -> tuple[SeenAlert, ...]:
    """What was seen and is over, or worse: when it comes again it is told again."""
    found = {one.subject: one for one in facts}
    return tuple(one for subject, one in seen.items() if not _lasts(found.get(subject), one, now))


def _lasts(finding: Finding | None, seen: SeenAlert, now: datetime) -> bool:
    if finding is not None and finding.kind is None:
        return seen.kind not in finding.ends  # else nobody knows whether it is over
    return finding is not None and is_seen(finding, seen, now)
