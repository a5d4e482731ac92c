"""`init`, `check-config` and `trust`: from nothing to a configuration that starts."""

from __future__ import annotations

import json
import socket
import ssl
import stat
from pathlib import Path

from tests.cli.conftest import Run


def test_init_makes_a_private_key_and_a_documented_file_that_checks_out(run: Run, tmp_path: Path) -> None:
    assert run("init").exit_code == 0
    key = tmp_path / "state" / "ups-gateway" / "vault.key"
    file = tmp_path / "config" / "ups-gateway" / "ups-gateway.yaml"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    checked = run("check-config")
    assert checked.exit_code == 0
    assert checked.stdout == (
        f"{file}. Nothing is wrong.\nNo application is configured yet: nothing can sign in at UPS.\n"
    )


def test_init_overwrites_nothing(run: Run, tmp_path: Path) -> None:
    run("init")
    key = tmp_path / "state" / "ups-gateway" / "vault.key"
    before = key.read_text("utf-8")
    again = run("init")
    assert again.exit_code == 0
    assert again.stdout.count("(was there)") == 2
    assert key.read_text("utf-8") == before


def test_init_that_cannot_write_says_why(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    failed = run("init", "--data", str(tmp_path / "file"))
    assert failed.exit_code == 1
    assert failed.stderr.startswith("Error: ")


def test_check_config_lists_all_problems_and_fails(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("listn: {}\nlog: {level: loud}\n", "utf-8")
    failed = run("check-config", "--config", str(file))
    assert failed.exit_code == 1
    assert "listn" in failed.stderr
    assert "log.level" in failed.stderr


def test_check_config_names_the_applications_and_answers_programs_in_json(ready: Run, tmp_path: Path) -> None:
    checked = ready("check-config")
    assert checked.stdout.splitlines()[1:] == [
        "Application shop: authorization_code, production",
        "Application own: client_credentials, test",
    ]
    file = tmp_path / "config" / "ups-gateway" / "ups-gateway.yaml"
    assert json.loads(ready("check-config", "--json").stdout) == {"ok": True, "file": str(file)}


def test_trust_makes_the_authority_and_gives_complete_commands(ready: Run, tmp_path: Path) -> None:
    told = json.loads(ready("trust", "--json").stdout)
    authority = Path(told["ca"])
    assert authority == tmp_path / "data" / "tls" / "ca.pem"
    assert ssl.create_default_context(cafile=authority).cert_store_stats()["x509_ca"] == 1
    assert all(one["title"] and one["commands"] for one in told["instructions"])
    shown = ready("trust").stdout
    assert shown.startswith(f"The authority's certificate: {authority}\n")
    assert all(line in shown for one in told["instructions"] for line in one["commands"])


def test_trust_shows_the_lines_of_the_hosts_file_and_writes_them_nowhere(ready: Run) -> None:
    before = Path("/etc/hosts").read_bytes()
    hosts = ("onlinetools.ups.com", "wwwcie.ups.com", "www.ups.com", "filexfer.ups.com")
    lines = [f"127.0.0.1 {host}" for host in hosts]
    shown = ready("trust").stdout.splitlines()
    begin = shown.index(
        "For a program with UPS's host name built in, in /etc/hosts (Windows: System32\\drivers\\etc\\hosts)"
    )
    assert [line.strip() for line in shown[begin + 1 : begin + 5]] == lines
    assert json.loads(ready("trust", "--json").stdout)["hosts"] == lines
    assert Path("/etc/hosts").read_bytes() == before


def test_trust_saves_a_copy_that_everybody_can_read(ready: Run, tmp_path: Path) -> None:
    copy = tmp_path / "ups-gateway-ca.pem"
    told = json.loads(ready("trust", "--json", "--save", str(copy)).stdout)
    assert (told["ca"], stat.S_IMODE(copy.stat().st_mode)) == (str(copy), 0o644)
    assert copy.read_bytes() == (tmp_path / "data" / "tls" / "ca.pem").read_bytes()
    assert ready("trust", "--save", str(tmp_path)).stderr == f"Error: {tmp_path} cannot be written: Is a directory\n"


def test_a_link_to_a_page_on_every_address_names_this_machine(run: Run, tmp_path: Path) -> None:
    run("init")
    file = tmp_path / "everywhere.yaml"
    file.write_text("listen: {admin: '0.0.0.0:8081', insecure_lan: true}\n")
    link = run("admin-link", "--config", str(file)).stdout
    assert link.partition("?")[0] == f"http://{socket.gethostname()}:8081/sign-in"


def test_every_command_has_help_with_an_example(run: Run) -> None:
    from ups_gateway.cli import COMMANDS

    missing = [name for name in COMMANDS if "Example:" not in run(name, "--help").stdout]
    assert missing == []


def test_keys_unlock_says_when_nobody_is_held_back(ready: Run) -> None:
    assert (
        ready(
            "accounts", "add", "A1B2C3", "--application", "own", "--postal-code", "30328", "--country", "US"
        ).exit_code
        == 0
    )
    typed = "LICENCE0000KEY01\ncart\npassword\n"
    assert ready("keys", "map", "--account", "A1B2C3", standard_input=typed).exit_code == 0
    told = ready("keys", "unlock", "1")
    assert (told.exit_code, told.stderr) == (1, "Error: No address is held back from key 1.\n")


def test_a_number_that_production_and_test_both_have_means_production_unless_it_is_the_test_account(ready: Run) -> None:
    address = ("--application", "own", "--postal-code", "30328", "--country", "US")
    for environment in ("production", "test"):
        assert ready("accounts", "add", "A1B2C3", "--environment", environment, *address).exit_code == 0
    typed = "LICENCE\nuser\npassword\n"
    told = ready("keys", "map", "--account", "A1B2C3", "--test-account", "A1B2C3", standard_input=typed)
    assert told.stdout.endswith("ships on A1B2C3 (production).\n"), told.output
    (key,) = json.loads(ready("keys", "list", "--json").stdout)["keys"]
    assert (key["account"], key["accounts"], key["test_account"]) == (1, [1], 2)
