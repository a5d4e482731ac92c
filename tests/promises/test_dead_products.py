"""A product of UPS's that is dead holds up nobody: not who asks for it, and not the rest."""

from __future__ import annotations

import re

from tests.gateway import confirm, rate
from tests.house import House

LATELY = "UPS's rating service has not answered lately; the gateway tries it again in N seconds."


async def test_a_dead_product_is_told_at_once_and_the_others_go_on(house: House) -> None:
    await house.ups.fault(path="/api/rating/", status=503)
    assert [(await house.ask(rate())).code for _ in range(5)] == ["10503"] * 5
    asked = await house.calls("/api/rating/")
    told = await house.ask(rate())
    assert (told.code, re.sub(r"\d+ seconds", "N seconds", told.words)) == ("20001", LATELY)
    assert told.text("Response/Error/ErrorSeverity") == "Transient"
    assert 1 <= int(told.text("Response/Error/MinimumRetrySeconds")) <= 5
    assert await house.calls("/api/rating/") == asked, "UPS is left alone"
    assert (await house.ask(confirm())).good, "shipping goes on"


async def test_one_answer_brings_a_dead_product_back(house: House) -> None:
    await house.ups.fault(path="/api/rating/", drop="before")
    for _ in range(5):
        await house.ask(rate())
    await house.ups.send("DELETE", "/_control/faults")
    assert not (await house.ask(rate())).good
    house.clock.advance(5)
    assert [(await house.ask(rate())).good for _ in range(3)] == [True] * 3
