"""Commands beside a service, by people who cannot open its store: carried out through the control socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pty
import signal
import socket
import sqlite3
import stat
import termios
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from aiohttp import ClientSession

from tests.cli.commanding import CLERK, NEEDS_ROOT, PATIENCE, QUESTION, ROOT, Office, Said, an_office, read_until, said
from tests.gateway import confirm
from tests.house import ACCOUNT
from tests.web.wire import eventually
from ups_gateway import config, control

as_root = pytest.mark.skipif(not ROOT, reason=NEEDS_ROOT)


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office() -> AsyncIterator[Office]:
    """One service for all tests here: each leaves it running."""
    async with an_office() as office:
        yield office


def children(pid: int) -> str:
    """Ids of what that process has started."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text()


def command_lines() -> bytes:
    """Of all processes that run."""
    lines = []
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has just ended
            lines.append(one.read_bytes())
    return b"".join(lines)


async def test_whoever_may_not_open_the_store_sets_it_up_through_the_service(office: Office) -> None:
    at_ups = ("--country", "US", "--postal-code", "30328")
    added = await office.command("accounts", "add", "d4e5f6", "--environment", "simulator", "--profile", "1", *at_ups)
    assert added == Said(0, "Account D4E5F6 (simulator) has been added.\n", "")
    listed = await office.command("accounts", "list", "--json")
    assert [one["number"] for one in json.loads(listed.output)] == [ACCOUNT, "D4E5F6"]
    assert (await office.command("check-config")).output == (
        f"{office.house.file}. Nothing is wrong.\nApplication demo: authorization_code, simulator\n"
    )
    assert (await office.command("alerts", "list")).output == "Nothing is wrong.\n"
    link = await office.command("admin-link")
    at = link.output.strip().replace("http://127.0.0.1:0", office.house.pages)
    async with ClientSession() as browser, browser.get(at) as page:
        assert page.status == 200


async def test_exit_status_and_errors_are_the_commands_own(office: Office) -> None:
    assert await office.command("shipments", "labels", "9") == Said(
        1, "", "Error: There is no shipment 9 that has labels.\n"
    )
    wrong = await office.command("accounts", "remove", "--no-such")
    assert (wrong.status, wrong.output) == (2, "")
    assert wrong.errors.startswith("Usage: ups-gateway accounts remove [OPTIONS] NUMBER\n")


async def test_a_secret_is_typed_unseen_and_stands_in_no_process(office: Office) -> None:
    canaries = ["LICENCE0CANARY01", "PASSWORD0CANARY"]
    master, slave = pty.openpty()
    try:
        process = await office.begin("keys", "map", "--account", ACCOUNT, stdin=slave)
        assert process.stderr is not None
        shown = []
        for prompt, answer in (
            (b"AccessLicenseNumber: ", canaries[0]),
            (b"UserId: ", "user"),
            (b"Password: ", canaries[1]),
        ):
            source = process.stdout if prompt == b"UserId: " else process.stderr
            assert source is not None
            async with asyncio.timeout(PATIENCE):
                await source.readuntil(prompt)
            shown.append(bool(termios.tcgetattr(slave)[3] & termios.ECHO))
            assert children(office.house.pid) != ""
            assert not any(canary.encode() in command_lines() for canary in canaries)
            os.write(master, f"{answer}\n".encode())
        done = await said(process)
    finally:
        os.close(master)
        os.close(slave)
    assert shown == [False, True, False]
    assert (done.status, done.output) == (0, f"Key 2 (…RY01) ships on {ACCOUNT} (simulator).\n")


async def test_files_are_written_by_the_caller_at_the_place_it_named(office: Office) -> None:
    await office.house.body(confirm())
    (row,) = json.loads((await office.command("shipments", "list", "--json")).output)
    label, backup, authority = (office.folder / name for name in (f"labels/{row['number']}.gif", "a.backup", "ca.pem"))
    assert await office.command("shipments", "labels", "1", "--to", "labels") == Said(0, f"{label}\n", "")
    assert label.read_bytes()[:3] == b"GIF"
    made = await office.command("backup", "--to", "a.backup")
    assert (made.status, made.output.splitlines()[0]) == (0, str(backup))
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    again = await office.command("backup", "--to", "a.backup")
    assert again == Said(1, "", f"Error: {backup} exists already; it is not overwritten.\n")
    assert (await office.command("trust", "--save", "ca.pem")).status == 0
    assert authority.read_bytes() == (office.house.data / "tls" / "ca.pem").read_bytes()
    if ROOT:
        assert {one.stat().st_uid for one in (label.parent, label, backup, authority)} == {CLERK}
    refused = await office.command("trust", "--save", "nowhere/ca.pem")
    assert refused == Said(
        1, "", f"Error: {office.folder}/nowhere/ca.pem cannot be written: No such file or directory\n"
    )
    assert list((office.house.data).glob(".backup-*")) == []


