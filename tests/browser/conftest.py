"""The browser of the session. Where there is none the tests are skipped, but not where they must run."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.browser.chromium import Chromium, launched, missing
from tests.browser.houses import demo_house, new_house
from ups_gateway.cli.demo.house import House


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chromium]:
    """Tests and fixtures that use it run on the session's loop."""
    reason = missing()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    async with launched(tmp_path_factory.mktemp("browser")) as chromium:
        yield chromium


@pytest_asyncio.fixture(loop_scope="session")
async def new(chromium: Chromium, tmp_path: Path) -> AsyncIterator[House]:
    """A gateway that was just installed."""
    async with new_house(tmp_path, chromium.certificates) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="session")
async def demo(chromium: Chromium, tmp_path: Path) -> AsyncIterator[House]:
    """The demonstration's house."""
    async with demo_house(tmp_path, chromium.certificates) as house:
        yield house
