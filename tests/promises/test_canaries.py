"""Secrets and persons stay where they are meant to be: canaries are sent down every path, and then looked for.

The rule: what a gateway writes, says or shows is a place, and whatever may be found there is listed with its reason.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.house import ACCOUNT, House
from tests.promises import canaries
from tests.promises.canaries import CONFIRM, RATE, REQUESTS
from tests.promises.speakers import http
from tests.promises.watched import Driven, driven, echoed
from tests.translate.test_cases import FOLDERS
from ups_gateway.model import Account
from ups_gateway.web.admin.session import new_read_token

SENT_ON: Final = ("person", "card")
"""What a client sends for UPS to print; it comes back in UPS's answers."""
MEANT: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "answer to the program": (SENT_ON, "what it sent, as UPS repeats it"),
    "log of aiosqlite": (
        ("licence", "user", "csrf"),
        "its debug lines, which cli.logs holds back; keys are looked up by these",
    ),
    "store": (
        ("licence", "user", "csrf"),
        "keys are looked up by these; a CSRF token is worth nothing without its session",
    ),
    "page with a form": (("csrf", "user"), "the form's own token; which login a key has"),
    "page of a link": (("link",), "its button sends it"),
    "page of a started sign-in": (("state", "csrf"), "the address of UPS's login"),
    "cookie": (("session",), "the browser keeps it"),
    "printed link": (("link",), "that is what admin-link is for"),
    "command": (("user",), "which login a key has"),
}
"""Place -> what may be found there, and why."""
UPSETS: Final = ((400, "error"), (401, "error"), (400, "page"), (200, "text"), (200, "odd"))
"""Status and body of answers that UPS gives instead."""

LIBRARIES: Final = ("aiohttp", "aiosqlite", "asyncio", "ups_gateway")


