"""What may happen to a refresh, in every state of the pair: one table.

Nothing that passes discards a pair or ends a consent, nothing is hammered, and what surely ended is said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.oauth.conftest import Bench
from ups_gateway.errors import NotAuthorised, UpsUnreachable
from ups_gateway.model import Health, Profile
from ups_gateway.oauth.flow import ClientSource, ProfileSource, Source
from ups_gateway.oauth.renewal import REJECTED_PAUSE
from ups_gateway.simulator.state import SIMULATOR

HOUR = 3600.0
DAY = 24 * HOUR
JSON = {"Content-Type": "application/json"}
PAGE = "<html><body>Service Unavailable</body></html>"
ENDED = {"response": {"errors": [{"code": "10400", "message": "Invalid Refresh Token"}]}}
UNKNOWN_CLIENT = {"response": {"errors": [{"code": "10401", "message": "ClientId is Invalid"}]}}
BLOCKED = {"response": {"errors": [{"code": "10403", "message": "Account is blocked"}]}}

PASSES: Mapping[str, Mapping[str, Any]] = {
    "400 without an error object": {"status": 400, "body": {}},
    "401 with a page": {"status": 401, "raw": PAGE},
    "403 with a page": {"status": 403, "raw": PAGE},
    "404": {"status": 404},
    "405": {"status": 405},
    "500": {"status": 500},
    "500, empty": {"status": 500, "raw": ""},
    "502 with a page": {"status": 502, "raw": PAGE},
    "503": {"status": 503},
    "504, empty": {"status": 504, "raw": ""},
    "302": {"status": 302, "raw": "", "headers": {"Location": "/security/v1/oauth/elsewhere"}},
}
"""UPS did not renew, and the pair is as good as before."""
LOST: Mapping[str, Mapping[str, Any]] = {
    "cut before the work": {"drop": "before"},
    "slow": {"delay_ms": 200, "drop": "before"},
    "an endless answer": {"status": 200, "raw": "[1,", "headers": JSON, "endless": True},
    "half of nothing": {"status": 200, "body": {"access_token": "x"}, "half": "length"},
    "200, empty": {"status": 200, "raw": ""},
    "200 with a page": {"status": 200, "raw": PAGE},
    "200, a list": {"status": 200, "body": [1]},
    "200, a number": {"status": 200, "body": 7},
    "200, an object without tokens": {"status": 200, "body": {}},
    "200, nested without end": {"status": 200, "raw": "[" * 100_000, "headers": JSON},
}
"""UPS may have renewed; the pair is kept and tried once more."""
SPENT: Mapping[str, Mapping[str, Any]] = {
    "cut after the work": {"drop": "after"},
    "half an answer, short of its length": {"half": "length"},
    "half an answer, within a chunk": {"half": "chunk"},
}
"""UPS has renewed, and the new pair is lost: the consent cannot be saved, and only UPS's own word may end it."""
LIMITED: Mapping[str, Mapping[str, Any]] = {
    "429": {"status": 429},
    "429 with Retry-After": {"status": 429, "headers": {"Retry-After": "60"}},
    "429 with a page": {"status": 429, "raw": PAGE, "headers": {"Retry-After": "60"}},
}
REFUSED: Mapping[str, Mapping[str, Any]] = {
    "refused: the refresh token": {"status": 401, "body": ENDED},
    "refused with status 400": {"status": 400, "body": ENDED},
    "refused: the client": {"status": 401, "body": UNKNOWN_CLIENT},
    "refused: blocked": {"status": 403, "body": BLOCKED},
}
DIRECTLY = ClientSource("direct", "A1B2C3")
ALL = {**PASSES, **LOST, **SPENT, **LIMITED, **REFUSED}


@dataclass(frozen=True)
class End:
    """Where a pair under a fault ended."""

    told: type[Exception] | None
    calls: int
    """For the one request that met the fault."""
    more: int
    """For the five that came right after it, the fault still there."""
    rejected: bool
    kept: bool
    """The pair on disk is the one that was there."""
    works: bool
    """Ten minutes later, when UPS is well again."""


GOOD = End(None, 0, 0, rejected=False, kept=True, works=True)
SAID = End(NotAuthorised, 0, 0, rejected=False, kept=True, works=False)

Prepared = Callable[[Bench, Profile], Awaitable[None]]


async def ended(bench: Bench, _profile: Profile) -> None:
    """The access token has ended."""
    bench.clock.advance(HOUR)


async def lost_before(bench: Bench, profile: Profile) -> None:
    """A reply was lost before."""
    bench.clock.advance(HOUR)
    await bench.store.mark_lost_reply(profile.id, generation=profile.generation)


async def fresh(_bench: Bench, _profile: Profile) -> None:
    """Nothing is wrong."""


async def refused_now(bench: Bench, profile: Profile) -> None:
    """UPS has refused the pair just now, and takes it again."""
    bench.clock.advance(HOUR)
    bench.fault(**REFUSED["refused: the client"])
    with pytest.raises(NotAuthorised):
        await bench.token(profile.id)
    bench.heal()


async def refused_long_ago(bench: Bench, profile: Profile) -> None:
    """Ten minutes ago."""
    await refused_now(bench, profile)
    bench.clock.advance(REJECTED_PAUSE)


