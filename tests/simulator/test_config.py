"""The simulator's settings and the file they can come from."""

from pathlib import Path

import pytest

from ups_gateway.simulator.config import Application, Settings, SettingsError, User, load, parse

EVERYTHING = """
applications:
  - name: shop
    client_id: shop-client
    client_secret: shop-secret
    redirect_uris: ["https://127.0.0.1/upscallback"]
    loopback_any_port: true
    grants: [authorization_code]
    accounts: ["012345"]
    negotiated: ["012345"]
    without_products: [Rating]
users:
  - {login: ann, password: secret, grant: ann, accounts: [AB12CD], negotiated: [AB12CD], campusship: false}
cie: false
access_lifetime: 14400
refresh_lifetime: 86400
refresh_slides: false
code_lifetime: 30
token_quota: 200
max_body: 1000
"""


def test_a_file_sets_everything(tmp_path: Path) -> None:
    path = tmp_path / "simulator.yaml"
    path.write_text(EVERYTHING)
    shop = Application(
        name="shop",
        client_id="shop-client",
        client_secret="shop-secret",
        redirect_uris=("https://127.0.0.1/upscallback",),
        loopback_any_port=True,
        grants=frozenset({"authorization_code"}),
        accounts=frozenset({"012345"}),
        negotiated=frozenset({"012345"}),
        without_products=frozenset({"Rating"}),
    )
    ann = User("ann", "secret", "ann", frozenset({"AB12CD"}), frozenset({"AB12CD"}))
    assert load(path) == Settings((shop,), (ann,), False, 14400, 86400, False, 30, 200, 1000)


@pytest.mark.parametrize("text", ["", "{}", "# only a comment\n"])
def test_an_empty_file_leaves_the_defaults(text: str) -> None:
    assert parse(text) == Settings()


def test_the_defaults_are_a_demonstration_without_contradictions() -> None:
    settings = Settings()
    assert [application.client_id for application in settings.applications] == ["demo-client"]
    assert [user.login for user in settings.users if user.campusship] == ["campus"]
    assert "A1B2C3" in settings.users[0].accounts


def test_secrets_are_not_shown() -> None:
    shown = repr(Settings(users=(User("ann", "pass-word", "ann"),)))
    assert "demo-secret" not in shown
    assert "pass-word" not in shown


def problems(text: str) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        parse(text)
    return raised.value.problems


def test_unknown_keys_are_all_named_with_their_place() -> None:
    found = problems("cia: true\nusers: [{login: a, password: b, grant: c, account: X}]\n")
    assert [problem.split(", known")[0] for problem in found] == [
        "$: unknown key 'cia'",
        "$.users[0]: unknown key 'account'",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("users: [{login: a, password: b, grant: c, accounts: [12345]}]", "$.users[0].accounts[0]"),
        ("users: {}", "$.users"),
        ("users: [x]", "$.users[0]"),
        ("applications: [{name: x}]", "client_id"),
        ("cie: maybe", "$.cie"),
        ("access_lifetime: 0", "$.access_lifetime: must be more than 0"),
        ("token_quota: -1", "$.token_quota"),
        ("- x", "must be a mapping"),
        ("a: b: c", "not YAML"),
        ("users: [{login: a, password: b, grant: c, negotiated: [ABC123]}]", "a: negotiated account 'ABC123'"),
    ],
)
def test_a_bad_value_is_named_with_its_place(text: str, problem: str) -> None:
    (found,) = problems(text)
    assert problem in found


def test_names_are_unique() -> None:
    user = "{login: a, password: b, grant: demo-client}"
    assert problems(f"users: [{user}, {user}]") == [
        "$.users: login 'a' is there 2 times",
        "$.users: grant (or an application's client_id) 'demo-client' is there 3 times",
    ]
