"""ShipConfirm: shipped or quoted, by the terms of the key."""

from __future__ import annotations

import pytest

from tests.translate.reading import ACCOUNT, legacy, reply
from ups_gateway import translate
from ups_gateway.errors import OutcomeUnknown, UpsRefused
from ups_gateway.model import Asked, Terms, TwoPhase

SHIP, QUOTE = TwoPhase.SHIP, TwoPhase.QUOTE
PLAIN = ""
RETURN = "<ReturnService><Code>3</Code></ReturnService>"
MAIL = "<Service><Code>M4</Code></Service>"


def _asked(more: str) -> Asked:
    shipper = "<Shipper><Name>Acme</Name><ShipperNumber>A1B2C3</ShipperNumber></Shipper>"
    return translate.read(
        legacy(
            "/ups.app/xml/ShipConfirm",
            f"<ShipmentConfirmRequest><Shipment>{shipper}{more}</Shipment></ShipmentConfirmRequest>",
        )
    )


@pytest.mark.parametrize(
    ("more", "two_phase", "at_once", "made"),
    [
        (PLAIN, SHIP, QUOTE, SHIP),
        (PLAIN, SHIP, SHIP, SHIP),
        (PLAIN, QUOTE, SHIP, QUOTE),
        (RETURN, SHIP, QUOTE, QUOTE),
        (RETURN, SHIP, SHIP, SHIP),
        (RETURN, QUOTE, SHIP, QUOTE),
        (MAIL, SHIP, QUOTE, QUOTE),
    ],
)
def test_the_keys_terms_decide_whether_a_confirm_ships_or_quotes(
    more: str, two_phase: TwoPhase, at_once: TwoPhase, made: TwoPhase
) -> None:
    asked = _asked(more)
    translated = translate.request(asked, ACCOUNT, Terms(two_phase=two_phase, at_once=at_once))
    assert asked.creating
    assert (translated.two_phase, translated.asked.creating) == (made, made is SHIP)
    ship_path, rate_path = "/api/shipments/v2409/ship", "/api/rating/v2409/Rate"
    paths = [call.path for call in translated.calls]
    if made is SHIP:
        assert (paths, translated.later) == ([ship_path], None)
    else:
        assert paths == ([] if more == MAIL else [rate_path])
        assert translated.later is not None
        assert translated.later.path == ship_path


def test_a_quote_that_fails_created_nothing_a_shipment_perhaps() -> None:
    broken = reply({}, 500)
    shipped = translate.request(_asked(PLAIN), ACCOUNT, Terms())
    quoted = translate.request(_asked(PLAIN), ACCOUNT, Terms(two_phase=QUOTE))
    assert isinstance(translate.refusal(shipped.asked, broken), OutcomeUnknown)
    refused = reply({"response": {"errors": [{"code": "111210", "message": "Unavailable"}]}}, 503)
    error = translate.refusal(quoted.asked, refused)
    assert isinstance(error, UpsRefused)
    assert error.transient


SOLD_TO = "<SoldTo><CompanyName>B</CompanyName></SoldTo>"
LEFT_OUT = ("ShipmentConfirmRequest/Shipment/SoldTo",)


def _in_options(content: str) -> str:
    return f"<ShipmentServiceOptions>{content}</ShipmentServiceOptions>"


def _in_forms(content: str) -> str:
    return _in_options(f"<InternationalForms>{content}</InternationalForms>")


@pytest.mark.parametrize(
    ("more", "ignored"),
    [
        (SOLD_TO, LEFT_OUT),
        (SOLD_TO + _in_options("<SaturdayDelivery/>"), LEFT_OUT),
        (SOLD_TO + _in_forms("<FormType>01</FormType>"), ()),
        (_in_forms("<Contacts><Producer><Option>01</Option></Producer></Contacts>"), ()),
    ],
)
def test_a_sold_to_party_without_forms_is_left_out_and_said_to_be(more: str, ignored: tuple[str, ...]) -> None:
    translated = translate.request(_asked(more), ACCOUNT, Terms())
    options = translated.calls[0].body["ShipmentRequest"]["Shipment"].get("ShipmentServiceOptions", {})
    assert translated.ignored == ignored
    assert ("InternationalForms" in options) == (not ignored)
