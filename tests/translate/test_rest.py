"""Today's REST without a bearer: what goes on to UPS, what the ledger and the access check are told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, reply
from ups_gateway import translate
from ups_gateway.errors import GatewayError, MalformedRequest, UnknownOperation, UpsRefused, UpsUnreachable
from ups_gateway.model import Credentials, Dialect, LegacyCall, Operation, RestCall, RestReply, Secret, Terms

NUMBER = "1ZA1B2C30300000012"


def rest(method: str, path: str, body: Any = None, query: str = "", **headers: str) -> LegacyCall:
    data = b"" if body is None else json.dumps(body).encode()
    return LegacyCall(method, "onlinetools.ups.com", path, query, headers, data)


def sent(call: LegacyCall, *, anonymous: bool = False) -> RestCall:
    """What UPS would be asked."""
    (made,) = translate.request(translate.read(call), ACCOUNT, Terms(anonymous=anonymous)).calls
    return made


@pytest.mark.parametrize(
    ("method", "path", "operation", "creating"),
    [
        ("POST", "/api/rating/v2409/Shop", Operation.RATE, False),
        ("POST", "/api/shipments/v2409/ship", Operation.SHIP, True),
        ("DELETE", f"/api/shipments/v1/void/cancel/{NUMBER}", Operation.VOID, False),
        ("POST", "/api/labels/v1/recovery", Operation.LABEL_RECOVERY, False),
        ("GET", f"/api/track/v1/details/{NUMBER}", Operation.TRACK, False),
        ("GET", "/api/track/v1/reference/details/PO%201", Operation.TRACK, False),
        ("GET", f"/api/track/v1/shipment/details/{NUMBER}", Operation.TRACK, False),
        ("POST", "/api/addressvalidation/v2/3", Operation.ADDRESS_STREET, False),
        ("POST", "/api/shipments/v1/transittimes", Operation.TIME_IN_TRANSIT, False),
        ("POST", "/api/locations/v3/search/availabilities/64", Operation.LOCATOR, False),
        ("POST", "/api/quantumview/v3/events", Operation.QUANTUM_VIEW, False),
        ("POST", "/api/pickupcreation/v2409/pickup", Operation.PICKUP_CREATE, True),
        ("POST", "/api/shipments/v2409/pickup/oncall", Operation.PICKUP_RATE, False),
        ("DELETE", "/api/shipments/v2409/pickup/02", Operation.PICKUP_CANCEL, False),
        ("GET", "/api/shipments/v2409/pickup/oncall", Operation.PICKUP_PENDING, False),
        ("POST", "/api/pickup/v2409/servicecenterlocations", Operation.PICKUP_FACILITIES, False),
        ("POST", "/api/paperlessdocuments/v2/upload", Operation.PAPERLESS_UPLOAD, True),
        ("POST", "/api/paperlessdocuments/v2/image/", Operation.PAPERLESS_PUSH, True),
        ("DELETE", "/api/paperlessdocuments/v2/DocumentId/ShipperNumber", Operation.PAPERLESS_DELETE, False),
        ("POST", "/api/dangerousgoods/v3/acceptanceauditprecheck", Operation.DANGEROUS_GOODS_PRECHECK, False),
        ("POST", "/api/dangerousgoods/v2409/chemicalreferencedata", Operation.DANGEROUS_GOODS_CHEMICALS, False),
        ("POST", "/api/dangerousgoods/v2/prenotification", Operation.PRENOTIFICATION, True),
        ("POST", "/api/landedcost/v1/quotes", Operation.LANDED_COST, False),
    ],
)
def test_the_path_tells_the_operation_and_nothing_is_translated(
    method: str, path: str, operation: Operation, creating: bool
) -> None:
    body = {"AnyRequest": {"b": 1.5, "a": ["x", None, 123456789012345678901]}} if method == "POST" else None
    asked = translate.read(rest(method, path, body))
    assert (asked.dialect, asked.operation, asked.creating) == (Dialect.REST, operation, creating)
    assert translate.request(asked, ACCOUNT, Terms()).calls == (RestCall(method, path, body=body),)


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/api/rating/v2409/Shop", UnknownOperation),
        ("POST", "/api/freight/v1/ship", UnknownOperation),
        ("POST", "/api/security/v1/oauth/token", UnknownOperation),
        ("POST", "/api/rating/v1/..%2F..%2Fshipments%2Fv1%2Fship", MalformedRequest),
        ("POST", "/api/rating/v1/..", MalformedRequest),
        ("POST", "/api/rating/v1/%2e%2e", MalformedRequest),
        ("DELETE", "/api/paperlessdocuments/v1/a/b%5Cc", MalformedRequest),
        ("DELETE", "/api/paperlessdocuments/v1/a/..;b", MalformedRequest),
        ("DELETE", "/api/paperlessdocuments/v1/a/b%0D%0AX:", MalformedRequest),
        ("DELETE", "/api/paperlessdocuments/v1/a/%252e%252e", MalformedRequest),
    ],
)
def test_a_path_that_is_not_surely_an_operation_is_refused(method: str, path: str, kind: type[GatewayError]) -> None:
    with pytest.raises(kind):
        translate.read(rest(method, path, {}))


def test_the_query_goes_on_as_it_came() -> None:
    query = "locale=en_US&b=2&a=%5B1%5D&a=+2&returnSignature"
    call = rest("GET", f"/api/track/v1/details/{NUMBER}", query=query)
    assert sent(call) == RestCall("GET", call.path, sent_query=query)
    assert translate.unpack(translate.pack(sent(call))) == sent(call)


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ({"transid": "T" * 32, "transactionsrc": "erp"}, {"transid": "T" * 32, "transactionsrc": "erp"}),
        ({"transid": "T" * 33, "transactionsrc": "e" * 513}, {}),
        ({"transid": "", "authorization": "Bearer x", "cookie": "y", "accept": "z"}, {}),
        ({"prn": "2929", "accountnumber": "A1B2C3"}, {"prn": "2929", "accountnumber": "A1B2C3"}),
    ],
)
def test_headers_that_ups_knows_are_passed_on_within_its_limits(given: dict[str, str], passed: dict[str, str]) -> None:
    assert sent(rest("DELETE", "/api/shipments/v2409/pickup/02", **given)).headers == passed


def test_credentials_are_headers_and_stay_here() -> None:
    given = {"accesslicensenumber": "LICENCE1", "username": "user", "password": " p "}
    call = rest("GET", f"/api/track/v1/details/{NUMBER}", **given)
    assert translate.read(call).credentials == Credentials("LICENCE1", "user", Secret("p"))
    assert sent(call).headers == {}


def test_accounts_of_body_and_headers_are_to_be_the_keys() -> None:
    shipment = {
        "Shipper": {"ShipperNumber": "A1B2C3"},
        "PaymentInformation": {
            "ShipmentCharge": [
                {"Type": "01", "BillShipper": {"AccountNumber": "D4E5F6"}},
                {"Type": "02", "BillReceiver": {"AccountNumber": "THEIRS"}},
            ]
        },
    }
    ship = rest("POST", "/api/shipments/v1/ship", {"ShipmentRequest": {"Shipment": shipment}})
    assert translate.read(ship).accounts == ("A1B2C3", "D4E5F6")
    upload = rest("POST", "/api/paperlessdocuments/v2/upload", {"UploadRequest": {"ShipperNumber": "D4E5F6"}})
    headed = rest("POST", upload.path, {"UploadRequest": {"ShipperNumber": "D4E5F6"}}, shippernumber="A1B2C3")
    assert (translate.read(upload).accounts, translate.read(headed).accounts) == (("D4E5F6",), ("A1B2C3", "D4E5F6"))


def test_no_account_hides_behind_another_root() -> None:
    hidden = {"Shipment": {"Shipper": {"ShipperNumber": "Z9Z9Z9"}}}
    call = rest("POST", "/api/shipments/v1/ship", {"Other": {"Shipment": {}}, "ShipmentRequest": hidden})
    assert translate.read(call).accounts == ("Z9Z9Z9",)
    several = rest("POST", "/api/shipments/v1/ship", {"ShipmentRequest": ["x", hidden]})
    assert translate.read(several).accounts == ("Z9Z9Z9",)


@pytest.mark.parametrize("body", [None, {}, {"x": "y"}, {"ShipmentRequest": {"Shipment": [1, "x", None]}}])
def test_a_body_of_another_shape_is_ups_to_judge(body: Any) -> None:
    assert translate.read(rest("POST", "/api/shipments/v1/ship", body)).accounts == ()


def test_a_void_names_the_shipment_then_the_packages() -> None:
    query = "trackingnumber=%5B%221ZA1B2C30300000021%22,%221ZA1B2C30300000012%22%5D"
    call = rest("DELETE", f"/api/shipments/v2409/void/cancel/{NUMBER}", query=query)
    assert translate.read(call).tracking_numbers == (NUMBER, "1ZA1B2C30300000021")
    assert translate.packages_of(sent(call)) == ("1ZA1B2C30300000021", NUMBER)


def test_a_label_recovery_is_about_its_number_and_creates_when_it_mails() -> None:
    request: dict[str, Any] = {"TrackingNumber": NUMBER}
    asked = translate.read(rest("POST", "/api/labels/v1/recovery", {"LabelRecoveryRequest": request}))
    assert (asked.tracking_numbers, asked.creating) == ((NUMBER,), False)
    request["LabelDelivery"] = {"ResendEMailIndicator": ""}
    assert translate.read(rest("POST", "/api/labels/v1/recovery", {"LabelRecoveryRequest": request})).creating


def test_nobodys_rates_are_the_published_ones() -> None:
    options = {"NegotiatedRatesIndicator": "Y", "TPFCNegotiatedRatesIndicator": "", "FRSShipmentIndicator": ""}
    body = {"RateRequest": {"Request": {}, "Shipment": {"ShipmentRatingOptions": options, "Package": [{}]}}}
    call = rest("POST", "/api/rating/v2409/Rate", body)
    published = {"ShipmentRatingOptions": {"FRSShipmentIndicator": ""}, "Package": [{}]}
    assert sent(call).body == body
    assert sent(call, anonymous=True).body == {"RateRequest": {"Request": {}, "Shipment": published}}
    own = {"PickupRateRequest": {"ShipperAccount": {}, "UserLevelDiscountIndicator": "", "ServiceDateOption": "01"}}
    pickup = rest("POST", "/api/shipments/v2409/pickup/oncall", own)
    assert sent(pickup, anonymous=True).body == {"PickupRateRequest": {"ServiceDateOption": "01"}}
    track = rest("GET", f"/api/track/v1/details/{NUMBER}")
    assert sent(track, anonymous=True).body is None


# --- answers ----------------------------------------------------------------------------------------------------------

ODD = b'{ "response" : {"errors":[{"code":"111210","message":"No \xc3\xa9"},\n{"code":"2","message":"x"}]}}'


def answered(reply: RestReply, *, creating: bool = False) -> tuple[int, dict[str, str], bytes]:
    """The answer or the fault that the reply becomes."""
    path = "/api/shipments/v1/ship" if creating else "/api/rating/v1/Rate"
    translated = translate.request(translate.read(rest("POST", path, {"x": {}})), ACCOUNT, Terms())
    try:
        answer = translate.answer(translated, (reply,))
    except GatewayError as error:
        answer = translate.fault(translated.asked, error)
    return answer.status, dict(answer.headers), answer.body


@pytest.mark.parametrize(
    ("status", "kind", "body", "creating"),
    [
        (200, "application/json;charset=UTF-8", b'{ "RateResponse": {} }\n', False),
        (200, "application/json", ODD, False),
        (400, "application/json", ODD, False),
        (400, "application/json;charset=UTF-8", ODD, True),
        (403, "application/json", ODD, False),
        (429, "application/json", ODD, False),
        (503, "application/json", ODD, False),
        (500, "application/json", b'{"fault": "none of UPS\'s usual shape"}', False),
        (404, "application/json", b"[]", False),
    ],
)
def test_status_and_body_of_ups_come_back_byte_for_byte(status: int, kind: str, body: bytes, creating: bool) -> None:
    given = RestReply(status, {"content-type": kind}, body)
    assert answered(given, creating=creating) == (status, {"Content-Type": kind}, body)


@pytest.mark.parametrize(("status", "shown"), [(299, 200), (302, 500), (499, 500), (599, 500), (201, 201)])
def test_a_status_that_clients_cannot_take_is_the_nearest_that_they_can(status: int, shown: int) -> None:
    body = b'{"RateResponse":{}}' if status < 300 else ODD
    assert answered(RestReply(status, {}, body)) == (shown, {"Content-Type": "application/json"}, body)


@pytest.mark.parametrize(
    "given",
    [
        RestReply(502, {"content-type": "text/html"}, b"<html>"),
        RestReply(500, {}, b""),
        RestReply(200, {"content-type": "application/json"}, b"OK"),
        RestReply(200, {"content-type": "application/json"}, b"[" * 100_000),
    ],
)
def test_what_is_no_json_is_told_in_the_gateways_words(given: RestReply) -> None:
    status, headers, body = answered(given)
    words = f"UPS answered with status {given.status} and nothing that can be read. Try again later."
    assert (status, headers) == (500, {"Content-Type": "application/json"})
    assert json.loads(body) == {"response": {"errors": [{"code": "20001", "message": words}]}}


def test_a_doubtful_answer_to_what_creates_is_not_passed_on() -> None:
    status, _, body = answered(RestReply(503, {"content-type": "application/json"}, ODD), creating=True)
    assert (status, json.loads(body)["response"]["errors"][0]["code"]) == (500, "20001")


def test_such_refusals_are_known_for_what_they_are() -> None:
    asked = translate.read(rest("POST", "/api/rating/v1/Rate", {}))
    error = translate.refusal(asked, reply({"odd": 1}, 503))
    assert isinstance(error, UpsRefused)
    assert (error.http_status, error.transient, error.body) == (503, True, b'{"odd": 1}')
    assert isinstance(translate.refusal(asked, RestReply(503, {}, b"")), UpsUnreachable)
