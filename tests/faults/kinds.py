"""What UPS, or whoever stands in its place, may answer instead of doing what it was asked.

The rule: a kind says what UPS does, in the form of the simulator's control interface, and what may follow from it for
any operation: never what the gateway happens to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

REFUSED: Final = {"response": {"errors": [{"code": "111210", "message": "The requested service is unavailable."}]}}
NOT_ENABLED: Final = {"response": {"errors": [{"code": "250002", "message": "Invalid Authentication Information."}]}}
UNSPEAKABLE: Final = {"response": {"errors": [{"code": "111210", "message": "a\x00b\x1bc\ufffed\u00e9 <&]]>"}]}}
PAGE: Final = "<html><body><h1>Service Unavailable</h1></body></html>"
JSON: Final = {"Content-Type": "application/json"}
ELSEWHERE: Final = "/api/elsewhere"
"""Where the redirect leads: nobody may ask there."""


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """One fault."""

    name: str
    what: Mapping[str, Any] = field(default_factory=dict)
    """For the simulator; empty: nobody listens where UPS should be."""
    certain: bool = False
    """UPS was not asked, or its own error object with a 4xx says that it did nothing."""
    passing: bool = True
    """What only reads may be tried again later."""
    asked: int = 1
    """How often UPS is asked, where a repeat is safe."""
    creating: int = 1
    """The same for what UPS acts on or bills."""
    wait: int | None = None
    """Seconds that UPS says to wait."""
    gateways: bool = False
    """It is about the gateway's own authorization, which is never told as the program's."""
    heals: bool = False
    """The repeat, where one is safe, gets the good answer."""


def _said(status: int, body: Any = REFUSED, **headers: str) -> Mapping[str, Any]:
    return {"status": status, "body": body, "headers": headers}


def _raw(status: int, text: str, kind: str = "application/json") -> Mapping[str, Any]:
    return {"status": status, "raw": text, "headers": {"Content-Type": kind}}


_HTML: Final = "text/html; charset=utf-8"
_REFUSAL: Final = {"certain": True, "passing": False}
KINDS: Final = (
    Kind("400, UPS's own refusal", _said(400), **_REFUSAL),
    Kind("400 in words that XML cannot hold", _said(400, UNSPEAKABLE), **_REFUSAL),
    Kind("400 without an error object", _said(400, {})),
    Kind(
        "401 once: the token is not good any more",
        {**_said(401, NOT_ENABLED), "times": 1},
        asked=2,
        creating=2,
        gateways=True,
        heals=True,
        **_REFUSAL,
    ),
    Kind(
        "401 with 250002: product not enabled", _said(401, NOT_ENABLED), asked=2, creating=2, gateways=True, **_REFUSAL
    ),
    Kind("403 with 250002: product not enabled", _said(403, NOT_ENABLED), gateways=True, **_REFUSAL),
    Kind("403, UPS's own refusal", _said(403), **_REFUSAL),
    Kind("403 with an HTML page", _raw(403, PAGE, _HTML)),
    Kind("404, UPS's own refusal", _said(404), **_REFUSAL),
    Kind("404 with an HTML page", _raw(404, PAGE, _HTML)),
    Kind("405, UPS's own refusal", _said(405, Allow="GET"), **_REFUSAL),
    Kind("429 without Retry-After", _said(429), certain=True),
    Kind("429 with Retry-After: 2", _said(429, **{"Retry-After": "2"}), certain=True, asked=3, wait=2),
    Kind("429 with Retry-After: 30", _said(429, **{"Retry-After": "30"}), certain=True, wait=30),
    Kind(
        "429 with an HTML page, Retry-After: 30",
        {"status": 429, "raw": PAGE, "headers": {"Content-Type": _HTML, "Retry-After": "30"}},
        wait=30,
    ),
    Kind("500, UPS's error object", _said(500)),
    Kind("500, empty", _raw(500, "")),
    Kind("502 with an HTML page", _raw(502, PAGE, _HTML), asked=3),
    Kind("503, UPS's error object", _said(503), asked=3),
    Kind("503 with an HTML page", _raw(503, PAGE, _HTML), asked=3),
    Kind("503 once", {**_said(503), "times": 1}, asked=2, heals=True),
    Kind("503 with Retry-After: 30", _said(503, **{"Retry-After": "30"}), wait=30),
    Kind("504, empty", _raw(504, ""), asked=3),
    Kind("nobody listens", certain=True, asked=0, creating=0),
    Kind("slow, beyond the time limit", {"delay_ms": 300, "drop": "before"}),
    Kind("cut before the work was done", {"drop": "before"}, asked=3),
    Kind("cut after the work was done", {"drop": "after"}, asked=3),
    Kind("cut once, after the work was done", {"drop": "after", "times": 1}, asked=2, heals=True),
    Kind("half an answer, short of its length", {"half": "length"}, asked=3),
    Kind("half an answer, within a chunk", {"half": "chunk"}, asked=3),
    Kind("an endless answer", {"status": 200, "raw": "[1,", "headers": JSON, "endless": True}, asked=3),
    Kind("302 to another place", {**_raw(302, ""), "headers": {"Location": ELSEWHERE}}),
    Kind("307 to another place", {**_raw(307, ""), "headers": {"Location": ELSEWHERE}}),
    Kind("200, empty", _raw(200, "")),
    Kind("200, not JSON", _raw(200, "OK")),
    Kind("200 with an HTML page", _raw(200, PAGE, _HTML)),
    Kind("200, a list", _raw(200, "[1]")),
    Kind("200, a number", _raw(200, "7")),
    Kind("200, an object without the root", _raw(200, "{}")),
    Kind("200, an object with another root", _said(200, {"odd": {"a": 1}})),
    Kind("200, nested without end", _raw(200, "[" * 100_000)),
    Kind("200 with UPS's error object", _said(200), passing=False),
)
