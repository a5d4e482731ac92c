"""A request as it was sent, with its body read.

The rule: it is taken apart only by what HTTP says, and never refused here.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl


def first_values(encoded: str) -> dict[str, str]:
    """The pairs of a query or a form; of a repeated name, the first value."""
    values: dict[str, str] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        values.setdefault(name, value)
    return values


@dataclass(frozen=True, slots=True)
class Sent:
    """A request whose body was read."""

    method: str
    target: str
    """Path with query, as sent."""
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Without the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """Decoded; of a repeated name, the first."""
        return first_values(self.target.partition("?")[2])

    @property
    def form(self) -> dict[str, str]:
        """A form body; empty when it is none."""
        return first_values(self.body.decode("utf-8", "replace"))

    @property
    def authorization(self) -> str | None:
        """The header of that name."""
        return self.headers.get("authorization")

    @property
    def bearer(self) -> str:
        """The bearer token, empty without one."""
        scheme, _, token = (self.authorization or "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""
