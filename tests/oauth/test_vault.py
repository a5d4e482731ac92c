"""The key file and the vault."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ups_gateway.errors import StoreFailed
from ups_gateway.oauth.vault import FernetVault, Key, KeyFailed, load_key, make_key, parse_key, write_key_file


def test_what_was_sealed_opens_again_and_does_not_lie_readable() -> None:
    vault = FernetVault(make_key())
    sealed = vault.seal(b"refresh token")
    assert b"refresh" not in sealed
    assert vault.open(sealed) == b"refresh token"
    assert vault.seal(b"refresh token") != sealed


def test_a_rotated_key_opens_what_the_old_one_sealed_and_the_old_one_not_what_the_new_one_seals() -> None:
    key = make_key()
    old, new = FernetVault(key), FernetVault(key.rotated())
    assert new.open(old.seal(b"token")) == b"token"
    with pytest.raises(StoreFailed, match="Put the former key back"):
        old.open(new.seal(b"token"))


@pytest.mark.parametrize("sealed", [b"", b"nothing sealed", "ungültig".encode()])
def test_a_damaged_value_is_a_failure_of_the_store(sealed: bytes) -> None:
    with pytest.raises(StoreFailed, match="cannot be opened"):
        FernetVault(make_key()).open(sealed)


def test_hashes_survive_rotation_and_differ_between_keys_and_between_divisions_of_the_same_bytes() -> None:
    key = make_key()
    vault = FernetVault(key)
    assert len(vault.hash(b"a")) == 32
    assert FernetVault(key.rotated()).hash(b"ab", b"c") == vault.hash(b"ab", b"c")
    assert FernetVault(make_key()).hash(b"ab", b"c") != vault.hash(b"ab", b"c")
    assert len({vault.hash(b"ab", b"c"), vault.hash(b"a", b"bc"), vault.hash(b"abc"), vault.hash(b"abc", b"")}) == 4


def test_a_key_shows_none_of_its_secrets() -> None:
    key = make_key()
    assert repr(key) == "Key(sealing=(***,), hashing=***)"


def test_a_key_file_is_private_and_reads_back_as_the_same_key(tmp_path: Path) -> None:
    key = make_key().rotated()
    path = tmp_path / "new" / "key"
    before = os.umask(0)
    try:
        write_key_file(path, key)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert load_key(path, {}) == key
    assert list(path.parent.iterdir()) == [path]


def test_an_existing_key_file_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = make_key()
    write_key_file(path, key)
    with pytest.raises(KeyFailed, match="exists already"):
        write_key_file(path, make_key())
    assert load_key(path, {}) == key
    write_key_file(path, key.rotated(), replace=True)
    assert load_key(path, {}).hashing == key.hashing
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyFailed, match=r"file/key cannot be written"):
        write_key_file(tmp_path / "file" / "key", make_key())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_key_file_open_to_others_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    write_key_file(path, make_key())
    path.chmod(mode)
    with pytest.raises(KeyFailed, match=f"chmod 600 {path}"):
        load_key(path, {})


def test_a_missing_key_file_is_named_and_nothing_else_is_tried(tmp_path: Path) -> None:
    with pytest.raises(KeyFailed, match="key cannot be read: No such file"):
        load_key(tmp_path / "key", {"UPS_GATEWAY_KEY": make_key().text()})


def test_a_file_comes_before_the_credential_and_the_credential_before_the_environment(tmp_path: Path) -> None:
    in_file, in_credential, in_environment = make_key(), make_key(), make_key()
    write_key_file(tmp_path / "key", in_file)
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    environ = {"CREDENTIALS_DIRECTORY": str(credentials), "UPS_GATEWAY_KEY": " ".join(_lines(in_environment))}
    assert load_key(None, environ) == in_environment
    (credentials / "ups-gateway-key").write_text(in_credential.text())
    (credentials / "ups-gateway-key").chmod(0o440)
    assert load_key(None, environ) == in_credential
    assert load_key(tmp_path / "key", environ) == in_file


def test_without_any_key_the_three_places_are_named() -> None:
    with pytest.raises(KeyFailed, match=r"key file in the configuration.*credential ups-gateway-key.*UPS_GATEWAY_KEY"):
        load_key(None, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "found 0 and 0"),
        ("# only a comment\n", "found 0 and 0"),
        ("A" * 44, "found 1 and 0"),
        ("short hash:short", "key 1 is damaged"),
        (f"{'A' * 43}= hash:{'A' * 42}!=", "key 2 is damaged"),
    ],
)
def test_a_damaged_key_is_refused_with_words(text: str, words: str) -> None:
    with pytest.raises(KeyFailed, match=f"the place: .*{words}"):
        parse_key(text, "the place")


def test_a_directory_in_the_place_of_the_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir(mode=0o700)
    with pytest.raises(KeyFailed, match="key cannot be read: Is a directory"):
        load_key(tmp_path / "key", {})


def test_a_binary_file_is_no_key_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"\xff\xfe")
    path.chmod(0o600)
    with pytest.raises(KeyFailed, match="is no key file"):
        load_key(path, {})


def _lines(key: Key) -> list[str]:
    return [line for line in key.text().splitlines() if not line.startswith("#")]


def test_a_key_rotated_in_its_file_is_used_at_once_by_a_vault_that_is_open(tmp_path: Path) -> None:
    file, key = tmp_path / "key", make_key()
    write_key_file(file, key)
    vault = FernetVault(key, file)
    old = vault.seal(b"old")
    write_key_file(file, key.rotated(), replace=True)
    new = FernetVault(load_key(file, {}).newest())
    assert new.open(vault.seal(b"new")) == b"new"
    assert (vault.open(old), vault.open(new.seal(b"theirs"))) == (b"old", b"theirs")


@pytest.mark.parametrize(
    "spoil", [Path.unlink, lambda file: file.write_text("nonsense"), lambda file: file.chmod(0o644)]
)
def test_a_key_file_that_is_gone_or_spoilt_changes_nothing(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    file, key = tmp_path / "key", make_key()
    write_key_file(file, key)
    vault = FernetVault(key, file)
    spoil(file)
    assert vault.open(vault.seal(b"plain")) == b"plain"


def test_resealing_takes_what_a_former_key_sealed_and_leaves_the_rest() -> None:
    key = make_key()
    rotated = key.rotated()
    vault = FernetVault(rotated)
    resealed = vault.reseal(FernetVault(key).seal(b"plain"))
    assert resealed is not None
    assert FernetVault(rotated.newest()).open(resealed) == b"plain"
    assert vault.reseal(resealed) is None
    with pytest.raises(StoreFailed, match="cannot be opened"):
        vault.reseal(FernetVault(make_key()).seal(b"strange"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_key_file_that_root_replaces_stays_the_services(tmp_path: Path) -> None:
    file = tmp_path / "key"
    write_key_file(file, make_key())
    os.chown(file, 65534, 65534)
    write_key_file(file, make_key(), replace=True)
    assert (file.stat().st_uid, file.stat().st_gid) == (65534, 65534)
