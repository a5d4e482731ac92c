"""`serve` and `simulate`: the two programs that stay up."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import click

from ups_gateway import systemd
from ups_gateway.cli import logs
from ups_gateway.cli.opening import config_option, read_settings
from ups_gateway.errors import GatewayError


async def until_stopped() -> None:
    """Waits for Ctrl-C or the service manager's stop."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


@click.command(epilog="Example: ups-gateway serve --config /etc/ups-gateway/ups-gateway.yaml")
@click.option("--log-format", type=click.Choice(["text", "json"]), help="Instead of log.format in the configuration.")
@config_option
def serve(log_format: str | None, file: Path | None) -> None:
    """Run the gateway until SIGTERM or Ctrl-C."""
    from ups_gateway import app, service, tls

    manager = systemd.taken(os.environ)
    settings = read_settings(file)
    if log_format is not None:
        settings = replace(settings, log=replace(settings.log, format=log_format))
    logs.set_up(settings.log, journal=systemd.logs_to_journal(os.environ, sys.stderr.fileno()))

    async def ready(running: app.App) -> None:
        ports = running.ports
        secure = f", https://{ports.tls}" if ports.tls else ""
        proxy = f", proxy http://{ports.proxy}" if ports.proxy else ""
        click.echo(f"Old requests: http://{ports.legacy}{secure}{proxy}   Status page: http://{ports.admin}")
        if running.rescued is not None:
            click.echo(running.rescued.words)
        problems = await running.problems()
        for problem in problems:
            click.echo(f"Not ready: {problem}")

    try:
        service.serve(settings, ready, manager)
    except (app.StartFailed, tls.CertificatesFailed, GatewayError) as error:
        raise click.ClickException(str(error)) from error


@click.command(epilog="Example: ups-gateway simulate --port 8082 --control")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to bind to.")
@click.option("--port", default=8082, show_default=True, help="Port to bind to; 0 lets the system choose.")
@click.option("--control", is_flag=True, help="Serve /_control: faults, call log, clock, tokens. Not for shared hosts.")
@click.option("--config", "file", type=click.Path(path_type=Path), help="YAML file with users and applications.")
def simulate(host: str, port: int, *, control: bool, file: Path | None) -> None:
    """Run the simulated UPS: OAuth with a login page, and the REST operations."""
    from ups_gateway.simulator import config, server

    async def run() -> None:
        settings = config.load(file) if file else config.Settings()
        running = await server.start(server.make_app(settings, control=control), host, port)
        click.echo(f"The simulated UPS is at {running.url} (Ctrl-C ends it)")
        await until_stopped()
        await running.close()

    try:
        asyncio.run(run())
    except config.SettingsError as error:
        raise click.ClickException("\n".join(map(str, error.problems))) from error
    except OSError as error:
        raise click.ClickException(f"{host}:{port} cannot be used ({error.strerror}); choose another --port") from error
