"""`profiles`: the UPS.com logins that consented, and what became of their tokens."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ups_gateway.cli import inside
from ups_gateway.cli.opening import Opened, config_option, opened, read_settings, run_async
from ups_gateway.cli.printing import as_json_option, local, plain, print_json, print_table
from ups_gateway.model import Grant, Profile


@click.group()
def profiles() -> None:
    """List, show, add, rename, refresh, test and disconnect profiles.

    Example: ups-gateway profiles add warehouse --application shop
    """


@profiles.command("list", epilog="Example: ups-gateway profiles list --json")
@config_option
@as_json_option
@run_async
async def list_profiles(file: Path | None, *, as_json: bool) -> None:
    """All profiles with what UPS said of their tokens, and never a token."""
    async with opened(file) as at:
        found = await at.store.profiles()
        if as_json:
            print_json(found)
            return
        print_table(
            ("Id", "Profile", "Application", "Environment", "Token expires", "Refresh token expires", "UPS refused"),
            [
                (
                    str(profile.id),
                    profile.name,
                    profile.application,
                    profile.environment,
                    local(profile.tokens.access_expires_at if profile.tokens else None),
                    local(profile.tokens.refresh_expires_at if profile.tokens else None),
                    profile.rejected or "-",
                )
                for profile in found
            ],
            "No profile yet. Add one: ups-gateway profiles add NAME --application APPLICATION",
        )


@profiles.command(epilog="Example: ups-gateway profiles show 1")
@click.argument("profile", type=int)
@config_option
@as_json_option
@run_async
async def show(profile: int, file: Path | None, *, as_json: bool) -> None:
    """What UPS said of this profile's tokens, and its history of sign-ins and refreshes."""
    from ups_gateway.app import parts_of
    from ups_gateway.web.admin import view
    from ups_gateway.web.admin.facts import gather
    from ups_gateway.web.admin.words import outcome

    async with parts_of(read_settings(file)) as parts:
        found = view.status(await gather(parts), parts.zone)
        history = await parts.store.refreshes(profile)
    cards = [card for section in found.sections for card in section.cards if card.profile == profile]
    if not cards:
        raise missing(profile)
    (card,) = cards
    if as_json:
        print_json({"profile": card, "history": history})
        return
    click.echo(f"{card.name}: {card.words}. {card.advice}".rstrip())
    if card.fields and card.refresh_life and card.access_life:
        click.echo(f"Refresh token: {card.refresh_life.words}. Access token: {card.access_life.words}.\n")
        for name, value in plain(card.fields).items():
            shown = local(getattr(card.fields, name)) if name.endswith(("issued", "expires")) else value or "-"
            click.echo(f"{name.replace('_', ' ').title() + ':':<23}{shown}")
    click.echo("")
    print_table(
        ("When", "Result", "In words"),
        [(local(one.at), outcome(one).lower(), one.words or "-") for one in history],
        "Nothing yet: nobody has signed in.",
    )


@profiles.command(epilog="Example: ups-gateway profiles refresh 1")
@click.argument("profile", type=int)
@config_option
@run_async
async def refresh(profile: int, file: Path | None) -> None:
    """Ask UPS for new tokens now, also after a refusal whose cause was mended."""
    from ups_gateway.app import parts_of

    async with parts_of(read_settings(file)) as parts:
        if await parts.store.profile(profile) is None:
            raise missing(profile)
        await parts.keeper.try_again(profile)
        click.echo("The tokens were refreshed.")


@profiles.command("test", epilog="Example: ups-gateway profiles test 1")
@click.argument("profile", type=int)
@config_option
@as_json_option
@run_async
async def test_connection(profile: int, file: Path | None, *, as_json: bool) -> None:
    """Ask UPS about each account of this profile with a real rate request. Exit status 1 unless all are linked."""
    from ups_gateway.app import parts_of
    from ups_gateway.web.admin.probing import probe_accounts

    async with parts_of(read_settings(file)) as parts:
        if await parts.store.profile(profile) is None:
            raise missing(profile)
        mine = [account for account in await parts.store.accounts() if account.profile == profile]
        results = await probe_accounts(mine, parts.probe, parts.store, parts.now())
    if as_json:
        print_json([{"account": one.number, "verdict": verdict, "note": one.probe_note} for one, verdict in results])
    else:
        print_table(
            ("Account", "Result", "UPS says"),
            [(one.number, verdict.replace("_", " "), one.probe_note or "-") for one, verdict in results],
            "No active account ships through this sign-in, so there was nothing to ask UPS about.",
        )
    if any(verdict != "linked" for _, verdict in results):
        sys.exit(1)


@profiles.command(epilog="Example: ups-gateway profiles add warehouse --application shop")
@click.argument("name")
@click.option("--application", required=True, help="Application of the configuration that it consents to.")
@config_option
@run_async
async def add(name: str, application: str, file: Path | None) -> None:
    """Add the profile NAME, to be authorised next."""
    async with opened(file) as at:
        known = {one.name: one for one in at.settings.applications}
        if application not in known:
            raise click.ClickException(f"The configuration has no application {application!r}.")
        if known[application].grant is not Grant.AUTHORIZATION_CODE:
            raise click.ClickException(f"{application} signs in by client credentials: nobody consents to it.")
        made = await at.store.add_profile(name, application, known[application].environment)
        click.echo(f"Profile {made.id} has been added. Sign in for it: ups-gateway authorize {made.id}")


@profiles.command(epilog="Example: ups-gateway profiles rename 1 'Warehouse Atlanta'")
@click.argument("profile", type=int)
@click.argument("name")
@config_option
@run_async
async def rename(profile: int, name: str, file: Path | None) -> None:
    """Give the profile with this id another NAME."""
    async with opened(file) as at:
        await profile_of(at, profile)
        await at.store.rename_profile(profile, name)
        click.echo(f"Profile {profile} is now called {name}.")


@profiles.command(epilog="Example: ups-gateway profiles disconnect 1")
@click.argument("profile", type=int)
@config_option
@run_async
async def disconnect(profile: int, file: Path | None) -> None:
    """Throw the tokens of this profile away; its accounts cannot ship until somebody signs in again."""
    async with opened(file) as at:
        found = await profile_of(at, profile)
        inside.confirm(f"Nothing ships through {found.name!r} any more. Go on?")
        await at.store.drop_tokens(profile)
        click.echo(f"Profile {profile} has no tokens any more.")


@profiles.command(epilog="Example: ups-gateway profiles remove 1")
@click.argument("profile", type=int)
@config_option
@run_async
async def remove(profile: int, file: Path | None) -> None:
    """Delete this profile with its tokens and history. Its accounts stay, unconnected."""
    async with opened(file) as at:
        found = await profile_of(at, profile)
        inside.confirm(f"Delete {found.name!r} for good?")
        await at.store.delete_profile(profile)
        click.echo(f"Profile {profile} has been deleted.")


async def profile_of(at: Opened, profile: int) -> Profile:
    """The profile with that id."""
    found = await at.store.profile(profile)
    if found is None:
        raise missing(profile)
    return found


def missing(profile: int) -> click.ClickException:
    """Nothing has that id."""
    return click.ClickException(f"There is no profile {profile}: ups-gateway profiles list")
