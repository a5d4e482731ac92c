"""What systemd hands over, taken out of the environment; and messages to it."""

from __future__ import annotations

import logging
import os
import socket
from pathlib import Path

import pytest

from ups_gateway.systemd import Manager, logs_to_journal, status, taken


def test_without_systemd_there_is_nothing() -> None:
    environ = {"HOME": "/root"}
    assert taken(environ) == Manager()
    assert environ == {"HOME": "/root"}


def test_its_variables_are_taken_out_of_the_environment() -> None:
    own = str(os.getpid())
    environ = {
        "LISTEN_FDS": "0",
        "LISTEN_PID": own,
        "LISTEN_FDNAMES": "",
        "NOTIFY_SOCKET": "/run/systemd/notify",
        "WATCHDOG_USEC": "30000000",
        "WATCHDOG_PID": own,
        "HOME": "/root",
    }
    assert taken(environ) == Manager({}, b"/run/systemd/notify", 30.0)
    assert environ == {"HOME": "/root"}


@pytest.mark.parametrize(
    "environ",
    [
        {"LISTEN_FDS": "1", "LISTEN_PID": "1"},
        {"LISTEN_FDS": "1"},
        {"LISTEN_FDS": "many", "LISTEN_PID": str(os.getpid())},
        {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "soon"},
        {"NOTIFY_SOCKET": "vsock:2:1234"},
    ],
)
def test_what_is_meant_for_another_process_or_cannot_be_read_is_nothing(environ: dict[str, str]) -> None:
    assert taken(environ) == Manager()
    assert environ == {}


@pytest.mark.parametrize("abstract", [False, True])
async def test_a_message_is_one_datagram_of_lines(tmp_path: Path, abstract: bool) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as outlet:
        outlet.bind("" if abstract else str(tmp_path / "notify"))
        name = f"@{outlet.getsockname()[1:].decode()}" if abstract else str(tmp_path / "notify")
        await taken({"NOTIFY_SOCKET": name}).tell("READY=1", status("Production works.\nFor now."))
        assert outlet.recv(4096) == b"READY=1\nSTATUS=Production works. For now."


async def test_nobody_is_told_without_an_address_and_a_deaf_one_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        await Manager().tell("READY=1")
        assert caplog.messages == []
        await Manager(address=os.fsencode(tmp_path / "gone")).tell("READY=1")
    assert caplog.messages == ["systemd could not be told: [Errno 2] No such file or directory"]


def test_a_stream_is_the_journals_when_device_and_inode_are(tmp_path: Path) -> None:
    with (tmp_path / "stream").open("w") as stream:
        found = os.fstat(stream.fileno())
        named = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        assert logs_to_journal(named, stream.fileno())
        assert not logs_to_journal({"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino + 1}"}, stream.fileno())
        assert not logs_to_journal({}, stream.fileno())
    assert not logs_to_journal(named, -1)
