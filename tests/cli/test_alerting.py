"""`remind` and `alerts` beside a running demonstration, which has a sign-in in every state of health."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.cli.test_beside import CONFIGURATION, Beside
from ups_gateway.cli import main
from ups_gateway.cli.desktop import LONGEST, notify

ENDED = 'The UPS sign-in "Archive" has ended: N1P2Q3 cannot ship.'
Set = Callable[[str], None]


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Set]:
    """The demonstration runs; called with the configuration's `alerts`."""
    monkeypatch.chdir(tmp_path)
    with Beside(tmp_path / "data") as running:
        app = running.house.app
        text = CONFIGURATION.format(
            data=app.settings.data_directory, admin=app.ports.admin, legacy=app.ports.legacy, ups=running.house.ups_url
        )
        monkeypatch.setenv("UPS_GATEWAY_CONFIG", str(tmp_path / "gateway.yaml"))
        monkeypatch.setenv("GATEWAY_KEY", app.settings.key.text())
        monkeypatch.setenv("SECRET", "demo-secret")

        def configure(alerts: str) -> None:
            (tmp_path / "gateway.yaml").write_text(f"{text}alerts: {alerts}\n", "utf-8")

        configure("{environments: [simulator]}")
        yield configure


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def program(folder: Path, name: str, lines: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{lines}\n", "utf-8")
    file.chmod(0o755)
    return file


def test_remind_is_silent_when_all_is_well_in_production(configured: Set) -> None:
    configured("{}")
    done = _run("remind")
    assert (done.exit_code, done.output) == (0, "")
    assert (_run("remind", "--desktop").output, _run("alerts", "list").output) == ("", "Nothing is wrong.\n")
    assert json.loads(_run("remind", "--json").output)["alerts"] == []


def test_remind_says_in_a_line_what_needs_somebody(configured: Set) -> None:
    done = _run("remind")
    assert (done.exit_code, done.output) == (1, f"{ENDED} (and 3 more)\n")
    told = _run("remind", "--json")
    assert told.exit_code == 1
    assert [(one["kind"], one["accounts"]) for one in json.loads(told.output)["alerts"]] == [
        ("expired", ["N1P2Q3"]),
        ("rejected", ["K7L8M9"]),
        ("not_linked", ["Z9Y8X7"]),
        ("expiring", ["G4H5J6"]),
    ]


def test_remind_shows_a_notification_where_the_desktop_takes_one(
    configured: Set, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    program(folder, "notify-send", f"printf '%s\\n' \"$@\" > {tmp_path}/shown")
    done = _run("remind", "--desktop")
    assert (done.exit_code, done.output) == (1, "")
    shown = (tmp_path / "shown").read_text("utf-8").splitlines()
    assert shown[:5] == ["--app-name=ups-gateway", "--urgency=critical", "--", f"{ENDED} (and 3 more)", ENDED]


def test_a_notification_of_very_many_troubles_is_cut_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    program(folder, "notify-send", f"printf '%s' \"$5\" > {tmp_path}/shown")
    assert notify("Much", "Something is wrong.\n" * 20_000, urgent=True)
    assert (tmp_path / "shown").read_text("utf-8") == ("Something is wrong.\n" * 20_000)[:LONGEST]


@pytest.mark.parametrize("lines", ["exit 1", None])
def test_remind_says_it_in_a_line_where_there_is_no_desktop(
    configured: Set, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str | None
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    if lines is not None:
        program(folder, "notify-send", lines)
    assert _run("remind", "--desktop").output == f"{ENDED} (and 3 more)\n"


def test_alerts_are_listed_with_what_to_do_and_who_was_told(configured: Set) -> None:
    (first, *others) = json.loads(_run("alerts", "list", "--json").output)
    assert first.pop("ends_at")
    assert first == {
        "subject": "profile:1",
        "kind": "expired",
        "severity": "error",
        "words": ENDED,
        "advice": "Press Reauthorize for it and sign in at UPS; shipping works again at once.",
        "accounts": ["N1P2Q3"],
        "environment": "simulator",
        "told": {},
        "seen": None,
    }
    assert [one["severity"] for one in others] == ["error", "error", "reminder"]
    heads, row, *_ = _run("alerts", "list").output.splitlines()
    assert heads.split("  ")[0] == "About"
    assert row.startswith(f"profile:1  error     {ENDED}")
    assert row.endswith("  -          -")


def test_what_was_seen_is_listed_as_seen_and_remind_leaves_it_out(
    configured: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "clerk")
    subjects = [one["subject"] for one in json.loads(_run("alerts", "list", "--json").output)]
    assert _run("alerts", "seen", subjects[0]).output == ""
    listed = json.loads(_run("alerts", "list", "--json").output)
    assert [one["seen"] and one["seen"]["by"] for one in listed] == ["clerk", None, None, None]
    assert _run("alerts", "list").output.splitlines()[1].endswith(" clerk")
    assert not _run("remind").output.startswith(ENDED)
    assert _run("alerts", "seen", *subjects[1:]).exit_code == 0
    done = _run("remind")
    assert (done.exit_code, done.output) == (0, "")
    assert _run("alerts", "tell-again", subjects[0]).exit_code == 0
    assert _run("remind").output == f"{ENDED}\n"


def test_what_nothing_is_wrong_with_cannot_be_seen(configured: Set) -> None:
    done = _run("alerts", "seen", "profile:99")
    assert (done.exit_code, done.output) == (1, "Error: Nothing is wrong with profile:99: ups-gateway alerts list\n")
    done = _run("alerts", "tell-again", "profile:1")
    assert (done.exit_code, done.output) == (1, "Error: Nobody has seen profile:1: ups-gateway alerts list\n")


def test_a_test_alert_goes_by_every_way_and_each_says_how_it_went(configured: Set, tmp_path: Path) -> None:
    alert = program(tmp_path / "bin", "alert", f"cat > {tmp_path}/told")
    configured(f"{{command: [{alert}]}}")
    done = _run("alerts", "test")
    assert (done.exit_code, done.output) == (0, f"command to {alert}: sent\n")
    assert json.loads((tmp_path / "told").read_text("utf-8"))["severity"] == "test"
    configured(f"{{command: [{alert}], webhook_url: 'http://127.0.0.1:9/canary'}}")
    done = _run("alerts", "test", "--json")
    assert (done.exit_code, [(one["way"], bool(one["problem"])) for one in json.loads(done.output)]) == (
        1,
        [("webhook", True), ("command", False)],
    )
    assert "canary" not in done.output


def test_check_config_names_the_ways(configured: Set) -> None:
    configured("{command: [/bin/true], webhook_url: 'http://127.0.0.1:9/canary'}")
    assert _run("check-config").output.splitlines()[-1] == "Alerts by webhook, command: ups-gateway alerts test"


def test_a_test_alert_without_a_way_says_where_to_set_one_up(configured: Set) -> None:
    done = _run("alerts", "test")
    assert (done.exit_code, done.output) == (1, "No way is set up: see `alerts` in the configuration file.\n")
