"""Rate: what is asked, what is filled in when, which accounts are named, and that no member of an answer is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.translate.asking_rates import SMALL, shipment, translated
from tests.translate.reading import ACCOUNT, envelope, legacy, reply
from tests.translate.whole import old_leaves, rest_body, rows
from ups_gateway import translate
from ups_gateway.errors import InvalidRequest, UpsUnreachable
from ups_gateway.model import AccountDefaults, Terms
from ups_gateway.translate.operations import rate

NEGOTIATED = "RateRequest.Shipment.ShipmentRatingOptions.NegotiatedRatesIndicator"
NUMBER = "RateRequest.Shipment.Shipper.ShipperNumber"


# --- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "path", "query"),
    [
        ("", "Rate", {}),
        ("<RequestOption>rate</RequestOption>", "Rate", {}),
        ("<RequestOption>SHOP</RequestOption>", "Shop", {}),
        (
            "<RequestOption>RateTimeInTransit</RequestOption>",
            "Ratetimeintransit",
            {"additionalinfo": "timeintransit"},
        ),
        (
            "<RequestOption>shoptimeintransit</RequestOption>",
            "Shoptimeintransit",
            {"additionalinfo": "timeintransit"},
        ),
    ],
)
def test_the_request_option_is_read_in_any_case_and_goes_into_path_and_body(
    written: str, path: str, query: dict[str, str]
) -> None:
    call = translated(option=written).calls[0]
    assert (call.path, dict(call.query)) == (f"/api/rating/v2409/{path}", query)
    assert call.body["RateRequest"]["Request"] == {"RequestOption": path}


def test_an_option_that_ups_does_not_know_is_refused_by_name() -> None:
    with pytest.raises(InvalidRequest, match="'Guess'") as caught:
        translated(option="<RequestOption>Guess</RequestOption>")
    assert caught.value.location == "RequestOption"


# --- what is filled in ------------------------------------------------------------------------------------------------


def test_an_accounts_defaults_fill_what_the_request_is_silent_on() -> None:
    made = translated(defaults=AccountDefaults(customer_classification="00", pickup_type="01", negotiated_rates=True))
    tree = made.calls[0].body["RateRequest"]
    assert (tree["PickupType"], tree["CustomerClassification"]) == ({"Code": "01"}, {"Code": "00"})
    assert tree["Shipment"]["ShipmentRatingOptions"] == {"NegotiatedRatesIndicator": ""}
    assert tree["Shipment"]["Shipper"]["ShipperNumber"] == "A1B2C3"
    assert set(made.defaults) >= {
        "RateRequest.PickupType.Code",
        "RateRequest.CustomerClassification.Code",
        NEGOTIATED,
        NUMBER,
    }


def test_without_a_wish_for_its_own_prices_no_account_is_named() -> None:
    assert "ShipperNumber" not in shipment(translated())["Shipper"]


def test_a_shipper_number_of_the_request_is_kept() -> None:
    sent = shipment(
        translated(
            shipper="<ShipperNumber>C3B2A1</ShipperNumber>",
            more="<RateInformation><NegotiatedRatesIndicator/></RateInformation>",
        )
    )
    assert sent["Shipper"]["ShipperNumber"] == "C3B2A1"


def test_user_level_discounts_forbid_the_shipper_number_so_none_is_filled_in() -> None:
    more = "<RateInformation><UserLevelDiscountIndicator/></RateInformation>"
    sent = shipment(translated(more=more, defaults=AccountDefaults(negotiated_rates=True)))
    assert sent["ShipmentRatingOptions"] == {"UserLevelDiscountIndicator": ""}
    assert "ShipperNumber" not in sent["Shipper"]


def test_an_anonymous_request_never_asks_for_negotiated_rates() -> None:
    more = "<RateInformation><NegotiatedRatesIndicator/><RateChartIndicator/></RateInformation>"
    defaults = AccountDefaults(negotiated_rates=True, customer_classification="00")
    sent = shipment(translated(more=more, defaults=defaults, anonymous=True))
    assert sent["ShipmentRatingOptions"] == {"RateChartIndicator": ""}
    assert "ShipperNumber" not in sent["Shipper"]


def test_an_anonymous_request_that_asked_only_for_negotiated_rates_has_no_rating_options() -> None:
    more = "<RateInformation><NegotiatedRatesIndicator/></RateInformation>"
    assert "ShipmentRatingOptions" not in shipment(translated(more=more, anonymous=True))


def test_outside_the_united_states_a_value_without_currency_stays_without_one() -> None:
    package = (
        "<PackageServiceOptions><InsuredValue><MonetaryValue>9</MonetaryValue></InsuredValue></PackageServiceOptions>"
    )
    at_home = shipment(translated(package=package))["Package"][0]["PackageServiceOptions"]["DeclaredValue"]
    more = "<ShipFrom><Address><CountryCode>DE</CountryCode></Address></ShipFrom>"
    abroad = shipment(translated(package=package, more=more))["Package"][0]["PackageServiceOptions"]["DeclaredValue"]
    assert (at_home, abroad) == ({"CurrencyCode": "USD", "MonetaryValue": "9"}, {"MonetaryValue": "9"})


@pytest.mark.parametrize(("documents", "bill_type"), [("<DocumentsOnly/>", "02"), ("", "03")])
def test_transit_times_of_documents_are_asked_for_documents(documents: str, bill_type: str) -> None:
    more = f"{documents}<DeliveryTimeInformation><Pickup><Date>20260115</Date></Pickup></DeliveryTimeInformation>"
    made = shipment(translated(more=more))["DeliveryTimeInformation"]
    assert made == {"PackageBillType": bill_type, "Pickup": {"Date": "20260115"}}


def test_a_request_is_not_changed_by_being_translated() -> None:
    asked = translate.read(
        legacy("/ups.app/xml/Rate", SMALL.format(option="", shipper="", package="", more="")),
    )
    account = replace(ACCOUNT, defaults=AccountDefaults(negotiated_rates=True))
    first, second = (translate.request(asked, account, Terms()) for _ in range(2))
    assert first == second
    assert "Request" not in asked.tree


# --- accounts ---------------------------------------------------------------------------------------------------------


BILLS = {
    "nothing": "",
    "shipper": "<PaymentDetails><ShipmentCharge><BillShipper>{number}</BillShipper></ShipmentCharge></PaymentDetails>",
    "third party, as of old": (
        "<PaymentInformation><BillThirdParty><BillThirdPartyShipper>{number}</BillThirdPartyShipper></BillThirdParty>"
        "</PaymentInformation>"
    ),
    "freight prepaid": "<FRSPaymentInformation><Type><Code>01</Code></Type>{number}</FRSPaymentInformation>",
    "freight third party": "<FRSPaymentInformation><Type><Code>03</Code></Type>{number}</FRSPaymentInformation>",
}


@pytest.mark.parametrize(
    ("bill", "numbers"),
    [
        ("nothing", ("A1B2C3",)),
        ("shipper", ("A1B2C3", "D4E5F6")),
        ("third party, as of old", ("A1B2C3",)),
        ("freight prepaid", ("A1B2C3", "D4E5F6")),
        ("freight third party", ("A1B2C3",)),
    ],
)
def test_the_shipper_and_the_payers_that_ship_must_be_the_keys(bill: str, numbers: tuple[str, ...]) -> None:
    more = BILLS[bill].format(number="<AccountNumber>D4E5F6</AccountNumber>")
    body = SMALL.format(option="", shipper="<ShipperNumber>A1B2C3</ShipperNumber>", package="", more=more)
    assert translate.read(legacy("/ups.app/xml/Rate", body)).accounts == numbers


def test_a_charge_says_who_pays_what_and_is_for_transportation_if_silent() -> None:
    more = (
        "<PaymentDetails><ShipmentCharge><BillShipper><AccountNumber>A1B2C3</AccountNumber></BillShipper>"
        "</ShipmentCharge><ShipmentCharge><Type>02</Type><ConsigneeBilledIndicator/></ShipmentCharge></PaymentDetails>"
    )
    assert shipment(translated(more=more))["PaymentDetails"]["ShipmentCharge"] == [
        {"Type": "01", "BillShipper": {"AccountNumber": "A1B2C3"}},
        {"Type": "02", "ConsigneeBilledIndicator": ""},
    ]


# --- warnings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alerts", "warning"),
    [
        ([{"Code": "110971", "Description": "may vary"}], None),
        ([{"Code": "110971"}, {"Code": "110920", "Description": "moved"}], ("110920", "moved")),
        ([{"Code": "110920"}], ("110920", "Warning")),
        ([{"Description": "no code"}], None),
    ],
)
def test_an_alert_that_the_shipments_carry_is_not_repeated_for_the_whole_answer(
    alerts: list[dict[str, str]], warning: tuple[str, str] | None
) -> None:
    shipment = {"RatedShipmentAlert": [{"Code": "110971", "Description": "may vary"}]}
    body = {"RateResponse": {"Response": {"Alert": alerts}, "RatedShipment": [shipment]}}
    assert rate.warning([body]) == warning


# --- answers ----------------------------------------------------------------------------------------------------------


def test_every_member_of_the_old_answer_is_written_when_rest_has_it(ups_reference: Path, old_verdicts: Any) -> None:
    body = rest_body(ups_reference, "Rating-Rate-resp")
    answer = translate.answer(translated(), [reply(body)])
    root = etree.fromstring(answer.body)
    table = rows(rate.XML_ANSWER)
    written = [path for path in old_leaves(ups_reference, "Rate-resp-XML") if not path.startswith("Response")]
    assert [path for path in written if not _dropped(path, table) and root.find(path) is None] == [
        "RatedShipment/TimeInTransit/ServiceSummary/Service/Code"
    ]
    assert old_verdicts(answer.body) == [("OK", "")]


def test_every_member_of_the_soap_answer_is_written_when_rest_has_it(ups_reference: Path, old_verdicts: Any) -> None:
    answer = _in_soap(rest_body(ups_reference, "Rating-Rate-resp"))
    payload = etree.fromstring(answer).findall("{*}Body/*")[0]
    table = rows(rate.SOAP_ANSWER)
    said = "Response/TransactionReference/CustomerContext", "Response/TransactionReference/TransactionIdentifier"
    freight = "RatedShipment/FRSShipmentData/TransportationCharges"
    not_in_rest = {
        "RatedShipment/TimeInTransit/ServiceSummary/Service/Code",
        *(
            f"{freight}/{charge}/{name}"
            for charge in ("GrossCharge", "DiscountAmount", "NetCharge")
            for name in ("Code", "Description", "SubType")
        ),
    }
    written = [path for path in old_leaves(ups_reference, "Rate-resp-SOAP") if path not in said]
    lost = {path for path in written if not _dropped(path, table) and _found(payload, path) is None}
    assert lost == not_in_rest
    assert old_verdicts(answer) == [("OK", "")]


def test_what_the_soap_schema_requires_is_written_even_when_rest_has_nothing(old_verdicts: Any) -> None:
    shipment = {
        "Disclaimer": {"Description": "x"},
        "RatedShipmentAlert": {"Code": "1"},
        "ItemizedCharges": {"Code": "1"},
        "TaxCharges": {},
        "NegotiatedRateCharges": {"TaxCharges": {"MonetaryValue": "1"}},
        "RatedPackage": {"Accessorial": {"Description": "x"}, "BillingWeight": {"Weight": "1"}},
        "TimeInTransit": {
            "ServiceSummary": {"Service": {"Description": "x"}, "EstimatedArrival": {"DayOfWeek": "MON"}}
        },
    }
    answer = _in_soap({"RateResponse": {"RatedShipment": shipment}})
    assert old_verdicts(answer) == [("OK", "")]


def _in_soap(body: dict[str, Any]) -> bytes:
    asked = translate.read(legacy("/webservices/Rate", envelope("<RateRequest><Shipment/></RateRequest>")))
    return translate.answer(translate.request(asked, ACCOUNT, Terms()), [reply(body)]).body


def _found(element: Any, path: str) -> Any:
    return element.find("/".join(f"{{*}}{step}" for step in path.split("/")))


def _dropped(path: str, table: dict[str, Any]) -> bool:
    return any(row.reason and (path == row.path or path.startswith(row.path + "/")) for row in table.values())


@pytest.mark.parametrize(
    "body",
    [{"RateResponse": {}}, {"RateResponse": {"RatedShipment": []}}, {"RateResponse": {"RatedShipment": ["x"]}}],
)
def test_a_success_without_rates_is_told_as_no_answer(body: dict[str, Any]) -> None:
    with pytest.raises(UpsUnreachable, match="without any rates"):
        translate.answer(translated(), [reply(body)])


def test_members_that_are_null_or_of_another_shape_are_left_out() -> None:
    alerts = [None, "x", {"Code": None}, {"Code": "110971"}]
    shipment = {"RatedShipmentAlert": alerts, "RatedPackage": [None, "x"], "NegotiatedRateCharges": None}
    body = {"RateResponse": {"Response": {"Alert": ["x", {"Code": 5}]}, "RatedShipment": [shipment, None]}}
    root = etree.fromstring(translate.answer(translated(), [reply(body)]).body)
    assert [child.tag for child in root.iterfind("RatedShipment/*")] == [
        "GuaranteedDaysToDelivery",
        "ScheduledDeliveryTime",
        "RatedPackage",
        "RatedPackage",
    ]
    assert root.findtext("Response/Error/ErrorCode") == "5"
