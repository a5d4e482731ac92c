"""Answers that are not whole: halves, and what never ends."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientPayloadError

from tests.simulator.driving import Driver

SHIP = "/api/shipments/v2409/ship"


async def shipments(ups: Driver) -> list[str]:
    return [one["number"] for one in (await ups.send("GET", "/_control/shipments")).body]


@pytest.mark.parametrize(("where", "framing"), [("length", "Content-Length"), ("chunk", "Transfer-Encoding")])
async def test_half_of_the_usual_answer_comes_once_the_work_is_done(ups: Driver, where: str, framing: str) -> None:
    token = (await ups.consent())["access_token"]
    await ups.fault(path="/ship$", half=where)
    headers = {"Authorization": f"Bearer {token}", "transId": "1", "transactionSrc": "test"}
    async with ups.session.post(ups.url + SHIP, json={}, headers=headers) as response:
        assert (response.status, framing in response.headers) == (201, True)
        with pytest.raises(ClientPayloadError):
            await response.read()
    assert await shipments(ups) == ["1Z0000000000000001"]
    assert (await ups.calls())[-1] == ("POST", SHIP, 201, "demo")


async def test_half_of_a_given_answer_comes_without_the_work(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    await ups.fault(path="/ship$", status=400, body={"response": {}}, half="length")
    headers = {"Authorization": f"Bearer {token}", "transId": "1", "transactionSrc": "test"}
    async with ups.session.post(ups.url + SHIP, json={}, headers=headers) as response:
        assert (response.status, response.content_length) == (400, len('{"response":{}}'))
        assert await response.content.readany() == b'{"respo'
        with pytest.raises(ClientPayloadError):
            await response.read()
    assert await shipments(ups) == []


async def test_an_answer_without_end_goes_on_until_it_is_cut(ups: Driver) -> None:
    await ups.fault(path="rating", status=200, raw="[", headers={"Content-Type": "application/json"}, endless=True)
    async with ups.session.post(f"{ups.url}/api/rating/v2409/Rate") as response:
        assert await response.content.readexactly(1_000_000) == b"[" * 1_000_000
        response.close()
    assert (await ups.send("DELETE", "/_control/faults")).body == {"deleted": 1}


@pytest.mark.parametrize(
    "fault",
    [
        {"path": "x", "half": "header"},
        {"path": "x", "endless": True},
        {"path": "x", "status": 200, "raw": "", "endless": True},
        {"path": "x", "status": 200, "half": "chunk", "endless": True},
    ],
)
async def test_a_half_or_an_endless_one_that_cannot_be_is_refused(ups: Driver, fault: dict[str, Any]) -> None:
    answer = await ups.send("POST", "/_control/faults", json=[fault])
    assert (answer.status, list(answer.body)) == (400, ["error"])
