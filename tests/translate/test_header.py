"""The header-auth dialect on the wire: paths, queries and bodies of early REST, arrays by version, errors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, reply
from ups_gateway import translate
from ups_gateway.errors import (
    AccountRefused,
    BlockedKey,
    GatewayBug,
    GatewayError,
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
from ups_gateway.model import Asked, Credentials, Dialect, LegacyAnswer, LegacyCall, Operation, Secret, Terms
from ups_gateway.translate.dialects import header
from ups_gateway.translate.operations import early_rest

HEADERS = {"Content-Type": "application/json"}
NUMBER = "1ZA1B2C30300000012"


def early(method: str, path: str, body: Any = None, query: str = "", **headers: str) -> LegacyCall:
    """A request of early REST."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return LegacyCall(method, "onlinetools.ups.com", path, query, headers, data)


def said(answer: LegacyAnswer) -> Any:
    assert answer.body.isascii()
    return json.loads(answer.body)


# --- what is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "operation", "root", "tree"),
    [
        (
            early("POST", "/ship/v1/rating/Rate", {"RateRequest": {"Shipment": {"NumOfPieces": 2}}}),
            Operation.RATE,
            "RateRequest",
            {"Request": {"RequestOption": "Rate"}, "Shipment": {"NumOfPieces": "2"}},
        ),
        (
            early(
                "POST",
                "/Ship/1801/Rating/shop/",
                {"Shipment": {}, "Request": {"SubVersion": "1", "RequestOption": "x"}},
            ),
            Operation.RATE,
            "RateRequest",
            {"Request": {"SubVersion": "1", "RequestOption": "Shop"}},
        ),
        (
            early("POST", "/ship/v1607/rating/Rate", {"RateRequest": []}, "additionalInfo=TimeInTransit"),
            Operation.RATE,
            "RateRequest",
            {"Request": {"RequestOption": "Ratetimeintransit"}},
        ),
        (
            early("POST", "/ship/v1607/rating/Shoptimeintransit", {"Request": "x"}, "additionalinfo=timeintransit"),
            Operation.RATE,
            "RateRequest",
            {"Request": {"RequestOption": "Shoptimeintransit"}},
        ),
        (
            early("POST", "/ship/v1701/shipments", {"ShipmentRequest": {"Shipment": {"NumOfPiecesInShipment": 1}}}),
            Operation.SHIP,
            "ShipmentRequest",
            {"Shipment": {"NumOfPiecesInShipment": "1"}},
        ),
        (
            early("POST", "/ship/v1/shipments/labels", {"LabelRecoveryRequest": {"TrackingNumber": NUMBER}}),
            Operation.LABEL_RECOVERY,
            "LabelRecoveryRequest",
            {"TrackingNumber": NUMBER},
        ),
        (
            early("POST", "/ship/v1/shipments/transittimes", {"weight": 1}),
            Operation.TIME_IN_TRANSIT,
            "TimeInTransitRequest",
            {"weight": 1},
        ),
        (
            early("DELETE", f"/ship/v1/shipments/cancel/{NUMBER}"),
            Operation.VOID,
            "VoidShipmentRequest",
            {"shipment": NUMBER},
        ),
        (
            early("DELETE", f"/ship/v1/shipments/cancel/{NUMBER}/", None, 'TrackingNumber=["1Z1","1Z2"]'),
            Operation.VOID,
            "VoidShipmentRequest",
            {"shipment": NUMBER, "trackingnumber": ["1Z1", "1Z2"]},
        ),
        (
            early("POST", "/addressvalidation/v1/2", {"XAVRequest": {}}, "maximumCandidateListSize=7"),
            Operation.ADDRESS_STREET,
            "XAVRequest",
            {"option": "2", "maximum": "7"},
        ),
        (
            early("POST", "/addressvalidation/v1/1", {}, "regionalRequestIndicator=true&maximumcandidatelistsize="),
            Operation.ADDRESS_STREET,
            "XAVRequest",
            {"option": "1", "regional": ""},
        ),
        (
            early("POST", "/addressvalidation/v1/3", {}, "regionalrequestindicator=False"),
            Operation.ADDRESS_STREET,
            "XAVRequest",
            {"option": "3"},
        ),
        (
            early("POST", "/dangerousgoods/v1/acceptanceAuditPreCheck", {"AcceptanceAuditPreCheckRequest": {}}),
            Operation.DANGEROUS_GOODS_PRECHECK,
            "AcceptanceAuditPreCheckRequest",
            {},
        ),
        (
            early("POST", "/dangerousgoods/v1/chemicalreferencedata", {"ChemicalReferenceDataRequest": {}}),
            Operation.DANGEROUS_GOODS_CHEMICALS,
            "ChemicalReferenceDataRequest",
            {},
        ),
        (
            early("POST", "/ship/v1/pickups", {"PickupCreationRequest": {"RatePickupIndicator": "N"}}),
            Operation.PICKUP_CREATE,
            "PickupCreationRequest",
            {"RatePickupIndicator": "N"},
        ),
    ],
)
def test_path_query_and_body_together_are_what_the_soap_message_would_hold(
    call: LegacyCall, operation: Operation, root: str, tree: dict[str, Any]
) -> None:
    asked = translate.read(call)
    assert (asked.dialect, asked.operation, asked.root, asked.tree) == (Dialect.HEADER, operation, root, tree)


