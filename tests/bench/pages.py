"""The administrator's pages of a busy gateway: 200 accounts, and 30 days with 5,000 exchanges each in the store.

The rule: the gateway is a program of its own, as a service manager starts it; pages are asked for over a socket, one
after the other, first at rest and then while old programs send requests.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from aiohttp import ClientSession, CookieJar

from tests.gateway import Told, rate
from tests.house import House, a_house
from tests.web.administering import exchange
from ups_gateway.model import AccessKey, Account, Dialect, ExchangeRecord, Operation, Profile, Shipment, State
from ups_gateway.web.admin.session import new_link

ACCOUNTS: Final = 200
PROFILES: Final = 8
KEYS: Final = 20
DAYS: Final = 30
A_DAY: Final = 5000
SHIPMENTS_A_DAY: Final = 200
LABELS_KEPT: Final = 7
LABEL: Final = 20_000
"""Days that a shipment keeps its label, and its bytes."""
PAGES: Final = {"/": 100, "/api/status": 100, "/traffic": 100, "/report": 500, "/profiles/1": 100}
"""And what each should stay below; the report sums up all thirty days."""
ROUNDS: Final = 100
PACE: Final = 5.0
"""Requests a second of old programs: a day's in a quarter of an hour."""
OPERATIONS: Final = ("rate", "rate", "rate", "track", "ship_confirm", "ship_accept", "address_street")
TROUBLES: Final = ("refused", "unreachable", "client_fault")


async def measure_pages() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with a_house(Path(folder)) as house:
            print(f"filling a store: {ACCOUNTS} accounts, {DAYS} days of {A_DAY} exchanges", flush=True)
            await fill(house)
            link = await new_link(house.gateway.store, house.gateway.vault, "", house.clock.utc())
            await house.stop()
            await house.serve()
            async with ClientSession(house.pages, cookie_jar=CookieJar(unsafe=True)) as browser:
                await sign_in(browser, link)
                await measure(browser, "at rest")
                async with programs(house) as answered:
                    await measure(browser, f"{PACE:g} requests a second")
                    print(f"{len(answered)} old requests were answered meanwhile")
            await house.terminate()


async def measure(browser: ClientSession, how: str) -> None:
    print(f"\n{f'milliseconds, {how}':44}{'median':>9}{'99 %':>9}{'below':>9}")
    for path, below in PAGES.items():
        await shown(browser, path)  # the first one warms up
        took = [await shown(browser, path) for _ in range(ROUNDS)]
        worst = statistics.quantiles(took, n=100, method="inclusive")[-1]
        print(f"page {path:39}{statistics.median(took):9.1f}{worst:9.1f}{below:9}", flush=True)


async def shown(browser: ClientSession, path: str) -> float:
    """Milliseconds until the last byte is there."""
    begun = time.perf_counter()
    async with browser.get(path) as answer:
        body = await answer.read()
    took = (time.perf_counter() - begun) * 1000
    assert answer.status == 200, answer.status
    assert path != "/" or body.count(b'<tr id="account-') == ACCOUNTS
    return took


async def sign_in(browser: ClientSession, link: str) -> None:
    async with browser.post("/sign-in", data={"token": link.partition("token=")[2]}) as answer:
        assert answer.status == 200, answer.status


@asynccontextmanager
async def programs(house: House) -> AsyncIterator[list[Told]]:
    """Old programs ask for rates at a steady pace until the block ends; the answers they got."""
    answers: list[Told] = []

    async def one() -> None:
        answers.append(await house.ask(rate()))

    async def all_of_them() -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(one())
                await asyncio.sleep(1 / PACE)

    task = asyncio.create_task(all_of_them())
    try:
        yield answers
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


# --- thirty days ------------------------------------------------------------------------------------------------------


async def fill(house: House) -> None:
    """What thirty days leave in the store of a gateway that many programs use."""
    store, now = house.gateway.store, house.clock.utc()
    profiles = [house.profile, *[await house.consent() for _ in range(PROFILES - 1)]]
    accounts = [house.account, *[await add_account(house, number, profiles) for number in range(1, ACCOUNTS)]]
    keys = [house.key, *[await add_key(house, number, accounts) for number in range(1, KEYS)]]
    for day in reversed(range(DAYS)):
        begins = now - timedelta(days=day + 1)
        for number in range(A_DAY):
            store.note_exchange(went_through(number, begins, accounts, keys))
        await store.flush()
        for number in range(SHIPMENTS_A_DAY):
            await store.add_shipment(shipped(number, begins, accounts, keys, sealed=day < LABELS_KEPT))


async def add_account(house: House, number: int, profiles: Sequence[Profile]) -> Account:
    profile = profiles[number % len(profiles)]
    account = Account(0, f"B{number:05}", "simulator", f"Shop {number}", "30328", profile=profile.id, probe="linked")
    return await house.gateway.store.add_account(account)


async def add_key(house: House, number: int, accounts: Sequence[Account]) -> AccessKey:
    mine = accounts[number::KEYS]
    key = AccessKey(0, f"LICENCE0{number:08}", "cart", "hash", mine[0].id, frozenset(one.id for one in mine))
    return await house.gateway.store.add_key(replace(key, label=f"Cart {number}"))


def went_through(
    number: int, begins: datetime, accounts: Sequence[Account], keys: Sequence[AccessKey]
) -> ExchangeRecord:
    """One exchange in fifty did not go well."""
    return exchange(
        accounts[number % ACCOUNTS],
        begins + number * timedelta(days=1) / A_DAY,
        operation=OPERATIONS[number % len(OPERATIONS)],
        key=keys[number % KEYS].id,
        outcome=TROUBLES[number // 50 % len(TROUBLES)] if number % 50 == 0 else "ok",
        code="120100" if number % 50 == 0 else "",
        user_agent=f"Cart/{number % KEYS}",
    )


def shipped(
    number: int, begins: datetime, accounts: Sequence[Account], keys: Sequence[AccessKey], *, sealed: bool
) -> Shipment:
    """Confirmed, accepted and delivered, as nearly all are."""
    at, name = begins + number * timedelta(days=1) / SHIPMENTS_A_DAY, f"1ZA1B2C3{begins:%m%d}{number:06}"
    return Shipment(
        id=0,
        kind="shipment",
        key=keys[number % KEYS].id,
        account=accounts[number % ACCOUNTS].id,
        environment="simulator",
        dialect=Dialect.XML,
        operation=Operation.SHIP_CONFIRM,
        state=State.ACCEPTED,
        fingerprint=name.encode(),
        created_at=at,
        changed_at=at,
        number=name,
        tracking_numbers=(name,),
        delivered=True,
        delivered_at=at,
        sealed_request=bytes(1000) if sealed else None,
        sealed_reply=bytes(LABEL) if sealed else None,
    )
