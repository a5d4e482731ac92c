"""The Response block of Locator and Quantum View, as their XML APIs had it: a failure is an answer with HTTP 200.

The rule: whatever is wrong with a request that could be read is raised as `Failed` and ends up in the answer.
"""

from collections.abc import Mapping
from typing import Any

from ups_gateway.simulator.operations.reading import text


class Failed(Exception):
    """A refusal inside a good HTTP answer; `element` is the path of what is wrong, where that can be said."""

    def __init__(self, code: str, words: str, element: str = "") -> None:
        super().__init__(f"{code}: {words}")
        self.code = code
        self.words = words
        self.element = element

    def error(self) -> dict[str, Any]:
        """The Error element; UPS's descriptions have 50 characters at most."""
        found: dict[str, Any] = {
            "ErrorSeverity": "Hard",
            "ErrorCode": self.code,
            "ErrorDescription": self.words[:50],
        }
        if self.element:
            found["ErrorLocation"] = [{"ErrorLocationElementName": self.element}]
        return found


def status(request: Mapping[str, Any], xpci_version: str, *, good: bool) -> dict[str, Any]:
    """The Response block but for its errors."""
    context = text(request, "Request", "TransactionReference", "CustomerContext")
    return {
        "TransactionReference": {**({"CustomerContext": context} if context else {}), "XpciVersion": xpci_version},
        "ResponseStatusCode": "1" if good else "0",
        "ResponseStatusDescription": "Success" if good else "Failure",
    }
