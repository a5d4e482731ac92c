"""What a command reads of a configuration to find the running service: never a secret, never a complaint."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.files import written
from ups_gateway import config
from ups_gateway.config import Beside
from ups_gateway.config.settings import CONTROL


def test_without_a_file_it_is_where_systemd_puts_it(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "STATE_DIRECTORY": "/state"}
    assert config.beside(None, environ) == Beside(None, CONTROL, Path("/state"))


def test_the_file_says_where_and_its_secrets_are_not_looked_for(tmp_path: Path) -> None:
    text = "listen: {control: /srv/control.sock}\ndata_directory: data\nkey: {file: missing.key}\n"
    file = written(tmp_path, text)
    assert config.beside(file, {}) == Beside(file, Path("/srv/control.sock"), tmp_path / "data")


@pytest.mark.parametrize("text", ["listen: {control: off}", "listen: {control: ''}"])
def test_a_socket_that_is_off_or_wrongly_written_is_none(tmp_path: Path, text: str) -> None:
    assert config.beside(written(tmp_path, text), {"STATE_DIRECTORY": "/state"}).control is None


def test_a_file_that_cannot_be_read_is_for_others_to_complain_of(tmp_path: Path) -> None:
    file = written(tmp_path, "listen: [")
    assert config.beside(file, {"STATE_DIRECTORY": "/state"}) == Beside(file, CONTROL, Path("/state"))


def test_a_store_is_open_to_whoever_may_write_in_its_directory_or_make_it(tmp_path: Path) -> None:
    mine = Beside(None, None, tmp_path / "not" / "there")
    assert not mine.closed
    assert Beside(None, None, Path("/proc/1/nowhere")).closed
