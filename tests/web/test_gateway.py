"""The legacy listener over real sockets: whatever comes in, an old-style answer goes out."""

from __future__ import annotations

import asyncio

import pytest

from tests.web.wire import (
    DECLARATION,
    DONE,
    FAST,
    Client,
    Scripted,
    asked,
    eventually,
    fault,
    listener,
    post,
    read_answer,
    running,
    said,
)
from ups_gateway.errors import StoreFailed
from ups_gateway.model import LegacyCall
from ups_gateway.web.gateway import Listener
from ups_gateway.web.middleware import Limits


async def test_a_request_is_handed_on_as_it_came_in_and_its_answer_goes_out_whole() -> None:
    exchange = Scripted()
    data = post("/ups.app/xml/R%61te?a=%20&b", b"<A/>\n<B/>", "X-Name:  \xe4 ", "x-name: second")
    async with running(listener(exchange)) as port:
        first, headers, body = read_answer(await asked(port, data))
    assert exchange.calls == [
        LegacyCall(
            "POST",
            "onlinetools.ups.com",
            "/ups.app/xml/R%61te",
            "a=%20&b",
            {"host": "onlinetools.ups.com", "content-length": "9", "x-name": "ä"},
            b"<A/>\n<B/>",
        )
    ]
    assert exchange.peers == ["127.0.0.1"]
    assert exchange.limits == [60.0]
    del headers["date"]
    assert (first, headers, body) == (
        "HTTP/1.1 200 OK",
        {"content-type": "application/xml", "content-length": str(len(DONE)), "connection": "close"},
        DONE,
    )


@pytest.mark.parametrize(
    ("data", "body"),
    [
        pytest.param(
            b"POST /ups.app/xml/Rate HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc",
            b"abc",
            id="HTTP/1.0, no host, no content type",
        ),
        pytest.param(
            b"POST /ups.app/xml/Rate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
            b"abcde",
            id="chunked",
        ),
        pytest.param(
            post("/ups.app/xml/Rate", b"a=1&b=<x/>", "Content-Type: application/x-www-form-urlencoded"),
            b"a=1&b=<x/>",
            id="a form content type on raw XML",
        ),
        pytest.param(post("/ups.app/xml/Rate", b"abc") + b"\r\n\0\0junk\r\n\r\n", b"abc", id="junk after the body"),
        pytest.param(
            b"POST /ups.app/xml/Rate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3\r\nabc\r\n0\r\n\r\nGARBAGE",
            b"abc",
            id="junk after the last chunk",
        ),
        pytest.param(b"\r\n\r\n" + post("/ups.app/xml/Rate", b"abc"), b"abc", id="empty lines before the request"),
        pytest.param(
            post(
                "/ups.app/xml/Rate", b"abc", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AA"
            ),
            b"abc",
            id="Java offers HTTP/2",
        ),
        pytest.param(
            post("/ups.app/xml/Rate", b"\x1f\x8b", "Content-Encoding: gzip"), b"\x1f\x8b", id="never decompressed"
        ),
        pytest.param(post("/ups.app/xml/Rate", b"<a>\r<b>\n"), b"<a>\r<b>\n", id="a lone CR in the body"),
    ],
)
async def test_old_ways_to_send_a_request_are_served(data: bytes, body: bytes) -> None:
    exchange = Scripted()
    async with running(listener(exchange)) as port:
        answer = read_answer(await asked(port, data))
    assert [call.body for call in exchange.calls] == [body]
    assert answer[2] == DONE


async def test_an_http_1_0_client_gets_an_http_1_0_answer() -> None:
    async with running(listener(Scripted())) as port:
        first, _, body = read_answer(await asked(port, post(version="1.0")))
    assert (first, body) == ("HTTP/1.0 200 OK", DONE)


async def test_a_client_that_asks_whether_to_send_its_body_is_told_to() -> None:
    exchange = Scripted(body=None)
    async with running(listener(exchange)) as port, Client(port) as client:
        await client.send(post("/ups.app/xml/Rate", b"abc", "Expect: 100-continue").removesuffix(b"abc"))
        assert await client.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        await client.send(b"abc")
        assert read_answer(await client.rest())[2] == b"abc"


