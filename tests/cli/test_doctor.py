"""The doctor on machines with one trouble each."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.gateway import rate
from tests.house import House
from tests.store.test_sqlite import spoil
from ups_gateway import config, tls
from ups_gateway.cli.doctor import kept, machine, network
from ups_gateway.cli.doctor.finding import Finding
from ups_gateway.config import Settings
from ups_gateway.model import Environment, RestReply
from ups_gateway.oauth.vault import make_key

NOW = datetime.now(UTC)


def _settings(tmp_path: Path, **changes: str) -> Settings:
    file = tmp_path / "ups-gateway.yaml"
    listen = {f"listen.{name}": "127.0.0.1:0" for name in ("legacy", "admin", "tls")}
    file.write_text(config.example(**{"data_directory": str(tmp_path / "data"), **listen, **changes}), "utf-8")
    return config.load(file, {"UPS_GATEWAY_KEY": make_key().text(), "SECRET": "hidden"})


def _verdicts(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(one.what, one.verdict) for one in findings]


async def _doctor(house: House, *arguments: str) -> tuple[int | None, dict[str, dict[str, str]]]:
    """Exit status and findings of a process of its own, by what was looked at."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ups_gateway", "doctor", "--json", "--config", str(house.file), *arguments),
        env={**os.environ, **house.environ},
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        said, _ = await process.communicate()
    return process.returncode, {one["what"]: one for one in json.loads(said)}


async def test_beside_a_gateway_that_ships_nothing_is_bad(house: House) -> None:
    account = replace(house.account, probe="linked")
    await house.gateway.store.change_account(account)
    await house.gateway.copies.step()
    assert (await house.ask(rate())).good
    await house.stop()
    await house.serve()
    status, found = await _doctor(house)
    assert (status, {what: one["verdict"] for what, one in found.items() if one["verdict"] != "ok"}) == (
        0,
        {"service": "warn"},  # its ports were chosen by the system, and the configuration does not know them
    )
    assert set(found) == {
        *("configuration", "permissions", "disk", "certificate", "hosts file", "service", "listen.legacy"),
        *("listen.admin", "key", "backup", "store", "profile Dock 3", f"account {account.number}"),
        *(f"program {house.key.masked}", "proxy", "DNS (simulator)", "UPS (simulator)", "clock"),
    }


async def test_all_that_is_wrong_is_found_at_once_with_what_mends_it(house: House) -> None:
    store = house.gateway.store
    await store.reject_profile(house.profile.id, "Invalid refresh token", generation=house.profile.generation)
    await store.add_account(replace(house.account, number="B2C3D4", profile=None))
    await house.stop()
    await house.close_ups()
    (house.data / "gateway.db").chmod(0o644)
    status, found = await _doctor(house)
    wrong = {what: (one["verdict"], one["mend"]) for what, one in found.items() if one["verdict"] != "ok"}
    url = house.ups.url
    assert (status, wrong) == (
        1,
        {
            "permissions": ("bad", f"chmod 600 {house.data / 'gateway.db'}"),
            "service": ("warn", "systemctl start ups-gateway"),
            "backup": ("warn", "ups-gateway backup"),
            "profile Dock 3": ("bad", f"ups-gateway authorize {house.profile.id}"),
            f"account {house.account.number}": ("warn", "press Check on the page: ups-gateway admin-link"),
            "account B2C3D4": (
                "bad",
                "ups-gateway accounts set B2C3D4 --environment simulator --profile ID",
            ),
            f"program {house.key.masked}": (
                "warn",
                f"look at the address it is set to; if it is gone: ups-gateway keys remove {house.key.id}",
            ),
            "UPS (simulator)": ("bad", f"curl -v {url}/"),
        },
    )
    assert "Invalid refresh token" in found["profile Dock 3"]["words"]


async def test_a_damaged_store_is_not_opened_and_offline_asks_nobody(house: House) -> None:
    await house.stop()
    spoil(house.data / "gateway.db", b"nonsense" * 1000)
    status, found = await _doctor(house, "--offline")
    assert (status, found["store"]["verdict"], found["store"]["mend"]) == (1, "bad", "systemctl restart ups-gateway")
    assert not {what for what in found if what.startswith(("UPS", "DNS", "proxy"))}


def test_a_configuration_that_cannot_be_used_is_all_that_is_said(ready: Run, tmp_path: Path) -> None:
    file = tmp_path / "config" / "ups-gateway" / "ups-gateway.yaml"
    file.write_text("listen: {legacy: nowhere}\nstrange: 1\n", "utf-8")
    result = ready("doctor", "--offline")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert {line.partition(":")[0] for line in lines[::2]} == {"BAD   configuration"}
    assert set(lines[1::2]) == {"      ups-gateway check-config"}
    assert "listen.legacy" in result.stdout
    assert "strange" in result.stdout


def test_before_the_first_start_nothing_is_made_and_nothing_is_bad(ready: Run, tmp_path: Path) -> None:
    before = sorted((tmp_path / "data").iterdir())
    result = ready("doctor", "--offline")
    assert "Traceback" not in result.output
    assert sorted((tmp_path / "data").iterdir()) == before


