"""UPS accounts.

The rule: number and environment together are unique, and an account stays while an access key maps to it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from ups_gateway.model import Account, AccountDefaults
from ups_gateway.store.sql.columns import from_text, printable, to_text
from ups_gateway.store.sql.database import Connection, Row
from ups_gateway.store.sql.rows import Rows


class AccountRows(Rows):
    """Implements the accounts' half of `store.Accounts`. Changing what is not there is a LookupError."""

    async def add_account(self, account: Account) -> Account:
        async def work(db: Connection) -> Account:
            await _require_unique(db, replace(account, id=0))
            ((added_id,),) = await db.execute_fetchall(
                """
                INSERT INTO accounts (number, environment, nickname, postal_code, country, profile, application, active,
                    defaults, probe, probe_note, probed_at)
                VALUES (:number, :environment, :nickname, :postal_code, :country, :profile, :application, :active,
                    :defaults, :probe, :probe_note, :probed_at)
                RETURNING id
                """,
                _columns(account),
            )
            return await _required(db, added_id)

        return await self._database.write(work)

    async def change_account(self, account: Account) -> None:
        async def work(db: Connection) -> None:
            await _required(db, account.id)
            await _require_unique(db, account)
            await db.execute(
                """
                UPDATE accounts SET number = :number, environment = :environment, nickname = :nickname,
                    postal_code = :postal_code, country = :country, profile = :profile, application = :application,
                    active = :active, defaults = :defaults, probe = :probe, probe_note = :probe_note,
                    probed_at = :probed_at
                WHERE id = :id
                """,
                _columns(account),
            )

        await self._database.write(work)

    async def delete_account(self, account_id: int) -> None:
        async def work(db: Connection) -> None:
            ((used,),) = await db.execute_fetchall(
                """
                SELECT count(*) FROM access_keys WHERE account = :id OR test_account = :id
                    OR id IN (SELECT access_key FROM key_accounts WHERE account = :id)
                """,
                {"id": account_id},
            )
            if used:
                raise ValueError(f"Account {account_id} is still mapped to {used} access key(s); map these first.")
            await db.execute("DELETE FROM accounts WHERE id = ?", (account_id,))

        await self._database.write(work)

    async def account(self, account_id: int) -> Account | None:
        return next(iter(await self.accounts([account_id])), None)

    async def accounts(self, ids: Collection[int] | None = None) -> Sequence[Account]:
        if ids is None:
            rows = await self._database.read("SELECT * FROM accounts ORDER BY id")
        else:
            rows = await self._database.look_up(
                "SELECT * FROM accounts WHERE id IN (SELECT CAST(value AS INTEGER) FROM json_each(?)) ORDER BY id",
                (msgspec.json.encode(list(ids)).decode(),),
            )
        return [_account(row) for row in rows]


async def _required(db: Connection, account_id: int) -> Account:
    rows = await db.execute_fetchall("SELECT * FROM accounts WHERE id = ?", (account_id,))
    for row in rows:
        return _account(row)
    raise LookupError(f"Account {account_id} does not exist, or was deleted meanwhile.")


async def _require_unique(db: Connection, account: Account) -> None:
    if await db.execute_fetchall(
        "SELECT 1 FROM accounts WHERE number = ? AND environment = ? AND id <> ?",
        (account.number, account.environment, account.id),
    ):
        raise ValueError(f"Account {account.number} exists already in environment {account.environment}.")


def _columns(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "number": account.number,
        "environment": account.environment,
        "nickname": account.nickname,
        "postal_code": account.postal_code,
        "country": account.country,
        "profile": account.profile,
        "application": account.application,
        "active": account.active,
        "defaults": msgspec.json.encode(account.defaults).decode(),
        "probe": account.probe,
        "probe_note": printable(account.probe_note, 2000),
        "probed_at": to_text(account.probed_at),
    }


def _account(row: Row) -> Account:
    return Account(
        id=row["id"],
        number=row["number"],
        environment=row["environment"],
        nickname=row["nickname"],
        postal_code=row["postal_code"],
        country=row["country"],
        profile=row["profile"],
        application=row["application"],
        active=bool(row["active"]),
        defaults=msgspec.json.decode(row["defaults"], type=AccountDefaults),
        probe=row["probe"],
        probe_note=row["probe_note"],
        probed_at=from_text(row["probed_at"]),
    )
