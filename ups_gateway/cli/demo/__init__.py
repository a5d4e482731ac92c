"""`demo`: the simulated UPS and the gateway in one process, and an old program that talks to them."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import webbrowser
from pathlib import Path

import click

from ups_gateway.cli.serving import until_stopped


@click.command(epilog="Example: ups-gateway demo --once")
@click.option("--port", default=8080, show_default=True, help="Port for old requests.")
@click.option("--admin-port", default=8081, show_default=True, help="Port of the status page.")
@click.option("--ups-port", default=8082, show_default=True, help="Port of the simulated UPS.")
@click.option("--tls-port", default=8443, show_default=True, help="Port for old requests over TLS and the sign-in.")
@click.option("--once", is_flag=True, help="Show it and end: exit status 0, or 1 and the reason.")
@click.option("--no-browser", is_flag=True, help="Do not open the status page.")
def demo(*, port: int, admin_port: int, ups_port: int, tls_port: int, once: bool, no_browser: bool) -> None:
    """See the whole thing work on this machine, without UPS.

    All data is thrown away at the end; the label is kept where it says.
    """
    from ups_gateway.cli.demo.house import DemoFailed, Ports, house

    ports = Ports(port, admin_port, ups_port, tls_port)

    async def run(folder: Path) -> None:
        from ups_gateway.cli.demo.conversation import converse

        async with house(folder, ports, click.echo) as running:
            await converse(running, click.echo)
            link = await running.sign_in_link()
            click.echo(f"\nStatus page (the link works once, for ten minutes):\n  {link}")
            click.echo(f"Simulated UPS: {running.ups_url}   Old programs: {running.legacy_url}/ups.app/xml/")
            if once:
                return
            if not no_browser:
                await asyncio.to_thread(webbrowser.open, link)
            click.echo("Ctrl-C ends the demonstration.")
            await until_stopped()

    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    try:
        with tempfile.TemporaryDirectory(prefix="ups-gateway-demo-") as folder:
            asyncio.run(run(Path(folder)))
    except DemoFailed as error:
        raise click.ClickException(str(error)) from error
