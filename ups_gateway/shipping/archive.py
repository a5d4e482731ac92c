"""Sealed requests and replies of the ledger, and UPS's label recovery for when they are deleted.

The rule: what a row keeps of a person's data passes through here, sealed; large pieces are sealed in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from ups_gateway.errors import NotAuthorised
from ups_gateway.model import Account, RestCall, RestReply, Shipment
from ups_gateway.shipping.carrier import Carrier
from ups_gateway.store import Store, Vault

ASIDE: Final = 64 * 1024
"""Bytes from which sealing would be felt by the other requests."""

_PIECES: Final = msgspec.msgpack.Decoder(list[bytes])


class Archive:
    """Seals what goes into a row and opens what comes out."""

    def __init__(self, store: Store, vault: Vault, carrier: Carrier, *, time_limit: float) -> None:
        self._store = store
        self._vault = vault
        self._carrier = carrier
        self._time_limit = time_limit

    async def seal_call(self, call: RestCall, digest: str) -> bytes:
        """A call, and the digest that a repeated confirm is answered with."""
        return await self._seal([digest.encode(), self._carrier.pack(call)])

    async def open_call(self, sealed: bytes) -> tuple[RestCall, str]:
        digest, packed = await self._open(sealed)
        return self._carrier.unpack(packed), digest.decode()

    async def seal_replies(self, replies: Sequence[RestReply]) -> bytes:
        return await self._seal([self._carrier.pack_reply(reply) for reply in replies])

    async def open_replies(self, sealed: bytes) -> tuple[RestReply, ...]:
        return tuple(self._carrier.unpack_reply(packed) for packed in await self._open(sealed))

    async def labels_of(self, row: Shipment) -> tuple[RestReply, ...]:
        """The stored reply; when it is deleted, UPS's label recovery. Raises what UPS says to that."""
        if row.sealed_reply is not None:
            return await self.open_replies(row.sealed_reply)
        account = await account_of(self._store, row)
        call = self._carrier.recovery_call(account, row.number)
        reply = await self._carrier.send(account, call, creating=False, time_limit=self._time_limit)
        error = self._carrier.refusal(reply, creating=False)
        if error is not None:
            raise error
        return (reply,)

    async def _seal(self, pieces: list[bytes]) -> bytes:
        plain = msgspec.msgpack.encode(pieces)
        if len(plain) < ASIDE:
            return self._vault.seal(plain)
        return await asyncio.to_thread(self._vault.seal, plain)

    async def _open(self, sealed: bytes) -> list[bytes]:
        if len(sealed) < ASIDE:
            return _PIECES.decode(self._vault.open(sealed))
        return _PIECES.decode(await asyncio.to_thread(self._vault.open, sealed))


async def account_of(store: Store, row: Shipment) -> Account:
    """The account a row was shipped on. Raises NotAuthorised when it is no longer in the gateway."""
    account = await store.account(row.account)
    if account is None:
        raise NotAuthorised(
            f"The account that shipment {row.number or row.id} belongs to was removed from the gateway."
        )
    return account
