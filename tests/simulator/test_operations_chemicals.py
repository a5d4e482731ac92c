"""What is known of a regulated substance."""

from typing import Any

import pytest

from tests.simulator.asking import Desk
from tests.simulator.requests import ECHO, chemicals

PATH = "/api/dangerousgoods/v2409/chemicalreferencedata"


def known(version: str = "v2409", **asked: Any) -> Any:
    answer = Desk().post(PATH.replace("v2409", version), chemicals(**asked))
    return answer["ChemicalReferenceDataResponse"]


def limit(kind: str, quantity: str, unit: str = "", instruction: str = "") -> dict[str, str]:
    found = {"PackageQuantityLimitTypeCode": kind, "Quantity": quantity}
    return found | ({"UOM": unit, "PackagingInstructionCode": instruction} if unit else {})


def test_a_substance_has_a_record_for_each_set_of_rules() -> None:
    answer = known(IDNumber="un1090")
    assert answer["Response"] == ECHO
    sets = [record["ChemicalDetail"]["RegulationSet"] for record in answer["ChemicalData"]]
    assert sets == ["ADR", "49CFR", "IATA", "TDG"]
    assert answer["ChemicalData"][0] == {
        "ChemicalDetail": {
            "RegulationSet": "ADR",
            "IDNumber": "UN1090",
            "HazardousMaterialsDescription": "ACETONE",
            "ClassDivisionNumber": "3",
            "PackagingGroupType": "II",
            "TechnicalNameRequiredIndicator": "N",
            "AdditionalShippingInformationRequiredIndicator": "N",
            "TunnelRestrictionCode": "(D/E)",
            "TransportCategory": "2",
            "TransportMultiplierQuantity": "3",
            "ChannelTunnelAcceptedIndicator": "Y",
            "ChemicalType": "ADR",
        },
        "ProperShippingNameDetail": {"ProperShippingName": ["ACETONE", "ACETONE SOLUTIONS"]},
        "PackageQuantityLimitDetail": [
            limit("CAO", "0.0000"),
            limit("GND", "30.0000", "L", "P001"),
            limit("LTD QTY", "1.0000", "L", "Y341"),
            limit("PAX", "0.0000"),
        ],
    }


def test_what_may_fly_is_a_matter_of_the_rules_for_the_air() -> None:
    found = [record["PackageQuantityLimitDetail"] for record in known(IDNumber="UN3480")["ChemicalData"]]
    assert [limits[0] for limits in found[1:3]] == [limit("CAO", "35.0000", "KG", "364")] * 2
    assert [limits[3] for limits in found[1:3]] == [limit("PAX", "0.0000")] * 2
    assert [limits[1]["Quantity"] for limits in found] == ["30.0000", "30.0000", "0.0000", "30.0000"]


def test_names_find_what_begins_like_them() -> None:
    def numbers(**asked: str) -> set[str]:
        return {record["ChemicalDetail"]["IDNumber"] for record in known(**asked)["ChemicalData"]}

    assert numbers(ProperShippingName="lithium ion") == {"UN3480", "UN3481"}
    assert numbers(ProperShippingName="lithium ion", IDNumber="UN3481") == {"UN3481"}


def test_old_versions_keep_their_lists_of_several() -> None:
    assert len(known("v1", IDNumber="UN1090")["ChemicalData"]) == 4


@pytest.mark.parametrize(
    ("code", "cie", "body"),
    [
        ("20007", False, None),
        ("20007", False, {}),
        ("20007", False, {"ChemicalReferenceDataRequest": {"ShipperNumber": "A1B2C3"}}),
        ("9190032", False, chemicals(IDNumber="UN1090", ShipperNumber="F00BAR")),
        ("9190039", False, chemicals()),
        ("9190040", False, chemicals(IDNumber="UN0000")),
        ("9190040", False, chemicals(ProperShippingName="WATER")),
        ("9190040", False, chemicals(ProperShippingName="PAINT", IDNumber="UN1090")),
        ("9190041", True, chemicals(IDNumber="UN1090")),
        ("10002", False, chemicals(IDNumber=1090)),
    ],
)
def test_a_bad_request_is_refused_with_ups_s_code(code: str, cie: bool, body: Any) -> None:
    assert Desk(cie=cie).refusal("POST", PATH, body) == code
