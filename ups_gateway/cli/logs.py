"""What the log looks like: lines for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Final

from ups_gateway.config.settings import Log
from ups_gateway.web.gateway import request_id

PRIORITIES: Final = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (0, 7))
"""syslog's numbers, gravest first."""


def set_up(log: Log, *, journal: bool = False) -> None:
    """Logs to standard error, where a service manager picks it up; the journal is told how grave a line is."""
    handler = logging.StreamHandler()
    lines = JsonLines() if log.format == "json" else TextLines()
    handler.setFormatter(Graded(lines) if journal else lines)
    level: int = logging.getLevelNamesMapping()[log.level.upper()]
    # Libraries never say more than this: aiosqlite's debug lines quote what is written to the store.
    logging.basicConfig(level=max(level, logging.INFO), handlers=[handler])
    logging.getLogger("ups_gateway").setLevel(level)


class TextLines(logging.Formatter):
    """Level, logger, request and message. Further lines of a record are indented, so none looks like another record."""

    def format(self, record: logging.LogRecord) -> str:
        about = f" [{request}]" if (request := request_id.get()) else ""
        text = f"{record.levelname} {record.name}{about}: {record.getMessage()}"
        if record.exc_info:
            text += f"\n{self.formatException(record.exc_info)}"
        return "\n  ".join(text.splitlines())


class JsonLines(logging.Formatter):
    """time (UTC), level, logger, request, message, and the traceback of an exception: one object, one line."""

    def format(self, record: logging.LogRecord) -> str:
        row = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if request := request_id.get():
            row["request"] = request
        row["message"] = record.getMessage()
        if record.exc_info:
            row["traceback"] = self.formatException(record.exc_info)
        return json.dumps(row, ensure_ascii=False)


class Graded(logging.Formatter):
    """Another's lines, each with the priority that the journal reads off its beginning (sd-daemon(3))."""

    def __init__(self, lines: logging.Formatter) -> None:
        super().__init__()
        self._lines = lines

    def format(self, record: logging.LogRecord) -> str:
        priority = next(number for level, number in PRIORITIES if record.levelno >= level)
        return "\n".join(f"<{priority}>{line}" for line in self._lines.format(record).splitlines())
