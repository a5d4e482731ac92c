"""Dangerous goods: whose account asks, and what UPS acts on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translate.reading import legacy_json
from ups_gateway import translate
from ups_gateway.model import Operation

OF_SHIPPER = {"ShipperNumber": "Z9Y8X7"}


@pytest.mark.parametrize(
    ("service", "root", "content", "operation", "creating"),
    [
        (
            "DangerousGoodsUtility",
            "AcceptanceAuditPreCheckRequest",
            {"Shipment": OF_SHIPPER},
            Operation.DANGEROUS_GOODS_PRECHECK,
            False,
        ),
        (
            "DangerousGoodsUtility",
            "ChemicalReferenceDataRequest",
            OF_SHIPPER,
            Operation.DANGEROUS_GOODS_CHEMICALS,
            False,
        ),
        ("PreNotification", "PreNotificationRequest", {"Shipment": OF_SHIPPER}, Operation.PRENOTIFICATION, True),
    ],
)
def test_the_shipper_is_checked_and_only_a_notice_to_ups_creates(
    service: str, root: str, content: Any, operation: Operation, creating: bool
) -> None:
    asked = translate.read(legacy_json(service, root, content))
    assert (asked.operation, asked.accounts, asked.creating) == (operation, ("Z9Y8X7",), creating)
