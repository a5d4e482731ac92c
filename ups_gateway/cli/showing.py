"""`status`: will shipping work tomorrow?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ups_gateway.cli.opening import config_option, read_settings, run_async
from ups_gateway.cli.printing import as_json_option, local, print_json, print_table, yes


@click.command(epilog="Example: ups-gateway status || mail -s 'UPS needs you' admin@example.com")
@config_option
@as_json_option
@run_async
async def status(file: Path | None, *, as_json: bool) -> None:
    """Say whether shipping will work tomorrow, and what is to be done. Exit status 1 when it does not work."""
    from ups_gateway.app import parts_of
    from ups_gateway.web.admin import view
    from ups_gateway.web.admin.facts import gather

    async with parts_of(read_settings(file)) as parts:
        found = view.status(await gather(parts), parts.zone)
    if as_json:
        print_json(found)
    else:
        click.echo(found.sentence)
        for section in found.sections:
            click.echo(f"\n{section.environment}: {section.sentence}")
            rows = []
            for card in section.cards:
                ends = card.fields.refresh_token_expires if card.fields else None
                rows.append((card.name, "", card.words, local(ends), "", card.advice or "-"))
                rows += [
                    ("", f"{one.number} {one.nickname}".strip(), one.words, "", yes(one.oauth), one.advice or "-")
                    for one in card.accounts
                ]
            rows += [("", one.number, one.words, "", yes(one.oauth), one.advice or "-") for one in section.loose]
            print_table(
                ("Sign-in", "Account", "Health", "Sign in again by", "OAuth", "What to do"), rows, "Nothing yet."
            )
        for line in found.shipments:
            click.echo(f"\nShipment {line.id} {line.number}: {line.words} {line.advice}")
        for key in found.seen_keys:
            click.echo(f"\nAccess key {key.licence} of {key.peer} is not mapped: ups-gateway keys list")
    if not found.works:
        sys.exit(1)
