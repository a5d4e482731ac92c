"""The escape hatch through the real gateway: a stand-in of UPS's old XML API that takes a bearer."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from tests.gateway import Told, accept, confirm, rate, track, void
from tests.house import ACCOUNT, LICENCE, PASSWORD, USER, Check, Clock, House, xml
from tests.simulator.driving import Driver
from tests.web.wire import PATIENCE, Client
from ups_gateway import config
from ups_gateway.model import Account, State
from ups_gateway.oauth.vault import make_key

NUMBER = "1ZA1B2C30300000012"
DIGEST = "rO0ABXNyACpjb20udXBzLmVj\nYS5jb3JlLg=="
"""UPS's digests came with line breaks."""
GIF = base64.b64encode(b"GIF89a").decode()
OPERATIONS = ("rate", "ship_confirm", "ship_accept", "void")
CHARGE = "<CurrencyCode>USD</CurrencyCode><MonetaryValue>16.41</MonetaryValue>"
CHARGES = "".join(
    f"<{name}>{CHARGE}</{name}>" for name in ("TransportationCharges", "ServiceOptionsCharges", "TotalCharges")
)
WEIGHT = "<BillingWeight><UnitOfMeasurement><Code>LBS</Code></UnitOfMeasurement><Weight>5.0</Weight></BillingWeight>"
SHIPMENT = f"<ShipmentIdentificationNumber>{NUMBER}</ShipmentIdentificationNumber>"
ANSWERS = {
    "ShipConfirm": f"<ShipmentCharges>{CHARGES}</ShipmentCharges>{WEIGHT}{SHIPMENT}"
    f"<ShipmentDigest>{DIGEST}</ShipmentDigest>",
    "ShipAccept": f"<ShipmentResults><ShipmentCharges>{CHARGES}</ShipmentCharges>{WEIGHT}{SHIPMENT}<PackageResults>"
    f"<TrackingNumber>{NUMBER}</TrackingNumber><ServiceOptionsCharges>{CHARGE}</ServiceOptionsCharges><LabelImage>"
    f"<LabelImageFormat><Code>GIF</Code></LabelImageFormat><GraphicImage>{GIF}</GraphicImage></LabelImage>"
    "</PackageResults></ShipmentResults>",
    "Void": "<Status><StatusType><Code>1</Code><Description>Success</Description></StatusType>"
    "<StatusCode><Code>1</Code><Description>Success</Description></StatusCode></Status>",
}
ROOTS = {"ShipConfirm": "ShipmentConfirm", "ShipAccept": "ShipmentAccept", "Void": "VoidShipment"}
RECOVERED = {
    "LabelRecoveryResponse": {
        "ShipmentIdentificationNumber": NUMBER,
        "LabelResults": [
            {
                "TrackingNumber": NUMBER,
                "LabelImage": {
                    "LabelImageFormat": {"Code": "GIF"},
                    "GraphicImage": base64.b64encode(b"GIF87a").decode(),
                },
            }
        ],
    }
}
Answer = Callable[[web.Request], web.StreamResponse]


def failure(root: str, severity: str, code: str, words: str) -> str:
    return (
        f'<?xml version="1.0"?><{root}><Response><ResponseStatusCode>0</ResponseStatusCode>'
        "<ResponseStatusDescription>Failure</ResponseStatusDescription>"
        f"<Error><ErrorSeverity>{severity}</ErrorSeverity><ErrorCode>{code}</ErrorCode>"
        f"<ErrorDescription>{words}</ErrorDescription></Error></Response></{root}>"
    )


def cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@dataclass
class OldUps:
    """Answers every tool with success, unless `script` says otherwise for its next calls."""

    script: list[Answer] = field(default_factory=list)
    seen: list[tuple[str, str, str]] = field(default_factory=list)
    """(method and path, bearer, body) of each call."""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def token(self, _: web.Request) -> web.Response:
        return web.json_response({"access_token": "t1", "expires_in": "14399", "token_type": "Bearer"})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        self.seen.append((f"{request.method} {request.path}", request.headers["Authorization"], body))
        self.arrived.set()
        await self.gate.wait()
        if self.script:
            return self.script.pop(0)(request)
        tool = request.match_info["way"].removeprefix("ups.app/xml/")
        if tool not in ANSWERS:
            return web.json_response(RECOVERED)
        return web.Response(body=said(tool).encode("latin-1"), headers={"Content-Type": "text/xml"})

    @property
    def asked(self) -> list[str]:
        return [way for way, _, _ in self.seen]


def said(tool: str) -> str:
    """UPS's answer as UPS declared it."""
    root = f"{ROOTS[tool]}Response"
    return (
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\r\n<{root}><Response><TransactionReference><CustomerContext>é'
        "</CustomerContext></TransactionReference><ResponseStatusCode>1</ResponseStatusCode>"
        f"<ResponseStatusDescription>Success</ResponseStatusDescription></Response>{ANSWERS[tool]}</{root}>"
    )


def told_back(tool: str) -> bytes:
    """The same as old clients take it."""
    _, _, document = said(tool).partition("\r\n")
    return b'<?xml version="1.0"?>' + document.encode("ascii", "xmlcharrefreplace")


@dataclass
class Hatch:
    """The house whose UPS is the stand-in."""

    house: House
    ups: OldUps

    async def step(self, days: float) -> None:
        """The gateway ran so long; UPS is asked for what is due."""
        for _ in range(12):
            self.house.clock.advance(days * 86400 / 12)
            await self.house.gateway.shipping.step(self.house.clock.utc())


@pytest.fixture
async def hatch(tmp_path: Path, old_answers: Check | None) -> AsyncIterator[Hatch]:
    ups = OldUps()
    application = web.Application()
    application.router.add_post("/security/v1/oauth/token", ups.token)
    application.router.add_route("*", "/api/{way:.*}", ups.handle)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TestServer(application))
        browser = await stack.enter_async_context(ClientSession())
        url = str(server.make_url("")).rstrip("/")
        file = tmp_path / "gateway.yaml"
        file.write_text(_configuration(tmp_path, url))
        environ = {"DEMO_SECRET": "demo-secret", "UPS_GATEWAY_KEY": make_key().text()}
        house = House(file, environ, Clock(), Driver(browser, url), server.close, check=old_answers)
        stack.push_async_callback(house.stop)
        await house.start()
        account = Account(0, ACCOUNT, "simulator", postal_code="30328", application="demo")
        house.account = await house.gateway.store.add_account(account)
        house.key = await house.map_key(LICENCE, USER, PASSWORD)
        yield Hatch(house, ups)


def _configuration(folder: Path, ups: str) -> str:
    application = {
        "name": "demo",
        "environment": "simulator",
        "grant": "client_credentials",
        "client_id": "demo-client",
        "client_secret_env": "DEMO_SECRET",
    }
    return config.example(
        **{"listen.legacy": "127.0.0.1:0", "listen.admin": "127.0.0.1:0", "listen.tls": "off"},
        **{f"upstream_api.{operation}": "xml-oauth" for operation in OPERATIONS},
        data_directory=str(folder / "data"),
        anonymous_key=LICENCE,
        environments=[{"name": "simulator", "base_url": ups}],
        applications=[application],
    )


async def accepted(hatch: Hatch) -> Told:
    answer = await hatch.house.ask(accept(DIGEST))
    await hatch.house.until_settled()
    return answer


# --- confirm and accept -----------------------------------------------------------------------------------------------


