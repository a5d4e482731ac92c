"""A whole file sealed: what a backup is on disk.

The rule: nothing of the content is readable outside the seal, and a file that was cut, joined from two or put in
another order does not open. The content is compressed and sealed piece by piece, so that a large store needs little
memory. Everything here is synchronous and belongs in a thread.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from ups_gateway.errors import StoreFailed
from ups_gateway.store import Vault
from ups_gateway.store.ownership import give_to_owner

_MARK: Final = b"ups-gateway backup 1\n"
_PIECE: Final = 1024 * 1024
_LARGEST: Final = 4 * _PIECE
"""A sealed piece is a third longer than its content, which random bytes do not compress."""
_ID: Final = 24
_TIME: Final = 8
"""The first bytes of the id: seconds since 1970."""
_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_MORE, _LAST = b"+", b"."


class NoBackup(StoreFailed):
    """A file that cannot be opened as a backup."""


def seal_file(content: Path, target: Path, vault: Vault, made_at: datetime) -> None:
    """Writes `target`, for its owner alone, whole or not at all, in the place of what is there."""
    with _mapped(target), part_file(target) as (part, out), content.open("rb") as source:
        out.write(_MARK)
        begun = int(made_at.timestamp()).to_bytes(_TIME, "big") + secrets.token_bytes(_ID - _TIME)
        number, piece = 0, source.read(_PIECE)
        while True:
            following = source.read(_PIECE)
            # Sealed with each piece: which file it is of, its place, and whether it ends it.
            head = begun + number.to_bytes(8, "big") + (_MORE if following else _LAST)
            sealed = vault.seal(head + zlib.compress(piece, 1))
            out.write(len(sealed).to_bytes(4, "big") + sealed)
            if not following:
                break
            number, piece = number + 1, following
        out.flush()
        os.fsync(out.fileno())
        give_to_owner(part, target.parent)
        part.replace(target)
        sync_directory(target.parent)


def open_file(sealed_file: Path, target: Path, vault: Vault) -> datetime:
    """Writes the content of a sealed file to `target`, for its owner alone; when it was made. Raises NoBackup."""
    made_at = _EPOCH
    with _mapped(sealed_file), sealed_file.open("rb") as source:
        if source.read(len(_MARK)) != _MARK:
            raise NoBackup(f"{sealed_file} is not a backup of ups-gateway.")
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as out:
            for head, piece in _pieces(source, sealed_file, vault):
                made_at = datetime.fromtimestamp(int.from_bytes(head[:_TIME], "big"), UTC)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
    return made_at


def shred(file: Path) -> None:
    """Overwrites a file with zeros and removes it. On disks that write in place nothing of it is left."""
    with contextlib.suppress(FileNotFoundError):
        with file.open("r+b") as out:
            for _ in range(0, file.stat().st_size, _PIECE):
                out.write(bytes(_PIECE))
            out.flush()
            os.fsync(out.fileno())
        file.unlink()


@contextlib.contextmanager
def part_file(target: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file beside `target` (mode 0600) that is gone at the end, unless it was given its name."""
    handle, name = tempfile.mkstemp(prefix=".part-", dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            yield part, out
    finally:
        part.unlink(missing_ok=True)


def sync_directory(directory: Path) -> None:
    """Puts the names in a directory on disk."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _pieces(source: BinaryIO, file: Path, vault: Vault) -> Iterator[tuple[bytes, bytes]]:
    """The id of the file and each piece of its content."""
    begun, number, end = b"", 0, _MORE
    while end == _MORE:
        size = int.from_bytes(source.read(4), "big")
        if not 0 < size <= _LARGEST:
            raise NoBackup(f"{file} is cut or damaged.")
        try:
            plain = vault.open(source.read(size))
        except StoreFailed as error:
            raise NoBackup(
                f"{file} cannot be opened: it is damaged, or was sealed with a key that is not in the key file."
            ) from error
        begun = begun or plain[:_ID]
        if plain[:_ID] != begun or plain[_ID : _ID + 8] != number.to_bytes(8, "big"):
            raise NoBackup(f"{file} was put together from several files.")
        end = plain[_ID + 8 : _ID + 9]
        number += 1
        yield begun, zlib.decompress(plain[_ID + 9 :])
    if source.read(1):
        raise NoBackup(f"{file} is longer than it was.")


@contextlib.contextmanager
def _mapped(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreFailed(f"{file} cannot be read or written: {error.strerror}.") from error
