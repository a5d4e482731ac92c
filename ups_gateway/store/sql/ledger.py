"""The ledger of shipments.

The rule: a row changes only from a state that the writer names, in one statement, whoever else has the file open.
Rows whose outcome is open (intended, sent, unknown, voiding) are never erased or deleted by age.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from ups_gateway.model import Dialect, Operation, Shipment, State
from ups_gateway.store.sql.columns import from_text, printable, to_text
from ups_gateway.store.sql.database import Row
from ups_gateway.store.sql.rows import Rows

_OPEN = frozenset({State.INTENDED, State.SENT, State.UNKNOWN, State.VOIDING})
_MADE = frozenset(
    {State.CREATED, State.ACCEPTED, State.DELIVERED, State.VOIDING, State.VOIDED, State.CANNOT_BE_VOIDED, State.QUOTED}
)
_TAKEN = frozenset({State.ACCEPTED, State.DELIVERED})
_LARGE = 256 * 1024
"""Bytes of labels from which reading them in place would be felt by the other requests."""
_BATCH = 500
"""Rows a transaction deletes at most: others wait for the file meanwhile."""
_LAST = 2**63 - 1
"""No id is greater."""
_LIST = """
    SELECT id, kind, access_key, account, environment, dialect, operation, state, fingerprint, created_at, changed_at,
        digest, number, tracking_numbers, delivered, delivered_at, void_before, void_cause, void_tries, void_next_at,
        running_seconds, holder, note, NULL AS sealed_request, NULL AS sealed_reply
    FROM shipments
