"""Every command line in README and docs is one that the program takes, and what can be run beside a house is run."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.docs.lines import PAGES, ROOT, blocks, commands
from tests.house import House
from ups_gateway.cli import main

LINES = sorted({line for page in PAGES for line in commands(page.read_text("utf-8"))})
HARMLESS = (
    *(("check-config",), ("status",), ("trust",), ("remind",), ("report",), ("traffic",), ("backup",)),
    *(("admin-link",), ("translate",), ("profiles", "list"), ("profiles", "show"), ("profiles", "test")),
    *(("accounts", "list"), ("keys", "list"), ("keys", "set"), ("keys", "mark"), ("alerts", "list")),
    *(("shipments", "list"), ("captures", "on"), ("captures", "list"), ("captures", "off")),
)
"""What a house with one profile, account and key can carry out, whatever is said with it. Not `doctor`: it looks at the
machine around it too."""
ABSENT = ("--to", "--csv", "--save", "D4E5F6", "--test-account", "--desktop")
"""What it lacks, or what would be written outside it."""


def takes(arguments: tuple[str, ...]) -> None:
    """Parses as the program would, and carries nothing out. Raises click.ClickException."""
    command: click.Command = main
    context = click.Context(main, info_name="ups-gateway")
    rest = list(arguments)
    while isinstance(command, click.Group) and not rest[0].startswith("-"):
        name = rest.pop(0)
        inner = command.get_command(context, name)
        if inner is None:
            raise click.UsageError(f"no command {name}")
        command, context = inner, click.Context(inner, context, info_name=name)
        if not rest and isinstance(command, click.Group):
            raise click.UsageError(f"{name} wants a further word")
    with suppress(click.exceptions.Exit), command.make_context(command.name, rest):  # Exit: --help, --version
        pass


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files are that command lines name."""
    monkeypatch.chdir(tmp_path)
    request = ROOT / "tests/translate/cases/rate"
    (tmp_path / "request.xml").write_bytes(min(request.glob("*/legacy-request.xml")).read_bytes())
    return tmp_path


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_a_command_line_of_the_docs_is_one_that_the_program_takes(line: tuple[str, ...], folder: Path) -> None:
    takes(tuple(one if not one.startswith("/mnt/") else "request.xml" for one in line))


@pytest.mark.parametrize("line", ["keys", "keys map", "keys map --acount 1", "no-such", "authorize one", "serve x"])
def test_a_wrong_command_line_would_be_noticed(line: str, folder: Path) -> None:
    with pytest.raises(click.UsageError):
        takes(tuple(line.split()))


def test_command_lines_are_found_where_people_copy_them() -> None:
    text = """
Say `ups-gateway
status`, or `systemctl status ups-gateway`; a ups-gateway here is prose.

    sudo ups-gateway keys list | less   # a comment

1. a step

    ```sh
    A=1 ups-gateway backup \\
        --to x && ups-gateway doctor > out
    docker exec ups-gateway ups-gateway admin-link
    ```
"""
    assert list(commands(text)) == [
        *(("backup", "--to", "x"), ("doctor",), ("admin-link",), ("keys", "list"), ("status",))
    ]
    assert blocks(text, "sh")[0].splitlines()[0] == "A=1 ups-gateway backup \\"


def _steps(page: str) -> list[tuple[str, ...]]:
    """What the page has one do, but for what needs UPS or a program that has sent something."""
    steps = [step for block in blocks(page, "sh") for step in commands(f"```sh\n{block}```")]
    needs_more = (("authorize",), ("profiles", "test"), ("keys", "map", "--seen"), ("status",))
    return [step for step in steps if not any(step[: len(one)] == one for one in needs_more)]


async def test_what_is_harmless_works_in_a_house(house: House, folder: Path) -> None:
    lines = [
        line
        for line in LINES
        if any(line[: len(one)] == one for one in HARMLESS) and not any(word in ABSENT for word in line)
    ]
    assert {one for one in HARMLESS if not any(line[: len(one)] == one for line in lines)} == set()
    failed = []
    for line in lines:
        config = () if line[0] == "translate" else ("--config", str(house.file))
        ran = await asyncio.to_thread(CliRunner().invoke, main, [*line, *config], env=dict(house.environ))
        if ran.exit_code:
            failed.append((line, ran.output))
    assert failed == []


def test_an_account_is_connected_by_the_pages_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration of register.md and the commands of connect.md, but for the sign-in at UPS and the key typed."""
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs/connect.md").read_text("utf-8")
    (first,) = blocks((ROOT / "docs/register.md").read_text("utf-8"), "yaml")
    (second,) = blocks(page, "yaml")
    secret = tmp_path / "warehouse.secret"
    secret.touch(0o600)
    secret.write_text("secret")
    text = (first + second.removeprefix("applications:\n")).replace("/etc/ups-gateway/warehouse.secret", str(secret))
    (tmp_path / "ups-gateway.yaml").write_text(f"data_directory: {tmp_path / 'data'}\n{text}")
    environ = {"UPS_GATEWAY_CONFIG": str(tmp_path / "ups-gateway.yaml"), "STATE_DIRECTORY": str(tmp_path / "data")}
    said = {}
    for step in [("init",), ("check-config",), *_steps(page)]:
        typed = "STATION07\nstation\nlong password\n" if step[:2] == ("keys", "map") else None
        ran = CliRunner().invoke(main, list(step), env=environ, input=typed)
        assert ran.exit_code == 0, (step, ran.output)
        said[step[:2]] = ran.output
    assert said["profiles", "add"] == "Profile 2 has been added. Sign in for it: ups-gateway authorize 2\n"
    assert said["accounts", "add"] == "Account A1B2C3 (test) has been added.\n"
    assert said["keys", "map"].endswith("ships on A1B2C3 (production).\n")
