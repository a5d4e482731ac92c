"""What a gateway writes to its log, whatever the level."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ups_gateway.cli import logs
from ups_gateway.config.settings import Log
from ups_gateway.model import KeySighting
from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.store.sqlite import open_store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def levels() -> Iterator[None]:
    """Puts back what setting a log up changes for the whole process."""
    loggers = (logging.getLogger(), logging.getLogger("ups_gateway"))
    before = [one.level for one in loggers]
    yield
    for one, level in zip(loggers, before, strict=True):
        one.setLevel(level)


@pytest.mark.usefixtures("levels")
async def test_the_finest_log_shows_nothing_of_what_the_store_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # pytest's own: a process has none when it starts
    logs.set_up(Log("debug", "text"))
    store = await open_store(tmp_path / "store.db", FernetVault(make_key()), flush_seconds=0)
    sighting = KeySighting(
        "LICENCE-CANARY", "user-canary", "hash-canary", "127.0.0.1", "", frozenset({"rate"}), NOW, NOW, 1
    )
    await store.note_sighting(sighting)
    await store.close()
    logging.getLogger("ups_gateway.cli").debug("a line of ours")
    logged = capsys.readouterr().err
    assert "canary" not in logged.lower()
    assert "a line of ours" in logged
