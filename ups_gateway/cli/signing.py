"""`admin-link` and `authorize`: signing in to the page, and at UPS."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from ups_gateway.cli import inside
from ups_gateway.cli.opening import config_option, opened, read_settings, run_async


@click.command(epilog="Example: ups-gateway admin-link")
@click.option(
    "--read-token",
    is_flag=True,
    help="Print a token instead, a bearer that may read /api/status and nothing else; a former one ends.",
)
@config_option
@run_async
async def admin_link(file: Path | None, *, read_token: bool) -> None:
    """Print a link to the status page. It signs one browser in, once, within ten minutes."""
    from ups_gateway.app import url_of
    from ups_gateway.web.admin.session import new_link, new_read_token

    async with opened(file) as at:
        if read_token:
            click.echo(await new_read_token(at.store, at.vault))
            return
        click.echo(await new_link(at.store, at.vault, url_of(at.settings.listen.admin), datetime.now(UTC)))


@click.command(epilog="Example: ups-gateway authorize 1")
@click.argument("profile", type=int)
@click.option("--pasted", metavar="ADDRESS", help="The address the browser ended on, if it was started before.")
@config_option
@run_async
async def authorize(profile: int, pasted: str | None, file: Path | None) -> None:
    """Sign in at UPS for PROFILE (its id), in any browser.

    Where the browser cannot come back to the gateway, paste the address it ended on: all of it, cut at the first &,
    or the code alone.
    """
    from ups_gateway.app import parts_of
    from ups_gateway.oauth.paste import ConsentFailed
    from ups_gateway.web.admin.probing import probe_accounts

    settings = read_settings(file)
    async with parts_of(settings) as parts:
        found = await parts.store.profile(profile)
        if found is None:
            raise click.ClickException(f"There is no profile {profile}: ups-gateway profiles list")
        if pasted is None:
            url = await parts.keeper.begin(found.application, profile)
            click.echo(f"Open this address in a browser and sign in at UPS as {found.name}:\n\n{url}\n")
            click.echo(
                "With the gateway running on this machine the browser comes back by itself. Otherwise it ends on an\n"
                "address such as https://127.0.0.1/upscallback?code=...&state=... that cannot be opened: copy it."
            )
            pasted = inside.prompt("Address or code (empty: the browser came back)", empty=True)
        if pasted:
            try:
                found = (await parts.keeper.finish_pasted(pasted)).profile
            except ConsentFailed as failed:
                raise click.ClickException(failed.words) from failed
        else:
            again = await parts.store.profile(profile)
            if again is None or again.generation == found.generation:
                raise click.ClickException("The browser has not come back yet. Paste the address it ended on.")
            found = again
        accounts = [one for one in await parts.store.accounts() if one.profile == found.id]
        click.echo(f"{found.name} is signed in.")
        for account, verdict in await probe_accounts(accounts, parts.probe, parts.store, parts.now()):
            click.echo(f"Account {account.number}: {verdict.replace('_', ' ')}. {account.probe_note}".rstrip())
