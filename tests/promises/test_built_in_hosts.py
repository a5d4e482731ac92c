"""Programs that have UPS's host name built in: the hosts file sends them here, and the gateway still finds UPS.

All of it happens on a machine of its own (`machine.py`), which a private network and mount namespace make.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import rate, told
from tests.house import a_house
from tests.promises.machine import THERE
from ups_gateway.model import LegacyAnswer

APART = ("unshare", "--user", "--map-root-user", "--mount", "--net")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What happened on it."""
    if shutil.which("ip") is None or subprocess.run([*APART, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no network and mount namespaces may be made here, or iproute2 is not installed")
    folder = tmp_path_factory.mktemp("machine")
    command = (*APART, sys.executable, "-m", "tests.promises.machine", str(folder))
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


@pytest.mark.parametrize("program", ["curl", "node", "php", "php-curl", "python"])
def test_a_program_with_the_host_name_built_in_reaches_ups_through_the_gateway(
    machine: dict[str, Any], program: str
) -> None:
    if program not in machine["programs"]:
        pytest.skip(f"{program} is not installed")
    answer = told(LegacyAnswer(200, {}, machine["programs"][program].encode()))
    assert (answer.root, answer.good, answer.words) == ("RatingServiceSelectionResponse", True, "")


def test_hosts_of_ups_are_asked_of_dns_and_other_names_of_the_system(machine: dict[str, Any]) -> None:
    found = machine["resolved"]
    assert machine["asked"] == ["onlinetools.ups.com", "wwwcie.ups.com"]
    assert found["onlinetools.ups.com"] == [THERE]
    assert (found["proxy.company"], found["localhost:8082"]) == (["127.0.0.9"], ["127.0.0.1"])
    assert found["gone.ups.com"][0] == "OSError"


@pytest.mark.parametrize("name", ["wwwcie.ups.com", "www.ups.com"])
def test_the_gateway_does_not_call_itself_where_dns_names_this_machine(machine: dict[str, Any], name: str) -> None:
    kind, words = machine["resolved"][name]
    expected = (
        f"DNS says that {name} is this machine, and the gateway does not call itself; let only the hosts file of the"
        " old program's machine say so, and DNS UPS's own addresses"
    )
    assert (kind, words) == ("CallsItself", expected)


def test_a_name_that_leads_to_a_listener_of_the_gateway_is_not_called(machine: dict[str, Any]) -> None:
    words = "localhost:443 is the gateway itself; give the environment or proxy its real address"
    assert machine["resolved"]["localhost"] == ["CallsItself", words]


def test_the_program_is_told_that_the_gateway_would_call_itself(machine: dict[str, Any]) -> None:
    answer = told(LegacyAnswer(200, {}, machine["test"].encode()))
    assert (answer.code, answer.tree.findtext("Response/Error/ErrorSeverity")) == ("20001", "Transient")
    assert "DNS says that wwwcie.ups.com is this machine, and the gateway does not call itself" in answer.words


def test_the_name_server_of_the_network_that_was_left_is_asked_no_more(machine: dict[str, Any]) -> None:
    assert machine["moved"][0] == "OSError"


class Proxy:
    """A company's proxy: hands each request on to whom it names, or where a test wants it."""

    def __init__(self) -> None:
        self._instead: int | None = None
        self._open: set[asyncio.StreamWriter] = set()

    def send(self, instead: int | None) -> None:
        """From now on, on new connections only."""
        self._instead = instead
        for one in self._open:
            one.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        named = re.search(rb":(\d+)/", line)
        assert named is not None, line
        onward, back = await asyncio.open_connection("127.0.0.1", self._instead or int(named[1]))
        self._open.add(writer)
        back.write(line)
        await asyncio.gather(_copy(reader, back), _copy(onward, writer))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while piece := await source.read(65536):
        target.write(piece)
    target.close()


async def test_a_proxy_that_goes_by_the_hosts_file_ends_no_consent(tmp_path: Path) -> None:
    """The gateway then answers its own calls: a refusal of a token would be taken for UPS's."""
    proxy = Proxy()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, a_house(tmp_path, settings={"upstream.proxy": f"http://127.0.0.1:{port}"}) as house:
        assert (await house.ask(rate())).good
        proxy.send(house.port)
        with_token = await house.ask(rate())
        house.clock.advance(5 * 3600)
        without = await house.ask(rate())
        (profile,) = await house.gateway.store.profiles()
        proxy.send(None)
        again = await house.ask(rate())
    words = "A gateway has called a gateway: for its proxy 127.0.0.1"
    assert ([with_token.code, without.code], words in with_token.words) == (["20001", "20001"], True)
    assert (profile.rejected, again.good) == ("", True)
