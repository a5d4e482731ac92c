"""From facts to what is wrong, in words. Pure.

The rule: one finding a subject, the one that a person can act on: a sign-in that ended is said once, not again for each
of its accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final, Literal

from ups_gateway.alerts.facts import SHIPMENT, Facts
from ups_gateway.model import Account, Health, Profile, Shipment, State

Kind = Literal[
    "expiring",
    "expired",
    "rejected",
    "not_linked",
    "unknown",
    "undelivered",
    "voiding_refused",
    "voiding_long",
    "cannot_be_voided",
    "guessed",
]
Severity = Literal["error", "reminder", "recovery", "test"]

ANY: Final = frozenset[Kind](
    (
        *("expiring", "expired", "rejected", "not_linked", "unknown", "undelivered"),
        *("voiding_refused", "voiding_long", "cannot_be_voided", "guessed"),
    )
)
SEVERITY: Final[Mapping[Kind, Severity]] = {
    kind: "reminder" if kind in ("expiring", "undelivered", "guessed") else "error" for kind in sorted(ANY)
}
STAYS: Final = timedelta(minutes=15)
"""So long a program may still come for an answer that it did not get."""
FRESH: Final = timedelta(days=7)
"""A label that was not fetched for so long is told no more, though nobody has fetched it."""

_BAD: Final[Mapping[Health, Kind]] = {
    Health.EXPIRING: "expiring",
    Health.EXPIRED: "expired",
    Health.REJECTED: "rejected",
}
_REAUTHORIZE: Final = "Press Reauthorize for it and sign in at UPS"
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_SHIPMENTS: Final[Mapping[str, tuple[Kind, str, str]]] = {
    "unknown": (
        "unknown",
        "the outcome is unknown: UPS was asked and no answer came",
        "Look for it at UPS, then say on the page whether it exists. Until then the same request is refused.",
    ),
    "undelivered": (
        "undelivered",
        "it was created, but the program never took the answer",
        "Download the label if the parcel ships, or void it.",
    ),
    "voiding_refused": (
        "voiding_refused",
        "UPS refuses the void so far",
        "Void it on ups.com if it must not be billed.",
    ),
    "voiding_long": (
        "voiding_long",
        "the void has been tried for more than a day",
        "Void it on ups.com if it must not be billed.",
    ),
    "cannot_be_voided": (
        "cannot_be_voided",
        "it cannot be voided and will be billed",
        "Ask UPS for a refund if it never shipped.",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What holds of one subject: something is wrong (`kind`), or what was wrong is over (`kind` None)."""

    subject: str
    """profile:3, account:5, shipment:17 or key:2, with the id that commands take."""
    kind: Kind | None
    words: str
    advice: str = ""
    accounts: tuple[str, ...] = ()
    environment: str = ""
    ends_at: datetime | None = None
    ends: frozenset[Kind] = frozenset()
    """Which kinds of trouble are over, where `kind` is None."""

    @property
    def severity(self) -> Severity:
        return "recovery" if self.kind is None else SEVERITY[self.kind]


def find(facts: Facts, zone: tzinfo | None) -> tuple[Finding, ...]:
    """Errors first; what is over stands last."""
    found = [*_sign_ins(facts, zone), *_accounts(facts), *_shipments(facts), *_keys(facts, zone)]
    order: tuple[Severity, ...] = ("error", "reminder", "recovery")
    return tuple(sorted(found, key=lambda one: order.index(one.severity)))


def troubles(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those where something is wrong."""
    return tuple(one for one in found if one.kind is not None)


def moment(at: datetime, zone: tzinfo | None) -> str:
    """ "14 January 2027 at 13:05 CET"; None: the machine's zone."""
    local = at.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year} at {local:%H:%M %Z}"


# --- sign-ins ---------------------------------------------------------------------------------------------------------


def _of(profile: Profile, accounts: Sequence[Account]) -> tuple[str, ...]:
    return tuple(one.number for one in accounts if one.profile == profile.id and one.environment == profile.environment)


def _end(profile: Profile) -> datetime | None:
    tokens = profile.tokens
    return None if tokens is None else tokens.refresh_expires_at or tokens.access_expires_at


def _sign_ins(facts: Facts, zone: tzinfo | None) -> Iterator[Finding]:
    """Of each profile that an active account ships through."""
    for profile, health in facts.profiles:
        numbers = _of(profile, facts.accounts)
        subject = f"profile:{profile.id}"
        name = f'The UPS sign-in "{profile.name}"'
        if not numbers:
            continue
        if health is Health.OK:
            yield Finding(
                subject, None, f"{name} works again.", accounts=numbers, environment=profile.environment, ends=ANY
            )
        elif health in _BAD:
            ends = _end(profile)
            words, advice = _of_sign_in(name, _BAD[health], profile.rejected, numbers, ends, facts.now, zone)
            yield Finding(subject, _BAD[health], words, advice, numbers, profile.environment, ends)


