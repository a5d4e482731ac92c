"""Which inherited socket may serve which listener."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from ups_gateway.activation import listeners
from ups_gateway.config.settings import Address, Listen
from ups_gateway.web.binding import StartFailed

LISTEN = Listen(Address("127.0.0.1", 0), Address("127.0.0.1", 0), Address("127.0.0.1", 0), False, ())


class Sockets:
    def __init__(self, held: ExitStack) -> None:
        self._held = held

    def at(self, host: str = "127.0.0.1") -> socket.socket:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return self._held.enter_context(socket.create_server((host, 0), family=family))

    def keep(self, one: socket.socket) -> socket.socket:
        return self._held.enter_context(one)


@pytest.fixture
def sockets() -> Iterator[Sockets]:
    with ExitStack() as held:
        yield Sockets(held)


def port(one: socket.socket) -> int:
    return int(one.getsockname()[1])


def refused(listen: Listen, **handed: socket.socket) -> list[str]:
    with pytest.raises(StartFailed) as failed:
        listeners(listen, {name: [one] for name, one in handed.items()})
    return str(failed.value).splitlines()


def test_the_address_of_the_configuration_comes_first_and_others_may_come_along(sockets: Sockets) -> None:
    other, sixth, named = sockets.at(), sockets.at("::1"), sockets.at()
    listen = replace(LISTEN, legacy=Address("localhost", port(named)))
    assert listeners(listen, {"legacy": [other, sixth, named], "control": [other]}) == {
        "listen.legacy": [named, other, sixth]
    }
    assert listeners(listen, {}) == {}


def test_an_address_that_the_configuration_does_not_name_is_refused(sockets: Sockets) -> None:
    one = sockets.at()
    elsewhere = replace(LISTEN, admin=Address("127.0.0.1", 8081))
    assert refused(elsewhere, admin=one) == [
        (
            f"127.0.0.1:8081 is not what systemd listens on (127.0.0.1:{port(one)}); "
            "make listen.admin and ListenStream= the same"
        )
    ]


def test_what_others_can_reach_needs_tls_and_an_allow_list_or_the_word_for_it(sockets: Sockets) -> None:
    legacy, admin, tls = (sockets.at("0.0.0.0") for _ in range(3))
    everywhere = Address("0.0.0.0", 0)
    listen = replace(LISTEN, legacy=everywhere, admin=everywhere, tls=everywhere)
    on_purpose = "write listen.insecure_lan: true if that is wanted"
    assert refused(listen, legacy=legacy, admin=admin, tls=tls) == [
        f"0.0.0.0:{port(legacy)} can be reached by others without TLS; {on_purpose}",
        f"0.0.0.0:{port(admin)} can be reached by others without TLS; {on_purpose}",
        f"0.0.0.0:{port(tls)} needs listen.allow, the networks that may come; {on_purpose}",
    ]
    allowed = replace(listen, allow=(ip_network("10.0.0.0/8"),))
    assert listeners(allowed, {"tls": [tls]}) == {"listen.tls": [tls]}
    assert len(refused(allowed, legacy=legacy)) == 1
    insecure = replace(listen, insecure_lan=True)
    assert set(listeners(insecure, {"legacy": [legacy], "admin": [admin], "tls": [tls]})) == {
        "listen.legacy",
        "listen.admin",
        "listen.tls",
    }


def test_a_socket_for_a_listener_that_is_off_or_unknown_is_refused(sockets: Sockets) -> None:
    one = sockets.at()
    assert refused(replace(LISTEN, tls=None), tls=one) == [
        f"127.0.0.1:{port(one)} comes from systemd, and listen.tls is off; set listen.tls, or stop its socket"
    ]
    assert refused(LISTEN, web=one) == [
        (
            f"127.0.0.1:{port(one)} comes from systemd under the name 'web', which no listener has; "
            "FileDescriptorName= is one of legacy, admin, tls, control"
        )
    ]


def test_only_tcp_sockets_serve_requests(sockets: Sockets, tmp_path: Path) -> None:
    datagrams = sockets.keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    datagrams.bind(("127.0.0.1", 0))
    local = sockets.keep(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    local.bind(str(tmp_path / "legacy.sock"))
    words = "comes from systemd and is no TCP socket; its unit wants ListenStream= with an address and a port"
    assert refused(LISTEN, legacy=datagrams) == [f"127.0.0.1:{port(datagrams)} {words}"]
    assert refused(LISTEN, legacy=local) == [f"{tmp_path}/legacy.sock {words}"]
