"""`rotate-key`: a new sealing key, while the gateway runs.

The rule: a former key is dropped only when nothing in the store or in a backup needs it. Each step may be stopped and
asked for again.
"""

from __future__ import annotations

from pathlib import Path

import click

from ups_gateway.cli import inside
from ups_gateway.cli.opening import config_option, read_settings, run_async
from ups_gateway.cli.targets import Target, write
from ups_gateway.config import Settings
from ups_gateway.errors import StoreFailed
from ups_gateway.oauth.vault import FernetVault, Key, KeyFailed, write_key_file
from ups_gateway.store.sqlite import open_store
from ups_gateway.store.sqlite.copies import Copies, Edited
from ups_gateway.store.sqlite.elsewhere import elsewhere


@click.command(epilog="Example: ups-gateway rotate-key && ups-gateway rotate-key --finish")
@click.option("--finish", is_flag=True, help="Drop the former keys, when nothing needs them any more.")
@click.option(
    "--to",
    "target",
    type=Target(),
    help="Where the key is no file (environment, systemd credential): write the new one there, to be put in its place.",
)
@config_option
@run_async
async def rotate_key(file: Path | None, target: Path | None, *, finish: bool) -> None:
    """Put a new sealing key before the others and seal the store and the backups with it, beside a running gateway.

    The gateway notices the new key by itself. Keep a copy of the new key file, and the former one as long as you keep
    backups elsewhere that were made with it. Then --finish drops the former key.
    """
    settings = read_settings(file)
    if settings.key_file is None and target is None and (finish or len(settings.key.sealing) == 1):
        raise click.ClickException(
            "The key comes from the environment or a systemd credential. Write the new one into a file (--to FILE), "
            "put it in the place of the key, restart the gateway, and run this again: it then seals the store anew."
        )
    where = target or settings.key_file
    try:
        if finish:
            await _finish(settings, where)
        else:
            await _begin(settings, where, to_be_placed=settings.key_file is None)
    except KeyFailed as error:
        raise click.ClickException(str(error)) from error


async def _begin(settings: Settings, where: Path | None, *, to_be_placed: bool) -> None:
    key = settings.key
    if len(key.sealing) > 1:
        click.echo(f"There are {len(key.sealing)} sealing keys already: going on with the newest.")
    elif where is not None:
        key = key.rotated()
        _write(where, key, ours=not to_be_placed)
        click.echo(f"New key  {where}")
        if to_be_placed:
            click.echo("Put it in the place of the key, restart the gateway, and run this again without --to.")
            return
    values, copies = await _seal_anew(settings, key)
    click.echo(f"Sealed anew: {values} values of the store, {copies.changed} backups.")
    for path in copies.missed:
        click.echo(f"Not opened: {path}")
    click.echo("The former key stays until you say: ups-gateway rotate-key --finish")


async def _finish(settings: Settings, where: Path | None) -> None:
    if len(settings.key.sealing) == 1:
        raise click.ClickException("There is only one sealing key; begin with: ups-gateway rotate-key")
    _, copies = await _seal_anew(settings, settings.key)
    if copies.missed:
        raise StoreFailed(
            "These copies may need the former key, so it stays. Delete them (what the gateway made it deletes itself "
            "after seven days) and try again:" + "".join(f"\n  {path}" for path in copies.missed)
        )
    if where is not None:
        _write(where, settings.key.newest(), ours=settings.key_file is not None)
        click.echo(f"{where} holds one sealing key now.")
    for path in copies.moved:
        click.echo(f"The backup {path} is not there any more; if you keep it elsewhere, keep the former key for it.")


def _write(where: Path, key: Key, *, ours: bool) -> None:
    """The gateway's own file is replaced; one of the person's is made anew."""
    if ours or inside.caller() is None:
        write_key_file(where, key, replace=ours)
        return
    try:
        write(where, key.text().encode(), mode=0o600, replace=False)
    except OSError as error:
        raise KeyFailed(f"The key file {where} cannot be written: {error.strerror}.") from error


async def _seal_anew(settings: Settings, key: Key) -> tuple[int, Edited]:
    """How many values of the store, and what became of the copies."""
    vault = FernetVault(key, settings.key_file)
    store = await open_store(settings.store_file, vault)
    try:
        return await store.reseal(), await Copies(settings.store_file, vault).reseal(await elsewhere(store))
    finally:
        await store.close()
