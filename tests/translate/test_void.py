"""Void: where it may arrive, and what it says when UPS says little."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, enveloped, legacy, payload_of, reply
from ups_gateway import translate
from ups_gateway.errors import InvalidRequest
from ups_gateway.model import Asked, Operation, Terms
from ups_gateway.translate import VoidVerdict
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


def test_a_void_of_nothing_is_refused_before_ups_is_asked() -> None:
    asked = translate.read(legacy("/rest/Void", '{"VoidShipmentRequest": {"VoidShipment": {}}}'))
    with pytest.raises(InvalidRequest, match="ShipmentIdentificationNumber"):
        translate.request(asked, ACCOUNT, Terms())


def test_a_void_of_more_packages_than_a_shipment_has_is_refused_before_ups_is_asked() -> None:
    packages = [f"1Z{number}" for number in range(201)]
    content = {"VoidShipment": {"ShipmentIdentificationNumber": "1Z", "TrackingNumber": packages}}
    asked = translate.read(legacy("/rest/Void", json.dumps({"VoidShipmentRequest": content})))
    with pytest.raises(InvalidRequest) as refused:
        translate.request(asked, ACCOUNT, Terms())
    assert refused.value.message == "A shipment has at most 200 packages."


def _refused(code: str) -> dict[str, Any]:
    return {"response": {"errors": [{"code": code, "message": "as UPS says"}]}}


ALERT = {"Response": {"Alert": {"Code": "190119", "Description": "the pickup stays"}}}
LEFT = {"PackageLevelResults": [{"TrackingNumber": NUMBER, "Status": {"Code": "0"}}]}


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, {"VoidShipmentResponse": {}}, VoidVerdict("voided", "Voided.")),
        (200, {"VoidShipmentResponse": ALERT}, VoidVerdict("voided_warning", "190119 the pickup stays")),
        (200, {"VoidShipmentResponse": LEFT}, VoidVerdict("odd", "Not all packages were voided.")),
        (400, _refused("190117"), VoidVerdict("already", "190117 as UPS says")),
        (200, _refused("190119"), VoidVerdict("voided_warning", "190119 as UPS says")),
        (400, _refused("190101"), VoidVerdict("final", "190101 as UPS says")),
        (400, _refused("190107"), VoidVerdict("odd", "190107 as UPS says")),
        (200, _refused("111210"), VoidVerdict("odd", "111210 as UPS says")),
        (401, _refused("250002"), VoidVerdict("passing", "250002 as UPS says")),
        (403, _refused("250002"), VoidVerdict("passing", "250002 as UPS says")),
        (429, _refused("10429"), VoidVerdict("passing", "10429 as UPS says")),
        (500, _refused("190001"), VoidVerdict("passing", "190001 as UPS says")),
        (404, {}, VoidVerdict("passing", "UPS answered with status 404.")),
    ],
)
def test_what_a_voids_answer_means_for_the_ledger(status: int, body: Any, verdict: VoidVerdict) -> None:
    assert translate.void_verdict(reply(body, status)) == verdict


@pytest.mark.parametrize("packages", [(), (NUMBER, "1ZA1B2C30300000025")])
def test_the_answer_to_a_repeat_is_what_ups_answers_to_a_void(packages: tuple[str, ...], openapi: Any) -> None:
    call = translate.void_call(NUMBER, packages)
    answer = translate.voided_reply(call)
    found = openapi.check(call.method, call.path, json.loads(answer.body), answer.status)
    assert (answer.status, found[2:]) == (200, ([], []))
    assert translate.void_verdict(answer) == VoidVerdict("voided", "Voided.")
    results = parts.texts_at(json.loads(answer.body), "VoidShipmentResponse.PackageLevelResults.TrackingNumber")
    assert results == packages
