"""Commands beside a running gateway: they work on the same store while it serves."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from click.testing import CliRunner, Result

from ups_gateway.cli import main
from ups_gateway.cli.demo.conversation import converse
from ups_gateway.cli.demo.house import House, Ports, house

CONFIGURATION = """\
data_directory: {data}
listen: {{admin: {admin}, legacy: {legacy}}}
key: {{env: GATEWAY_KEY}}
environments: [{{name: simulator, base_url: "{ups}"}}]
applications:
  - {{name: demo, environment: simulator, grant: authorization_code, client_id: demo-client, client_secret_env: SECRET}}
  - name: demo-own
    environment: simulator
    grant: client_credentials
    client_id: demo-client
    client_secret_env: SECRET
"""


NOT_NOW = {"response": {"errors": [{"code": "190999", "message": "Not now"}]}}


class Beside:
    """A gateway with its simulator, running in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.loop = asyncio.new_event_loop()
        self.house: House
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._run)
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(30)
        assert self._failure is None, self._failure
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)

    def _run(self) -> None:
        try:
            self.loop.run_until_complete(self._live())
        except Exception as error:  # noqa: BLE001 - it is told to the test's own thread
            self._failure = error
            self._ready.set()
        finally:
            self.loop.close()

    async def _live(self) -> None:
        async with house(self.folder, Ports(0, 0, 0, 0), lambda _line: None) as self.house:
            self._ready.set()
            await self._stop.wait()

    def converse(self) -> None:
        """An old program's whole day."""
        asyncio.run_coroutine_threadsafe(converse(self.house, lambda _line: None), self.loop).result(30)

    def faults(self, *faults: dict[str, object]) -> None:
        """Tells the simulated UPS to fail."""
        body = json.dumps(faults).encode()
        request = urllib.request.Request(f"{self.house.ups_url}/_control/faults", body, method="POST")
        with urllib.request.urlopen(request, timeout=10):
            pass


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    monkeypatch.chdir(tmp_path)
    with Beside(tmp_path / "data") as running:
        settings = running.house.app.settings
        ports = running.house.app.ports
        text = CONFIGURATION.format(
            data=settings.data_directory, admin=ports.admin, legacy=ports.legacy, ups=running.house.ups_url
        )
        (tmp_path / "gateway.yaml").write_text(text, "utf-8")
        monkeypatch.setenv("UPS_GATEWAY_CONFIG", str(tmp_path / "gateway.yaml"))
        monkeypatch.setenv("GATEWAY_KEY", settings.key.text())
        monkeypatch.setenv("SECRET", "demo-secret")
        yield running


def _run(*arguments: str, standard_input: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=standard_input)


def test_status_says_in_one_sentence_what_does_not_work_and_fails(beside: Beside) -> None:
    done = _run("status")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[0] == (
        "Simulator environment: 4 accounts cannot ship: N1P2Q3, K7L8M9, Z9Y8X7 and U4V5W6."
    )
    told = json.loads(_run("status", "--json").stdout)
    (section,) = told["sections"]
    assert {card["name"]: card["health"] for card in section["cards"]} == {
        "Archive": "expired",
        "Outlet": "expiring",
        "Returns": "rejected",
        "Warehouse": "ok",
        "Demo": "ok",
        "Newcomer": "never_authorized",
        "demo-own": "ok",
    }


def test_admin_link_prints_a_link_that_the_running_page_takes(beside: Beside) -> None:
    link = _run("admin-link").stdout.strip()
    with urllib.request.urlopen(link, timeout=10) as page:
        assert page.status == 200


