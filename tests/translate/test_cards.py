"""What is kept of a call holds no card's secrets."""

from __future__ import annotations

from ups_gateway import translate
from ups_gateway.model import RestCall

CARD = {"Type": "06", "Number": "4111111111111111", "SecurityCode": "123", "ExpirationDate": "102028"}


def test_card_numbers_and_security_codes_are_not_kept() -> None:
    charge = {"Type": "01", "BillShipper": {"CreditCard": CARD}}
    call = RestCall(
        "POST",
        "/api/x",
        {"q": "1"},
        {},
        {
            "A": [{"PaymentInformation": {"ShipmentCharge": [charge]}}],
            "ChargeCard": {"CardNumber": "4", "CardType": "06"},
        },
    )
    kept = translate.without_card_secrets(call)
    assert kept.body == {
        "A": [
            {
                "PaymentInformation": {
                    "ShipmentCharge": [
                        {"Type": "01", "BillShipper": {"CreditCard": {"Type": "06", "ExpirationDate": "102028"}}}
                    ]
                }
            }
        ],
        "ChargeCard": {"CardType": "06"},
    }
    assert (kept.method, kept.path, kept.query) == ("POST", "/api/x", {"q": "1"})


def test_a_call_without_a_body_is_kept_as_it_is() -> None:
    call = RestCall("DELETE", "/api/x")
    assert translate.without_card_secrets(call) == call
