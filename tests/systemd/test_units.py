"""The units: what systemd itself says of them, and that they agree with the program."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ups_gateway import activation, config
from ups_gateway.config.joining import KEY_CREDENTIAL
from ups_gateway.config.settings import CONTROL
from ups_gateway.oauth.vault import make_key

UNITS = Path(__file__).parents[2] / "systemd"
MOST = 1.6
"""The exposure level that is not to be passed."""


@pytest.fixture(scope="module")
def analyze() -> str:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is missing (Debian package systemd)")
    return program


def values(unit: Path, key: str) -> list[str]:
    """Of a key that may stand more than once."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text(), re.MULTILINE)


def test_the_service_is_no_more_exposed_than_it_must_be(analyze: str) -> None:
    told = subprocess.run(
        [analyze, "security", "--offline=yes", "--no-pager", UNITS / "ups-gateway.service"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"Overall exposure level for ups-gateway.service: ([0-9.]+) ", told)
    assert found is not None, told
    assert float(found[1]) <= MOST


def test_systemd_finds_nothing_wrong_with_the_units(analyze: str, tmp_path: Path) -> None:
    program = tmp_path / "ups-gateway"  # the real one is installed elsewhere
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    units = []
    for unit in sorted(UNITS.glob("ups-gateway*")):
        units.append(tmp_path / "units" / unit.name)
        units[-1].parent.mkdir(exist_ok=True)
        units[-1].write_text(unit.read_text().replace("/usr/bin/ups-gateway", str(program)))
    told = subprocess.run(
        [analyze, "verify", "--man=no", *units],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert (told.returncode, told.stdout) == (0, "")


def test_each_listener_has_a_socket_at_the_address_of_the_configuration() -> None:
    listen = config.load(None, {"HOME": "/nowhere", config.KEY_ENV: make_key().text()}).listen
    found = {}
    for unit in UNITS.glob("*.socket"):
        (name,) = values(unit, "FileDescriptorName")
        assert unit.name == f"ups-gateway-{name}.socket"
        assert values(unit, "Service") == ["ups-gateway.service"]
        found[name] = values(unit, "Listen(?:Stream|SequentialPacket)")
    assert found.pop("control") == [str(CONTROL)]
    assert found.keys() == set(activation.LISTENERS)
    for name, addresses in found.items():
        assert str(getattr(listen, name)) in addresses
        assert all(address.startswith("127.0.0.1:") for address in addresses)


def test_the_service_wants_every_socket_and_has_no_capability() -> None:
    unit, sockets = UNITS / "ups-gateway.service", {one.name for one in UNITS.glob("*.socket")}
    assert {one for line in values(unit, "Wants") for one in line.split()} == {"network-online.target", *sockets}
    assert [set(line.split()) for line in values(unit, "Also")] == [sockets]
    assert values(unit, "CapabilityBoundingSet") == values(unit, "AmbientCapabilities") == [""]
    assert values(unit, "LoadCredentialEncrypted") == [KEY_CREDENTIAL]


def test_the_group_of_the_control_socket_is_made_at_installation() -> None:
    (group,) = values(UNITS / "ups-gateway-control.socket", "SocketGroup")
    assert f"g {group} -" in (UNITS / "sysusers.conf").read_text().splitlines()
