"""The long runs, cut short: that they run and can judge."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.endurance.judging import judge
from tests.endurance.kills import kills
from tests.endurance.soak import soak
from tests.endurance.station import Order
from tests.gateway import accept, confirm
from tests.house import House


async def test_two_kills_lose_nothing(tmp_path: Path) -> None:
    judgement = await kills(tmp_path, times=2, stations=4, seed=1)
    assert judgement.wrong == ()
    assert judgement.counts["kills"] == 2
    assert judgement.counts["orders"] >= 4


async def test_a_moment_of_mischief_is_survived(tmp_path: Path) -> None:
    judgement = await soak(tmp_path, minutes=0.07, stations=4, seed=1, afterwards=0.1)
    assert judgement.wrong == ()
    assert judgement.counts["requests"] > 0


async def test_what_is_lost_or_bought_twice_is_seen(house: House) -> None:
    """The judge's own eyes."""
    confirmed = [await house.ask(confirm()) for _ in range(2)]
    await house.ask(accept(confirmed[0].digest))
    _, row = await house.rows()
    assert await house.gateway.store.change_shipment(replace(row, number=""), expected={row.state})
    stranger = Order("Blue", confirmed[0].number)
    judgement = await judge(house, [stranger])
    assert judgement.wrong == (
        "Acme was bought twice",
        f"{confirmed[1].number} of Acme is lost",
        f"Blue was given {confirmed[0].number}, which is not its own",
    )
