"""UPS's general refusals about fields, 20007 missing and 20008 invalid, for APIs without documented codes of their own.

The rule: a field is named by its path below the root of the request, as UPS names it in its message.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ups_gateway.simulator.model import Call, Refused
from ups_gateway.simulator.operations.reading import part, texts_only
from ups_gateway.simulator.validate import Rule, check

COUNTRY = r"[A-Za-z]{2}"


def missing(name: str) -> Refused:
    """Something that must be there is not."""
    return Refused(400, "20007", f"Missing Required field, {name}.")


def invalid(name: str, why: str = "") -> Refused:
    """Something is there and cannot be what it says."""
    return Refused(400, "20008", f"The field, {name}, contains invalid data{', ' + why if why else ''}.")


def needed(root: str, names: str) -> tuple[Rule, ...]:
    """The fields of these names, in order, below `root`."""
    return tuple(
        Rule(_below(root, name), "20007", f"Missing Required field, {_said(name)}.", required=True)
        for name in names.split()
    )


def formed(root: str, name: str, pattern: str) -> Rule:
    """What is there has this form."""
    return Rule(_below(root, name), "20008", f"The field, {_said(name)}, contains invalid data.", pattern=pattern)


def sized(root: str, name: str, shortest: int, longest: int) -> Rule:
    """A list of so many elements."""
    words = f"The field, {_said(name)}, contains invalid data."
    return Rule(_below(root, name), "20008", words, shortest=shortest, longest=longest)


def _below(root: str, name: str) -> str:
    return f"{root}.{name}" if root else name


def _said(name: str) -> str:
    return name.replace("[]", "")


def request_of(call: Call, root: str, rules: Iterable[Rule]) -> Mapping[str, Any]:
    """The request below its root, checked. Raises `Refused`."""
    if not isinstance(call.body, dict):
        raise missing(root)
    texts_only(call.body)
    check(call.body, (*needed("", root), *rules))
    return part(call.body, root)


def own_account(call: Call, number: str, name: str) -> str:
    """An account that must be there and be linked to the grant, in capitals."""
    if not number.strip():
        raise missing(name)
    account = number.strip().upper()
    if account not in call.grant.accounts:
        raise Refused(400, "120100", "Missing or invalid shipper number")
    return account
