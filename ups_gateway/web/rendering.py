"""Pages from templates, and forms as plain texts.

The rule: templates escape everything, hold no inline script and no inline style, and need no JavaScript: the one
script only keeps an open page fresh.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import aiohttp_jinja2
import jinja2
from aiohttp import web

STATIC: Final = Path(__file__).parent / "static"
STYLE: Final = "/static/gateway.css"
CSRF: Final = web.RequestKey("csrf", str)
"""Where a request keeps its session's CSRF token."""
_TEMPLATES: Final = Path(__file__).parent / "templates"
_LONGEST: Final = 5000


def set_up(app: web.Application) -> None:
    """Gives the application its templates, unless it has them."""
    if aiohttp_jinja2.APP_KEY not in app:
        aiohttp_jinja2.setup(
            app,
            loader=jinja2.FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )


def render(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """A page. The templates know the session's `csrf`, empty where there is none, and where the page is."""
    context = {"csrf": request.get(CSRF, ""), "style": STYLE, "here": request.path} | values
    return aiohttp_jinja2.render_template(template, request, context, status=status)


async def form_of(request: web.Request) -> Mapping[str, str]:
    """The fields of a form, of printable characters, trimmed; files and what is too long are left out."""
    fields = await request.post()
    return {
        name: "".join(c for c in value if c.isprintable()).strip()
        for name, value in fields.items()
        if isinstance(value, str) and len(value) <= _LONGEST
    }
