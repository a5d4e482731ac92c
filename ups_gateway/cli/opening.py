"""Configuration and store for commands that need them; what is wrong is said in words and ends the command."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import update_wrapper
from pathlib import Path
from typing import Any

import click

from ups_gateway import config
from ups_gateway.cli import inside
from ups_gateway.cli.beside import carried_out
from ups_gateway.config import Settings
from ups_gateway.errors import GatewayError
from ups_gateway.oauth.vault import FernetVault
from ups_gateway.store import Store
from ups_gateway.store.sqlite import open_store

config_option = click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    envvar="UPS_GATEWAY_CONFIG",
    help="Configuration file; by default the user's own, then /etc/ups-gateway/ups-gateway.yaml.",
)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a command works with."""

    settings: Settings
    vault: FernetVault
    store: Store


def read_settings(file: Path | None) -> Settings:
    """The checked configuration; all its problems are printed and the command ends with status 1."""
    try:
        return config.load(file, os.environ, credentials_directory(os.environ))
    except config.ConfigFailed as error:
        raise click.ClickException(str(error)) from error


def credentials_directory(environ: Mapping[str, str]) -> Path | None:
    """Where systemd put the service's credentials."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    return Path(folder) if folder else None


@asynccontextmanager
async def opened(file: Path | None) -> AsyncIterator[Opened]:
    """The store of that configuration, closed again at the end."""
    settings = read_settings(file)
    vault = FernetVault(settings.key, settings.key_file)
    store = await open_store(settings.store_file, vault)
    try:
        yield Opened(settings, vault, store)
    finally:
        await store.close()


def run_async(function: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A coroutine as a command that a running service carries out; errors of the gateway end it with status 1."""

    def run(*arguments: Any, **named: Any) -> None:
        asked = inside.caller()
        if asked is not None:
            named["file"] = asked.config
        elif (status := carried_out(click.get_current_context(), named["file"])) is not None:
            sys.exit(status)
        try:
            asyncio.run(function(*arguments, **named))
        except (GatewayError, ValueError) as error:  # the store refuses duplicates by ValueError, in words
            raise click.ClickException(str(error)) from error

    return update_wrapper(run, function)
