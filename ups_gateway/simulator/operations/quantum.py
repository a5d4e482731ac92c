"""POST /api/quantumview/{version}/events: what happened to an account's shipments, as files of a subscription.

The rule: each account has one outbound subscription; events that came since the last call go into new files, which
never change; a file is unread until it was answered. What is too much for one answer is fetched with its bookmark.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from ups_gateway.simulator.model import Call, Reply
from ups_gateway.simulator.operations.answering import as_of_version
from ups_gateway.simulator.operations.fields import missing
from ups_gateway.simulator.operations.interchange import Failed, status
from ups_gateway.simulator.operations.quantum_records import Record, records
from ups_gateway.simulator.operations.reading import many, part, text, texts_only
from ups_gateway.simulator.world import World

MOST_FILES, MOST_RECORDS = 5, 20
"""In one answer, and in one file."""
_XPCI_VERSION = "1.0007"
_LONGEST_RANGE = timedelta(days=7)
_KINDS = ("Manifest", "Origin", "Exception", "Delivery", "Generic")
_TIME = "%Y%m%d%H%M%S"
_FILE_NAME = 16
_SUBSCRIPTION = "SubscriptionRequest"
Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """Events in the order of their times; `name` is when the file was made."""

    name: str
    made: datetime
    records: tuple[Record, ...]


@dataclass(slots=True)
class Subscription:
    """All files of an account's shipments."""

    account: str
    files: list[File] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """What it is called in requests."""
        return f"Outbound {self.account}"

    @property
    def number(self) -> str:
        """Sixteen figures and letters."""
        return sha256(self.name.encode()).hexdigest()[:16].upper()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What one SubscriptionRequest asks for; nothing but a name means the unread files."""

    name: str = ""
    files: frozenset[str] = frozenset()
    begin: datetime | None = None
    end: datetime | None = None

    @property
    def unread(self) -> bool:
        """Whether it asks for what was not answered before."""
        return not self.files and self.begin is None

    def takes(self, subscription: Subscription, file: File) -> bool:
        """Whether the file is asked for."""
        if self.name not in ("", subscription.name):
            return False
        if self.unread:
            return file.name not in subscription.read
        if self.files and file.name not in self.files:
            return False
        return self.begin is None or self.end is None or self.begin <= file.made <= self.end


def events(call: Call, world: World) -> Reply:
    """Unread files, those of a time, or named ones."""
    if not isinstance(call.body, dict) or "QuantumViewRequest" not in call.body:
        raise missing("QuantumViewRequest")
    texts_only(call.body)
    request = part(call.body, "QuantumViewRequest")
    try:
        answer = {"Response": status(request, _XPCI_VERSION, good=True), **_events(call, world, request)}
    except Failed as failed:
        answer = {"Response": status(request, _XPCI_VERSION, good=False) | {"Error": [failed.error()]}}
    return Reply(200, as_of_version({"QuantumViewResponse": answer}, call.version))


def _events(call: Call, world: World, request: Tree) -> dict[str, Any]:
    if text(request, "Request", "RequestAction").lower() != "qvevents":
        raise Failed("20006", "Invalid request action.", "QuantumViewRequest/Request/RequestAction")
    subscriber = call.grant.name[:16]
    subscriptions = [_brought_up_to_date(world, account) for account in sorted(call.grant.accounts)]
    wanted = _wanted(request, {subscription.name for subscription in subscriptions})
    unread = all(each.unread for each in wanted)
    found = [
        (subscription, file)
        for subscription in subscriptions
        for file in subscription.files
        if any(each.takes(subscription, file) for each in wanted)
    ]
    bookmark = text(request, "Bookmark")
    marks = [b"" if unread else f"{each.name}{file.name}".encode() for each, file in found]
    if bookmark:
        mark = _opened(bookmark, subscriber)
        if not unread and mark not in marks:
            raise _bad("Bookmark")
        found = found[marks.index(mark) :] if not unread else found
    page, rest = found[:MOST_FILES], found[MOST_FILES:]
    chosen = [each for each in subscriptions if any(want.name in ("", each.name) for want in wanted)]
    told = [each for each in chosen if any(each is owner for owner, _ in page)] or chosen
    answer: dict[str, Any] = {
        "QuantumViewEvents": {
            "SubscriberID": subscriber,
            "SubscriptionEvents": [
                _subscription(each, [file for owner, file in page if owner is each], wanted) for each in told
            ],
        }
    }
    if rest:
        mark = b"" if unread else f"{rest[0][0].name}{rest[0][1].name}".encode()
        answer["Bookmark"] = b64encode(subscriber.encode() + mark).decode()
    for subscription, file in page:
        subscription.read.add(file.name)
    return answer


def _bad(name: str) -> Failed:
    return Failed("20008", f"{name.rpartition('/')[2]} contains invalid data.", f"QuantumViewRequest/{name}")


def _opened(bookmark: str, subscriber: str) -> bytes:
    """What a bookmark holds behind the subscriber."""
    try:
        content = b64decode(bookmark, validate=True)
    except (binascii.Error, ValueError):
        raise _bad("Bookmark") from None
    if not content.startswith(subscriber.encode()):
        raise _bad("Bookmark")
    return content.removeprefix(subscriber.encode())


def _brought_up_to_date(world: World, account: str) -> Subscription:
    """The subscription of an account, with all that has happened by now."""
    kept: dict[str, Subscription] = world.kept.setdefault("quantum view", {})
    subscription = kept.setdefault(account, Subscription(account))
    now = world.now()
    new = [
        record
        for shipment in world.shipments.values()
        if shipment.account == account
        for record in records(shipment, now)
        if record.key not in subscription.seen
    ]
    new.sort(key=lambda record: record.at)
    subscription.seen.update(record.key for record in new)
    for start in range(0, len(new), MOST_RECORDS):
        name = f"{now:%y%m%d_%H%M%S}{world.next_id('quantum view file') % 1000:03d}"
        subscription.files.append(File(name, now, tuple(new[start : start + MOST_RECORDS])))
    return subscription


def _wanted(request: Tree, names: set[str]) -> list[_Wanted]:
    asked = [tree for tree in many(request.get(_SUBSCRIPTION)) if isinstance(tree, dict)]
    found = []
    for tree in asked:
        name = text(tree, "Name")
        if name and name not in names:
            raise _bad(f"{_SUBSCRIPTION}/Name")
        files = frozenset(each.strip() for each in many(tree.get("FileName")) if isinstance(each, str) and each.strip())
        if any(len(each) != _FILE_NAME for each in files):
            raise _bad(f"{_SUBSCRIPTION}/FileName")
        begin, end = _range(part(tree, "DateTimeRange"))
        found.append(_Wanted(name, files, begin, end))
    return found or [_Wanted()]


def _range(tree: Tree) -> tuple[datetime | None, datetime | None]:
    """Both ends of a range, in UTC; without its end, seven days."""
    if not text(tree, "BeginDateTime"):
        if text(tree, "EndDateTime"):
            raise _bad(f"{_SUBSCRIPTION}/DateTimeRange")
        return None, None
    begin = _time(tree, "BeginDateTime")
    end = _time(tree, "EndDateTime") if text(tree, "EndDateTime") else begin + _LONGEST_RANGE
    if not timedelta(0) <= end - begin <= _LONGEST_RANGE:
        raise _bad(f"{_SUBSCRIPTION}/DateTimeRange")
    return begin, end


def _time(tree: Tree, name: str) -> datetime:
    try:
        return datetime.strptime(text(tree, name), _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise _bad(f"{_SUBSCRIPTION}/DateTimeRange/{name}") from None


def _subscription(subscription: Subscription, files: list[File], wanted: list[_Wanted]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "Name": subscription.name,
        "Number": subscription.number,
        "SubscriptionStatus": {"Code": "A", "Description": "Active"},
    }
    ranges = ((each.begin, each.end) for each in wanted if each.name in ("", subscription.name))
    begin, end = next(ranges, (None, None))
    if begin is not None and end is not None:
        found["DateRange"] = {"BeginDate": f"{begin:%m-%d-%Y-%H-%M}", "EndDate": f"{end:%m-%d-%Y-%H-%M}"}
    if files:
        found["SubscriptionFile"] = [_file(file, read=file.name in subscription.read) for file in files]
    return found


def _file(file: File, *, read: bool) -> dict[str, Any]:
    by_kind = {kind: [record.content for record in file.records if record.kind == kind] for kind in _KINDS}
    return {
        "FileName": file.name,
        "StatusType": {"Code": "R", "Description": "Read"} if read else {"Code": "U", "Description": "Unread"},
        **{kind: contents for kind, contents in by_kind.items() if contents},
    }
