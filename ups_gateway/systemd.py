"""What systemd hands to a service that it starts, and what it is told: sockets, readiness, watchdog, the journal.

The rule: where systemd's variables are missing all of this is nothing. They are taken out of the environment, so that
no program which is started from here takes itself for the service. Protocols: sd_listen_fds(3), sd_notify(3).
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

FIRST = 3
"""The first descriptor that is handed over (SD_LISTEN_FDS_START)."""
UNNAMED = "unknown"
"""What systemd calls a socket without a name."""
PATIENCE = 5.0
"""Seconds for systemd to take a message."""

_VARIABLES = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


@dataclass(frozen=True, slots=True)
class Manager:
    """The service manager that started this process; without one, nothing is handed over and nobody is told."""

    sockets: Mapping[str, tuple[socket.socket, ...]] = field(default_factory=dict)
    """Listening sockets by FileDescriptorName."""
    address: bytes | None = None
    """Where messages go; an abstract one begins with a zero byte."""
    watchdog: float | None = None
    """Seconds without a sign of life after which the process is killed."""

    async def tell(self, *lines: str) -> None:
        """Sends these assignments in one message. That nobody takes them is logged, not raised."""
        if self.address is None:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as outlet:
            outlet.settimeout(0)
            try:
                outlet.connect(self.address)
                async with asyncio.timeout(PATIENCE):
                    await asyncio.get_running_loop().sock_sendall(outlet, "\n".join(lines).encode())
            except (OSError, TimeoutError) as error:
                log.warning("systemd could not be told: %s", error)


def status(sentence: str) -> str:
    """The assignment that `systemctl status` shows."""
    return f"STATUS={' '.join(sentence.split())}"


def taken(environ: MutableMapping[str, str]) -> Manager:
    """What systemd handed over; its variables are gone from `environ` afterwards."""
    given = {name: environ.pop(name, "") for name in _VARIABLES}
    usec = given["WATCHDOG_USEC"]
    watched = usec.isdecimal() and int(usec) > 0 and given["WATCHDOG_PID"] in ("", str(os.getpid()))
    return Manager(_sockets(given), _address(given["NOTIFY_SOCKET"]), int(usec) / 1e6 if watched else None)


def _address(text: str) -> bytes | None:
    if text.startswith("@"):
        return b"\0" + os.fsencode(text[1:])
    return os.fsencode(text) if text.startswith("/") else None


def _sockets(given: Mapping[str, str]) -> dict[str, tuple[socket.socket, ...]]:
    if given["LISTEN_PID"] != str(os.getpid()) or not given["LISTEN_FDS"].isdecimal():
        return {}
    count = int(given["LISTEN_FDS"])
    names = given["LISTEN_FDNAMES"].split(":") if given["LISTEN_FDNAMES"] else []
    names += [UNNAMED] * (count - len(names))
    found: dict[str, tuple[socket.socket, ...]] = {}
    for name, descriptor in zip(names, range(FIRST, FIRST + count), strict=False):
        one = socket.socket(fileno=descriptor)
        one.set_inheritable(False)
        found[name] = (*found.get(name, ()), one)
    return found


def logs_to_journal(environ: Mapping[str, str], descriptor: int) -> bool:
    """Whether what is written to the descriptor goes straight to the journal, which reads `<priority>` prefixes."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    return environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
