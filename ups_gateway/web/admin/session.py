"""Who is signed in: single-use links, sessions, the CSRF token of each form, the read token of programs.

The rule: opening a link changes nothing, so that previews, prefetches and scanners cannot use it up; the button on
the page it opens does. Only keyed hashes are stored. Every page wants a session unless it is listed as public.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from ups_gateway.store import Store, Vault
from ups_gateway.web.admin.guard import SAFE_METHODS
from ups_gateway.web.admin.parts import PARTS
from ups_gateway.web.rendering import CSRF, form_of, render

LINK_LIFE: Final = timedelta(minutes=10)
SESSION_LIFE: Final = timedelta(hours=12)
READ_TOKEN: Final = "read_token_hash"  # noqa: S105 - the name of a setting
PUBLIC: Final = frozenset({"/sign-in", "/upscallback", "/healthz", "/readyz", "/metrics"})
"""Paths that want no session, beside /static/."""
WRONG_TRIES: Final = 20
WRONG_WITHIN: Final = timedelta(minutes=5)
_PEERS: Final = 1000


async def new_link(
    store: Store, vault: Vault, base_url: str, now: datetime, *, random: Callable[[int], bytes] = secrets.token_bytes
) -> str:
    """A link that signs one browser in, once, within ten minutes. `base_url`: http://127.0.0.1:8081. Never log it."""
    token = _token(random)
    await store.put_link(_hash(vault, b"link", token), now + LINK_LIFE)
    return f"{base_url}/sign-in?token={token}"


async def new_read_token(store: Store, vault: Vault, *, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A token that programs read /api/status with; an earlier one ends."""
    token = _token(random)
    await store.put(READ_TOKEN, _hash(vault, b"read", token).hex())
    return token


class WrongTries:
    """Counts wrong tokens of an address; one that sent too many is not looked at for a while."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()

    def too_many(self, peer: str, now: datetime) -> bool:
        tries = self._tries.get(peer)
        while tries and abs(now - tries[0]) >= WRONG_WITHIN:  # either way: clocks are set back
            tries.popleft()
        return tries is not None and len(tries) >= WRONG_TRIES

    def add(self, peer: str, now: datetime) -> None:
        self._tries.setdefault(peer, deque()).append(now)
        self._tries.move_to_end(peer)
        if len(self._tries) > _PEERS:
            self._tries.popitem(last=False)


WRONG = web.AppKey("wrong_tries", WrongTries)


@web.middleware
async def signed_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets through what is public or has a session; what changes something must bring the session's CSRF token."""
    if request.path in PUBLIC or request.path.startswith("/static/"):
        return await handler(request)
    csrf = await csrf_of(request)
    if csrf is None:
        if request.path == "/api/status":
            return await handler(request) if await _reads(request) else _unauthorized(request)
        return _no_session(request)
    request[CSRF] = csrf
    if request.method not in SAFE_METHODS:
        given = (await form_of(request)).get("csrf", "")
        if not hmac.compare_digest(given.encode(), csrf.encode()):
            return render(
                request,
                "message.html",
                status=403,
                title="Nothing was done",
                words="This form is from an earlier sign-in. Go back to the status page and do it again there.",
            )
    return await handler(request)


async def show_sign_in(request: web.Request) -> web.Response:
    """The page of a link, or the page that says how to get one."""
    return render(request, "sign_in.html", token=request.query.get("token", ""), trouble="")


async def sign_in(request: web.Request) -> web.Response:
    """The button on a link's page."""
    parts = request.app[PARTS]
    tries, peer, now = request.app[WRONG], request.remote or "", parts.now()
    if tries.too_many(peer, now):
        trouble = "Too many wrong links were tried from this computer. Wait five minutes, then print a new one."
        response = render(request, "sign_in.html", status=429, token="", trouble=trouble)
        response.headers[hdrs.RETRY_AFTER] = str(int(WRONG_WITHIN.total_seconds()))
        return response
    token = (await form_of(request)).get("token", "")
    if not await parts.store.take_link(_hash(parts.vault, b"link", token), now):
        tries.add(peer, now)
        trouble = "This link was used already, or is older than ten minutes. Print a new one."
        return render(request, "sign_in.html", status=403, token="", trouble=trouble)
    session, csrf = _token(parts.random), _token(parts.random)
    await parts.store.put_session(_hash(parts.vault, b"session", session), csrf, now + SESSION_LIFE)
    response = web.Response(status=303, headers={hdrs.LOCATION: "/"})
    response.set_cookie(
        _cookie(request),
        session,
        max_age=int(SESSION_LIFE.total_seconds()),
        path="/",
        secure=request.secure,
        httponly=True,
        samesite="Strict",
    )
    return response


async def sign_out(request: web.Request) -> web.Response:
    """Ends the session."""
    parts = request.app[PARTS]
    await parts.store.delete_session(_hash(parts.vault, b"session", request.cookies.get(_cookie(request), "")))
    response = web.Response(status=303, headers={hdrs.LOCATION: "/sign-in"})
    response.del_cookie(_cookie(request), path="/", secure=request.secure, httponly=True, samesite="Strict")
    return response


async def csrf_of(request: web.Request) -> str | None:
    """The CSRF token of the request's session; None: nobody is signed in."""
    parts = request.app[PARTS]
    session = request.cookies.get(_cookie(request), "")
    return await parts.store.session(_hash(parts.vault, b"session", session), parts.now()) if session else None


async def _reads(request: web.Request) -> bool:
    """Whether the request brings the read token."""
    parts = request.app[PARTS]
    tries, peer, now = request.app[WRONG], request.remote or "", parts.now()
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if request.method not in SAFE_METHODS or scheme.lower() != "bearer" or tries.too_many(peer, now):
        return False
    stored = await parts.store.get(READ_TOKEN) or ""
    right = hmac.compare_digest(_hash(parts.vault, b"read", token.strip()).hex(), stored)
    if not right:
        tries.add(peer, now)
    return right


def _unauthorized(request: web.Request) -> web.Response:
    late = request.app[WRONG].too_many(request.remote or "", request.app[PARTS].now())
    words = "too many wrong tokens; wait five minutes" if late else "sign in, or send a read token as bearer"
    return web.json_response(
        {"error": words}, status=429 if late else 401, headers={hdrs.WWW_AUTHENTICATE: 'Bearer realm="ups-gateway"'}
    )


def _no_session(request: web.Request) -> web.Response:
    """The way to a sign-in; a browser that comes from another site did not send its cookie and is asked once more."""
    if request.method not in SAFE_METHODS:
        return render(
            request, "sign_in.html", status=403, token="", trouble="Your sign-in has ended. Nothing was done."
        )
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        # A link on the callback's page (https) leads here (http): for a browser that is another site, and a Strict
        # cookie stays at home. The page's own refresh comes from this site and brings it.
        return render(request, "again.html", address=request.path)
    return web.Response(status=303, headers={hdrs.LOCATION: "/sign-in"})


def _cookie(request: web.Request) -> str:
    """Cookies do not know ports: each listener's has its own name, so that two gateways on a machine do not sign each
    other's browsers out."""
    port = request.transport.get_extra_info("sockname")[1] if request.transport else 0
    return f"ups-gateway-{port}"


def _token(random: Callable[[int], bytes]) -> str:
    return base64.urlsafe_b64encode(random(32)).rstrip(b"=").decode()


def _hash(vault: Vault, purpose: bytes, token: str) -> bytes:
    return vault.hash(purpose, token.encode("utf-8", "surrogatepass"))
