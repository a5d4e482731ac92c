"""Landed cost is refused, in the words and the shape of each dialect."""

from __future__ import annotations

import json

import pytest
from lxml import etree

from tests.translate.reading import ACCOUNT, enveloped, legacy, legacy_json
from ups_gateway import translate
from ups_gateway.errors import UnknownOperation
from ups_gateway.model import Asked, LegacyAnswer, Terms
from ups_gateway.translate import tree

LANDED_COST = "http://www.ups.com/schema/xpci/1.0/lc"


def _refused(asked: Asked) -> LegacyAnswer:
    with pytest.raises(UnknownOperation) as refused:
        translate.request(asked, ACCOUNT, Terms())
    return translate.fault(asked, refused.value)


WORDS = (
    "UPS replaced the landed cost service, which asked questions about each product, by one that does not (POST "
    "/api/landedcost/v1/quotes). It cannot answer in the old form; the program must use the new service."
)


def test_landed_cost_is_refused_in_words_and_in_the_namespace_of_its_own_errors() -> None:
    payload = (
        f'<lc:LandedCostRequest xmlns:lc="{LANDED_COST}"><lc:Request><lc:RequestAction>LandedCost</lc:RequestAction>'
        "</lc:Request><lc:QueryRequest/></lc:LandedCostRequest>"
    )
    answer = _refused(translate.read(legacy("/webservices/LandedCost", enveloped(payload))))
    assert answer.status == 500
    (detail,) = etree.fromstring(answer.body).iter("detail")
    assert [found.tag for found in detail] == ["{http://www.ups.com/schema/xpci/1.0/error}Errors"]
    error = {"Severity": "Hard", "PrimaryErrorCode": {"Code": "20002", "Description": WORDS}}
    assert tree.to_tree(detail) == {"Errors": {"ErrorDetail": error}}


def test_landed_cost_is_refused_in_json_too() -> None:
    answer = _refused(translate.read(legacy_json("LandedCost", "LandedCostRequest", {"EstimateRequest": {}})))
    detail = json.loads(answer.body)["Fault"]["detail"]["Errors"]["ErrorDetail"]
    assert detail == {"Severity": "Hard", "PrimaryErrorCode": {"Code": "20002", "Description": WORDS}}
