"""Commands at the control socket while services come and go."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec
import pytest

from tests.cli.commanding import CLERK, CLERKS, PATIENCE, QUESTION, ROOT, Office, Said, an_office, read_until, said
from tests.systemd.manager import systemd
from tests.web.wire import eventually
from ups_gateway import control

GONE = (
    "Error: The gateway ended before this was done, or while it was being done. When it runs again, look whether it "
    "was: ups-gateway status. Why it ended: journalctl -u ups-gateway\n"
)
REJECTED = (
    'The UPS sign-in "Dock 3" is no longer accepted by UPS: A1B2C3 cannot ship. UPS refused: Invalid Refresh Token '
    "(10400). The consent has ended: authorize the profile again."
)
NO_TOKENS = "Profile 1 has no tokens any more.\n"


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """With a service of its own."""
    async with an_office() as office:
        yield office


async def test_a_question_is_asked_where_the_command_was_given(office: Office) -> None:
    assert await office.command("profiles", "disconnect", "1", typed="n\n") == Said(1, QUESTION, "Aborted!\n")
    assert await office.command("profiles", "disconnect", "1", typed="y\n") == Said(0, QUESTION + NO_TOKENS, "")


async def test_what_is_printed_before_a_question_comes_before_it(office: Office) -> None:
    done = await office.command("authorize", "1", typed="nonsense &&\n")
    assert done.status == 1
    assert re.fullmatch(
        r"Open this address in a browser and sign in at UPS as Dock 3:\n\nhttp://127\.0\.0\.1:\S+\n\n"
        r"With the gateway running on this machine the browser comes back by itself\. [^?]*\?[^?]*: copy it\.\n"
        r"Address or code \(empty: the browser came back\): ",
        done.output,
    )


async def test_without_a_service_the_words_say_how_to_start_it(office: Office) -> None:
    await office.house.kill()
    assert office.control.is_socket()
    start = f"and its store {office.house.data} is not yours to open. Start it: systemctl start ups-gateway\n"
    if ROOT:
        stale = await office.command("accounts", "list")
        assert stale == Said(1, "", f"Error: The gateway does not run (nobody answers at {office.control}), {start}")
        office.control.unlink()
        none = await office.command("accounts", "list")
        assert (none.status, none.errors.endswith(start)) == (1, True)
    own = await office.command("accounts", "list", user=os.geteuid())
    opened = f"The gateway does not run, so its store is opened here.\nError: {office.house.file}:"
    assert own.errors.startswith(opened), "whoever may open the store does, and lacks its secrets"


async def test_a_new_service_takes_the_place_of_a_socket_that_a_killed_one_left(office: Office) -> None:
    await office.house.kill()
    await office.serve()
    assert (await office.command("accounts", "list")).status == 0
    await office.house.terminate()
    assert not office.control.exists()


async def test_a_service_that_ends_in_the_middle_is_told_with_what_to_do(office: Office) -> None:
    process = await office.begin("profiles", "disconnect", "1")
    await read_until(process, QUESTION)
    await office.house.kill()
    assert await said(process, "y\n") == Said(1, "", GONE)
    await office.serve()
    process = await office.begin("profiles", "disconnect", "1")
    await read_until(process, QUESTION)
    await office.house.terminate()
    assert await said(process, "y\n") == Said(1, "", GONE)


async def test_a_desktop_notification_is_shown_where_the_command_was_given(office: Office) -> None:
    await office.house.terminate()
    watched = office.house.file.read_text().replace("  # environments: [simulator]", "  environments: [simulator]")
    office.house.file.write_text(watched)
    await office.serve()
    await office.house.ups.send("POST", "/_control/tokens", json={"revoke": True})
    assert (await office.command("profiles", "refresh", "1")).status == 1
    program = office.folder / "bin" / "notify-send"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" > {office.folder}/shown\n')
    program.chmod(0o755)
    assert await office.command("remind", "--desktop") == Said(1, "", "")
    shown = (office.folder / "shown").read_text().splitlines()[0]
    assert shown == f"--app-name=ups-gateway --urgency=critical -- {REJECTED} {REJECTED}"


async def test_commands_are_taken_on_the_socket_that_systemd_holds(office: Office) -> None:
    await office.house.terminate()
    async with systemd() as manager:
        manager.listen_at("control", office.control)
        if ROOT:
            os.chown(office.control, 0, CLERKS)
        await manager.start("--config", str(office.house.file), environ=office.house.environ, watchdog=20.0)
        assert await manager.heard() == ["READY=1"]
        assert (await office.command("accounts", "list")).status == 0
        line = f"INFO ups_gateway.control: User {CLERK if ROOT else os.geteuid()} commands: accounts\n"
        assert await manager.logged("commands: ") == line
        manager.terminate()
        assert (await manager.ended())[0] == 0
        assert office.control.is_socket(), "systemd's socket stays"


@contextmanager
def room_for_files(more: int) -> Iterator[None]:
    """This process can open so many files more, and no others."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = {int(one.name) for one in Path("/proc/self/fd").iterdir() if one.exists()}
    free = (number for number in itertools.count() if number not in taken)
    limit = next(itertools.islice(free, more, None))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@asynccontextmanager
async def a_caller(path: Path) -> AsyncIterator[socket.socket]:
    """Of a service in this process."""
    listener = control.listening(path)
    assert listener is not None
    with listener, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as caller:
        caller.setblocking(False)
        async with control.serving(listener, "", os.environ), asyncio.timeout(PATIENCE):
            yield caller


async def the_reply(caller: socket.socket) -> control.Reply:
    packet = await asyncio.get_running_loop().sock_recv(caller, control.PACKET)
    reply: control.Reply = msgspec.json.decode(packet, type=control.Reply)
    return reply


ORDER = msgspec.json.encode(control.Order(("accounts", "list"), "", "/"))


async def test_commands_are_taken_again_after_there_were_too_many_open_files(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_caller(tmp_path / "control.sock") as caller:
        with room_for_files(0):
            caller.connect(str(tmp_path / "control.sock"))
            await eventually(lambda: "Too many open files" in caplog.text)
        caller.send(ORDER)
        assert await the_reply(caller) == control.Refused("The order came without its ends: this is another version.")


async def test_a_command_that_cannot_be_started_is_refused_with_the_reason(tmp_path: Path) -> None:
    async with a_caller(tmp_path / "control.sock") as caller:
        with room_for_files(5):  # the connection, its three ends, and one more
            caller.connect(str(tmp_path / "control.sock"))
            socket.send_fds(caller, [ORDER], [caller.fileno()] * control.DESCRIPTORS)
            reply = await the_reply(caller)
        assert reply == control.Refused("It cannot be started (Too many open files). Try again in a moment.")
