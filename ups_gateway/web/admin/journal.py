"""What the traffic page shows of the journal, and which programs still use the old APIs. Pure.

The rule: a program is named by what people call its access key, and by what it says of itself.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ups_gateway.captures import Capture
from ups_gateway.model import AccessKey, Account, Dialect, ExchangeRecord
from ups_gateway.store.counts import Usage
from ups_gateway.web.admin.words import OUTCOMES, Tone

APIS: Final[Mapping[str, str]] = {
    Dialect.XML: "XML",
    Dialect.SOAP: "SOAP",
    Dialect.JSON: "legacy JSON",
    Dialect.HEADER: "header-auth REST",
    "": "not readable",
}
"""The old ones; today's REST, which is passed through, is none of them."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class TrafficLine:
    """One exchange."""

    at: datetime
    operation: str
    dialect: str
    account: str
    environment: str
    program: str
    peer: str
    outcome: str
    words: str
    tone: Tone
    code: str
    seconds: float
    ups_seconds: float
    capture: int | None
    """Its panes, if it was captured."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What one program asks for by an old API."""

    program: str
    access_key: str
    user_agent: str
    api: str
    operation: str
    environment: str
    requests: int
    errors: int
    error_codes: str
    """The most frequent first, with how often: "120100 (3), 250003 (1)"."""
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """The migration report; the most used first."""

    since: datetime
    until: datetime
    requests: int
    errors: int
    lines: tuple[ReportLine, ...]


def traffic(
    records: Iterable[ExchangeRecord],
    accounts: Iterable[Account],
    keys: Iterable[AccessKey],
    captures: Iterable[Capture],
) -> tuple[TrafficLine, ...]:
    """In the order they come."""
    numbers = {account.id: account.number for account in accounts}
    names = {key.id: key for key in keys}
    captured = {(one.at, one.operation): one.id for one in captures}
    return tuple(_line(record, numbers, names, captured) for record in records)


def _line(
    record: ExchangeRecord,
    numbers: Mapping[int, str],
    keys: Mapping[int, AccessKey],
    captured: Mapping[tuple[datetime, str], int],
) -> TrafficLine:
    tone, words = OUTCOMES[record.outcome]
    return TrafficLine(
        at=record.at,
        operation=spoken(record.operation),
        dialect=record.dialect,
        account=numbers.get(record.account or 0, ""),
        environment=record.environment,
        program=_program(keys.get(record.key or 0), record.user_agent),
        peer=record.peer,
        outcome=record.outcome,
        words=words,
        tone=tone,
        code=record.code,
        seconds=record.seconds,
        ups_seconds=record.ups_seconds,
        capture=captured.get((record.at, record.operation)),
    )


def spoken(operation: str) -> str:
    """ "ship confirm"."""
    return operation.replace("_", " ")


def _program(key: AccessKey | None, user_agent: str) -> str:
    return (key.label if key is not None else "") or user_agent


def report(usages: Iterable[Usage], keys: Iterable[AccessKey], since: datetime, until: datetime) -> Report:
    """Sums by program, API and operation."""
    names = {key.id: key for key in keys}
    together: dict[tuple[object, ...], list[Usage]] = {}
    for usage in usages:
        if usage.dialect in APIS:
            group = (usage.key, usage.user_agent, usage.dialect, usage.operation, usage.environment)
            together.setdefault(group, []).append(usage)
    lines = sorted((_sum(mine, names) for mine in together.values()), key=lambda one: -one.requests)
    return Report(since, until, sum(one.requests for one in lines), sum(one.errors for one in lines), tuple(lines))


def _sum(usages: Sequence[Usage], keys: Mapping[int, AccessKey]) -> ReportLine:
    first = usages[0]
    key = keys.get(first.key or 0)
    codes: dict[str, int] = {}
    for usage in usages:
        if usage.outcome != "ok":
            named = usage.code or OUTCOMES[usage.outcome][1]
            codes[named] = codes.get(named, 0) + usage.count
    return ReportLine(
        program=_program(key, first.user_agent),
        access_key="" if key is None else key.masked,
        user_agent=first.user_agent,
        api=APIS[first.dialect],
        operation=spoken(first.operation),
        environment=first.environment,
        requests=sum(usage.count for usage in usages),
        errors=sum(codes.values()),
        error_codes=", ".join(f"{code} ({count})" for code, count in sorted(codes.items(), key=lambda one: -one[1])),
        first_seen=min(usage.first for usage in usages),
        last_seen=max(usage.last for usage in usages),
    )


def as_csv(found: Report) -> str:
    """For spreadsheets; what programs say of themselves never becomes a formula there."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(ReportLine.__slots__)
    for line in found.lines:
        writer.writerow([_cell(getattr(line, name)) for name in ReportLine.__slots__])
    return buffer.getvalue()


def _cell(value: object) -> str:
    text = value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
