"""What the log looks like: lines for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from ups_gateway.config.settings import Log


def set_up(log: Log) -> None:
    """Logs to standard error, where a service manager picks it up."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonLines() if log.format == "json" else logging.Formatter("%(levelname)s %(name)s: %(message)s")
    )
    level: int = logging.getLevelNamesMapping()[log.level.upper()]
    # Libraries never say more than this: aiosqlite's debug lines quote what is written to the store.
    logging.basicConfig(level=max(level, logging.INFO), handlers=[handler])
    logging.getLogger("ups_gateway").setLevel(level)


class JsonLines(logging.Formatter):
    """time (UTC), level, logger, message, and the traceback of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        row = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            row["traceback"] = self.formatException(record.exc_info)
        return json.dumps(row, ensure_ascii=False)
