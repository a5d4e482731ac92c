"""The protocol as values."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from ups_gateway.model import Application, Grant, RestReply, Secret, TokenPair
from ups_gateway.oauth.flow import (
    OAuthRefused,
    OAuthTransient,
    Step,
    TokenRequest,
    authorize_url,
    challenge,
    client_request,
    exchange_request,
    new_state,
    new_verifier,
    read_tokens,
    refresh_request,
    retry_after,
)

BASE = "https://wwwcie.ups.example"
SENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
APPLICATION = Application(
    "main", "test", Grant.AUTHORIZATION_CODE, "id one", Secret("s:e+c"), "https://127.0.0.1/cb?x=1"
)
BASIC = "Basic " + base64.b64encode(b"id one:s:e+c").decode()
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}

GOOD = {
    "token_type": "Bearer",
    "issued_at": "1767323045000",
    "client_id": "id one",
    "access_token": "acc",
    "scope": "read",
    "expires_in": "14399",
    "refresh_count": "3",
    "status": "approved",
    "refresh_token": "ref",
    "refresh_token_status": "approved",
    "refresh_token_issued_at": "1767323045000",
    "refresh_token_expires_in": "5184000",
}


def reply(tree: object, status: int = 200, **headers: str) -> RestReply:
    return RestReply(status, headers, msgspec.json.encode(tree))


def errors(code: str, message: str) -> object:
    return {"response": {"errors": [{"code": code, "message": message}]}}


def form(request: TokenRequest) -> dict[str, list[str]]:
    return parse_qs(request.body.decode(), strict_parsing=True)


# --- what is asked ----------------------------------------------------------------------------------------------------


def test_the_challenge_is_that_of_rfc_7636_appendix_b() -> None:
    verifier = Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_verifier_and_state_are_made_of_the_random_bytes_given() -> None:
    assert new_state(bytes(32)) == "A" * 43
    assert new_verifier(b"\xff" * 32) == Secret("_" * 42 + "8")


def test_the_authorize_address_holds_what_ups_documents() -> None:
    parts = urlsplit(authorize_url(BASE, APPLICATION, "st", Secret("v" * 43)))
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{BASE}/security/v1/oauth/authorize"
    assert parse_qs(parts.query) == {
        "client_id": ["id one"],
        "redirect_uri": ["https://127.0.0.1/cb?x=1"],
        "response_type": ["code"],
        "state": ["st"],
        "code_challenge": [challenge(Secret("v" * 43))],
    }


def test_without_pkce_the_authorize_address_has_no_challenge() -> None:
    query = parse_qs(urlsplit(authorize_url(BASE, APPLICATION, "st", None)).query)
    assert sorted(query) == ["client_id", "redirect_uri", "response_type", "state"]


def test_an_exchange_with_pkce_names_the_client_in_the_form_and_sends_no_basic() -> None:
    request = exchange_request(BASE, APPLICATION, "c/1", Secret("ver"))
    assert (request.url, request.headers) == (f"{BASE}/security/v1/oauth/token", FORM)
    assert form(request) == {
        "grant_type": ["authorization_code"],
        "code": ["c/1"],
        "redirect_uri": ["https://127.0.0.1/cb?x=1"],
        "client_id": ["id one"],
        "code_verifier": ["ver"],
    }


def test_an_exchange_without_pkce_sends_basic_and_no_client_in_the_form() -> None:
    request = exchange_request(BASE, APPLICATION, "c/1", None)
    assert request.headers == FORM | {"Authorization": BASIC}
    assert sorted(form(request)) == ["code", "grant_type", "redirect_uri"]


def test_a_refresh_sends_basic_also_with_pkce() -> None:
    request = refresh_request(BASE, APPLICATION, Secret("r&1"))
    assert request.url == f"{BASE}/security/v1/oauth/refresh"
    assert request.headers == FORM | {"Authorization": BASIC}
    assert form(request) == {"grant_type": ["refresh_token"], "refresh_token": ["r&1"]}


@pytest.mark.parametrize(("account", "merchant"), [("A1B2C3", {"x-merchant-id": "A1B2C3"}), ("", {})])
def test_client_credentials_name_the_merchant(account: str, merchant: dict[str, str]) -> None:
    request = client_request(BASE, APPLICATION, account)
    assert request.url == f"{BASE}/security/v1/oauth/token"
    assert request.headers == FORM | {"Authorization": BASIC} | merchant
    assert form(request) == {"grant_type": ["client_credentials"]}


def test_a_request_shows_no_secret_in_its_repr() -> None:
    assert (
        repr(refresh_request(BASE, APPLICATION, Secret("r"))) == f"TokenRequest(url='{BASE}/security/v1/oauth/refresh')"
    )


# --- what comes back --------------------------------------------------------------------------------------------------


def test_a_good_reply_becomes_a_pair_whose_ends_count_from_when_it_was_asked_for() -> None:
    issued = datetime.fromtimestamp(1767323045, UTC)
    assert read_tokens(reply(GOOD), Step.EXCHANGE, sent_at=SENT) == TokenPair(
        access_token=Secret("acc"),
        access_expires_at=SENT + timedelta(seconds=14399),
        refresh_token=Secret("ref"),
        refresh_expires_at=SENT + timedelta(days=60),
        token_type="Bearer",
        status="approved",
        scope="read",
        issued_at=issued,
        refresh_status="approved",
        refresh_issued_at=issued,
        refresh_count="3",
    )


def test_numbers_that_come_as_numbers_are_read_too() -> None:
    pair = read_tokens(reply(GOOD | {"expires_in": 60, "refresh_count": 4}), Step.REFRESH, sent_at=SENT)
    assert (pair.access_expires_at, pair.refresh_count) == (SENT + timedelta(seconds=60), "4")


def test_a_refresh_without_a_new_refresh_token_keeps_the_former() -> None:
    previous = read_tokens(reply(GOOD), Step.EXCHANGE, sent_at=SENT - timedelta(days=1))
    pair = read_tokens(
        reply({"access_token": "new", "expires_in": "60"}), Step.REFRESH, sent_at=SENT, previous=previous
    )
    assert pair == TokenPair(
        access_token=Secret("new"),
        access_expires_at=SENT + timedelta(seconds=60),
        refresh_token=Secret("ref"),
        refresh_expires_at=SENT + timedelta(days=59),
    )


def test_client_credentials_have_no_refresh_token_even_if_one_is_sent() -> None:
    pair = read_tokens(reply(GOOD), Step.CLIENT, sent_at=SENT)
    assert (pair.refresh_token, pair.refresh_expires_at) == (None, None)


UNUSABLE: list[dict[str, object]] = [
    {"access_token": ""},
    {"access_token": 17},
    {"access_token": "a b"},
    {"access_token": "a\r\nb"},
    {"access_token": "ä"},
    {"access_token": "x" * 9000},
    {"expires_in": "soon"},
    {"expires_in": "0"},
    {"expires_in": "-5"},
    {"expires_in": "nan"},
    {"expires_in": "inf"},
    {"expires_in": True},
    {"expires_in": None},
    {"expires_in": {}},
    {"refresh_token": ["r"]},
]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>maintenance</html>",
        b"[]",
        b'"text"',
        b"\xff\xfe{}",
        b"[" * 100_000,
        *(
            msgspec.json.encode({name: value for name, value in GOOD.items() if name != missing})
            for missing in ("access_token", "expires_in", "refresh_token")
        ),
        *(msgspec.json.encode(GOOD | odd) for odd in UNUSABLE),
    ],
)
def test_an_unusable_success_is_a_lost_reply(body: bytes) -> None:
    with pytest.raises(OAuthTransient) as caught:
        read_tokens(RestReply(200, {}, body), Step.EXCHANGE, sent_at=SENT)
    assert caught.value.lost


def test_odd_lesser_members_do_not_spoil_a_pair() -> None:
    odd = {"issued_at": "1e400", "refresh_token_issued_at": "9" * 30, "scope": None, "refresh_token_expires_in": "x"}
    pair = read_tokens(reply(GOOD | odd), Step.EXCHANGE, sent_at=SENT)
    assert (pair.issued_at, pair.refresh_issued_at, pair.scope, pair.refresh_expires_at) == (None, None, "", None)


def test_an_absurd_lifetime_is_read_as_ten_years() -> None:
    pair = read_tokens(reply(GOOD | {"expires_in": "9" * 40}), Step.EXCHANGE, sent_at=SENT)
    assert pair.access_expires_at == SENT + timedelta(days=3650)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"response":{"errors":[{"code":"20001","message":"Transient"}]}}'),
        (502, b"<html>"),
        (503, b""),
        (302, b""),
        (404, b'{"response":{"errors":[{"code":"404","message":"Not found"}]}}'),
        (408, b"{}"),
        (400, b"<html>proxy</html>"),
        (401, b""),
        (403, b"<html>blocked by the company firewall</html>"),
        (400, b'{"response":{"errors":[]}}'),
        (400, b'{"response":"no"}'),
    ],
)
def test_what_is_no_explicit_refusal_is_transient_and_not_lost(status: int, body: bytes) -> None:
    with pytest.raises(OAuthTransient) as caught:
        read_tokens(RestReply(status, {}, body), Step.REFRESH, sent_at=SENT)
    assert (caught.value.lost, f"HTTP {status}" in caught.value.words) == (False, True)


@pytest.mark.parametrize(
    ("step", "status", "code", "words", "cause"),
    [
        (Step.EXCHANGE, 400, "10400", "Invalid Redirect URI", "redirect"),
        (Step.EXCHANGE, 400, "10400", "Bad Request", "redirect"),
        (Step.EXCHANGE, 401, "10401", "ClientId is Invalid", "client"),
        (Step.EXCHANGE, 401, "10401", "Invalid Authorization Code", "token"),
        (Step.EXCHANGE, 400, "10400", "Invalid Code Verifier", "token"),
        (Step.EXCHANGE, 401, "10401", "?", "client"),
        (Step.EXCHANGE, 401, "10402", "?", "token"),
        (Step.REFRESH, 401, "10400", "Invalid Refresh Token", "token"),
        (Step.REFRESH, 401, "250002", "Invalid Authentication Information.", "client"),
        (Step.REFRESH, 400, "10400", "Invalid/Missing Authorization Header", "client"),
        (Step.CLIENT, 403, "10403", "Blocked Merchant", "blocked"),
        (Step.CLIENT, 401, "10401", "Grant Type is not allowed for this ClientId", "client"),
        (Step.REFRESH, 429, "10429", "Too Many Request", "quota"),
        (Step.REFRESH, 400, "10429", "Too Many Request", "quota"),
    ],
)
def test_a_refusal_knows_its_cause(step: Step, status: int, code: str, words: str, cause: str) -> None:
    with pytest.raises(OAuthRefused) as caught:
        read_tokens(reply(errors(code, words), status), step, sent_at=SENT)
    refused = caught.value
    assert (refused.cause, refused.code, refused.words) == (cause, code, words)
    assert refused.sentence == f"UPS refused: {words} ({code}). {refused.advice}"


@pytest.mark.parametrize(("pkce", "other"), [(True, "`pkce: false`"), (False, "`pkce: true`")])
def test_a_failed_exchange_names_the_other_pkce_setting(pkce: bool, other: str) -> None:
    with pytest.raises(OAuthRefused) as caught:
        read_tokens(reply(errors("10401", "ClientId is Invalid"), 401), Step.EXCHANGE, sent_at=SENT, pkce=pkce)
    assert other in caught.value.advice


def test_a_plain_oauth_error_is_a_refusal_too() -> None:
    with pytest.raises(OAuthRefused) as caught:
        read_tokens(
            reply({"error": "invalid_grant", "error_description": "token is spent"}, 400), Step.REFRESH, sent_at=SENT
        )
    refused = caught.value
    assert (refused.cause, refused.code, refused.words) == ("token", "invalid_grant", "token is spent")
    assert refused.advice == "The consent has ended: authorize the profile again."


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Fri, 02 Jan 2026 03:05:05 GMT", 60.0),
        ("Fri, 02 Jan 2026 03:05:05", 60.0),
        ("Fri, 02 Jan 2026 01:00:00 GMT", 0.0),
        ("999999999999999", 10 * 365 * 86400.0),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(header: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": header}, SENT) == seconds


def test_a_quota_refusal_carries_the_wait() -> None:
    with pytest.raises(OAuthRefused) as caught:
        read_tokens(RestReply(429, {"retry-after": "30"}, b""), Step.REFRESH, sent_at=SENT)
    assert (caught.value.code, caught.value.retry_after) == ("10429", 30.0)
