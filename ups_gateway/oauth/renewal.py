"""Renewing the pair of one profile, so that a single-use refresh token is neither spent twice nor lost.

The rule: everything that changes a pair happens under the profile's lock, which holds across processes, and begins by
reading the pair again. A pair that could not be stored is kept and used by no one until it is.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from ups_gateway.errors import NotAuthorised, StoreFailed, UpsUnreachable
from ups_gateway.model import Application, Environment, Profile, RefreshRecord, Secret, TokenPair
from ups_gateway.oauth.endpoint import Issued, TokenEndpoint
from ups_gateway.oauth.flow import OAuthRefused, OAuthTransient, Step, TokenRequest, refresh_request
from ups_gateway.oauth.lifetime import Held, held_from_store, lasting, not_authorised
from ups_gateway.store import Profiles

log = logging.getLogger(__name__)

Lock = Callable[[str], AbstractAsyncContextManager[object]]
"""A lock by name that holds across all processes on one store."""

REJECTED_PAUSE = 600.0  # seconds between two calls with a refresh token that UPS has refused
_TRIES = 2
_PAUSE = 0.5  # seconds before the second try
_SAVE_TRIES = 3


@dataclass(frozen=True, slots=True)
class Live:
    """A profile as last read or written by this process."""

    profile: Profile
    held: Held | None
    read_at: float


@dataclass(frozen=True, slots=True)
class _Refusal:
    generation: int
    at: float
    words: str


@dataclass(frozen=True, slots=True)
class _Unsaved:
    generation: int
    issued: Issued


class Renewals:
    """One for all profiles of a gateway."""

    def __init__(
        self,
        store: Profiles,
        endpoint: TokenEndpoint,
        *,
        applications: Mapping[str, Application],
        environments: Mapping[str, Environment],
        lock: Lock,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self._store = store
        self._endpoint = endpoint
        self._applications = applications
        self._environments = environments
        self._lock = lock
        self._now = now
        self._monotonic = monotonic
        self._pause = pause
        self._live: dict[int, Live] = {}
        self._refusals: dict[int, _Refusal] = {}
        self._unsaved: dict[int, _Unsaved] = {}
        self._last_failure: dict[int, tuple[str, float]] = {}

    def live(self, profile_id: int) -> Live | None:
        """What this process knows without asking the store."""
        return self._live.get(profile_id)

    async def load(self, profile_id: int) -> Live:
        """Reads the profile again. Raises NotAuthorised when it is gone."""
        profile = await self._store.profile(profile_id)
        if profile is None:
            self._live.pop(profile_id, None)
            raise _deleted()
        return self.adopt(profile)

    def adopt(self, profile: Profile, ends: float | None = None) -> Live:
        """Makes a profile as read the live one; `ends` is known when this process obtained the pair itself."""
        known = self._live.get(profile.id)
        held = held_from_store(profile, self._now(), self._monotonic())
        if held is not None and ends is not None:
            held = Held(held.token, held.obtained_at, held.expires_at, ends)
        elif held is not None and known is not None and known.held is not None and known.held.token == held.token:
            held = known.held
        live = self._live[profile.id] = Live(profile, held, self._monotonic())
        return live

    async def refresh(self, profile_id: int, *, unwanted: Secret | None) -> Secret:
        """A good token other than `unwanted`: another process's, or by a refresh.

        Raises NotAuthorised, UpsUnreachable, StoreFailed.
        """
        async with self._lock(_lock_name(profile_id)):
            live = await self.load(profile_id)
            live = await self._save_kept_back(live)
            if live.held is not None and live.held.token != unwanted and self._good(live.held):
                return live.held.token
            tokens, refresh_token = await self._permitted(live.profile)
            application = self._application(live.profile)
            request = refresh_request(self._environments[application.environment].base_url, application, refresh_token)
            renewed = await self._renew(live.profile, application, request, tokens)
            return renewed.access_token

    async def connect(self, profile_id: int, issued: Issued) -> Profile:
        """Stores the pair of a new consent; the newest wins. Raises NotAuthorised when the profile is gone."""
        async with self._lock(_lock_name(profile_id)):
            try:
                profile = await self._store.put_tokens(profile_id, issued.pair, at=self._now(), consent=True)
            except LookupError as error:
                raise _deleted() from error
            self._unsaved.pop(profile_id, None)
            self._refusals.pop(profile_id, None)
            self.adopt(profile, issued.ends)
        await self._record(profile, f"Somebody signed in at UPS. {self._ends(issued.pair)}", ok=True, consent=True)
        return profile

    async def disconnect(self, profile_id: int) -> None:
        """Forgets the pair, here and on disk."""
        async with self._lock(_lock_name(profile_id)):
            await self._store.drop_tokens(profile_id)
            self._unsaved.pop(profile_id, None)
            self._refusals.pop(profile_id, None)
            self._live.pop(profile_id, None)

    async def save_kept_back(self) -> None:
        """Stores what could not be stored before. Raises StoreFailed when it still cannot."""
        for profile_id in list(self._unsaved):
            async with self._lock(_lock_name(profile_id)):
                try:
                    await self._save_kept_back(await self.load(profile_id))
                except (NotAuthorised, LookupError):
                    log.warning("profile %s was deleted; its renewed token pair is dropped", profile_id)
                    self._unsaved.pop(profile_id, None)

    async def forget_refusal(self, profile_id: int) -> None:
        """The next refresh of a rejected profile is not held back."""
        profile = (await self.load(profile_id)).profile
        self._refusals[profile_id] = _Refusal(profile.generation, float("-inf"), profile.rejected)

    async def profiles_of(self, client_id: str) -> int:
        """How many profiles consented to the applications of a client id."""
        names = {name for name, application in self._applications.items() if application.client_id == client_id}
        return sum(profile.application in names for profile in await self._store.profiles())

    # --- one refresh, under the lock ----------------------------------------------------------------------------------

    async def _renew(
        self, profile: Profile, application: Application, request: TokenRequest, tokens: TokenPair
    ) -> TokenPair:
        tries = 0
        while True:
            try:
                issued = await self._endpoint.ask(application, request, Step.REFRESH, previous=tokens)
            except OAuthRefused as refused:
                raise await self._refused(profile, application, refused) from refused
            except OAuthTransient as error:
                tries += 1
                profile = await self._failed(profile, error)
                if tries == _TRIES or profile.rejected or not await self._may_repeat(application):
                    raise UpsUnreachable(f"{_cannot_renew(profile)}: {error.words}.") from error
                await self._pause(_PAUSE)
            else:
                return await self._keep(profile, issued)

    async def _keep(self, profile: Profile, issued: Issued) -> TokenPair:
        """The pair on disk, or kept back: the one before it is spent."""
        tries = 0
        while True:
            try:
                stored = await self._store.put_tokens(profile.id, issued.pair, at=self._now(), consent=False)
                break
            except LookupError as error:
                raise _deleted() from error
            except StoreFailed:
                tries += 1
                if tries == _SAVE_TRIES:
                    self._unsaved[profile.id] = _Unsaved(profile.generation, issued)
                    log.exception("profile %s: the renewed token pair cannot be stored; kept back", profile.name)
                    raise
                await self._pause(_PAUSE)
        self._refusals.pop(profile.id, None)
        self._last_failure.pop(profile.id, None)
        self.adopt(stored, issued.ends)
        await self._record(stored, f"UPS gave new tokens. {self._ends(issued.pair)}", ok=True)
        return issued.pair

    async def _save_kept_back(self, live: Live) -> Live:
        kept = self._unsaved.get(live.profile.id)
        if kept is None:
            return live
        if kept.generation == live.profile.generation:
            stored = await self._store.put_tokens(live.profile.id, kept.issued.pair, at=self._now(), consent=False)
            live = self.adopt(stored, kept.issued.ends)
        self._unsaved.pop(live.profile.id, None)
        return live

    async def _permitted(self, profile: Profile) -> tuple[TokenPair, Secret]:
        """The pair that may be refreshed now; NotAuthorised when there is none, or when UPS refused it lately."""
        refusal = self._refusals.get(profile.id)
        if refusal is not None and refusal.generation == profile.generation:
            if self._monotonic() - refusal.at < REJECTED_PAUSE:
                raise self._no_token(replace(profile, rejected=refusal.words))
        elif profile.rejected:
            newest = await self._store.refreshes(profile.id, limit=1)
            if newest and not newest[0].ok and abs((self._now() - newest[0].at).total_seconds()) < REJECTED_PAUSE:
                raise self._no_token(profile)
        tokens = profile.tokens
        ended = not profile.rejected and not_authorised(profile, self._now()) is not None
        if tokens is None or tokens.refresh_token is None or ended:
            raise self._no_token(profile)
        if profile.rejected:
            # This is the call of these ten minutes, whatever becomes of it.
            self._refusals[profile.id] = _Refusal(profile.generation, self._monotonic(), profile.rejected)
        return tokens, tokens.refresh_token

    async def _refused(
        self, profile: Profile, application: Application, refused: OAuthRefused
    ) -> NotAuthorised | UpsUnreachable:
        if refused.cause == "quota":
            wait = self._endpoint.held_for(application.client_id)
            await self._record_failure(profile, f"UPS limits token calls ({refused.code} {refused.words}).")
            words = f"{_cannot_renew(profile)}: UPS limits token calls and takes the next one in {wait:.0f} seconds."
            return UpsUnreachable(words, retry_after=wait)
        words = refused.sentence
        if profile.lost_reply:
            words += " UPS's reply to an earlier refresh was lost on its way and may have held the next token."
        self._refusals[profile.id] = _Refusal(profile.generation, self._monotonic(), words)
        log.error("profile %s: %s", profile.name, words)
        await self._record(profile, words, ok=False)
        try:
            await self._store.reject_profile(profile.id, words, generation=profile.generation)
            await self.load(profile.id)
        except StoreFailed as error:
            log.warning("profile %s: the refusal could not be stored: %s", profile.name, error.message)
        return self._no_token(replace(profile, rejected=words))

    async def _failed(self, profile: Profile, error: OAuthTransient) -> Profile:
        """Notes a transient failure; the pair stays."""
        if not error.lost:
            await self._record_failure(profile, f"{error.words}. The pair is kept.")
            return profile
        await self._record_failure(profile, f"{error.words}. The pair is kept and will be tried once more.")
        try:
            await self._store.mark_lost_reply(profile.id, generation=profile.generation)
        except StoreFailed as failed:
            log.warning("profile %s: the lost reply could not be noted: %s", profile.name, failed.message)
        return replace(profile, lost_reply=True)

    async def _may_repeat(self, application: Application) -> bool:
        profiles = await self.profiles_of(application.client_id)
        return await self._endpoint.may_repeat(application.client_id, profiles)

    async def _record_failure(self, profile: Profile, words: str) -> None:
        """A failure in the history, the same one at most once in ten minutes: UPS may be away for hours."""
        last = self._last_failure.get(profile.id)
        if last is not None and last[0] == words and self._monotonic() - last[1] < REJECTED_PAUSE:
            return
        self._last_failure[profile.id] = (words, self._monotonic())
        log.warning("profile %s: %s", profile.name, words)
        await self._record(profile, words, ok=False)

    def _ends(self, pair: TokenPair) -> str:
        now, refresh = self._now(), pair.refresh_expires_at
        tail = "" if refresh is None else f", the refresh token {lasting(refresh - now)}"
        return f"The access token lasts {lasting(pair.access_expires_at - now)}{tail}."

    async def _record(self, profile: Profile, words: str, *, ok: bool, consent: bool = False) -> None:
        try:
            await self._store.add_refresh(RefreshRecord(profile.id, self._now(), ok, words, consent))
        except (StoreFailed, LookupError) as error:
            log.warning("profile %s: the refresh history could not be written: %s", profile.name, error)

    def _good(self, held: Held) -> bool:
        return held.good(self._now(), self._monotonic())

    def _no_token(self, profile: Profile) -> NotAuthorised:
        return not_authorised(profile, self._now()) or NotAuthorised(
            f'UPS gave no refresh token for profile "{profile.name}". '
            f"Administrator: open the gateway's status page and press Reauthorize for it."
        )

    def _application(self, profile: Profile) -> Application:
        application = self._applications.get(profile.application)
        if application is None or application.environment not in self._environments:
            raise NotAuthorised(
                f'The application "{profile.application}" of profile "{profile.name}" is not in the gateway\'s '
                "configuration. Administrator: add it there, or authorize the profile with another application."
            )
        return application


def _lock_name(profile_id: int) -> str:
    return f"profile-{profile_id}"


def _deleted() -> NotAuthorised:
    return NotAuthorised(
        "The UPS profile that this account ships through has been deleted. "
        "Administrator: connect the account to a profile on the gateway's status page."
    )


def _cannot_renew(profile: Profile) -> str:
    return f'The gateway could not renew its authorization for profile "{profile.name}"'