class Listening(logging.Handler):
    """Every line that any logger would write, with tracebacks."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: dict[str, list[str]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{self.format(record)} {record.args!r}"
        self.lines.setdefault(record.name.partition(".")[0], []).append(line)


@contextmanager
def listening_to_all() -> Iterator[Listening]:
    handler = Listening()
    loggers = [logging.getLogger(), *map(logging.getLogger, LIBRARIES)]
    before = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
    loggers[0].addHandler(handler)
    try:
        yield handler
    finally:
        loggers[0].removeHandler(handler)
        for one, level in zip(loggers, before, strict=True):
            one.setLevel(level)


# --- every path -------------------------------------------------------------------------------------------------------


async def everything_asked(driven: Driven) -> None:
    """Every operation in every dialect: good, and as UPS refuses it, breaks and repeats what it was sent."""
    seen = set()
    for kind, request in REQUESTS:
        await driven.send(request)
        if kind in seen and canaries.CARD.encode() not in request:
            continue
        seen.add(kind)
        persons = [value for value in canaries.PERSONS if value.encode() in request]
        for status, body in UPSETS:
            await driven.upset(status, body, persons)
            await driven.send(request)
        await driven.heal()
    await driven.tokens()
    driven.kinds |= seen


async def what_cannot_be_read(driven: Driven) -> None:
    """Broken documents, heads and paths that hold canaries."""
    _, _, body = CONFIRM.partition(b"\r\n\r\n")
    bodies = (body[:-40], b"\xff\xfe" + body, body.replace(b"<", b"&", 5), b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + body)
    password = canaries.PASSWORD
    for broken in (*bodies, body.replace(b"ShipmentConfirmRequest", canaries.CARD.encode())):
        await driven.send(http("POST", "/ups.app/xml/ShipConfirm", broken))
        await driven.send(http("POST", "/webservices/Ship", broken))
    for text in ('{"UPSSecurity": {"UsernameToken": {"Password": "%s"', '["%s"]', '{"a": "%s", "a": 1e999}'):
        await driven.send(http("POST", "/rest/Rate", (text % password).encode()))
        await driven.send(http("POST", "/api/rating/v2409/Rate", (text % password).encode(), {"Password": password}))
    for line in ("POST /ups.app HTTP/1.1", f"GET /track/v1/details/{canaries.CARD} HTTP/1.1", password):
        for header in (
            "Host: a",
            f"Host: {password}",
            f"{password}",
            f"A: \x00{password}",
            f"Content-Length: {password}",
        ):
            await driven.send(f"{line}\r\n{header}\r\n\r\n".encode())


async def tokens_refused(driven: Driven) -> None:
    """UPS refuses a refresh, a code and a sign-in, and repeats what it was sent."""
    (profile, *_) = await driven.house.gateway.store.profiles()
    assert profile.tokens is not None
    assert profile.tokens.refresh_token is not None
    held = [profile.tokens.refresh_token.reveal(), canaries.CLIENT_SECRET]
    for status in (500, 400):
        await driven.fault("/oauth/token", status=status, body=echoed(held))
        driven.house.clock.advance(5 * 3600)
        await driven.send(RATE)
        await driven.heal()
    await driven.consent(profile.id, echo=True)
    await driven.get(f"/upscallback?error=access_denied&error_description={canaries.CARD}&state=unknown", "callback")
    await driven.look_around()
    await driven.house.gateway.alerts.step(driven.house.clock.utc())
    await driven.consent(profile.id)
    await driven.tokens()
    await driven.send(RATE)


COMMANDS: Final = (
    *("status", "status --json", "profiles list", "profiles list --json", "profiles show 1", "profiles test 1"),
    *("accounts list", "accounts list --json", "keys list", "keys list --json", "shipments list"),
    *("shipments list --json", "shipments show 1", "alerts list", "alerts list --json", "alerts test", "remind"),
    *("traffic", "traffic --json", "report", "report --json", "report --csv", "captures list", "captures list --json"),
    *("captures show 1", "captures show 1 --json", "doctor", "doctor --json", "check-config", "trust", "backup"),
    *("forget 1ZA1B2C30300000001", "rotate-key", "serve --nonsense"),
)


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Driven]:
    """A gateway with a consent, an account and the access key of the canaries."""
    async with driven(tmp_path) as one:
        house = one.house
        await one.consent()
        house.profile = (await house.gateway.store.profiles())[0]
        await one.tokens()
        house.account = await house.gateway.store.add_account(
            Account(0, ACCOUNT, "simulator", postal_code="30328", profile=house.profile.id)
        )
        house.key = await house.map_key(canaries.LICENCE, canaries.USER, canaries.PASSWORD)
        yield one


@pytest.fixture
def heard() -> Iterator[Listening]:
    with listening_to_all() as heard:
        yield heard


async def test_secrets_and_persons_are_found_nowhere_but_where_they_are_meant_to_be(
    heard: Listening, one: Driven
) -> None:
    search, house = one.search, one.house
    csrf = await one.sign_in()
    search.add("read token", await new_read_token(house.gateway.store, house.gateway.vault))
    await house.gateway.admin.captures.switch(200)
    await everything_asked(one)
    await what_cannot_be_read(one)
    await one.press_everything(csrf)
    await one.look_around()
    search.keep("captures", "\n".join(map(repr, await house.gateway.admin.captures.found())))
    await tokens_refused(one)
    await one.look_around()
    await house.gateway.copies.step()
    one.files()
    await house.stop()
    for text in COMMANDS:
        await one.command(*text.split())
    search.add("link", (await one.command("admin-link", place="printed link")).partition("token=")[2].split()[0])
    one.files()
    for name, lines in heard.lines.items():
        search.keep(f"log of {name}", "\n".join(lines))
    search.keep("mail", "\n".join(mail.as_string() for mail in one.mail.mails))
    search.keep("webhook", repr(one.hook.bodies))
    assert search.found({place: allowed for place, (allowed, _) in MEANT.items()}) == {}
    # Each was on its way, and nothing is allowed for nothing.
    meant = {(place, what) for place, (allowed, _) in MEANT.items() for what in allowed}
    assert {*search.found({})} == meant
    assert {operation for operation, _ in one.kinds} == {folder.parent.name for folder in FOLDERS}
    assert {dialect for _, dialect in one.kinds} == {"xml", "soap", "json", "header", "rest"}
    assert one.kept >= {"gateway.db", "gateway.db-wal", "daily"}
    assert (len(one.mail.mails) > 0, len(one.hook.asked) > 0, (house.file.parent / "child.input").exists()) == (
        True,
    ) * 3


def quoting_bug(house: House) -> None:
    """What the gateway stumbles over, by an exception whose words quote a person."""
    with sqlite3.connect(house.data / "gateway.db") as db:
        db.execute("UPDATE access_keys SET two_phase = ?", (canaries.PERSON["Name"],))
    db.close()


@pytest.mark.parametrize("form", ["text", "json"])
async def test_a_program_of_its_own_tells_neither_its_log_nor_its_children(one: Driven, form: str) -> None:
    """At level debug, by its command line, and in what a process list shows of it and of what it starts."""
    search, house = one.search, one.house
    await house.stop()
    house.file.write_text(house.file.read_text().replace("format: text", f"format: {form}"))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-X", "dev", "-m", "ups_gateway", "serve", "--config", str(house.file)),
        env={**os.environ, **house.environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        said = b""
        while (found := re.search(rb"Old requests: http://127\.0\.0\.1:(\d+)", said)) is None:
            line = await process.stdout.readline()
            assert line, said
            said += line
        house.port = int(found[1])
        for _, request in REQUESTS[::6]:
            await one.send(request)
        for status, body in UPSETS:
            await one.upset(status, body, [], canaries.TOKEN)
            await one.send(CONFIRM)
        await what_cannot_be_read(one)
        quoting_bug(house)
        await one.send(CONFIRM)
        search.keep("command line", await asyncio.to_thread(Path(f"/proc/{process.pid}/cmdline").read_bytes))
        await one.command("alerts", "test")
    finally:
        process.terminate()
        rest, _ = await process.communicate()
    search.keep("output", said + rest)
    search.keep("child", (house.file.parent / "child.environ").read_bytes())
    assert b"A request ended with" in said + rest
    del search.places["answer to the program"]
    assert search.found({"command": ("user",)}) == {}
