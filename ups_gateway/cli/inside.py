"""A command that a running service carries out, and what it may ask of the person who gave it.

The rule: the caller decides. Its terminal, its directory and its desktop are never the service's: the command says what
it wants over the channel, and the program that the person started does it there.
"""

from __future__ import annotations

import functools
import os
import socket
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec

from ups_gateway import control


class Prompt(msgspec.Struct, frozen=True, tag=True):
    """A line from the person; a hidden one is not shown while it is typed. Answered by `Typed`."""

    text: str
    hidden: bool = False
    empty: bool = False
    """An empty line is an answer too."""


class Confirm(msgspec.Struct, frozen=True, tag=True):
    """Yes, or the command ends. Answered by `Done`."""

    text: str


class Write(msgspec.Struct, frozen=True, tag=True):
    """A file at the place that the caller's own arguments name; its content is the descriptor that comes along."""

    name: str
    """Below a directory; empty: the place is the file."""
    mode: int | None
    replace: bool


class Desktop(msgspec.Struct, frozen=True, tag=True):
    """A notification on the person's screen. Answered by `Done`, or `Failed` where nothing can show one."""

    headline: str
    text: str
    urgent: bool


class Typed(msgspec.Struct, frozen=True, tag=True):
    """What the person typed."""

    text: str


class Done(msgspec.Struct, frozen=True, tag=True):
    """It was done."""


class Failed(msgspec.Struct, frozen=True, tag=True):
    """It was not done, as the system says why."""

    number: int
    words: str


Request = Prompt | Confirm | Write | Desktop
Response = Typed | Done | Failed


@dataclass(frozen=True, slots=True)
class Caller:
    """Who gave the command to the service."""

    arguments: tuple[str, ...]
    config: Path | None
    directory: Path
    channel: socket.socket

    def ask(self, request: Request, *descriptors: int) -> Response:
        """The answer. A caller who is gone aborts the command."""
        try:
            socket.send_fds(self.channel, [msgspec.json.encode(request)], descriptors)
            packet = self.channel.recv(control.PACKET)
        except ConnectionError as error:
            raise click.Abort from error
        if not packet:
            raise click.Abort
        answer: Response = msgspec.json.decode(packet, type=Response)
        return answer


@functools.cache
def caller() -> Caller | None:
    """None: the person's own process runs the command."""
    text = os.environ.pop(control.INSIDE, "")
    if not text:
        return None
    inside = msgspec.json.decode(text, type=control.Inside)
    channel = socket.socket(fileno=inside.channel)
    channel.set_inheritable(False)
    config = Path(inside.config) if inside.config else None
    return Caller(inside.arguments, config, Path(inside.directory), channel)


def prompt(text: str, *, hidden: bool = False, empty: bool = False) -> str:
    """A line that the person types, unseen if it is a secret."""
    asked = caller()
    if asked is None:
        default = "" if empty else None
        typed: str = click.prompt(text, hide_input=hidden, default=default, show_default=False)
        return typed
    answer = asked.ask(Prompt(text, hidden, empty))
    return answer.text if isinstance(answer, Typed) else ""


def confirm(text: str) -> None:
    """Goes on only when the person says yes."""
    asked = caller()
    if asked is None:
        click.confirm(text, abort=True)
    else:
        asked.ask(Confirm(text))
