"""One live token for each profile and client-credentials account, renewed once for all who need it.

The rule: a renewal is one task that nobody's hang-up cancels; whoever needs the token waits for it and nothing else.
Timers only renew ahead. Time, randomness, waiting, locking and sending are handed in.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any, TypeVar

from ups_gateway.errors import GatewayError, NotAuthorised, StoreFailed, UpsUnreachable
from ups_gateway.model import Application, Environment, Health, Profile, Secret
from ups_gateway.oauth import lifetime
from ups_gateway.oauth.clients import ClientTokens
from ups_gateway.oauth.consent import Consent, Consents
from ups_gateway.oauth.endpoint import Budget, CallResult, Send, TokenEndpoint
from ups_gateway.oauth.flow import ClientSource, ProfileSource, Source, Step
from ups_gateway.oauth.lifetime import Held
from ups_gateway.oauth.renewal import Live, Lock, Renewals
from ups_gateway.store import Store, Vault

log = logging.getLogger(__name__)

Waiter = Callable[[asyncio.Event, float], Awaitable[None]]
"""Waits for the event, at most so many seconds."""
T = TypeVar("T")

REREAD_AFTER = 60.0  # seconds; another process may have disconnected or reauthorized the profile
LONGEST_IDLE = 300.0  # seconds between two looks of the timer, so that slept-through time is noticed
DAY_BUDGET = Budget()
_NOTE_USE_EVERY = 60.0
_AT_ONCE = 4
_FIRST_BACK_OFF = 60.0
_LONGEST_BACK_OFF = 1800.0


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """The waiter of a running gateway."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


