"""How long tokens are good, when they are due, and what to say when there is none.

The rule: lifetimes are what UPS said of each token; the only constants are margins. Pure: both clocks are parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ups_gateway.errors import NotAuthorised
from ups_gateway.model import Health, Profile, Secret

EXPIRING = timedelta(days=7)
CLOCK_SLACK = timedelta(seconds=60)  # a pair obtained later than this from now means that the clock was set back
_MARGIN = 60.0  # seconds before its end a token is no longer used: the call that carries it takes time
_LEAD = 300.0  # seconds before its end a token in use is renewed ahead
_IDLE_WITHOUT_END = timedelta(days=7)  # UPS did not say how long the refresh token lives


@dataclass(frozen=True, slots=True)
class Held:
    """An access token in memory."""

    token: Secret
    obtained_at: datetime
    expires_at: datetime
    """By the wall clock, which goes on while the machine sleeps."""
    ends: float
    """By the monotonic clock, which cannot be set back."""

    @property
    def life(self) -> float:
        """Seconds from issue to end."""
        return max((self.expires_at - self.obtained_at).total_seconds(), 0.0)

    def good(self, now: datetime, monotonic: float) -> bool:
        """Whether a call may still carry it."""
        margin = min(_MARGIN, self.life / 10)
        return (self.expires_at - now).total_seconds() > margin and self.ends - monotonic > margin

    def renew_at(self) -> datetime:
        """When it is renewed ahead, if it is in use."""
        return self.expires_at - timedelta(seconds=min(_LEAD, self.life / 4))

    def in_use(self, used_at: datetime | None, now: datetime) -> bool:
        """Used within the last token life."""
        return used_at is not None and (now - used_at).total_seconds() < self.life


def held_from_store(profile: Profile, now: datetime, monotonic: float) -> Held | None:
    """The token of a stored pair. One obtained in the future is not trusted: the clock was set back since."""
    if profile.tokens is None:
        return None
    obtained = obtained_at(profile) or now
    left = (profile.tokens.access_expires_at - now).total_seconds()
    ends = monotonic if obtained > now + CLOCK_SLACK else monotonic + left
    return Held(profile.tokens.access_token, obtained, profile.tokens.access_expires_at, ends)


def obtained_at(profile: Profile) -> datetime | None:
    """When the pair came: by the last refresh or by consent."""
    return max((at for at in (profile.refreshed_at, profile.consented_at) if at is not None), default=None)


def due_at(profile: Profile, held: Held, used_at: datetime | None, now: datetime) -> datetime | None:
    """When the timer renews a pair: ahead of its end when in use, else at a third of the refresh token's life."""
    if profile.tokens is None or profile.tokens.refresh_token is None:
        return None
    if health(profile, now) in (Health.REJECTED, Health.EXPIRED):
        return None
    ends = profile.tokens.refresh_expires_at
    life = _IDLE_WITHOUT_END * 3 if ends is None else ends - held.obtained_at
    idle = held.obtained_at + life / 3
    return min(idle, held.renew_at()) if held.in_use(used_at, now) else idle


def health(profile: Profile, now: datetime) -> Health:
    """Of a profile's consent."""
    tokens = profile.tokens
    if tokens is None:
        return Health.NEVER_AUTHORIZED
    if profile.rejected:
        return Health.REJECTED
    ends = tokens.access_expires_at if tokens.refresh_token is None else tokens.refresh_expires_at
    if ends is not None and ends <= now:
        return Health.EXPIRED
    if ends is not None and ends - now <= EXPIRING:
        return Health.EXPIRING
    return Health.OK


def not_authorised(profile: Profile, now: datetime) -> NotAuthorised | None:
    """The error for a profile whose pair cannot be renewed, None when it can."""
    name = f'profile "{profile.name}"'
    match health(profile, now):
        case Health.NEVER_AUTHORIZED:
            happened, button = (
                f"The gateway is not authorized at UPS: nobody has signed in for {name} yet.",
                "Authorize",
            )
        case Health.REJECTED:
            happened = f"UPS no longer accepts the gateway's authorization for {name}. {profile.rejected}"
            button = "Reauthorize"
        case Health.EXPIRED:
            happened, button = f"The gateway's authorization at UPS for {name} has expired.", "Reauthorize"
        case _:
            return None
    return NotAuthorised(
        f"{happened} Your access key is not the cause. "
        f"Administrator: open the gateway's status page and press {button} for {name}."
    )


def lasting(left: timedelta) -> str:
    """How long something lasts, for people: "60 days", "4 hours", "30 seconds"."""
    seconds = max(0, round(left.total_seconds()))
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        count = round(seconds / length)
        if count > 1:
            return f"{count} {unit}"
    return f"{seconds} seconds"
