"""Who asks, and on which account: the access-key check and the choice of the account.

The rule: a key ships on its own accounts only, a request to UPS's test host only on its test account, and what is
wrong is always refused; only what is absent may be served as the anonymous key, and only to look something up.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ups_gateway.errors import (
    AccountRefused,
    BlockedKey,
    NoCredentials,
    NotAuthorised,
    Refusal,
    UnknownLicence,
    UpsRefused,
    WrongPassword,
)
from ups_gateway.model import (
    AccessKey,
    Account,
    Asked,
    Credentials,
    KeySighting,
    Kind,
    LegacyCall,
    Operation,
    Secret,
    Shipment,
)
from ups_gateway.store import Store
from ups_gateway.store.guesses import Guesses
from ups_gateway.store.passwords import Passwords

log = logging.getLogger(__name__)

TEST_HOST: Final = "wwwcie.ups.com"
PUBLIC: Final = frozenset(
    {
        Operation.RATE,
        Operation.TRACK,
        Operation.ADDRESS_CITY,
        Operation.ADDRESS_STREET,
        Operation.TIME_IN_TRANSIT,
        Operation.LOCATOR,
        Operation.PICKUP_RATE,
        Operation.PICKUP_FACILITIES,
        Operation.DANGEROUS_GOODS_CHEMICALS,
        Operation.LANDED_COST,
    }
)
"""They change nothing and show nothing of the account's own."""
UNKNOWN_NUMBER: Final = {
    Operation.VOID: Refusal("190102", "No shipment found within the allowed void period"),
    Operation.LABEL_RECOVERY: Refusal("300007", "The shipment for the requested tracking number could not be found"),
    Operation.PICKUP_CANCEL: Refusal("190105", "Pickup Cancellation is not Available on this Pickup Request"),
}
"""UPS's codes and texts for a number that it does not know (lists of error codes in the Shipping guides)."""
_NO_SHIPMENTS: Final = frozenset({Operation.PICKUP_CANCEL})
_REMEMBERED: Final = 256


@dataclass(frozen=True, slots=True)
class Caller:
    """The key a request is served for."""

    key: AccessKey
    anonymous: bool = False
    """Nobody gave that key; it stands in for credentials that are absent."""


@dataclass(frozen=True, slots=True)
class Place:
    """The account a request is carried out on, and the shipment of the ledger that it is about."""

    account: Account
    shipment: Shipment | None = None


