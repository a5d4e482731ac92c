"""Binding all listeners before anything else starts.

The rule: every address that is in the way is named at once, with the setting that changes it.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

BACKLOG = 1024
"""Connections that wait to be taken; a rush of old clients must not meet a full queue."""


class Place(Protocol):
    """Where to listen; as text it is what people call it."""

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Unbound:
    """An address that cannot be listened on."""

    key: str
    """The setting that changes it, for example listen.legacy."""
    address: Place | str
    words: str
    advice: str = ""
    """What to do, where another address is not the answer."""

    def __str__(self) -> str:
        return f"{self.address} {self.words}; {self.advice or f'choose another with {self.key}'}"


class StartFailed(Exception):
    """The gateway cannot start; `unbound` is every address that is in the way."""

    def __init__(self, unbound: Sequence[Unbound]) -> None:
        self.unbound = tuple(unbound)
        super().__init__("\n".join(map(str, unbound)))


def bind(wanted: Mapping[str, Place | None]) -> tuple[dict[str, socket.socket], ExitStack]:
    """A bound socket for each setting that names an address, and what closes them. Raises StartFailed."""
    sockets: dict[str, socket.socket] = {}
    unbound = []
    with ExitStack() as stack:
        for key, address in wanted.items():
            if address is None:
                continue
            family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
            try:
                sockets[key] = socket.create_server((address.host, address.port), family=family, backlog=BACKLOG)
            except OSError as error:
                unbound.append(Unbound(key, address, _why(error)))
            else:
                stack.callback(sockets[key].close)
        if unbound:
            raise StartFailed(unbound)
        return sockets, stack.pop_all()


def _why(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "is taken by another program"
        case errno.EACCES:
            return "needs a privilege (ports below 1024)"
        case errno.EADDRNOTAVAIL:
            return "is not an address of this machine"
    return f"cannot be listened on ({error.strerror})"
