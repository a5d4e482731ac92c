"""Calls by account: whose consent, which environment, and what replies mean to the ledger."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.gateway import Gateway, a_gateway
from ups_gateway import translate
from ups_gateway.errors import NotAuthorised, OutcomeUnknown, UpsUnreachable
from ups_gateway.model import Account, RestReply, Secret
from ups_gateway.oauth.flow import ClientSource, ProfileSource, Source
from ups_gateway.ups.client import UpsClient
from ups_gateway.upstream import Upstream, source_of

ACCOUNT = Account(1, "A1B2C3", "production", application="app")
NUMBER = "1ZA1B2C30300000001"


class Slow:
    """A keeper that never has a token, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def token(self, source: Source, *, wait: bool = True) -> Secret:
        if self.error is not None:
            raise self.error
        await asyncio.Event().wait()
        raise AssertionError

    async def renew(self, source: Source, *, rejected: Secret) -> Secret:
        raise AssertionError

    def describe(self, source: Source) -> str:
        return "profile"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    async with a_gateway(tmp_path) as gateway:
        yield gateway


def upstream(gateway: Gateway, keeper: Slow) -> Upstream:
    return Upstream(UpsClient(keeper, gateway.transport.send, now=gateway.now), keeper, gateway.environments)


def test_an_account_ships_through_its_profile_or_its_application() -> None:
    assert source_of(ACCOUNT) == ClientSource("app", "A1B2C3")
    assert source_of(replace(ACCOUNT, application=None, profile=7)) == ProfileSource(7)


@pytest.mark.parametrize(
    ("account", "words"),
    [(replace(ACCOUNT, active=False), "set inactive"), (replace(ACCOUNT, application=None), "not connected")],
)
def test_an_account_that_is_inactive_or_not_connected_says_what_to_do(account: Account, words: str) -> None:
    with pytest.raises(NotAuthorised, match=words):
        source_of(account)


async def test_a_token_that_does_not_come_in_time_is_hard_before_anything_is_created(gateway: Gateway) -> None:
    with pytest.raises(UpsUnreachable, match="in time") as late:
        await upstream(gateway, Slow()).ready(ACCOUNT, time_limit=0.01)
    with pytest.raises(UpsUnreachable, match="no way") as failed:
        await upstream(gateway, Slow(UpsUnreachable("no way", retry_after=3))).ready(ACCOUNT, time_limit=1)
    assert (late.value.transient, failed.value.transient, failed.value.retry_after) == (False, False, 3)


async def test_the_wait_for_a_token_is_taken_from_the_time_of_the_call(gateway: Gateway) -> None:
    upstream = Upstream(
        UpsClient(gateway.keeper, gateway.transport.send, now=gateway.now), gateway.keeper, gateway.environments
    )
    assert 0 < await upstream.ready(gateway.account, time_limit=5.0) < 5.0


async def test_an_environment_that_is_not_configured_is_named(gateway: Gateway) -> None:
    account = replace(ACCOUNT, environment="elsewhere")
    with pytest.raises(NotAuthorised, match="environment elsewhere"):
        await upstream(gateway, Slow()).send(account, translate.void_call(NUMBER), creating=False, time_limit=1)


@pytest.mark.parametrize(
    "said", ["{}", '{"ShipmentResults": 7}', '{"ShipmentResults": {"PackageResults": "x"}}', '{"ShipmentResults": [7]}']
)
async def test_a_reply_that_names_no_shipment_is_an_unknown_outcome(gateway: Gateway, said: str) -> None:
    with pytest.raises(OutcomeUnknown, match="names no shipment"):
        upstream(gateway, Slow()).created(RestReply(200, {}, f'{{"ShipmentResponse": {said}}}'.encode()))


async def test_labels_are_recovered_in_the_accounts_format(gateway: Gateway) -> None:
    thermal = replace(ACCOUNT, defaults=replace(ACCOUNT.defaults, label_format="ZPL"))
    ups = upstream(gateway, Slow())
    formats = [
        ups.recovery_call(account, NUMBER).body["LabelRecoveryRequest"]["LabelSpecification"]["LabelImageFormat"]
        for account in (ACCOUNT, thermal)
    ]
    assert formats == [{"Code": "GIF"}, {"Code": "ZPL"}]


@pytest.mark.parametrize("packages", [(), (NUMBER, "1ZA1B2C30300000010")])
def test_the_reply_for_a_void_whose_own_was_lost_reads_as_voided(packages: tuple[str, ...]) -> None:
    reply = translate.voided_reply(translate.void_call(NUMBER, packages))
    assert translate.void_verdict(reply) == translate.VoidVerdict("voided", "Voided.")
    results = json.loads(reply.body)["VoidShipmentResponse"].get("PackageLevelResults", [])
    assert tuple(result["TrackingNumber"] for result in results) == packages


def test_a_void_that_left_a_package_out_is_odd() -> None:
    results = [{"TrackingNumber": NUMBER, "Status": {"Code": "0", "Description": "Not Voided"}}]
    body = json.dumps({"VoidShipmentResponse": {"PackageLevelResults": results}}).encode()
    assert translate.void_verdict(RestReply(200, {}, body)).kind == "odd"
