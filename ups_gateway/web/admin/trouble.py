"""What the pages say when something cannot be done.

The rule: an error of the gateway becomes a page in plain words (for programs JSON), never a traceback.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from ups_gateway.errors import GatewayError
from ups_gateway.oauth.paste import ConsentFailed
from ups_gateway.web.rendering import render


class Wrong(Exception):
    """What a form asks for cannot be done; the words say why, and what to enter instead."""

    def __init__(self, words: str, *, status: int = 400) -> None:
        super().__init__(words)
        self.words = words
        self.status = status


def gone(what: str) -> Wrong:
    """The thing a form is about is no longer there."""
    return Wrong(f"This {what} is no longer there: somebody may have removed it.", status=404)


@web.middleware
async def say_trouble(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers what handlers raise."""
    try:
        return await handler(request)
    except Wrong as error:
        return _said(request, error.words, error.status)
    except ConsentFailed as error:
        return _said(request, error.words, 400)
    except GatewayError as error:
        return _said(request, error.message, error.status if error.status >= 500 else 400)


def _said(request: web.Request, words: str, status: int) -> web.Response:
    if request.path.startswith("/api/"):
        return web.json_response({"error": words}, status=status)
    return render(request, "message.html", status=status, title="This could not be done", words=words)