class Access:
    """`find` gives the ledger's rows of a kind that hold a number, newest first (`Desk.find`)."""

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        find: Callable[[str, str, Kind], Awaitable[Sequence[Shipment]]],
        *,
        anonymous_licence: str | None,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._find = find
        self._anonymous_licence = anonymous_licence
        self._now = now
        self._guesses = Guesses(store, now)
        self._salt = secrets.token_bytes(32)
        self._hashes: OrderedDict[bytes, str] = OrderedDict()

    # --- who ----------------------------------------------------------------------------------------------------------

    async def caller(self, asked: Asked, call: LegacyCall, *, peer: str) -> Caller:
        """The key whose credentials the request carries. Raises CredentialFault; what is not mapped is noted."""
        given = asked.credentials
        if given.licence is None or given.user is None or given.password is None:
            return await self._anonymous(asked, peer)
        keys = await self._store.keys_of_licence(given.licence)
        key = next((key for key in keys if _same(key.user, given.user)), None)
        if key is not None and key.status == "ignored":
            raise _unknown_licence()
        if key is not None and await self._is_right(key, given.password, peer):
            if key.status == "blocked":
                raise _blocked()
            return Caller(key)
        await self._note(asked.operation, given.licence, given.user, given.password, call, peer)
        if not keys:
            seen = await self._store.sighting(given.licence, given.user)
            raise _blocked() if seen is not None and seen.status == "blocked" else _unknown_licence()
        raise WrongPassword("Invalid Authentication Information: the gateway knows this access key with another login.")

    async def likely(self, given: Credentials) -> AccessKey | None:
        """The key whose program this most likely is, though its credentials are wrong: for how it is told so."""
        keys = [] if given.licence is None else await self._store.keys_of_licence(given.licence)
        of_user = (key for key in keys if given.user is not None and _same(key.user, given.user))
        return next(of_user, keys[0] if keys else None)

    async def _is_right(self, key: AccessKey, password: Secret, peer: str) -> bool:
        """Whether it is the key's password. Raises BlockedKey for an address that guessed too often."""
        if await self._guesses.held(key.id, peer):
            raise _held()
        if await self._passwords.verify(key.password_hash, password):
            await self._guesses.right(key.id, peer)
            return True
        hold = await self._guesses.wrong(key.id, peer, password)
        if hold is not None:
            log.warning("Too many wrong passwords for access key %s from %s: held back", key.masked, hold.where)
        return False

    async def _anonymous(self, asked: Asked, peer: str) -> Caller:
        given = asked.credentials
        if self._anonymous_licence is None or asked.operation not in PUBLIC or asked.creating:
            raise NoCredentials(
                "No Access and Authentication Credentials provided: licence number, user id and password are needed."
            )
        licence = given.licence
        fitting = await (self._store.keys() if licence is None else self._store.keys_of_licence(licence))
        if not fitting:
            raise _unknown_licence()
        for key in fitting:
            if given.user is not None and not _same(key.user, given.user):
                continue
            if given.password is None or await self._is_right(key, given.password, peer):
                break
        else:
            raise WrongPassword("Invalid Authentication Information: the gateway knows no such login.")
        for key in await self._store.keys_of_licence(self._anonymous_licence):
            if key.status == "active":
                return Caller(key, anonymous=True)
        raise NoCredentials("No Access and Authentication Credentials provided, and no key stands in for them.")

    async def _note(
        self, operation: Operation, licence: str, user: str, password: Secret, call: LegacyCall, peer: str
    ) -> None:
        try:
            hashed = await self._hash(password)
        except BlockedKey:
            return  # a flood of guesses: the newest few are enough to see it by
        now = self._now()
        await self._store.note_sighting(
            KeySighting(
                licence=licence,
                user=user,
                password_hash=hashed,
                peer=peer,
                user_agent=call.headers.get("user-agent", ""),
                operations=frozenset({operation.value}),
                first_seen=now,
                last_seen=now,
                count=1,
            )
        )

    async def _hash(self, password: Secret) -> str:
        """Hashing is slow on purpose; a program that is not mapped yet sends the same password all day."""
        tag = hmac.digest(self._salt, password.reveal().encode("utf-8", "surrogatepass"), "sha256")
        hashed = self._hashes.get(tag)
        if hashed is None:
            hashed = self._hashes[tag] = await self._passwords.hash(password)
            if len(self._hashes) > _REMEMBERED:
                self._hashes.popitem(last=False)
        return hashed

    # --- where --------------------------------------------------------------------------------------------------------

    async def place(self, key: AccessKey, asked: Asked, host: str) -> Place:
        """The account for this request of this key. Raises AccountRefused, UnknownLicence (test host), UpsRefused."""
        default, others = await self._accounts(key, host)
        for number in asked.accounts:
            if not any(_number(account) == number.strip().upper() for account in others):
                words = f"Missing or invalid shipper number: {number[:20]} is not one of this access key's."
                raise AccountRefused(words)
        if asked.accounts:
            first = asked.accounts[0].strip().upper()
            return Place(next(account for account in others if _number(account) == first))
        if asked.operation in UNKNOWN_NUMBER and asked.tracking_numbers:
            return await self._place_of(asked.operation, asked.tracking_numbers[0], default, others)
        return Place(default)

    async def _accounts(self, key: AccessKey, host: str) -> tuple[Account, Sequence[Account]]:
        """The default account, and all that the key may use at this host."""
        if _is_test(host):
            test = None if key.test_account is None else await self._store.account(key.test_account)
            if test is None:
                raise UnknownLicence(
                    f"This access key has no test account in the gateway, and {TEST_HOST} serves only those."
                    " Administrator: map one on the status page."
                )
            return test, (test,)
        mine = await self._store.accounts({key.account, *key.accounts})
        default = next((account for account in mine if account.id == key.account), None)
        if default is None:
            raise NotAuthorised("The default account of this access key was removed from the gateway.")
        # A consent of one environment is worth nothing in another: a key stays where its default account is.
        return default, [account for account in mine if account.environment == default.environment]

    async def _place_of(self, operation: Operation, number: str, default: Account, mine: Sequence[Account]) -> Place:
        by_id = {account.id: account for account in mine}
        rows = await self._find(number, default.environment, "other" if operation in _NO_SHIPMENTS else "shipment")
        for row in rows:
            if row.account in by_id:
                return Place(by_id[row.account], row)
        if rows:
            raise UpsRefused((UNKNOWN_NUMBER[operation],), http_status=400)
        shipper = number[2:8].upper() if number[:2].upper() == "1Z" else ""
        return Place(next((account for account in mine if shipper and _number(account)[-6:] == shipper), default))


def _unknown_licence() -> UnknownLicence:
    return UnknownLicence(
        "Invalid Access License number: the gateway does not know this access key yet. Administrator: it is listed on"
        " the gateway's status page, to be mapped to an account."
    )


def _held() -> BlockedKey:
    return BlockedKey(
        "Too many wrong passwords came for this access key. This address is refused for a quarter of an hour; the"
        " gateway's administrator can let it in before."
    )


def _blocked() -> BlockedKey:
    return BlockedKey("This access key is blocked on the gateway's status page.")


def _is_test(host: str) -> bool:
    """A Host header names it, with or without port and final dot."""
    return host.strip().lower().partition(":")[0].rstrip(".") == TEST_HOST


def _number(account: Account) -> str:
    return account.number.upper()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
