"""Faults that a test or a demonstration injects: refusals, slowness, cut connections, halves and what never ends.

The rule: faults are tried in the order in which they were given, the first whose pattern is found in the path (with its
query) applies, and it ends when its `times` are used up.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Literal

import msgspec


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happens to calls. Without `status`, `drop` and `half`, a call is answered as usual, after `delay_ms`."""

    path: str
    """A regular expression, searched in the path with its query as sent."""
    method: str | None = None
    """Only calls with this method."""
    status: int | None = None
    """Answered instead of doing the work."""
    body: Any = msgspec.UNSET
    """Any JSON; without `body` and `raw` an errors object that names the status."""
    raw: str | None = None
    """Instead of `body`: sent as it is, as text/html unless `headers` say otherwise."""
    headers: dict[str, str] = {}
    """Added to the answer with `status`."""
    delay_ms: int = 0
    """Waited in real time, first."""
    drop: Literal["before", "after"] | None = None
    """Cut the connection before or after the work is done; `status` is then without meaning."""
    half: Literal["length", "chunk"] | None = None
    """Send half of the answer and cut: short of its Content-Length, or within a chunk. Without `status`, of the usual
    answer, so that the work is done."""
    endless: bool = False
    """Repeat the body given with `status` until the other side ends the connection."""
    times: int | None = None
    """Calls it applies to; without it, all until faults are deleted."""

    def __post_init__(self) -> None:
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"path: not a regular expression: {error}") from error
        if self.status is None and self.drop is None and self.half is None and self.delay_ms == 0:
            raise ValueError("a fault needs status, drop, half or delay_ms")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError("status: expected 200 to 599")
        if self.raw is not None and self.body is not msgspec.UNSET:
            raise ValueError("body and raw exclude each other")
        if self.endless and (self.status is None or self.half is not None or not self.payload()[0]):
            raise ValueError("endless needs a status and a body, and no half")
        if self.delay_ms < 0 or (self.times is not None and self.times < 1):
            raise ValueError("delay_ms must not be negative and times not less than 1")

    def payload(self) -> tuple[bytes, str]:
        """The bytes of the answer with `status`, and their content type."""
        if self.raw is not None:
            return self.raw.encode(), "text/html; charset=utf-8"
        if self.body is not msgspec.UNSET:
            return msgspec.json.encode(self.body), "application/json"
        status = self.status or 0
        known = {entry.value: entry.phrase for entry in HTTPStatus}
        error = {"code": f"10{status}", "message": known.get(status, "Injected fault")}
        return msgspec.json.encode({"response": {"errors": [error]}}), "application/json"


class Faults:
    """The faults that are armed."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []

    def arm(self, faults: Iterable[Fault]) -> None:
        """Add faults behind those that are there."""
        self._armed.extend(faults)

    def armed(self) -> list[Fault]:
        """What is armed, with the times that are left."""
        return list(self._armed)

    def clear(self) -> int:
        """Disarm all; how many there were."""
        count = len(self._armed)
        self._armed.clear()
        return count

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for one call, counted down."""
        for at, fault in enumerate(self._armed):
            if fault.method not in (None, method) or not re.search(fault.path, path):
                continue
            if fault.times == 1:
                del self._armed[at]
            elif fault.times is not None:
                self._armed[at] = msgspec.structs.replace(fault, times=fault.times - 1)
            return fault
        return None
