"""Duties and taxes of a shipment: refused, in words.

The old trade service (LandedCostRequest) is a dialogue: a query is answered with UPS's questions about each product,
the estimate answers them. REST's POST /api/landedcost/v1/quotes asks nothing, knows other transport modes and units,
and its totals are other sums. No path of the two is the same (UPS.md 3.11), and customs figures that are quietly wrong
are worse than none. What already speaks REST passes through the gateway as it is.
"""

from __future__ import annotations

from typing import Final

from ups_gateway.errors import UnknownOperation
from ups_gateway.model import Account, Asked, Terms, Translated
from ups_gateway.translate.engine import Drop, Table
from ups_gateway.translate.operations.parts import below

_DIALOGUE: Final = Drop("REST has no questions about products, and other units, modes and totals")

REQUEST: Final[Table] = {
    "Request": Drop("the whole request is refused"),
    "QueryRequest": _DIALOGUE,
    "EstimateRequest": _DIALOGUE,
}
ANSWER: Final[Table] = {"QueryResponse": _DIALOGUE, "EstimateResponse": _DIALOGUE}


def request(_asked: Asked, _account: Account, _terms: Terms) -> Translated:
    """Raises UnknownOperation, always."""
    raise UnknownOperation(
        "UPS replaced the landed cost service, which asked questions about each product, by one that does not "
        "(POST /api/landedcost/v1/quotes). It cannot answer in the old form; the program must use the new service."
    )


source = below("LandedCostResponse")
"""Never asked for: no old request gets that far."""
