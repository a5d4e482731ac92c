"""Rate and Shop: prices that hang together, and UPS's refusals."""

from copy import deepcopy
from typing import Any

import pytest

from tests.simulator.asking import (
    ACCOUNT,
    ANCHORAGE,
    ATLANTA,
    BERLIN,
    NEW_YORK,
    PARIS,
    SEATTLE,
    TORONTO,
    Desk,
    dimensions,
    package,
    rating,
    shipping,
)

NEGOTIATED: dict[str, Any] = {"ShipmentRatingOptions": {"NegotiatedRatesIndicator": ""}}


def usd(value: str) -> dict[str, str]:
    return {"CurrencyCode": "USD", "MonetaryValue": value}


def total(rated: Any) -> float:
    return float(rated["TotalCharges"]["MonetaryValue"])


ALERT = {"Code": "110971", "Description": "Your invoice may vary from the displayed reference rates"}
FUEL = {"Code": "375", "Description": "FUEL SURCHARGE", **usd("2.26")}
FIVE_POUNDS = {"UnitOfMeasurement": {"Code": "LBS", "Description": "Pounds"}, "Weight": "5.0"}


def test_a_rate_is_answered_whole() -> None:
    assert Desk().post("/api/rating/v2409/Rate", rating()) == {
        "RateResponse": {
            "Response": {
                "ResponseStatus": {"Code": "1", "Description": "Success"},
                "Alert": [ALERT],
                "TransactionReference": {"CustomerContext": "order 7"},
            },
            "RatedShipment": [
                {
                    "Service": {"Code": "03", "Description": "UPS Ground"},
                    "Zone": "005",
                    "RatedShipmentAlert": [ALERT],
                    "BillingWeight": FIVE_POUNDS,
                    "TransportationCharges": usd("16.41"),
                    "BaseServiceCharge": usd("14.15"),
                    "ServiceOptionsCharges": usd("0.00"),
                    "TotalCharges": usd("16.41"),
                    "RatedPackage": [
                        {
                            "TransportationCharges": usd("16.41"),
                            "BaseServiceCharge": usd("14.15"),
                            "ServiceOptionsCharges": usd("0.00"),
                            "TotalCharges": usd("16.41"),
                            "Weight": "5.0",
                            "BillingWeight": FIVE_POUNDS,
                            "ItemizedCharges": [FUEL],
                        }
                    ],
                }
            ],
        }
    }


def test_an_old_version_has_objects_for_lone_elements_and_none_of_the_newer_members() -> None:
    assert Desk().rate(rating(), version="v1") == {
        "Service": {"Code": "03", "Description": "UPS Ground"},
        "RatedShipmentAlert": ALERT,
        "BillingWeight": FIVE_POUNDS,
        "TransportationCharges": usd("16.41"),
        "ServiceOptionsCharges": usd("0.00"),
        "TotalCharges": usd("16.41"),
        "RatedPackage": {
            "TransportationCharges": usd("16.41"),
            "ServiceOptionsCharges": usd("0.00"),
            "TotalCharges": usd("16.41"),
            "Weight": "5.0",
            "BillingWeight": FIVE_POUNDS,
        },
    }


def test_between_v2403_and_v2409_only_the_rated_shipment_is_an_object() -> None:
    rated = Desk().rate(rating(), version="v2403")
    assert isinstance(rated["RatedPackage"], list)
    assert isinstance(rated["RatedPackage"][0]["ItemizedCharges"], list)


def test_several_elements_are_a_list_in_every_version() -> None:
    rated = Desk().rate(rating(NEW_YORK, package(), package()), "Shop", "v1")
    assert [each["Service"]["Code"] for each in rated] == ["14", "01", "13", "59", "02", "12", "03"]
    assert all(len(each["RatedPackage"]) == 2 for each in rated)


def test_a_subversion_unlocks_newer_members_of_an_old_version() -> None:
    body = rating()
    body["RateRequest"]["Request"]["SubVersion"] = "1801"
    rated = Desk().rate(body, version="v1")
    assert rated["RatedPackage"]["ItemizedCharges"] == FUEL
    assert rated["BaseServiceCharge"] == usd("14.15")
    assert "Zone" not in rated


