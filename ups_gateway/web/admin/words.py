"""Times, health and lists in the words that people read. Pure.

The rule: health is never told by colour alone; a time is shown in one zone and says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Literal

from ups_gateway.model import Health, RefreshRecord

Tone = Literal["good", "soon", "bad", "off"]

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

HEALTH_WORDS: dict[Health, str] = {
    Health.OK: "Works",
    Health.EXPIRING: "Works, sign in soon",
    Health.EXPIRED: "Expired",
    Health.REJECTED: "Refused by UPS",
    Health.NEVER_AUTHORIZED: "Not signed in",
    Health.INACTIVE: "Inactive",
    Health.NOT_LINKED: "Not linked",
}
TONES: dict[Health, Tone] = {
    Health.OK: "good",
    Health.EXPIRING: "soon",
    Health.EXPIRED: "bad",
    Health.REJECTED: "bad",
    Health.NEVER_AUTHORIZED: "bad",
    Health.INACTIVE: "off",
    Health.NOT_LINKED: "bad",
}

OUTCOMES: dict[str, tuple[Tone, str]] = {
    "ok": ("good", "Done"),
    "refused": ("soon", "Refused by UPS"),
    "client_fault": ("soon", "Refused by the gateway"),
    "not_authorised": ("bad", "Not signed in at UPS"),
    "unreachable": ("bad", "UPS did not answer"),
    "unknown": ("bad", "Outcome unknown"),
    "bug": ("bad", "Mistake of the gateway"),
}
"""Of an exchange, as the journal names it."""


def outcome(record: RefreshRecord) -> str:
    """Of a line in a profile's history."""
    if not record.ok:
        return "Failed"
    return "Signed in" if record.consent else "Refreshed"


def day(at: datetime, now: datetime, zone: tzinfo | None) -> str:
    """ "14 January", with the year when it is another than now's."""
    local = at.astimezone(zone)
    text = f"{local.day} {_MONTHS[local.month - 1]}"
    return text if local.year == now.astimezone(zone).year else f"{text} {local.year}"


def moment(at: datetime, zone: tzinfo | None) -> str:
    """ "14 Jan 2027, 13:05 CET"."""
    local = at.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1][:3]} {local.year}, {local:%H:%M %Z}"


def distance(at: datetime, now: datetime) -> str:
    """ "in 53 days", "2 hours ago", "just now"."""
    seconds = (at - now).total_seconds()
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count = int(abs(seconds) // length)
        if count:
            text = counted(count, unit)
            return f"in {text}" if seconds > 0 else f"{text} ago"
    return "in less than a minute" if seconds > 0 else "just now"


def counted(count: int, noun: str, plural: str = "") -> str:
    """ "1 account", "3 accounts"."""
    return f"{count} {noun if count == 1 else plural or f'{noun}s'}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """ "A, B and C"; of a long list the first ones and how many more."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
