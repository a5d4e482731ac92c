from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.shipping.scripted import House, a_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A ledger on a real store, with a UPS that answers by script."""
    async with a_house(tmp_path) as house:
        yield house
