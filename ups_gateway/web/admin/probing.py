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
WHOLE_LIMIT: Final = 25.0
"""Seconds for all of them: a person waits for the page."""
AT_ONCE: Final = 8
WITHOUT_POSTAL_CODES: Final = frozenset(
    "AE AG AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GA GD GH GM GQ GY HK JM KI KM KN KP LC ML MO MR NR"
    " NU QA RW SB SC SL SR ST SY TD TF TG TK TL TO TT TV UG VU WS YE ZW".split()
)
"""Countries whose addresses have none (Universal Postal Union)."""


def lacks_postal_code(account: Account) -> bool:
    """UPS would refuse the probe for the address, which says nothing of the account."""
    return not account.postal_code and account.country not in WITHOUT_POSTAL_CODES


async def probe_accounts(
    accounts: Iterable[Account],
    probe: Probe,
    store: Accounts,
    now: datetime,
    *,
    time_limit: float = TIME_LIMIT,
    whole_limit: float = WHOLE_LIMIT,
) -> tuple[tuple[Account, Verdict], ...]:
    """Probes the active ones; each as it is now stored, with this probe's own result. Raises StoreFailed."""
    slots, time = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop().time
    ends = time() + whole_limit

    async def asked(account: Account) -> tuple[Account, Verdict]:
        async with slots:
            verdict, words = await _ask(account, probe, min(time() + time_limit, ends))
        return await _keep(account, verdict, words, store, now)

    return tuple(await asyncio.gather(*(asked(account) for account in accounts if account.active)))


async def _ask(account: Account, probe: Probe, until: float) -> tuple[Verdict, str]:
    try:
        async with asyncio.timeout_at(until):
            return await probe(account)
    except TimeoutError:
        return "undecided", "UPS did not answer in time."
    except GatewayError as error:
        return "undecided", error.message


async def _keep(
    account: Account, verdict: Verdict, words: str, store: Accounts, now: datetime
) -> tuple[Account, Verdict]:
    # Read again: it may have been changed on the page meanwhile.
    stored = await store.account(account.id)
    if stored is None:
        return account, verdict
    kept = stored.probe if verdict == "undecided" and stored.probe is not None else verdict
    probed = replace(stored, probe=kept, probe_note=words, probed_at=now)
    await store.change_account(probed)
    return probed, verdict
