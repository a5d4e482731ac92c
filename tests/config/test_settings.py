"""The configuration: one table, one file, and what they become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
import yaml

from tests.config.files import HASHING, KEY, MAIL, OTHER_KEY, secret_file, written
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

DOCUMENTED = Path(__file__).parents[2] / "config" / "ups-gateway.yaml"
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
listen: {legacy: "192.168.1.5:8080", tls: off, proxy: "192.168.1.5:3128", admin: "[::1]:0",
    insecure_lan: true, allow: [192.168.1.0/24, 10.0.0.7]}
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
            proxy=Address("192.168.1.5", 3128),
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


def test_an_empty_file_changes_nothing(tmp_path: Path, environ: dict[str, str]) -> None:
    file = written(tmp_path, "")
    assert config.load(file, environ) == replaced(DEFAULTS, file=file)


def test_the_key_is_taken_from_a_credential_before_the_environment(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "ups-gateway-key").write_text(f"{OTHER_KEY}\nhash:{HASHING}\n")
    assert config.load(None, environ, tmp_path) == replaced(DEFAULTS, key=Key((Secret(OTHER_KEY),), Secret(HASHING)))


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