@pytest.mark.parametrize(
    ("line", "tls_port", "verdict", "words"),
    [
        ("127.0.0.1 localhost", 443, "ok", "names no host of UPS"),
        ("# 10.0.0.9 onlinetools.ups.com", 443, "ok", "names no host of UPS"),
        ("127.0.0.1 localhost OnlineTools.ups.com # here", 443, "ok", "sends onlinetools.ups.com here."),
        ("::1 wwwcie.ups.com", 8443, "bad", "does not listen on port 443"),
        ("10.0.0.9 www.ups.com", 443, "bad", "sends www.ups.com to 10.0.0.9, not to this machine"),
    ],
)
def test_the_hosts_file(tmp_path: Path, line: str, tls_port: int, verdict: str, words: str) -> None:
    file = tmp_path / "hosts"
    file.write_text(f"{line}\n", "utf-8")
    (found,) = machine.hosts(_settings(tmp_path, **{"listen.tls": f"127.0.0.1:{tls_port}"}), file)
    assert (found.verdict, words in found.words, bool(found.mend)) == (verdict, True, verdict == "bad")


def test_a_port_that_another_program_has_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = list(machine.ports(_settings(tmp_path, **{"listen.legacy": f"127.0.0.1:{port}"})))
    assert _verdicts(found) == [
        ("service", "warn"),
        ("listen.legacy", "bad"),
        ("listen.admin", "ok"),
        ("listen.tls", "ok"),
    ]
    assert found[1].mend == f"ss -ltnp 'sport = :{port}'"


def test_the_certificate(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    folder = settings.data_directory / "tls"
    assert _verdicts(machine.certificate(settings, NOW)) == [("certificate", "warn")]
    tls.ensure(folder, NOW)
    assert _verdicts(machine.certificate(settings, NOW)) == [("certificate", "ok"), ("trust", "warn")]
    later = NOW + timedelta(days=200)
    assert _verdicts(machine.certificate(settings, later)) == [("certificate", "bad"), ("trust", "warn")]
    spoil(folder / "server.pem", b"nonsense")
    assert _verdicts(machine.certificate(settings, NOW)) == [("certificate", "bad")]
    off = _settings(tmp_path, **{"listen.tls": "off"})
    assert _verdicts(machine.certificate(off, NOW)) == [("certificate", "ok")]


@pytest.mark.parametrize(
    ("behind", "verdict", "words"),
    [(0, "ok", "It goes with"), (-90, "warn", "90 seconds behind"), (7200, "bad", "7200 seconds ahead of")],
)
def test_the_clock_is_compared_with_that_of_ups(behind: int, verdict: str, words: str) -> None:
    said = NOW.replace(microsecond=0)
    reply = RestReply(200, {"date": format_datetime(said, usegmt=True)}, b"")
    found = network.clock(reply, said.timestamp() + behind, Environment("test", ""))
    assert (found.verdict, words in found.words) == (verdict, True)
    assert network.clock(RestReply(200, {"date": "soon"}, b""), 0.0, Environment("test", "")).verdict == "ok"


async def test_a_proxy_of_the_environment_is_pointed_at_and_a_dead_one_is_bad(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    assert (await network.proxy(settings, {"https_proxy": "http://proxy:1"})).verdict == "warn"
    assert (await network.proxy(settings, {})).verdict == "ok"
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    behind = _settings(tmp_path, **{"upstream.proxy": f"http://127.0.0.1:{port}"})
    assert (await network.proxy(behind, {})).verdict == "ok"
    server.close()
    await server.wait_closed()
    assert (await network.proxy(behind, {})).verdict == "bad"


async def test_a_host_that_has_no_address_is_bad_unless_a_proxy_looks_it_up() -> None:
    nowhere = Environment("mine", "https://nowhere.invalid")
    assert (await network.dns(nowhere, by_proxy=False)).verdict == "bad"
    assert (await network.dns(nowhere, by_proxy=True)).verdict == "ok"
    assert (
        await network.dns(Environment("mine", "http://127.0.0.1:1"), by_proxy=False)
    ).words == "127.0.0.1 is 127.0.0.1."


async def test_a_backup_that_is_late_and_a_damaged_store_kept_aside_are_told(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    assert list(kept.backups(settings, NOW)) == []
    settings.data_directory.mkdir()
    with closing(sqlite3.connect(settings.store_file)):
        settings.store_file.touch()
    assert _verdicts(kept.backups(settings, NOW)) == [("backup", "warn")]
    folder = settings.data_directory / "backups"
    folder.mkdir()
    (folder / "daily-20260301T120000.000000Z.sealed").touch()
    (folder / "damaged-20260301T120000.000000Z.db").touch()
    later = datetime(2026, 3, 3, 11, tzinfo=UTC)
    assert _verdicts(kept.backups(settings, later)) == [("backup", "warn"), ("backup", "ok")]
    assert [one.words for one in kept.backups(settings, later + timedelta(days=2))][1] == (
        "The newest is 3 days old: the gateway did not run, or could not."
    )
