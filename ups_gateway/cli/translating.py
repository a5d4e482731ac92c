"""`translate`: what an old request becomes, and with --reply what the old program would get back. No network."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

import click

from ups_gateway import translate as core
from ups_gateway.errors import GatewayError, UnknownOperation
from ups_gateway.model import (
    Account,
    LegacyAnswer,
    LegacyCall,
    Operation,
    RestCall,
    RestReply,
    Terms,
    Translated,
    TwoPhase,
)

UNSUPPORTED = 3
DEMO_ACCOUNT = "A1B2C3"
NO_DIGEST = "digest-of-the-ledger"
"""Stands where a running gateway would put the digest of a confirmed shipment."""


@click.command(epilog="Example: ups-gateway translate --path /ups.app/xml/Rate request.xml")
@click.option("--path", required=True, help="Path the program posts to, e.g. /ups.app/xml/Rate; may hold a query.")
@click.option("-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A header of the request.")
@click.option("--method", default="POST", show_default=True, help="HTTP method of the request.")
@click.option("--account", "number", help="UPS account to ship on; the one in the request by default.")
@click.option(
    "--two-phase",
    type=click.Choice([mode.value for mode in TwoPhase]),
    default=TwoPhase.SHIP.value,
    show_default=True,
    help="What a ShipConfirm does: create the shipment, or quote its price.",
)
@click.option("--reply", "replies", multiple=True, type=click.File("rb"), help="UPS's JSON; prints the old answer.")
@click.option("--status", default=200, show_default=True, help="HTTP status of the reply.")
@click.argument("file", type=click.File("rb"), default="-")
def translate(
    *,
    path: str,
    headers: Sequence[str],
    method: str,
    number: str | None,
    two_phase: str,
    replies: Sequence[BinaryIO],
    status: int,
    file: BinaryIO,
) -> None:
    """Show the REST call that an old request becomes.

    FILE holds the request's body; - or nothing is standard input. Exit status 3: the operation is not supported.
    """
    route, _, query = path.partition("?")
    call = LegacyCall(method, "onlinetools.ups.com", route, query, _headers(headers), file.read())
    try:
        asked = core.read(call)
        account = Account(0, number or next(iter(asked.accounts), DEMO_ACCOUNT), "production")
        translated = core.request(asked, account, Terms(TwoPhase(two_phase), today=date.today()))  # noqa: DTZ011 - the workstation's own date is meant
    except GatewayError as error:
        _print_answer(core.fault(call, error))
        sys.exit(UNSUPPORTED if isinstance(error, UnknownOperation) else 1)
    if not replies:
        click.echo(json.dumps(describe(translated), indent=2, ensure_ascii=False))
        return
    given = [RestReply(status, {}, reply.read()) for reply in replies]
    try:
        _print_answer(core.answer(translated, given, digest=NO_DIGEST))
    except GatewayError as error:
        _print_answer(core.fault(asked, error))


def describe(translated: Translated) -> dict[str, Any]:
    """The command's JSON: what is asked of UPS, what was filled in, what was left out."""
    asked = translated.asked
    row: dict[str, Any] = {"dialect": asked.dialect.value, "operation": asked.operation.value}
    calls = [_call(call) for call in translated.calls]
    if asked.operation is Operation.SHIP_ACCEPT:
        row |= {"method": None, "answered_from": "ledger"}
    elif len(calls) == 1:
        row |= calls[0]
    else:
        row["calls"] = calls
    if translated.later is not None:
        row["later"] = _call(translated.later)
    return row | {"defaults": list(translated.defaults), "ignored": list(translated.ignored)}


def _call(call: RestCall) -> dict[str, Any]:
    return {
        "method": call.method,
        "path": call.path,
        "query": dict(call.query) or dict(parse_qsl(call.sent_query, keep_blank_values=True)),
        "headers": {"transId": "0", "transactionSrc": "ups-gateway", **call.headers},
        "body": call.body,
    }


def _headers(lines: Sequence[str]) -> dict[str, str]:
    found = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise click.BadParameter(f"{line!r} is not 'Name: value'", param_hint="-H")
        found[name.strip().lower()] = value.strip()
    return found


def _print_answer(answer: LegacyAnswer) -> None:
    click.echo(answer.body, nl=not answer.body.endswith(b"\n"))
