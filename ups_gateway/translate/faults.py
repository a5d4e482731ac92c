"""UPS's REST errors read into the gateway's own, and what may be said of a reply.

The rule: UPS's code and text pass through word for word; only the severity is ours (UPS.md section 4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from ups_gateway.errors import GatewayError, NotAuthorised, OutcomeUnknown, Refusal, UpsRefused, UpsUnreachable
from ups_gateway.model import RestReply

_UNKNOWN = (
    "UPS was asked to carry this out but gave no clear answer, so it may or may not have been done. Nothing was "
    "repeated. The administrator must look at the gateway's status page before it is tried again."
)


def body_of(reply: RestReply) -> Any:
    """The reply's JSON, or None when it is no JSON. To be looked at, not changed: others get the same."""
    if not reply.read:
        reply.read.append(_decoded(reply.body))
    return reply.read[0]


def take_body(reply: RestReply) -> Any:
    """The same, for one who changes it: nobody else gets this one."""
    body = body_of(reply)
    reply.read.clear()
    return body


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


_NO_CODES: Mapping[str, Refusal] = MappingProxyType({})
_ABOUT_THE_BEARER = "25000"
"""How codes begin by which UPS refuses who asks (UPS.md, appendix A): here that is the gateway."""
_ROOT = "Response"
_OTHER_ROOTS = frozenset({"validationList", "originPickList", "destinationPickList", "shipment"})
"""Of time in transit and of landed cost (TimeInTransit.yaml, LandedCost.yaml); all others end as `_ROOT` does."""


def refusal(
    reply: RestReply,
    *,
    creating: bool,
    codes: Mapping[str, Refusal] = _NO_CODES,
) -> GatewayError | None:
    """None when UPS did what was asked (2xx, and an answer of its shape), else the error it amounts to.

    `codes`: REST codes that the operation's old API had another code and text for.
    """
    body = body_of(reply)
    errors = tuple(codes.get(error.code, error) for error in errors_of(body))
    if 200 <= reply.status < 300 and says_something(body) and not errors:
        return None
    wait = retry_after(reply)
    if 400 <= reply.status < 500 and errors:
        if about_the_bearer(errors):
            return NotAuthorised(
                f"UPS refuses the gateway's authorization for this ({errors[0].code} {errors[0].message}). Your access"
                " key is not the cause. Administrator: either the application lacks the product: add it to the"
                " application in UPS's developer portal; or the consent no longer counts: open the gateway's status"
                " page and press Reauthorize."
            )
        transient = reply.status == 429 and not creating
        return UpsRefused(
            errors,
            http_status=reply.status,
            transient=transient,
            retry_after=wait if transient else None,
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
            retry_after=wait,
            body=reply.body,
            content_type=reply.headers.get("content-type", "application/json"),
        )
    words = f"UPS answered with status {reply.status} and nothing that can be read. Try again later."
    return UpsUnreachable(words, retry_after=wait)


def says_something(body: Any) -> bool:
    """It has a member that UPS's good answers have; `{}` does not say that anything was done."""
    return isinstance(body, dict) and any(
        isinstance(member, dict | list) and (name.endswith(_ROOT) or name in _OTHER_ROOTS)
        for name, member in body.items()
    )


def about_the_bearer(errors: Sequence[Refusal]) -> bool:
    """UPS refuses the gateway's own authorization."""
    return bool(errors) and errors[0].code.startswith(_ABOUT_THE_BEARER)


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
    return seconds(reply.headers.get("retry-after", ""))


def seconds(text: str) -> float | None:
    """To wait, as UPS names them; None for what is no number."""
    return float(text[:9]) if text.isascii() and text.isdigit() else None
