"""The escape hatch: what goes to UPS's old XML API, and what its answers amount to."""

from __future__ import annotations

import json

import pytest

from tests.translate.reading import ACCOUNT, legacy
from ups_gateway import translate
from ups_gateway.errors import (
    BadDigest,
    GatewayError,
    InvalidRequest,
    NotAuthorised,
    OutcomeUnknown,
    Refusal,
    UpsRefused,
    UpsUnreachable,
)
from ups_gateway.model import LegacyAnswer, Operation, RestCall, RestReply, Terms, Translated
from ups_gateway.translate import Created, Label, VoidVerdict, old_api
from ups_gateway.translate.dialects import xml

NUMBER = "1ZA1B2C30300000012"
KEY = (
    '<?xml version="1.0"?><AccessRequest><AccessLicenseNumber>LICENCE1</AccessLicenseNumber><UserId>user</UserId>'
    "<Password>secret</Password></AccessRequest>"
)
PAYS = "<PaymentInformation><Prepaid><{0}><AccountNumber>{1}</AccountNumber></{0}></Prepaid></PaymentInformation>"
FREIGHT = "<Type><Code>{}</Code></Type><AccountNumber>A</AccountNumber>"
SHIPMENT = f"<ShipmentIdentificationNumber>{NUMBER}</ShipmentIdentificationNumber>"
ROOTS = {
    Operation.RATE: ("Rate", "<RatingServiceSelectionRequest><Shipment/></RatingServiceSelectionRequest>"),
    Operation.SHIP_CONFIRM: ("ShipConfirm", "<ShipmentConfirmRequest><Shipment/></ShipmentConfirmRequest>"),
    Operation.SHIP_ACCEPT: (
        "ShipAccept",
        "<ShipmentAcceptRequest><ShipmentDigest>di\ngest</ShipmentDigest></ShipmentAcceptRequest>",
    ),
    Operation.VOID: (
        "Void",
        f"<VoidShipmentRequest>{SHIPMENT}</VoidShipmentRequest>",
    ),
    Operation.TRACK: ("Track", f"<TrackRequest><TrackingNumber>{NUMBER}</TrackingNumber></TrackRequest>"),
    Operation.ADDRESS_CITY: ("AV", "<AddressValidationRequest><Address/></AddressValidationRequest>"),
    Operation.ADDRESS_STREET: ("XAV", "<AddressValidationRequest><AddressKeyFormat/></AddressValidationRequest>"),
    Operation.QUANTUM_VIEW: ("QVEvents", "<QuantumViewRequest/>"),
}


def old(document: str, tool: str = "rate") -> Translated:
    """What is asked of UPS's old API; the client may write the tool as it likes."""
    call = legacy(f"/ups.app/xml/{tool}", KEY + document)
    return translate.old_request(translate.read(call), call, ACCOUNT, Terms())


def said(root: str, inner: str = "", *, code: str = "1", errors: str = "", status: int = 200) -> RestReply:
    """UPS's answer, as its samples are written."""
    text = (
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\r\n<{root}><Response><TransactionReference><CustomerContext>é'
        f"</CustomerContext></TransactionReference><ResponseStatusCode>{code}</ResponseStatusCode>{errors}"
        f"</Response>{inner}</{root}>"
    )
    return RestReply(status, {"content-type": "text/xml"}, text.encode("latin-1"))


def error(severity: str, code: str, words: str = "No.", more: str = "") -> str:
    return (
        f"<Error><ErrorSeverity>{severity}</ErrorSeverity><ErrorCode>{code}</ErrorCode>"
        f"<ErrorDescription>{words}</ErrorDescription>{more}</Error>"
    )


def answered(translated: Translated, reply: RestReply) -> LegacyAnswer:
    """The answer or the fault that the reply becomes."""
    try:
        return translate.answer(translated, (reply,))
    except GatewayError as found:
        return translate.fault(translated.asked, found)


