"""A store on a real file or server, and a second one on the same: what one writes the other must read at once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.store.server import Server, place_of
from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.store import Store, Vault
from ups_gateway.store import postgres as postgresql
from ups_gateway.store.sqlite import open_store

Opener = Callable[[Path, Vault], Awaitable[Store]]

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture(params=["sqlite", "postgres"])
def opener(request: pytest.FixtureRequest) -> Opener:
    if request.param == "sqlite":
        return open_store
    running: Server = request.getfixturevalue("postgres")

    async def open_on_server(path: Path, vault: Vault) -> Store:
        return await postgresql.open_store(await place_of(running, path), vault)

    return open_on_server


@pytest.fixture
def written(request: pytest.FixtureRequest, opener: Opener, path: Path) -> Callable[[], bytes]:
    """All that the database keeps on disk, with its log."""
    folder = path.parent if opener is open_store else request.getfixturevalue("postgres").folder
    return lambda: b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


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
