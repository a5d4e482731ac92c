"""What a message says."""

from __future__ import annotations

from dataclasses import replace

from tests.alerts.test_findings import ENDS, NOW
from ups_gateway.alerts.findings import ANY, Finding
from ups_gateway.alerts.message import Message

ENDING = Finding("profile:3", "expiring", "It ends.", "Sign in again.", ("A1B2C3",), "production", ENDS)
AGAIN = Finding("account:5", None, "A1B2C3 can ship again.", accounts=("A1B2C3",), environment="production", ends=ANY)
MESSAGE = Message(NOW, "dock-pc", "http://127.0.0.1:8081", (ENDING, AGAIN))
END = "Status page: http://127.0.0.1:8081\nSent by ups-gateway on dock-pc.\n"


def test_a_message_is_the_same_as_text_and_as_json() -> None:
    text = f"It ends.\nSign in again.\n\nA1B2C3 can ship again.\n\n{END}"
    assert MESSAGE.text == text
    assert MESSAGE.body() == {
        "source": "ups-gateway",
        "host": "dock-pc",
        "at": "2026-12-28T12:00:00+00:00",
        "severity": "reminder",
        "headline": "It ends. (and 1 more)",
        "text": text,
        "page": "http://127.0.0.1:8081",
        "alerts": [
            {
                "subject": "profile:3",
                "kind": "expiring",
                "severity": "reminder",
                "words": "It ends.",
                "advice": "Sign in again.",
                "accounts": ["A1B2C3"],
                "environment": "production",
                "ends_at": "2027-01-03T13:05:00+00:00",
            },
            {
                "subject": "account:5",
                "kind": "recovered",
                "severity": "recovery",
                "words": "A1B2C3 can ship again.",
                "advice": "",
                "accounts": ["A1B2C3"],
                "environment": "production",
                "ends_at": None,
            },
        ],
    }


def test_a_message_without_findings_is_a_test() -> None:
    message = replace(MESSAGE, findings=())
    assert (message.severity, message.text) == ("test", f"This is a test: alerts arrive here.\n\n{END}")
    assert message.body()["alerts"] == []