def test_admin_link_prints_a_token_that_programs_read_the_status_with(beside: Beside) -> None:
    page = _run("admin-link").stdout.partition("/sign-in")[0]
    token = _run("admin-link", "--read-token").stdout.strip()
    asked = urllib.request.Request(f"{page}/api/status", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert json.load(answer)["sentence"] == json.loads(_run("status", "--json").stdout)["sentence"]


def test_shipments_are_listed_and_their_labels_saved(beside: Beside, tmp_path: Path) -> None:
    assert _run("shipments", "list").stdout == "No shipment yet.\n"
    beside.converse()
    (row,) = json.loads(_run("shipments", "list", "--json").stdout)
    assert (row["state"], row["delivered"], row["tracking_numbers"]) == ("voided", True, [row["number"]])
    saved = _run("shipments", "labels", "1", "--to", str(tmp_path / "labels"))
    assert saved.stdout == f"{tmp_path}/labels/{row['number']}.gif\n"
    assert (tmp_path / "labels" / f"{row['number']}.gif").read_bytes()[:3] == b"GIF"
    assert _run("shipments", "list", "--attention").stdout == "Nothing needs attention.\n"
    assert _run("shipments", "labels", "9").exit_code == 1


def test_an_unknown_outcome_is_shown_and_settled_by_a_person(beside: Beside) -> None:
    beside.faults({"path": "/api/shipments/v2409/ship", "drop": "after", "times": 1})
    with pytest.raises(Exception, match="ShipConfirm was refused: 20001"):
        beside.converse()
    (row,) = json.loads(_run("shipments", "list", "--attention", "--json").stdout)
    assert (row["reason"], row["shipment"]["state"]) == ("unknown", "unknown")
    shown = _run("shipments", "list", "--attention").stdout
    assert "unknown" in shown.splitlines()[1]
    assert _run("shipments", "settle", "1").exit_code == 2
    settled = _run("shipments", "settle", "1", "--does-not-exist")
    assert (settled.exit_code, settled.stdout) == (0, "Shipment 1 is not created.\n")
    assert _run("shipments", "settle", "1", "--does-not-exist").exit_code == 1


def test_an_unknown_outcome_is_looked_up_and_taken_for_what_ups_knows(beside: Beside) -> None:
    beside.faults({"path": "/api/shipments/v2409/ship", "drop": "after", "times": 1})
    with pytest.raises(Exception, match="ShipConfirm was refused: 20001"):
        beside.converse()
    found = json.loads(_run("shipments", "look-up", "1", "--json").stdout)
    ((proposal,), number) = found["proposals"], found["proposals"][0]["number"]
    assert (found["references"], proposal["service"]) == (["4711"], "UPS Ground")
    words, _, heads, row = _run("shipments", "look-up", "1").stdout.splitlines()
    assert words == found["words"]
    assert heads.split("  ")[0] == "Number"
    assert row.split()[0] == number
    assert row.endswith(f"  ups-gateway shipments settle 1 --exists {number}")
    settled = _run("shipments", "settle", "1", "--exists", number)
    assert (settled.exit_code, settled.stdout) == (0, "Shipment 1 is accepted.\n")
    assert _run("shipments", "look-up", "1").stderr == "Error: 1 is not a shipment whose outcome is unknown.\n"
    assert _run("shipments", "look-up", "9").exit_code == 1


def test_a_shipment_is_voided_after_a_question(beside: Beside) -> None:
    beside.faults({"path": "/api/shipments/v2409/void/.*", "status": 400, "times": 1, "body": NOT_NOW})
    with pytest.raises(Exception, match="Void was refused: 190999 Not now"):
        beside.converse()
    (row,) = json.loads(_run("shipments", "list", "--json").stdout)
    assert _run("shipments", "void", "1", standard_input="n\n").exit_code == 1
    voided = _run("shipments", "void", "1", "--yes")
    assert (voided.exit_code, voided.stdout) == (0, f"{row['number']}: voided. Voided.\n")
    assert _run("shipments", "void", "9", "--yes").stderr == (
        "Error: There is no shipment 9: ups-gateway shipments list\n"
    )


def test_authorize_takes_what_was_pasted_and_asks_for_every_account(beside: Beside) -> None:
    from urllib.parse import parse_qsl, urlencode, urlsplit

    profiles = json.loads(_run("profiles", "list", "--json").stdout)
    newcomer = next(row["id"] for row in profiles if row["name"] == "Newcomer")

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object, **__: object) -> None:
            return None

    opener = urllib.request.build_opener(NoRedirect)

    def location(url: str, data: bytes | None = None) -> str:
        from urllib.error import HTTPError

        with pytest.raises(HTTPError) as moved:
            opener.open(url, data, timeout=10)
        with moved.value as answer:
            return str(answer.headers["Location"])

    asked = _run("authorize", str(newcomer), standard_input="nonsense &&\n")
    assert asked.exit_code == 1
    url = next(line for line in asked.stdout.splitlines() if line.startswith(beside.house.ups_url))
    login = location(url)
    fields = dict(parse_qsl(urlsplit(login).query))
    form = urlencode({**fields, "username": "newcomer", "password": "newcomer", "choice": "allow"}).encode()
    back = location(f"{beside.house.ups_url}/login", form)
    done = _run("authorize", str(newcomer), "--pasted", back)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0] == "Newcomer is signed in."
    assert done.stdout.splitlines()[1].startswith("Account U4V5W6: undecided.")
    assert _run("authorize", "99").stderr == "Error: There is no profile 99: ups-gateway profiles list\n"


