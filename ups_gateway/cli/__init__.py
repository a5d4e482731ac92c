"""The commands. Each lives in a small module that is imported only when it is asked for.

The rule: what a person reads goes through `printing`; with --json a program gets one JSON value on standard output.
Exit status: 0 done, 1 it did not work, 2 wrong usage, 3 the operation is not supported (translate).
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from ups_gateway import __version__

COMMANDS: Final = {
    "demo": ("demo", "See the whole thing work on this machine, without UPS."),
    "init": ("setup", "Make a key and a configuration file to start from."),
    "check-config": ("setup", "Say all that is wrong with the configuration."),
    "serve": ("serving", "Run the gateway."),
    "status": ("showing", "Say whether shipping will work tomorrow."),
    "admin-link": ("signing", "Print a single-use link to the status page."),
    "authorize": ("signing", "Sign in at UPS for a profile."),
    "profiles": ("profiles", "List, show, add, refresh, test and disconnect profiles."),
    "accounts": ("accounts", "List, add and change UPS accounts."),
    "keys": ("keys", "Map access keys of old programs to accounts."),
    "shipments": ("shipments", "Look at the ledger; look up, settle, void, save labels."),
    "alerts": ("alerting", "List what is wrong; send a test alert by every way."),
    "remind": ("alerting", "Say what needs somebody, and nothing when all is well."),
    "traffic": ("reporting", "List recent exchanges."),
    "captures": ("reporting", "Capture the next exchanges, masked, for a day."),
    "report": ("reporting", "Say which programs still use the old APIs."),
    "translate": ("translating", "Show what an old request becomes, without a network."),
    "doctor": ("doctor", "Find what keeps it from working, and say what mends it."),
    "backup": ("backups", "Make a sealed backup of the store while the gateway runs."),
    "restore": ("backups", "Put a backup in the place of the store."),
    "forget": ("backups", "Delete what is kept of the persons of a shipment."),
    "rotate-key": ("rotating", "Seal the store with a new key without a stop."),
    "trust": ("trusting", "Say how programs come to trust the gateway's certificate."),
    "simulate": ("serving", "Run the simulated UPS."),
}
"""Command -> (module, one line). The lines stand here so that --help imports nothing."""


ARGUMENTS: Final = "ups_gateway.arguments"
"""Where a command's whole arguments stand in the context."""


class Commands(click.Group):
    """A group whose commands are imported when they are used."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Whole, before they are taken apart: a running service may have to carry them out."""
        if not args:  # a service carries out what somebody else typed, or nobody knows what to type
            from ups_gateway.cli import inside

            asked = inside.caller()
            args = list(asked.arguments) if asked is not None else args
        ctx.meta[ARGUMENTS] = tuple(args)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - same
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"ups_gateway.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - same
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_module, line) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ups-gateway")
def main() -> None:
    """Let programs written for UPS's access-key APIs go on working with OAuth 2.0 and REST.

    Not affiliated with or endorsed by UPS. Try it: ups-gateway demo
    """
