"""`remind` and `alerts`: what is wrong, said to the person at the screen; who has seen it; whether alerts arrive."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

import click

from ups_gateway.alerts.message import Message, alert
from ups_gateway.cli.desktop import notify
from ups_gateway.cli.opening import config_option, read_settings, run_async
from ups_gateway.cli.printing import as_json_option, local, print_json, print_table


@click.command(epilog="Example: ups-gateway remind --desktop")
@click.option("--desktop", is_flag=True, help="Show a desktop notification, where notify-send can.")
@config_option
@as_json_option
@run_async
async def remind(file: Path | None, *, desktop: bool, as_json: bool) -> None:
    """Say in a line what needs somebody. Silent, with exit status 0, when all is well or seen; else exit status 1.

    Made for a login script.
    """
    from ups_gateway.app import alerts_of

    async with alerts_of(read_settings(file)) as alerts:
        message = alerts.message([one.finding for one in await alerts.standing() if one.seen is None])
    if as_json:
        print_json(message.body())
    elif message.findings and not (desktop and _shown(message)):
        click.echo(message.headline)
    if message.findings:
        sys.exit(1)


def _shown(message: Message) -> bool:
    """Whether a desktop shows it."""
    return notify(message.headline, message.text, urgent=message.severity == "error")


@click.group()
def alerts() -> None:
    """List what is wrong, say that you have seen it, send a test alert by every way.

    Example: ups-gateway alerts seen profile:3
    """


@alerts.command("list", epilog="Example: ups-gateway alerts list --json")
@config_option
@as_json_option
@run_async
async def list_alerts(file: Path | None, *, as_json: bool) -> None:
    """What is wrong with active production accounts, and when which way last told it."""
    from ups_gateway.app import alerts_of

    async with alerts_of(read_settings(file)) as alerting:
        found = await alerting.standing()
    if as_json:
        print_json([{**alert(one.finding), "told": dict(one.told), "seen": one.seen} for one in found])
        return
    print_table(
        ("About", "Severity", "What", "What to do", "Last told", "Seen"),
        [
            (
                one.finding.subject,
                one.finding.severity,
                one.finding.words,
                one.finding.advice,
                ", ".join(f"{way} {local(at)}" for way, at in one.told.items()) or "-",
                "-" if one.seen is None else f"{local(one.seen.at)} {one.seen.by}".rstrip(),
            )
            for one in found
        ],
        "Nothing is wrong.",
    )


@alerts.command(epilog="Example: ups-gateway alerts seen profile:3")
@click.argument("about", nargs=-1, required=True)
@config_option
@run_async
async def seen(file: Path | None, *, about: tuple[str, ...]) -> None:
    """Say that you know of this trouble: it is not told again until it is over and comes back, or gets worse.

    ABOUT is what `alerts list` shows under that head.
    """
    from ups_gateway.app import alerts_of

    async with alerts_of(read_settings(file)) as alerting:
        unknown = [one for one in about if not await alerting.see(one, _who())]
    if unknown:
        raise click.ClickException(f"Nothing is wrong with {', '.join(unknown)}: ups-gateway alerts list")


@alerts.command("tell-again", epilog="Example: ups-gateway alerts tell-again profile:3")
@click.argument("about", nargs=-1, required=True)
@config_option
@run_async
async def tell_again(file: Path | None, *, about: tuple[str, ...]) -> None:
    """Take `seen` back: it is told once a day again."""
    from ups_gateway.app import alerts_of

    async with alerts_of(read_settings(file)) as alerting:
        unknown = [one for one in about if not await alerting.tell_again(one)]
    if unknown:
        raise click.ClickException(f"Nobody has seen {', '.join(unknown)}: ups-gateway alerts list")


def _who() -> str:
    """Who gives the command; behind sudo, who became root."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        return f"user {os.getuid()}"


@alerts.command(epilog="Example: ups-gateway alerts test")
@config_option
@as_json_option
@run_async
async def test(file: Path | None, *, as_json: bool) -> None:
    """Send a test alert by every way. Exit status 1 when one fails, or when there is none."""
    from ups_gateway.app import alerts_of

    async with alerts_of(read_settings(file)) as alerting:
        told = await alerting.test()
    if as_json:
        print_json(told)
    else:
        for one in told:
            click.echo(f"{one.way} to {one.target}: {one.problem or 'sent'}")
        if not told:
            click.echo("No way is set up: see `alerts` in the configuration file.")
    if not told or any(one.problem for one in told):
        sys.exit(1)