def _of_sign_in(
    name: str,
    kind: Kind,
    refusal: str,
    numbers: Sequence[str],
    ends: datetime | None,
    now: datetime,
    zone: tzinfo | None,
) -> tuple[str, str]:
    if kind == "expiring":
        days = 0 if ends is None else (ends - now).days
        left = f"in {days} day{'' if days == 1 else 's'}" if days else "within a day"
        when = "" if ends is None else f", on {moment(ends, zone)}"
        return f"{name} ends {left}{when}.", f"{_REAUTHORIZE} before then."
    if kind == "expired":
        return f"{name} has ended: {_cannot_ship(numbers)}.", f"{_REAUTHORIZE}; shipping works again at once."
    return (
        f"{name} is no longer accepted by UPS: {_cannot_ship(numbers)}. {refusal}".rstrip(),
        f"This happens when the UPS password or the account's payment changed. {_REAUTHORIZE}.",
    )


def _cannot_ship(numbers: Sequence[str]) -> str:
    shown = ", ".join(numbers[:5]) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")
    return f"{shown} cannot ship"


# --- accounts ---------------------------------------------------------------------------------------------------------


def _accounts(facts: Facts) -> Iterator[Finding]:
    """Of each account whose sign-in works; what is wrong with a sign-in is said of that."""
    health = {profile.id: health for profile, health in facts.profiles}
    names = {profile.id: profile.name for profile, _ in facts.profiles}
    for account in facts.accounts:
        if account.profile is not None and health.get(account.profile) in (Health.OK, Health.EXPIRING):
            yield _of_account(account, None, f'the sign-in "{names[account.profile]}"')
        elif account.id in facts.refusals:
            yield _of_account(account, facts.refusals[account.id], f'the application "{account.application}"')


def _of_account(account: Account, refusal: str | None, source: str) -> Finding:
    subject, numbers = f"account:{account.id}", (account.number,)
    if refusal:
        return Finding(
            subject,
            "rejected",
            f"UPS refuses {source}: {account.number} cannot ship. {refusal}",
            "Look at the application's client id and secret at UPS and in the configuration.",
            numbers,
            account.environment,
        )
    if account.probe == "not_linked":
        return Finding(
            subject,
            "not_linked",
            f"UPS says that account {account.number} is not linked to {source}: it cannot ship.",
            "On ups.com open Accounts and Payment, choose Add Existing Account, then Test connection on the page.",
            numbers,
            account.environment,
        )
    # UPS was not asked with the client credentials since the start: that it refused them may still hold.
    unsure: frozenset[Kind] = frozenset({"rejected"} if account.profile is None and refusal is None else ())
    return Finding(
        subject,
        None,
        f"Account {account.number} can ship again.",
        accounts=numbers,
        environment=account.environment,
        ends=ANY - unsure,
    )


# --- shipments --------------------------------------------------------------------------------------------------------


def _shipments(facts: Facts) -> Iterator[Finding]:
    numbers = {account.id: account.number for account in facts.accounts}
    for row, reason in facts.attention:
        kind, words, advice = _SHIPMENTS[reason]
        if kind == "undelivered" and facts.now - row.changed_at < STAYS:
            yield _over(row, numbers)
        else:
            words = f"{_name(row, numbers)}: {words}."
            yield Finding(_subject(row), kind, words, advice, (numbers[row.account],), row.environment)
    for row in facts.told:
        if row.changed_at >= facts.now - FRESH or not _lasts(row):
            yield _over(row, numbers)


def _lasts(row: Shipment) -> bool:
    """Nothing but time ends what was told of it."""
    fetched = row.delivered or row.state not in (State.CREATED, State.ACCEPTED)
    return row.state is State.CANNOT_BE_VOIDED or not fetched


def _over(row: Shipment, numbers: Mapping[int, str]) -> Finding:
    """A shipment that was told of, and what of its trouble is over."""
    ends: frozenset[Kind] = ANY
    if row.state in (State.UNKNOWN, State.VOIDING):
        ends = frozenset()
    elif _lasts(row):
        ends = ANY - {"cannot_be_voided", "undelivered"}
    words = f"{_name(row, numbers)}: it is {row.state.replace('_', ' ')} now, nothing is left to do."
    return Finding(_subject(row), None, words, "", (numbers[row.account],), row.environment, ends=ends)


def _subject(row: Shipment) -> str:
    return f"{SHIPMENT}{row.id}"


def _name(row: Shipment, numbers: Mapping[int, str]) -> str:
    what = "Shipment" if row.kind == "shipment" else row.operation.replace("_", " ").capitalize()
    return f"{what} {row.number or f'no. {row.id}'} on {numbers[row.account]}"


# --- access keys ------------------------------------------------------------------------------------------------------


def _keys(facts: Facts, zone: tzinfo | None) -> Iterator[Finding]:
    """Whether somebody guesses at their passwords."""
    accounts = {account.id: account for account in facts.accounts}
    for key in facts.keys:
        subject, account = f"key:{key.id}", accounts[key.account]
        lasting = [hold for hold in facts.holds if hold.key == key.id]
        name = f"access key {key.masked}{f' ({key.label})' if key.label else ''}"
        if not lasting:
            words = f"Nobody is held back from {name} any more."
            yield Finding(subject, None, words, "", (account.number,), account.environment, ends=ANY)
            continue
        where = ", ".join(sorted(hold.where for hold in lasting))
        until = moment(max(hold.until for hold in lasting), zone)
        words = f"Too many wrong passwords came for {name} from {where}: refused there until {until}."
        advice = f"If it is a program of yours, mend its password, then: ups-gateway keys unlock {key.id}"
        yield Finding(subject, "guessed", words, advice, (account.number,), account.environment)
