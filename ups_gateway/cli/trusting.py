"""`trust`: how programs and browsers come to trust the certificate that the gateway made for this machine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from ups_gateway import tls
from ups_gateway.cli.opening import config_option, read_settings, run_async
from ups_gateway.cli.printing import as_json_option, print_json
from ups_gateway.cli.targets import Target, write

CERTIFICATES = "tls"


@click.command(epilog="Example: ups-gateway trust | less")
@click.option("--save", type=Target(), help="Copy the certificate there, for all to read.")
@config_option
@as_json_option
@run_async
async def trust(save: Path | None, file: Path | None, *, as_json: bool) -> None:
    """Say how a browser and each language come to trust the gateway's own certificate authority.

    The authority is made on first use. It can only vouch for UPS's hosts and this machine. Its directory may be
    closed to other users: --save puts a copy where their programs can read it. For programs that have UPS's host names
    built in, the lines of the hosts file are shown; nothing is written there.
    """
    settings = read_settings(file)
    try:
        files = tls.ensure(settings.data_directory / CERTIFICATES, datetime.now(UTC))
    except tls.CertificatesFailed as error:
        raise click.ClickException(str(error)) from error
    certificate = files.ca_cert
    if save is not None:
        try:
            write(save, certificate.read_bytes(), mode=0o644)
        except OSError as error:
            raise click.ClickException(f"{save} cannot be written: {error.strerror}") from error
        certificate = save
    found = tls.instructions(certificate)
    if as_json:
        print_json({"ca": str(certificate), "instructions": found, "hosts": tls.hosts_lines()})
        return
    click.echo(f"The authority's certificate: {certificate}\n")
    for one in found:
        click.echo(one.title)
        for line in one.commands:
            click.echo(f"    {line}")
        if one.note:
            click.echo(f"    ({one.note})")
        click.echo()
    click.echo("For a program with UPS's host name built in, in /etc/hosts (Windows: System32\\drivers\\etc\\hosts)")
    for line in tls.hosts_lines():
        click.echo(f"    {line}")
    click.echo("    (Only those that the program calls. The gateway asks DNS where UPS is, not this file.)")
