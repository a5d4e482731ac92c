"""A service that systemd starts: sockets, readiness, signs of life, the end."""

from __future__ import annotations

import asyncio
import sqlite3
import ssl
from contextlib import closing
from pathlib import Path

from tests.gateway import confirm
from tests.house import House, xml
from tests.systemd.manager import systemd
from tests.web.wire import Client, asked, post, read_answer
from ups_gateway import config
from ups_gateway.oauth.vault import make_key

STOPPING = ["STOPPING=1", "EXTEND_TIMEOUT_USEC=150000000"]
NOT_SET_UP = "Nothing is set up yet. Add an application to the configuration, then sign in with UPS."
ALIVE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def written(folder: Path, **listen: str) -> tuple[Path, dict[str, str]]:
    """A configuration without applications, and the environment that it needs."""
    file = folder / "gateway.yaml"
    defaults = {f"listen.{name}": "127.0.0.1:0" for name in ("legacy", "admin", "tls")} | {"listen.control": "off"}
    named = {f"listen.{name}": value for name, value in listen.items()}
    file.write_text(config.example(**{**defaults, "data_directory": str(folder / "data"), **named}))
    return file, {"UPS_GATEWAY_KEY": make_key().text()}


async def test_it_serves_on_the_sockets_of_systemd_and_tells_how_it_is(tmp_path: Path) -> None:
    async with systemd(tmp_path / "notify") as manager:
        legacy, second, secure, admin = (manager.listen(name) for name in ("legacy", "legacy", "tls", "admin"))
        file, environ = written(
            tmp_path, legacy=f"127.0.0.1:{legacy}", tls=f"127.0.0.1:{secure}", admin=f"127.0.0.1:{admin}"
        )
        await manager.start("--config", str(file), environ=environ, watchdog=2.0)
        assert await manager.heard() == ["READY=1"]
        assert manager.status == NOT_SET_UP
        for port in (legacy, second):
            assert b"20002" in read_answer(await asked(port, post()))[2]
        trusting = ssl.create_default_context(cafile=tmp_path / "data" / "tls" / "ca.pem")
        async with Client(secure, trusting) as client:
            await client.send(post())
            assert b"20002" in read_answer(await client.rest())[2]
        assert (await asked(admin, ALIVE)).endswith(b"\r\n\r\nalive\n")
        assert [await manager.heard() for _ in range(2)] == [["WATCHDOG=1"], ["WATCHDOG=1"]]
        manager.unheard()
        manager.terminate()
        while (said := await manager.heard()) == ["WATCHDOG=1"]:
            pass
        assert said == STOPPING
        assert manager.status == "Stopping: requests under way are answered."
        page, not_ready = (
            f"Status page: http://127.0.0.1:{admin}",
            "Not ready: no profile or application can sign in at UPS",
        )
        assert await manager.ended() == (
            0,
            f"Old requests: http://127.0.0.1:{legacy}, https://127.0.0.1:{secure}   {page}\n{not_ready}\n",
            "",
        )
        assert manager.unheard() == 0


async def test_a_request_under_way_is_answered_before_it_ends(house: House) -> None:
    await house.stop()
    await house.ups.send("POST", "/_control/faults", json=[{"path": "/api/shipments/v2409/ship", "delay_ms": 1500}])
    async with systemd() as manager:
        port = manager.listen("legacy")
        await manager.start("--config", str(house.file), environ=house.environ, watchdog=20.0)
        assert await manager.heard() == ["READY=1"]
        answer = asyncio.create_task(asked(port, xml(confirm())))
        await house.until_called("/api/shipments/v2409/ship")
        manager.terminate()
        assert await manager.heard() == STOPPING
        assert not answer.done()
        assert b"<ResponseStatusCode>1<" in house.read(await answer)
        assert (await manager.ended())[0] == 0
    assert len(await house.shipments()) == 1


async def test_no_sign_of_life_is_given_while_the_store_does_not_answer(tmp_path: Path) -> None:
    async with systemd() as manager:
        file, environ = written(tmp_path)
        await manager.start("--config", str(file), environ=environ)
        assert await manager.heard() == ["READY=1"]
        assert await manager.heard() == ["WATCHDOG=1"]
        with closing(sqlite3.connect(tmp_path / "data" / "gateway.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            await manager.logged("The store does not answer")
            manager.unheard()
            await manager.logged("The store does not answer")
            assert manager.unheard() == 0
            other.rollback()
        assert await manager.heard() == ["WATCHDOG=1"]


async def test_a_socket_that_the_configuration_forbids_keeps_it_from_starting(tmp_path: Path) -> None:
    async with systemd() as manager:
        port = manager.listen("legacy", "0.0.0.0")
        file, environ = written(tmp_path)
        await manager.start("--config", str(file), environ=environ)
        status, output, errors = await manager.ended()
    assert (status, output) == (1, "")
    assert errors == (
        f"Error: 0.0.0.0:{port} can be reached by others without TLS; "
        "write listen.insecure_lan: true if that is wanted\n"
        f"127.0.0.1:0 is not what systemd listens on (0.0.0.0:{port}); make listen.legacy and ListenStream= the same\n"
    )
