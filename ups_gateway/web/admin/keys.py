"""Access keys: what to do with one that programs came with, and with one that is mapped.

The rule: no page shows a licence or takes one; a key is named by a hash of it, and mapped with the password it came
with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal, get_args

from aiohttp import web

from ups_gateway.model import AccessKey, Grant, KeySighting, TwoPhase
from ups_gateway.store.guesses import lift
from ups_gateway.web.admin import words
from ups_gateway.web.admin.actions import account_number, done, number_of
from ups_gateway.web.admin.facts import gather, seen_keys, usable
from ups_gateway.web.admin.parts import PARTS
from ups_gateway.web.admin.trouble import Wrong, gone
from ups_gateway.web.admin.worklist import seen_keys as lines_of
from ups_gateway.web.rendering import form_of, render

Status = Literal["active", "ignored", "blocked"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)


async def show(request: web.Request) -> web.Response:
    """GET /seen-keys/{id}: which program it is, and the choice."""
    parts = request.app[PARTS]
    facts = await gather(parts)
    found = [line for line in lines_of(facts) if line.id == request.match_info["id"]]
    if not found:
        raise gone("access key")
    (seen,) = found
    return render(
        request,
        "resolve.html",
        seen=seen,
        place=list(facts.sightings).index(seen.id) + 1,
        accounts=facts.accounts,
        applications=[one for one in parts.applications.values() if usable(one, Grant.AUTHORIZATION_CODE)],
        moment=lambda at: words.moment(at, parts.zone),
        distance=lambda at: words.distance(at, facts.now),
        counted=words.counted,
    )


async def map_key(request: web.Request) -> web.Response:
    """Gives an access key that was seen its account; the password is the one it came with."""
    parts, form = request.app[PARTS], await form_of(request)
    seen = await _seen(request)
    accounts = {account.id: account for account in await parts.store.accounts()}
    account = accounts.get(number_of(form.get("account", "")))
    if account is None:
        raise Wrong("Choose the account that the program ships on.")
    if form.get("two_phase") not in {*TwoPhase}:
        raise Wrong("Say whether the program shows prices to someone between confirm and accept.")
    others = {one.number: one.id for one in accounts.values() if one.environment == account.environment}
    further = {account_number(number) for number in form.get("further", "").replace(",", " ").split()}
    if further - others.keys():
        raise Wrong(f"There is no account {min(further - others.keys())} in the {account.environment} environment.")
    test = accounts.get(number_of(form.get("test_account", "")))
    await parts.store.add_key(
        AccessKey(
            id=0,
            licence=seen.licence,
            user=seen.user,
            password_hash=seen.password_hash,
            account=account.id,
            accounts=frozenset({account.id} | {others[number] for number in further}),
            test_account=None if test is None else test.id,
            two_phase=TwoPhase(form["two_phase"]),
            void_unaccepted_after=parts.void_unaccepted_after,
            label=form.get("label", "")[:60],
        )
    )
    await parts.store.forget_sighting(seen.licence, seen.user)
    return done("mapped", "keys")


async def accept_password(request: web.Request) -> web.Response:
    """A mapped key came with another password: that is the right one from now on."""
    parts = request.app[PARTS]
    seen = await _seen(request)
    for key in await parts.store.keys_of_licence(seen.licence):
        if key.user == seen.user:
            await parts.store.change_key(replace(key, password_hash=seen.password_hash))
            await parts.store.forget_sighting(seen.licence, seen.user)
            return done("password", "keys")
    raise gone("access key")


async def let_quote(request: web.Request) -> web.Response:
    """Confirms of this key only ask for prices from now on."""
    store = request.app[PARTS].store
    await store.change_key(replace(await _key(request), two_phase=TwoPhase.QUOTE))
    return done("quote", "keys")


async def unlock(request: web.Request) -> web.Response:
    """Hears addresses again that guessed at this key's password."""
    parts = request.app[PARTS]
    await lift(parts.store, (await _key(request)).id, parts.now())
    return done("unlocked", "keys")


async def mark_seen(request: web.Request) -> web.Response:
    """Ignores or blocks a key that nobody maps, or lists it again: `status`."""
    seen, status = await _seen(request), await _status(request)
    await request.app[PARTS].store.mark_sighting(seen.licence, seen.user, status)
    return done(f"seen-{status}", "keys" if status != "active" else "seen-keys")


async def mark(request: web.Request) -> web.Response:
    """Ignores or blocks a mapped key, or makes it active again: `status`."""
    key, status = await _key(request), await _status(request)
    await request.app[PARTS].store.change_key(replace(key, status=status))
    return done(f"key-{status}", "keys")


async def _seen(request: web.Request) -> KeySighting:
    seen = (await seen_keys(request.app[PARTS])).get(request.match_info["id"])
    if seen is None:
        raise gone("access key")
    return seen


async def _key(request: web.Request) -> AccessKey:
    for key in await request.app[PARTS].store.keys():
        if key.id == number_of(request.match_info["id"]):
            return key
    raise gone("access key")


async def _status(request: web.Request) -> Status:
    given = (await form_of(request)).get("status")
    for status in STATUSES:
        if status == given:
            return status
    raise Wrong("Say whether the access key is to be active, ignored or blocked.")
