"""Who alerts are told to: a mail server and a webhook's receiver, on real ports."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import email
import email.policy
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Literal

from aiohttp import web


@dataclass
class MailServer:
    """Takes mail as a real one does. `refuses` maps a verb to the answer it gets instead."""

    security: Literal["starttls", "tls", "none"] = "none"
    context: ssl.SSLContext | None = None
    login: str = ""
    """user:password, where one is needed."""
    refuses: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    """Sender and recipients of each mail."""
    verbs: list[str] = field(default_factory=list)
    talks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until its client leaves it."""
        task = asyncio.current_task()
        assert task is not None
        self.talks.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await (reader.read() if self.silent else self._talk(reader, writer))
                await writer.drain()
        finally:
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender, to = "", list[str]()
        writer.write(b"220 mail.example.com\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.split()[0].upper()
            self.verbs.append(verb)
            if verb in self.refuses:
                answer = self.refuses[verb]
            elif verb == "EHLO":
                answer = self._offers()
            elif verb == "STARTTLS":
                writer.write(b"220 go ahead\r\n")
                await writer.drain()
                self.security = "tls"
                await writer.start_tls(self.context or ssl.create_default_context())
                continue
            elif verb == "AUTH":
                given = base64.b64decode(line.split()[-1]).decode().split("\0")[1:]
                answer = "235 welcome" if ":".join(given) == self.login else f"535 {line} is wrong"
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                text = (await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
                self.mails.append(email.message_from_bytes(text, policy=email.policy.default))
                self.envelopes.append((sender, to))
                sender, to = "", []
                answer = "250 taken"
            else:
                address = re.search(r"<(.*)>", line)
                if verb == "MAIL" and address:
                    sender = address[1]
                elif verb == "RCPT" and address:
                    to.append(address[1])
                answer = "221 bye" if verb == "QUIT" else "250 fine"
            writer.write(f"{answer}\r\n".encode())

    def _offers(self) -> str:
        offered = [*(["STARTTLS"] if self.security == "starttls" else []), *(["AUTH PLAIN"] if self.login else [])]
        return "\r\n".join(f"250-{one}" for one in ["mail.example.com", *offered]) + "\r\n250 8BITMIME"


@asynccontextmanager
async def listening(server: MailServer) -> AsyncIterator[MailServer]:
    """On a port of this machine."""
    secure = server.context if server.security == "tls" else None
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=secure)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        await listener.wait_closed()
        await asyncio.wait(server.talks or [asyncio.create_task(asyncio.sleep(0))], timeout=0.5)
        for task in server.talks:
            task.cancel()
        await asyncio.gather(*server.talks, return_exceptions=True)
        await asyncio.sleep(0)


@dataclass
class Receiver:
    """Takes what is posted; `status` is what it answers."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    bodies: list[Any] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path and content type of each request."""

    async def take(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.path_qs, request.content_type))
        if self.status < 300:
            self.bodies.append(await request.json())
        return web.Response(status=self.status, headers=self.headers)


@asynccontextmanager
async def receiving(receiver: Receiver) -> AsyncIterator[Receiver]:
    """On a port of this machine."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", receiver.take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield receiver
    finally:
        await runner.cleanup()
