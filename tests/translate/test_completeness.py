"""No field of UPS's old schemas is lost unseen: each path is carried, or dropped with a reason.

The schemas are UPS's own (UPS_REFERENCE). The differences that UPS's REST has are computed in ../fielddiff; a path
that exists on both sides may not be dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ups_gateway.model import Dialect, Operation
from ups_gateway.translate.engine import Covered, covered
from ups_gateway.translate.operations import SPECS


class Side(NamedTuple):
    """One old message: its schema below oracles/, its root, and the list of differences, if one was made."""

    operation: Operation
    schema: str
    root: str
    diff: str | None = None

    def __str__(self) -> str:
        return f"{self.dialect}-{self.operation}-{self.root}"

    @property
    def dialect(self) -> Dialect:
        return Dialect.SOAP if self.schema.startswith("soap/") else Dialect.XML


def _xml(operation: Operation, schema: str, diff: str | None = None) -> Side:
    """A message of the XML API: a schema for each root; AV-... and XAV-... share one root."""
    return Side(operation, f"xml/{schema}.xsd", schema.rpartition("-")[2], diff)


RATE = "soap/Rate/RateWebServiceSchema.xsd"
STREET = "soap/XAV/XAVWebServiceSchema.xsd"
TRANSIT = "soap/TimeInTransit/TimeInTransitWebServiceSchema.xsd"
SHIP = "soap/Ship/ShipWebServiceSchema.xsd"
VOID = "soap/Void/VoidWebServiceSchema.xsd"
LABELS = "soap/LBRecovery/LBRecovery.xsd"
PAPERLESS = "soap/PaperlessDocumentAPI/PaperlessDocumentAPI.xsd"
TRACK = "soap/Track/TrackWebServiceSchema.xsd"
PICKUP = "soap/Pickup/PickupWebServiceSchema.xsd"
DANGEROUS_GOODS = "soap/DangerousGoodsUtility/DangerousGoodsUtility.xsd"
LANDED_COST = "soap/TradeabilityXPCI/LandedCostWebServiceSchema.xsd"

REQUESTS = [
    _xml(Operation.RATE, "RatingServiceSelectionRequest", "Rate-req-XML"),
    _xml(Operation.SHIP_CONFIRM, "ShipmentConfirmRequest", "Ship-req-XMLConfirm"),
    _xml(Operation.SHIP_ACCEPT, "ShipmentAcceptRequest"),
    _xml(Operation.VOID, "VoidShipmentRequest"),
    _xml(Operation.LABEL_RECOVERY, "LabelRecoveryRequest", "LabelRecovery-req-XML"),
    _xml(Operation.TRACK, "TrackRequest"),
    _xml(Operation.ADDRESS_CITY, "AV-AddressValidationRequest"),
    _xml(Operation.ADDRESS_STREET, "XAV-AddressValidationRequest"),
    _xml(Operation.TIME_IN_TRANSIT, "TimeInTransitRequest", "TNT-req-XML"),
    _xml(Operation.LOCATOR, "LocatorRequest", "Locator-req-XML"),
    _xml(Operation.QUANTUM_VIEW, "QuantumViewRequest"),
    Side(Operation.RATE, RATE, "RateRequest", "Rate-req-SOAP"),
    Side(Operation.ADDRESS_STREET, STREET, "XAVRequest", "XAV-req-SOAP"),
    Side(Operation.TIME_IN_TRANSIT, TRANSIT, "TimeInTransitRequest", "TNT-req-SOAP"),
    Side(Operation.SHIP, SHIP, "ShipmentRequest", "Ship-req-SOAP"),
    Side(Operation.SHIP_CONFIRM, SHIP, "ShipConfirmRequest", "Ship-SOAPConfirmreq-vs-SOAPShipmentREST"),
    Side(Operation.SHIP_ACCEPT, SHIP, "ShipAcceptRequest"),
    Side(Operation.VOID, VOID, "VoidShipmentRequest"),
    Side(Operation.LABEL_RECOVERY, LABELS, "LabelRecoveryRequest", "LabelRecovery-req-SOAP"),
    Side(Operation.TRACK, TRACK, "TrackRequest", "Track-req-SOAP"),
    Side(Operation.PICKUP_CREATE, PICKUP, "PickupCreationRequest", "Pickup-req-SOAP"),
    Side(Operation.PICKUP_RATE, PICKUP, "PickupRateRequest", "PickupRate-req-SOAP"),
    Side(Operation.PICKUP_CANCEL, PICKUP, "PickupCancelRequest"),
    Side(Operation.PICKUP_PENDING, PICKUP, "PickupPendingStatusRequest"),
    Side(Operation.PICKUP_FACILITIES, PICKUP, "PickupGetServiceCenterFacilitiesRequest", "PickupFacilities-req-SOAP"),
    Side(Operation.PAPERLESS_UPLOAD, PAPERLESS, "UploadRequest", "Paperless-upload-req-SOAP"),
    Side(Operation.PAPERLESS_PUSH, PAPERLESS, "PushToImageRepositoryRequest", "Paperless-push-req-SOAP"),
    Side(Operation.PAPERLESS_DELETE, PAPERLESS, "DeleteRequest"),
    Side(Operation.DANGEROUS_GOODS_PRECHECK, DANGEROUS_GOODS, "AcceptanceAuditPreCheckRequest", "DG-precheck-req-SOAP"),
    Side(Operation.DANGEROUS_GOODS_CHEMICALS, DANGEROUS_GOODS, "ChemicalReferenceDataRequest", "DG-chem-req-SOAP"),
    Side(Operation.LANDED_COST, LANDED_COST, "LandedCostRequest", "LandedCost-req-XPCI"),
]
ANSWERS = [
    _xml(Operation.RATE, "RatingServiceSelectionResponse", "Rate-resp-XML"),
    _xml(Operation.SHIP_CONFIRM, "ShipmentConfirmResponse", "Ship-resp-XMLConfirm"),
    _xml(Operation.SHIP_ACCEPT, "ShipmentAcceptResponse", "Ship-resp-XMLAccept"),
    _xml(Operation.VOID, "VoidShipmentResponse", "Void-resp-XML"),
    _xml(Operation.LABEL_RECOVERY, "LabelRecoveryResponse", "LabelRecovery-resp-XML"),
    _xml(Operation.TRACK, "TrackResponse", "Track-resp-XML"),
    _xml(Operation.ADDRESS_CITY, "AV-AddressValidationResponse"),
    _xml(Operation.ADDRESS_STREET, "XAV-AddressValidationResponse"),
    _xml(Operation.TIME_IN_TRANSIT, "TimeInTransitResponse", "TNT-resp-XML"),
    _xml(Operation.LOCATOR, "LocatorResponse", "Locator-resp-XML"),
    _xml(Operation.QUANTUM_VIEW, "QuantumViewResponse"),
    Side(Operation.RATE, RATE, "RateResponse", "Rate-resp-SOAP"),
    Side(Operation.ADDRESS_STREET, STREET, "XAVResponse", "XAV-resp-SOAP"),
    Side(Operation.TIME_IN_TRANSIT, TRANSIT, "TimeInTransitResponse", "TNT-resp-SOAP"),
    Side(Operation.SHIP, SHIP, "ShipmentResponse", "Ship-resp-SOAP"),
    Side(Operation.SHIP_CONFIRM, SHIP, "ShipConfirmResponse"),
    Side(Operation.SHIP_ACCEPT, SHIP, "ShipAcceptResponse", "Ship-resp-SOAP"),
    Side(Operation.VOID, VOID, "VoidShipmentResponse", "Void-resp-SOAP"),
    Side(Operation.LABEL_RECOVERY, LABELS, "LabelRecoveryResponse", "LabelRecovery-resp-SOAP"),
    Side(Operation.TRACK, TRACK, "TrackResponse", "Track-resp-SOAP"),
    Side(Operation.PICKUP_CREATE, PICKUP, "PickupCreationResponse", "Pickup-resp-SOAP"),
    Side(Operation.PICKUP_RATE, PICKUP, "PickupRateResponse", "PickupRate-resp-SOAP"),
    Side(Operation.PICKUP_CANCEL, PICKUP, "PickupCancelResponse", "PickupCancel-resp-SOAP"),
    Side(Operation.PICKUP_PENDING, PICKUP, "PickupPendingStatusResponse", "PickupPending-resp-SOAP"),
    Side(Operation.PICKUP_FACILITIES, PICKUP, "PickupGetServiceCenterFacilitiesResponse"),
    Side(Operation.PAPERLESS_UPLOAD, PAPERLESS, "UploadResponse", "Paperless-upload-resp-SOAP"),
    Side(Operation.PAPERLESS_PUSH, PAPERLESS, "PushToImageRepositoryResponse", "Paperless-push-resp-SOAP"),
    Side(Operation.PAPERLESS_DELETE, PAPERLESS, "DeleteResponse"),
    Side(Operation.DANGEROUS_GOODS_PRECHECK, DANGEROUS_GOODS, "AcceptanceAuditPreCheckResponse"),
    Side(Operation.DANGEROUS_GOODS_CHEMICALS, DANGEROUS_GOODS, "ChemicalReferenceDataResponse", "DG-chem-resp-SOAP"),
    Side(Operation.LANDED_COST, LANDED_COST, "LandedCostResponse", "LandedCost-resp-XPCI"),
]


def _walk(order: Any, declaration: Any, at: str, depth: int = 0) -> Iterator[str]:
    assert depth < 30, f"the schema recurses at {at}"
    for name, child in order.children(declaration):
        path = f"{at}/{name}" if at else name
        yield path
        yield from _walk(order, child, path, depth + 1)


def old_paths(schemas: Any, reference: Path, side: Side) -> set[str]:
    """All paths below the message's root that its schema has."""
    _, order = schemas.schema(str(reference / "oracles" / side.schema))
    found = [declaration for (_namespace, name), declaration in order.elements.items() if name == side.root]
    assert len(found) == 1, f"{side.root} is declared {len(found)} times"
    return set(_walk(order, found[0], ""))