async def aged_out(bench: Bench, _profile: Profile) -> None:
    bench.clock.advance(60 * DAY)


async def disconnected(bench: Bench, profile: Profile) -> None:
    await bench.keeper.disconnect(profile.id)


async def end_of(bench: Bench, fault: Mapping[str, Any], prepare: Prepared) -> End:
    profile = await bench.consent()
    await prepare(bench, profile)
    before = await bench.store.profile(profile.id)
    bench.forget_calls()
    bench.fault("oauth/", **fault)
    bench.limit = 0.05 if "delay_ms" in fault else 5.0
    told = await _asked(bench, ProfileSource(profile.id))
    calls = _calls(bench)
    for _ in range(5):
        await _asked(bench, ProfileSource(profile.id))
    more = _calls(bench) - calls
    after = await bench.store.profile(profile.id)
    assert before is not None
    assert after is not None
    bench.heal()
    bench.clock.advance(REJECTED_PAUSE)
    works = await _asked(bench, ProfileSource(profile.id)) is None
    return End(told, calls, more, bool(after.rejected), after.tokens == before.tokens, works)


def _calls(bench: Bench) -> int:
    """Token calls that UPS saw, answered or not."""
    return len(bench.app[SIMULATOR].calls.rows(running=True))


async def _asked(bench: Bench, source: Source) -> type[Exception] | None:
    """The error that a request for a token ends with, if any."""
    try:
        await bench.keeper.token(source)
    except (NotAuthorised, UpsUnreachable) as error:
        return type(error)
    return None


RENEWING = {
    # each request tries twice while UPS may come back, and the pair stays as it is
    **dict.fromkeys(PASSES, End(UpsUnreachable, 2, 10, rejected=False, kept=True, works=True)),
    **dict.fromkeys(LOST, End(UpsUnreachable, 2, 10, rejected=False, kept=True, works=True)),
    **dict.fromkeys(SPENT, End(UpsUnreachable, 2, 10, rejected=False, kept=True, works=False)),
    **dict.fromkeys(LIMITED, End(UpsUnreachable, 1, 0, rejected=False, kept=True, works=True)),
    **dict.fromkeys(REFUSED, End(NotAuthorised, 1, 0, rejected=True, kept=True, works=True)),
}
REJECTED = {
    # one call in ten minutes, whatever becomes of it
    name: replace(end, calls=1, more=0, rejected=True)
    for name, end in RENEWING.items()
}


@pytest.mark.parametrize(
    ("prepare", "ends"),
    [
        pytest.param(fresh, dict.fromkeys(ALL, GOOD), id="good"),
        pytest.param(ended, RENEWING, id="access token ended"),
        pytest.param(lost_before, RENEWING, id="a reply was lost"),
        pytest.param(refused_now, dict.fromkeys(ALL, replace(SAID, rejected=True, works=True)), id="just refused"),
        pytest.param(refused_long_ago, REJECTED, id="refused ten minutes ago"),
        pytest.param(aged_out, dict.fromkeys(ALL, SAID), id="refresh token ended"),
        pytest.param(disconnected, dict.fromkeys(ALL, SAID), id="disconnected"),
    ],
)
async def test_a_refresh_that_fails_ends_where_it_should(
    bench: Bench, prepare: Prepared, ends: Mapping[str, End]
) -> None:
    found = {name: await end_of(bench, fault, prepare) for name, fault in ALL.items()}
    assert {name: end for name, end in found.items() if end != ends[name]} == {}


async def test_a_passing_failure_is_no_change_of_health(bench: Bench) -> None:
    profile = await bench.consent()
    bench.clock.advance(HOUR)
    for fault in {**PASSES, **LOST, **LIMITED}.values():
        bench.fault(**fault)
        bench.limit = 0.05 if "delay_ms" in fault else 5.0
        assert await _asked(bench, ProfileSource(profile.id)) is UpsUnreachable
        bench.heal()
        bench.clock.advance(61)
        known = await bench.store.profile(profile.id)
        assert known is not None
        assert bench.keeper.health(known, bench.clock.utc()) is Health.OK
    assert await _asked(bench, ProfileSource(profile.id)) is None


DIRECT = {
    # without a refresh token there is nothing to lose, and each request asks once
    **dict.fromkeys((*PASSES, *LOST, *SPENT), (UpsUnreachable, 1, 5, True)),
    **dict.fromkeys(LIMITED, (UpsUnreachable, 1, 0, True)),
    **dict.fromkeys(REFUSED, (NotAuthorised, 1, 0, True)),
}


async def test_client_credentials_that_fail_end_where_they_should(bench: Bench) -> None:
    found = {}
    for name, fault in ALL.items():
        bench.store, bench.keeper = await bench.open()
        bench.forget_calls()
        bench.fault("oauth/", **fault)
        bench.limit = 0.05 if "delay_ms" in fault else 5.0
        told = await _asked(bench, DIRECTLY)
        calls = _calls(bench)
        for _ in range(5):
            await _asked(bench, DIRECTLY)
        more = _calls(bench) - calls
        bench.heal()
        bench.clock.advance(REJECTED_PAUSE)
        found[name] = (told, calls, more, await _asked(bench, DIRECTLY) is None)
    assert {name: end for name, end in found.items() if end != DIRECT[name]} == {}