async def test_confirm_only_asks_and_accept_creates_once(hatch: Hatch) -> None:
    house = hatch.house
    assert await house.body(confirm()) == told_back("ShipConfirm")
    assert await house.rows() == []
    assert await house.body(accept(DIGEST)) == told_back("ShipAccept")
    await house.until_settled()
    (row,) = await house.rows()
    assert (row.state, row.delivered, row.number, row.tracking_numbers, row.operation, row.kind) == (
        State.ACCEPTED,
        True,
        NUMBER,
        (NUMBER,),
        "ship_accept",
        "shipment",
    )
    assert [(one.tracking_number, one.data) for one in await house.gateway.shipping.desk.labels(row.id)] == [
        (NUMBER, b"GIF89a")
    ]
    assert await house.body(accept(DIGEST)) == told_back("ShipAccept")
    assert hatch.ups.asked == ["POST /api/ups.app/xml/ShipConfirm", "POST /api/ups.app/xml/ShipAccept"]


async def test_ups_sees_the_old_request_with_a_bearer_and_without_the_access_key(hatch: Hatch) -> None:
    await hatch.house.ask(accept(DIGEST))
    ((_, bearer, body),) = hatch.ups.seen
    assert (bearer, body) == ("Bearer t1", '<?xml version="1.0"?>\n' + accept(DIGEST))


async def test_a_program_that_hangs_up_during_accept_and_asks_again_pays_once(hatch: Hatch) -> None:
    hatch.ups.gate.clear()
    async with Client(hatch.house.port) as program:
        await program.send(xml(accept(DIGEST)))
        await hatch.ups.arrived.wait()
        assert [row.state for row in await hatch.house.rows()] == [State.SENT]
        program.reset()
    again = asyncio.create_task(hatch.house.ask(accept(DIGEST)))
    hatch.ups.gate.set()
    async with asyncio.timeout(PATIENCE):
        answer = await again
    assert (answer.good, hatch.ups.asked) == (True, ["POST /api/ups.app/xml/ShipAccept"])


@pytest.mark.parametrize(
    "unclear",
    [
        cut,
        lambda _: web.Response(status=503, text="<html>"),
        lambda _: web.Response(text=failure("ShipmentAcceptResponse", "Transient", "120001", "Unavailable.")),
        lambda _: web.Response(text=said("ShipAccept").replace(NUMBER, "")),
    ],
)
async def test_an_accept_whose_outcome_is_unknown_is_not_repeated_until_it_is_settled(
    hatch: Hatch, unclear: Answer
) -> None:
    hatch.ups.script = [unclear]
    for _ in range(2):
        answer = await accepted(hatch)
        assert (answer.code, "shipments, number 1" in answer.words) == ("20001", True)
    assert len(hatch.ups.asked) == 1
    await hatch.house.gateway.shipping.desk.settle_unknown(1, None)
    assert ((await accepted(hatch)).good, len(hatch.ups.asked)) == (True, 2)


async def test_an_accept_that_a_person_vouches_for_waits_on_the_page_and_gets_its_labels(hatch: Hatch) -> None:
    hatch.ups.script = [cut]
    await accepted(hatch)
    desk = hatch.house.gateway.shipping.desk
    settled = await desk.settle_unknown(1, NUMBER)
    assert (settled.state, [found.reason for found in await desk.attention()]) == (State.ACCEPTED, ["undelivered"])
    answer = await accepted(hatch)
    assert (answer.number, hatch.ups.asked[1:]) == (NUMBER, ["POST /api/labels/v1/recovery"])
    assert await desk.attention() == ()


async def test_an_accept_that_ups_refuses_may_be_tried_again(hatch: Hatch) -> None:
    refused = failure("ShipmentAcceptResponse", "Hard", "120103", "Missing or invalid digest.")
    hatch.ups.script = [lambda _: web.Response(text=refused)]
    assert await hatch.house.body(accept(DIGEST)) == refused.encode()
    assert [row.state for row in await hatch.house.rows()] == [State.REFUSED]
    assert ((await accepted(hatch)).good, len(hatch.ups.asked)) == (True, 2)


