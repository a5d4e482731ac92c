"""The day on which old clients ship: rates, transit times and pickups differ at weekends and holidays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.house import Check, House, a_house

MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
async def house(tmp_path: Path, old_answers: Check | None) -> AsyncIterator[House]:
    """On a Monday, far from holidays."""
    async with a_house(tmp_path, check=old_answers, start_at=MONDAY) as house:
        yield house
