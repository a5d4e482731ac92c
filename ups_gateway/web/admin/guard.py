"""What every request and answer of the admin listener passes: who it is addressed to, where it comes from, headers.

The rule: a page of another origin can neither reach this listener under a name of its own (DNS rebinding) nor send a
form to it, nor frame or script what it shows. Checked before anything a request says is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from ups_gateway.web.admin.parts import PARTS, AdminParts

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_FOREIGN_HOST = (
    "This address is not one of the gateway's. Open its page by the address that `ups-gateway admin-link` prints.\n"
)
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?")


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses foreign Host names with 421 and foreign origins of anything but reading with 403."""
    hosts = request.headers.getall(hdrs.HOST, [])
    if len(hosts) != 1 or not host_allowed(hosts[0], request.app[PARTS].hosts):
        return web.Response(status=421, text=_FOREIGN_HOST)
    if request.method not in SAFE_METHODS and not _own_origin(request, hosts[0]):
        return web.Response(status=403, text="This form was sent from another site, and nothing was done.\n")
    return await handler(request)


def host_allowed(host: str, allowed: Iterable[str]) -> bool:
    """Whether a Host header names one of these hosts, on whatever port (an SSH tunnel may change it)."""
    match = _HOST.fullmatch(host.lower())
    return match is not None and (match[1] or match[2]) in allowed


def _own_origin(request: web.Request, host: str) -> bool:
    """Browsers say the origin of every form; programs that say none still need a session and its CSRF token."""
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        return False
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def security_headers(parts: AdminParts) -> dict[str, str]:
    """The same for every answer."""
    # Browsers apply form-action to where a form's answer redirects to: the Authorize buttons lead to UPS's login, and
    # for someone signed in there straight on to the callback.
    origins = {_origin(environment.base_url) for environment in parts.environments.values()}
    origins |= {_origin(application.redirect_uri) for application in parts.applications.values()}
    forms = " ".join(["'self'", "https://*.ups.com", *sorted(origins)])
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
            f"form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
        ),
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        # Not no-referrer: browsers would then send `Origin: null` with our own forms.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def hand_over(app: web.Application, parts: AdminParts) -> None:
    """Gives the application its parts, and puts the headers on all it answers, errors too; once."""
    if PARTS in app:
        return
    app[PARTS] = parts
    headers = security_headers(parts)

    async def put(_: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)

    app.on_response_prepare.append(put)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
