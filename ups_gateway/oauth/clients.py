"""Tokens of applications that sign in with client credentials: one for each account, in memory only.

The rule: there is no refresh token to lose, so a token is simply asked for again; a refusal of the credentials is not
repeated for ten minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from ups_gateway.errors import NotAuthorised, UpsUnreachable
from ups_gateway.model import Application, Environment, Grant, Secret
from ups_gateway.oauth.endpoint import TokenEndpoint
from ups_gateway.oauth.flow import ClientSource, OAuthRefused, OAuthTransient, Step, client_request
from ups_gateway.oauth.lifetime import Held
from ups_gateway.oauth.renewal import REJECTED_PAUSE


class ClientTokens:
    """One for all client-credentials applications of a gateway."""

    def __init__(
        self,
        endpoint: TokenEndpoint,
        *,
        applications: Mapping[str, Application],
        environments: Mapping[str, Environment],
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._endpoint = endpoint
        self._applications = applications
        self._environments = environments
        self._now = now
        self._monotonic = monotonic
        self._held: dict[ClientSource, Held] = {}
        self._refusals: dict[ClientSource, tuple[str, float]] = {}

    def held(self, source: ClientSource) -> Held | None:
        """The token in memory, good or not."""
        return self._held.get(source)

    def refusal(self, source: ClientSource) -> str:
        """Why UPS refused the credentials at the last try; empty when it did not."""
        return self._refusals.get(source, ("", 0.0))[0]

    def sources(self) -> Iterable[ClientSource]:
        """Those that have a token."""
        return tuple(self._held)

    async def renew(self, source: ClientSource) -> Secret:
        """A new token. Raises NotAuthorised, UpsUnreachable, StoreFailed."""
        application = self._applications.get(source.application)
        if application is None or application.grant is not Grant.CLIENT_CREDENTIALS:
            raise NotAuthorised(
                f'No application "{source.application}" with client credentials is in the gateway\'s configuration. '
                f"Administrator: add it there, or connect account {source.account} to a profile."
            )
        words, at = self._refusals.get(source, ("", 0.0))
        if words and self._monotonic() - at < REJECTED_PAUSE:
            raise NotAuthorised(words)
        base_url = self._environments[application.environment].base_url
        sent_at = self._now()
        try:
            issued = await self._endpoint.ask(
                application, client_request(base_url, application, source.account), Step.CLIENT
            )
        except OAuthRefused as refused:
            raise self._refused(source, refused) from refused
        except OAuthTransient as error:
            words = f'The gateway could not get a token for application "{source.application}": {error.words}.'
            raise UpsUnreachable(words) from error
        self._refusals.pop(source, None)
        pair = issued.pair
        self._held[source] = Held(pair.access_token, sent_at, pair.access_expires_at, issued.ends)
        return pair.access_token

    def _refused(self, source: ClientSource, refused: OAuthRefused) -> NotAuthorised | UpsUnreachable:
        if refused.cause == "quota":
            words = f'UPS limits token calls of application "{source.application}".'
            return UpsUnreachable(words, retry_after=refused.retry_after)
        words = (
            f'The gateway is not authorized at UPS for account {source.account} by application "{source.application}". '
            f"{refused.sentence} Your access key is not the cause."
        )
        self._refusals[source] = (words, self._monotonic())
        return NotAuthorised(words)