@pytest.mark.parametrize(
    ("method", "path", "to"),
    [
        ("GET", f"/track/v1/details/{NUMBER}", f"/api/track/v1/details/{NUMBER}"),
        ("GET", "/track/v1/details/ab%20c", "/api/track/v1/details/ab%20c"),
        ("DELETE", "/ship/v1/pickups/2929AONCALL", "/api/shipments/v2409/pickup/02"),
        ("DELETE", "/ship/v1/pickups/A1B2C3", "/api/shipments/v2409/pickup/01"),
    ],
)
def test_a_number_in_the_path_says_what_is_meant(method: str, path: str, to: str) -> None:
    assert translate.request(translate.read(early(method, path)), ACCOUNT, Terms()).calls[0].path == to


def test_what_the_query_says_of_city_validation_goes_on_to_ups_and_the_rest_does_not() -> None:
    body: dict[str, Any] = {"ShipmentRequest": {"Shipment": {}}}
    call = early("POST", "/ship/v1/shipments", body, "AdditionalAddressValidation=city&other=1")
    assert dict(translate.request(translate.read(call), ACCOUNT, Terms()).calls[0].query) == {
        "additionaladdressvalidation": "city"
    }


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (
            {"accesslicensenumber": " LICENCE1", "username": "user", "password": "p&w "},
            Credentials("LICENCE1", "user", Secret("p&w")),
        ),
        ({"accesslicensenumber": "LICENCE1"}, Credentials("LICENCE1")),
        ({"accesslicensenumber": "", "username": " ", "password": ""}, Credentials()),
        ({"authorization": "Bearer x", "authenticationtoken": "x"}, Credentials()),
    ],
)
def test_credentials_are_three_headers(headers: dict[str, str], found: Credentials) -> None:
    assert translate.read(early("GET", f"/track/v1/details/{NUMBER}", **headers)).credentials == found


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            early("GET", "/ship/v1/shipments"),
            MalformedRequest,
            "/ship/v1/shipments is not asked by GET.",
        ),
        (early("POST", "/ship/v1/nothing", {}), UnknownOperation, "There is no service at '/ship/v1/nothing'."),
        (
            early("POST", "/ship/v1607/freight/rating/ground", {}),
            UnknownOperation,
            "UPS sold its freight business; there is no UPS API for it.",
        ),
        (
            early("GET", "/locator/v2/locations/accesspoints/availabilites/country/US"),
            UnknownOperation,
            "UPS's OpenAPI has no successor of this list; the Locator API finds access points near an address.",
        ),
        (
            early("POST", "/ship/v1/rating/Rate"),
            MalformedRequest,
            "The request is empty; a JSON object was expected.",
        ),
        (early("POST", "/ship/v1/rating/Rate", b"[1]"), MalformedRequest, "The request is not a JSON object."),
        (
            early("POST", f"/ship/v{'1' * 5_000}/shipments", {"ShipmentRequest": {}}),
            UnknownOperation,
            f"There is no service at {'/ship/v' + '1' * 93!r}.",
        ),
    ],
)
def test_what_is_no_request_is_refused_in_words(call: LegacyCall, error: type[GatewayError], words: str) -> None:
    with pytest.raises(error) as refused:
        translate.read(call)
    assert refused.value.message == words


# --- answers ----------------------------------------------------------------------------------------------------------

CALLS = {
    Operation.RATE: early("POST", "/ship/{}/rating/Rate", {"RateRequest": {}}),
    Operation.SHIP: early("POST", "/ship/{}/shipments", {"ShipmentRequest": {}}),
    Operation.VOID: early("DELETE", f"/ship/{{}}/shipments/cancel/{NUMBER}"),
    Operation.LABEL_RECOVERY: early("POST", "/ship/{}/shipments/labels", {"LabelRecoveryRequest": {}}),
    Operation.ADDRESS_STREET: early("POST", "/addressvalidation/{}/3", {"XAVRequest": {}}),
    Operation.TRACK: early("GET", f"/track/{{}}/details/{NUMBER}"),
}


