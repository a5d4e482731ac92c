"""`ups-gateway translate`, as a program would call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ups_gateway.cli import main

CASES = Path(__file__).parent.parent / "translate" / "cases"


def _run(*arguments: str, standard_input: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["translate", *arguments], input=standard_input)


def test_one_call_is_printed_flat() -> None:
    done = _run("--path", "/ups.app/xml/Void", str(CASES / "void/whole_shipment/legacy-request.xml"))
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {
        "dialect": "xml",
        "operation": "void",
        "method": "DELETE",
        "path": "/api/shipments/v2409/void/cancel/1ZA1B2C30300000016",
        "query": {},
        "headers": {"transId": "0", "transactionSrc": "ups-gateway"},
        "body": None,
        "defaults": [],
        "ignored": [],
    }


def test_several_calls_are_printed_as_a_list() -> None:
    body = (CASES / "void/several_packages/legacy-request.xml").read_bytes()
    done = _run("--path", "/ups.app/xml/Void", standard_input=body)
    wanted = json.loads((CASES / "void/several_packages/rest-request.json").read_text("utf-8"))
    for call in wanted["calls"]:
        call["headers"] = {"transId": "0", "transactionSrc": "ups-gateway"}
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"dialect": "xml", "operation": "void", **wanted})


def test_with_a_reply_the_old_answer_is_printed(tmp_path: Path) -> None:
    case = CASES / "address_street/valid_regional"
    body = json.loads((case / "rest-reply.json").read_text("utf-8"))[0]["body"]
    (tmp_path / "reply.json").write_text(json.dumps(body), "utf-8")
    request = str(case / "legacy-request.xml")
    done = _run("--path", "/ups.app/xml/XAV", "--reply", str(tmp_path / "reply.json"), request)
    assert done.stdout == (
        '<?xml version="1.0"?><AddressValidationResponse><Response><ResponseStatusCode>1</ResponseStatusCode>'
        "<ResponseStatusDescription>Success</ResponseStatusDescription></Response><NoCandidatesIndicator/>"
        "</AddressValidationResponse>\n"
    )
    assert done.exit_code == 0


def test_with_a_refusal_the_old_fault_is_printed(tmp_path: Path) -> None:
    (tmp_path / "reply.json").write_text('{"response":{"errors":[{"code":"190117","message":"Voided before"}]}}')
    request = str(CASES / "void/whole_shipment/legacy-request.xml")
    done = _run("--path", "/ups.app/xml/Void", "--reply", str(tmp_path / "reply.json"), "--status", "400", request)
    assert (done.exit_code, done.stdout.count("<ErrorCode>190117</ErrorCode>")) == (0, 1)


@pytest.mark.parametrize(
    ("path", "body", "code", "status"),
    [
        ("/ups.app/xml/Nonsense", b"<NonsenseRequest/>", "20002", 3),
        ("/ups.app/xml/Void", b"<VoidShipmentRequest", "10001", 1),
        ("/ups.app/xml/Void", b"<VoidShipmentRequest/>", "10002", 1),
    ],
)
def test_what_cannot_be_translated_prints_the_old_fault(path: str, body: bytes, code: str, status: int) -> None:
    done = _run("--path", path, standard_input=body)
    assert done.exit_code == status
    assert done.stdout.count(f"<ErrorCode>{code}</ErrorCode>") == 1


def test_a_header_that_is_none_is_wrong_usage() -> None:
    done = _run("--path", "/ups.app/xml/Void", "-H", "no colon", standard_input=b"")
    assert done.exit_code == 2
    assert "'no colon' is not 'Name: value'" in done.stderr
