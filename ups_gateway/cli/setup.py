"""`init` and `check-config`: from nothing to a configuration that starts."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ups_gateway import config
from ups_gateway.cli.opening import config_option, read_settings, run_async
from ups_gateway.cli.printing import as_json_option, print_json
from ups_gateway.oauth.vault import KeyFailed, make_key, write_key_file


def _own_file() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "ups-gateway" / config.FILE_NAME


@click.command(epilog="Example: ups-gateway init --config /etc/ups-gateway/ups-gateway.yaml")
@click.option("--config", "file", type=click.Path(path_type=Path), help="Where to write the configuration file.")
@click.option("--data", type=click.Path(path_type=Path), help="Directory of the store, the key and certificates.")
def init(file: Path | None, data: Path | None) -> None:
    """Make a key and a documented configuration file. Nothing that exists is overwritten."""
    file = file or _own_file()
    directory = data or config.data_directory(os.environ)
    key_file = directory / config.KEY_FILE
    changes = {"data_directory": str(directory.absolute())} if data else {}
    try:
        if key_file.exists():
            click.echo(f"Key      {key_file} (was there)")
        else:
            write_key_file(key_file, make_key())
            click.echo(f"Key      {key_file}")
        if file.exists():
            click.echo(f"Settings {file} (was there)")
        else:
            file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            file.write_text(config.example(**changes), encoding="utf-8")
            click.echo(f"Settings {file}")
    except (KeyFailed, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        "\nNext: register an application at https://developer.ups.com with the redirect URI "
        "https://127.0.0.1/upscallback,\nwrite it under `applications:` with its client secret in a 0600 file, then:\n"
        f"  ups-gateway check-config --config {file}\n  ups-gateway serve --config {file}"
    )


@click.command(epilog="Example: ups-gateway check-config && systemctl restart ups-gateway")
@config_option
@as_json_option
@run_async
async def check_config(file: Path | None, *, as_json: bool) -> None:
    """Say all that is wrong with the configuration; exit status 1 when something is."""
    settings = read_settings(file)
    if as_json:
        print_json({"ok": True, "file": str(settings.file) if settings.file else None})
        return
    click.echo(f"{settings.file or 'No configuration file: all defaults'}. Nothing is wrong.")
    for application in settings.applications:
        click.echo(f"Application {application.name}: {application.grant.value}, {application.environment}")
    if settings.alerts.ways:
        click.echo(f"Alerts by {', '.join(settings.alerts.ways)}: ups-gateway alerts test")
    if not settings.applications:
        click.echo("No application is configured yet: nothing can sign in at UPS.")
