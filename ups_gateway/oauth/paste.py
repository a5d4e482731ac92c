"""What a person pastes after signing in at UPS: the callback's address whole, cut off, or only the code.

The rule: a paste becomes a code (with its state where it was not cut off) or a `ConsentFailed` that says what was
pasted instead and what to do. It exists because a browser often cannot open https://127.0.0.1/upscallback.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

FailureKind = Literal[
    "declined",
    "expired",
    "second_click",
    "unknown_state",
    "campusship",
    "unreadable",
    "refused",
    "unreachable",
    "gone",
]

_CODE = re.compile(r"[A-Za-z0-9._~+/=:-]{6,4096}")


class ConsentFailed(Exception):
    """A sign-in did not end in a consent. `words` are for the administrator: what happened and what to do."""

    def __init__(self, kind: FailureKind, words: str) -> None:
        super().__init__(words)
        self.kind = kind
        self.words = words


@dataclass(frozen=True, slots=True)
class Pasted:
    """A code, and the state it came with."""

    code: str = field(repr=False)
    state: str | None = field(default=None, repr=False)


def parse_paste(text: str) -> Pasted:
    """Reads a full callback address, one cut at the first `&`, `code=...`, or the bare code. Raises ConsentFailed."""
    compact = "".join(text.split()).strip("'\"<>`")
    if not compact:
        raise ConsentFailed(
            "unreadable", "Nothing was pasted. Paste the address that the browser shows after signing in."
        )
    if "://" not in compact and "=" not in compact.rstrip("=") and "?" not in compact:
        return Pasted(_code(unquote(compact)))
    query = _query(compact)
    if "code" not in query and "error" not in query:
        raise _foreign_address(compact)
    return read_answer(query)


def read_answer(query: Mapping[str, str]) -> Pasted:
    """Code and state of the query that UPS sent the browser back with. Raises ConsentFailed."""
    error = query.get("error", "")
    if error:
        raise declined(error, query.get("error_description", ""))
    return Pasted(_code(query.get("code", "")), query.get("state") or None)


def declined(error: str, description: str) -> ConsentFailed:
    """The words for an `error` that UPS sent instead of a code."""
    said = "".join(c for c in f"{error} {description}".strip()[:200] if c.isprintable())
    if error == "access_denied":
        return ConsentFailed(
            "declined",
            "The sign-in at UPS was declined, and nothing has changed. Press Authorize again and allow access there.",
        )
    return ConsentFailed("declined", f"UPS ended the sign-in with an error ({said}). Press Authorize again.")


def _query(address: str) -> dict[str, str]:
    """The first value of each parameter; of an address without `?` (`code=...&state=...`) the whole is the query."""
    try:
        parts = urlsplit(address)
        raw = parts.query or ("" if parts.scheme in ("http", "https") else address)
        # parse_qs turns + into a blank, but a code holds none: the plus is part of it.
        values = parse_qs(raw.replace("+", "%2B"), max_num_fields=50)
    except ValueError:
        return {}
    return {name: found[0] for name, found in values.items()}


def _code(code: str) -> str:
    if not _CODE.fullmatch(code):
        raise ConsentFailed(
            "unreadable",
            "No authorization code could be read from this. Paste the whole address that the browser shows after "
            "signing in; it holds `code=`.",
        )
    return code


def _foreign_address(address: str) -> ConsentFailed:
    lowered = address.lower()
    if "campusship" in lowered:
        return ConsentFailed(
            "campusship",
            "This is a CampusShip page: UPS does not let CampusShip logins consent. Make a new UPS.com profile with "
            "another e-mail address, add the account to it, and authorize with that profile.",
        )
    if "ups.com" in lowered or "/oauth/authorize" in lowered:
        return ConsentFailed(
            "unreadable",
            "This is the address of UPS's own login page. Sign in there first; then paste the address that the browser "
            "shows afterwards, which holds `code=`.",
        )
    return ConsentFailed(
        "unreadable",
        "This address holds no `code=`. Paste the whole address that the browser shows after signing in at UPS.",
    )
