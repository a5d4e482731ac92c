"""Label recovery: what makes it act, whose it is, and the ledger's own call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translate.reading import legacy
from ups_gateway import translate
from ups_gateway.model import Asked


def _asked(content: str) -> Asked:
    return translate.read(
        legacy("/ups.app/xml/LabelRecovery", f"<LabelRecoveryRequest>{content}</LabelRecoveryRequest>")
    )


def test_only_mailing_the_label_again_acts() -> None:
    assert _asked("<LabelDelivery><ResendEMailIndicator/></LabelDelivery>").creating
    assert not _asked("<LabelDelivery><LabelLinkIndicator/></LabelDelivery>").creating


def test_the_number_and_the_shipper_are_known_before_it_is_asked() -> None:
    by_number = _asked("<TrackingNumber>1ZA1B2C30300000016</TrackingNumber>")
    by_reference = _asked("<ReferenceNumber><Value>PO</Value></ReferenceNumber><ShipperNumber>Z9Y8X7</ShipperNumber>")
    assert (by_number.tracking_numbers, by_number.accounts) == (("1ZA1B2C30300000016",), ())
    assert (by_reference.tracking_numbers, by_reference.accounts) == ((), ("Z9Y8X7",))


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("GIF", {"LabelImageFormat": {"Code": "GIF"}}),
        ("PDF", {"LabelImageFormat": {"Code": "PDF"}}),
        ("PNG", {"LabelImageFormat": {"Code": "GIF"}}),
        ("ZPL", {"LabelImageFormat": {"Code": "ZPL"}, "LabelStockSize": {"Height": "6", "Width": "4"}}),
    ],
)
def test_the_ledger_recovers_labels_in_the_format_they_had(asked: str, wanted: Any, openapi: Any) -> None:
    call = translate.recovery_call("1ZA1B2C30300000016", asked)
    assert call.body == {
        "LabelRecoveryRequest": {
            "Request": {},
            "LabelSpecification": wanted,
            "TrackingNumber": "1ZA1B2C30300000016",
        }
    }
    assert openapi.check(call.method, call.path, call.body)[2:] == ([], [])
