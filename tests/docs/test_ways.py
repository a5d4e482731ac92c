"""The command by which a person sees that a way to the gateway works, of each way in point.md, asked of a gateway."""

from __future__ import annotations

import asyncio
import re
import shlex
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.docs.lines import ROOT
from tests.house import House, a_house

PAGE = (ROOT / "docs/point.md").read_text("utf-8")
WAYS = dict(re.findall(r"(?s)\n## ([^\n]+)\n(?:(?!\n## ).)*?\nLook: `(curl [^`]+)`", PAGE))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """With every listener, on ports that are free."""
    settings = {"listen.tls": "127.0.0.1:0", "listen.proxy": "127.0.0.1:0"}
    async with a_house(tmp_path, settings=settings) as house:
        yield house


@pytest.mark.parametrize("way", WAYS)
async def test_the_command_that_shows_that_a_way_works_shows_it(house: House, way: str) -> None:
    """The ports are others, and curl is told in place of the machine where UPS's name leads and whom to trust."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    ports, certificates = house.gateway.ports, house.gateway.certificates
    assert ports.tls is not None
    assert certificates is not None
    line = WAYS[way].replace("127.0.0.1:8080", str(ports.legacy)).replace("127.0.0.1:3128", str(ports.proxy))
    machine = ("--connect-to", f"onlinetools.ups.com:443:{ports.tls}") if "--proxy" not in line else ()
    command = [*shlex.split(line), "--silent", "--show-error", "--cacert", str(certificates.ca_cert), *machine]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(20):
        said, _ = await process.communicate()
    assert process.returncode == 0
    assert re.sub(r"(?m)^(Server (?:Port|Name):) .*$", r"\1", said.decode()) == (
        "Service Name: Rate\nRemote User: null\nServer Port:\nServer Name:\nServlet Path: /Rate\n"
    )


def test_every_way_has_such_a_command() -> None:
    assert list(WAYS) == re.findall(r"(?m)^## (.+)$", PAGE)
