"""The XML dialect on the wire: credentials, echoes, roots, faults and what old programs match as text."""

from __future__ import annotations

import pytest

from tests.translate.reading import ACCOUNT, legacy, reply
from ups_gateway import translate
from ups_gateway.errors import (
    AccountRefused,
    BadDigest,
    BlockedKey,
    GatewayBug,
    GatewayError,
    InvalidRequest,
    MalformedRequest,
    NoCredentials,
    NotAuthorised,
    OutcomeUnknown,
    Refusal,
    RequestTooLarge,
    StoreFailed,
    UnknownLicence,
    UnknownOperation,
    UpsRefused,
    UpsUnreachable,
    WrongPassword,
)
from ups_gateway.model import Credentials, Operation, Secret, Terms

ACCESS = (
    "<AccessRequest><Password><![CDATA[ p&w ]]>\n</Password><UserId>\tuser </UserId>"
    "<AccessLicenseNumber>LICENCE1</AccessLicenseNumber></AccessRequest>"
)


def _void(reference: str = "") -> str:
    return (
        f"<VoidShipmentRequest><Request>{reference}<RequestAction>1</RequestAction></Request>"
        "<ShipmentIdentificationNumber>1Z1</ShipmentIdentificationNumber></VoidShipmentRequest>"
    )


def test_credentials_are_taken_out_in_any_order_and_trimmed() -> None:
    asked = translate.read(legacy("/ups.app/xml/Void", ACCESS + _void()))
    assert asked.credentials == Credentials("LICENCE1", "user", Secret("p&w"))
    assert asked.tree == {"shipment": "1Z1"}


@pytest.mark.parametrize(
    ("access", "found"),
    [
        ("", Credentials()),
        ("<AccessRequest/>", Credentials()),
        ("<AccessRequest><UserId/><Password></Password></AccessRequest>", Credentials()),
        (
            "<AccessRequest><AccessLicenseNumber>L</AccessLicenseNumber><UserId><x/></UserId></AccessRequest>",
            Credentials("L"),
        ),
    ],
)
def test_what_is_absent_or_empty_is_no_credential(access: str, found: Credentials) -> None:
    assert translate.read(legacy("/ups.app/xml/Void", access + _void())).credentials == found


def test_a_raw_ampersand_in_the_password_is_the_password() -> None:
    access = "<AccessRequest><UserId>u</UserId><Password>a&b&amp;c</Password></AccessRequest>"
    asked = translate.read(legacy("/ups.app/xml/Void", access + _void()))
    assert asked.credentials.password == Secret("a&b&c")


def test_the_body_decides_the_operation_not_the_path() -> None:
    assert translate.read(legacy("/ups.app/xml/Rate/", ACCESS + _void())).operation is Operation.VOID


@pytest.mark.parametrize(
    ("inner", "operation"),
    [
        ("<Request><RequestAction>AV</RequestAction></Request><Address/>", Operation.ADDRESS_CITY),
        ("<Request><RequestAction>XAV</RequestAction></Request><Address/>", Operation.ADDRESS_CITY),
        ("<Request><RequestAction>xav</RequestAction></Request>", Operation.ADDRESS_STREET),
        ("<Request/><AddressKeyFormat/>", Operation.ADDRESS_STREET),
        ("text", Operation.ADDRESS_CITY),
    ],
)
def test_the_two_address_validations_are_told_apart_by_what_they_hold(inner: str, operation: Operation) -> None:
    body = f"{ACCESS}<AddressValidationRequest>{inner}</AddressValidationRequest>"
    assert translate.read(legacy("/ups.app/xml/AV", body)).operation is operation


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        (
            "/ups.app/xml/Nonsense",
            "<NonsenseRequest/>",
            "The XML API has no service for the root element 'NonsenseRequest'.",
        ),
        (
            "/ups.app/xml/License",
            "<AccessLicenseRequest/>",
            "Access keys are no longer given out; UPS uses OAuth 2.0 applications now.",
        ),
        ("/elsewhere", _void(), "The gateway has no service at '/elsewhere'."),
    ],
)
def test_what_has_no_operation_is_refused_in_words(path: str, body: str, words: str) -> None:
    with pytest.raises(UnknownOperation) as refused:
        translate.read(legacy(path, body))
    assert refused.value.message == words


def test_only_a_post_is_a_request() -> None:
    with pytest.raises(MalformedRequest) as refused:
        translate.read(legacy("/ups.app/xml/Void", "", "PUT"))
    assert refused.value.message == "The XML API is asked by POST, not by PUT."


