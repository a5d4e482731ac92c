"""Which of the sockets that systemd holds open serves which listener.

The rule: what the configuration says of an address is true of an inherited socket too. It must hold the address that
the configuration names, so that links, hosts file and `doctor` are right; more may come along, and each of them is on
loopback or allowed as if it had been written there.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping, Sequence

from ups_gateway.config.settings import Address, Listen
from ups_gateway.web.binding import StartFailed, Unbound

CONTROL = "control"
LISTENERS = ("legacy", "admin", "tls")

Handed = Mapping[str, Sequence[socket.socket]]
"""Listening sockets by the name that their unit gives them (FileDescriptorName=)."""


def listeners(listen: Listen, handed: Handed) -> dict[str, list[socket.socket]]:
    """The sockets of each setting that systemd serves, the configured address first. Raises StartFailed."""
    wrong = [*_unknown(handed)]
    found = {}
    for name in LISTENERS:
        if name in handed:
            key, wanted = f"listen.{name}", getattr(listen, name)
            wrong += _wrong(key, wanted, listen, handed[name])
            found[key] = sorted(handed[name], key=lambda one: not _is(wanted, one))
    if wrong:
        raise StartFailed(wrong)
    return found


def _unknown(handed: Handed) -> Iterator[Unbound]:
    known = ", ".join((*LISTENERS, CONTROL))
    for name in handed.keys() - {*LISTENERS, CONTROL}:
        for one in handed[name]:
            words = f"comes from systemd under the name {name!r}, which no listener has"
            yield Unbound(name, _place(one), words, f"FileDescriptorName= is one of {known}")


def _wrong(key: str, wanted: Address | None, listen: Listen, handed: Sequence[socket.socket]) -> Iterator[Unbound]:
    for one in handed:
        if one.type != socket.SOCK_STREAM or one.family not in (socket.AF_INET, socket.AF_INET6):
            yield Unbound(
                key,
                _place(one),
                "comes from systemd and is no TCP socket",
                "its unit wants ListenStream= with an address and a port",
            )
            return
        if objection := listen.objection(key, Address(*one.getsockname()[:2])):
            yield Unbound(key, _place(one), objection[0], objection[1])
    if wanted is None:
        yield Unbound(key, _place(handed[0]), f"comes from systemd, and {key} is off", f"set {key}, or stop its socket")
    elif not any(_is(wanted, one) for one in handed):
        have = " and ".join(_place(one) for one in handed)
        yield Unbound(key, wanted, f"is not what systemd listens on ({have})", f"make {key} and ListenStream= the same")


def _is(wanted: Address | None, one: socket.socket) -> bool:
    if wanted is None or one.family not in (socket.AF_INET, socket.AF_INET6):
        return False
    host, port = one.getsockname()[:2]
    return host == {"localhost": "127.0.0.1"}.get(wanted.host, wanted.host) and wanted.port in (0, port)


def _place(one: socket.socket) -> str:
    """Where it listens, as people write it."""
    if one.family in (socket.AF_INET, socket.AF_INET6):
        return str(Address(*one.getsockname()[:2]))
    return str(one.getsockname()) or "a socket"
