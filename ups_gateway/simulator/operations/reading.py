"""Reading UPS's JSON: one or many, text where text should be, names and addresses.

The rule: nothing here refuses but for a number or truth value where UPS wants text; what must be there and what it may
be stands in the tables of rules.
"""

from collections.abc import Mapping
from typing import Any

from ups_gateway.simulator.consignment import Address, Party, Reference
from ups_gateway.simulator.model import Refused

_NOTHING: Mapping[str, Any] = {}


def many(value: Any) -> list[Any]:
    """A repeating element: UPS takes a lone object for a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def part(tree: Any, *names: str) -> Mapping[str, Any]:
    """The object at a path, empty when it is not there; of a list, the first."""
    for name in names:
        tree = tree.get(name) if isinstance(tree, dict) else None
        if isinstance(tree, list):
            tree = tree[0] if tree else None
    return tree if isinstance(tree, dict) else _NOTHING


def text(tree: Any, *names: str) -> str:
    """The text at a path, trimmed; empty when it is not there."""
    value = part(tree, *names[:-1]).get(names[-1])
    return value.strip() if isinstance(value, str) else ""


def number(written: str) -> float:
    """A number as UPS accepts it; 0 for what is none."""
    try:
        value = float(written)
    except ValueError:
        return 0.0
    return value if 0 <= value < 1e9 else 0.0


def texts_only(tree: Any, path: str = "", *, listed: bool = False) -> None:
    """Refuse numbers, truth values and, in lists, null: all leaves of UPS's package APIs are text."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if not isinstance(value, str):
                texts_only(value, f"{path}/{name}")
    elif isinstance(tree, list):
        for value in tree:
            if not isinstance(value, str):
                texts_only(value, path, listed=True)
    elif tree is not None or listed:
        raise Refused(
            400, "10002", f"The request is well formed but the request is not valid: {path} must be a string."
        )


def postal(country: str, written: str) -> str:
    """A postal code without blanks and dashes."""
    return written.replace(" ", "").replace("-", "").upper() if country in ("US", "PR", "CA") else written.upper()


def address(tree: Mapping[str, Any]) -> Address:
    """An Address of Rate, Ship or Pickup; state codes of Puerto Rico and its country code may stand for each other."""
    country = text(tree, "CountryCode").upper()
    state = (text(tree, "StateProvinceCode") or text(tree, "StateProvince")).upper()
    lines = tuple(line.strip() for line in many(tree.get("AddressLine")) if isinstance(line, str) and line.strip())
    return Address(
        country,
        "PR" if country == "PR" else state,
        text(tree, "City"),
        postal(country, text(tree, "PostalCode")),
        lines,
        "ResidentialAddressIndicator" in tree,
    )


def party(tree: Mapping[str, Any]) -> Party:
    """A Shipper, ShipFrom or ShipTo."""
    return Party(
        text(tree, "Name") or text(tree, "CompanyName"),
        address(part(tree, "Address")),
        text(tree, "AttentionName"),
        text(tree, "Phone", "Number"),
    )


def references(tree: Mapping[str, Any]) -> tuple[Reference, ...]:
    """The ReferenceNumber elements that have a value."""
    found = (Reference(text(ref, "Code"), text(ref, "Value")) for ref in many(tree.get("ReferenceNumber")))
    return tuple(reference for reference in found if reference.value)
