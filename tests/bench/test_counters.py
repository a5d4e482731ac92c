"""What a request costs, in figures that a busy machine does not change: calls of UPS, statements, instructions.

The rule: a figure that gets smaller is good news and is written down here; one that grows needs a reason.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any, Final, cast

import pytest

from tests.bench.loads import ACCOUNT, Load, loads
from tests.gateway import accept, confirm, rate
from tests.house import House, a_house
from ups_gateway import translate
from ups_gateway.model import Account, LegacyCall, RestReply, Terms, TwoPhase
from ups_gateway.store.sql import SqlStore
from ups_gateway.store.sqlite.database import Database

ON: Final = Account(1, ACCOUNT, "production", postal_code="30328")
TERMS: Final = Terms(TwoPhase.SHIP, TwoPhase.QUOTE, date(2026, 1, 15))
INSTRUCTIONS: Final = {
    "rate": 20,
    "rate shop": 90,
    "track": 89,
    "ship, label, ledger (SOAP)": 18,
    "ship accept, 20 labels": 38,
}
"""Of the interpreter, in thousands, for a request's whole translation with compiled tables: counted with Python 3.11.
Other versions differ by less than the quarter that is allowed on top."""
RATES: Final = 10


@dataclass
class Statements:
    """What the store was asked since the last `clear`: written, read in the thread, looked up in place."""

    written: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)

    def clear(self) -> None:
        for one in (self.written, self.read, self.looked_up):
            one.clear()

    def of_shipments(self) -> list[str]:
        """The changes of the ledger; each is a commit of its own, and is told once more for what its triggers do."""
        words = (one.split() for one in dict.fromkeys(self.written))
        return [one[0] for one in words if "shipments" in one[:3]]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as house:
        await house.ask(rate())
        yield house


@pytest.fixture
async def statements(house: House) -> AsyncIterator[Statements]:
    await house.gateway.store.flush()
    found = Statements()
    database = cast("Database", cast("SqlStore", house.gateway.store)._database)
    await database._writer.set_trace_callback(found.written.append)
    await database._reader.set_trace_callback(found.read.append)
    database._at_hand.set_trace_callback(found.looked_up.append)
    yield found
    database._at_hand.set_trace_callback(None)


async def test_rates_take_one_call_of_ups_each_and_no_token(house: House) -> None:
    before = await house.calls("/oauth"), await house.calls("/rating")
    for _ in range(RATES):
        assert (await house.ask(rate())).good
    assert (await house.calls("/oauth"), await house.calls("/rating")) == (before[0], before[1] + RATES)


async def test_a_rate_is_two_look_ups_in_place_and_a_note_behind_it(house: House, statements: Statements) -> None:
    for _ in range(RATES):
        assert (await house.ask(rate())).good
    assert statements.read == []
    tables = Counter("access_keys" if "access_keys" in one else "accounts" for one in statements.looked_up)
    assert tables == {"access_keys": RATES, "accounts": RATES}
    await house.gateway.store.flush()
    notes = [one for one in statements.written if one.split()[0] not in ("BEGIN", "COMMIT")]
    assert [one.split()[2] for one in notes] == ["exchanges"] * RATES


async def test_a_shipment_in_two_phases_is_six_commits(house: House, statements: Statements) -> None:
    confirmed = await house.ask(confirm())
    await house.until_settled()
    # intended, sent, created, delivered
    assert statements.of_shipments() == ["INSERT", "UPDATE", "UPDATE", "UPDATE"]
    statements.clear()
    assert (await house.ask(accept(confirmed.digest))).good
    await house.until_settled()
    # accepted, delivered
    assert statements.of_shipments() == ["UPDATE", "UPDATE"]


@pytest.mark.parametrize("load", loads(), ids=lambda load: load.name)
def test_translation_takes_no_more_instructions_than_it_did(load: Load) -> None:
    _, _, body = load.request("order 4711").partition(b"\r\n\r\n")
    call = LegacyCall("POST", "onlinetools.ups.com", load.path, "", {}, body)

    def whole() -> None:
        translated = translate.request(translate.read(call), ON, TERMS)
        reply = RestReply(200, {"content-type": "application/json"}, load.reply)
        assert translate.refusal(translated.asked, reply) is None
        translate.answer(translated, [reply], digest="d" * 43 if load.before else "")

    whole()  # compiles the tables
    assert 0 < instructions(whole) <= INSTRUCTIONS[load.name] * 1000 * 1.25


def instructions(run: Callable[[], None]) -> int:
    """How many the interpreter carries out for it."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    former = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(former)
    return count
