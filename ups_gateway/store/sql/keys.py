"""Access keys that are mapped, and those that were only seen.

The rule: licence and user together are unique; the default account is always one that the key may ship on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec

from ups_gateway.model import AccessKey, KeySighting, TwoPhase
from ups_gateway.store.sql.columns import printable
from ups_gateway.store.sql.database import Connection, Row
from ups_gateway.store.sql.rows import Rows
from ups_gateway.store.sql.sightings import PUT_SIGHTING, columns_of, sighting_of

_SELECT = """
    SELECT *, (SELECT json_group_array(account) FROM key_accounts WHERE access_key = access_keys.id) AS accounts
    FROM access_keys
"""


class KeyRows(Rows):
    """Implements the keys' half of `store.Accounts`. Changing what is not there is a LookupError."""

    async def add_key(self, key: AccessKey) -> AccessKey:
        async def work(db: Connection) -> AccessKey:
            await _require_unique(db, replace(key, id=0))
            ((added_id,),) = await db.execute_fetchall(
                """
                INSERT INTO access_keys (licence, "user", password_hash, account, test_account, two_phase, at_once,
                    void_unaccepted_after, json_fault_status, json_errors_beside, status, label)
                VALUES (:licence, :user, :password_hash, :account, :test_account, :two_phase, :at_once,
                    :void_unaccepted_after, :json_fault_status, :json_errors_beside, :status, :label)
                RETURNING id
                """,
                _columns(key),
            )
            added = replace(key, id=added_id, accounts=key.accounts | {key.account})
            await _put_accounts(db, added)
            return added

        return await self._database.write(work)

    async def change_key(self, key: AccessKey) -> None:
        async def work(db: Connection) -> None:
            await _require_unique(db, key)
            changed = await db.execute(
                """
                UPDATE access_keys SET licence = :licence, "user" = :user, password_hash = :password_hash,
                    account = :account, test_account = :test_account, two_phase = :two_phase, at_once = :at_once,
                    void_unaccepted_after = :void_unaccepted_after, json_fault_status = :json_fault_status,
                    json_errors_beside = :json_errors_beside, status = :status, label = :label
                WHERE id = :id
                """,
                _columns(key),
            )
            if not changed.rowcount:
                raise LookupError(f"Access key {key.id} does not exist, or was deleted meanwhile.")
            await _put_accounts(db, key)

        await self._database.write(work)

    async def delete_key(self, key_id: int) -> None:
        await self._database.change("DELETE FROM access_keys WHERE id = ?", (key_id,))

    async def keys(self) -> Sequence[AccessKey]:
        return [_key(row) for row in await self._database.read(f"{_SELECT} ORDER BY id")]

    async def void_limits(self) -> Mapping[int, timedelta | None]:
        rows = await self._database.read("SELECT id, void_unaccepted_after AS seconds FROM access_keys")
        return {row["id"]: _after(row["seconds"]) for row in rows}

    async def keys_of_licence(self, licence: str) -> Sequence[AccessKey]:
        # Whatever a request holds is looked for; one too long to be mapped is found as little as any other unknown.
        rows = await self._database.look_up(f"{_SELECT} WHERE licence = ? ORDER BY id", (printable(licence),))
        return [_key(row) for row in rows]

    async def note_sighting(self, sighting: KeySighting) -> None:
        self._notes.add(PUT_SIGHTING, columns_of(sighting))

    async def sightings(self) -> Sequence[KeySighting]:
        await self.flush()
        rows = await self._database.read('SELECT * FROM sightings ORDER BY last_seen DESC, licence, "user"')
        return [sighting_of(row) for row in rows]

    async def sighting(self, licence: str, user: str) -> KeySighting | None:
        row = await self._database.read_one(
            'SELECT * FROM sightings WHERE licence = ? AND "user" = ?', (printable(licence), printable(user))
        )
        return None if row is None else sighting_of(row)

    async def mark_sighting(self, licence: str, user: str, status: str) -> None:
        await self.flush()
        await self._database.change(
            'UPDATE sightings SET status = ? WHERE licence = ? AND "user" = ?',
            (status, printable(licence), printable(user)),
        )

    async def forget_sighting(self, licence: str, user: str) -> None:
        await self.flush()
        await self._database.change(
            'DELETE FROM sightings WHERE licence = ? AND "user" = ?', (printable(licence), printable(user))
        )


async def _require_unique(db: Connection, key: AccessKey) -> None:
    if await db.execute_fetchall(
        'SELECT 1 FROM access_keys WHERE licence = ? AND "user" = ? AND id <> ?', (key.licence, key.user, key.id)
    ):
        raise ValueError(f"Access key {key.masked} with this user is mapped already.")


async def _put_accounts(db: Connection, key: AccessKey) -> None:
    await db.execute("DELETE FROM key_accounts WHERE access_key = ?", (key.id,))
    await db.executemany(
        "INSERT INTO key_accounts (access_key, account) VALUES (?, ?)",
        [(key.id, account) for account in key.accounts | {key.account}],
    )


def _columns(key: AccessKey) -> dict[str, Any]:
    after = key.void_unaccepted_after
    return {
        "id": key.id,
        "licence": key.licence,
        "user": key.user,
        "password_hash": key.password_hash,
        "account": key.account,
        "test_account": key.test_account,
        "two_phase": key.two_phase.value,
        "at_once": key.at_once.value,
        "void_unaccepted_after": None if after is None else after.total_seconds(),
        "json_fault_status": key.json_fault_status,
        "json_errors_beside": key.json_errors_beside,
        "status": key.status,
        "label": key.label,
    }


def _after(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _key(row: Row) -> AccessKey:
    return AccessKey(
        id=row["id"],
        licence=row["licence"],
        user=row["user"],
        password_hash=row["password_hash"],
        account=row["account"],
        accounts=msgspec.json.decode(row["accounts"], type=frozenset[int]),
        test_account=row["test_account"],
        two_phase=TwoPhase(row["two_phase"]),
        at_once=TwoPhase(row["at_once"]),
        void_unaccepted_after=_after(row["void_unaccepted_after"]),
        json_fault_status=row["json_fault_status"],
        json_errors_beside=bool(row["json_errors_beside"]),
        status=row["status"],
        label=row["label"],
    )
