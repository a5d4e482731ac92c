"""A command line with a home of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ups_gateway.cli import main

Run = Callable[..., Result]

CONFIGURATION = """\
data_directory: {data}
applications:
  - {{name: shop, environment: production, grant: authorization_code, client_id: id, client_secret_env: SECRET}}
  - {{name: own, environment: test, grant: client_credentials, client_id: id, client_secret_env: SECRET}}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command against a fresh store with two applications."""
    for name, folder in (("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.delenv("UPS_GATEWAY_KEY", raising=False)
    monkeypatch.setenv("SECRET", "hidden")

    def invoke(*arguments: str, standard_input: str | None = None) -> Result:
        return CliRunner().invoke(main, arguments, input=standard_input)

    return invoke


@pytest.fixture
def ready(run: Run, tmp_path: Path) -> Run:
    """The same, with a key and a configuration that has the two applications."""
    data = tmp_path / "data"
    assert run("init", "--data", str(data)).exit_code == 0
    file = tmp_path / "config" / "ups-gateway" / "ups-gateway.yaml"
    file.write_text(CONFIGURATION.format(data=data), "utf-8")
    return run
