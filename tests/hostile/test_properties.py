"""Whatever bytes a program sends, and however it spoils a good request: it is told so in its own dialect.

The rule: the same examples every time. What ever was found stands here as an `example`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.hostile.answers import judged
from tests.hostile.place import Asked as Sent
from tests.hostile.place import proper
from tests.hostile.requests import TARGETS
from tests.hostile.spoiling import GOOD, KINDS, VALUES, Spoiling, folder_of, of_dialect, spoiled
from tests.translate.reading import ACCOUNT, legacy
from ups_gateway import translate
from ups_gateway.errors import GatewayBug, GatewayError
from ups_gateway.model import Asked, Dialect, LegacyCall, RestCall, RestReply, Terms

EXAMPLES = 150
same_each_time = settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None)
PIECES = {
    Dialect.XML: "<?xml version='1.0'?> <AccessRequest> </AccessRequest> <AccessRequest/> <TrackRequest> <Request/>"
    " </TrackRequest> <VoidShipmentRequest> <a: : xmlns:a='u' <!DOCTYPE <![CDATA[ ]]> <!-- --> & &#1; < > / ' =",
    Dialect.SOAP: "<?xml version='1.0'?> <s:Envelope xmlns:s='u'> <Envelope> </s:Envelope> </Envelope> <s:Body> <Body>"
    " </s:Body> </Body> <Header> </Header> <wsse:Security> <TrackRequest/> <TrackRequest> <Request> < > & <!-- -->",
    Dialect.JSON: '{ } [ ] : , "TrackRequest" "UPSSecurity" "Request" "InquiryNumber" "" 1 -1 1e9 null true "\\ud800"',
    Dialect.HEADER: '{ } [ ] : , "RateRequest" "Shipment" "Request" "Package" "" 1 -1 1e999 null true "\\ud800"',
    Dialect.REST: '{ } [ ] : , "RateRequest" "Shipment" "Request" "Package" "" 1 -1 1e999 null true "\\ud800"',
}
spoilings = st.lists(
    st.builds(Spoiling, st.sampled_from(KINDS), st.integers(0, 500), st.sampled_from(sorted(VALUES))),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("dialect", Dialect)
@same_each_time
@given(body=st.binary(max_size=300))
@example(body=b"")
@example(body=b"\xff\xfe<\0")
@example(body=b"\0<\0")
@example(body=b'<?x<?xml ?>ml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE TrackRequest+AD4-<TrackRequest/>')
@example(body=b"<TrackRequest><TrackingNumber>..</TrackingNumber></TrackRequest>")
@example(body=b'{"TrackRequest":{"InquiryNumber":[[[1]]]}}')
@example(body='{"TrackRequest":{"InquiryNumber":"1Z","Request":{"RequestOption":"²"}}}'.encode())
@example(body=b'{"TrackRequest":{"InquiryNumber":"1Z","Request":{"RequestOption":"' + b"9" * 5_000 + b'"}}}')
@example(body='{"XAVRequest":{"MaximumCandidateListSize":"²"}}'.encode())
@example(body=b'{"XAVRequest":{"MaximumCandidateListSize":"' + b"9" * 5_000 + b'"}}')
@example(body=b'{"VoidShipmentRequest":{"VoidShipment":{"ShipmentIdentificationNumber":"../../ship"}}}')
def test_any_bytes_are_answered(dialect: Dialect, body: bytes) -> None:
    answered(legacy(TARGETS[dialect], body), dialect)


@pytest.mark.parametrize("dialect", Dialect)
@same_each_time
@given(data=st.data())
def test_pieces_in_any_order_are_answered(dialect: Dialect, data: st.DataObject) -> None:
    pieces = data.draw(st.lists(st.sampled_from(PIECES[dialect].split()), max_size=25))
    answered(legacy(TARGETS[dialect], "".join(pieces)), dialect)


@same_each_time
@given(st.sampled_from(of_dialect(Dialect.XML)), spoilings)
def test_a_spoiled_request_of_the_xml_api_is_answered(name: str, what: Sequence[Spoiling]) -> None:
    spoiled_is_answered(name, what, Dialect.XML)


@same_each_time
@given(st.sampled_from(of_dialect(Dialect.SOAP)), spoilings)
def test_a_spoiled_soap_request_is_answered(name: str, what: Sequence[Spoiling]) -> None:
    spoiled_is_answered(name, what, Dialect.SOAP)


@same_each_time
@given(st.sampled_from(of_dialect(Dialect.JSON)), spoilings)
def test_a_spoiled_json_request_is_answered(name: str, what: Sequence[Spoiling]) -> None:
    spoiled_is_answered(name, what, Dialect.JSON)


@same_each_time
@given(st.sampled_from(of_dialect(Dialect.HEADER)), spoilings)
def test_a_spoiled_request_of_early_rest_is_answered(name: str, what: Sequence[Spoiling]) -> None:
    spoiled_is_answered(name, what, Dialect.HEADER)


@same_each_time
@given(st.sampled_from(of_dialect(Dialect.REST)), spoilings)
def test_a_spoiled_request_of_todays_rest_is_answered(name: str, what: Sequence[Spoiling]) -> None:
    spoiled_is_answered(name, what, Dialect.REST)


def spoiled_is_answered(name: str, what: Sequence[Spoiling], dialect: Dialect) -> None:
    call = spoiled(GOOD[name], what)
    try:
        translate.dialect_of(call)
    except GatewayError:
        dialect = Dialect.XML  # of a path that nobody knows
    answered(call, Dialect.SOAP if call.path.startswith("/webservices/") else dialect, name)


def answered(call: LegacyCall, dialect: Dialect, name: str | None = None) -> None:
    """Calls that can be made, or a fault; and faults and answers afterwards are of the dialect as well."""
    asked: Asked | None = None
    try:
        asked = translate.read(call)
        translated = translate.request(asked, ACCOUNT, Terms())
    except GatewayError as error:
        judged(translate.fault(asked or call, error), dialect)
        return
    for one in (*translated.calls, *([translated.later] if translated.later else [])):
        can_be_made(one)
    judged(translate.fault(asked, GatewayBug("a bug")), dialect)
    if name is not None:
        replies = json.loads((folder_of(name) / "rest-reply.json").read_text("utf-8"))
        known = [RestReply(one["status"], {}, json.dumps(one["body"]).encode()) for one in replies]
        if len(known) != len(translated.calls):
            return
        try:
            answer = translate.answer(translated, known, digest="DIGEST")
        except GatewayError as error:
            answer = translate.fault(asked, error)
        judged(answer, Dialect.XML if asked.dialect is Dialect.XML and answer.status == 200 else dialect)


def can_be_made(call: RestCall) -> None:
    msgspec.json.encode(call.body)
    under, _, _ = call.path.rpartition("/")
    assert proper(Sent(call.method, call.path, {}), f"{under}/")
    assert all(isinstance(value, str) for value in (*call.query.values(), *call.headers.values()))
