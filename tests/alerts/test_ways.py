"""Each way, against a real mail server, receiver or program."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import ssl
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from tests.alerts.receivers import MailServer, Receiver, listening, receiving
from tests.alerts.test_message import MESSAGE
from ups_gateway import tls
from ups_gateway.alerts.findings import Finding
from ups_gateway.alerts.message import Message
from ups_gateway.alerts.ways import Command, Email, NotTold, Way, Webhook
from ups_gateway.model import Secret
from ups_gateway.ups.transport import Transport

Security = Literal["starttls", "tls", "none"]
CANARY = "canary-secret"
TO = ("Shipping <shipping@example.com>", "it@example.com")


@pytest.fixture
def contexts(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a mail server with a certificate for this machine, and of a client that trusts it."""
    files = tls.ensure(tmp_path / "tls", datetime.now(UTC))
    return tls.server_context(files), ssl.create_default_context(cafile=files.ca_cert)


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    async with Transport(connect_timeout=2.0) as transport:
        yield transport


def email(server: MailServer, context: ssl.SSLContext | None = None, *, time_limit: float = 5.0) -> Email:
    user, _, password = server.login.partition(":")
    return Email(
        "127.0.0.1",
        server.port,
        server.security,
        "Gateway <gateway@example.com>",
        TO,
        context or ssl.create_default_context(),
        user or None,
        Secret(password) if user else None,
        time_limit,
    )


async def problem(way: Way, message: Message = MESSAGE) -> str:
    with pytest.raises(NotTold) as failed:
        await way.send(message)
    assert CANARY not in f"{failed.value} {way.target}"
    return str(failed.value)


def test_no_way_shows_its_secrets() -> None:
    ways = (
        Email("mail", 25, "tls", "a@b.c", TO, ssl.create_default_context(), "user", Secret(CANARY)),
        Webhook(Secret(f"https://user:{CANARY}@example.com/{CANARY}"), Transport.send),  # type: ignore[arg-type] # never called
        Command(("/bin/true",), {"KEY": CANARY}),
    )
    assert [repr(way) for way in ways if CANARY in f"{way!r} {way.target}"] == []


# --- e-mail -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["", f"gateway:{CANARY}"])
@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
async def test_a_mail_goes_to_all_with_what_the_message_says(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], security: Security, login: str
) -> None:
    async with listening(MailServer(security, contexts[0], login)) as server:
        way = email(server, contexts[1])
        await way.send(MESSAGE)
    (mail,) = server.mails
    assert server.envelopes == [("gateway@example.com", ["shipping@example.com", "it@example.com"])]
    assert ("STARTTLS" in server.verbs, "AUTH" in server.verbs) == (security == "starttls", bool(login))
    assert {name: mail[name] for name in ("From", "To", "Subject", "Date", "Auto-Submitted")} == {
        "From": "Gateway <gateway@example.com>",
        "To": "Shipping <shipping@example.com>, it@example.com",
        "Subject": "[ups-gateway] It ends. (and 1 more)",
        "Date": "Mon, 28 Dec 2026 12:00:00 +0000",
        "Auto-Submitted": "auto-generated",
    }
    assert mail["Message-ID"].endswith("@example.com>")
    assert mail.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert way.target == "Shipping <shipping@example.com>, it@example.com"


async def test_a_name_with_a_line_break_cannot_add_a_header() -> None:
    odd = Finding("profile:3", "expired", "Über\r\nBcc: everybody@example.com\r\n\r\nended.")
    async with listening(MailServer()) as server:
        await email(server).send(Message(MESSAGE.at, "dock-pc", MESSAGE.page, (odd,)))
    (mail,) = server.mails
    assert (mail["Subject"], mail["Bcc"]) == ("[ups-gateway] Über Bcc: everybody@example.com ended.", None)
    assert server.envelopes[0][1] == ["shipping@example.com", "it@example.com"]


@pytest.mark.parametrize(
    ("refuses", "words"),
    [
        ({"AUTH": f"535 {CANARY}"}, "the mail server {at} refused user and password (535)"),
        ({"MAIL": "550 no"}, "the mail server {at} refused the mail (550)"),
        ({"RCPT": "553 no"}, "the mail server {at} refused every recipient (553)"),
        ({"DATA": "451 later"}, "the mail server {at} refused the mail (451)"),
    ],
)
async def test_what_a_mail_server_refuses_is_said_without_what_it_wrote(refuses: dict[str, str], words: str) -> None:
    async with listening(MailServer(login=f"gateway:{CANARY}", refuses=refuses)) as server:
        assert await problem(email(server)) == words.format(at=f"127.0.0.1:{server.port}")


async def test_no_mail_and_no_password_goes_out_where_the_promised_encryption_is_missing() -> None:
    async with listening(MailServer(login=f"gateway:{CANARY}")) as server:
        way = Email(
            "127.0.0.1", server.port, "starttls", "a@b.c", TO, ssl.create_default_context(), "u", Secret(CANARY)
        )
        assert await problem(way) == (
            f"the mail server 127.0.0.1:{server.port} does not offer what is needed: "
            "SMTP STARTTLS extension not supported by server."
        )
    assert (server.mails, set(server.verbs) - {"EHLO", "QUIT"}) == ([], set())


