"""Signing in at UPS: out by the Authorize button, back by what a person pastes, and the page that ends it.

The rule: a consent is worth what UPS says to a real call for each of its accounts, so each is asked about at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import hdrs, web

from ups_gateway.oauth.consent import Consent
from ups_gateway.oauth.paste import ConsentFailed, FailureKind
from ups_gateway.web.admin.parts import PARTS
from ups_gateway.web.admin.probing import probe_accounts
from ups_gateway.web.admin.profiles import profile_of
from ups_gateway.web.admin.session import WRONG
from ups_gateway.web.admin.trouble import Wrong
from ups_gateway.web.rendering import STYLE, form_of, render

TITLES: Final[Mapping[FailureKind, str]] = {
    "declined": "The sign-in was declined",
    "expired": "The sign-in took too long",
    "second_click": "This sign-in was used already",
    "unknown_state": "This sign-in is not known here",
    "campusship": "CampusShip logins cannot consent",
    "unreadable": "No code was found",
    "refused": "UPS refused the sign-in",
    "unreachable": "UPS could not be reached",
    "gone": "There is nothing to sign in for",
}


async def begin(request: web.Request) -> web.Response:
    """Sends the browser to UPS for a profile that exists."""
    profile = await profile_of(request)
    return await _to_ups(request, profile.application, profile.id, profile.name)


async def begin_new(request: web.Request) -> web.Response:
    """Sends the browser to UPS; the profile is made when it comes back with a consent."""
    form = await form_of(request)
    if not form.get("name"):
        raise Wrong("Give the sign-in a name, for example that of the warehouse or of the UPS.com user.")
    return await _to_ups(request, form.get("application", ""), None, form["name"][:60])


async def _to_ups(request: web.Request, application: str, profile: int | None, name: str) -> web.Response:
    anchor = "" if profile is None else f"#profile-{profile}"
    url = await request.app[PARTS].keeper.begin(application, profile, name=name, return_to=f"/{anchor}")
    return web.Response(status=303, headers={hdrs.LOCATION: url})


async def show_paste(request: web.Request) -> web.Response:
    """The form for browsers that could not come back."""
    return render(request, "paste.html", failed=None, title="")


async def paste(request: web.Request) -> web.Response:
    """Takes the address, a part of it, or the code."""
    try:
        consent = await request.app[PARTS].keeper.finish_pasted((await form_of(request)).get("pasted", ""))
    except ConsentFailed as failed:
        return render(
            request,
            "paste.html",
            status=400,
            failed=failed.words,
            title=TITLES[failed.kind],
        )
    return await finished(request, consent, style=STYLE)


async def finished(request: web.Request, consent: Consent, *, style: str) -> web.Response:
    """Asks UPS about every account of the profile, and shows what it said."""
    parts = request.app[PARTS]
    mine = [account for account in await parts.store.accounts() if account.profile == consent.profile.id]
    probed = await probe_accounts(mine, parts.probe, parts.store, parts.now())
    return render(
        request,
        "consent.html",
        style=style,
        profile=consent.profile,
        results=probed,
        inactive=len(mine) - len(probed),
        page=status_page(request, f"/#profile-{consent.profile.id}"),
        home=status_page(request, "/"),
    )


def status_page(request: web.Request, path: str) -> str:
    """The status page as seen from this listener: on the admin listener by whatever name the browser knows it."""
    return path if WRONG in request.app else request.app[PARTS].admin_url + path
