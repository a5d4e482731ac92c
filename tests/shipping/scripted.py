"""A carrier that answers by script, a socket and a clock in the test's hands, and the ledger on a real store."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ups_gateway.errors import GatewayError, OutcomeUnknown, Refusal, UpsRefused, UpsUnreachable
from ups_gateway.model import (
    AccessKey,
    Account,
    Dialect,
    Operation,
    RestCall,
    RestReply,
    Shipment,
    State,
)
from ups_gateway.oauth.vault import FernetVault, Key, make_key
from ups_gateway.shipping.carrier import Order, Outcome, Policy, VoidKind
from ups_gateway.shipping.ledger import Shipping
from ups_gateway.store import Store, Vault
from ups_gateway.store import postgres as postgresql
from ups_gateway.store.sqlite import open_store
from ups_gateway.translate import without_card_secrets

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SHIP = RestCall("POST", "/api/shipments/v2409/ship", body={"ShipmentRequest": {}})
PAGE = "http://localhost:8081/"


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def on(self, **by: float) -> datetime:
        self.time += timedelta(**by)
        return self.time


@dataclass
class Socket:
    """The client's end: open, answered, or gone."""

    opened: bool = True
    got_it: bool = False

    def is_open(self) -> bool:
        return self.opened

    def delivered(self) -> bool:
        return self.got_it

    def hang_up(self) -> None:
        self.opened = False

    def receive(self) -> None:
        self.got_it, self.opened = True, False


@dataclass(frozen=True)
class Made:
    number: str
    tracking_numbers: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    tracking_number: str
    format: str
    data: bytes


@dataclass(frozen=True)
class Known:
    number: str
    service: str = "Ground"
    place: str = "Boston 02110"
    status: str = "Label Created"


@dataclass(frozen=True)
class Said:
    kind: VoidKind
    words: str


def reply(status: int = 200, **body: object) -> RestReply:
    return RestReply(status, {"content-type": "application/json"}, json.dumps(body).encode())


def refused(code: str, status: int = 400) -> RestReply:
    return reply(status, code=code)


async def until(seen: Callable[[], bool]) -> None:
    """Lets the other tasks run until it is seen; fails after ten seconds."""
    async with asyncio.timeout(10):
        for _ in itertools.takewhile(lambda _: not seen(), itertools.count()):
            await asyncio.sleep(0)


Answer = RestReply | GatewayError | Exception


@dataclass
class ScriptedUps:
    """Answers ship calls with new numbers and voids with success, unless `script` says otherwise."""

    calls: list[RestCall] = field(default_factory=list)
    script: list[Answer] = field(default_factory=list)
    """Answers of the next calls, first to last."""
    unready: list[GatewayError] = field(default_factory=list)
    gate: asyncio.Event | None = None
    """A call waits for it; `arrived` says that one does."""
    door: asyncio.Event | None = None
    """The same before a call: while a token is got."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    token_takes: float = 0.0
    """Seconds of a creating call's that its token uses up."""
    limits: list[float] = field(default_factory=list)
    """Seconds that each call was given."""
    packages: int = 1
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def ready(self, account: Account, *, time_limit: float) -> float:
        if self.door is not None:
            self.arrived.set()
            await self.door.wait()
        if self.unready:
            raise self.unready.pop(0)
        return time_limit - self.token_takes

    async def send(self, account: Account, call: RestCall, *, creating: bool, time_limit: float) -> RestReply:
        self.calls.append(call)
        self.limits.append(time_limit)
        if self.gate is not None:
            self.arrived.set()
            await self.gate.wait()
        answer = self.script.pop(0) if self.script else self._usual(call)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _usual(self, call: RestCall) -> RestReply:
        if call.method == "DELETE":
            return reply(void="1")
        if "recovery" in call.path:
            return reply(numbers=[call.body], recovered=True)
        made = next(self.numbers)
        return reply(numbers=[f"1ZA1B2C3{made:09d}{package}" for package in range(self.packages)])

    def refusal(self, reply: RestReply, *, creating: bool) -> GatewayError | None:
        if reply.status < 300:
            return None
        if reply.status < 500:
            return UpsRefused((Refusal(json.loads(reply.body)["code"], "as UPS says"),), http_status=reply.status)
        return OutcomeUnknown("no clear answer") if creating else UpsUnreachable("UPS answered 503")

    def created(self, reply: RestReply) -> Made:
        numbers = json.loads(reply.body)["numbers"]
        if not numbers:
            raise OutcomeUnknown("no number")
        return Made(numbers[0], tuple(numbers))

    def pickup_number(self, reply: RestReply) -> str:
        return str(json.loads(reply.body).get("prn", ""))

    def labels(self, reply: RestReply) -> tuple[Picture, ...]:
        return tuple(Picture(number, "GIF", b"GIF89a") for number in json.loads(reply.body)["numbers"])

    def void_call(self, number: str) -> RestCall:
        return RestCall("DELETE", f"/api/shipments/v2409/void/cancel/{number}")

    def void_verdict(self, reply: RestReply) -> Said:
        body = json.loads(reply.body)
        if reply.status < 300:
            kind: VoidKind = "odd" if "partly" in body else "voided_warning" if "warning" in body else "voided"
            return Said(kind, "Voided.")
        kinds: dict[str, VoidKind] = {"190117": "already", "190103": "final", "190107": "odd"}
        return Said(kinds.get(body.get("code", ""), "passing"), f"{body.get('code')} as UPS says")

    def packages_of(self, call: RestCall) -> tuple[str, ...]:
        return tuple(json.loads(call.query.get("trackingnumber", "[]")))

    def voided_reply(self, call: RestCall) -> RestReply:
        return reply(void="1")

    def recovery_call(self, account: Account, number: str) -> RestCall:
        return RestCall("POST", "/api/labels/v1/recovery", body=number)

    def references_of(self, call: RestCall) -> tuple[str, ...]:
        return tuple(call.body.get("references", ()))

    def lookup_call(self, reference: str, shipper: str, since: date, until: date) -> RestCall:
        return RestCall("GET", f"/track/{reference}", {"shipper": shipper, "days": f"{since} {until}"})

    def proposals(self, reply: RestReply) -> tuple[Known, ...]:
        if reply.status != 200:
            raise UpsRefused((Refusal("TV1002", "as UPS says"),), http_status=reply.status)
        return tuple(Known(number) for number in json.loads(reply.body)["known"])

    def without_card_secrets(self, call: RestCall) -> RestCall:
        return without_card_secrets(call)

    def pack(self, call: RestCall) -> bytes:
        return json.dumps([call.method, call.path, dict(call.query), {}, call.body]).encode()

    def unpack(self, packed: bytes) -> RestCall:
        return RestCall(*json.loads(packed))

    def pack_reply(self, reply: RestReply) -> bytes:
        return json.dumps([reply.status, dict(reply.headers), reply.body.decode()]).encode()

    def unpack_reply(self, packed: bytes) -> RestReply:
        status, headers, body = json.loads(packed)
        return RestReply(status, headers, body.encode())

    @property
    def shipped(self) -> int:
        return sum(call.path.endswith("/ship") for call in self.calls)

    @property
    def voided(self) -> list[str]:
        return [call.path.rpartition("/")[2] for call in self.calls if call.method == "DELETE"]


