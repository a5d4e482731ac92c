"""The escape hatch: UPS's old XML API with a bearer, for operations that are configured so. Unverified.

The rule: the request goes as it came, without AccessRequest, and UPS's XML answer comes back in the form that old
clients take (wire rules 1 to 4). That POST /api/ups.app/xml/<Tool> takes a bearer, and how it answers then, was never
seen live. A reply is told by what it is, not by what was asked: rows of the ledger outlive a change of configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from ups_gateway.errors import ClientFault, GatewayError, NotAuthorised, OutcomeUnknown, Refusal, UpsRefused
from ups_gateway.model import Asked, LegacyAnswer, LegacyCall, Operation, RestCall, RestReply, Translated
from ups_gateway.translate import faults, tree
from ups_gateway.translate.dialects import xml

_PATH: Final = "/api/ups.app/xml/"
TOOLS: Final[Mapping[Operation, str]] = MappingProxyType(
    {
        Operation.RATE: "Rate",
        Operation.SHIP_CONFIRM: "ShipConfirm",
        Operation.SHIP_ACCEPT: "ShipAccept",
        Operation.VOID: "Void",
        Operation.LABEL_RECOVERY: "LabelRecovery",
        Operation.TRACK: "Track",
        Operation.ADDRESS_CITY: "AV",
        Operation.ADDRESS_STREET: "XAV",
        Operation.TIME_IN_TRANSIT: "TimeInTransit",
        Operation.LOCATOR: "Locator",
        Operation.QUANTUM_VIEW: "QVEvents",
    }
)
"""Tools, in the letters that UPS wants (UPS.md section 1.1)."""
_HEADERS: Final = MappingProxyType({"content-type": "application/xml", "accept": "application/xml"})
_GRAVEST: Final = ("Hard", "Transient")


def request(asked: Asked, call: LegacyCall) -> Translated:
    """The old request without its credentials. Confirm only asks here, and accept creates."""
    text = f"{xml.DECLARATION}\n{tree.ascii_xml(_root(call))}"
    creating = asked.operation is Operation.SHIP_ACCEPT or (
        asked.creating and asked.operation is not Operation.SHIP_CONFIRM
    )
    old = RestCall("POST", _PATH + TOOLS[asked.operation], headers=_HEADERS, body=text)
    return Translated(replace(asked, creating=creating), (old,))


def content(call: LegacyCall) -> Any:
    """What stands below the root of the client's document."""
    return tree.to_tree(_root(call))


def _root(call: LegacyCall) -> Any:
    _, document = tree.split(tree.decode(call.body))
    return tree.parse(document)


def asks(call: RestCall) -> bool:
    """It is a call of the old API."""
    return call.path.startswith(_PATH)


def content_of(call: RestCall) -> Any:
    """What stands below the root of the call's document."""
    return tree.to_tree(tree.parse(tree.without_declarations(call.body)))


# --- replies ----------------------------------------------------------------------------------------------------------


def document(reply: RestReply) -> Any | None:
    """The root element of an answer of the XML API; None for anything else, JSON and HTML among it."""
    if not reply.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return None
    try:
        root = tree.parse(tree.without_declarations(tree.decode(reply.body)))
    except ClientFault:
        return None
    told = tree.local_name(root).endswith("Response") and root.findtext("Response/ResponseStatusCode")
    return root if told else None


def errors_of(root: Any) -> list[tuple[str, Refusal]]:
    """(severity, error) as UPS wrote them, warnings among them."""
    return [
        (
            (error.findtext("ErrorSeverity") or "Hard").strip(),
            Refusal(
                (error.findtext("ErrorCode") or "20001").strip(),
                (error.findtext("ErrorDescription") or "General process failure").strip(),
            ),
        )
        for error in root.findall("Response/Error")
    ]


def is_done(root: Any, status: int) -> bool:
    """UPS did what was asked."""
    return 200 <= status < 300 and (root.findtext("Response/ResponseStatusCode") or "").strip() == "1"


def refusal(root: Any, status: int, *, creating: bool) -> GatewayError | None:
    """None when UPS did what was asked. Only what UPS calls Hard surely created nothing."""
    if is_done(root, status):
        return None
    level, first = _gravest(root)
    if first.code.startswith("2500"):
        return NotAuthorised(
            f"UPS refuses the gateway's token for its old XML API ({first.code} {first.message}). Your access key is"
            " not the cause. Administrator: the setting upstream_api sends this operation there."
        )
    transient = (
        level == "Transient" or status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )
    if transient and creating:
        return OutcomeUnknown(f"UPS's old XML API gave no clear answer: {first.code} {first.message}")
    wait = (root.findtext("Response/Error/MinimumRetrySeconds") or "").strip()
    retry_after = faults.seconds(wait) if transient else None
    return UpsRefused((first,), http_status=status, transient=transient, retry_after=retry_after)


def _gravest(root: Any) -> tuple[str, Refusal]:
    errors = errors_of(root)
    for level in _GRAVEST:
        for found in errors:
            if found[0] == level:
                return found
    return errors[0] if errors else ("Hard", Refusal("20001", "General process failure"))


def answer(root: Any) -> LegacyAnswer:
    """UPS's own answer in ASCII, with one warning at most (wire rule 2)."""
    for error in root.findall("Response/Error")[1:]:
        error.getparent().remove(error)
    text = f"{xml.DECLARATION}{tree.ascii_xml(root)}"
    return LegacyAnswer(200, xml.HEADERS, text.encode("ascii"))