async def test_nothing_of_it_is_voided_automatically(hatch: Hatch) -> None:
    await hatch.house.ask(confirm())
    await accepted(hatch)
    await hatch.step(days=2)
    assert [row.state for row in await hatch.house.rows()] == [State.ACCEPTED]
    assert len(hatch.ups.asked) == 2


async def test_labels_come_from_ups_label_recovery_once_the_ledgers_are_deleted(hatch: Hatch) -> None:
    await accepted(hatch)
    await hatch.step(days=8)
    answer = await accepted(hatch)
    label = answer.text("ShipmentResults/PackageResults/LabelImage/GraphicImage")
    assert (answer.number, base64.b64decode(label)) == (NUMBER, b"GIF87a")
    assert hatch.ups.asked[1:] == ["POST /api/labels/v1/recovery"]


# --- the others -------------------------------------------------------------------------------------------------------


async def test_a_void_updates_the_ledger(hatch: Hatch) -> None:
    await accepted(hatch)
    assert await hatch.house.body(void(NUMBER)) == told_back("Void")
    (row,) = await hatch.house.rows()
    assert (row.state, row.void_cause, hatch.ups.asked[1:]) == (
        State.VOIDED,
        "client",
        ["POST /api/ups.app/xml/Void"],
    )
    assert (await accepted(hatch)).code == "125000"


async def test_a_refused_void_leaves_the_shipment_what_it_was(hatch: Hatch) -> None:
    await accepted(hatch)
    refused = failure("VoidShipmentResponse", "Hard", "190103", "The shipment cannot be voided.")
    hatch.ups.script = [lambda _: web.Response(text=refused)]
    assert await hatch.house.body(void(NUMBER)) == refused.encode()
    (row,) = await hatch.house.rows()
    assert (row.state, row.note) == (State.ACCEPTED, "190103 The shipment cannot be voided.")


async def test_a_void_of_one_package_leaves_the_shipment(hatch: Hatch) -> None:
    package = "<PackageResults><TrackingNumber>1ZA1B2C30300000021</TrackingNumber></PackageResults>"
    several = said("ShipAccept").replace("</ShipmentResults>", f"{package}</ShipmentResults>")
    hatch.ups.script = [lambda _: web.Response(text=several)]
    await hatch.house.send(xml(accept(DIGEST)))
    await hatch.house.until_settled()
    assert (await hatch.house.ask(void(NUMBER, NUMBER))).good
    (row,) = await hatch.house.rows()
    assert (row.state, row.note) == (State.ACCEPTED, f"The client asked to void {NUMBER}: Voided.")


async def test_a_refused_token_is_the_gateways_trouble(hatch: Hatch) -> None:
    said_ = failure("RatingServiceSelectionResponse", "Hard", "250003", "Invalid Access License number")
    hatch.ups.script = [lambda _: web.Response(text=said_)]
    answer = await hatch.house.ask(rate())
    assert (answer.code, "Your access key is not the cause" in answer.words) == ("20001", True)


async def test_what_is_not_chosen_goes_to_todays_api(hatch: Hatch) -> None:
    await hatch.house.send(xml(track(NUMBER)))
    assert hatch.ups.asked == [f"GET /api/track/v1/details/{NUMBER}"]


async def test_nobodys_question_goes_to_todays_api_without_its_own_prices(hatch: Hatch) -> None:
    await hatch.house.send(xml(rate(), ""))
    assert hatch.ups.asked == ["POST /api/rating/v2409/Rate"]


async def test_the_access_check_comes_first(hatch: Hatch) -> None:
    assert (await hatch.house.ask(confirm("Z9Z9Z9"))).code == "120100"
    hidden = "<Shipper><ShipperNumber>Z9Z9Z9</ShipperNumber></Shipper><PaymentInformation>"
    assert (await hatch.house.ask(confirm().replace("<PaymentInformation>", hidden))).code == "120100"
    assert (await hatch.house.ask(confirm(), first="")).code == "250005"
    assert hatch.ups.asked == []
