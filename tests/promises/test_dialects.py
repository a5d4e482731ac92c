"""Every error path in every dialect: the whole answer, by the wire rules of the dialect and by UPS's schemas."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from tests.house import LICENCE, PASSWORD, USER, Check, House, a_house
from tests.promises.speakers import BLAME, JSON, KNOWN, MINE, SPEAKERS, Key, Speaker, Told, Trouble, compact
from tests.promises.test_faults import NO_KEY, NOT_ITS_ACCOUNT, NOT_ITS_LOGIN, NOT_MAPPED, YOUR_KEY_IS_GOOD
from tests.promises.test_waiting import IMPATIENT, SLOW
from tests.web.wire import read_answer
from ups_gateway.model import State

Asked = Literal["rate", "ship", "void", "track"]
everyone = pytest.mark.parametrize("speaker", SPEAKERS, ids=lambda speaker: speaker.name)
either = pytest.mark.parametrize("asked", ["rate", "ship"])
FAMILIES = {
    "rate": [("111210", "The requested service is unavailable between the selected locations.")],
    "ship": [("120201", "Shipper's name is missing."), ("9120079", "Two & more: <Grüße>.")],
    "void": [("190106", "The time for voiding has expired.")],
    "track": [("151044", "No tracking information available")],
}
"""UPS's codes of each service; several, and words that are no ASCII."""


def request(speaker: Speaker, asked: Asked, key: Key = KNOWN, account: str = MINE) -> bytes:
    if asked == "ship":
        return speaker.ship(key, account)
    return {"rate": speaker.rate, "void": speaker.void, "track": speaker.track}[asked](key)


async def told(house: House, speaker: Speaker, data: bytes) -> Told:
    """The answer, once it kept what all answers keep, and its schema."""
    first, headers, body = read_answer(await house.send(data))
    if speaker.name in ("xml", "soap"):
        house.validate(body)
    return int(first.split()[1]), headers["content-type"], body


def said(*errors: tuple[str, str]) -> dict[str, Any]:
    """UPS's own error object."""
    return {"response": {"errors": [{"code": code, "message": words} for code, words in errors]}}


# --- UPS refuses ------------------------------------------------------------------------------------------------------


@everyone
@pytest.mark.parametrize("asked", FAMILIES)
async def test_what_ups_refuses_is_told_with_its_codes_and_words(house: House, speaker: Speaker, asked: Asked) -> None:
    errors = FAMILIES[asked]
    await house.ups.fault(path="/api/", status=400, body=said(*errors))
    found = await told(house, speaker, request(speaker, asked))
    as_it_came = (400, "application/json", msgspec.json.encode(said(*errors)))
    assert found == (as_it_came if speaker.name == "rest" else speaker.told(Trouble(errors), asked))
    assert [row.state for row in await house.rows()] == [State.REFUSED] * (asked == "ship")


@everyone
@pytest.mark.parametrize(("status", "early"), [(429, 429), (503, 500)])
async def test_what_ups_may_answer_later_is_transient(house: House, speaker: Speaker, status: int, early: int) -> None:
    error = ("190001", "The service is unavailable.")
    headers = {"Retry-After": "30"} if status == 429 else {}
    await house.ups.fault(path="/rating/", status=status, body=said(error), headers=headers)
    shown = {"header": early, "rest": status}.get(speaker.name, 500)
    trouble = Trouble([error], "Transient", shown, 30 if headers else None)
    assert await told(house, speaker, request(speaker, "rate")) == speaker.told(trouble, "rate")


# --- the access key ---------------------------------------------------------------------------------------------------


async def all_told(house: House, requests: Mapping[str, bytes]) -> dict[str, Told]:
    """What each dialect is told, on one house."""
    return {speaker.name: await told(house, speaker, requests[speaker.name]) for speaker in SPEAKERS}


def to_all(trouble: Trouble, asked: Asked) -> dict[str, Told]:
    return {speaker.name: speaker.told(trouble, asked) for speaker in SPEAKERS}


