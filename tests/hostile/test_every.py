"""Every hostile request is answered as the old program that it pretends to be from would be, and touches nothing."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.hostile.answers import code_of
from tests.hostile.every import EVERY, TABLES
from tests.hostile.place import Place, a_place, proper
from tests.hostile.requests import ASKED, Hostile

OURS = frozenset({"10001", "10002", "10013", "20001", "20002", "250005"})
"""Codes of the gateway's own."""
MOST_MEMORY = 400_000_000
"""Bytes; it takes about 100 MB before the first request."""
on_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with a_place(tmp_path_factory.mktemp("place")) as place:
        yield place


def test_they_are_more_than_five_hundred_and_each_another() -> None:
    named = Counter(row.name for row in EVERY)
    sent = Counter((row.head, row.body) for row in EVERY)
    assert [name for name, times in named.items() if times > 1] == []
    assert [row.name for row in EVERY if sent[row.head, row.body] > 1] == []
    assert len(EVERY) > 1500


@on_one_loop
@pytest.mark.parametrize("table", TABLES)
async def test_each_is_answered_in_its_dialect_and_touches_nothing(place: Place, table: str) -> None:
    wrong = {}
    for hostile in TABLES[table]:
        found = await _found(place, hostile)
        if found != hostile.code:
            wrong[hostile.name] = f"{found}, not {hostile.code}"
    assert wrong == {}


async def _found(place: Place, hostile: Hostile) -> str:
    """How it was answered: by which of the gateway's codes, or by UPS; or what was wrong with that."""
    place.asked.clear()
    answer = await place.send(hostile)
    try:
        code = code_of(answer, hostile.dialect, hostile.root)
    except (AssertionError, ValueError, KeyError, SyntaxError) as error:
        return f"no answer ({error!r}): {answer[:1000]!r}"
    improper = [call for call in place.asked if not proper(call, hostile.under)]
    if improper:
        return f"improper calls: {improper}"
    if not place.untouched():
        return "it touched the file or the port"
    if place.asked:
        return ASKED if code not in OURS else f"{code} after UPS was asked"
    return code


@on_one_loop
async def test_after_all_of_them_it_serves_and_has_stayed_small(place: Place) -> None:
    good = next(row for row in EVERY if row.code == ASKED)
    assert await _found(place, good) == ASKED
    assert place.memory() < MOST_MEMORY


@on_one_loop
async def test_the_file_and_the_port_would_tell(place: Place) -> None:
    reader = os.open(place.pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert not place.untouched()
    os.close(reader)
    assert place.untouched()
    _, writer = await asyncio.open_connection(*place.port.getsockname())
    assert not place.untouched()
    writer.close()
    place.port.accept()[0].close()
    assert place.untouched()
