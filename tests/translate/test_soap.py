"""The SOAP dialect on the wire: credentials in every spelling, namespaces, echoes, and faults whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.translate.reading import ACCOUNT, envelope, legacy, reply
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
from ups_gateway.model import Asked, Credentials, Dialect, LegacyAnswer, LegacyCall, Operation, Secret, Terms

XOLTWS = "http://www.ups.com/XMLSchema/XOLTWS"
UPSS = f"{XOLTWS}/UPSS/v1.0"
VOID = (
    f'<v:VoidShipmentRequest xmlns:v="{XOLTWS}/Void/v1.1">{{request}}<v:VoidShipment>{{number}}</v:VoidShipment>'
    "</v:VoidShipmentRequest>"
)
NUMBER = "<v:ShipmentIdentificationNumber>1Z1</v:ShipmentIdentificationNumber>"
VOIDED = {"VoidShipmentResponse": {"SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}}}}
HEADERS = {"Content-Type": "text/xml; charset=utf-8"}
START = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">'
    "<soapenv:Header/><soapenv:Body>"
)
END = "</soapenv:Body></soapenv:Envelope>"


def void(request: str = "", header: str = "") -> str:
    """A void's message."""
    return envelope(VOID.format(request=request, number=NUMBER), header)


def read(message: str, path: str = "/webservices/Void") -> Asked:
    return translate.read(legacy(path, message))


def answered(message: str, body: Any, path: str = "/webservices/Void") -> LegacyAnswer:
    return translate.answer(translate.request(read(message, path), ACCOUNT, Terms()), [reply(body)])


# --- credentials ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        (
            f'<u:UPSSecurity xmlns:u="{UPSS}"><u:UsernameToken><u:Username>user</u:Username>'
            "<u:Password>p&amp;w</u:Password></u:UsernameToken><u:ServiceAccessToken><u:AccessLicenseNumber>LICENCE1</u:AccessLicenseNumber>"
            "</u:ServiceAccessToken></u:UPSSecurity>"
        ),
        (
            f'<UPSSecurity xmlns="{UPSS}"><ServiceAccessToken><AccessLicenseNumber>\nLICENCE1\t</AccessLicenseNumber>'
            "</ServiceAccessToken><UsernameToken><Password><![CDATA[ p&w ]]></Password><Username> user</Username>"
            "</UsernameToken></UPSSecurity>"
        ),
        (
            "<wsse:Security><wsse:UsernameToken><wsse:Username>user</wsse:Username><wsse:Password>p&amp;w</wsse:Password>"
            "</wsse:UsernameToken><upssa:UPSServiceAccessToken><upssa:AccessLicenseNumber>LICENCE1"
            "</upssa:AccessLicenseNumber></upssa:UPSServiceAccessToken></wsse:Security>"
        ),
        (
            '<wsse:Security xmlns:wsse="urn:client"><wsse:Username>user</wsse:Username><wsse:Password>p&amp;w'
            "</wsse:Password><upssa:AccessLicenseNumber>LICENCE1</upssa:AccessLicenseNumber></wsse:Security>"
        ),
        (
            '<a:AccessRequest xmlns:a="http://www.ups.com/schema/xpci/1.0/auth"><a:AccessLicenseNumber>LICENCE1'
            "</a:AccessLicenseNumber><a:UserId>user</a:UserId><a:Password>p&amp;w</a:Password></a:AccessRequest>"
        ),
    ],
    ids=["UPSSecurity", "in another order", "undeclared prefixes", "one prefix declared", "of the trade services"],
)
def test_credentials_are_taken_out_of_the_header_in_every_spelling(header: str) -> None:
    asked = read(void(header=header))
    assert asked.credentials == Credentials("LICENCE1", "user", Secret("p&w"))
    assert asked.tree == {"shipment": "1Z1"}
    assert (asked.dialect, asked.operation, asked.root) == (Dialect.SOAP, Operation.VOID, "VoidShipmentRequest")


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", Credentials()),
        ("<Security/>", Credentials()),
        ("<Security><Username/><Password> </Password></Security>", Credentials()),
        ("<Security><AccessLicenseNumber>L</AccessLicenseNumber><!-- x --></Security>", Credentials("L")),
        ("<Security><AccessLicenseNumber><x>L</x></AccessLicenseNumber></Security>", Credentials()),
    ],
)
def test_what_is_absent_or_empty_is_no_credential(header: str, found: Credentials) -> None:
    assert read(void(header=header)).credentials == found


