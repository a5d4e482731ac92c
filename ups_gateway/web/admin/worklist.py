"""What waits for a person: shipments that need attention, access keys that nobody has mapped, sign-ins begun. Pure.

The rule: every line says what happened, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from ups_gateway.model import AccessKey, Account, Shipment, State, TwoPhase
from ups_gateway.shipping.desk import Acceptance
from ups_gateway.store.guesses import Hold
from ups_gateway.web.admin.facts import Facts
from ups_gateway.web.admin.values import KeyLine, Pending, SeenKey, ShipmentLine
from ups_gateway.web.admin.words import counted

SETTLING: Final = timedelta(minutes=5)
"""A confirm younger than this is about to be accepted, and no one's worry."""
SLOW: Final = timedelta(minutes=3)
"""A sign-in takes a person a minute; UPS keeps CampusShip logins on a page of its own and sends nobody back."""

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "unknown": (
        "Outcome unknown: UPS was asked and no answer came",
        "Look it up here or on ups.com, then say whether it exists. Until then the same request is refused.",
    ),
    "undelivered": (
        "Created, but the program never took the answer",
        "UPS bills it unless it is voided. Download the label if the parcel ships, or void it.",
    ),
    "voiding_refused": ("UPS refuses the void so far", "Void it on ups.com if it must not be billed."),
    "voiding_long": ("The void has been tried for more than a day", "Void it on ups.com if it must not be billed."),
    "cannot_be_voided": ("Cannot be voided, it will be billed", "Ask UPS for a refund if it never shipped."),
    "unaccepted": ("Confirmed, but not accepted by the program", ""),
}


def shipments(facts: Facts) -> Iterator[ShipmentLine]:
    """Those that need attention, gravest first, then confirms that wait for their accept."""
    numbers = {account.id: account.number for account in facts.accounts}
    for attention in facts.attention:
        words, advice = _WORDS[attention.reason]
        yield _shipment(attention.shipment, numbers, attention.reason, words, advice, alarm=attention.alarm)
    keys = {key.id: key for key in facts.keys}
    for shipment in facts.unaccepted:
        if shipment.created_at <= facts.now - SETTLING:
            words, _ = _WORDS["unaccepted"]
            yield _shipment(shipment, numbers, "unaccepted", words, _void_when(shipment, keys), alarm=False)


def _shipment(
    row: Shipment, numbers: Mapping[int, str], reason: str, words: str, advice: str, *, alarm: bool
) -> ShipmentLine:
    real = row.kind == "shipment" and bool(row.number)
    return ShipmentLine(
        id=row.id,
        kind=row.kind,
        number=row.number,
        environment=row.environment,
        account=numbers.get(row.account, ""),
        reason=reason,
        alarm=alarm,
        words=words,
        advice=advice,
        created_at=row.created_at,
        note=row.note,
        can_void=real and row.state in {State.CREATED, State.ACCEPTED, State.DELIVERED},
        can_settle=row.state is State.UNKNOWN,
        can_look_up=row.state is State.UNKNOWN and row.kind == "shipment",
        has_labels=real and reason != "unaccepted",
    )


def _void_when(shipment: Shipment, keys: Mapping[int, AccessKey]) -> str:
    key = keys.get(shipment.key)
    if key is not None and key.void_unaccepted_after is None:
        return "It is never voided automatically: void it if it does not ship."
    after = timedelta(hours=1) if key is None or key.void_unaccepted_after is None else key.void_unaccepted_after
    left = after - timedelta(seconds=shipment.running_seconds)
    minutes = max(1, round(left.total_seconds() / 60))
    return f"The gateway voids it in about {counted(minutes, 'minute')} unless the program accepts it."


def seen_keys(facts: Facts) -> Iterator[SeenKey]:
    """Those that came in requests and are not mapped, or came with a new password; latest first. Hidden ones too."""
    known = {(key.licence, key.user) for key in facts.keys}
    for name, seen in facts.sightings.items():
        yield SeenKey(
            id=name,
            licence=seen.masked,
            user=seen.user,
            peer=seen.peer,
            user_agent=seen.user_agent,
            operations=tuple(sorted(operation.replace("_", " ") for operation in seen.operations)),
            first_seen=seen.first_seen,
            last_seen=seen.last_seen,
            count=seen.count,
            mapped=(seen.licence, seen.user) in known,
            status=seen.status,
        )


KEYS_SHOWN: Final = 200
"""Mapped keys on the page: ten thousand made it ten megabytes, and held every request for half a second."""


def pending(facts: Facts) -> Iterator[Pending]:
    """Sign-ins under way, newest first."""
    names = {profile.id: profile.name for profile in facts.profiles}
    for row in facts.pending:
        begun = datetime.fromisoformat(row["begun"])
        name = names.get(row["profile"], row["name"] or row["application"])
        yield Pending(name, row["application"], begun, slow=facts.now - begun >= SLOW)


def mapped_keys(facts: Facts) -> Iterator[KeyLine]:
    """The mapped keys: first those that something is said of, and no more than a person looks through."""
    accounts = {account.id: account for account in facts.accounts}
    acceptance = {one.key: one for one in facts.acceptance}
    told = {hold.key for hold in facts.holds} | {one.key for one in facts.acceptance if one.low}
    shown = facts.keys
    if len(shown) > KEYS_SHOWN:
        shown = sorted(shown, key=lambda key: key.id not in told)[:KEYS_SHOWN]
    for key in shown:
        yield KeyLine(
            id=key.id,
            licence=key.masked,
            label=key.label,
            user=key.user,
            account=_number(accounts, key.account),
            test_account=_number(accounts, key.test_account),
            two_phase=key.two_phase.value,
            status=key.status,
            advice=_two_phase_advice(key, acceptance.get(key.id)),
            held=_held([hold for hold in facts.holds if hold.key == key.id], facts.now),
        )


def _held(holds: Sequence[Hold], now: datetime) -> str:
    if not holds:
        return ""
    where = ", ".join(sorted(hold.where for hold in holds))
    minutes = max(1, round((max(hold.until for hold in holds) - now).total_seconds() / 60))
    return f"Too many wrong passwords came from {where}: refused there for {counted(minutes, 'more minute')}."


def _number(accounts: Mapping[int, Account], account: int | None) -> str:
    found = None if account is None else accounts.get(account)
    return "" if found is None else found.number


def _two_phase_advice(key: AccessKey, acceptance: Acceptance | None) -> str:
    if acceptance is None or not acceptance.low or key.two_phase is TwoPhase.QUOTE:
        return ""
    return (
        f"Of {counted(acceptance.confirms, 'confirm')} in 7 days {acceptance.accepted} were accepted. "
        "If the program only asks for prices, let its confirms be quotes."
    )
