"""What the gateway remembers, behind one small interface.

The rule: when a method that writes returns, the row is on disk (`note_*` methods excepted: those are written behind
the request). Every failure of the database surfaces as `errors.StoreFailed`. Sealed fields are opaque bytes here;
the token pair is sealed and opened by the store with the `Vault` it is given, so that no caller can forget to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from ups_gateway.model import (
    AccessKey,
    Account,
    ExchangeRecord,
    KeySighting,
    Profile,
    RefreshRecord,
    SeenAlert,
    Shipment,
    State,
    TokenPair,
)
from ups_gateway.store.counts import Slot, Usage


class Vault(Protocol):
    """Seals and opens what must not lie readable on disk."""

    def seal(self, plain: bytes) -> bytes: ...

    def open(self, sealed: bytes) -> bytes: ...

    def reseal(self, sealed: bytes) -> bytes | None:
        """The same sealed with the newest key; None when it is already."""
        ...

    def hash(self, *parts: bytes) -> bytes:
        """Keyed hash of the parts, each with its length: for fingerprints, digests and sign-in tokens (32 bytes)."""
        ...


class Profiles(Protocol):
    """Consents and their token pairs."""

    async def add_profile(self, name: str, application: str, environment: str) -> Profile: ...

    async def profile(self, profile_id: int) -> Profile | None: ...

    async def profiles(self) -> Sequence[Profile]: ...

    async def rename_profile(self, profile_id: int, name: str) -> None: ...

    async def delete_profile(self, profile_id: int) -> None:
        """Its accounts stay, unconnected."""
        ...

    async def put_tokens(
        self, profile_id: int, tokens: TokenPair, *, at: datetime, consent: bool, generation: int | None = None
    ) -> Profile:
        """The new pair, durable; clears `rejected` and `lost_reply`, raises the generation.

        With a generation: only if the pair is still that one, so that a refresh never overwrites a newer consent;
        otherwise nothing is written and the profile is returned as it is. LookupError: the profile was deleted.
        """
        ...

    async def drop_tokens(self, profile_id: int) -> None:
        """Disconnect: the profile is as if never authorised."""
        ...

    async def reject_profile(self, profile_id: int, words: str, *, generation: int) -> bool:
        """Marks the pair as refused by UPS, unless it is no longer the one of that generation (then False)."""
        ...

    async def mark_lost_reply(self, profile_id: int, *, generation: int) -> None: ...

    async def note_profile_used(self, profile_id: int, at: datetime) -> None: ...

    async def add_refresh(self, record: RefreshRecord) -> None: ...

    async def refreshes(self, profile_id: int, limit: int = 50) -> Sequence[RefreshRecord]:
        """Newest first."""
        ...

    async def put_pending_consent(self, state_hash: bytes, row: dict[str, Any], expires_at: datetime) -> None:
        """A sign-in that has been started: application, profile, PKCE verifier, where to go back. Sealed."""
        ...

    async def take_pending_consent(self, state_hash: bytes) -> tuple[dict[str, Any], datetime] | None:
        """The row and its end, once; None when it was never there or has been taken."""
        ...

    async def pending_consents(self, now: datetime) -> Sequence[dict[str, Any]]:
        """Those still open, for the paste fallback (a bare code carries no state). Newest first."""
        ...


class Accounts(Protocol):
    """UPS accounts and the access keys that ship on them."""

    async def add_account(self, account: Account) -> Account:
        """`id` of the argument is ignored; number and environment together are unique."""
        ...

    async def change_account(self, account: Account) -> None: ...

    async def delete_account(self, account_id: int) -> None:
        """Refused with ValueError while an access key maps to it."""
        ...

    async def account(self, account_id: int) -> Account | None: ...

    async def accounts(self, ids: Collection[int] | None = None) -> Sequence[Account]:
        """All, or those of these ids that are there; by id."""
        ...

    async def add_key(self, key: AccessKey) -> AccessKey:
        """`id` is ignored; licence and user together are unique."""
        ...

    async def change_key(self, key: AccessKey) -> None: ...

    async def delete_key(self, key_id: int) -> None: ...

    async def keys(self) -> Sequence[AccessKey]: ...

    async def void_limits(self) -> Mapping[int, timedelta | None]:
        """Of each key how long a confirmed shipment waits for its accept; None: for ever."""
        ...

    async def keys_of_licence(self, licence: str) -> Sequence[AccessKey]: ...

    async def note_sighting(self, sighting: KeySighting) -> None:
        """Adds to the count and operations of the same licence and user; the newest password hash stays."""
        ...

    async def sightings(self) -> Sequence[KeySighting]: ...

    async def sighting(self, licence: str, user: str) -> KeySighting | None: ...

    async def mark_sighting(self, licence: str, user: str, status: str) -> None:
        """`active`, `ignored` or `blocked`; it stays so when the key is seen again."""
        ...

    async def forget_sighting(self, licence: str, user: str) -> None: ...


class Ledger(Protocol):
    """Shipments. Every method commits before it returns.

    Rows of `shipments_by_number`, `shipments_in`, `shipments`, `unaccepted` and `undelivered` come without their sealed
    parts: read one by its id before changing it, or the change would erase them.
    """

    async def add_shipment(self, shipment: Shipment) -> Shipment:
        """`id` is ignored."""
        ...

    async def change_shipment(self, shipment: Shipment, *, expected: Collection[State]) -> bool:
        """Writes the whole row if its stored state is one of `expected`; False (nothing written) otherwise."""
        ...

    async def shipment(self, shipment_id: int) -> Shipment | None: ...

    async def shipment_by_digest(self, key: int, digest: bytes) -> Shipment | None: ...

    async def shipments_by_number(self, number: str, environment: str) -> Sequence[Shipment]:
        """Rows whose shipment or tracking numbers hold it, newest first."""
        ...

    async def shipments_by_fingerprint(self, fingerprint: bytes, since: datetime) -> Sequence[Shipment]:
        """Changed since then, newest first."""
        ...

    async def shipments_in(self, states: Collection[State], limit: int = 1000) -> Sequence[Shipment]:
        """Oldest first."""
        ...

    async def shipments(self, limit: int = 100, before: int | None = None) -> Sequence[Shipment]:
        """Newest first; `before` is an id, for paging."""
        ...

    async def unaccepted(self, never: Collection[int], limit: int = 1000) -> Sequence[Shipment]:
        """Confirmed, created, not accepted: of all keys but these, and none of UPS's test environment (`test`).
        Oldest first."""
        ...

    async def undelivered(self, since: datetime, limit: int = 1000) -> Sequence[Shipment]:
        """Of kind shipment, not delivered, changed since then: created in one phase, or accepted. Newest first."""
        ...

    async def confirm_counts(self, since: datetime) -> Sequence[tuple[int, int, int]]:
        """(key, confirms, of these accepted) of each key."""
        ...

    async def state_counts(self) -> Mapping[tuple[str, State], int]:
        """How many rows there are by environment and state; kept beside the rows, so that nobody counts them."""
        ...

    async def erase_sealed(self, before: datetime, quotes_before: datetime) -> int:
        """Deletes sealed requests and replies of settled rows last changed before then; how many rows."""
        ...

    async def delete_old(self, shipments_before: datetime, exchanges_before: datetime) -> int: ...


class Journal(Protocol):
    """What went through, without bodies."""

    def note_exchange(self, record: ExchangeRecord) -> None:
        """Queued; written in batches behind the requests."""
        ...

    async def exchanges(
        self,
        limit: int = 200,
        before: datetime | None = None,
        *,
        account: int | None = None,
        operation: str = "",
        outcome: str = "",
    ) -> Sequence[ExchangeRecord]:
        """Newest first; of one account, operation or outcome where it is named."""
        ...

    async def traffic(self, since: datetime, seconds: int) -> Sequence[Slot]:
        """Sums since then, in stretches of so many seconds that begin at whole multiples of it; oldest first."""
        ...

    async def usage(self, since: datetime) -> Sequence[Usage]:
        """Sums since then, by program, operation and outcome; the most frequent first."""
        ...

    async def add_capture(self, at: datetime, sealed: bytes) -> None: ...

    async def captures(self, since: datetime, limit: int = 200) -> Sequence[tuple[int, bytes]]:
        """Id and sealed content, newest first."""
        ...

    async def delete_captures(self, before: datetime) -> None: ...


class Admin(Protocol):
    """Sign-in links, sessions and the little that must outlive a restart."""

    async def put_link(self, token_hash: bytes, expires_at: datetime) -> None: ...

    async def take_link(self, token_hash: bytes, now: datetime) -> bool:
        """True once, before its end."""
        ...

    async def put_session(self, token_hash: bytes, csrf: str, expires_at: datetime) -> None: ...

    async def session(self, token_hash: bytes, now: datetime) -> str | None:
        """The session's CSRF token."""
        ...

    async def delete_session(self, token_hash: bytes) -> None: ...

    async def get(self, name: str) -> str | None:
        """A named setting of the gateway's own, e.g. the token budget of a day."""
        ...

    async def put(self, name: str, value: str) -> None: ...

    async def put_seen_alert(self, seen: SeenAlert) -> None:
        """In the place of an earlier one of its subject."""
        ...

    async def seen_alerts(self) -> Sequence[SeenAlert]: ...

    async def delete_seen_alert(self, seen: SeenAlert) -> None:
        """Only as it stands here: somebody may have seen another trouble of the subject meanwhile."""
        ...


class Store(Profiles, Accounts, Ledger, Journal, Admin, Protocol):
    """All of it. `sqlite.open_store` gives one, `postgres.open_store` one that several gateways share."""

    @property
    def shared(self) -> bool:
        """Other gateways work with it at the same time: what was read is not good for the next request."""
        ...

    @property
    def here(self) -> str:
        """This gateway's name among those on the store; empty where there is only one."""
        ...

    async def living(self) -> Collection[str]:
        """The names of those that run."""
        ...

    async def leads(self) -> bool:
        """Whether this one does what only one of them is to do: the first that asked, as long as it runs."""
        ...

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """Held by one task of all processes on this store, until it lets go or its process ends; never by time."""
        ...

    async def flush(self) -> None:
        """Writes what `note_*` left in the queue."""
        ...

    async def check(self) -> None:
        """Reads and writes once; raises StoreFailed when either fails (readyz)."""
        ...

    async def reseal(self) -> int:
        """Seals with the newest key what former ones sealed; how many values."""
        ...

    async def empty_log(self) -> None:
        """Leaves no trace of what was erased in the files. StoreFailed: somebody reads all the while; try again."""
        ...

    async def close(self) -> None: ...