def test_a_prefix_that_nobody_knows_must_be_declared() -> None:
    with pytest.raises(MalformedRequest, match="Namespace prefix odd"):
        read(void(header="<odd:Security/>"))


# --- recognising ------------------------------------------------------------------------------------------------------


def test_the_first_child_of_the_body_decides_not_the_path_nor_the_action() -> None:
    action = {"soapaction": "http://onlinetools.ups.com/webservices/ShipBinding/v1.0"}
    call = LegacyCall("POST", "onlinetools.ups.com", "/webservices/Ship/", "", action, void().encode())
    assert translate.read(call).operation is Operation.VOID


@pytest.mark.parametrize(
    ("message", "error", "words"),
    [
        ("<x/>", InvalidRequest, "A SOAP envelope was expected, not the element 'x'."),
        ("<Envelope/>", InvalidRequest, "The SOAP envelope has no Body, or nothing in it."),
        (envelope(""), InvalidRequest, "The SOAP envelope has no Body, or nothing in it."),
        (envelope("words"), InvalidRequest, "The SOAP envelope has no Body, or nothing in it."),
        ("", MalformedRequest, "The request is empty; an XML document was expected."),
        (
            envelope("<NonsenseRequest/>"),
            UnknownOperation,
            "There is no service for the request 'NonsenseRequest' at '/webservices/Void'.",
        ),
        (
            envelope("<LocatorRequest/>"),
            UnknownOperation,
            "LocatorRequest does not exist in this API of UPS's, or the gateway lacks it.",
        ),
        (
            envelope("<FreightRateRequest/>"),
            UnknownOperation,
            "UPS sold its freight business (now TForce Freight); there is no UPS API for it any more.",
        ),
        (
            envelope("<ImportComplianceRequest/>"),
            UnknownOperation,
            "UPS retired this API of its old Developer Kit and names no successor.",
        ),
    ],
)
def test_what_is_no_request_is_refused_in_words(message: str, error: type[GatewayError], words: str) -> None:
    with pytest.raises(error) as refused:
        read(message)
    assert refused.value.message == words


def test_only_a_post_is_a_request() -> None:
    with pytest.raises(MalformedRequest) as refused:
        translate.read(legacy("/webservices/Void", "", "GET"))
    assert refused.value.message == "A SOAP service is asked by POST, not by GET."


def test_a_payload_without_children_is_an_empty_request() -> None:
    assert read(envelope("<XAVRequest/>"), "/webservices/XAV").tree == {}


# --- answers ----------------------------------------------------------------------------------------------------------


def test_namespaces_of_the_client_come_back_whatever_they_are() -> None:
    ours = f'<v:VoidShipmentRequest xmlns:v="{XOLTWS}/Ship/v1.0?a=1&amp;b"><c:Request xmlns:c="urn:c&amp;o"/>'
    answer = answered(envelope(f"{ours}<v:VoidShipment>{NUMBER}</v:VoidShipment></v:VoidShipmentRequest>"), VOIDED)
    assert answer.body.decode("ascii") == (
        f'{START}<void:VoidShipmentResponse xmlns:void="{XOLTWS}/Ship/v1.0?a=1&amp;b">'
        '<common:Response xmlns:common="urn:c&amp;o"><common:ResponseStatus><common:Code>1</common:Code>'
        "<common:Description>Success</common:Description></common:ResponseStatus></common:Response>"
        "<void:SummaryResult><void:Status><void:Code>1</void:Code><void:Description>Voided</void:Description>"
        f"</void:Status></void:SummaryResult></void:VoidShipmentResponse>{END}"
    )
    assert (answer.status, dict(answer.headers)) == (200, HEADERS)


@pytest.mark.parametrize(
    ("root", "inner", "body", "namespace"),
    [
        (
            "VoidShipmentRequest",
            "<VoidShipment><ShipmentIdentificationNumber>1Z1</ShipmentIdentificationNumber></VoidShipment>",
            VOIDED,
            "Void/v1.1",
        ),
        ("XAVRequest", "<AddressKeyFormat/>", {"XAVResponse": {"NoCandidatesIndicator": ""}}, "xav/v1.0"),
    ],
)
def test_a_request_without_namespaces_is_answered_in_those_of_ups(
    root: str, inner: str, body: Any, namespace: str, old_verdicts: Callable[[bytes], list[tuple[str, str]]]
) -> None:
    answer = answered(envelope(f"<{root}><Request/>{inner}</{root}>"), body, "/webservices/Any")
    assert f'="{XOLTWS}/{namespace}"'.encode() in answer.body
    assert old_verdicts(answer.body) == [("OK", "")]


