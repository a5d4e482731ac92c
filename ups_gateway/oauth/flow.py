"""UPS's OAuth 2.0 as values: where to send the browser, what to ask of the token endpoint, what its replies mean.

The rule: no socket, no clock, no randomness of its own; whatever UPS or a person writes becomes a `TokenPair`, a
refusal with words and advice, or `OAuthTransient`, never a traceback. Source: UPS.md section 0, RFC 6749, RFC 7636.
"""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import quote, urlencode

import msgspec

from ups_gateway.model import Application, RestReply, Secret, TokenPair

_LONGEST = 10 * 365 * 86400.0  # seconds; a lifetime beyond ten years is read as ten
_LONGEST_TEXT = 8192


@dataclass(frozen=True, slots=True)
class ProfileSource:
    """The token of a profile's consent."""

    profile: int


@dataclass(frozen=True, slots=True)
class ClientSource:
    """The token an application gets with its client credentials, for one account."""

    application: str
    account: str


Source = ProfileSource | ClientSource


class Step(StrEnum):
    """What a token call is for."""

    EXCHANGE = "exchange"
    REFRESH = "refresh"
    CLIENT = "client credentials"


Cause = Literal["token", "redirect", "client", "blocked", "quota"]


class OAuthRefused(Exception):
    """UPS said no in its own error object. `words` are UPS's, `advice` says what the administrator should do."""

    def __init__(self, cause: Cause, code: str, words: str, advice: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"{code} {words}")
        self.cause = cause
        self.code = code
        self.words = words
        self.advice = advice
        self.retry_after = retry_after
        """Seconds UPS asked to wait, or None."""

    @property
    def sentence(self) -> str:
        """UPS's words and the advice, for a person."""
        return f"UPS refused: {self.words} ({self.code}). {self.advice}"


