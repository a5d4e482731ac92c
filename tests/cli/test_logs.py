"""What a gateway writes to its log, whatever the level."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.web import wire
from tests.web.wire import Scripted, asked, post
from ups_gateway import config
from ups_gateway.cli import logs
from ups_gateway.config.settings import Log
from ups_gateway.model import KeySighting
from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.store.sqlite import open_store
from ups_gateway.web.gateway import request_id

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def levels() -> Iterator[None]:
    """Puts back what setting a log up changes for the whole process."""
    loggers = (logging.getLogger(), logging.getLogger("ups_gateway"))
    before = [one.level for one in loggers]
    yield
    for one, level in zip(loggers, before, strict=True):
        one.setLevel(level)


def record(level: int, message: str, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, None) if error is not None else None
    made = logging.LogRecord("ups_gateway.dock", level, "dock.py", 3, message, (), info)
    made.created = NOW.timestamp()
    return made


def test_a_line_for_people_tells_level_place_request_and_message() -> None:
    lines = logs.TextLines()
    assert lines.format(record(logging.INFO, "All is well.")) == "INFO ups_gateway.dock: All is well."
    token = request_id.set("17")
    try:
        assert lines.format(record(logging.WARNING, "Slow.")) == "WARNING ups_gateway.dock [17]: Slow."
    finally:
        request_id.reset(token)


def test_no_message_looks_like_a_record_of_its_own() -> None:
    forged = record(logging.INFO, "A name\nERROR ups_gateway.store: all is lost\r\nand more", ValueError("bad"))
    assert logs.TextLines().format(forged).split("\n") == [
        "INFO ups_gateway.dock: A name",
        "  ERROR ups_gateway.store: all is lost",
        "  and more",
        "  ValueError: bad",
    ]


def test_a_line_for_programs_is_one_object() -> None:
    lines = logs.JsonLines()
    assert lines.format(record(logging.INFO, "Zürich\nis well.")) == (
        '{"time": "2026-03-01T12:00:00+00:00", "level": "info", "logger": "ups_gateway.dock", '
        '"message": "Zürich\\nis well."}'
    )
    token = request_id.set("17")
    try:
        assert lines.format(record(logging.ERROR, "Bad.", ValueError("bad"))) == (
            '{"time": "2026-03-01T12:00:00+00:00", "level": "error", "logger": "ups_gateway.dock", "request": "17", '
            '"message": "Bad.", "traceback": "ValueError: bad"}'
        )
    finally:
        request_id.reset(token)


@pytest.mark.parametrize(
    ("level", "priority"),
    [(logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.DEBUG, 7)],
)
def test_the_journal_is_told_how_grave_each_line_is(level: int, priority: int) -> None:
    name = logging.getLevelName(level)
    lines = logs.Graded(logs.TextLines()).format(record(level, "First.\nSecond.")).split("\n")
    assert lines == [f"<{priority}>{name} ups_gateway.dock: First.", f"<{priority}>  Second."]


@pytest.mark.usefixtures("levels")
async def test_lines_about_a_request_carry_its_number_and_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # pytest's own: a process has none when it starts
    logs.set_up(Log("debug", "json"))
    scripted = Scripted(fails=ZeroDivisionError("canary"))
    async with wire.running(wire.listener(scripted)) as port:
        for _ in range(2):
            await asked(port, post("/ups.app/xml/Rate", b"<canary/>", "X-Canary: canary"))
    logged = capsys.readouterr().err
    lines = [json.loads(line) for line in logged.splitlines()]
    ours = [line for line in lines if line["logger"].startswith("ups_gateway")]
    assert [(line["request"], line["level"], line["message"].split(":\n")[0]) for line in ours] == [
        ("1", "error", "A request ended with ZeroDivisionError"),
        ("2", "error", "A request ended with ZeroDivisionError"),
    ]
    assert "canary" not in logged.lower()


async def test_a_service_whose_errors_go_to_the_journal_grades_them(tmp_path: Path) -> None:
    file, log = tmp_path / "gateway.yaml", tmp_path / "journal"
    listen = {f"listen.{name}": "127.0.0.1:0" for name in ("legacy", "admin")} | {"listen.tls": "off"}
    file.write_text(config.example(**listen, **{"data_directory": str(tmp_path), "listen.control": "off"}))
    with log.open("w") as stream:
        found = os.fstat(stream.fileno())
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ups_gateway", "serve", "--config", str(file), "--log-format", "json"),
            env={
                **os.environ,
                "UPS_GATEWAY_KEY": make_key().text(),
                "JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}",
                "NOTIFY_SOCKET": str(tmp_path / "gone"),
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=stream,
        )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        assert (await process.stdout.readline()).startswith(b"Old requests: ")
        process.terminate()
        await process.communicate()
    lines = log.read_text("utf-8").splitlines()
    assert [line[:3] for line in lines] == ["<4>", "<4>"]
    assert [{**json.loads(line[3:]), "time": ""} for line in lines] == [
        {
            "time": "",
            "level": "warning",
            "logger": "ups_gateway.systemd",
            "message": "systemd could not be told: [Errno 2] No such file or directory",
        }
    ] * 2


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