def test_a_profile_is_shown_refreshed_and_its_connection_tested(beside: Beside) -> None:
    rows = json.loads(_run("profiles", "list", "--json").stdout)
    demo, returns = (str(row["id"]) for name in ("Demo", "Returns") for row in rows if row["name"] == name)
    refreshed = _run("profiles", "refresh", demo)
    assert (refreshed.exit_code, refreshed.stdout) == (0, "The tokens were refreshed.\n")
    shown = json.loads(_run("profiles", "show", demo, "--json").stdout)
    assert (shown["profile"]["fields"]["refresh_count"], shown["history"][0]["ok"]) == ("1", True)
    results = [line.split("  ")[1] for line in _run("profiles", "show", demo).stdout.splitlines()[-2:]]
    assert results == ["refreshed", "signed in"]
    lines = _run("profiles", "show", returns).stdout.splitlines()
    assert lines[0].startswith("Returns: Refused by UPS. UPS refused: ")
    assert [line for line in lines if " failed " in line] != []
    tested = _run("profiles", "test", demo, "--json")
    verdicts = {row["account"]: row["verdict"] for row in json.loads(tested.stdout)}
    assert (tested.exit_code, verdicts) == (1, {"A1B2C3": "linked", "Z9Y8X7": "not_linked"})
    for command in ("show", "refresh", "test"):
        assert _run("profiles", command, "99").stderr == "Error: There is no profile 99: ups-gateway profiles list\n"


def test_a_seen_key_is_put_away_and_listed_again(beside: Beside) -> None:
    access = "<AccessRequest><AccessLicenseNumber>SEEN0LICENCE0001</AccessLicenseNumber><UserId>u</UserId>"
    body = f"<?xml version='1.0'?>{access}<Password>p</Password></AccessRequest><?xml version='1.0'?><TrackRequest/>"
    url = f"{beside.house.legacy_url}/ups.app/xml/Track"
    with urllib.request.urlopen(url, body.encode(), timeout=10) as answer:
        assert b"250003" in answer.read()
    asyncio.run_coroutine_threadsafe(beside.house.app.store.flush(), beside.loop).result(10)

    def seen() -> list[tuple[str, str]]:
        listed = json.loads(_run("keys", "list", "--json").stdout)["seen"]
        return [(one["masked"], one["status"]) for one in listed]

    assert seen() == [("…0001", "active")]
    assert _run("keys", "mark-seen", "1", "ignored").stdout == "Seen key 1 (…0001) is ignored.\n"
    assert seen() == [("…0001", "ignored")]