"""
"""Labels are large, and who lists rows does not look at them."""
_IN_STATES = _LIST + "WHERE state IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT ?"  # noqa: S608 - two constants


class LedgerRows(Rows):
    """Implements `store.Ledger`."""

    async def add_shipment(self, shipment: Shipment) -> Shipment:
        added = await self._database.insert(
            """
            INSERT INTO shipments (kind, access_key, account, environment, dialect, operation, state, fingerprint,
                created_at, changed_at, digest, number, tracking_numbers, delivered, delivered_at, void_before,
                void_cause, void_tries, void_next_at, running_seconds, holder, note, sealed_request, sealed_reply)
            VALUES (:kind, :access_key, :account, :environment, :dialect, :operation, :state, :fingerprint,
                :created_at, :changed_at, :digest, :number, :tracking_numbers, :delivered, :delivered_at,
                :void_before, :void_cause, :void_tries, :void_next_at, :running_seconds, :holder, :note,
                :sealed_request, :sealed_reply)
            """,
            _columns(shipment),
        )
        return replace(shipment, id=added)

    async def change_shipment(self, shipment: Shipment, *, expected: Collection[State]) -> bool:
        changed = await self._database.change(
            """
            UPDATE shipments SET kind = :kind, access_key = :access_key, account = :account,
                environment = :environment, dialect = :dialect, operation = :operation, state = :state,
                fingerprint = :fingerprint, created_at = :created_at, changed_at = :changed_at, digest = :digest,
                number = :number, tracking_numbers = :tracking_numbers, delivered = :delivered,
                delivered_at = :delivered_at, void_before = :void_before, void_cause = :void_cause,
                void_tries = :void_tries, void_next_at = :void_next_at, running_seconds = :running_seconds,
                holder = :holder, note = :note, sealed_request = :sealed_request, sealed_reply = :sealed_reply
            WHERE id = :id AND state IN (SELECT value FROM json_each(:expected))
            """,
            _columns(shipment) | {"id": shipment.id, "expected": _json(expected)},
        )
        return changed.rowcount == 1

    async def shipment(self, shipment_id: int) -> Shipment | None:
        one = (shipment_id,)
        for row in await self._database.look_up("SELECT length(sealed_reply) AS size FROM shipments WHERE id = ?", one):
            read = self._database.look_up if (row["size"] or 0) < _LARGE else self._database.read
            return _first([_shipment(found) for found in await read("SELECT * FROM shipments WHERE id = ?", one)])
        return None

    async def shipment_by_digest(self, key: int, digest: bytes) -> Shipment | None:
        return _first(
            await self._select(
                "SELECT * FROM shipments WHERE digest = ? AND access_key = ? ORDER BY id DESC LIMIT 1", (digest, key)
            )
        )

    async def shipments_by_number(self, number: str, environment: str) -> Sequence[Shipment]:
        return await self._list(
            """
            WHERE environment = ?
                AND id IN (SELECT shipment FROM shipment_numbers WHERE number = ?) ORDER BY id DESC
            """,
            (environment, printable(number)),
        )

    async def shipments_by_fingerprint(self, fingerprint: bytes, since: datetime) -> Sequence[Shipment]:
        rows = await self._database.look_up(
            "SELECT * FROM shipments WHERE fingerprint = ? AND changed_at >= ? ORDER BY id DESC",
            (fingerprint, to_text(since)),
        )
        return [_shipment(row) for row in rows]

    async def shipments_in(self, states: Collection[State], limit: int = 1000) -> Sequence[Shipment]:
        return [_shipment(row) for row in await self._database.look_up(_IN_STATES, (_json(states), limit))]

    async def shipments(self, limit: int = 100, before: int | None = None) -> Sequence[Shipment]:
        return await self._list("WHERE id < ? ORDER BY id DESC LIMIT ?", (_LAST if before is None else before, limit))

    async def unaccepted(self, never: Collection[int], limit: int = 1000) -> Sequence[Shipment]:
        return await self._list(
            """
            WHERE state = ? AND operation = ? AND environment <> 'test'
                AND access_key NOT IN (SELECT CAST(value AS INTEGER) FROM json_each(?))
            ORDER BY id LIMIT ?
            """,
            (State.CREATED.value, Operation.SHIP_CONFIRM.value, _json(never), limit),
        )

    async def undelivered(self, since: datetime, limit: int = 1000) -> Sequence[Shipment]:
        return await self._list(
            """
            WHERE ((state = ? AND operation = ?) OR state = ?)
                AND kind = 'shipment' AND delivered = 0 AND changed_at >= ?
            ORDER BY id DESC LIMIT ?
            """,
            (State.CREATED.value, Operation.SHIP.value, State.ACCEPTED.value, to_text(since), limit),
        )

    async def confirm_counts(self, since: datetime) -> Sequence[tuple[int, int, int]]:
        """Confirms that gave the client a shipment or a price; refused ones are no one's choice and do not count."""
        rows = await self._database.read(
            """
            SELECT access_key, count(*),
                count(*) FILTER (WHERE state IN (SELECT value FROM json_each(:taken))
                    OR coalesce(void_before, '') IN (SELECT value FROM json_each(:taken)))
            FROM shipments
            WHERE operation = :confirm AND created_at >= :since
                AND state IN (SELECT value FROM json_each(:made))
            GROUP BY access_key ORDER BY access_key
            """,
            {
                "taken": _json(_TAKEN),
                "made": _json(_MADE),
                "confirm": Operation.SHIP_CONFIRM.value,
                "since": to_text(since),
            },
        )
        return [(key, confirms, accepted) for key, confirms, accepted in rows]

    async def state_counts(self) -> Mapping[tuple[str, State], int]:
        rows = await self._database.look_up("SELECT environment, state, count FROM shipment_counts")
        return {(environment, State(state)): count for environment, state, count in rows if count}

    async def erase_sealed(self, before: datetime, quotes_before: datetime) -> int:
        """A quote is a row in state QUOTED; afterwards no trace of what was erased is left in the file or its log."""
        values = {
            "before": to_text(before),
            "quotes_before": to_text(quotes_before),
            "quoted": State.QUOTED.value,
            "open": _json(_OPEN),
            "batch": _BATCH,
        }
        erased = await self._in_batches(
            """
            UPDATE shipments SET sealed_request = NULL, sealed_reply = NULL WHERE id IN (
                SELECT id FROM shipments
                WHERE (sealed_request IS NOT NULL OR sealed_reply IS NOT NULL)
                    AND changed_at < CASE state WHEN :quoted THEN :quotes_before ELSE :before END
                    AND state NOT IN (SELECT value FROM json_each(:open))
                LIMIT :batch)
            """,
            values,
        )
        if erased:
            await self._database.empty_log()
        return erased

    async def delete_old(self, shipments_before: datetime, exchanges_before: datetime) -> int:
        """How many rows went, of both."""
        shipments = {"before": to_text(shipments_before), "open": _json(_OPEN), "batch": _BATCH}
        exchanges = {"before": to_text(exchanges_before), "batch": _BATCH}
        deleted = await self._in_batches(
            """
            DELETE FROM shipments WHERE id IN (
                SELECT id FROM shipments
                WHERE changed_at < :before AND state NOT IN (SELECT value FROM json_each(:open)) LIMIT :batch)
            """,
            shipments,
        )
        deleted += await self._in_batches(
            "DELETE FROM exchanges WHERE id IN (SELECT id FROM exchanges WHERE at < :before LIMIT :batch)", exchanges
        )
        if deleted:
            await self._database.empty_log()
        return deleted

    async def _list(self, those: str, values: tuple[Any, ...]) -> list[Shipment]:
        return await self._select(_LIST + those, values)

    async def _select(self, query: str, values: tuple[Any, ...]) -> list[Shipment]:
        return [_shipment(row) for row in await self._database.read(query, values)]

    async def _in_batches(self, statement: str, values: Mapping[str, Any]) -> int:
        total = 0
        while changed := (await self._database.change(statement, values)).rowcount:
            total += changed
        return total