class Keeper:
    """One for a gateway. `run()` is its background task, `close()` its end."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        *,
        applications: Mapping[str, Application],
        environments: Mapping[str, Environment],
        send: Send,
        lock: Lock,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        random: Callable[[int], bytes] = secrets.token_bytes,
        waiter: Waiter = wait_for,
        budget: Budget = DAY_BUDGET,
    ) -> None:
        self._store = store
        self._applications = applications
        self._now = now
        self._monotonic = monotonic
        self._random = random
        self._wait = waiter
        self._wake = asyncio.Event()
        self._endpoint = TokenEndpoint(store, send, now=now, monotonic=monotonic, budget=budget)
        self._renewals = Renewals(
            store,
            self._endpoint,
            applications=applications,
            environments=environments,
            lock=lock,
            now=now,
            monotonic=monotonic,
            pause=self._pause,
        )
        self._clients = ClientTokens(
            self._endpoint, applications=applications, environments=environments, now=now, monotonic=monotonic
        )
        self._consents = Consents(
            store,
            vault,
            self._endpoint,
            self._renewals.connect,
            applications=applications,
            environments=environments,
            now=now,
            random=random,
        )
        self._flights: dict[Source, asyncio.Task[Secret]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._dead: dict[Source, Secret] = {}
        """Tokens that UPS refused and that could not be renewed."""
        self._reread_after = 0.0 if store.shared else REREAD_AFTER
        self._used: dict[Source, datetime] = {}
        self._use_noted: dict[int, float] = {}
        self._back_off: dict[Source, tuple[int, float]] = {}

    # --- tokens -------------------------------------------------------------------------------------------------------

    async def token(self, source: Source, *, wait: bool = True) -> Secret:
        """A token that is good now: the live one, or a renewed one.

        With `wait=False` a renewal is begun but not waited for. Raises NotAuthorised, UpsUnreachable, StoreFailed.
        """
        held = await self._held(source)
        await self._note_use(source)
        if held is not None and self._good(source, held):
            return held.token
        flight = self._flight(source, None if held is None or held.token != self._dead.get(source) else held.token)
        if not wait:
            raise UpsUnreachable("The gateway is just renewing its authorization at UPS.", retry_after=1.0)
        return await asyncio.shield(flight)

    async def renew(self, source: Source, *, rejected: Secret) -> Secret:
        """Another token after UPS answered 401 to `rejected`; once for all who come with the same one."""
        held = await self._held(source)
        if held is not None and held.token != rejected and self._good(source, held):
            return held.token
        try:
            token = await asyncio.shield(self._flight(source, rejected))
            if token == rejected:  # joined a flight that was begun without knowing that this one is refused
                token = await asyncio.shield(self._flight(source, rejected))
        except NotAuthorised:
            self._dead[source] = rejected
            raise
        return token

    # --- consent ------------------------------------------------------------------------------------------------------

    async def begin(self, application: str, profile: int | None, *, name: str = "", return_to: str = "/") -> str:
        """The address to send the browser to, for a profile that exists or a new one called `name`.

        Raises ConsentFailed when application or profile is not there or signs in another way.
        """
        return await self._consents.begin(application, profile, name=name, return_to=return_to)

    async def finish(self, query: Mapping[str, str]) -> Consent:
        """Takes the query of the callback, exchanges the code, stores the pair. Raises ConsentFailed, StoreFailed."""
        return await self._finished(self._consents.finish(query))

    async def finish_pasted(self, text: str) -> Consent:
        """The same from what a person pasted: the callback's address, a part of it, or the code."""
        return await self._finished(self._consents.finish_pasted(text))

    async def disconnect(self, profile: int) -> None:
        """Forgets the profile's pair, in memory and on disk."""
        await asyncio.shield(self._own(self._renewals.disconnect(profile)))

    async def try_again(self, profile: int) -> None:
        """Asks UPS at once for a rejected profile, after the administrator mended the cause. Raises as `token`."""
        await self._renewals.forget_refusal(profile)
        live = await self._renewals.load(profile)
        unwanted = None if live.held is None else live.held.token
        await asyncio.shield(self._flight(ProfileSource(profile), unwanted))

    # --- what pages show ----------------------------------------------------------------------------------------------

    def health(self, profile: Profile, now: datetime) -> Health:
        """Of a profile; INACTIVE when its application is no longer configured."""
        return lifetime.health(profile, now) if profile.application in self._applications else Health.INACTIVE

    def client_token(self, source: ClientSource) -> tuple[Held | None, str]:
        """The token held for an account of a client-credentials application, and UPS's words if it refused the last."""
        return self._clients.held(source), self._clients.refusal(source)

    def describe(self, source: Source) -> str:
        """A source in words for an administrator: `profile "Dock 3" (application "main")`."""
        if isinstance(source, ClientSource):
            return f'account {source.account} (application "{source.application}")'
        live = self._renewals.live(source.profile)
        if live is None:
            return f"profile {source.profile}"
        return f'profile "{live.profile.name}" (application "{live.profile.application}")'

    async def token_calls(self, application: str) -> tuple[int, int]:
        """Token calls of an application's client id today, and the day's budget."""
        client_id = self._applications[application].client_id
        return await self._endpoint.spent(client_id), await self._allowance(client_id)

    def token_results(self) -> Mapping[tuple[Step, CallResult], int]:
        """How many token calls of this process ended how."""
        return self._endpoint.results

    # --- the background task ------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Renews ahead until it is cancelled."""
        while True:
            try:
                seconds = await self.renew_due()
            except StoreFailed as error:
                log.warning("tokens could not be renewed ahead: %s", error.message)
                seconds = LONGEST_IDLE
            self._wake.clear()
            await self._wait(self._wake, seconds)

    async def renew_due(self) -> float:
        """Renews what is due, within the budget; seconds until the next look."""
        await self._renewals.save_kept_back()
        slots = asyncio.Semaphore(_AT_ONCE)
        waits = await asyncio.gather(*(self._renew_ahead(source, slots) for source in await self._sources()))
        return max(1.0, min(waits, default=LONGEST_IDLE))

    async def close(self) -> None:
        """Waits for what is under way: a refresh that was sent is not left before its pair is stored."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._renewals.save_kept_back()

    async def _sources(self) -> list[Source]:
        profiles: list[Source] = [ProfileSource(profile.id) for profile in await self._store.profiles()]
        return profiles + list(self._clients.sources())

    async def _renew_ahead(self, source: Source, slots: asyncio.Semaphore) -> float:
        """Renews one source if it is due; seconds until it is to be looked at again."""
        async with slots:
            due, unwanted = await self._due(source)
            if due is None:
                return LONGEST_IDLE
            tries, not_before = self._back_off.get(source, (0, 0.0))
            wait = max((due - self._now()).total_seconds(), not_before - self._monotonic())
            if wait > 0:
                return min(wait, LONGEST_IDLE)
            client_id = self._client_id(source)
            within = await self._endpoint.spent(client_id) < await self._allowance(client_id)
            if not within or self._endpoint.held_for(client_id) > 0:
                return LONGEST_IDLE
            try:
                # That one, and no newer: somebody else may have been quicker meanwhile.
                await asyncio.shield(self._flight(source, unwanted))
            except GatewayError as error:
                log.warning("%s was not renewed ahead: %s", self.describe(source), error.message)
                pause = min(_FIRST_BACK_OFF * 2.0**tries, _LONGEST_BACK_OFF) * (0.75 + self._random(1)[0] / 512)
                self._back_off[source] = (tries + 1, self._monotonic() + pause)
                return min(pause, LONGEST_IDLE)
            self._back_off.pop(source, None)
            due, _ = await self._due(source)
            return LONGEST_IDLE if due is None else min((due - self._now()).total_seconds(), LONGEST_IDLE)

    async def _due(self, source: Source) -> tuple[datetime | None, Secret | None]:
        """When the token is to be renewed, and which; None: never."""
        now = self._now()
        used = self._used.get(source)
        if isinstance(source, ClientSource):
            held = self._clients.held(source)
            return (held.renew_at(), held.token) if held is not None and held.in_use(used, now) else (None, None)
        try:
            live = await self._renewals.load(source.profile)
        except NotAuthorised:
            return None, None  # deleted since it was listed
        if live.held is None or self.health(live.profile, now) is Health.INACTIVE:
            return None, None
        newest = max((at for at in (used, live.profile.used_at) if at is not None), default=None)
        return lifetime.due_at(live.profile, live.held, newest, now), live.held.token

    # --- inside -------------------------------------------------------------------------------------------------------

    async def _held(self, source: Source) -> Held | None:
        if isinstance(source, ClientSource):
            return self._clients.held(source)
        return (await self._live(source.profile)).held

    async def _live(self, profile: int) -> Live:
        live = self._renewals.live(profile)
        if live is not None and self._monotonic() - live.read_at < self._reread_after:
            return live
        try:
            return await self._renewals.load(profile)
        except StoreFailed:
            if live is None or live.held is None or not self._good(ProfileSource(profile), live.held):
                raise
            return live  # a store that cannot be read does not stop a token that is good

    def _good(self, source: Source, held: Held) -> bool:
        return held.token != self._dead.get(source) and held.good(self._now(), self._monotonic())

    def _flight(self, source: Source, unwanted: Secret | None) -> asyncio.Task[Secret]:
        """The renewal under way, or a new one."""
        flight = self._flights.get(source)
        if flight is None:
            flight = self._flights[source] = self._own(self._fly(source, unwanted))
        return flight

    async def _fly(self, source: Source, unwanted: Secret | None) -> Secret:
        try:
            if isinstance(source, ClientSource):
                return await self._clients.renew(source)
            return await self._renewals.refresh(source.profile, unwanted=unwanted)
        finally:
            del self._flights[source]  # before it counts as done, so that nobody joins what has ended

    def _own(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task that outlives whoever waits for it; `close` waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        with contextlib.suppress(asyncio.CancelledError):
            task.exception()  # seen by those who wait, if any still do

    async def _finished(self, work: Coroutine[Any, Any, Consent]) -> Consent:
        consent = await asyncio.shield(self._own(work))
        self._wake.set()
        return consent

    async def _note_use(self, source: Source) -> None:
        now = self._used[source] = self._now()
        if not isinstance(source, ProfileSource):
            return
        last = self._use_noted.get(source.profile)
        if last is None or self._monotonic() - last >= _NOTE_USE_EVERY:
            self._use_noted[source.profile] = self._monotonic()
            await self._store.note_profile_used(source.profile, now)

    async def _allowance(self, client_id: str) -> int:
        return self._endpoint.allowance(await self._renewals.profiles_of(client_id))

    def _client_id(self, source: Source) -> str:
        if isinstance(source, ClientSource):
            name = source.application
        else:
            live = self._renewals.live(source.profile)
            name = "" if live is None else live.profile.application
        application = self._applications.get(name)
        return "" if application is None else application.client_id

    async def _pause(self, seconds: float) -> None:
        await self._wait(asyncio.Event(), seconds)
