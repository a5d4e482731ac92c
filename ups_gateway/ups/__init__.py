"""Talking to UPS: sockets (`transport`), and calls with bearer, repeats and breaker (`client`).

The rule: whoever sends learns one thing about a failure, namely whether UPS may have seen the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ups_gateway.model import RestReply


class NotSent(Exception):
    """No byte of the request left this machine: repeating is always safe."""


class SentNoReply(Exception):
    """The request was, or may have been, sent and no whole reply came."""


class Send(Protocol):
    """Sends one HTTP request. Raises NotSent or SentNoReply."""

    async def __call__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        timeout: float,  # noqa: ASYNC109 - aiohttp keeps the limit and says what was sent
    ) -> RestReply: ...
