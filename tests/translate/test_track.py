"""What the cases of tracking cannot show: pages, options by themselves, and requests that ask for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, reply
from ups_gateway.errors import InvalidRequest
from ups_gateway.model import Asked, Credentials, Dialect, Operation, RestCall, RestReply, Terms, Translated
from ups_gateway.translate.operations import track, track_shipments

SHIPMENT = "1ZA1B2C30390000014"


def _translated(tree: Any) -> Translated:
    asked = Asked(Dialect.SOAP, Operation.TRACK, Credentials(), (), (), "TrackRequest", tree)
    return track.request(asked, ACCOUNT, Terms())


def _page(packages: int) -> RestReply:
    return reply({"trackResponse": {"shipment": [{"package": [{"trackingNumber": str(n)} for n in range(packages)]}]}})


def test_the_pages_of_a_shipment_are_asked_for_until_one_is_not_full() -> None:
    translated = _translated({"shipment": SHIPMENT, "locale": "en_US"})
    assert track.more(translated, []) is None
    assert track.more(translated, [_page(50)]) == RestCall(
        "GET",
        f"/api/track/v1/shipment/details/{SHIPMENT}",
        {"locale": "en_US", "offset": "50", "count": "50"},
    )
    assert track.more(translated, [_page(50), _page(49)]) is None
    assert track.more(translated, [_page(50)] * track.MOST_PAGES) is None


def test_a_single_number_has_no_pages() -> None:
    assert track.more(_translated({"number": SHIPMENT}), [_page(50)]) is None


def test_a_request_for_nothing_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="is needed to track"):
        _translated({"shipper": "A1B2C3", "number": "", "shipment": "", "reference": ""})


def test_an_empty_number_beside_a_reference_is_none() -> None:
    (call,) = _translated({"number": "", "reference": "PO 7/8"}).calls
    assert call.path == "/api/track/v1/reference/details/PO%207%2F8"


@pytest.mark.parametrize(
    ("options", "bits"),
    [
        ((), 0),
        (("",), 0),
        (("none",), 0),
        (("Activity",), 1),
        (("15",), 15),
        (("2", "activity"), 3),
        (("16",), 0),
        (("²", "9" * 5000), 0),
    ],
)
def test_options_are_a_sum(options: tuple[str, ...], bits: int) -> None:
    assert track.bits(options) == bits


def test_accounts_and_numbers_are_those_that_the_request_names() -> None:
    tree = {"shipment": SHIPMENT, "shipper": "A1B2C3"}
    assert (track.accounts(tree), track.tracking_numbers(tree)) == (("A1B2C3",), (SHIPMENT,))


@pytest.mark.parametrize("weight", [{}, {"weight": None}, {"weight": "heavy"}, {"weight": []}])
def test_a_weight_that_cannot_be_read_leaves_the_shipment_without_one(weight: dict[str, Any]) -> None:
    package = {"trackingNumber": SHIPMENT, "weight": {"unitOfMeasurement": "LBS", **weight}}
    shipment = track_shipments.shipment_tree({"package": [package]}, every_activity=True)
    assert "weight" not in {name for name, value in shipment.items() if value is not None}
