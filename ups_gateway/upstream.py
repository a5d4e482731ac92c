"""UPS as shipping and exchange need it: calls by account, and the reading of replies by translate.

The rule: whoever asks names an account; which consent and which environment that means is decided here only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import ContextVar

from ups_gateway import translate
from ups_gateway.errors import NotAuthorised, OutcomeUnknown, UpsUnreachable
from ups_gateway.model import Account, Environment, RestCall, RestReply
from ups_gateway.oauth.flow import ClientSource, ProfileSource, Source
from ups_gateway.ups.breaker import ProductStatus
from ups_gateway.ups.client import Meter, TokenKeeper, UpsClient

metered: ContextVar[Meter | None] = ContextVar("metered", default=None)
"""Set by whoever wants to know how long UPS took; tasks that are begun meanwhile count into it too."""


def source_of(account: Account) -> Source:
    """Whose token the account's calls bear. Raises NotAuthorised for one that is not connected or not active."""
    if not account.active:
        raise NotAuthorised(f"Account {account.number} is set inactive on the gateway's status page.")
    if account.profile is not None:
        return ProfileSource(account.profile)
    if account.application is not None:
        return ClientSource(account.application, account.number)
    raise NotAuthorised(
        f"Account {account.number} is not connected to a UPS profile. Your access key is not the cause. Administrator:"
        " open the gateway's status page, authorize a profile and connect the account to it."
    )


class Upstream:
    """Implements `shipping.carrier.Carrier` with the real UPS client."""

    labels = staticmethod(translate.labels)
    lookup_call = staticmethod(translate.lookup_call)
    pack = staticmethod(translate.pack)
    pack_reply = staticmethod(translate.pack_reply)
    packages_of = staticmethod(translate.packages_of)
    pickup_number = staticmethod(translate.pickup_number)
    proposals = staticmethod(translate.proposals)
    references_of = staticmethod(translate.references_of)
    refusal = staticmethod(translate.refusal_of)
    unpack = staticmethod(translate.unpack)
    unpack_reply = staticmethod(translate.unpack_reply)
    without_card_secrets = staticmethod(translate.without_card_secrets)
    void_call = staticmethod(translate.void_call)
    void_verdict = staticmethod(translate.void_verdict)
    voided_reply = staticmethod(translate.voided_reply)

    def __init__(self, client: UpsClient, keeper: TokenKeeper, environments: Mapping[str, Environment]) -> None:
        self._client = client
        self._keeper = keeper
        self._environments = environments

    def products(self) -> Sequence[ProductStatus]:
        """Each product that was called, as this process found it."""
        return self._client.status()

    async def ready(self, account: Account, *, time_limit: float) -> float:
        """A token is there, so that nothing but the call itself is left, and so many seconds for it.

        Raises NotAuthorised, UpsUnreachable.
        """
        clock = asyncio.get_running_loop()
        ends = clock.time() + time_limit
        try:
            async with asyncio.timeout_at(ends):
                await self._keeper.token(source_of(account))
        except TimeoutError as error:
            words = f"UPS did not renew the gateway's authorization in time. Nothing was created on {account.number}."
            raise UpsUnreachable(words, transient=False) from error
        except UpsUnreachable as error:
            raise UpsUnreachable(error.message, transient=False, retry_after=error.retry_after) from error
        return ends - clock.time()

    async def send(self, account: Account, call: RestCall, *, creating: bool, time_limit: float) -> RestReply:
        """UPS's answer, whatever its status. Raises NotAuthorised, UpsUnreachable, OutcomeUnknown (if creating)."""
        environment = self._environments.get(account.environment)
        if environment is None:
            raise NotAuthorised(
                f"Account {account.number} belongs to the environment {account.environment}, which is not in the"
                " gateway's configuration."
            )
        meter = metered.get()
        reply = await self._client.call(
            source_of(account), environment, call, creating=creating, time_limit=time_limit, meter=meter
        )
        if meter is not None and meter.heard is not None:
            meter.heard.append((call, reply))
        return reply

    def created(self, reply: RestReply) -> translate.Created:
        """The numbers of a new shipment. Raises OutcomeUnknown when the reply names none."""
        created = translate.created(reply)
        if not created.number:
            raise OutcomeUnknown("UPS answered that it did, but its reply names no shipment.")
        return created

    def recovery_call(self, account: Account, number: str) -> RestCall:
        """Labels once more, in the account's format: which one the client had asked for is no longer kept."""
        return translate.recovery_call(number, account.defaults.label_format or "GIF")