@pytest.mark.parametrize("option", ["Shop", "shop", "SHOP", "Shoptimeintransit"])
def test_shop_rate_and_ship_agree(option: str) -> None:
    desk = Desk()
    packages: list[dict[str, Any]] = [{"Dimensions": dimensions("20", "20", "20")}, {"AdditionalHandlingIndicator": ""}]
    shop = desk.rate(rating(SEATTLE, *(package(**p) for p in packages), **NEGOTIATED), option)
    assert len(shop) == 7
    for rated in shop:
        code = rated["Service"]["Code"]
        (one,) = desk.rate(rating(SEATTLE, *(package(**p) for p in packages), service=code, **NEGOTIATED))
        goods = [package("Packaging", **p) for p in packages]
        made = desk.ship(shipping(SEATTLE, *goods, service=code, **NEGOTIATED))
        assert one["TotalCharges"] == rated["TotalCharges"] == made["ShipmentCharges"]["TotalCharges"]
        own = rated["NegotiatedRateCharges"]["TotalCharge"]
        assert own == made["NegotiatedRateCharges"]["TotalCharge"]
        assert float(own["MonetaryValue"]) < total(rated)
        assert made["BillingWeight"] == rated["BillingWeight"]
        for mine, theirs in zip(made["PackageResults"], rated["RatedPackage"], strict=True):
            assert mine["ItemizedCharges"] == theirs["ItemizedCharges"]
            assert mine["BaseServiceCharge"] == theirs["BaseServiceCharge"]


def test_quicker_services_cost_more() -> None:
    totals = [total(rated) for rated in Desk().rate(rating(), "Shop")]
    assert totals == sorted(totals, reverse=True)


def test_negotiated_rates_come_only_when_asked_for_and_only_to_accounts_that_have_them() -> None:
    desk = Desk()
    (silent,) = desk.rate(rating())
    assert "NegotiatedRateCharges" not in silent
    (own,) = desk.rate(rating(**NEGOTIATED))
    assert own["NegotiatedRateCharges"] == {"BaseServiceCharge": usd("11.60"), "TotalCharge": usd("13.45")}
    body = rating(**NEGOTIATED)
    body["RateRequest"]["Shipment"]["Shipper"]["ShipperNumber"] = "ZZ99ZZ"
    answer = desk.post("/api/rating/v2409/Rate", body)["RateResponse"]
    assert "NegotiatedRateCharges" not in answer["RatedShipment"][0]
    assert [alert["Code"] for alert in answer["Response"]["Alert"]] == ["110971", "120900"]


def test_the_test_environment_takes_one_percent_off() -> None:
    (own,) = Desk(cie=True).rate(rating(**NEGOTIATED))
    assert own["NegotiatedRateCharges"]["TotalCharge"] == usd("16.23")


def test_the_time_in_transit_options_say_when_it_arrives() -> None:
    (rated,) = Desk().rate(rating(service="01"), "Ratetimeintransit")
    assert rated["GuaranteedDelivery"] == {"BusinessDaysInTransit": "1", "DeliveryByTime": "10:30 A.M."}
    assert rated["TimeInTransit"] == {
        "PickupDate": "20260302",
        "PackageBillType": "03",
        "ServiceSummary": {
            "Service": {"Description": "UPS Next Day Air"},
            "GuaranteedIndicator": "",
            "EstimatedArrival": {
                "Arrival": {"Date": "20260303", "Time": "103000"},
                "BusinessDaysInTransit": "1",
                "Pickup": {"Date": "20260302", "Time": "170000"},
                "DayOfWeek": "TUE",
                "CustomerCenterCutoff": "160000",
            },
            "SaturdayDelivery": "0",
        },
        "Disclaimer": "Guaranteed services have a money-back guarantee for transportation charges.",
    }


def test_additionalinfo_asks_for_transit_times_too_and_the_pickup_day_is_the_client_s() -> None:
    delivery = {"PackageBillType": "02", "Pickup": {"Date": "20260306"}}
    body = rating(BERLIN, service="07", DeliveryTimeInformation=delivery)
    answer = Desk().post("/api/rating/v2409/Rate?additionalinfo=timeintransit", body)
    times = answer["RateResponse"]["RatedShipment"][0]["TimeInTransit"]
    arrival = times["ServiceSummary"]["EstimatedArrival"]
    assert (times["PickupDate"], times["AutoDutyCode"], times["DocumentsOnlyIndicator"]) == ("20260306", "02", "")
    assert (arrival["Arrival"]["Date"], arrival["RestDays"], arrival["TotalTransitDays"]) == ("20260310", "2", "4")


def test_shipments_abroad_get_international_services_and_a_word_on_taxes() -> None:
    rated = Desk().rate(rating(BERLIN), "Shop")
    assert [each["Service"]["Code"] for each in rated] == ["54", "07", "65", "08"]
    assert {each["Disclaimer"][0]["Code"] for each in rated} == {"05"}
    canadian = Desk().rate(rating(TORONTO), "Shop")
    assert [each["Service"]["Code"] for each in canadian] == ["54", "07", "65", "08", "11"]


