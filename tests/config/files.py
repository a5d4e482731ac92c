"""Files of the configuration and of its secrets, and the words about them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

import pytest

from ups_gateway import config

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
OTHER_KEY = base64.urlsafe_b64encode(b"o" * 32).decode()
HASHING = base64.urlsafe_b64encode(b"h" * 32).decode()

MAIL = "email_to: [a@b.c], email_from: Gateway <a@b.c>, smtp_server: 'mail:25'"


def written(folder: Path, text: str) -> Path:
    file = folder / "gateway.yaml"
    file.write_text(text)
    return file


def problems(file: Path | None, environ: Mapping[str, str], credentials: Path | None = None) -> list[str]:
    """What is wrong, as "line key: words"."""
    with pytest.raises(config.ConfigFailed) as failed:
        config.load(file, environ, credentials)
    return [f"{one.line or '-'} {one.key}: {one.words}" for one in failed.value.problems]


def secret_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "secret"
    file.write_text(text)
    file.chmod(mode)
    return file
