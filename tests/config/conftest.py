from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.files import HASHING, KEY


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "XDG_STATE_HOME": "/state", "UPS_GATEWAY_KEY": f"{KEY} hash:{HASHING}"}
