"""Time in transit: that no member is lost, the types REST wants, and answers that hold neither times nor candidates."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from lxml import etree

from tests.translate.reading import ACCOUNT, legacy, reply
from tests.translate.whole import old_leaves, old_message, rest_body, rows
from ups_gateway import translate
from ups_gateway.errors import Refusal, UpsRefused
from ups_gateway.model import Terms, Translated
from ups_gateway.translate.operations import time_in_transit, time_in_transit_answer
from ups_gateway.translate.operations.parts import at

PATH = "/ups.app/xml/TimeInTransit"
MEANINGS = {"ResidentialAddressIndicator": "01", "DocumentsOnlyIndicator": "02", "IncludeAllServicesIndicator": "True"}
"""What REST says for an element whose presence is the meaning."""


def _translated(members: str = "") -> Translated:
    body = f"<TimeInTransitRequest><Request/>{members}</TimeInTransitRequest>"
    return translate.request(translate.read(legacy(PATH, body)), ACCOUNT, Terms())


def test_every_member_of_the_old_request_arrives_where_the_table_says(ups_reference: Path, openapi: ModuleType) -> None:
    paths = old_leaves(ups_reference, "TNT-req-XML")
    asked = translate.read(legacy(PATH, old_message("TimeInTransitRequest", paths)))
    table = rows(time_in_transit.XML_REQUEST)
    lost = [
        path
        for number, path in enumerate(paths)
        if not any(row.reason and (path + "/").startswith(row.path + "/") for row in table.values())
        and MEANINGS.get(path.rpartition("/")[2], str(number)) not in map(str, at(asked.tree, table[path].rest))
    ]
    assert lost == []
    assert asked.ignored == ()
    _, _, invalid, unknown = openapi.check("POST", time_in_transit.PATH, asked.tree)
    assert [fault for fault in invalid if fault[1] not in ("minLength", "maxLength")] == []
    assert unknown == []


def test_every_member_of_the_old_answer_is_written_when_rest_has_it(ups_reference: Path, old_verdicts: Any) -> None:
    body = rest_body(ups_reference, "TimeInTransit-TimeInTransit-resp")
    body["emsResponse"] |= {"billType": "02", "residentialIndicator": "01"}
    answers = []
    for without in ((), ("emsResponse",), ("emsResponse", "originPickList")):
        left = {name: value for name, value in body.items() if name not in without}
        if not without:
            left |= {"originPickList": [], "destinationPickList": []}
        answers.append(translate.answer(_translated(WHOLE), [reply(left)]).body)
    roots = [etree.fromstring(answer) for answer in answers]
    table = rows(time_in_transit_answer.XML_ANSWER)
    paths = [path for path in old_leaves(ups_reference, "TNT-resp-XML") if not path.startswith("Response")]
    assert [path for path in paths if not table[path].reason and all(root.find(path) is None for root in roots)] == []
    assert [old_verdicts(answer) for answer in answers] == [[("OK", "")]] * 3


WHOLE = """
<TransitFrom><AddressArtifactFormat><PoliticalDivision3>N</PoliticalDivision3></AddressArtifactFormat></TransitFrom>
<TransitTo><AddressArtifactFormat><PoliticalDivision3>S</PoliticalDivision3></AddressArtifactFormat></TransitTo>
<MaximumListSize>9</MaximumListSize>
"""


@pytest.mark.parametrize(
    ("members", "name", "value"),
    [
        ("<PickupDate>20260115</PickupDate>", "shipDate", "2026-01-15"),
        ("<PickupDate>2026-01-15</PickupDate>", "shipDate", "2026-01-15"),
        ("<PickupDate>tomorrow</PickupDate>", "shipDate", "tomorrow"),
        ("<Time>0930</Time>", "shipTime", "09:30:00"),
        ("<Time>093015</Time>", "shipTime", "09:30:15"),
        ("<Time>09:30</Time>", "shipTime", "09:30"),
        ("<ShipmentWeight><Weight>10</Weight></ShipmentWeight>", "weight", 10),
        ("<ShipmentWeight><Weight>10.5</Weight></ShipmentWeight>", "weight", 10.5),
        ("<ShipmentWeight><Weight>10,5</Weight></ShipmentWeight>", "weight", 10.5),
        ("<ShipmentWeight><Weight>ten</Weight></ShipmentWeight>", "weight", "ten"),
        ("<ShipmentWeight><Weight>nan</Weight></ShipmentWeight>", "weight", "nan"),
        ("<TotalPackagesInShipment>3</TotalPackagesInShipment>", "numberOfPackages", 3),
        ("<TotalPackagesInShipment>many</TotalPackagesInShipment>", "numberOfPackages", "many"),
        ("<DocumentsOnlyIndicator/>", "billType", "02"),
        ("<IncludeAllServicesIndicator/>", "returnUnfilterdServices", True),
    ],
)
def test_rest_is_given_the_types_it_wants_and_judges_what_cannot_be_read(members: str, name: str, value: Any) -> None:
    sent = _translated(members).calls[0].body[name]
    assert (sent, type(sent)) == (value, type(value))


@pytest.mark.parametrize("members", ["<MaximumListSize/>", "<MaximumListSize><Size>5</Size></MaximumListSize>"])
def test_a_number_that_is_not_there_is_not_sent(members: str) -> None:
    assert "maxList" not in _translated(members).calls[0].body


@pytest.mark.parametrize(
    ("unit", "sent"),
    [("", "LBS"), ("<UnitOfMeasurement>kgs</UnitOfMeasurement>", "KGS"), ("<UnitOfMeasurement/>", "LBS")],
)
def test_a_weight_is_always_sent_with_its_unit(unit: str, sent: str) -> None:
    members = f"<ShipmentWeight>{unit}<Weight>10</Weight></ShipmentWeight>"
    assert _translated(members).calls[0].body["weightUnitOfMeasure"] == sent


def test_a_weight_without_a_unit_is_in_the_unit_of_its_origin() -> None:
    members = (
        "<TransitFrom><AddressArtifactFormat><CountryCode>DE</CountryCode></AddressArtifactFormat></TransitFrom>"
        "<ShipmentWeight><Weight>10</Weight></ShipmentWeight>"
    )
    assert _translated(members).calls[0].body["weightUnitOfMeasure"] == "KGS"


@pytest.mark.parametrize(
    ("body", "refusals"),
    [
        (
            {},
            (Refusal("270037", "TimeInTransit information not available for the given data"),),
        ),
        (
            {"emsResponse": "none", "validationList": [None], "originPickList": None},
            (Refusal("270037", "TimeInTransit information not available for the given data"),),
        ),
        (
            {"emsResponse": {"services": ["GND"]}},
            (Refusal("270037", "TimeInTransit information not available for the given data"),),
        ),
        (
            {"emsResponse": {"services": []}, "validationList": {"invalidFieldList": ["a", "b"]}},
            (Refusal("270037", "TimeInTransit information not available for the given data (a, b)"),),
        ),
        (
            {"validationList": {"invalidFieldList": ["shipDate"], "invalidFieldListCodes": ["270020", "270033"]}},
            (Refusal("270020", "Invalid shipDate"), Refusal("270033", "Invalid data")),
        ),
    ],
)
def test_an_answer_without_times_or_candidates_is_a_refusal(body: dict[str, Any], refusals: tuple[Refusal]) -> None:
    with pytest.raises(UpsRefused) as caught:
        translate.answer(_translated(), [reply(body)])
    assert caught.value.refusals == refusals


def test_candidates_beside_times_count_only_where_the_place_is_ambiguous() -> None:
    body = {
        "emsResponse": {"services": [{"serviceLevel": "GND"}]},
        "originPickList": [{"countryName": "UNITED STATES", "countryCode": "US"}],
        "validationList": {"originAmbiguous": False},
    }
    clear = etree.fromstring(translate.answer(_translated(), [reply(body)]).body)
    body["validationList"] = {"originAmbiguous": True}
    unclear = etree.fromstring(translate.answer(_translated(), [reply(body)]).body)
    assert [child.tag for child in clear] == ["Response", "TransitResponse"]
    assert [child.tag for child in unclear] == ["Response", "TransitFromList"]
