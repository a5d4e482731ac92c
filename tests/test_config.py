"""The configuration: one table, one file, all problems at once."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
import yaml

from ups_gateway import config
from ups_gateway.config.settings import (
    Address,
    Alerts,
    Email,
    LedgerDefaults,
    Limits,
    Listen,
    Log,
    Settings,
    TokenBudget,
    Upstream,
    Webhook,
)
from ups_gateway.config.table import TABLE
from ups_gateway.model import Application, Environment, Grant, Operation, Secret
from ups_gateway.oauth.vault import Key

DOCUMENTED = Path(__file__).parent.parent / "config" / "ups-gateway.yaml"
KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
OTHER_KEY = base64.urlsafe_b64encode(b"o" * 32).decode()
HASHING = base64.urlsafe_b64encode(b"h" * 32).decode()

MAIL = "email_to: [a@b.c], email_from: Gateway <a@b.c>, smtp_server: 'mail:25'"

DEFAULTS = Settings(
    listen=Listen(Address("127.0.0.1", 8080), Address("127.0.0.1", 8081), Address("127.0.0.1", 443), False, ()),
    data_directory=Path("/state/ups-gateway"),
    key=Key((Secret(KEY),), Secret(HASHING)),
    key_file=None,
    environments={
        "production": Environment("production", "https://onlinetools.ups.com"),
        "test": Environment("test", "https://wwwcie.ups.com"),
    },
    applications=(),
    anonymous_key=None,
    ledger=LedgerDefaults(timedelta(minutes=60), timedelta(days=7), timedelta(minutes=10)),
    limits=Limits(20_000_000, 500, 1000, 30.0, 60.0),
    tokens=TokenBudget(200, 30),
    upstream=Upstream(None, None),
    old_api=frozenset(),
    alerts=Alerts(frozenset({"production"}), None, None, ()),
    log=Log("info", "text"),
    file=None,
)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "XDG_STATE_HOME": "/state", "UPS_GATEWAY_KEY": f"{KEY} hash:{HASHING}"}


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


def replaced(settings: Settings, **changes: object) -> Settings:
    values = {name: getattr(settings, name) for name in Settings.__slots__}
    return Settings(**{**values, **changes})


def test_without_a_file_everything_has_its_default(environ: dict[str, str]) -> None:
    assert config.load(None, environ) == DEFAULTS


def test_the_documented_file_is_what_the_table_says() -> None:
    assert DOCUMENTED.read_text() == config.example()


def test_the_documented_file_changes_nothing(environ: dict[str, str]) -> None:
    assert config.load(DOCUMENTED, environ) == replaced(DEFAULTS, file=DOCUMENTED)


def test_the_documented_file_names_every_setting_once() -> None:
    """Also where the comment signs of what has no default are taken away."""
    lines = [line for line in DOCUMENTED.read_text().splitlines() if not line.lstrip(" #").endswith(".")]
    uncommented = "\n".join(_uncommented(line) for line in lines if ":" in line)
    tree = yaml.load(uncommented, Loader=yaml.BaseLoader)
    names = [
        f"{head}{'[]' if isinstance(below, list) else ''}.{name}" if name else head
        for head, below in tree.items()
        for name in (below[0] if isinstance(below, list) else below if isinstance(below, dict) else [""])
    ]
    assert names == [setting.key for setting in TABLE]


def _uncommented(line: str) -> str:
    return line.replace("# ", "", 1) if line.lstrip().startswith("# ") else line


def test_every_setting_says_in_a_sentence_what_it_does() -> None:
    assert [setting.key for setting in TABLE if not setting.doc.endswith(".")] == []
    assert [setting.key for setting in TABLE if setting.default is None and not setting.example] == []


def test_every_default_and_example_can_be_read() -> None:
    for setting in TABLE:
        if not setting.many:
            setting.read(setting.default or setting.example)


def test_a_full_file_becomes_settings(tmp_path: Path, environ: dict[str, str]) -> None:
    secret_file(tmp_path, f"# newest first\n{OTHER_KEY}\n{KEY}\nhash:{HASHING}\n")
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    file = written(
        tmp_path,
        """
