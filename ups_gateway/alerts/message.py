"""One message: everything that one way has to tell at one moment, as text and as JSON.

The rule: what a message says is the same by every way; it never holds a secret, a label or an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ups_gateway.alerts.findings import Finding


@dataclass(frozen=True, slots=True)
class Message:
    """`findings` stand with the gravest first; none of them: a test."""

    at: datetime
    host: str
    """The machine it comes from."""
    page: str
    """Where the status page is."""
    findings: tuple[Finding, ...]

    @property
    def headline(self) -> str:
        """One line."""
        if not self.findings:
            return "This is a test: alerts arrive here."
        others = len(self.findings) - 1
        return self.findings[0].words + (f" (and {others} more)" if others else "")

    @property
    def severity(self) -> str:
        """Of the gravest."""
        return self.findings[0].severity if self.findings else "test"

    @property
    def text(self) -> str:
        """For people, in plain text."""
        said = [f"{one.words}\n{one.advice}".rstrip() for one in self.findings] or [self.headline]
        return "\n\n".join([*said, f"Status page: {self.page}\nSent by ups-gateway on {self.host}."]) + "\n"

    def body(self) -> Mapping[str, Any]:
        """For programs."""
        return {
            "source": "ups-gateway",
            "host": self.host,
            "at": _iso(self.at),
            "severity": self.severity,
            "headline": self.headline,
            "text": self.text,
            "page": self.page,
            "alerts": [alert(one) for one in self.findings],
        }


def alert(finding: Finding) -> Mapping[str, Any]:
    """One alert as JSON has it; `kind` is "recovered" when the trouble is over."""
    return {
        "subject": finding.subject,
        "kind": finding.kind or "recovered",
        "severity": finding.severity,
        "words": finding.words,
        "advice": finding.advice,
        "accounts": list(finding.accounts),
        "environment": finding.environment,
        "ends_at": None if finding.ends_at is None else _iso(finding.ends_at),
    }


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