def _common(reference: Path, diff: str, old: set[str]) -> set[str]:
    """Old paths of UPS's kit that the list of differences does not name as legacy-only: they exist on both sides."""
    kit = (reference / "fieldlists" / f"legacy-{diff}.txt").read_text("utf-8")
    known = {line.split()[0].lstrip("/").partition("/")[2] for line in kit.splitlines() if line}
    text = (reference / "fielddiff" / f"{diff}.txt").read_text("utf-8")
    part = text.partition("## legacy only")[2].partition("\n## ")[0]
    alone = {line.split()[0].lstrip("/") for line in part.splitlines() if line.startswith("  /")}
    return (old & known) - alone


def _table(side: Side, *, answer: bool) -> dict[str, Covered]:
    spec = SPECS[side.operation]
    table = (spec.answers if answer else spec.requests)[side.dialect]
    return {row.path: row for row in covered(table)}


def _lost(old: set[str], table: dict[str, Covered]) -> list[str]:
    """Paths that neither they nor a dropped parent of theirs account for."""
    dropped = [row.path for row in table.values() if row.reason]
    return sorted(
        path for path in old if path not in table and not any(path.startswith(parent + "/") for parent in dropped)
    )


@pytest.mark.parametrize("side", REQUESTS, ids=str)
def test_every_path_of_the_old_request_reaches_rest_or_is_dropped_with_a_reason(
    side: Side, old_schemas: Any, ups_reference: Path
) -> None:
    old = old_paths(old_schemas, ups_reference, side)
    assert _lost(old, _table(side, answer=False)) == []


