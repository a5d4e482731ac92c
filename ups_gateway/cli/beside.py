"""A command beside a running service goes to it through the control socket; without a service it opens the store.

The rule: this process does for the service only what the command's own arguments ask for. It relays what is printed,
asks the person what the command asks, and writes files at the place it was told, not where the service says.
"""

from __future__ import annotations

import contextlib
import errno
import getpass
import grp
import os
import selectors
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import msgspec

from ups_gateway import config, control
from ups_gateway.cli import ARGUMENTS, desktop, inside, targets

ANSWER: Final = 30.0
"""Seconds for a service to take an order; one that systemd starts for it may need them."""
ALONE: Final = frozenset({"demo", "init", "restore", "serve", "simulate", "translate"})
"""Commands that no service carries out: they need none, or need that none runs."""
LOOKING: Final = frozenset({"check-config", "doctor"})
"""Commands that say themselves what this user may not see."""
CHUNK: Final = 64 * 1024


def carried_out(context: click.Context, file: Path | None) -> int | None:
    """The exit status of the running command, once the service has carried it out; None: do it here."""
    root = context.find_root()
    if root.invoked_subcommand in ALONE:
        return None
    at = config.beside(file, os.environ)
    try:
        connection = _connected(at)
    except click.ClickException:
        if root.invoked_subcommand in LOOKING:
            return None
        raise
    if connection is None:
        return None
    named = [context.params[one.name] for one in context.command.params if isinstance(one.type, targets.Target)]
    with connection:
        conversation = _Conversation(connection, at.control or Path(), next(iter(named), None))
        return conversation.run(tuple(root.meta[ARGUMENTS]), at.file)


def _connected(at: config.Beside) -> socket.socket | None:
    """Raises ClickException where neither the service nor its store can be reached."""
    if at.control is None:
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(str(at.control))
    except OSError as error:
        connection.close()
        if not at.closed:
            if at.control.parent.is_dir():
                click.echo("The gateway does not run, so its store is opened here.", err=True)
            return None
        if error.errno in (errno.EACCES, errno.EPERM):
            raise click.ClickException(_not_for_you(at.control)) from error
        words = f"nobody answers at {at.control}" if error.errno == errno.ECONNREFUSED else f"{at.control}: {error}"
        raise click.ClickException(
            f"The gateway does not run ({words}), and its store {at.data_directory} is not yours to open. "
            "Start it: systemctl start ups-gateway"
        ) from error
    return connection


def _not_for_you(path: Path) -> str:
    words = f"You may not command the gateway: {path} is for root and the members of its group. Run it with sudo"
    with contextlib.suppress(OSError, KeyError):
        group = grp.getgrgid(path.stat().st_gid).gr_name
        if group != "root":
            return f"{words}, or join the group and sign in anew: sudo usermod -aG {group} {getpass.getuser()}"
    return f"{words}."


def _gone() -> click.ClickException:
    return click.ClickException(
        "The gateway ended before this was done, or while it was being done. When it runs again, look whether it was: "
        "ups-gateway status. Why it ended: journalctl -u ups-gateway"
    )


@dataclass(frozen=True, slots=True)
class _Conversation:
    connection: socket.socket
    path: Path
    target: Path | None
    """The one place where this command may write."""

    def run(self, arguments: tuple[str, ...], file: Path | None) -> int | None:
        order = control.Order(arguments, control.name_of(file), str(Path.cwd()))
        with _ends() as (output, errors, channel, theirs):
            if self._begun(order, theirs):
                try:
                    return self._relay(output, errors, channel)
                except ConnectionResetError as error:
                    raise _gone() from error
        return None

    def _begun(self, order: control.Order, theirs: list[int]) -> bool:
        self.connection.settimeout(ANSWER)
        try:
            socket.send_fds(self.connection, [msgspec.json.encode(order)], theirs)
            reply = self._reply()
        except ConnectionError as error:
            raise _gone() from error
        except TimeoutError as error:
            words = f"The gateway does not answer at {self.path}. See: systemctl status ups-gateway"
            raise click.ClickException(words) from error
        finally:
            for one in theirs:
                os.close(one)
        if isinstance(reply, control.Refused):
            raise click.ClickException(f"The gateway does not carry this out. {reply.words}")
        return isinstance(reply, control.Begun)

    def _reply(self) -> control.Reply:
        packet = self.connection.recv(control.PACKET)
        if not packet:
            raise _gone()
        reply: control.Reply = msgspec.json.decode(packet, type=control.Reply)
        return reply

    def _relay(self, output: int, errors: int, channel: socket.socket) -> int:
        """Until the command has ended. What it printed before it asked, or ended, comes first."""
        streams = {output: sys.stdout.buffer, errors: sys.stderr.buffer}
        with selectors.DefaultSelector() as waiting:
            watched: tuple[int | socket.socket, ...] = (*streams, channel, self.connection)
            for one in watched:
                waiting.register(one, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in waiting.select()}
                printed = [one for one in streams if one in ready]
                for one in printed:
                    data = os.read(one, CHUNK)
                    streams[one].write(data)
                    streams[one].flush()
                    if not data:
                        waiting.unregister(one)
                if printed:
                    continue
                if self.connection in ready:
                    reply = self._reply()
                    if isinstance(reply, control.Ended):
                        return reply.status
                elif not self._serve(channel):
                    waiting.unregister(channel)

    def _serve(self, channel: socket.socket) -> bool:
        """What the command asks of this side; False: it asks nothing more."""
        packet, descriptors, _, _ = socket.recv_fds(channel, control.PACKET, 1)
        if not packet:
            return False
        request: inside.Request = msgspec.json.decode(packet, type=inside.Request)
        with contextlib.ExitStack() as held:
            files = [held.enter_context(os.fdopen(one, "rb")) for one in descriptors]
            answer: inside.Response = inside.Done()
            match request:
                case inside.Prompt(text, hidden, empty):
                    answer = inside.Typed(inside.prompt(text, hidden=hidden, empty=empty))
                case inside.Confirm(text):
                    inside.confirm(text)
                case inside.Desktop(headline, text, urgent):
                    if not desktop.notify(headline, text, urgent=urgent):
                        answer = inside.Failed(errno.ENODEV, os.strerror(errno.ENODEV))
                case inside.Write(name, mode, replace):
                    try:
                        self._write(name, files[0], mode, replace=replace)
                    except OSError as error:
                        answer = inside.Failed(error.errno or errno.EIO, error.strerror or str(error))
            try:
                channel.sendall(msgspec.json.encode(answer))
            except ConnectionError as error:
                raise _gone() from error
        return True

    def _write(self, name: str, file: object, mode: int | None, *, replace: bool) -> None:
        if self.target is None:
            raise PermissionError(errno.EPERM, "this command writes no files")
        targets.place(self.target, file, name=name, mode=mode, replace=replace)


@contextmanager
def _ends() -> Iterator[tuple[int, int, socket.socket, list[int]]]:
    """What this side reads output, errors and requests from, and the other side's ends, which the caller closes."""
    with contextlib.ExitStack() as held:
        (output, to_output), (errors, to_errors) = os.pipe(), os.pipe()
        for one in (output, errors):
            held.callback(os.close, one)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        held.enter_context(ours)
        yield output, errors, ours, [to_output, to_errors, theirs.detach()]
