"""The legacy JSON dialect on the wire: credentials in every spelling, odd values, and faults whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.translate.reading import ACCOUNT, legacy, reply
from tests.translate.test_cases import FOLDERS, call_of, setting
from ups_gateway import translate
from ups_gateway.errors import (
    AccountRefused,
    GatewayBug,
    GatewayError,
    InvalidRequest,
    MalformedRequest,
    NoCredentials,
    OutcomeUnknown,
    Refusal,
    RequestTooLarge,
    UnknownOperation,
    UpsRefused,
    UpsUnreachable,
    WrongPassword,
)
from ups_gateway.model import Asked, Credentials, Dialect, LegacyAnswer, Operation, Secret, Terms, Translated
from ups_gateway.translate import FaultTerms, tree

HEADERS = {"Content-Type": "application/json"}
VOID = {"VoidShipment": {"ShipmentIdentificationNumber": "1Z1"}}
VOIDED = {"VoidShipmentResponse": {"SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}}}}


def read(body: Any, path: str = "/rest/Void") -> Asked:
    return translate.read(legacy(path, body if isinstance(body, bytes) else json.dumps(body)))


def said(answer: LegacyAnswer) -> Any:
    assert answer.body.isascii()
    return json.loads(answer.body)


# --- credentials ------------------------------------------------------------------------------------------------------

TOKEN = {"Username": "user", "Password": "p&w"}


@pytest.mark.parametrize(
    "security",
    [
        {"UPSSecurity": {"UsernameToken": TOKEN, "ServiceAccessToken": {"AccessLicenseNumber": "LICENCE1"}}},
        {"Security": {"UsernameToken": TOKEN, "UPSServiceAccessToken": {"AccessLicenseNumber": "LICENCE1"}}},
        {
            "UPSSecurity": {
                "UserAccessToken": {"UserId": " user\n", "Password": "p&w "},
                "ServiceAccessToken": {"AccessLicenseNumber": "LICENCE1"},
            }
        },
        {"AccessRequest": {"AccessLicenseNumber": "LICENCE1", "UserId": "user", "Password": "p&w"}},
    ],
    ids=["UPSSecurity", "Security", "UserAccessToken", "AccessRequest"],
)
def test_credentials_are_taken_out_in_every_spelling_before_or_after_the_request(security: dict[str, Any]) -> None:
    for body in ({**security, "VoidShipmentRequest": VOID}, {"VoidShipmentRequest": VOID, **security}):
        asked = read(body)
        assert asked.credentials == Credentials("LICENCE1", "user", Secret("p&w"))
        assert (asked.dialect, asked.operation, asked.root) == (Dialect.JSON, Operation.VOID, "VoidShipmentRequest")
        assert asked.tree == {"shipment": "1Z1"}


@pytest.mark.parametrize(
    ("security", "found"),
    [
        ({}, Credentials()),
        ({"UPSSecurity": "none"}, Credentials()),
        ({"UPSSecurity": {"UsernameToken": None, "ServiceAccessToken": []}}, Credentials()),
        ({"UPSSecurity": {"UsernameToken": {"Username": "", "Password": " "}}}, Credentials()),
        ({"UPSSecurity": {"AccessLicenseNumber": 1234}}, Credentials("1234")),
    ],
)
def test_what_is_absent_or_empty_is_no_credential(security: dict[str, Any], found: Credentials) -> None:
    assert read({**security, "VoidShipmentRequest": VOID}).credentials == found


# --- recognising ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/rest/Rate", "/json/Rate", "/JSON/Rate/", "/rest/Unheard"])
def test_the_root_decides_not_the_path(path: str) -> None:
    assert read({"VoidShipmentRequest": VOID}, path).operation is Operation.VOID


def test_the_request_is_found_beside_members_that_are_none() -> None:
    asked = read({"version": "1.0", "VoidShipmentRequest": VOID})
    assert (asked.root, asked.tree) == ("VoidShipmentRequest", {"shipment": "1Z1"})


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (b"", MalformedRequest, "The request is empty; a JSON object was expected."),
        (b" \n", MalformedRequest, "The request is empty; a JSON object was expected."),
        (b"[]", MalformedRequest, "The request is not a JSON object."),
        (b'"x"', MalformedRequest, "The request is not a JSON object."),
        (b"{", MalformedRequest, "The request is not JSON: Input data was truncated"),
        (b'{"a": "\xe9"}', MalformedRequest, "The request is not JSON: "),
        (b"{}", InvalidRequest, "The JSON object holds no request, only credentials."),
        (b'{"UPSSecurity": {}}', InvalidRequest, "The JSON object holds no request, only credentials."),
        (
            b'{"Nonsense": {}}',
            UnknownOperation,
            "There is no service for the request 'Nonsense' at '/rest/Void'.",
        ),
        (
            b'{"FreightShipRequest": {}}',
            UnknownOperation,
            "UPS sold its freight business (now TForce Freight); there is no UPS API for it any more.",
        ),
    ],
)
def test_what_is_no_request_is_refused_in_words(body: bytes, error: type[GatewayError], words: str) -> None:
    with pytest.raises(error) as refused:
        read(body)
    assert refused.value.message.startswith(words)


@pytest.mark.parametrize(
    ("method", "body"),
    [("GET", ""), ("GET", " \n"), ("PUT", json.dumps({"VoidShipmentRequest": VOID})), ("DELETE", "")],
)
def test_only_a_post_is_a_request(method: str, body: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        translate.read(legacy("/rest/Void", body, method))
    assert refused.value.message == f"A JSON service is asked by POST, not by {method}."


def test_a_get_that_brings_an_object_is_read_like_a_post() -> None:
    call = legacy("/json/Track", json.dumps({"TrackRequest": {"InquiryNumber": "1Z1"}}), "GET")
    assert translate.read(call).tracking_numbers == ("1Z1",)


@pytest.mark.parametrize("where", ["UPSSecurity", "VoidShipmentRequest", "beside"])
@pytest.mark.parametrize("opening", ['{"a":', "["])
@pytest.mark.parametrize("depth", [101, 900, 30_000])
def test_an_object_nested_deeper_than_any_request_is_refused(where: str, opening: str, depth: int) -> None:
    closing = "}" if opening == '{"a":' else "]"
    deep = opening * depth + '"x"' + closing * depth
    rest = "" if where == "VoidShipmentRequest" else ', "VoidShipmentRequest": {}'
    with pytest.raises(MalformedRequest):
        read(f'{{"{where}": {deep}{rest}}}'.encode())


@pytest.mark.parametrize("part", ["{}", "[]", "1"])
def test_an_object_of_more_parts_than_any_shipment_has_is_too_large(part: str) -> None:
    with pytest.raises(RequestTooLarge) as refused:
        read(f'{{"VoidShipmentRequest": [{",".join([part] * 40_000)}]}}'.encode())
    assert refused.value.message == "The JSON object has more than 40000 parts."


def test_a_byte_order_mark_is_no_part_of_the_object() -> None:
    assert read(b"\xef\xbb\xbf" + json.dumps({"VoidShipmentRequest": VOID}).encode()).tree == {"shipment": "1Z1"}


# --- values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" 10\n", "10"),
        (10, "10"),
        (10.5, "10.5"),
        (True, "true"),
        (False, "false"),
        (12345678901234567890, "12345678901234567890"),
        (["", "10"], "10"),
        ([None, 10], "10"),
    ],
)
def test_a_value_of_any_type_is_the_text_that_the_old_service_saw(value: Any, text: str) -> None:
    assert read({"VoidShipmentRequest": {"VoidShipment": {"ShipmentIdentificationNumber": value}}}).tree == {
        "shipment": text
    }


@pytest.mark.parametrize(("value", "set_"), [("", True), ({}, True), (None, False)])
def test_an_indicator_is_set_by_an_empty_value_and_not_by_null(value: Any, set_: bool) -> None:
    asked = read({"RateRequest": {"Shipment": {"RatingMethodRequestedIndicator": value}}}, "/rest/Rate")
    assert asked.tree == ({"Shipment": {"RatingMethodRequestedIndicator": ""}} if set_ else {})


@pytest.mark.parametrize("content", ["text", None, [], 5])
def test_a_request_that_is_no_object_is_an_empty_one(content: Any) -> None:
    assert read({"RateRequest": content}, "/rest/Rate").tree == {}


def test_a_lone_object_is_an_array_of_one_and_an_array_the_object_of_which_one_is_meant() -> None:
    shipment = {"Package": {"PackagingType": [{"Code": "02"}, {"Code": "03"}]}}
    assert read({"RateRequest": {"Shipment": [shipment]}}, "/rest/Rate").tree == {
        "Shipment": {"Package": [{"PackagingType": {"Code": "02"}}]}
    }


def test_an_array_in_an_array_is_a_longer_one() -> None:
    a, b, c = ({"PackagingType": {"Code": code}} for code in "abc")
    packages = [[a], [[None, b]], {"PackagingType": {"Code": [["c"]]}}]
    assert read({"RateRequest": {"Shipment": {"Package": packages}}}, "/rest/Rate").tree == {
        "Shipment": {"Package": [a, b, c]}
    }


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "reference"),
    [
        (None, {}),
        ("text", {}),
        ({"TransactionReference": None}, {}),
        ({"TransactionReference": {"TransactionIdentifier": "t"}}, {}),
        ({"TransactionReference": {"CustomerContext": ""}}, {"TransactionReference": {"CustomerContext": ""}}),
        (
            {"TransactionReference": {"CustomerContext": {"id": [7, None, "Zoë"]}}},
            {"TransactionReference": {"CustomerContext": {"id": [7, None, "Zoë"]}}},
        ),
    ],
)
def test_the_context_comes_back_whatever_it_is(request_: Any, reference: dict[str, Any]) -> None:
    asked = read({"VoidShipmentRequest": {"Request": request_, **VOID}})
    answer = translate.answer(translate.request(asked, ACCOUNT, Terms()), [reply(VOIDED)])
    assert said(answer) == {
        "VoidShipmentResponse": {
            "Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}, **reference},
            "SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}},
        }
    }
    assert (answer.status, dict(answer.headers)) == (200, HEADERS)


def _soap_cases() -> list[Path]:
    found = []
    for folder in FOLDERS:
        answer = folder / "legacy-reply.xml"
        is_answer = answer.exists() and b":Envelope" in answer.read_bytes() and b":Fault" not in answer.read_bytes()
        if is_answer:
            found.append(folder)
    return found


@pytest.mark.parametrize("folder", _soap_cases(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_soap_message_put_as_json_asks_and_is_answered_the_same(folder: Path) -> None:
    payload = etree.fromstring(call_of(folder).body).findall("{*}Body/*")[0]
    root = tree.local_name(payload)
    account, terms = setting(json.loads((folder / "rest-request.json").read_text("utf-8")))
    call = legacy("/rest/X", json.dumps({root: tree.to_tree(payload)}))
    soap, put = (translate.request(translate.read(one), account, terms) for one in (call_of(folder), call))
    assert (put.calls, put.defaults, put.ignored) == (soap.calls, soap.defaults, soap.ignored)
    replies = [reply(row["body"], row["status"]) for row in json.loads((folder / "rest-reply.json").read_text("utf-8"))]
    answer = etree.fromstring(translate.answer(soap, replies, digest="D").body).findall("{*}Body/*")[0]
    assert said(translate.answer(put, replies, digest="D")) == {tree.local_name(answer): tree.to_tree(answer)}


TOOLS = [
    folder
    for folder in FOLDERS
    if folder.parent.name in ("address_city", "locator", "quantum_view") and not (folder / "call.json").exists()
]


@pytest.mark.parametrize("folder", TOOLS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_document_of_a_tool_that_was_no_soap_service_put_as_json_asks_and_is_answered_the_same(folder: Path) -> None:
    document = etree.fromstring(tree.split(call_of(folder).body.decode())[1])
    root, replies = tree.local_name(document), json.loads((folder / "rest-reply.json").read_text("utf-8"))
    account, terms = setting(json.loads((folder / "rest-request.json").read_text("utf-8")))
    call = legacy("/rest/X", json.dumps({root: tree.to_tree(document)}))
    xml, put = (translate.request(translate.read(one), account, terms) for one in (call_of(folder), call))
    assert (put.calls, put.defaults, put.ignored) == (xml.calls, xml.defaults, xml.ignored)
    old, new = (answer_to(translated, replies) for translated in (xml, put))
    answer = etree.fromstring(old.body)
    assert (new.status, dict(new.headers)) == (200, HEADERS)
    assert said(new) == {tree.local_name(answer): tree.to_tree(answer)}


def answer_to(translated: Translated, rows: Any) -> LegacyAnswer:
    try:
        return translate.answer(translated, [reply(row["body"], row["status"]) for row in rows])
    except GatewayError as error:
        return translate.fault(translated.asked, error)


@pytest.mark.parametrize("reference", [None, "text", {}, {"TransactionIdentifier": "t"}, {"CustomerContext": None}])
def test_a_tool_repeats_nothing_where_nothing_was_sent_to_be_repeated(reference: Any) -> None:
    asked = read({"LocatorRequest": {"Request": {"TransactionReference": reference}}}, "/rest/Locator")
    assert said(translate.fault(asked, NoCredentials("m"))) == tool("LocatorResponse", "Hard", "250005", "m")


# --- faults -----------------------------------------------------------------------------------------------------------


def tool(root: str, level: str, code: str, text: str, **more: Any) -> dict[str, Any]:
    error = {"ErrorSeverity": level, "ErrorCode": code, "ErrorDescription": text, **more}
    return {root: {"Response": {"ResponseStatusCode": "0", "ResponseStatusDescription": "Failure", "Error": error}}}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (WrongPassword("m"), tool("QuantumViewResponse", "Hard", "250002", "m")),
        (
            UpsUnreachable("m", retry_after=9.6),
            tool("QuantumViewResponse", "Transient", "20001", "m", MinimumRetrySeconds="10"),
        ),
        (
            InvalidRequest("m", location="Bookmark"),
            tool("QuantumViewResponse", "Hard", "10002", "m", ErrorLocation={"ErrorLocationElementName": "Bookmark"}),
        ),
        (
            UpsRefused((Refusal("330022", ""), Refusal("1", "more")), http_status=400),
            tool("QuantumViewResponse", "Hard", "330022", "General process failure"),
        ),
    ],
)
def test_a_tool_of_the_xml_api_has_its_error_in_response(error: GatewayError, expected: dict[str, Any]) -> None:
    answer = translate.fault(read({"QuantumViewRequest": {}}, "/rest/QVEvents"), error)
    assert (answer.status, dict(answer.headers), said(answer)) == (200, HEADERS, expected)


def test_the_wishes_of_an_access_key_hold_for_the_tools_too() -> None:
    error = UpsRefused((Refusal("9264028", "no"), Refusal("1", "")), http_status=400)
    asked = read({"AddressValidationRequest": {}}, "/rest/AV")
    answer = translate.fault(asked, error, FaultTerms(json_status=500, json_errors_beside=True))
    assert (answer.status, said(answer)) == (
        500,
        {
            **tool("AddressValidationResponse", "Hard", "9264028", "no"),
            "response": {
                "errors": [{"code": "9264028", "message": "no"}, {"code": "1", "message": "General process failure"}]
            },
        },
    )


def detail(severity: str, code: str, text: str, **more: Any) -> dict[str, Any]:
    return {"Severity": severity, "PrimaryErrorCode": {"Code": code, "Description": text}, **more}


def fault(side: str, details: Any) -> dict[str, Any]:
    words = "An exception has been raised as a result of client data."
    return {"Fault": {"faultcode": side, "faultstring": words, "detail": {"Errors": {"ErrorDetail": details}}}}


@pytest.mark.parametrize(
    ("error", "side", "details"),
    [
        (MalformedRequest("m"), "Client", detail("Hard", "10001", "m")),
        (NoCredentials("m"), "Client", detail("Authentication", "250005", "m")),
        (WrongPassword("m"), "Client", detail("Authentication", "250002", "m")),
        (GatewayBug("m"), "Server", detail("Hard", "20001", "m")),
        (OutcomeUnknown("m"), "Server", detail("Hard", "20001", "m")),
        (UpsUnreachable("m"), "Server", detail("Transient", "20001", "m")),
        (UpsUnreachable("m", retry_after=9.6), "Server", detail("Transient", "20001", "m", MinimumRetrySeconds="10")),
        (
            AccountRefused("ö <&>", location="Shipment"),
            "Client",
            detail("Hard", "120100", "ö <&>", Location={"LocationElementName": "Shipment"}),
        ),
        (
            UpsRefused((Refusal("111210", ""), Refusal("1", "more")), http_status=400),
            "Client",
            [detail("Hard", "111210", "General process failure"), detail("Hard", "1", "more")],
        ),
    ],
)
def test_a_fault_lists_all_errors_with_status_200(error: GatewayError, side: str, details: Any) -> None:
    answer = translate.fault(read({"VoidShipmentRequest": VOID}), error)
    assert (answer.status, dict(answer.headers), said(answer)) == (200, HEADERS, fault(side, details))


def test_an_access_key_may_want_status_500_and_the_errors_beside_the_fault() -> None:
    error = UpsRefused((Refusal("111210", "no"), Refusal("1", "")), http_status=400)
    asked = read({"VoidShipmentRequest": VOID})
    answer = translate.fault(asked, error, FaultTerms(json_status=500, json_errors_beside=True))
    details = [detail("Hard", "111210", "no"), detail("Hard", "1", "General process failure")]
    assert (answer.status, said(answer)) == (
        500,
        {
            **fault("Client", details),
            "response": {
                "errors": [{"code": "111210", "message": "no"}, {"code": "1", "message": "General process failure"}]
            },
        },
    )


@pytest.mark.parametrize("path", ["/rest/Rate", "/json/Unheard"])
def test_a_body_that_cannot_be_read_is_a_fault_too(path: str) -> None:
    answer = translate.fault(legacy(path, "{"), MalformedRequest("m"))
    assert (answer.status, said(answer)) == (200, fault("Client", detail("Hard", "10001", "m")))


def test_a_slow_answer_begins_with_nothing_but_its_headers() -> None:
    started = translate.slow_start(legacy("/rest/Rate", ""))
    assert started is not None
    assert (dict(started[0]), started[1]) == (HEADERS, b"")
