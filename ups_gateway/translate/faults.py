"""UPS's REST errors read into the gateway's own, and what may be said of a reply.

The rule: UPS's code and text pass through word for word; only the severity is ours (UPS.md section 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from ups_gateway.errors import GatewayError, OutcomeUnknown, Refusal, UpsRefused, UpsUnreachable
from ups_gateway.model import RestReply

_UNKNOWN = (
    "UPS was asked to carry this out but gave no clear answer, so it may or may not have been done. Nothing was "
    "repeated. The administrator must look at the gateway's status page before it is tried again."
)


def body_of(reply: RestReply) -> Any:
    """The reply's JSON, or None when it is no JSON."""
    try:
        return msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


_NO_CODES: Mapping[str, Refusal] = MappingProxyType({})


def refusal(reply: RestReply, *, creating: bool, codes: Mapping[str, Refusal] = _NO_CODES) -> GatewayError | None:
    """None when UPS did what was asked (2xx with a JSON object), else the error it amounts to.

    `codes`: REST codes that the operation's old API had another code and text for.
    """
    body = body_of(reply)
    errors = tuple(codes.get(error.code, error) for error in errors_of(body))
    if 200 <= reply.status < 300 and isinstance(body, dict) and not errors:
        return None
    if 400 <= reply.status < 500 and errors:
        transient = reply.status == 429 and not creating
        return UpsRefused(
            errors,
            http_status=reply.status,
            transient=transient,
            retry_after=retry_after(reply) if transient else None,
            body=reply.body,
            content_type=reply.headers.get("content-type", "application/json"),
        )
    if creating:
        return OutcomeUnknown(_UNKNOWN)
    if errors:
        return UpsRefused(
            errors,
            http_status=reply.status,
            transient=reply.status >= 500,
            body=reply.body,
            content_type=reply.headers.get("content-type", "application/json"),
        )
    return UpsUnreachable(f"UPS answered with status {reply.status} and nothing that can be read. Try again later.")


def errors_of(body: Any) -> tuple[Refusal, ...]:
    """All of {"response": {"errors": [{"code", "message"}]}}, object or array, gravest (first) first."""
    response = body.get("response") if isinstance(body, dict) else None
    errors = response.get("errors") if isinstance(response, dict) else None
    if isinstance(errors, dict):
        errors = [errors]
    if not isinstance(errors, list):
        return ()
    return tuple(
        Refusal(str(error.get("code") or "20001"), str(error.get("message") or "General process failure"))
        for error in errors
        if isinstance(error, dict)
    )


def retry_after(reply: RestReply) -> float | None:
    """Seconds of the Retry-After header, if it names a number."""
    value = reply.headers.get("retry-after", "")
    return float(value) if value.isdigit() else None
