"""One aiohttp session for everything that goes to UPS.

The rule: every failure of aiohttp, the resolver or the operating system leaves as `NotSent` or `SentNoReply`. `NotSent`
is only said when no connection was handed out for the request, so a connection that breaks at the first byte counts as
sent. Redirects are not followed, cookies not kept, headers and bodies never logged.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from ups_gateway import __version__
from ups_gateway.errors import NotSent, SentNoReply
from ups_gateway.model import RestReply
from ups_gateway.ups.names import CallsItself, Names

__all__ = ["NotSent", "SentNoReply", "Transport"]

_CHUNK = 64 * 1024


@dataclass(slots=True)
class _Progress:
    """Whether a connection was handed out for one request."""

    connected: bool = False


class Transport:
    """Owns the pool of connections. Made inside a running loop; `close()` or `async with` ends it."""

    def __init__(
        self,
        *,
        proxy: str | None = None,
        ca_file: Path | None = None,
        connect_timeout: float = 5.0,
        max_body: int = 64 * 1024 * 1024,
        connections_per_host: int = 100,
        keep_alive: float = 30.0,
        resolver: AbstractResolver | None = None,
    ) -> None:
        """`ca_file` is trusted beside the system's authorities (company networks that open TLS).

        Raises OSError or ssl.SSLError when `ca_file` cannot be read: a matter of start-up, not of a request.
        """
        context = ssl.create_default_context()
        if ca_file is not None:
            context.load_verify_locations(cafile=ca_file)
        self._proxy = proxy
        self._connect_timeout = connect_timeout
        self._max_body = max_body
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(_note_connected)
        trace.on_connection_reuseconn.append(_note_connected)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=context,
                limit=0,
                limit_per_host=connections_per_host,
                keepalive_timeout=keep_alive,
                ttl_dns_cache=60,
                resolver=resolver or Names(),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"ups-gateway/{__version__}", "Accept-Encoding": "gzip, deflate"},
            skip_auto_headers=["Content-Type"],
            trace_configs=[trace],
            trust_env=False,
        )
        # aiohttp has no other way to keep it from sending a GET or DELETE that was cut once more, behind our budget.
        self._session._retry_connection = False  # noqa: SLF001 - see above

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes all connections."""
        await self._session.close()

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        timeout: float,  # noqa: ASYNC109 - aiohttp keeps the limit and says what was sent
    ) -> RestReply:
        """One request and its whole reply within `timeout` seconds. Raises NotSent or SentNoReply.

        `url` goes out as it is, already encoded. A 3xx is a reply like any other.
        """
        if timeout <= 0:
            raise NotSent("there was no time left to ask UPS")
        if self._session.closed:
            raise NotSent("the gateway is stopping")
        progress = _Progress()
        limits = aiohttp.ClientTimeout(total=timeout, connect=min(timeout, self._connect_timeout), ceil_threshold=1e9)
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                headers=headers,
                data=body or None,
                allow_redirects=False,
                proxy=self._proxy,
                timeout=limits,
                trace_request_ctx=progress,
            ) as response:
                content = await self._read(response)
                names = {name.lower() for name in response.headers}
                replied = {name: ", ".join(response.headers.getall(name)) for name in names}
                return RestReply(response.status, replied, content)
        except (aiohttp.ClientError, OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            words = _words(error, timeout)
            raise (SentNoReply(words) if progress.connected else NotSent(words)) from error

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """The body, decompressed piece by piece, so that neither an endless one nor a bomb fills the memory."""
        content = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            content += chunk
            if len(content) > self._max_body:
                response.close()
                raise SentNoReply(f"UPS's answer is longer than {self._max_body} bytes")
        return bytes(content)


async def _note_connected(_session: aiohttp.ClientSession, context: SimpleNamespace, _parameters: Any) -> None:
    context.trace_request_ctx.connected = True


def _words(error: BaseException, timeout: float) -> str:
    """What happened, without addresses of proxies (they may hold a password) and without anything that was sent."""
    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return (
                "the TLS handshake failed: the certificate that answered for UPS is not trusted, or TLS is not spoken"
            )
        case aiohttp.ClientConnectorDNSError(os_error=CallsItself() as itself):
            return str(itself)
        case aiohttp.ClientConnectorDNSError():
            return f"the host name {error.host} could not be resolved ({error.strerror or 'no reason given'})"
        case aiohttp.ClientHttpProxyError():
            return f"the company proxy refused the connection (HTTP {error.status})"
        case aiohttp.ClientProxyConnectionError():
            return "the company proxy could not be reached"
        case aiohttp.ConnectionTimeoutError():
            return "no connection could be made in time"
        case aiohttp.ClientConnectorError():
            return f"no connection to {error.host}: {error.strerror or type(error.os_error).__name__}"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError() | ConnectionResetError():
            return "the connection was cut before the whole answer was there"
        case TimeoutError():
            return f"no whole answer within {timeout:.1f} seconds"
    return f"the connection failed ({type(error).__name__})"
