"""How much of a token's life is left, in every health."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.web.test_admin_view import DAY, EXPIRED, EXPIRING, HOUR, NOW, PAIR, profile
from ups_gateway.model import Health, TokenPair
from ups_gateway.web.admin.life import Life, access_life, refresh_life


@pytest.mark.parametrize(
    ("tokens", "health", "life"),
    [
        (PAIR, Health.OK, Life(88, "53 days left", "good")),
        (EXPIRING, Health.EXPIRING, Life(42, "5 days left", "soon")),
        (EXPIRED, Health.EXPIRED, Life(0, "ended 1 day ago", "bad")),
        (PAIR, Health.REJECTED, Life(0, "refused by UPS", "bad")),
        (PAIR, Health.INACTIVE, Life(88, "53 days left", "off")),
        (replace(PAIR, refresh_token=None), Health.EXPIRING, Life(0, "UPS gave none", "soon")),
        (replace(PAIR, refresh_expires_at=None), Health.OK, Life(100, "UPS did not say how long", "good")),
        (replace(PAIR, refresh_issued_at=NOW + 60 * DAY), Health.OK, Life(100, "53 days left", "good")),
    ],
)
def test_the_refresh_tokens_life_is_that_of_the_sign_in(tokens: TokenPair, health: Health, life: Life) -> None:
    assert refresh_life(profile(tokens=tokens), tokens, health, NOW) == life


@pytest.mark.parametrize(
    ("changed", "health", "life"),
    [
        ({}, Health.OK, Life(50, "ends in 1 hour", "good")),
        ({}, Health.REJECTED, Life(50, "ends in 1 hour", "off")),
        ({"access_expires_at": NOW}, Health.OK, Life(0, "ended just now; renewed when next needed", "off")),
        ({"access_expires_at": NOW - HOUR}, Health.EXPIRED, Life(0, "ended 1 hour ago", "bad")),
    ],
)
def test_an_access_token_that_ended_is_no_trouble_while_it_can_be_renewed(
    changed: dict[str, Any], health: Health, life: Life
) -> None:
    tokens = replace(PAIR, **changed)
    assert access_life(profile(tokens=tokens), tokens, health, NOW) == life
