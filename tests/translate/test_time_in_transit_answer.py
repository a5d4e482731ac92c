"""Answers of time in transit: that no member is lost, and those that hold neither times nor candidates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.translate.reading import ACCOUNT, envelope, legacy, reply
from tests.translate.whole import old_leaves, rest_body, rows
from ups_gateway import translate
from ups_gateway.errors import Refusal, UpsRefused
from ups_gateway.model import Terms, Translated
from ups_gateway.translate.operations import time_in_transit_answer


def _translated(members: str = "") -> Translated:
    body = f"<TimeInTransitRequest><Request/>{members}</TimeInTransitRequest>"
    return translate.request(translate.read(legacy("/ups.app/xml/TimeInTransit", body)), ACCOUNT, Terms())


def _in_soap(body: dict[str, Any], members: str = "") -> bytes:
    message = envelope(f"<TimeInTransitRequest>{members}<Pickup/></TimeInTransitRequest>")
    asked = translate.read(legacy("/webservices/TimeInTransit", message))
    return translate.answer(translate.request(asked, ACCOUNT, Terms()), [reply(body)]).body


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


def test_every_member_of_the_soap_answer_is_written_when_rest_has_it(ups_reference: Path, old_verdicts: Any) -> None:
    body = rest_body(ups_reference, "TimeInTransit-TimeInTransit-resp")
    body["emsResponse"] |= {"billType": "02", "residentialIndicator": "01"}
    body["emsResponse"]["services"][0]["guaranteeIndicator"] = "1"
    times = {**body, "originPickList": [], "destinationPickList": []}
    places = {name: value for name, value in body.items() if name != "emsResponse"}
    asked = (
        "<ShipFrom><Address><Town>N</Town></Address></ShipFrom><ShipTo><Address><Town>S</Town></Address></ShipTo>"
        "<MaximumListSize>9</MaximumListSize>"
    )
    answers = [_in_soap(times, asked), _in_soap(places)]
    payloads = [etree.fromstring(answer).findall("{*}Body/*")[0] for answer in answers]
    table = rows(time_in_transit_answer.SOAP_ANSWER)
    paths = [path for path in old_leaves(ups_reference, "TNT-resp-SOAP") if path and not path.startswith("Response")]
    steps = {path: "/".join(f"{{*}}{step}" for step in path.split("/")) for path in paths if not table[path].reason}
    assert [path for path, at in steps.items() if all(payload.find(at) is None for payload in payloads)] == []
    assert [old_verdicts(answer) for answer in answers] == [[("OK", "")]] * 2


def test_what_the_soap_schema_requires_is_written_even_when_rest_has_nothing(old_verdicts: Any) -> None:
    bare: list[dict[str, Any]] = [
        {"emsResponse": {"services": [{"serviceLevelDescription": "x", "pickupTime": None, "deliveryDate": None}]}},
        {"originPickList": [{"countryName": "UNITED STATES"}]},
    ]
    assert [old_verdicts(_in_soap(body)) for body in bare] == [[("OK", "")]] * 2


@pytest.mark.parametrize(
    ("body", "refusals"),
    [
        (
            {"emsResponse": {}},
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
