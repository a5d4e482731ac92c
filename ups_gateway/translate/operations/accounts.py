"""Every own account number in a request of the XML API that goes on untranslated.

The rule: the tables take one of several elements where UPS knows one; which one UPS takes is not ours to guess, so all
must be the key's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

_THEIRS: Final = frozenset({"02", "03"})
"""Type of a ground freight payment that a receiver or a third party makes."""


def every_account(tree: Any) -> tuple[str, ...]:
    """ShipperNumber anywhere, and AccountNumber of whoever pays as the shipper; each once."""
    return tuple(dict.fromkeys(number for number in _found(tree, "") if number))


def _found(node: Any, below: str) -> Iterator[str]:
    for name, value in node.items() if isinstance(node, dict) else ():
        for one in value if isinstance(value, list) else (value,):
            own = name == "ShipperNumber" or (name == "AccountNumber" and _pays_as_shipper(node, below))
            if own and isinstance(one, str):
                yield one
            yield from _found(one, name)


def _pays_as_shipper(node: Any, below: str) -> bool:
    if below != "FRSPaymentInformation":
        return below == "BillShipper"
    kind = node.get("Type")
    return not (isinstance(kind, dict) and kind.get("Code") in _THEIRS)
