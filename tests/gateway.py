"""The exchange with all that is behind it: real store, keeper and client, and the simulated UPS on a real port."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from lxml import etree

from tests.shipping.scripted import Socket
from ups_gateway.access import Access
from ups_gateway.exchange import Exchange, Handled
from ups_gateway.model import (
    AccessKey,
    Account,
    Application,
    Environment,
    Grant,
    LegacyAnswer,
    LegacyCall,
    Secret,
    Shipment,
    TwoPhase,
)
from ups_gateway.oauth.endpoint import Send
from ups_gateway.oauth.keeper import Keeper
from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.shipping.carrier import Policy
from ups_gateway.shipping.ledger import Shipping
from ups_gateway.simulator.config import Settings
from ups_gateway.simulator.faults import Fault
from ups_gateway.simulator.server import make_app, start
from ups_gateway.simulator.state import SIMULATOR
from ups_gateway.store import Store, Vault
from ups_gateway.store.passwords import Cost, Passwords
from ups_gateway.store.sqlite import open_store
from ups_gateway.ups.client import UpsClient
from ups_gateway.ups.transport import Transport
from ups_gateway.upstream import Upstream

LICENCE, USER, PASSWORD = "DEMO0ACCESS0KEY0", "demo", "demo password"
HOST = "onlinetools.ups.com"
ONLY_WHAT_WAS_MADE = Settings(cie=False)
"""A UPS that knows no other shipments."""


def access(licence: str = LICENCE, user: str = USER, password: str = PASSWORD) -> str:
    """The first of the two documents; an empty text leaves an element out."""
    named = {"AccessLicenseNumber": licence, "UserId": user, "Password": password}
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in named.items() if text)
    return f'<?xml version="1.0"?><AccessRequest>{inner}</AccessRequest>'


def rate(shipper: str = "A1B2C3") -> str:
    number = f"<ShipperNumber>{shipper}</ShipperNumber>" if shipper else ""
    return f"""<?xml version="1.0"?><RatingServiceSelectionRequest><Request><RequestAction>Rate</RequestAction>
      <RequestOption>Rate</RequestOption></Request><Shipment><Shipper>{number}{FROM}</Shipper>{TO}
      <Service><Code>03</Code></Service>{PACKAGE}</Shipment></RatingServiceSelectionRequest>"""


def confirm(shipper: str = "A1B2C3", *, packages: int = 1, bill: str = "A1B2C3") -> str:
    paid = f"<Prepaid><BillShipper><AccountNumber>{bill}</AccountNumber></BillShipper></Prepaid>"
    return f"""<?xml version="1.0"?><ShipmentConfirmRequest><Request><RequestAction>ShipConfirm</RequestAction>
      <RequestOption>nonvalidate</RequestOption></Request><Shipment>
      <Shipper><Name>Acme</Name><ShipperNumber>{shipper}</ShipperNumber>{FROM}</Shipper>{TO}
      <PaymentInformation>{paid}</PaymentInformation><Service><Code>03</Code></Service>{PACKAGE * packages}</Shipment>
      <LabelSpecification><LabelPrintMethod><Code>GIF</Code></LabelPrintMethod><LabelImageFormat><Code>GIF</Code>
      </LabelImageFormat></LabelSpecification></ShipmentConfirmRequest>"""


def accept(digest: str) -> str:
    return f"<ShipmentAcceptRequest><Request/><ShipmentDigest>{digest}</ShipmentDigest></ShipmentAcceptRequest>"


def void(number: str, *packages: str) -> str:
    shipment = f"<ShipmentIdentificationNumber>{number}</ShipmentIdentificationNumber>"
    inner = "".join(f"<TrackingNumber>{package}</TrackingNumber>" for package in packages)
    whole = f"<ExpandedVoidShipment>{shipment}{inner}</ExpandedVoidShipment>" if packages else shipment
    return f"<VoidShipmentRequest><Request><RequestAction>1</RequestAction></Request>{whole}</VoidShipmentRequest>"


def track(number: str) -> str:
    return f"<TrackRequest><Request/><TrackingNumber>{number}</TrackingNumber></TrackRequest>"


def recover(number: str) -> str:
    return f"""<LabelRecoveryRequest><Request/><LabelSpecification><LabelImageFormat><Code>GIF</Code></LabelImageFormat>
      </LabelSpecification><TrackingNumber>{number}</TrackingNumber></LabelRecoveryRequest>"""


_ADDRESS = """<AddressLine1>12 Canyon Road</AddressLine1><City>Atlanta</City>
  <StateProvinceCode>GA</StateProvinceCode><PostalCode>30328</PostalCode><CountryCode>US</CountryCode>"""
FROM = f"<Address>{_ADDRESS}</Address>"
TO = f"<ShipTo><CompanyName>Blue</CompanyName><Address>{_ADDRESS}</Address></ShipTo>"
PACKAGE = """<Package><PackagingType><Code>02</Code></PackagingType><PackageWeight><Weight>5</Weight></PackageWeight>
  </Package>"""


@dataclass(frozen=True)
class Told:
    """What a client of the XML API reads in an answer."""

    root: str
    code: str
    words: str
    tree: Any = field(repr=False, compare=False)
    shipment: int | None = field(compare=False, default=None)

    @property
    def good(self) -> bool:
        return self.code == ""

    def text(self, path: str) -> str:
        return str(self.tree.findtext(path) or "")

    @property
    def number(self) -> str:
        return self.text(".//ShipmentIdentificationNumber")

    @property
    def digest(self) -> str:
        return self.text("ShipmentDigest")


def told(answer: LegacyAnswer, shipment: int | None = None) -> Told:
    tree = etree.fromstring(answer.body)
    return Told(
        tree.tag,
        tree.findtext("Response/Error/ErrorCode") or "" if tree.findtext("Response/ResponseStatusCode") != "1" else "",
        tree.findtext("Response/Error/ErrorDescription") or "",
        tree,
        shipment,
    )


@dataclass
class Gateway:
    """What a test of the exchange drives."""

    ups: web.Application
    environments: dict[str, Environment]
    store: Store
    vault: Vault
    keeper: Keeper
    passwords: Passwords
    transport: Transport
    account: Account
    test_account: Account
    key: AccessKey
    anonymous: str | None = None
    ahead: timedelta = timedelta()
    send: Send | None = None
    """The way to UPS, where it is not the transport's own."""
    monotonic: Callable[[], float] = time.monotonic
    pause: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep
    creating_limit: float = 5.0
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    exchange: Exchange = field(init=False)
    shipping: Shipping = field(init=False)
    access: Access = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def restart(self) -> None:
        """Everything anew but the store and what UPS knows."""
        send = self.send or self.transport.send
        client = UpsClient(self.keeper, send, now=self.now, monotonic=self.monotonic, pause=self.pause)
        upstream = Upstream(client, self.keeper, self.environments)
        self.shipping = Shipping(
            self.store,
            self.vault,
            upstream,
            Policy(page="http://localhost:8081/"),
            now=self.now,
            new_digest=lambda: f"digest{next(self.numbers)}",
        )
        self.access = Access(
            self.store, self.passwords, self.shipping.desk.find, anonymous_licence=self.anonymous, now=self.now
        )
        self.exchange = Exchange(
            self.store,
            self.access,
            self.shipping,
            upstream,
            now=self.now,
            creating_limit=self.creating_limit,
            monotonic=self.monotonic,
        )

    async def hand_in(
        self, document: str, *, first: str | None = None, host: str = HOST, socket: Socket | None = None
    ) -> Handled:
        root = re.sub(r"<\?.*?\?>", "", document).strip()[1:].split(">")[0]
        tool = {"RatingServiceSelectionRequest": "Rate", "ShipmentConfirmRequest": "ShipConfirm"}.get(
            root, root.removeprefix("Shipment").removesuffix("Request")
        )
        tools = {"Accept": "ShipAccept", "VoidShipment": "Void"}
        body = (access() if first is None else first) + document
        call = LegacyCall(
            "POST", host, f"/ups.app/xml/{tools.get(tool, tool)}", "", {"user-agent": "cart/1.0"}, body.encode()
        )
        return await self.exchange.handle(call, socket or Socket(), peer="127.0.0.1", time_limit=5.0)

    async def ask(
        self, document: str, *, first: str | None = None, host: str = HOST, socket: Socket | None = None
    ) -> Told:
        """The answer; it is delivered, unless the test brings a socket of its own."""
        mine = socket or Socket()
        handled = await self.hand_in(document, first=first, host=host, socket=mine)
        if socket is None:
            mine.receive()
            if handled.shipment is not None:
                await self.exchange.settle(handled.shipment, delivered=True)
        return told(handled.answer, handled.shipment)

    def fault(self, path: str, **what: Any) -> None:
        self.ups[SIMULATOR].faults.arm([Fault(path=path, **what)])

    def heal(self) -> None:
        self.ups[SIMULATOR].faults.clear()

    def asked(self, path: str) -> int:
        """How often UPS was asked for a path."""
        return sum(path in row.path for row in self.ups[SIMULATOR].calls.rows())

    async def rows(self) -> list[Shipment]:
        """The ledger, oldest first."""
        return list(reversed(await self.store.shipments()))


