"""What UPS's REST has reaches the old side: all of it but the members named here, which are newer than the old APIs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.translate.test_completeness import ANSWERS, REQUESTS, old_paths
from ups_gateway.model import Dialect, Operation
from ups_gateway.translate.engine import covered
from ups_gateway.translate.operations import SPECS


class Message(NamedTuple):
    """One REST message, by UPS's list of its fields, and the dialect it is compared with."""

    operation: Operation
    dialect: Dialect
    fields: str

    def __str__(self) -> str:
        return f"{self.dialect}-{self.fields}"


MESSAGES = [
    Message(Operation.RATE, Dialect.SOAP, "Rating-Rate-req"),
    Message(Operation.RATE, Dialect.SOAP, "Rating-Rate-resp"),
    Message(Operation.SHIP, Dialect.SOAP, "Shipping-Shipment-resp"),
    Message(Operation.VOID, Dialect.SOAP, "Shipping-VoidShipment-resp"),
    Message(Operation.LABEL_RECOVERY, Dialect.SOAP, "Shipping-LabelRecovery-req"),
    Message(Operation.LABEL_RECOVERY, Dialect.SOAP, "Shipping-LabelRecovery-resp"),
    Message(Operation.ADDRESS_STREET, Dialect.SOAP, "AddressValidation-AddressValidation-resp"),
    Message(Operation.LOCATOR, Dialect.XML, "Locator-Locator-req"),
    Message(Operation.LOCATOR, Dialect.XML, "Locator-Locator-resp"),
    Message(Operation.QUANTUM_VIEW, Dialect.XML, "QuantumView-req"),
    Message(Operation.QUANTUM_VIEW, Dialect.XML, "QuantumView-resp"),
    Message(Operation.PICKUP_CREATE, Dialect.SOAP, "Pickup-PickupCreation-req"),
    Message(Operation.PICKUP_CREATE, Dialect.SOAP, "Pickup-PickupCreation-resp"),
    Message(Operation.PICKUP_RATE, Dialect.SOAP, "Pickup-PickupRate-req"),
    Message(Operation.PICKUP_RATE, Dialect.SOAP, "Pickup-PickupRate-resp"),
    Message(Operation.PICKUP_CANCEL, Dialect.SOAP, "Pickup-PickupCancel-resp"),
    Message(Operation.PICKUP_PENDING, Dialect.SOAP, "Pickup-PickupPendingStatus-resp"),
    Message(Operation.PICKUP_FACILITIES, Dialect.SOAP, "Pickup-PickupGetServiceCenterFacilities-req"),
    Message(Operation.PAPERLESS_UPLOAD, Dialect.SOAP, "Paperless-Upload-req"),
    Message(Operation.PAPERLESS_UPLOAD, Dialect.SOAP, "Paperless-Upload-resp"),
    Message(Operation.PAPERLESS_PUSH, Dialect.SOAP, "Paperless-PushToImageRepository-req"),
    Message(Operation.PAPERLESS_PUSH, Dialect.SOAP, "Paperless-PushToImageRepository-resp"),
    Message(Operation.DANGEROUS_GOODS_PRECHECK, Dialect.SOAP, "DangerousGoods-AcceptanceAuditPre-Check-req"),
    Message(Operation.DANGEROUS_GOODS_CHEMICALS, Dialect.SOAP, "DangerousGoods-ChemicalReferenceData-req"),
    Message(Operation.DANGEROUS_GOODS_CHEMICALS, Dialect.SOAP, "DangerousGoods-ChemicalReferenceData-resp"),
]
_RATED = "RatedShipment"
_SHIPPED = "ShipmentResults"
_PICKED_UP = "RateResult"
_MANIFEST = "QuantumViewEvents.SubscriptionEvents.SubscriptionFile.Manifest"
_MODIFIED = [
    f"{results}.{charges}"
    for results, package in ((_RATED, "RatedPackage"), (_SHIPPED, "PackageResults"))
    for charges in ("NegotiatedRateCharges", f"{package}.NegotiatedCharges", package)
]
NEWER = {
    f"{_RATED}.GuaranteedDelivery.ScheduledDeliveryDate",
    f"{_RATED}.RoarRatedIndicator",
    f"{_RATED}.Zone",
    f"{_RATED}.RatedPackage.SimpleRate.Code",
    *(f"{_RATED}.TimeInTransit.ServiceSummary.SundayDelivery{member}" for member in ("", "Disclaimer")),
    *(f"{place}.RateModifier.{of}" for place in _MODIFIED for of in ("ModifierType", "ModifierDesc", "Amount")),
    *(f"{_SHIPPED}.{name}" for name in ("BarCodeImage", "BillOfLading", "GCCN", "Message", "PalletLabel.PalletLabel")),
    *(f"{_SHIPPED}.{name}" for name in ("RoarRatedIndicator", "SubProNumber", "USI")),
    "TrackingNumbers",
    "LabelResults.Receipt.Image.ImageFormat.Description",
    *(f"WeekendServiceTerritory{name}" for name in (".SatWST", ".SunWST", "Indicator")),
    *(f"{_PICKED_UP}.Disclaimer.{name}" for name in ("Code", "Description")),
    *(f"{_PICKED_UP}.TaxCharges.{name}" for name in ("Type", "MonetaryValue")),
    f"{_PICKED_UP}.ChargeDetail.IncentedAmount",
    *(f"{_PICKED_UP}.{name}" for name in ("GrandTotalOfAllIncentedCharge", "PreTaxTotalCharge")),
    f"{_PICKED_UP}.PreTaxTotalIncentedCharge",
    "SearchResults.ActiveAvailableAccessPointIndicator",
    f"{_MANIFEST}.LeadShipmentTrackingNumber",
    f"{_MANIFEST}.Package.PackageServiceOptions.AddShippingChargesToCODIndicator",
    f"{_MANIFEST}.SaturdayNonPremiumCommercialDeliveryIndicator",
    f"{_MANIFEST}.SundayNonPremiumCommercialDeliveryIndicator",
    f"{_MANIFEST}.UPSPremierAccessorialIndicator",
    f"{_MANIFEST}.UPSPremierCategoryCode",
}
"""Members that REST has and the old schemas have no place for."""


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_all_that_rest_has_is_carried_but_what_is_newer(
    message: Message, old_schemas: Any, ups_reference: Path
) -> None:
    listed = (ups_reference / "fieldlists" / f"rest-{message.fields}.txt").read_text("utf-8").splitlines()
    paths = [line.split()[0].replace("[]", "").strip("/").replace("/", ".") for line in listed if line]
    root = paths[0] + "."
    parents = {path.rpartition(".")[0] for path in paths}
    rest = {path.removeprefix(root) for path in paths if path.startswith(root) and path not in parents}
    rest = {path for path in rest if path.split(".")[0] != "Response"}
    assert rest
    answer = message.fields.endswith("-resp")
    (side,) = (
        side
        for side in (ANSWERS if answer else REQUESTS)
        if (side.operation, side.dialect) == (message.operation, message.dialect)
    )
    spec = SPECS[message.operation]
    table = (spec.answers if answer else spec.requests)[message.dialect]
    carried = {row.rest.removeprefix(root) for row in covered(table) if not row.reason}
    assert sorted(rest - carried) == sorted(rest & NEWER)
    assert rest & NEWER & {path.replace("/", ".") for path in old_paths(old_schemas, ups_reference, side)} == set()
