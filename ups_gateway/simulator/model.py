"""What the frame of the simulator and its operations say to each other.

The rule: a handler is given one authorised call and the world, does no IO, and answers a `Reply` or raises
`Refused`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ups_gateway.simulator.world import World


@dataclass(frozen=True, slots=True)
class Grant:
    """One user's consent, or one application calling with its client credentials."""

    name: str
    """Shows up as `grant` in the call log."""
    accounts: frozenset[str]
    """Shipper numbers linked to it; any other is refused with 120100."""
    negotiated: frozenset[str]
    """Of these, the ones with negotiated rates."""


@dataclass(frozen=True, slots=True)
class Call:
    """One REST call whose bearer was accepted."""

    method: str
    path: str
    """From `/api` on, as sent, without the query."""
    params: Mapping[str, str]
    """Values of the braces in the route's template."""
    query: Mapping[str, str]
    """Decoded; of a repeated name, the first value."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Any
    """The parsed JSON, None without a body."""
    version: str
    """"v2409", "v1", ... from the path."""
    grant: Grant


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `body` is written as JSON."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """UPS's refusal: an HTTP status and one or more errors, written as its errors object."""

    def __init__(self, status: int, code: str, message: str, *more: tuple[str, str]) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.errors: tuple[tuple[str, str], ...] = ((code, message), *more)

    def body(self) -> dict[str, Any]:
        """The errors object, as every REST API of UPS writes it."""
        return {"response": {"errors": [{"code": code, "message": message} for code, message in self.errors]}}


Handler = Callable[[Call, "World"], Reply]


class Route(NamedTuple):
    """Where a handler answers: `Route("POST", "/api/rating/{version}/{requestoption}", rate)`."""

    method: str
    template: str
    handler: Handler
