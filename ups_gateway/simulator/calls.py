"""The log of what the simulated UPS was asked.

The rule: rows stand in the order in which calls arrived; a call that is still being answered has no status and is only
listed when asked for.
"""

from collections import deque
from dataclasses import dataclass

KEPT = 100_000


@dataclass(slots=True)
class Row:
    """One call. `status` is 0 when the connection was cut on purpose."""

    method: str
    path: str
    """With the query, as sent."""
    status: int | None = None
    grant: str | None = None


class CallLog:
    """The newest calls."""

    def __init__(self) -> None:
        self._rows: deque[Row] = deque(maxlen=KEPT)

    def begin(self, method: str, path: str) -> Row:
        """A row for a call that arrives now; the caller fills in status and grant."""
        row = Row(method, path)
        self._rows.append(row)
        return row

    def rows(self, *, running: bool = False) -> list[Row]:
        """The answered calls, with `running` also those that wait for their answer."""
        return [row for row in self._rows if running or row.status is not None]

    def clear(self) -> int:
        """Forget all rows; how many there were."""
        count = len(self._rows)
        self._rows.clear()
        return count
