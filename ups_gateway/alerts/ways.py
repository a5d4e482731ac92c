"""The ways of telling: e-mail, webhook, command.

The rule: a way tells all of a message within its time limit or raises `NotTold`, whose words say why without an
address, a password or anything that the other side wrote beyond its status.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import ClassVar, Final, Literal, Protocol
from urllib.parse import urlsplit

import aiosmtplib
import msgspec

from ups_gateway.alerts.message import Message
from ups_gateway.errors import NotSent, SentNoReply
from ups_gateway.model import RestReply, Secret

TIME_LIMIT: Final = 30.0
"""Seconds for one message by one way."""
PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME")
"""All that a command sees of the gateway's environment, which may hold secrets."""


class NotTold(Exception):
    """A message did not get through. The words are for people."""


class Way(Protocol):
    """How a message is brought to somebody."""

    @property
    def name(self) -> str:
        """Its ledger is kept under this name."""
        ...

    @property
    def target(self) -> str:
        """To whom, for people; without secrets."""
        ...

    async def send(self, message: Message) -> None:
        """Raises NotTold."""
        ...


class Send(Protocol):
    """`ups.transport.Transport.send`."""

    async def __call__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        timeout: float,  # noqa: ASYNC109 - the transport keeps the limit
    ) -> RestReply: ...


# --- e-mail -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Email:
    """By SMTP."""

    name: ClassVar[str] = "email"

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    to: tuple[str, ...]
    context: ssl.SSLContext = field(repr=False)
    user: str | None = None
    password: Secret | None = None
    time_limit: float = TIME_LIMIT

    @property
    def target(self) -> str:
        return ", ".join(self.to)

    async def send(self, message: Message) -> None:
        """One mail to all. Where some are refused and others not, it counts as told."""
        try:
            async with asyncio.timeout(self.time_limit):
                await aiosmtplib.send(
                    self.mail(message),
                    sender=_bare(self.sender),
                    recipients=[_bare(one) for one in self.to],
                    hostname=self.host,
                    port=self.port,
                    use_tls=self.security == "tls",
                    start_tls=self.security == "starttls",
                    tls_context=None if self.security == "none" else self.context,
                    username=self.user,
                    password=None if self.password is None else self.password.reveal(),
                    local_hostname=message.host if message.host.isascii() else "localhost",
                    timeout=self.time_limit,
                )
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotTold(_smtp_words(error, f"{self.host}:{self.port}")) from error

    def mail(self, message: Message) -> EmailMessage:
        """The mail itself."""
        mail = EmailMessage()
        mail["From"] = self.sender
        mail["To"] = ", ".join(self.to)
        # A name that people gave may hold a line break, which a header must not.
        mail["Subject"] = f"[ups-gateway] {' '.join(message.headline.split())}"
        mail["Date"] = format_datetime(message.at)
        mail["Message-ID"] = make_msgid(domain=_bare(self.sender).rpartition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        return mail


def _bare(address: str) -> str:
    """someone@example.com of "Someone <someone@example.com>"."""
    match = re.search(r"<([^<>]+)>\s*$", address)
    return match[1] if match else address


def _smtp_words(error: aiosmtplib.SMTPException | OSError, server: str) -> str:
    match error:
        case TimeoutError():
            return f"the mail server {server} did not answer in time"
        case aiosmtplib.SMTPAuthenticationError():
            return f"the mail server {server} refused user and password ({error.code})"
        case aiosmtplib.SMTPRecipientsRefused():
            codes = ", ".join(sorted({str(one.code) for one in error.recipients}))
            return f"the mail server {server} refused every recipient ({codes})"
        case aiosmtplib.SMTPResponseException():
            return f"the mail server {server} refused the mail ({error.code})"
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return f"the certificate of the mail server {server} is not trusted, or it does not speak TLS there"
    if isinstance(error, OSError):
        return f"the mail server {server} could not be reached, or cut the connection"
    # The library's own words; the server's stand in responses only.
    return f"the mail server {server} does not offer what is needed: {error}"


# --- webhook ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Webhook:
    """A JSON POST. Redirects are not followed; any 2xx is success."""

    name: ClassVar[str] = "webhook"

    url: Secret
    """Its path or query may be what proves the sender."""
    deliver: Send = field(repr=False)
    time_limit: float = TIME_LIMIT

    @property
    def target(self) -> str:
        parts = urlsplit(self.url.reveal())
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")

    async def send(self, message: Message) -> None:
        """Raises NotTold."""
        headers = {"Content-Type": "application/json"}
        body = msgspec.json.encode(message.body())
        try:
            reply = await self.deliver("POST", self.url.reveal(), headers, body, timeout=self.time_limit)
        except (NotSent, SentNoReply) as error:
            raise NotTold(f"{self.target}: {error}") from error
        if not 200 <= reply.status < 300:
            raise NotTold(f"{self.target} answered {reply.status}")


# --- command ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Command:
    """A program with the JSON on its standard input; never a shell. Exit status 0 is success."""

    name: ClassVar[str] = "command"

    arguments: Sequence[str]
    environ: Mapping[str, str] = field(repr=False)
    time_limit: float = TIME_LIMIT

    @property
    def target(self) -> str:
        return self.arguments[0]

    async def send(self, message: Message) -> None:
        """Raises NotTold. A program that takes too long is killed with all that it started."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self.arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env={name: self.environ[name] for name in PASSED_ON if name in self.environ},
                start_new_session=True,
            )
        except OSError as error:
            raise NotTold(f"{self.target} could not be started: {error.strerror}") from error
        try:
            async with asyncio.timeout(self.time_limit):
                await process.communicate(msgspec.json.encode(message.body()))
        except TimeoutError as error:
            raise NotTold(f"{self.target} took longer than {self.time_limit:g} seconds") from error
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode:
            raise NotTold(f"{self.target} ended with status {process.returncode}")
