"""mitmproxy as it could be used instead of the gateway: an add-on that translates the rate call and adds a bearer.

The rule: the translation is the gateway's own, so that what is compared is everything else. mitmproxy loads this file
(mitmdump -s); tokens, access keys, ledger and journal are left out in its favour.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from ups_gateway import translate
from ups_gateway.model import Account, LegacyCall, RestReply, Terms, TwoPhase

ACCOUNT = Account(1, "A1B2C3", "production")
TERMS = Terms(TwoPhase.SHIP, TwoPhase.QUOTE, date(2026, 1, 15))


def request(flow: Any) -> None:
    """Before it goes to the origin."""
    sent = flow.request
    call = LegacyCall(sent.method, sent.host, sent.path, "", {}, sent.content)
    translated = translate.request(translate.read(call), ACCOUNT, TERMS)
    (asked,) = translated.calls
    flow.metadata["translated"] = translated
    sent.path = asked.path
    sent.content = msgspec.json.encode(asked.body)
    sent.headers["content-type"] = "application/json"
    sent.headers["authorization"] = "Bearer none"


def response(flow: Any) -> None:
    """Before it goes to the client."""
    got = flow.response
    reply = RestReply(got.status_code, {"content-type": "application/json"}, got.content)
    answer = translate.answer(flow.metadata["translated"], [reply])
    got.content = answer.body
    got.headers.clear()
    got.headers.update({**answer.headers, "content-length": str(len(answer.body)), "connection": "close"})
