"""Answers that UPS takes long for: begun in time and kept alive, or held back whole."""

from __future__ import annotations

import pytest

from tests.web.wire import (
    DECLARATION,
    DONE,
    FAST,
    PATIENCE,
    Client,
    Scripted,
    listener,
    post,
    read_answer,
    running,
    said,
    slow_start,
)
from ups_gateway import translate
from ups_gateway.model import LegacyCall


async def test_a_slow_answer_is_begun_in_time_and_kept_alive_with_blanks() -> None:
    exchange = Scripted()
    exchange.gate.clear()
    async with running(listener(exchange, pace=FAST)) as port, Client(port) as client:
        await client.send(post())
        begun = await client.until(b"1\r\n \r\n1\r\n \r\n")
        exchange.gate.set()
        first, headers, body = read_answer(begun + await client.rest())
    del headers["date"]
    assert (first, headers) == (
        "HTTP/1.1 200 OK",
        {"content-type": "application/xml", "transfer-encoding": "chunked", "connection": "close"},
    )
    assert body.startswith(DECLARATION + b"  ")
    assert body.replace(b" ", b"") == DONE.replace(b" ", b"")
    assert exchange.limits == [FAST.total]


async def test_a_slow_json_answer_begins_with_nothing_but_its_head() -> None:
    exchange = Scripted(body=b'{"a":1}')
    exchange.gate.clear()
    async with running(listener(exchange, pace=FAST)) as port, Client(port) as client:
        await client.send(post("/json/Rate"))
        begun = await client.until(b"\r\n\r\n")
        exchange.gate.set()
        _, headers, body = read_answer(begun + await client.rest())
    assert headers["content-type"] == "application/json"
    assert body.strip() == b'{"a":1}'


async def test_an_answer_that_its_key_wants_whole_is_not_begun() -> None:
    exchange = Scripted(body=b'{"a":1}', whole=True)
    exchange.gate.clear()
    async with running(listener(exchange, pace=FAST)) as port, Client(port) as client:
        await client.send(post("/json/Rate"))
        await exchange.arrived.wait()
        client.socket.settimeout(4 * FAST.begin)
        with pytest.raises(TimeoutError):
            await client.some()
        client.socket.settimeout(PATIENCE)
        exchange.gate.set()
        _, headers, body = read_answer(await client.rest())
    assert (headers["content-length"], body, exchange.limits) == ("7", b'{"a":1}', [FAST.whole])


async def test_a_bug_behind_a_begun_answer_is_told_inside_it(caplog: pytest.LogCaptureFixture) -> None:
    exchange = Scripted(fails=ZeroDivisionError())
    exchange.gate.clear()
    async with running(listener(exchange, pace=FAST)) as port, Client(port) as client:
        await client.send(post())
        begun = await client.until(b"\r\n\r\n")
        exchange.gate.set()
        _, _, body = read_answer(begun + await client.rest())
    words = "20001: The gateway failed on this request; its log says more. Please report it."
    assert body.replace(b" ", b"") == said("/ups.app/xml/Rate", words).replace(b" ", b"")
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    "data", [post(version="1.0"), post("/ship/v1/rating/Rate")], ids=["HTTP/1.0", "a dialect with statuses"]
)
async def test_where_an_answer_must_go_out_whole_ups_has_less_time_and_nothing_is_begun(data: bytes) -> None:
    exchange = Scripted()
    exchange.gate.clear()
    async with running(listener(exchange, pace=FAST)) as port, Client(port) as client:
        await client.send(data)
        await exchange.arrived.wait()
        client.socket.settimeout(FAST.begin + FAST.blank)
        with pytest.raises(TimeoutError):
            await client.some()
        client.socket.settimeout(5)
        exchange.gate.set()
        assert read_answer(await client.rest())[2] == DONE
    assert exchange.limits == [FAST.whole]


@pytest.mark.parametrize("path", ["/ups.app/xml/Rate", "/json/Rate", "/ship/v1/rating/Rate"])
def test_the_slow_start_of_these_tests_is_that_of_the_dialects(path: str) -> None:
    call = LegacyCall("POST", "", path, "", {}, b"")
    assert slow_start(call) == translate.slow_start(call)