def answered(operation: Operation, version: str, body: Any) -> Any:
    call = CALLS[operation]
    path = call.path.format(version)
    asked = translate.read(LegacyCall(call.method, call.host, path, "", {}, call.body))
    return said(translate.answer(translate.request(asked, ACCOUNT, Terms()), [reply(body)]))


ONE: dict[str, Any] = {
    "XResponse": {
        "Alert": [{"Code": "1"}],
        "RatedShipment": [{"RatedPackage": [{"Weight": "1"}]}],
        "Candidate": [["a"]],
    }
}


@pytest.mark.parametrize(
    ("operation", "version", "answer"),
    [
        (
            Operation.RATE,
            "v1",
            {
                "XResponse": {
                    "Alert": {"Code": "1"},
                    "RatedShipment": {"RatedPackage": {"Weight": "1"}},
                    "Candidate": [["a"]],
                }
            },
        ),
        (
            Operation.RATE,
            "2205",
            {
                "XResponse": {
                    "Alert": {"Code": "1"},
                    "RatedShipment": {"RatedPackage": {"Weight": "1"}},
                    "Candidate": [["a"]],
                }
            },
        ),
        (
            Operation.RATE,
            "v2403",
            {
                "XResponse": {
                    "Alert": [{"Code": "1"}],
                    "RatedShipment": {"RatedPackage": [{"Weight": "1"}]},
                    "Candidate": [["a"]],
                }
            },
        ),
        (Operation.RATE, "V2409", ONE),
        (
            Operation.ADDRESS_STREET,
            "v1",
            {
                "XResponse": {
                    "Alert": {"Code": "1"},
                    "RatedShipment": [{"RatedPackage": [{"Weight": "1"}]}],
                    "Candidate": ["a"],
                }
            },
        ),
        (Operation.ADDRESS_STREET, "v2", ONE),
        (
            Operation.LABEL_RECOVERY,
            "v1",
            {**ONE, "XResponse": {**ONE["XResponse"], "Alert": {"Code": "1"}}},
        ),
    ],
)
def test_an_array_of_one_is_the_lone_object_in_versions_that_gave_it_so(
    operation: Operation, version: str, answer: Any
) -> None:
    assert answered(operation, version, ONE) == answer


def test_an_array_of_several_or_of_none_stays_an_array() -> None:
    body = {"RateResponse": {"RatedShipment": [{"TaxCharges": []}, {}], "Other": [None, [1.5, True]]}}
    assert answered(Operation.RATE, "v1", body) == body


def test_tracking_takes_language_signature_and_proof_of_delivery_from_the_query() -> None:
    query = "locale=de_DE&returnSignature=true&returnPOD=TRUE"
    call = LegacyCall("GET", "onlinetools.ups.com", f"/track/v1/details/{NUMBER}", query, {}, b"")
    (asked,) = translate.request(translate.read(call), ACCOUNT, Terms()).calls
    assert dict(asked.query) == {"locale": "de_DE", "returnSignature": "true", "returnPOD": "true"}


def test_tracking_is_answered_as_ups_does_whatever_the_version() -> None:
    body: Any = {"trackResponse": {"shipment": [{"package": [{"activity": [{}]}]}]}}
    assert answered(Operation.TRACK, "v1", body) == body


@pytest.mark.parametrize("lone", [True, False])
def test_a_void_in_several_calls_is_one_answer(lone: bool) -> None:
    numbers = [f"1Z{number:016}" for number in range(21)]
    query = "trackingnumber=" + ",".join(numbers)
    asked = translate.read(early("DELETE", f"/ship/v1/shipments/cancel/{NUMBER}", None, query))
    translated = translate.request(asked, ACCOUNT, Terms())
    results = [{"TrackingNumber": number, "Status": {"Code": "1"}} for number in numbers]
    status = {"SummaryResult": {"Status": {"Code": "1"}}}
    last: Any = results[20] if lone else [results[20]]
    replies = [
        reply({"VoidShipmentResponse": {**status, "PackageLevelResults": results[:20]}}),
        reply({"VoidShipmentResponse": {**status, "PackageLevelResults": last}}),
    ]
    assert len(translated.calls) == 2
    assert said(translate.answer(translated, replies)) == {
        "VoidShipmentResponse": {**status, "PackageLevelResults": results}
    }


