"""What the journal tells when it is asked for sums instead of rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """The exchanges of one stretch of time, by environment and outcome."""

    start: datetime
    environment: str
    """Empty: of requests that came to no account."""
    outcome: str
    count: int
    seconds: float
    """Of all of them together, as the old program waited."""
    ups_seconds: float


@dataclass(frozen=True, slots=True)
class Usage:
    """The exchanges of one program by operation and outcome."""

    key: int | None
    user_agent: str
    dialect: str
    operation: str
    environment: str
    outcome: str
    code: str
    count: int
    first: datetime
    last: datetime
