"""What is wrong with a configuration: all of it at once, with line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.files import MAIL, problems, secret_file, written
from ups_gateway import config


def test_all_problems_are_told_at_once_with_line_and_key(tmp_path: Path, environ: dict[str, str]) -> None:
    secret_file(tmp_path, "hidden", 0o644)
    file = written(
        tmp_path,
        f"""listen:
  legacy: 8080
  adminn: 127.0.0.1:1
keep_labels: 3d
ledger:
  keep_labels: 91d
  replay_window: 3d
  replay_window: 4d
environments:
  - name: test
    base_url: https://example.com/api
  - base_url: http://example.com
applications:
  - name: one
    client_id: [a, b]
    client_secret: "canary"
  - name: one
    environment: nowhere
    client_id: x
    client_secret_file: {tmp_path}/secret
  - warehouse
upstream:
  ca_file: /nowhere.pem
  proxy: http://user:canary2@proxy:1
upstream_api:
  ship_confirm: xml-oauth
  landed_cost: rest
log: loud
""",
    )
    told = problems(file, environ)
    assert told == [
        "2 listen.legacy: '8080': expected HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080",
        "3 listen.adminn: no such setting; did you mean listen.admin?",
        "4 keep_labels: no such setting; did you mean ledger.keep_labels?",
        "6 ledger.keep_labels: '91d': expected 0d to 90d",
        "8 ledger.replay_window: stands here twice",
        "10 environments[0].name: 'test' is there already",
        (
            "11 environments[0].base_url: 'https://example.com/api': expected https://HOST or https://HOST:PORT, "
            "without a path"
        ),
        "12 environments[1].base_url: 'http://example.com': expected https: plain http is for this machine only",
        "12 environments[1].name: missing",
        "14 applications[0]: name exactly one of client_secret_file, client_secret_env and client_secret_credential",
        "15 applications[0].client_id: expected one value",
        (
            "16 applications[0].client_secret: a secret never stands in this file; name a file, an environment "
            "variable or a systemd credential"
        ),
        "17 applications[1].name: 'one' is there already",
        "18 applications[1].environment: 'nowhere': expected one of production, test",
        (
            f"20 applications[1].client_secret_file: {tmp_path}/secret can be read by others (mode 0644); "
            f"mend it with: chmod 600 {tmp_path}/secret"
        ),
        "21 applications[2]: expected settings, each NAME: VALUE",
        "21 applications[2].name: missing",
        "21 applications[2].client_id: missing",
        "21 applications[2]: name exactly one of client_secret_file, client_secret_env and client_secret_credential",
        "23 upstream.ca_file: /nowhere.pem holds no certificates that can be read (PEM)",
        "24 upstream.proxy: expected http://HOST:PORT, without a user name or password",
        "26 upstream_api.ship_confirm: ship_confirm and ship_accept switch only together",
        "27 upstream_api.landed_cost: no such setting",
        "28 log: expected settings, each NAME: VALUE",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "{environments: [test, nowhere], email_to: [nobody]}",
            [
                "1 alerts.environments: 'test': UPS's test environment never alerts",
                "1 alerts.email_to: 'nobody': expected an e-mail address, for example shipping@example.com",
                "1 alerts.environments: 'nowhere': expected one of production, test",
            ],
        ),
        (
            "{email_to: [a@b.c], smtp_server: 'mail:25'}",
            ["- alerts.email_from: missing: e-mail needs email_to, email_from and smtp_server"],
        ),
        (
            "{smtp_user: gateway, smtp_password_env: S}",
            [
                f"1 alerts.{name}: nobody gets e-mail: set alerts.email_to, email_from and smtp_server too"
                for name in ("smtp_user", "smtp_password_env")
            ],
        ),
        (
            f"{{{MAIL}, smtp_user: gateway, smtp_security: none, smtp_password: canary}}",
            [
                (
                    "1 alerts.smtp_password: a secret never stands in this file; name a file, an environment variable "
                    "or a systemd credential"
                ),
                "1 alerts.smtp_user: a user and a password go together",
            ],
        ),
        (
            f"{{{MAIL}, smtp_user: gateway, smtp_security: none, smtp_password_env: S, smtp_password_file: x}}",
            [
                (
                    "1 alerts.smtp_password_env: name only one of smtp_password_file, smtp_password_env and "
                    "smtp_password_credential"
                ),
                "1 alerts.smtp_password_file: {folder}/x cannot be read: No such file or directory",
            ],
        ),
        (
            f"{{{MAIL}, smtp_user: gateway, smtp_security: none, smtp_password_env: S}}",
            ["1 alerts.smtp_security: none would send the password readable; only to this machine"],
        ),
        (
            "{email_to: [a@b.c], email_from: a@b.c, smtp_server: 'mail:0'}",
            ["1 alerts.smtp_server: expected HOST:PORT, for example smtp.example.com:587"],
        ),
        (
            "{webhook_url: http://example.com/canary}",
            ["1 alerts.webhook_url: expected a URL with https; plain http is for this machine only"],
        ),
        (
            "{webhook_url: 'https://[canary'}",
            ["1 alerts.webhook_url: expected a URL with https; plain http is for this machine only"],
        ),
        (
            "{webhook_url: 'https://example.com/canary', webhook_url_env: S}",
            ["1 alerts.webhook_url: name only one of webhook_url and its file, environment and credential"],
        ),
        (
            "{command: [notify, now]}",
            ["1 alerts.command: notify: expected the whole path of a program that can be run"],
        ),
    ],
)
def test_a_way_of_alerting_that_could_never_work_is_a_problem(
    tmp_path: Path, environ: dict[str, str], text: str, told: list[str]
) -> None:
    found = problems(written(tmp_path, f"alerts: {text}"), {**environ, "S": "https://example.com/canary"})
    assert found == [one.replace("{folder}", str(tmp_path)) for one in told]
    assert [one for one in found if "canary" in one] == []


@pytest.mark.parametrize(
    "text", ["{command: [], email_to: []}", "{webhook_url: http://127.0.0.1:9/ups}", f"{{{MAIL}}}"]
)
def test_a_way_of_alerting_needs_no_more_than_it_must(tmp_path: Path, environ: dict[str, str], text: str) -> None:
    config.load(written(tmp_path, f"alerts: {text}"), environ)


def test_the_message_names_file_line_and_key(tmp_path: Path, environ: dict[str, str]) -> None:
    file = written(tmp_path, "log: {level: loud}\nlimits: {total: 0.5}")
    with pytest.raises(config.ConfigFailed) as failed:
        config.load(file, environ)
    assert str(failed.value) == (
        f"{file}:1: log.level: 'loud': expected one of debug, info, warning, error\n"
        f"{file}:2: limits.total: '0.5': expected a number and s, m, h or d, for example 60m"
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("upstream: {proxy: 'http://127.0.0.1:8080'}", "upstream.proxy"),
        ("upstream: {proxy: 'http://localhost:8081'}", "upstream.proxy"),
        ("environments: [{name: a, base_url: 'https://localhost'}]", "environments[0].base_url"),
        ("environments: [{name: a, base_url: 'http://[::1]:8080'}]", "environments[0].base_url"),
    ],
)
def test_the_gateway_is_not_told_to_call_itself(tmp_path: Path, environ: dict[str, str], text: str, key: str) -> None:
    words = "that is the gateway itself; expected UPS's address, or another program's"
    assert problems(written(tmp_path, text), environ) == [f"1 {key}: {words}"]


@pytest.mark.parametrize("port", [8079, 8082])
def test_another_program_of_this_machine_may_be_called(tmp_path: Path, environ: dict[str, str], port: int) -> None:
    text = f"upstream: {{proxy: 'http://127.0.0.1:{port}'}}\nenvironments: [{{name: a, base_url: 'http://127.0.0.1:{port}'}}]"
    assert config.load(written(tmp_path, text), environ).upstream.proxy == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "listen: {legacy: 0.0.0.0:8080}",
            "1 listen.legacy: 0.0.0.0:8080 can be reached by others without TLS; {hint}",
        ),
        ("listen: {admin: 'office:8081'}", "1 listen.admin: office:8081 can be reached by others without TLS; {hint}"),
        (
            "listen: {tls: '[::]:443'}",
            "1 listen.tls: [::]:443 needs listen.allow, the networks that may come; {hint}",
        ),
        (
            "listen: {proxy: 0.0.0.0:3128, allow: [10.0.0.0/8]}",
            "1 listen.proxy: 0.0.0.0:3128 can be reached by others without TLS; {hint}",
        ),
        ("listen: {proxy: 127.0.0.1:443}", "1 listen.proxy: 127.0.0.1:443 is listen.tls already"),
        ("listen:\n  admin: 127.0.0.1:8080", "2 listen.admin: 127.0.0.1:8080 is listen.legacy already"),
    ],
)
def test_listeners_stay_on_this_machine_unless_it_is_written_out(
    tmp_path: Path, environ: dict[str, str], text: str, told: str
) -> None:
    hint = "write listen.insecure_lan: true if that is wanted"
    assert problems(written(tmp_path, text), environ) == [told.format(hint=hint)]


@pytest.mark.parametrize(
    "text",
    [
        "listen: {tls: 0.0.0.0:443, allow: [10.0.0.0/8]}",
        "listen: {legacy: 0.0.0.0:8080, insecure_lan: true}",
        "listen: {legacy: 'localhost:8080', tls: 127.0.0.2:443}",
    ],
)
def test_listeners_may_be_reached_when_it_is_meant(tmp_path: Path, environ: dict[str, str], text: str) -> None:
    config.load(written(tmp_path, text), environ)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("listen: [", "1 : no YAML: expected the node content, but found '<stream end>'"),
        ("a: \x01", "- : no YAML: a character that YAML does not allow"),
        ("- listen", "1 : expected settings, each NAME: VALUE"),
        ("applications: {name: x}", "1 applications: expected a list, each entry beginning with a dash"),
        ("listen: {allow: 10.0.0.1}", "1 listen.allow: expected a list"),
        (
            "listen: {allow: [ten]}",
            "1 listen.allow: 'ten': expected an address or a network, for example 192.168.1.0/24",
        ),
        ("? [a]\n: b", "1 ?: no such setting"),
        ("listen: {tls: 127.0.0.1:66000}", "1 listen.tls: '127.0.0.1:66000': {address}"),
        ("key: {env: A, file: b}", "1 key.env: name only one of key.file, key.env and key.credential"),
        ("key: {env: NOWHERE}", "1 key.env: the environment has no NOWHERE"),
        ("key: {env: EMPTY}", "1 key.env: EMPTY is empty"),
        (
            "key: {env: SHORT}",
            (
                "1 key.env: SHORT: expected one or more sealing keys and exactly one 'hash:' line, found 1 and 0. "
                "Restore the key file from its copy, or make a new one with `ups-gateway init`."
            ),
        ),
        ("key: {credential: c}", "1 key.credential: there is no credential c: systemd gave none (LoadCredential=)"),
        ("key: {file: .}", "1 key.file: {folder} is not a file"),
        ("key: {file: ''}", "1 key.file: '': expected some text on one line"),
        ("log:\nlisten: ~\nlimits: {requests: 0}", "3 limits.requests: '0': expected a whole number from 1 on"),
        ("limits: {max_body: 1GB}", "1 limits.max_body: '1GB': expected a number and KB or MB, for example 20MB"),
        ("listen: {insecure_lan: yes}", "1 listen.insecure_lan: 'yes': expected true or false"),
        (
            "applications: [{name: a, client_id: b, client_secret_env: ''}]",
            "1 applications[0].client_secret_env: '': expected some text on one line",
        ),
        (
            "applications: [{name: a, client_id: b, client_secret_env: UPS_GATEWAY_KEY, redirect_uri: upscallback}]",
            (
                "1 applications[0].redirect_uri: 'upscallback': expected the URL that is registered at UPS, "
                "for example https://127.0.0.1/upscallback"
            ),
        ),
        ("environments: ~\napplications:\nlog: {level: [a]}", "3 log.level: expected one value"),
        (
            "upstream: {proxy: 'http://[x'}",
            "1 upstream.proxy: 'http://[x': expected http://HOST:PORT, without a user name or password",
        ),
    ],
)
def test_each_kind_of_problem_has_its_words(tmp_path: Path, environ: dict[str, str], text: str, told: str) -> None:
    address = "expected HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080"
    environ |= {"EMPTY": " \n", "SHORT": "abc"}
    expected = told.replace("{address}", address).replace("{folder}", str(tmp_path))
    assert problems(written(tmp_path, text), environ) == [expected]


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, environ: dict[str, str]) -> None:
    assert problems(tmp_path / "none.yaml", environ) == ["- : cannot be read: No such file or directory"]
    file = tmp_path / "latin.yaml"
    file.write_bytes(b"log: \xff")
    assert problems(file, environ) == ["- : cannot be read: not readable as UTF-8 text"]


def test_a_missing_key_names_the_command_that_makes_one(environ: dict[str, str]) -> None:
    del environ["UPS_GATEWAY_KEY"]
    assert problems(None, environ) == [
        (
            "- key.file: /state/ups-gateway/vault.key cannot be read: No such file or directory; "
            "`ups-gateway init` makes one"
        )
    ]


def test_a_missing_credential_is_a_problem(tmp_path: Path, environ: dict[str, str]) -> None:
    file = written(tmp_path, "key: {credential: ../none}")
    assert problems(file, environ, tmp_path) == [
        f"1 key.credential: {tmp_path}/none cannot be read: No such file or directory"
    ]
