"""Prices that are someone's own, in REST requests that pass untranslated.

The rule: who did not sign in is told the published prices, whatever the request asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from ups_gateway.model import Operation, RestCall

_OWN: Final[Mapping[Operation, Mapping[str, Any]]] = MappingProxyType(
    {
        Operation.RATE: {
            "RateRequest": {
                "Shipment": {
                    "ShipmentRatingOptions": dict.fromkeys(
                        ("NegotiatedRatesIndicator", "TPFCNegotiatedRatesIndicator", "UserLevelDiscountIndicator")
                    )
                }
            }
        },
        Operation.PICKUP_RATE: {"PickupRateRequest": dict.fromkeys(("ShipperAccount", "UserLevelDiscountIndicator"))},
    }
)
"""What makes a price an account's own (Rating.yaml, Pickup.yaml); None: this member goes."""


def without_own_prices(operation: Operation, call: RestCall) -> RestCall:
    """The call as anybody may make it."""
    return replace(call, body=_without(call.body, _OWN.get(operation, {})))


def _without(node: Any, own: Mapping[str, Any]) -> Any:
    if not isinstance(node, dict):
        return node
    return {name: _without(value, own.get(name) or {}) for name, value in node.items() if own.get(name, "") is not None}