async def test_a_machine_may_have_a_name_that_mail_servers_do_not_take() -> None:
    async with listening(MailServer()) as server:
        await email(server).send(Message(MESSAGE.at, "büro", MESSAGE.page, MESSAGE.findings))
    assert "on büro." in server.mails[0].get_content()


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_mail_server_whose_certificate_is_not_trusted_gets_nothing(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], security: Security
) -> None:
    async with listening(MailServer(security, contexts[0])) as server:
        assert await problem(email(server)) == (
            f"the certificate of the mail server 127.0.0.1:{server.port} is not trusted, or it does not speak TLS there"
        )
    assert server.mails == []


async def test_a_mail_server_that_is_silent_or_away_is_given_up() -> None:
    async with listening(MailServer(silent=True)) as server:
        assert await problem(email(server, time_limit=0.1)) == (
            f"the mail server 127.0.0.1:{server.port} did not answer in time"
        )
    assert await problem(email(server)) == (
        f"the mail server 127.0.0.1:{server.port} could not be reached, or cut the connection"
    )


# --- webhook ----------------------------------------------------------------------------------------------------------


async def test_a_webhook_gets_the_message_as_json(transport: Transport) -> None:
    async with receiving(Receiver()) as receiver:
        way = Webhook(Secret(f"{receiver.url}/ups?key={CANARY}"), transport.send)
        await way.send(MESSAGE)
    assert receiver.asked == [("POST", f"/ups?key={CANARY}", "application/json")]
    assert receiver.bodies == [MESSAGE.body()]
    assert way.target == receiver.url


@pytest.mark.parametrize("status", [301, 307, 404, 500])
async def test_whatever_a_webhook_answers_but_success_is_a_failure_and_no_redirect_is_followed(
    transport: Transport, status: int
) -> None:
    async with receiving(Receiver(status=status, headers={"Location": "/elsewhere"})) as receiver:
        assert await problem(Webhook(Secret(f"{receiver.url}/{CANARY}"), transport.send)) == (
            f"{receiver.url} answered {status}"
        )
    assert len(receiver.asked) == 1


async def test_a_webhook_that_is_silent_or_away_is_given_up(transport: Transport) -> None:
    async with listening(MailServer(silent=True)) as nobody:
        url = Secret(f"http://127.0.0.1:{nobody.port}/{CANARY}")
        words = await problem(Webhook(url, transport.send, time_limit=0.1))
        assert words == f"http://127.0.0.1:{nobody.port}: no whole answer within 0.1 seconds"
    words = await problem(Webhook(url, transport.send))
    assert words.startswith(f"http://127.0.0.1:{nobody.port}: no connection to 127.0.0.1")


# --- command ----------------------------------------------------------------------------------------------------------


def command(code: str, *more: str, time_limit: float = 10.0) -> Command:
    return Command((sys.executable, "-c", code, *more), {**os.environ, "UPS_GATEWAY_KEY": CANARY}, time_limit)


async def test_a_command_reads_the_message_and_sees_no_secret_of_the_gateway(tmp_path: Path) -> None:
    code = "import json, os, sys; json.dump([sys.argv[1:], json.load(sys.stdin), dict(os.environ)], open('got', 'w'))"
    arguments = ["$HOME; touch here", "*"]
    way = command(f"import os; os.chdir({str(tmp_path)!r}); {code}", *arguments)
    await way.send(MESSAGE)
    given, body, environ = json.loads((tmp_path / "got").read_text("utf-8"))
    assert (given, body) == (arguments, MESSAGE.body()), "no shell has touched them"
    assert ("PATH" in environ, CANARY in environ.values()) == (True, False)
    assert way.target == sys.executable


async def test_a_command_need_not_read_what_it_is_given() -> None:
    await command("pass").send(Message(MESSAGE.at, "x" * 1_000_000, MESSAGE.page, MESSAGE.findings))


async def test_a_command_that_fails_or_cannot_be_started_says_so() -> None:
    assert await problem(command(f"print('{CANARY}'); raise SystemExit(3)")) == f"{sys.executable} ended with status 3"
    assert await problem(Command(("/nowhere/alert",), {})) == (
        "/nowhere/alert could not be started: No such file or directory"
    )


async def test_a_command_that_takes_too_long_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    """Its child holds the other end of a pipe, which ends with it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    way = Command(("/bin/sh", "-c", f"sleep 60 > {shlex.quote(str(pipe))} & wait"), os.environ, 0.3)
    reading = asyncio.create_task(asyncio.to_thread(pipe.read_bytes))
    assert await problem(way) == "/bin/sh took longer than 0.3 seconds"
    async with asyncio.timeout(5):
        assert await reading == b""
