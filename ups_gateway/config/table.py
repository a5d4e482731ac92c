"""The table of settings: what can be set, how it is read, its default and its meaning.

The rule: `TABLE` is the only list of settings. The parser, the documented file and their test are fed by it. A setting
is read from its text in the file, so YAML never guesses a type: an account 0123 stays 0123, `off` stays off.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ups_gateway.config.settings import CONTROL, Address, Network, is_loopback
from ups_gateway.model import Grant, Operation

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SIZES = {"KB": 1_000, "MB": 1_000_000}


# --- readers: text of the file -> value; ValueError says what was expected


def address(text: str) -> Address:
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})", text)
    if match is None or int(match[3]) > 65535:
        msg = "expected HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080"
        raise ValueError(msg)
    return Address(match[1] or match[2], int(match[3]))


def address_or_off(text: str) -> Address | None:
    return None if text == "off" else address(text)


def flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("expected true or false")
    return text == "true"


def network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError("expected an address or a network, for example 192.168.1.0/24") from error


def seconds(text: str) -> float:
    match = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    if match is None:
        raise ValueError("expected a number and s, m, h or d, for example 60m")
    return float(int(match[1]) * UNITS[match[2]])


def duration(text: str) -> timedelta:
    return timedelta(seconds=seconds(text))


def duration_or_never(text: str) -> timedelta | None:
    return None if text == "never" else duration(text)


def keeping_time(text: str) -> timedelta:
    value = duration(text)
    if value > timedelta(days=90):
        raise ValueError("expected 0d to 90d")
    return value


def size(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,6})(KB|MB)", text)
    if match is None or int(match[1]) == 0:
        raise ValueError("expected a number and KB or MB, for example 20MB")
    return int(match[1]) * SIZES[match[2]]


def count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) == 0:
        raise ValueError("expected a whole number from 1 on")
    return int(text)


def words(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("expected some text on one line")
    return text


def words_or_off(text: str) -> str | None:
    return None if text == "off" else words(text)


def path(text: str) -> Path:
    return Path(words(text)).expanduser()


def path_or_off(text: str) -> Path | None:
    return None if text == "off" else path(text)


def choice(*names: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in names:
            msg = f"expected one of {', '.join(names)}"
            raise ValueError(msg)
        return text

    return read


def grant(text: str) -> Grant:
    return Grant(choice(*Grant)(text))


def base_url(text: str) -> str:
    """Scheme, host and port. Plain HTTP only to this machine: bearers travel here."""
    parts = urlsplit(text)
    if not _web(text) or parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("expected https://HOST or https://HOST:PORT, without a path")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("expected https: plain http is for this machine only")
    return f"{parts.scheme}://{parts.netloc}"


def redirect_uri(text: str) -> str:
    if not _web(text):
        raise ValueError("expected the URL that is registered at UPS, for example https://127.0.0.1/upscallback")
    return text


def proxy(text: str) -> str:
    if not _web(text) or urlsplit(text).username is not None:
        raise ValueError("expected http://HOST:PORT, without a user name or password")
    return text


def watched_environment(text: str) -> str:
    if text == "test":
        raise ValueError("UPS's test environment never alerts")
    return words(text)


def mail_address(text: str) -> str:
    if not re.fullmatch(r"[^@<>,]*<[!-~]+@[!-~]+>|[!-~]+@[!-~]+", words(text)) or re.search(r"@.*@|,|>.", text):
        raise ValueError("expected an e-mail address, for example shipping@example.com")
    return text


def _web(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and text.isprintable()
    except ValueError:
        return False


# --- the table -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `key` names sections with dots; a section with [] is a list of mappings."""

    key: str
    read: Callable[[str], Any]
    default: str | None
    """As it would stand in the file; None: there is none."""
    doc: str
    example: str = ""
    """Shown, commented out, where there is no default."""
    required: bool = False
    many: bool = False
    """A list of such values."""


OLD_API: Mapping[Operation, str] = {
    Operation.RATE: "rating",
    Operation.SHIP_CONFIRM: "ShipConfirm; switches only together with ship_accept",
    Operation.SHIP_ACCEPT: "ShipAccept; switches only together with ship_confirm",
    Operation.VOID: "voids",
    Operation.LABEL_RECOVERY: "label recovery",
    Operation.TRACK: "tracking",
    Operation.ADDRESS_CITY: "address validation of city, state and postal code",
    Operation.ADDRESS_STREET: "address validation down to the street",
    Operation.TIME_IN_TRANSIT: "time in transit",
    Operation.LOCATOR: "the locator",
    Operation.QUANTUM_VIEW: "Quantum View",
}
"""Operations that UPS's old XML API has, in words."""

