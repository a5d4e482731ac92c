"""OAuth at the simulated UPS, over the wire."""

from dataclasses import replace

import pytest

from tests.simulator.conftest import Serve
from tests.simulator.driving import DEMO, REDIRECT, VERIFIER, Driver, basic
from ups_gateway.simulator.config import DAY, DEMO_APPLICATION, Settings
from ups_gateway.simulator.oauth import s256

CHALLENGE = s256(VERIFIER)


class StoppedClock:
    """A clock that only moves when told to."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.25

    def now(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


# --- codes


async def test_a_code_with_pkce_becomes_a_pair_of_which_all_values_are_strings(serve: Serve) -> None:
    ups = await serve(clock=StoppedClock())
    code = await ups.code(scope="read", code_challenge=CHALLENGE)
    answer = await ups.exchange(code, auth=None, client_id="demo-client", code_verifier=VERIFIER)
    assert answer.status == 200
    tokens = {"access_token": answer.body["access_token"], "refresh_token": answer.body["refresh_token"]}
    assert answer.body == tokens | {
        "token_type": "Bearer",
        "status": "approved",
        "issued_at": "1800000000250",
        "expires_in": "3600",
        "client_id": "demo-client",
        "scope": "read",
        "refresh_count": "0",
        "refresh_token_status": "approved",
        "refresh_token_issued_at": "1800000000250",
        "refresh_token_expires_in": "5184000",
    }
    assert len({*tokens.values()}) == 2


async def test_a_code_without_pkce_needs_basic(ups: Driver) -> None:
    assert (await ups.exchange(await ups.code())).status == 200
    answer = await ups.exchange(await ups.code(), auth=None, client_id="demo-client")
    assert (answer.status, answer.code) == (400, "10400")


async def test_a_code_with_pkce_refuses_basic(ups: Driver) -> None:
    code = await ups.code(code_challenge=CHALLENGE)
    answer = await ups.exchange(code, client_id="demo-client", code_verifier=VERIFIER)
    assert (answer.status, answer.code) == (400, "10400")


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"code_verifier": "another-verifier"}, 400, "10400"),
        ({"code_verifier": None}, 400, "10400"),
        ({"client_id": "other"}, 401, "10401"),
        ({"client_id": None}, 401, "10401"),
        ({"redirect_uri": "https://127.0.0.1:8443/upscallback"}, 400, "10400"),
        ({"redirect_uri": None}, 400, "10400"),
        ({"code": "unknown"}, 401, "10401"),
        ({"grant_type": "password"}, 400, "10400"),
        ({"grant_type": None}, 400, "10400"),
    ],
)
async def test_a_wrong_exchange_with_pkce_is_refused(
    ups: Driver, changed: dict[str, str | None], status: int, code: str
) -> None:
    form = {"code": await ups.code(code_challenge=CHALLENGE), "client_id": "demo-client", "code_verifier": VERIFIER}
    form.update(changed)  # type: ignore[arg-type]  # None leaves a parameter out
    answer = await ups.exchange(auth=None, **form)
    assert (answer.status, answer.code) == (status, code)


async def test_a_verifier_without_a_challenge_is_refused(ups: Driver) -> None:
    answer = await ups.exchange(await ups.code(), code_verifier=VERIFIER)
    assert (answer.status, answer.code) == (400, "10400")


@pytest.mark.parametrize(
    ("authorization", "status", "code"),
    [
        (basic("demo-client", "wrong"), 401, "10401"),
        (basic("other", "demo-secret"), 401, "10401"),
        ("Basic !!!", 400, "10400"),
        ("Basic ZGVtbw==", 400, "10400"),
        ("Basic /w==", 400, "10400"),
        ("Bearer x", 400, "10400"),
    ],
)
@pytest.mark.parametrize("grant", ["authorization_code", "client_credentials", "refresh_token"])
async def test_wrong_client_credentials_are_refused(
    ups: Driver, grant: str, authorization: str, status: int, code: str
) -> None:
    path = "/security/v1/oauth/refresh" if grant == "refresh_token" else "/security/v1/oauth/token"
    form = {"grant_type": grant, "code": "x", "redirect_uri": REDIRECT, "refresh_token": "x"}
    answer = await ups.send("POST", path, data=form, headers={"Authorization": authorization})
    assert (answer.status, answer.code) == (status, code)


async def test_a_code_works_once(ups: Driver) -> None:
    code = await ups.code()
    assert (await ups.exchange(code)).status == 200
    answer = await ups.exchange(code)
    assert (answer.status, answer.code) == (401, "10401")


async def test_a_code_is_short_lived(ups: Driver) -> None:
    code = await ups.code()
    await ups.advance(Settings().code_lifetime)
    answer = await ups.exchange(code)
    assert (answer.status, answer.code) == (401, "10401")


async def test_a_code_belongs_to_its_application(serve: Serve) -> None:
    other = replace(DEMO_APPLICATION, name="other", client_id="other", client_secret="other")
    ups = await serve(Settings(applications=(DEMO_APPLICATION, other)))
    answer = await ups.exchange(await ups.code(), auth=basic("other", "other"))
    assert (answer.status, answer.code) == (401, "10401")


# --- refresh


async def test_a_refresh_token_rotates_and_works_once(ups: Driver) -> None:
    first = await ups.consent()
    second = await ups.refresh(first["refresh_token"])
    assert (second.status, second.body["refresh_count"]) == (200, "1")
    assert second.body["refresh_token"] != first["refresh_token"]
    reused = await ups.refresh(first["refresh_token"])
    assert (reused.status, reused.body) == (
        401,
        {"response": {"errors": [{"code": "10400", "message": "Invalid Refresh Token"}]}},
    )
    third = await ups.refresh(second.body["refresh_token"])
    assert (third.status, third.body["refresh_count"]) == (200, "2")


@pytest.mark.parametrize(("slides", "left"), [(True, 60 * DAY), (False, 20 * DAY)])
async def test_a_refresh_renews_the_sixty_days_or_keeps_their_end(serve: Serve, slides: bool, left: int) -> None:
    ups = await serve(Settings(refresh_slides=slides), clock=StoppedClock())
    first = await ups.consent()
    await ups.advance(40 * DAY)
    second = await ups.refresh(first["refresh_token"])
    assert (second.status, second.body["refresh_token_expires_in"]) == (200, str(left))
    await ups.advance(left - 1)
    third = await ups.refresh(second.body["refresh_token"])
    assert (third.status, third.body["refresh_token_expires_in"]) == (200, str(60 * DAY if slides else 1))
    await ups.advance(60 * DAY)
    ended = await ups.refresh(third.body["refresh_token"])
    assert (ended.status, ended.code) == (401, "10400")


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"refresh_token": "unknown"}, 401), ({"refresh_token": None}, 400), ({"grant_type": "x"}, 400)],
)
async def test_a_wrong_refresh_call_is_refused(ups: Driver, changed: dict[str, str | None], status: int) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": (await ups.consent())["refresh_token"]} | changed
    sent = {name: value for name, value in form.items() if value is not None}
    answer = await ups.send("POST", "/security/v1/oauth/refresh", data=sent, headers={"Authorization": DEMO})
    assert (answer.status, answer.code) == (status, "10400")


async def test_a_refresh_token_belongs_to_its_application(serve: Serve) -> None:
    other = replace(DEMO_APPLICATION, name="other", client_id="other", client_secret="other")
    ups = await serve(Settings(applications=(DEMO_APPLICATION, other)))
    token = (await ups.consent())["refresh_token"]
    answer = await ups.refresh(token, auth=basic("other", "other"))
    assert (answer.status, answer.code) == (401, "10400")
    assert (await ups.refresh(token)).status == 200


async def test_lifetimes_come_from_the_settings(serve: Serve) -> None:
    ups = await serve(Settings(access_lifetime=60, refresh_lifetime=600), clock=StoppedClock())
    pair = await ups.consent()
    assert (pair["expires_in"], pair["refresh_token_expires_in"]) == ("60", "600")
    await ups.advance(59)
    assert (await ups.rate(pair["access_token"])).status == 200
    await ups.advance(1)
    answer = await ups.rate(pair["access_token"])
    assert (answer.status, answer.code) == (401, "250002")


# --- client credentials


async def test_client_credentials_give_an_access_token_only(serve: Serve) -> None:
    ups = await serve(clock=StoppedClock())
    answer = await ups.client_credentials()
    assert answer.status == 200
    assert answer.body == {
        "token_type": "Bearer",
        "status": "approved",
        "issued_at": "1800000000250",
        "expires_in": "3600",
        "client_id": "demo-client",
        "access_token": answer.body["access_token"],
        "scope": "",
        "refresh_count": "0",
    }
    shown = (await ups.rate(answer.body["access_token"])).body
    assert (shown["grant"], shown["accounts"], shown["negotiated"]) == ("demo-client", ["A1B2C3", "R7S8T9"], ["A1B2C3"])


async def test_a_merchant_must_be_linked_to_the_application(ups: Driver) -> None:
    assert (await ups.client_credentials(merchant="A1B2C3")).status == 200
    answer = await ups.client_credentials(merchant="ZZZZZZ")
    assert (answer.status, answer.code) == (403, "10403")


async def test_an_application_without_the_grant_gets_no_client_credentials(serve: Serve) -> None:
    application = replace(DEMO_APPLICATION, grants=frozenset({"authorization_code"}))
    answer = await (await serve(Settings(applications=(application,)))).client_credentials()
    assert (answer.status, answer.code) == (401, "10401")


async def test_a_quota_of_token_calls_ends_with_the_day(serve: Serve) -> None:
    ups = await serve(Settings(token_quota=2), clock=StoppedClock())
    assert [(await ups.client_credentials()).status for _ in range(2)] == [200, 200]
    answer = await ups.client_credentials()
    left = DAY - 1_800_000_000 % DAY
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (429, "10429", str(left))
    await ups.advance(left)
    assert (await ups.client_credentials()).status == 200


# --- the call log's idea of a grant


async def test_token_calls_are_logged_with_the_consent_they_belong_to(ups: Driver) -> None:
    code = await ups.code("outlet")
    pair = (await ups.exchange(code)).body
    await ups.exchange(code)
    await ups.refresh(pair["refresh_token"])
    await ups.refresh(pair["refresh_token"])
    await ups.refresh("unknown")
    await ups.client_credentials()
    await ups.client_credentials(auth=basic("other", "x"))
    await ups.client_credentials(auth=None)
    await ups.exchange(code, grant_type=None)
    token, refresh = "/security/v1/oauth/token", "/security/v1/oauth/refresh"
    assert (await ups.calls())[1:] == [
        ("POST", token, 200, "outlet"),
        ("POST", token, 401, "outlet"),
        ("POST", refresh, 200, "outlet"),
        ("POST", refresh, 401, "outlet"),
        ("POST", refresh, 401, None),
        ("POST", token, 200, "demo-client"),
        ("POST", token, 401, None),
        ("POST", token, 400, None),
        ("POST", token, 400, None),
    ]
