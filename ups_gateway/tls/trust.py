"""How clients come to trust the local authority: the exact commands for each platform and language, as data.

The rule: a command is complete as it stands, with the certificate's path filled in; nothing here runs anything.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from ups_gateway.tls.authority import UPS_HOSTS

_CA = "{ca}"
_QUOTED = "{quoted}"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One way to trust the authority."""

    title: str
    commands: tuple[str, ...]
    """Lines of a shell, or of the file that `note` names."""
    note: str = ""


_INSTRUCTIONS = (
    Instruction(
        "Debian, Ubuntu (curl, wget, Perl, PHP, Ruby, .NET, most system programs)",
        (
            "sudo install -m 644 {quoted} /usr/local/share/ca-certificates/ups-gateway.crt",
            "sudo update-ca-certificates",
        ),
    ),
    Instruction(
        "Red Hat, Fedora, Rocky, Alma, Amazon Linux",
        (
            "sudo install -m 644 {quoted} /etc/pki/ca-trust/source/anchors/ups-gateway.pem",
            "sudo update-ca-trust extract",
        ),
    ),
    Instruction(
        "SUSE",
        (
            "sudo install -m 644 {quoted} /etc/pki/trust/anchors/ups-gateway.pem",
            "sudo update-ca-certificates",
        ),
    ),
    Instruction(
        "Windows (Edge, Chrome, .NET, PowerShell)",
        ('certutil -addstore -f Root "{ca}"',),
        "In a command prompt as administrator, with the certificate copied to that machine.",
    ),
    Instruction(
        "macOS (Safari, Chrome, .NET, system curl)",
        ("sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {quoted}",),
    ),
    Instruction(
        "Firefox",
        (
            (
                'for profile in ~/.mozilla/firefox/*.default*; do certutil -d "sql:$profile" -A -t C,, '
                "-n ups-gateway -i {quoted}; done"
            ),
        ),
        "certutil is in the package libnss3-tools (Debian) or nss-tools (Red Hat). By hand: Settings, Privacy & "
        "Security, View Certificates, Authorities, Import. On Windows and macOS Firefox takes the system's.",
    ),
    Instruction(
        "Chrome, Chromium and Edge on Linux (NSS)",
        (
            "mkdir -p ~/.pki/nssdb",
            "certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n ups-gateway -i {quoted}",
        ),
        "certutil is in the package libnss3-tools (Debian) or nss-tools (Red Hat).",
    ),
    Instruction(
        "curl",
        ("curl --cacert {quoted} https://localhost/ups.app/xml/Rate", "export CURL_CA_BUNDLE={quoted}"),
        "The variable replaces the system's authorities for that program.",
    ),
    Instruction(
        "Java",
        (
            "sudo keytool -importcert -noprompt -cacerts -storepass changeit -alias ups-gateway -file {quoted}",
            (
                'keytool -importcert -noprompt -keystore "$JAVA_HOME/jre/lib/security/cacerts" -storepass changeit '
                "-alias ups-gateway -file {quoted}"
            ),
        ),
        "The first line for Java 9 and newer, the second for Java 8. Use the keytool of the Java that runs the "
        "application.",
    ),
    Instruction(
        "Node.js",
        ("export NODE_EXTRA_CA_CERTS={quoted}",),
        "Set before node starts; a service needs it in its unit or start script.",
    ),
    Instruction(
        "PHP",
        ('openssl.cafile = "{ca}"', 'curl.cainfo = "{ca}"'),
        "Lines of php.ini, of the command line's and of the web server's; restart the web server or PHP-FPM after. "
        "They replace the system's authorities: where PHP calls other hosts too, trust the authority in the system.",
    ),
    Instruction(
        "Python",
        ("export REQUESTS_CA_BUNDLE={quoted}", "export SSL_CERT_FILE={quoted}"),
        "The first for requests, zeep and suds, the second for http.client, urllib and aiohttp. Both replace the "
        "other authorities for that program.",
    ),
    Instruction(
        "Ruby",
        ("export SSL_CERT_FILE={quoted}",),
        "Replaces the system's authorities for that program.",
    ),
    Instruction(
        "Perl",
        ("export PERL_LWP_SSL_CA_FILE={quoted}", "export HTTPS_CA_FILE={quoted}"),
        "The first for LWP 6, the second for older ones with Crypt::SSLeay.",
    ),
    Instruction(
        ".NET on Linux",
        ("export SSL_CERT_FILE={quoted}",),
        "Replaces the system's authorities for that program; .NET on Windows and macOS takes the system's.",
    ),
)


def hosts_lines() -> tuple[str, ...]:
    """Lines of a hosts file that send the hosts which old programs call to the gateway on the same machine."""
    return tuple(f"127.0.0.1 {host}" for host in UPS_HOSTS)


def instructions(ca: Path) -> tuple[Instruction, ...]:
    """Every way, for the certificate at `ca`, which the user who runs a command must be able to read."""
    path = str(ca)
    quoted = shlex.quote(path)
    return tuple(
        Instruction(
            each.title,
            tuple(command.replace(_QUOTED, quoted).replace(_CA, path) for command in each.commands),
            each.note,
        )
        for each in _INSTRUCTIONS
    )
