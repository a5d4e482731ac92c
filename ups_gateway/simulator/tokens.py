"""The codes and tokens that the simulator issued, and who holds them.

The rule: a code and a refresh token work once, nothing is forgotten (so that the call log can name the owner of a spent
token), and every end is judged on the one clock.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ups_gateway.simulator.config import Application, Settings, User
from ups_gateway.simulator.model import Grant


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """What an application asked of the login page; `challenge` is None without PKCE."""

    application: Application
    redirect_uri: str
    scope: str
    state: str | None
    challenge: str | None


@dataclass(slots=True)
class Code:
    """An authorization code, waiting to be exchanged."""

    request: AuthorizeRequest
    grant: Grant
    ends: float
    spent: bool = False


@dataclass(slots=True)
class Access:
    """An access token."""

    application: Application
    grant: Grant
    ends: float
    revoked: bool = False


@dataclass(slots=True)
class Refresh:
    """A refresh token; `count` refreshes led to it."""

    application: Application
    grant: Grant
    scope: str
    count: int
    ends: float
    spent: bool = False


Reply = dict[str, str]


class Tokens:
    """All codes, access tokens and refresh tokens."""

    def __init__(
        self,
        settings: Settings,
        now: Callable[[], float],
        new_token: Callable[[int], str] = secrets.token_urlsafe,
    ) -> None:
        self._settings = settings
        self._now = now
        self._new_token = new_token
        self._codes: dict[str, Code] = {}
        self._access: dict[str, Access] = {}
        self._refresh: dict[str, Refresh] = {}

    def new_code(self, request: AuthorizeRequest, user: User) -> str:
        """A code for a user's consent."""
        code = self._new_token(24)
        grant = Grant(user.grant, user.accounts, user.negotiated)
        self._codes[code] = Code(request, grant, self._now() + self._settings.code_lifetime)
        return code

    def spend_code(self, code: str, application: Application) -> Code | None:
        """The code, if this application may still exchange it; it is spent from now on."""
        found = self._codes.get(code)
        if found is None or found.request.application != application or found.spent or found.ends <= self._now():
            return None
        found.spent = True
        return found

    def code_was_challenged(self, code: str) -> bool | None:
        """Whether the authorize call of a code had a PKCE challenge; None for an unknown code."""
        found = self._codes.get(code)
        return None if found is None else found.request.challenge is not None

    def for_code(self, code: Code) -> Reply:
        """The first pair of a consent."""
        ends = self._now() + self._settings.refresh_lifetime
        return self._pair(code.request.application, code.grant, code.request.scope, 0, ends)

    def for_refresh(self, token: str, application: Application) -> Reply | None:
        """The next pair for a refresh token, which is spent from now on; None when it may not be used."""
        found = self._refresh.get(token)
        now = self._now()
        if found is None or found.application != application or found.spent or found.ends <= now:
            return None
        found.spent = True
        ends = now + self._settings.refresh_lifetime if self._settings.refresh_slides else found.ends
        return self._pair(application, found.grant, found.scope, found.count + 1, ends)

    def for_client(self, application: Application, scope: str) -> Reply:
        """An access token for client credentials; there is no refresh token."""
        grant = Grant(application.client_id, application.accounts, application.negotiated)
        return self._access_reply(application, grant, scope, 0)

    def bearer(self, token: str) -> Access | None:
        """The access token, if it is good now."""
        found = self._access.get(token)
        if found is None or found.revoked or found.ends <= self._now():
            return None
        return found

    def owner_of_bearer(self, token: str) -> str | None:
        """Whose access token this is or was."""
        found = self._access.get(token)
        return found.grant.name if found else None

    def owner_of_refresh(self, token: str) -> str | None:
        """Whose refresh token this is or was."""
        found = self._refresh.get(token)
        return found.grant.name if found else None

    def owner_of_code(self, code: str) -> str | None:
        """Who consented to this code."""
        found = self._codes.get(code)
        return found.grant.name if found else None

    def expire(self, which: Literal["access", "refresh"], grant: str | None) -> int:
        """End the tokens of one kind, of one grant or of all; how many that were."""
        now = self._now()
        tokens: list[Access | Refresh] = [
            token
            for token in (self._access if which == "access" else self._refresh).values()
            if token.ends > now and grant in (None, token.grant.name)
        ]
        for token in tokens:
            token.ends = now
        return len(tokens)

    def revoke(self, grant: str | None) -> int:
        """Make all tokens of one grant or of all useless, as after a changed password; how many that were."""
        access = [a for a in self._access.values() if not a.revoked and grant in (None, a.grant.name)]
        refresh = [r for r in self._refresh.values() if not r.spent and grant in (None, r.grant.name)]
        for token in access:
            token.revoked = True
        for waiting in refresh:
            waiting.spent = True
        return len(access) + len(refresh)

    def _pair(self, application: Application, grant: Grant, scope: str, count: int, ends: float) -> Reply:
        now = self._now()
        token = self._new_token(48)
        self._refresh[token] = Refresh(application, grant, scope, count, ends)
        return self._access_reply(application, grant, scope, count) | {
            "refresh_token": token,
            "refresh_token_status": "approved",
            "refresh_token_issued_at": str(int(now * 1000)),
            "refresh_token_expires_in": str(int(ends - now)),
        }

    def _access_reply(self, application: Application, grant: Grant, scope: str, count: int) -> Reply:
        now = self._now()
        token = self._new_token(48)
        self._access[token] = Access(application, grant, now + self._settings.access_lifetime)
        return {
            "token_type": "Bearer",
            "issued_at": str(int(now * 1000)),
            "client_id": application.client_id,
            "access_token": token,
            "scope": scope,
            "expires_in": str(self._settings.access_lifetime),
            "refresh_count": str(count),
            "status": "approved",
        }