# --- requests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ROOTS)
def test_the_request_goes_as_it_came_without_its_credentials(operation: Operation) -> None:
    tool, document = ROOTS[operation]
    translated = old(document, tool.upper())
    headers = {"content-type": "application/xml", "accept": "application/xml"}
    (call,) = translated.calls
    expected = f'<?xml version="1.0"?>\n{document}'
    assert call == RestCall("POST", f"/api/ups.app/xml/{tool}", headers=headers, body=expected)
    assert (translated.asked.operation, translated.asked.creating) == (operation, operation is Operation.SHIP_ACCEPT)
    assert translate.unpack(translate.pack(call)) == call
    assert translate.more(translated, (said("XResponse"),)) is None


def test_every_tool_of_the_xml_api_has_its_place() -> None:
    assert {operation: tool.lower() for operation, tool in old_api.TOOLS.items()} == {
        operation: tool for tool, (_, operation) in xml.TOOLS.items()
    }


def test_a_request_is_ascii_and_whole_whatever_it_was() -> None:
    call = legacy(
        "/ups.app/xml/Track",
        f'<?xml version="1.0" encoding="ISO-8859-1"?>{KEY[21:]}<?xml version="1.0" encoding="ISO-8859-1"?>'
        "<TrackRequest><ReferenceNumber><Value>é &amp; co</Value></ReferenceNumber></TrackRequest>".encode("latin-1"),
    )
    (sent,) = translate.old_request(translate.read(call), call, ACCOUNT, Terms()).calls
    assert sent.body == (
        '<?xml version="1.0"?>\n<TrackRequest><ReferenceNumber><Value>&#233; &amp; co</Value></ReferenceNumber>'
        "</TrackRequest>"
    )


def test_what_the_ledger_needs_must_be_there() -> None:
    with pytest.raises(InvalidRequest, match="to void"):
        old("<VoidShipmentRequest/>", "Void")
    with pytest.raises(BadDigest):
        old("<ShipmentAcceptRequest><ShipmentDigest> </ShipmentDigest></ShipmentAcceptRequest>", "ShipAccept")


@pytest.mark.parametrize(
    ("inner", "accounts"),
    [
        ("", ()),
        ("<Shipper><ShipperNumber>A</ShipperNumber><ShipperNumber>B</ShipperNumber></Shipper>", ("A", "B")),
        ("<Shipper><ShipperNumber>A</ShipperNumber></Shipper><Shipper><ShipperNumber/></Shipper>", ("A",)),
        (f"{PAYS.format('BillShipper', 'A')}{PAYS.format('BillShipper', 'B')}", ("A", "B")),
        (f"{PAYS.format('BillShipper', 'A')}{PAYS.format('BillThirdParty', 'B')}", ("A",)),
        ("<FRSPaymentInformation><AccountNumber>A</AccountNumber></FRSPaymentInformation>", ("A",)),
        (f"<FRSPaymentInformation>{FREIGHT.format('01')}</FRSPaymentInformation>", ("A",)),
        (f"<FRSPaymentInformation>{FREIGHT.format('03')}</FRSPaymentInformation>", ()),
        ("<Shipper><ShipperNumber><x>A</x></ShipperNumber></Shipper>", ()),
    ],
)
def test_every_account_that_ups_could_take_is_to_be_the_keys(inner: str, accounts: tuple[str, ...]) -> None:
    document = f"<ShipmentConfirmRequest><Shipment>{inner}</Shipment></ShipmentConfirmRequest>"
    call = legacy("/ups.app/xml/ShipConfirm", KEY + document)
    assert translate.for_old_api(translate.read(call), call).accounts == accounts


def test_a_label_recovery_that_mails_creates() -> None:
    number = f"<TrackingNumber>{NUMBER}</TrackingNumber>"
    mails = "<LabelDelivery><ResendEMailIndicator/></LabelDelivery>"
    for more, creating in (("", False), (mails, True)):
        request = old(f"<LabelRecoveryRequest>{number}{more}</LabelRecoveryRequest>", "LabelRecovery")
        assert request.asked.creating is creating


