"""How much of a token's life is left, as a bar and in words. Pure.

The rule: the words say all that the bar shows; a bar of nothing is still said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ups_gateway.model import Health, Profile, TokenPair
from ups_gateway.oauth.lifetime import obtained_at
from ups_gateway.web.admin.words import Tone, distance

_DEAD = frozenset({Health.EXPIRED, Health.REJECTED, Health.INACTIVE})


@dataclass(frozen=True, slots=True)
class Life:
    """Of one token."""

    percent: int
    """Left, 0 to 100."""
    words: str
    tone: Tone


def access_life(profile: Profile, tokens: TokenPair, health: Health, now: datetime) -> Life:
    """Of the access token; one that ended is no trouble while it can be renewed."""
    began = tokens.issued_at or obtained_at(profile)
    percent = _left(began, tokens.access_expires_at, now)
    if tokens.access_expires_at > now:
        return Life(percent, f"ends {distance(tokens.access_expires_at, now)}", "off" if health in _DEAD else "good")
    words = f"ended {distance(tokens.access_expires_at, now)}"
    return Life(0, words, "bad") if health in _DEAD else Life(0, f"{words}; renewed when next needed", "off")


def refresh_life(profile: Profile, tokens: TokenPair, health: Health, now: datetime) -> Life:
    """Of the refresh token, which is how long nobody needs to sign in."""
    ends = tokens.refresh_expires_at
    if health is Health.REJECTED:
        return Life(0, "refused by UPS", "bad")
    if tokens.refresh_token is None:
        return Life(0, "UPS gave none", "soon")
    if ends is None:
        return Life(100, "UPS did not say how long", "good")
    if ends <= now:
        return Life(0, f"ended {distance(ends, now)}", "bad")
    tone: Tone = "off" if health is Health.INACTIVE else "soon" if health is Health.EXPIRING else "good"
    began = tokens.refresh_issued_at or obtained_at(profile)
    return Life(_left(began, ends, now), f"{distance(ends, now).removeprefix('in ')} left", tone)


def _left(began: datetime | None, ends: datetime, now: datetime) -> int:
    """A life whose beginning UPS did not say, or said wrongly, counts as begun now."""
    whole = (ends - began).total_seconds() if began is not None and began < ends else 0.0
    left = (ends - now).total_seconds()
    return round(100 * min(1.0, max(0.0, left / whole))) if whole else 100 if left > 0 else 0
