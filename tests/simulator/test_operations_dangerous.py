"""Dangerous goods: would the driver take them?"""

from typing import Any

import pytest

from tests.simulator.asking import ACCOUNT, Desk
from tests.simulator.requests import ECHO, chemical, dangerous, pre_check, without

PATH = "/api/dangerousgoods/v3/acceptanceauditprecheck"


def checked(body: Any, *, cie: bool = False, version: str = "v3") -> Any:
    answer = Desk(cie=cie).post(PATH.replace("v3", version), body)
    return answer["AcceptanceAuditPreCheckResponse"]


def full(**more: Any) -> dict[str, Any]:
    return chemical("FR", **more)


def results(*records: Any, **more: Any) -> Any:
    body = pre_check(dangerous(*records), origin="DE", rules="ADR", **more)
    (package,) = checked(body)["PackageResults"]
    return package["ChemicalRecordResults"]


def test_a_shipment_is_answered_whole() -> None:
    assert checked(pre_check()) == {
        "Response": ECHO,
        "ShipperNumber": ACCOUNT,
        "Service": {"Code": "003"},
        "RegulationSet": "49CFR",
        "PackageResults": [
            {
                "PackageIdentifier": "1",
                "AccessibleIndicator": "N",
                "EuropeBUIndicator": "N",
                "ChemicalRecordResults": [{"ChemicalRecordIdentifier": "1"}],
            }
        ],
    }


def test_points_and_tunnels_are_counted_on_european_roads() -> None:
    assert results(chemical(Quantity="10.5")) == [
        {
            "ChemicalRecordIdentifier": "1",
            "ADRPoints": "31",
            "TransportCategory": "2",
            "TunnelRestrictionCode": "(D/E)",
            "ADRUnits": "10.50",
        }
    ]
    own = {"IDNumber": "UN0001", "TransportCategory": "1", "TunnelRestrictionCode": "(B)"}
    assert results(chemical(**own))[0]["ADRPoints"] == "75"
    assert results(chemical("LR")) == [{"ChemicalRecordIdentifier": "1"}]


def test_cargo_aircraft_keep_packages_within_reach_and_europe_is_told_apart() -> None:
    body = pre_check(dangerous(TransportationMode="CAO"), origin="GB", rules="IATA")
    (package,) = checked(body)["PackageResults"]
    assert (package["AccessibleIndicator"], package["EuropeBUIndicator"]) == ("Y", "Y")


def test_excepted_quantities_need_no_set_of_rules() -> None:
    answer = checked(pre_check(dangerous(chemical("EQ")), rules=""))
    assert "RegulationSet" not in answer
    assert Desk().refusal("POST", PATH, pre_check(rules="")) == "9190016"


def test_version_one_has_lone_packages_and_records_without_lists() -> None:
    package = dangerous(EmergencyPhone="4045551212")
    answer = checked(pre_check(package), version="v1")
    assert answer["PackageResults"]["ChemicalRecordResults"] == {"ChemicalRecordIdentifier": "1"}
    assert answer["Response"]["Alert"]["Code"] == answer["Response"]["AlertDetail"]["Code"] == "9197059"


@pytest.mark.parametrize(
    ("code", "package", "level"),
    [
        ("9190028", dangerous(chemical(PackagingTypeQuantity="")), "C"),
        ("9197074", dangerous(chemical(PackagingType="")), "C"),
        ("9197068", dangerous(chemical(ProperShippingName="")), "C"),
        ("9197066", dangerous(chemical(IDNumber="UN1993")), "C"),
        ("9197059", dangerous(EmergencyPhone="4045551212"), "P"),
        ("9197060", dangerous(EmergencyPhone="1", EmergencyContact="SELF"), "P"),
        ("9197088", dangerous(chemical(AllPackedInOneIndicator="")), "P"),
        (
            "9197089",
            dangerous(*[chemical(AllPackedInOneIndicator="")] * 2, chemical()),
            "P",
        ),
    ],
)
def test_what_refuses_fully_regulated_goods_warns_about_others(code: str, package: Any, level: str) -> None:
    body = pre_check(package)
    response = checked(body)["Response"]
    (alert,), (detail,) = response["Alert"], response["AlertDetail"]
    elements = [{"Code": "P", "Value": "1"}, *([{"Code": "C", "Value": "1"}] if level == "C" else [])]
    assert alert["Code"] == detail["Code"] == code
    assert detail["ElementLevelInformation"] == {"Level": level, "ElementIdentifier": elements}
    for record in package["ChemicalRecord"]:
        record["CommodityRegulatedLevelCode"] = "FR"
    assert Desk().refusal("POST", PATH, body) == code


REQUEST = pre_check()["AcceptanceAuditPreCheckRequest"]
SHIPMENT = REQUEST["Shipment"]
PACKAGE = dangerous()


