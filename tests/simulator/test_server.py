"""The frame around the REST operations: what reaches a handler, and what is refused before it."""

import asyncio
import gzip
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ServerDisconnectedError, TCPConnector
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from yarl import URL

from tests.simulator.conftest import Serve
from tests.simulator.driving import TRANSACTION, Driver
from ups_gateway.simulator.config import DEMO_APPLICATION, Settings
from ups_gateway.simulator.model import Call, Reply, Route
from ups_gateway.simulator.server import make_app, start
from ups_gateway.simulator.state import SIMULATOR
from ups_gateway.simulator.world import World


async def test_a_handler_is_given_the_whole_call(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    answer = await ups.rest(
        "POST",
        "/api/rating/v2409/Shop?additionalinfo=time%20intransit&x=1&x=2&empty=",
        token,
        json={"RateRequest": {"A": ["é"]}},
        headers={"User-Agent": "tester"},
    )
    assert (answer.status, answer.headers["Content-Type"], answer.headers["X-Calls"]) == (200, "application/json", "1")
    assert answer.body == {
        "method": "POST",
        "path": "/api/rating/v2409/Shop",
        "params": {"version": "v2409", "requestoption": "Shop"},
        "query": {"additionalinfo": "time intransit", "x": "1", "empty": ""},
        "body": {"RateRequest": {"A": ["é"]}},
        "version": "v2409",
        "grant": "demo",
        "accounts": ["A1B2C3", "D4E5F6"],
        "negotiated": ["A1B2C3"],
        "agent": "tester",
    }


async def test_a_path_is_decoded_for_the_handler_and_kept_as_sent(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    path = "/api/track/v1/details/1Z%2F2%20x"
    url = URL(ups.url + path + "?locale=en_US", encoded=True)
    headers = TRANSACTION | {"Authorization": f"Bearer {token}"}
    async with ups.session.get(url, headers=headers) as response:
        body = await response.json()
    assert (body["path"], body["query"]) == (path, {"locale": "en_US"})
    assert (body["params"], body["version"], body["body"]) == ({"inquiryNumber": "1Z/2 x"}, "v1", None)


async def test_the_list_of_a_void_arrives_as_it_was_written(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    path = "/api/shipments/v2409/void/cancel/1Z1"
    answer = await ups.rest("DELETE", path, token, params={"trackingnumber": '["1Z2","1Z3"]'})
    assert answer.body["query"] == {"trackingnumber": '["1Z2","1Z3"]'}


async def test_a_refusal_lists_all_its_errors(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    answer = await ups.rest("POST", "/api/addressvalidation/v2/1", token, json={})
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/json")
    assert answer.body == {
        "response": {
            "errors": [
                {"code": "111210", "message": "The service is unavailable."},
                {"code": "120100", "message": "Missing or invalid shipper number."},
            ]
        }
    }


async def test_typed_leaves_stay_typed(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    answer = await ups.rest("POST", "/api/shipments/v1/transittimes", token, json={}, headers=TRANSACTION)
    assert answer.body == {"weight": 1.5, "ok": True}


# --- bearer


@pytest.mark.parametrize("authorization", [None, "Bearer unknown", "Bearer", "Basic x", "unknown"])
async def test_a_missing_or_unknown_bearer_is_refused(ups: Driver, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = await ups.send("POST", "/api/rating/v2409/Rate", json={}, headers=headers)
    assert (answer.status, answer.body) == (
        401,
        {"response": {"errors": [{"code": "250002", "message": "Invalid Authentication Information."}]}},
    )


async def test_the_scheme_of_the_bearer_is_read_in_any_case(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    answer = await ups.send("POST", "/api/rating/v1/Rate", json={}, headers={"Authorization": f"bearer {token}"})
    assert answer.status == 200


async def test_a_product_that_the_application_lacks_is_refused_like_a_bad_bearer(serve: Serve) -> None:
    application = replace(DEMO_APPLICATION, without_products=frozenset({"Rating"}))
    ups = await serve(Settings(applications=(application,)))
    token = (await ups.consent())["access_token"]
    answer = await ups.rate(token)
    assert (answer.status, answer.code) == (401, "250002")
    assert (await ups.rest("POST", "/api/shipments/v2409/ship", token, json={})).status == 201


# --- refused before the handler


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing/v1/here", 404, "10404"),
        ("POST", "/api/rating/v2409", 404, "10404"),
        ("POST", "/api/rating/v2409/Rate/", 404, "10404"),
        ("GET", "/nowhere", 404, "10404"),
        ("GET", "/security/v1/oauth/other", 404, "10404"),
        ("GET", "/_control/calls", 404, "10404"),
        ("GET", "/api/rating/v2409/Rate", 405, "10405"),
        ("POST", "/security/v1/oauth/authorize", 405, "10405"),
        ("GET", "/security/v1/oauth/token", 405, "10405"),
        ("POST", "/api/rating/v9999/Rate", 400, "20002"),
        ("POST", "/api/rating/2409/Rate", 400, "20002"),
    ],
)
async def test_what_ups_does_not_know_is_refused(serve: Serve, method: str, path: str, status: int, code: str) -> None:
    ups = await serve(control=False)
    token = (await ups.consent())["access_token"]
    answer = await ups.rest(method, path, token)
    assert (answer.status, answer.code) == (status, code)


async def test_a_refused_method_names_those_that_are_allowed(ups: Driver) -> None:
    answer = await ups.send("GET", "/api/shipments/v2409/pickup/oncall")
    assert (answer.status, answer.headers["Allow"]) == (405, "DELETE, POST")


@pytest.mark.parametrize(
    ("content", "content_type", "code"),
    [
        (b"", "application/json", "10003"),
        (b"  \n", "application/json", "10003"),
        (b"{", "application/json", "10001"),
        (b"{}x", "application/json", "10001"),
        (b'{"a": "\xff"}', "application/json", "10001"),
        (b"<a/>", "application/xml", "10001"),
        (b"[]", "application/json", "10002"),
        (b'"x"', "application/json", "10002"),
        (b"{}", "application/x-www-form-urlencoded", "10002"),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(
    ups: Driver, content: bytes, content_type: str, code: str
) -> None:
    token = (await ups.consent())["access_token"]
    headers = {"Content-Type": content_type}
    answer = await ups.rest("POST", "/api/rating/v2409/Rate", token, data=content, headers=headers)
    assert (answer.status, answer.code) == (400, code)


async def test_a_charset_beside_the_content_type_is_fine(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    headers = {"Content-Type": "Application/JSON; charset=UTF-8"}
    answer = await ups.rest("POST", "/api/rating/v2409/Rate", token, data=b" {} ", headers=headers)
    assert (answer.status, answer.body["body"]) == (200, {})


async def test_a_compressed_body_is_read(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    content = gzip.compress(b'{"a": 1}')
    answer = await ups.rest("POST", "/api/rating/v2409/Rate", token, data=content, headers=headers)
    assert (answer.status, answer.body["body"]) == (200, {"a": 1})


async def test_a_body_that_is_too_large_is_refused_and_logged(serve: Serve) -> None:
    ups = await serve(Settings(max_body=100))
    answer = await ups.send("POST", "/api/rating/v2409/Rate", json={"a": "x" * 100})
    assert (answer.status, answer.code) == (400, "10013")
    assert await ups.calls() == [("POST", "/api/rating/v2409/Rate", 400, None)]


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, "100001"), ({"transId": " "}, "100001"), ({"transId": "1"}, "100002")],
)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/track/v1/details/1Z"), ("POST", "/api/shipments/v1/transittimes")]
)
async def test_tracking_and_time_in_transit_demand_the_transaction_headers(
    ups: Driver, method: str, path: str, headers: dict[str, str], code: str
) -> None:
    token = (await ups.consent())["access_token"]
    body: dict[str, Any] = {} if method == "GET" else {"json": {}}
    answer = await ups.rest(method, path, token, headers=headers, **body)
    assert (answer.status, answer.code) == (400, code)
    assert (await ups.rest(method, path, token, headers=TRANSACTION, **body)).status == 200


# --- many at once, and the server itself


async def test_two_hundred_calls_at_once_are_all_answered(ups: Driver) -> None:
    token = (await ups.consent())["access_token"]
    await ups.send("DELETE", "/_control/calls")
    answers = await asyncio.gather(*(ups.rate(token) for _ in range(200)))
    assert [answer.status for answer in answers] == [200] * 200
    assert await ups.calls() == [("POST", "/api/rating/v2409/Rate", 200, "demo")] * 200


async def test_a_whole_url_as_the_target_is_logged_as_its_path(ups: Driver) -> None:
    status = await ups.raw(
        "GET http://onlinetools.ups.com/api/x?a=%20b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    assert status == "HTTP/1.1 404 Not Found"
    assert await ups.calls() == [("GET", "/api/x?a=%20b", 404, None)]


async def test_a_handler_that_fails_is_logged_as_500(serve: Serve) -> None:
    def fail(_: Call, __: World) -> Reply:
        raise KeyError("a bug of an operation")

    ups = await serve(routes=(Route("POST", "/api/rating/{version}/{requestoption}", fail),))
    answer = await ups.rate((await ups.consent())["access_token"])
    assert answer.status == 500
    assert (await ups.calls())[-1] == ("POST", "/api/rating/v2409/Rate", 500, "demo")


async def test_a_taken_port_is_an_os_error() -> None:
    first = await start(make_app(Settings(), routes=()), port=0)
    with pytest.raises(OSError, match="address already in use"):
        await start(make_app(Settings(), routes=()), port=first.port)
    assert first.url == f"http://127.0.0.1:{first.port}"
    await first.close()


async def test_the_url_of_an_ipv6_listener_has_brackets() -> None:
    running = await start(make_app(Settings(), routes=()), "::1", 0)
    async with ClientSession() as session, session.get(running.url) as response:
        assert response.status == 200
    await running.close()


async def test_it_speaks_tls_and_cuts_it_too(tmp_path: Path) -> None:
    client_tls, server_tls = self_signed(tmp_path)
    running = await start(make_app(Settings(), control=True, routes=()), port=0, tls=server_tls)
    assert running.url == f"https://127.0.0.1:{running.port}"
    async with ClientSession(connector=TCPConnector(ssl=client_tls)) as session:
        ups = Driver(session, running.url)
        assert (await ups.send("GET", "/")).status == 200
        await ups.fault(path="/x", drop="before")
        with pytest.raises(ServerDisconnectedError):
            await ups.send("GET", "/x")
    await running.close()


def self_signed(directory: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS for a client and a server that share one certificate for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulator under test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, secret = directory / "certificate.pem", directory / "key.pem"
    pem.write_bytes(certificate.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem, secret)
    return ssl.create_default_context(cafile=str(pem)), server


def test_the_operations_are_the_routes_by_default() -> None:
    simulator = make_app(Settings())[SIMULATOR]
    assert simulator.settings == Settings()
    assert simulator.world.settings is simulator.settings
