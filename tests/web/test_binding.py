"""Listening addresses: all or none."""

from __future__ import annotations

import errno
import socket

import pytest

from ups_gateway.config.settings import Address
from ups_gateway.web.binding import StartFailed, Unbound, _why, bind

FREE = Address("127.0.0.1", 0)


def test_each_address_gets_its_socket_and_off_gets_none() -> None:
    sockets, stack = bind({"a": FREE, "b": Address("::1", 0), "c": None})
    with stack:
        assert [(key, one.getsockname()[0]) for key, one in sockets.items()] == [("a", "127.0.0.1"), ("b", "::1")]
    assert [one.fileno() for one in sockets.values()] == [-1, -1]


def test_every_taken_address_is_named_and_nothing_stays_bound() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = Address("127.0.0.1", taken.getsockname()[1])
        elsewhere = Address("192.0.2.1", 80)
        with pytest.raises(StartFailed) as failed:
            bind({"listen.legacy": address, "listen.admin": FREE, "listen.tls": elsewhere})
    assert failed.value.unbound == (
        Unbound("listen.legacy", address, "is taken by another program"),
        Unbound("listen.tls", elsewhere, "is not an address of this machine"),
    )
    assert str(failed.value) == (
        f"{address} is taken by another program; choose another with listen.legacy\n"
        "192.0.2.1:80 is not an address of this machine; choose another with listen.tls"
    )


def test_a_port_that_needs_a_privilege_is_called_so() -> None:
    assert _why(PermissionError(errno.EACCES, "Permission denied")) == "needs a privilege (ports below 1024)"
