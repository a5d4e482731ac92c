"""A store on a real file, and a second one on the same file: what one writes the other must read at once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.store import Store, Vault
from ups_gateway.store.sqlite import open_store

Opener = Callable[[Path, Vault], Awaitable[Store]]

STORES: dict[str, Opener] = {"sqlite": open_store}

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture(params=list(STORES))
def opener(request: pytest.FixtureRequest) -> Opener:
    return STORES[request.param]


@pytest.fixture
def vault() -> Vault:
    return FernetVault(make_key())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "store.db"


@pytest.fixture
async def store(opener: Opener, path: Path, vault: Vault) -> AsyncIterator[Store]:
    opened = await opener(path, vault)
    yield opened
    await opened.close()


@pytest.fixture
async def other(opener: Opener, store: Store, path: Path, vault: Vault) -> AsyncIterator[Store]:
    """A second opening of the same store, as another process would have it."""
    opened = await opener(path, vault)
    yield opened
    await opened.close()