@dataclass
class House:
    """A ledger with all around it."""

    store: Store
    vault: Vault
    ups: ScriptedUps
    clock: Clock
    policy: Policy
    account: Account
    key: AccessKey
    shipping: Shipping
    digests: Callable[[], str]

    def order(self, content: bytes = b"one", operation: Operation = Operation.SHIP, **changed: object) -> Order:
        account = changed.get("account", self.account)
        assert isinstance(account, Account)
        key = changed.get("key", self.key.id)
        assert isinstance(key, int)
        fingerprint = self.shipping.fingerprint(key, account.environment, content)
        return Order(key, account, Dialect.XML, operation, fingerprint, 5.0)

    def confirm(self, content: bytes = b"one", **changed: object) -> Order:
        return self.order(content, Operation.SHIP_CONFIRM, **changed)

    async def row(self, shipment: int) -> Shipment:
        row = await self.store.shipment(shipment)
        assert row is not None
        return row

    async def state(self, shipment: int) -> State:
        return (await self.row(shipment)).state

    async def put(self, shipment: int, **changed: object) -> None:
        """Writes a row as something else than the ledger would."""
        from dataclasses import replace

        row = await self.row(shipment)
        assert await self.store.change_shipment(replace(row, **changed), expected={row.state})  # type: ignore[arg-type]

    def restart(self) -> None:
        """The process is another one; only the store is what it was."""
        self.shipping = Shipping(self.store, self.vault, self.ups, self.policy, now=self.clock, new_digest=self.digests)

    async def run_for(self, minutes: float) -> None:
        """Running time passes, a step every half minute."""
        end = self.clock.time + timedelta(minutes=minutes)
        while self.clock.time < end:
            await self.shipping.step(self.clock.on(seconds=30))


@asynccontextmanager
async def a_house(
    folder: Path,
    *,
    policy: Policy | None = None,
    environment: str = "production",
    key: Key | None = None,
    address: str | None = None,
) -> AsyncIterator[House]:
    """With the same folder and key again: the next process; with the same address of a database: another gateway."""
    vault = FernetVault(key or make_key())
    if address is None:
        store = await open_store(folder / "store.sqlite", vault)
    else:
        store = await postgresql.open_store(address, vault)
    try:
        accounts, keys = await store.accounts(), await store.keys()
        if not accounts:
            accounts = [await store.add_account(Account(0, "A1B2C3", environment, application="app"))]
            keys = [await store.add_key(AccessKey(0, "LICENCE0LICENCE0", "user", "hash", accounts[0].id))]
        ups, clock, numbers = ScriptedUps(), Clock(), itertools.count(1)
        policy = policy or Policy(page=PAGE)

        def digests() -> str:
            return f"digest{next(numbers)}"

        shipping = Shipping(store, vault, ups, policy, now=clock, new_digest=digests)
        yield House(store, vault, ups, clock, policy, accounts[0], keys[0], shipping, digests)
    finally:
        await store.close()


def numbers_of(outcome: Outcome) -> tuple[bytes, ...]:
    return tuple(reply.body for reply in outcome.replies)


async def states(house: House) -> list[State]:
    return [row.state for row in reversed(await house.store.shipments())]
