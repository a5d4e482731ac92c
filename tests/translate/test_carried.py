"""What UPS's REST has reaches the old side: all of it but the members named here, which are newer than the old APIs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

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
    Message(Operation.ADDRESS_STREET, Dialect.SOAP, "AddressValidation-AddressValidation-resp"),
    Message(Operation.LOCATOR, Dialect.XML, "Locator-Locator-req"),
    Message(Operation.LOCATOR, Dialect.XML, "Locator-Locator-resp"),
    Message(Operation.QUANTUM_VIEW, Dialect.XML, "QuantumView-req"),
    Message(Operation.QUANTUM_VIEW, Dialect.XML, "QuantumView-resp"),
    Message(Operation.PAPERLESS_UPLOAD, Dialect.SOAP, "Paperless-Upload-req"),
    Message(Operation.PAPERLESS_UPLOAD, Dialect.SOAP, "Paperless-Upload-resp"),
    Message(Operation.PAPERLESS_PUSH, Dialect.SOAP, "Paperless-PushToImageRepository-req"),
    Message(Operation.PAPERLESS_PUSH, Dialect.SOAP, "Paperless-PushToImageRepository-resp"),
    Message(Operation.DANGEROUS_GOODS_PRECHECK, Dialect.SOAP, "DangerousGoods-AcceptanceAuditPre-Check-req"),
    Message(Operation.DANGEROUS_GOODS_CHEMICALS, Dialect.SOAP, "DangerousGoods-ChemicalReferenceData-req"),
    Message(Operation.DANGEROUS_GOODS_CHEMICALS, Dialect.SOAP, "DangerousGoods-ChemicalReferenceData-resp"),
]
_RATED = "RatedShipment"
_MODIFIED = (
    "NegotiatedRateCharges.RateModifier",
    "RatedPackage.NegotiatedCharges.RateModifier",
    "RatedPackage.RateModifier",
)
_MANIFEST = "QuantumViewEvents.SubscriptionEvents.SubscriptionFile.Manifest"
NEWER = {
    f"{_RATED}.GuaranteedDelivery.ScheduledDeliveryDate",
    f"{_RATED}.RoarRatedIndicator",
    f"{_RATED}.Zone",
    *(f"{_RATED}.RatedPackage.SimpleRate{member}" for member in ("", ".Code")),
    *(f"{_RATED}.TimeInTransit.ServiceSummary.SundayDelivery{member}" for member in ("", "Disclaimer")),
    *(f"{_RATED}.{place}{of}" for place in _MODIFIED for of in ("", ".ModifierType", ".ModifierDesc", ".Amount")),
    "SearchResults.ActiveAvailableAccessPointIndicator",
    f"{_MANIFEST}.LeadShipmentTrackingNumber",
    f"{_MANIFEST}.Package.PackageServiceOptions.AddShippingChargesToCODIndicator",
    f"{_MANIFEST}.SaturdayNonPremiumCommercialDeliveryIndicator",
    f"{_MANIFEST}.SundayNonPremiumCommercialDeliveryIndicator",
    f"{_MANIFEST}.UPSPremierAccessorialIndicator",
    f"{_MANIFEST}.UPSPremierCategoryCode",
}
"""The schemas of these messages have no place for these."""


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_all_that_rest_has_is_carried_but_what_is_newer(message: Message, ups_reference: Path) -> None:
    listed = (ups_reference / "fieldlists" / f"rest-{message.fields}.txt").read_text("utf-8").split("\n")
    paths = [line.split()[0].replace("[]", "").strip("/").replace("/", ".") for line in listed if line]
    rest = {path.partition(".")[2] for path in paths} - {""}
    rest = {path for path in rest if path.split(".")[0] != "Response"}
    spec = SPECS[message.operation]
    table = (spec.answers if message.fields.endswith("-resp") else spec.requests)[message.dialect]
    carried = {row.rest for row in covered(table) if not row.reason}
    # an object that the old side lacks is carried when all of its members are
    carried |= {path for path in rest if any(below.startswith(path + ".") for below in carried)}
    assert sorted(rest - carried - NEWER) == []
    assert len(rest & carried) >= 0.95 * len(rest - NEWER)
