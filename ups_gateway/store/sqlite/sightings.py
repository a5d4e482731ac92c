"""Access keys that requests came with and nobody has mapped.

The rule: a sighting adds to what is known of the same licence and user; only the latest thousand are kept, lest guesses
fill the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import replace

import msgspec

from ups_gateway.model import KeySighting
from ups_gateway.store.sqlite.columns import from_text, printable, to_text

_KEPT = 1000


def read_sightings(db: sqlite3.Connection) -> list[KeySighting]:
    """All of them, the latest first."""
    return [_sighting(row) for row in db.execute("SELECT * FROM sightings ORDER BY last_seen DESC, licence, user")]


def write_sightings(db: sqlite3.Connection, sightings: Collection[KeySighting]) -> None:
    """Adds them up with what is there."""
    for seen in sightings:
        names = {"licence": printable(seen.licence), "user": printable(seen.user)}
        row = db.execute("SELECT * FROM sightings WHERE licence = :licence AND user = :user", names).fetchone()
        merged = seen if row is None else _merge(_sighting(row), seen)
        db.execute(
            """
            INSERT OR REPLACE INTO sightings
                (licence, user, password_hash, peer, user_agent, operations, first_seen, last_seen, count)
            VALUES
                (:licence, :user, :password_hash, :peer, :user_agent, :operations, :first_seen, :last_seen, :count)
            """,
            names
            | {
                "password_hash": merged.password_hash,
                "peer": printable(merged.peer),
                "user_agent": printable(merged.user_agent),
                "operations": msgspec.json.encode(sorted(merged.operations)).decode(),
                "first_seen": to_text(merged.first_seen),
                "last_seen": to_text(merged.last_seen),
                "count": merged.count,
            },
        )
    if sightings:
        db.execute(
            """
            DELETE FROM sightings WHERE rowid IN
                (SELECT rowid FROM sightings ORDER BY last_seen DESC LIMIT -1 OFFSET ?)
            """,
            (_KEPT,),
        )


def _merge(old: KeySighting, new: KeySighting) -> KeySighting:
    newest = new if new.last_seen >= old.last_seen else old
    return replace(
        newest,
        operations=old.operations | new.operations,
        first_seen=min(old.first_seen, new.first_seen),
        count=old.count + new.count,
    )


def _sighting(row: sqlite3.Row) -> KeySighting:
    return KeySighting(
        licence=row["licence"],
        user=row["user"],
        password_hash=row["password_hash"],
        peer=row["peer"],
        user_agent=row["user_agent"],
        operations=frozenset(msgspec.json.decode(row["operations"], type=list[str])),
        first_seen=from_text(row["first_seen"]),
        last_seen=from_text(row["last_seen"]),
        count=row["count"],
    )