async def test_a_body_that_is_too_large_is_not_asked_for() -> None:
    async with running(listener(Scripted(), limits=Limits(max_body=10))) as port:
        data = b"POST /ups.app/xml/Void HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n"
        answer = read_answer(await asked(port, data))
    assert answer[2] == said("/ups.app/xml/Void", "10013: The request is larger than 10 bytes.")


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "/ 10001", id="TLS on the plain port"),
        pytest.param(b"POST\r\n\r\n", "/ 10001", id="no request line"),
        pytest.param(
            b"POST /ups.app/xml/Void HTTP/9.9\r\nHost: x\r\n\r\n", "/ups.app/xml/Void 10001", id="an unknown version"
        ),
        pytest.param(b"B@D /ups.app/xml/Void HTTP/1.1\r\n\r\n", "/ups.app/xml/Void 10001", id="no method"),
        pytest.param(
            b"POST http://www.ups.com/ups.app/xml/Void HTTP/1.1\r\nHost: x\r\nBad Header: x\r\n\r\n",
            "/ups.app/xml/Void 10001",
            id="a bad header name",
        ),
        pytest.param(
            b"POST /ups.app/xml/Void HTTP/1.1\r\nHost: x\rX: y\r\n\r\n", "/ups.app/xml/Void 10001", id="a lone CR"
        ),
        pytest.param(b"POST /webservices/Ship HTTP/1.1\nHost: x\n\n", "/webservices/Ship 10001", id="LF line ends"),
        pytest.param(
            b"POST /ups.app/xml/Void HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
            "/ups.app/xml/Void 10001",
            id="a long header",
        ),
        pytest.param(
            b"POST /ups.app/xml/Void HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000,
            "/ups.app/xml/Void 10001",
            id="a header without an end",
        ),
        pytest.param(
            b"POST /ups.app/xml/Void HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 300 + b"\r\n",
            "/ups.app/xml/Void 10001",
            id="too many headers",
        ),
        pytest.param(
            b"POST /ups.app/xml/Void HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "/ups.app/xml/Void 10001",
            id="two lengths",
        ),
        pytest.param(
            b"POST /ups.app/xml/Void HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "/ups.app/xml/Void 10001",
            id="a bad length",
        ),
        pytest.param(
            b"POST /ups.app/xml/Void HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "/ups.app/xml/Void 10001",
            id="length and chunks",
        ),
        pytest.param(
            b"POST /ups.app/xml/Void HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
            "/ups.app/xml/Void 10001",
            id="a bad chunk",
        ),
        pytest.param(
            b"POST /ups.app/xml/Void HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\nabc",
            "/ups.app/xml/Void 10001",
            id="an unknown transfer encoding",
        ),
    ],
)
async def test_nonsense_is_answered_in_the_dialect_of_its_path(data: bytes, answer: str) -> None:
    exchange = Scripted()
    async with running(listener(exchange)) as port:
        _, _, body = read_answer(await asked(port, data))
    assert exchange.calls == []
    assert body.removeprefix(DECLARATION + b"<").decode().partition(":")[0] == answer


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"POST /ups.app/xml/Void HT", id="in the request line"),
        pytest.param(b"POST /ups.app/xml/Void HTTP/1.1\r\nHost: x\r\n", id="in the head"),
        pytest.param(post("/ups.app/xml/Void", b"abc")[:-1], id="in the body"),
        pytest.param(
            b"POST /ups.app/xml/Void HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", id="in a chunk"
        ),
    ],
)
async def test_a_request_that_is_cut_short_is_answered(data: bytes) -> None:
    words = "10001: The request is not proper HTTP: the connection was closed before the request had come in whole"
    async with running(listener(Scripted())) as port, Client(port) as client:
        await client.send(data)
        client.half_close()
        assert read_answer(await client.rest())[2] == said("/ups.app/xml/Void", words)