TABLE: tuple[Setting, ...] = (
    Setting("listen.legacy", address, "127.0.0.1:8080", "Where applications send their old requests, without TLS."),
    Setting("listen.admin", address, "127.0.0.1:8081", "The status page, /healthz, /readyz and /metrics."),
    Setting(
        "listen.tls",
        address_or_off,
        "127.0.0.1:443",
        "The same as legacy over TLS, and UPS's sign-in comes back here (/upscallback); or off.",
    ),
    Setting(
        "listen.proxy",
        address_or_off,
        "off",
        "A proxy, for applications that know no other setting. It answers for UPS's hosts itself and leads nowhere"
        " else; or off.",
    ),
    Setting(
        "listen.insecure_lan",
        flag,
        "false",
        "Let listeners without TLS, or without an allow list, be reached from other machines.",
    ),
    Setting(
        "listen.allow",
        network,
        None,
        "Addresses and networks that may use a listener outside this machine.",
        example="[192.168.1.0/24]",
        many=True,
    ),
    Setting(
        "listen.control",
        path_or_off,
        str(CONTROL),
        "Where a running service takes an administrator's commands, if its directory is there; or off.",
    ),
    Setting(
        "data_directory",
        path,
        None,
        "Where the store and certificates are; systemd's StateDirectory, else ~/.local/state/ups-gateway, if not set.",
        example="/var/lib/ups-gateway",
    ),
    Setting(
        "key.file",
        path,
        None,
        "A 0600 file with the keys that seal tokens and labels, newest first, or vault.key in the data directory.",
        example="/etc/ups-gateway/vault.key",
    ),
    Setting("key.env", words, None, "Or the environment variable that holds it.", example="UPS_GATEWAY_KEY"),
    Setting("key.credential", words, None, "Or the systemd credential that holds it.", example="ups-gateway-key"),
    Setting(
        "environments[].name",
        words,
        None,
        "A further environment beside production and test, for example a simulator.",
        example="simulator",
        required=True,
    ),
    Setting(
        "environments[].base_url",
        base_url,
        None,
        "Where its API is; plain http only on this machine.",
        example="http://127.0.0.1:8082",
        required=True,
    ),
    Setting("applications[].name", words, None, "What you call the application.", example="warehouse", required=True),
    Setting(
        "applications[].environment", words, "production", "production, test, or the name of one from environments."
    ),
    Setting(
        "applications[].grant",
        grant,
        "authorization_code",
        "authorization_code (somebody signs in at UPS) or client_credentials (your own account only).",
    ),
    Setting(
        "applications[].client_id",
        words,
        None,
        "Client id from UPS's developer portal.",
        example="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKL",
        required=True,
    ),
    Setting(
        "applications[].client_secret_file",
        path,
        None,
        "A 0600 file that holds the client secret. The secret itself never stands here.",
        example="/etc/ups-gateway/warehouse.secret",
    ),
    Setting(
        "applications[].client_secret_env",
        words,
        None,
        "Or the environment variable that holds it.",
        example="UPS_CLIENT_SECRET",
    ),
    Setting(
        "applications[].client_secret_credential",
        words,
        None,
        "Or the systemd credential that holds it.",
        example="warehouse-secret",
    ),
    Setting(
        "applications[].redirect_uri",
        redirect_uri,
        "https://127.0.0.1/upscallback",
        "Exactly as registered at UPS's developer portal.",
    ),
    Setting("applications[].pkce", flag, "true", "Prove with PKCE that who began a sign-in also ends it."),
    Setting(
        "anonymous_key",
        words_or_off,
        "off",
        "AccessLicenseNumber of the mapped key that serves read-only requests without complete credentials; or off.",
    ),
    Setting(
        "ledger.void_unaccepted_after",
        duration_or_never,
        "60m",
        "A shipment that was confirmed and never accepted is voided after so much running time; or never. "
        "New keys begin with it.",
    ),
    Setting("ledger.keep_labels", keeping_time, "7d", "How long requests and labels are kept, sealed; 0d to 90d."),
    Setting(
        "ledger.replay_window",
        duration,
        "10m",
        "A request whose answer was not delivered gets the same answer again within this time.",
    ),
    Setting("limits.max_body", size, "20MB", "The largest request that is read."),
    Setting("limits.requests", count, "500", "Requests that are answered at the same time."),
    Setting("limits.connections", count, "1000", "Connections that are open at the same time."),
    Setting("limits.receive", seconds, "30s", "A request must have come in whole within this time."),
    Setting("limits.total", seconds, "60s", "UPS must have answered within this time."),
    Setting("tokens.application", count, "200", "Prefetches and retries of token calls in a day for each client id."),
    Setting("tokens.profile", count, "30", "The same for each profile."),
    Setting(
        "upstream.proxy", proxy, None, "The company's proxy on the way to UPS.", example="http://proxy.example.com:3128"
    ),
    Setting(
        "upstream.ca_file",
        path,
        None,
        "Certificates to trust besides the system's, where a company proxy opens TLS.",
        example="/etc/ssl/company.pem",
    ),
    *(
        Setting(
            f"upstream_api.{operation}",
            choice("rest", "xml-oauth"),
            "rest",
            f"For {name}." + ("" if index else " xml-oauth sends the old XML with a bearer instead. Unverified."),
        )
        for index, (operation, name) in enumerate(OLD_API.items())
    ),
    Setting(
        "alerts.environments",
        watched_environment,
        None,
        "Alerts are about active accounts in production, and in these environments, to try them; never in test.",
        example="[simulator]",
        many=True,
    ),
    Setting(
        "alerts.email_to",
        mail_address,
        None,
        "Who gets alerts by e-mail. Nobody, if not set.",
        example="[shipping@example.com]",
        many=True,
    ),
    Setting("alerts.email_from", mail_address, None, "The mail's sender.", example="ups-gateway@example.com"),
    Setting("alerts.smtp_server", address, None, "The mail server and its port.", example="smtp.example.com:587"),
    Setting(
        "alerts.smtp_security",
        choice("starttls", "tls", "none"),
        "starttls",
        "starttls (port 587 as a rule), tls (port 465) or none (port 25).",
    ),
    Setting("alerts.smtp_user", words, None, "Whom the mail server knows.", example="ups-gateway@example.com"),
    Setting(
        "alerts.smtp_password_file",
        path,
        None,
        "A 0600 file that holds the password. The password itself never stands here.",
        example="/etc/ups-gateway/smtp.secret",
    ),
    Setting(
        "alerts.smtp_password_env", words, None, "Or the environment variable that holds it.", example="SMTP_PASSWORD"
    ),
    Setting(
        "alerts.smtp_password_credential",
        words,
        None,
        "Or the systemd credential that holds it.",
        example="smtp-password",
    ),
    Setting(
        "alerts.webhook_url",
        words,
        None,
        "Where alerts are posted as JSON; plain http only to this machine.",
        example="https://alerts.example.com/ups",
    ),
    Setting(
        "alerts.webhook_url_file",
        path,
        None,
        "Where the URL is a secret, a 0600 file that holds it.",
        example="/etc/ups-gateway/webhook.secret",
    ),
    Setting(
        "alerts.webhook_url_env", words, None, "Or the environment variable that holds it.", example="ALERTS_WEBHOOK"
    ),
    Setting(
        "alerts.webhook_url_credential",
        words,
        None,
        "Or the systemd credential that holds it.",
        example="alerts-webhook",
    ),
    Setting(
        "alerts.webhook_proxy",
        flag,
        "true",
        "Post through upstream.proxy, where one is set; false for a receiver inside the company.",
    ),
    Setting(
        "alerts.command",
        words,
        None,
        "A program, by its whole path, and its arguments: it gets alerts as JSON on standard input. No shell is used.",
        example="[/usr/local/bin/ups-alert, --pager]",
        many=True,
    ),
    Setting("log.level", choice("debug", "info", "warning", "error"), "info", "The least grave lines that are logged."),
    Setting("log.format", choice("text", "json"), "text", "Lines for people or for programs."),
)

BY_KEY: Mapping[str, Setting] = {setting.key: setting for setting in TABLE}

RECORDS = ("environments", "applications")
"""Sections that are lists of mappings."""
