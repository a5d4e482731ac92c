"""A sealed file opens whole or not at all."""

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ups_gateway.errors import StoreFailed
from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.store import Vault
from ups_gateway.store.envelope import NoBackup, open_file, seal_file, shred

MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
LARGE = os.urandom(2_500_000)


@pytest.mark.parametrize("content", [b"", b"small" * 100, LARGE], ids=["empty", "small", "of several pieces"])
def test_what_was_sealed_comes_back_with_its_time_and_is_nowhere_readable(
    tmp_path: Path, vault: Vault, content: bytes
) -> None:
    plain, sealed, back = (tmp_path / name for name in ("plain", "sealed", "back"))
    plain.write_bytes(content)
    seal_file(plain, sealed, vault, MADE)
    assert not content or content[:50] not in sealed.read_bytes()
    assert open_file(sealed, back, vault) == MADE
    assert back.read_bytes() == content
    assert [stat.S_IMODE(file.stat().st_mode) for file in (sealed, back)] == [0o600, 0o600]
    assert sorted(tmp_path.iterdir()) == sorted([plain, sealed, back])


def _pieces(sealed: bytes) -> tuple[bytes, list[bytes]]:
    mark, _, rest = sealed.partition(b"\n")
    pieces = []
    while rest:
        size = 4 + int.from_bytes(rest[:4], "big")
        pieces.append(rest[:size])
        rest = rest[size:]
    return mark + b"\n", pieces


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda sealed: sealed[:-1], "cannot be opened: it is damaged"),
        (lambda sealed: _pieces(sealed)[0] + b"".join(_pieces(sealed)[1][:-1]), "is cut or damaged"),
        (lambda sealed: _pieces(sealed)[0] + b"".join(_pieces(sealed)[1][::-1]), "put together from several"),
        (lambda sealed: sealed + b"more", "is longer than it was"),
        (lambda sealed: sealed[:100] + b"\0" + sealed[101:], "cannot be opened: it is damaged"),
        (lambda _: b"PK", "is not a backup of ups-gateway"),
        (lambda sealed: sealed[:21] + b"\xff\xff\xff\xff", "is cut or damaged"),
    ],
)
def test_a_file_that_was_changed_does_not_open(
    tmp_path: Path, vault: Vault, spoil: Callable[[bytes], bytes], words: str
) -> None:
    plain, sealed = tmp_path / "plain", tmp_path / "sealed"
    plain.write_bytes(LARGE)
    seal_file(plain, sealed, vault, MADE)
    sealed.write_bytes(spoil(sealed.read_bytes()))
    with pytest.raises(NoBackup, match=words):
        open_file(sealed, tmp_path / "back", vault)


def test_pieces_of_two_files_do_not_make_one(tmp_path: Path, vault: Vault) -> None:
    plain, one, two = (tmp_path / name for name in ("plain", "one", "two"))
    plain.write_bytes(LARGE)
    seal_file(plain, one, vault, MADE)
    seal_file(plain, two, vault, MADE)
    mark, pieces = _pieces(one.read_bytes())
    one.write_bytes(mark + pieces[0] + b"".join(_pieces(two.read_bytes())[1][1:]))
    with pytest.raises(NoBackup, match="put together from several"):
        open_file(one, tmp_path / "back", vault)


def test_another_key_does_not_open_it(tmp_path: Path, vault: Vault) -> None:
    plain, sealed = tmp_path / "plain", tmp_path / "sealed"
    plain.write_bytes(b"content")
    seal_file(plain, sealed, vault, MADE)
    with pytest.raises(NoBackup, match="a key that is not in the key file"):
        open_file(sealed, tmp_path / "back", FernetVault(make_key()))


def test_a_file_that_cannot_be_written_is_named_and_leaves_nothing(tmp_path: Path, vault: Vault) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"content")
    with pytest.raises(StoreFailed, match="nowhere/sealed cannot be read or written: No such file"):
        seal_file(plain, tmp_path / "nowhere" / "sealed", vault, MADE)
    assert list(tmp_path.iterdir()) == [plain]


def test_a_shredded_file_is_overwritten_before_it_goes(tmp_path: Path) -> None:
    file, other = tmp_path / "file", tmp_path / "other name"
    file.write_bytes(b"PERSONAL" * 200_000)
    other.hardlink_to(file)
    shred(file)
    shred(file)
    assert not file.exists()
    assert set(other.read_bytes()) == {0}
