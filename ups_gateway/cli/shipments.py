"""`shipments`: the ledger for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from ups_gateway.cli import inside
from ups_gateway.cli.opening import config_option, opened, read_settings, run_async
from ups_gateway.cli.printing import as_json_option, local, print_json, print_table, yes
from ups_gateway.cli.targets import Target, write
from ups_gateway.model import Shipment
from ups_gateway.shipping.carrier import Label


@click.group()
def shipments() -> None:
    """Look at the ledger; look up, settle, void, save labels.

    Example: ups-gateway shipments list --attention
    """


@shipments.command("list", epilog="Example: ups-gateway shipments list --limit 20")
@click.option("--limit", default=50, show_default=True, help="How many, newest first.")
@click.option("--attention", is_flag=True, help="Only those that somebody should look at.")
@config_option
@as_json_option
@run_async
async def list_shipments(limit: int, file: Path | None, *, attention: bool, as_json: bool) -> None:
    """Shipments that the gateway had UPS create."""
    if attention:
        from ups_gateway.app import parts_of

        async with parts_of(read_settings(file)) as parts:
            wanted = await parts.shipping.desk.attention()
        if as_json:
            print_json(wanted)
            return
        print_table(
            ("Id", "Number", "State", "Created", "Why"),
            [
                (
                    str(one.shipment.id),
                    one.shipment.number or "-",
                    one.shipment.state.value,
                    local(one.shipment.created_at),
                    one.reason.replace("_", " "),
                )
                for one in wanted
            ],
            "Nothing needs attention.",
        )
        return
    async with opened(file) as at:
        found = await at.store.shipments(limit)
        if as_json:
            print_json(found)
            return
        print_table(
            ("Id", "Number", "State", "Created", "Delivered", "Packages", "Note"),
            [_row(one) for one in found],
            "No shipment yet.",
        )


def _row(one: Shipment) -> tuple[str, ...]:
    return (
        str(one.id),
        one.number or "-",
        one.state.value,
        local(one.created_at),
        yes(one.delivered),
        str(len(one.tracking_numbers)),
        one.note or "-",
    )


@shipments.command(epilog="Example: ups-gateway shipments void 17")
@click.argument("shipment", type=int)
@click.option("--yes", "sure", is_flag=True, help="Do not ask.")
@config_option
@run_async
async def void(shipment: int, file: Path | None, *, sure: bool) -> None:
    """Void the SHIPMENT (its id in the list) at UPS."""
    from ups_gateway.app import parts_of

    async with parts_of(read_settings(file)) as parts:
        row = await parts.store.shipment(shipment)
        if row is None:
            raise click.ClickException(f"There is no shipment {shipment}: ups-gateway shipments list")
        if not sure:
            inside.confirm(f"Void {row.number}? Its labels are worth nothing then.")
        done = await parts.shipping.voids.by_page(shipment)
        click.echo(f"{done.number}: {done.state.value.replace('_', ' ')}. {done.note}".rstrip())


@shipments.command("look-up", epilog="Example: ups-gateway shipments look-up 17")
@click.argument("shipment", type=int)
@config_option
@as_json_option
@run_async
async def look_up(shipment: int, file: Path | None, *, as_json: bool) -> None:
    """Ask UPS what it knows by the references of a SHIPMENT whose outcome is unknown. It changes nothing."""
    from ups_gateway.app import parts_of

    async with parts_of(read_settings(file)) as parts:
        found = await parts.shipping.desk.look_up(shipment)
    if as_json:
        print_json({"references": found.references, "proposals": found.proposals, "words": found.words})
        return
    click.echo(found.words)
    if found.proposals:
        click.echo("")
        print_table(
            ("Number", "Service", "Goes to", "Status", "If this is it"),
            [
                (
                    *(one.number, one.service or "-", one.place or "-", one.status or "-"),
                    f"ups-gateway shipments settle {shipment} --exists {one.number}",
                )
                for one in found.proposals
            ],
            "",
        )


@shipments.command(epilog="Example: ups-gateway shipments settle 17 --exists 1ZA1B2C30300000012")
@click.argument("shipment", type=int)
@click.option("--exists", "number", metavar="NUMBER", help="It exists at UPS, with this shipment number.")
@click.option("--does-not-exist", "absent", is_flag=True, help="UPS knows nothing of it.")
@config_option
@run_async
async def settle(shipment: int, number: str | None, file: Path | None, *, absent: bool) -> None:
    """Say what became of a SHIPMENT whose outcome is unknown. Nothing is repeated until somebody does."""
    from ups_gateway.app import parts_of

    if (number is None) != absent:
        raise click.UsageError("Say either --exists NUMBER or --does-not-exist.")
    async with parts_of(read_settings(file)) as parts:
        done = await parts.shipping.desk.settle_unknown(shipment, number)
        click.echo(f"Shipment {done.id} is {done.state.value.replace('_', ' ')}.")


@shipments.command(epilog="Example: ups-gateway shipments labels 17 --to /srv/labels")
@click.argument("shipment", type=int)
@click.option("--to", "folder", default=".", type=Target(), help="Directory to save them in.")
@config_option
@run_async
async def labels(shipment: int, folder: Path, file: Path | None) -> None:
    """Save the labels of SHIPMENT, from the ledger or by UPS's label recovery."""
    from ups_gateway.app import parts_of

    async with parts_of(read_settings(file)) as parts:
        found = await parts.shipping.desk.labels(shipment)
    if not found:
        click.echo("This shipment has no labels.")
    try:
        for target in _save(found, folder, f"shipment-{shipment}"):
            click.echo(str(target))
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error.strerror}") from error


def _save(found: Sequence[Label], folder: Path, otherwise: str) -> Iterator[Path]:
    for label in found:
        name = re.sub(r"[^0-9A-Za-z]", "", label.tracking_number) or otherwise
        yield write(folder, label.data, name=f"{name}.{label.format.lower()}")
