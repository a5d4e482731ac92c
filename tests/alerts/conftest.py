"""A store on a real file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.store import Store
from ups_gateway.store.sqlite import open_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(tmp_path / "store.db", FernetVault(make_key()))
    yield opened
    await opened.close()
