"""Asking UPS whether accounts ship through their sign-in, and keeping what it says.

The rule: only a clear word of UPS changes what is known of an account; an undecided probe keeps it, with a note.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from ups_gateway.errors import GatewayError
from ups_gateway.model import Account
from ups_gateway.store import Accounts
from ups_gateway.web.admin.parts import Probe, Verdict

TIME_LIMIT: Final = 10.0
"""Seconds for one account."""
AT_ONCE: Final = 8


async def probe_accounts(
    accounts: Iterable[Account], probe: Probe, store: Accounts, now: datetime
) -> tuple[tuple[Account, Verdict], ...]:
    """Probes the active ones; each as it is now stored, with this probe's own result. Raises StoreFailed."""
    slots = asyncio.Semaphore(AT_ONCE)
    return tuple(
        await asyncio.gather(*(_probe(account, probe, store, now, slots) for account in accounts if account.active))
    )


async def _probe(
    account: Account, probe: Probe, store: Accounts, now: datetime, slots: asyncio.Semaphore
) -> tuple[Account, Verdict]:
    verdict: Verdict = "undecided"
    async with slots:
        try:
            async with asyncio.timeout(TIME_LIMIT):
                verdict, words = await probe(account)
        except TimeoutError:
            words = "UPS did not answer in time."
        except GatewayError as error:
            words = error.message
    # Read again: it may have been changed on the page meanwhile.
    stored = await store.account(account.id)
    if stored is None:
        return account, verdict
    kept = stored.probe if verdict == "undecided" and stored.probe is not None else verdict
    probed = replace(stored, probe=kept, probe_note=words, probed_at=now)
    await store.change_account(probed)
    return probed, verdict
