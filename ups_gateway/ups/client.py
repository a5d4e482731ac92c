"""One REST call of UPS's: bearer, ids, repeats where they are safe, and a breaker for each product.

The rule: a creating call is sent a second time only when no byte of the first left, or UPS answered it with 401. Any
answer of UPS's is returned; no answer becomes UpsUnreachable, or OutcomeUnknown where something may have been created.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import msgspec

from ups_gateway.errors import NotAuthorised, NotSent, OutcomeUnknown, SentNoReply, UpsUnreachable
from ups_gateway.model import Environment, RestCall, RestReply, Secret
from ups_gateway.oauth.endpoint import Send
from ups_gateway.oauth.flow import Source, retry_after
from ups_gateway.ups.breaker import Breaker, ProductStatus

_SOURCE = "ups-gateway"
_TRIES = 3
_FIRST_PAUSE = 0.2
_LONGEST_RETRY_AFTER = 3.0
_LEAST_TO_CREATE = 2.0  # seconds; with less left a creating call's answer would be lost more likely than not
_PASSING = frozenset({502, 503, 504})
_UNRESERVED = "/%:@!$&'()*+,;=~-._"
_VISIBLE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) != "#")
NOT_CURED_FOR = 600.0  # seconds in which a 401 after a good renewal is not answered by another renewal


class TokenKeeper(Protocol):
    """What the client needs of `oauth.keeper.Keeper`."""

    async def token(self, source: Source, *, wait: bool = True) -> Secret: ...

    async def renew(self, source: Source, *, rejected: Secret) -> Secret: ...

    def describe(self, source: Source) -> str: ...


@dataclass(slots=True)
class Meter:
    """Filled while a call runs: for the journal of exchanges."""

    ups_seconds: float = 0.0
    requests: int = 0
    heard: list[tuple[RestCall, RestReply]] | None = None
    """What was said to UPS and what it answered, where somebody wants to see it."""


@dataclass(frozen=True, slots=True)
class _Errand:
    """One call on its way."""

    source: Source
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    product: str
    breaker: Breaker
    creating: bool
    ends: float
    least: float
    """Seconds that must be left for it to be sent."""
    meter: Meter


class UpsClient:
    """One for a gateway."""

    def __init__(
        self,
        keeper: TokenKeeper,
        send: Send,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        random: Callable[[int], bytes] = secrets.token_bytes,
        pause: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep,
    ) -> None:
        self._keeper = keeper
        self._send = send
        self._now = now
        self._monotonic = monotonic
        self._random = random
        self._pause = pause
        self._breakers: dict[tuple[str, str], Breaker] = {}
        self._not_cured: dict[tuple[Source, str], tuple[Secret, float]] = {}

    async def call(
        self,
        source: Source,
        environment: Environment,
        call: RestCall,
        *,
        creating: bool,
        time_limit: float,
        meter: Meter | None = None,
    ) -> RestReply:
        """UPS's answer, whatever its status, within `time_limit` seconds.

        Raises NotAuthorised, UpsUnreachable (nothing was created), OutcomeUnknown (only when `creating`), StoreFailed.
        """
        product = _product(call.path)
        breaker = self._breaker(environment.name, product)
        errand = _Errand(
            source=source,
            method=call.method,
            url=_url(environment, call),
            headers=_headers(call),
            body=_body(call),
            product=product,
            breaker=breaker,
            creating=creating,
            ends=self._monotonic() + time_limit,
            least=min(_LEAST_TO_CREATE, time_limit / 2) if creating else 0.0,
            meter=meter or Meter(),
        )
        wait = breaker.enter()
        if wait:
            raise UpsUnreachable(
                f"UPS's {product} service has not answered lately; the gateway tries it again in {wait:.0f} seconds.",
                transient=not creating,
                retry_after=wait,
            )
        failure: str | None = None
        try:
            reply = await self._authorised(errand)
            failure = f"HTTP {reply.status}" if reply.status in _PASSING else ""
        except (_NoReply, OutcomeUnknown) as error:
            failure = error.message
            raise
        except NotAuthorised:
            breaker.not_authorised += 1
            raise
        finally:
            breaker.leave(failure)
        return reply

    def status(self) -> list[ProductStatus]:
        """Each product that was called, for a status page."""
        return [breaker.status() for _, breaker in sorted(self._breakers.items())]

    # --- bearer -------------------------------------------------------------------------------------------------------

    async def _authorised(self, errand: _Errand) -> RestReply:
        token = await self._in_time(errand, self._keeper.token(errand.source))
        reply = await self._repeated(errand, token)
        key = (errand.source, errand.product)
        if reply.status != 401:
            self._not_cured.pop(key, None)
            return reply
        refused, until = self._not_cured.get(key, (None, 0.0))
        if token == refused or self._monotonic() < until:
            raise self._product_refused(errand)
        fresh = await self._in_time(errand, self._keeper.renew(errand.source, rejected=token))
        again = await self._repeated(errand, fresh)
        if again.status == 401:
            self._not_cured[key] = (fresh, self._monotonic() + NOT_CURED_FOR)
            raise self._product_refused(errand)
        return replace(again, perhaps_done=True) if reply.perhaps_done else again

    async def _in_time(self, errand: _Errand, token: Coroutine[Any, Any, Secret]) -> Secret:
        """The token, unless it takes longer than the whole call may; its renewal goes on then."""
        try:
            async with asyncio.timeout(max(0.0, errand.ends - self._monotonic())):
                return await token
        except TimeoutError as error:
            words = f"UPS did not renew the gateway's authorization in time ({self._keeper.describe(errand.source)})."
            raise UpsUnreachable(words, transient=not errand.creating) from error
        except UpsUnreachable as error:
            raise UpsUnreachable(error.message, transient=not errand.creating, retry_after=error.retry_after) from error

    def _product_refused(self, errand: _Errand) -> NotAuthorised:
        who = self._keeper.describe(errand.source)
        return NotAuthorised(
            f"UPS refuses the gateway's token for its {errand.product} service right after renewing it (250002). "
            f"Your access key is not the cause. Administrator: either the consent no longer counts: open the gateway's "
            f"status page and press Reauthorize for {who}; or the application lacks this product: add it to the "
            "application in UPS's developer portal."
        )

    # --- repeats ------------------------------------------------------------------------------------------------------

    async def _repeated(self, errand: _Errand, token: Secret) -> RestReply:
        """The first answer that is final, or the last one there was time and budget for."""
        tries, perhaps_done = 0, False
        while True:
            tries += 1
            try:
                reply = await self._once(errand, token)
            except NotSent as error:
                pause = self._pause_before_repeat(errand, tries, None)
                if pause is None:
                    words = f"UPS cannot be reached: {error}. Nothing was sent."
                    raise _NoReply(words, transient=not errand.creating) from error
            except SentNoReply as error:
                if errand.creating:
                    raise OutcomeUnknown(
                        f"UPS was asked, but {error}: it is not known whether it was carried out. Do not repeat it; "
                        "the gateway's status page shows it under outcomes unknown."
                    ) from error
                pause = self._pause_before_repeat(errand, tries, None)
                if pause is None:
                    raise _NoReply(f"UPS did not answer: {error}.") from error
                perhaps_done = True
            else:
                pause = None
                if not errand.creating and (reply.status in _PASSING or reply.status == 429):
                    pause = self._pause_before_repeat(errand, tries, reply)
                if pause is None:
                    return replace(reply, perhaps_done=True) if perhaps_done else reply
                perhaps_done = perhaps_done or reply.status in _PASSING
            await self._pause(pause)

    def _pause_before_repeat(self, errand: _Errand, tries: int, reply: RestReply | None) -> float | None:
        """Seconds to wait, or None when it is not repeated: too often, too late, too much, or UPS says later."""
        pause: float = _FIRST_PAUSE * 4.0 ** (tries - 1) * (0.75 + self._random(1)[0] / 512)
        if reply is not None:
            asked = retry_after(reply.headers, self._now())
            if asked is None and reply.status == 429:
                return None
            pause = max(pause, asked or 0.0)
        if tries >= _TRIES or pause > _LONGEST_RETRY_AFTER or self._monotonic() + 2 * pause >= errand.ends:
            return None
        return pause if errand.breaker.may_repeat() else None

    async def _once(self, errand: _Errand, token: Secret) -> RestReply:
        headers = {**errand.headers, "Authorization": f"Bearer {token.reveal()}"}
        headers.setdefault("transid", self._random(16).hex())
        started = self._monotonic()
        if started >= errand.ends - errand.least:
            raise UpsUnreachable("There was no time left to ask UPS.", transient=not errand.creating)
        try:
            reply = await self._send(errand.method, errand.url, headers, errand.body, timeout=errand.ends - started)
            return reply.without([token.reveal()])
        finally:
            seconds = self._monotonic() - started
            errand.meter.ups_seconds += seconds
            errand.meter.requests += 1
            errand.breaker.spent(seconds)

    def _breaker(self, environment: str, product: str) -> Breaker:
        key = (environment, product)
        if key not in self._breakers:
            self._breakers[key] = Breaker(environment, product, self._monotonic)
        return self._breakers[key]


class _NoReply(UpsUnreachable):
    """UPS's own silence, which counts for the breaker; trouble with tokens does not."""


def _product(path: str) -> str:
    """What UPS's developer portal calls a product, by the path: rating, shipments, track, ..."""
    parts = path.strip("/").split("/")
    first = parts[1] if parts[0] == "api" and len(parts) > 1 else parts[0]
    return first.lower()[:40]


def _url(environment: Environment, call: RestCall) -> str:
    query = quote(call.sent_query, safe=_VISIBLE) or urlencode(call.query, quote_via=quote)
    return f"{environment.base_url}{quote(call.path, safe=_UNRESERVED)}{query and f'?{query}'}"


def _body(call: RestCall) -> bytes:
    if call.body is None:
        return b""
    return call.body.encode() if isinstance(call.body, str) else msgspec.json.encode(call.body)


def _headers(call: RestCall) -> dict[str, str]:
    """Names in lower case. Values keep visible ASCII only: some come from the client's request."""
    headers = {"accept": "application/json", "transactionsrc": _SOURCE}
    if call.body is not None:
        headers["content-type"] = "application/json"
    for name, value in call.headers.items():
        headers[name.lower()] = "".join(c for c in value if " " <= c <= "~")
    headers.pop("authorization", None)
    return headers
