"""The packages in the hands of other tools: pipx, uv, and pytest in what the sdist unpacks to. By .ci/packages."""

from __future__ import annotations

import re
import sys
import tarfile
import venv
from pathlib import Path

import pytest

from tests.packages.building import ROOT, Packages, demonstrate, run

TRUST = {"UV_SYSTEM_CERTS": "1"}
"""uv, which pipx uses where it finds it, trusts what the machine trusts: a company's proxy too."""


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs pipx and uv, from the package index."""
    folder = tmp_path_factory.mktemp("tools")
    venv.create(folder, with_pip=True)
    run(folder / "bin" / "pip", "install", "--quiet", "pipx", "uv", folder=folder)
    return folder / "bin"


def test_pipx_installs_a_program_that_works(packages: Packages, tools: Path, tmp_path: Path) -> None:
    places = {"PIPX_HOME": str(tmp_path / "pipx"), "PIPX_BIN_DIR": str(tmp_path / "bin"), **TRUST}
    run(tools / "pipx", "install", packages.wheel, folder=tmp_path, environ=places)
    demonstrate(tmp_path / "bin" / "ups-gateway", tmp_path)
    run(tools / "pipx", "uninstall", "ups-gateway", folder=tmp_path, environ=places)
    assert list((tmp_path / "bin").iterdir()) == []


def test_uv_installs_a_program_that_works(packages: Packages, tools: Path, tmp_path: Path) -> None:
    places = {
        "UV_TOOL_DIR": str(tmp_path / "uv"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "UV_PYTHON": sys.executable,
        **TRUST,
    }
    run(tools / "uv", "tool", "install", packages.wheel, folder=tmp_path, environ=places)
    demonstrate(tmp_path / "bin" / "ups-gateway", tmp_path)
    run(tools / "uv", "tool", "uninstall", "ups-gateway", folder=tmp_path, environ=places)
    assert list((tmp_path / "bin").iterdir()) == []


def test_the_tests_in_the_sdist_are_those_of_the_tree(packages: Packages, tmp_path: Path) -> None:
    with tarfile.open(packages.sdist) as sdist:
        sdist.extractall(tmp_path, filter="data")
    assert collected(tmp_path / packages.sdist.name.removesuffix(".tar.gz")) == collected(ROOT)


def collected(folder: Path) -> str:
    """The names of all tests that pytest finds there."""
    options = ("--collect-only", "--quiet", "-p", "no:cacheprovider")
    listed = run(sys.executable, "-m", "pytest", *options, folder=folder, environ={"PYTHONDONTWRITEBYTECODE": "1"})
    return re.sub(r"collected in .*", "", listed)