def test_european_shipments_are_in_euros_with_value_added_tax() -> None:
    german = {"Name": "Acme", "ShipperNumber": ACCOUNT, "Address": BERLIN}
    body = rating(PARIS, package(unit="KGS"), service="11", Shipper=german, TaxInformationIndicator="")
    (rated,) = Desk().rate(body)
    net = total(rated)
    tax = float(rated["TaxCharges"][0]["MonetaryValue"])
    assert rated["TotalCharges"]["CurrencyCode"] == "EUR"
    assert rated["TaxCharges"][0]["Type"] == "VAT"
    assert tax == pytest.approx(net * 0.19, abs=0.01)
    assert float(rated["TotalChargesWithTaxes"]["MonetaryValue"]) == pytest.approx(net + tax)
    assert rated["Disclaimer"][0]["Code"] == "01"


def test_accessorials_are_itemized_and_add_up() -> None:
    options = {
        "DeclaredValue": {"CurrencyCode": "USD", "MonetaryValue": "500"},
        "DeliveryConfirmation": {"DCISType": "2"},
    }
    home = {**NEW_YORK, "ResidentialAddressIndicator": ""}
    goods = package(PackageServiceOptions=options, AdditionalHandlingIndicator="")
    body = rating(home, goods, service="01", ShipmentServiceOptions={"SaturdayDeliveryIndicator": ""})
    (rated,) = Desk().rate(body)
    (priced,) = rated["RatedPackage"]
    charges = {line["Code"]: float(line["MonetaryValue"]) for line in priced["ItemizedCharges"]}
    assert set(charges) == {"375", "120", "100", "270", "400"}
    assert [line["Code"] for line in rated["ItemizedCharges"]] == ["300"]
    base = float(priced["BaseServiceCharge"]["MonetaryValue"])
    assert total(priced) == pytest.approx(base + sum(charges.values()))
    assert total(rated) == pytest.approx(total(priced) + 16)


def with_address(side: str, **changed: Any) -> dict[str, Any]:
    body = deepcopy(rating())
    body["RateRequest"]["Shipment"][side]["Address"] |= changed
    return body


def without(*names: str) -> dict[str, Any]:
    body = deepcopy(rating())
    node: Any = body
    for name in names[:-1]:
        node = node[name][0] if isinstance(node[name], list) else node[name]
    del node[names[-1]]
    return body


R, S = "RateRequest", "Shipment"
HEAVY = package(weight="151")
KILOS = package(weight="71", unit="KGS")
LONG = package(Dimensions=dimensions("109", "1", "1"))
GERMAN: dict[str, Any] = {"Shipper": {"Name": "Acme", "Address": BERLIN}}
REFUSALS: list[tuple[str, Any]] = [
    ("9111000", None),
    ("9111000", {}),
    ("20007", without(R, "Request")),
    ("9110034", without(R, "Request", "RequestOption")),
    ("9110003", without(R, S)),
    ("9110004", without(R, S, "Shipper")),
    ("9110006", without(R, S, "Shipper", "Address")),
    ("9110008", without(R, S, "Shipper", "Address", "CountryCode")),
    ("9110009", without(R, S, "ShipTo")),
    ("9110010", without(R, S, "ShipTo", "Address")),
    ("9110013", without(R, S, "ShipTo", "Address", "CountryCode")),
    ("9110014", rating(ShipFrom={"Name": "x"})),
    ("9110049", without(R, S, "Service")),
    ("9110018", without(R, S, "Service", "Code")),
    ("110002", without(R, S, "Package")),
    ("110002", rating(Package=[])),
    ("110003", rating(NEW_YORK, *[package()] * 201)),
    ("10002", rating(Package=package())),
    ("10002", rating(NEW_YORK, package(weight=5))),  # type: ignore[arg-type]  # a number where UPS wants text
    ("9110048", without(R, S, "Package", "PackagingType")),
    ("111510", rating(NEW_YORK, package(PackagingType={"Code": "99"}))),
    ("9110022", rating(NEW_YORK, package(PackageWeight={"Weight": "5"}))),
    ("9110023", rating(NEW_YORK, package(unit="TON"))),
    ("9110021", rating(NEW_YORK, package(Dimensions=dimensions("1", "1", "1", "FT")))),
    ("111030", rating(NEW_YORK, package(weight="0"))),
    ("111030", rating(NEW_YORK, package(weight="much"))),
    ("111031", rating(BERLIN, package(weight="0", unit="KGS"), service="08")),
    ("111035", rating(NEW_YORK, HEAVY)),
    ("111036", rating(BERLIN, KILOS, service="08")),
    ("111057", rating(NEW_YORK, package(unit="KGS"))),
    ("111055", rating(NEW_YORK, LONG)),
    (
        "111056",
        rating(PARIS, package(unit="KGS", Dimensions=dimensions("275", "1", "1", "CM")), service="11", **GERMAN),
    ),
    ("111050", rating(NEW_YORK, package(Dimensions=dimensions("60", "30", "30")))),
    ("111058", rating(NEW_YORK, package(Dimensions=dimensions("10", "", "1")))),
    ("110548", rating(NEW_YORK, package(Dimensions=dimensions("10", "10", "10", "CM")))),
    ("110529", rating(BERLIN, package(), package(unit="KGS"), service="08")),
    ("111025", rating(NEW_YORK, package(PackageServiceOptions={"DeclaredValue": usd("50001")}))),
    ("111115", rating(ShipmentServiceOptions={"COD": {"CODAmount": usd("0")}})),
    ("111125", rating(ShipmentServiceOptions={"COD": {"CODAmount": usd("50001")}})),
    ("9110029", rating(NEW_YORK, package(PackageServiceOptions={"COD": {"CODAmount": usd("1")}}))),
    ("110208", with_address("ShipTo", CountryCode="USA")),
    ("111106", with_address("ShipTo", CountryCode="KP")),
    ("111286", with_address("ShipTo", StateProvinceCode="XX")),
    ("111285", with_address("ShipTo", StateProvinceCode="CA")),
    ("111285", with_address("ShipTo", PostalCode="1000")),
    ("111285", with_address("ShipTo", PostalCode="34099", StateProvinceCode="")),
    ("111285", rating({**TORONTO, "PostalCode": "V5K 0A1"}, service="11")),
    ("9110045", with_address("ShipTo", PostalCode="")),
    ("9110046", with_address("Shipper", PostalCode="")),
    ("111513", rating(service="77")),
    ("111100", rating(PARIS, package(unit="KGS"), service="03", **GERMAN)),
    ("111210", rating(BERLIN, service="03")),
    ("111210", rating(ANCHORAGE, service="12")),
    ("111210", rating(BERLIN, service="11")),
    ("111500", rating(NEW_YORK, {"PackagingType": {"Code": "01"}})),
    ("111045", rating(ShipmentServiceOptions={"SaturdayDeliveryIndicator": ""})),
    ("111543", rating(DeliveryTimeInformation={"Pickup": {"Date": "20261332"}})),
    ("120100", rating(Shipper={"ShipperNumber": "F00BAR", "Address": ATLANTA})),
    ("120100", rating(PaymentDetails={"ShipmentCharge": {"BillShipper": {"AccountNumber": "F00BAR"}}})),
    ("9110005", rating(Shipper={"Address": ATLANTA}, **NEGOTIATED)),
]