def test_the_versions_are_those_of_ups(ups_reference: Path) -> None:
    operations = {
        "Rate": Operation.RATE,
        "Shipment": Operation.SHIP,
        "VoidShipment": Operation.VOID,
        "AddressValidation": Operation.ADDRESS_STREET,
        "Acceptance Audit Pre-Check": Operation.DANGEROUS_GOODS_PRECHECK,
        "Chemical Reference Data": Operation.DANGEROUS_GOODS_CHEMICALS,
        "Pickup Creation": Operation.PICKUP_CREATE,
    }
    lines = (ups_reference / "rest-array-since.tsv").read_text("utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    since = [
        (operations[name], path.rpartition("/")[2], int(version.removeprefix("v")))
        for _spec, name, _side, path, version in rows
        if name in operations
    ]
    assert len(since) > 40
    assert [row for row in since if early_rest.ARRAYS_SINCE[row[0]].get(row[1]) != row[2]] == []
    listed = {(operation, name) for operation, name, _version in since}
    more = {(operation, name) for operation, names in early_rest.ARRAYS_SINCE.items() for name in names} - listed
    assert more == {
        (Operation.PICKUP_CREATE, "Alert"),
        # one path and one version then and now; early REST gave lone objects
        *((Operation.LABEL_RECOVERY, name) for name in ("Alert", "LabelResults", "TrackingCandidate")),
    }


# --- faults -----------------------------------------------------------------------------------------------------------


def read() -> Asked:
    return translate.read(early("GET", f"/track/v1/details/{NUMBER}"))


@pytest.mark.parametrize(
    ("error", "status", "errors"),
    [
        (MalformedRequest("m"), 400, [("10001", "m")]),
        (UnknownOperation("m"), 404, [("20002", "m")]),
        (RequestTooLarge("m"), 400, [("10013", "m")]),
        (NoCredentials("m"), 401, [("250005", "m")]),
        (WrongPassword("m"), 401, [("250002", "m")]),
        (BlockedKey("m"), 403, [("250007", "m")]),
        (AccountRefused("Nein, Straße", location="X"), 400, [("120100", "Nein, Straße")]),
        (UpsUnreachable("m"), 500, [("20001", "m")]),
        (OutcomeUnknown("m"), 500, [("20001", "m")]),
        (GatewayBug("m"), 500, [("20001", "m")]),
    ],
)
def test_errors_are_listed_with_a_status_that_clients_know(
    error: GatewayError, status: int, errors: list[tuple[str, str]]
) -> None:
    answer = translate.fault(read(), error)
    listed = [{"code": code, "message": words} for code, words in errors]
    assert (answer.status, dict(answer.headers), said(answer)) == (status, HEADERS, {"response": {"errors": listed}})


@pytest.mark.parametrize(
    ("upstream", "status"),
    [
        (200, 400),
        (400, 400),
        (401, 400),
        (403, 400),
        (404, 404),
        (405, 404),
        (422, 400),
        (429, 429),
        (500, 500),
        (502, 500),
        (503, 500),
    ],
)
def test_a_refusal_of_ups_has_the_status_that_its_early_rest_would_have_had(upstream: int, status: int) -> None:
    answer = translate.fault(read(), UpsRefused((Refusal("1", "no"), Refusal("2", "")), http_status=upstream))
    errors = [{"code": "1", "message": "no"}, {"code": "2", "message": "General process failure"}]
    assert (answer.status, said(answer)) == (status, {"response": {"errors": errors}})


@pytest.mark.parametrize(
    "call",
    [
        early("POST", "/ship/v1/rating/Rate", b"{"),
        early("POST", "/somewhere/else", b"{", **{"content-type": "application/json; charset=utf-8"}),
    ],
)
def test_what_cannot_be_read_is_answered_in_json_where_json_was_sent(call: LegacyCall) -> None:
    answer = translate.fault(call, MalformedRequest("m"))
    assert (answer.status, said(answer)) == (400, {"response": {"errors": [{"code": "10001", "message": "m"}]}})


def test_an_answer_is_never_begun_before_it_is_whole() -> None:
    assert translate.slow_start(early("POST", "/ship/v1/rating/Rate", {})) is None


def test_every_route_is_known_to_be_of_this_dialect() -> None:
    written = [re.sub(r"\(\?P<(\w+)>[^)]*\)", "1", route.path.pattern) for route in header.ROUTES]
    assert [path for path in written if header.PATHS.match(path) is None] == []
