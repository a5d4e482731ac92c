"""Files that a command writes where the person says: labels, a backup, a certificate, a new key.

The rule: they are the person's. A command that a service carries out hands the content over, and the person's own
process writes it, nowhere but at the place that its arguments name.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any, BinaryIO

import click

from ups_gateway.cli import inside


class Target(click.Path):
    """A place to write to, as an option."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:  # noqa: ARG002 - click's
        """The whole path: the caller's directory is where it counts from."""
        asked = inside.caller()
        directory = Path.cwd() if asked is None else asked.directory
        return directory / str(value)


def write(target: Path, content: bytes, *, name: str = "", mode: int | None = None, replace: bool = True) -> Path:
    """Writes the target, or the file of that name in it; gives its path. Raises OSError."""
    holder = os.memfd_create("target")
    with open(holder, "w+b", buffering=0) as file:  # noqa: PTH123 - a descriptor, not a path
        file.write(content)
        file.seek(0)
        return copy(target, file, name=name, mode=mode, replace=replace)


def copy(
    target: Path, content: BinaryIO | Any, *, name: str = "", mode: int | None = None, replace: bool = True
) -> Path:
    """The same with what an open file holds."""
    asked = inside.caller()
    if asked is None:
        return place(target, content, name=name, mode=mode, replace=replace)
    answer = asked.ask(inside.Write(name, mode, replace), content.fileno())
    if isinstance(answer, inside.Failed):
        raise OSError(answer.number, answer.words)
    return target / name if name else target


def place(target: Path, content: BinaryIO | Any, *, name: str, mode: int | None, replace: bool) -> Path:
    """The writing itself, in the person's process. Raises OSError."""
    path = target
    if name:
        path = target / re.sub(r"[^0-9A-Za-z.-]|^\.+", "_", name)
        target.mkdir(parents=True, exist_ok=True)
    how = os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC | (os.O_TRUNC if replace else os.O_EXCL)
    with os.fdopen(os.open(path, how, 0o666 if mode is None else mode), "wb") as file:
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        shutil.copyfileobj(content, file)
    return path
