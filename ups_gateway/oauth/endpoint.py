"""Calls of UPS's token endpoint: sent, counted, and held back when UPS says so.

The rule: every token call goes through `TokenEndpoint.ask`, which notes it in the store before it is sent: a store that
cannot be written must not cost a single-use refresh token. Only UPS's own 429 holds a call back; the day's budget is a
question that prefetches and repeats ask for themselves.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from ups_gateway.errors import NotSent, SentNoReply
from ups_gateway.model import Application, RestReply, TokenPair
from ups_gateway.oauth.flow import OAuthRefused, OAuthTransient, Step, TokenRequest, read_tokens
from ups_gateway.store import Admin

_DEFAULT_HOLD = 60.0  # seconds after a 429 that names none
_LONGEST_HOLD = 86400.0


class Send(Protocol):
    """Sends one HTTP request, as `ups.transport` does. Raises NotSent or SentNoReply."""

    async def __call__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        timeout: float,  # noqa: ASYNC109 - aiohttp keeps the limit and says what was sent
    ) -> RestReply: ...


@dataclass(frozen=True, slots=True)
class Issued:
    """A pair that UPS gave, and when its access token ends by the monotonic clock."""

    pair: TokenPair
    ends: float


@dataclass(frozen=True, slots=True)
class Budget:
    """Token calls a day that prefetches and repeats keep within: for a client id, and for each of its profiles."""

    application: int = 200
    profile: int = 30


CallResult = Literal["ok", "refused", "quota", "unreachable", "lost"]


class TokenEndpoint:
    """One for all applications of a gateway."""

    def __init__(
        self,
        store: Admin,
        send: Send,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        budget: Budget,
        time_limit: float = 30.0,
    ) -> None:
        """`time_limit` is long: giving up on a refresh that UPS has carried out would lose the pair."""
        self._store = store
        self._send = send
        self._now = now
        self._monotonic = monotonic
        self._budget = budget
        self._time_limit = time_limit
        self._held_until: dict[str, float] = {}
        self.results: Counter[tuple[Step, CallResult]] = Counter()
        """What became of the calls since the start."""

    async def ask(
        self, application: Application, request: TokenRequest, step: Step, *, previous: TokenPair | None = None
    ) -> Issued:
        """One token call. Raises OAuthRefused (`quota` also while UPS's 429 lasts), OAuthTransient, StoreFailed."""
        hold = self.held_for(application.client_id)
        if hold > 0:
            raise OAuthRefused(
                "quota", "10429", "too many token calls", "UPS named a time to wait; it is not over.", retry_after=hold
            )
        await self._count(application.client_id)
        sent_at, started = self._now(), self._monotonic()
        try:
            reply = await self._send("POST", request.url, request.headers, request.body, timeout=self._time_limit)
        except NotSent as error:
            self.results[step, "unreachable"] += 1
            raise OAuthTransient(f"UPS could not be reached: {error}") from error
        except SentNoReply as error:
            self.results[step, "lost"] += 1
            raise OAuthTransient(f"UPS's reply was lost: {error}", lost=True) from error
        if not 200 <= reply.status < 300:
            # Its words are shown to people, and kept: they must not repeat what was sent.
            reply = reply.without([*request.secrets, application.client_secret.reveal()])
        try:
            pair = read_tokens(reply, step, sent_at=sent_at, pkce=application.pkce, previous=previous)
        except OAuthTransient as error:
            self.results[step, "lost" if error.lost else "unreachable"] += 1
            raise
        except OAuthRefused as refused:
            self.results[step, "quota" if refused.cause == "quota" else "refused"] += 1
            if refused.cause == "quota":
                wait = _DEFAULT_HOLD if refused.retry_after is None else min(refused.retry_after, _LONGEST_HOLD)
                self._held_until[application.client_id] = self._monotonic() + wait
            raise
        self.results[step, "ok"] += 1
        return Issued(pair, started + (pair.access_expires_at - sent_at).total_seconds())

    def held_for(self, client_id: str) -> float:
        """Seconds until UPS takes calls of this client id again; 0 when it does."""
        return max(0.0, self._held_until.get(client_id, 0.0) - self._monotonic())

    async def spent(self, client_id: str) -> int:
        """Token calls of this client id today (UTC)."""
        text = await self._store.get(_name(client_id))
        day, calls = json.loads(text) if text else ("", 0)
        return int(calls) if day == self._today() else 0

    async def may_repeat(self, client_id: str, profiles: int) -> bool:
        """Whether the day's budget still has room for a call that no request needs."""
        return await self.spent(client_id) < self.allowance(profiles)

    def allowance(self, profiles: int) -> int:
        """The day's budget of a client id with so many profiles."""
        return self._budget.application + self._budget.profile * profiles

    async def _count(self, client_id: str) -> None:
        await self._store.put(_name(client_id), json.dumps([self._today(), await self.spent(client_id) + 1]))

    def _today(self) -> str:
        return self._now().date().isoformat()


def _name(client_id: str) -> str:
    return f"token_calls:{client_id}"
