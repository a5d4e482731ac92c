"""Profiles, their token pairs and their refresh history, and sign-ins under way.

The rule: a token pair is sealed before it reaches the database and its generation counts every change, so that a
writer who read an older pair changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from ups_gateway.model import Profile, RefreshRecord, Secret, TokenPair
from ups_gateway.store import Vault
from ups_gateway.store.sql.columns import from_text, printable, to_text
from ups_gateway.store.sql.database import Connection, Database, Row
from ups_gateway.store.sql.rows import Rows

_REFRESHES_KEPT = 500
_WORDS_LIMIT = 2000


class ProfileRows(Rows):
    """Implements `store.Profiles`. A profile that is not there is a LookupError for the writing methods."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database, vault)
        self._opened: dict[bytes, TokenPair] = {}
        """The pairs of all profiles as last listed: to open two hundred of them holds up every request under way."""

    async def add_profile(self, name: str, application: str, environment: str) -> Profile:
        async def work(db: Connection) -> Profile:
            ((added,),) = await db.execute_fetchall(
                "INSERT INTO profiles (name, application, environment) VALUES (?, ?, ?) RETURNING id",
                (name, application, environment),
            )
            return await self._required(db, added)

        return await self._database.write(work)

    async def profile(self, profile_id: int) -> Profile | None:
        row = await self._database.read_one("SELECT * FROM profiles WHERE id = ?", (profile_id,))
        return None if row is None else _profile(row, self._vault)

    async def profiles(self) -> Sequence[Profile]:
        rows = await self._database.read("SELECT * FROM profiles ORDER BY id")
        opened = {
            sealed: self._opened.get(sealed) or _open(sealed, self._vault)
            for sealed in (row["sealed_tokens"] for row in rows)
            if sealed is not None
        }
        self._opened = opened
        return [_shown(row, opened.get(row["sealed_tokens"])) for row in rows]

    async def rename_profile(self, profile_id: int, name: str) -> None:
        async def work(db: Connection) -> None:
            await db.execute("UPDATE profiles SET name = ? WHERE id = ?", (name, profile_id))
            await self._required(db, profile_id)

        await self._database.write(work)

    async def delete_profile(self, profile_id: int) -> None:
        await self._database.change("DELETE FROM profiles WHERE id = ?", (profile_id,))

    async def put_tokens(
        self, profile_id: int, tokens: TokenPair, *, at: datetime, consent: bool, generation: int | None = None
    ) -> Profile:
        async def work(db: Connection) -> Profile:
            before = await self._required(db, profile_id)
            if generation is not None and before.generation != generation:
                return before
            (row,) = await db.execute_fetchall(
                """
                UPDATE profiles SET sealed_tokens = :sealed, generation = generation + 1, rejected = '',
                    lost_reply = 0, refreshed_at = :at,
                    consented_at = CASE WHEN :consent = 1 THEN :at ELSE consented_at END
                WHERE id = :id RETURNING *
                """,
                {"sealed": _seal(tokens, self._vault), "at": to_text(at), "consent": consent, "id": profile_id},
            )
            return _profile(row, self._vault)

        return await self._database.write(work)

    async def drop_tokens(self, profile_id: int) -> None:
        async def work(db: Connection) -> None:
            await db.execute(
                """
                UPDATE profiles SET sealed_tokens = NULL, generation = generation + 1, rejected = '', lost_reply = 0,
                    consented_at = NULL, refreshed_at = NULL
                WHERE id = ?
                """,
                (profile_id,),
            )
            await self._required(db, profile_id)

        await self._database.write(work)
        await self._database.empty_log()

    async def reject_profile(self, profile_id: int, words: str, *, generation: int) -> bool:
        changed = await self._database.change(
            "UPDATE profiles SET rejected = ?, lost_reply = 0 WHERE id = ? AND generation = ?",
            (printable(words, _WORDS_LIMIT), profile_id, generation),
        )
        return changed.rowcount == 1

    async def mark_lost_reply(self, profile_id: int, *, generation: int) -> None:
        await self._database.change(
            "UPDATE profiles SET lost_reply = 1 WHERE id = ? AND generation = ?", (profile_id, generation)
        )

    async def note_profile_used(self, profile_id: int, at: datetime) -> None:
        self._notes.add(
            "UPDATE profiles SET used_at = :at WHERE id = :id AND (used_at IS NULL OR used_at < :at)",
            {"id": profile_id, "at": to_text(at)},
        )

    async def add_refresh(self, record: RefreshRecord) -> None:
        async def work(db: Connection) -> None:
            await self._required(db, record.profile)
            await db.execute(
                "INSERT INTO refreshes (profile, at, ok, words, consent) VALUES (?, ?, ?, ?, ?)",
                (record.profile, to_text(record.at), record.ok, printable(record.words, _WORDS_LIMIT), record.consent),
            )
            await db.execute(
                """
                DELETE FROM refreshes WHERE profile = :profile AND id <=
                    (SELECT id FROM refreshes WHERE profile = :profile ORDER BY id DESC LIMIT 1 OFFSET :kept)
                """,
                {"profile": record.profile, "kept": _REFRESHES_KEPT},
            )

        await self._database.write(work)

    async def refreshes(self, profile_id: int, limit: int = 50) -> Sequence[RefreshRecord]:
        rows = await self._database.read(
            "SELECT * FROM refreshes WHERE profile = ? ORDER BY id DESC LIMIT ?", (profile_id, limit)
        )
        return [
            RefreshRecord(row["profile"], from_text(row["at"]), bool(row["ok"]), row["words"], bool(row["consent"]))
            for row in rows
        ]

    async def put_pending_consent(self, state_hash: bytes, row: dict[str, Any], expires_at: datetime) -> None:
        sealed = self._vault.seal(msgspec.json.encode(row))
        await self._database.change(
            "INSERT INTO consents (state_hash, sealed, expires_at) VALUES (?, ?, ?)",
            (state_hash, sealed, to_text(expires_at)),
        )

    async def take_pending_consent(self, state_hash: bytes) -> tuple[dict[str, Any], datetime] | None:
        taken = await self._database.write(
            lambda db: db.execute_fetchall(
                "DELETE FROM consents WHERE state_hash = ? RETURNING sealed, expires_at", (state_hash,)
            )
        )
        for row in taken:
            return self._consent(row), from_text(str(row["expires_at"]))
        return None

    async def pending_consents(self, now: datetime) -> Sequence[dict[str, Any]]:
        # Sign-ins that nobody finished are swept where they are looked at.
        await self._database.change("DELETE FROM consents WHERE expires_at <= ?", (to_text(now),))
        rows = await self._database.read("SELECT sealed FROM consents ORDER BY id DESC")
        return [self._consent(row) for row in rows]

    def _consent(self, row: Row) -> dict[str, Any]:
        return msgspec.json.decode(self._vault.open(row["sealed"]), type=dict[str, Any])

    async def _required(self, db: Connection, profile_id: int) -> Profile:
        rows = await db.execute_fetchall("SELECT * FROM profiles WHERE id = ?", (profile_id,))
        for row in rows:
            return _profile(row, self._vault)
        raise LookupError(f"Profile {profile_id} does not exist, or was deleted meanwhile.")


def _profile(row: Row, vault: Vault) -> Profile:
    sealed = row["sealed_tokens"]
    return _shown(row, None if sealed is None else _open(sealed, vault))


def _shown(row: Row, tokens: TokenPair | None) -> Profile:
    return Profile(
        id=row["id"],
        name=row["name"],
        application=row["application"],
        environment=row["environment"],
        tokens=tokens,
        generation=row["generation"],
        rejected=row["rejected"],
        consented_at=from_text(row["consented_at"]),
        used_at=from_text(row["used_at"]),
        refreshed_at=from_text(row["refreshed_at"]),
        lost_reply=bool(row["lost_reply"]),
    )


def _seal(tokens: TokenPair, vault: Vault) -> bytes:
    return vault.seal(msgspec.json.encode(tokens, enc_hook=Secret.reveal))


def _open(sealed: bytes, vault: Vault) -> TokenPair:
    return msgspec.json.decode(vault.open(sealed), type=TokenPair, dec_hook=lambda _, text: Secret(text))
