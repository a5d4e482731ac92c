"""POST /api/labels/{version}/recovery: the label of a shipment once more.

The rule: what shipping made comes back byte for byte; in the test environment any other 1Z number has a label as well.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ups_gateway.simulator import labels
from ups_gateway.simulator.labels import FORMATS, THERMAL
from ups_gateway.simulator.model import Call, Refused, Reply
from ups_gateway.simulator.numbering import is_tracking_number
from ups_gateway.simulator.operations import known_numbers, papers
from ups_gateway.simulator.operations.answering import as_of_version, response
from ups_gateway.simulator.operations.reading import part, text, texts_only
from ups_gateway.simulator.operations.rules import RECOVERY
from ups_gateway.simulator.shipments import Package, Shipment, find, with_reference
from ups_gateway.simulator.validate import check
from ups_gateway.simulator.world import World

_KEPT = timedelta(days=90)
_RETURN_KEPT = timedelta(days=30)
_NOT_FOUND = Refused(400, "9801031", "The shipment for the requested number could not be found.")


def recover(call: Call, world: World) -> Reply:
    """By tracking number, or by reference and shipper number."""
    if not isinstance(call.body, dict):
        raise Refused(400, "20007", "Missing Required field, LabelRecoveryRequest.")
    texts_only(call.body)
    check(call.body, RECOVERY)
    request = part(call.body, "LabelRecoveryRequest")
    number = text(request, "TrackingNumber").upper()
    values = part(request, "ReferenceValues")
    if number:
        found = [_by_number(call, world, number)]
    elif values:
        found = _by_reference(call, world, values)
    else:
        raise Refused(400, "9801030", "Either tracking number or reference plus shipper number required")
    if len(found) > 1:
        answer = {"Response": response(request), "TrackingCandidate": [_candidate(each) for each in found]}
        return Reply(200, {"LabelRecoveryResponse": answer})
    (shipment,) = found
    package = shipment.package(number)
    chosen = shipment.packages if package is None or number == shipment.number else (package,)
    _recoverable(world, shipment, chosen)
    kind = _format(request, number, shipment)
    delivery = part(request, "LabelDelivery")
    link = "LabelLinkIndicator" in delivery or "LabelLinksIndicator" in delivery
    answer = {
        "Response": response(request),
        "ShipmentIdentificationNumber": shipment.number,
        "LabelResults": [_result(shipment, each, kind, link=link and n == 0) for n, each in enumerate(chosen)],
        **{name: _without_code(paper) for name, paper in papers.recovered(shipment).items()},
    }
    return Reply(200, as_of_version({"LabelRecoveryResponse": answer}, call.version))


def _by_number(call: Call, world: World, number: str) -> Shipment:
    if not is_tracking_number(number):
        raise Refused(400, "9801033", "Invalid Tracking Number")
    shipment = find(world, number)
    if shipment is not None and shipment.account in call.grant.accounts:
        return shipment
    if shipment is None and world.settings.cie:
        return known_numbers.shipment(world, number)
    raise _NOT_FOUND


def _by_reference(call: Call, world: World, values: Mapping[str, Any]) -> list[Shipment]:
    account = text(values, "ShipperNumber").upper()
    if account not in call.grant.accounts:
        raise Refused(400, "9801038", "Invalid Shipper Number")
    found = with_reference(world, text(values, "ReferenceNumber", "Value"))
    found = [shipment for shipment in found if shipment.account == account and not shipment.voided]
    if not found:
        raise _NOT_FOUND
    return found


def _recoverable(world: World, shipment: Shipment, chosen: tuple[Package, ...]) -> None:
    if all(package.voided is not None for package in chosen):
        raise Refused(400, "9801040", "The shipment for which you are trying to recover a label has been voided.")
    kept = _RETURN_KEPT if shipment.return_service else _KEPT
    if world.now() - shipment.created_at > kept:
        raise Refused(400, "9800020", "Label is unavailable - the label is expired")


def _format(request: Mapping[str, Any], number: str, shipment: Shipment) -> str:
    """As asked for; else as it was, and as UPS documents for its test numbers."""
    specification = part(request, "LabelSpecification")
    kind = text(specification, "LabelImageFormat", "Code").upper()
    if not kind:
        return known_numbers.LABEL_FORMATS.get(number, shipment.label_format)
    kind = "EPL" if kind == "EPL2" else kind
    if kind not in FORMATS:
        raise Refused(400, "9800012", "Not allowed Label Image Format Code")
    size = [text(specification, "LabelStockSize", side) for side in ("Height", "Width")]
    if kind in THERMAL and any(size) and "4" not in size:
        raise Refused(400, "9801050", "Label Stock Size not allowed for specified Label Image Type.")
    return kind


def _result(shipment: Shipment, package: Package, kind: str, *, link: bool) -> dict[str, Any]:
    label = papers.label_of(shipment, package)
    image: dict[str, Any] = {"LabelImageFormat": {"Code": kind}, "GraphicImage": labels.encoded(label, kind)}
    if kind == "GIF":
        image["HTMLImage"] = labels.html_page(package.number)
    if link:
        image["URL"] = papers.label_link(shipment.number)
    result: dict[str, Any] = {"TrackingNumber": package.number, "LabelImage": image}
    if papers.RECEIPT in shipment.papers:
        result["Receipt"] = {"Image": papers.receipt(shipment)}
    return result


def _without_code(paper: Mapping[str, Any]) -> dict[str, Any]:
    return {"Image": paper["Image"]}


def _candidate(shipment: Shipment) -> dict[str, Any]:
    day = f"{shipment.created_at:%Y%m%d}"
    return {
        "TrackingNumber": shipment.number,
        "DestinationPostalCode": shipment.receiver.address.postal,
        "DestinationCountryCode": shipment.receiver.address.country,
        "PickupDateRange": {"BeginDate": day, "EndDate": day},
    }
