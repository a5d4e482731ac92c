"""Confirm and accept: what is created at the confirm, and what is quoted and created at the accept."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.shipping.scripted import SHIP, House, Socket, numbers_of, refused, reply, states
from ups_gateway.errors import BadDigest, HungUp, NotAuthorised, OutcomeUnknown, UpsRefused
from ups_gateway.model import Account, Shipment, State

# --- two phases: ship -------------------------------------------------------------------------------------------------


async def test_confirm_creates_and_accept_answers_from_the_store_as_often_as_asked(house: House) -> None:
    confirm = Socket()
    confirmed = await house.shipping.create(house.confirm(), SHIP, confirm)
    confirm.receive()
    await house.shipping.settle(confirmed.shipment, delivered=True)
    row = await house.row(confirmed.shipment)
    assert (row.state, row.delivered, confirmed.digest) == (State.CREATED, True, "digest1")
    for number in range(3):
        socket = Socket()
        accepted = await house.shipping.accept(house.order(b"accept"), " dig\r\nest1\t", socket)
        assert (accepted.replies, accepted.shipment) == (confirmed.replies, confirmed.shipment)
        row = await house.row(confirmed.shipment)
        assert (row.state, row.delivered) == (State.ACCEPTED, number > 0)
        socket.receive()
        await house.shipping.settle(confirmed.shipment, delivered=True)
    assert house.ups.shipped == 1


async def test_only_a_keyed_hash_of_the_digest_lies_in_its_column(house: House) -> None:
    confirmed = await house.shipping.create(house.confirm(), SHIP, Socket())
    row = await house.row(confirmed.shipment)
    assert row.digest == house.vault.hash(b"digest", str(house.key.id).encode(), b"digest1")
    assert b"digest1" not in b"".join([row.sealed_request or b"", row.sealed_reply or b""])


def _kept(house: House, row: Shipment) -> bytes:
    assert row.sealed_request is not None
    return house.vault.open(row.sealed_request)


async def test_a_cards_number_and_security_code_are_kept_for_a_quote_only_and_until_it_is_accepted(
    house: House,
) -> None:
    paid = replace(SHIP, body={"CreditCard": {"Number": "4111111111111111", "SecurityCode": "737"}})
    confirmed = await house.shipping.create(house.confirm(), paid, Socket())
    assert b"4111" not in _kept(house, await house.row(confirmed.shipment))
    digest = await house.shipping.quote(house.confirm(b"two"), paid)
    (quoted,) = await house.store.shipments_in({State.QUOTED})
    assert b"4111111111111111" in _kept(house, await house.row(quoted.id))
    await house.shipping.accept(house.order(b"accept"), digest, Socket())
    assert house.ups.calls[-1].body == paid.body
    after = _kept(house, await house.row(quoted.id))
    assert [secret for secret in (b"4111111111111111", b"737") if secret in after] == []


async def test_a_digest_works_for_its_own_key_only(house: House) -> None:
    await house.shipping.create(house.confirm(), SHIP, Socket())
    with pytest.raises(BadDigest):
        await house.shipping.accept(house.order(key=77), "digest1", Socket())
    with pytest.raises(BadDigest):
        await house.shipping.accept(house.order(), "digest2", Socket())


async def test_a_repeated_confirm_gets_the_same_digest_and_number(house: House) -> None:
    first = Socket()
    confirmed = await house.shipping.create(house.confirm(), SHIP, first)
    first.hang_up()
    assert await house.shipping.create(house.confirm(), SHIP, Socket()) == confirmed
    assert house.ups.shipped == 1


async def test_an_accepted_confirm_had_its_answer_so_the_same_confirm_is_another_carton(house: House) -> None:
    first, second = Socket(), Socket()
    await house.shipping.create(house.confirm(), SHIP, first)
    first.hang_up()
    await house.shipping.accept(house.order(b"accept"), "digest1", second)
    second.hang_up()
    await house.shipping.create(house.confirm(), SHIP, Socket())
    assert house.ups.shipped == 2


async def test_the_delivery_of_confirms_answer_is_not_taken_for_that_of_accepts(house: House) -> None:
    confirm, accept = Socket(), Socket()
    confirmed = await house.shipping.create(house.confirm(), SHIP, confirm)
    confirm.receive()
    await house.shipping.accept(house.order(b"accept"), "digest1", accept)
    await house.shipping.settle(confirmed.shipment, delivered=True)
    assert not (await house.row(confirmed.shipment)).delivered


async def test_the_reply_survives_a_restart_between_confirm_and_accept(house: House) -> None:
    confirmed = await house.shipping.create(house.confirm(), SHIP, Socket())
    house.restart()
    await house.shipping.start()
    accepted = await house.shipping.accept(house.order(b"accept"), confirmed.digest, Socket())
    assert (accepted.replies, house.ups.shipped) == (confirmed.replies, 1)


async def test_large_replies_are_sealed_beside_the_loop_and_come_back_whole(house: House) -> None:
    big = reply(numbers=["1ZA1B2C30000000777"], label="R0lG" * 50_000)
    house.ups.script = [big]
    confirmed = await house.shipping.create(house.confirm(), SHIP, Socket())
    accepted = await house.shipping.accept(house.order(b"accept"), confirmed.digest, Socket())
    assert accepted.replies == (big,)


@pytest.mark.parametrize("state", [State.VOIDING, State.VOIDED, State.CANNOT_BE_VOIDED])
async def test_accept_of_what_is_taken_back_is_refused(house: House, state: State) -> None:
    confirmed = await house.shipping.create(house.confirm(), SHIP, Socket())
    await house.put(confirmed.shipment, state=state, void_before=State.CREATED, void_cause="unaccepted")
    with pytest.raises(BadDigest):
        await house.shipping.accept(house.order(b"accept"), confirmed.digest, Socket())


async def test_of_accept_and_automatic_void_the_first_on_disk_wins(house: House) -> None:
    confirmed = await house.shipping.create(house.confirm(), SHIP, Socket())
    row = await house.row(confirmed.shipment)
    await house.put(confirmed.shipment, state=State.VOIDING, void_before=State.CREATED, void_cause="unaccepted")
    # Accept read the row before the void was written.
    assert await house.shipping._accepted(row, house.order(b"accept"), Socket()) is None


async def test_after_keep_labels_accept_is_answered_by_label_recovery(house: House) -> None:
    confirmed = await house.shipping.create(house.confirm(), SHIP, Socket())
    await house.shipping.accept(house.order(b"accept"), confirmed.digest, Socket())
    await house.shipping.desk.tidy(house.clock.on(days=8))
    accepted = await house.shipping.accept(house.order(b"accept"), confirmed.digest, Socket())
    assert numbers_of(accepted) == (b'{"numbers": ["1ZA1B2C30000000010"], "recovered": true}',)
    house.ups.script = [refused("300006")]
    with pytest.raises(UpsRefused, match="300006"):
        await house.shipping.accept(house.order(b"accept"), confirmed.digest, Socket())


# --- two phases: quote ------------------------------------------------------------------------------------------------


async def test_a_quote_is_created_by_its_accept_once(house: House) -> None:
    digest = await house.shipping.quote(house.confirm(), SHIP)
    assert (await states(house), house.ups.calls) == ([State.QUOTED], [])
    one = await house.shipping.accept(house.order(b"accept"), digest, Socket())
    two = await house.shipping.accept(house.order(b"accept"), digest, Socket())
    row = await house.row(one.shipment)
    assert (one, house.ups.calls) == (two, [SHIP])
    assert (row.state, row.number, row.delivered) == (State.ACCEPTED, "1ZA1B2C30000000010", False)


async def test_two_accepts_of_a_quote_at_once_are_one_shipment(house: House) -> None:
    digest = await house.shipping.quote(house.confirm(), SHIP)
    house.ups.gate = asyncio.Event()
    accepts = [asyncio.create_task(house.shipping.accept(house.order(b"accept"), digest, Socket())) for _ in range(2)]
    await house.ups.arrived.wait()
    house.ups.gate.set()
    one, two = await asyncio.gather(*accepts)
    assert (one, house.ups.shipped) == (two, 1)


async def test_a_quote_is_not_created_for_a_client_that_hung_up_before(house: House) -> None:
    digest = await house.shipping.quote(house.confirm(), SHIP)
    with pytest.raises(HungUp):
        await house.shipping.accept(house.order(b"accept"), digest, Socket(opened=False))
    assert (await states(house), house.ups.calls) == ([State.QUOTED], [])


async def test_a_quote_that_ups_refused_may_be_accepted_again(house: House) -> None:
    digest = await house.shipping.quote(house.confirm(), SHIP)
    house.ups.script = [refused("120500")]
    with pytest.raises(UpsRefused):
        await house.shipping.accept(house.order(b"accept"), digest, Socket())
    assert await states(house) == [State.REFUSED]
    await house.shipping.accept(house.order(b"accept"), digest, Socket())
    assert (await states(house), (await house.row(1)).note) == ([State.ACCEPTED], "")


@pytest.mark.parametrize(
    ("left", "asked", "then"),
    [(State.INTENDED, 1, State.ACCEPTED), (State.SENT, 0, State.UNKNOWN)],
)
async def test_an_accept_that_a_stop_cut_is_made_again_only_if_nothing_was_sent(
    house: House, left: State, asked: int, then: State
) -> None:
    digest = await house.shipping.quote(house.confirm(), SHIP)
    await house.put(1, state=left)
    for attempt in range(2):
        if then is State.UNKNOWN:
            with pytest.raises(OutcomeUnknown):
                await house.shipping.accept(house.order(b"accept"), digest, Socket())
        else:
            await house.shipping.accept(house.order(b"accept"), digest, Socket())
        if attempt == 0:
            house.restart()
            await house.shipping.start()
    assert (await states(house), house.ups.shipped) == ([then], asked)


async def test_a_quote_of_eight_days_ago_is_spent(house: House) -> None:
    digest = await house.shipping.quote(house.confirm(), SHIP)
    await house.shipping.step(house.clock.on(days=8))
    with pytest.raises(BadDigest):
        await house.shipping.accept(house.order(b"accept"), digest, Socket())


async def test_a_quote_is_shipped_on_its_own_account_not_on_that_of_the_accept(house: House) -> None:
    digest = await house.shipping.quote(house.confirm(), SHIP)
    other = Account(99, "ZZZZZZ", "test")
    outcome = await house.shipping.accept(house.order(b"accept", account=other), digest, Socket())
    assert (await house.row(outcome.shipment)).account == house.account.id


async def test_a_quote_whose_account_was_removed_says_so(house: House) -> None:
    gone = replace(house.account, id=99)
    digest = await house.shipping.quote(house.confirm(account=gone), SHIP)
    with pytest.raises(NotAuthorised, match="removed from the gateway"):
        await house.shipping.accept(house.order(b"accept"), digest, Socket())


async def test_a_quote_changed_elsewhere_meanwhile_is_not_accepted(house: House) -> None:
    await house.shipping.quote(house.confirm(), SHIP)
    row = await house.row(1)
    await house.put(1, state=State.NOT_CREATED)
    assert await house.shipping._accept_quote(row, house.order(b"accept"), Socket()) is None
    assert house.ups.calls == []