def test_the_context_comes_back_whole_with_its_children_and_versions_unchanged() -> None:
    reference = (
        "<TransactionReference><XpciVersion>1.0001</XpciVersion><Other>no</Other>"
        "<CustomerContext>Zoë <Id n='1'>7 &amp; 8</Id></CustomerContext><ToolVersion>1.5</ToolVersion>"
        "</TransactionReference>"
    )
    asked = translate.read(legacy("/ups.app/xml/Void", ACCESS + _void(reference)))
    answer = translate.answer(
        translate.request(asked, ACCOUNT, Terms()),
        [reply({"VoidShipmentResponse": {"SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}}}})],
    )
    assert answer.body == (
        b'<?xml version="1.0"?><VoidShipmentResponse><Response><TransactionReference>'
        b'<CustomerContext>Zo&#235; <Id n="1">7 &amp; 8</Id></CustomerContext><XpciVersion>1.0001</XpciVersion>'
        b"<ToolVersion>1.5</ToolVersion></TransactionReference><ResponseStatusCode>1</ResponseStatusCode>"
        b"<ResponseStatusDescription>Success</ResponseStatusDescription></Response><Status><StatusType><Code>1</Code>"
        b"<Description>Voided</Description></StatusType><StatusCode><Code>1</Code><Description>Voided</Description>"
        b"</StatusCode></Status></VoidShipmentResponse>"
    )
    assert (answer.status, dict(answer.headers)) == (200, {"Content-Type": "application/xml"})


@pytest.mark.parametrize(
    ("error", "severity", "code", "text", "more"),
    [
        (MalformedRequest("m"), "Hard", "10001", "m", ""),
        (InvalidRequest("m"), "Hard", "10002", "m", ""),
        (RequestTooLarge("m"), "Hard", "10013", "m", ""),
        (UnknownOperation("m"), "Hard", "20002", "m", ""),
        (NoCredentials("m"), "Hard", "250005", "m", ""),
        (UnknownLicence("m"), "Hard", "250003", "m", ""),
        (WrongPassword("m"), "Hard", "250002", "m", ""),
        (BlockedKey("m"), "Hard", "250007", "m", ""),
        (BadDigest("m"), "Hard", "125000", "m", ""),
        (NotAuthorised("m"), "Hard", "20001", "m", ""),
        (OutcomeUnknown("m"), "Hard", "20001", "m", ""),
        (GatewayBug("m"), "Hard", "20001", "m", ""),
        (StoreFailed("m"), "Hard", "20001", "m", ""),
        (UpsUnreachable("m"), "Transient", "20001", "m", ""),
        (UpsUnreachable("m", transient=False), "Hard", "20001", "m", ""),
        (
            UpsUnreachable("m", retry_after=0.2),
            "Transient",
            "20001",
            "m",
            "<MinimumRetrySeconds>1</MinimumRetrySeconds>",
        ),
        (
            AccountRefused("m <&>", location="Shipment/Shipper"),
            "Hard",
            "120100",
            "m &lt;&amp;&gt;",
            "<ErrorLocation><ErrorLocationElementName>Shipment/Shipper</ErrorLocationElementName></ErrorLocation>",
        ),
        (
            UpsRefused((Refusal("111210", "Nein, Straße"), Refusal("1", "more")), http_status=400),
            "Hard",
            "111210",
            "Nein, Stra&#223;e",
            "",
        ),
        (
            UpsRefused((Refusal("10429", ""),), http_status=429, transient=True, retry_after=30.0),
            "Transient",
            "10429",
            "General process failure",
            "<MinimumRetrySeconds>30</MinimumRetrySeconds>",
        ),
    ],
)
def test_a_fault_is_one_error_the_gravest_with_status_200(
    error: GatewayError, severity: str, code: str, text: str, more: str
) -> None:
    asked = translate.read(legacy("/ups.app/xml/Void", ACCESS + _void()))
    answer = translate.fault(asked, error)
    assert answer.body.decode("ascii") == (
        '<?xml version="1.0"?><VoidShipmentResponse><Response><ResponseStatusCode>0</ResponseStatusCode>'
        "<ResponseStatusDescription>Failure</ResponseStatusDescription>"
        f"<Error><ErrorSeverity>{severity}</ErrorSeverity><ErrorCode>{code}</ErrorCode>"
        f"<ErrorDescription>{text}</ErrorDescription>{more}</Error></Response></VoidShipmentResponse>"
    )
    assert (answer.status, dict(answer.headers)) == (200, {"Content-Type": "application/xml"})


@pytest.mark.parametrize(
    ("path", "body", "root"),
    [
        ("/ups.app/xml/Rate", "", "RatingServiceSelectionResponse"),
        ("/ups.app/xml/shipconfirm/", "<nothing", "ShipmentConfirmResponse"),
        ("/ups.app/xml/XAV", "<AccessRequest><UserId>", "AddressValidationResponse"),
        ("/ups.app/xml/Unheard", "", "ErrorResponse"),
        ("/ups.app/xml/Rate", "<AccessRequest></AccessRequest><TrackRequest><A></TrackRequest>", "TrackResponse"),
        ("/ups.app/xml/Teleport", "<TeleportRequest/>", "TeleportResponse"),
    ],
)
def test_a_fault_has_the_root_that_can_be_seen_in_the_body_or_that_of_the_tool(path: str, body: str, root: str) -> None:
    answer = translate.fault(legacy(path, body), MalformedRequest("m"))
    assert answer.body.startswith(f'<?xml version="1.0"?><{root}><Response>'.encode())


def test_a_slow_answer_may_begin_with_the_declaration() -> None:
    started = translate.slow_start(legacy("/ups.app/xml/Rate", ""))
    assert started is not None
    headers, first = started
    assert (dict(headers), first) == ({"Content-Type": "application/xml"}, b'<?xml version="1.0"?>')
    assert translate.slow_start(legacy("/elsewhere", "")) is None


def test_an_answer_is_one_line_since_there_are_programs_that_read_no_further() -> None:
    asked = translate.read(legacy("/ups.app/xml/Void", ACCESS + _void("")))
    assert len(translate.fault(asked, MalformedRequest("m")).body.splitlines()) == 1
