"""The page for health checks."""

from __future__ import annotations

import pytest

from ups_gateway.model import LegacyAnswer, LegacyCall
from ups_gateway.web.service_page import service_page


def test_it_has_the_five_lines_of_ups() -> None:
    call = LegacyCall("GET", "www.ups.com:443<b>", "/ups.app/xml/Rate", "", {}, b"")
    text = b"Service Name: Rate\nRemote User: null\nServer Port: 8080\nServer Name: www.ups.com\nServlet Path: /Rate\n"
    assert service_page(call, 8080) == LegacyAnswer(200, {"Content-Type": "text/plain"}, text)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/ups.app/xml/Rate"),
        ("GET", "/ups.app/xml/rate"),
        ("GET", "/ups.app/xml/"),
        ("GET", "/webservices/Rate"),
    ],
)
def test_nothing_else_has_such_a_page(method: str, path: str) -> None:
    assert service_page(LegacyCall(method, "", path, "", {}, b""), 8080) is None
