"""`backup`, `restore` and `forget`: what is kept of the store, and what is not."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ups_gateway.cli.opening import config_option, opened, read_settings, run_async
from ups_gateway.cli.printing import as_json_option, local, plain, print_json
from ups_gateway.cli.targets import Target, copy
from ups_gateway.errors import StoreFailed
from ups_gateway.oauth.vault import FernetVault
from ups_gateway.store.sqlite.copies import Copies, Kind
from ups_gateway.store.sqlite.elsewhere import elsewhere, note_elsewhere


@click.command(epilog="Example: ups-gateway backup --to /mnt/usb/ups-gateway.backup")
@click.option(
    "--to",
    "target",
    type=Target(),
    help="A new file of your own; it is never deleted.",
)
@click.option("--list", "listing", is_flag=True, help="Only say which there are.")
@config_option
@as_json_option
@run_async
async def backup(target: Path | None, file: Path | None, *, listing: bool, as_json: bool) -> None:
    """Make a backup of the store while the gateway runs: profiles, accounts, keys, tokens, ledger.

    It is sealed with the gateway's key and useless without it: keep a copy of the key file, elsewhere. Without --to it
    lies beside those that the gateway makes every day, and is deleted with them after seven days. The configuration and
    certificates are not in it.
    """
    async with opened(file) as at:
        copies = Copies(at.settings.store_file, at.vault)
        if listing:
            found = copies.found()
            if as_json:
                print_json(found)
            for one in () if as_json else found:
                click.echo(f"{local(one.made_at)}  {one.kind.replace('-', ' '):14}  {one.path}")
            return
        if target is None:
            made = (await copies.make(Kind.ASKED)).path
        else:
            made = await _made_at(target, copies, at.settings.data_directory)
            await note_elsewhere(at.store, made)
    if as_json:
        print_json({"file": str(made)})
    else:
        click.echo(f"{made}\nIt opens only with the gateway's key. Bring it back with: ups-gateway restore {made}")


async def _made_at(target: Path, copies: Copies, data: Path) -> Path:
    """A backup in a file of the person's own."""
    with TemporaryDirectory(prefix=".backup-", dir=data) as folder:
        sealed = Path(folder) / target.name
        await copies.make_elsewhere(sealed)
        try:
            with sealed.open("rb") as file:
                return copy(target, file, mode=0o600, replace=False)
        except FileExistsError as error:
            raise StoreFailed(f"{target} exists already; it is not overwritten.") from error
        except OSError as error:
            raise StoreFailed(f"{target} cannot be written: {error.strerror}.") from error


@click.command(epilog="Example: systemctl stop ups-gateway && ups-gateway restore /mnt/usb/ups-gateway.backup")
@click.argument(
    "source", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False, resolve_path=True)
)
@click.option("--yes", "sure", is_flag=True, help="Do not ask.")
@config_option
@run_async
async def restore(source: Path, file: Path | None, *, sure: bool) -> None:
    """Put the backup FILE in the place of the store. The gateway must be stopped; what was there is kept.

    What happened since the backup is not known: tokens may have moved on, and then somebody must sign in at UPS again;
    shipments made since are not in the ledger; quotes of before are not good any more, and nothing that was confirmed
    before is voided by itself.
    """
    from ups_gateway.store.sqlite.restoring import restore as put_back

    settings = read_settings(file)
    copies = Copies(settings.store_file, FernetVault(settings.key, settings.key_file))
    if not sure:
        click.confirm(f"Replace the store {settings.store_file}?", abort=True)
    done = await put_back(settings.store_file, source, copies)
    click.echo(done.words)


@click.command(epilog="Example: ups-gateway forget 1ZA1B2C30300000012")
@click.argument("number")
@config_option
@as_json_option
@run_async
async def forget(number: str, file: Path | None, *, as_json: bool) -> None:
    """Delete what is kept of the persons of the shipment NUMBER, in the store and in all backups it can reach.

    The sealed request and reply, and so the labels, are overwritten; the ledger keeps the numbers, times and states.
    Captures are deleted, all of them.
    Exit status 1 and their names where backups cannot be reached.
    """
    from ups_gateway.app import parts_of

    settings = read_settings(file)
    async with parts_of(settings) as parts:
        # What a capture is of cannot be seen from outside its seal.
        await parts.store.delete_captures(parts.now())
        rows = await parts.shipping.desk.forget(number.strip().upper())
        copies = Copies(settings.store_file, parts.vault)
        edited = await copies.forget(number.strip().upper(), await elsewhere(parts.store))
    if as_json:
        print_json({"shipments": rows} | plain(edited))
    else:
        click.echo(f"Forgotten: {rows} in the ledger, {edited.changed} in backups.")
        for path in edited.moved:
            click.echo(f"The backup {path} is not there any more; if you keep it elsewhere, it may still hold it.")
    if edited.missed:
        raise StoreFailed(
            "These copies could not be opened and may still hold it; delete them yourself:"
            + "".join(f"\n  {path}" for path in edited.missed)
        )
