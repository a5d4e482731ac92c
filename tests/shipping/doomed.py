"""A process with a ledger that goes as far as it is told, says so, and waits to be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.shipping.scripted import SHIP, Socket, a_house
from ups_gateway.oauth.vault import Key, parse_key


async def live(folder: Path, key: Key, stage: str) -> None:
    async with a_house(folder, key=key) as house:
        house.ups.door = asyncio.Event() if stage == "intended" else None
        house.ups.gate = asyncio.Event() if stage == "sent" else None
        running = asyncio.create_task(house.shipping.create(house.confirm(), SHIP, Socket()))
        if house.ups.door is None and house.ups.gate is None:
            await running
        else:
            await house.ups.arrived.wait()
        if stage == "accepted":
            await house.shipping.accept(house.order(b"accept"), "digest1", Socket())
        if stage == "voiding":
            house.ups.gate, house.ups.arrived = asyncio.Event(), asyncio.Event()
            page = asyncio.create_task(house.shipping.voids.by_page(1))
            await house.ups.arrived.wait()
            assert not page.done()
        sys.stdout.write("here\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    place, text, how_far = sys.argv[1:]
    asyncio.run(live(Path(place), parse_key(text, "the argument"), how_far))