listen: {legacy: "192.168.1.5:8080", tls: off, admin: "[::1]:0", insecure_lan: true, allow: [192.168.1.0/24, 10.0.0.7]}
data_directory: data
key: {file: secret}
environments:
  - {name: simulator, base_url: http://127.0.0.1:8082/}
applications:
  - name: warehouse
    environment: simulator
    client_id: 0123
    client_secret_env: WAREHOUSE
    redirect_uri: https://localhost/upscallback
    pkce: false
  - {name: shop, environment: test, grant: client_credentials, client_id: abc, client_secret_credential: shop}
anonymous_key: ABCDEF0123456789
ledger: {void_unaccepted_after: never, keep_labels: 0d, replay_window: 90s}
limits: {max_body: 500KB, requests: 5, connections: 6, receive: 7s, total: 2m}
tokens: {application: 10, profile: 2}
upstream: {proxy: "http://proxy:3128"}
upstream_api: {rate: xml-oauth, ship_confirm: xml-oauth, ship_accept: xml-oauth}
alerts:
  environments: [simulator]
  email_to: ["Shipping <shipping@example.com>", it@example.com]
  email_from: gateway@example.com
  smtp_server: smtp.example.com:465
  smtp_security: tls
  smtp_user: gateway
  smtp_password_env: WAREHOUSE
  webhook_url_credential: shop
  webhook_proxy: false
  command: [/bin/sh, -c, exit]
log: {level: debug, format: json}
""",
    )
    (credentials / "shop").write_text("https://alerts.example.com/canary\n")
    loaded = config.load(file, {**environ, "WAREHOUSE": "from the environment"}, credentials)
    assert loaded == Settings(
        listen=Listen(
            Address("192.168.1.5", 8080),
            Address("::1", 0),
            None,
            True,
            (ip_network("192.168.1.0/24"), ip_network("10.0.0.7")),
        ),
        data_directory=tmp_path / "data",
        key=Key((Secret(OTHER_KEY), Secret(KEY)), Secret(HASHING)),
        key_file=tmp_path / "secret",
        environments={
            **DEFAULTS.environments,
            "simulator": Environment("simulator", "http://127.0.0.1:8082"),
        },
        applications=(
            Application(
                "warehouse",
                "simulator",
                Grant.AUTHORIZATION_CODE,
                "0123",
                Secret("from the environment"),
                "https://localhost/upscallback",
                pkce=False,
            ),
            Application("shop", "test", Grant.CLIENT_CREDENTIALS, "abc", Secret("https://alerts.example.com/canary")),
        ),
        anonymous_key="ABCDEF0123456789",
        ledger=LedgerDefaults(None, timedelta(), timedelta(seconds=90)),
        limits=Limits(500_000, 5, 6, 7.0, 120.0),
        tokens=TokenBudget(10, 2),
        upstream=Upstream("http://proxy:3128", None),
        old_api=frozenset({Operation.RATE, Operation.SHIP_CONFIRM, Operation.SHIP_ACCEPT}),
        alerts=Alerts(
            frozenset({"production", "simulator"}),
            Email(
                Address("smtp.example.com", 465),
                "tls",
                "gateway@example.com",
                ("Shipping <shipping@example.com>", "it@example.com"),
                "gateway",
                Secret("from the environment"),
            ),
            Webhook(Secret("https://alerts.example.com/canary"), proxy=False),
            ("/bin/sh", "-c", "exit"),
        ),
        log=Log("debug", "json"),
        file=file,
    )


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


def test_an_empty_file_changes_nothing(tmp_path: Path, environ: dict[str, str]) -> None:
    file = written(tmp_path, "")
    assert config.load(file, environ) == replaced(DEFAULTS, file=file)


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


def test_the_key_is_taken_from_a_credential_before_the_environment(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "ups-gateway-key").write_text(f"{OTHER_KEY}\nhash:{HASHING}\n")
    assert config.load(None, environ, tmp_path) == replaced(DEFAULTS, key=Key((Secret(OTHER_KEY),), Secret(HASHING)))


def test_a_missing_credential_is_a_problem(tmp_path: Path, environ: dict[str, str]) -> None:
    file = written(tmp_path, "key: {credential: ../none}")
    assert problems(file, environ, tmp_path) == [
        f"1 key.credential: {tmp_path}/none cannot be read: No such file or directory"
    ]


def test_the_users_own_file_is_found_before_the_systems(tmp_path: Path, environ: dict[str, str]) -> None:
    file = tmp_path / ".config" / "ups-gateway" / "ups-gateway.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("log: {format: json}")
    assert config.find(environ) == file
    assert config.load(None, environ) == replaced(DEFAULTS, file=file, log=Log("info", "json"))


@pytest.mark.parametrize(
    ("environ_", "expected"),
    [
        ({"STATE_DIRECTORY": "/var/lib/a:/var/lib/b", "XDG_STATE_HOME": "/x"}, "/var/lib/a"),
        ({"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/ups-gateway"),
        ({"HOME": "/h"}, "/h/.local/state/ups-gateway"),
    ],
)
def test_data_lie_where_the_system_wants_them(environ_: dict[str, str], expected: str) -> None:
    assert config.data_directory(environ_) == Path(expected)


def test_an_example_with_other_values_loads_as_these(tmp_path: Path, environ: dict[str, str]) -> None:
    changes: dict[str, str | Sequence[str | Mapping[str, str]]] = {
        "listen.tls": "off",
        "listen.allow": ["10.0.0.0/8"],
        "data_directory": "/srv/it's: #1",
        "environments": [{"name": "simulator", "base_url": "http://127.0.0.1:8082"}],
        "applications": [
            {"name": "a", "client_id": "1", "client_secret_env": "A", "environment": "simulator"},
            {"name": "b", "client_id": "2", "client_secret_env": "A"},
        ],
    }
    file = written(tmp_path, config.example(**changes))
    loaded = config.load(file, {**environ, "A": "secret"})
    assert loaded == replaced(
        DEFAULTS,
        file=file,
        listen=Listen(DEFAULTS.listen.legacy, DEFAULTS.listen.admin, None, False, (ip_network("10.0.0.0/8"),)),
        data_directory=Path("/srv/it's: #1"),
        environments={**DEFAULTS.environments, "simulator": Environment("simulator", "http://127.0.0.1:8082")},
        applications=(
            Application("a", "simulator", Grant.AUTHORIZATION_CODE, "1", Secret("secret")),
            Application("b", "production", Grant.AUTHORIZATION_CODE, "2", Secret("secret")),
        ),
    )


def test_an_example_of_an_unknown_setting_is_refused() -> None:
    with pytest.raises(KeyError, match=r"listen\.port"):
        config.example(**{"listen.port": "1"})


def test_no_secret_shows_in_the_settings_of_a_file(environ: dict[str, str], tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "anonymous_key: CANARY0LICENCE00\napplications: [{name: a, client_id: b, client_secret_env: S}]\n"
        f"alerts: {{{MAIL}, smtp_user: u, smtp_password_env: S, webhook_url: https://example.com/canary-secret}}",
    )
    shown = repr(config.load(file, {**environ, "S": "canary-secret"}))
    assert [word for word in ("canary-secret", KEY, "CANARY0LICENCE00") if word in shown] == []
