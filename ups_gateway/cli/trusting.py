"""`trust`: how programs and browsers come to trust the certificate that the gateway made for this machine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from ups_gateway import tls
from ups_gateway.cli.opening import config_option, read_settings
from ups_gateway.cli.printing import as_json_option, print_json

CERTIFICATES = "tls"


@click.command(epilog="Example: ups-gateway trust | less")
@config_option
@as_json_option
def trust(file: Path | None, *, as_json: bool) -> None:
    """Say how a browser and each language come to trust the gateway's own certificate authority.

    The authority is made on first use. It can only vouch for UPS's hosts and this machine.
    """
    settings = read_settings(file)
    try:
        files = tls.ensure(settings.data_directory / CERTIFICATES, datetime.now(UTC))
    except tls.CertificatesFailed as error:
        raise click.ClickException(str(error)) from error
    found = tls.instructions(files.ca_cert)
    if as_json:
        print_json({"ca": str(files.ca_cert), "instructions": found})
        return
    click.echo(f"The authority's certificate: {files.ca_cert}\n")
    for one in found:
        click.echo(one.title)
        for line in one.commands:
            click.echo(f"    {line}")
        if one.note:
            click.echo(f"    ({one.note})")
        click.echo()
