"""Void: where it may arrive, and what it says when UPS says little."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, enveloped, legacy, payload_of, reply
from ups_gateway import translate
from ups_gateway.model import Asked, Operation, Terms
from ups_gateway.translate.operations import parts

SHIP = "http://www.ups.com/XMLSchema/XOLTWS/Ship/v1.0"
VOID = "http://www.ups.com/XMLSchema/XOLTWS/Void/v1.1"
NUMBER = "1ZA1B2C30300000016"


def _asked(namespace: str, path: str) -> Asked:
    shipment = f"<VoidShipment><ShipmentIdentificationNumber>{NUMBER}</ShipmentIdentificationNumber></VoidShipment>"
    payload = f'<VoidShipmentRequest xmlns="{namespace}">{shipment}</VoidShipmentRequest>'
    return translate.read(legacy(path, enveloped(payload)))


@pytest.mark.parametrize(
    ("namespace", "path"), [(SHIP, "/webservices/Ship"), (SHIP, "/webservices/Void"), (VOID, "/webservices/Ship")]
)
def test_a_soap_void_is_answered_in_the_namespace_it_came_in_wherever_it_arrived(namespace: str, path: str) -> None:
    asked = _asked(namespace, path)
    assert (asked.operation, asked.tracking_numbers) == (Operation.VOID, (NUMBER,))
    translated = translate.request(asked, ACCOUNT, Terms())
    (call,) = translated.calls
    assert (call.method, call.path) == ("DELETE", f"/api/shipments/v2409/void/cancel/{NUMBER}")
    done = {"VoidShipmentResponse": {"SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}}}}
    payload, tree = payload_of(translate.answer(translated, [reply(done)]))
    assert payload.tag == f"{{{namespace}}}VoidShipmentResponse"
    assert tree["SummaryResult"] == {"Status": {"Code": "1", "Description": "Voided"}}


@pytest.mark.parametrize("answer", [{}, {"SummaryResult": {}}, {"PackageLevelResults": {"TrackingNumber": NUMBER}}])
def test_a_bare_answer_still_has_what_the_schema_requires(answer: dict[str, Any], old_verdicts: Any) -> None:
    translated = translate.request(_asked(VOID, "/webservices/Void"), ACCOUNT, Terms())
    answered = translate.answer(translated, [reply({"VoidShipmentResponse": answer})])
    assert old_verdicts(answered.body) == [("OK", "")]
    _, tree = payload_of(answered)
    assert tree["SummaryResult"] == {"Status": {"Code": ""}}
    results = parts.listed(tree.get("PackageLevelResult"))
    assert results == [{"TrackingNumber": NUMBER, "Status": {"Code": ""}}] * ("PackageLevelResults" in answer)
