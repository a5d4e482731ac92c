"""`keys`: the access keys of old programs, mapped to the accounts they ship on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import click

from ups_gateway.cli import inside
from ups_gateway.cli.accounts import account_of
from ups_gateway.cli.opening import Opened, config_option, opened, run_async
from ups_gateway.cli.printing import as_json_option, local, plain, print_json, print_table
from ups_gateway.model import AccessKey, KeySighting, Secret, TwoPhase
from ups_gateway.store.guesses import lift
from ups_gateway.store.passwords import Passwords

MODES = click.Choice([mode.value for mode in TwoPhase])


@click.group()
def keys() -> None:
    """Map access keys of old programs to accounts.

    Example: ups-gateway keys map --seen 1 --account A1B2C3
    """


@keys.command("list", epilog="Example: ups-gateway keys list --json")
@config_option
@as_json_option
@run_async
async def list_keys(file: Path | None, *, as_json: bool) -> None:
    """Mapped keys, and keys seen in requests that nobody has mapped yet. Licences are never shown whole."""
    async with opened(file) as at:
        mapped, seen = await at.store.keys(), await at.store.sightings()
        if as_json:
            print_json(
                {
                    "keys": [{**plain(key), "masked": key.masked} for key in mapped],
                    "seen": [{**plain(one), "masked": one.masked, "seen": n} for n, one in enumerate(seen, 1)],
                }
            )
            return
        numbers = {account.id: account.number for account in await at.store.accounts()}
        print_table(
            ("Id", "Key", "Program", "Account", "Also", "Test account", "Confirm", "Voided after", "Status"),
            [_row(key, numbers) for key in mapped],
            "No access key is mapped yet.",
        )
        if seen:
            click.echo("\nSeen and not mapped (ups-gateway keys map --seen N --account NUMBER):")
            print_table(
                ("N", "Key", "From", "Program", "Asked for", "Last seen", "Times", "Status"),
                [
                    (
                        str(n),
                        one.masked,
                        one.peer,
                        one.user_agent or "-",
                        ", ".join(sorted(one.operations)),
                        local(one.last_seen),
                        str(one.count),
                        one.status,
                    )
                    for n, one in enumerate(seen, 1)
                ],
                "",
            )


def _row(key: AccessKey, numbers: dict[int, str]) -> tuple[str, ...]:
    after = key.void_unaccepted_after
    return (
        str(key.id),
        key.masked,
        key.label or "-",
        numbers.get(key.account, "?"),
        ", ".join(sorted(numbers.get(one, "?") for one in key.accounts - {key.account})) or "-",
        numbers.get(key.test_account or 0, "-"),
        key.two_phase.value,
        f"{after.total_seconds() / 60:g} min" if after is not None else "never",
        key.status,
    )


_OPTIONS = (
    click.option("--also", multiple=True, metavar="NUMBER", help="A further account it may ship on."),
    click.option("--test-account", metavar="NUMBER", help="Account for requests to wwwcie.ups.com."),
    click.option("--two-phase", type=MODES, help="ship: confirm creates the shipment. quote: it shows its price."),
    click.option("--at-once", type=MODES, help="The same for shipments that act at once, e.g. e-mailed returns."),
    click.option("--void-after", metavar="MINUTES|never", help="When a confirm that nobody accepted is voided."),
    click.option("--label", help="What people call the program."),
    click.option("--json-status", type=click.Choice(["200", "500"]), help="HTTP status of JSON faults."),
    click.option("--json-errors/--no-json-errors", default=None, help="Add response.errors beside a JSON Fault."),
)


def _with_options(command: Any) -> Any:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@keys.command("map", epilog="Example: ups-gateway keys map --seen 1 --account A1B2C3 --two-phase quote")
@click.option("--seen", type=int, metavar="N", help="Number of a seen key (ups-gateway keys list).")
@click.option("--account", "number", required=True, metavar="NUMBER", help="Default account.")
@_with_options
@config_option
@run_async
async def map_key(seen: int | None, number: str, file: Path | None, **changes: Any) -> None:
    """Map a seen key, or one that is typed in, to an account.

    --two-phase quote is for programs that show prices to someone between confirm and accept.
    """
    async with opened(file) as at:
        sighting = await _sighting(at, seen) if seen is not None else await _typed()
        account = await account_of(at, number)
        key = AccessKey(0, sighting.licence, sighting.user, sighting.password_hash, account.id, frozenset({account.id}))
        key = await _changed(at, replace(key, void_unaccepted_after=at.settings.ledger.void_unaccepted_after), changes)
        made = await at.store.add_key(key)
        await at.store.forget_sighting(sighting.licence, sighting.user)
        click.echo(f"Key {made.id} ({made.masked}) ships on {account.number} ({account.environment}).")


@keys.command("set", epilog="Example: ups-gateway keys set 1 --void-after never")
@click.argument("key_id", metavar="ID", type=int)
@click.option("--account", "number", metavar="NUMBER", help="Another default account.")
@_with_options
@config_option
@run_async
async def set_key(key_id: int, number: str | None, file: Path | None, **changes: Any) -> None:
    """Change a mapped key; what is not named stays."""
    async with opened(file) as at:
        key = await _key(at, key_id)
        if number is not None:
            account = await account_of(at, number)
            key = replace(key, account=account.id, accounts=key.accounts | {account.id})
        await at.store.change_key(await _changed(at, key, changes))
        click.echo(f"Key {key.id} ({key.masked}) has been changed.")


@keys.command("accept-password", epilog="Example: ups-gateway keys accept-password 1")
@click.argument("key_id", metavar="ID", type=int)
@config_option
@run_async
async def accept_password(key_id: int, file: Path | None) -> None:
    """Accept the new password that a mapped key was last seen with."""
    async with opened(file) as at:
        key = await _key(at, key_id)
        found = [one for one in await at.store.sightings() if (one.licence, one.user) == (key.licence, key.user)]
        if not found:
            raise click.ClickException(f"Key {key_id} was not seen with another password.")
        await at.store.change_key(replace(key, password_hash=found[0].password_hash))
        await at.store.forget_sighting(key.licence, key.user)
        click.echo(f"Key {key.id} ({key.masked}) has its new password.")


@keys.command(epilog="Example: ups-gateway keys mark 1 blocked")
@click.argument("key_id", metavar="ID", type=int)
@click.argument("status", type=click.Choice(["active", "ignored", "blocked"]))
@config_option
@run_async
async def mark(key_id: int, status: Literal["active", "ignored", "blocked"], file: Path | None) -> None:
    """Make a key active again, ignored or blocked."""
    async with opened(file) as at:
        key = await _key(at, key_id)
        await at.store.change_key(replace(key, status=status))
        click.echo(f"Key {key.id} ({key.masked}) is {status}.")


@keys.command(epilog="Example: ups-gateway keys unlock 1")
@click.argument("key_id", metavar="ID", type=int)
@config_option
@run_async
async def unlock(key_id: int, file: Path | None) -> None:
    """Let addresses in again that are refused because too many wrong passwords came from them."""
    async with opened(file) as at:
        key = await _key(at, key_id)
        if not await lift(at.store, key.id, datetime.now(UTC)):
            raise click.ClickException(f"No address is held back from key {key_id}.")
        click.echo(f"Key {key.id} ({key.masked}) is open to every address again.")


@keys.command("mark-seen", epilog="Example: ups-gateway keys mark-seen 2 ignored")
@click.argument("seen", metavar="N", type=int)
@click.argument("status", type=click.Choice(["active", "ignored", "blocked"]))
@config_option
@run_async
async def mark_seen(seen: int, status: str, file: Path | None) -> None:
    """Ignore or block a seen key instead of mapping it, or list it again."""
    async with opened(file) as at:
        sighting = await _sighting(at, seen)
        await at.store.mark_sighting(sighting.licence, sighting.user, status)
        click.echo(f"Seen key {seen} ({sighting.masked}) is {status}.")


@keys.command(epilog="Example: ups-gateway keys remove 1")
@click.argument("key_id", metavar="ID", type=int)
@config_option
@run_async
async def remove(key_id: int, file: Path | None) -> None:
    """Forget a mapped key; its program is refused from then on."""
    async with opened(file) as at:
        key = await _key(at, key_id)
        await at.store.delete_key(key.id)
        click.echo(f"Key {key.id} ({key.masked}) has been removed.")


async def _key(at: Opened, key_id: int) -> AccessKey:
    for key in await at.store.keys():
        if key.id == key_id:
            return key
    raise click.ClickException(f"There is no key {key_id}: ups-gateway keys list")


async def _sighting(at: Opened, number: int) -> KeySighting:
    found = await at.store.sightings()
    if not 1 <= number <= len(found):
        raise click.ClickException(f"There is no seen key {number}: ups-gateway keys list")
    return found[number - 1]


async def _typed() -> KeySighting:
    """A key that no program has used yet; typed unseen, so that it stands in no shell history or process list."""
    licence = inside.prompt("AccessLicenseNumber", hidden=True).strip()
    user = inside.prompt("UserId").strip()
    password = Secret(inside.prompt("Password", hidden=True))
    passwords = Passwords()
    try:
        stored = await passwords.hash(password)
    finally:
        await passwords.close()
    now = datetime.now(UTC)
    return KeySighting(licence, user, stored, "", "", frozenset(), now, now, 0)


async def _changed(at: Opened, key: AccessKey, changes: dict[str, Any]) -> AccessKey:
    given = {name: value for name, value in changes.items() if value not in (None, ())}
    accounts = key.accounts | {(await account_of(at, number)).id for number in given.pop("also", ())}
    if "test_account" in given:
        given["test_account"] = (await account_of(at, given["test_account"], "test")).id
    for name in ("two_phase", "at_once"):
        if name in given:
            given[name] = TwoPhase(given[name])
    if "void_after" in given:
        text = given.pop("void_after")
        if text != "never" and not text.isdigit():
            raise click.BadParameter("expected minutes or never", param_hint="--void-after")
        given["void_unaccepted_after"] = None if text == "never" else timedelta(minutes=int(text))
    if "json_status" in given:
        given["json_fault_status"] = int(given.pop("json_status"))
    if "json_errors" in given:
        given["json_errors_beside"] = given.pop("json_errors")
    return replace(key, accounts=accounts, **given)