async def test_a_sender_that_is_too_slow_is_cut_off_with_an_answer() -> None:
    async with (
        running(listener(Scripted(), limits=Limits(receive=0.1), pace=FAST)) as port,
        Client(port) as head,
        Client(port) as body,
    ):
        await head.send(b"POST /ups.app/xml/Void HTTP/1.1\r\n")
        await body.send(post("/ups.app/xml/Void", b"abc")[:-1])
        expected = said("/ups.app/xml/Void", "10001: The request did not come in whole in time.")
        assert [read_answer(await one.rest())[2] for one in (head, body)] == [expected, expected]


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_is_too_large_is_refused_though_the_client_goes_on_sending(*, chunked: bool) -> None:
    exchange = Scripted()
    body = b"x" * 3_000_000
    async with running(listener(exchange, limits=Limits(max_body=1_000_000))) as port, Client(port) as client:
        if chunked:
            await client.send(b"POST /ups.app/xml/Void HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            await client.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
        else:
            await client.send(post("/ups.app/xml/Void", body))
        answer = read_answer(await client.rest())
    assert answer[2] == said("/ups.app/xml/Void", "10013: The request is larger than 1000000 bytes.")
    assert exchange.calls == []


async def test_a_large_body_within_the_limit_arrives_whole() -> None:
    exchange = Scripted()
    body = b"0123456789" * 500_000
    async with running(listener(exchange)) as port:
        read_answer(await asked(port, post(body=body)))
    assert exchange.calls[0].body == body


async def test_a_large_answer_arrives_whole_at_a_client_that_reads_slowly() -> None:
    exchange = Scripted(body=b"0123456789" * 500_000, shipment=1)
    async with running(listener(exchange)) as port:
        assert read_answer(await asked(port, post()))[2] == exchange.body
        assert await exchange.settled.get() == (1, True)


async def test_more_requests_than_the_limit_are_refused_as_transient() -> None:
    exchange = Scripted()
    exchange.gate.clear()
    async with running(listener(exchange, limits=Limits(requests=1))) as port, Client(port) as first:
        await first.send(post())
        await exchange.arrived.wait()
        words = "20001: The gateway is busy with other requests. Nothing was done; try again in a moment."
        assert read_answer(await asked(port, post("/ups.app/xml/Void")))[2] == said("/ups.app/xml/Void", words)
        exchange.gate.set()
        assert read_answer(await first.rest())[2] == DONE
        assert read_answer(await asked(port, post()))[2] == DONE


async def test_more_connections_than_the_limit_are_refused_and_twice_as_many_cut() -> None:
    made = listener(Scripted(), limits=Limits(connections=1))
    async with running(made) as port, Client(port) as first, Client(port) as second:
        await eventually(lambda: len(made.open) == 2)
        with pytest.raises(ConnectionResetError):
            await asked(port, b"")
        await second.send(post())
        words = "20001: The gateway is busy with other requests. Nothing was done; try again in a moment."
        assert read_answer(await second.rest())[2] == said("/ups.app/xml/Rate", words)
        second.close()
        await eventually(lambda: len(made.open) == 1)
        await first.send(post())
        assert read_answer(await first.rest())[2] == DONE


async def test_a_bug_of_ours_is_answered_in_the_callers_dialect(caplog: pytest.LogCaptureFixture) -> None:
    exchange = Scripted(fails=ZeroDivisionError("secret-canary"))
    words = "20001: The gateway failed on this request; its log says more. Please report it."
    async with running(listener(exchange)) as port:
        answer = read_answer(await asked(port, post("/ups.app/xml/Void")))
    assert answer[2] == said("/ups.app/xml/Void", words)
    assert [record.message.splitlines()[0] for record in caplog.records] == ["A request ended with ZeroDivisionError:"]
    assert "secret-canary" not in caplog.text


async def test_a_bug_in_the_listener_itself_is_answered_too(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_call: LegacyCall) -> None:
        raise ZeroDivisionError

    made = Listener(Scripted(), fault, broken, pace=FAST)
    words = "20001: The gateway failed on this request; its log says more. Please report it."
    async with running(made) as port:
        assert read_answer(await asked(port, post("/ups.app/xml/Void")))[2] == said("/ups.app/xml/Rate", words)
    assert len(caplog.records) == 1


async def test_headers_of_an_answer_cannot_begin_another_one() -> None:
    exchange = Scripted(
        headers={
            "Content-Type": "application/xml\r\nX-Evil: 1\r\n\r\n<html>",
            "Bad\r\nName": "ä\0b",
            "content-length": "1",
        }
    )
    async with running(listener(exchange)) as port:
        _, headers, _ = read_answer(await asked(port, post()))
    del headers["date"]
    assert headers == {
        "content-type": "application/xml X-Evil: 1 <html>",
        "badname": "b",
        "content-length": str(len(DONE)),
        "connection": "close",
    }


async def test_a_stop_lets_answers_out_and_refuses_what_has_not_come_in() -> None:
    exchange = Scripted(shipment=7)
    exchange.gate.clear()
    made = listener(exchange, pace=FAST)
    async with running(made) as port, Client(port) as working, Client(port) as idle:
        await working.send(post())
        await idle.send(b"POST /ups.app/xml/Void HTTP/1.1\r\n")
        await exchange.arrived.wait()
        stop = asyncio.create_task(made.drain(5))
        words = "10001: The request is not proper HTTP: the gateway is stopping"
        assert read_answer(await idle.rest())[2] == said("/ups.app/xml/Void", words)
        exchange.gate.set()
        assert read_answer(await working.rest())[2].replace(b" ", b"") == DONE.replace(b" ", b"")
        await stop
    assert await exchange.settled.get() == (7, True)
    assert made.open == set()


async def test_a_stop_does_not_wait_for_ever() -> None:
    exchange = Scripted()
    exchange.gate.clear()
    made = listener(exchange, pace=FAST)
    async with running(made) as port, Client(port) as client:
        await client.send(post())
        await exchange.arrived.wait()
        await made.drain(0.05)
        assert made.open == set()


async def test_a_ledger_that_cannot_be_written_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(Scripted):
        async def settle(self, shipment: int, delivered: bool) -> None:
            raise StoreFailed("disk full")

    exchange = Failing(shipment=7)
    async with running(listener(exchange)) as port:
        assert read_answer(await asked(port, post()))[2] == DONE
    assert [record.message for record in caplog.records] == ["How the answer of shipment 7 fared could not be recorded"]
