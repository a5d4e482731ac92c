"""Wheel and sdist: what is in them, and that the wheel is all that a machine needs."""

from __future__ import annotations

import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import ups_gateway
from tests.packages.building import ROOT, Packages, demonstrate, run, tracked

NAME = f"ups_gateway-{ups_gateway.__version__}"
UNITS = f"{NAME}.data/data/share/ups-gateway/systemd"


@pytest.fixture(scope="module")
def installed(packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=True)
    run(folder / "venv" / "bin" / "pip", "install", "--quiet", packages.wheel, folder=folder)
    return folder / "venv"


def test_the_wheel_carries_the_program_with_its_pages_and_the_units(packages: Packages) -> None:
    with zipfile.ZipFile(packages.wheel) as wheel:
        found = {name: wheel.read(name) for name in wheel.namelist() if not name.startswith(f"{NAME}.dist-info/")}
    program = {name: name for name in tracked() if name.startswith("ups_gateway/")}
    units = {f"{UNITS}/{Path(name).name}": name for name in tracked() if name.startswith("systemd/")}
    assert found == {inside: (ROOT / name).read_bytes() for inside, name in (program | units).items()}


def test_the_sdist_carries_the_whole_tree(packages: Packages) -> None:
    with tarfile.open(packages.sdist) as sdist:
        found = {member.name: content.read() for member in sdist if (content := sdist.extractfile(member))}
    assert found.pop(f"{NAME}/PKG-INFO").startswith(b"Metadata-Version: ")
    assert found == {f"{NAME}/{name}": (ROOT / name).read_bytes() for name in tracked()}


def test_the_wheel_in_an_empty_environment_runs_the_demonstration(installed: Path, tmp_path: Path) -> None:
    said = demonstrate(installed / "bin" / "ups-gateway", tmp_path)
    assert [file.suffix for file in tmp_path.iterdir()] == [".gif"], said
    assert sorted(file.name for file in (installed / "share/ups-gateway/systemd").iterdir()) == sorted(
        file.name for file in (ROOT / "systemd").iterdir()
    )


def test_bash_completes_commands_and_options(installed: Path, tmp_path: Path) -> None:
    program = installed / "bin" / "ups-gateway"
    script = tmp_path / "completion"
    script.write_text(run(program, folder=tmp_path, environ={"_UPS_GATEWAY_COMPLETE": "bash_source"}))
    ask = f"""
        PATH={program.parent}:$PATH; source {script}
        complete -p ups-gateway
        COMP_WORDS=(ups-gateway accounts a) COMP_CWORD=2
        _ups_gateway_completion ups-gateway; echo "${{COMPREPLY[@]}}"; COMPREPLY=()
        COMP_WORDS=(ups-gateway demo --on) COMP_CWORD=2
        _ups_gateway_completion ups-gateway; echo "${{COMPREPLY[@]}}"
    """
    assert run("bash", "-c", ask, folder=tmp_path).splitlines() == [
        "complete -o nosort -F _ups_gateway_completion ups-gateway",
        "add",
        "--once",
    ]
