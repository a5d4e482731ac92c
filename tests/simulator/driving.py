"""Drives a simulator over real sockets: as a browser, as an application, and through the control interface."""

import asyncio
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import ClientSession

from ups_gateway.simulator.model import Call, Refused, Reply, Route
from ups_gateway.simulator.oauth import s256
from ups_gateway.simulator.world import World

REDIRECT = "https://127.0.0.1/upscallback"
VERIFIER = "verifier-verifier-verifier-verifier-verifier"
TRANSACTION = {"transId": "1", "transactionSrc": "test"}


def basic(client_id: str, secret: str) -> str:
    """The value of an Authorization header."""
    return f"Basic {b64encode(f'{client_id}:{secret}'.encode()).decode()}"


DEMO = basic("demo-client", "demo-secret")


def echo(call: Call, world: World) -> Reply:
    """Shows what a handler is given."""
    shown = {
        "method": call.method,
        "path": call.path,
        "params": dict(call.params),
        "query": dict(call.query),
        "body": call.body,
        "version": call.version,
        "grant": call.grant.name,
        "accounts": sorted(call.grant.accounts),
        "negotiated": sorted(call.grant.negotiated),
        "agent": call.headers.get("user-agent"),
    }
    return Reply(200, shown, {"X-Calls": str(world.next_id("calls"))})


def make(call: Call, world: World) -> Reply:
    """Leaves a shipment in the world."""
    number = f"1Z{world.next_id('shipment'):016}"
    world.shipments[number] = {"number": number, "made": world.now(), "label": "x" * 5000, "body": call.body}
    return Reply(201, {"number": number})


def refuse(_: Call, __: World) -> Reply:
    """Refuses with two errors."""
    raise Refused(400, "111210", "The service is unavailable.", ("120100", "Missing or invalid shipper number."))


def numbered(_: Call, __: World) -> Reply:
    """Answers with a typed leaf."""
    return Reply(200, {"weight": 1.5, "ok": True})


ROUTES = (
    Route("POST", "/api/rating/{version}/{requestoption}", echo),
    Route("POST", "/api/shipments/{version}/ship", make),
    Route("DELETE", "/api/shipments/{version}/void/cancel/{shipmentidentificationnumber}", echo),
    Route("POST", "/api/shipments/v1/transittimes", numbered),
    Route("POST", "/api/shipments/{version}/pickup/{pickuptype}", echo),
    Route("DELETE", "/api/shipments/{version}/pickup/{CancelBy}", echo),
    Route("GET", "/api/track/v1/details/{inquiryNumber}", echo),
    Route("POST", "/api/addressvalidation/{version}/{requestoption}", refuse),
)


@dataclass
class Answer:
    """What came back, with its body read."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The code of the only error."""
        (error,) = self.body["response"]["errors"]
        return str(error["code"])

    @property
    def sent_back(self) -> dict[str, str]:
        """The query of the place a browser is sent to, in its order."""
        return dict(parse_qsl(urlsplit(self.headers["Location"]).query, keep_blank_values=True))


@dataclass
class Driver:
    """One simulator, at `url`."""

    session: ClientSession
    url: str

    async def send(self, method: str, path: str, **more: Any) -> Answer:
        """One request, redirects not followed."""
        async with self.session.request(method, self.url + path, allow_redirects=False, **more) as response:
            text = await response.text()
            body = await response.json() if response.content_type == "application/json" and text else text
            return Answer(response.status, body, dict(response.headers))

    async def raw(self, request: str) -> str:
        """The status line for a request written by hand."""
        reader, writer = await asyncio.open_connection(*self.url.removeprefix("http://").split(":"))
        writer.write(request.encode())
        status = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return status.decode().strip()

    async def authorize(self, **changed: str | None) -> Answer:
        """The application sends the browser; None leaves a parameter out."""
        asked = {"client_id": "demo-client", "redirect_uri": REDIRECT, "response_type": "code", "state": "st"} | changed
        return await self.send("GET", "/security/v1/oauth/authorize", params=_present(asked))

    async def sign_in(
        self, login: str = "demo", password: str | None = None, *, allow: bool = True, **changed: str | None
    ) -> Answer:
        """The person fills in the form to which an authorize call leads."""
        page = await self.authorize(**changed)
        form = page.sent_back | {
            "username": login,
            "password": password or login,
            "choice": "allow" if allow else "decline",
        }
        return await self.send("POST", "/login", data=form)

    async def code(self, login: str = "demo", **changed: str | None) -> str:
        """An authorization code."""
        return (await self.sign_in(login, None, allow=True, **changed)).sent_back["code"]

    async def exchange(self, code: str, *, auth: str | None = DEMO, **changed: str | None) -> Answer:
        """A token call with a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT} | changed
        return await self.send("POST", "/security/v1/oauth/token", data=_present(form), headers=_authorization(auth))

    async def consent(self, login: str = "demo") -> dict[str, str]:
        """The first pair of tokens, by PKCE."""
        code = await self.code(login, code_challenge=s256(VERIFIER))
        answer = await self.exchange(code, auth=None, client_id="demo-client", code_verifier=VERIFIER)
        assert answer.status == 200, answer.body
        return dict(answer.body)

    async def refresh(self, token: str, auth: str | None = DEMO, **changed: str | None) -> Answer:
        """A refresh call."""
        form = {"grant_type": "refresh_token", "refresh_token": token} | changed
        return await self.send("POST", "/security/v1/oauth/refresh", data=_present(form), headers=_authorization(auth))

    async def client_credentials(self, auth: str | None = DEMO, merchant: str | None = None) -> Answer:
        """A token call with client credentials."""
        form = {"grant_type": "client_credentials"}
        headers = _authorization(auth) | ({"x-merchant-id": merchant} if merchant else {})
        return await self.send("POST", "/security/v1/oauth/token", data=form, headers=headers)

    async def rest(self, method: str, path: str, token: str, **more: Any) -> Answer:
        """A REST call with a bearer."""
        headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
        return await self.send(method, path, headers=headers, **more)

    async def rate(self, token: str) -> Answer:
        """The simplest REST call."""
        return await self.rest("POST", "/api/rating/v2409/Rate", token, json={})

    async def advance(self, seconds: float) -> None:
        """Move the clock."""
        answer = await self.send("POST", "/_control/clock", json={"advance_seconds": seconds})
        assert answer.status == 200, answer.body

    async def fault(self, **fault: Any) -> None:
        """Arm one fault."""
        answer = await self.send("POST", "/_control/faults", json=[fault])
        assert answer.status == 200, answer.body

    async def calls(self) -> list[tuple[str, str, int, str | None]]:
        """The call log."""
        rows = (await self.send("GET", "/_control/calls")).body
        return [(row["method"], row["path"], row["status"], row["grant"]) for row in rows]


def _present(asked: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value is not None}


def _authorization(value: str | None) -> dict[str, str]:
    return {} if value is None else {"Authorization": value}
