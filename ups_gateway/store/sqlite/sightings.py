"""Access keys that requests came with and nobody has mapped.

The rule: a sighting adds to what is known of the same licence and user; only the latest thousand are kept, lest guesses
fill the disk.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec

from ups_gateway.model import KeySighting
from ups_gateway.store.sqlite.columns import from_text, printable, to_text
from ups_gateway.store.sqlite.database import Work

_KEPT = 1000


def read_sightings(db: sqlite3.Connection) -> list[KeySighting]:
    """All of them, the latest first."""
    return [_sighting(row) for row in db.execute("SELECT * FROM sightings ORDER BY last_seen DESC, licence, user")]


def sighting_writer(sighting: KeySighting) -> Work[None]:
    """The work that adds it up with what is there."""
    # Cleaned before it is queued: what is wrong with a note must not hold up the others.
    seen = replace(
        sighting,
        licence=printable(sighting.licence),
        user=printable(sighting.user),
        peer=printable(sighting.peer),
        user_agent=printable(sighting.user_agent),
    )
    return partial(_write, _columns(seen), seen)


def _write(columns: dict[str, Any], seen: KeySighting, db: sqlite3.Connection) -> None:
    row = db.execute("SELECT * FROM sightings WHERE licence = :licence AND user = :user", columns).fetchone()
    db.execute(
        """
        INSERT OR REPLACE INTO sightings
            (licence, user, password_hash, peer, user_agent, operations, first_seen, last_seen, count)
        VALUES
            (:licence, :user, :password_hash, :peer, :user_agent, :operations, :first_seen, :last_seen, :count)
        """,
        columns if row is None else _columns(_merge(_sighting(row), seen)),
    )
    db.execute(
        "DELETE FROM sightings WHERE rowid IN (SELECT rowid FROM sightings ORDER BY last_seen DESC LIMIT -1 OFFSET ?)",
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


def _columns(seen: KeySighting) -> dict[str, Any]:
    return {
        "licence": seen.licence,
        "user": seen.user,
        "password_hash": seen.password_hash,
        "peer": seen.peer,
        "user_agent": seen.user_agent,
        "operations": msgspec.json.encode(sorted(seen.operations)).decode(),
        "first_seen": to_text(seen.first_seen),
        "last_seen": to_text(seen.last_seen),
        "count": seen.count,
    }


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