REFERENCE = '<c:Request xmlns:c="{common}"><c:TransactionReference>{inner}</c:TransactionReference></c:Request>'


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("", ""),
        ("<c:TransactionIdentifier>t</c:TransactionIdentifier>", ""),
        (
            "<c:CustomerContext/>",
            "<common:TransactionReference><common:CustomerContext/></common:TransactionReference>",
        ),
        (
            "<c:CustomerContext>Zoë <Id>7 &amp; 8</Id></c:CustomerContext>",
            (
                "<common:TransactionReference><common:CustomerContext>Zo&#235; 7 &amp; 8</common:CustomerContext>"
                "</common:TransactionReference>"
            ),
        ),
    ],
)
def test_the_context_comes_back_as_text_and_an_empty_one_as_empty(inner: str, said: str) -> None:
    common = f"{XOLTWS}/Common/v1.0"
    answer = answered(void(REFERENCE.format(common=common, inner=inner)), VOIDED)
    assert answer.body.decode("ascii") == (
        f'{START}<void:VoidShipmentResponse xmlns:void="{XOLTWS}/Void/v1.1"><common:Response xmlns:common="{common}">'
        "<common:ResponseStatus><common:Code>1</common:Code><common:Description>Success</common:Description>"
        f"</common:ResponseStatus>{said}</common:Response><void:SummaryResult><void:Status><void:Code>1</void:Code>"
        "<void:Description>Voided</void:Description></void:Status></void:SummaryResult></void:VoidShipmentResponse>"
        f"{END}"
    )


# --- faults -----------------------------------------------------------------------------------------------------------


def fault(severity: str, code: str, text: str, more: str = "", *, space: str = f"{XOLTWS}/Error/v1.1") -> str:
    """The detail of one error."""
    return (
        f'<err:Errors xmlns:err="{space}"><err:ErrorDetail><err:Severity>{severity}</err:Severity>'
        f"<err:PrimaryErrorCode><err:Code>{code}</err:Code><err:Description>{text}</err:Description>"
        f"</err:PrimaryErrorCode>{more}</err:ErrorDetail></err:Errors>"
    )


def whole(side: str, detail: str) -> bytes:
    """The whole fault."""
    words = "An exception has been raised as a result of client data."
    text = (
        f"{START}<soapenv:Fault><faultcode>{side}</faultcode><faultstring>{words}</faultstring><detail>{detail}"
        f"</detail></soapenv:Fault>{END}"
    )
    return text.encode()


RETRY = "<err:MinimumRetrySeconds>{}</err:MinimumRetrySeconds>"
WHERE = "<err:Location><err:LocationElementName>{}</err:LocationElementName></err:Location>"


@pytest.mark.parametrize(
    ("error", "side", "detail"),
    [
        (MalformedRequest("m"), "Client", fault("Hard", "10001", "m")),
        (InvalidRequest("m"), "Client", fault("Hard", "10002", "m")),
        (RequestTooLarge("m"), "Client", fault("Hard", "10013", "m")),
        (UnknownOperation("m"), "Client", fault("Hard", "20002", "m")),
        (NoCredentials("m"), "Client", fault("Authentication", "250005", "m")),
        (UnknownLicence("m"), "Client", fault("Authentication", "250003", "m")),
        (WrongPassword("m"), "Client", fault("Authentication", "250002", "m")),
        (BlockedKey("m"), "Client", fault("Authentication", "250007", "m")),
        (BadDigest("m"), "Client", fault("Hard", "125000", "m")),
        (NotAuthorised("m"), "Server", fault("Hard", "20001", "m")),
        (OutcomeUnknown("m"), "Server", fault("Hard", "20001", "m")),
        (GatewayBug("m"), "Server", fault("Hard", "20001", "m")),
        (StoreFailed("m"), "Server", fault("Hard", "20001", "m")),
        (UpsUnreachable("m"), "Server", fault("Transient", "20001", "m")),
        (UpsUnreachable("m", transient=False), "Server", fault("Hard", "20001", "m")),
        (UpsUnreachable("m", retry_after=0.2), "Server", fault("Transient", "20001", "m", RETRY.format(1))),
        (
            AccountRefused("m <&>", location="Shipment/Shipper"),
            "Client",
            fault("Hard", "120100", "m &lt;&amp;&gt;", WHERE.format("Shipment/Shipper")),
        ),
        (
            UpsRefused((Refusal("250003", "Invalid Access License number"),), http_status=401),
            "Client",
            fault("Authentication", "250003", "Invalid Access License number"),
        ),
        (
            UpsRefused((Refusal("10429", ""),), http_status=429, transient=True, retry_after=30.0),
            "Server",
            fault("Transient", "10429", "General process failure", RETRY.format(30)),
        ),
    ],
)
def test_a_fault_is_500_with_one_detail_and_never_without_a_description(
    error: GatewayError, side: str, detail: str, old_verdicts: Callable[[bytes], list[tuple[str, str]]]
) -> None:
    answer = translate.fault(read(void()), error)
    assert (answer.status, dict(answer.headers), answer.body) == (500, HEADERS, whole(side, detail))
    assert old_verdicts(answer.body) == [("OK", ""), ("OK", "")]


