"""What a check says: one thing, whether it is well, why not, and the command that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    verdict: Verdict
    words: str
    mend: str = ""
    """A command, or what to change in the configuration; empty where nothing needs mending."""


def ok(what: str, words: str) -> Finding:
    """It is well."""
    return Finding(what, "ok", words)


def warn(what: str, words: str, mend: str) -> Finding:
    """It works, and will not for ever or not for all."""
    return Finding(what, "warn", words, mend)


def bad(what: str, words: str, mend: str) -> Finding:
    """It keeps the gateway from working."""
    return Finding(what, "bad", words, mend)
