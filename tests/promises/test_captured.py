"""Requests as old libraries really sent them, byte for byte with their request line and headers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest
from lxml import etree

from tests.conftest import reference_folder
from tests.house import Check, House, a_house
from ups_gateway.simulator.config import Settings

SERVED = "rate shipconfirm shipaccept shop timeintransit track void xav".split()
REFUSED = {"node-shipping-ups-shipaccept": "125000"}
"""Its digest is another gateway's."""


def captured() -> dict[str, bytes]:
    """The messages of the XML API, by name."""
    folder = reference_folder()
    files = [] if folder is None else sorted((folder / "samples/captured").glob("*.txt"))
    messages = {file.stem: file.read_bytes() for file in files}
    return {name: sent for name, sent in messages.items() if re.match(rb"POST /ups\.app/xml/(?!Locator)", sent)}


@pytest.fixture
async def lenient(tmp_path: Path, old_answers: Check | None) -> AsyncIterator[House]:
    """UPS's own test environment: it knows numbers that were not created in it."""
    async with a_house(tmp_path, check=old_answers, ups=Settings(cie=True)) as lenient:
        yield lenient


def test_each_operation_is_among_them(ups_reference: Path) -> None:
    assert {*captured()} >= {f"node-shipping-ups-{name}" for name in SERVED}


@pytest.mark.parametrize("name", captured())
async def test_what_a_library_sent_is_served(lenient: House, name: str) -> None:
    request = captured()[name]
    parts = ("AccessLicenseNumber", "UserId", "Password")
    found = [re.search(rf"<{part}>(.*?)</{part}>".encode(), request) for part in parts]
    licence, user, password = (unescape(one[1].decode()) for one in found if one is not None)
    await lenient.map_key(licence, user, password)
    answer = etree.fromstring(lenient.read(await lenient.send(request)))
    assert answer.findtext("Response/Error/ErrorCode") == REFUSED.get(name)
    assert answer.findtext("Response/ResponseStatusCode") == ("0" if name in REFUSED else "1")
