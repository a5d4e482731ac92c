"""Slow answers, and programs that do not wait for them."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.gateway import accept, confirm, rate, told, void
from tests.house import KEY, Check, House, a_house, xml
from tests.promises.test_faults import CONFIRM, RATE, failure
from tests.promises.test_shipments import label, voided
from tests.web.wire import DECLARATION, PATIENCE, Client, eventually, post
from ups_gateway.model import LegacyAnswer, State, TwoPhase
from ups_gateway.web.gateway import Pace

IMPATIENT = Pace(begin=0.05, blank=0.02, whole=0.3, watch=2.0, linger=1.0, stop=0.3)
SLOW = 300
"""Milliseconds that UPS takes."""


@pytest.fixture
async def hasty(tmp_path: Path, old_answers: Check | None) -> AsyncIterator[House]:
    """One that begins its answers after milliseconds."""
    async with a_house(tmp_path, check=old_answers, pace=IMPATIENT) as hasty:
        yield hasty


async def until(house: House, state: State) -> None:
    """Returns once the newest row of the ledger is in this state."""
    async with asyncio.timeout(PATIENCE):
        while (await house.rows())[-1].state is not state:  # noqa: ASYNC110 - a row tells no event
            await asyncio.sleep(0.005)


# --- slow UPS ---------------------------------------------------------------------------------------------------------


async def test_an_answer_that_takes_long_is_begun_and_kept_alive_by_blanks(hasty: House) -> None:
    whole = await hasty.body(rate())
    await hasty.ups.fault(path="/rating/", delay_ms=SLOW)
    async with Client(hasty.port) as program:
        await program.send(xml(rate()))
        begun = await program.until(DECLARATION + b"\r\n")
        (_, running) = [row["status"] for row in await under_way(hasty)]
        answer = begun + await program.rest()
    assert running is None, "UPS has not answered yet"
    head, _, first = begun.partition(b"\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in head
    assert first == b"15\r\n" + DECLARATION + b"\r\n"
    assert b"1\r\n \r\n" * 3 in answer
    body = hasty.read(answer)
    start, blanks, end = body.partition(b"    ")
    assert (start, blanks) == (DECLARATION, b"    ")
    assert start + end.lstrip(b" ") == whole


async def under_way(house: House) -> list[dict[str, object]]:
    rows = (await house.ups.send("GET", "/_control/calls?running=true")).body
    return [row for row in rows if "/rating/" in row["path"]]


async def test_a_refusal_that_takes_long_ends_a_begun_answer(hasty: House) -> None:
    error = {"code": "111210", "message": "No service."}
    await hasty.ups.fault(path="/ship", delay_ms=SLOW, status=400, body={"response": {"errors": [error]}})
    body = await hasty.body(confirm())
    assert body.startswith(DECLARATION + b"   ")
    assert re.sub(rb"\?> +<", b"?><", body) == failure(CONFIRM, "111210", "No service.")


async def test_a_program_of_http_1_0_gets_its_answer_whole_or_is_told_to_try_again(hasty: House) -> None:
    old = xml(rate()).replace(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n")
    await hasty.ups.fault(path="/rating/", delay_ms=100, times=1)
    answer = await hasty.send(old)
    assert b"chunked" not in answer
    assert hasty.read(answer).startswith(DECLARATION + b"<RatingServiceSelectionResponse><Response><Res")
    await hasty.ups.fault(path="/rating/", delay_ms=2000)
    answer = await hasty.send(old)
    assert b"chunked" not in answer
    body = re.sub(rb"0\.\d seconds", b"0.3 seconds", hasty.read(answer))
    words = "UPS did not answer: no whole answer within 0.3 seconds."
    assert body == failure(RATE, "20001", words, "Transient")


# --- hang-ups ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [False, True], ids=["while UPS works", "once UPS is done"])
@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_program_that_hangs_up_and_asks_again_gets_the_one_label(house: House, how: str, late: bool) -> None:
    await house.ups.fault(path="/ship", delay_ms=SLOW, times=1)
    async with Client(house.port) as program:
        await program.send(xml(confirm()))
        await house.until_called("/ship")
        getattr(program, how)()
    if late:
        await until(house, State.CREATED)
        await house.until_settled()
    confirmed = await house.ask(confirm())
    assert (await voided(house), await house.calls("/ship")) == ({confirmed.number: False}, 1)
    assert label(await house.ask(accept(confirmed.digest))) == ("GIF", confirmed.number)
    another = await house.ask(confirm())
    assert ({*await voided(house)}, await house.calls("/ship")) == ({confirmed.number, another.number}, 2)


async def test_at_whatever_moment_a_program_hangs_up_it_pays_once(house: House) -> None:
    async def ship(name: str, moment: float, how: str) -> tuple[str, list[str]]:
        """One that reads until that moment at most; and then asks until it has read an answer."""
        request = xml(confirm().replace("<Name>Acme</Name>", f"<Name>{name}</Name>"))
        read = b""
        async with Client(house.port) as program:
            await program.send(request)
            program.socket.settimeout(moment)
            try:
                while part := await program.some():
                    read += part
            except TimeoutError:
                getattr(program, how)()
        # whoever has read it whole has it, though the end of the connection was still to come
        whole = [read] if read.endswith(b"</ShipmentConfirmResponse>") else []
        answers = [*whole, await house.send(request)]
        found = [told(LegacyAnswer(200, {}, house.read(one))).number for one in answers]
        return name, list(dict.fromkeys(found))  # a reset takes the answer back: the same number again

    numbers: dict[str, list[str]] = {}
    for moment in (0.001, *(step / 200 for step in range(1, 21)), PATIENCE):
        tried = [ship(f"{how} {moment}", moment, how) for how in ("close", "reset")]
        numbers |= dict(await asyncio.gather(*tried))
    shipped: dict[str, list[str]] = {}
    for one in await house.shipments():
        shipped.setdefault(one["shipper"]["name"], []).append(one["number"])
    assert shipped == numbers
    assert {len(those) for those in numbers.values()} == {1, 2}, "some hung up, and some did not"


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_request_whose_program_is_gone_ships_nothing_once_its_repeat_was_answered(
    house: House, how: str
) -> None:
    """The repeat overtook it."""
    request = xml(confirm())
    async with Client(house.port) as program:
        await program.send(request[:-1])
        await eventually(lambda: bool(house.gateway.legacy.open))
        await house.ask(confirm())
        program.socket.sendall(request[-1:])
        getattr(program, how)()
        await house.until_settled()
    assert await house.calls("/ship") == 1


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_program_that_drops_its_answer_unread_gets_it_again(house: House, how: str) -> None:
    async with Client(house.port) as program:
        await program.send(xml(confirm()))
        await asyncio.to_thread(program.socket.recv, 1, socket.MSG_PEEK)
        getattr(program, how)()
    await house.until_settled()
    confirmed = await house.ask(confirm())
    assert (await voided(house), await house.calls("/ship")) == ({confirmed.number: False}, 1)


async def test_a_restart_does_not_make_a_repeat_a_new_shipment(house: House) -> None:
    await house.ups.fault(path="/ship", delay_ms=SLOW, times=1)
    async with Client(house.port) as program:
        await program.send(xml(confirm()))
        await house.until_called("/ship")
        program.reset()
    await until(house, State.CREATED)
    await house.stop()
    await house.start()
    confirmed = await house.ask(confirm())
    assert (await voided(house), await house.calls("/ship")) == ({confirmed.number: False}, 1)
    assert label(await house.ask(accept(confirmed.digest))) == ("GIF", confirmed.number)


async def test_an_answer_under_way_is_given_before_the_gateway_ends(house: House) -> None:
    await house.stop()
    await house.serve()
    await house.ups.fault(path="/ship", delay_ms=SLOW, times=1)
    asked = asyncio.create_task(house.ask(confirm()))
    await house.until_called("/ship")
    await house.terminate()
    await house.start()
    confirmed = await asked
    assert label(await house.ask(accept(confirmed.digest))) == ("GIF", confirmed.number)


@pytest.mark.parametrize("half_closed", [False, True], ids=["open", "half closed"])
async def test_a_program_that_still_waits_and_one_that_asks_the_same_get_two_labels(
    house: House, half_closed: bool
) -> None:
    await house.ups.fault(path="/ship", delay_ms=SLOW, times=1)
    async with Client(house.port) as program:
        await program.send(xml(confirm()))
        if half_closed:
            program.half_close()  # it has said all, and reads on
        await house.until_called("/ship")
        second = await house.ask(confirm())
        first = house.read(await program.rest())
    numbers = {*await voided(house)}
    assert (len(numbers), await house.calls("/ship")) == (2, 2)
    assert {number for number in numbers if number.encode() in first} == numbers - {second.number}


async def test_an_accept_that_ships_is_carried_out_once_however_often_its_program_hangs_up(house: House) -> None:
    await house.gateway.store.change_key(replace(house.key, two_phase=TwoPhase.QUOTE))
    confirmed = await house.ask(confirm())
    await house.ups.fault(path="/ship", delay_ms=SLOW, times=1)
    for how in ("reset", "close"):
        async with Client(house.port) as program:
            await program.send(xml(accept(confirmed.digest)))
            await house.until_called("/ship")
            getattr(program, how)()
    accepted = await house.ask(accept(confirmed.digest))
    assert (await voided(house), await house.calls("/ship")) == ({accepted.number: False}, 1)


async def test_a_void_whose_program_hung_up_is_a_success_when_it_comes_again(house: House) -> None:
    confirmed = await house.ask(confirm())
    await house.ups.fault(path="/void/", delay_ms=SLOW, times=1)
    async with Client(house.port) as program:
        await program.send(xml(void(confirmed.number)))
        await house.until_called("/void/")
        program.reset()
    assert (await house.ask(void(confirmed.number))).text("Status/StatusCode/Code") == "1"
    assert await voided(house) == {confirmed.number: True}


async def test_a_label_whose_program_is_gone_for_good_is_shown_to_people(house: House) -> None:
    await house.gateway.store.change_key(replace(house.key, two_phase=TwoPhase.QUOTE))
    confirmed = await house.ask(confirm())
    await house.ups.fault(path="/ship", delay_ms=SLOW, times=1)
    async with Client(house.port) as program:
        await program.send(xml(accept(confirmed.digest)))
        await house.until_called("/ship")
        program.reset()
    await until(house, State.ACCEPTED)
    await house.until_settled()
    (number,) = await voided(house)
    (attention,) = await house.gateway.shipping.desk.attention()
    assert (attention.shipment.number, attention.reason) == (number, "undelivered")
    (kept,) = await house.gateway.shipping.desk.labels(attention.shipment.id)
    assert (kept.tracking_number, kept.data[:4]) == (number, b"GIF8")


async def test_a_request_that_was_cut_is_never_carried_out(house: House) -> None:
    whole = post("/ups.app/xml/ShipConfirm", (KEY + confirm()).encode())
    async with Client(house.port) as program:
        await program.send(whole[:-1])
        program.reset()
    await house.until_settled()
    assert (await house.calls("/ship"), await house.rows()) == (0, [])
