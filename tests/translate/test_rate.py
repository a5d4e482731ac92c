"""Rate: that no member is lost on the way, what is filled in when, the quote of a shipment, the probe of an account."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from lxml import etree

from tests.translate.reading import ACCOUNT, as_json, legacy, reply
from tests.translate.whole import old_leaves, old_message, rest_body, rows
from ups_gateway import translate
from ups_gateway.errors import InvalidRequest
from ups_gateway.model import AccountDefaults, Terms, Translated
from ups_gateway.translate.operations import rate
from ups_gateway.translate.operations.parts import at

SMALL = """<RatingServiceSelectionRequest><Request>{option}</Request><Shipment>
  <Shipper>{shipper}<Address><PostalCode>30328</PostalCode><CountryCode>US</CountryCode></Address></Shipper>
  <ShipTo><Address><PostalCode>10001</PostalCode><CountryCode>US</CountryCode></Address></ShipTo>
  <Service><Code>03</Code></Service>
  <Package><PackagingType><Code>02</Code></PackagingType>{package}</Package>{more}
</Shipment></RatingServiceSelectionRequest>"""
NEGOTIATED = "RateRequest.Shipment.ShipmentRatingOptions.NegotiatedRatesIndicator"
NUMBER = "RateRequest.Shipment.Shipper.ShipperNumber"


def _translated(
    *,
    option: str = "",
    shipper: str = "",
    package: str = "",
    more: str = "",
    defaults: AccountDefaults | None = None,
    anonymous: bool = False,
) -> Translated:
    body = SMALL.format(option=option, shipper=shipper, package=package, more=more)
    account = replace(ACCOUNT, defaults=defaults or AccountDefaults())
    return translate.request(translate.read(legacy("/ups.app/xml/Rate", body)), account, Terms(anonymous=anonymous))


def _shipment(translated: Translated) -> Any:
    return translated.calls[0].body["RateRequest"]["Shipment"]


# --- nothing is lost --------------------------------------------------------------------------------------------------


def test_every_member_of_the_old_request_arrives_where_the_table_says(ups_reference: Path, openapi: ModuleType) -> None:
    paths = old_leaves(ups_reference, "Rate-req-XML")
    asked = translate.read(legacy("/ups.app/xml/Rate", old_message("RatingServiceSelectionRequest", paths)))
    table = rows(rate.XML_REQUEST)
    arrived = {
        path: [value for value in at(asked.tree, table[path].rest) if value in (str(number), "")]
        for number, path in enumerate(paths)
        if not table[path].reason and not path.endswith(("AddressLine2", "AddressLine3"))
    }
    assert [path for path, values in arrived.items() if not values] == []
    assert asked.ignored == ()
    _, _, invalid, unknown = openapi.check("POST", "/api/rating/v2409/Rate", {"RateRequest": asked.tree})
    assert [fault for fault in invalid if fault[1] not in ("minLength", "maxLength")] == []
    assert unknown == []


def test_every_member_of_the_old_answer_is_written_when_rest_has_it(ups_reference: Path, old_verdicts: Any) -> None:
    body = rest_body(ups_reference, "Rating-Rate-resp")
    answer = translate.answer(_translated(), [reply(body)])
    root = etree.fromstring(answer.body)
    table = rows(rate.XML_ANSWER)
    written = [path for path in old_leaves(ups_reference, "Rate-resp-XML") if not path.startswith("Response")]
    assert [path for path in written if not _dropped(path, table) and root.find(path) is None] == [
        "RatedShipment/TimeInTransit/ServiceSummary/Service/Code"
    ]
    assert old_verdicts(answer.body) == [("OK", "")]


def _dropped(path: str, table: dict[str, Any]) -> bool:
    return any(row.reason and (path == row.path or path.startswith(row.path + "/")) for row in table.values())


def test_the_sample_of_worldwide_express_freight_mended_carries_its_old_names(
    ups_reference: Path, placeholders: ModuleType, openapi: ModuleType
) -> None:
    folder = ups_reference / "samples" / "xml" / "RatingServiceSelection"
    text = (folder / "upsdevkit2021-Rate_Tool_WWEF_SampleRequest.xml").read_text("utf-8").replace("</ ", "</")
    asked = translate.read(legacy("/ups.app/xml/Rate", placeholders.fill(text)))
    call = translate.request(asked, ACCOUNT, Terms()).calls[0]
    shipment = call.body["RateRequest"]["Shipment"]
    assert shipment["ShipmentTotalWeight"]["Weight"] == "150"
    assert shipment["PaymentDetails"] == {
        "ShipmentCharge": [{"Type": "01", "BillShipper": {"AccountNumber": shipment["Shipper"]["ShipperNumber"]}}]
    }
    assert asked.ignored == ("RatingServiceSelectionRequest/Shipment/ItemizedChargesRequestedIndicator",)
    assert openapi.check(call.method, call.path, call.body)[3] == []


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
    call = _translated(option=written).calls[0]
    assert (call.path, dict(call.query)) == (f"/api/rating/v2409/{path}", query)
    assert call.body["RateRequest"]["Request"] == {"RequestOption": path}


def test_an_option_that_ups_does_not_know_is_refused_by_name() -> None:
    with pytest.raises(InvalidRequest, match="'Guess'") as caught:
        _translated(option="<RequestOption>Guess</RequestOption>")
    assert caught.value.location == "RequestOption"


# --- what is filled in ------------------------------------------------------------------------------------------------


def test_an_accounts_defaults_fill_what_the_request_is_silent_on() -> None:
    translated = _translated(
        defaults=AccountDefaults(customer_classification="00", pickup_type="01", negotiated_rates=True)
    )
    tree = translated.calls[0].body["RateRequest"]
    assert (tree["PickupType"], tree["CustomerClassification"]) == ({"Code": "01"}, {"Code": "00"})
    assert tree["Shipment"]["ShipmentRatingOptions"] == {"NegotiatedRatesIndicator": ""}
    assert tree["Shipment"]["Shipper"]["ShipperNumber"] == "A1B2C3"
    assert set(translated.defaults) >= {
        "RateRequest.PickupType.Code",
        "RateRequest.CustomerClassification.Code",
        NEGOTIATED,
        NUMBER,
    }


def test_without_a_wish_for_its_own_prices_no_account_is_named() -> None:
    assert "ShipperNumber" not in _shipment(_translated())["Shipper"]


def test_a_shipper_number_of_the_request_is_kept() -> None:
    shipment = _shipment(
        _translated(
            shipper="<ShipperNumber>C3B2A1</ShipperNumber>",
            more="<RateInformation><NegotiatedRatesIndicator/></RateInformation>",
        )
    )
    assert shipment["Shipper"]["ShipperNumber"] == "C3B2A1"


def test_user_level_discounts_forbid_the_shipper_number_so_none_is_filled_in() -> None:
    more = "<RateInformation><UserLevelDiscountIndicator/></RateInformation>"
    shipment = _shipment(_translated(more=more, defaults=AccountDefaults(negotiated_rates=True)))
    assert shipment["ShipmentRatingOptions"] == {"UserLevelDiscountIndicator": ""}
    assert "ShipperNumber" not in shipment["Shipper"]


def test_an_anonymous_request_never_asks_for_negotiated_rates() -> None:
    more = "<RateInformation><NegotiatedRatesIndicator/><RateChartIndicator/></RateInformation>"
    defaults = AccountDefaults(negotiated_rates=True, customer_classification="00")
    shipment = _shipment(_translated(more=more, defaults=defaults, anonymous=True))
    assert shipment["ShipmentRatingOptions"] == {"RateChartIndicator": ""}
    assert "ShipperNumber" not in shipment["Shipper"]


def test_an_anonymous_request_that_asked_only_for_negotiated_rates_has_no_rating_options() -> None:
    more = "<RateInformation><NegotiatedRatesIndicator/></RateInformation>"
    assert "ShipmentRatingOptions" not in _shipment(_translated(more=more, anonymous=True))


@pytest.mark.parametrize(
    "package",
    [
        "<PackageWeight><Weight>5</Weight></PackageWeight>",
        "<PackageWeight><UnitOfMeasurement/><Weight>5</Weight></PackageWeight>",
        "<PackageWeight><UnitOfMeasurement><Code/></UnitOfMeasurement><Weight>5</Weight></PackageWeight>",
        "<PackageWeight><UnitOfMeasurement>lbs</UnitOfMeasurement><Weight>5</Weight></PackageWeight>",
        "<PackageWeight><UnitOfMeasurement><Code>lbs</Code></UnitOfMeasurement><Weight>5</Weight></PackageWeight>",
    ],
)
def test_a_weight_without_a_unit_is_taken_for_pounds_where_they_are_used(package: str) -> None:
    (made,) = _shipment(_translated(package=package))["Package"]
    assert made["PackageWeight"] == {"UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"}, "Weight": "5"}


@pytest.mark.parametrize(
    ("package", "weight"),
    [
        (
            "<UnitOfMeasurement><Code>KGS</Code></UnitOfMeasurement><PackageWeight><Weight>5</Weight></PackageWeight>",
            {"UnitOfMeasurement": {"Code": "KGS", "Description": "Kilograms"}, "Weight": "5"},
        ),
        (
            "<UnitOfMeasurement><Code>CM</Code></UnitOfMeasurement><PackageWeight><Weight>5</Weight></PackageWeight>",
            {"UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"}, "Weight": "5"},
        ),
        ("<UnitOfMeasurement><Code>KGS</Code></UnitOfMeasurement>", None),
    ],
)
def test_a_unit_beside_the_weight_counts_if_it_is_one_of_weight(package: str, weight: Any) -> None:
    (made,) = _shipment(_translated(package=package))["Package"]
    assert made.get("PackageWeight") == weight


@pytest.mark.parametrize(("written", "sent"), [("01", "IN"), ("00", "CM"), ("cm", "CM")])
def test_lengths_are_measured_in_words(written: str, sent: str) -> None:
    package = (
        f"<Dimensions><UnitOfMeasurement><Code>{written}</Code></UnitOfMeasurement><Length>9</Length></Dimensions>"
    )
    (made,) = _shipment(_translated(package=package))["Package"]
    assert made["Dimensions"]["UnitOfMeasurement"]["Code"] == sent


@pytest.mark.parametrize(("written", "sent"), [("LBS", "01"), ("kgs", "00"), ("01", "01"), ("KG", "KG")])
def test_dry_ice_is_weighed_in_units_of_two_letters(written: str, sent: str) -> None:
    package = (
        "<PackageServiceOptions><DryIce><RegulationSet>IATA</RegulationSet><DryIceWeight><UnitOfMeasurement>"
        f"<Code>{written}</Code></UnitOfMeasurement><Weight>1</Weight></DryIceWeight></DryIce></PackageServiceOptions>"
    )
    (made,) = _shipment(_translated(package=package))["Package"]
    assert made["PackageServiceOptions"]["DryIce"]["DryIceWeight"]["UnitOfMeasurement"]["Code"] == sent


@pytest.mark.parametrize(
    ("package", "units"),
    [
        ("<PackageWeight><UnitOfMeasurement><Code>KGS</Code></UnitOfMeasurement></PackageWeight>", ("KGS", "CM")),
        ("<Dimensions><UnitOfMeasurement><Code>CM</Code></UnitOfMeasurement></Dimensions>", ("KGS", "CM")),
        ("<Dimensions><UnitOfMeasurement><Code>IN</Code></UnitOfMeasurement></Dimensions>", ("LBS", "IN")),
    ],
)
def test_a_missing_unit_is_of_the_system_that_the_shipment_measures_in(package: str, units: tuple[str, str]) -> None:
    bare = "<PackageWeight><Weight>5</Weight></PackageWeight><Dimensions><Length>9</Length></Dimensions>"
    made = _shipment(_translated(package=package, more=f"<Package>{bare}</Package>"))["Package"][1]
    found = (made["PackageWeight"]["UnitOfMeasurement"]["Code"], made["Dimensions"]["UnitOfMeasurement"]["Code"])
    assert found == units


@pytest.mark.parametrize(("country", "unit"), [("CA", "LBS"), ("DE", "KGS")])
def test_a_weight_without_a_unit_is_in_the_unit_of_its_origin(country: str, unit: str) -> None:
    package = "<PackageWeight><Weight>5</Weight></PackageWeight>"
    more = f"<ShipFrom><Address><CountryCode>{country}</CountryCode></Address></ShipFrom>"
    (made,) = _shipment(_translated(package=package, more=more))["Package"]
    assert made["PackageWeight"]["UnitOfMeasurement"]["Code"] == unit


def test_outside_the_united_states_a_value_without_currency_stays_without_one() -> None:
    package = (
        "<PackageServiceOptions><InsuredValue><MonetaryValue>9</MonetaryValue></InsuredValue></PackageServiceOptions>"
    )
    at_home = _shipment(_translated(package=package))["Package"][0]["PackageServiceOptions"]["DeclaredValue"]
    more = "<ShipFrom><Address><CountryCode>DE</CountryCode></Address></ShipFrom>"
    abroad = _shipment(_translated(package=package, more=more))["Package"][0]["PackageServiceOptions"]["DeclaredValue"]
    assert (at_home, abroad) == ({"CurrencyCode": "USD", "MonetaryValue": "9"}, {"MonetaryValue": "9"})


@pytest.mark.parametrize(("documents", "bill_type"), [("<DocumentsOnly/>", "02"), ("", "03")])
def test_transit_times_of_documents_are_asked_for_documents(documents: str, bill_type: str) -> None:
    more = f"{documents}<DeliveryTimeInformation><Pickup><Date>20260115</Date></Pickup></DeliveryTimeInformation>"
    made = _shipment(_translated(more=more))["DeliveryTimeInformation"]
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
    assert _shipment(_translated(more=more))["PaymentDetails"]["ShipmentCharge"] == [
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


# --- the quote of a shipment ------------------------------------------------------------------------------------------


def test_a_shipment_becomes_the_rate_call_that_prices_it(openapi: ModuleType) -> None:
    party = {"Name": "A", "Phone": {"Number": "1"}, "Address": {"AddressLine": ["1 Way"], "CountryCode": "US"}}
    shipment = {
        "Description": "goods",
        "Shipper": {**party, "ShipperNumber": "A1B2C3"},
        "ShipTo": party,
        "PaymentInformation": {
            "ShipmentCharge": [
                {"Type": "01", "BillShipper": {"AccountNumber": "A1B2C3"}},
                {
                    "Type": "02",
                    "BillThirdParty": {"AccountNumber": "D4E5F6", "Address": {"CountryCode": "US"}},
                },
                {"Type": "03", "BillShipper": {"AccountNumber": "A1B2C3"}},
            ],
            "SplitDutyVATIndicator": "",
        },
        "Service": {"Code": "03", "Description": "Ground"},
        "NumOfPiecesInShipment": "3",
        "ReturnService": {"Code": "9"},
        "ShipmentRatingOptions": {"NegotiatedRatesIndicator": ""},
        "ReferenceNumber": [{"Value": "PO 1"}],
        "ShipmentServiceOptions": {
            "SaturdayDeliveryIndicator": "",
            "HoldForPickupIndicator": "",
            "LiftGateForPickUpIndicator": "",
            "LiftGateForDeliveryIndicator": "",
            "DropoffAtUPSFacilityIndicator": "",
            "EPRAReleaseCode": "1234",
            "ItemDisposal": "",
            "ImportControlIndicator": "",
            "LabelMethod": {"Code": "05"},
            "Notification": [{"NotificationCode": "6", "EMail": {"EMailAddress": ["a@example.com"]}}],
            "InternationalForms": {"FormType": ["01"]},
        },
        "Package": [
            {
                "Description": "box",
                "Packaging": {"Code": "02"},
                "PackageWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "5"},
                "PackageServiceOptions": {
                    "DeclaredValue": {"Type": {"Code": "01"}, "CurrencyCode": "USD", "MonetaryValue": "200"},
                    "PackageIdentifier": "1",
                    "HazMat": [
                        {
                            "ChemicalRecordIdentifier": "1",
                            "RegulationSet": "CFR",
                            "TransportationMode": "Ground",
                            "ReferenceNumber": "x",
                        }
                    ],
                },
                "HazMatPackageInformation": {"AllPackedInOneIndicator": "", "OuterPackagingType": "box"},
            }
        ],
    }
    call = rate.rate_call_of_shipment(
        {
            "ShipmentRequest": {
                "Request": {
                    "RequestOption": "nonvalidate",
                    "SubVersion": "1601",
                    "TransactionReference": {"CustomerContext": "order 1"},
                },
                "Shipment": shipment,
                "LabelSpecification": {"LabelImageFormat": {"Code": "GIF"}},
            }
        }
    )
    place = {"Name": "A", "Address": {"AddressLine": ["1 Way"], "CountryCode": "US"}}
    assert as_json(call) == {
        "method": "POST",
        "path": "/api/rating/v2409/Rate",
        "query": {},
        "headers": {},
        "body": {
            "RateRequest": {
                "Request": {
                    "RequestOption": "Rate",
                    "SubVersion": "2409",
                    "TransactionReference": {"CustomerContext": "order 1"},
                },
                "CustomerClassification": {"Code": "00"},
                "Shipment": {
                    "Shipper": {**place, "ShipperNumber": "A1B2C3"},
                    "ShipTo": place,
                    "PaymentDetails": {
                        "ShipmentCharge": [
                            {"Type": "01", "BillShipper": {"AccountNumber": "A1B2C3"}},
                            {
                                "Type": "02",
                                "BillThirdParty": {"AccountNumber": "D4E5F6", "Address": {"CountryCode": "US"}},
                            },
                        ],
                        "SplitDutyVATIndicator": "",
                    },
                    "Service": {"Code": "03", "Description": "Ground"},
                    "NumOfPieces": "3",
                    "ShipmentRatingOptions": {"NegotiatedRatesIndicator": ""},
                    "ShipmentServiceOptions": {
                        "SaturdayDeliveryIndicator": "",
                        "PickupOptions": {"HoldForPickupIndicator": "", "LiftGateAtPickupIndicator": ""},
                        "DeliveryOptions": {
                            "LiftGateAtDeliveryIndicator": "",
                            "DropOffAtUPSFacilityIndicator": "",
                        },
                        "EPRAIndicator": "",
                        "ItemDisposalIndicator": "",
                        "ImportControl": {"Code": "05"},
                        "ReturnService": {"Code": "9"},
                    },
                    "Package": [
                        {
                            "PackagingType": {"Code": "02"},
                            "PackageWeight": {
                                "UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"},
                                "Weight": "5",
                            },
                            "PackageServiceOptions": {
                                "DeclaredValue": {"CurrencyCode": "USD", "MonetaryValue": "200"},
                                "HazMat": {
                                    "PackageIdentifier": "1",
                                    "AllPackedInOneIndicator": "",
                                    "HazMatChemicalRecord": [
                                        {
                                            "ChemicalRecordIdentifier": "1",
                                            "RegulationSet": "CFR",
                                            "TransportationMode": "02",
                                        }
                                    ],
                                },
                            },
                        }
                    ],
                },
            }
        },
    }
    assert openapi.check(call.method, call.path, call.body)[2:] == ([], [])


def test_a_card_pays_no_rate_and_an_identifier_alone_is_no_hazardous_good() -> None:
    call = rate.rate_call_of_shipment(
        {
            "Shipment": {
                "PaymentInformation": {
                    "ShipmentCharge": [{"Type": "01", "BillShipper": {"CreditCard": {"Type": "06"}}}],
                },
                "Package": [{"Packaging": {"Code": "02"}, "PackageServiceOptions": {"PackageIdentifier": "1"}}],
            }
        }
    )
    assert call.body["RateRequest"]["Shipment"] == {"Package": [{"PackagingType": {"Code": "02"}}]}


# --- the probe --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "postal_code", "destination"),
    [
        ("US", "30328", {"City": "Washington", "StateProvinceCode": "DC", "PostalCode": "20500", "CountryCode": "US"}),
        ("DE", "80331", {"City": "Berlin", "PostalCode": "10117", "CountryCode": "DE"}),
        ("SG", "018956", {"PostalCode": "018956", "CountryCode": "SG"}),
    ],
)
def test_the_probe_asks_for_negotiated_rates_inside_the_accounts_country(
    country: str, postal_code: str, destination: dict[str, str], openapi: ModuleType
) -> None:
    call = translate.probe_call(replace(ACCOUNT, country=country, postal_code=postal_code))
    shipment = call.body["RateRequest"]["Shipment"]
    assert shipment["Shipper"] == {
        "ShipperNumber": "A1B2C3",
        "Address": {"AddressLine": [], "PostalCode": postal_code, "CountryCode": country},
    }
    assert shipment["ShipTo"] == {"Address": {"AddressLine": [], **destination}}
    assert shipment["ShipmentRatingOptions"] == {"NegotiatedRatesIndicator": ""}
    assert openapi.check(call.method, call.path, call.body)[2:] == ([], [])


RATED = {"RatedShipment": [{"TotalCharges": {"CurrencyCode": "USD", "MonetaryValue": "9.00"}}]}


def _errors(code: str, message: str) -> dict[str, Any]:
    return {"response": {"errors": [{"code": code, "message": message}]}}


@pytest.mark.parametrize(
    ("status", "body", "verdict", "words"),
    [
        (
            200,
            {"RateResponse": {"RatedShipment": {"NegotiatedRateCharges": {"TotalCharge": {"MonetaryValue": "8.00"}}}}},
            "linked",
            "UPS gave negotiated rates.",
        ),
        (200, {"RateResponse": RATED}, "undecided", "UPS gave its published rates only and did not say why."),
        (
            200,
            {"RateResponse": {**RATED, "Response": {"Alert": {"Code": "120900", "Description": "not qualified"}}}},
            "undecided",
            "120900 not qualified",
        ),
        (
            200,
            {"RateResponse": {"RatedShipment": [{"RatedShipmentAlert": [{"Code": "126098"}]}]}},
            "not_linked",
            "126098",
        ),
        (
            200,
            {"RateResponse": {**RATED, "Response": {"Alert": [{"Code": "110971", "Description": "may vary"}]}}},
            "undecided",
            "UPS gave its published rates only and did not say why.",
        ),
        (200, {"RateResponse": {}}, "undecided", "UPS answered with status 200 and no rates."),
        (200, [], "undecided", "UPS answered with status 200 and no rates."),
        (
            400,
            _errors("120100", "Missing or invalid shipper number"),
            "not_linked",
            "120100 Missing or invalid shipper number",
        ),
        (
            400,
            _errors("9110005", "Missing or Invalid Shipper Number."),
            "not_linked",
            "9110005 Missing or Invalid Shipper Number.",
        ),
        (400, _errors("111285", "no such postal code"), "undecided", "111285 no such postal code"),
        (
            401,
            _errors("250002", "Invalid Authentication Information."),
            "undecided",
            "250002 Invalid Authentication Information.",
        ),
        (503, None, "undecided", "UPS answered with status 503 and no rates."),
    ],
)
def test_the_probes_verdict_is_what_ups_said(status: int, body: Any, verdict: str, words: str) -> None:
    assert translate.probe_verdict(reply(body, status)) == (verdict, words)
