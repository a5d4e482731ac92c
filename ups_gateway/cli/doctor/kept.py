"""What the store tells: is it whole, is it backed up, will its tokens ship tomorrow, and which programs went quiet.

The rule: a store that is not there is not made, and one that is damaged is not opened.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from ups_gateway.app import parts_of
from ups_gateway.cli.doctor.finding import Finding, bad, ok, warn
from ups_gateway.config import Settings
from ups_gateway.model import AccessKey, Account, Grant, Health, KeySighting, Profile
from ups_gateway.oauth.vault import FernetVault
from ups_gateway.store.counts import Usage
from ups_gateway.store.sqlite.copies import Copies, Kind
from ups_gateway.store.sqlite.copying import damage
from ups_gateway.web.admin.parts import AdminParts
from ups_gateway.web.admin.words import HEALTH_WORDS, counted

QUIET: Final = timedelta(days=7)
"""A program that asked nothing for so long may have lost its way here."""
_REMEMBERED: Final = timedelta(days=90)
_BACKUP_LATE: Final = timedelta(days=2)


async def kept(settings: Settings, now: datetime) -> AsyncIterator[Finding]:
    """All of it."""
    for finding in (key(settings), *backups(settings, now)):
        yield finding
    if not settings.store_file.exists():
        yield warn("store", f"{settings.store_file} is not there yet; a first start makes it.", "ups-gateway serve")
        return
    if words := await damage(settings.store_file):
        mend = "systemctl restart ups-gateway"
        yield bad("store", f"It is damaged ({words}). A start restores the newest backup.", mend)
        return
    yield ok("store", f"{settings.store_file} is whole.")
    async with parts_of(settings) as parts:
        async for finding in _told(parts, now):
            yield finding


async def _told(parts: AdminParts, now: datetime) -> AsyncIterator[Finding]:
    profiles, accounts = await parts.store.profiles(), await parts.store.accounts()
    for finding in (
        *applications(parts, profiles, accounts),
        *(token(one, parts.keeper.health(one, now)) for one in profiles),
        *(account(one) for one in accounts if one.active),
        *programs(await parts.store.keys(), await parts.store.usage(now - _REMEMBERED), now),
        *strangers(await parts.store.sightings()),
    ):
        yield finding


def key(settings: Settings) -> Finding:
    """What the store is sealed with."""
    where = settings.key_file or "the environment or a systemd credential"
    if len(settings.key.sealing) > 1:
        words = f"{where} holds former sealing keys; the rotation was not finished."
        return warn("key", words, "ups-gateway rotate-key && ups-gateway rotate-key --finish")
    return ok("key", f"It is in {where}. Keep a copy, but never beside a backup.")


def backups(settings: Settings, now: datetime) -> Iterator[Finding]:
    """How old the newest is, and whether a damaged store was put aside."""
    found = Copies(settings.store_file, FernetVault(settings.key)).found()
    for copy in found:
        if copy.kind is Kind.DAMAGED:
            words = f"A damaged store was kept as {copy.path}; what was done since the backup is not in the ledger."
            yield warn("backup", words, "ups-gateway shipments list")
    newest = next((copy for copy in found if copy.kind in (Kind.DAILY, Kind.ASKED)), None)
    if newest is None:
        if settings.store_file.exists():
            yield warn("backup", "There is none yet; a running gateway makes one every day.", "ups-gateway backup")
    elif now - newest.made_at > _BACKUP_LATE:
        days = counted((now - newest.made_at).days, "day")
        yield warn("backup", f"The newest is {days} old: the gateway did not run, or could not.", "ups-gateway backup")
    else:
        yield ok("backup", f"The newest is of {newest.made_at.astimezone():%Y-%m-%d %H:%M %Z}.")


def applications(parts: AdminParts, profiles: Sequence[Profile], accounts: Sequence[Account]) -> Iterator[Finding]:
    """Applications that nothing uses."""
    for name, one in parts.applications.items():
        if one.grant is Grant.AUTHORIZATION_CODE:
            if not any(profile.application == name for profile in profiles):
                mend = f"ups-gateway profiles add NAME --application {name}"
                yield warn(f"application {name}", "No profile belongs to it: nobody has signed in.", mend)
        elif not any(account.application == name for account in accounts):
            through = f"--environment {one.environment} --application {name}"
            mend = f"ups-gateway accounts add NUMBER {through} --postal-code CODE --country US"
            yield warn(f"application {name}", "No account ships through it.", mend)


def token(profile: Profile, health: Health) -> Finding:
    """Whether a profile ships, and how long."""
    what, words = f"profile {profile.name}", f"{HEALTH_WORDS[health]}."
    mend = f"ups-gateway authorize {profile.id}"
    if health is Health.OK:
        return ok(what, words)
    if health is Health.INACTIVE:
        words = f"Its application {profile.application} is not configured."
        return warn(what, words, "in the configuration, add it under applications:")
    if health is Health.EXPIRING:
        return warn(what, words, mend)
    return bad(what, f"{words} {profile.rejected}".rstrip(), mend)


def account(one: Account) -> Finding:
    """Whether UPS lets an account ship by the consent it has."""
    what, words = f"account {one.number}", one.probe_note
    if one.profile is None and one.application is None:
        mend = f"ups-gateway accounts set {one.number} --environment {one.environment} --profile ID"
        return bad(what, "It is not connected to a profile or an application.", mend)
    if one.probe == "not_linked":
        words = f"It is not linked to the UPS.com login that signed in. {words}".rstrip()
        return bad(what, words, "add it at UPS.com (Profile, Accounts and Payment), then press Check on the page")
    if one.probe != "linked":
        words = f"Whether it is linked is not known. {words}".rstrip()
        return warn(what, words, "press Check on the page: ups-gateway admin-link")
    return ok(what, "Linked.")


def programs(keys: Sequence[AccessKey], usage: Sequence[Usage], now: datetime) -> Iterator[Finding]:
    """Mapped access keys that asked nothing lately."""
    if not keys:
        yield warn("programs", "No access key is mapped: no program may ship.", "ups-gateway keys map --help")
    last: dict[int | None, datetime] = {}
    for one in usage:
        last[one.key] = max(one.last, last.get(one.key, one.last))
    for mapped in keys:
        if mapped.status != "active":
            continue
        what, seen = f"program {mapped.label or mapped.masked}", last.get(mapped.id)
        if seen is None:
            words = f"It asked nothing in the last {_REMEMBERED.days} days."
        elif now - seen > QUIET:
            words = f"It asked nothing for {counted((now - seen).days, 'day')}."
        else:
            yield ok(what, f"It asked last on {seen.astimezone():%Y-%m-%d %H:%M %Z}.")
            continue
        mend = "look at the address it is set to; if it is gone: ups-gateway keys remove"
        yield warn(what, words, f"{mend} {mapped.id}")


def strangers(sightings: Sequence[KeySighting]) -> Iterator[Finding]:
    """Programs that knock and may not."""
    if sightings:
        seen = counted(len(sightings), "access key")
        yield warn("programs", f"Requests came with {seen} that nobody mapped.", "ups-gateway keys list")
