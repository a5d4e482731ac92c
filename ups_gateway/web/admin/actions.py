"""What the forms of the status page do: accounts and shipments.

The rule: every handler is a POST behind session and CSRF token, does one thing, and leads back to the page, which says
what was done.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from aiohttp import hdrs, web

from ups_gateway.model import Account, Grant, State
from ups_gateway.web.admin import words
from ups_gateway.web.admin.facts import usable
from ups_gateway.web.admin.parts import PARTS, AdminParts
from ups_gateway.web.admin.probing import lacks_postal_code, probe_accounts
from ups_gateway.web.admin.trouble import Wrong, gone
from ups_gateway.web.rendering import form_of, render

_ACCOUNT = re.compile(r"[0-9A-Z]{6}|[0-9A-Z]{10}")
_NUMBER = re.compile(r"[0-9A-Z]{7,34}")

# --- accounts ---------------------------------------------------------------------------------------------------------


async def add_account(request: web.Request) -> web.Response:
    """A new account on a profile or a client-credentials application (`through`), probed at once."""
    parts, form = request.app[PARTS], await form_of(request)
    wanted = new_account_of(form)
    profile, application, environment = await _through(parts, form.get("through", ""))
    if any((one.number, one.environment) == (wanted.number, environment) for one in await parts.store.accounts()):
        raise Wrong(f"Account {wanted.number} is there already in the {environment} environment.")
    account = await parts.store.add_account(
        replace(wanted, environment=environment, profile=profile, application=application)
    )
    await probe_accounts([account], parts.probe, parts.store, parts.now())
    return done("added", f"account-{account.id}")


async def connect_account(request: web.Request) -> web.Response:
    """Has an account ship through another profile or application of its environment."""
    parts, account = request.app[PARTS], await _account_of(request)
    profile, application, environment = await _through(parts, (await form_of(request)).get("through", ""))
    if environment != account.environment:
        raise Wrong(
            f"Account {account.number} belongs to the {account.environment} environment, this sign-in does not."
        )
    connected = replace(account, profile=profile, application=application, probe=None, probe_note="", probed_at=None)
    await parts.store.change_account(connected)
    await probe_accounts([connected], parts.probe, parts.store, parts.now())
    return done("changed", f"account-{account.id}")


async def set_active(request: web.Request) -> web.Response:
    """`active` is yes or no."""
    account = await _account_of(request)
    active = (await form_of(request)).get("active") == "yes"
    await request.app[PARTS].store.change_account(replace(account, active=active))
    return done("changed", f"account-{account.id}")


async def remove_account(request: web.Request) -> web.Response:
    """Takes the account out of the gateway."""
    account = await _account_of(request)
    try:
        await request.app[PARTS].store.delete_account(account.id)
    except ValueError as error:
        raise Wrong(f"Account {account.number} is used by an access key, and stays. Map the key elsewhere.") from error
    return done("removed")


# --- shipments --------------------------------------------------------------------------------------------------------


async def void(request: web.Request) -> web.Response:
    """Voids it at UPS, now or as soon as UPS answers."""
    row = await request.app[PARTS].shipping.voids.by_page(int(request.match_info["id"]))
    what = {State.VOIDED: "voided", State.VOIDING: "voiding"}.get(row.state, "kept")
    return done(what, "shipments")


async def look_up(request: web.Request) -> web.Response:
    """Asks UPS what it knows by the references of a shipment of unknown outcome; a person chooses."""
    parts = request.app[PARTS]
    shipment = await parts.store.shipment(int(request.match_info["id"]))
    if shipment is None:
        raise gone("shipment")
    found = await parts.shipping.desk.look_up(shipment.id)
    return render(request, "lookup.html", found=found, moment=lambda at: words.moment(at, parts.zone))


async def settle(request: web.Request) -> web.Response:
    """A person's word on an unknown outcome: `exists` is yes or no, `number` what UPS calls it."""
    parts, form = request.app[PARTS], await form_of(request)
    shipment = await parts.store.shipment(int(request.match_info["id"]))
    if shipment is None:
        raise gone("shipment")
    number: str | None = None
    if form.get("exists") == "yes":
        number = "".join(form.get("number", "").upper().split())
        if shipment.kind == "shipment" and not _NUMBER.fullmatch(number):
            raise Wrong("Enter the shipment's number as UPS shows it, for example 1Z999AA10123456784.")
    elif form.get("exists") != "no":
        raise Wrong("Say whether it exists at UPS.")
    await parts.shipping.desk.settle_unknown(shipment.id, number)
    return done("settled", "shipments")


# --- reading forms ----------------------------------------------------------------------------------------------------


def account_of(form: Mapping[str, str]) -> Account:
    """A new account from the fields of a form, without environment and sign-in yet. Raises Wrong."""
    number, country = account_number(form.get("number", "")), form.get("country", "").upper()
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise Wrong("Enter the country that the account has at UPS: a code of two letters, for example US.")
    return Account(
        id=0,
        number=number,
        environment="",
        nickname=form.get("nickname", "")[:60],
        postal_code=form.get("postal_code", "").upper()[:12],
        country=country,
    )


def new_account_of(form: Mapping[str, str]) -> Account:
    """One from a form, with all that UPS must be told to be asked about it. Raises Wrong."""
    account = account_of(form)
    if lacks_postal_code(account):
        raise Wrong(f"Enter the postal code that account {account.number} has at UPS: UPS is asked about it with that.")
    return account


async def _account_of(request: web.Request) -> Account:
    account = await request.app[PARTS].store.account(number_of(request.match_info["id"]))
    if account is None:
        raise gone("account")
    return account


async def _through(parts: AdminParts, value: str) -> tuple[int | None, str | None, str]:
    """Profile, application and environment of "profile:3" or "application:NAME"."""
    kind, _, name = value.partition(":")
    if kind == "profile":
        profile = await parts.store.profile(number_of(name))
        if profile is not None:
            return profile.id, None, profile.environment
    application: Mapping[str, str] = {
        one.name: one.environment for one in parts.applications.values() if usable(one, Grant.CLIENT_CREDENTIALS)
    }
    if kind == "application" and name in application:
        return None, name, application[name]
    raise Wrong("Choose the sign-in that the account ships through.")


def account_number(text: str) -> str:
    """As UPS writes it. Raises Wrong."""
    number = "".join(text.upper().split())
    if not _ACCOUNT.fullmatch(number):
        raise Wrong("A UPS account number has 6 or 10 letters and digits, for example A1B2C3.")
    return number


def number_of(text: str) -> int:
    """An id of the store; what is none is 0, which nothing has."""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0


def done(what: str, anchor: str = "", *, page: str = "/") -> web.Response:
    """Leads back to a page, which says what was done."""
    return web.Response(status=303, headers={hdrs.LOCATION: f"{page}?done={what}{f'#{anchor}' if anchor else ''}"})
