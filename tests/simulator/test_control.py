"""The control interface: faults, call log, clock, tokens and shipments."""

import asyncio
import time
from typing import Any

import pytest
from aiohttp import ServerDisconnectedError

from tests.simulator.conftest import Serve
from tests.simulator.driving import Driver
from ups_gateway.simulator.config import Settings
from ups_gateway.simulator.world import SimulatedClock

RATE = "/api/rating/v2409/Rate"


async def shipments(ups: Driver) -> Any:
    return (await ups.send("GET", "/_control/shipments")).body


# --- faults


async def test_a_fault_answers_instead_of_the_work(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    body = {"response": {"errors": [{"code": "190001", "message": "Void is not available."}]}}
    await ups.fault(path="/ship$", status=503, body=body, headers={"Retry-After": "7"})
    answer = await ups.rest("POST", "/api/shipments/v2409/ship", token, json={})
    assert (answer.status, answer.body, answer.headers["Retry-After"]) == (503, body, "7")
    assert answer.headers["Content-Type"] == "application/json"
    assert (await shipments(ups), (await ups.rate(token)).status) == ([], 200)
    assert (await ups.calls())[-2:] == [
        ("POST", "/api/shipments/v2409/ship", 503, "demo"),
        ("POST", RATE, 200, "demo"),
    ]


async def test_a_fault_without_a_body_says_its_status(ups: Driver) -> None:
    await ups.fault(path="rating", status=503)
    answer = await ups.send("POST", RATE)
    assert (answer.status, answer.body) == (
        503,
        {"response": {"errors": [{"code": "10503", "message": "Service Unavailable"}]}},
    )


async def test_a_fault_can_answer_with_what_is_not_json(ups: Driver) -> None:
    await ups.fault(path="rating", status=502, raw="<html>Bad gateway", times=1)
    await ups.fault(path="rating", status=200, raw="{", headers={"content-type": "application/json"}, times=1)
    answer = await ups.send("POST", RATE)
    assert (answer.status, answer.body) == (502, "<html>Bad gateway")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    async with ups.session.post(ups.url + RATE) as response:
        assert (response.headers.getall("Content-Type"), await response.text()) == (["application/json"], "{")


async def test_a_body_of_null_is_sent_as_null(ups: Driver) -> None:
    await ups.fault(path="rating", status=200, body=None)
    assert (await ups.send("POST", RATE)).body is None


async def test_faults_apply_in_their_order_and_count_down(ups: Driver) -> None:
    await ups.fault(path="rating", method="DELETE", status=599)
    await ups.fault(path=r"rating/.*\?a=1$", status=501, times=2)
    await ups.fault(path="rating", status=502, times=1)
    await ups.fault(path="rating", status=503)
    statuses = [(await ups.send("POST", f"{RATE}?a=1")).status for _ in range(5)]
    assert statuses == [501, 501, 502, 503, 503]
    assert (await ups.send("GET", "/_control/faults")).body == [
        {"path": "rating", "method": "DELETE", "status": 599},
        {"path": "rating", "status": 503},
    ]
    assert (await ups.send("DELETE", "/_control/faults")).body == {"deleted": 2}
    assert (await ups.send("POST", RATE)).status == 401


async def test_faults_apply_to_oauth_and_keep_the_owner_of_the_call(ups: Driver) -> None:
    pair = await ups.consent()
    await ups.fault(path="/oauth/refresh", status=429, times=1)
    assert (await ups.refresh(pair["refresh_token"])).code == "10429"
    assert (await ups.refresh(pair["refresh_token"])).status == 200
    assert (await ups.calls())[-2:] == [
        ("POST", "/security/v1/oauth/refresh", 429, "demo"),
        ("POST", "/security/v1/oauth/refresh", 200, "demo"),
    ]


async def test_a_connection_cut_before_the_work_leaves_nothing_done(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    await ups.fault(path="/ship$", drop="before")
    with pytest.raises(ServerDisconnectedError):
        await ups.rest("POST", "/api/shipments/v2409/ship", token, json={})
    assert await shipments(ups) == []
    assert (await ups.calls())[-1] == ("POST", "/api/shipments/v2409/ship", 0, "demo")


async def test_a_connection_cut_after_the_work_leaves_it_done(ups: Driver) -> None:
    pair = await ups.consent()
    await ups.fault(path="/ship$|/refresh$", drop="after", times=2)
    with pytest.raises(ServerDisconnectedError):
        await ups.rest("POST", "/api/shipments/v2409/ship", pair["access_token"], json={})
    with pytest.raises(ServerDisconnectedError):
        await ups.refresh(pair["refresh_token"])
    assert [shipment["number"] for shipment in await shipments(ups)] == ["1Z0000000000000001"]
    assert (await ups.refresh(pair["refresh_token"])).status == 401
    assert (await ups.calls())[-3:] == [
        ("POST", "/api/shipments/v2409/ship", 0, "demo"),
        ("POST", "/security/v1/oauth/refresh", 0, "demo"),
        ("POST", "/security/v1/oauth/refresh", 401, "demo"),
    ]


async def test_a_delay_waits_in_real_time_and_the_call_is_listed_as_running(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    await ups.send("DELETE", "/_control/calls")
    await ups.fault(path="rating", delay_ms=300)
    begun = time.monotonic()
    waiting = asyncio.create_task(ups.rate(token))
    running: list[Any] = []
    while not running and time.monotonic() < begun + 5:
        running = (await ups.send("GET", "/_control/calls?running=true")).body
    assert running == [{"method": "POST", "path": RATE, "status": None, "grant": "demo"}]
    assert await ups.calls() == []
    assert ((await waiting).status, time.monotonic() - begun >= 0.3) == (200, True)
    assert await ups.calls() == [("POST", RATE, 200, "demo")]


async def test_the_work_is_done_although_the_client_hung_up(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    await ups.fault(path="/ship$", delay_ms=200)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await ups.rest("POST", "/api/shipments/v2409/ship", token, json={})
    async with asyncio.timeout(5):
        while not await shipments(ups):
            pass
    assert (await ups.calls())[-1] == ("POST", "/api/shipments/v2409/ship", 201, "demo")


@pytest.mark.parametrize(
    "fault",
    [
        {"path": "("},
        {"path": "x"},
        {"status": 500},
        {"path": "x", "status": 99},
        {"path": "x", "status": "500"},
        {"path": "x", "drop": "later"},
        {"path": "x", "status": 500, "times": 0},
        {"path": "x", "delay_ms": -1},
        {"path": "x", "status": 500, "body": {}, "raw": ""},
        {"path": "x", "status": 500, "delay": 3},
        "x",
    ],
)
async def test_a_fault_that_is_not_understood_is_refused(ups: Driver, fault: Any) -> None:
    answer = await ups.send("POST", "/_control/faults", json=[fault])
    assert (answer.status, list(answer.body)) == (400, ["error"])
    assert (await ups.send("GET", "/_control/faults")).body == []


async def test_one_fault_may_come_without_its_list(ups: Driver) -> None:
    answer = await ups.send("POST", "/_control/faults", json={"path": "x", "status": 500, "times": 3})
    assert (answer.status, answer.body) == (200, [{"path": "x", "status": 500, "times": 3}])


# --- calls


async def test_calls_are_logged_in_order_with_their_query_as_sent(ups: Driver) -> None:
    code = await ups.code()
    pair = (await ups.exchange(code)).body
    path = "/api/shipments/v2409/void/cancel/1Z1?trackingnumber=%5B%221Z2%22%5D"
    status = await ups.raw(
        f"DELETE {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {pair['access_token']}\r\n"
        "Connection: close\r\n\r\n"
    )
    assert status == "HTTP/1.1 200 OK"
    await ups.send("GET", "/")
    rows = await ups.calls()
    assert rows[0][1].startswith("/security/v1/oauth/authorize?client_id=demo-client&redirect_uri=https")
    assert [(method, status, grant) for method, _, status, grant in rows] == [
        ("GET", 302, None),
        ("POST", 200, "demo"),
        ("DELETE", 200, "demo"),
    ]
    assert rows[2][1] == path
    assert (await ups.send("DELETE", "/_control/calls")).body == {"deleted": 3}
    assert await ups.calls() == []


# --- clock


async def test_the_clock_moves_for_the_world_and_for_tokens(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    before = (await ups.send("GET", "/_control/clock")).body["epoch"]
    answer = await ups.send("POST", "/_control/clock", json={"advance_seconds": 3600})
    assert before + 3600 <= answer.body["epoch"] < before + 3700
    assert answer.body["now"].endswith("+00:00")
    expired = await ups.rate(token)
    assert (expired.status, expired.code) == (401, "250002")
    assert (await ups.calls())[-1] == ("POST", RATE, 401, "demo")


async def test_a_clock_that_was_handed_in_is_the_one_that_moves(serve: Serve) -> None:
    clock = SimulatedClock(lambda: 1_000.0)
    ups = await serve(clock=clock)
    await ups.advance(5.5)
    assert clock.now() == 1_005.5


async def test_a_bare_callable_is_the_source_of_the_clock(serve: Serve) -> None:
    ups = await serve(clock=lambda: 1_000.0)
    await ups.advance(5)
    assert (await ups.send("GET", "/_control/clock")).body == {"now": "1970-01-01T00:16:45+00:00", "epoch": 1005.0}


@pytest.mark.parametrize("body", [b"", b"{}", b'{"advance_seconds": -1}', b'{"advance_seconds": "5"}', b'{"x": 1}'])
async def test_a_clock_call_that_is_not_understood_is_refused(ups: Driver, body: bytes) -> None:
    answer = await ups.send("POST", "/_control/clock", data=body)
    assert (answer.status, list(answer.body)) == (400, ["error"])


# --- tokens


async def change(ups: Driver, **body: Any) -> Any:
    answer = await ups.send("POST", "/_control/tokens", json=body)
    return answer.body if answer.status == 200 else (answer.status, list(answer.body))


async def test_access_tokens_of_one_grant_expire(ups: Driver) -> None:
    demo, outlet = await ups.consent("demo"), await ups.consent("outlet")
    assert await change(ups, expire="access", grant="demo") == {"changed": 1}
    assert await change(ups, expire="access", grant="demo") == {"changed": 0}
    assert (await ups.rate(demo["access_token"])).code == "250002"
    assert (await ups.rate(outlet["access_token"])).status == 200
    assert (await ups.refresh(demo["refresh_token"])).status == 200


async def test_refresh_tokens_of_all_grants_expire(ups: Driver) -> None:
    demo, outlet = await ups.consent("demo"), await ups.consent("outlet")
    assert await change(ups, expire="refresh") == {"changed": 2}
    for pair in (demo, outlet):
        assert (await ups.rate(pair["access_token"])).status == 200
        assert (await ups.refresh(pair["refresh_token"])).status == 401


async def test_revoked_grants_have_nothing_left(ups: Driver) -> None:
    demo, outlet = await ups.consent("demo"), await ups.consent("outlet")
    assert await change(ups, revoke=True, grant="outlet") == {"changed": 2}
    assert (await ups.rate(outlet["access_token"])).code == "250002"
    assert (await ups.refresh(outlet["refresh_token"])).status == 401
    assert (await ups.rate(demo["access_token"])).status == 200
    assert (await ups.rate((await ups.consent("outlet"))["access_token"])).status == 200


async def test_client_credentials_are_a_grant_of_their_own(ups: Driver) -> None:
    token = (await ups.client_credentials()).body["access_token"]
    pair = await ups.consent()
    assert await change(ups, expire="access", grant="demo-client") == {"changed": 1}
    assert (await ups.rate(token)).code == "250002"
    assert (await ups.rate(pair["access_token"])).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"expire": "all"},
        {"revoke": False},
        {"revoke": True, "expire": "access"},
        {"revoke": True, "grant": "nobody"},
        {"revoke": True, "grants": "demo"},
    ],
)
async def test_a_token_change_that_is_not_understood_is_refused(ups: Driver, body: dict[str, Any]) -> None:
    assert await change(ups, **body) == (400, ["error"])


# --- shipments, and what is not there


async def test_shipments_are_listed_without_their_long_texts(serve: Serve) -> None:
    ups = await serve(clock=lambda: 0.0)
    token = (await ups.consent())["access_token"]
    await ups.rest("POST", "/api/shipments/v2409/ship", token, json={"notes": ["a"]})
    assert await shipments(ups) == [
        {
            "number": "1Z0000000000000001",
            "made": "1970-01-01T00:00:00Z",
            "label": "(5000 characters)",
            "body": {"notes": ["a"]},
        }
    ]


async def test_unknown_control_paths_are_404(ups: Driver) -> None:
    answer = await ups.send("GET", "/_control/other")
    assert (answer.status, list(answer.body)) == (404, ["error"])
    assert await ups.calls() == []


async def test_without_control_there_is_no_control_interface(serve: Serve) -> None:
    ups = await serve(Settings(), control=False)
    for path in ("faults", "calls", "clock", "tokens", "shipments"):
        for method in ("GET", "POST", "DELETE"):
            answer = await ups.send(method, f"/_control/{path}")
            assert (answer.status, answer.code) == (404, "10404")
