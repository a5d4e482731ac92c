"""Access keys that requests came with and nobody has mapped.

The rule: a sighting adds to what is known of the same licence and user, but one that a library repeats at once (ups-api
does on 401) counts once; only the latest thousand are kept (a trigger of the schema), lest guesses fill the disk.
"""

from __future__ import annotations

from typing import Any

import aiosqlite
import msgspec

from ups_gateway.model import KeySighting
from ups_gateway.store.sqlite.columns import from_text, printable, to_text

PUT_SIGHTING = """
    INSERT INTO sightings
        (licence, user, password_hash, peer, user_agent, operations, first_seen, last_seen, count)
    VALUES
        (:licence, :user, :password_hash, :peer, :user_agent, :operations, :first_seen, :last_seen, :count)
    ON CONFLICT DO UPDATE SET
        password_hash = iif(excluded.last_seen >= last_seen, excluded.password_hash, password_hash),
        peer = iif(excluded.last_seen >= last_seen, excluded.peer, peer),
        user_agent = iif(excluded.last_seen >= last_seen, excluded.user_agent, user_agent),
        operations = (SELECT json_group_array(value) FROM
            (SELECT value FROM json_each(operations) UNION SELECT value FROM json_each(excluded.operations))),
        first_seen = min(first_seen, excluded.first_seen),
        last_seen = max(last_seen, excluded.last_seen),
        count = count + iif(
            excluded.password_hash = password_hash AND excluded.peer = peer AND excluded.user_agent = user_agent
            AND excluded.operations IN (SELECT json_array(value) FROM json_each(operations))
            AND abs(julianday(excluded.last_seen) - julianday(last_seen)) * 86400 < 2,
            0, excluded.count)
"""
"""Adds `columns_of` a sighting to what is there."""


def columns_of(seen: KeySighting) -> dict[str, Any]:
    """Fit for the table: what is wrong with a note must not hold up the others."""
    return {
        "licence": printable(seen.licence),
        "user": printable(seen.user),
        "password_hash": seen.password_hash,
        "peer": printable(seen.peer),
        "user_agent": printable(seen.user_agent),
        "operations": msgspec.json.encode(sorted(seen.operations)).decode(),
        "first_seen": to_text(seen.first_seen),
        "last_seen": to_text(seen.last_seen),
        "count": seen.count,
    }


def sighting_of(row: aiosqlite.Row) -> KeySighting:
    """What stands in a row."""
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
        status=row["status"],
    )
