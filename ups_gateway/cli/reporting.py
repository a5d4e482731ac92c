"""`report`, `traffic` and `captures`: what went through the gateway."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from ups_gateway.captures import COUNT, Captures
from ups_gateway.cli.accounts import account_of
from ups_gateway.cli.opening import Opened, config_option, opened, read_settings, run_async
from ups_gateway.cli.printing import as_json_option, local, print_json, print_table
from ups_gateway.model import Operation

OUTCOMES: Final = ("ok", "refused", "client_fault", "not_authorised", "unreachable", "unknown", "bug")


@click.command(epilog="Example: ups-gateway report --days 90 --csv > old-programs.csv")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 90), help="Of the last so many days.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV for spreadsheets.")
@config_option
@as_json_option
@run_async
async def report(days: int, file: Path | None, *, as_csv: bool, as_json: bool) -> None:
    """Say which programs still use UPS's old APIs, how often, and with which errors."""
    from ups_gateway.app import parts_of
    from ups_gateway.web.admin import journal
    from ups_gateway.web.admin.traffic import made_report

    async with parts_of(read_settings(file)) as parts:
        found = await made_report(parts, days)
    if as_json:
        print_json(found)
    elif as_csv:
        sys.stdout.write(journal.as_csv(found))
    else:
        print_table(
            ("Program", "Access key", "API", "Operation", "Requests", "Errors", "Last seen"),
            [
                (
                    one.program or "-",
                    one.access_key or "not mapped",
                    one.api,
                    one.operation or "-",
                    str(one.requests),
                    f"{one.errors} {one.error_codes}".rstrip(),
                    local(one.last_seen),
                )
                for one in found.lines
            ],
            "No program used an old API in this time.",
        )


@click.command(epilog="Example: ups-gateway traffic --outcome unreachable --limit 20")
@click.option("--account", "number", metavar="NUMBER", help="Only of this account.")
@click.option("--operation", type=click.Choice([one.value for one in Operation]), default=None, help="Only this one.")
@click.option("--outcome", type=click.Choice(OUTCOMES), default=None, help="Only with this outcome.")
@click.option("--limit", default=50, show_default=True, help="How many, newest first.")
@config_option
@as_json_option
@run_async
async def traffic(
    number: str | None,
    operation: str | None,
    outcome: str | None,
    limit: int,
    file: Path | None,
    *,
    as_json: bool,
) -> None:
    """List recent exchanges, without their content."""
    from ups_gateway.web.admin import journal

    async with opened(file) as at:
        account = None if number is None else (await account_of(at, number)).id
        records = await at.store.exchanges(limit, account=account, operation=operation or "", outcome=outcome or "")
        lines = journal.traffic(records, await at.store.accounts(), await at.store.keys(), ())
    if as_json:
        print_json(lines)
        return
    print_table(
        ("When", "Operation", "Account", "Program", "Outcome", "Code", "Seconds"),
        [
            (
                local(one.at),
                one.operation or "not readable",
                one.account or "-",
                one.program or "-",
                one.words,
                one.code or "-",
                f"{one.seconds:.2f}",
            )
            for one in lines
        ],
        "No exchange fits." if number or operation or outcome else "No exchange yet.",
    )


@click.group()
def captures() -> None:
    """Capture the next exchanges of a running gateway, masked, for 24 hours.

    Example: ups-gateway captures on
    """


@captures.command(epilog="Example: ups-gateway captures on --count 5")
@click.option("--count", default=COUNT, show_default=True, type=click.IntRange(1, 200), help="How many.")
@config_option
@run_async
async def on(count: int, file: Path | None) -> None:
    """Capture the next exchanges."""
    async with opened(file) as at:
        await _captures(at).switch(count)
        click.echo(f"The next {count} exchanges are captured.")


@captures.command(epilog="Example: ups-gateway captures off")
@config_option
@run_async
async def off(file: Path | None) -> None:
    """Capture no further exchange."""
    async with opened(file) as at:
        await _captures(at).switch(0)
        click.echo("No further exchange is captured.")


@captures.command("list", epilog="Example: ups-gateway captures list --json")
@config_option
@as_json_option
@run_async
async def list_captures(file: Path | None, *, as_json: bool) -> None:
    """What was captured in the last 24 hours."""
    async with opened(file) as at:
        found = await _captures(at).found()
        left = await _captures(at).left()
    if as_json:
        print_json({"left": left, "captures": found})
        return
    print_table(
        ("Id", "When", "Operation", "Outcome", "Code"),
        [
            (str(one.id), local(one.at), one.operation.replace("_", " ") or "-", one.outcome, one.code or "-")
            for one in found
        ],
        "Nothing was captured in the last 24 hours.",
    )
    if left:
        click.echo(f"The next {left} exchanges are captured.")


@captures.command(epilog="Example: ups-gateway captures show 3")
@click.argument("capture", type=int)
@config_option
@run_async
async def show(capture: int, file: Path | None) -> None:
    """Print the panes of a CAPTURE (its id): old request, REST request, REST reply, old answer."""
    async with opened(file) as at:
        chosen = [one for one in await _captures(at).found() if one.id == capture]
    if not chosen:
        raise click.ClickException(f"There is no capture {capture}: ups-gateway captures list")
    (one,) = chosen
    said = [pane for request, reply in one.said for pane in (("REST request", request), ("REST reply", reply))]
    for title, text in (("Old request", one.asked), *said, ("Old answer", one.answered)):
        click.echo(f"=== {title} ===\n{text}\n")


def _captures(at: Opened) -> Captures:
    return Captures(at.store, at.vault, now=lambda: datetime.now(UTC))
