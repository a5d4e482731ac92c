"""Where UPS sends the browser back to after a sign-in: GET /upscallback.

The rule: the callback needs no session, because the browser comes from UPS to another name and port; it tells nothing
to anyone who does not bring the state of a sign-in that was begun on the page, and each state works once.
"""

from __future__ import annotations

from typing import Final

from aiohttp import hdrs, web

from ups_gateway.errors import GatewayError
from ups_gateway.oauth.paste import ConsentFailed
from ups_gateway.web.admin.consent import CONNECT, TITLES, finished, status_page
from ups_gateway.web.admin.guard import hand_over
from ups_gateway.web.admin.parts import PARTS, AdminParts
from ups_gateway.web.rendering import STATIC, render, set_up

CALLBACK: Final = "/upscallback"
STYLE: Final = f"{CALLBACK}?style"
"""The TLS listener has no other path of ours, so the page's style sheet comes from this one."""


def add_callback_routes(app: web.Application, parts: AdminParts) -> None:
    """Adds GET /upscallback, on the TLS listener's application and on the admin listener's."""
    set_up(app)
    hand_over(app, parts)
    # No HEAD: a scanner of links must not use a code up.
    app.router.add_get(CALLBACK, callback, allow_head=False)


async def callback(request: web.Request) -> web.StreamResponse:
    """Where UPS sends the browser back to."""
    if request.query_string == "style":
        return web.FileResponse(STATIC / "gateway.css", headers={hdrs.CONTENT_TYPE: "text/css; charset=utf-8"})
    try:
        consent = await request.app[PARTS].keeper.finish(request.query)
        return await finished(request, consent, style=STYLE)
    except ConsentFailed as failed:
        return _failed(request, TITLES[failed.kind], failed.words, 400)
    except GatewayError as error:
        return _failed(request, "The gateway could not keep the sign-in", error.message, 500)


def _failed(request: web.Request, title: str, words: str, status: int) -> web.Response:
    home, again = status_page(request, "/"), status_page(request, CONNECT)
    return render(
        request, "consent_failed.html", status=status, style=STYLE, title=title, words=words, home=home, again=again
    )
