"""Slow senders, many connections and endless framing, on a gateway with short limits."""

from __future__ import annotations

import asyncio

import pytest

from tests.web.wire import (
    DONE,
    PATIENCE,
    Client,
    Scripted,
    asked,
    eventually,
    listener,
    post,
    read_answer,
    running,
    said,
)
from ups_gateway.web.middleware import Limits

VOID = "/ups.app/xml/Void"
LATE = said(VOID, "10001: The request did not come in whole in time.")
IMPROPER = "10001: The request is not proper HTTP: the chunks"
HEAD = b"POST /ups.app/xml/Void HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        pytest.param(HEAD, b"X: y\r\n", id="headers"),
        pytest.param(HEAD + b"X: ", b"y", id="a header"),
        pytest.param(HEAD + b"Content-Length: 1000000\r\n\r\n", b"<", id="a body"),
        pytest.param(CHUNKED, b"400\r\n" + b"x" * 1024 + b"\r\n", id="chunks"),
        pytest.param(CHUNKED + b"F4240\r\n", b"x", id="a chunk"),
    ],
)
async def test_who_sends_a_little_for_ever_is_answered_at_the_limit(begin: bytes, piece: bytes) -> None:
    exchange = Scripted()
    made = listener(exchange, limits=Limits(receive=0.2, max_body=2_000_000))
    async with running(made) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(begin)
        answer = asyncio.create_task(reader.read())
        for _ in range(50):
            if answer.done():
                break
            writer.write(piece)
            await asyncio.wait({answer}, timeout=0.01)
        async with asyncio.timeout(PATIENCE):
            assert read_answer(await answer)[2] == LATE
        writer.close()
        assert read_answer(await asked(port, post()))[2] == DONE
    assert [call.body for call in exchange.calls] == [b"<x/>"]


async def test_a_hundred_slow_senders_hold_up_nobody() -> None:
    made = listener(Scripted(), limits=Limits(receive=0.5))
    async with running(made) as port:
        slow = []
        for number in range(100):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write((HEAD + b"Content-Length: 9\r\n\r\n<x/>")[: 40 + number])
            slow.append((reader, writer))
        assert read_answer(await asked(port, post()))[2] == DONE
        async with asyncio.timeout(PATIENCE):
            answers = [read_answer(await reader.read())[2] for reader, _ in slow]
        for _, writer in slow:
            writer.close()
    assert answers == [LATE] * 100


@pytest.mark.parametrize(
    ("chunks", "words"),
    [
        pytest.param(b"1\r\nx\r\n" * 20_000, "are too small", id="chunks of one byte"),
        pytest.param(b"1;" + b"a" * 200_000, "say too much beside the body", id="one extension"),
        pytest.param((b"1;" + b"a" * 1_000 + b"\r\nx\r\n") * 200, "say too much beside the body", id="extensions"),
    ],
)
async def test_framing_that_outweighs_the_body_is_refused(chunks: bytes, words: str) -> None:
    exchange = Scripted()
    async with running(listener(exchange, limits=Limits(max_body=50_000))) as port:
        answer = await asked(port, CHUNKED + chunks)
    assert read_answer(answer)[2] == said(VOID, f"{IMPROPER} {words}")
    assert exchange.calls == []


async def test_a_large_body_in_small_chunks_arrives_whole() -> None:
    exchange = Scripted()
    body = b"0123456789" * 100
    async with running(listener(exchange)) as port:
        await asked(port, CHUNKED + (b"3e8\r\n" + body + b"\r\n") * 2_000 + b"0\r\n\r\n")
    assert exchange.calls[0].body == body * 2_000


async def test_bodies_that_fill_the_room_together_are_refused_as_transient_and_give_it_back() -> None:
    exchange = Scripted()
    made = listener(exchange, limits=Limits(max_body=1_000))
    large = post(VOID, b"x" * 1_000)
    words = "20001: The gateway is busy with other large requests. Nothing was done; try again in a moment."
    async with running(made) as port:
        senders = [Client(port) for _ in range(10)]
        for sender in senders:
            await sender.__aenter__()
            await sender.send(large[:-1])
        await eventually(lambda: made.room.taken == 9_990)
        assert read_answer(await asked(port, large))[2] == said(VOID, words)
        await eventually(lambda: made.room.taken == 9_990)
        await senders[0].send(b"x")
        assert read_answer(await senders[0].rest())[2] == DONE
        for sender in senders:
            sender.close()
        await eventually(lambda: made.room.taken == 0)
        assert read_answer(await asked(port, large))[2] == DONE


async def test_an_empty_line_before_the_request_may_come_in_pieces() -> None:
    exchange = Scripted()
    async with running(listener(exchange)) as port, Client(port) as client:
        for piece in (
            b"\r",
            b"\n\r\n",
            HEAD + b"Content-Length: 4\r",
            b"\n\r",
            b"\n<x/>",
        ):
            await client.send(piece)
        assert read_answer(await client.rest())[2] == DONE
    assert [call.body for call in exchange.calls] == [b"<x/>"]
