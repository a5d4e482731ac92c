"""The proxy listener: for programs that know no setting but a proxy.

The rule: it leads nowhere. CONNECT to one of UPS's hosts is answered here, with the local authority's certificate, and
what comes inside is served as on the TLS listener; so are plain requests that name such a host. Whatever else is asked
for is refused in words, and no connection is ever made for anybody.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, cast

from ups_gateway.web.gateway import CLOSING, HANDSHAKE, Listener, OldConnection, answer_head
from ups_gateway.web.middleware import MAX_HEAD, MAX_LINE

HTTP, HTTPS = 80, 443

_LINE: Final = re.compile(rb"([A-Z]{1,20})[ \t]+([!-~]+)[ \t]+HTTP/1\.([01])\r?\n")
_URL: Final = re.compile(r"(https?)://([^/?#]*)", re.IGNORECASE)
_AUTHORITY: Final = re.compile(r"([A-Za-z0-9.-]+?)\.?(?::([0-9]{1,5}))?")
_BODY: Final = re.compile(rb"\n(?:transfer-encoding[ \t]*:|content-length[ \t]*:(?![ \t]*0+[ \t]*\r\n))", re.IGNORECASE)
"""A CONNECT has none; a Content-Length of 0 is what Windows sends."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """What all connections of the listener share."""

    listener: Listener
    """Serves what comes inside; its limits and its list of who may come hold here too."""
    context: ssl.SSLContext
    hosts: Collection[str]
    """The names that are answered for."""
    open: set[ProxyConnection] = field(default_factory=set)
    """Connections that have not said yet what they want, or shake hands."""

    def __call__(self) -> ProxyConnection:
        """The protocol of one new connection, for `loop.create_server`."""
        return ProxyConnection(self)

    def close(self) -> None:
        """Those that are not served yet are sent away."""
        for one in list(self.open):
            one.hurry()


class ProxyConnection(asyncio.Protocol):
    """One connection until it is known what it wants. Then `OldConnection` has it, or it is refused."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._begun = bytearray()
        """What came in: plain until the handshake, then what is inside of TLS."""
        self._ended = False
        self._refused = False
        self._asked: tuple[str, str, bool] | None = None
        """Method, target and whether it is HTTP/1.1."""
        self._timer: asyncio.TimerHandle | None = None
        self._handshake: asyncio.Task[None] | None = None

    # --- what the loop calls ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        proxy = self._proxy
        self._transport = cast("asyncio.Transport", transport)
        if len(proxy.open) + len(proxy.listener.open) >= 2 * proxy.listener.limits.connections:
            self._transport.abort()
            return
        proxy.open.add(self)
        words = "The request did not come in whole in time."
        self._timer = self._loop.call_later(proxy.listener.limits.receive, self._refuse, 408, words)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        fresh = len(self._begun)
        self._begun += data if fresh else data.lstrip(b"\r\n")
        if self._handshake is None:
            self._look(fresh)

    def eof_received(self) -> bool:
        """True keeps our side open: the old protocol decides."""
        self._ended = True
        if self._handshake is None and not self._refused:
            self._refuse(400, "The connection was closed before the request had come in whole.")
        return False

    def connection_lost(self, exc: BaseException | None) -> None:  # noqa: ARG002 - the signature is asyncio's
        self._transport = None
        self._leave()

    def hurry(self) -> None:
        """The listener closes."""
        if self._handshake is not None:
            self._handshake.cancel()
        elif not self._refused:
            self._refuse(503, "The gateway is stopping.")

    # --- what it wants ---

    def _look(self, fresh: int) -> None:
        """`fresh`: where what just came in begins."""
        if self._asked is None and not self._read_line(fresh):
            return
        end = self._begun.find(b"\r\n\r\n", max(0, fresh - 3))
        if end >= 0:
            self._connect(end + 4)
        elif len(self._begun) > MAX_HEAD:
            self._refuse(400, "The head is too long.")

    def _read_line(self, fresh: int) -> bool:
        """True when it is a CONNECT that may be made; everything else is dealt with."""
        end = self._begun.find(b"\n", fresh)
        if end < 0:
            if len(self._begun) > MAX_LINE:
                self._refuse(400, "The request line is too long.")
            return False
        match = _LINE.fullmatch(self._begun[: end + 1])
        if match is None:
            self._refuse(400, "This is no request to a proxy.")
            return False
        method, target = match[1].decode("ascii"), match[2].decode("ascii")
        self._asked = method, target, match[3] == b"1"
        url = _URL.match(target)
        if not self._proxy.listener.admits(self._peer()):
            words = f"{self._peer()} may not use this gateway; its administrator can add it to listen.allow."
            self._refuse(403, words)
        elif method == "CONNECT":
            if self._host(target, None, HTTPS) is not None:
                return True
            self._refuse(403, self._elsewhere(target))
        elif url is None:
            self._refuse(400, "This is a proxy's address: it wants the whole URL, http://HOST/PATH.")
        elif self._host(url[2], *([HTTPS] * 2 if url[1].lower() == "https" else [HTTP] * 2)) is None:
            self._refuse(403, self._elsewhere(f"{url[1]}://{url[2]}"))
        elif self._transport is not None:
            self._hand_over(self._transport)
        return False

    def _host(self, authority: str, default: int | None, wanted: int) -> str | None:
        """The host that is answered for; None: it is another's, or another port."""
        match = _AUTHORITY.fullmatch(authority)
        if match is None or (int(match[2]) if match[2] else default) != wanted:
            return None
        return match[1].lower() if match[1].lower() in self._proxy.hosts else None

    def _elsewhere(self, named: str) -> str:
        hosts = ", ".join(self._proxy.hosts)
        return (
            f"{named[:200]} cannot be reached by way of this gateway. It answers for {hosts} only (CONNECT to port"
            f" {HTTPS}, plain requests to port {HTTP}). Let the program use this proxy for those hosts alone."
        )

    # --- what becomes of it ---

    def _connect(self, end: int) -> None:
        """A whole CONNECT, which ends there."""
        head = bytes(self._begun[:end])
        del self._begun[:end]
        if _BODY.search(head):
            self._refuse(400, "A CONNECT has no body.")
        else:
            if self._timer is not None:
                self._timer.cancel()
            self._handshake = self._loop.create_task(self._shake_hands())

    async def _shake_hands(self) -> None:
        transport, asked = self._transport, self._asked
        if transport is None or asked is None or self._ended:
            return
        if self._begun:  # it would pass for what comes inside, and nobody vouches for it
            self._handshake = None
            self._refuse(400, "Something came behind the CONNECT before it was answered.")
            return
        transport.write(b"HTTP/1.%d 200 Connection established\r\n\r\n" % asked[2])
        try:
            secure = await self._loop.start_tls(
                transport,
                self,
                self._proxy.context,
                server_side=True,
                ssl_handshake_timeout=HANDSHAKE,
                ssl_shutdown_timeout=CLOSING,
            )
        except OSError:  # as on the TLS listener: who shakes no hands gets no words
            return
        finally:
            self._leave()
        if secure is not None and self._transport is not None:
            self._hand_over(secure, self._host(asked[1], None, HTTPS) or "")

    def _hand_over(self, transport: asyncio.Transport, host: str = "") -> None:
        """From now on the connection is an old client's; `host` is whom it asked to be connected to."""
        self._leave()
        old = OldConnection(self._proxy.listener, host)
        transport.set_protocol(old)
        old.connection_made(transport)
        if self._begun:
            old.data_received(bytes(self._begun))
        if self._ended:
            old.eof_received()

    def _refuse(self, status: int, words: str) -> None:
        """Says why, and reads on for a while: what is not read would take the answer away."""
        self._leave()
        self._refused = True
        transport, asked = self._transport, self._asked or ("", "", True)
        if transport is None:
            return
        body = f"{words}\n".encode("ascii", "replace")
        head = answer_head(status, {"Content-Type": "text/plain"}, f"Content-Length: {len(body)}", http_1_1=asked[2])
        transport.write(head if asked[0] == "HEAD" else head + body)
        if transport.can_write_eof():
            transport.write_eof()
        self._timer = self._loop.call_later(self._proxy.listener.pace.linger, transport.abort)

    def _leave(self) -> None:
        self._proxy.open.discard(self)
        if self._timer is not None:
            self._timer.cancel()

    def _peer(self) -> str:
        named = self._transport.get_extra_info("peername") if self._transport is not None else None
        return str((named or ("",))[0])