def _first(shipments: Sequence[Shipment]) -> Shipment | None:
    return shipments[0] if shipments else None


def _json(values: Collection[State] | Collection[int]) -> str:
    return msgspec.json.encode(list(values)).decode()


def _columns(shipment: Shipment) -> dict[str, Any]:
    return {
        "kind": shipment.kind,
        "access_key": shipment.key,
        "account": shipment.account,
        "environment": shipment.environment,
        "dialect": shipment.dialect.value,
        "operation": shipment.operation.value,
        "state": shipment.state.value,
        "fingerprint": shipment.fingerprint,
        "created_at": to_text(shipment.created_at),
        "changed_at": to_text(shipment.changed_at),
        "digest": shipment.digest,
        "number": shipment.number,
        "tracking_numbers": msgspec.json.encode(shipment.tracking_numbers).decode(),
        "delivered": shipment.delivered,
        "delivered_at": to_text(shipment.delivered_at),
        "void_before": None if shipment.void_before is None else shipment.void_before.value,
        "void_cause": shipment.void_cause,
        "void_tries": shipment.void_tries,
        "void_next_at": to_text(shipment.void_next_at),
        "running_seconds": shipment.running_seconds,
        "holder": shipment.holder,
        "note": printable(shipment.note, 2000),
        "sealed_request": shipment.sealed_request,
        "sealed_reply": shipment.sealed_reply,
    }


def _shipment(row: Row) -> Shipment:
    void_before = row["void_before"]
    return Shipment(
        id=row["id"],
        kind=row["kind"],
        key=row["access_key"],
        account=row["account"],
        environment=row["environment"],
        dialect=Dialect(row["dialect"]),
        operation=Operation(row["operation"]),
        state=State(row["state"]),
        fingerprint=row["fingerprint"],
        created_at=from_text(row["created_at"]),
        changed_at=from_text(row["changed_at"]),
        digest=row["digest"],
        number=row["number"],
        tracking_numbers=msgspec.json.decode(row["tracking_numbers"], type=tuple[str, ...]),
        delivered=bool(row["delivered"]),
        delivered_at=from_text(row["delivered_at"]),
        void_before=None if void_before is None else State(void_before),
        void_cause=row["void_cause"],
        void_tries=row["void_tries"],
        void_next_at=from_text(row["void_next_at"]),
        running_seconds=row["running_seconds"],
        holder=row["holder"],
        note=row["note"],
        sealed_request=row["sealed_request"],
        sealed_reply=row["sealed_reply"],
    )
