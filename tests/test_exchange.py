"""Old XML requests through access, translation, ledger and UPS, against the simulated UPS."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.gateway import PASSWORD, Gateway, a_gateway, accept, access, confirm, rate, recover, told, track, void
from tests.shipping.scripted import Socket, until
from ups_gateway.model import ExchangeRecord, LegacyCall, State, TwoPhase


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    async with a_gateway(tmp_path) as gateway:
        yield gateway


async def test_an_old_program_rates_ships_tracks_and_voids(gateway: Gateway) -> None:
    rated = await gateway.ask(rate())
    assert (rated.root, rated.good) == ("RatingServiceSelectionResponse", True)
    confirmed = await gateway.ask(confirm())
    assert (confirmed.root, confirmed.code, confirmed.number[:8]) == ("ShipmentConfirmResponse", "", "1ZA1B2C3")
    accepted = await gateway.ask(accept(confirmed.digest))
    label = base64.b64decode(accepted.text(".//PackageResults/LabelImage/GraphicImage"))
    assert (accepted.number, label[:3]) == (confirmed.number, b"GIF")
    assert (await gateway.ask(track(confirmed.number))).good
    assert (await gateway.ask(recover(confirmed.number))).good
    assert (await gateway.ask(void(confirmed.number))).good
    (row,) = await gateway.rows()
    assert (row.state, row.number, row.void_cause) == (State.VOIDED, confirmed.number, "client")
    assert (ships(gateway), gateway.asked("/void")) == (1, 1)
    assert [record.outcome for record in await journal(gateway)] == ["ok"] * 6


async def journal(gateway: Gateway) -> list[ExchangeRecord]:
    await gateway.store.flush()
    return list(reversed(await gateway.store.exchanges()))


async def test_the_journal_says_what_went_through_without_bodies_and_secrets(gateway: Gateway) -> None:
    await gateway.ask(rate())
    await gateway.ask(rate("ZZZZZZ"))
    await gateway.ask("<Nonsense/>", first="")
    records = await journal(gateway)
    assert [(r.dialect, r.operation, r.key, r.account, r.environment, r.outcome, r.code) for r in records] == [
        ("xml", "rate", gateway.key.id, gateway.account.id, "production", "ok", ""),
        ("xml", "rate", gateway.key.id, None, "", "client_fault", "120100"),
        ("", "", None, None, "", "client_fault", "20002"),
    ]
    assert records[0].seconds > records[0].ups_seconds > 0
    assert {(r.peer, r.user_agent) for r in records} == {("127.0.0.1", "cart/1.0")}


# --- the ledger behind it ---------------------------------------------------------------------------------------------


def ships(gateway: Gateway) -> int:
    return gateway.asked("/v2409/ship")


async def test_a_restart_between_confirm_and_accept_loses_nothing(gateway: Gateway) -> None:
    confirmed = await gateway.ask(confirm())
    gateway.restart()
    await gateway.shipping.start()
    accepted = [await gateway.ask(accept(confirmed.digest)) for _ in range(2)]
    assert [one.number for one in accepted] == [confirmed.number] * 2
    assert ships(gateway) == 1


async def test_a_client_that_hangs_up_and_asks_again_gets_one_label(gateway: Gateway) -> None:
    first = Socket()
    confirmed = await gateway.ask(confirm(), socket=first)
    first.hang_up()
    again = await gateway.ask(confirm())
    assert ((again.number, again.digest), ships(gateway)) == ((confirmed.number, confirmed.digest), 1)
    another = await gateway.ask(confirm())
    assert (another.number == confirmed.number, ships(gateway)) == (False, 2)


async def test_a_hang_up_during_the_call_does_not_cut_it(gateway: Gateway) -> None:
    gateway.fault("v2409/ship", delay_ms=300, times=1)
    first = Socket()
    running = asyncio.create_task(gateway.hand_in(confirm(), socket=first))
    await until(lambda: bool(gateway.shipping._waiting.tasks()))
    running.cancel()
    first.hang_up()
    with pytest.raises(asyncio.CancelledError):
        await running
    again = await gateway.ask(confirm())
    assert (again.good, ships(gateway)) == (True, 1)


async def test_a_quote_asks_for_the_price_and_accept_ships_once(gateway: Gateway) -> None:
    await gateway.store.change_key(replace(gateway.key, two_phase=TwoPhase.QUOTE))
    confirmed = await gateway.ask(confirm())
    assert (confirmed.good, confirmed.number, confirmed.shipment, ships(gateway)) == (True, "", None, 0)
    assert float(confirmed.text("ShipmentCharges/TotalCharges/MonetaryValue")) > 0
    accepted = [await gateway.ask(accept(confirmed.digest)) for _ in range(2)]
    assert (accepted[0].number == accepted[1].number != "", ships(gateway)) == (True, 1)


async def test_a_quote_that_ups_refuses_to_rate_is_refused_and_not_kept(gateway: Gateway) -> None:
    await gateway.store.change_key(replace(gateway.key, two_phase=TwoPhase.QUOTE))
    gateway.fault("rating", status=400, body={"response": {"errors": [{"code": "111210", "message": "No service."}]}})
    assert (await gateway.ask(confirm())).code == "111210"
    assert await gateway.rows() == []


async def test_an_outcome_that_is_unknown_is_hard_and_not_repeated_until_it_is_settled(gateway: Gateway) -> None:
    gateway.fault("v2409/ship", drop="after", times=1)
    unknown = await gateway.ask(confirm())
    assert (unknown.root, unknown.code, unknown.text("Response/Error/ErrorSeverity")) == (
        "ShipmentConfirmResponse",
        "20001",
        "Hard",
    )
    assert "http://localhost:8081/" in unknown.words
    assert ((await gateway.ask(confirm())).code, ships(gateway)) == ("20001", 1)
    await gateway.shipping.desk.settle_unknown(1, None)
    assert ((await gateway.ask(confirm())).good, ships(gateway)) == (True, 2)
    assert [record.outcome for record in await journal(gateway)] == ["unknown", "unknown", "ok"]


async def test_an_accept_after_the_void_is_refused(gateway: Gateway) -> None:
    confirmed = await gateway.ask(confirm())
    await gateway.shipping.voids.by_page(confirmed.shipment or 0)
    assert (await gateway.ask(accept(confirmed.digest))).code == "125000"
    assert (await gateway.ask(accept("never given"))).code == "125000"
    assert (await gateway.ask(accept(""))).code == "125000"


async def test_labels_come_from_ups_once_the_ledgers_are_deleted(gateway: Gateway) -> None:
    confirmed = await gateway.ask(confirm())
    await gateway.ask(accept(confirmed.digest))
    gateway.ahead = timedelta(days=8)
    await gateway.shipping.desk.tidy(gateway.now())
    accepted = await gateway.ask(accept(confirmed.digest))
    assert (accepted.number, gateway.asked("recovery")) == (confirmed.number, 1)
    (label,) = await gateway.shipping.desk.labels(confirmed.shipment or 0)
    assert (label.tracking_number, label.format, label.data[:3]) == (confirmed.number, "GIF", b"GIF")


# --- voids ------------------------------------------------------------------------------------------------------------


async def test_a_void_of_more_than_twenty_packages_is_several_calls(gateway: Gateway) -> None:
    confirmed = await gateway.ask(confirm(packages=23))
    row = (await gateway.rows())[0]
    answer = await gateway.ask(void(confirmed.number, *row.tracking_numbers))
    assert (answer.good, len(answer.tree.findall("PackageLevelResults")), gateway.asked("void")) == (True, 23, 2)
    assert (await gateway.rows())[0].state is State.VOIDED


async def test_a_void_that_fails_half_way_says_what_was_voided(gateway: Gateway) -> None:
    confirmed = await gateway.ask(confirm(packages=23))
    packages = (await gateway.rows())[0].tracking_numbers
    refusal = {"response": {"errors": [{"code": "190110", "message": "Invalid Void Package"}]}}
    gateway.fault(f"void.*{packages[22]}", status=400, body=refusal)
    answer = await gateway.ask(void(confirmed.number, *packages))
    assert (answer.code, packages[0] in answer.words, packages[19] in answer.words) == ("190110", True, True)
    assert packages[20] not in answer.words
    assert (await gateway.rows())[0].state is State.CREATED


async def test_a_void_whose_reply_was_lost_succeeds_when_it_is_sent_again(gateway: Gateway) -> None:
    confirmed = await gateway.ask(confirm())
    gateway.fault("void", drop="after")
    lost = await gateway.ask(void(confirmed.number))
    assert (lost.code, (await gateway.rows())[0].state) == ("20001", State.VOIDING)
    gateway.heal()
    again = await gateway.ask(void(confirmed.number))
    assert (again.good, again.text("Status/StatusCode/Code")) == (True, "1")
    assert (await gateway.rows())[0].state is State.VOIDED
    assert (await gateway.ask(void(confirmed.number))).code == "190117"


# --- what goes wrong --------------------------------------------------------------------------------------------------


async def test_ups_refusals_pass_through_word_for_word(gateway: Gateway) -> None:
    errors = [{"code": "111100", "message": "The requested service is invalid."}, {"code": "1", "message": "Second."}]
    gateway.fault("rating", status=400, body={"response": {"errors": errors}})
    answer = await gateway.ask(rate())
    assert (answer.code, answer.words) == ("111100", "The requested service is invalid.")


async def test_ups_unreachable_is_transient_where_a_repeat_is_safe(gateway: Gateway) -> None:
    gateway.fault("rating", drop="before")
    answer = await gateway.ask(rate())
    assert (answer.code, answer.text("Response/Error/ErrorSeverity")) == ("20001", "Transient")


async def test_a_gateway_without_consent_says_so_and_leaves_nothing_half_done(gateway: Gateway) -> None:
    await gateway.store.change_account(replace(gateway.account, application=None))
    answer = await gateway.ask(confirm())
    assert (answer.code, answer.text("Response/Error/ErrorSeverity")) == ("20001", "Hard")
    assert "not connected" in answer.words
    assert [row.state for row in await gateway.rows()] == [State.NOT_CREATED]
    assert (await journal(gateway))[0].outcome == "not_authorised"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "10001"),
        (b"<Nonsense", "10001"),
        (b"<!DOCTYPE x><RatingServiceSelectionRequest/>", "10001"),
        (rate().encode(), "250005"),
        ((access(password="wrong") + rate()).encode(), "250002"),
    ],
)
async def test_what_the_client_did_wrong_is_answered_with_the_root_of_its_tool(
    gateway: Gateway, body: bytes, code: str
) -> None:
    call = LegacyCall("POST", "", "/ups.app/xml/Rate", "", {}, body)
    handled = await gateway.exchange.handle(call, Socket(), peer="127.0.0.1", time_limit=5)
    answer = told(handled.answer)
    assert (answer.root, answer.code, handled.shipment) == ("RatingServiceSelectionResponse", code, None)


class Broken:
    """Stands where the ledger should be, and quotes what it was given."""

    def fingerprint(self, *content: object) -> bytes:
        raise KeyError(content)


async def test_a_mistake_of_ours_is_an_old_fault_and_the_log_has_where_but_no_body(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.exchange._shipping = Broken()  # type: ignore[assignment]
    caplog.set_level(logging.DEBUG)
    answer = await gateway.ask(confirm())
    assert (answer.root, answer.code) == ("ShipmentConfirmResponse", "20001")
    assert "mistake of its own" in answer.words
    assert "KeyError" in caplog.text
    assert "in fingerprint" in caplog.text
    assert PASSWORD not in caplog.text
    assert (await journal(gateway))[0].outcome == "bug"


async def test_the_pages_of_a_shipments_track_end_somewhere(gateway: Gateway) -> None:
    confirmed = await gateway.ask(confirm(packages=60))
    request = (
        "<TrackRequest><Request/><ShipmentIdentificationNumber>"
        f"{confirmed.number}</ShipmentIdentificationNumber></TrackRequest>"
    )
    answer = await gateway.ask(request)
    assert (answer.code, len(answer.tree.findall(".//Package"))) == ("", 60)
    assert gateway.asked("/track/v1/shipment/details") == 2


async def test_a_label_that_could_not_be_written_into_an_answer_counts_as_undelivered(gateway: Gateway) -> None:
    results = {"ShipmentIdentificationNumber": "1ZA1B2C30300000001", "PackageResults": ["no structure"]}
    gateway.fault("v2409/ship", status=200, body={"ShipmentResponse": {"ShipmentResults": results}}, times=1)
    confirmed = await gateway.ask(confirm())
    for _ in range(2):
        answer = await gateway.ask(accept(confirmed.digest))
        assert (answer.code, "mistake of its own" in answer.words) == ("20001", True)
    (found,) = await gateway.shipping.desk.attention()
    assert (found.reason, found.shipment.state, found.shipment.delivered) == ("undelivered", State.ACCEPTED, False)
    assert ships(gateway) == 1
