"""What all tests share: where UPS's own material lies, if it is there at all."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from tests.store.server import Server, missing, server

if TYPE_CHECKING:
    from tests.house import Check, House

REASON = "UPS's own schemas and samples are not published with the project; set UPS_REFERENCE to where they lie"


def reference_folder() -> Path | None:
    """Where UPS's material lies; None where UPS_REFERENCE is not set. A wrong folder is an error, not a skip."""
    named = os.environ.get("UPS_REFERENCE")
    return Path(named).resolve(strict=True) if named else None


@pytest.fixture(scope="session")
def ups_reference() -> Path:
    """The folder of UPS's material; a test that asks for it is skipped where UPS_REFERENCE is not set."""
    folder = reference_folder()
    if folder is None:
        pytest.skip(REASON)
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One PostgreSQL server for all tests."""
    if why := missing():
        pytest.skip(why)
    with server() as running:
        yield running


def _oracle(folder: Path, name: str) -> ModuleType:
    sys.path.insert(0, str(folder / "oracles"))
    try:
        return __import__(name)
    finally:
        sys.path.pop(0)


@pytest.fixture(scope="session")
def old_schemas(ups_reference: Path) -> ModuleType:
    """check.py: validates XML and SOAP messages by UPS's schemas."""
    return _oracle(ups_reference, "check")


@pytest.fixture
def old_verdicts(old_schemas: ModuleType, tmp_path: Path) -> Callable[[bytes], list[tuple[str, str]]]:
    """(verdict, note) of each document of an old message, in strict order of its schema."""

    def verdicts(message: bytes) -> list[tuple[str, str]]:
        file = tmp_path / "message.xml"
        file.write_bytes(message)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # check.py leaves its file to the collector
            return [(verdict, note) for verdict, _, note in old_schemas.check(str(file), strict=True)]

    return verdicts


@pytest.fixture(scope="session")
def openapi(ups_reference: Path) -> ModuleType:
    """openapi_check.py: validates REST bodies by UPS's OpenAPI files."""
    return _oracle(ups_reference, "openapi_check")


@pytest.fixture(scope="session")
def placeholders(ups_reference: Path) -> ModuleType:
    """fill.py: puts usable values into published samples."""
    return _oracle(ups_reference, "fill")


@pytest.fixture
def old_answers(request: pytest.FixtureRequest) -> Check | None:
    """`old_verdicts`, or None where UPS's schemas are not at hand: then answers are not checked by them."""
    check: Check | None = None if reference_folder() is None else request.getfixturevalue("old_verdicts")
    return check


@pytest.fixture
async def house(tmp_path: Path, old_answers: Check | None) -> AsyncIterator[House]:
    """The simulated UPS and a gateway that is authorized there, on real ports."""
    from tests.house import a_house

    async with a_house(tmp_path, check=old_answers) as house:
        yield house
