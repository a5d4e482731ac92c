"""Notifications on the desktop of whoever runs the command."""

from __future__ import annotations

import shutil
import subprocess
from typing import Final

from ups_gateway.cli import inside

LONGEST: Final = 4_000
"""Characters of a notification: a program takes no argument over 128 KB, and the control socket half of that."""
NOTIFY_LIMIT: Final = 10.0
"""Seconds for the desktop to take a notification."""


def notify(headline: str, text: str, *, urgent: bool) -> bool:
    """Whether a desktop shows it."""
    text = text[:LONGEST]
    asked = inside.caller()
    if asked is not None:
        return isinstance(asked.ask(inside.Desktop(headline, text, urgent)), inside.Done)
    program = shutil.which("notify-send")
    if program is None:
        return False
    options = ("--app-name=ups-gateway", f"--urgency={'critical' if urgent else 'normal'}", "--")
    try:
        # Arguments are a list, and what stands behind "--" is no option.
        done = subprocess.run(  # noqa: S603
            [program, *options, headline, text],
            check=False,
            timeout=NOTIFY_LIMIT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
