"""What became of every shipment that the simulated UPS made.

The rule: each is in somebody's hands, in the ledger, or voided; none was bought twice; and a person's word about an
unknown one makes its label come back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.endurance.station import Order
from tests.house import House
from ups_gateway.model import Shipment, State


@dataclass(frozen=True)
class Judgement:
    """Counts for the table, and what must not be."""

    counts: dict[str, int]
    wrong: tuple[str, ...]

    def print(self) -> None:
        for name, count in self.counts.items():
            print(f"{name:60}{count:9}")
        for words in self.wrong:
            print(f"WRONG: {words}")


@dataclass(frozen=True)
class Made:
    """One shipment at UPS."""

    number: str
    name: str
    """Of the order that it was made for."""
    voided: bool


async def judge(house: House, orders: Sequence[Order]) -> Judgement:
    """The gateway runs in this process, and nobody works any more."""
    made = [
        Made(one["number"], one["shipper"]["name"], all(package["voided"] for package in one["packages"]))
        for one in await house.shipments()
    ]
    rows = await house.gateway.store.shipments(limit=10 * len(made) + 1000)
    in_hand = {order.number: order for order in orders if order.number}
    known = {row.number: row for row in rows if row.number}
    unknown = {await _name(house, row): row for row in rows if row.state is State.UNKNOWN}
    wrong = [f"{name} was bought twice" for name, times in Counter(one.name for one in made).items() if times > 1]
    fates: Counter[str] = Counter()
    for one in made:
        fate = "voided" if one.voided else "held" if one.number in in_hand else "ledger" if one.number in known else ""
        if not fate and one.name in unknown:
            fate = "unknown"
            await house.gateway.shipping.desk.settle_unknown(unknown[one.name].id, one.number)
        if not fate:
            wrong.append(f"{one.number} of {one.name} is lost")
        elif fate in ("ledger", "unknown"):
            row = known.get(one.number) or unknown[one.name]
            if not [label.data for label in await house.gateway.shipping.desk.labels(row.id)]:
                wrong.append(f"{one.number} of {one.name} has no label")
        fates[fate] += 1
    wrong += _orders(orders, {one.number: one for one in made})
    counts = {
        "orders": len(orders),
        "shipments made by UPS": len(made),
        "- voided, by the program or because never accepted": fates["voided"],
        "- label in the program's hands": fates["held"],
        "- only in the ledger, label at hand": fates["ledger"],
        "- unknown to the ledger until a person says its number": fates["unknown"],
        "- lost": fates[""],
        "unknown in the ledger, and UPS never made it": len(unknown) - fates["unknown"],
        "bought twice": sum("twice" in words for words in wrong),
    }
    return Judgement(counts, tuple(wrong))


def _orders(orders: Iterable[Order], made: dict[str, Made]) -> list[str]:
    """What programs were told and is not true."""
    wrong = []
    for order in orders:
        if order.number and (order.number not in made or made[order.number].name != order.name):
            wrong.append(f"{order.name} was given {order.number}, which is not its own")
        elif order.number and made[order.number].voided != order.voided and not order.ended:
            wrong.append(f"{order.name}: the program was told that voided is {order.voided}, which is not so")
    return wrong


async def _name(house: House, row: Shipment) -> str:
    """Of the order that an unknown row was made for."""
    whole = await house.gateway.store.shipment(row.id)
    assert whole is not None
    assert whole.sealed_request is not None
    call, _ = await house.gateway.shipping._archive.open_call(whole.sealed_request)
    return str(call.body["ShipmentRequest"]["Shipment"]["Shipper"]["Name"])
