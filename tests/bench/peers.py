"""The gateway and what it is compared with, each a program of its own in front of the same origin.

The rule: all of them close each client connection and keep theirs to the origin open; each is as cheap as it can be.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from tests.bench.loads import ACCOUNT, LICENCE, MANY_LICENCE, PASSWORD, USER
from tests.bench.processes import Program, free_port, running
from ups_gateway import config
from ups_gateway.model import AccessKey, Account, Secret, TwoPhase
from ups_gateway.oauth.vault import FernetVault, make_key
from ups_gateway.store import Store
from ups_gateway.store.passwords import Passwords
from ups_gateway.store.sqlite import open_store

MITMPROXY: Final = ("mitmproxy==11.0.2", "lxml", "msgspec")
"""What its virtual environment holds: mitmproxy pins libraries that the gateway has newer."""
ENVIRONMENTS: Final = {"origin": "127.0.0.1", "many": "127.0.0.2"}


class Site:
    """The files of a gateway: configuration and data."""

    def __init__(self, folder: Path, origin: int, *, scheme: str = "http", **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port, self.admin_port = free_port(), free_port()
        self.environ = {"BENCH_SECRET": "secret", "UPS_GATEWAY_KEY": make_key().text()}
        self.file = folder / "gateway.yaml"
        self.store_file = folder / "data" / "gateway.db"
        given = {
            "listen.legacy": f"127.0.0.1:{self.port}",
            "listen.admin": f"127.0.0.1:{self.admin_port}",
            "listen.tls": "off",
            "data_directory": str(folder / "data"),
            **settings,
        }
        applications = [
            {
                "name": name,
                "environment": name,
                "grant": "client_credentials",
                "client_id": name,
                "client_secret_env": "BENCH_SECRET",
            }
            for name in ENVIRONMENTS
        ]
        environments = [
            {"name": name, "base_url": f"{scheme}://{host}:{origin}"} for name, host in ENVIRONMENTS.items()
        ]
        self.file.write_text(config.example(**given, environments=environments, applications=applications))

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """Open, while the gateway does not run."""
        settings = config.load(self.file, self.environ)
        store = await open_store(self.store_file, FernetVault(settings.key, settings.key_file))
        try:
            yield store
        finally:
            await store.close()

    async def seed(self) -> None:
        """An account in each environment, with the access key of its programs."""
        passwords = Passwords()
        hashed = await passwords.hash(Secret(PASSWORD))
        await passwords.close()
        async with self.store() as store:
            for name, licence in zip(ENVIRONMENTS, (LICENCE, MANY_LICENCE), strict=True):
                account = await store.add_account(Account(0, ACCOUNT, name, application=name))
                key = AccessKey(0, licence, USER, hashed, account.id, frozenset({account.id}), two_phase=TwoPhase.SHIP)
                await store.add_key(key)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Program]:
        command = (sys.executable, "-m", "ups_gateway", "serve", "--config", str(self.file))
        async with running(*command, port=self.port, environ=self.environ) as program:
            yield program


@asynccontextmanager
async def gateway(folder: Path, origin: int) -> AsyncIterator[Program]:
    site = Site(folder, origin)
    await site.seed()
    async with site.serving() as program:
        yield program


@asynccontextmanager
async def bare(origin: int) -> AsyncIterator[Program]:
    port = free_port()
    command = (sys.executable, "-m", "tests.bench.bare_proxy", str(port), f"http://127.0.0.1:{origin}")
    async with running(*command, port=port) as program:
        yield program


@asynccontextmanager
async def mitmproxy(origin: int) -> AsyncIterator[Program]:
    port = free_port()
    root, here = Path(__file__).parent.parent.parent, Path(__file__).parent
    command = (
        *(str(_mitmdump()), "--quiet", "--listen-host", "127.0.0.1", "--listen-port", str(port)),
        *("--mode", f"reverse:http://127.0.0.1:{origin}", "--scripts", str(here / "mitm_addon.py")),
    )
    async with running(*command, port=port, environ={"PYTHONPATH": str(root)}) as program:
        yield program


def _mitmdump() -> Path:
    """The program; installed into a folder of its own on first use."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "ups-gateway-bench" / MITMPROXY[0]
    program = folder / "bin" / "mitmdump"
    if not program.exists():
        print(f"installing {MITMPROXY[0]} into {folder}", flush=True)
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", *MITMPROXY], check=True)
    return program
