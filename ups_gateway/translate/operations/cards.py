"""Payment cards in shipments and pickups: what must not be kept once UPS has been asked.

Shipping.yaml: CreditCard/{Number,SecurityCode}; Pickup.yaml: ChargeCard/{CardNumber,SecurityCode}.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from ups_gateway.model import RestCall

CARDS: Final = frozenset({"CreditCard", "ChargeCard"})
SECRETS: Final = frozenset({"Number", "CardNumber", "SecurityCode"})


def without_card_secrets(call: RestCall) -> RestCall:
    """The call without card numbers and security codes."""
    return replace(call, body=_without(call.body))


def _without(node: Any) -> Any:
    if isinstance(node, list):
        return [_without(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        name: {member: inner for member, inner in value.items() if member not in SECRETS}
        if name in CARDS and isinstance(value, dict)
        else _without(value)
        for name, value in node.items()
    }
