"""Where a host is that the gateway calls.

The rule: UPS's hosts are asked of DNS and never of the hosts file, which may send old programs that call them to this
gateway; and the gateway never calls itself. Other names (a company's proxy, a simulator) are the system's to find.
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from ipaddress import ip_address
from typing import Final

from aiohttp import AsyncResolver, ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

UPS: Final = "ups.com"
_WAIT, _TRIES = 1.5, 2
"""Seconds for one DNS server's answer (then twice that), and questions to each: within the limit for connecting."""


class CallsItself(OSError):
    """A name leads to the gateway."""


class Names(AbstractResolver):
    """`own`: host and port of each listener of the gateway."""

    def __init__(self, own: Collection[tuple[str, int]] = ()) -> None:
        self._own = frozenset(("127.0.0.1" if host == "localhost" else host, port) for host, port in own)
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Addresses of the host. Raises OSError; CallsItself where it is this machine and must not be."""
        if not is_ups(host):
            found = await self._system.resolve(host, port, family)
            if any(self._listens(one["host"], port) for one in found):
                words = f"{host}:{port} is the gateway itself; give the environment or proxy its real address"
                raise CallsItself(words)
            return found
        found = await _by_dns(host, port, family)
        if any(_here(one["host"]) for one in found):
            words = (
                f"DNS says that {host} is this machine, and the gateway does not call itself; let only the hosts file"
                " of the old program's machine say so, and DNS UPS's own addresses"
            )
            raise CallsItself(words)
        return found

    def _listens(self, address: str, port: int) -> bool:
        everywhere = {("0.0.0.0", port), ("::", port)} & self._own  # noqa: S104 - compared, not bound
        return (address, port) in self._own or (bool(everywhere) and _here(address))

    async def close(self) -> None:
        """Nothing is kept."""


def is_ups(host: str) -> bool:
    """One of UPS's own names."""
    name = host.lower().rstrip(".")
    return name == UPS or name.endswith(f".{UPS}")


async def _by_dns(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    # A resolver for each question: one that is kept goes on asking the servers of the network that was left.
    resolver = AsyncResolver(timeout=_WAIT, tries=_TRIES, lookups="b")
    try:
        return await resolver.resolve(f"{host.rstrip('.')}.", port, family)
    finally:
        await resolver.close()


def _here(text: str) -> bool:
    """An address of this machine: loopback, or one that can be listened on."""
    address = ip_address(text.partition("%")[0])
    if address.is_loopback or address.is_unspecified:
        return True
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as tried:
        try:
            tried.bind((text, 0))
            tried.connect((text, 9))  # sends nothing; refused where any address may be bound to (ip_nonlocal_bind)
        except OSError:
            return False
    return True