def of_all(asked: Asked, key: Key = KNOWN, account: str = MINE) -> dict[str, bytes]:
    return {speaker.name: request(speaker, asked, key, account) for speaker in SPEAKERS}


async def nothing_was_asked(house: House) -> bool:
    return (await house.calls("/api/"), await house.rows()) == (0, [])


@either
@pytest.mark.parametrize(
    ("key", "code", "words"),
    [
        pytest.param(Key("", "", ""), "250005", NO_KEY, id="missing"),
        pytest.param(Key(LICENCE, USER, ""), "250005", NO_KEY, id="incomplete"),
        pytest.param(Key("WRONG0ACCESS0KEY", USER, PASSWORD), "250003", NOT_MAPPED, id="unknown"),
        pytest.param(Key(LICENCE, USER, "wrong"), "250002", NOT_ITS_LOGIN, id="wrong"),
    ],
)
async def test_a_key_that_is_not_good_is_told_and_ups_is_not_asked(
    house: House, asked: Asked, key: Key, code: str, words: str
) -> None:
    trouble = Trouble([(code, words)], "Authentication", 401)
    assert await all_told(house, of_all(asked, key)) == to_all(trouble, asked)
    assert await nothing_was_asked(house)


async def test_a_blocked_key_is_told(house: House) -> None:
    await house.gateway.store.change_key(replace(house.key, status="blocked"))
    words = "This access key is blocked on the gateway's status page."
    trouble = Trouble([("250007", words)], "Authentication", 403)
    assert await all_told(house, of_all("ship")) == to_all(trouble, "ship")
    assert await nothing_was_asked(house)


async def test_an_account_that_is_not_the_keys_is_told(house: House) -> None:
    trouble = Trouble([("120100", NOT_ITS_ACCOUNT)])
    assert await all_told(house, of_all("ship", account="Z9Z9Z9")) == to_all(trouble, "ship")
    assert await nothing_was_asked(house)


# --- the gateway and the way to UPS -----------------------------------------------------------------------------------


@either
async def test_a_gateway_without_consent_is_not_the_keys_fault(house: House, asked: Asked) -> None:
    await house.gateway.keeper.disconnect(house.profile.id)
    words = (
        'The gateway is not authorized at UPS: nobody has signed in for profile "Dock 3" yet. '
        + YOUR_KEY_IS_GOOD.format("Authorize")
    )
    trouble = Trouble([("20001", words)], "Hard", 500)
    assert await all_told(house, of_all(asked)) == to_all(trouble, asked)
    assert await house.calls("/api/") == 0


@everyone
@either
async def test_a_refused_bearer_is_not_the_keys_fault(house: House, speaker: Speaker, asked: Asked) -> None:
    await house.ups.fault(path="/api/", status=401, body=said(("250002", "Invalid Authentication Information.")))
    product = {"rate": "rating", "ship": "shipments"}[asked]
    words = (
        f"UPS refuses the gateway's token for its {product} service right after renewing it (250002). Your access key"
        " is not the cause. Administrator: either the consent no longer counts: open the gateway's status page and"
        ' press Reauthorize for profile "Dock 3" (application "demo"); or the application lacks this product: add it to'
        " the application in UPS's developer portal."
    )
    trouble = Trouble([("20001", words)], "Hard", 500)
    assert await told(house, speaker, request(speaker, asked)) == speaker.told(trouble, asked)


@everyone
@either
async def test_ups_that_cannot_be_reached_is_told(house: House, speaker: Speaker, asked: Asked) -> None:
    await told(house, speaker, request(speaker, "rate"))  # there is a token
    await house.close_ups()
    words = "UPS cannot be reached: no connection to 127.0.0.1: Connect call failed. Nothing was sent."
    trouble = Trouble([("20001", words)], "Transient" if asked == "rate" else "Hard", 500)
    status, kind, body = await told(house, speaker, request(speaker, asked))
    assert (status, kind, without_port(body)) == speaker.told(trouble, asked)