@asynccontextmanager
async def a_gateway(
    folder: Path, *, ups_settings: Settings = ONLY_WHAT_WAS_MADE, max_body: int = 64 * 1024 * 1024
) -> AsyncIterator[Gateway]:
    async with AsyncExitStack() as stack:
        ups = make_app(ups_settings, control=False)
        running = await start(ups, port=0)
        stack.push_async_callback(running.close)
        vault = FernetVault(make_key())
        path = folder / "store.sqlite"
        store = await open_store(path, vault)
        stack.push_async_callback(store.close)
        transport = await stack.enter_async_context(Transport(connect_timeout=2.0, max_body=max_body))
        environments = {name: Environment(name, running.url) for name in ("production", "test")}
        applications = {
            name: Application(name, name, Grant.CLIENT_CREDENTIALS, "demo-client", Secret("demo-secret"))
            for name in environments
        }
        keeper = Keeper(
            store,
            vault,
            applications=applications,
            environments=environments,
            send=transport.send,
            lock=store.lock,
            now=lambda: datetime.now(UTC),
        )
        stack.push_async_callback(keeper.close)
        passwords = Passwords(cost=Cost(2, 1, 1))
        stack.push_async_callback(passwords.close)
        account = await store.add_account(Account(0, "A1B2C3", "production", application="production"))
        test = await store.add_account(Account(0, "R7S8T9", "test", application="test"))
        key = await store.add_key(
            AccessKey(
                0,
                LICENCE,
                USER,
                await passwords.hash(Secret(PASSWORD)),
                account.id,
                frozenset({account.id}),
                two_phase=TwoPhase.SHIP,
            )
        )
        yield Gateway(ups, environments, store, vault, keeper, passwords, transport, account, test, key)
