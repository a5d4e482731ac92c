"""What is decided about a request before anybody looks at what it asks."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from ups_gateway.web.middleware import allow_only, may_come, sanitised

OFFICE = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("fd00::1%eth0", True),
        ("192.168.1.1", False),
        ("2001:db8::1", False),
    ],
)
def test_this_machine_may_come_and_others_by_the_list(peer: str, *, expected: bool) -> None:
    assert may_come(peer, OFFICE) is expected
    assert may_come(peer, ())


@pytest.mark.parametrize(("peer", "status"), [("10.0.0.1", 200), ("192.168.1.1", 403)])
async def test_the_admin_listener_keeps_to_the_list_too(peer: str, status: int) -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="page")

    request = make_mocked_request("GET", "/").clone(remote=peer)
    response = await allow_only(OFFICE)(request, page)
    assert response.status == status


def test_a_header_value_stays_on_its_line() -> None:
    headers = {"Content-Type": "text/xml; charset=utf-8", "X:\r\n": "a\r\n\r\nb\u2028c\x7f"}
    assert sanitised(headers) == [("Content-Type", "text/xml; charset=utf-8"), ("X", "a b c")]