def test_the_packages_that_a_void_names() -> None:
    packages = "<TrackingNumber>1ZA</TrackingNumber><TrackingNumber>1ZB</TrackingNumber>"
    shipment = "<ShipmentIdentificationNumber>1ZA</ShipmentIdentificationNumber>"
    expanded = f"<ExpandedVoidShipment>{shipment}{packages}</ExpandedVoidShipment>"
    (whole,) = old(ROOTS[Operation.VOID][1], "Void").calls
    (some,) = old(f"<VoidShipmentRequest>{expanded}</VoidShipmentRequest>", "Void").calls
    assert (translate.packages_of(whole), translate.packages_of(some)) == ((), ("1ZA", "1ZB"))
    results = json.loads(translate.voided_reply(some).body)["VoidShipmentResponse"]["PackageLevelResults"]
    assert [result["TrackingNumber"] for result in results] == ["1ZA", "1ZB"]


# --- answers ----------------------------------------------------------------------------------------------------------


def test_the_answer_is_ups_own_in_the_form_that_old_clients_take() -> None:
    warnings = error("Warning", "110971") + error("Warning", "110920")
    answer = answered(
        old(ROOTS[Operation.RATE][1]), said("RatingServiceSelectionResponse", "<A>ü&#8364;</A>", errors=warnings)
    )
    assert answer == LegacyAnswer(
        200,
        {"Content-Type": "application/xml"},
        b'<?xml version="1.0"?><RatingServiceSelectionResponse><Response><TransactionReference><CustomerContext>'
        b"&#233;</CustomerContext></TransactionReference><ResponseStatusCode>1</ResponseStatusCode>"
        + error("Warning", "110971").encode()
        + b"</Response><A>&#252;&#8364;</A></RatingServiceSelectionResponse>",
    )


def test_a_failure_is_the_gravest_error_alone() -> None:
    errors = error("Warning", "1") + error("Transient", "2") + error("Hard", "111100", "Invalid &amp; old.")
    answer = answered(old(ROOTS[Operation.RATE][1]), said("RatingServiceSelectionResponse", code="0", errors=errors))
    assert answer.body == (
        b'<?xml version="1.0"?><RatingServiceSelectionResponse><Response><ResponseStatusCode>0</ResponseStatusCode>'
        b"<ResponseStatusDescription>Failure</ResponseStatusDescription>"
        + error("Hard", "111100", "Invalid &amp; old.").encode()
        + b"</Response></RatingServiceSelectionResponse>"
    )


@pytest.mark.parametrize(
    ("errors", "status", "transient", "wait"),
    [
        (error("Hard", "111100"), 200, False, None),
        (error("Transient", "111100", more="<MinimumRetrySeconds> 30 </MinimumRetrySeconds>"), 200, True, 30.0),
        (error("Hard", "111100"), 429, True, None),
        (error("Hard", "111100"), 503, True, None),
        (error("Hard", "111100"), 400, False, None),
    ],
)
def test_whether_a_refusal_may_be_tried_again(errors: str, status: int, transient: bool, wait: float | None) -> None:
    reply = said("TrackResponse", code="0", errors=errors, status=status)
    found = translate.refusal_of(reply, creating=False)
    assert isinstance(found, UpsRefused)
    assert (found.errors, found.transient, found.retry_after) == ((Refusal("111100", "No."),), transient, wait)
    creating = translate.refusal_of(reply, creating=True)
    assert isinstance(creating, OutcomeUnknown if transient else UpsRefused)


def test_a_failure_without_an_error_is_one_all_the_same() -> None:
    found = translate.refusal_of(said("TrackResponse", code="0"), creating=False)
    assert isinstance(found, UpsRefused)
    assert found.errors == (Refusal("20001", "General process failure"),)


@pytest.mark.parametrize("creating", [False, True])
def test_a_refused_token_is_not_the_clients_password(creating: bool) -> None:
    reply = said("TrackResponse", code="0", errors=error("Hard", "250003", "Invalid Access License number"))
    assert isinstance(translate.refusal_of(reply, creating=creating), NotAuthorised)


