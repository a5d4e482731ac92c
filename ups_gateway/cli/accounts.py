"""`accounts`: the UPS accounts (shipper numbers) that old programs ship on."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ups_gateway.cli.opening import Opened, config_option, opened, run_async
from ups_gateway.cli.printing import as_json_option, print_json, print_table, yes
from ups_gateway.model import Account, AccountDefaults

PRODUCTION = "production"
FORMATS = click.Choice(["GIF", "PNG", "ZPL", "EPL", "SPL"], case_sensitive=False)


@click.group()
def accounts() -> None:
    """List, add and change UPS accounts.

    Example: ups-gateway accounts add A1B2C3 --profile 1 --postal-code 30328 --country US
    """


@accounts.command("list", epilog="Example: ups-gateway accounts list --json")
@config_option
@as_json_option
@run_async
async def list_accounts(file: Path | None, *, as_json: bool) -> None:
    """All accounts."""
    async with opened(file) as at:
        found = await at.store.accounts()
        if as_json:
            print_json(found)
            return
        names = {profile.id: profile.name for profile in await at.store.profiles()}
        print_table(
            ("Account", "Environment", "Nickname", "Country", "Ships through", "Active", "UPS says"),
            [
                (
                    account.number,
                    account.environment,
                    account.nickname,
                    account.country,
                    names.get(account.profile or 0) or account.application or "-",
                    yes(account.active),
                    account.probe or "not asked yet",
                )
                for account in found
            ],
            "No account yet. Add one: ups-gateway accounts add NUMBER --profile ID --postal-code CODE --country US",
        )


_OPTIONS = (
    click.option("--nickname", help="What people call it."),
    click.option("--postal-code", help="Postal code of the account at UPS."),
    click.option("--country", help="Country of the account at UPS, two letters."),
    click.option("--profile", type=int, help="Id of the profile it ships through (ups-gateway profiles list)."),
    click.option("--application", help="Name of the client-credentials application it ships through."),
    click.option("--active/--inactive", default=None, help="An inactive account never alarms and never ships."),
    click.option("--customer-classification", help="Default where a rate request names none, e.g. 00 or 01."),
    click.option("--pickup-type", help="Default where a rate request names none, e.g. 01."),
    click.option("--negotiated/--published", "negotiated_rates", default=None, help="Ask for negotiated rates."),
    click.option("--label-format", type=FORMATS, help="Default where a shipment names no label format."),
    click.option("--label-stock", metavar="HEIGHTxWIDTH", help="Default label stock in inches, e.g. 6x4."),
)


def _with_options(command: Any) -> Any:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@accounts.command(epilog="Example: ups-gateway accounts add A1B2C3 --application shop --postal-code 30328 --country US")
@click.argument("number")
@click.option("--environment", default=PRODUCTION, show_default=True, help="Environment the account is used in.")
@_with_options
@config_option
@run_async
async def add(number: str, environment: str, file: Path | None, **changes: Any) -> None:
    """Add the account NUMBER (6 or 10 characters)."""
    async with opened(file) as at:
        account = await _changed(at, Account(0, number.strip().upper(), environment, country=""), changes)
        made = await at.store.add_account(account)
        click.echo(f"Account {made.number} ({made.environment}) has been added.")


@accounts.command("set", epilog="Example: ups-gateway accounts set A1B2C3 --negotiated --label-format ZPL")
@click.argument("number")
@click.option("--environment", default=PRODUCTION, show_default=True, help="Environment the account is used in.")
@_with_options
@config_option
@run_async
async def set_account(number: str, environment: str, file: Path | None, **changes: Any) -> None:
    """Change the account NUMBER; what is not named stays."""
    async with opened(file) as at:
        account = await account_of(at, number, environment)
        await at.store.change_account(await _changed(at, account, changes))
        click.echo(f"Account {account.number} ({account.environment}) has been changed.")


@accounts.command(epilog="Example: ups-gateway accounts remove A1B2C3")
@click.argument("number")
@click.option("--environment", default=PRODUCTION, show_default=True, help="Environment the account is used in.")
@config_option
@run_async
async def remove(number: str, environment: str, file: Path | None) -> None:
    """Remove the account NUMBER, unless an access key ships on it."""
    async with opened(file) as at:
        account = await account_of(at, number, environment)
        try:
            await at.store.delete_account(account.id)
        except ValueError as error:
            raise click.ClickException(f"An access key ships on {account.number}: ups-gateway keys list") from error
        click.echo(f"Account {account.number} ({account.environment}) has been removed.")


async def account_of(at: Opened, number: str, environment: str | None = None) -> Account:
    """The account of that number, in that environment; where none is named in the only one that has it, or production.

    UPS's test environment has the same numbers.
    """
    wanted = number.strip().upper()
    found = [
        account
        for account in await at.store.accounts()
        if account.number.upper() == wanted and environment in (None, account.environment)
    ]
    if len(found) > 1:
        found = [account for account in found if account.environment == PRODUCTION] or found
    if len(found) != 1:
        where = f" in {environment}" if environment else ""
        what = "There is no account" if not found else "More than one environment has an account"
        raise click.ClickException(f"{what} {wanted}{where}: ups-gateway accounts list")
    return found[0]


async def _changed(at: Opened, account: Account, changes: dict[str, Any]) -> Account:
    given = {name: value for name, value in changes.items() if value is not None}
    if "profile" in given and "application" in given:
        raise click.UsageError("Name --profile or --application, not both.")
    if "profile" in given:
        if await at.store.profile(given["profile"]) is None:
            raise click.ClickException(f"There is no profile {given['profile']}: ups-gateway profiles list")
        given["application"] = None
    if "application" in given and given["application"] is not None:
        if given["application"] not in {application.name for application in at.settings.applications}:
            raise click.ClickException(f"The configuration has no application {given['application']!r}.")
        given["profile"] = None
    if "label_stock" in given:
        height, _, width = given["label_stock"].partition("x")
        if not (height.isdigit() and width.isdigit()):
            raise click.BadParameter("expected HEIGHTxWIDTH in inches, e.g. 6x4", param_hint="--label-stock")
        given["label_stock"] = (height, width)
    if "country" in given:
        given["country"] = given["country"].upper()
    own = {name: given.pop(name) for name in AccountDefaults.__dataclass_fields__ if name in given}
    changed = replace(account, **given, defaults=replace(account.defaults, **own))
    if account.id == 0 or {"profile", "application"} & given.keys():
        _require_address(changed)
    return changed


def _require_address(account: Account) -> None:
    """What UPS must be told to be asked about it, which follows a new account and a new way to ship."""
    from ups_gateway.web.admin.probing import lacks_postal_code

    if not re.fullmatch(r"[A-Z]{2}", account.country):
        raise click.UsageError(
            f"Say --country, the country that {account.number} has at UPS: two letters, for example US."
        )
    if lacks_postal_code(account):
        raise click.UsageError(
            f"Say --postal-code, which {account.number} has at UPS: UPS is asked about it with that."
        )
