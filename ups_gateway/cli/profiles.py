"""`profiles`: the UPS.com logins that consented, and what became of their tokens."""

from __future__ import annotations

from pathlib import Path

import click

from ups_gateway.cli.opening import Opened, config_option, opened, run_async
from ups_gateway.cli.printing import as_json_option, local, print_json, print_table
from ups_gateway.model import Grant, Profile


@click.group()
def profiles() -> None:
    """List, add, rename and disconnect profiles.

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
        click.confirm(f"Nothing ships through {found.name!r} any more. Go on?", abort=True)
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
        click.confirm(f"Delete {found.name!r} for good?", abort=True)
        await at.store.delete_profile(profile)
        click.echo(f"Profile {profile} has been deleted.")


async def profile_of(at: Opened, profile: int) -> Profile:
    """The profile with that id."""
    found = await at.store.profile(profile)
    if found is None:
        raise click.ClickException(f"There is no profile {profile}: ups-gateway profiles list")
    return found
