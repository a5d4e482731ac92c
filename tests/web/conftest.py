from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.administering import Gateway, a_gateway


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    """The admin listener with all behind it; nobody is signed in yet."""
    async with a_gateway(tmp_path) as gateway:
        yield gateway


@pytest.fixture
async def admin(gateway: Gateway) -> Gateway:
    """The same with a browser that is signed in."""
    await gateway.sign_in()
    return gateway
