"""What the store, the keeper and the ledger know at one moment, read once for a page.

The rule: reading only; what it means for people is `view`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ups_gateway.model import (
    AccessKey,
    Account,
    Application,
    Environment,
    Grant,
    Health,
    KeySighting,
    Profile,
    Shipment,
)
from ups_gateway.oauth.flow import ClientSource
from ups_gateway.oauth.lifetime import Held
from ups_gateway.shipping.desk import Acceptance, Attention
from ups_gateway.store.counts import Slot
from ups_gateway.store.guesses import Hold, holds
from ups_gateway.web.admin import pulse
from ups_gateway.web.admin.parts import AdminParts
from ups_gateway.web.admin.pulse import ProductReach

ACCEPTANCE_OVER: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the status page is made from."""

    now: datetime
    applications: Mapping[str, Application]
    environments: Mapping[str, Environment]
    profiles: Sequence[Profile]
    health: Mapping[int, Health]
    """Of each profile, by id."""
    accounts: Sequence[Account]
    client_tokens: Mapping[int, tuple[Held | None, str]]
    """Of each account that ships through a client-credentials application, by id: its token, UPS's last refusal."""
    keys: Sequence[AccessKey]
    sightings: Mapping[str, KeySighting]
    """By an id that shows nothing of the licence."""
    attention: Sequence[Attention]
    unaccepted: Sequence[Shipment]
    acceptance: Sequence[Acceptance]
    pending: Sequence[Mapping[str, Any]]
    """Sign-ins begun, whose browser has not come back."""
    holds: Sequence[Hold] = ()
    """Addresses that guess at passwords of keys."""
    hour: Sequence[Slot] = ()
    """The journal's sums of the last hour,"""
    day: Sequence[Slot] = ()
    """and of the last day."""
    products: Sequence[ProductReach] = ()


async def gather(parts: AdminParts) -> Facts:
    """Reads them."""
    store, now = parts.store, parts.now()
    profiles, accounts = await store.profiles(), await store.accounts()
    return Facts(
        now=now,
        applications=parts.applications,
        environments=parts.environments,
        profiles=profiles,
        health={profile.id: parts.keeper.health(profile, now) for profile in profiles},
        accounts=accounts,
        client_tokens={
            account.id: parts.keeper.client_token(ClientSource(account.application, account.number))
            for account in accounts
            if account.application is not None and account.profile is None
        },
        keys=await store.keys(),
        sightings=await seen_keys(parts),
        attention=await parts.shipping.desk.attention(),
        unaccepted=await store.unaccepted(()),
        acceptance=await parts.shipping.desk.acceptance(now - ACCEPTANCE_OVER),
        pending=[
            row
            for row in await store.pending_consents(now)
            if not row["used"] and not row.get("declined") and datetime.fromisoformat(row["until"]) > now
        ],
        holds=await holds(store, now),
        hour=await store.traffic(now - pulse.HOUR, pulse.WIDTH),
        day=await store.traffic(now - pulse.DAY, pulse.WIDTH),
        products=parts.products(),
    )


async def seen_keys(parts: AdminParts) -> Mapping[str, KeySighting]:
    """Licences seen and not mapped, latest first; pages name them by a keyed hash."""
    found = await parts.store.sightings()
    named = (parts.vault.hash(b"sighting", seen.licence.encode(), seen.user.encode()).hex()[:24] for seen in found)
    return dict(zip(named, found, strict=True))


def usable(application: Application | None, grant: Grant) -> bool:
    """Whether the application is configured and signs in this way."""
    return application is not None and application.grant is grant