def without_port(body: bytes) -> bytes:
    """The system names the port, which is another each time."""
    before, found, after = body.partition(b"Connect call failed")
    return before + found + after[after.index(b". Nothing was sent.") :]


@everyone
async def test_an_outcome_that_is_unknown_names_the_page(house: House, speaker: Speaker) -> None:
    await house.ups.fault(path="/ship", drop="after", times=1)
    words = (
        "UPS was asked to carry this out and gave no clear answer, so it may or may not have been done. Nothing is"
        f" repeated until someone has said which, at http://{house.gateway.ports.admin} (shipments, number 1)."
    )
    expected = speaker.told(Trouble([("20001", words)], "Hard", 500), "ship")
    for _ in range(2):
        assert await told(house, speaker, request(speaker, "ship")) == expected
    assert (await house.calls("/ship"), [row.state for row in await house.rows()]) == (1, [State.UNKNOWN])


# --- requests that are none -------------------------------------------------------------------------------------------


async def test_what_cannot_be_read_is_told(house: House) -> None:
    expected = {one.name: one.told(Trouble([("10001", one.words)]), "rate") for one in SPEAKERS}
    assert await all_told(house, {one.name: one.nonsense for one in SPEAKERS}) == expected
    assert await nothing_was_asked(house)


async def test_what_ups_has_no_api_for_is_told(house: House) -> None:
    expected = {one.name: one.told(Trouble([("20002", one.gone)], "Hard", 404), "retired") for one in SPEAKERS}
    assert await all_told(house, {one.name: one.retired for one in SPEAKERS}) == expected
    assert await nothing_was_asked(house)


# --- legacy JSON as its access key wants it ---------------------------------------------------------------------------


@pytest.fixture
async def hasty(tmp_path: Path, old_answers: Check | None) -> AsyncIterator[House]:
    """One that begins its answers after milliseconds."""
    async with a_house(tmp_path, check=old_answers, pace=IMPATIENT) as hasty:
        yield hasty


async def test_a_key_may_want_status_500_and_the_errors_beside_the_fault(house: House) -> None:
    await house.gateway.store.change_key(replace(house.key, json_fault_status=500, json_errors_beside=True))
    await house.ups.fault(path="/rating/", status=400, body=said(*FAMILIES["rate"]))
    _, kind, fault = JSON.told(Trouble(FAMILIES["rate"]), "rate")
    both = fault[:-1] + b"," + compact(said(*FAMILIES["rate"]))[1:]
    assert await told(house, JSON, request(JSON, "rate")) == (500, kind, both)
    # of a licence that is not known nobody has said what its program wants
    unknown = Trouble([("250003", NOT_MAPPED)], "Authentication", 401)
    stranger = Key("WRONG0ACCESS0KEY", USER, PASSWORD)
    assert await told(house, JSON, request(JSON, "rate", stranger)) == JSON.told(unknown, "rate")


async def test_slow_json_with_a_status_of_its_own_is_not_begun(hasty: House) -> None:
    await hasty.gateway.store.change_key(replace(hasty.key, json_fault_status=500))
    await hasty.ups.fault(path="/rating/", delay_ms=SLOW // 2, times=1)
    answer = await hasty.send(request(JSON, "rate"))
    assert b"\r\nContent-Length: " in answer
    await hasty.ups.fault(path="/rating/", delay_ms=SLOW * 10)
    status, kind, body = await told(hasty, JSON, request(JSON, "rate"))
    assert (status, kind, b'"Severity":"Transient"' in body, BLAME.encode() in body) == (
        500,
        "application/json",
        True,
        True,
    )


async def test_slow_json_with_status_200_is_begun(hasty: House) -> None:
    await hasty.ups.fault(path="/rating/", delay_ms=SLOW, status=400, body=said(*FAMILIES["rate"]))
    answer = await hasty.send(request(JSON, "rate"))
    assert b"\r\nTransfer-Encoding: chunked" in answer
    _, _, body = read_answer(answer)
    assert body.lstrip() == JSON.told(Trouble(FAMILIES["rate"]), "rate")[2]
