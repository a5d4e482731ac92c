"""`doctor`: finds what keeps the gateway from working, and says what mends it.

The rule: it needs no running gateway and changes nothing; one check that fails does not end the others.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import click

from ups_gateway import config
from ups_gateway.cli.doctor.finding import Finding, bad, ok
from ups_gateway.cli.opening import config_option, credentials_directory, run_async
from ups_gateway.cli.printing import as_json_option, print_json
from ups_gateway.config import Settings
from ups_gateway.errors import GatewayError

_MARKS = {"ok": "ok  ", "warn": "warn", "bad": "BAD "}


@click.command(epilog="Example: ups-gateway doctor --json | jq '.[] | select(.verdict == \"bad\")'")
@click.option("--offline", is_flag=True, help="Ask nothing of UPS, DNS or a proxy.")
@config_option
@as_json_option
@run_async
async def doctor(file: Path | None, *, offline: bool, as_json: bool) -> None:
    """Look at configuration, permissions, key, certificate, hosts file, DNS, proxy, clock, ports, UPS, tokens and more.

    Each thing that is not well comes with what mends it. Exit status 1 when something keeps the gateway from working.
    """
    found = []
    async for finding in examine(file, offline=offline):
        found.append(finding)
        if not as_json:
            click.echo(f"{_MARKS[finding.verdict]}  {finding.what}: {finding.words}")
            if finding.mend:
                click.echo(f"      {finding.mend}")
    if as_json:
        print_json(found)
    if any(finding.verdict == "bad" for finding in found):
        sys.exit(1)


async def examine(file: Path | None, *, offline: bool) -> AsyncIterator[Finding]:
    """Every finding, as it comes."""
    from ups_gateway.cli.doctor import kept, machine, network

    try:
        settings = config.load(file, os.environ, credentials_directory(os.environ))
    except config.ConfigFailed as error:
        for problem in error.problems:
            line = f"line {problem.line}, " if problem.line else ""
            yield bad("configuration", f"{line}{problem.key}: {problem.words}.", "ups-gateway check-config")
        return
    yield ok("configuration", f"{settings.file or 'There is no file: all defaults'}. Nothing is wrong with it.")
    now = datetime.now(UTC)
    checks: tuple[Callable[[Settings], Iterable[Finding]], ...] = (
        machine.permissions,
        lambda settings: [machine.room(settings)],
        lambda settings: machine.certificate(settings, now),
        machine.hosts,
        machine.ports,
    )
    for check in checks:
        try:
            for finding in await asyncio.to_thread(list, check(settings)):
                yield finding
        except OSError as error:
            yield bad("this machine", f"{error.filename or 'Something'} cannot be looked at: {error.strerror}.", "id")
    try:
        async for finding in kept.kept(settings, now):
            yield finding
    except (GatewayError, OSError) as error:
        yield bad("store", str(error), "run it as the gateway's user: sudo -u USER ups-gateway doctor")
    if not offline:
        async for finding in network.network(settings, os.environ):
            yield finding
