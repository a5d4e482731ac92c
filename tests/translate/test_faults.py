"""What a REST reply amounts to, for calls that create and calls that only read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translate.reading import reply
from ups_gateway import translate
from ups_gateway.errors import NotAuthorised, OutcomeUnknown, Refusal, UpsRefused, UpsUnreachable
from ups_gateway.model import RestReply
from ups_gateway.translate import faults

ERRORS = {"response": {"errors": [{"code": "111210", "message": "Not there"}, {"code": "2"}, "odd"]}}
ALL = (Refusal("111210", "Not there"), Refusal("2", "General process failure"))


def _raw(status: int, body: bytes, **headers: str) -> RestReply:
    return RestReply(status, headers, body)


@pytest.mark.parametrize("creating", [True, False])
@pytest.mark.parametrize("status", [200, 201, 206])
def test_a_json_object_with_a_good_status_is_a_success(status: int, creating: bool) -> None:
    assert faults.refusal(reply({"RateResponse": {}}, status), creating=creating) is None


@pytest.mark.parametrize("creating", [True, False])
def test_errors_of_a_4xx_pass_word_for_word(creating: bool) -> None:
    error = faults.refusal(reply(ERRORS, 400), creating=creating)
    assert isinstance(error, UpsRefused)
    assert (error.errors, error.http_status, error.transient, error.retry_after) == (ALL, 400, False, None)


def test_a_lone_error_object_is_read_like_an_array_of_one() -> None:
    assert faults.errors_of({"response": {"errors": ERRORS["response"]["errors"][0]}}) == ALL[:1]


@pytest.mark.parametrize("body", [None, [], {"response": []}, {"response": {}}, {"response": {"errors": "text"}}])
def test_anything_else_holds_no_errors(body: Any) -> None:
    assert faults.errors_of(body) == ()


def test_too_many_requests_is_transient_only_where_a_repeat_is_safe() -> None:
    limited = RestReply(429, {"retry-after": "7"}, reply(ERRORS).body)
    reading, creating = (faults.refusal(limited, creating=flag) for flag in (False, True))
    assert isinstance(reading, UpsRefused)
    assert isinstance(creating, UpsRefused)
    assert (reading.transient, reading.retry_after) == (True, 7.0)
    assert (creating.transient, creating.retry_after) == (False, None)


@pytest.mark.parametrize(
    "bad",
    [
        _raw(500, b"<html>"),
        reply(ERRORS, 500),
        reply(ERRORS, 200),
        _raw(200, b""),
        _raw(200, b"[1]"),
        _raw(302, b""),
        _raw(404, b"\xff\xfe"),
        _raw(200, b"[" * 100_000),
    ],
)
def test_what_is_neither_success_nor_refusal_leaves_a_creating_call_unknown(bad: RestReply) -> None:
    assert isinstance(faults.refusal(bad, creating=True), OutcomeUnknown)


def test_a_5xx_with_errors_is_passed_on_as_transient_when_nothing_could_be_created() -> None:
    error = faults.refusal(reply(ERRORS, 500), creating=False)
    assert isinstance(error, UpsRefused)
    assert (error.errors, error.transient) == (ALL, True)


def test_an_unreadable_answer_to_a_reading_call_says_its_status() -> None:
    error = faults.refusal(_raw(503, b"<html>"), creating=False)
    assert isinstance(error, UpsUnreachable)
    assert error.message == "UPS answered with status 503 and nothing that can be read. Try again later."


def test_codes_that_the_old_api_had_otherwise_are_changed() -> None:
    known = {"111210": Refusal("1", "old words")}
    error = faults.refusal(reply(ERRORS, 400), creating=False, codes=known)
    assert isinstance(error, UpsRefused)
    assert error.errors == (Refusal("1", "old words"), ALL[1])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12", 12.0), ("", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("²", None), ("9" * 400, 999_999_999.0)],
)
def test_retry_after_counts_when_it_is_a_number(text: str, seconds: float | None) -> None:
    assert faults.retry_after(_raw(429, b"", **{"retry-after": text})) == seconds


def test_an_answer_that_cannot_be_read_keeps_the_wait_that_its_header_names() -> None:
    error = faults.refusal(_raw(429, b"<html>", **{"retry-after": "30"}), creating=False)
    assert isinstance(error, UpsUnreachable)
    assert error.retry_after == 30.0
    later = faults.refusal(RestReply(503, {"retry-after": "30"}, reply(ERRORS).body), creating=False)
    assert isinstance(later, UpsRefused)
    assert later.retry_after == 30.0


@pytest.mark.parametrize("creating", [True, False])
@pytest.mark.parametrize("status", [400, 403])
def test_a_refusal_of_the_gateways_own_bearer_is_not_told_as_the_programs(status: int, creating: bool) -> None:
    said = {"response": {"errors": [{"code": "250002", "message": "Invalid Authentication Information."}]}}
    error = faults.refusal(reply(said, status), creating=creating)
    assert isinstance(error, NotAuthorised)
    assert error.message == (
        "UPS refuses the gateway's authorization for this (250002 Invalid Authentication Information.). Your access key"
        " is not the cause. Administrator: either the application lacks the product: add it to the application in UPS's"
        " developer portal; or the consent no longer counts: open the gateway's status page and press Reauthorize."
    )


@pytest.mark.parametrize(
    "body", [{}, {"odd": {"a": 1}}, {"PickupCreationResponse": "x"}, {"VoidShipmentResponse": None}]
)
def test_an_object_without_an_answer_in_it_is_no_success(body: Any) -> None:
    assert isinstance(faults.refusal(reply(body), creating=True), OutcomeUnknown)
    assert isinstance(faults.refusal(reply(body), creating=False), UpsUnreachable)


def test_a_void_that_does_not_say_so_has_voided_nothing() -> None:
    assert [translate.void_verdict(reply(body)).kind for body in ({}, {"odd": {"a": 1}})] == ["passing", "passing"]


def test_a_reply_is_decoded_once_and_what_is_taken_to_be_changed_is_nobody_elses() -> None:
    reply = RestReply(200, {}, b'{"RateResponse": {}}')
    seen = faults.body_of(reply)
    assert faults.body_of(reply) is seen
    assert faults.take_body(reply) is seen
    assert faults.body_of(reply) == seen
    assert faults.body_of(reply) is not seen