def changed(**more: Any) -> dict[str, Any]:
    return pre_check(**more)


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("20007", None),
        ("20007", {}),
        ("9190030", {"AcceptanceAuditPreCheckRequest": without(REQUEST, "Request")}),
        ("9190031", {"AcceptanceAuditPreCheckRequest": without(REQUEST, "Shipment")}),
        ("9190036", {"AcceptanceAuditPreCheckRequest": {**REQUEST, "OriginRecordTransactionTimestamp": "noon"}}),
        ("9190032", changed(ShipperNumber="")),
        ("9190032", changed(ShipperNumber="F00BAR")),
        ("9190007", {"AcceptanceAuditPreCheckRequest": {**REQUEST, "Shipment": without(SHIPMENT, "ShipFromAddress")}}),
        ("9190008", {"AcceptanceAuditPreCheckRequest": {**REQUEST, "Shipment": without(SHIPMENT, "ShipToAddress")}}),
        ("9190009", changed(ShipFromAddress=without(SHIPMENT["ShipFromAddress"], "AddressLine"))),
        ("9190010", changed(ShipFromAddress=without(SHIPMENT["ShipFromAddress"], "City"))),
        ("9190011", changed(ShipFromAddress=without(SHIPMENT["ShipFromAddress"], "CountryCode"))),
        ("9190012", changed(ShipToAddress=without(SHIPMENT["ShipToAddress"], "AddressLine"))),
        ("9190013", changed(ShipToAddress=without(SHIPMENT["ShipToAddress"], "City"))),
        ("9190014", changed(ShipToAddress=without(SHIPMENT["ShipToAddress"], "CountryCode"))),
        ("9190015", changed(Service={})),
        ("9190016", changed(RegulationSet="XYZ")),
        ("9190017", changed(Package=[])),
        ("9190037", pre_check(*[PACKAGE] * 1001)),
        ("9190034", pre_check(without(PACKAGE, "PackageIdentifier"))),
        ("9190018", pre_check(without(PACKAGE, "PackageWeight"))),
        ("9190018", pre_check(dangerous(PackageWeight={"Weight": "x", "UnitOfMeasurement": {"Code": "LBS"}}))),
        ("9190019", pre_check(dangerous(PackageWeight={"Weight": "1", "UnitOfMeasurement": {"Code": "OZS"}}))),
        ("9190020", pre_check(without(PACKAGE, "ChemicalRecord"))),
        ("9190021", pre_check(dangerous(*[chemical()] * 4))),
        ("9190022", pre_check(without(PACKAGE, "TransportationMode"))),
        ("9190025", pre_check(dangerous(chemical("XX")))),
        ("9190026", pre_check(dangerous(QValue="2"))),
        ("9190029", pre_check(dangerous(chemical(TransportCategory="5")))),
        ("9190035", pre_check(dangerous(without(chemical(), "ChemicalRecordIdentifier")))),
        ("9190023", pre_check(dangerous(chemical(ClassDivisionNumber="")))),
        ("9190023", pre_check(dangerous(chemical(ClassDivisionNumber="8")))),
        ("9190024", pre_check(dangerous(chemical(IDNumber="")))),
        ("9190027", pre_check(dangerous(chemical(Quantity="")))),
        ("9190028", pre_check(dangerous(chemical(PackagingTypeQuantity="1000")))),
        ("9197077", pre_check(dangerous(chemical(UOM="")))),
        ("9197080", pre_check(dangerous(chemical(PackagingGroupType="I")))),
        ("9197061", pre_check(rules="IATA")),
        (
            "9190026",
            pre_check(dangerous(*[chemical(AllPackedInOneIndicator="")] * 2, TransportationMode="PAX"), rules="IATA"),
        ),
        ("10002", changed(Service={"Code": 3})),
    ],
)
def test_a_bad_request_is_refused_with_ups_s_code(code: str, body: Any) -> None:
    assert Desk().refusal("POST", PATH, body) == code


def test_the_test_environment_knows_some_countries_only() -> None:
    assert checked(pre_check(), cie=True)["ShipperNumber"] == ACCOUNT
    assert Desk(cie=True).refusal("POST", PATH, pre_check(origin="BR")) == "9190038"
    assert checked(pre_check(origin="BR"))["ShipperNumber"] == ACCOUNT


def test_lightly_regulated_goods_need_little_and_fully_regulated_ones_pass_when_complete() -> None:
    small = chemical("LR")
    for name in ("Quantity", "UOM", "PackagingType", "PackagingTypeQuantity", "ClassDivisionNumber"):
        del small[name]
    assert "Alert" not in checked(pre_check(without(dangerous(small), "TransportationMode")))["Response"]
    assert "Alert" not in checked(pre_check(dangerous(full())))["Response"]


def test_blank_options_are_no_options() -> None:
    body = pre_check(dangerous(QValue="   ", EmergencyPhone=" "))
    body["AcceptanceAuditPreCheckRequest"]["OriginRecordTransactionTimestamp"] = "      "
    assert checked(body) == checked(pre_check())