@pytest.mark.parametrize("side", ANSWERS, ids=str)
def test_every_path_of_the_old_answer_is_filled_or_dropped_with_a_reason(
    side: Side, old_schemas: Any, ups_reference: Path
) -> None:
    old = {path for path in old_paths(old_schemas, ups_reference, side) if path.split("/")[0] != "Response"}
    assert _lost(old, _table(side, answer=True)) == []


@pytest.mark.parametrize("side", ANSWERS, ids=str)
def test_no_answer_template_names_an_element_that_its_old_schema_lacks(
    side: Side, old_schemas: Any, ups_reference: Path
) -> None:
    old = old_paths(old_schemas, ups_reference, side)
    assert sorted(path for path in _table(side, answer=True) if path not in old) == []


@pytest.mark.parametrize(
    ("side", "answer"),
    [(side, False) for side in REQUESTS if side.diff] + [(side, True) for side in ANSWERS if side.diff],
    ids=lambda value: str(value) if isinstance(value, Side) else "",
)
def test_a_path_that_both_sides_have_is_not_dropped(
    side: Side, answer: bool, old_schemas: Any, ups_reference: Path
) -> None:
    assert side.diff is not None
    common = _common(ups_reference, side.diff, old_paths(old_schemas, ups_reference, side))
    table = _table(side, answer=answer)
    allowed = {"Request/TransactionReference/XpciVersion", "Request/TransactionReference/ToolVersion"}
    assert sorted(path for path in common if path in table and table[path].reason and path not in allowed) == []


def test_every_drop_has_a_reason_in_words() -> None:
    rows = [
        row
        for spec in SPECS.values()
        for tables in (spec.requests, spec.answers)
        for table in tables.values()
        for row in covered(table)
        if row.reason
    ]
    assert [row for row in rows if len(row.reason.split()) < 3] == []
