"""Authorize calls and the login page they lead to, as a browser sees them."""

from dataclasses import replace

import pytest

from tests.simulator.conftest import Serve
from tests.simulator.driving import REDIRECT, VERIFIER, Driver
from ups_gateway.simulator.config import DEMO_APPLICATION, Settings
from ups_gateway.simulator.oauth import s256

CHALLENGE = s256(VERIFIER)


async def test_authorize_leads_to_the_login_page_with_the_call_carried_on(ups: Driver) -> None:
    answer = await ups.authorize(scope="read", code_challenge=CHALLENGE)
    assert (answer.status, answer.headers["Location"].partition("?")[0]) == (302, "/login")
    assert (answer.headers["appname"], answer.headers["displayname"]) == ("demo", "demo")
    assert answer.sent_back == {
        "client_id": "demo-client",
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "read",
        "state": "st",
        "code_challenge": CHALLENGE,
        "type": "ups_com_api",
    }


async def test_the_login_page_says_that_it_is_simulated(ups: Driver) -> None:
    location = (await ups.authorize(state='"><b>')).headers["Location"]
    page = await ups.send("GET", location)
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "This page is simulated. It is not affiliated with or endorsed by UPS" in page.body
    assert 'name="state" value="&quot;&gt;&lt;b&gt;"' in page.body
    assert '<input name="username"' in page.body
    assert '<input name="password" type="password"' in page.body
    assert 'value="allow"' in page.body
    assert 'value="decline"' in page.body


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"client_id": "other"}, 401, "10401"),
        ({"client_id": None}, 401, "10401"),
        ({"redirect_uri": "https://127.0.0.1/upscallback/"}, 400, "10400"),
        ({"redirect_uri": "https://127.0.0.2/upscallback"}, 400, "10400"),
        ({"redirect_uri": "http://127.0.0.1/upscallback"}, 400, "10400"),
        ({"redirect_uri": "https://x@127.0.0.1:1/upscallback"}, 400, "10400"),
        ({"redirect_uri": "https://127.0.0.1:99999/upscallback"}, 400, "10400"),
        ({"redirect_uri": None}, 400, "10400"),
        ({"response_type": "token"}, 400, "10400"),
        ({"code_challenge": "short"}, 400, "10400"),
    ],
)
async def test_a_wrong_authorize_call_is_refused(
    ups: Driver, changed: dict[str, str | None], status: int, code: str
) -> None:
    answer = await ups.authorize(**changed)
    assert (answer.status, answer.code) == (status, code)
    for method, path in (("GET", "/login"), ("POST", "/login")):
        answer = await ups.send(method, path)
        assert (answer.status, answer.code) == (401, "10401")


async def test_loopback_ports_are_free_only_where_the_application_says_so(serve: Serve) -> None:
    any_port = "https://127.0.0.1:9443/upscallback"
    assert (await (await serve()).authorize(redirect_uri=any_port)).status == 302
    exact = await serve(Settings(applications=(replace(DEMO_APPLICATION, loopback_any_port=False),)))
    answer = await exact.authorize(redirect_uri=any_port)
    assert (answer.status, answer.code) == (400, "10400")
    assert (await exact.authorize(redirect_uri="https://127.0.0.1:8443/upscallback")).status == 302


async def test_an_ipv6_loopback_uri_takes_any_port_too(serve: Serve) -> None:
    application = replace(DEMO_APPLICATION, redirect_uris=("https://[::1]/back", "https://shop.example/back"))
    ups = await serve(Settings(applications=(application,)))
    assert (await ups.authorize(redirect_uri="https://[::1]:9443/back")).status == 302
    answer = await ups.authorize(redirect_uri="https://shop.example:9443/back")
    assert (answer.status, answer.code) == (400, "10400")


async def test_an_application_without_the_grant_cannot_ask_for_consent(serve: Serve) -> None:
    application = replace(DEMO_APPLICATION, grants=frozenset({"client_credentials"}))
    answer = await (await serve(Settings(applications=(application,)))).authorize()
    assert (answer.status, answer.code) == (401, "10401")


async def test_consent_sends_the_browser_back_with_code_scope_and_state(ups: Driver) -> None:
    answer = await ups.sign_in(scope="read ship")
    assert (answer.status, answer.headers["Location"].partition("?")[0]) == (302, REDIRECT)
    assert list(answer.sent_back) == ["code", "scope", "state"]
    assert answer.sent_back | {"code": ""} == {"code": "", "scope": "read ship", "state": "st"}


async def test_a_redirect_uri_with_a_query_keeps_it(serve: Serve) -> None:
    application = replace(DEMO_APPLICATION, redirect_uris=("https://shop.example/?page=back",))
    ups = await serve(Settings(applications=(application,)))
    answer = await ups.sign_in(redirect_uri="https://shop.example/?page=back", state=None)
    assert list(answer.sent_back) == ["page", "code", "scope"]


async def test_declining_sends_the_browser_back_with_access_denied(ups: Driver) -> None:
    answer = await ups.sign_in("", allow=False)
    assert answer.status == 302
    assert answer.headers["Location"] == f"{REDIRECT}?error=access_denied&state=st"


@pytest.mark.parametrize(("login", "password"), [("demo", "wrong"), ("nobody", "nobody"), ("", "")])
async def test_a_wrong_password_shows_the_form_again(ups: Driver, login: str, password: str) -> None:
    answer = await ups.sign_in(login, password)
    assert answer.status == 401
    assert "This login and password do not go together." in answer.body
    assert '<input name="username"' in answer.body


async def test_a_campusship_login_ends_on_another_page(ups: Driver) -> None:
    answer = await ups.sign_in("campus")
    assert (answer.status, answer.headers["Location"]) == (302, "/campusship")
    page = await ups.send("GET", "/campusship")
    assert page.status == 200
    assert "This login belongs to CampusShip." in page.body


async def test_the_front_page_names_applications_and_logins(ups: Driver) -> None:
    page = await ups.send("GET", "/")
    assert page.status == 200
    for shown in ("Simulated UPS", "demo-client", "demo-secret", "<td>outlet</td>", "A1B2C3", "not affiliated"):
        assert shown in page.body


async def test_pages_are_neither_kept_nor_framed(ups: Driver) -> None:
    for path in ("/", "/campusship"):
        headers = (await ups.send("GET", path)).headers
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