async def test_a_new_key_comes_to_the_caller_where_the_service_has_it_as_a_secret(office: Office) -> None:
    done = await office.command("rotate-key", "--to", "new.key")
    assert (done.status, done.output.splitlines()[0]) == (0, f"New key  {office.folder}/new.key")
    assert stat.S_IMODE((office.folder / "new.key").stat().st_mode) == 0o600
    again = await office.command("rotate-key", "--to", "new.key")
    assert again.errors == f"Error: The key file {office.folder}/new.key cannot be written: File exists.\n"


async def test_a_caller_who_breaks_off_ends_the_command_and_not_the_service(office: Office) -> None:
    process = await office.begin("profiles", "disconnect", "1")
    await read_until(process, QUESTION)
    assert children(office.house.pid) != ""
    process.terminate()
    assert await said(process) == Said(-signal.SIGTERM, "", "")
    await eventually(lambda: children(office.house.pid) == "")
    listed = json.loads((await office.command("profiles", "list", "--json")).output)
    assert listed[0]["tokens"] is not None


@as_root
async def test_only_root_and_the_group_may_command(office: Office) -> None:
    closed = await office.command("accounts", "list", group=CLERK)
    assert (closed.status, closed.output) == (1, "")
    assert closed.errors.startswith(f"Error: You may not command the gateway: {office.control} is for root and ")
    office.control.chmod(0o666)
    peer = await office.command("accounts", "list", group=CLERK)
    office.control.chmod(0o660)
    words = "The gateway does not carry this out. You are neither root nor in the control socket's group."
    assert peer == Said(1, "", f"Error: {words}\n")
    assert (await office.command("accounts", "list", user=0)).status == 0


async def test_another_configuration_is_not_this_services(office: Office) -> None:
    other = office.house.file.with_name("other.yaml")
    data = office.folder / "data"
    other.write_text(config.example(**{"listen.control": str(office.control), "data_directory": str(data)}))
    process = await office.command("accounts", "list", config=other)
    assert process.errors.startswith(f"Error: {other}"), "it has no key of its own"
    assert "Error: There" not in process.errors


async def test_a_second_service_leaves_the_socket_of_the_first_alone(office: Office) -> None:
    with pytest.raises(control.Unavailable, match=r"control\.sock is another service's"):
        control.listening(office.control)
    assert office.control.is_socket()


async def test_an_order_that_cannot_be_read_is_refused_and_the_next_is_carried_out(office: Office) -> None:
    words = "The order could not be read: this is another version."
    for packet in (b"{}", b"\xff", b"x" * 60_000):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as caller:
            caller.settimeout(PATIENCE)
            caller.connect(str(office.control))
            caller.sendall(packet)
            assert json.loads(await asyncio.to_thread(caller.recv, control.PACKET)) == {
                "type": "Refused",
                "words": words,
            }
    assert (await office.command("accounts", "list")).status == 0


async def test_no_more_than_eight_are_served_at_once(office: Office) -> None:
    with contextlib.ExitStack() as held:
        for _ in range(control.COMMANDS):
            held.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)).connect(str(office.control))
        ninth = await office.command("accounts", "list")
    words = "The gateway does not carry this out. 8 commands run already. Try again in a moment."
    assert ninth == Said(1, "", f"Error: {words}\n")
    assert (await office.command("accounts", "list")).status == 0


async def test_an_order_without_ends_is_refused(office: Office) -> None:
    order = control.Order(("accounts", "list"), control.name_of(office.house.file), "/")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as caller:
        caller.settimeout(PATIENCE)
        caller.connect(str(office.control))
        caller.sendall(msgspec.json.encode(order))
        reply = msgspec.json.decode(await asyncio.to_thread(caller.recv, control.PACKET), type=control.Reply)
    assert reply == control.Refused("The order came without its ends: this is another version.")


async def test_the_store_is_not_opened_by_the_caller(office: Office) -> None:
    """The answer is the service's: this row is in its store alone."""
    with closing(sqlite3.connect(office.house.data / "gateway.db")) as store:
        store.execute("UPDATE accounts SET nickname = 'by the service'")
        store.commit()
    listed = await office.command("accounts", "list", "--json")
    assert {one["nickname"] for one in json.loads(listed.output)} == {"by the service"}
