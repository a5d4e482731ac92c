"""Time in transit: that no member of a request is lost, and the types REST wants."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, legacy
from tests.translate.whole import old_leaves, old_message, rows, soap_message
from ups_gateway import translate
from ups_gateway.model import Dialect, Operation, Terms, Translated
from ups_gateway.translate.operations import SPECS, time_in_transit
from ups_gateway.translate.operations.parts import at

PATH = "/ups.app/xml/TimeInTransit"
MEANINGS = {
    "ResidentialAddressIndicator": "01",
    "DocumentsOnlyIndicator": "02",
    "IncludeAllServicesIndicator": "True",
    "DropOffAtFacilityIndicator": "1",
    "HoldForPickupIndicator": "1",
}
"""What REST says for an element whose presence is the meaning."""


def _translated(members: str = "") -> Translated:
    body = f"<TimeInTransitRequest><Request/>{members}</TimeInTransitRequest>"
    return translate.request(translate.read(legacy(PATH, body)), ACCOUNT, Terms())


@pytest.mark.parametrize("dialect", [Dialect.XML, Dialect.SOAP])
def test_every_member_of_the_old_request_arrives_where_the_table_says(
    dialect: Dialect, ups_reference: Path, openapi: ModuleType
) -> None:
    paths = old_leaves(ups_reference, f"TNT-req-{dialect.upper()}")
    if dialect is Dialect.XML:
        asked = translate.read(legacy(PATH, old_message("TimeInTransitRequest", paths)))
    else:
        paths.remove("DocumentsOnlyIndicator")  # BillType says more
        asked = translate.read(legacy("/webservices/TimeInTransit", soap_message("TimeInTransitRequest", paths)))
    table = rows(SPECS[Operation.TIME_IN_TRANSIT].requests[dialect])
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


def test_the_kind_of_bill_says_more_than_the_indicator_of_documents() -> None:
    for order in (("DocumentsOnlyIndicator", "BillType"), ("BillType", "DocumentsOnlyIndicator")):
        given = {"DocumentsOnlyIndicator": "", "BillType": "04"}
        body = {"TimeInTransitRequest": {name: given[name] for name in order}}
        assert translate.read(legacy("/rest/TimeInTransit", json.dumps(body))).tree == {"billType": "04"}


# --- the flat body of early REST --------------------------------------------------------------------------------------


def _flat(body: dict[str, Any]) -> Any:
    asked = translate.read(legacy("/ship/v1/shipments/transittimes", json.dumps(body)))
    return asked.tree, asked.ignored


def test_every_member_of_todays_body_is_taken_from_the_early_one(ups_reference: Path, openapi: ModuleType) -> None:
    listed = (ups_reference / "fieldlists" / "rest-TimeInTransit-TimeInTransit-req.txt").read_text("utf-8").splitlines()
    names = [line.split()[0].strip("/") for line in listed if line]
    tree, ignored = _flat({name: "true" if name.startswith(("avv", "return")) else "1" for name in names})
    assert (sorted(tree), ignored) == (sorted(names), ())
    _, _, invalid, unknown = openapi.check("POST", time_in_transit.PATH, tree)
    assert [fault for fault in invalid if fault[1] not in ("minLength", "maxLength")] == []
    assert unknown == []


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"weight": "10.5"}, {"weight": 10.5}),
        ({"weight": 10.5}, {"weight": 10.5}),
        ({"weightUnitOfMeasure": "kgs"}, {"weightUnitOfMeasure": "KGS"}),
        ({"numberOfPackages": "2"}, {"numberOfPackages": 2}),
        ({"numberOfPackages": "two"}, {"numberOfPackages": "two"}),
        ({"avvFlag": True}, {"avvFlag": True}),
        ({"avvFlag": "False"}, {"avvFlag": False}),
        ({"avvFlag": "maybe"}, {"avvFlag": "maybe"}),
        ({"returnUnfilteredServices": True}, {"returnUnfilterdServices": True}),
        ({"returnHeavyGoodsServices": True, "requestType": "D"}, {}),
        ({"originTownName": "", "originCityName": None}, {}),
        ({"TimeInTransitRequest": {"shipDate": "2026-01-15"}}, {"shipDate": "2026-01-15"}),
    ],
)
def test_the_early_body_becomes_todays_types(given: dict[str, Any], sent: dict[str, Any]) -> None:
    assert _flat(given) == (sent, ())
