"""A gateway whose every secret is a canary, and all that it says, shows and keeps.

The rule: whatever comes out of it goes into the search; nothing here decides what may be found.
"""

from __future__ import annotations

import asyncio
import re
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

from aiohttp import ClientSession, CookieJar
from click.testing import CliRunner

from tests.alerts.receivers import MailServer, Receiver, listening, receiving
from tests.house import ACCOUNT, Clock, House
from tests.promises import canaries
from tests.promises.canaries import Search
from tests.simulator.driving import Driver
from ups_gateway import config
from ups_gateway.cli import main
from ups_gateway.oauth.vault import make_key
from ups_gateway.simulator.config import DEMO_USERS, Application, Settings
from ups_gateway.simulator.server import make_app, start
from ups_gateway.web.admin.session import new_link

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
SOME: Final = 5
"""Pages of captures that are looked at; all that is captured is looked through by itself."""


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
