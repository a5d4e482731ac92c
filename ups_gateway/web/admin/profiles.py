"""One sign-in: its tokens, its history, and what can be done with it.

The rule: what it shows of a token is when it ends and what UPS says of it, never its value.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from ups_gateway.model import Account, Profile
from ups_gateway.web.admin import words
from ups_gateway.web.admin.actions import done, number_of
from ups_gateway.web.admin.facts import gather
from ups_gateway.web.admin.parts import PARTS
from ups_gateway.web.admin.probing import probe_accounts
from ups_gateway.web.admin.trouble import gone
from ups_gateway.web.admin.view import status
from ups_gateway.web.rendering import form_of, render

NOTICES: Final = {
    "refreshed": "The tokens were refreshed.",
    "disconnected": "The sign-in was disconnected. UPS still lists the consent: it can be withdrawn on ups.com.",
}
"""By the value of `done` in the page's address, after a form."""
_HISTORY: Final = 50


async def show(request: web.Request) -> web.Response:
    """GET /profiles/{id}."""
    parts, profile = request.app[PARTS], await profile_of(request)
    facts = await gather(parts)
    found = [
        (section, card)
        for section in status(facts, parts.zone).sections
        for card in section.cards
        if card.profile == profile.id
    ]
    if not found:
        raise gone("sign-in")
    ((section, card),) = found
    return render(
        request,
        "profile.html",
        section=section,
        card=card,
        history=await parts.store.refreshes(profile.id, _HISTORY),
        notice=NOTICES.get(request.query.get("done", ""), ""),
        profiles=facts.profiles,
        moment=lambda at: words.moment(at, parts.zone),
        distance=lambda at: words.distance(at, facts.now),
        outcome=words.outcome,
    )


async def refresh(request: web.Request) -> web.Response:
    """Asks UPS for a new pair now, also after a refusal whose cause was mended."""
    profile = await profile_of(request)
    await request.app[PARTS].keeper.try_again(profile.id)
    return await _back(request, "refreshed", profile)


async def disconnect(request: web.Request) -> web.Response:
    """Forgets the profile's tokens."""
    profile = await profile_of(request)
    await request.app[PARTS].keeper.disconnect(profile.id)
    return await _back(request, "disconnected", profile)


async def check(request: web.Request) -> web.Response:
    """Asks UPS about each account with a real rate request, and explains the answers."""
    parts, profile = request.app[PARTS], await profile_of(request)
    mine = await _accounts(request, profile)
    probed = await probe_accounts(mine, parts.probe, parts.store, parts.now())
    return render(request, "tested.html", profile=profile, results=probed, inactive=len(mine) - len(probed))


async def delete(request: web.Request) -> web.Response:
    """Asks once more, and with `sure` deletes it."""
    parts, profile = request.app[PARTS], await profile_of(request)
    if (await form_of(request)).get("sure") != "yes":
        numbers = [account.number for account in await _accounts(request, profile)]
        return render(request, "delete.html", profile=profile, accounts=words.listed(numbers), single=len(numbers) == 1)
    # First its tokens, in memory too: nothing may refresh them while the row goes.
    await parts.keeper.disconnect(profile.id)
    await parts.store.delete_profile(profile.id)
    return done("deleted")


async def profile_of(request: web.Request) -> Profile:
    """The profile that the path names."""
    profile = await request.app[PARTS].store.profile(number_of(request.match_info["id"]))
    if profile is None:
        raise gone("sign-in")
    return profile


async def _accounts(request: web.Request, profile: Profile) -> list[Account]:
    return [account for account in await request.app[PARTS].store.accounts() if account.profile == profile.id]


async def _back(request: web.Request, what: str, profile: Profile) -> web.Response:
    """To the page that the button was pressed on."""
    if (await form_of(request)).get("from") == "profile":
        return done(what, page=f"/profiles/{profile.id}")
    return done(what, f"profile-{profile.id}")
