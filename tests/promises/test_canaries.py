"""Secrets and persons stay where they are meant to be: canaries are sent down every path, and then looked for.

The rule: what a gateway writes, says or shows is a place, and whatever may be found there is listed with its reason.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sqlite3
import sys
import traceback
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from aiohttp import ClientSession, CookieJar
from click.testing import CliRunner

from tests.alerts.receivers import MailServer, Receiver, listening, receiving
from tests.house import ACCOUNT, Clock, House
from tests.promises import canaries
from tests.promises.canaries import Search, with_person
from tests.promises.speakers import http
from tests.simulator.driving import Driver
from tests.translate.test_cases import FOLDERS, call_of
from ups_gateway import config
from ups_gateway.cli import main
from ups_gateway.model import Account, LegacyCall
from ups_gateway.oauth.vault import make_key
from ups_gateway.simulator.config import DEMO_USERS, Application, Settings
from ups_gateway.simulator.server import make_app, start
from ups_gateway.web.admin.session import new_link, new_read_token

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
UPS: Final = Settings(
    applications=(
        Application(
            "demo",
            "demo-client",
            canaries.CLIENT_SECRET,
            ("https://127.0.0.1/upscallback",),
            accounts=frozenset({ACCOUNT}),
        ),
    ),
    users=DEMO_USERS,
)
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


@dataclass
class Driven:
    """A gateway whose every secret is a canary, and all that it shows."""

    house: House
    search: Search
    mail: MailServer
    hook: Receiver
    browser: ClientSession
    shown: set[str] = field(default_factory=set)
    """Paths of pages that were looked at."""
    kinds: set[tuple[str, str]] = field(default_factory=set)
    """Operation and dialect of what was asked."""
    kept: set[str] = field(default_factory=set)
    """Names of files."""

    @property
    def pages(self) -> str:
        return f"http://{self.house.gateway.ports.admin}"

    # --- old programs -------------------------------------------------------------------------------------------------

    async def send(self, data: bytes) -> None:
        answer = await self.house.send(data)
        self.search.keep("answer to the program", answer)

    async def fault(self, path: str, **what: Any) -> None:
        await self.house.ups.fault(path=path, **what)

    async def heal(self) -> None:
        await self.house.ups.send("DELETE", "/_control/faults")

    async def upset(self, status: int, body: str, persons: Sequence[str], bearer: str = "") -> None:
        """UPS's next answer repeats what it was sent, the bearer too (by default the one that is good now)."""
        if not bearer:
            (profile, *_) = await self.house.gateway.store.profiles()
            assert profile.tokens is not None
            bearer = profile.tokens.access_token.reveal()
        values = [bearer, *persons]
        self.search.add("token", bearer)
        bodies: dict[str, dict[str, Any]] = {
            "error": {"body": echoed(values)},
            "page": {"raw": f"<html>{' '.join(values)}</html>"},
            "text": {"raw": " ".join(values)},
            "odd": {"body": odd(values)},
        }
        headers = {"X-Echo": quote(values[-1])}
        await self.fault("/api/", status=status, headers=headers, times=1, **bodies[body])

    # --- people -------------------------------------------------------------------------------------------------------

    async def get(self, path: str, place: str = "page") -> str:
        async with self.browser.get(self.pages + path, allow_redirects=False) as answer:
            text = await answer.text()
            headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
        self.search.keep(place, f"{headers} {text}")
        return text

    async def post(self, path: str, place: str = "page", **form: str) -> tuple[int, str]:
        async with self.browser.post(self.pages + path, data=form, allow_redirects=False) as answer:
            self.search.keep("cookie", str(answer.headers.getall("Set-Cookie", [])))
            headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
            self.search.keep(place, f"{headers} {await answer.text()}")
            return answer.status, answer.headers.get("Location", "")

    async def sign_in(self) -> str:
        """The CSRF token."""
        admin = self.house.gateway.admin
        link = await new_link(admin.store, admin.vault, self.pages, self.house.clock.utc())
        token = link.partition("token=")[2]
        self.search.add("link", token)
        await self.get(f"/sign-in?token={token}", "page of a link")
        assert (await self.post("/sign-in", token=token))[0] == 303
        self.search.add("session", *(one.value for one in self.browser.cookie_jar))
        csrf = re.search(r'name="csrf" value="([^"]*)"', await self.get("/paste", "page with a form"))
        assert csrf is not None
        self.search.add("csrf", csrf[1])
        return csrf[1]

    async def consent(self, profile: int | None = None, *, echo: bool = False) -> None:
        """A person signs in at UPS; with `echo` UPS refuses the code and repeats what it was sent."""
        keeper = self.house.gateway.keeper
        url = await keeper.begin("demo", profile, name="Dock 3")
        state = dict(parse_qsl(urlsplit(url).query))["state"]
        self.search.add("state", state)
        pending = await self.house.gateway.store.pending_consents(self.house.clock.utc())
        (verifier,) = [row["verifier"] for row in pending if row["state"] == state]
        self.search.add("verifier", verifier)
        page = await self.house.ups.send("GET", url.removeprefix(self.house.ups.url))
        form = page.sent_back | {"username": "demo", "password": "demo", "choice": "allow"}
        back = (await self.house.ups.send("POST", "/login", data=form)).sent_back
        self.search.add("code", back["code"])
        query = "&".join(f"{name}={value}" for name, value in back.items())
        if echo:
            await self.fault("/oauth/token", status=400, body=echoed([back["code"], verifier]), times=1)
        await self.get(f"/upscallback?{query}", "callback")

    async def tokens(self) -> None:
        """What the gateway holds now."""
        for profile in await self.house.gateway.store.profiles():
            if profile.tokens is not None:
                held = [profile.tokens.access_token, profile.tokens.refresh_token]
                self.search.add("token", *(one.reveal() for one in held if one is not None))

    # --- what it shows ------------------------------------------------------------------------------------------------

    async def look_around(self) -> None:
        """Every page and what links lead to, the status for programs, and the metrics."""
        store = self.house.gateway.store
        waiting, seen = (
            ["/", "/alerts", "/traffic", "/report", "/report.csv", "/report.json", "/api/status"],
            set[str](),
        )
        waiting += ["/connect", "/paste", "/sign-in", "/healthz", "/readyz", "/metrics", "/upscallback"]
        waiting += [f"/profiles/{one.id}" for one in await store.profiles()]
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            text = await self.get(path, "page with a form")
            found = {link.partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', text)}
            found -= {one for one in found if one.endswith("/labels") or one in self.shown or one in seen}
            captures = sorted(one for one in found if one.startswith("/traffic/captures/"))
            waiting += found - set(waiting) - set(captures[SOME:]) - {"/static/gateway.css"}
        self.shown |= seen

    async def press_everything(self, csrf: str) -> None:
        """Each form of the pages that ends or changes nothing for good, and what they say."""
        for path in ("/alerts/test", "/profiles/1/refresh", "/profiles/1/check", "/traffic/capture"):
            await self.post(path, "page with a form", csrf=csrf, count="200")
        for fields in ({"application": "demo", "name": "Cnr"}, {}):
            _, address = await self.post("/profiles", "page of a started sign-in", csrf=csrf, **fields)
            state = dict(parse_qsl(urlsplit(address).query)).get("state")
            if state:
                self.search.add("state", state)
            back = f"https://127.0.0.1/upscallback?code={canaries.TOKEN}&state={state}"
            self.search.add("code", canaries.TOKEN)
            await self.post("/paste", "page with a form", csrf=csrf, address=back)

    # --- what it keeps ------------------------------------------------------------------------------------------------

    def files(self) -> None:
        """Byte for byte: the store, its log, backups, locks."""
        for file in sorted(self.house.data.rglob("*")):
            if file.is_file():
                self.search.keep("store", file.read_bytes())
                self.kept.add(file.name.partition("-2")[0])

    async def command(self, *arguments: str, place: str = "command") -> str:
        """All that it says."""
        whole = [*arguments, "--config", str(self.house.file)]
        ran = await asyncio.to_thread(CliRunner(env=self.house.environ).invoke, main, whole)
        broken = "" if ran.exc_info is None else "".join(traceback.format_exception(*ran.exc_info))
        assert ran.exception is None or isinstance(ran.exception, SystemExit), broken
        self.search.keep(place, ran.output + broken)
        return ran.output


def echoed(values: Sequence[str]) -> dict[str, Any]:
    """UPS's error object, which repeats what it was sent."""
    words = " ".join(["Invalid request with", *values])
    return {"response": {"errors": [{"code": "120999", "message": words}]}}


def request_of(call: LegacyCall) -> bytes:
    """As it comes over the wire, of the program that has the canaries for its access key."""
    text = call.body.decode("utf-8", "replace")
    text = re.sub(r"(AccessLicenseNumber>)[^<]*<", rf"\g<1>{canaries.LICENCE}<", text)
    text = re.sub(r"((?:UserId|Username)>)[^<]*<", rf"\g<1>{canaries.USER}<", text)
    text = re.sub(r"(Password>)[^<]*<", rf"\g<1>{canaries.PASSWORD}<", text)
    for names, value in (
        ("AccessLicenseNumber|ServiceAccessToken|AccessLicense", canaries.LICENCE),
        ("UserId|Username|UserID", canaries.USER),
        ("Password", canaries.PASSWORD),
    ):
        text = re.sub(rf'("(?:{names})"\s*:\s*)"[^"]*"', rf'\g<1>"{value}"', text)
    text = with_person(text).replace("4111111111111111", canaries.CARD)
    text = re.sub(r"(SecurityCode>)[^<]*<", rf"\g<1>{canaries.SECURITY_CODE}<", text)
    headers = dict(call.headers)
    if "accesslicensenumber" in headers:
        headers |= {"accesslicensenumber": canaries.LICENCE, "username": canaries.USER, "password": canaries.PASSWORD}
    target = f"{call.path}?{call.query}" if call.query else call.path
    return http(call.method, target, text.encode(), headers)


def requests() -> Iterator[tuple[tuple[str, str], bytes]]:
    """Operation and dialect of every translation case, and its request; for today's REST what the old becomes."""
    for folder in FOLDERS:
        operation, dialect = folder.parent.name, folder.name.partition("_")[0]
        yield (operation, dialect if dialect in ("header", "json", "soap") else "xml"), request_of(call_of(folder))
        if dialect == "header":
            for call in json.loads((folder / "rest-request.json").read_text("utf-8"))["calls"]:
                body = b"" if call["body"] is None else json.dumps(call["body"]).encode()
                key = dict.fromkeys(("accesslicensenumber", "username", "password"), "")
                query = urlencode(call["query"])
                rest = LegacyCall(call["method"], "onlinetools.ups.com", call["path"], query, key, body)
                yield (operation, "rest"), request_of(rest)


REQUESTS: Final = list(requests())
CONFIRM: Final = next(request for kind, request in REQUESTS if kind == ("ship_confirm", "xml"))
RATE: Final = next(request for kind, request in REQUESTS if kind == ("rate", "xml"))


@asynccontextmanager
async def driven(folder: Path) -> AsyncIterator[Driven]:
    search, clock = Search(), Clock()
    key = make_key()
    search.add("client secret", canaries.CLIENT_SECRET)
    search.add("password", canaries.PASSWORD)
    search.add("licence", canaries.LICENCE)
    search.add("user", canaries.USER)
    search.add("webhook", canaries.WEBHOOK)
    search.add("SMTP password", canaries.SMTP_PASSWORD)
    search.add("person", *canaries.PERSON.values())
    search.add("card", canaries.CARD, canaries.SECURITY_CODE)
    search.add("key", *(part for part in re.split(r"[^A-Za-z0-9_=-]+", key.text()) if len(part) > 20))
    mail = MailServer(login=f"gateway:{canaries.SMTP_PASSWORD}")
    async with AsyncExitStack() as stack:
        running = await start(make_app(UPS, control=True, clock=clock), port=0)
        stack.push_async_callback(running.close)
        await stack.enter_async_context(listening(mail))
        hook = await stack.enter_async_context(receiving(Receiver(status=500)))
        at_ups = await stack.enter_async_context(ClientSession())
        browser = await stack.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
        file = folder / "gateway.yaml"
        file.write_text(configuration(folder, running.url, mail))
        environ = {
            "DEMO_SECRET": canaries.CLIENT_SECRET,
            "UPS_GATEWAY_KEY": key.text(),
            "SMTP_PASSWORD": canaries.SMTP_PASSWORD,
            "WEBHOOK": f"{hook.url}/hooks/{canaries.WEBHOOK}",
        }
        house = House(file, environ, clock, Driver(at_ups, running.url), running.close)
        stack.push_async_callback(house.stop)
        stack.push_async_callback(house.kill)
        await house.start()
        yield Driven(house, search, mail, hook, browser)


def configuration(folder: Path, ups: str, mail: MailServer) -> str:
    child = folder / "child"
    child.write_text(
        f"#!/bin/sh\ntr '\\0' '\\n' </proc/self/environ >>{folder}/child.environ\ncat >>{folder}/child.input\n"
    )
    child.chmod(0o755)
    return config.example(
        **{
            "listen.legacy": "127.0.0.1:0",
            "listen.admin": "127.0.0.1:0",
            "listen.tls": "off",
            "data_directory": str(folder / "data"),
            "alerts.environments": ["simulator"],
            "alerts.email_to": ["ann@example.com"],
            "alerts.email_from": "gateway@example.com",
            "alerts.smtp_server": f"127.0.0.1:{mail.port}",
            "alerts.smtp_security": "none",
            "alerts.smtp_user": "gateway",
            "alerts.smtp_password_env": "SMTP_PASSWORD",
            "alerts.webhook_url_env": "WEBHOOK",
            "alerts.command": [str(child)],
            "log.level": "debug",
        },
        environments=[{"name": "simulator", "base_url": ups}],
        applications=[
            {
                "name": "demo",
                "environment": "simulator",
                "client_id": "demo-client",
                "client_secret_env": "DEMO_SECRET",
            }
        ],
    )


SOME: Final = 5
"""Pages of captures that are looked at; all that is captured is looked through by itself."""
UPSETS: Final = ((400, "error"), (401, "error"), (400, "page"), (200, "text"), (200, "odd"))
"""Status and body of answers that UPS gives instead."""

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


def odd(values: Sequence[str]) -> Any:
    """Names that the gateway knows, with values that nothing expects there."""
    strange = [{"Error": value, "TrackingNumber": [value, {"Code": value}]} for value in values]
    return {
        name: {
            "Response": strange,
            "ShipmentResults": {"PackageResults": strange, "ShipmentCharges": strange},
            "RatedShipment": strange,
        }
        for name in ("ShipmentResponse", "RateResponse", "VoidShipmentResponse", "XAVResponse")
    }


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
