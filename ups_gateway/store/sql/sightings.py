"""Access keys that requests came with and nobody has mapped.

The rule: a sighting adds to what is known of the same licence and user, but one that a library repeats at once (ups-api
does on 401) counts once; only the latest thousand are kept (a trigger of the schema), lest guesses fill the disk.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ups_gateway.model import KeySighting
from ups_gateway.store.sql.columns import from_text, printable, to_text
from ups_gateway.store.sql.database import Row

PUT_SIGHTING = """
    INSERT INTO sightings
        (licence, "user", password_hash, peer, user_agent, operations, first_seen, last_seen, count)
    VALUES
        (:licence, :user, :password_hash, :peer, :user_agent, :operations, :first_seen, :last_seen, :count)
    ON CONFLICT (licence, "user") DO UPDATE SET
        password_hash = CASE WHEN excluded.last_seen >= sightings.last_seen
            THEN excluded.password_hash ELSE sightings.password_hash END,
        peer = CASE WHEN excluded.last_seen >= sightings.last_seen THEN excluded.peer ELSE sightings.peer END,
        user_agent = CASE WHEN excluded.last_seen >= sightings.last_seen
            THEN excluded.user_agent ELSE sightings.user_agent END,
        operations = (SELECT CAST(json_group_array(value) AS TEXT) FROM (
            SELECT value FROM json_each(sightings.operations)
            UNION SELECT value FROM json_each(excluded.operations)) AS together),
        first_seen = CASE WHEN excluded.first_seen < sightings.first_seen
            THEN excluded.first_seen ELSE sightings.first_seen END,
        last_seen = CASE WHEN excluded.last_seen > sightings.last_seen
            THEN excluded.last_seen ELSE sightings.last_seen END,
        count = sightings.count + CASE WHEN
            excluded.password_hash = sightings.password_hash AND excluded.peer = sightings.peer
            AND excluded.user_agent = sightings.user_agent
            AND NOT EXISTS (SELECT 1 FROM json_each(excluded.operations)
                WHERE value NOT IN (SELECT value FROM json_each(sightings.operations)))
            AND abs(julianday(excluded.last_seen) - julianday(sightings.last_seen)) * 86400 < 2
            THEN 0 ELSE excluded.count END
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


def sighting_of(row: Row) -> KeySighting:
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
