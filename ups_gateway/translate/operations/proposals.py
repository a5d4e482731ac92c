"""Numbers that UPS knows by a shipment's own references: what a person may take an unknown outcome for.

GET /api/track/v1/reference/details/{reference} (Tracking.yaml), which only reads.

The rule: it proposes and decides nothing. References are order numbers, so another shipment may bear the same one, and
a fresh label cannot be tracked for hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from ups_gateway.model import RestCall, RestReply
from ups_gateway.translate import faults, old_api
from ups_gateway.translate.operations.parts import at, step, texts_at

_REFERENCES: Final = ("Shipment.ReferenceNumber.Value", "Shipment.Package.ReferenceNumber.Value")
"""The same in ShipmentRequest and in the XML API's requests; those of the whole shipment first."""
_NOTHING_FOUND: Final = frozenset(("TW0001",))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A package that UPS knows by a reference; what tells it from others is empty where UPS does not say it."""

    number: str
    service: str
    place: str
    """City and postal code it goes to."""
    status: str


def references_of(call: RestCall) -> tuple[str, ...]:
    """The reference numbers that a ship call gives its shipment, each once."""
    if old_api.asks(call):
        return texts_at(old_api.content_of(call), *_REFERENCES)
    return texts_at(next(at(call.body, "ShipmentRequest"), None), *_REFERENCES)


def lookup_call(reference: str, shipper: str, since: date, until: date) -> RestCall:
    """Asks what a shipper (an account number) sent under a reference between two days of the shipper's own.

    Raises InvalidRequest for a reference that cannot stand in a path.
    """
    query = {
        "shipperNum": shipper,
        "fromPickUpDate": f"{since:%Y%m%d}",
        "toPickUpDate": f"{until:%Y%m%d}",
        "refNumType": "SmallPackage",
    }
    return RestCall("GET", f"/api/track/v1/reference/details/{step(reference)}", query)


def proposals(reply: RestReply) -> tuple[Proposal, ...]:
    """The packages in the answer to `lookup_call`, as UPS lists them; none: it knows nothing by this reference.

    Raises what any other refusal of UPS's amounts to.
    """
    body = faults.body_of(reply)
    codes = {error.code for error in faults.errors_of(body)}
    if reply.status == HTTPStatus.NOT_FOUND or (codes and codes <= _NOTHING_FOUND):
        return ()
    error = faults.refusal(reply, creating=False)
    if error is not None:
        raise error
    packages = (package for package in at(body, "trackResponse.shipment.package") if isinstance(package, dict))
    found = {str(package["trackingNumber"]): package for package in packages if package.get("trackingNumber")}
    return tuple(_proposal(number, package) for number, package in found.items())


def _proposal(number: str, package: dict[str, Any]) -> Proposal:
    goes_to: Any = next(
        (one for one in at(package, "packageAddress") if isinstance(one, dict) and one.get("type") == "DESTINATION"), {}
    )
    return Proposal(
        number,
        service=_text(package, "service.description"),
        place=" ".join(filter(None, (_text(goes_to, "address.city"), _text(goes_to, "address.postalCode")))),
        status=_text(package, "currentStatus.description"),
    )


def _text(tree: Any, path: str) -> str:
    return next(iter(texts_at(tree, path)), "")
