"""Consents of a UPS.com login: from the Authorize button to the stored pair.

The rule: a sign-in that was begun is used once. Its row stays until its end, marked used, so that a second click, an
unknown state and an expired one are told apart, by every process on the store and after a restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ups_gateway.model import Application, Environment, Grant, Profile, Secret
from ups_gateway.oauth.endpoint import Issued, TokenEndpoint
from ups_gateway.oauth.flow import (
    OAuthRefused,
    OAuthTransient,
    Step,
    authorize_url,
    exchange_request,
    new_state,
    new_verifier,
)
from ups_gateway.oauth.paste import ConsentFailed, Pasted, parse_paste, read_answer
from ups_gateway.store import Profiles, Vault

_KEPT_AFTER_END = timedelta(days=1)  # so that a late click is told "expired", not "unknown"


@dataclass(frozen=True, slots=True)
class Consent:
    """A finished sign-in."""

    profile: Profile
    return_to: str
    """Where on the admin pages the sign-in began."""
    new: bool
    """The profile was made by it."""


class Consents:
    """Sign-ins under way. `connect` stores a pair for a profile and makes it the live one."""

    def __init__(
        self,
        store: Profiles,
        vault: Vault,
        endpoint: TokenEndpoint,
        connect: Callable[[int, Issued], Awaitable[Profile]],
        *,
        applications: Mapping[str, Application],
        environments: Mapping[str, Environment],
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
        lifetime: timedelta = timedelta(minutes=30),
    ) -> None:
        self._store = store
        self._vault = vault
        self._endpoint = endpoint
        self._connect = connect
        self._applications = applications
        self._environments = environments
        self._now = now
        self._random = random
        self._lifetime = lifetime
        self._taking = asyncio.Lock()

    async def begin(self, application: str, profile: int | None, *, name: str = "", return_to: str = "/") -> str:
        """The address to send the browser to, for a profile that exists or a new one called `name`.

        Raises ConsentFailed when application or profile is not there or signs in another way.
        """
        app = self._application(application)
        if profile is not None:
            await self._existing(profile)
        state = new_state(self._random(32))
        verifier = new_verifier(self._random(32)) if app.pkce else None
        row = {
            "state": state,
            "application": application,
            "profile": profile,
            "name": name,
            "return_to": return_to,
            "verifier": verifier.reveal() if verifier else "",
            "begun": self._now().isoformat(),
            "until": (self._now() + self._lifetime).isoformat(),
            "used": False,
            "declined": False,
        }
        await self._put(row)
        return authorize_url(self._environments[app.environment].base_url, app, state, verifier)

    async def finish(self, query: Mapping[str, str]) -> Consent:
        """Takes the query UPS sent the browser back with, exchanges the code, stores the pair. Raises ConsentFailed."""
        try:
            answer = read_answer(query)
        except ConsentFailed as failed:
            if failed.kind == "declined":
                await self._note_declined(query.get("state", ""))
            raise
        return await self._finish(answer, query.get("state", ""))

    async def finish_pasted(self, text: str) -> Consent:
        """The same from what a person pasted; without a state it belongs to the sign-in begun last."""
        pasted = parse_paste(text)
        return await self._finish(pasted, pasted.state or await self._newest_state())

    async def _finish(self, answer: Pasted, state: str) -> Consent:
        row = await self._take(state)
        app = self._application(row["application"])
        profile = None if row["profile"] is None else await self._existing(row["profile"])
        issued = await self._exchange(app, answer.code, Secret(row["verifier"]) if row["verifier"] else None)
        if profile is None:
            profile = await self._store.add_profile(row["name"] or app.name, app.name, app.environment)
        connected = await self._connect(profile.id, issued)
        return Consent(connected, row["return_to"], new=row["profile"] is None)

    async def _exchange(self, app: Application, code: str, verifier: Secret | None) -> Issued:
        request = exchange_request(self._environments[app.environment].base_url, app, code, verifier)
        try:
            return await self._endpoint.ask(app, request, Step.EXCHANGE)
        except OAuthRefused as refused:
            raise ConsentFailed("refused", refused.sentence) from refused
        except OAuthTransient as error:
            words = f"{error.words}. Nothing has changed; press Authorize again."
            raise ConsentFailed("unreachable", words) from error

    async def _take(self, state: str) -> dict[str, Any]:
        """The row of a state, marked used. Raises ConsentFailed when it cannot be used (any more)."""
        async with self._taking:
            taken = await self._store.take_pending_consent(self._hash(state))
            if taken is None:
                raise ConsentFailed(
                    "unknown_state",
                    "This sign-in was not begun at this gateway, or long ago. "
                    "Open the gateway's status page and press Authorize.",
                )
            row = taken[0]
            await self._put(row | {"used": True, "verifier": ""})
        if row["used"]:
            raise ConsentFailed(
                "second_click",
                "This sign-in was used already, and a code works once. The status page shows whether it succeeded; "
                "if not, press Authorize again.",
            )
        if datetime.fromisoformat(row["until"]) <= self._now():
            raise ConsentFailed(
                "expired",
                f"This sign-in took longer than {self._lifetime.total_seconds() / 60:.0f} minutes and has expired. "
                "Press Authorize again.",
            )
        return row

    async def _note_declined(self, state: str) -> None:
        """The browser came back without a code: nobody waits for it, though a person may go back and allow it."""
        async with self._taking:
            taken = await self._store.take_pending_consent(self._hash(state))
            if taken is not None:
                await self._put(taken[0] | {"declined": True})

    async def _newest_state(self) -> str:
        now = self._now()
        for row in await self._store.pending_consents(now):
            if not row["used"] and datetime.fromisoformat(row["until"]) > now:
                return str(row["state"])
        raise ConsentFailed(
            "unknown_state",
            "No sign-in is under way that this code could belong to. Press Authorize, sign in at UPS, then paste.",
        )

    async def _put(self, row: dict[str, Any]) -> None:
        ends = datetime.fromisoformat(row["until"]) + _KEPT_AFTER_END
        await self._store.put_pending_consent(self._hash(row["state"]), row, ends)

    def _hash(self, state: str) -> bytes:
        return self._vault.hash(b"consent", state.encode())

    def _application(self, name: str) -> Application:
        app = self._applications.get(name)
        if app is None or app.environment not in self._environments:
            raise ConsentFailed("gone", f"The application {name!r} is not in the configuration.")
        if app.grant is not Grant.AUTHORIZATION_CODE:
            raise ConsentFailed(
                "gone", f"The application {name!r} signs in with client credentials: there is nothing to authorize."
            )
        return app

    async def _existing(self, profile_id: int) -> Profile:
        profile = await self._store.profile(profile_id)
        if profile is None:
            raise ConsentFailed("gone", "The profile that was to be authorized has been deleted.")
        return profile
