"""Sealing what must not lie readable on disk, and the key it is sealed with.

The rule: sealing keys are rotated (newest first, old ones still open), the hashing key never is, so that fingerprints,
digests and sign-in links outlive a rotation. Everything here is plain and synchronous: sealing a large label reply
takes milliseconds and belongs in a thread (`asyncio.to_thread(vault.seal, reply)`).
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import logging
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ups_gateway.errors import StoreFailed
from ups_gateway.model import Secret
from ups_gateway.store.ownership import give_to_owner

log = logging.getLogger(__name__)

CREDENTIAL = "ups-gateway-key"
VARIABLE = "UPS_GATEWAY_KEY"
_HASH_MARK = "hash:"
_KEY_BYTES = 32
_FILE_HEAD = """\
# The key of ups-gateway's store: the newest sealing key first, older ones below it, and the hashing key.
# Without this file nobody can read the tokens in the store. Keep a copy, but never beside a copy of the store.
"""


class KeyFailed(Exception):
    """The key cannot be found, read or used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Key:
    """What the store is sealed with. Every part is 32 bytes in URL-safe base64."""

    sealing: tuple[Secret, ...]
    """Newest first: it seals, all of them open."""
    hashing: Secret

    def rotated(self) -> Key:
        """The same key with a new sealing key before the others."""
        return Key((_fresh(), *self.sealing), self.hashing)

    def newest(self) -> Key:
        """The same key without the former sealing keys."""
        return Key(self.sealing[:1], self.hashing)

    def text(self) -> str:
        """As a key file holds it, secrets and all."""
        lines = [*(key.reveal() for key in self.sealing), _HASH_MARK + self.hashing.reveal()]
        return _FILE_HEAD + "".join(f"{line}\n" for line in lines)


def make_key() -> Key:
    """A new key."""
    return Key((_fresh(),), _fresh())


