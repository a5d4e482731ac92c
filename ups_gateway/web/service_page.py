"""The page that UPS's own machines show for GET on an XML tool's path; health checks of old programs look for it."""

from __future__ import annotations

import re
from http import HTTPStatus

from ups_gateway.model import LegacyAnswer, LegacyCall

TOOLS = frozenset(
    {
        *("AV", "LabelRecovery", "Locator", "QVEvents", "Rate", "ShipAccept", "ShipConfirm", "TimeInTransit", "Track"),
        *("Void", "XAV"),
    }
)
"""Tools of UPS's XML API."""


def service_page(call: LegacyCall, port: int) -> LegacyAnswer | None:
    """Five lines (Rating XML guide, page 15); None where something else is asked."""
    match = re.fullmatch(r"/ups\.app/xml/([A-Za-z]+)/?", call.path)
    if call.method not in ("GET", "HEAD") or match is None or match[1] not in TOOLS:
        return None
    host = re.sub(r"[^A-Za-z0-9.-]", "", call.host.partition(":")[0])
    page = (
        f"Service Name: {match[1]}\nRemote User: null\nServer Port: {port}\n"
        f"Server Name: {host}\nServlet Path: /{match[1]}\n"
    )
    return LegacyAnswer(HTTPStatus.OK, {"Content-Type": "text/plain"}, page.encode())