def test_all_errors_of_ups_are_listed_in_one_detail() -> None:
    error = UpsRefused((Refusal("111210", "Nein, Straße"), Refusal("1", "more")), http_status=400)
    first = fault("Hard", "111210", "Nein, Stra&#223;e").removesuffix("</err:Errors>")
    second = fault("Hard", "1", "more").partition('v1.1">')[2]
    assert translate.fault(read(void()), error).body == whole("Client", first + second)


def test_the_trade_services_have_errors_of_their_own_namespace() -> None:
    space = "http://www.ups.com/schema/xpci/1.0"
    asked = read(envelope(f'<l:LandedCostRequest xmlns:l="{space}/lc"><l:QueryRequest/></l:LandedCostRequest>'))
    answer = translate.fault(asked, InvalidRequest("m"))
    assert answer.body == whole("Client", fault("Hard", "10002", "m", space=f"{space}/error"))


def test_the_trade_services_have_them_even_where_no_operation_is_theirs() -> None:
    space = "http://www.ups.com/schema/xpci/1.0"
    request = envelope(f'<d:DeniedPartyScreenerRequest xmlns:d="{space}/dps"/>')
    answer = translate.fault(legacy("/webservices/DeniedParty", request), UnknownOperation("m"))
    assert answer.body == whole("Client", fault("Hard", "20002", "m", space=f"{space}/error"))


@pytest.mark.parametrize("path", ["/webservices/Rate", "/webservices/AV", "/webservices/Unheard", "/WebServices/Rate"])
@pytest.mark.parametrize("body", ["", "<soapenv:Envelope", "<AddressValidationRequest>"])
def test_a_body_that_cannot_be_read_is_a_soap_fault_on_every_path_of_the_services(path: str, body: str) -> None:
    answer = translate.fault(legacy(path, body), MalformedRequest("m"))
    assert (answer.status, answer.body) == (500, whole("Client", fault("Hard", "10001", "m")))


# --- a document of the XML API among the services ---------------------------------------------------------------------

CITY = (
    "<AddressValidationRequest><Request><RequestAction>AV</RequestAction></Request><Address><City>X</City></Address>"
    "</AddressValidationRequest>"
)


@pytest.mark.parametrize(
    ("body", "operation"),
    [
        (CITY.encode(), Operation.ADDRESS_CITY),
        (b"\xef\xbb\xbf" + CITY.encode(), Operation.ADDRESS_CITY),
        (b"\n<?xml version='1.0'?>\n" + CITY.encode(), Operation.ADDRESS_CITY),
        (b"<?xml version='1.0'?><AccessRequest/>" + CITY.encode(), Operation.ADDRESS_CITY),
        (b"<TrackRequest><TrackingNumber>1Z1</TrackingNumber></TrackRequest>", Operation.TRACK),
    ],
)
def test_a_document_without_envelope_is_of_the_xml_api_and_its_faults_are_those_of_soap(
    body: bytes, operation: Operation
) -> None:
    asked = translate.read(legacy("/webservices/AV", body))
    assert (asked.dialect, asked.operation) == (Dialect.XML, operation)
    answer = translate.fault(asked, WrongPassword("m"))
    assert (answer.status, dict(answer.headers)) == (500, HEADERS)
    assert answer.body == whole("Client", fault("Authentication", "250002", "m"))


def test_a_slow_answer_begins_with_the_declaration_where_answers_and_faults_begin_alike() -> None:
    started = translate.slow_start(legacy("/webservices/Rate", void()))
    assert started is not None
    assert (dict(started[0]), started[1]) == (HEADERS, b'<?xml version="1.0" encoding="UTF-8"?>')
    asked = read(void())
    assert translate.fault(asked, GatewayBug("m")).body.startswith(started[1])
    assert answered(void(), VOIDED).body.startswith(started[1])
    assert translate.slow_start(legacy("/webservices/AV", CITY)) is None
