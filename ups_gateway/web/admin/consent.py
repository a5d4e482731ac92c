"""Signing in at UPS, guided: before, out by the Authorize button, back by what a person pastes, and the result.

The rule: a consent is worth what UPS says to a real call for each of its accounts, so each is asked about at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import hdrs, web

from ups_gateway.model import Account, Application, Environment, Grant, Profile
from ups_gateway.oauth.consent import Consent
from ups_gateway.oauth.paste import ConsentFailed, FailureKind
from ups_gateway.web.admin import words
from ups_gateway.web.admin.actions import account_of, new_account_of
from ups_gateway.web.admin.facts import gather, usable
from ups_gateway.web.admin.parts import PARTS, AdminParts
from ups_gateway.web.admin.probing import probe_accounts
from ups_gateway.web.admin.profiles import profile_of
from ups_gateway.web.admin.session import WRONG
from ups_gateway.web.admin.trouble import Wrong
from ups_gateway.web.admin.view import status
from ups_gateway.web.rendering import STYLE, form_of, render

CONNECT: Final = "/connect"
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
_WANTED: Final = ("number", "postal_code", "country", "nickname")
_KEY: Final = re.compile(r"[0-9a-f]{24}")


async def show_connect(request: web.Request) -> web.Response:
    """GET /connect: what to have ready, and the way to UPS."""
    parts = request.app[PARTS]
    facts = await gather(parts)
    return render(
        request,
        "connect.html",
        page=status(facts, parts.zone),
        choices=list(_choices(parts)),
        moment=lambda at: words.moment(at, parts.zone),
        distance=lambda at: words.distance(at, facts.now),
    )


def _choices(parts: AdminParts) -> list[tuple[Application, Environment]]:
    """The applications that somebody can consent to, production first."""
    found = [
        (one, parts.environments[one.environment])
        for one in parts.applications.values()
        if usable(one, Grant.AUTHORIZATION_CODE) and one.environment in parts.environments
    ]
    return sorted(found, key=lambda pair: (pair[1].name != "production", pair[1].test, pair[0].name))


async def begin(request: web.Request) -> web.Response:
    """Sends the browser to UPS for a profile that exists."""
    profile = await profile_of(request)
    return await _to_ups(request, profile.application, profile.id, profile.name, f"/#profile-{profile.id}")


async def begin_new(request: web.Request) -> web.Response:
    """Sends the browser to UPS; the profile, and the account if one is named, are made when it comes back."""
    form = await form_of(request)
    if not form.get("name"):
        raise Wrong("Give the sign-in a name, for example that of the warehouse or of the UPS.com user.")
    account = new_account_of(form) if form.get("number") else None
    back = _return_to(account, form.get("key", ""))
    return await _to_ups(request, form.get("application", ""), None, form["name"][:60], back)


async def _to_ups(
    request: web.Request, application: str, profile: int | None, name: str, return_to: str
) -> web.Response:
    url = await request.app[PARTS].keeper.begin(application, profile, name=name, return_to=return_to)
    return web.Response(status=303, headers={hdrs.LOCATION: url})


def _return_to(account: Account | None, key: str) -> str:
    """Where the sign-in began, and the account and access key it is for: kept sealed until the browser comes back."""
    fields = {} if account is None else {name: getattr(account, name) for name in _WANTED}
    if _KEY.fullmatch(key):
        fields["key"] = key
    return f"{CONNECT}?{urlencode(fields)}"


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
    fields = dict(parse_qsl(urlsplit(consent.return_to).query))
    elsewhere = await _take_account(parts, consent.profile, fields)
    mine = [account for account in await parts.store.accounts() if account.profile == consent.profile.id]
    probed = await probe_accounts(mine, parts.probe, parts.store, parts.now())
    return render(
        request,
        "consent.html",
        style=style,
        profile=consent.profile,
        test=Environment(consent.profile.environment, "").test,
        results=probed,
        inactive=len(mine) - len(probed),
        elsewhere=elsewhere,
        page=status_page(request, f"/#profile-{consent.profile.id}"),
        key=status_page(request, f"/seen-keys/{fields['key']}") if "key" in fields else "",
        details=status_page(request, f"/profiles/{consent.profile.id}"),
    )


async def _take_account(parts: AdminParts, profile: Profile, fields: Mapping[str, str]) -> str:
    """Makes or connects the account that the sign-in was begun for; its number if it ships through another one."""
    if "number" not in fields:
        return ""
    wanted = account_of(fields)
    for account in await parts.store.accounts():
        if (account.number, account.environment) == (wanted.number, profile.environment):
            if account.profile is not None or account.application is not None:
                return account.number
            await parts.store.change_account(replace(account, profile=profile.id))
            return ""
    await parts.store.add_account(replace(wanted, environment=profile.environment, profile=profile.id))
    return ""


def status_page(request: web.Request, path: str) -> str:
    """A page as seen from this listener: on the admin listener by whatever name the browser knows it."""
    return path if WRONG in request.app else request.app[PARTS].admin_url + path
