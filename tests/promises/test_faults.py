"""What an old program reads when something is wrong: each answer whole, byte for byte."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import accept, access, confirm, rate, track, void
from tests.house import KEY, LICENCE, PASSWORD, USER, Check, House, a_house, xml
from tests.web.wire import post
from ups_gateway.model import State

RATE = "RatingServiceSelectionResponse"
CONFIRM = "ShipmentConfirmResponse"
DOCTYPE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>'
NO_KEY = "No Access and Authentication Credentials provided: licence number, user id and password are needed."
NO_TEST = (
    "This access key has no test account in the gateway, and wwwcie.ups.com serves only those."
    " Administrator: map one on the status page."
)
NOT_MAPPED = (
    "Invalid Access License number: the gateway does not know this access key yet. Administrator: it is listed on"
    " the gateway's status page, to be mapped to an account."
)
NOT_ITS_LOGIN = "Invalid Authentication Information: the gateway knows this access key with another login."
NOT_ITS_ACCOUNT = "Missing or invalid shipper number: Z9Z9Z9 is not one of this access key's."
YOUR_KEY_IS_GOOD = (
    "Your access key is not the cause. "
    'Administrator: open the gateway\'s status page and press {} for profile "Dock 3".'
)


@pytest.fixture
async def small(tmp_path: Path, old_answers: Check | None) -> AsyncIterator[House]:
    """One that takes small requests only."""
    async with a_house(tmp_path, check=old_answers, settings={"limits.max_body": "200KB"}) as small:
        yield small


def failure(root: str, code: str, words: str, severity: str = "Hard") -> bytes:
    """An answer that is an error and nothing else."""
    return (
        f'<?xml version="1.0"?><{root}><Response><ResponseStatusCode>0</ResponseStatusCode>'
        "<ResponseStatusDescription>Failure</ResponseStatusDescription>"
        f"<Error><ErrorSeverity>{severity}</ErrorSeverity><ErrorCode>{code}</ErrorCode>"
        f"<ErrorDescription>{words}</ErrorDescription></Error></Response></{root}>"
    ).encode()


def rating(body: str | bytes) -> bytes:
    return post("/ups.app/xml/Rate", body if isinstance(body, bytes) else body.encode())


@pytest.mark.parametrize(
    ("request_", "root", "code", "words"),
    [
        pytest.param(rating(""), RATE, "10001", "The request is empty; an XML document was expected.", id="empty"),
        pytest.param(
            rating(KEY + '<?xml version="1.0"?>' + DOCTYPE + rate().partition("?>")[2]),
            RATE,
            "10001",
            "The request holds a DOCTYPE or ENTITY declaration, which is refused.",
            id="DOCTYPE",
        ),
        pytest.param(
            rating(b'<?xml version="1.0" encoding="UTF-8"?><RatingServiceSelectionRequest>\xff'),
            RATE,
            "10001",
            "The request is not in the encoding it declares (UTF-8): byte 69 cannot be read.",
            id="wrong encoding",
        ),
        pytest.param(
            rating('<?xml version="1.0" encoding="klingon"?><RatingServiceSelectionRequest/>'),
            RATE,
            "10001",
            "The request declares the encoding 'klingon', which is not supported.",
            id="unknown encoding",
        ),
        pytest.param(rating("x" * 200_001), RATE, "10013", "The request is larger than 200000 bytes.", id="oversized"),
        pytest.param(
            post("/ups.app/xml/Teleport", (KEY + "<TeleportRequest/>").encode()),
            "TeleportResponse",
            "20002",
            "The XML API has no service for the root element 'TeleportRequest'.",
            id="unknown tool",
        ),
        pytest.param(xml(rate(), ""), RATE, "250005", NO_KEY, id="no key"),
        pytest.param(xml(rate(), access(LICENCE, "", PASSWORD)), RATE, "250005", NO_KEY, id="a part of a key"),
        pytest.param(xml(confirm(), ""), CONFIRM, "250005", NO_KEY, id="confirm without a key"),
        pytest.param(xml(rate(), access("WRONG0ACCESS0KEY", USER, PASSWORD)), RATE, "250003", NOT_MAPPED, id="licence"),
        pytest.param(xml(rate(), access(LICENCE, USER, "wrong")), RATE, "250002", NOT_ITS_LOGIN, id="wrong password"),
        pytest.param(xml(rate(), access(LICENCE, "omed", PASSWORD)), RATE, "250002", NOT_ITS_LOGIN, id="wrong user"),
        pytest.param(xml(rate("Z9Z9Z9")), RATE, "120100", NOT_ITS_ACCOUNT, id="rate on another account"),
        pytest.param(xml(confirm("Z9Z9Z9")), CONFIRM, "120100", NOT_ITS_ACCOUNT, id="ship on another account"),
        pytest.param(xml(confirm(bill="Z9Z9Z9")), CONFIRM, "120100", NOT_ITS_ACCOUNT, id="bill another account"),
        pytest.param(
            xml(confirm()).replace(b"onlinetools.ups.com", b"wwwcie.ups.com"),
            CONFIRM,
            "250003",
            NO_TEST,
            id="test host without a test account",
        ),
        pytest.param(
            xml(accept("never given")),
            "ShipmentAcceptResponse",
            "125000",
            "No shipment waits for this ShipmentDigest: it is unknown, spent, or voided.",
            id="a digest that was never given",
        ),
    ],
)
async def test_what_is_the_programs_own_doing_is_told_and_ups_is_not_asked(
    small: House, request_: bytes, root: str, code: str, words: str
) -> None:
    assert small.read(await small.send(request_)) == failure(root, code, words)
    assert (await small.calls("/api/"), await small.rows()) == (0, [])


async def test_what_is_not_well_formed_is_told_with_its_place(house: House) -> None:
    answer = house.read(await house.send(rating(KEY + "<RatingServiceSelectionRequest>\n<Shipment>")))
    expected = failure(RATE, "10001", "The XML document is not well formed: ")
    before, after = expected.split(b"</ErrorDescription>")
    assert answer.startswith(before)
    assert answer.endswith(b" (line 2, column 11)</ErrorDescription>" + after)


@pytest.mark.parametrize(("document", "root"), [(rate(), RATE), (confirm(), CONFIRM)], ids=["rate", "confirm"])
async def test_what_ups_refuses_passes_with_its_code_and_words(house: House, document: str, root: str) -> None:
    error = {"code": "111210", "message": "No <service> & no Grüße."}
    await house.ups.fault(path="/api/", status=400, body={"response": {"errors": [error]}})
    assert await house.body(document) == failure(root, "111210", "No &lt;service&gt; &amp; no Gr&#252;&#223;e.")
    assert [row.state for row in await house.rows()] == [State.REFUSED] * (root == CONFIRM)


async def test_a_void_of_a_number_that_ups_does_not_know_is_refused_with_its_words(house: House) -> None:
    assert await house.body(void("1ZA1B2C30399999990")) == failure(
        "VoidShipmentResponse", "190102", "No shipment found within the allowed void period"
    )


async def test_ups_cutting_the_connection_is_transient_where_nothing_can_be_lost(house: House) -> None:
    await house.ups.fault(path="/api/rating/", drop="before")
    assert await house.body(rate()) == failure(
        RATE, "20001", "UPS did not answer: the connection was cut before the whole answer was there.", "Transient"
    )
    assert await house.calls("/api/rating/") == 3


async def test_a_cut_or_two_are_not_seen_by_the_program(house: House) -> None:
    await house.ups.fault(path="/api/rating/", drop="before", times=2)
    assert (await house.ask(rate())).good


async def test_ups_that_cannot_be_reached_is_transient_for_a_price_and_hard_for_a_shipment(house: House) -> None:
    await house.ask(rate())
    await house.close_ups()
    rated, confirmed = await house.ask(rate()), await house.ask(confirm())
    assert [(told.root, told.code, told.text("Response/Error/ErrorSeverity")) for told in (rated, confirmed)] == [
        (RATE, "20001", "Transient"),
        (CONFIRM, "20001", "Hard"),
    ]
    for told in (rated, confirmed):
        assert told.words.startswith("UPS cannot be reached: ")
        assert told.words.endswith(". Nothing was sent.")
    assert [row.state for row in await house.rows()] == [State.NOT_CREATED]


async def test_an_outcome_that_is_unknown_is_hard_and_refused_until_a_person_settled_it(house: House) -> None:
    await house.ups.fault(path="/ship", drop="after", times=1)
    page = f"http://{house.gateway.ports.admin}"
    unknown = failure(
        CONFIRM,
        "20001",
        "UPS was asked to carry this out and gave no clear answer, so it may or may not have been done. Nothing is"
        f" repeated until someone has said which, at {page} (shipments, number 1).",
    )
    assert await house.body(confirm()) == unknown
    assert await house.body(confirm()) == unknown
    assert (await house.calls("/ship"), len(await house.shipments())) == (1, 1)
    assert (await house.ask(confirm(packages=2))).good, "another shipment is no repeat"
    await house.gateway.shipping.desk.settle_unknown(1, None)
    assert (await house.ask(confirm())).good
    assert await house.calls("/ship") == 3


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"drop": "before"}, id="cut"),
        pytest.param({"status": 500}, id="error of the server"),
        pytest.param({"status": 503, "raw": "<h1>Service Unavailable</h1>"}, id="a page"),
        pytest.param({"status": 400, "raw": "<h1>Bad Request</h1>"}, id="a refusal that is not UPS's"),
        pytest.param({"status": 200, "body": {}}, id="a success that names no shipment"),
        pytest.param(
            {"status": 200, "body": {"ShipmentResponse": {"ShipmentResults": 7}}}, id="a success of another shape"
        ),
    ],
)
async def test_whatever_does_not_surely_say_that_nothing_was_shipped_is_an_unknown_outcome(
    house: House, fault: dict[str, Any]
) -> None:
    await house.ups.fault(path="/ship", times=1, **fault)
    told = [await house.ask(confirm()) for _ in range(2)]
    assert [(one.code, one.text("Response/Error/ErrorSeverity")) for one in told] == [("20001", "Hard")] * 2
    assert (await house.calls("/ship"), [row.state for row in await house.rows()]) == (1, [State.UNKNOWN])


async def test_a_consent_that_ended_is_told_in_its_own_words_until_a_person_signs_in_again(house: House) -> None:
    await house.ups.send("POST", "/_control/tokens", json={"revoke": True, "grant": "demo"})
    words = (
        'UPS no longer accepts the gateway\'s authorization for profile "Dock 3". UPS refused: Invalid Refresh Token'
        " (10400). The consent has ended: authorize the profile again. " + YOUR_KEY_IS_GOOD.format("Reauthorize")
    )
    assert await house.body(track("1ZA1B2C30300000012")) == failure("TrackResponse", "20001", words)
    assert await house.body(confirm()) == failure(CONFIRM, "20001", words)
    assert await house.body(confirm()) == failure(CONFIRM, "20001", words)
    assert (await house.calls("/oauth/refresh"), await house.calls("/ship")) == (1, 0)
    await house.consent(house.profile.id)
    assert (await house.ask(confirm())).good


async def test_a_profile_that_nobody_signed_in_for_is_told_as_such(house: House) -> None:
    await house.gateway.keeper.disconnect(house.profile.id)
    assert await house.body(rate()) == failure(
        RATE,
        "20001",
        'The gateway is not authorized at UPS: nobody has signed in for profile "Dock 3" yet. '
        + YOUR_KEY_IS_GOOD.format("Authorize"),
    )
    assert await house.calls("/api/") == 0


async def test_only_prices_without_negotiation_are_told_to_who_names_no_key(
    tmp_path: Path, old_answers: Check | None
) -> None:
    async with a_house(tmp_path, check=old_answers, settings={"anonymous_key": LICENCE}) as house:
        known, stranger = await house.ask(rate()), await house.ask(rate(), "")
        assert [one.text("RatedShipment/TotalCharges/MonetaryValue") for one in (known, stranger)] == ["13.10"] * 2
        assert (known.text(".//GrandTotal/MonetaryValue"), stranger.text(".//GrandTotal/MonetaryValue")) == (
            "10.73",
            "",
        )
        assert await house.body(confirm(), "") == failure(CONFIRM, "250005", NO_KEY)
        assert await house.body(rate(), access("", "", "wrong")) == failure(
            RATE, "250002", "Invalid Authentication Information: the gateway knows no such login."
        )
