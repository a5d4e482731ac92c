"""Old programs that ask as fast as they get answers: a connection a request, read to its end, then closed.

The rule: as little work as possible, so that what is measured is the other end.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import cast

HTTP_OK = b"HTTP/1.1 200 "
FAILURES = (b"<ResponseStatusCode>0<", b"<faultcode>")
"""What an old API says with a 200 where it failed."""


class _Call(asyncio.Protocol):
    def __init__(self, request: bytes) -> None:
        self._request = request
        self._pieces: list[bytes] = []
        self._wanted = -1
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._pieces.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.answer.done():
            if exc is None:
                self.answer.set_result(b"".join(self._pieces))
            else:
                self.answer.set_exception(exc)


async def ask(port: int, request: bytes, *, good: bool = True) -> bytes:
    """The whole answer; it must be a good one, or a bad one."""
    loop = asyncio.get_running_loop()
    transport, call = await loop.create_connection(lambda: _Call(request), "127.0.0.1", port)
    try:
        answer = await call.answer
    finally:
        transport.close()
    assert answer.startswith(HTTP_OK), answer[:600]
    assert good is not any(one in answer[:1000] for one in FAILURES), answer[:2000]
    return answer


async def ask_all(
    port: int, requests: Sequence[bytes], connections: int, *, good: bool = True
) -> tuple[list[float], float]:
    """Seconds that each took, and all together; so many at a time."""
    waiting, took = list(reversed(requests)), []

    async def program() -> None:
        while waiting:
            request = waiting.pop()
            begun = time.perf_counter()
            await ask(port, request, good=good)
            took.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(program())
    return took, time.perf_counter() - begun
