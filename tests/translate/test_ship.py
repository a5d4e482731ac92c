"""The one ship call: what is filled in, which accounts it names, what acts at once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, legacy
from ups_gateway import translate
from ups_gateway.model import AccountDefaults, Operation, Terms, TwoPhase
from ups_gateway.translate.operations.parts import copied
from ups_gateway.translate.operations.ship import accounts, acts_at_once, can_be_rated, ship_call

SHIPPER = {"Name": "Acme", "ShipperNumber": "A1B2C3", "Address": {"CountryCode": "US"}}


def _tree(**shipment: Any) -> dict[str, Any]:
    return {"Shipment": {"Shipper": SHIPPER, "Service": {"Code": "03"}, **shipment}}


def _options(**options: Any) -> dict[str, Any]:
    return _tree(ShipmentServiceOptions=options)


@pytest.mark.parametrize(
    ("what", "tree"),
    [
        ("a return service", _tree(ReturnService={"Code": "9"})),
        ("import control", _options(ImportControlIndicator="")),
        ("an import control label", _options(LabelMethod={"Code": "05"})),
        ("a label by e-mail", _options(LabelDelivery={"EMail": {"EMailAddress": "a@example.com"}})),
        ("a ship notification", _options(Notification=[{"NotificationCode": "8"}, {"NotificationCode": "6"}])),
        ("a label creation notification", _options(Notification=[{"NotificationCode": "2"}])),
        ("a pre-alert", _options(PreAlertNotification=[{"Locale": {"Language": "ENG"}}])),
        (
            "a ship notification of a package",
            _tree(Package=[{}, {"PackageServiceOptions": {"Notification": {"NotificationCode": "6"}}}]),
        ),
        ("a same-day service", _tree(Service={"Code": "84"})),
        ("Mail Innovations", _tree(Service={"Code": "M4"})),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_acts_at_once(what: str, tree: dict[str, Any]) -> None:
    assert acts_at_once(tree), what


@pytest.mark.parametrize(
    "tree",
    [
        _tree(),
        {},
        _options(LabelDelivery={"LabelLinksIndicator": ""}),
        _options(Notification=[{"NotificationCode": code} for code in ("5", "7", "8", "012", "013")]),
    ],
)
def test_a_shipment_that_only_waits_to_be_picked_up_does_not_act_at_once(tree: dict[str, Any]) -> None:
    assert not acts_at_once(tree)


def test_only_mail_innovations_cannot_be_rated() -> None:
    codes = ("03", "82", "M2", "M7")
    assert [can_be_rated(_tree(Service={"Code": code})) for code in codes] == [True, True, False, False]


def test_accounts_are_the_shippers_and_those_billed_as_the_shippers() -> None:
    charges = [
        {"Type": "01", "BillShipper": {"AccountNumber": "B00002"}},
        {"Type": "02", "BillThirdParty": {"AccountNumber": "C00003"}},
        {"Type": "02", "BillReceiver": {"AccountNumber": "D00004"}},
        {"Type": "03", "BillShipper": {"AccountNumber": "E00005"}},
    ]
    tree = _tree(PaymentInformation={"ShipmentCharge": charges})
    assert accounts(tree) == ("A1B2C3", "B00002", "E00005")


def test_what_is_said_is_not_filled_in_and_the_tree_stays_as_it_was() -> None:
    tree = {
        "Request": {"RequestOption": "validate"},
        **_tree(
            PaymentInformation={"ShipmentCharge": [{"Type": "01", "ConsigneeBilledIndicator": ""}]},
            Package=[{"Packaging": {"Code": "01"}}],
        ),
        "LabelSpecification": {"LabelImageFormat": {"Code": "PNG"}, "LabelStockSize": {"Height": "8", "Width": "4"}},
    }
    before = copied(tree)
    account = replace(ACCOUNT, defaults=AccountDefaults(label_format="ZPL", label_stock=("6", "4")))
    call, filled = ship_call(tree, account)
    assert (call.method, call.path, filled) == ("POST", "/api/shipments/v2409/ship", ())
    assert call.body == {"ShipmentRequest": before}
    assert tree == before


def test_without_a_shipper_number_the_account_ships_and_pays() -> None:
    call, filled = ship_call({"Shipment": {}}, ACCOUNT)
    assert call.body == {
        "ShipmentRequest": {
            "Request": {"RequestOption": "nonvalidate"},
            "Shipment": {
                "Shipper": {"ShipperNumber": "A1B2C3"},
                "PaymentInformation": {"ShipmentCharge": [{"Type": "01", "BillShipper": {"AccountNumber": "A1B2C3"}}]},
            },
            "LabelSpecification": {
                "LabelImageFormat": {"Code": "GIF"},
                "LabelStockSize": {"Height": "6", "Width": "4"},
            },
        }
    }
    assert filled == (
        "ShipmentRequest.Request.RequestOption",
        "ShipmentRequest.Shipment.Shipper.ShipperNumber",
        "ShipmentRequest.Shipment.PaymentInformation.ShipmentCharge",
        "ShipmentRequest.LabelSpecification.LabelImageFormat.Code",
        "ShipmentRequest.LabelSpecification.LabelStockSize.Height",
        "ShipmentRequest.LabelSpecification.LabelStockSize.Width",
    )


@pytest.mark.parametrize(
    ("options", "wanted"),
    [({}, {"NegotiatedRatesIndicator": ""}), ({"UserLevelDiscountIndicator": ""}, {"UserLevelDiscountIndicator": ""})],
)
def test_an_account_asks_for_its_own_rates_unless_a_user_level_discount_is_wanted(
    options: dict[str, str], wanted: dict[str, str]
) -> None:
    account = replace(ACCOUNT, defaults=AccountDefaults(negotiated_rates=True))
    tree = _tree(ShipmentRatingOptions=options) if options else _tree()
    call, _ = ship_call(tree, account)
    assert call.body["ShipmentRequest"]["Shipment"]["ShipmentRatingOptions"] == wanted


@pytest.mark.parametrize(("country", "currency"), [("US", "USD"), ("PR", "USD"), ("CA", None)])
def test_dollars_are_said_only_where_nothing_else_can_be_meant(country: str, currency: str | None) -> None:
    call, _ = ship_call(
        _tree(ShipFrom={"Address": {"CountryCode": country}}, InvoiceLineTotal={"MonetaryValue": "1"}), ACCOUNT
    )
    assert call.body["ShipmentRequest"]["Shipment"]["InvoiceLineTotal"].get("CurrencyCode") == currency


@pytest.mark.parametrize(
    ("country", "weight", "length"), [("US", "LBS", "IN"), ("CA", "LBS", "IN"), ("DE", "KGS", "CM")]
)
def test_numbers_without_a_unit_are_in_the_units_of_the_origin(country: str, weight: str, length: str) -> None:
    package = {"PackageWeight": {"Weight": "5"}, "Dimensions": {"Length": "9"}}
    call, _ = ship_call(_tree(ShipFrom={"Address": {"CountryCode": country}}, Package=[package]), ACCOUNT)
    (made,) = call.body["ShipmentRequest"]["Shipment"]["Package"]
    units = [made[name]["UnitOfMeasurement"]["Code"] for name in ("PackageWeight", "Dimensions")]
    assert units == [weight, length]


@pytest.mark.parametrize("path", ["/ship/v1/shipments", "/rest/Ship"])
def test_numbers_nulls_and_empty_arrays_of_json_clients_are_texts_and_nothing(path: str) -> None:
    weight = {"Weight": 5.5, "UnitOfMeasurement": {"Code": "lbs"}}
    shipment: dict[str, Any] = {
        "Shipper": None,
        "ShipTo": [],
        "NumOfPiecesInShipment": 2,
        "Package": {"PackageWeight": weight},
    }
    asked = translate.read(legacy(path, json.dumps({"ShipmentRequest": {"Request": [], "Shipment": shipment}})))
    assert (asked.operation, asked.creating, asked.ignored) == (Operation.SHIP, True, ())
    wanted = {"Weight": "5.5", "UnitOfMeasurement": {"Code": "LBS"}}
    assert asked.tree == {"Shipment": {"NumOfPiecesInShipment": "2", "Package": [{"PackageWeight": wanted}]}}


@pytest.mark.parametrize("two_phase", list(TwoPhase))
def test_the_one_phase_ship_is_one_call_whatever_the_keys_two_phases_are(two_phase: TwoPhase) -> None:
    body = {"ShipmentRequest": {"Shipment": {"Shipper": SHIPPER, "ReturnService": {"Code": "8"}}}}
    asked = translate.read(legacy("/rest/Ship", json.dumps(body)))
    translated = translate.request(asked, ACCOUNT, Terms(two_phase=two_phase, at_once=two_phase))
    assert [call.path for call in translated.calls] == ["/api/shipments/v2409/ship"]
    assert (translated.two_phase, translated.later, translated.asked.creating) == (TwoPhase.SHIP, None, True)


@pytest.mark.parametrize(("payer", "account"), [("01", ("F00006",)), ("", ("F00006",)), ("02", ()), ("03", ())])
def test_freight_that_the_shipper_prepays_is_billed_to_an_account_of_the_key(
    payer: str, account: tuple[str, ...]
) -> None:
    freight = {"Type": {"Code": payer}, "AccountNumber": "F00006"}
    assert accounts(_tree(FRSPaymentInformation=freight)) == ("A1B2C3", *account)
