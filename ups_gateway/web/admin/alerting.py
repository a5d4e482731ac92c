"""What is wrong, who was told and who has seen it, and the button that tries every way of telling.

The rule: a test goes every way at once and says of each whether it got through; what was seen stays on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from ups_gateway.alerts.telling import Alerts, Told
from ups_gateway.web.admin import words
from ups_gateway.web.admin.actions import done
from ups_gateway.web.admin.parts import PARTS
from ups_gateway.web.admin.trouble import Wrong
from ups_gateway.web.rendering import form_of, render

NOTICES: Final = {
    "seen": "Noted. It is not told again until it is over and comes back, or gets worse.",
    "tell-again": "It is told once a day again.",
}
"""By the value of `done` in the page's address, after a form."""
PLACES: Final = {
    "profile": "/profiles/{}",
    "account": "/#account-{}",
    "shipment": "/#shipment-{}",
    "key": "/#key-{}",
}
"""Where to do something about a subject, by the word before its id."""


async def show(request: web.Request) -> web.Response:
    """GET /alerts."""
    return await _page(request, None)


async def test(request: web.Request) -> web.Response:
    """Sends a test alert by every way."""
    return await _page(request, await _alerts(request).test())


async def see(request: web.Request) -> web.Response:
    """Somebody knows of the trouble that `about` names."""
    if not await _alerts(request).see((await form_of(request)).get("about", "")):
        raise Wrong("This is over already: nothing is left to be seen.")
    return done("seen", "standing", page="/alerts")


async def tell_again(request: web.Request) -> web.Response:
    """Takes that back."""
    await _alerts(request).tell_again((await form_of(request)).get("about", ""))
    return done("tell-again", "standing", page="/alerts")


def _alerts(request: web.Request) -> Alerts:
    alerts = request.app[PARTS].alerts
    if alerts is None:
        raise Wrong("No alerts are sent from here.")
    return alerts


async def _page(request: web.Request, told: Sequence[Told] | None) -> web.Response:
    parts = request.app[PARTS]
    now = parts.now()
    return render(
        request,
        "alerts.html",
        here="/alerts",
        standing=() if parts.alerts is None else await parts.alerts.standing(),
        told=told,
        notice=NOTICES.get(request.query.get("done", ""), ""),
        place=_place,
        distance=lambda at: words.distance(at, now),
        moment=lambda at: words.moment(at, parts.zone),
    )


def _place(subject: str) -> str:
    kind, _, number = subject.partition(":")
    return PLACES[kind].format(number)
