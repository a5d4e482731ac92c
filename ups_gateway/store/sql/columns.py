"""How values stand in the columns.

The rule: a time is UTC text of fixed width, readable by people and in order when sorted; one without a zone is refused,
never guessed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


@overload
def to_text(at: datetime) -> str: ...
@overload
def to_text(at: datetime | None) -> str | None: ...
def to_text(at: datetime | None) -> str | None:
    """2026-03-01T12:00:00.000000+00:00."""
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError(f"A time for the store needs a zone, {at.isoformat()} has none.")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@overload
def from_text(text: str) -> datetime: ...
@overload
def from_text(text: str | None) -> datetime | None: ...
def from_text(text: str | None) -> datetime | None:
    """What `to_text` wrote."""
    return None if text is None else datetime.fromisoformat(text)


def printable(text: str, limit: int = 200) -> str:
    """What a peer sent, cut to a length and fit for a column: lone surrogates and zeros become their escapes."""
    return text[:limit].replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")