@pytest.mark.parametrize(("code", "body"), REFUSALS, ids=[f"{code}-{n}" for n, (code, _) in enumerate(REFUSALS)])
def test_a_bad_request_is_refused_with_ups_s_code(code: str, body: Any) -> None:
    assert Desk().refusal("POST", "/api/rating/v2409/Rate", body) == code


def test_an_unknown_request_option_is_refused() -> None:
    assert Desk().refusal("POST", "/api/rating/v2409/Guess", rating()) == "9110034"


@pytest.mark.parametrize("body", [{R: []}, {R: {**rating()[R], S: []}}])
def test_shop_without_packages_is_refused(body: Any) -> None:
    assert Desk().refusal("POST", "/api/rating/v2409/Shop", body) == "110002"


def test_shop_leaves_out_what_cannot_carry_the_packages() -> None:
    letter = rating(ANCHORAGE, {"PackagingType": {"Code": "01"}})
    assert [each["Service"]["Code"] for each in Desk().rate(letter, "Shop")] == ["14", "01", "13", "02"]
    saturday = rating(TORONTO, service="11", ShipmentServiceOptions={"SaturdayDeliveryIndicator": ""})
    assert [each["Service"]["Code"] for each in Desk().rate(saturday, "Shop")] == ["54", "07", "65"]


def test_older_versions_take_a_lone_package_object() -> None:
    assert Desk().rate(rating(Package=package()), version="v2205")["TotalCharges"] == usd("16.41")


def test_an_account_of_someone_else_passes_as_third_party() -> None:
    charge = {"Type": "01", "BillThirdParty": {"AccountNumber": "F00BAR"}}
    assert Desk().rate(rating(PaymentDetails={"ShipmentCharge": [charge]}))[0]["TotalCharges"] == usd("16.41")


def test_members_that_ups_does_not_know_are_ignored() -> None:
    assert Desk().rate(rating(Colour="blue")) == Desk().rate(rating())


def test_ounces_are_sixteenths_of_a_pound_and_sizes_of_nothing_are_none() -> None:
    (light,) = Desk().rate(rating(NEW_YORK, package(weight="80", unit="OZS", Dimensions=dimensions("0", "0", "0"))))
    assert light["BillingWeight"] == FIVE_POUNDS
    assert light["TotalCharges"] == usd("16.41")