def parse_key(text: str, where: str) -> Key:
    """Reads what `Key.text` wrote, its lines also separated by blanks (environment). `where` is named in errors."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    words = " ".join(lines).split()
    hashing = [word.removeprefix(_HASH_MARK) for word in words if word.startswith(_HASH_MARK)]
    sealing = [word for word in words if not word.startswith(_HASH_MARK)]
    if not sealing or len(hashing) != 1:
        raise KeyFailed(
            f"{where}: expected one or more sealing keys and exactly one '{_HASH_MARK}' line, found {len(sealing)} and "
            f"{len(hashing)}. Restore the key file from its copy, or make a new one with `ups-gateway init`."
        )
    for number, word in enumerate([*sealing, *hashing], 1):
        if not _is_key(word):
            raise KeyFailed(
                f"{where}: key {number} is damaged, expected {_KEY_BYTES} bytes in URL-safe base64 (44 characters). "
                f"Restore the key file from its copy."
            )
    return Key(tuple(map(Secret, sealing)), Secret(hashing[0]))


def write_key_file(path: Path, key: Key, *, replace: bool = False) -> None:
    """Writes the key with mode 0600, whole or not at all. An existing file is only replaced when that is asked for."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(key.text())
                file.flush()
                os.fsync(file.fileno())
            if replace:
                # A new key that the service's user cannot read would stop the service.
                give_to_owner(temporary, path)
                temporary.replace(path)
            else:
                _link(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_directory(path.parent)
    except OSError as error:
        raise KeyFailed(f"The key file {path} cannot be written: {error.strerror}.") from error


def load_key(file: Path | None, environ: Mapping[str, str]) -> Key:
    """The key from `file` when one is named, else from the systemd credential, else from the environment."""
    if file is not None:
        return parse_key(_read_private(file), str(file))
    if directory := environ.get("CREDENTIALS_DIRECTORY"):
        credential = Path(directory, CREDENTIAL)
        if credential.exists():
            # systemd shows its read-only credentials as 0440 when it grants access by ACL: their mode says nothing.
            return parse_key(_read(credential), f"systemd credential {CREDENTIAL}")
    if text := environ.get(VARIABLE):
        return parse_key(text, f"environment variable {VARIABLE}")
    raise KeyFailed(
        f"No key for the store: name a key file in the configuration, hand over the systemd credential {CREDENTIAL}, "
        f"or set {VARIABLE}. `ups-gateway init` makes a key file."
    )


class FernetVault:
    """Implements `store.Vault`. Safe to use from several threads at once.

    With a key file it notices at once when that is changed: a key is rotated beside a running gateway. A file that is
    gone or damaged changes nothing, the keys at hand go on.
    """

    def __init__(self, key: Key, file: Path | None = None) -> None:
        self._sealing = _Sealing(key)
        self._hashing = base64.urlsafe_b64decode(key.hashing.reveal())
        self._file = file
        self._seen: _Stamp | None = None

    def seal(self, plain: bytes) -> bytes:
        """Encrypted and signed with the newest key; a third longer than `plain`."""
        return self._newest().all.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed with any of the keys; StoreFailed when none opens it."""
        with _opening():
            return self._newest().all.decrypt(sealed)

    def reseal(self, sealed: bytes) -> bytes | None:
        """The same sealed with the newest key; None when it is already. StoreFailed when no key opens it."""
        sealing = self._newest()
        try:
            sealing.first.decrypt(sealed)
        except InvalidToken:
            with _opening():
                return sealing.all.rotate(sealed)
        return None

    def hash(self, *parts: bytes) -> bytes:
        """Keyed hash (BLAKE2b, 32 bytes) of the parts, each with its length; the same for ever."""
        state = hashlib.blake2b(key=self._hashing, digest_size=32)
        for part in parts:
            state.update(len(part).to_bytes(8, "big"))
            state.update(part)
        return state.digest()

    def _newest(self) -> _Sealing:
        if self._file is not None:
            stamp = _stamp(self._file)
            if stamp is not None and stamp != self._seen:
                self._seen = stamp
                try:
                    self._sealing = _Sealing(load_key(self._file, {}))
                except KeyFailed as error:
                    log.warning("The key file was changed and is not used: %s", error)
        return self._sealing


class _Sealing:
    """The ciphers of one state of the key."""

    def __init__(self, key: Key) -> None:
        parts = [Fernet(part.reveal()) for part in key.sealing]
        self.first, self.all = parts[0], MultiFernet(parts)


_Stamp = tuple[int, int, int]
"""What changes with a file's content: inode, time of the change, size."""


def _stamp(file: Path) -> _Stamp | None:
    try:
        now = file.stat()
    except OSError:
        return None
    return now.st_ino, now.st_mtime_ns, now.st_size


@contextlib.contextmanager
def _opening() -> Iterator[None]:
    try:
        yield
    except InvalidToken as error:
        raise StoreFailed(
            "A sealed value in the store cannot be opened: it is damaged, or was sealed with a key that is no "
            "longer in the key file. Put the former key back, below the newest one."
        ) from error


def _fresh() -> Secret:
    return Secret(base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii"))


def _is_key(word: str) -> bool:
    try:
        raw = base64.b64decode(word, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(raw) == _KEY_BYTES


def _link(temporary: Path, path: Path) -> None:
    try:
        path.hardlink_to(temporary)
    except FileExistsError as error:
        raise KeyFailed(f"{path} exists already. What it sealed can be read with no other key, so it stays.") from error


def _read_private(path: Path) -> str:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise KeyFailed(f"The key file {path} cannot be read: {error.strerror}.") from error
    if mode & 0o077:
        raise KeyFailed(
            f"The key file {path} can be used by others than its owner (mode {mode:04o}). "
            f"Make it private: chmod 600 {path}"
        )
    return _read(path)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise KeyFailed(f"The key file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise KeyFailed(f"{path} is no key file: it holds more than ASCII text.") from error


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