class OAuthTransient(Exception):
    """No usable answer. `lost`: UPS may have answered with a new pair that did not arrive readable."""

    def __init__(self, words: str, *, lost: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.lost = lost


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """One POST to the token endpoint."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    """The form, encoded."""
    secrets: tuple[str, ...] = field(repr=False)
    """What it proves who asks with: no answer to it may be shown that repeats one of these."""


def new_state(random: bytes) -> str:
    """The state of an authorize call; `random` is at least 16 bytes."""
    return _base64url(random)


def new_verifier(random: bytes) -> Secret:
    """A PKCE code verifier; 32 random bytes give the 43 characters that RFC 7636 asks for at least."""
    return Secret(_base64url(random))


def challenge(verifier: Secret) -> str:
    """The S256 challenge of a verifier."""
    return _base64url(hashlib.sha256(verifier.reveal().encode()).digest())


def authorize_url(base_url: str, application: Application, state: str, verifier: Secret | None) -> str:
    """Where the browser goes to consent. UPS takes S256 only and has no code_challenge_method (its OpenAPI)."""
    query = {
        "client_id": application.client_id,
        "redirect_uri": application.redirect_uri,
        "response_type": "code",
        "state": state,
    }
    if verifier is not None:
        query["code_challenge"] = challenge(verifier)
    return f"{base_url}/security/v1/oauth/authorize?{urlencode(query, quote_via=quote)}"


def exchange_request(base_url: str, application: Application, code: str, verifier: Secret | None) -> TokenRequest:
    """Code for pair. With PKCE the client is named in the form and there is no Basic header (UPS's OpenAPI)."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": application.redirect_uri}
    if verifier is None:
        return _request(base_url, "token", form, _basic(application))
    return _request(
        base_url, "token", form | {"client_id": application.client_id, "code_verifier": verifier.reveal()}, {}
    )


def refresh_request(base_url: str, application: Application, refresh_token: Secret) -> TokenRequest:
    """The next pair for a refresh token; always with Basic, also for applications that use PKCE."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token.reveal()}
    return _request(base_url, "refresh", form, _basic(application))


def client_request(base_url: str, application: Application, account: str) -> TokenRequest:
    """An access token for client credentials, on behalf of one account (empty: of none)."""
    merchant = {"x-merchant-id": account} if account else {}
    return _request(base_url, "token", {"grant_type": "client_credentials"}, _basic(application) | merchant)


def read_tokens(
    reply: RestReply,
    step: Step,
    *,
    sent_at: datetime,
    pkce: bool = False,
    previous: TokenPair | None = None,
) -> TokenPair:
    """The pair a reply holds. Raises OAuthRefused or OAuthTransient.

    Lifetimes count from `sent_at`, when our clock sent the request. A refresh that brings no new refresh token leaves
    that of `previous` valid (RFC 6749, section 6).
    """
    tree = _object(reply.body)
    if not 200 <= reply.status < 300:
        raise _failure(reply, tree, step, sent_at, pkce=pkce)
    access = _token(tree.get("access_token"))
    lifetime = _seconds(tree.get("expires_in"))
    if access is None or lifetime is None:
        words = f"UPS answered the {step} call with HTTP {reply.status} but without a usable token"
        raise OAuthTransient(words, lost=True)
    refresh = _token(tree.get("refresh_token"))
    refresh_lifetime = _seconds(tree.get("refresh_token_expires_in"))
    refresh_ends = None if refresh_lifetime is None else sent_at + timedelta(seconds=refresh_lifetime)
    if previous is not None:
        refresh = refresh or previous.refresh_token
        refresh_ends = refresh_ends or previous.refresh_expires_at
    if step is Step.EXCHANGE and refresh is None:
        raise OAuthTransient("UPS answered the exchange call without a refresh token", lost=True)
    if step is Step.CLIENT:
        refresh = refresh_ends = None
    return TokenPair(
        access_token=access,
        access_expires_at=sent_at + timedelta(seconds=lifetime),
        refresh_token=refresh,
        refresh_expires_at=refresh_ends,
        token_type=_text(tree.get("token_type")) or "Bearer",
        status=_text(tree.get("status")),
        scope=_text(tree.get("scope")),
        issued_at=_milliseconds(tree.get("issued_at")),
        refresh_status=_text(tree.get("refresh_token_status")),
        refresh_issued_at=_milliseconds(tree.get("refresh_token_issued_at")),
        refresh_count=_text(tree.get("refresh_count")) or "0",
    )


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a Retry-After header asks to wait (a number or an HTTP date), None without a readable one."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max((when - now).total_seconds(), 0.0), _LONGEST)


# --- refusals --------------------------------------------------------------------------------------------------------


def _failure(
    reply: RestReply, tree: Mapping[str, Any], step: Step, now: datetime, *, pkce: bool
) -> OAuthRefused | OAuthTransient:
    code, words = _error(tree)
    if reply.status == 429 or code == "10429":
        wait = retry_after(reply.headers, now)
        advice = "The quota of token calls is used up; UPS says when it takes calls again."
        return OAuthRefused("quota", code or "10429", words or "Too many requests", advice, retry_after=wait)
    if reply.status not in (400, 401, 403) or not (code or words):
        return OAuthTransient(f"UPS answered the {step} call with HTTP {reply.status}{f' ({words})' if words else ''}")
    cause = _cause(reply.status, code, words.lower())
    advice = _ADVICE[cause]
    if step is Step.EXCHANGE and cause in ("token", "client"):
        advice += _OTHER_SETTING[pkce]
    elif step is Step.REFRESH and cause == "token":
        advice = "The consent has ended: authorize the profile again."
    return OAuthRefused(cause, code or str(reply.status), words or f"HTTP {reply.status}", advice)


def _cause(status: int, code: str, words: str) -> Cause:
    """Words before codes: UPS uses 10400 and 10401 for several things."""
    if status == 403:
        return "blocked"
    if "redirect" in words:
        return "redirect"
    if any(mark in words for mark in ("client", "authorization header", "authentication information", "grant type")):
        return "client"
    if any(mark in words for mark in ("token", "code", "verifier", "grant", "expired")):
        return "token"
    if code == "10400":
        return "redirect"
    return "client" if code == "10401" else "token"


_ADVICE: Mapping[Cause, str] = {
    "token": "The code of this sign-in was not accepted: start the authorization again and finish it within a minute.",
    "redirect": (
        "The redirect URI does not match: enter the application's redirect_uri in UPS's developer portal as its "
        "callback URL, character for character."
    ),
    "client": (
        "Compare client id, client secret and environment of the application with UPS's developer portal, and see "
        "there that the application is allowed this way of signing in."
    ),
    "blocked": (
        "UPS blocks this account or application: see in UPS's developer portal that the account is listed with the "
        "application, or ask UPS."
    ),
}
_OTHER_SETTING = {
    True: (
        " If all of that is right, set `pkce: false` for this application and authorize again:"
        " some applications are registered without PKCE."
    ),
    False: (
        " If all of that is right, set `pkce: true` for this application and authorize again:"
        " some applications are registered with PKCE."
    ),
}


def _error(tree: Mapping[str, Any]) -> tuple[str, str]:
    """Code and text of UPS's errors object, or of a plain OAuth error (RFC 6749, section 5.2)."""
    response = tree.get("response")
    errors = (response if isinstance(response, dict) else tree).get("errors")
    first = errors[0] if isinstance(errors, list) and errors else errors
    if isinstance(first, dict):
        return _text(first.get("code")), _text(first.get("message"))
    return _text(tree.get("error")), _text(tree.get("error_description"))


# --- reading what may be anything ------------------------------------------------------------------------------------


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        tree = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return tree if isinstance(tree, dict) else {}


def _token(value: object) -> Secret | None:
    """A token fit for a header: visible ASCII, of reasonable length."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT:
        return None
    return Secret(value) if all("!" <= character <= "~" for character in value) else None


def _text(value: object) -> str:
    """A short text for people; numbers are taken as well."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return "".join(c for c in str(value)[:500] if c.isprintable())


def _number(value: object) -> float | None:
    """UPS writes numbers as strings; anything that is a positive, finite number is one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number > 0 else None


def _seconds(value: object) -> float | None:
    number = _number(value)
    return None if number is None else min(number, _LONGEST)


def _milliseconds(value: object) -> datetime | None:
    number = _number(value)
    try:
        return None if number is None else datetime.fromtimestamp(number / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _request(base_url: str, endpoint: str, form: Mapping[str, str], headers: Mapping[str, str]) -> TokenRequest:
    common = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    proofs = [form.get(name, "") for name in ("code", "code_verifier", "refresh_token")]
    secrets = (*proofs, headers.get("Authorization", "").removeprefix("Basic "))
    url = f"{base_url}/security/v1/oauth/{endpoint}"
    return TokenRequest(url, common | dict(headers), urlencode(form).encode(), secrets)


def _basic(application: Application) -> dict[str, str]:
    plain = f"{application.client_id}:{application.client_secret.reveal()}"
    return {"Authorization": f"Basic {base64.b64encode(plain.encode()).decode()}"}


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