@pytest.mark.parametrize("body", [b"<html><body>Bad gateway</body></html>", b"<TrackResponse/>", b"<TrackResp", b""])
def test_what_is_no_answer_of_the_xml_api_is_unreadable(body: bytes) -> None:
    reply = RestReply(502, {"content-type": "text/html"}, body)
    assert isinstance(translate.refusal_of(reply, creating=False), UpsUnreachable)
    assert isinstance(translate.refusal_of(reply, creating=True), OutcomeUnknown)


# --- the ledger -------------------------------------------------------------------------------------------------------


def test_numbers_and_labels_are_read_from_an_accepts_answer() -> None:
    package = (
        "<PackageResults><TrackingNumber>{}</TrackingNumber><LabelImage><LabelImageFormat><Code>GIF</Code>"
        "</LabelImageFormat><GraphicImage>R0lGODlh</GraphicImage></LabelImage></PackageResults>"
    )
    one = said("ShipmentAcceptResponse", f"<ShipmentResults>{SHIPMENT}{package.format(NUMBER)}</ShipmentResults>")
    two = said(
        "ShipmentAcceptResponse",
        f"<ShipmentResults>{package.format('1ZA')}{package.format('1ZB')}</ShipmentResults>",
    )
    assert (translate.created(one), translate.created(two)) == (
        Created(NUMBER, (NUMBER,)),
        Created("1ZA", ("1ZA", "1ZB")),
    )
    assert translate.labels(one) == (Label(NUMBER, "GIF", b"GIF89a"),)
    assert translate.labels(two) == (Label("1ZA", "GIF", b"GIF89a"), Label("1ZB", "GIF", b"GIF89a"))
    assert translate.created(said("ShipmentAcceptResponse")) == Created("", ())


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (said("VoidShipmentResponse"), VoidVerdict("voided", "Voided.")),
        (
            said("VoidShipmentResponse", errors=error("Warning", "190119", "Pickup stands.")),
            VoidVerdict("voided_warning", "190119 Pickup stands."),
        ),
        (
            said(
                "VoidShipmentResponse",
                "<PackageLevelResults><StatusCode><Code>0</Code></StatusCode></PackageLevelResults>",
            ),
            VoidVerdict("odd", "Not all packages were voided."),
        ),
        (
            said("VoidShipmentResponse", code="0", errors=error("Hard", "190117")),
            VoidVerdict("already", "190117 No."),
        ),
        (said("VoidShipmentResponse", code="0", errors=error("Hard", "190103")), VoidVerdict("final", "190103 No.")),
        (said("VoidShipmentResponse", code="0", errors=error("Hard", "190107")), VoidVerdict("odd", "190107 No.")),
        (
            said("VoidShipmentResponse", code="0", errors=error("Transient", "190001")),
            VoidVerdict("passing", "190001 No."),
        ),
        (
            said("VoidShipmentResponse", code="0", errors=error("Hard", "250003")),
            VoidVerdict("passing", "250003 No."),
        ),
        (
            said("VoidShipmentResponse", code="0"),
            VoidVerdict("odd", "20001 General process failure"),
        ),
    ],
)
def test_what_a_voids_answer_means(reply: RestReply, verdict: VoidVerdict) -> None:
    assert translate.void_verdict(reply) == verdict


def test_an_accept_is_answered_by_what_the_ledger_has_whichever_api_it_came_from() -> None:
    rest = RestReply(200, {}, b'{"LabelRecoveryResponse":{"LabelResults":{"TrackingNumber":"1ZA"}}}')
    answer = answered(old(ROOTS[Operation.SHIP_ACCEPT][1], "ShipAccept"), rest)
    assert b"<TrackingNumber>1ZA</TrackingNumber>" in answer.body
    asked = translate.read(legacy("/ups.app/xml/ShipAccept", KEY + ROOTS[Operation.SHIP_ACCEPT][1]))
    kept = said("ShipmentAcceptResponse", "<ShipmentResults/>")
    again = answered(translate.request(asked, ACCOUNT, Terms()), kept)
    assert b"<ShipmentResults/></ShipmentAcceptResponse>" in again.body
