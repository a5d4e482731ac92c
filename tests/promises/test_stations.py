"""One gateway for a room: the recipe of docs/stations.md, asked from other machines (`stations.py` makes them)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import Any

import pytest

from tests.gateway import Told, told
from ups_gateway.model import LegacyAnswer

APART = ("unshare", "--user", "--map-root-user", "--mount", "--net")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What happened in it."""
    if shutil.which("ip") is None or subprocess.run([*APART, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no network and mount namespaces may be made here, or iproute2 is not installed")
    command = (*APART, sys.executable, "-m", "tests.promises.stations", str(tmp_path_factory.mktemp("room")))
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


def _told(said: str) -> Told:
    return told(LegacyAnswer(200, {}, said.encode()))


@pytest.mark.parametrize("licence", ["STATION01", "STATION02"])
def test_a_station_that_trusts_the_authority_ships_over_tls(room: dict[str, Any], licence: str) -> None:
    accepted = _told(room["tls"]["said"][f"{licence} accepts"])
    assert (accepted.root, accepted.good) == ("ShipmentAcceptResponse", True), accepted.words
    assert len(accepted.text(".//GraphicImage")) > 1000


def test_each_station_ships_on_its_own_account(room: dict[str, Any]) -> None:
    assert room["tls"]["ledger"] == [["A1B2C3", "accepted"], ["R7S8T9", "accepted"]]


def test_a_stations_key_cannot_ship_on_anothers_account(room: dict[str, Any]) -> None:
    refused = _told(room["tls"]["said"]["foreign account"])
    words = "Missing or invalid shipper number: R7S8T9 is not one of this access key's."
    assert (refused.root, refused.code, refused.words) == ("ShipmentConfirmResponse", "120100", words)


@pytest.mark.parametrize("way", ["tls", "plain"])
def test_who_is_not_in_an_allowed_network_is_refused_in_the_old_form(room: dict[str, Any], way: str) -> None:
    refused = _told(room["tls"]["said"]["street"] if way == "tls" else room["plain"]["street"])
    words = "198.51.100.7 may not use this gateway; its administrator can add it to listen.allow."
    assert (refused.root, refused.code, refused.words) == ("ShipmentConfirmResponse", "250003", words)


def test_a_new_station_is_seen_with_its_address_to_be_mapped(room: dict[str, Any]) -> None:
    assert _told(room["tls"]["said"]["new key"]).code == "250003"
    assert room["tls"]["seen"] == [["STATION03", "192.168.1.7"]]


def test_a_station_that_does_not_trust_the_authority_sends_nothing(room: dict[str, Any]) -> None:
    said = room["tls"]["said"]["without the authority"]
    assert said.startswith("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"), said


@pytest.mark.parametrize("listener", ["without TLS", "the page"])
def test_listeners_without_tls_stay_on_the_gateways_machine(room: dict[str, Any], listener: str) -> None:
    assert room["tls"]["said"][listener] == "[Errno 111] Connection refused"


def test_a_station_ships_without_tls_where_that_is_written_out(room: dict[str, Any]) -> None:
    confirmed = _told(room["plain"]["dock"])
    assert (confirmed.good, confirmed.number[:2]) == (True, "1Z"), confirmed.words
