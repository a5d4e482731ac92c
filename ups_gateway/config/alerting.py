"""Joins the settings of alerts: each way is whole or not there at all.

The rule: a way that could never work is a problem at the start, not at the first alert.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from ups_gateway.config.reading import Reading
from ups_gateway.config.settings import Alerts, Email, Webhook, is_loopback
from ups_gateway.config.sources import KINDS, Sources
from ups_gateway.model import Secret

_EMAIL: Final = ("email_to", "email_from", "smtp_server")
_ONLY_WITH_EMAIL: Final = ("smtp_user", "smtp_password")


def join_alerts(value: Mapping[str, Any], reading: Reading, sources: Sources, environments: Collection[str]) -> Alerts:
    """Only to be used when the reading has no problems afterwards; `value` holds every setting."""
    return _Joining(value, reading, sources).alerts(environments)


@dataclass(frozen=True, slots=True)
class _Joining:
    value: Mapping[str, Any]
    reading: Reading
    sources: Sources

    def alerts(self, environments: Collection[str]) -> Alerts:
        watched = self._value("environments") or ()
        for name in watched:
            if name not in environments:
                self._problem("environments", f"{name!r}: expected one of {', '.join(environments)}")
        return Alerts(frozenset({"production", *watched}), self._email(), self._webhook(), self._command())

    def _email(self) -> Email | None:
        password = self._secret("smtp_password")
        missing = [name for name in _EMAIL if not self._named(name) or self._value(name) == ()]
        if len(missing) == len(_EMAIL):
            for name in self._among(_ONLY_WITH_EMAIL):
                self._problem(name, "nobody gets e-mail: set alerts.email_to, email_from and smtp_server too")
            return None
        for name in missing:
            self._problem(name, "missing: e-mail needs email_to, email_from and smtp_server")
        server, security, user = (self._value(name) for name in ("smtp_server", "smtp_security", "smtp_user"))
        if self._named("smtp_user") != bool(self._among(("smtp_password",))):
            self._problem("smtp_user", "a user and a password go together")
        if missing or server is None:
            return None
        if security == "none" and password is not None and not server.loopback:
            self._problem("smtp_security", "none would send the password readable; only to this machine")
        if server.port == 0:
            self._problem("smtp_server", "expected HOST:PORT, for example smtp.example.com:587")
        return Email(server, security, self._value("email_from"), self._value("email_to"), user, password)

    def _webhook(self) -> Webhook | None:
        plain, secret = self._value("webhook_url"), self._secret("webhook_url")
        if plain is not None and secret is not None:
            self._problem("webhook_url", "name only one of webhook_url and its file, environment and credential")
        url = Secret(plain) if plain is not None else secret
        if url is None:
            return None
        if not _postable(url.reveal()):  # the URL itself may be a secret
            self._problem("webhook_url", "expected a URL with https; plain http is for this machine only")
        return Webhook(url, self._value("webhook_proxy"))

    def _command(self) -> tuple[str, ...]:
        command: tuple[str, ...] = self._value("command") or ()
        if command and not _runnable(Path(command[0])):
            self._problem("command", f"{command[0]}: expected the whole path of a program that can be run")
        return command

    def _secret(self, name: str) -> Secret | None:
        named = [kind for kind in KINDS if self._named(f"{name}_{kind}")]
        if len(named) > 1:
            self._problem(f"{name}_{named[1]}", f"name only one of {name}_file, {name}_env and {name}_credential")
        for kind in named[:1]:
            where = self._value(f"{name}_{kind}")
            try:
                return None if where is None else Secret(self.sources.text(kind, where))
            except ValueError as error:
                self._problem(f"{name}_{kind}", str(error))
        return None

    def _named(self, name: str) -> bool:
        return f"alerts.{name}" in self.reading.found

    def _among(self, names: Collection[str]) -> list[str]:
        """Settings that the file names and that begin so."""
        keys = (key.removeprefix("alerts.") for key in self.reading.found if key.startswith("alerts."))
        return [key for key in keys if key.startswith(tuple(names))]

    def _value(self, name: str) -> Any:
        return self.value[f"alerts.{name}"]

    def _problem(self, name: str, words: str) -> None:
        found = self.reading.found.get(f"alerts.{name}")
        self.reading.problem(found.line if found else None, f"alerts.{name}", words)


def _postable(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    return secure and bool(host) and port != 0 and text.isprintable() and " " not in text


def _runnable(program: Path) -> bool:
    return program.is_absolute() and program.is_file() and os.access(program, os.X_OK)
