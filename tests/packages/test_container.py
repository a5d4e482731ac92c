"""Dockerfile and compose file: what can be said of them without building anything. .ci/packages runs their steps."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from typing import Any

import pytest
import yaml

from tests.packages.building import ROOT
from tests.packages.containerfile import Stage, stages
from ups_gateway import config
from ups_gateway.oauth.vault import make_key

STATE, SETTINGS = "/var/lib/ups-gateway", "/etc/ups-gateway/ups-gateway.yaml"


@pytest.fixture
def image() -> Stage:
    """The last stage, which is what runs."""
    return stages(ROOT / "Dockerfile")[-1]


@pytest.fixture
def service() -> Any:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["gateway"]


def container_ports() -> set[str]:
    """Where the gateway of the image listens, on all addresses of its container."""
    environ = {"HOME": "/nowhere", config.KEY_ENV: make_key().text()}
    listen = config.load(ROOT / "config" / "container.yaml", environ).listen
    addresses = [listen.legacy, listen.admin, listen.tls]
    assert {address.host for address in addresses if address} == {"0.0.0.0"}
    return {str(address.port) for address in addresses if address}


def test_every_stage_begins_with_the_same_slim_image_of_an_exact_version() -> None:
    bases = {stage.base for stage in stages(ROOT / "Dockerfile")}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+", bases.pop())


def test_the_image_runs_as_a_user_of_its_own_and_is_watched(image: Stage) -> None:
    assert image.values("USER") == ["ups-gateway"]
    assert image.values("VOLUME") == [STATE] == [image.variables["STATE_DIRECTORY"]]
    assert set(image.values("EXPOSE")[0].split()) == container_ports()
    assert image.command("HEALTHCHECK")[0] == "python"
    assert image.command("ENTRYPOINT") + image.command("CMD") == ["ups-gateway", "serve", "--config", SETTINGS]
    assert not [value for value in image.values("RUN") if re.search(r"\b(apt-get|install|gcc|make)\b", value)]


def test_what_is_copied_is_sent_to_the_builder_and_nothing_else() -> None:
    copied = {
        source
        for stage in stages(ROOT / "Dockerfile")
        for value in stage.values("COPY")
        if not value.startswith("--from=")
        for source in value.split()[:-1]
    }
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert {line[1:] for line in lines if line.startswith("!")} == copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert any(fnmatch("tests", line) for line in lines)


def test_only_this_machine_reaches_what_is_published(service: Any) -> None:
    published = [port.rsplit(":", 2) for port in service["ports"]]
    assert {host for host, _, _ in published} == {"127.0.0.1"}
    assert service["hostname"] == "localhost"  # what links name
    assert {inside for _, _, inside in published} == container_ports()


def test_the_container_can_write_its_volume_and_nothing_else(service: Any) -> None:
    whole = yaml.safe_load((ROOT / "compose.yaml").read_text())
    assert (service["read_only"], service["tmpfs"], service["cap_drop"]) == (True, ["/tmp"], ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["volumes"] == [f"state:{STATE}", f"./config/container.yaml:{SETTINGS}:ro"]
    assert list(whole["volumes"]) == ["state"]
    assert not service.keys() & {"privileged", "network_mode", "user", "pid", "devices", "cap_add"}
